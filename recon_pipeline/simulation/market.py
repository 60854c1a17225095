"""The simulated market itself: prices by session, the commits of its archive, and the dump that each commit holds.

`simulate` draws the census, plants the incidents and walks every price from the last rank day back and forth. All
figures are whole numbers and all draws come from `chance`, so the same seed gives the same bytes everywhere. Dumps are
written when they are asked for.

A market of years holds several reconstitutions. What is told "of the rank day" (the price and the shares of a line, the
cap of a company) is of the last one; `SimulatedMarket.at` gives the market as it was known when an earlier one took
effect, with the figures of its own rank day. Session indexes are the same in both.

What does not belong here: who is listed (`census`, `sidelines`, `incidents`, `lifetimes`), the path of prices (`walk`),
the print of a row (`dumps`), HTTP (`server`).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from threading import Lock
from typing import Protocol

from recon_pipeline.errors import BadInput
from recon_pipeline.events import ReconEvent, events, session_on_or_before, sessions
from recon_pipeline.simulation import dumps
from recon_pipeline.simulation.census import ISSUING_DAYS, PPM, PRICE_UNIT, Census, Company, Line
from recon_pipeline.simulation.chance import noise
from recon_pipeline.simulation.incidents import Incidents, Span
from recon_pipeline.simulation.kinds import EXCHANGES
from recon_pipeline.simulation.lifetimes import SESSIONS_A_YEAR, TURNOVER_OF_LINES, Lifetimes
from recon_pipeline.simulation.sidelines import Sidelines
from recon_pipeline.simulation.traps import MARKET_TRAPS, Trap, Traps, tidied
from recon_pipeline.simulation.walk import Whole, walk
from recon_pipeline.simulation.ways import Ways

DEFAULT_LINES = 6000
DEFAULT_SEED = 1
LEAD_DAYS = 35  # calendar days before the rank day: the price rule looks back 30
KEPT_DUMPS = 96  # what an event asks for around its rank day; a client lands each dump once
FRIDAY = 4
WINDOW = 24  # sessions from the first that the price rule looks back to, to the rank day
REPORTED_YEARS = 3  # before the span, of which the issuers' reports still tell


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the archive: `committed_at` in UTC; `session` is the index of the session whose close it holds."""

    sha: str
    committed_at: str
    session: int


