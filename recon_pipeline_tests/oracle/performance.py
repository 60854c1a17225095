"""What a reconstitution's breakpoints are worth on a later day (methodology 9.4): its caps, moved by the price return
of its own Russell 3000E.

What does not belong here: who is placed by them (`additions`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.methodology import CUTS
from recon_pipeline_tests.oracle.ranking import Ranked, Ranking
from recon_pipeline_tests.oracle.story import Story

FLOOR: Final = "R3000E"  # the smallest company of all


@dataclass(frozen=True, slots=True)
class Base:
    """The last reconstitution: its rank day, its ranking, and the line that priced each company."""

    rank_day: date
    ranking: Ranking
    vehicles: dict[int, int]

    @classmethod
    def of(cls, story: Story) -> Base:
        """That of an event that was told."""
        return cls(story.rank_day, story.ranking, {each.number: each.vehicle for each in story.companies.values()})

    def members(self) -> tuple[Ranked, ...]:
        """The companies of its Russell 3000E."""
        return self.ranking.ranked[: CUTS["R3000E"]]


def price_return(ledger: Ledger, base: Base, day: date) -> Fraction:
    """The factor by which the companies of a reconstitution have moved up to a day, by their caps of its rank day.

    18.8: a price return. A split moves no holder's wealth, and is taken out. Whoever has left by the day counts on
    neither side: nobody tells of its last price.
    """
    then, now = ledger.session(base.rank_day), ledger.session(day)
    weight, moved = 0, Fraction(0)
    for each in base.members():
        line = base.vehicles[each.company]
        if ledger.is_listed(line, now):
            weight += each.cap
            moved += each.cap * _factor(ledger, line, then, now)
    return moved / weight


def _factor(ledger: Ledger, line: int, then: int, now: int) -> Fraction:
    """The price of a line over what it was, in shares of the later day."""
    factor = Fraction(ledger.close(line, now), ledger.close(line, then))
    for before, after in splits_between(ledger, line, then, now):
        factor *= Fraction(after, before)
    return factor


def splits_between(ledger: Ledger, line: int, then: int, now: int) -> Iterator[tuple[int, int]]:
    """Old and new shares of the splits of a line after a session and up to another."""
    for session, before, after in ledger.splits(line):
        if then < session <= now:
            yield before, after


@dataclass(frozen=True, slots=True)
class Bars:
    """The caps at each cut, and of the smallest company, in 1/10,000 USD, as of a day."""

    factor: Fraction
    caps: dict[str, Fraction]

    @classmethod
    def on(cls, ledger: Ledger, base: Base, day: date) -> Bars:
        """The breakpoints of a reconstitution on a later day."""
        factor = price_return(ledger, base, day)
        return cls(factor, {cut: base.ranking.at(cut).cap * factor for cut in CUTS})
