"""What the issuers of the simulated market filed with the SEC, and when.

A report states the shares of its cover date. The last one before a rank day tells the truth, but for what was issued
since and for the flaws that are planted; those before tell of other counts. Those that are filed between a rank day
and the day of effect count shares of an offering that is withdrawn afterwards: a reader that looks ahead is found out
by it.

What does not belong here: the truth (`issuers`), the form of any data set (`providers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from recon_pipeline.simulation.chance import Dice
from recon_pipeline.simulation.issuers import Flaw, Issuer, Known, Split, weekday
from recon_pipeline.simulation.market import SimulatedMarket

PERIODS: Final = 6  # before the first rank day
# Days from the end of a period to the filing: the first and how many more there may be.
QUARTERLY, YEARLY, YEARLY_ABROAD = (25, 20), (38, 45), (60, 55)
# Of an issuer with a split or a flaw: after the rank day for the last quarter, long before the split for the year.
FIXED_DAYS: Final = 44
COVER_DAYS: Final = (2, 9)
LATER_PERCENT: Final = 108
DECEMBER: Final = 12
# Two of ten companies end their year a month or two before December.
EARLIER_YEARS: Final = {8: 1, 9: 2}
DEREGISTERED_AFTER: Final = timedelta(days=10)
FIRST_REPORT: Final = timedelta(days=20)  # after it was listed
FILED_BEFORE: Final = ("uplisting", "cross_listing")
# A first report of some of those that were not sold to underwriters: how many shares there are is in no prospectus.
EARLY_REPORT: Final = timedelta(days=25)
EARLY_OF: Final = 2  # one of so many
LATER_NUMBERS: Final = 300
# Of a way to come, but for what underwriters sell: forms and the days before the listing.
FORMS_OF: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "spin_off": (("10-12B", 30), ("10-12B/A", 12)),
    "direct": (("S-1", 45), ("424B3", 1)),
    "best_efforts": (("S-1", 60), ("S-1/A", 15), ("424B1", 1)),
    "underwritten": (("S-1", 45), ("S-1/A", 10), ("424B4", 1)),
    "cross_listing": (("20FR12B", 20),),
}
# Of a way to leave: forms and the days after the last session.
FORMS_OF_LEAVING: Final[dict[str, tuple[tuple[str, int], ...]]] = {
    "acquired": (("DEFM14A", -40), ("25-NSE", 0)),
    "moved": (("25", -8),),
    "bankrupt": (("25-NSE", 12),),
    "liquidated": (("25-NSE", 0),),
    "succeeded": (),
}


@dataclass(frozen=True, slots=True)
class Count:
    """Shares on the cover of a report, of a class of stock or (blank) of the whole company."""

    member: str
    shares: int


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing. Reports have a period, a cover date and counts; other forms have none.

    `symbol` is that of the issuer's first line when it was filed, `cap_usd` the issuer's total cap at the end of the
    period.
    """

    issuer: Issuer
    accession: str
    form: str
    filed: date
    period: date | None = None
    cover_on: date | None = None
    counts: tuple[Count, ...] = ()
    symbol: str = ""
    cap_usd: int = 0

    @property
    def cik(self) -> int:
        """The filer."""
        assert self.issuer.cik is not None
        return self.issuer.cik

    def of(self, issuer: Issuer) -> Filing:
        """The same filing, of the issuer as it was known then. Written out: `replace` takes four times as long, and a
        market has a hundred thousand."""
        return Filing(
            issuer,
            self.accession,
            self.form,
            self.filed,
            self.period,
            self.cover_on,
            self.counts,
            self.symbol,
            self.cap_usd,
        )


def filings_of(market: SimulatedMarket, issuers: tuple[Issuer, ...]) -> tuple[Filing, ...]:
    """Every filing from two years before the rank day to the last session, by day and accession number."""
    dice = Dice(market.seed, "filings")
    found = [filing for issuer in issuers if issuer.cik is not None for filing in _of(market, issuer, dice)]
    return tuple(sorted(found, key=lambda filing: (filing.filed, filing.accession)))


