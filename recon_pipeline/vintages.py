"""Vintages: as of which day of its calendar an event is derived, and what it said as of earlier ones.

Belongs here: what the home notes and keeps of them. A vintage that is made again takes the place of itself alone: a run
as of an earlier day than the home has deletes nothing, and what is later shows again when the event is run as of then.

Does not belong here: which days these are (`events.known_at`), what differs from one vintage to the next (`sql/`).
"""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

from recon_pipeline import events
from recon_pipeline.events import ReconEvent
from recon_pipeline.settings import Settings
from recon_pipeline.warehouse import Warehouse

VINTAGES: Final = "raw.event_vintages"
KEPT: Final = "raw.kept_vintages"
CHANGES: Final = "raw.change_vintages"

HISTORY: Final = (VINTAGES, KEPT, CHANGES)
"""Raw tables that tell what this home has run; no landing gives them back."""


def store_vintage(warehouse: Warehouse, event: ReconEvent, known_at: date) -> None:
    """Note the vintage that an event is derived as, in place of the one before."""
    warehouse.delete_event(VINTAGES, event.event_id)
    warehouse.load(VINTAGES, pl.DataFrame({"event_id": [event.event_id], "known_at": [known_at]}))


def stored_vintage(warehouse: Warehouse, event: ReconEvent) -> date | None:
    """Return the vintage that an event of this home was derived as last, None if it never was."""
    days = warehouse.frame(f"select known_at from {VINTAGES} where event_id = $event_id", {"event_id": event.event_id})[
        "known_at"
    ].to_list()
    return days[0] if days else None


def latest_vintage(warehouse: Warehouse, event: ReconEvent, settings: Settings) -> date:
    """Return the vintage that can be made now, or the one that the event has if that is later."""
    now = events.known_at(event, settings.moment)
    return max(now, stored_vintage(warehouse, event) or now)


def keep_vintage(warehouse: Warehouse, event: ReconEvent) -> None:
    """Keep the changes of the vintage that has just passed its audit; others stay, and a projection has none.

    Belongs in the transaction of the audit.
    """
    known_at = stored_vintage(warehouse, event)
    if known_at is None or event.is_projection:
        return
    changes = warehouse.frame(
        "select event_id, index_id, security_id, action, movement, reason, ticker, company_name "
        "from recon.index_changes where event_id = $event_id order by index_id, security_id",
        {"event_id": event.event_id},
    ).with_columns(known_at=pl.lit(known_at))
    for table in (KEPT, CHANGES):
        warehouse.delete_vintage(table, event.event_id, known_at)
    note = {"event_id": [event.event_id], "known_at": [known_at], "change_count": [changes.height]}
    warehouse.load(KEPT, pl.DataFrame(note))
    warehouse.load(CHANGES, changes)


def later_vintages(warehouse: Warehouse, event: ReconEvent, known_at: date) -> list[date]:
    """Return the vintages of an event that this home has kept and that are later than `known_at`, in order."""
    return warehouse.frame(
        f"select known_at from {KEPT} where event_id = $event_id and known_at > $known_at order by 1",
        {"event_id": event.event_id, "known_at": known_at},
    )["known_at"].to_list()
