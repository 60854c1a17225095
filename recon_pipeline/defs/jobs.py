"""Jobs: what a user or a schedule starts.

Does not belong here: the steps themselves.
"""

from __future__ import annotations

import dagster as dg

RECONSTITUTE = dg.define_asset_job(
    "reconstitute",
    selection=dg.AssetSelection.all(),
    description="One event end to end, as `recon run EVENT`: open, land, derive, check, publish. The opening files are "
    "the config `openings` of the op `landed`.",
)
