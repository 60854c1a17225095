"""How companies come to an exchange and how they leave it: the truth behind a first and a last day.

Whoever comes within memory came in some way: sold by underwriters or by agents who bought nothing, listed without an
offering, given to the holders of a parent, from over the counter, from an exchange abroad, by a merger with a company
that had raised money for that (which was listed long before, or came and merged within one window of IPOs), or as what
a partnership turned into. The last two are companies of their own here, which succeed the one before under its number
with the SEC. Whoever leaves was bought, wound up, went bankrupt or moved over the counter.

All of it is planted on companies that come and go anyway (`lifetimes`, `incidents`), but for those that are so large
that they need not wait for a rank day (methodology 9.8).

What does not belong here: what a source tells of it (`filings`, `providers`), whether an index takes them in.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final, NamedTuple

from recon_pipeline.events import ReconEvent
from recon_pipeline.simulation.census import ALWAYS, PRICE_UNIT, Census, Company, Way
from recon_pipeline.simulation.chance import Dice
from recon_pipeline.simulation.incidents import Span
from recon_pipeline.simulation.kinds import Kind
from recon_pipeline.simulation.walk import DRIFT_SESSIONS

SESSIONS_A_YEAR: Final = 252
# In per cent of those that come; the rest is underwritten.
WAYS: Final[dict[Kind, tuple[tuple[Way, int], ...]]] = {
    "common": (("direct", 9), ("spin_off", 12), ("best_efforts", 10), ("uplisting", 8)),
    "reit": (("spin_off", 15), ("uplisting", 8)),
    "foreign": (("cross_listing", 25), ("best_efforts", 10), ("uplisting", 5)),
    "adr": (("cross_listing", 35),),
}
PARENT_TIMES: Final = 4  # as large as what it gives to its holders, at least
# A year, in a market of full size.
MERGERS, CONVERSIONS, BANKRUPTCIES = 14, 1, 40
ACQUIRED: Final = 0.7  # of those that leave, but for the bankrupt
WOUND_UP: Final = ("spac", "fund", "bdc", "lp", "royalty")
MERGED_VOLATILITY_PPM: Final = 38_000
SHELL_SESSIONS: Final = 80  # for which a blank-check company is listed before it merges, at least
# The text on blank-check companies changed between January 2024 and August 2025 (methodology 9.7).
NEWER_TEXT: Final = date(2025, 8, 1)
# What is left of a company whose shareholders get nothing: its cap over that before its fall, and days of the fall.
FALL_TIMES, FALL_PPM, PETITION_SESSIONS = 8, -70_000, 15


class Giant(NamedTuple):
    """A company that comes after the last rank day: when, in which way, how much of it is sold, and its rank."""

    on: date
    way: Way
    offered_ppm: int
    low: int
    high: int


# Methodology 9.8, in force since 2026-05-27: one that enters after its fifth day, one that comes too late for it to be
# before the lock-down (2026-06-08), and two that do not qualify: sold to nobody, and sold in too small a part.
GIANTS: Final = (
    Giant(date(2026, 5, 28), "underwritten", 150_000, 20, 45),
    Giant(date(2026, 6, 3), "underwritten", 150_000, 20, 60),
    Giant(date(2026, 5, 29), "direct", 150_000, 45, 80),
    Giant(date(2026, 6, 1), "underwritten", 60_000, 60, 110),
)


class Ways:
    """Gives every company that comes or leaves its way. `free` are companies of which there is nothing else to tell."""

    def __init__(self, census: Census, span: Span, free: list[int]) -> None:
        self.census, self.span = census, span
        self._dice = Dice(census.seed, "ways")
        self._free = free
        lines = Counter(line.company for line in census.lines)
        bearers = Counter(line.symbol for line in census.lines)
        self._newcomers = [
            index
            for index in census.of_kind("common")
            if (company := census.companies[index]).first > 0
            and company.last == ALWAYS
            and lines[index] == 1
            and bearers[census.lines[index].symbol] == 1
            and not census.lines[index].renamed_to
            and not census.lines[index].gaps
        ]

    def plant(self) -> None:
        """Every way in the full-size counts scaled to the census."""
        self._giants()
        self._came()
        if self.span.is_of_years:
            self._within_one_window()
            self._merged()
            self._converted()
            self._under_a_dollar()
            self._bought_before_they_enter()
            self._bankrupt()
        self._left()

    def _came(self) -> None:
        for company in self.census.companies:
            if company.way or (company.first == 0 and company.in_opening):
                continue
            roll, company.way = self._dice.below(100), "underwritten"
            for way, percent in WAYS.get(company.kind, ()):
                if 0 <= roll < percent:
                    company.way = way
                roll -= percent
            if company.way == "spin_off":
                self._give(company)

    def _give(self, company: Company) -> None:
        """Let a larger company be the parent of a spin-off."""
        companies = self.census.companies
        able = [
            index
            for index, each in enumerate(companies)
            if each.eligible
            and each.in_opening
            and each.first == 0
            and each.last == ALWAYS
            and each.cap_usd >= PARENT_TIMES * company.cap_usd
        ]
        if able:
            company.parent = self._dice.pick(able)
        else:
            company.way = "underwritten"

    def _a_year(self, count: int) -> int:
        return max(1, round(self.census.scaled(1000) * count / 1000 * len(self.span.sessions) / SESSIONS_A_YEAR))

    def _take(self, first: int, last: int, low: int = 0, high: int = 3_750, exchange: str = "") -> int | None:
        """A newcomer of about this rank that came by an offering between two sessions and is told of nothing else."""
        scaled, companies = self.census.scaled, self.census.companies
        able = [
            index
            for index in self._newcomers
            if first <= companies[index].first <= last
            and companies[index].way == "underwritten"
            and scaled(low) <= index <= scaled(high)
            and exchange in ("", companies[index].exchange)
        ]
        if not able:
            return None
        chosen = self._dice.pick(able)
        self._newcomers.remove(chosen)
        return chosen

    def _leavers(self, kind: Kind, company: Company, *, for_sessions: int = SHELL_SESSIONS) -> list[int]:
        """Companies of a kind on the exchange of a company that leave, listed for so long at least when it came."""
        return [
            index
            for index in self.census.of_kind(kind)
            if (each := self.census.companies[index]).last < len(self.span.sessions)
            and not each.leaving
            and each.exchange == company.exchange
            and each.first + for_sessions < company.first
        ]

    def _succeed(self, index: int, before: int, way: Way) -> None:
        """Let a company be what another one became on the day on which it came. What merged moves as no trust does."""
        company, former = self.census.companies[index], self.census.companies[before]
        former.last, former.leaving = company.first - 1, "succeeded"
        company.succeeds, company.way = before, way
        company.ipo_year = former.ipo_year or self.span.sessions[company.first].year - self._dice.between(1, 3)
        if way == "merger":
            line = self.census.lines[index]
            line.volatility_ppm = max(line.volatility_ppm, MERGED_VOLATILITY_PPM)
            self._add_warrant(index)

    def _add_warrant(self, index: int) -> None:
        """Its shell had sold warrants; on one exchange alone they have a letter of their own."""
        census, symbol = self.census, f"{self.census.lines[index].symbol}W"
        if census.companies[index].exchange == "nasdaq" and census.names.claim([symbol]):
            census.add_warrant(index, symbol, self._dice.between(100, 6_000))

    def _windows(self) -> list[ReconEvent]:
        """The rounds of IPO additions whose whole window lies in the span, oldest first."""
        first = self.span.sessions[0]
        return [each for each in self.span.rounds if each.ipo_window_start and each.ipo_window_start >= first]

    def _within_one_window(self) -> None:
        """A blank-check company that comes and merges within one window, before the text changed and after."""
        for is_newer in (False, True):
            rounds = [each for each in self._windows() if (each.rank_day >= NEWER_TEXT) is is_newer]
            if not rounds:
                continue
            chosen = self._dice.pick(rounds)
            assert chosen.ipo_window_start
            first, last = self.span.index(chosen.ipo_window_start) + 3, self.span.index(chosen.rank_day) - 1
            index = self._take((first + 2 * last) // 3, last, 500, 2_700, "nasdaq")
            # Whenever it came: it comes on another day now.
            if index is None or not (shells := self._leavers("spac", self.census.companies[index], for_sessions=0)):
                continue
            shell = self._dice.pick(shells)
            former = self.census.companies[shell]
            former.first, former.in_opening, former.way = first, False, "underwritten"
            former.ipo_year = self.span.sessions[first].year
            self._succeed(index, shell, "merger")

    def _merged(self) -> None:
        """Blank-check companies that were listed long before."""
        for _ in range(self._a_year(MERGERS)):
            index = self._take(SHELL_SESSIONS, len(self.span.sessions), 300)
            if index is None or not (shells := self._leavers("spac", self.census.companies[index])):
                continue
            self._succeed(index, self._dice.pick(shells), "merger")

    def _converted(self) -> None:
        """Partnerships that turn into corporations and keep their tickers."""
        for _ in range(self._a_year(CONVERSIONS)):
            index = self._take(SHELL_SESSIONS, len(self.span.sessions), 300)
            if index is None or not (among := self._leavers("lp", self.census.companies[index])):
                continue
            before = self._dice.pick(among)
            company, former = self.census.companies[index], self.census.companies[before]
            self._succeed(index, before, "conversion")
            company.name = f"{former.name.partition(' ')[0]} Energy Inc."
            company.sector, company.industry = former.sector, former.industry
            line = self.census.lines[index]
            line.symbol, line.name = self.census.lines[before].symbol, f"{company.name} Common Stock"

    def _under_a_dollar(self) -> None:
        """Newcomers that are large enough and close under a dollar."""
        for each in self._windows()[1::3]:
            assert each.ipo_window_start
            index = self._take(self.span.index(each.ipo_window_start) + 1, self.span.index(each.rank_day), 1_200)
            if index is not None:
                line, company = self.census.lines[index], self.census.companies[index]
                line.price, line.tick = self._dice.between(5_500, 7_500), 1
                line.volatility_ppm, line.beta_permille = 9_000, 200
                company.cap_usd = self._dice.between(300, 700) * 1_000_000
                line.shares = company.cap_usd * PRICE_UNIT // line.price

    def _bought_before_they_enter(self) -> None:
        """Newcomers that are bought between a rank day and the day on which they would enter."""
        for each in self._windows()[::3]:
            assert each.ipo_window_start
            rank, effective = self.span.index(each.rank_day), self.span.index(each.effective_date)
            index = self._take(self.span.index(each.ipo_window_start) + 1, rank - 3, 250, 2_600)
            if index is not None:
                company = self.census.companies[index]
                company.last, company.leaving = self._dice.between(rank + 3, effective - 3), "acquired"

    def _bankrupt(self) -> None:
        """Companies that leave after a fall to pennies, some sessions after they asked a court for protection."""
        lines = Counter(line.company for line in self.census.lines)
        among = [
            index
            for index in self.census.of_kind("common")
            if (company := self.census.companies[index]).last < len(self.span.sessions)
            and company.last - company.first > 2 * DRIFT_SESSIONS
            and not company.leaving
            and lines[index] == 1
        ]
        for _ in range(min(self._a_year(BANKRUPTCIES), len(among))):
            index = among.pop(self._dice.below(len(among)))
            company, line = self.census.companies[index], self.census.lines[index]
            company.leaving, company.bankrupt_from = "bankrupt", company.last - PETITION_SESSIONS
            company.cap_usd //= FALL_TIMES
            line.price, line.tick = self._dice.between(2_000, 6_000), 1
            line.shares = max(1, company.cap_usd * PRICE_UNIT // line.price)
            line.drift_ppm, line.drift_until, line.volatility_ppm = FALL_PPM, company.last, 15_000

    def _left(self) -> None:
        """How all others left."""
        for company in self.census.companies:
            if company.last < len(self.span.sessions) and not company.leaving:
                if company.kind in WOUND_UP:
                    company.leaving = "liquidated"
                else:
                    company.leaving = "acquired" if self._dice.chance(ACQUIRED) else "moved"

    def _giants(self) -> None:
        sessions = self.span.sessions
        for giant in GIANTS:
            if not sessions[self.span.rank_index] < giant.on <= sessions[-1]:
                continue
            near = [index for index in self._free if self.census.scaled(giant.low) <= index]
            near = [index for index in near if index <= self.census.scaled(giant.high)]
            if not near:
                continue
            index = self._dice.pick(near)
            self._free.remove(index)
            company = self.census.companies[index]
            company.first, company.in_opening = self.span.index(giant.on), False
            company.ipo_year, company.way, company.offered_ppm = giant.on.year, giant.way, giant.offered_ppm
