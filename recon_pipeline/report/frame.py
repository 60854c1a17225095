"""What every page says of an event: its title, its days, and how many lines each index has after it.

Belongs here: what the start page, the page of an event, its lists and the history share. Does not belong here: what
stands on one of them (`start.py`, `event.py`, `lists.py`, `history.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from recon_pipeline.report.facts import LIST_INDEXES, Facts
from recon_pipeline.report.words import event_title, index_name

Row = dict[str, Any]

HEADLINE_INDEXES = ("R1000", "R2000", "R3000", "RMICRO")


@dataclass(frozen=True)
class EventFrame:
    """What every page of an event needs: its row of the calendar, its title, and whether it is a reconstitution."""

    event_id: str
    title: str
    row: Row
    is_recon: bool


@dataclass(frozen=True)
class IndexCounts:
    """An index after an event; additions and deletions are None where nobody told who was in it."""

    index_id: str
    name: str
    lines: int
    companies: int
    additions: int | None
    deletions: int | None
    cap_usd: Decimal | None
    median_usd: Decimal | None


def event_frame(facts: Facts, event_id: str) -> EventFrame:
    """Return what every page of an event needs."""
    row = facts.event(event_id)
    return EventFrame(event_id, event_title(event_id, row["kind"]), row, row["kind"] == "recon")


def index_counts(facts: Facts, event_id: str, indexes: Sequence[str] = LIST_INDEXES) -> list[IndexCounts]:
    """Return the counts of those of the indexes that the event has members of."""
    changed = Counter((row["index_id"], row["action"]) for row in facts.rows("changes", event_id))
    unknown = unknown_before(facts, event_id)
    sizes = {row["index_id"]: row for row in facts.rows("sizes", event_id)}
    return [
        IndexCounts(
            index_id,
            index_name(index_id),
            size["lines"],
            size["companies"],
            None if index_id in unknown else changed[index_id, "addition"],
            None if index_id in unknown else changed[index_id, "deletion"],
            size["cap_usd"],
            size["median_usd"],
        )
        for index_id in indexes
        if (size := sizes.get(index_id)) is not None
    ]


def unknown_before(facts: Facts, event_id: str) -> list[str]:
    """Return the indexes whose members before the event nobody told: no changes are stated for them."""
    return facts.of("unknown", event_id)["index_id"].to_list()
