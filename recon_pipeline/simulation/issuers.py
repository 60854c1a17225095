"""The issuers behind the lines, with the truth that the sources only come near: shares outstanding by class of stock.

The archive implies a share count (cap by price), and for some companies an old one: that is planted here, in the truth,
so that the bytes of the archive do not depend on it. So are splits, companies that the SEC does not know (banks file
with their own regulator), filings whose count is no count (providers section 0, 1.5), and public floats that are next
to nothing (methodology 4.2) or told in thousands (providers 1.4).

What does not belong here: what an issuer files and when (`filings`), any provider's form (`providers`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Literal

from recon_pipeline.simulation.census import PPM, Company, Line
from recon_pipeline.simulation.chance import Dice
from recon_pipeline.simulation.kinds import FULL_SIZE
from recon_pipeline.simulation.market import SimulatedMarket
from recon_pipeline.simulation.nature import US, USUAL_PPM, Nature
from recon_pipeline.simulation.traps import Trap
from recon_pipeline.simulation.unseen import Unseen

Flaw = Literal["placeholder", "thousands", "before_split"]

FIRST_CIK: Final = 4_000_001
SATURDAY: Final = 5
STALE_SHARE: Final = 0.05
STALE_CLASSES_SHARE: Final = 0.15
LARGE_STALE: Final = 3
STALE_PERMILLE: Final = (20, 100)
# Companies in a market of full size.
FLAWS: Final[tuple[tuple[Flaw, int], ...]] = (("placeholder", 3), ("thousands", 3), ("before_split", 2))
PLACEHOLDERS: Final = (1, 100, 1000)
SPLITS, BANKS = 4, 5
SPLIT_RATIOS: Final = ((1, 2), (1, 4), (1, 10), (10, 1))
# In a market of one rank day: before the first session, so that no price has to jump.
SPLIT_DAYS_BEFORE, OLD_SPLIT_DAYS_BEFORE = 38, 200
# Without the trap of a split between report and rank day: before the cover of the last report.
SPLIT_LONG_BEFORE: Final = timedelta(days=OLD_SPLIT_DAYS_BEFORE)
# Parts of a million that no affiliate holds: of most companies, and of a few that hardly anybody else can buy; some of
# the others tell their float in thousands.
PUBLIC_PPM, CLOSELY_HELD_PPM = USUAL_PPM, 4_000
CLOSELY_HELD, FLOATS_IN_THOUSANDS = 3, 2
STATES: Final = ("DE", "DE", "DE", "NV", "MD")
SEATS: Final = ("NY", "CA", "TX", "IL", "MA")
# The part of the shares that a class without a symbol has where it holds nearly all votes, in per cent.
CONTROLLING_PERCENT: Final = 35


@dataclass(frozen=True, slots=True)
class ShareClass:
    """A class of stock: the SEC's name for it, its symbol in the archive's form (None: not listed), and its shares."""

    member: str
    symbol: str | None
    shares: int


@dataclass(frozen=True, slots=True)
class Split:
    """`after` new shares for `before` old ones, from a day on."""

    on: date
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a good report tells: the shares of the company on its cover date, to be read from the day it was filed."""

    filed: date
    cover_on: date
    shares: int


