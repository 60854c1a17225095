"""Vintages: as of which day of its calendar an event is derived.

Belongs here: what the home notes of it. Does not belong here: which days these are (`events.known_at`), what differs
from one vintage to the next (`sql/`).
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
