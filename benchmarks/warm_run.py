"""What a warm `recon run --offline` costs beside the SQL itself: contracts, checks, transaction, snapshot.

    .venv/bin/python benchmarks/warm_run.py --home HOME [--event 2023-06-recon] [--repeat 5]

Both sides are timed in this process on the same raw rows, in turns: the whole run, and the same queries run bare with
`create table as` on a copy of the working database, without contracts, checks or publishing. Printed: medians and their
ratio. The home must hold the event: run it once before.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import duckdb

from recon_pipeline.pipeline import RunReport, run_event, warehouse_path
from recon_pipeline.settings import Settings
from recon_pipeline.tables import derived_tables


def bare(database: Path, event_id: str) -> float:
    """Run every query once, in order, into tables without contracts; return seconds."""
    with duckdb.connect(str(database)) as con:
        tables = derived_tables()
        for table in tables:
            con.execute(f"drop table if exists {table.full_name}")
        began = time.perf_counter()
        for table in tables:
            assert table.query is not None
            parameters = {"event_id": event_id} if table.is_by_event else {}
            con.execute(f"create table {table.full_name} as {table.query.text}", parameters)
        return time.perf_counter() - began


def main() -> None:
    """Time both sides in turns and print the ratio of their medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--event", default="2023-06-recon")
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    settings = Settings(home=args.home, offline=True)
    run_event(args.event, settings)  # warms caches and imports
    whole: list[float] = []
    sql: list[float] = []
    steps: list[RunReport] = []
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "copy.duckdb"
        shutil.copyfile(warehouse_path(settings.home_dir), copy)
        for _ in range(args.repeat):
            began = time.perf_counter()
            steps.append(run_event(args.event, settings))
            whole.append(time.perf_counter() - began)
            sql.append(bare(copy, args.event))
    print(f"recon run {args.event} --offline, warm, one process, median of {args.repeat}")
    print(f"  whole run   {statistics.median(whole):6.2f} s")
    for step in steps[0].seconds:
        print(f"    {step:9} {statistics.median(report.seconds[step] for report in steps):6.2f} s")
    print(f"  bare SQL    {statistics.median(sql):6.2f} s")
    print(f"  ratio       {statistics.median(whole) / statistics.median(sql):6.2f}")


if __name__ == "__main__":
    main()
