"""How a host fails now and then: refused for the pace, broken, slow, cut short, or a page of markup in place of data.

The kinds are those of a replay of real answers, so that one reader can be tried against both.

What does not belong here: wrong figures in answers that are whole (`lies`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

from recon_pipeline.simulation.chance import Dice

Fault = Literal["429", "500", "slow", "truncate", "html"]


@dataclass
class Faults:
    """Which part of the requests fails, by kind, and how: seconds of `slow` and those that a 429 asks to wait for.

    The rates add up to 1 at most. The same seed gives the same sequence; which request draws which fault depends on the
    order in which they come.
    """

    rates: Mapping[Fault, float] = field(default_factory=dict)
    seed: int = 0
    slow_s: float = 2.0
    retry_after_s: int = 1
    drawn: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        if sum(self.rates.values()) > 1 or min(self.rates.values(), default=0) < 0:
            raise ValueError("the rates of faults add up to 1 at most, and none is below 0")
        self._dice, self._lock = Dice(self.seed, "faults"), Lock()

    def draw(self) -> Fault | None:
        """The fault of the next request, or None."""
        with self._lock:
            roll = self._dice.below(1_000_000) / 1_000_000
            for kind, rate in self.rates.items():
                if roll < rate:
                    self.drawn.append(kind)
                    return kind
                roll -= rate
        return None
