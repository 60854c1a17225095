"""Derived tables: one asset for every table with a query, with the dependencies that the SQL itself names.

Unlike `recon run`, which builds an event in one transaction, every step here opens the home and commits by itself, so
that a table can be built alone and its history is its own. A run that fails half-way leaves the working tables of its
event mixed; consumers never see that: an event whose table was built alone is published only after `published` has
audited it, and nothing else of the home is published before (`publish.py`).

Does not belong here: which tables there are (`sql/`).
"""

from collections.abc import Iterator

import dagster as dg

from recon_pipeline import pipeline
from recon_pipeline.defs.catalogue import PARTITION_ROWS, TOTAL_ROWS, Catalogue, asset_key
from recon_pipeline.defs.checks import results_of, specs_of
from recon_pipeline.defs.partitions import EVENTS, IN_ORDER
from recon_pipeline.defs.resources import Home
from recon_pipeline.tables import Query, Table, derived_tables


def derived_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    """Return an asset for every table with a query."""
    return [_asset(catalogue, table, table.query) for table in derived_tables(catalogue.tables) if table.query]


def _asset(catalogue: Catalogue, table: Table, query: Query) -> dg.AssetsDefinition:
    key = asset_key(table.full_name)

    @dg.multi_asset(
        name=f"{table.schema}__{table.name}",
        specs=[catalogue.spec(table, reads=query.reads, kinds={"sql", "duckdb"}, partitions=EVENTS)],
        check_specs=specs_of(table),
        backfill_policy=IN_ORDER,
    )
    def derived(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult[None]]:
        event_ids = sorted(context.partition_keys)
        with home.warehouse() as warehouse:
            for event_id in event_ids:
                rows = pipeline.rebuild(warehouse, table, pipeline.runnable_event(event_id))
                if table.is_by_event:
                    context.add_asset_metadata({PARTITION_ROWS: rows}, key, event_id)
            total = warehouse.row_count(table.full_name)
            checked = results_of(warehouse, table, event_ids)
        yield dg.MaterializeResult(asset_key=key, metadata={TOTAL_ROWS: total}, check_results=checked)

    return derived
