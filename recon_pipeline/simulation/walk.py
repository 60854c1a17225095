"""The walk of all prices through a span, one session at a time and all lines at once.

Whole numbers only, and noise from `chance` alone: NumPy multiplies and divides 64-bit integers alike on every platform,
so the same seed gives the same closes everywhere. Between sessions a price is kept in `FINE` parts of 1/10,000 USD, so
that neither rounding nor the tick of a close adds up over the years.

What does not belong here: what happens to a company (`incidents`, `lifetimes`), the print of a close (`dumps`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recon_pipeline.simulation.census import PPM, PRICE_UNIT, Company, Line
from recon_pipeline.simulation.chance import noise

Whole = NDArray[np.int64]

FINE: Final = 64
MARKET_DRIFT_PPM, MARKET_VOLATILITY_PPM = 150, 6_000
NOISE_CENTRE, NOISE_SPREAD = 510, 148  # mean and deviation of the sum of four uniform bytes
DRIFT_SESSIONS: Final = 30  # a drift leads into the price that the rank day has, or the last one before a line leaves


def walk(lines: Sequence[Line], companies: Sequence[Company], *, rank: int, sessions: int, seed: int) -> Whole:
    """Closes in 1/10,000 USD: a row for each session, that before the span first; a column for each line.

    The prices of session `rank` are given; later sessions multiply up from it, earlier ones down. A split takes effect
    with the first trade of its session; a line that does not trade keeps its price.
    """
    market = _Returns(lines, seed, rank)
    ticks = np.array([line.tick for line in lines], np.int64)
    splits, halts = _splits(lines, companies), _halts(lines)
    closes = np.empty((sessions + 1, len(lines)), np.int64)
    closes[rank + 1] = given = np.array([line.price for line in lines], np.int64)
    prices = given * FINE
    for session in range(rank + 1, sessions):
        change = market.of(session)
        change[halts[session]] = 0
        prices = _moved(prices, PPM + change + change * change // (2 * PPM))
        for line, before, after in splits[session]:
            prices[line] = max(FINE, prices[line] * before // after)
        closes[session + 1] = _on_tick(prices, ticks)
    prices = given * FINE
    for session in range(rank, -1, -1):
        change = market.of(session, drifting=True)
        change[halts[session]] = 0
        prices = _moved(prices, PPM - change + change * change // (2 * PPM))
        for line, before, after in splits[session]:
            prices[line] = max(FINE, prices[line] * after // before)
        closes[session] = _on_tick(prices, ticks)
    closes.flags.writeable = False
    return closes


def _splits(lines: Sequence[Line], companies: Sequence[Company]) -> dict[int, list[tuple[int, int, int]]]:
    """Line, old and new shares of every split, by its session. A split is of the shares of a company alone."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for index, line in enumerate(lines):
        if line.role in ("common", "class"):
            for session, before, after in companies[line.company].splits:
                found[session].append((index, before, after))
    return found


def _halts(lines: Sequence[Line]) -> dict[int, list[int]]:
    """The lines that do not trade, by session."""
    found: dict[int, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        for session in line.halts:
            found[session].append(index)
    return found


class _Returns:
    """Returns of a session in ppm: market factor times beta, the line's own noise, and its drift.

    A line with a leader has the leader's return and little of its own.
    """

    def __init__(self, lines: Sequence[Line], seed: int, rank: int) -> None:
        self._seed, self._size = seed, len(lines)
        self._beta = np.array([line.beta_permille for line in lines], np.int64)
        self._volatility = np.array([line.volatility_ppm for line in lines], np.int64)
        self._drift = np.array([line.drift_ppm for line in lines], np.int64)
        self._until = np.array([rank if line.drift_until is None else line.drift_until for line in lines], np.int64)
        followers = [index for index, line in enumerate(lines) if line.leader is not None]
        self._followers = np.array(followers, np.intp)
        self._leaders = np.array([lines[index].leader for index in followers], np.intp)

    def of(self, session: int, *, drifting: bool = False) -> Whole:
        market = (
            MARKET_DRIFT_PPM
            + MARKET_VOLATILITY_PPM * (sum(noise(self._seed, f"market/{session}", 4)) - NOISE_CENTRE) // NOISE_SPREAD
        )
        drawn = np.frombuffer(noise(self._seed, f"lines/{session}", 4 * self._size), np.uint8)
        own = drawn.reshape(-1, 4).sum(axis=1, dtype=np.int64) - NOISE_CENTRE
        found: Whole = self._beta * market // 1000 + self._volatility * own // NOISE_SPREAD
        found[self._followers] += found[self._leaders]
        if drifting:
            found += np.where((self._until - DRIFT_SESSIONS < session) & (session <= self._until), self._drift, 0)
        return found


def _moved(prices: Whole, factor_ppm: Whole) -> Whole:
    """Prices after a return, rounded, and never under the least price."""
    moved: Whole = np.maximum(FINE, (prices * factor_ppm + PPM // 2) // PPM)
    return moved


def _on_tick(prices: Whole, ticks: Whole) -> Whole:
    """Closes on each line's tick, which under a dollar is the finest for all."""
    units = (prices + FINE // 2) // FINE
    ticks = np.where(units < PRICE_UNIT, 1, ticks)
    closes: Whole = np.maximum(ticks, (units + ticks // 2) // ticks * ticks)
    return closes
