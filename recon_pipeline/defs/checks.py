"""The checks of a table, run in the step that builds it.

A check that blocks stops everything downstream within the run; one that warns only says so. They run in the step of
their table, which has the database open anyway, so that a check costs one query and no step of its own. `published`
runs them all once more before it replaces anything: a step that somebody starts by itself passes no check by accident.

Does not belong here: what is checked (`sql/<schema>/<table>.check.<what>.sql`).
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
import polars as pl

from recon_pipeline.defs.catalogue import asset_key
from recon_pipeline.tables import Check, Table
from recon_pipeline.warehouse import Warehouse

SHOWN_ROWS = 20


def specs_of(table: Table) -> list[dg.AssetCheckSpec]:
    """Return the checks of a table as Dagster declares them."""
    return [
        dg.AssetCheckSpec(
            check.name,
            asset=asset_key(table.full_name),
            description=check.query.description,
            blocking=check.blocking,
            metadata={"file": f"sql/{table.schema}/{table.name}.check.{check.name}.sql"},
        )
        for check in table.checks
    ]


def results_of(warehouse: Warehouse, table: Table, event_ids: Sequence[str]) -> list[dg.AssetCheckResult]:
    """Run the checks of a table over some events and return a result a check, with the first of the failing rows."""
    return [_result(warehouse, table, check, event_ids) for check in table.checks]


def _result(warehouse: Warehouse, table: Table, check: Check, event_ids: Sequence[str]) -> dg.AssetCheckResult:
    failing = {event_id: warehouse.failing_rows(check, {"event_id": event_id}) for event_id in event_ids}
    counts = {event_id: rows.height for event_id, rows in failing.items()}
    shown = next((rows.head(SHOWN_ROWS) for rows in failing.values() if rows.height), pl.DataFrame())
    return dg.AssetCheckResult(
        passed=not any(counts.values()),
        asset_key=asset_key(table.full_name),
        check_name=check.name,
        severity=dg.AssetCheckSeverity.ERROR if check.blocking else dg.AssetCheckSeverity.WARN,
        metadata={
            "failing_rows": sum(counts.values()),
            "failing_rows_by_event": counts,
            **({} if shown.is_empty() else {"first_failing_rows": _records(shown)}),
        },
    )


def _records(rows: pl.DataFrame) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [dg.TableRecord({name: str(value) for name, value in row.items()}) for row in rows.iter_rows(named=True)],
        schema=dg.TableSchema([dg.TableColumn(name) for name in rows.columns]),
    )
