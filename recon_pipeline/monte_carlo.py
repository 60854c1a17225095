"""The market between today and a rank day, many times over, and the re-rank of each path: NumPy, and nothing else.

Belongs here: drawing the returns of every company to the rank day, and placing all of them on each path as
`sql/recon/ranking.sql`, `breakpoints.sql`, `placements.sql` and `index_membership.sql` place them (methodology 3.1,
3.2, 4.1, 5.3, 7.1 to 7.12). Those queries are the rules; this is the same for thousands of paths at once, and tests
hold the two against each other. Paths are rows, companies are columns.

Does not belong here: where the start comes from (`path_start.py`), where the outcome goes (`probability.py`), how
volatile a company is (`volatility.py`).

The same input and seed give the same outcome, whatever the number of threads: paths are drawn in chunks of a fixed
size, each with a generator of its own, and what chunks give is added up in whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.uint8]

CHUNK: Final = 32
"""Paths drawn and ranked at a time: what fits a cache is faster, and a path is the same however many are drawn."""

CUTS: Final = ("TOP50", "TOP200", "TOP500", "R1000", "MICRO", "R3000", "R3000E")
"""Cuts of the family in the order of their bits in an outcome code: bit k is set for a company above cut k."""
R3000_BIT: Final = 1 << CUTS.index("R3000")
R3000E_BIT: Final = 1 << CUTS.index("R3000E")
CODES: Final = 1 << len(CUTS)

BY_RANK, ABOVE, BELOW = 0, 1, 2
"""Sides before the event: placed by rank alone (new, no band, unknown), held above, held below (7.8)."""


@dataclass(frozen=True)
class Cut:
    """A cut-off of the event: its rank, and the half-width of its band in percentage points (7.6); 0 = none."""

    breakpoint_id: str
    rank: int
    band_pct: float


@dataclass(frozen=True)
class Start:
    """The companies of an event as of a day, and its rules. Arrays are by company, in the order of their tickers.

    `cap` in USD is NaN for a company without figures, which keeps its place (`kept_place`, 0 where the opening states
    none; then the middle of the first index of the columns of `opening` that it was in). `is_eligible` tells whether it
    passes every rule but those on size and price, which each path judges: `judges_price` and `judges_cap` are False
    where the figure is unknown. `sides` holds BY_RANK, ABOVE or BELOW by company and cut, in the order of `CUTS`.
    `window_sum` and `window_days` are the closes, in USD, of sessions that are over and lie in the days before the rank
    day that the mean counts (3.2). Lines are further classes: `line_company` is the position of their company.
    """

    company_ids: tuple[str, ...]
    security_ids: tuple[str, ...]
    cap: Floats
    close: Floats
    is_eligible: Bools
    judges_price: Bools
    judges_cap: Bools
    is_member: Bools
    is_out_of_microcap: Bools
    sides: Codes
    opening: Bools
    kept_place: Ints
    window_sum: Floats
    window_days: Ints
    cuts: tuple[Cut, ...]
    min_price_usd: float
    min_cap_usd: float
    min_class_cap_usd: float
    line_ids: tuple[str, ...] = ()
    line_company: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    line_close: Floats = field(default_factory=lambda: np.zeros(0))
    line_cap: Floats = field(default_factory=lambda: np.zeros(0))
    line_judges_price: Bools = field(default_factory=lambda: np.zeros(0, np.bool_))


@dataclass(frozen=True)
class Moves:
    """How the companies may move: per session standard deviations of log returns, and how sure the start is.

    A path has a return of the market on each of `sessions` sessions; a company moves by `beta` times that and by a
    residual of its own with deviation `sigma`. Both have these deviations as they are drawn, with the tails of a
    Student t of `tail_df` (> 2) degrees of freedom over the whole span: a volatility that is itself uncertain, once a
    path for the market and once a path and company. `window_sessions` of these lie in the days before the rank day
    whose mean close counts (3.2). Nobody is expected to gain: the mean of a log return is minus half of its variance.

    The error of the model itself is drawn too: `cap_noise` is the deviation of the log of our cap from the true one;
    `p_eligible` is the chance that a company qualifies; `p_gone_before` and `p_gone_after` that it leaves the exchanges
    until the rank day, and from then to the first session of the new membership.

    Of a verdict that is wrong no place becomes free: for each company that we take wrongly there is one that we leave
    out wrongly or do not know, and as many as we count stand above a cut, as the breakpoints published tell.
    """

    sessions: int
    window_sessions: int
    market_sigma: float
    beta: Floats
    sigma: Floats
    tail_df: float
    cap_noise: float
    p_eligible: Floats
    p_gone_before: float
    p_gone_after: float

    def still(self, start: Start) -> Moves:
        """Return the moves of a market that stands still, and of a start that is sure: the projection itself."""
        nothing = np.zeros(len(start.company_ids))
        return replace(
            self,
            market_sigma=0.0,
            beta=nothing,
            sigma=nothing,
            cap_noise=0.0,
            p_eligible=start.is_eligible.astype(np.float64),
            p_gone_before=0.0,
            p_gone_after=0.0,
        )


@dataclass(frozen=True)
class Shocks:
    """What one chunk of paths draws. Factors are by path and company; `mean_close` is NaN where it does not count.

    `has_place` is whom our verdict ranks and who has not left by the rank day; `is_taken` who qualifies in truth and is
    still there on the first session of the new membership.
    """

    price_factor: Floats
    cap_factor: Floats
    mean_close: Floats
    has_place: Bools
    is_taken: Bools


@dataclass(frozen=True)
class Placed:
    """Where each path puts everybody: outcome codes by path and company, and by path and cut what stands there."""

    codes: Codes
    line_codes: Codes
    cut_cap: Floats
    band_high: Floats
    band_low: Floats


@dataclass(frozen=True)
class Outcome:
    """Counts of paths by company (then by line) and outcome code, and by path and cut the caps at it, in USD."""

    paths: int
    company_counts: Ints
    line_counts: Ints
    cut_cap: Floats
    band_high: Floats
    band_low: Floats


def simulate(start: Start, moves: Moves, *, paths: int, seed: int, threads: int = 2) -> Outcome:
    """Draw `paths` paths to the rank day, place everybody on each and count where they end.

    Memory: some 25 arrays of `CHUNK` by companies a thread, and seven times three figures a path.
    """
    company_counts = np.zeros((len(start.company_ids), CODES), np.int64)
    line_counts = np.zeros((len(start.line_ids), CODES), np.int64)
    figures = np.empty((3, paths, len(CUTS)))

    def one(chunk: tuple[int, int, int]) -> tuple[int, int, Ints, Ints, Placed]:
        number, first, last = chunk
        generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(number,))))
        placed = place(start, draw(start, moves, last - first, generator))
        return first, last, _counts(placed.codes), _counts(placed.line_codes), placed

    with ThreadPoolExecutor(max_workers=threads) as pool:
        for first, last, companies, lines, placed in pool.map(one, _chunks(paths)):
            company_counts += companies
            line_counts += lines
            figures[:, first:last] = placed.cut_cap, placed.band_high, placed.band_low
    return Outcome(paths, company_counts, line_counts, *figures)


def _chunks(paths: int) -> Iterator[tuple[int, int, int]]:
    for number, first in enumerate(range(0, paths, CHUNK)):
        yield number, first, min(first + CHUNK, paths)


def _counts(codes: Codes) -> Ints:
    """Paths by column and code."""
    columns = codes.shape[1]
    flat = np.arange(columns, dtype=np.int64) * CODES + codes
    return np.bincount(flat.ravel(), minlength=columns * CODES).reshape(columns, CODES)


# --- drawing ----------------------------------------------------------------------------------------------------------


def draw(start: Start, moves: Moves, paths: int, generator: np.random.Generator) -> Shocks:
    """Draw the moves of `paths` paths.

    The residuals of all sessions add up to one normal draw, exactly, so that they are drawn at once. Only of members
    that end below the minimum price the days between count: theirs are filled in by a bridge to that sum.
    """
    companies, sessions = len(start.company_ids), moves.sessions
    market = moves.market_sigma * generator.standard_normal((paths, sessions))
    market *= _tails(generator, moves.tail_df, (paths, 1))
    residual = generator.standard_normal((paths, companies))
    tails = _tails(generator, moves.tail_df, (paths, companies))
    drift = -(moves.sigma**2 + (moves.beta * moves.market_sigma) ** 2) / 2
    log_return = np.sqrt(sessions) * moves.sigma * tails * residual + market.sum(axis=1)[:, None] * moves.beta
    log_return += sessions * drift
    noise = moves.cap_noise * generator.standard_normal((paths, companies))
    # One draw tells all: who is there on the rank day, and of these who qualifies and is there on the first session.
    fate = generator.random((paths, companies))
    p_there = 1 - moves.p_gone_before
    has_place = start.is_eligible & (fate < p_there)
    is_taken = fate < p_there * (1 - moves.p_gone_after) * moves.p_eligible
    price_factor = np.exp(log_return)
    mean_close = np.full((paths, companies), np.nan)
    with np.errstate(invalid="ignore"):
        low = start.is_member & (start.close * price_factor < start.min_price_usd)
    path, company = np.nonzero(low)
    if path.size:
        steps = generator.standard_normal((path.size, sessions))
        walk = steps.cumsum(axis=1)
        passed = np.arange(1, sessions + 1)
        if sessions:
            walk += passed / sessions * (np.sqrt(sessions) * residual[path, company] - walk[:, -1])[:, None]
        walk *= (moves.sigma[company] * tails[path, company])[:, None]
        walk += moves.beta[company][:, None] * market.cumsum(axis=1)[path] + passed * drift[company][:, None]
        # The rank day itself is not one of the days before it.
        days = np.exp(walk[:, max(sessions - 1 - moves.window_sessions, 0) : max(sessions - 1, 0)])
        number = start.window_days[company] + days.shape[1]
        total = start.window_sum[company] + start.close[company] * days.sum(axis=1)
        mean_close[path, company] = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    return Shocks(price_factor, price_factor * np.exp(noise), mean_close, has_place, is_taken)


def _tails(generator: np.random.Generator, degrees: float, shape: tuple[int, ...]) -> Floats:
    """Factors that turn a standard normal into a Student t of a deviation of one."""
    return np.sqrt((degrees - 2) / generator.chisquare(degrees, shape))


# --- placing ----------------------------------------------------------------------------------------------------------


def place(start: Start, shocks: Shocks) -> Placed:
    """Judge price and size on each path, rank who qualifies and place everybody by cuts and bands."""
    paths, companies = shocks.price_factor.shape
    cap = start.cap * shocks.cap_factor
    has_cap = ~np.isnan(start.cap)
    close = start.close * shocks.price_factor
    with np.errstate(invalid="ignore"):
        passes_price = (close >= start.min_price_usd) | (start.is_member & (shocks.mean_close >= start.min_price_usd))
        passes_cap = cap >= start.min_cap_usd
    passes = (passes_price | ~start.judges_price) & (passes_cap | ~start.judges_cap)
    is_in = shocks.has_place & passes

    # Ranked companies first, largest first; of equal ones the ticker that comes first.
    key = np.where(is_in & has_cap, -cap, 1.0)
    order = np.argsort(key, axis=1)
    sorted_cap = -np.take_along_axis(key, order, axis=1)
    if ((sorted_cap[:, 1:] == sorted_cap[:, :-1]) & (sorted_cap[:, 1:] > 0)).any():
        # A sort that keeps the order of equals takes twice as long, and paths hardly have any.
        order = np.argsort(key, axis=1, kind="stable")
    ranked = (sorted_cap > 0).sum(axis=1)
    carried = np.flatnonzero(~has_cap)
    if carried.size:
        order, sorted_cap, ranked = _with_carried(start, is_in, carried, order, sorted_cap, ranked)

    caps = np.maximum(sorted_cap, 0.0)
    cumulated = caps.cumsum(axis=1)
    within = 100 * cumulated
    position = np.arange(companies)
    is_ranked = position < ranked[:, None]
    last = np.maximum(ranked, 1)
    row = np.arange(paths)
    cut_of = {cut.breakpoint_id: cut for cut in start.cuts}
    extended = cut_of["R3000E"].rank if "R3000E" in cut_of else companies
    total = cumulated[row, np.minimum(extended, last) - 1]

    # Who qualifies against our verdict stands where its cap puts it, and takes no place.
    path, guest = np.nonzero(shocks.is_taken & passes & ~start.is_eligible & has_cap)
    before = np.zeros(path.size, np.int64)
    for one in range(paths):
        here = slice(*np.searchsorted(path, (one, one + 1)))
        before[here] = np.searchsorted(-sorted_cap[one, : ranked[one]], -cap[one, guest[here]])
    guest_within = np.where(before > 0, cumulated[path, before - 1], 0.0) + cap[path, guest]
    guest_codes = np.zeros(path.size, np.uint8)

    codes = np.zeros((paths, companies), np.uint8)
    cut_cap, band_high, band_low = (np.full((paths, len(CUTS)), np.nan) for _ in range(3))
    for bit, name in enumerate(CUTS):
        cut = cut_of.get(name)
        if cut is None:
            continue
        reached = np.minimum(cut.rank, last) - 1
        at_cut = cumulated[row, reached]
        high, low = 100 * at_cut - cut.band_pct * total, 100 * at_cut + cut.band_pct * total
        above = np.broadcast_to(position < cut.rank, (paths, companies))
        guest_above = before < cut.rank
        if cut.band_pct > 0:
            above = _held(start.sides[:, bit][order], above, within, high[:, None], low[:, None])
            guest_above = _held(start.sides[guest, bit], guest_above, 100 * guest_within, high[path], low[path])
            first = np.minimum((within < high[:, None]).sum(axis=1), last - 1)
            final = np.maximum(np.minimum((within <= low[:, None]).sum(axis=1), last) - 1, 0)
        else:
            first = final = reached
        codes |= (above & is_ranked).astype(np.uint8) << np.uint8(bit)
        guest_codes |= guest_above.astype(np.uint8) << np.uint8(bit)
        cut_cap[:, bit] = caps[row, reached]
        band_high[:, bit], band_low[:, bit] = caps[row, first], caps[row, final]

    by_company = np.zeros((paths, companies), np.uint8)
    np.put_along_axis(by_company, order, codes, axis=1)
    by_company[path, guest] = guest_codes
    # Large enough for the Microcap at the reconstitution before, and not in its list: presumably not eligible.
    out = start.is_out_of_microcap & ((by_company & R3000_BIT) == 0)
    by_company &= np.where(out, np.uint8(0xFF ^ R3000E_BIT), np.uint8(0xFF))
    by_company *= shocks.is_taken
    return Placed(by_company, _line_codes(start, shocks, by_company), cut_cap, band_high, band_low)


def _held(side: Codes, above: Bools, within: Floats, high: Floats, low: Floats) -> Bools:
    """Who is above a cut once its band keeps those near it on their side (7.6)."""
    return np.where(side == ABOVE, within <= low, np.where(side == BELOW, within < high, above))


def _with_carried(
    start: Start, is_in: Bools, carried: Ints, order: Ints, sorted_cap: Floats, ranked: Ints
) -> tuple[Ints, Floats, Ints]:
    """Sort companies without figures in at the places that they keep (`ranking.sql`: carried)."""
    last = np.maximum(ranked, 1)[:, None]
    places = np.broadcast_to(start.kept_place[carried], (len(order), carried.size)).copy()
    asked = np.flatnonzero(start.kept_place[carried] == 0)
    middles: dict[int, Ints] = {}
    for position in asked:
        flags = start.opening[carried[position]]
        places[:, position] = last[:, 0]
        # The first index of its opening that anybody ranked is in.
        for index in np.flatnonzero(flags)[::-1]:
            if int(index) not in middles:
                middles[int(index)] = _middle(start.opening[:, index], order, ranked)
            places[:, position] = np.where(middles[int(index)] > 0, middles[int(index)], places[:, position])
    cap = np.take_along_axis(sorted_cap, np.minimum(places, last) - 1, axis=1)
    cap = np.where(is_in[:, carried] & (ranked[:, None] > 0), cap, -1.0)
    # Those without a cap are somewhere behind the ranked ones: they are put last before all is sorted again.
    is_carried = np.zeros(len(start.cap), np.bool_)
    is_carried[carried] = True
    rest = ~is_carried[order]
    kept = order[rest].reshape(len(order), -1)
    kept_cap = sorted_cap[rest].reshape(len(order), -1)
    whole = np.concatenate([kept, np.broadcast_to(carried, cap.shape)], axis=1)
    key = np.concatenate([kept_cap, cap], axis=1)
    again = np.argsort(-key, axis=1, kind="stable")
    return (
        np.take_along_axis(whole, again, axis=1),
        np.take_along_axis(key, again, axis=1),
        ranked + (cap > 0).sum(axis=1),
    )


def _middle(is_member: Bools, order: Ints, ranked: Ints) -> Ints:
    """The place of the middle member of an index, by path; 0 where none is ranked."""
    counted = (is_member[order] & (np.arange(order.shape[1]) < ranked[:, None])).cumsum(axis=1)
    members = counted[:, -1]
    middle = (counted < np.maximum((members + 1) // 2, 1)[:, None]).sum(axis=1) + 1
    return np.where(members > 0, middle, 0)


def _line_codes(start: Start, shocks: Shocks, by_company: Codes) -> Codes:
    """A further class takes the index of its company where its own price and size pass (5.3, 5.5)."""
    moved = shocks.price_factor[:, start.line_company]
    with np.errstate(invalid="ignore"):
        passes = (start.line_close * moved >= start.min_price_usd) | ~start.line_judges_price
        passes &= ~(start.line_cap * moved <= start.min_class_cap_usd)
    return by_company[:, start.line_company] * passes
