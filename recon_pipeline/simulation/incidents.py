"""What happens to the listed: IPOs, delistings, renames, gaps, prices under a dollar, and odd symbols.

Each incident is planted in the census before prices are walked, on companies that carry no other incident, so that a
test (and later an oracle) can find every one in the ledger. Session indexes count from the first session of the span.

What does not belong here: faults of the archive as a whole, such as a repeated dump (`market`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from datetime import date

from recon_pipeline.events import ReconEvent
from recon_pipeline.simulation.census import ALWAYS, PRICE_UNIT, Census, Line
from recon_pipeline.simulation.chance import Dice
from recon_pipeline.simulation.names import NULL_LOOKALIKES

# Counts in a market of full size, before and after the rank day where there are two.
IPOS = (12, 14)
IPOS_SINCE_OPENING = 85
DELISTINGS = (10, 40)
RENAMES = (3, 8)
GAPS_ON_RANK_DAY = 14
HALTED_ON_RANK_DAY, HALTED_SESSIONS = 3, (1, 4)  # before the rank day, and 0 to 2 after it
FLICKERING = 6
PENNY_MEMBERS = (12, 12)  # 30-day average above a dollar, and below
PADDED = 5
# Ranks on the rank day, growth a session up to it, growth over all, and how many in a market of full size.
RISERS = ((850, 975, 126_000, 50.0, 3), (1_880, 1_980, 71_000, 9.5, 5))
WINDOW = 23  # sessions before the rank day that the price rule looks back to


@dataclass(frozen=True, slots=True)
class Span:
    """The sessions that are simulated and the date of the opening membership.

    `rank_day` is that of the last reconstitution, whose new membership holds from the last session on; `past` are the
    reconstitutions before it that lie in the span, oldest first, `rounds` the quarterly rounds of IPO additions. In a
    span of years the opening is that of its first session.
    """

    sessions: tuple[date, ...]
    rank_day: date
    opening_asof: date
    past: tuple[ReconEvent, ...] = ()
    rounds: tuple[ReconEvent, ...] = ()

    @property
    def is_of_years(self) -> bool:
        """Whether the day of the opening membership lies in the span."""
        return self.opening_asof >= self.sessions[0]

    @property
    def rank_index(self) -> int:
        """Index of the last rank day in `sessions`."""
        return self.index(self.rank_day)

    @property
    def rank_days(self) -> tuple[date, ...]:
        """The rank day of every reconstitution of the span, oldest first."""
        return (*(event.rank_day for event in self.past), self.rank_day)

    @property
    def seasons(self) -> tuple[tuple[int, int], ...]:
        """Session indexes of each reconstitution, oldest first: its rank day and the first day of its effect."""
        past = [(self.index(event.rank_day), self.index(event.effective_from)) for event in self.past]
        return (*past, (self.rank_index, len(self.sessions) - 1))

    def index(self, day: date) -> int:
        """Index of the last session up to a day, or of the first one."""
        return max(0, bisect_right(self.sessions, day) - 1)


class Incidents:
    """Plants incidents in a census that has all its lines."""

    def __init__(self, census: Census, span: Span) -> None:
        self.census, self.span = census, span
        self._dice = Dice(census.seed, "incidents")
        lines = Counter(line.company for line in census.lines)
        self._free = [
            index
            for index in census.of_kind("common")
            if lines[index] == 1 and census.companies[index].last == ALWAYS  # some have left long before
        ]

    @property
    def free(self) -> list[int]:
        """The common companies of one line that are listed throughout and carry no incident."""
        companies = self.census.companies
        return [index for index in self._free if companies[index].last == ALWAYS and companies[index].first == 0]

    def plant(self) -> None:
        """Every incident, in the full-size counts scaled to the census."""
        self._null_lookalikes()
        self._large_gap()
        self._penny_members()
        self._ipos()
        self._delistings()
        self._renames()
        self._gaps()
        self._padded()
        self._halts()
        self._risers()

    def _take(self, low: int, high: int, exchange: str | None = None) -> int:
        """A company without incident whose rank is about `low` to `high` in a full-size market, else any at all."""
        scaled, companies = self.census.scaled, self.census.companies
        near = [i for i in self._free if scaled(low) <= i <= scaled(high) and exchange in (None, companies[i].exchange)]
        chosen = self._dice.pick(near or self._free)
        self._free.remove(chosen)
        return chosen

    def _before(self) -> int:
        return self._dice.between(max(2, self.span.rank_index - WINDOW), self.span.rank_index - 2)

    def _after(self) -> int:
        return self._dice.between(self.span.rank_index + 3, len(self.span.sessions) - 2)

    def _null_lookalikes(self) -> None:
        for symbol, low, high, exchange in zip(
            NULL_LOOKALIKES, (600, 1500), (800, 1900), ("nasdaq", "nyse"), strict=True
        ):
            index = self._take(low, high, exchange)
            self.census.lines[index].symbol = symbol
            self.census.companies[index].year_growth = 1.05

    def _large_gap(self) -> None:
        """A large member that is missing on the rank day alone: it shifts every rank below it unless it is carried."""
        index = self._take(250, 400)
        self.census.lines[index].gaps = frozenset({self.span.rank_index})
        self.census.companies[index].year_growth = 1.1

    def _penny_members(self) -> None:
        for above, count in zip((True, False), PENNY_MEMBERS, strict=True):
            for _ in range(self.census.scaled(count)):
                index = self._take(2350, 2900)
                line, company = self.census.lines[index], self.census.companies[index]
                line.price = self._dice.between(9_400, 9_900) if above else self._dice.between(6_000, 8_500)
                line.drift_ppm = -15_000 if above else 0
                line.volatility_ppm, line.beta_permille, line.tick = 15_000, 300, 1
                line.shares = company.cap_usd * PRICE_UNIT // line.price
                company.year_growth = 0.4  # so it was well inside the index a year ago

    def _ipos(self) -> None:
        for before, count in zip((True, False), IPOS, strict=True):
            for _ in range(self.census.scaled(count)):
                company = self.census.companies[self._take(600, 3400)]
                company.first = self._before() if before else self._after()
                company.ipo_year, company.in_opening = self.census.year, False
        since_opening = 0 if self.span.is_of_years else self.census.scaled(IPOS_SINCE_OPENING)
        for _ in range(since_opening):
            company = self.census.companies[self._take(500, 3500)]
            company.ipo_year, company.in_opening = self.census.year - self._dice.between(0, 1), False

    def _delistings(self) -> None:
        census, dice = self.census, self._dice
        shells = [index for index in census.of_kind("spac", "fund") if census.companies[index].last == ALWAYS]
        for before, count in zip((True, False), DELISTINGS, strict=True):
            for place in range(census.scaled(count)):
                shell = place % 4 == 3
                index = dice.pick(shells) if shell else self._take(*((300, 1000) if place % 8 == 0 else (1000, 3600)))
                company = census.companies[index]
                company.last = min(company.last, self._before() if before else self._after())

    def _renames(self) -> None:
        names = self.census.names
        for before, count in zip((True, False), RENAMES, strict=True):
            for _ in range(self.census.scaled(count)):
                line = self.census.lines[self._take(200, 3000)]
                line.renamed_at = self._before() if before else self._after()
                line.renamed_to = names.ticker(names.stem(), len(line.symbol))

    def _gaps(self) -> None:
        dice, rank = self._dice, self.span.rank_index
        for place in range(self.census.scaled(GAPS_ON_RANK_DAY)):
            is_common = place % 5 == 0
            line = self.census.lines[self._take(900, 2900)] if is_common else dice.pick(derived(self.census, rank))
            line.gaps = frozenset({rank})
        first = max(1, rank - WINDOW)
        away = [index for index in range(first, len(self.span.sessions) - 1) if abs(index - rank) > 2]
        for _ in range(self.census.scaled(FLICKERING)):
            line = self.census.lines[self._take(1000, 3400)]
            line.gaps = frozenset(dice.pick(away) for _ in range(3))

    def _halts(self) -> None:
        """Lines that do not trade on the rank day: the close before holds (methodology 3.5)."""
        for _ in range(self.census.scaled(HALTED_ON_RANK_DAY)):
            line = self.census.lines[self._take(1000, 2900)]
            line.halts = halted(self._dice, self.span.rank_index)

    def _risers(self) -> None:
        """Members of the Microcap alone that have become large within weeks: no band holds them (methodology 7.9)."""
        for low, high, growth_ppm, times, count in RISERS:
            for _ in range(self.census.scaled(count)):
                index = self._take(low, high)
                line, company = self.census.lines[index], self.census.companies[index]
                line.drift_ppm, line.volatility_ppm, line.beta_permille = growth_ppm, 9_000, 300
                company.year_growth = times

    def _padded(self) -> None:
        for place in range(self.census.scaled(PADDED)):
            index = self._dice.pick(self.census.of_kind("fund")) if place % 2 else self._take(1200, 2600)
            self.census.lines[index].padded = True


def halted(dice: Dice, rank: int) -> frozenset[int]:
    """The sessions of a halt about a rank day."""
    return frozenset(range(rank - dice.between(*HALTED_SESSIONS), rank + dice.between(0, 2) + 1))


def derived(census: Census, session: int) -> list[Line]:
    """The warrants, units and rights that are listed in a session."""
    return [
        line
        for line in census.lines
        if line.role in ("warrant", "unit", "right")
        and census.companies[line.company].first <= session <= census.companies[line.company].last
    ]
