"""Randomness that is the same on every platform, for ever.

The simulated market must be equal to the byte wherever it is made, so nothing here (or in any module that draws from
here) relies on the C library's `exp`, `log` or `cos`, on NumPy's stream policy or on iteration order of a set: draws
come from `random.Random.random`, whose sequence Python guarantees, or from SHAKE-128, and are shaped by plain
IEEE additions and multiplications. Each purpose has a stream of its own, so that a new feature leaves the draws of the
others alone.

What does not belong here: what is drawn. No function of this module knows of a company.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal, localcontext
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """One stream of draws, named by seed and purpose."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._random = Random(f"{seed}/{purpose}").random

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random() < probability

    def pick(self, items: Sequence[Item]) -> Item:
        """One of `items`, each as likely; an item that is repeated is as much likelier."""
        return items[self.below(len(items))]

    def normal(self) -> float:
        """Very nearly standard normal: the sum of twelve uniforms, so never beyond 6."""
        draw = self._random
        return sum(draw() for _ in range(12)) - 6.0


def noise(seed: int, purpose: str, size: int) -> bytes:
    """`size` uniform bytes, found again from seed and purpose alone."""
    return hashlib.shake_128(f"{seed}/{purpose}".encode()).digest(size)


def growth(log_return: float) -> float:
    """The factor of a log return: `exp` to about 0.1 %, by squaring alone."""
    factor = 1.0 + log_return / 1024.0
    for _ in range(10):
        factor *= factor
    return factor


def geometric(low: int, high: int, steps: int) -> float:
    """The ratio that leads from `low` to `high` in `steps` equal factors (correctly rounded, so alike everywhere)."""
    with localcontext() as context:
        context.prec = 30
        return float(((Decimal(high).ln() - Decimal(low).ln()) / steps).exp())
