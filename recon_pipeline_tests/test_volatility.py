"""Volatilities from closes: splits are no returns, gaps count by the square root of time, peers stand in.

What does not belong here: what is drawn with them (`test_monte_carlo.py`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recon_pipeline.monte_carlo import Floats
from recon_pipeline.volatility import Panel, Weights, estimate, market, returns

WEIGHTS = Weights(far=0.5, near=0.3, peer=0.0, near_sessions=22, bucket=10, least_returns=8, scale=1.0)


def panel_of(close: Floats, number: list[int] | None = None, shares: Floats | None = None) -> Panel:
    """A panel of these closes, one session after another unless said otherwise."""
    return Panel(
        np.array(number if number is not None else range(len(close))),
        close,
        np.full(close.shape, 1e6) if shares is None else shares,
        np.full(close.shape[1], 1e9),
    )


def walk(sessions: int, sigma: Floats, beta: Floats, market_sigma: float, seed: int = 1) -> Floats:
    """Closes of companies that follow one market."""
    generator = np.random.default_rng(seed)
    moves = market_sigma * generator.standard_normal((sessions, 1)) * beta
    moves += sigma * generator.standard_normal((sessions, len(sigma)))
    closes: Floats = 20 * np.exp(moves.cumsum(axis=0))
    return closes


def test_a_split_is_no_return_and_a_jump_of_the_count_alone_is_none_either() -> None:
    close = np.array([[10.0, 10.0], [1.1, 10.0], [1.1, 10.0]])
    shares = np.array([[100.0, 100.0], [1000.0, 300.0], [1000.0, 300.0]])
    moves, length = returns(panel_of(close, shares=shares))
    assert moves[1:] == pytest.approx(np.array([[np.log(1.1), 0.0], [0.0, 0.0]]))
    assert length.tolist() == [[0, 0], [1, 1], [1, 1]]


def test_a_gap_is_bridged_and_a_defect_or_another_life_is_not() -> None:
    close = np.array([[10.0, 10.0, 10.0], [np.nan, 80.0, np.nan], [12.0, 80.0, np.nan], [12.0, 80.0, 10.0]])
    moves, length = returns(panel_of(close, [0, 1, 21, 100]))
    assert moves[2, 0] == pytest.approx(np.log(1.2))
    assert length[2, 0] == 21
    assert np.isnan(moves[1, 1]), "eight times as much in a day is taken for a defect"
    assert np.isnan(moves[3]).all(), "79 sessions are another life"


def test_the_market_is_weighed_by_cap() -> None:
    panel = replace(panel_of(np.array([[10.0, 10.0], [11.0, 10.0]])), cap=np.array([1e9, 3e9]))
    moves, length = returns(panel)
    assert market(panel, moves, length)[1] == pytest.approx(np.log(1.1) / 4)


@pytest.mark.parametrize("step", [1, 21])
def test_daily_and_monthly_closes_tell_the_same_volatility(step: int) -> None:
    """A session a month: the same walk seen more rarely, told on the scale of a session."""
    sigma = np.linspace(0.01, 0.04, 40)
    closes = walk(4200 if step == 21 else 400, sigma, np.ones(40), 0.01)[::step]
    panel = panel_of(closes, list(range(0, step * len(closes), step)))
    found = estimate(panel, WEIGHTS)
    assert found.market_sigma == pytest.approx(0.0105, rel=0.15)
    assert found.is_own.all()
    assert found.sigma == pytest.approx(sigma, rel=0.35)
    assert np.corrcoef(found.sigma, sigma)[0, 1] > 0.9


def test_beta_is_that_of_the_history_moved_to_one() -> None:
    beta = np.repeat([0.0, 1.0, 2.0], 20)
    found = estimate(panel_of(walk(500, np.full(60, 0.01), beta, 0.02)), WEIGHTS)
    by_group = found.beta.reshape(3, 20).mean(axis=1)
    assert by_group == pytest.approx([0.5, 1.0, 1.5], abs=0.08)


def test_a_short_history_takes_the_figures_of_peers_of_its_size_and_says_so() -> None:
    sigma = np.repeat([0.01, 0.04], 10)
    closes = walk(100, sigma, np.ones(20), 0.01)
    closes[:-4, [9, 19]] = np.nan
    panel = replace(panel_of(closes), cap=np.repeat([9e9, 1e9], 10))
    found = estimate(panel, WEIGHTS)
    assert np.flatnonzero(~found.is_own).tolist() == [9, 19]
    assert found.sigma[9] == pytest.approx(np.median(found.sigma[:9]), rel=0.05)
    assert found.sigma[19] == pytest.approx(np.median(found.sigma[10:19]), rel=0.05)
    assert found.beta[[9, 19]].tolist() == [1.0, 1.0]
    assert found.returns[9] == 3


def test_a_panel_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no two sessions"):
        estimate(panel_of(np.full((3, 2), np.nan)), WEIGHTS)
