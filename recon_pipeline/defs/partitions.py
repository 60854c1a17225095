"""Event partitions: one for every event of the calendar, reconstitutions and rounds of IPO additions, oldest first.

Does not belong here: the calendar itself (`events.py`). Events that follow from the rules alone have none yet.
"""

from __future__ import annotations

import dagster as dg

from recon_pipeline import events

EVENTS = dg.StaticPartitionsDefinition(list(events.events()))

IN_ORDER = dg.BackfillPolicy.single_run()
"""A backfill of adjoining events is one run: each opens from the one before, so that they must not run side by side."""
