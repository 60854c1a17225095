"""What the providers of the simulated market get wrong: one change of one answer for each trap that has such a side.

A lie is told of one company of which there is nothing else to tell (`victim`), so that a test knows where to look.

What does not belong here: what is true and misleads (`traps`), answers that never come or come broken (`faults`).
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from recon_pipeline.simulation.census import PRICE_UNIT
from recon_pipeline.simulation.issuers import Issuer, weekday
from recon_pipeline.simulation.providers import Providers, massive, sec, symdir
from recon_pipeline.simulation.providers.form import Answer, Request, as_json, as_zip
from recon_pipeline.simulation.registers import Registers
from recon_pipeline.simulation.traps import NO_TRAPS, Trap, Traps

Row = dict[str, Any]

PAGE: Final = b"<!DOCTYPE html><html><title>Page Not Available</title><body>Page Not Available</body></html>"
OTHER_CIK: Final = 3_999_999
SWOLLEN: Final = 100_000
SMALL_CAP, PENNY = 50_000_000, 2 * PRICE_UNIT
FORMER_NAME: Final = "Qwexhall Sprocket"
SISTER_NAME: Final = "Vextrum Tolling Corp. Common Stock"


@dataclass
class Lies:
    """The providers of a market, of which some answers are wrong. Without traps they tell what they know."""

    providers: Providers
    traps: Traps = NO_TRAPS
    _asked: Counter[str] = field(default_factory=Counter)

    def answer(self, request: Request) -> Answer | None:
        """The answer of the provider whose path it is; None if it is nobody's."""
        answer = self.providers.answer(request)
        if answer is None or answer.status != 200:
            return answer
        self._asked[request.path] += 1
        for trap in sorted(self.traps & LIES.keys(), key=lambda trap: trap.value):
            answer = LIES[trap](self, request, answer)
        return answer

    def dump(self, sha: str, exchange: str) -> bytes | None:
        """The archive's dump of one exchange; None for an unknown commit or exchange."""
        body = self.registers.market.dump(sha, exchange)
        wanted = sorted(self.traps & LIES_OF_THE_ARCHIVE.keys(), key=lambda trap: trap.value)
        if body is None or not wanted:
            return body
        rows = json.loads(body)
        for trap in wanted:
            LIES_OF_THE_ARCHIVE[trap](self.registers, {row["symbol"].strip(): row for row in rows})
        return json.dumps(rows, indent=2).encode()

    @property
    def registers(self) -> Registers:
        """What is true."""
        return self.providers.registers

    def is_again(self, request: Request) -> bool:
        """Whether a path was asked for before."""
        return self._asked[request.path] > 1


def plain(registers: Registers) -> list[Issuer]:
    """Companies of the US, largest first, of which there is nothing to tell: one line, and figures that are right."""
    end = len(registers.market.sessions)
    return [
        issuer
        for issuer in registers.issuers[: len(registers.market.companies)]
        if issuer.company.eligible
        and issuer.company.in_opening
        and issuer.company.first == 0
        and issuer.company.last >= end
        and issuer.cik
        and len(issuer.lines) == 1
        and issuer.nature.structure == "operating"
        and not (issuer.is_stale or issuer.flaw or issuer.split or issuer.is_direct_listing or issuer.listed_on)
        and not (issuer.first.renamed_to or issuer.first.gaps or issuer.first.padded)
    ]


def victim(registers: Registers, trap: Trap) -> Issuer:
    """The company that a trap is told of: one for each, among the larger; of a drift the smallest that is eligible."""
    if trap is Trap.DRIFT:
        return [each for each in plain(registers) if each.company.cap_usd > SMALL_CAP and each.first.price > PENNY][-1]
    exchanges = {Trap.FOOTER_AS_ROW: "nasdaq", Trap.SPELLING: "nasdaq", Trap.DEPOSITARY_UNITS: "nasdaq"}
    wanted, place = exchanges.get(trap), int(trap.value)
    return [issuer for issuer in plain(registers) if wanted in (None, issuer.company.exchange)][place]


# --- the symbol directory ---------------------------------------------------------------------------------------------


def _page(lies: Lies, request: Request, answer: Answer) -> Answer:
    """The host says with HTTP 200 that it is not there."""
    return replace(answer, body=PAGE) if request.path == f"{symdir.FOLDER}/otherlisted.txt" else answer


def _nasdaq(edit: Callable[[Lies, list[str]], None]) -> Lie:
    def lie(lies: Lies, request: Request, answer: Answer) -> Answer:
        if request.path != f"{symdir.FOLDER}/nasdaqlisted.txt":
            return answer
        lines = answer.body.decode().split("\r\n")
        edit(lies, lines)
        return replace(answer, body="\r\n".join(lines).encode())

    return lie


