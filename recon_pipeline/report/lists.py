"""Additions, deletions and migrations in the shape of the official lists: company, symbol, industry first.

Belongs here: the changes of an event as tables, on its page and on the page of each index. Does not belong here: the
rest of the page of an event (`event.py`), the files beside the pages (`site.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from recon_pipeline.report.facts import Facts
from recon_pipeline.report.frame import EventFrame, Row, event_frame, index_counts
from recon_pipeline.report.grids import CAP, OFFICIAL, RANK, Column, Grid


def changes_of(facts: Facts, event_id: str) -> list[Row]:
    """Return the changes of an event with the size index that each line comes from and goes to."""
    moves = {row["security_id"]: (row["from_index"], row["to_index"]) for row in facts.rows("moves", event_id)}
    rows = []
    for row in facts.rows("changes", event_id):
        source, target = moves.get(row["security_id"], (None, None))
        rows.append(row | {"from_index": source, "to_index": target})
    return rows


FROM, TO, WHY = (
    Column("from_index", "From", "index"),
    Column("to_index", "To", "index"),
    Column("reason", "Why", "reason"),
)


def list_grids(changed: Sequence[Row], frame: EventFrame) -> list[Grid]:
    """Return the additions to and deletions from the Russell 3000, and who moves within it."""
    broad = [row for row in changed if row["index_id"] == "R3000"]
    additions = [row for row in broad if row["action"] == "addition"]
    deletions = [row for row in broad if row["action"] == "deletion"]
    stays = {row["security_id"] for row in broad}
    migrations = [
        row
        for row in changed
        if row["index_id"] in ("R1000", "R2000") and row["action"] == "addition" and row["security_id"] not in stays
    ]
    note = "Ranks and total market caps are those of the rank day."
    if not frame.is_recon:
        return [Grid("additions", "Additions to the Russell 3000", (*OFFICIAL, TO, FROM, CAP), additions, True)]
    between = "Migrations between the Russell 1000 and the Russell 2000"
    return [
        Grid("additions", "Additions to the Russell 3000", (*OFFICIAL, TO, FROM, RANK, CAP), additions, True),
        Grid("deletions", "Deletions from the Russell 3000", (*OFFICIAL, FROM, TO, WHY, RANK, CAP), deletions, True),
        Grid("migrations", between, (*OFFICIAL, FROM, TO, RANK, CAP), migrations, True, note=note),
    ]


def list_page(facts: Facts, event_id: str, index_id: str, changed: Sequence[Row]) -> Row:
    """Return what the list page of an index shows: its additions and deletions in the shape of the official lists."""
    own = [row for row in changed if row["index_id"] == index_id]
    (index,) = index_counts(facts, event_id, [index_id])
    added = [row for row in own if row["action"] == "addition"]
    deleted = [row for row in own if row["action"] == "deletion"]
    return {
        "event": event_frame(facts, event_id),
        "index": index,
        "grids": [
            Grid("additions", f"Additions to the {index.name}", (*OFFICIAL, FROM, WHY, RANK, CAP), added, True),
            Grid("deletions", f"Deletions from the {index.name}", (*OFFICIAL, TO, WHY, RANK, CAP), deleted, True),
        ],
    }