def _of(market: SimulatedMarket, issuer: Issuer, dice: Dice) -> Iterator[Filing]:
    last_day = market.sessions[-1]
    for number, (form, filed) in enumerate(_notices(issuer, last_day), start=900):
        yield Filing(issuer, _accession(issuer, filed, number), form, filed)
    planned = [
        (form, period, filed, filed - timedelta(days=dice.between(*COVER_DAYS)))
        for form, period, filed in _reports(market, issuer, dice)
        if filed <= last_day
        and (issuer.listed_on is None or issuer.company.way in FILED_BEFORE or filed > issuer.listed_on + FIRST_REPORT)
        and (issuer.left_on is None or filed <= issuer.left_on)
    ]
    last_before = {
        rank_day: max((place for place, report in enumerate(planned) if report[2] <= rank_day), default=-1)
        for rank_day in market.span.rank_days
    }
    flawed = {last_before[rank_day]: flaw for rank_day, flaw in issuer.flaws.items()}
    issuer.reports.clear()
    for place, (form, period, filed, cover_on) in enumerate(planned):
        counts = () if form == "N-CSR" else tuple(_counts(market, issuer, filed, cover_on, flawed.get(place)))
        if counts and place not in flawed:
            issuer.reports.append(Known(filed, cover_on, _of_company(issuer, counts)))
        yield Filing(
            issuer,
            _accession(issuer, filed, place),
            form,
            filed,
            period,
            cover_on,
            counts,
            _symbol(market, issuer, filed),
            _cap_usd(market, issuer, period),
        )


def _symbol(market: SimulatedMarket, issuer: Issuer, day: date) -> str:
    """The symbol of the first line of an issuer on a day."""
    if issuer.number >= len(market.companies):
        return issuer.first.symbol
    return market.symbol(issuer.number, market.span.index(day))


def _cap_usd(market: SimulatedMarket, issuer: Issuer, day: date) -> int:
    """The total cap of an issuer on a day; before the span that of its first session."""
    cap, number = issuer.company.cap_usd, issuer.number
    if number >= len(market.companies):
        return cap
    session = market.span.index(day)
    line = market.lines[number]
    return cap * market.close(number, session) * market.shares(number, session) // (line.price * line.shares)


def _of_company(issuer: Issuer, counts: tuple[Count, ...]) -> int:
    """The shares of a company in units of its first line: a class that is worth many shares counts as so many."""
    if not issuer.classes:
        return counts[0].shares
    prices = {line.symbol: line.price for line in issuer.lines}
    return sum(
        each.shares * max(1, round(prices.get(one.symbol or "", 0) / issuer.first.price))
        for each, one in zip(counts, issuer.classes, strict=True)
    )


def _accession(issuer: Issuer, filed: date, number: int) -> str:
    later = 0 if issuer.company.succeeds is None else LATER_NUMBERS  # under the number of the one before
    return f"{issuer.cik:010}-{filed:%y}-{number + later:06}"


def _notices(issuer: Issuer, last_day: date) -> Iterator[tuple[str, date]]:
    """Forms that tell of listing and delisting."""
    way, leaving = issuer.company.way, issuer.company.leaving
    if issuer.listed_on and issuer.listed_on <= last_day:
        # What merges or converts is registered already; some register anew all the same, as for another exchange.
        if way not in ("merger", "conversion") or issuer.number % 2:
            yield "8-A12B", weekday(issuer.listed_on - timedelta(days=3))
        if issuer.nature.structure in ("bdc", "fund"):
            yield "N-2", weekday(issuer.listed_on - timedelta(days=40))  # what else tells of one without a report yet
        else:
            for form, days in FORMS_OF.get(way, ()):
                name = form.replace("S-1", "F-1") if issuer.files_abroad else form
                yield name, weekday(issuer.listed_on - timedelta(days=days))
    if issuer.left_on:
        if leaving == "succeeded" and issuer.nature.structure == "spac":
            yield "S-4", weekday(issuer.left_on - timedelta(days=110))
            yield "DEFM14A", weekday(issuer.left_on - timedelta(days=25))
            if any(line.role == "unit" for line in issuer.lines):
                yield "25-NSE", issuer.left_on  # of the units, which end with the merger
        for form, days in FORMS_OF_LEAVING.get(leaving, ()):
            if (day := weekday(issuer.left_on + timedelta(days=days))) <= last_day:
                yield form, day
        if leaving != "succeeded" and (gone := weekday(issuer.left_on + DEREGISTERED_AFTER)) <= last_day:
            yield "15-12B", gone