def _two_files_in_one(lies: Lies, lines: list[str]) -> None:
    """Two files stuck together: the footer of the first stands among the rows."""
    lines.insert(len(lines) // 2, lines[-2])


def _blank_symbol(lies: Lies, lines: list[str]) -> None:
    """Whoever wrote the file took NA for a missing value."""
    lines[:] = [line.removeprefix("NA") if line.startswith("NA|") else line for line in lines]


def _other_spelling(lies: Lies, lines: list[str]) -> None:
    """A mark behind the symbol that no other list has."""
    symbol = victim(lies.registers, Trap.SPELLING).first.symbol
    lines[:] = [line.replace("|", "=|", 1) if line.startswith(f"{symbol}|") else line for line in lines]


def _is_a_receipt(lies: Lies, lines: list[str]) -> None:
    """What the archive calls common stock is a receipt for foreign shares."""
    symbol = victim(lies.registers, Trap.DEPOSITARY_UNITS).first.symbol
    for number, line in enumerate(lines):
        if line.startswith(f"{symbol}|"):
            first, name, rest = line.split("|", 2)
            lines[number] = f"{first}|{name.partition(' - ')[0]} - American Depositary Shares|{rest}"


# --- the SEC ----------------------------------------------------------------------------------------------------------


def _two_numbers(lies: Lies, request: Request, answer: Answer) -> Answer:
    """A ticker stands in the ticker file for a second filer as well."""
    if request.path != sec.TICKERS:
        return answer
    told, symbol = json.loads(answer.body), victim(lies.registers, Trap.TWO_CIKS).first.symbol
    told["data"] += [[OTHER_CIK, *row[1:]] for row in told["data"] if row[2] == symbol]
    return replace(answer, body=as_json(told))


def _facts(trap: Trap, edit: Callable[[Registers, list[Row]], None]) -> Lie:
    """Change the share counts on the covers of the victim of a trap, oldest first."""

    def lie(lies: Lies, request: Request, answer: Answer) -> Answer:
        if request.path != sec.FACTS:
            return answer

        def change(company: Row) -> None:
            edit(lies.registers, company["facts"]["dei"]["EntityCommonStockSharesOutstanding"]["units"]["shares"])

        return replace(answer, body=changed_member(answer.body, victim(lies.registers, trap), change))

    return lie


def _count_of_zero(registers: Registers, counts: list[Row]) -> None:
    """The last cover but one counts none."""
    counts[-2]["val"] = 0


def _told_later(registers: Registers, counts: list[Row]) -> None:
    """The cover that was the newest on the rank day was filed anew, under its old number, when all was over."""
    known = [count for count in counts if count["filed"] <= str(registers.market.span.rank_day)]
    later = str(registers.market.sessions[-1])
    counts.append({**known[-1], "val": known[-1]["val"] + 1, "filed": later})


def _former_name(lies: Lies, request: Request, answer: Answer) -> Answer:
    """The header of the renamed company tells what it was called; that is no lie, and the only trace."""
    renamed = renamed_line(lies.registers)
    if request.path != sec.SUBMISSIONS or renamed is None:
        return answer
    issuer, market = lies.registers.issuers[renamed], lies.registers.market
    until = market.sessions[issuer.first.renamed_at]

    def change(header: Row) -> None:
        day = f"{until}T00:00:00.000Z"
        header["formerNames"] = [{"name": f"{FORMER_NAME} Corp", "from": "2004-01-02T00:00:00.000Z", "to": day}]

    return replace(answer, body=changed_member(answer.body, issuer, change))


def changed_member(body: bytes, issuer: Issuer, change: Callable[[Row], None]) -> bytes:
    """A zip with the member of one filer changed."""
    name = f"CIK{issuer.cik:010}.json"
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    told = json.loads(members[name])
    change(told)
    members[name] = as_json(told)
    return as_zip(members.items())


# --- Massive ----------------------------------------------------------------------------------------------------------


def _adjusted(lies: Lies, request: Request, answer: Answer) -> Answer:
    """Closes are given as if every split to come had been."""
    if not massive.GROUPED.fullmatch(request.path):
        return answer
    told = json.loads(answer.body)
    bars = [{**bar, "c": bar["c"] / 2} for bar in told.get("results", ())]
    return replace(answer, body=as_json({**told, "adjusted": True, "results": bars}))


def _other_past(lies: Lies, request: Request, answer: Answer) -> Answer:
    """Whoever asks for a session a second time gets other closes."""
    if not massive.GROUPED.fullmatch(request.path) or not lies.is_again(request):
        return answer
    told = json.loads(answer.body)
    bars = [{**bar, "c": bar["c"] + 1} for bar in told.get("results", ())]
    return replace(answer, body=as_json({**told, "results": bars}))


def _odd_split(lies: Lies, request: Request, answer: Answer) -> Answer:
    """A stock dividend since the last cover, in terms of millions that no other split has."""
    if request.path != massive.SPLITS:
        return answer
    told, symbol = json.loads(answer.body), victim(lies.registers, Trap.SPLIT_BETWEEN).first.symbol
    day = weekday(lies.registers.market.span.rank_day - timedelta(days=1))
    split = {"id": "SX", "ticker": symbol, "execution_date": str(day), "split_from": 1_000_000, "split_to": 1_020_000}
    return replace(answer, body=as_json({**told, "results": [*told["results"], split]}))


# --- the archive ------------------------------------------------------------------------------------------------------


def _note_without_word(registers: Registers, rows: Mapping[str, Row]) -> None:
    """A note that carries the cap of its issuer has nothing in its name that says what it is but one word."""
    issuer, symbol = bare_note(registers)
    if symbol in rows:
        rows[symbol]["name"] = f"{issuer.company.name} Notes"


def bare_note(registers: Registers) -> tuple[Issuer, str]:
    """The largest issuer of a note that carries its cap, and the note's symbol."""
    market = registers.market
    note = min((line for line in market.lines if line.role == "note" and line.cap == "parent"), key=lambda x: x.company)
    return registers.issuers[note.company], note.symbol


def _sister_under_other_name(registers: Registers, rows: Mapping[str, Row]) -> None:
    """The second class of a company is printed under a name of its own, with the cap of the whole company."""
    symbol = lone_class(registers)[1]
    if symbol in rows:
        rows[symbol]["name"] = SISTER_NAME


def lone_class(registers: Registers) -> tuple[Issuer, str]:
    """The largest company whose two classes each carry the whole cap and have symbols without a separator; the second
    of the symbols."""
    found = [
        line for line in registers.market.lines if line.role == "class" and line.cap == "own" and "/" not in line.symbol
    ]
    line = min(found, key=lambda line: line.company)
    return registers.issuers[line.company], line.symbol


def _swollen(registers: Registers, rows: Mapping[str, Row]) -> None:
    """The cap of a small company is printed in cents, and a few zeros on top."""
    symbol = victim(registers, Trap.DRIFT).first.symbol
    if symbol in rows:
        rows[symbol]["marketCap"] = f"{int(float(rows[symbol]['marketCap'])) * SWOLLEN}.00"


def _under_former_name(registers: Registers, rows: Mapping[str, Row]) -> None:
    """A company that has a new ticker had another name, industry and year of listing under the old one."""
    renamed = renamed_line(registers)
    old = registers.market.lines[renamed].symbol if renamed is not None else ""
    if old in rows:
        rows[old] |= {"name": f"{FORMER_NAME} Corp Common Stock", "industry": "Shoe Manufacturing", "ipoyear": "2004"}


def renamed_line(registers: Registers) -> int | None:
    """The number of the first company that has a new ticker since the first session and up to the rank day."""
    market = registers.market
    return next(
        (n for n, line in enumerate(market.lines) if line.renamed_to and line.renamed_at <= market.span.rank_index),
        None,
    )


Lie = Callable[[Lies, Request, Answer], Answer]

LIES: Final[Mapping[Trap, Lie]] = {
    Trap.ABSENT_AS_ZERO: _facts(Trap.ABSENT_AS_ZERO, _count_of_zero),
    Trap.ERROR_WITH_200: _page,
    Trap.FOOTER_AS_ROW: _nasdaq(_two_files_in_one),
    Trap.NULL_LIKE_TICKER: _nasdaq(_blank_symbol),
    Trap.SPELLING: _nasdaq(_other_spelling),
    Trap.DEPOSITARY_UNITS: _nasdaq(_is_a_receipt),
    Trap.LOOK_AHEAD: _facts(Trap.LOOK_AHEAD, _told_later),
    Trap.SPLIT_BETWEEN: _odd_split,
    Trap.ADJUSTED_CLOSE: _adjusted,
    Trap.RENAME: _former_name,
    Trap.TWO_CIKS: _two_numbers,
    Trap.CHANGED_PAST: _other_past,
}

LIES_OF_THE_ARCHIVE: Final[Mapping[Trap, Callable[[Registers, Mapping[str, Row]], None]]] = {
    Trap.PARENT_CAP: _note_without_word,
    Trap.CLASS_TWICE: _sister_under_other_name,
    Trap.RENAME: _under_former_name,
    Trap.DRIFT: _swollen,
}