class Ledger(Protocol):
    """Who is listed, with the figures of the rank day."""

    @property
    def seed(self) -> int: ...
    @property
    def companies(self) -> list[Company]: ...
    @property
    def lines(self) -> list[Line]: ...


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to a count of shares on a day: `after` for `before`."""

    on: date
    before: int
    after: int


class SimulatedMarket:
    """A whole market over a span of sessions, as its archive would have kept it. Safe to read from several threads.

    `whole` is the market that this one is a part of (`at`), or itself.
    """

    def __init__(
        self, span: Span, ledger: Ledger, whole: SimulatedMarket | None = None, traps: Traps = MARKET_TRAPS
    ) -> None:
        self.span, self.seed = span, ledger.seed
        self.companies: list[Company] = ledger.companies
        self.lines: list[Line] = ledger.lines
        self.whole = whole or self
        self.traps: Traps = whole.traps if whole else traps
        self.closes: Whole = (
            whole.closes[: len(span.sessions) + 1]
            if whole
            else walk(self.lines, self.companies, rank=span.rank_index, sessions=len(span.sessions), seed=ledger.seed)
        )
        self._frames: dict[tuple[int, str], tuple[str, str]] = {}
        self._dumps: OrderedDict[tuple[int, str], bytes] = OrderedDict()
        self._changes: dict[int, tuple[Change, ...]] = {}
        self._days_of_change: dict[int, list[date]] = {}
        self._lock = Lock()

    @property
    def sessions(self) -> tuple[date, ...]:
        """The sessions of the span, ascending."""
        return self.span.sessions

    def at(self, rank_day: date) -> SimulatedMarket:
        """The market as it was known on the first day of the effect of a reconstitution or of a round of IPO additions:
        it ends there.

        Lines and companies have the figures of that rank day. Raises BadInput for any other day.
        """
        if rank_day == self.span.rank_day:
            return self
        found = [event for event in (*self.span.past, *self.span.rounds) if event.rank_day == rank_day]
        if not found:
            days = sorted({*self.span.rank_days, *(event.rank_day for event in self.span.rounds)})
            raise BadInput(f"The simulated market ranks nobody on {rank_day}, but on {', '.join(map(str, days))}.")
        event = found[0]
        past = tuple(each for each in self.span.past if each.rank_day < rank_day)
        span = Span(
            sessions=self.sessions[: self.span.index(event.effective_from) + 1],
            rank_day=rank_day,
            opening_asof=past[-1].effective_from if past else self.span.opening_asof,
            past=past,
            rounds=tuple(each for each in self.span.rounds if each.rank_day < rank_day),
        )
        rank, opened = span.rank_index, span.index(span.opening_asof)
        lines = [
            replace(line, price=self.close(index, rank), shares=self.shares(index, rank))
            for index, line in enumerate(self.lines)
        ]
        companies = [
            replace(
                company,
                cap_usd=company.cap_usd * now.price * now.shares // (last.price * last.shares),
                in_opening=company.in_opening or company.first <= opened,
            )
            for company, now, last in zip(self.companies, lines, self.lines, strict=False)
        ]
        return SimulatedMarket(span, Part(self.seed, companies, lines), self.whole)

    def close(self, line: int, session: int) -> int:
        """The true close of a line in 1/10,000 USD; session -1 is the one before the span."""
        return int(self.closes[session + 1, line])

    def listed(self, line: int, session: int) -> bool:
        """Whether the line trades in a session (the archive may leave it out all the same: `Line.gaps`)."""
        company = self.companies[self.lines[line].company]
        return company.first <= session <= company.last

    def symbol(self, line: int, session: int) -> str:
        """The line's symbol in a session, without padding."""
        entry = self.lines[line]
        return entry.renamed_to if session >= entry.renamed_at else entry.symbol

    def volume(self, line: int, session: int) -> int:
        """The shares of a line that traded in a session."""
        one, two = noise(self.seed, f"trading/{session}", 3 * len(self.lines))[3 * line : 3 * line + 2]
        return self._volume(line, session, self.shares(line, session), one + two)

    def _volume(self, line: int, session: int, shares: int, drawn: int) -> int:
        if session in self.lines[line].halts:
            return 0
        return max(1, shares * self.lines[line].turnover_ppm // PPM * (40 + drawn) // 256)

    def shares(self, line: int, session: int) -> int:
        """The shares of a line in a session, as the archive implies them."""
        return self.shares_on(line, self.sessions[max(0, session)])

    def shares_on(self, line: int, day: date) -> int:
        """The shares of a line on a day, up to three years before the span; as the archive would imply them."""
        entry = self.whole.lines[line]
        return self.counted(entry.company, entry.shares, day) if entry.role in ("common", "class") else entry.shares

    def counted(self, company: int, count: int, day: date) -> int:
        """What a count of a company's shares of the whole market's last rank day was on another day."""
        changes = self.changes(company)
        if changes:
            days = self.whole._days_of_change[company]
            here, last = bisect_right(days, day), bisect_right(days, self.whole.span.rank_day)
            for change in reversed(changes[here:last]):
                count = count * change.before // change.after
            for change in changes[last:here]:
                count = count * change.after // change.before
        return max(1, count)

    def changes(self, company: int) -> tuple[Change, ...]:
        """What happens to the shares of a company, by day."""
        if self.whole is not self:
            return self.whole.changes(company)
        if company >= len(self.companies):
            return ()
        if company not in self._changes:
            entry = self.companies[company]
            found = [Change(self.sessions[at], before, after) for at, before, after in entry.splits]
            found += [Change(self.sessions[at], PPM, PPM + more) for at, more in entry.issues]
            if entry.issuing_ppm:
                found += [Change(day, PPM, PPM + entry.issuing_ppm) for day in self._issuing_days]
            found.sort(key=lambda change: change.on)
            self._days_of_change[company] = [change.on for change in found]
            self._changes[company] = tuple(found)
        return self._changes[company]

    def chain(self, last: ReconEvent) -> list[ReconEvent]:
        """Every event of the span by rank day, from its first reconstitution to the `last` one: a round of IPO
        additions before that would go by breakpoints of a day that is not in the market."""
        recons = (*self.span.past, last)
        rounds = [each for each in self.span.rounds if each.rank_day > recons[0].rank_day]
        return sorted((*recons, *rounds), key=lambda each: each.rank_day)

    @cached_property
    def _issuing_days(self) -> list[date]:
        years = range(self.sessions[0].year - REPORTED_YEARS, self.sessions[-1].year + 1)
        return [date(year, month, day) for year in years for month, day in ISSUING_DAYS]

    @property
    def lost_session(self) -> int:
        """The session whose own commit repeats the dump before it, so that its close is nowhere; the last of them."""
        return self._lost_sessions[-1]

    @cached_property
    def _lost_sessions(self) -> list[int]:
        """One between each rank day and the day of effect."""
        return [(rank + effective + 1) // 2 for rank, effective in self.span.seasons]

    @cached_property
    def commits(self) -> tuple[Commit, ...]:
        """Every commit, oldest first: each session's at 00:27 UTC of the day after, and one weekend repetition."""
        if self.whole is not self:
            last = (self.sessions[-1] + timedelta(days=1)).isoformat()
            return tuple(commit for commit in self.whole.commits if commit.committed_at[: len(last)] <= last)
        made = []
        lost, repeated = set(self._lost_sessions), self._repeated_fridays
        for index, day in enumerate(self.sessions):
            holds = index - 1 if index in lost and Trap.OMISSION in self.traps else index
            made.append(self._commit(day + timedelta(days=1), "00:27:13", holds))
            if index in repeated and Trap.NO_SESSION in self.traps:
                made.append(self._commit(day + timedelta(days=2), "00:17:44", holds))
        return tuple(made)

    @cached_property
    def _repeated_fridays(self) -> set[int]:
        """The first Friday in the window of each rank day: its dump is committed again on the weekend."""
        windows = [range(max(3, rank - WINDOW + 3), rank - 2) for rank, _ in self.span.seasons]
        fridays = [[index for index in window if self.sessions[index].weekday() == FRIDAY] for window in windows]
        return {found[0] for found in fridays if found}

    def _commit(self, day: date, time: str, session: int) -> Commit:
        moment = f"{day.isoformat()}T{time}Z"
        return Commit(hashlib.sha1(f"{self.seed}/{moment}".encode()).hexdigest(), moment, session)

    def dump(self, sha: str, exchange: str) -> bytes | None:
        """The dump of one exchange that a commit holds; None for an unknown commit or exchange."""
        commit = self._by_sha.get(sha)
        if commit is None or exchange not in EXCHANGES:
            return None
        key = (commit.session, exchange)
        with self._lock:
            if key not in self._dumps:
                self._dumps.update(
                    {(commit.session, name): body for name, body in self.written(commit.session).items()}
                )
            while len(self._dumps) > KEPT_DUMPS:
                self._dumps.popitem(last=False)
            return self._dumps[key]

    @cached_property
    def _by_sha(self) -> dict[str, Commit]:
        return {commit.sha: commit for commit in self.commits}

    def written(self, session: int) -> dict[str, bytes]:
        """The dumps of a session by exchange: rows in order of symbol."""
        now, before = self.closes[session + 1].tolist(), self.closes[session].tolist()
        day = self.sessions[session]
        chance = noise(self.seed, f"trading/{session}", 3 * len(self.lines))
        rows: dict[str, list[tuple[str, str]]] = {exchange: [] for exchange in EXCHANGES}
        for index, line in enumerate(self.lines):
            company = self.companies[line.company]
            if not company.first <= session <= company.last or session in line.gaps:
                continue
            symbol = self.symbol(index, session)
            one, two, three = chance[3 * index : 3 * index + 3]
            close, reference = now[index], before[index]
            for at, old, new in company.splits:
                if at == session and line.role in ("common", "class"):
                    reference = max(1, reference * old // new)  # the change is that of a holder
            if three == 0 and reference > line.tick and session not in line.halts:
                reference -= line.tick  # a cent of dividend: netchange does not refer to the close that was printed
            shares = self.shares_on(index, day)
            volume = self._volume(index, session, shares, one + two)
            figures = dumps.figures(close, reference, volume, self._cap(line, close, shares, now, day))
            head, tail = self._frame(index, line, company, symbol)
            rows[company.exchange].append((symbol, head + figures + tail))
        return {exchange: dumps.document([row for _, row in sorted(found)]) for exchange, found in rows.items()}

    def _cap(self, line: Line, close: int, shares: int, now: Sequence[int], day: date) -> str:
        """Market cap as printed: price times shares to a dollar, the parent's, zero or nothing."""
        if line.cap == "parent":
            close, shares = now[line.company], self.shares_on(line.company, day)
        if line.cap in ("own", "parent"):
            return f"{(close * shares + PRICE_UNIT // 2) // PRICE_UNIT}.00"
        return "0.00" if line.cap == "zero" else ""

    def _frame(self, index: int, line: Line, company: Company, symbol: str) -> tuple[str, str]:
        """What stands before and after the figures of a line's row; it changes with the symbol alone."""
        found = self._frames.get((index, symbol))
        if found is None:
            found = dumps.opening(line, symbol), dumps.closing(line, company, symbol)
            self._frames[index, symbol] = found
        return found


@dataclass(frozen=True)
class Part:
    """The ledger of a part of a market."""

    seed: int
    companies: list[Company]
    lines: list[Line]


def span_of(event: ReconEvent, years: int = 0) -> Span:
    """The sessions that a run of the event may ask for, and the date of the membership that it opens from.

    That date is the first session under the last reconstitution before the rank day; 300 days before if none is known.
    With `years` the span begins with the membership of the reconstitution that took effect that long before, and holds
    all reconstitutions since.
    """
    recons = [known for known in events().values() if known.kind == "recon" and known.effective_from < event.rank_day]
    if years:
        wanted = event.effective_from.replace(day=1, year=event.effective_from.year - years)
        if not recons or recons[0].effective_from > event.effective_from - timedelta(days=365 * years):
            raise BadInput(f"No membership is known to open from {years} years before {event.event_id}.")
        opening = min((known.effective_from for known in recons), key=lambda day: abs(day - wanted))
        past = tuple(known for known in recons if known.rank_day > opening)
        rounds = tuple(
            known
            for known in events().values()
            if known.kind == "ipo" and known.rank_day > opening and known.effective_from <= event.effective_from
        )
        return Span(tuple(sessions(opening, event.effective_from)), event.rank_day, opening, past, rounds)
    opening = max((known.effective_from for known in recons), default=None) or session_on_or_before(
        event.rank_day - timedelta(days=300)
    )
    days = sessions(event.rank_day - timedelta(days=LEAD_DAYS), event.effective_from)
    return Span(sessions=tuple(days), rank_day=event.rank_day, opening_asof=opening)


def simulate(
    event: ReconEvent,
    *,
    lines: int = DEFAULT_LINES,
    seed: int = DEFAULT_SEED,
    years: int = 0,
    traps: Traps = MARKET_TRAPS,
) -> SimulatedMarket:
    """A market of about `lines` lines up to the first session of the event's effect.

    With `years` it spans so many and all their reconstitutions, and counts every line that is ever listed in them;
    without, it begins 35 days before the event's rank day. From about 5,900 lines at a time on there are enough
    eligible companies for rank 3000; fewer make a small market of the same shape. The same event, size, years and seed
    give the same bytes on every platform. `traps` says what in it misleads.
    """
    return populate(span_of(event, years), lines=lines, seed=seed, traps=traps)


def populate(span: Span, *, lines: int, seed: int, traps: Traps = MARKET_TRAPS) -> SimulatedMarket:
    """The market of a span: everybody who is listed in it, and what happens to them."""
    years = len(span.sessions) / SESSIONS_A_YEAR if span.is_of_years else 0
    at_a_time = round(lines / (1 + years * TURNOVER_OF_LINES / 100))
    census = Census(at_a_time, seed, span.rank_day.year, span.sessions[0].year)
    census.settle()
    lifetimes = Lifetimes(census, span) if span.is_of_years else None
    if lifetimes:
        lifetimes.found_departing()
    Sidelines(census).add_all()
    incidents = Incidents(census, span)
    incidents.plant()
    if lifetimes:
        lifetimes.plant(incidents)
    Ways(census, span, lifetimes.free if lifetimes else incidents.free).plant()
    return SimulatedMarket(span, tidied(census, span, traps), traps=traps)