@dataclass(slots=True)
class Issuer:
    """A company with its number in the market, its lines, and what is true of its shares on the rank day.

    `cik` is None where the SEC does not know it. `shares` counts the whole company in units of its first line,
    `implied` is what the archive says; `classes` is empty where filings count the company as one. `unreported` of the
    shares were issued since its last report. `flaw` is what is wrong with the count in that report, `flaws` the same by
    rank day.

    The rest is what the methodology asks, whether or not a source tells it, beside the `nature` of the company: the
    states of its incorporation and headquarters where these are in the US. `public_ppm` is the part of the cap that the
    public can buy (4.2). `upc_units` are units of a partnership that are exchangeable into the listed class and count
    as shares (2.7, 6.1): `shares` has them. `reports` are the good ones, oldest first.
    """

    number: int
    company: Company
    lines: tuple[Line, ...]
    cik: int | None
    shares: int
    implied: int
    classes: tuple[ShareClass, ...] = ()
    unreported: int = 0
    split: Split | None = None
    flaw: Flaw | None = None
    flaws: dict[date, Flaw] = field(default_factory=dict)
    placeholder: int = 0
    public_ppm: int = PUBLIC_PPM
    is_float_in_thousands: bool = False
    listed_on: date | None = None
    left_on: date | None = None
    incorporated_state: str = ""
    headquartered_state: str = ""
    upc_units: int = 0
    reports: list[Known] = field(default_factory=list)

    @property
    def nature(self) -> Nature:
        """What is true of the company that no price list prints."""
        return self.company.nature

    @property
    def files_abroad(self) -> bool:
        """Whether it reports as a foreign private issuer: once a year, on a form of its own."""
        return US not in (self.nature.incorporated, self.nature.headquartered)

    @property
    def is_offered(self) -> bool:
        """Whether it came to the market by selling shares, as calendars of offerings have it."""
        return self.company.way in ("underwritten", "best_efforts")

    @property
    def is_direct_listing(self) -> bool:
        """Whether it came to the market without an offering, by the shares of its holders."""
        return self.company.way == "direct"

    @property
    def offered(self) -> int:
        """The shares that it sold when it came."""
        return max(1, self.shares * self.company.offered_ppm // PPM)

    def disclosed_on(self) -> date | None:
        """The day of its first report after it was listed, which states all its shares; None where it has filed none.

        Of an issuer of `Registers`, whose filings were drawn.
        """
        filed = [report.filed for report in self.reports if self.listed_on and report.filed > self.listed_on]
        return min(filed, default=None)

    def shares_known(self, day: date) -> int | None:
        """The shares of the company that its newest good report up to a day states, in shares of that day.

        None where there is no such report. Of an issuer of `Registers`; without filings there is none.
        """
        known = [report for report in self.reports if report.filed <= day]
        if not known:
            return None
        newest = max(known, key=lambda report: (report.cover_on, report.filed))
        if self.split and newest.cover_on < self.split.on <= day:
            return newest.shares * self.split.after // self.split.before
        return newest.shares

    @property
    def is_stale(self) -> bool:
        """Whether the archive's count is an old one."""
        return self.shares != self.implied

    @property
    def first(self) -> Line:
        """The line that the company is known by."""
        return self.lines[0]


def issuers_of(market: SimulatedMarket, unseen: Unseen) -> tuple[Issuer, ...]:
    """Every company of a market, those that its archive lacks at the end."""
    lines: dict[int, list[Line]] = defaultdict(list)
    for line in (*market.lines, *unseen.lines):
        lines[line.company].append(line)
    dice = Dice(market.seed, "issuers")
    found = tuple(
        _issuer(market, number, company, tuple(lines[number]), dice)
        for number, company in enumerate((*market.companies, *unseen.companies))
    )
    _Truth(market, found).plant()
    return _without_traps(market, found)


def _without_traps(market: SimulatedMarket, issuers: tuple[Issuer, ...]) -> tuple[Issuer, ...]:
    """Take out of the issuers, and so of what they report, each trap that is not wanted."""
    traps, long_ago = market.traps, market.span.rank_day - SPLIT_LONG_BEFORE
    for issuer in issuers:
        if Trap.BROKEN_COUNT not in traps:
            issuer.flaw, issuer.flaws, issuer.placeholder, issuer.is_float_in_thousands = None, {}, 0, False
            if not issuer.classes:
                issuer.shares = issuer.implied
        if Trap.SPLIT_BETWEEN not in traps and issuer.split and not market.span.is_of_years:
            issuer.split = replace(issuer.split, on=min(issuer.split.on, long_ago))
        if Trap.NO_FILER not in traps and issuer.cik is None:
            issuer.cik = FIRST_CIK + issuer.number
    return issuers


def _issuer(market: SimulatedMarket, number: int, company: Company, lines: tuple[Line, ...], dice: Dice) -> Issuer:
    listed, nature = lines[0].shares, company.nature
    units = listed * nature.units_ppm // (PPM - nature.units_ppm)
    shares = listed + units
    is_new = company.first > 0 or not company.in_opening
    return Issuer(
        number=number,
        company=company,
        lines=lines,
        cik=FIRST_CIK + (number if company.succeeds is None else company.succeeds),
        shares=shares,
        implied=listed,
        unreported=shares * dice.between(1, 3) // 1000 if dice.chance(0.3) else 0,
        listed_on=_listing_day(market, company, dice) if is_new else None,
        left_on=market.sessions[company.last] if company.last < len(market.sessions) else None,
        public_ppm=nature.public_ppm,
        incorporated_state=STATES[number % len(STATES)] if nature.incorporated == US else "",
        headquartered_state=SEATS[number % len(SEATS)] if nature.headquartered == US else "",
        upc_units=units,
        split=next((Split(market.sessions[at], *ratio) for at, *ratio in company.splits), None),
    )


def _listing_day(market: SimulatedMarket, company: Company, dice: Dice) -> date:
    if company.first > 0:
        return market.sessions[company.first]
    low, high = market.span.opening_asof, market.sessions[0]
    if company.ipo_year == high.year and low.year < high.year:
        low = date(high.year, 1, 2)
    elif low.year < high.year:
        high = date(high.year, 1, 1)
    return weekday(low + timedelta(days=1 + dice.below(max(1, (high - low).days - 1))))


def weekday(day: date) -> date:
    """The day, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))


class _Truth:
    """Plants what the sources disagree about, each on companies of its own."""

    def __init__(self, market: SimulatedMarket, issuers: tuple[Issuer, ...]) -> None:
        self._market, self._issuers = market, issuers
        self._dice = Dice(market.seed, "shares")
        self._free = [
            issuer
            for issuer in issuers
            if issuer.company.eligible
            and not issuer.company.trait
            and issuer.listed_on is None
            and issuer.left_on is None
            and not issuer.company.splits
            and len(list(common_lines(issuer))) == 1
            and issuer.number < len(market.companies)
        ]

    def plant(self) -> None:
        for issuer in self._issuers:
            if len(list(common_lines(issuer))) > 1:
                self._classes(issuer)
            elif issuer.upc_units:
                self._with_hidden_class(issuer, issuer.upc_units)
            elif issuer.company.trait == "controlled":
                self._with_hidden_class(issuer, issuer.shares * CONTROLLING_PERCENT // 100)
        self._large_stale()
        self._flaws()
        self._splits()
        self._banks()
        for issuer in self._free:
            if self._dice.chance(STALE_SHARE):
                self._make_stale(issuer)
        self._floats()

    def _take(self, low: int, high: int, industry: str = "") -> Issuer:
        size = len(self._market.lines)
        near = [
            issuer
            for issuer in self._free
            if low * size // FULL_SIZE <= issuer.number <= high * size // FULL_SIZE
            and industry in ("", issuer.company.industry)
        ]
        chosen = self._dice.pick(near or self._free)
        self._free.remove(chosen)
        chosen.unreported = 0
        return chosen

    def _scaled(self, count: int) -> int:
        return max(1, round(count * len(self._market.lines) / FULL_SIZE))

    def _make_stale(self, issuer: Issuer) -> None:
        change = self._dice.between(*STALE_PERMILLE) * self._dice.pick((-1, 1))
        issuer.shares = issuer.implied + issuer.implied * change // 1000
        issuer.unreported = 0

    def _large_stale(self) -> None:
        for _ in range(LARGE_STALE):
            self._make_stale(self._take(0, 60))

    def _flaws(self) -> None:
        span = self._market.span
        for rank_day in span.rank_days:
            old = weekday(rank_day - timedelta(days=OLD_SPLIT_DAYS_BEFORE))
            for flaw, count in FLAWS:
                for place in range(self._scaled(count)):
                    issuer = self._split_near(old) if flaw == "before_split" and span.is_of_years else None
                    if issuer is None:
                        issuer = self._take(300, 2500)
                        issuer.split = Split(old, 1, 4) if flaw == "before_split" and not span.is_of_years else None
                    if flaw == "before_split" and issuer.split is None:
                        continue
                    issuer.flaws[rank_day] = flaw
                    issuer.flaw = issuer.flaws.get(span.rank_day)
                    issuer.placeholder = PLACEHOLDERS[place % len(PLACEHOLDERS)]

    def _split_near(self, day: date) -> Issuer | None:
        """An issuer whose shares were split in the market about that day, and whose reports are sound."""
        found = [
            issuer
            for issuer in self._issuers
            if issuer.split
            and not issuer.flaws
            and issuer.split.after > issuer.split.before
            and abs((issuer.split.on - day).days) < OLD_SPLIT_DAYS_BEFORE // 2
        ]
        return self._dice.pick(found) if found else None

    def _splits(self) -> None:
        if self._market.span.is_of_years:
            return  # the market has its own
        day = weekday(self._market.span.rank_day - timedelta(days=SPLIT_DAYS_BEFORE))
        for place in range(self._scaled(SPLITS)):
            self._take(100, 2500).split = Split(day, *SPLIT_RATIOS[place % len(SPLIT_RATIOS)])

    def _banks(self) -> None:
        for _ in range(self._scaled(BANKS)):
            self._take(900, 2800, "Major Banks").cik = None

    def _floats(self) -> None:
        for _ in range(self._scaled(CLOSELY_HELD)):
            self._take(300, 2500).public_ppm = CLOSELY_HELD_PPM
        for _ in range(self._scaled(FLOATS_IN_THOUSANDS)):
            self._take(300, 2500).is_float_in_thousands = True

    @staticmethod
    def _with_hidden_class(issuer: Issuer, shares: int) -> None:
        """Its reports count a second class that is not listed: of votes alone, beside the units, or of shares too."""
        issuer.unreported = 0
        issuer.classes = (
            ShareClass(_member(issuer.first), issuer.first.symbol, issuer.shares - shares),
            ShareClass("CommonClassB", None, shares),
        )

    def _classes(self, issuer: Issuer) -> None:
        """Tell a company's shares by class: the first line has most of them, and some have a class without a symbol."""
        issuer.unreported = 0
        first, second = list(common_lines(issuer))[:2]
        ratio = round(first.shares / second.shares) or 1
        if ratio == 1 and issuer.number < len(self._market.companies) and self._dice.chance(STALE_CLASSES_SHARE):
            self._make_stale(issuer)
        # Where one share of a class is worth many of the other (Berkshire), the counts do not add up to the company.
        percent = self._dice.between(55, 85 if ratio == 1 else 60)
        of_first = issuer.shares * percent // 100
        rest = issuer.shares - of_first
        hidden = rest // 3 if ratio == 1 and self._dice.chance(0.3) else 0
        classes = [
            ShareClass(_member(first), first.symbol, of_first),
            ShareClass(_member(second), second.symbol, (rest - hidden) // ratio),
        ]
        if hidden:
            classes.append(ShareClass("CommonClassF", None, hidden))
        issuer.classes = tuple(classes)


def common_lines(issuer: Issuer) -> Iterator[Line]:
    """The lines of a company that are shares of it."""
    return (line for line in issuer.lines if line.role in ("common", "class"))


def _member(line: Line) -> str:
    """How the SEC names the class of a line."""
    words = line.name.rpartition(" Class ")[2] if " Class " in line.name else ""
    if "/" in line.symbol:
        return f"CommonClass{line.symbol[-1]}"
    if words[:1].isalpha() and words[1:2] == " ":
        return f"{'Capital' if 'Capital' in words else 'Common'}Class{words[0]}"
    return "CommonStock"