def _reports(market: SimulatedMarket, issuer: Issuer, dice: Dice) -> Iterator[tuple[str, date, date]]:
    """Form, period and day of filing, oldest first."""
    kind = issuer.company.kind
    is_fixed = issuer.split is not None or bool(issuer.flaws)
    for period in reversed(list(_quarter_ends(market.span.rank_day, market.span.rank_days[0]))):
        is_year = period.month == DECEMBER
        if kind == "fund" or issuer.files_abroad:
            if not is_year:
                continue
            abroad = "40-F" if issuer.nature.headquartered == "Canada" else "20-F"
            form, (first, more) = "N-CSR" if kind == "fund" else abroad, YEARLY_ABROAD
        else:
            form, (first, more) = ("10-K", YEARLY) if is_year else ("10-Q", QUARTERLY)
        days = FIXED_DAYS if is_fixed else first + dice.below(more)
        end = period if is_fixed else _months_before(period, EARLIER_YEARS.get(issuer.number % 10, 0))
        yield form, end, weekday(end + timedelta(days=days))
    if issuer.listed_on and issuer.company.way in ("direct", "best_efforts") and issuer.number % EARLY_OF:
        filed = weekday(issuer.listed_on + EARLY_REPORT)
        yield "10-Q", next(_quarter_ends(filed, date.max)), filed


def _quarter_ends(day: date, first: date) -> Iterator[date]:
    """The ends of a quarter before a day, newest first, down to the last `PERIODS` before a first day."""
    end = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)
    left = PERIODS
    while left:
        yield end
        left -= end < first
        start = end.replace(month=end.month - 2, day=1)
        end = start - timedelta(days=1)


def _months_before(end: date, months: int) -> date:
    """The end of a month that is some months before one."""
    for _ in range(months):
        end = end.replace(day=1) - timedelta(days=1)
    return end


def _counts(market: SimulatedMarket, issuer: Issuer, filed: date, cover_on: date, flaw: Flaw | None) -> Iterator[Count]:
    """What a report says of each class; `flaw` is what is wrong with it."""
    shares = issuer.classes or ()
    for member, true in [(each.member, each.shares) for each in shares] or [("", issuer.shares)]:
        yield Count(member, _stated(market, issuer, true, filed, cover_on, flaw))


def _stated(market: SimulatedMarket, issuer: Issuer, true: int, filed: date, cover_on: date, flaw: Flaw | None) -> int:
    """What a report says of a count, of which `true` is that of the market's last rank day."""
    count = market.counted(issuer.number, true - issuer.unreported, cover_on)
    split = issuer.split
    if split and flaw == "before_split" and cover_on >= split.on:
        return _before(count, split)
    if split and cover_on < split.on and not issuer.company.splits:
        count = _before(count, split)  # one that the market does not know, for it was before the span
    if flaw == "placeholder":
        return issuer.placeholder
    if flaw == "thousands":
        return count // 1000
    return count * LATER_PERCENT // 100 if _is_in_season(market, filed) else count


def _is_in_season(market: SimulatedMarket, filed: date) -> bool:
    """Whether a day is after a rank day, and not after the first one of its effect."""
    days = market.sessions
    return any(days[rank] < filed <= days[effective] for rank, effective in market.span.seasons)


def _before(count: int, split: Split) -> int:
    return count * split.before // split.after
