"""The composition root of Dagster: where `workspace.yaml` points.

Loading touches neither a network nor a home: the tree of SQL and the calendar are read, and nothing else. Steps run one
after the other in the process of the run, because DuckDB has a single writer and a step costs milliseconds.

Does not belong here: what an asset is or does (`defs/`).
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from recon_pipeline.defs.capture import captured_asset
from recon_pipeline.defs.catalogue import Catalogue
from recon_pipeline.defs.derive import derived_assets
from recon_pipeline.defs.ingest import landed_assets
from recon_pipeline.defs.jobs import CAPTURE, RECONSTITUTE, WATCH
from recon_pipeline.defs.publish import published_assets
from recon_pipeline.defs.reference import reference_assets
from recon_pipeline.defs.resources import Home
from recon_pipeline.defs.schedules import SCHEDULES
from recon_pipeline.defs.watch import alert_on_failure, no_event_is_overdue
from recon_pipeline.tables import Table, load_tables


def build(*, tables: Mapping[str, Table] | None = None, home: Home | None = None) -> dg.Definitions:
    """Return the definitions, with other tables or another home where they are given (tests do)."""
    catalogue = Catalogue.of(tables or load_tables())
    return dg.Definitions(
        assets=[
            captured_asset(),
            reference_assets(catalogue),
            landed_assets(catalogue),
            *derived_assets(catalogue),
            published_assets(catalogue),
        ],
        asset_checks=[no_event_is_overdue],
        jobs=[RECONSTITUTE, CAPTURE, WATCH],
        schedules=SCHEDULES,
        sensors=[alert_on_failure],
        resources={"home": home or Home()},
        executor=dg.in_process_executor,
    )


defs = build()
