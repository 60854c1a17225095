"""The DuckDB files: the one door to them.

Belongs here: the working database of a home (single writer, transactions, loading frames, rebuilding a table from its
query, running checks), a read-only reader, and writing the snapshot file of what is published.

Does not belong here: which tables there are (`tables.py`), in which order an event builds them (`pipeline.py`), where
a snapshot goes (`publish.py`).

Only what DuckDB 1.5 and 2.x share is used: results are taken as `con.sql(...).pl()` or fetched to the end.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
from filelock import FileLock, Timeout

from recon_pipeline.errors import BadInput, Busy, ContractBroken
from recon_pipeline.tables import SCHEMAS, Check, Macro, Query, Table

if TYPE_CHECKING:
    import polars as pl

LOCK_WAIT_S = 10.0
"""How long a run waits for another one of the same home before it gives up."""

SNAPSHOT_STORAGE_VERSION = "v1.0.0"
"""The published file opens in every DuckDB 1.x, whichever version wrote it. That is also why it has no keys in its
catalogue: 1.0 does not know how later versions store them, whatever storage version is asked for."""

READERS = "readers"
"""The name under which a database keeps the fingerprint of the code that read its payloads."""

Parameters = Mapping[str, str | int | date]


class Ask(Protocol):
    """Answers a SELECT with a frame."""

    def __call__(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """`parameters` fill `$name` in the text."""
        ...


class Warehouse:
    """The working database of one home. Use it as a context manager: it holds the home's writer lock while open."""

    def __init__(self, path: Path, *, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self.path = path
        self._lock = FileLock(path.with_suffix(".lock"), timeout=lock_wait_s)
        self._con: duckdb.DuckDBPyConnection | None = None
        self._in_transaction = False

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
            self._con = self._connect()
        except duckdb.Error as error:
            self._lock.release()
            if "lock" in _first_line(error):
                raise Busy(
                    f"Opening {self.path} to write failed: {_first_line(error)}. Close whatever else has the file open."
                ) from error
            raise BadInput(
                f"Opening {self.path} failed: {_first_line(error)}. The file is damaged: delete it. Its facts come "
                "back from the landings, where opening lists are kept as well; give those again with --opening."
            ) from error
        except BaseException:
            self._lock.release()
            raise
        return self

    def _connect(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(str(self.path))
        # Joins run in the order that the SQL has them. In the transaction of a first run the tables have no
        # statistics, and DuckDB then took filters on the event for filters to one row: it joined whole tables with
        # each other, for seconds in one query and for minutes in a check.
        con.execute("set disabled_optimizers = 'join_order'")
        # An event writes hundreds of megabytes: at the usual 16 MB each of its commits would copy the log into the
        # file and wait for it. It is done when the file is closed.
        con.execute("set checkpoint_threshold = '4GB'")
        return con

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._con is not None:
            self._con.close()
            self._con = None
        self._lock.release()
        if isinstance(error, duckdb.IOException):
            raise BadInput(
                f"Working in {self.path.parent} failed: {_first_line(error)}. Make room or choose another --home; what "
                "was published stays as it was."
            ) from error

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The open connection."""
        if self._con is None:
            raise RuntimeError("the warehouse is not open: use it in a with statement")
        return self._con

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; one inside another is part of it.

        A failed statement does not poison a transaction in DuckDB, so the rollback is explicit.
        """
        if self._in_transaction:
            yield
            return
        self.con.execute("begin")
        self._in_transaction = True
        try:
            yield
        except BaseException:
            self.con.execute("rollback")
            raise
        else:
            self.con.execute("commit")
        finally:
            self._in_transaction = False

    @contextmanager
    def dry_run(self) -> Iterator[None]:
        """A transaction that is always rolled back: to ask what would be."""
        self.con.execute("begin")
        self._in_transaction = True
        try:
            yield
        finally:
            self.con.execute("rollback")
            self._in_transaction = False

    def prepare(
        self,
        tables: Mapping[str, Table],
        *,
        macros: Sequence[Macro] = (),
        landed: Collection[str] = (),
        readers: str = "",
    ) -> set[str]:
        """Create what is missing and make anew what has another contract; load the reference CSVs.

        Of a raw table whose contract changed the rows are carried over, column by column of the same name: what users
        gave is nowhere else. Those of `landed` come back from the landings, a derived table from its query. Returns the
        tables that were made anew or are new to this database, and READERS where its payloads were read by code of
        another fingerprint than `readers`; none for a database that is new itself.

        Raises:
            ContractBroken: rows of a raw table do not fit its new contract.
        """
        with self.transaction():
            self.con.execute("create schema if not exists meta")
            self.con.execute("create table if not exists meta.tables (name varchar primary key, fingerprint varchar)")
            known = dict(self.con.execute("select name, fingerprint from meta.tables").fetchall())
            for schema in SCHEMAS:
                self.con.execute(f"create schema if not exists {schema}")
            changed = [table for table in tables.values() if known.get(table.full_name) != table.fingerprint]
            for table in changed:
                if table.schema == "raw" and table.full_name in known and table.full_name not in landed:
                    self._migrate(table)
                else:
                    self.con.execute(f"drop table if exists {table.full_name}")
                    self._create(table)
                if table.csv is not None:
                    self._load_csv(table)
                self._note(table.full_name, table.fingerprint)
            # After the tables, for a macro is bound to them when it is made.
            for macro in macros:
                if known.get(macro.full_name) != macro.fingerprint:
                    self.con.execute(f"drop macro table if exists {macro.full_name}")
                    _create(self.con, macro.text)
                    self._note(macro.full_name, macro.fingerprint)
            self._note(READERS, readers)
        others = {READERS} if known.get(READERS) != readers else set()
        return {table.full_name for table in changed} | others if known else set()

    def _note(self, name: str, fingerprint: str) -> None:
        self.con.execute("insert or replace into meta.tables values ($1, $2)", [name, fingerprint])

    def _migrate(self, table: Table) -> None:
        """Carry the rows of a raw table over to its new contract."""
        rows = self.con.sql(f"select * from {table.full_name}").to_arrow_table()
        self.con.execute(f"drop table {table.full_name}")
        self._create(table)
        columns = set(self.con.sql(f"select * from {table.full_name} limit 0").columns)
        kept = rows.select([name for name in rows.column_names if name in columns])
        try:
            self._insert(table.full_name, kept)
        except (duckdb.IntegrityError, duckdb.DataError) as error:
            raise ContractBroken(
                f"Carrying {rows.num_rows} rows of {table.full_name} over to its new contract failed: "
                f"{_first_line(error)}. Delete {self.path}: payloads come back from the landings; openings that were "
                "files must be given again."
            ) from error

    def _create(self, table: Table) -> None:
        # A derived table of the working database has no index: to delete and to append one event's rows took three
        # times as long as the queries themselves. Its keys are proven when it is rebuilt.
        _create(self.con, table.contract if table.query is None else table.contract_without_keys)

    def _load_csv(self, table: Table) -> None:
        # All text, so that `NA` and `NAN` stay what they are; the contract's types convert, a blank cell is null. The
        # dialect is stated: a cell that begins with an apostrophe made DuckDB guess that it quotes.
        self.con.execute(
            f"insert into {table.full_name} by name "
            "select * from read_csv($path, header = true, all_varchar = true, nullstr = '', "
            "delim = ',', quote = '\"', escape = '\"')",
            {"path": str(table.csv)},
        )

    def load(self, table: str, frame: pl.DataFrame) -> int:
        """Append a frame by column name; return the number of rows.

        Raises:
            ContractBroken: a row does not fit the contract of the table.
        """
        if frame.is_empty():
            return 0
        try:
            self._insert(table, frame)
        except (duckdb.IntegrityError, duckdb.DataError) as error:
            raise ContractBroken(
                f"Loading {frame.height} rows into {table} broke its contract: {_first_line(error)}. Nothing was "
                "loaded; the contract is the file of that name that ends in .table.sql."
            ) from error
        return frame.height

    def load_missing(self, table: Table, frame: pl.DataFrame) -> int:
        """Append those rows of a frame whose key the table does not have yet; return their number.

        The first statement of a fact stands. A table without a key takes every row.

        Raises:
            ContractBroken: a row does not fit the contract of the table.
        """
        if not table.keys or frame.is_empty():
            return self.load(table.full_name, frame)
        key = list(table.keys[0])
        self.con.register("offered", frame.unique(key, keep="first", maintain_order=True))
        try:
            fresh = self.con.sql(
                f"select offered.* from offered anti join {table.full_name} as held using ({', '.join(key)})"
            ).pl()
        finally:
            self.con.unregister("offered")
        return self.load(table.full_name, fresh)

    def _insert(self, table: str, rows: object) -> None:
        self.con.register("incoming", rows)
        try:
            self.con.execute(f"insert into {table} by name select * from incoming")
        finally:
            # Once a row broke a contract within a transaction, DuckDB 2 runs nothing but its rollback; the name goes
            # with that, or is taken over by the next frame.
            with suppress(duckdb.TransactionException):
                self.con.unregister("incoming")

    def delete_event(self, table: str, event_id: str) -> None:
        """Delete the rows of one event."""
        self.con.execute(f"delete from {table} where event_id = $event_id", {"event_id": event_id})

    def delete_vintage(self, table: str, event_id: str, known_at: date) -> None:
        """Delete the rows of one vintage of an event."""
        self.con.execute(
            f"delete from {table} where event_id = $event_id and known_at = $known_at",
            {"event_id": event_id, "known_at": known_at},
        )

    def delete_other_events(self, table: str, event_id: str) -> None:
        """Delete the rows of every event but one."""
        self.con.execute(f"delete from {table} where event_id <> $event_id", {"event_id": event_id})

    def delete_other_projections(self, event_id: str) -> None:
        """Delete every projection but one from the calendar."""
        self.con.execute(
            "delete from reference.recon_events where is_projection and event_id <> $event_id", {"event_id": event_id}
        )

    def set_rule(self, event_id: str, rule: str, value: int) -> None:
        """Set a rule of an event aside, or to another value: to ask what would be, in a `dry_run`."""
        self._answer(
            "update core.event_rules set value = $value where event_id = $event_id and rule = $rule",
            {"event_id": event_id, "rule": rule, "value": value},
        )

    def lift_reasons(self, event_id: str, reasons: Sequence[str]) -> None:
        """Take who fails one of these rules first for eligible: to ask what would be, in a `dry_run`."""
        for reason in reasons:
            self._answer(
                "update recon.eligibility set reason = null, status = case "
                "when market_cap_value_usd is null or price_value_usd is null then 'unknown' else 'eligible' end "
                "where event_id = $event_id and reason = $reason",
                {"event_id": event_id, "reason": reason},
            )

    def delete_all(self, table: str) -> None:
        """Delete every row."""
        self._answer(f"delete from {table}")

    def rebuild(self, table: Table, parameters: Parameters) -> int:
        """Replace the rows of a derived table (those of one event, where it is by event); return their number.

        Raises:
            ContractBroken: the query gives a row that does not fit the contract, or a figure overflows.
        """
        if table.query is None:
            raise ContractBroken(f"{table.full_name} has no query to rebuild it from.")
        bound = {name: value for name, value in parameters.items() if name in table.query.parameters}
        if table.is_by_event:
            self.con.execute(
                f"delete from {table.full_name} where event_id = $event_id", {"event_id": bound["event_id"]}
            )
        else:
            self.con.execute(f"delete from {table.full_name}")
        try:
            answer = self._answer(f"insert into {table.full_name} by name\n{table.query.text}", bound)
        except (duckdb.IntegrityError, duckdb.DataError) as error:
            raise ContractBroken(
                f"Rebuilding {table.full_name} for {dict(bound)} broke its contract: {_first_line(error)}. Nothing was "
                f"published; run the query sql/{table.schema}/{table.name}.sql by itself to see the rows."
            ) from error
        self._prove_keys(table, bound)
        return int(answer[0][0])

    def _prove_keys(self, table: Table, bound: Parameters) -> None:
        """Refuse rows that share a key of the contract; for one event, as keys begin with it."""
        where = "where event_id = $event_id" if table.is_by_event else ""
        for key in table.keys:
            columns = ", ".join(key)
            twice = self._answer(
                f"select {columns} from {table.full_name} {where} group by {columns} having count(*) > 1 limit 1", bound
            )
            if twice:
                raise ContractBroken(
                    f"Rebuilding {table.full_name} for {dict(bound)} broke its contract: more than one row has "
                    f"{dict(zip(key, twice[0], strict=True))}. Nothing was published; run the query "
                    f"sql/{table.schema}/{table.name}.sql by itself to see the rows."
                )

    def row_count(self, table: str, event_id: str | None = None) -> int:
        """Return the number of rows of a table, those of one event if it is given."""
        where, bound = ("", {}) if event_id is None else (" where event_id = $event_id", {"event_id": event_id})
        return int(self._answer(f"select count(*) from {table}{where}", bound)[0][0])

    def _answer(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        # To the end, always: DuckDB 2 refuses the next query while a row, or the end of the rows, was not fetched.
        return self.con.execute(sql, dict(parameters or {})).fetchall()

    def failing_rows(self, check: Check, parameters: Parameters) -> pl.DataFrame:
        """Return the rows that fail a check."""
        return self.frame_of(check.query, parameters)

    def frame_of(self, query: Query, parameters: Parameters) -> pl.DataFrame:
        """Return the result of a query with the parameters that it names."""
        return self.frame(query.text, {name: value for name, value in parameters.items() if name in query.parameters})

    def frame(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """Return the result of a SELECT."""
        return self.con.sql(sql, params=dict(parameters or {})).pl()

    def write_snapshot(
        self,
        path: Path,
        folder: Path,
        tables: Sequence[Table],
        macros: Sequence[Macro] = (),
        *,
        notes: Mapping[str, str] | None = None,
    ) -> None:
        """Write the public tables to a database file of their own at `path`, and each as Parquet into `folder`.

        Rows are in the order of the grain, so that the same rows make the same bytes; their keys were proven when they
        were built. The macros travel with the database. Parquet has no comments: what the contract says of a table,
        its grain and its columns stands in the key-value metadata of its file (`table_name`, `comment`, `grain`,
        `columns` as JSON), with `notes`.
        """
        working = self._answer("select current_database()")[0][0]
        self.con.execute(f"attach '{_quoted(path)}' as snapshot (storage_version '{SNAPSHOT_STORAGE_VERSION}')")
        try:
            # One transaction: each of the two hundred comments would wait for the disk by itself.
            with self.transaction():
                for schema in sorted({table.schema for table in tables}):
                    self.con.execute(f"create schema snapshot.{schema}")
                self.con.execute("use snapshot")
                for table in tables:
                    _create(self.con, table.contract_without_keys)
                for macro in macros:
                    _create(self.con, macro.text)
                self.con.execute(f'use "{working}"')
                for table in tables:
                    self._write_table(table, folder / f"{table.name}.parquet", notes or {})
        finally:
            self.con.execute(f'use "{working}"')
            self.con.execute("detach snapshot")

    def _write_table(self, table: Table, parquet: Path, notes: Mapping[str, str]) -> None:
        rows = f"select * from {table.full_name} order by {', '.join(table.keys[0])}"
        self.con.execute(f"insert into snapshot.{table.full_name} by name {rows}")
        told = ", ".join(f"{name}: '{_escaped(text)}'" for name, text in self._told(table, notes).items())
        # In the order in which they were just inserted: sorted once for both.
        rows = f"select * from snapshot.{table.full_name}"
        self.con.execute(
            f"copy ({rows}) to '{_quoted(parquet)}' (format parquet, compression zstd, kv_metadata {{{told}}})"
        )

    def _told(self, table: Table, notes: Mapping[str, str]) -> dict[str, str]:
        """What the catalogue of the snapshot says of a table, for the metadata of its Parquet file."""
        of = {"schema": table.schema, "table": table.name}
        where = "database_name = 'snapshot' and schema_name = $schema and table_name = $table"
        comment = self._answer(f"select comment from duckdb_tables() where {where}", of)[0][0]
        columns = self._answer(
            f"select column_name, comment from duckdb_columns() where {where} order by column_index", of
        )
        return {
            **notes,
            "table_name": table.full_name,
            "comment": comment or "",
            "grain": ", ".join(table.keys[0]),
            "columns": json.dumps({name: text or "" for name, text in columns}),
        }


class Scratch(Warehouse):
    """A database in memory over the working one of a home, which is only read: what is derived here is gone at the end.

    The tables of `own` are its own and begin with the rows that the working one has of one event; all others are looked
    at where they are. Own tables have no constraints: what stands in them may be supposed. The home's writer lock is
    held while it is open, so that no run changes what is read.

    Raises:
        BadInput: there is no working database, or it lacks a table.
    """

    def __init__(self, path: Path, tables: Collection[Table], own: Collection[str], event_id: str) -> None:
        super().__init__(path)
        self._tables = tables
        self._own = own
        self._event_id = event_id

    def __enter__(self) -> Scratch:
        if not self.path.exists():
            raise BadInput(f"Reading {self.path}: this home has no working database. Run the event here: `recon run`.")
        super().__enter__()
        return self

    def _connect(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(":memory:")
        try:
            con.execute("set disabled_optimizers = 'join_order'")
            con.execute(f"attach '{_quoted(self.path)}' as held (read_only)")
            for schema in SCHEMAS:
                con.execute(f"create schema {schema}")
            for table in self._tables:
                if table.full_name not in self._own:
                    con.execute(f"create view {table.full_name} as select * from held.{table.full_name}")
                    continue
                rows = f"create table {table.full_name} as select * from held.{table.full_name}"
                con.execute(f"{rows} where event_id = $event_id", {"event_id": self._event_id})
        except duckdb.CatalogException as error:
            con.close()
            raise BadInput(
                f"Reading {self.path}: another version of the code made it ({_first_line(error)}). Run it "
                f"again: `recon run {self._event_id}`."
            ) from error
        except duckdb.Error:
            con.close()
            raise
        return con

    def suppose(self, sql: str, parameters: Parameters) -> int:
        """Run a statement that changes rows of a table of its own; return how many."""
        return int(self._answer(sql, parameters)[0][0])


class Reader:
    """A read-only connection to a published file; it never blocks a run, and a run never blocks it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise BadInput(
                f"Reading {path}: there is no such file. Publish an event first: `recon run EVENT`, or "
                "`recon project EVENT` for a projection."
            )
        self.path = path
        # Resolved once: all answers of a reader are from one snapshot, though another is published meanwhile.
        self._file = path.resolve()

    def frame(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """Return the result of a SELECT.

        Raises:
            BadInput: the file is not a database that this version of DuckDB reads, the text is not one SELECT, or
                DuckDB does not answer it: it cannot be read, names what is not there, or fails on a row.
        """
        with self.session() as ask:
            return ask(sql, parameters)

    @contextmanager
    def session(self) -> Iterator[Ask]:
        """Open the file for several questions: what is given takes a SELECT and its parameters, as `frame` does.

        Raises:
            BadInput: as `frame`.
        """
        # Attached under a name of its own: opened directly, the file's catalogue is `recon` like its schema, and DuckDB
        # calls `recon.index_membership` ambiguous.
        with duckdb.connect() as con:
            try:
                con.execute(f"attach '{_quoted(self._file)}' as published (read_only)")
            except duckdb.Error as error:
                raise BadInput(
                    f"Reading {self.path}: it cannot be opened as a published file ({_first_line(error)}). Publish it "
                    "anew: `recon run EVENT`."
                ) from error
            con.execute("use published")
            yield lambda sql, parameters=None: self._answer(con, sql, parameters)

    def _answer(self, con: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters | None) -> pl.DataFrame:
        try:
            *before, last = ["", *(statement.type.name for statement in duckdb.extract_statements(sql))]
            # The file is attached to be read, and yet COPY would write another one. PIVOT makes a type before it asks.
            if last != "SELECT" or not set(before) <= {"", "CREATE"}:
                raise BadInput(f"Asking {self.path} {_shortened(sql)!r}: it answers one SELECT. Give that alone.")
            return con.sql(sql, params=dict(parameters or {})).pl()
        except duckdb.Error as error:
            raise BadInput(
                f"Asking {self.path} {_shortened(sql)!r}: DuckDB does not answer ({_first_line(error)}). "
                "docs/tables.md has every table and its columns; what another version published may lack some: "
                "publish anew with `recon run EVENT`."
            ) from error


def derived(table: Table, given: Mapping[str, pl.DataFrame], parameters: Parameters) -> pl.DataFrame:
    """Return what the query of a table says of these rows, in a database in memory: to ask what would be.

    `given` has the rows of each table that the query reads, by full name.

    Raises:
        ContractBroken: the table has no query.
    """
    if table.query is None:
        raise ContractBroken(f"{table.full_name} has no query to derive it with.")
    with duckdb.connect(":memory:") as con:
        for name, rows in given.items():
            con.execute(f"create schema if not exists {name.partition('.')[0]}")
            con.register("incoming", rows)
            con.execute(f"create table {name} as select * from incoming")
        return con.sql(table.query.text, params=dict(parameters)).pl()


@dataclass(frozen=True)
class Column:
    """A column as its contract states it; `type` is DuckDB's name of it, `in_key` says that it is part of the grain."""

    name: str
    type: str
    comment: str
    is_nullable: bool
    in_key: bool


@dataclass(frozen=True)
class Shape:
    """What the contract of a table says: its comment and its columns in order."""

    comment: str
    columns: tuple[Column, ...]


def shapes(tables: Mapping[str, Table]) -> dict[str, Shape]:
    """Return the shape of every table by full name, by running the contracts in a database in memory."""
    with duckdb.connect(":memory:") as con:
        for schema in SCHEMAS:
            con.execute(f"create schema {schema}")
        for table in tables.values():
            _create(con, table.contract)
        comments = con.execute("select schema_name || '.' || table_name, comment from duckdb_tables()").fetchall()
        columns = con.execute(
            """
            select
                columns.schema_name || '.' || columns.table_name,
                columns.column_name,
                columns.data_type,
                coalesce(columns.comment, ''),
                columns.is_nullable,
                coalesce(list_contains(keys.constraint_column_names, columns.column_name), false)
            from duckdb_columns() as columns
            left join duckdb_constraints() as keys
                on
                    columns.schema_name = keys.schema_name
                    and columns.table_name = keys.table_name
                    and keys.constraint_type = 'PRIMARY KEY'
            where not columns.internal
            order by columns.schema_name, columns.table_name, columns.column_index
            """
        ).fetchall()
    by_table: dict[str, list[Column]] = {}
    for name, *column in columns:
        by_table.setdefault(name, []).append(Column(*column))
    return {name: Shape(comment or "", tuple(by_table[name])) for name, comment in comments}


def macro_shapes(tables: Mapping[str, Table], macros: Sequence[Macro]) -> dict[str, Shape]:
    """Return the comment and the columns of every macro by full name, as `shapes` does for tables."""
    with duckdb.connect(":memory:") as con:
        for schema in SCHEMAS:
            con.execute(f"create schema {schema}")
        for table in tables.values():
            _create(con, table.contract)
        found = {}
        for macro in macros:
            _create(con, macro.text)
            nothing = ", ".join("null" for _ in macro.parameters)
            columns = con.execute(f"describe select * from {macro.full_name}({nothing})").fetchall()
            found[macro.full_name] = tuple(Column(name, kind, "", True, False) for name, kind, *_ in columns)
        comments = con.execute(
            "select schema_name || '.' || function_name, comment from duckdb_functions() "
            "where function_type = 'table_macro'"
        ).fetchall()
    comment_of = dict(comments)
    return {name: Shape(comment_of[name] or "", columns) for name, columns in found.items()}


def _create(con: duckdb.DuckDBPyConnection, contract: str) -> None:
    # One statement at a time: only the last of a string takes part in what comes after.
    for statement in duckdb.extract_statements(contract):
        con.execute(statement)


def _first_line(error: duckdb.Error) -> str:
    # The lines below it point into the SQL, and an error of ours is one paragraph.
    return str(error).split("\n", 1)[0].rstrip(".")


def _shortened(sql: str) -> str:
    return textwrap.shorten(sql, 80, placeholder=" ...")


def engine_version() -> str:
    """Return the version of DuckDB."""
    return str(duckdb.__version__)


def _quoted(path: Path) -> str:
    return _escaped(str(path))


def _escaped(text: str) -> str:
    return text.replace("'", "''")
