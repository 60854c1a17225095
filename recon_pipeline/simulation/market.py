"""The simulated market itself: prices by session, the commits of its archive, and the dump that each commit holds.

`simulate` draws the census, plants the incidents and walks every price from the rank day back and forth. All figures
are whole numbers and all draws come from `chance`, so the same seed gives the same bytes everywhere. Dumps are written
when they are asked for.

What does not belong here: who is listed (`census`, `sidelines`, `incidents`), the print of a row (`dumps`), HTTP
(`server`).
"""

from __future__ import annotations

import hashlib
from array import array
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from threading import Lock

from recon_pipeline.events import ReconEvent, events, session_on_or_before, sessions
from recon_pipeline.simulation import dumps
from recon_pipeline.simulation.census import PRICE_UNIT, Census, Company, Line
from recon_pipeline.simulation.chance import noise
from recon_pipeline.simulation.incidents import Incidents, Span
from recon_pipeline.simulation.kinds import EXCHANGES
from recon_pipeline.simulation.sidelines import Sidelines
from recon_pipeline.simulation.traps import MARKET_TRAPS, Trap, Traps, tidied

DEFAULT_LINES = 6000
DEFAULT_SEED = 1
LEAD_DAYS = 35  # calendar days before the rank day: the price rule looks back 30
KEPT_DUMPS = 12  # four sessions; a client lands each dump once
PPM = 1_000_000
FRIDAY = 4
MARKET_DRIFT_PPM, MARKET_VOLATILITY_PPM = 300, 9_000
NOISE_CENTRE, NOISE_SPREAD = 510, 148  # mean and deviation of the sum of four uniform bytes


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the archive: `committed_at` in UTC; `session` is the index of the session whose close it holds."""

    sha: str
    committed_at: str
    session: int


class SimulatedMarket:
    """A whole market over a span of sessions, as its archive would have kept it. Safe to read from several threads."""

    def __init__(self, span: Span, census: Census, traps: Traps = MARKET_TRAPS) -> None:
        self.span, self.seed, self.traps = span, census.seed, traps
        self.companies: list[Company] = census.companies
        self.lines: list[Line] = census.lines
        self.closes = walk(census.lines, span, census.seed)
        self._frames: dict[tuple[int, str], tuple[str, str]] = {}
        self._dumps: OrderedDict[tuple[int, str], bytes] = OrderedDict()
        self._lock = Lock()

    @property
    def sessions(self) -> tuple[date, ...]:
        """The sessions of the span, ascending."""
        return self.span.sessions

    def close(self, line: int, session: int) -> int:
        """The true close of a line in 1/10,000 USD; session -1 is the one before the span."""
        return self.closes[session + 1][line]

    def listed(self, line: int, session: int) -> bool:
        """Whether the line trades in a session (the archive may leave it out all the same: `Line.gaps`)."""
        company = self.companies[self.lines[line].company]
        return company.first <= session <= company.last

    def symbol(self, line: int, session: int) -> str:
        """The line's symbol in a session, without padding."""
        entry = self.lines[line]
        return entry.renamed_to if session >= entry.renamed_at else entry.symbol

    @property
    def lost_session(self) -> int:
        """The session whose own commit repeats the dump before it, so that its close is nowhere."""
        return (self.span.rank_index + len(self.sessions)) // 2

    @cached_property
    def commits(self) -> tuple[Commit, ...]:
        """Every commit, oldest first: each session's at 00:27 UTC of the day after, and one weekend repetition."""
        made = []
        repeated = False
        for index, day in enumerate(self.sessions):
            holds = index - 1 if index == self.lost_session and Trap.OMISSION in self.traps else index
            made.append(self._commit(day + timedelta(days=1), "00:27:13", holds))
            repeats = Trap.NO_SESSION in self.traps and not repeated
            if day.weekday() == FRIDAY and repeats and 2 < index < self.span.rank_index - 2:
                made.append(self._commit(day + timedelta(days=2), "00:17:44", holds))
                repeated = True
        return tuple(made)

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
        now, before = self.closes[session + 1], self.closes[session]
        chance = noise(self.seed, f"trading/{session}", 3 * len(self.lines))
        rows: dict[str, list[tuple[str, str]]] = {exchange: [] for exchange in EXCHANGES}
        for index, line in enumerate(self.lines):
            company = self.companies[line.company]
            if not company.first <= session <= company.last or session in line.gaps:
                continue
            symbol = self.symbol(index, session)
            one, two, three = chance[3 * index : 3 * index + 3]
            close, reference = now[index], before[index]
            if three == 0 and reference > line.tick:
                reference -= line.tick  # a cent of dividend: netchange does not refer to the close that was printed
            volume = max(1, line.shares * line.turnover_ppm // PPM * (40 + one + two) // 256)
            figures = dumps.figures(close, reference, volume, self._cap(line, index, now))
            head, tail = self._frame(index, line, company, symbol)
            rows[company.exchange].append((symbol, head + figures + tail))
        return {exchange: dumps.document([row for _, row in sorted(found)]) for exchange, found in rows.items()}

    def _cap(self, line: Line, index: int, now: array[int]) -> str:
        """Market cap as printed: price times shares to a dollar, the parent's, zero or nothing."""
        if line.cap == "own":
            return f"{(now[index] * line.shares + PRICE_UNIT // 2) // PRICE_UNIT}.00"
        if line.cap == "parent":
            parent = line.company
            return f"{(now[parent] * self.lines[parent].shares + PRICE_UNIT // 2) // PRICE_UNIT}.00"
        return "0.00" if line.cap == "zero" else ""

    def _frame(self, index: int, line: Line, company: Company, symbol: str) -> tuple[str, str]:
        """What stands before and after the figures of a line's row; it changes with the symbol alone."""
        found = self._frames.get((index, symbol))
        if found is None:
            found = dumps.opening(line, symbol), dumps.closing(line, company, symbol)
            self._frames[index, symbol] = found
        return found


def walk(lines: list[Line], span: Span, seed: int) -> list[array[int]]:
    """Closes of every line in 1/10,000 USD: one array a session, the session before the span first.

    A return is market factor times beta, plus the line's own noise, plus its drift until the rank day. The rank day's
    prices are given; later sessions multiply up from it, earlier ones down.
    """
    rank = span.rank_index
    today = array("q", (line.price for line in lines))
    closes = {rank: today}
    for session in range(rank + 1, len(span.sessions)):
        closes[session] = moved(lines, closes[session - 1], returns(lines, seed, session, drifting=False), 1)
    for session in range(rank, -1, -1):
        closes[session - 1] = moved(lines, closes[session], returns(lines, seed, session, drifting=True), -1)
    return [closes[session] for session in range(-1, len(span.sessions))]


def returns(lines: list[Line], seed: int, session: int, *, drifting: bool) -> list[int]:
    """Returns of one session in ppm. A line with a leader has the leader's return and little of its own."""
    market = (
        MARKET_DRIFT_PPM
        + MARKET_VOLATILITY_PPM * (sum(noise(seed, f"market/{session}", 4)) - NOISE_CENTRE) // NOISE_SPREAD
    )
    own = noise(seed, f"lines/{session}", 4 * len(lines))
    found = [
        line.beta_permille * market // 1000 + line.volatility_ppm * (a + b + c + d - NOISE_CENTRE) // NOISE_SPREAD
        for line, a, b, c, d in zip(lines, own[::4], own[1::4], own[2::4], own[3::4], strict=True)
    ]
    for index, line in enumerate(lines):
        if line.leader is not None:
            found[index] += found[line.leader]
        if drifting and line.drift_ppm:
            found[index] += line.drift_ppm
    return found


def moved(lines: list[Line], prices: array[int], changes: list[int], sign: int) -> array[int]:
    """Prices after a return (`sign` 1) or before it (-1), on each line's tick and never under it."""
    return array(
        "q",
        (
            max(tick := line.tick, (price * (PPM + sign * change) // PPM + tick // 2) // tick * tick)
            for line, price, change in zip(lines, prices, changes, strict=True)
        ),
    )


def span_of(event: ReconEvent) -> Span:
    """The sessions that a run of the event may ask for, and the date of the membership that it opens from.

    That date is the first session under the last reconstitution before the rank day; 300 days before if none is known.
    """
    past = [
        known.effective_from
        for known in events().values()
        if known.kind == "recon" and known.effective_from < event.rank_day
    ]
    opening = max(past, default=None) or session_on_or_before(event.rank_day - timedelta(days=300))
    days = sessions(event.rank_day - timedelta(days=LEAD_DAYS), event.effective_from)
    return Span(sessions=tuple(days), rank_day=event.rank_day, opening_asof=opening)


def simulate(
    event: ReconEvent, *, lines: int = DEFAULT_LINES, seed: int = DEFAULT_SEED, traps: Traps = MARKET_TRAPS
) -> SimulatedMarket:
    """A market of about `lines` lines from 35 days before the event's rank day to the first session of its effect.

    From about 5,900 lines on there are enough eligible companies for rank 3000; fewer make a small market of the same
    shape. The same event, size and seed give the same bytes on every platform. `traps` says what in it misleads.
    """
    return populate(span_of(event), lines=lines, seed=seed, traps=traps)


def populate(span: Span, *, lines: int, seed: int, traps: Traps = MARKET_TRAPS) -> SimulatedMarket:
    """The market of a span: everybody who is listed in it, and what happens to them."""
    census = Census(lines, seed, span.rank_day.year)
    census.settle()
    Sidelines(census).add_all()
    Incidents(census, span).plant()
    return SimulatedMarket(span, tidied(census, span, traps), traps)
