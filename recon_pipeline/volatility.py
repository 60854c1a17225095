"""How much each company moves: a market factor and a residual, from the closes that are known by a day.

Belongs here: returns between the sessions of a panel, free of splits; the market's own volatility; beta and residual
deviation by company, with those of peers of its size where its own history is missing or short.

Does not belong here: which sessions the panel has (`path_start.py`), what is done with the figures (`monte_carlo.py`).

The panel need not be daily. An event reads some 22 sessions in a row and one a month for two years; a return over k
sessions counts as k daily ones do, by the square root of time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from recon_pipeline.monte_carlo import Bools, Floats, Ints

SPLIT_MOVE: Final = 5
"""A share count that moves by a fifth or more may be a split (as `sql/core/index_return.sql` reads one)."""

LONGEST_GAP: Final = 70
"""Sessions between two closes of a company that still make a return: a gap of three months is another life."""

LARGEST_MOVE: Final = np.log(4.0)
"""Larger log returns, scaled to a day by the square root of time, are taken for defects of the price list."""

MARKET_SHRINK: Final = 0.5
"""How far a beta is moved to 1, which most of the error of a short history is."""

OWN, PEERS = "own history", "peers of its size"


@dataclass(frozen=True)
class Panel:
    """Closes of sessions that are known: arrays by session (oldest first) and company.

    `number` counts exchange sessions, so that differences are lengths in sessions; `close` in USD and `shares` are NaN
    where unknown; `cap` in USD, by company, is that of the day of the projection, NaN where unknown.
    """

    number: Ints
    close: Floats
    shares: Floats
    cap: Floats


@dataclass(frozen=True)
class Estimate:
    """Deviations of log returns a session: of the market, and by company beta and residual.

    `returns` is the number of returns of its own that a company's figures rest on; `is_own` is False where the figures
    are those of its peers.
    """

    market_sigma: float
    beta: Floats
    sigma: Floats
    returns: Ints
    is_own: Bools


@dataclass(frozen=True)
class Weights:
    """How a residual deviation is put together: of the last `near_sessions`, of all before, and of the peers.

    The weights are of logarithms. Companies are peers by `bucket` neighbouring ranks of cap; `least_returns` is what a
    history of one's own needs to count. All is multiplied by `scale`, for a mean of logarithms is
    less than what it is a mean of, and a short history has seen less than there is.
    """

    far: float
    near: float
    peer: float
    near_sessions: int
    bucket: int
    least_returns: int
    scale: float


def returns(panel: Panel) -> tuple[Floats, Ints]:
    """Log returns by session (the first has none) and company since its last close, and their lengths in sessions.

    A split shows in the count: of the move of the price and that of price times count the smaller one is the return.
    """
    found = np.full(panel.close.shape, np.nan)
    length = np.zeros(panel.close.shape, np.int64)
    close, shares = panel.close[0].copy(), panel.shares[0].copy()
    since = np.full(panel.close.shape[1], panel.number[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        for row in range(1, len(panel.number)):
            by_price = np.log(panel.close[row] / close)
            by_cap = np.log(panel.close[row] * panel.shares[row] / (close * shares))
            is_split = (SPLIT_MOVE * np.abs(panel.shares[row] - shares) >= shares) & (np.abs(by_cap) < np.abs(by_price))
            move = np.where(is_split, by_cap, by_price)
            steps = panel.number[row] - since
            good = np.isfinite(move) & (steps <= LONGEST_GAP) & (np.abs(move) <= LARGEST_MOVE * np.sqrt(steps))
            found[row], length[row] = np.where(good, move, np.nan), np.where(good, steps, 0)
            known = np.isfinite(panel.close[row])
            close, shares = np.where(known, panel.close[row], close), np.where(known, panel.shares[row], shares)
            since = np.where(known, panel.number[row], since)
    return found, length


def market(panel: Panel, moves: Floats, length: Ints) -> Floats:
    """Return of the market by session: by cap, over the companies with a close on the session before it; NaN if none.

    The caps are those of the day of the projection for all sessions: what they weigh then hardly moves a volatility.
    """
    step = np.diff(panel.number, prepend=panel.number[0])
    weighs = np.isfinite(moves) & (length == step[:, None]) & np.isfinite(panel.cap)
    weight = np.where(weighs, np.nan_to_num(panel.cap), 0.0).sum(axis=1)
    total = np.where(weighs, np.nan_to_num(moves) * np.nan_to_num(panel.cap), 0.0).sum(axis=1)
    factor: Floats = np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)
    return factor


def estimate(panel: Panel, weights: Weights) -> Estimate:
    """Estimate the volatility of the market and, beyond it, of every company.

    Raises:
        ValueError: no session follows on another with closes of the same companies.
    """
    moves, length = returns(panel)
    step = np.diff(panel.number, prepend=panel.number[0]).astype(np.float64)
    factor = market(panel, moves, length)
    told = np.isfinite(factor)
    if not told.any():
        raise ValueError("no two sessions of the panel have closes of the same companies")
    # Returns of different lengths are told on one scale: a session's.
    market_sigma = float(np.sqrt(np.mean(factor[told] ** 2 / step[told])))
    counts = np.isfinite(moves) & (length == step[:, None]) & told[:, None]
    scaled = np.where(counts, np.nan_to_num(moves), 0.0) / np.sqrt(np.maximum(step, 1.0))[:, None]
    scaled_factor = np.where(told, np.nan_to_num(factor), 0.0) / np.sqrt(np.maximum(step, 1.0))
    squares = (counts * scaled_factor[:, None] ** 2).sum(axis=0)
    slope = (scaled * scaled_factor[:, None]).sum(axis=0) / np.where(squares > 0, squares, np.inf)
    number = counts.sum(axis=0)
    is_own = number >= weights.least_returns
    beta = np.where(is_own, slope + MARKET_SHRINK * (1.0 - slope), 1.0)
    residual = np.where(counts, scaled - beta * scaled_factor[:, None], 0.0)

    near = panel.number > panel.number[-1] - weights.near_sessions
    far_sigma = _deviation(residual[~near], counts[~near], weights.least_returns)
    near_sigma = _deviation(residual[near], counts[near], weights.least_returns)
    own = np.where(np.isfinite(far_sigma), far_sigma, near_sigma)
    is_own &= np.isfinite(own)
    peer = _peers(np.where(is_own, own, np.nan), panel.cap, weights.bucket)
    far = np.where(np.isfinite(far_sigma), far_sigma, own)
    close_by = np.where(np.isfinite(near_sigma), near_sigma, own)
    with np.errstate(invalid="ignore"):
        log_sigma = (weights.far * far + weights.near * close_by + weights.peer * peer) / (
            weights.far + weights.near + weights.peer
        )
    sigma = weights.scale * np.exp(np.where(is_own, log_sigma, peer))
    return Estimate(market_sigma, beta, sigma, number, is_own)


def _deviation(residual: Floats, counts: Bools, least: int) -> Floats:
    """Log of the deviation by company; NaN for fewer than `least` returns, or none that moves."""
    number = counts.sum(axis=0)
    variance = (residual**2).sum(axis=0) / np.maximum(number, 1)
    known = (number >= least) & (variance > 0)
    return np.where(known, 0.5 * np.log(np.where(known, variance, 1.0)), np.nan)


def _peers(own: Floats, cap: Floats, bucket: int) -> Floats:
    """The median log deviation of the companies of about the same cap; of all for a company without a cap."""
    everybody = float(np.nanmedian(own)) if np.isfinite(own).any() else np.log(0.03)
    peer = np.full(len(own), everybody)
    by_size = np.argsort(-np.nan_to_num(cap, nan=-1.0), kind="stable")
    by_size = by_size[np.isfinite(cap[by_size])]
    for first in range(0, len(by_size), bucket):
        group = by_size[first : first + bucket]
        if np.isfinite(own[group]).any():
            peer[group] = float(np.nanmedian(own[group]))
    return peer
