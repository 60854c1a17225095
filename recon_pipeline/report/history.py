"""The history: every reconstitution of the file beside what was published of its year.

Belongs here: cut-offs, counts and shares by year. Does not belong here: scores against lists (`accuracy.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache

from recon_pipeline.report import plots
from recon_pipeline.report.facts import Facts
from recon_pipeline.report.frame import HEADLINE_INDEXES, EventFrame, Row, event_frame, index_counts
from recon_pipeline.report.grids import RECONSTITUTION, Column, Grid
from recon_pipeline.rules import reference_rows


def history_page(facts: Facts, *, is_published: bool = True) -> Row:
    """Return what the history page shows: every reconstitution of the file beside what was published of its year.

    Without `is_published` nothing stands beside it: of an invented market or a projection nobody published a thing.
    """
    frames = [event_frame(facts, event_id) for event_id in facts.events]
    recons = [frame for frame in frames if frame.is_recon]
    cut_rows = [row for frame in recons for row in _cuts(facts, frame, is_published)]
    count_rows = [counts_of(facts, frame, is_published=is_published) for frame in recons]
    has_points = any(row["ours"] is not None for row in cut_rows)
    has_rings = any(row["published"] is not None for row in cut_rows)
    return {
        "picture": plots.cut_history(cut_rows) if has_points else "",
        "has_rings": has_rings,
        "cuts": _grid(
            "history-cuts",
            "Cut-offs beside the published ones" if has_rings else "Cut-offs",
            CUT_COLUMNS,
            cut_rows,
            SOURCES if has_rings else None,
        ),
        "counts": _grid("history-counts", "Lines after the event", COUNT_COLUMNS, count_rows),
        "changes": _grid("history-changes", "Additions to the indexes and deletions", CHANGE_COLUMNS, count_rows),
        "shares": _grid("history-shares", "Shares of total market cap on the rank day", SHARE_COLUMNS, count_rows),
        "recons": recons,
    }


def _grid(grid_id: str, caption: str, columns: Sequence[Column], rows: Sequence[Row], note: str | None = None) -> Grid:
    """A table without the columns of which nothing was published."""
    shown = [column for column in columns if column.label not in BESIDE or any(row[column.key] for row in rows)]
    return Grid(grid_id, caption, shown, rows, note=note)


BESIDE = ("as published", "Published", "Difference", "Source of the published one")
"""Headings of what stands beside ours."""

SOURCES = (
    "PR and a year: what the owner of the indexes told the press of the reconstitution of that year, rounded as it was "
    "told. Numbers are sections of the methodology."
)

CUT_COLUMNS = (
    RECONSTITUTION,
    Column("cut", "Cut", "cut"),
    Column("rank_day", "Rank day", "day"),
    Column("ours", "Ours", "money"),
    Column("published", "Published", "money"),
    Column("off_pct", "Difference", "signed_percent"),
    Column("band_low_usd", "Band from", "money"),
    Column("band_high_usd", "to", "money"),
    Column("source", "Source of the published one"),
)

# Of the Microcap no release told.
COUNT_COLUMNS = (
    RECONSTITUTION,
    Column("R1000", "Russell 1000", "count"),
    Column("R1000_published", "as published", "count"),
    Column("R2000", "Russell 2000", "count"),
    Column("R2000_published", "as published", "count"),
    Column("R3000", "Russell 3000", "count"),
    Column("R3000_published", "as published", "count"),
    Column("RMICRO", "Russell Microcap", "count"),
)
CHANGE_COLUMNS = (
    RECONSTITUTION,
    Column("R1000_in", "Into the R1000", "count"),
    Column("R1000_out", "out of it", "count"),
    Column("R2000_in", "Into the R2000", "count"),
    Column("R2000_out", "out of it", "count"),
    Column("R3000_in", "Into the R3000", "count"),
    Column("R3000_out", "out of it", "count"),
    Column("RMICRO_in", "Into the Microcap", "count"),
    Column("RMICRO_out", "out of it", "count"),
)
SHARE_COLUMNS = (
    RECONSTITUTION,
    Column("total_usd", "Cap of the R3000", "money"),
    Column("total_published_usd", "as published", "money"),
    Column("r1000_share", "R1000 of R3000", "percent"),
    Column("r1000_share_published", "as published", "percent"),
    Column("r2000_share", "R2000 of R3000", "percent"),
    Column("r2000_share_published", "as published", "percent"),
    Column("coverage", "R3000 of all eligible", "percent2"),
)


def _cuts(facts: Facts, frame: EventFrame, is_published: bool) -> Iterator[Row]:
    """The cut-offs of which something may be published, with and without ours."""
    ours = {row["breakpoint_id"]: row for row in facts.rows("breakpoints", frame.event_id)}
    for cut in ("R1000", "R3000"):
        mine = ours.get(cut, {})
        told = _published_cuts().get((frame.event_id, cut), {}) if is_published else {}
        cap, theirs = mine.get("market_cap_usd"), Decimal(told["published_usd"]) if told else None
        yield {
            "event": frame.event_id[:7],
            "event_id": frame.event_id,
            "cut": cut,
            "rank_day": frame.row["rank_day"],
            "ours": cap,
            "published": theirs,
            "off_pct": 100 * (cap / theirs - 1) if cap and theirs else None,
            "band_low_usd": mine.get("band_low_usd") if mine.get("band_pct") else None,
            "band_high_usd": mine.get("band_high_usd") if mine.get("band_pct") else None,
            "source": told.get("source"),
        }


def counts_of(facts: Facts, frame: EventFrame, *, is_published: bool = True) -> Row:
    """Return counts and shares of a reconstitution; shares are of total market cap, not of the float of weights."""
    event_id = frame.event_id
    found = {each.index_id: each for each in index_counts(facts, event_id, HEADLINE_INDEXES)}
    lines = _published(event_id, "lines") if is_published else {}
    row: Row = {"event_id": event_id}
    for index_id in HEADLINE_INDEXES:
        ours = found.get(index_id)
        row |= {
            index_id: ours.lines if ours else None,
            f"{index_id}_published": lines.get(index_id),
            f"{index_id}_in": ours.additions if ours else None,
            f"{index_id}_out": ours.deletions if ours else None,
        }
    caps = {index_id: ours.cap_usd for index_id, ours in found.items()}
    told = _published(event_id, "total_cap_usd") if is_published else {}
    # The Russell 3000 is the other two together: who publishes two of the three tells the third.
    if {"R1000", "R3000"} <= set(told):
        told.setdefault("R2000", told["R3000"] - told["R1000"])
    eligible = facts.rows("eligible", event_id)
    return row | {
        "total_usd": caps.get("R3000"),
        "total_published_usd": told.get("R3000"),
        "r1000_share": _share(caps.get("R1000"), caps.get("R3000")),
        "r1000_share_published": _share(told.get("R1000"), told.get("R3000")),
        "r2000_share": _share(caps.get("R2000"), caps.get("R3000")),
        "r2000_share_published": _share(told.get("R2000"), told.get("R3000")),
        "coverage": _share(caps.get("R3000"), eligible[0]["cap_usd"] if eligible else None),
    }


def _share(part: Decimal | None, whole: Decimal | None) -> float | None:
    return 100 * float(part) / float(whole) if part and whole else None


@cache
def _published_cuts() -> dict[tuple[str, str], dict[str, str]]:
    """The published cut-offs by event and cut."""
    return {(row["event_id"], row["breakpoint_id"]): row for _, row in reference_rows("published_breakpoints.csv")}


def _published(event_id: str, figure: str) -> dict[str, Decimal]:
    """A figure by index as it was published of an event."""
    return {
        row["index_id"]: Decimal(row["value"])
        for _, row in reference_rows("published_sizes.csv")
        if row["event_id"] == event_id and row["figure"] == figure
    }
