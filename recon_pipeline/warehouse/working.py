"""What is kept in the working database of a home: facts that are loaded, tables that are derived, checks.

Belongs here: creating the tables of the contracts and making them anew, loading frames, rebuilding a table from its
query, running checks, and the few statements that change rows otherwise. Does not belong here: which tables there are
(`tables.py`), in which order an event builds them (`pipeline.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from recon_pipeline.errors import ContractBroken
from recon_pipeline.tables import SCHEMAS, Check, Macro, Table
from recon_pipeline.warehouse.database import Database
from recon_pipeline.warehouse.statements import Parameters, create, first_line

if TYPE_CHECKING:
    import polars as pl

READERS = "readers"
"""The name under which a database keeps the fingerprint of the code that read its payloads."""


class Warehouse(Database):
    """The working database of one home, with the tables of the contracts."""

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
                    create(self.con, macro.text)
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
                f"{first_line(error)}. Delete {self.path}: payloads come back from the landings; openings that were "
                "files must be given again."
            ) from error

    def _create(self, table: Table) -> None:
        # A derived table of the working database has no index: to delete and to append one event's rows took three
        # times as long as the queries themselves. Its keys are proven when it is rebuilt.
        create(self.con, table.contract if table.query is None else table.contract_without_keys)

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
                f"Loading {frame.height} rows into {table} broke its contract: {first_line(error)}. Nothing was "
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
        self.fetch(
            "update core.event_rules set value = $value where event_id = $event_id and rule = $rule",
            {"event_id": event_id, "rule": rule, "value": value},
        )

    def lift_reasons(self, event_id: str, reasons: Sequence[str]) -> None:
        """Take who fails one of these rules first for eligible: to ask what would be, in a `dry_run`."""
        for reason in reasons:
            self.fetch(
                "update recon.eligibility set reason = null, status = case "
                "when market_cap_value_usd is null or price_value_usd is null then 'unknown' else 'eligible' end "
                "where event_id = $event_id and reason = $reason",
                {"event_id": event_id, "reason": reason},
            )

    def delete_all(self, table: str) -> None:
        """Delete every row."""
        self.fetch(f"delete from {table}")

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
            answer = self.fetch(f"insert into {table.full_name} by name\n{table.query.text}", bound)
        except (duckdb.IntegrityError, duckdb.DataError) as error:
            raise ContractBroken(
                f"Rebuilding {table.full_name} for {dict(bound)} broke its contract: {first_line(error)}. Nothing was "
                f"published; run the query sql/{table.schema}/{table.name}.sql by itself to see the rows."
            ) from error
        self._prove_keys(table, bound)
        return int(answer[0][0])

    def _prove_keys(self, table: Table, bound: Parameters) -> None:
        """Refuse rows that share a key of the contract; for one event, as keys begin with it."""
        where = "where event_id = $event_id" if table.is_by_event else ""
        for key in table.keys:
            columns = ", ".join(key)
            twice = self.fetch(
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
        return int(self.fetch(f"select count(*) from {table}{where}", bound)[0][0])

    def failing_rows(self, check: Check, parameters: Parameters) -> pl.DataFrame:
        """Return the rows that fail a check."""
        return self.frame_of(check.query, parameters)
