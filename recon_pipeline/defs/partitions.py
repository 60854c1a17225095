"""Event partitions: one for every reconstitution of the calendar, oldest first.

Does not belong here: the calendar itself (`events.py`). IPO events join when the pipeline runs them.
"""

from __future__ import annotations

import dagster as dg

from recon_pipeline import events

EVENTS = dg.StaticPartitionsDefinition(
    [event_id for event_id, event in events.events().items() if event.kind == "recon"]
)

IN_ORDER = dg.BackfillPolicy.single_run()
"""A backfill of adjoining events is one run: each opens from the one before, so that they must not run side by side."""
