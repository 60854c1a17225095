"""The DuckDB files: the one door to them.

Belongs here: the working database of a home (single writer, transactions, loading frames, rebuilding a table from its
query, running checks), a read-only reader, and writing the snapshot file of what is published.

Does not belong here: which tables there are (`tables.py`), in which order an event builds them (`pipeline.py`), where
a snapshot goes (`publish.py`).

Only what DuckDB 1.5 and 2.x share is used: results are taken as `con.sql(...).pl()` or fetched to the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import duckdb
from filelock import FileLock, Timeout

from recon_pipeline.errors import BadInput, Busy, ContractBroken
from recon_pipeline.tables import SCHEMAS, Check, Query, Table

if TYPE_CHECKING:
    import polars as pl

LOCK_WAIT_S = 10.0
"""How long a run waits for another one of the same home before it gives up."""

SNAPSHOT_STORAGE_VERSION = "v1.0.0"
"""The published file opens in every DuckDB 1.x, whichever version wrote it."""

Parameters = Mapping[str, str | int | date]


class Warehouse:
    """The working database of one home. Use it as a context manager: it holds the home's writer lock while open."""

    def __init__(self, path: Path, *, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self.path = path
        self._lock = FileLock(path.with_suffix(".lock"), timeout=lock_wait_s)
        self._con: duckdb.DuckDBPyConnection | None = None

    def __enter__(self) -> Warehouse:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise Busy(
                f"Opening {self.path} to write: another run has held it for {self._lock.timeout:g} seconds. "
                "Wait for that run to end, or give this one another --home."
            ) from error
        try:
            self._con = duckdb.connect(str(self.path))
        except duckdb.Error as error:
            self._lock.release()
            raise Busy(
                f"Opening {self.path} to write failed: {error}. Close whatever else has the file open; it can be "
                "deleted when it is damaged, for all of it is rebuilt from the landings."
            ) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._con is not None:
            self._con.close()
            self._con = None
        self._lock.release()

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The open connection."""
        if self._con is None:
            raise RuntimeError("the warehouse is not open: use it in a with statement")
        return self._con

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. A failed statement does not poison a transaction in DuckDB, so the rollback is explicit."""
        self.con.execute("begin")
        try:
            yield
        except BaseException:
            self.con.execute("rollback")
            raise
        self.con.execute("commit")

    def prepare(self, tables: Mapping[str, Table]) -> set[str]:
        """Create what is missing, make anew what has another contract; load the reference CSVs.

        A table whose contract changed is dropped with its rows: raw facts come back from the landings, the others from
        their queries. Returns the names of the tables that were dropped.
        """
        with self.transaction():
            self.con.execute("create schema if not exists meta")
            self.con.execute("create table if not exists meta.tables (name varchar primary key, fingerprint varchar)")
            known = dict(self.con.execute("select name, fingerprint from meta.tables").fetchall())
            for schema in SCHEMAS:
                self.con.execute(f"create schema if not exists {schema}")
            changed = [table for table in tables.values() if known.get(table.full_name) != table.fingerprint]
            for table in changed:
                self.con.execute(f"drop table if exists {table.full_name}")
                self._create(table)
                if table.csv is not None:
                    self._load_csv(table)
                self.con.execute(
                    "insert or replace into meta.tables values ($name, $fingerprint)",
                    {"name": table.full_name, "fingerprint": table.fingerprint},
                )
        return {table.full_name for table in changed if table.full_name in known}

    def _create(self, table: Table) -> None:
        # One statement at a time: only the last of a string takes part in what comes after.
        for statement in duckdb.extract_statements(table.contract):
            self.con.execute(statement)

    def _load_csv(self, table: Table) -> None:
        # All text, so that `NA` and `NAN` stay what they are; the contract's types convert, a blank cell is null.
        self.con.execute(
            f"insert into {table.full_name} by name "
            "select * from read_csv($path, header = true, all_varchar = true, nullstr = '')",
            {"path": str(table.csv)},
        )

    def load(self, table: str, frame: pl.DataFrame) -> int:
        """Append a frame by column name; return the number of rows."""
        if frame.is_empty():
            return 0
        self.con.register("incoming", frame)
        try:
            self.con.execute(f"insert into {table} by name select * from incoming")
        finally:
            self.con.unregister("incoming")
        return frame.height

    def delete_event(self, table: str, event_id: str) -> None:
        """Delete the rows of one event."""
        self.con.execute(f"delete from {table} where event_id = $event_id", {"event_id": event_id})

    def rebuild(self, table: Table, parameters: Parameters) -> int:
        """Replace the rows of a derived table (those of one event, where it is by event); return their number."""
        if table.query is None:
            raise ContractBroken(f"{table.full_name} has no query to rebuild it from.")
        bound = {name: value for name, value in parameters.items() if name in table.query.parameters}
        if table.is_by_event:
            self.con.execute(f"delete from {table.full_name} where event_id = $event_id", {"event_id": bound["event_id"]})
        else:
            self.con.execute(f"delete from {table.full_name}")
        try:
            row = self.con.execute(f"insert into {table.full_name} by name\n{table.query.text}", bound).fetchone()
        except (duckdb.ConstraintException, duckdb.ConversionException) as error:
            raise ContractBroken(
                f"Rebuilding {table.full_name} for {dict(bound)} broke its contract: {error}. Nothing was published; "
                f"run the query sql/{table.schema}/{table.name}.sql by itself to see the rows."
            ) from error
        return int(row[0]) if row else 0

    def failing_rows(self, check: Check, parameters: Parameters) -> pl.DataFrame:
        """Return the rows that fail a check."""
        return self.frame_of(check.query, parameters)

    def frame_of(self, query: Query, parameters: Parameters) -> pl.DataFrame:
        """Return the result of a query with the parameters that it names."""
        return self.frame(query.text, {name: value for name, value in parameters.items() if name in query.parameters})

    def frame(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """Return the result of a SELECT."""
        return self.con.sql(sql, params=dict(parameters or {})).pl()

    def write_snapshot(self, path: Path, folder: Path, tables: Sequence[Table]) -> None:
        """Write the public tables to a database file of their own at `path`, and each as Parquet into `folder`.

        Rows are in the order of the primary key, so that the same rows make the same bytes.
        """
        self.con.execute(f"attach '{_quoted(path)}' as snapshot (storage_version '{SNAPSHOT_STORAGE_VERSION}')")
        try:
            for schema in sorted({table.schema for table in tables}):
                self.con.execute(f"create schema snapshot.{schema}")
            self.con.execute("use snapshot")
            for table in tables:
                self._create(table)
            working = self.con.execute(
                "select database_name from duckdb_databases() where path = $path", {"path": str(self.path)}
            ).fetchone()
            if working is None:
                raise ContractBroken(f"The working database {self.path} is not attached under its own path.")
            self.con.execute(f'use "{working[0]}"')
            for table in tables:
                key = ", ".join(self.primary_key(table))
                rows = f"select * from {table.full_name} order by {key}"
                self.con.execute(f"insert into snapshot.{table.full_name} by name {rows}")
                self.con.execute(
                    f"copy ({rows}) to '{_quoted(folder / f'{table.name}.parquet')}' (format parquet, compression zstd)"
                )
        finally:
            self.con.execute("detach snapshot")

    def primary_key(self, table: Table) -> list[str]:
        """Return the columns of the grain of a table."""
        row = self.con.execute(
            "select constraint_column_names from duckdb_constraints() "
            "where schema_name = $schema and table_name = $name and constraint_type = 'PRIMARY KEY' "
            "and database_name = current_database()",
            {"schema": table.schema, "name": table.name},
        ).fetchone()
        if row is None:
            raise ContractBroken(f"{table.full_name} is public and its contract names no primary key. Add one.")
        return list(row[0])


class Reader:
    """A read-only connection to a published file; it never blocks a run, and a run never blocks it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise BadInput(f"Reading {path}: there is no such file. Publish an event first: `recon run EVENT`.")
        self.path = path

    def frame(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """Return the result of a SELECT."""
        # Attached under a name of its own: opened directly, the file's catalogue is `recon` like its schema, and DuckDB
        # calls `recon.index_membership` ambiguous. Resolved, so that a reader that is open while a snapshot is replaced
        # does not hand its file to the next one.
        with duckdb.connect() as con:
            con.execute(f"attach '{_quoted(self.path.resolve())}' as published (read_only)")
            con.execute("use published")
            return con.sql(sql, params=dict(parameters or {})).pl()


def engine_version() -> str:
    """Return the version of DuckDB."""
    return str(duckdb.__version__)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


