"""What becomes of members between two events (methodology 10): who leaves the exchanges leaves every index, nobody
takes its place, nobody changes the index; a spin-off may join its parent.

What does not belong here: events (`story`, `additions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.performance import FLOOR, Bars
from recon_pipeline_tests.oracle.story import Members


@dataclass(frozen=True, slots=True)
class Departure:
    """A line that left: its last session, and how."""

    line: int
    last: date
    how: str


def departures(ledger: Ledger, members: Members, after: date, until: date) -> list[Departure]:
    """The members that are listed no more by the end of a day and were by the end of another, in order (10.3, 10.5)."""
    first, last = ledger.sessions(date.min, after)[-1], ledger.sessions(date.min, until)[-1]
    found = []
    for line in set().union(*members.values()):
        if ledger.is_listed(line, first) and not ledger.is_listed(line, last):
            session = max(each for each in range(first, last + 1) if ledger.is_listed(line, each))
            found.append(Departure(line, ledger.days[session], ledger.leaving(line)))
    return sorted(found, key=lambda each: (each.last, each.line))


def remaining(ledger: Ledger, members: Members, day: date) -> Members:
    """The members on a day: those of before that are listed (10.1, 10.2)."""
    session = ledger.sessions(date.min, day)[-1]
    return {index: {line for line in lines if ledger.is_listed(line, session)} for index, lines in members.items()}


def joins_parent(cap: int, parent: set[str], bars: Bars) -> set[str]:
    """The indexes that a spin-off enters on its first day: those of its parent if it is larger than the smallest
    company, which is for those to tell who know the parent (10.7). No source names it: to all others a spin-off is a
    company like any other at the next reconstitution."""
    return set(parent) if cap > bars.caps[FLOOR] else set()
