"""The start page: every event of the file, newest first, and what the calendar has after them.

Does not belong here: what the page of an event says (`event.py`).
"""

from __future__ import annotations

from recon_pipeline.report.facts import Facts
from recon_pipeline.report.frame import HEADLINE_INDEXES, Row, event_frame, index_counts
from recon_pipeline.report.words import event_title, index_name


def start_page(facts: Facts) -> Row:
    """Return what the start page shows: the events of the file, newest first, and what the calendar has after them."""
    held = [event_summary(facts, event_id) for event_id in reversed(facts.events)]
    last = facts.event(facts.events[-1])["rank_day"]
    coming = [
        row | {"title": event_title(row["event_id"], row["kind"])}
        for row in facts.calendar.to_dicts()
        if row["rank_day"] > last and not row["membership_rows"]
    ]
    return {"held": held, "coming": coming}


def event_summary(facts: Facts, event_id: str) -> Row:
    """Return the line of an event on the start page; an index that it has no members of is there with None."""
    frame = event_frame(facts, event_id)
    points = facts.rows("breakpoints", event_id) or facts.rows("ipo_breakpoints", event_id)
    counts = {each.index_id: each for each in index_counts(facts, event_id, HEADLINE_INDEXES)}
    return {
        "event": frame,
        "counts": [(index_name(index_id), counts.get(index_id)) for index_id in HEADLINE_INDEXES],
        "cut_usd": next((row["market_cap_usd"] for row in points if row["breakpoint_id"] == "R1000"), None),
    }
