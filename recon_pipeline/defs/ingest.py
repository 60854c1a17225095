"""Ingest: the opening membership of an event, and the sessions that its rules read, into the raw tables.

One step fills all raw tables, for a dump is fetched and read once. The tables that say which sessions an event reads
(`ingest.PLAN_TABLES`) are built here before the landing and again as assets of their own after it.

Events of one run are taken in order, and each opens from the one before: where another one follows, an event is derived
here already. The assets downstream build the same rows again.

Does not belong here: HTTP and parsing (`sources/`), reading opening files (`opening.py`).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import dagster as dg
from pydantic import Field

from recon_pipeline import ingest, pipeline
from recon_pipeline.defs.catalogue import PARTITION_ROWS, TOTAL_ROWS, Catalogue, asset_key
from recon_pipeline.defs.checks import results_of, specs_of
from recon_pipeline.defs.partitions import EVENTS, IN_ORDER
from recon_pipeline.defs.resources import Home
from recon_pipeline.events import ReconEvent
from recon_pipeline.events import known_at as known_at_of
from recon_pipeline.publish import RUN_LOG
from recon_pipeline.settings import Settings
from recon_pipeline.tables import Table
from recon_pipeline.vintages import HISTORY, store_vintage
from recon_pipeline.warehouse import Warehouse

OPENING_FACTS: Final = frozenset({"reference.indexes", "reference.recon_events"})
ARCHIVE_FACTS: Final = frozenset({"reference.archive_exceptions", "reference.archive_missing_sessions"})
"""What Python reads, and no query tells of."""

FROM_ARCHIVE: Final = frozenset(
    {"raw.archive_dumps", "raw.listings", "raw.prices", "raw.shares_outstanding", "raw.rejects"}
)

ARCHIVE: Final = dg.MetadataValue.url("https://github.com/rreichel3/US-Stock-Symbols")


class OpeningConfig(dg.Config):
    """Who was in which index before the event, and what its run leaves out: what `recon run` takes as options."""

    openings: list[str] = Field(
        default=[],
        description="Paths of opening files, for the first event of the run. Without any an event opens from the one "
        "before it, else from the files that it was opened with last time.",
    )
    allow_late_opening: bool = Field(default=False, description="Take lists that are dated after the rank day.")
    without: list[str] = Field(
        default=[],
        description="Kinds of evidence that the events of the run leave out, as `recon run --without`; none if empty, "
        "whatever was left out last time.",
    )


def landed_tables(catalogue: Catalogue) -> list[Table]:
    """Return the raw tables that the landing fills: all but the log of runs, which the audit writes."""
    return [table for table in catalogue.in_schema("raw") if table.full_name != RUN_LOG]


def landed_assets(catalogue: Catalogue) -> dg.AssetsDefinition:
    """Return the step that opens and lands events."""
    tables = landed_tables(catalogue)

    @dg.multi_asset(
        name="landed",
        specs=[_spec(catalogue, table) for table in tables],
        check_specs=[spec for table in tables for spec in specs_of(table)],
        backfill_policy=IN_ORDER,
    )
    def landed(
        context: dg.AssetExecutionContext, config: OpeningConfig, home: Home
    ) -> Iterator[dg.MaterializeResult[None]]:
        """Store the opening membership of each event and land the sessions that it reads."""
        wanted = [pipeline.runnable_event(key) for key in sorted(context.partition_keys)]
        with home.warehouse() as warehouse:
            done = _land_in_order(warehouse, wanted, config, home.settings(), context.log)
            checked = {table.full_name: results_of(warehouse, table, list(done)) for table in tables}
            totals = {table.full_name: warehouse.row_count(table.full_name) for table in tables}
        for table in tables:
            for event_id, (opening, landing) in done.items():
                about = opening if table.full_name == ingest.OPENING else landing
                context.add_asset_metadata(about, asset_key(table.full_name), event_id)
            yield dg.MaterializeResult(
                asset_key=asset_key(table.full_name),
                metadata={TOTAL_ROWS: totals[table.full_name]},
                check_results=checked[table.full_name],
            )

    return landed


def _spec(catalogue: Catalogue, table: Table) -> dg.AssetSpec:
    if table.full_name == ingest.OPENING:
        return catalogue.spec(table, reads=OPENING_FACTS, kinds={"csv", "duckdb"}, partitions=EVENTS)
    if table.full_name in (ingest.OPTIONS, *HISTORY):
        return catalogue.spec(table, kinds={"python", "duckdb"}, partitions=EVENTS)
    if table.full_name not in FROM_ARCHIVE:
        return catalogue.spec(table, kinds={"http", "polars", "duckdb"}, partitions=EVENTS)
    plans = [catalogue.tables[name].query for name in ingest.PLAN_TABLES]
    planned = {name for plan in plans if plan for name in plan.reads if name.startswith("reference.")}
    return catalogue.spec(
        table,
        reads=planned | ARCHIVE_FACTS,
        kinds={"polars", "duckdb"},
        partitions=EVENTS,
        metadata={"source": ARCHIVE},
    )


def _land_in_order(
    warehouse: Warehouse,
    wanted: Sequence[ReconEvent],
    config: OpeningConfig,
    settings: Settings,
    log: dg.DagsterLogManager,
) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Open and land events, oldest first; return what to show of the opening and of the landing, by event."""
    ingest.check_evidence(config.without)
    pipeline.prepare(warehouse)
    pipeline.catch_up(warehouse, settings, (), before=wanted[0].event_id, say=log.info)
    done: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    for event in wanted:
        paths = [] if done else [Path(path).expanduser() for path in config.openings]
        opening = ingest.choose_opening(warehouse, event, paths, allow_late=config.allow_late_opening)
        known_at = known_at_of(event, settings.moment)
        took = ingest.land(warehouse, event, settings, opening=opening, known_at=known_at, say=log.info)
        ingest.land_openings(paths, settings)
        with warehouse.transaction():
            pipeline.mark_unaudited(warehouse, event)
            ingest.add_to_calendar(warehouse, event)
            ingest.store_opening(warehouse, event, opening)
            ingest.store_options(warehouse, event, config.without)
            store_vintage(warehouse, event, known_at)
        rows = warehouse.row_count(ingest.OPENING, event.event_id)
        done[event.event_id] = (
            {
                PARTITION_ROWS: rows,
                "opened_from": opening.source,
                "known_at": str(known_at),
                "notes": "\n".join(opening.notes),
            },
            {
                "sessions_loaded": took.sessions,
                "requests": took.archive.requests + took.sources.requests,
                "megabytes": round((took.archive.bytes + took.sources.bytes) / 1e6, 1),
            },
        )
        if event is not wanted[-1]:
            pipeline.derive(warehouse, event, say=log.info)
    return done
