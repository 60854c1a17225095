"""What happens over the years: companies that come and go, splits, issues, mergers, renames, tickers used again.

In a span of years as many companies leave as come, so that the market has about the same size on every rank day. Those
that have left by the last one are founded beside the living (`found_departing`, before derived lines are drawn); all
the rest is planted after the incidents of the last rank day, on companies that carry none (`plant`).

What does not belong here: what happens around the last rank day (`incidents`), prices (`walk`).
"""

from __future__ import annotations

from typing import Final

from recon_pipeline.simulation.census import ALWAYS, PRICE_UNIT, Census
from recon_pipeline.simulation.chance import Dice, growth
from recon_pipeline.simulation.incidents import HALTED_ON_RANK_DAY, Incidents, Span, derived, halted
from recon_pipeline.simulation.kinds import COMPANIES, Kind

# Companies of each kind that leave, and that come, in a year for a hundred that are listed.
TURNOVER: Final[dict[Kind, int]] = {
    **{"common": 9, "reit": 6, "foreign": 14, "adr": 12, "spac": 60, "fund": 5, "bdc": 5, "lp": 8, "royalty": 8},
}
TURNOVER_OF_LINES: Final = 14
"""What `TURNOVER` makes of all lines together, for a market of the size that is asked for."""

SESSIONS_A_YEAR: Final = 252
# A year, in a market of full size.
RENAMES, MERGERS, RECYCLED = 14, 12, 6
SPLITS: Final = (((1, 2), 5), ((1, 3), 2), ((1, 4), 2), ((2, 3), 2), ((1, 10), 1))
REVERSE_SPLITS: Final = (((10, 1), 8), ((20, 1), 6), ((5, 1), 6))
# On each rank day but the last, which has its own.
GAPS, FLICKERING, PENNIES = 14, 6, 12
REST_SESSIONS: Final = 120  # for which a ticker is nobody's before it is used again
ISSUING, ISSUING_PPM = 0.4, (1_000, 9_000)
OFFERINGS, OFFERING_PPM = 60, (30_000, 250_000)


