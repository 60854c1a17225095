"""The end of the graph: the audit of an event, the snapshot that consumers read, and its report.

`published` is the asset to ask whether an event is done: Dagster counts a table as materialized even where its checks
failed, but nothing is published then, and the snapshot of before stays as it was.

Does not belong here: what a snapshot is (`publish.py` of the package).
"""

from collections.abc import Iterator

import dagster as dg

from recon_pipeline import pipeline
from recon_pipeline.defs.catalogue import TOTAL_ROWS, Catalogue, asset_key
from recon_pipeline.defs.partitions import EVENTS, IN_ORDER
from recon_pipeline.defs.resources import Home
from recon_pipeline.publish import DATABASE, MANIFEST, RUN_LOG, publish, published_path
from recon_pipeline.report.site import report_home
from recon_pipeline.tables import derived_tables, public_tables

GROUP = "published"
PUBLISHED = dg.AssetKey(GROUP)
REPORT = dg.AssetKey("report")


def published_assets(catalogue: Catalogue) -> dg.AssetsDefinition:
    """Return the step that audits and publishes."""
    log = catalogue.tables[RUN_LOG]
    everything = [table.full_name for table in derived_tables(catalogue.tables)]

    @dg.multi_asset(
        name="published",
        specs=[
            # Not in the group of its layer: it is written last, and the groups would read one another in a circle.
            catalogue.spec(log, reads=everything, kinds={"duckdb"}, group=GROUP, partitions=EVENTS),
            dg.AssetSpec(
                PUBLISHED,
                deps=[asset_key(RUN_LOG), *(asset_key(table.full_name) for table in public_tables(catalogue.tables))],
                description="What consumers read: the public tables as one DuckDB file and as Parquet, with a "
                "manifest, replaced as a whole or not at all. All checks of the event run once more before.",
                group_name=GROUP,
                kinds={"duckdb", "parquet"},
                partitions_def=EVENTS,
            ),
            # Of its own, so that what is published counts as done though its report could not be written.
            dg.AssetSpec(
                REPORT,
                deps=[PUBLISHED],
                description="What is published as a site of HTML that opens from disk: HOME/report/. Not written where "
                "RECON_REPORT is none.",
                group_name=GROUP,
                kinds={"html"},
                partitions_def=EVENTS,
                skippable=True,
            ),
        ],
        backfill_policy=IN_ORDER,
    )
    def published(context: dg.AssetExecutionContext, home: Home) -> Iterator[dg.MaterializeResult[None]]:
        """Audit each event, then publish the home as it stands."""
        folder = home.settings().home_dir
        with home.warehouse() as warehouse:
            # What passed an audit with other SQL was not built since: it is built, not given a new name.
            built = set(context.partition_keys) - set(pipeline.built_by_others(warehouse))
            with warehouse.transaction():
                for event_id in sorted(built):
                    for failed in pipeline.audit(warehouse, pipeline.runnable_event(event_id), catalogue.tables):
                        context.log.warning(f"{event_id}: {failed.table} {failed.name}, {failed.rows.height} rows")
            pipeline.catch_up(warehouse, home.settings(), built, say=context.log.info)
            snapshot = publish(warehouse, folder)
            runs = warehouse.row_count(RUN_LOG)
        yield dg.MaterializeResult(asset_key=asset_key(RUN_LOG), metadata={TOTAL_ROWS: runs})
        yield dg.MaterializeResult(
            asset_key=PUBLISHED,
            metadata={
                "snapshot": snapshot.manifest["snapshot_id"],
                "is_new": snapshot.is_new,
                "database": dg.MetadataValue.path(published_path(folder) / DATABASE),
                "manifest": dg.MetadataValue.path(snapshot.path / MANIFEST),
                "rows": {name: file["rows"] for name, file in snapshot.manifest["tables"].items()},
                "against_the_snapshot_before": dg.MetadataValue.json(snapshot.manifest["previous"] or {}),
            },
            data_version=dg.DataVersion(snapshot.manifest["snapshot_id"]),
        )
        site = report_home(home.settings(), folder)
        if site is not None:
            yield dg.MaterializeResult(
                asset_key=REPORT,
                metadata={
                    "start": dg.MetadataValue.path(site.start),
                    "pages": site.pages,
                    "bytes": site.size,
                    "seconds": site.seconds,
                },
                data_version=dg.DataVersion(snapshot.manifest["snapshot_id"]),
            )

    return published
