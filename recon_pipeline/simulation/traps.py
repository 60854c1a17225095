"""The twenty traps of providers 1.17, each with a name, so that a market can be had without them or with some alone.

A trap has two sides. What is true and misleads, such as a company called NA, is in the market: it is drawn there, and
`tidied` takes it out again unless it is wanted; `issuers` and `unseen` do so with what is told beside the market.
What a provider gets wrong, such as an error that comes with HTTP 200, is told by the server alone: see `lies`.

What does not belong here: what a provider answers (`lies`), how it fails to answer (`faults`).
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from recon_pipeline.simulation.census import ALWAYS, Census, Line
from recon_pipeline.simulation.incidents import Span
from recon_pipeline.simulation.names import NULL_LOOKALIKES


class Trap(Enum):
    """A trap by its number in providers 1.17."""

    ABSENT_AS_ZERO = 1
    ERROR_WITH_200 = 2
    FOOTER_AS_ROW = 3
    NULL_LIKE_TICKER = 4
    SPELLING = 5
    OMISSION = 6
    PARENT_CAP = 7
    CLASS_TWICE = 8
    DEPOSITARY_UNITS = 9
    BROKEN_COUNT = 10
    LOOK_AHEAD = 11
    SPLIT_BETWEEN = 12
    ADJUSTED_CLOSE = 13
    RECYCLED_TICKER = 14
    RENAME = 15
    TWO_CIKS = 16
    NO_FILER = 17
    NO_SESSION = 18
    CHANGED_PAST = 19
    DRIFT = 20


Traps = frozenset[Trap]

NO_TRAPS: Final[Traps] = frozenset()

MARKET_TRAPS: Final[Traps] = frozenset(
    {
        *(Trap.NULL_LIKE_TICKER, Trap.SPELLING, Trap.OMISSION, Trap.PARENT_CAP, Trap.CLASS_TWICE, Trap.BROKEN_COUNT),
        *(Trap.SPLIT_BETWEEN, Trap.RENAME, Trap.NO_FILER, Trap.NO_SESSION),
    }
)
"""What a real market has at any time: the default of `simulate`."""


RECYCLED_AFTER: Final = 5
"""Sessions after the rank day at which a ticker changes hands."""


def tidied(census: Census, span: Span, traps: Traps) -> Census:
    """Take out of a census that is drawn every trap that is not wanted; plant those that no market has by itself."""
    for line in census.lines:
        if Trap.NULL_LIKE_TICKER not in traps and line.symbol in NULL_LOOKALIKES:
            stem = census.companies[line.company].name.partition(" ")[0]
            line.symbol = census.names.ticker(stem, 4)
        if Trap.SPELLING not in traps:
            line.padded = False
        if Trap.OMISSION not in traps:
            line.gaps = frozenset()
        if Trap.PARENT_CAP not in traps and line.cap == "parent":
            line.cap = "zero"
        if Trap.RENAME not in traps:
            line.renamed_at, line.renamed_to = ALWAYS, ""
    if Trap.CLASS_TWICE not in traps:
        _one_class_each(census)
    if Trap.RECYCLED_TICKER in traps:
        _recycle(census, span)
    return census


def _one_class_each(census: Census) -> None:
    """Leave each company its first line, which follows no other, and whose index is that of the company."""
    several = {line.company for line in census.lines if line.role == "class"}
    for company in several:
        first = census.lines[company]
        first.symbol, first.cap = first.symbol.partition("/")[0], "own"
    census.lines[:] = [line for line in census.lines if line.role != "class"]


def _recycle(census: Census, span: Span) -> None:
    """A small company leaves after the rank day, and a day later another one takes its ticker."""
    leaver, taker = _plain(census, span)[-2:]
    last = span.rank_index + RECYCLED_AFTER
    census.companies[leaver].last = last
    census.companies[leaver].ipo_year, census.companies[taker].ipo_year = 1999, 2007
    line = census.lines[taker]
    line.renamed_at, line.renamed_to = last + 1, census.lines[leaver].symbol


def _plain(census: Census, span: Span) -> list[int]:
    """Companies of which there is nothing to tell, by size: one line that is there all the time."""
    lines: dict[int, list[Line]] = {}
    for line in census.lines:
        lines.setdefault(line.company, []).append(line)
    return [
        number
        for number, company in enumerate(census.companies)
        if company.eligible
        and company.in_opening
        and company.first == 0
        and company.last >= len(span.sessions)
        and len(lines[number]) == 1
        and not lines[number][0].renamed_to
        and not lines[number][0].gaps
    ]
