"""A database in memory over that of a home: to derive what would be.

Belongs here: what is supposed and what is derived of it. Does not belong here: which tables follow from which
(`supposing.py`), and what a query says of rows that are at hand (`derived` in `reading.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Self

import duckdb

from recon_pipeline.errors import BadInput
from recon_pipeline.tables import SCHEMAS, Table
from recon_pipeline.warehouse.statements import Parameters, first_line, quoted
from recon_pipeline.warehouse.working import Warehouse


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

    def __enter__(self) -> Self:
        if not self.path.exists():
            raise BadInput(f"Reading {self.path}: this home has no working database. Run the event here: `recon run`.")
        super().__enter__()
        return self

    def _connect(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(":memory:")
        try:
            con.execute("set disabled_optimizers = 'join_order'")
            con.execute(f"attach '{quoted(self.path)}' as held (read_only)")
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
                f"Reading {self.path}: another version of the code made it ({first_line(error)}). Run it "
                f"again: `recon run {self._event_id}`."
            ) from error
        except duckdb.Error:
            con.close()
            raise
        return con

    def suppose(self, sql: str, parameters: Parameters) -> int:
        """Run a statement that changes rows of a table of its own; return how many."""
        return int(self.fetch(sql, parameters)[0][0])
