"""Paths to a rank day: how they are drawn, and that each is placed as the methodology places an event.

What does not belong here: the SQL on the same prices (`test_probability.py`), volatilities (`test_volatility.py`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from recon_pipeline.monte_carlo import (
    ABOVE,
    BELOW,
    BY_RANK,
    CHUNK,
    CUTS,
    Cut,
    Floats,
    Moves,
    Placed,
    Shocks,
    Start,
    draw,
    place,
    simulate,
)
from recon_pipeline_tests.test_bands import (
    ON_BOTH_EDGES,
    Company,
    Market,
    _indexes,
    _was_above,
    markets,
    reconstitute,
)

FAMILY = tuple(Cut(name, rank, 0.0) for name, rank in zip(CUTS, (1, 2, 3, 4, 5, 6, 8), strict=True))


def start_of(caps: list[float], **others: object) -> Start:
    """Companies T0, T1, ... of these caps at 10 dollars a share, nobody a member, and one cut after another."""
    number = len(caps)
    plain = Start(
        company_ids=tuple(f"C-T{each}" for each in range(number)),
        security_ids=tuple(f"L-T{each}" for each in range(number)),
        cap=np.array(caps, np.float64),
        close=np.full(number, 10.0),
        is_eligible=np.ones(number, np.bool_),
        judges_price=np.ones(number, np.bool_),
        judges_cap=np.ones(number, np.bool_),
        is_member=np.zeros(number, np.bool_),
        is_out_of_microcap=np.zeros(number, np.bool_),
        sides=np.zeros((number, len(CUTS)), np.uint8),
        opening=np.zeros((number, 4), np.bool_),
        kept_place=np.zeros(number, np.int64),
        window_sum=np.zeros(number),
        window_days=np.zeros(number, np.int64),
        cuts=FAMILY,
        min_price_usd=1.0,
        min_cap_usd=1.0,
        min_class_cap_usd=30.0,
    )
    return replace(plain, **others)  # type: ignore[arg-type]


def moves_of(start: Start, **others: object) -> Moves:
    """Volatile markets and a start that is sure, over ten sessions."""
    number = len(start.company_ids)
    plain = Moves(
        sessions=10,
        window_sessions=9,
        market_sigma=0.01,
        beta=np.ones(number),
        sigma=np.full(number, 0.02),
        tail_df=1e9,
        cap_noise=0.0,
        p_eligible=np.ones(number),
        p_gone_before=0.0,
        p_gone_after=0.0,
    )
    return replace(plain, **others)  # type: ignore[arg-type]


def shocks_of(factors: list[list[float]], start: Start, **others: object) -> Shocks:
    """Paths of these factors on price and cap alike."""
    factor = np.array(factors, np.float64)
    plain = Shocks(
        factor, factor, np.full(factor.shape, np.nan), np.ones(factor.shape, np.bool_), np.ones(factor.shape, np.bool_)
    )
    return replace(plain, **others)  # type: ignore[arg-type]


def above(placed: Placed, path: int, cut: str) -> list[int]:
    """Who is above a cut on a path."""
    return [int(each) for each in np.flatnonzero(placed.codes[path] >> CUTS.index(cut) & 1)]


# --- placing ----------------------------------------------------------------------------------------------------------


def _start_of_market(market: Market, caps: Floats) -> Start:
    sides = np.zeros((len(market.companies), len(CUTS)), np.uint8)
    for row, company in enumerate(market.companies):
        for bit, cut in enumerate(CUTS):
            if market.bands.get(cut):
                was = _was_above(company, cut, market.known)
                sides[row, bit] = BY_RANK if was is None else ABOVE if was else BELOW
    cuts = tuple(Cut(name, market.cuts[name], float(market.bands.get(name, 0))) for name in CUTS)
    return start_of(list(caps), sides=sides, cuts=cuts, close=np.full(len(caps), 1e9))


@given(st.data(), markets())
@example(None, ON_BOTH_EDGES)
@settings(max_examples=150)
def test_every_path_is_placed_as_the_oracle_places_it(data: st.DataObject | None, market: Market) -> None:
    """Ties, exact edges of bands and short rankings among them; the oracle is what the SQL is held against too."""
    companies = sorted(market.companies, key=lambda company: company.ticker)
    market = replace(market, companies=tuple(companies))
    paths = [[company.cap for company in companies]]
    if data is not None:
        paths += [[data.draw(st.integers(1, 12)) for _ in companies] for _ in range(2)]
    # From caps of one dollar the factors are the caps, without an error of division that would part equal ones.
    start = _start_of_market(market, np.ones(len(companies)))
    is_there = np.array([[company.is_eligible for company in companies]] * len(paths))
    drawn_caps = [[float(cap) for cap in path] for path in paths]
    placed = place(start, shocks_of(drawn_caps, start, has_place=is_there, is_taken=is_there))
    for path, drawn in enumerate(paths):
        shocked = [Company(c.ticker, cap, c.before, c.is_eligible) for c, cap in zip(companies, drawn, strict=True)]
        wanted = reconstitute(replace(market, companies=tuple(shocked)))
        if not wanted.ranks:
            assert not placed.codes[path].any()
            continue
        got = {
            (index, company.ticker)
            for row, company in enumerate(companies)
            if company.ticker in wanted.ranks
            for index in _indexes(
                company.ticker,
                {(company.ticker, cut): bool(placed.codes[path, row] >> bit & 1) for bit, cut in enumerate(CUTS)},
            )
        }
        assert got == wanted.members
        for bit, cut in enumerate(CUTS):
            ticker, high, low = wanted.breakpoints[cut]
            cap = next(company.cap for company in shocked if company.ticker == ticker)
            assert placed.cut_cap[path, bit] == pytest.approx(cap)
            assert (placed.band_high[path, bit], placed.band_low[path, bit]) == pytest.approx((high, low))


def test_a_company_without_figures_keeps_its_place_behind_the_one_that_has_it() -> None:
    start = start_of([50, 40, np.nan, 30, 20], kept_place=np.array([0, 0, 2, 0, 0]), judges_cap=np.zeros(5, np.bool_))
    placed = place(start, shocks_of([[1, 1, 1, 1, 1], [1, 1, 1, 2, 1]], start))
    assert above(placed, 0, "TOP500") == [0, 1, 2]
    # The second largest of the other path is another company.
    assert above(placed, 1, "TOP200") == [0, 3]
    assert above(placed, 1, "TOP500") == [0, 2, 3]
    # With no place of its own it takes the middle of its index, the lower one of two.
    of_index = np.zeros((5, 4), np.bool_)
    of_index[[1, 2, 3], 0] = True
    start = replace(start, kept_place=np.zeros(5, np.int64), opening=of_index)
    placed = place(start, shocks_of([[1, 1, 1, 1, 1]], start))
    assert above(placed, 0, "TOP500") == [0, 1, 2]


def test_price_and_size_are_judged_on_each_path() -> None:
    start = start_of([50, 40, 30], is_member=np.array([True, False, False]), min_cap_usd=25.0)
    mean = np.array([[np.nan] * 3, [1.2, np.nan, np.nan], [0.8, np.nan, np.nan]])
    factors = [[1, 1, 0.8], [0.09, 0.09, 1], [0.09, 1, 1]]
    placed = place(replace(start, min_cap_usd=0.0), shocks_of(factors, start, mean_close=mean))
    assert [above(placed, path, "R3000") for path in range(3)] == [[0, 1, 2], [0, 2], [1, 2]]
    placed = place(start, shocks_of([[1, 1, 0.8], [1, 0.5, 1]], start))
    assert [above(placed, path, "R3000") for path in range(2)] == [[0, 1], [0, 2]]


def test_a_further_class_goes_with_its_company_as_long_as_it_is_large_enough_itself() -> None:
    start = start_of(
        [50, 40],
        line_ids=("L-T0.B",),
        line_company=np.array([0]),
        line_close=np.array([10.0]),
        line_cap=np.array([40.0]),
        line_judges_price=np.array([True]),
    )
    placed = place(start, shocks_of([[1, 1], [0.75, 1], [0.76, 1]], start))
    assert [bool(code) for code in placed.line_codes[:, 0]] == [True, False, True]
    assert placed.line_codes[0, 0] == placed.codes[0, 0]


def test_who_leaves_before_is_not_ranked_and_who_leaves_after_leaves_a_gap() -> None:
    start = start_of([50, 40, 30])
    out = np.array([[False, True, True]])
    before = place(start, shocks_of([[1, 1, 1]], start, has_place=out, is_taken=out))
    assert above(before, 0, "TOP200") == [1, 2]
    after = place(start, shocks_of([[1, 1, 1]], start, is_taken=out))
    assert above(after, 0, "TOP200") == [1]


def test_who_qualifies_against_our_verdict_stands_where_its_cap_puts_it_and_moves_nobody() -> None:
    """Where our verdict takes one too many there is one too few that we know: as many stand above a cut."""
    is_eligible = np.array([True, False, True, True, False])
    start = start_of([50, 45, 40, 30, 1], is_eligible=is_eligible)
    place_of = shocks_of([[1] * 5, [1] * 5, [1, 0.85, 1, 1, 50]], start, has_place=np.tile(is_eligible, (3, 1)))
    taken = np.ones((3, 5), np.bool_)
    taken[0, [1, 4]] = False
    placed = place(start, replace(place_of, is_taken=taken))
    assert [above(placed, path, "TOP200") for path in range(3)] == [[0, 2], [0, 1, 2], [0, 2, 4]]
    assert above(placed, 2, "R3000") == [0, 1, 2, 3, 4]
    assert np.array_equal(placed.cut_cap[0], placed.cut_cap[1]), "a cut is that of whom our verdict ranks"
    # Its band is its own: held above a cut that others of its size stay below.
    sides = np.zeros((5, len(CUTS)), np.uint8)
    sides[1, CUTS.index("TOP200")] = ABOVE
    held = replace(start, sides=sides, cuts=tuple(replace(cut, band_pct=30.0) for cut in FAMILY))
    low = shocks_of([[1, 0.7, 1, 1, 1]], held, has_place=is_eligible[None, :], is_taken=np.ones((1, 5), np.bool_))
    assert above(place(held, low), 0, "TOP200") == [0, 1, 2]
    assert above(place(replace(held, sides=0 * sides), low), 0, "TOP200") == [0, 2]


def test_who_was_kept_out_of_the_microcap_is_only_below_the_russell_3000() -> None:
    start = start_of([90, 80, 70, 60, 50, 40, 30], is_out_of_microcap=np.ones(7, np.bool_))
    placed = place(start, shocks_of([[1] * 7], start))
    assert above(placed, 0, "R3000E") == above(placed, 0, "R3000") == list(range(6))


# --- drawing ----------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_paths_whatever_the_threads() -> None:
    start = start_of([float(50 + each % 7) for each in range(30)])
    moves = moves_of(start, tail_df=4.0, cap_noise=0.05, p_gone_before=0.01, p_eligible=np.full(30, 0.9))
    paths = 2 * CHUNK + 7
    one, two, again = (simulate(start, moves, paths=paths, seed=5, threads=threads) for threads in (1, 2, 2))
    for other in (two, again):
        assert np.array_equal(one.company_counts, other.company_counts)
        assert np.array_equal(one.cut_cap, other.cut_cap)
    assert one.company_counts.sum() == paths * 30
    assert not np.array_equal(one.cut_cap, simulate(start, moves, paths=paths, seed=6).cut_cap)
    # More paths are the same ones and further ones.
    longer = simulate(start, moves, paths=3 * CHUNK, seed=5)
    assert np.array_equal(longer.cut_cap[: 2 * CHUNK], one.cut_cap[: 2 * CHUNK])


def test_a_market_that_stands_still_has_one_outcome() -> None:
    start = start_of([50, 40, 30], is_eligible=np.array([True, False, True]))
    outcome = simulate(start, moves_of(start).still(start), paths=9, seed=1)
    assert (outcome.company_counts == 9).sum() == 3
    assert outcome.company_counts[1, 0] == 9
    assert (outcome.cut_cap[:, CUTS.index("TOP200")] == 30).all()


def test_returns_have_the_volatility_and_correlation_that_were_asked_for() -> None:
    start = start_of([1.0] * 3)
    moves = moves_of(start, beta=np.array([0.0, 1.0, 2.0]), sigma=np.array([0.03, 0.02, 0.0]))
    shocks = draw(start, moves, 20_000, np.random.default_rng(1))
    returns = np.log(shocks.price_factor)
    assert returns.std(axis=0) == pytest.approx(np.sqrt(10) * np.array([0.03, np.hypot(0.02, 0.01), 0.02]), rel=0.03)
    # By the market alone: beta * its deviation, by that of each.
    assert np.corrcoef(returns.T)[1, 2] == pytest.approx(0.01 / np.hypot(0.02, 0.01), abs=0.02)
    assert np.corrcoef(returns.T)[0, 1] == pytest.approx(0, abs=0.03)
    assert shocks.price_factor.mean(axis=0) == pytest.approx([1.0] * 3, abs=0.003), "nobody is expected to gain"


def test_with_fat_tails_the_market_and_the_residuals_still_have_the_deviation_that_was_estimated() -> None:
    start = start_of([1.0] * 3)
    # One that moves with the market alone, one by itself alone, and one by both.
    moves = moves_of(start, beta=np.array([1.0, 0.0, 1.0]), sigma=np.array([0.0, 0.03, 0.02]), tail_df=4.0)
    returns = np.log(draw(start, moves, 50_000, np.random.default_rng(1)).price_factor)
    stated = np.sqrt(10) * np.array([0.01, 0.03, np.hypot(0.01, 0.02)])
    assert returns.std(axis=0) == pytest.approx(stated, rel=0.05)
    far = np.abs(returns - returns.mean(axis=0)) > 4 * stated
    assert far[:, :2].mean(axis=0) == pytest.approx([0.0048] * 2, abs=0.001), "a normal has 0.0001 beyond four of them"


def test_members_that_end_below_the_minimum_are_followed_day_by_day_to_the_same_end() -> None:
    close = np.array([0.9, 0.9, 1e9])
    start = start_of(
        [1.0] * 3,
        close=close,
        is_member=np.array([True, False, True]),
        window_sum=np.array([2.2, 0, 0]),
        window_days=np.array([2, 0, 0]),
    )
    still = draw(start, moves_of(start).still(start), 3, np.random.default_rng(1))
    assert still.mean_close[:, 0] == pytest.approx((2.2 + 9 * 0.9) / 11)
    assert np.isnan(still.mean_close[:, 1:]).all()
    # Of two sessions only the first lies before the rank day: it shares half of the way, in variance and mean.
    moves = moves_of(start, sessions=2, window_sessions=1, market_sigma=0.0, sigma=np.full(3, 0.1))
    start = replace(start, window_sum=np.zeros(3), window_days=np.zeros(3, np.int64), min_price_usd=1e6)
    shocks = draw(start, moves, 20_000, np.random.default_rng(2))
    first, final = np.log(shocks.mean_close[:, 0] / 0.9), np.log(shocks.price_factor[:, 0])
    assert first.std() == pytest.approx(0.1, rel=0.03)
    assert final.std() == pytest.approx(0.1 * np.sqrt(2), rel=0.03)
    assert np.corrcoef(first, final)[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.02)
