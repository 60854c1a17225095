"""A home whose published file holds a few rows that a test writes: no market, no query, no audit.

What does not belong here: how a row is filled in where the contract wants a value (`test_sql_cases.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from recon_pipeline.pipeline import warehouse_path
from recon_pipeline.publish import Snapshot, publish
from recon_pipeline.tables import load_tables, readers_fingerprint, tree_fingerprint
from recon_pipeline.warehouse import Warehouse
from recon_pipeline_tests.test_sql_cases import DEFAULT_EVENT, Bench, Row

RUN: Row = {
    "event_id": DEFAULT_EVENT,
    "opening_source": "opening.csv",
    "sql_fingerprint": tree_fingerprint(),
    "code_version": "1",
}
"""The note that the event passed its audit."""


@cache
def _prepared() -> bytes:
    """A working database with every table in it and no rows: to make one takes longer than what most tests do."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prepared.duckdb"
        with Warehouse(path) as warehouse:
            warehouse.prepare(load_tables(), readers=readers_fingerprint())
        return path.read_bytes()


@contextmanager
def small_home(home: Path) -> Iterator[Bench]:
    """Open the warehouse of a home, with every table in it and the default event noted as audited."""
    path = warehouse_path(home)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_prepared())
    with Warehouse(path) as warehouse:
        bench = Bench(warehouse)
        bench.give("raw.event_runs", [RUN], {})
        yield bench


def publish_rows(home: Path, given: Mapping[str, Sequence[Row]]) -> Snapshot:
    """Publish these rows by table, and no others; what a row leaves out is filled in."""
    with small_home(home) as bench:
        for table, rows in given.items():
            bench.give(table, list(rows), {})
        return publish(bench.warehouse, home)
