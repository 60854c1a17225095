"""The reference tables: the dated facts that ship with the package, and the exchange sessions.

One step makes them all, for `pipeline.prepare` does: it creates what a home lacks. They belong to no event. Their
data version is a hash of the facts, so that Dagster shows which tables are older than a correction of a rule or a date.

Does not belong here: facts fetched from providers (`ingest.py`).
"""

from collections.abc import Iterator

import dagster as dg

from recon_pipeline import pipeline
from recon_pipeline.defs.catalogue import TOTAL_ROWS, Catalogue, asset_key
from recon_pipeline.defs.checks import results_of, specs_of
from recon_pipeline.defs.resources import Home


def reference_assets(catalogue: Catalogue) -> dg.AssetsDefinition:
    """Return the step that prepares a home."""
    tables = catalogue.in_schema("reference")

    @dg.multi_asset(
        name="reference",
        specs=[catalogue.spec(table, kinds={"csv" if table.csv else "python", "duckdb"}) for table in tables],
        check_specs=[spec for table in tables for spec in specs_of(table)],
    )
    def reference(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult[None]]:
        """Create the tables of the home and load the facts that ship with the package."""
        with home.warehouse() as warehouse:
            for event_id in pipeline.prepare(warehouse):
                context.log.info(f"{event_id} was built by other rules: its next run builds it again")
            # Facts of no event: their checks take no parameter.
            checked = {table.full_name: results_of(warehouse, table, ["every event"]) for table in tables}
            counts = {table.full_name: warehouse.row_count(table.full_name) for table in tables}
        for table in tables:
            yield dg.MaterializeResult(
                asset_key=asset_key(table.full_name),
                metadata={TOTAL_ROWS: counts[table.full_name]},
                data_version=dg.DataVersion(table.fingerprint[:16]),
                check_results=checked[table.full_name],
            )

    return reference
