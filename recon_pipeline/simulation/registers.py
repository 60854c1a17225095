"""What the simulated market's registers hold beside its archive: securities of a day, issuers, filings.

All that the providers print is taken from here. `today` is the day whose evening the sources tell of that know no past
(the exchanges' own list, the ticker file); what is dated in itself, as a filing, reaches to the end of the span.

What does not belong here: any provider's form (`providers`), the market of the archive (`market`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Final

from recon_pipeline.events import NEW_YORK
from recon_pipeline.simulation.filings import Filing, filings_of
from recon_pipeline.simulation.issuers import Issuer, issuers_of
from recon_pipeline.simulation.market import PPM, SimulatedMarket
from recon_pipeline.simulation.traps import seen
from recon_pipeline.simulation.unseen import Unseen, unseen

EVENING: Final = time(21, 30)


@dataclass(frozen=True, slots=True)
class Security:
    """A listed line of a day. `symbol` has the archive's form (`ABC/A`, `ABC^B`); the price is in 1/10,000 USD.

    `issuer` is None for funds and test symbols. `kind` is the role of the line, `fund` or `test`.
    """

    symbol: str
    name: str
    kind: str
    exchange: str
    price: int
    volume: int
    issuer: Issuer | None


class Registers:
    """The registers of a market, drawn when they are asked for first."""

    def __init__(self, market: SimulatedMarket, today: date | None = None) -> None:
        self.market = market
        self._today = today
        self._made: dict[str, bytes] = {}

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
        return seen(unseen(self.market), self.market.traps)

    @cached_property
    def issuers(self) -> tuple[Issuer, ...]:
        """Every company by its number."""
        return issuers_of(self.market, self.unseen)

    @cached_property
    def filings(self) -> tuple[Filing, ...]:
        """Every filing, oldest first."""
        return filings_of(self.market, self.issuers)

    def session(self, day: date) -> int:
        """The index of the last session up to a day; the first one for a day before the span."""
        return max(0, bisect_right(self.market.sessions, day) - 1)

    def securities(self, day: date) -> list[Security]:
        """All that is listed on a day, by symbol."""
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
                    volume=max(1, line.shares * line.turnover_ppm // PPM),
                    issuer=issuer,
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