class Lifetimes:
    """The years of a census. `found_departing` comes before derived lines, `plant` after the incidents."""

    def __init__(self, census: Census, span: Span) -> None:
        self.census, self.span = census, span
        self._dice = Dice(census.seed, "lifetimes")
        self._departing: list[int] = []
        self._free: list[int] = []
        self._taken: set[int] = set()

    @property
    def _years(self) -> float:
        return len(self.span.sessions) / SESSIONS_A_YEAR

    def _scaled(self, count: float) -> int:
        return max(1, round(self.census.scaled(1000) * count / 1000))

    def _flow(self, kind: Kind) -> int:
        """How many companies of a kind leave in the span, and how many come."""
        return self._scaled(COMPANIES[kind] * TURNOVER[kind] * self._years / 100)

    def found_departing(self) -> None:
        """Found the companies that leave; some of them came within the span too."""
        dice, end = self._dice, len(self.span.sessions)
        for kind in TURNOVER:
            for index in self.census.found_departing(kind, self._flow(kind), dice):
                company = self.census.companies[index]
                company.last = dice.between(3, max(3, self.span.rank_index - 30))
                if dice.chance(self._young(kind)) and company.last > 60:
                    self._arrive(index, dice.between(2, company.last - 40))
                self._departing.append(index)
        assert all(self.census.companies[index].last < end for index in self._departing)

    def _young(self, kind: Kind) -> float:
        """How many of those that leave in the span came in it too, if all live as long as `TURNOVER` lets them."""
        lives = self._years * TURNOVER[kind] / 100
        return 1.0 - (1.0 - growth(-lives)) / lives

    def _arrive(self, index: int, session: int) -> None:
        company = self.census.companies[index]
        company.first, company.in_opening = session, False
        company.ipo_year = self.span.sessions[session].year

    @property
    def free(self) -> list[int]:
        """The common companies of one line that are listed throughout and of which there is nothing to tell."""
        return list(self._free)

    def plant(self, incidents: Incidents) -> None:
        """Everything else."""
        self._free = sorted(incidents.free)
        self._arrivals()
        self._issues()
        self._reverse_splits()
        self._splits()
        self._mergers()
        self._renames()
        self._gaps()
        self._recycled()

    def _a_year(self, count: int) -> int:
        return self._scaled(count * self._years)

    def _take(self, low: int = 0, high: int = 3_750) -> int | None:
        """A common company without incident, of about this place in a market of full size."""
        scaled = self.census.scaled
        near = [index for index in self._free if scaled(low) <= index <= scaled(high)]
        if not near:
            return None
        chosen = self._dice.pick(near)
        self._free.remove(chosen)
        return chosen

    def _arrivals(self) -> None:
        dice, end = self._dice, len(self.span.sessions)
        for kind in TURNOVER:
            # Those that left again have made room for themselves.
            young = sum(
                self.census.companies[index].first > 0 and self.census.companies[index].kind == kind
                for index in self._departing
            )
            count = max(0, self._flow(kind) - young)
            if kind == "common":
                chosen = [index for _ in range(count) if (index := self._take(250)) is not None]
            else:
                among = [
                    index
                    for index in self.census.of_kind(kind)
                    if (company := self.census.companies[index]).first == 0 and company.last == ALWAYS
                ]
                chosen = [among.pop(dice.below(len(among))) for _ in range(min(count, len(among)))]
            for index in chosen:
                self._arrive(index, dice.between(2, end - 3))

    def _issues(self) -> None:
        """Shares that most companies issue a few of at a time, and offerings of many at once."""
        dice = self._dice
        for company in self.census.companies:
            if company.eligible and dice.chance(ISSUING):
                company.issuing_ppm = dice.between(*ISSUING_PPM)
        for _ in range(self._a_year(OFFERINGS)):
            company = self.census.companies[dice.pick(self.census.of_kind("common"))]
            session = self._day(company.first, company.last)
            if session is not None:
                company.issues += ((session, dice.between(*OFFERING_PPM)),)

    def _day(self, first: int = 0, last: int = ALWAYS) -> int | None:
        """A session of the span in which a company is listed, not among the first or the last few."""
        low, high = max(first, 0) + 5, min(last, len(self.span.sessions) - 1) - 5
        return self._dice.between(low, high) if low < high else None

    def _split(self, index: int, session: int, ratio: tuple[int, int]) -> None:
        company = self.census.companies[index]
        company.splits = (*company.splits, (session, *ratio))

    def _reverse_splits(self) -> None:
        """Of companies that would be under a dollar without: a few sessions after a rank day they are not any more."""
        for _, effective in self.span.seasons[:-1]:
            for _ in range(self._scaled(PENNIES)):
                if (index := self._take(2_300, 3_300)) is not None:
                    line = self.census.lines[index]
                    line.price = self._dice.between(3 * PRICE_UNIT, 7 * PRICE_UNIT) // 100 * 100
                    line.tick, line.volatility_ppm = 100, 12_000
                    line.shares = self.census.companies[index].cap_usd * PRICE_UNIT // line.price
                    self._split(index, self._dice.between(effective + 5, effective + 60), (20, 1))
        for ratio, count in REVERSE_SPLITS:
            for _ in range(self._a_year(count)):
                index, session = self._take(1_800, 3_600), self._day()
                if index is not None and session is not None:
                    self._split(index, session, ratio)

    def _splits(self) -> None:
        for ratio, count in SPLITS:
            for _ in range(self._a_year(count)):
                index, session = self._take(0, 1_500), self._day()
                if index is not None and session is not None:
                    self._split(index, session, ratio)

    def _mergers(self) -> None:
        """A company that leaves is paid for with shares of one that stays, or with its money where that is too many."""
        companies = self.census.companies
        targets = [index for index in self._departing if companies[index].kind == "common"]
        for _ in range(min(self._a_year(MERGERS), len(targets))):
            target = companies[targets.pop(self._dice.below(len(targets)))]
            if (index := self._take(100, 1_200)) is None:
                return
            buyer = companies[index]
            target.leaving = "acquired"
            share = min(OFFERING_PPM[1], target.cap_usd * 1_000_000 // buyer.cap_usd)
            buyer.issues += ((min(target.last + 1, len(self.span.sessions) - 1), share),)

    def _renames(self) -> None:
        names = self.census.names
        for _ in range(self._a_year(RENAMES)):
            index, session = self._take(100, 3_400), self._day()
            if index is not None and session is not None:
                line = self.census.lines[index]
                line.renamed_at, line.renamed_to = session, names.ticker(names.stem(), len(line.symbol))

    def _gaps(self) -> None:
        """Lines that the archive leaves out on a rank day or now and then, and lines that do not trade on it."""
        dice = self._dice
        for rank, effective in self.span.seasons[:-1]:
            for place in range(self._scaled(GAPS)):
                if place % 5 == 0:
                    index = self._take(300, 2_900)
                    lines = [] if index is None else [self.census.lines[index]]
                else:
                    lines = [dice.pick(derived(self.census, rank))]
                for line in lines:
                    line.gaps |= {rank}
            for _ in range(self._scaled(FLICKERING)):
                if (index := self._take(1_000, 3_400)) is not None:
                    away = [at for at in range(max(1, rank - 22), effective) if abs(at - rank) > 2]
                    self.census.lines[index].gaps |= {dice.pick(away) for _ in range(3)}
            for _ in range(self._scaled(HALTED_ON_RANK_DAY)):
                if (index := self._take(1_000, 2_900)) is not None:
                    self.census.lines[index].halts = halted(dice, rank)

    def _recycled(self) -> None:
        """A newcomer bears the symbol of a company that left months before."""
        companies, lines = self.census.companies, self.census.lines
        derived = {line.company for line in lines[len(companies) :]}
        gone = [index for index in self._departing if index not in derived and companies[index].kind == "common"]
        left = self._a_year(RECYCLED)
        for index, company in enumerate(companies):
            if left == 0:
                return
            if company.first == 0 or index in derived or company.kind != "common" or index in gone:
                continue
            before = [one for one in gone if companies[one].last + REST_SESSIONS < company.first]
            same = [one for one in before if companies[one].exchange == company.exchange]
            if same and not lines[index].renamed_to:
                one = self._dice.pick(same)
                lines[index].symbol = lines[one].symbol
                gone.remove(one)
                left -= 1
