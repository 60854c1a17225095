"""What the simulated market's registers hold beside its archive: securities of a day, issuers, filings.

All that the providers print is taken from here. `today` is the day whose evening the sources tell of that know no past
(the exchanges' own list, the ticker file); what is dated in itself, as a filing, reaches to the end of the span.

What does not belong here: any provider's form (`providers`), the market of the archive (`market`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Final

from recon_pipeline.events import NEW_YORK
from recon_pipeline.simulation.census import PPM, Line
from recon_pipeline.simulation.filings import Filing, filings_of
from recon_pipeline.simulation.issuers import Issuer, issuers_of
from recon_pipeline.simulation.market import SimulatedMarket
from recon_pipeline.simulation.unseen import Unseen, unseen

EVENING: Final = time(21, 30)


@dataclass(frozen=True, slots=True)
class Security:
    """A listed line of a day. `symbol` has the archive's form (`ABC/A`, `ABC^B`); the price is in 1/10,000 USD.

    `volume` is 0 for a line that does not trade that day. `issuer` is None for funds and test symbols. `kind` is the
    role of the line, `fund` or `test`.
    """

    symbol: str
    name: str
    kind: str
    exchange: str
    price: int
    volume: int
    issuer: Issuer | None
    is_bankrupt: bool = False


class Registers:
    """The registers of a market, drawn when they are asked for first.

    Those of a part of a market (`SimulatedMarket.at`) tell what the registers of the `whole` told at its end.
    """

    def __init__(self, market: SimulatedMarket, today: date | None = None, whole: Registers | None = None) -> None:
        self.market = market
        self._today = today
        self._made: dict[str, bytes] = {}
        self._securities: dict[date, list[Security]] = {}
        self._whole = whole or (self if market.whole is market else Registers(market.whole))

    def at(self, rank_day: date, today: date | None = None) -> Registers:
        """The registers when a reconstitution took effect, with the figures of its rank day."""
        return Registers(self._whole.market.at(rank_day), today, self._whole)

    @property
    def today(self) -> date:
        """The day that the sources without a past tell of: by default the rank day."""
        return self._today or self.market.span.rank_day

    @property
    def evening(self) -> datetime:
        """Half past nine of today in New York, UTC: when today's files were written."""
        return datetime.combine(self.today, EVENING, NEW_YORK).astimezone(UTC)

    @property
    def written_at(self) -> datetime:
        """The evening of the last session that is simulated, UTC: when the newest file of dated facts was written."""
        return datetime.combine(self.market.sessions[-1], EVENING, NEW_YORK).astimezone(UTC)

    @cached_property
    def unseen(self) -> Unseen:
        """What the archive lacks."""
        if self._whole is self:
            return unseen(self.market)
        known = self._whole.unseen
        return replace(known, lines=tuple(self._then(line) for line in known.lines))

    def _then(self, line: Line) -> Line:
        """A line that the archive lacks, as it was: the price of a class goes with that of the first one."""
        whole, number = self._whole.market, line.company
        if number >= len(whole.companies):
            return line
        first, then = whole.lines[number], self.market.lines[number]
        return replace(line, price=line.price * then.price // first.price // 100 * 100, shares=then.shares)

    @cached_property
    def issuers(self) -> tuple[Issuer, ...]:
        """Every company by its number."""
        if self._whole is self:
            return self._drawn[0]
        lines: dict[int, list[Line]] = defaultdict(list)
        for line in (*self.market.lines, *self.unseen.lines):
            lines[line.company].append(line)
        return tuple(self._known(issuer, tuple(lines[issuer.number])) for issuer in self._whole.issuers)

    @cached_property
    def _drawn(self) -> tuple[tuple[Issuer, ...], tuple[Filing, ...]]:
        """Issuers and their filings at once: what was reported stands with the issuer too."""
        issuers = issuers_of(self.market, self.unseen)
        return issuers, filings_of(self.market, issuers)

    def _known(self, issuer: Issuer, lines: tuple[Line, ...]) -> Issuer:
        """An issuer of the whole market as it was known at the end of this part."""
        market, number, end = self.market, issuer.number, self.market.sessions[-1]
        rank_day = market.span.rank_day
        carried = number < len(market.companies)
        company = market.companies[number] if carried else issuer.company
        is_to_come = carried and company.first >= len(market.sessions)

        def counted(shares: int) -> int:
            return market.counted(number, shares, rank_day)

        return replace(
            issuer,
            company=company,
            lines=lines,
            cik=None if is_to_come and self._whole.first_filed.get(number, date.max) > end else issuer.cik,
            shares=counted(issuer.shares),
            implied=counted(issuer.implied),
            upc_units=counted(issuer.upc_units) if issuer.upc_units else 0,
            unreported=counted(issuer.unreported) if issuer.unreported else 0,
            classes=tuple(replace(each, shares=counted(each.shares)) for each in issuer.classes),
            split=issuer.split if issuer.split and issuer.split.on <= end else None,
            flaw=issuer.flaws.get(rank_day),
            listed_on=issuer.listed_on if issuer.listed_on and issuer.listed_on <= end else None,
            left_on=issuer.left_on if issuer.left_on and issuer.left_on <= end else None,
        )

    @cached_property
    def filings(self) -> tuple[Filing, ...]:
        """Every filing, oldest first."""
        if self._whole is self:
            return self._drawn[1]
        end = self.market.sessions[-1]
        return tuple(
            filing.of(issuer)
            for filing in self._whole.filings
            if filing.filed <= end and (issuer := self.issuers[filing.issuer.number]).cik is not None
        )

    @cached_property
    def reports_by_month(self) -> dict[str, list[Filing]]:
        """The filings that count shares, oldest first, by the month in which they were filed (`2026-04`)."""
        found: dict[str, list[Filing]] = defaultdict(list)
        for filing in self.filings:
            if filing.counts:
                found[f"{filing.filed.year}-{filing.filed.month:02}"].append(filing)
        return dict(found)

    @cached_property
    def first_filed(self) -> dict[int, date]:
        """The day of the first filing by number of the issuer."""
        return {filing.issuer.number: filing.filed for filing in reversed(self.filings)}

    def present(self, day: date) -> list[Issuer]:
        """Every issuer, without those that another one has succeeded by a day, or is still to succeed."""
        session = self.session(day)
        is_later = {each.number: each.company.first > session for each in self.issuers}
        gone = {
            each.company.succeeds
            for each in self.issuers
            if each.company.succeeds is not None and not is_later[each.number]
        }
        return [
            each
            for each in self.issuers
            if each.number not in gone and not (each.company.succeeds is not None and is_later[each.number])
        ]

    def session(self, day: date) -> int:
        """The index of the last session up to a day; the first one for a day before the span."""
        return self.market.span.index(day)

    def securities(self, day: date) -> list[Security]:
        """All that is listed on a day, by symbol."""
        if day not in self._securities:
            self._securities[day] = self._listed(day)
        return self._securities[day]

    def _listed(self, day: date) -> list[Security]:
        market, session = self.market, self.session(day)
        found = []
        for index, line in enumerate((*market.lines, *self.unseen.lines)):
            issuer = self.issuers[line.company]
            if not issuer.company.first <= session <= issuer.company.last:
                continue
            carried = index < len(market.lines)
            found.append(
                Security(
                    symbol=market.symbol(index, session) if carried else line.symbol,
                    name=line.name.strip(),
                    kind=line.role,
                    exchange=issuer.company.exchange,
                    price=market.close(index, session) if carried else line.price,
                    volume=0 if session in line.halts else max(1, line.shares * line.turnover_ppm // PPM),
                    issuer=issuer,
                    is_bankrupt=issuer.nature.in_bankruptcy or session >= issuer.company.bankrupt_from,
                )
            )
        for fund in self.unseen.funds:
            kind = "test" if fund.is_test else "fund"
            found.append(Security(fund.symbol, fund.name, kind, fund.exchange, fund.price, 10_000, None))
        return sorted(found, key=lambda security: security.symbol)

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """A payload that takes a while, made when it is asked for first."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]
