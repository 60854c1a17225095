"""Jobs: what a user or a schedule starts.

Does not belong here: the steps themselves.
"""

from __future__ import annotations

import dagster as dg

from recon_pipeline.defs.capture import CAPTURED
from recon_pipeline.defs.publish import PUBLISHED

OVERDUE = dg.AssetSelection.checks(dg.AssetCheckKey(PUBLISHED, "no_event_is_overdue"))
"""The standing check: it is asked by the clock, for what is overdue is not the fault of the event that runs."""

RECONSTITUTE = dg.define_asset_job(
    "reconstitute",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(CAPTURED) - OVERDUE,
    description="One event end to end, as `recon run EVENT`: open, land, derive, check, publish. The opening files are "
    "the config `openings` of the op `landed`.",
)

CAPTURE = dg.define_asset_job(
    "capture",
    selection=dg.AssetSelection.assets(CAPTURED),
    description="The daily capture, as `recon capture`: to be run each trading day between 18:00 and 20:00 New York.",
)

WATCH = dg.define_asset_job(
    "watch",
    selection=OVERDUE,
    description="The standing check that no event is overdue; it reads what is published and runs nothing.",
)
