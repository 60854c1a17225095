"""What the generator knows of each line and company, and what of it can be seen by anybody outside.

The only module that touches the market's own objects: the rest of the oracle asks here. Lines are told by their number,
those that the archive lacks after those that it has; sessions by their index in the span.

What does not belong here: any rule.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache

from recon_pipeline.simulation.census import PPM, Line
from recon_pipeline.simulation.chance import noise
from recon_pipeline.simulation.issuers import Issuer
from recon_pipeline.simulation.market import SimulatedMarket
from recon_pipeline.simulation.registers import Registers
from recon_pipeline_tests.oracle.country import Home
from recon_pipeline_tests.oracle.methodology import UNITED_STATES
from recon_pipeline_tests.oracle.newcomers import Debut

# Providers 1.6: the data sets that count shares by class begin with the second quarter of 2009 and come out after it.
COUNTS_BY_CLASS_FROM = date(2010, 1, 1)
NOT_SHARES = {"preferred", "warrant", "unit", "right", "note", "certificate"}


@dataclass(frozen=True, slots=True)
class Count:
    """A share count in units of the company's first line, and where it comes from."""

    shares: int
    source: str


class Ledger:
    """A simulated market as its maker knows it, with the figures of one of its rank days: its registers (`at`).

    `tells_all`: also what no source tells, as those knew it who made the lists of members.
    """

    def __init__(self, registers: Registers, *, tells_all: bool = False) -> None:
        self.tells_all = tells_all
        self.market: SimulatedMarket = registers.market
        registers.filings  # noqa: B018 (draws the reports, which `Issuer.shares_known` reads)
        self.issuers: tuple[Issuer, ...] = registers.issuers
        self.lines: tuple[Line, ...] = (*self.market.lines, *registers.unseen.lines)
        self._drawn = cache(self._draw)
        self.of_company: dict[int, list[int]] = defaultdict(list)
        for number, line in enumerate(self.lines):
            self.of_company[line.company].append(number)

    # --- days ---------------------------------------------------------------------------------------------------------

    @property
    def days(self) -> tuple[date, ...]:
        """The sessions of the span."""
        return self.market.sessions

    def session(self, day: date) -> int:
        """The index of a session; raises ValueError where the day is none of the span."""
        return self.days.index(day)

    def sessions(self, first: date, last: date) -> range:
        """The indexes of the sessions from a day to a day, both included."""
        return range(bisect_left(self.days, first), bisect_right(self.days, last))

    # --- lines --------------------------------------------------------------------------------------------------------

    def is_carried(self, line: int) -> bool:
        """Whether the archive has the line at all."""
        return line < len(self.market.lines)

    def is_listed(self, line: int, session: int) -> bool:
        """Whether the line is listed in a session."""
        if self.is_carried(line):
            return self.market.listed(line, session)
        company = self.issuers[self.lines[line].company].company
        return company.first <= session <= company.last

    def is_printed(self, line: int, session: int) -> bool:
        """Whether the archive has the line in a session."""
        return self.is_carried(line) and self.is_listed(line, session) and session not in self.lines[line].gaps

    def ticker(self, line: int, session: int) -> str:
        """The symbol of a session with a dot before the letter of a class."""
        symbol = self.market.symbol(line, session) if self.is_carried(line) else self.lines[line].symbol
        return symbol.replace("/", ".")

    def close(self, line: int, session: int) -> int:
        """The close in 1/10,000 USD."""
        return self.market.close(line, session) if self.is_carried(line) else self.lines[line].price

    def volume(self, line: int, session: int) -> int:
        """Shares traded in a session; 0 where the line is not listed or is halted."""
        if not self.is_listed(line, session) or session in self.lines[line].halts:
            return 0
        if self.is_carried(line):
            # As `SimulatedMarket.volume`, which draws a whole session for each line that it is asked for.
            usual = self.market.shares(line, session) * self.lines[line].turnover_ppm // PPM
            return max(1, usual * (40 + sum(self._drawn(session)[3 * line : 3 * line + 2])) // 256)
        return max(1, self.lines[line].shares * self.lines[line].turnover_ppm // PPM)

    def _draw(self, session: int) -> bytes:
        return noise(self.market.seed, f"trading/{session}", 3 * len(self.market.lines))

    def is_share(self, line: int) -> bool:
        """Whether the line is common stock of its company, of whichever structure."""
        return self.lines[line].role not in NOT_SHARES

    def is_receipt(self, line: int) -> bool:
        """Whether the line stands for shares that are listed elsewhere (methodology 2.3)."""
        return self.is_share(line) and self.issuer(line).company.kind == "adr"

    def issuer(self, line: int) -> Issuer:
        """The company of a line."""
        return self.issuers[self.lines[line].company]

    def classes(self, company: int, session: int) -> list[int]:
        """The lines of a company that are shares of it (no receipts) and listed in a session."""
        return [
            line
            for line in self.of_company[company]
            if self.is_share(line) and not self.is_receipt(line) and self.is_listed(line, session)
        ]

    def companies(self) -> Iterator[int]:
        """Every company's number."""
        return iter(range(len(self.issuers)))

    def splits(self, line: int) -> tuple[tuple[int, int, int], ...]:
        """Session, old and new shares of every split of a line."""
        company = self.issuer(line).company
        return company.splits if self.is_carried(line) and self.is_share(line) else ()

    def leaving(self, line: int) -> str:
        """How the company of a line left the exchanges, or will: blank where it stays."""
        return self.issuer(line).company.leaving

    # --- companies ----------------------------------------------------------------------------------------------------

    def home(self, company: int) -> Home:
        """Where a company is at home."""
        issuer = self.issuers[company]
        is_receipt = issuer.company.kind == "adr"
        return Home(
            incorporated=issuer.nature.incorporated,
            headquartered=issuer.nature.headquartered,
            assets_in=issuer.nature.assets_in,
            trades_most_in=issuer.nature.trades_most_in,
            listed_in=issuer.nature.trades_most_in if is_receipt else UNITED_STATES,
            is_open="country" in issuer.nature.untold and not self.tells_all,
        )

    def debuts(self, session: int) -> dict[int, Debut]:
        """How and when each company came that came within memory and up to a session.

        No source tells an offering by agents who buy nothing from an underwritten one: to those outside it is one.
        """
        found = {}
        for issuer in self.issuers:
            if issuer.listed_on is None or issuer.listed_on > self.days[session]:
                continue
            company = issuer.company
            shell = None if company.succeeds is None else self.issuers[company.succeeds]
            found[issuer.number] = Debut(
                on=issuer.listed_on,
                way="underwritten" if company.way == "best_efforts" and not self.tells_all else company.way,
                shell_on=shell.listed_on if shell else None,
                told_on=issuer.disclosed_on(),
                offered=issuer.offered,
                parent=company.parent,
            )
        return found

    def count(self, company: int, day: date) -> Count | None:
        """The shares of a company that can be known on a day (methodology 6.4, 18.11).

        The newest good report in shares of that day. Where the newest report is none, where it is more than a quarter
        off what the price list implies (it came before an offering or a merger), or where the company does not file
        with the SEC, the count of the price list (README, "Shares outstanding"); None where there is neither. A price
        list that counts the listed class alone says nothing against a report of all (6.1).
        """
        issuer = self.issuers[company]
        known = self._reported(company, day)
        has_own_cap = self.is_carried(self.of_company[company][0]) and issuer.first.cap == "own"
        implied = issuer.implied if has_own_cap else None
        is_near = known is not None and (implied is None or 75 * implied <= 100 * known <= 125 * implied)
        if implied is not None and self.unlisted_shares(company):
            listed = self.class_shares(self.of_company[company][0], day) or 0
            is_near = is_near or 95 * listed <= 100 * implied <= 105 * listed
        if known is not None and issuer.flaw is None and is_near:
            return Count(known, "the newest report")
        if implied is not None:
            return Count(implied, "the price list, for want of a good report")
        return Count(known, "an older report") if known is not None else None

    def _reported(self, company: int, day: date) -> int | None:
        """What the newest report of a filer counts, by a day; one that merged with a shell reports as the shell did."""
        issuer = self.issuers[company]
        known = issuer.shares_known(day) if self.counts_classes(day) or not issuer.classes else None
        if known is None and issuer.company.succeeds is not None:
            known = self.issuers[issuer.company.succeeds].shares_known(day)
        return known

    def class_shares(self, line: int, day: date) -> int | None:
        """The shares of one class by themselves, in units of that class; None where its company counts no classes."""
        issuer = self.issuer(line)
        if not self.counts_classes(day):
            return None
        for each in issuer.classes:
            if each.symbol == self.lines[line].symbol:
                return each.shares
        return None

    def counts_classes(self, day: date) -> bool:
        """Whether what is filed by a day tells the shares of each class."""
        return self.tells_all or day >= COUNTS_BY_CLASS_FROM

    def unlisted_shares(self, company: int) -> int:
        """Shares of classes without a symbol."""
        return sum(each.shares for each in self.issuers[company].classes if each.symbol is None)

    def printed_cap(self, line: int, session: int) -> int | None:
        """The market cap that the archive prints of a line, in 1/10,000 USD; None where it prints none."""
        if not self.is_carried(line) or self.lines[line].cap != "own":
            return None
        return self.market.shares(line, session) * self.close(line, session)

    def merged_on(self, company: int) -> date | None:
        """The day of the merger with a blank-check company that made a company what it is; None for any other."""
        issuer = self.issuers[company]
        return issuer.listed_on if issuer.company.way == "merger" else None

    def lists_one_class_of_several(self, line: int) -> bool:
        """Whether the name of a line calls it a class, and none of its sisters is listed."""
        company = self.lines[line].company
        return " Class " in self.lines[line].name and sum(self.is_share(each) for each in self.of_company[company]) == 1

    def industry(self, company: int) -> str:
        """The industry of a company in the words of the price list; blank where it states none."""
        return self.issuers[company].company.industry

    def passes_ubti(self, company: int) -> bool:
        """Whether a company passes UBTI to its holders (2.6), as far as anybody tells."""
        issuer = self.issuers[company]
        return issuer.nature.has_ubti and (self.tells_all or "ubti" not in issuer.nature.untold)

    def public_part(self, company: int) -> Fraction | None:
        """The part of the company that the public can buy as a filing of the US tells it; None where none does.

        A figure in thousands reads as next to nothing, and tells nothing (house rule of core.floats).
        """
        issuer = self.issuers[company]
        if self.tells_all:
            return Fraction(issuer.public_ppm, PPM)
        if issuer.cik is None or issuer.files_abroad or issuer.is_float_in_thousands:
            return None
        return Fraction(issuer.public_ppm, PPM)

    def votes_part(self, company: int) -> Fraction | None:
        """The part of the votes in public hands where something that anybody can read tells it."""
        issuer = self.issuers[company]
        if issuer.nature.votes_ppm is None or not (issuer.nature.is_votes_told or self.tells_all):
            return None
        return Fraction(issuer.nature.votes_ppm, PPM)
