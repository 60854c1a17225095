"""A published file, read only, and rows at hand, asked by a query.

Belongs here: answering a SELECT, and saying why it has no answer. Does not belong here: the working database of a home
(`database.py`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import duckdb

from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.tables import Table
from recon_pipeline.warehouse.statements import Parameters, first_line, quoted

if TYPE_CHECKING:
    import polars as pl


ANSWERED = (["SELECT"], ["CREATE", "SELECT"], ["MULTI"])
"""The statements of a text that is answered: one SELECT. PIVOT makes a type before it asks: MULTI in DuckDB 2."""


class Ask(Protocol):
    """Answers a SELECT with a frame."""

    def __call__(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """`parameters` fill `$name` in the text."""
        ...


class Reader:
    """A read-only connection to a published file; it never blocks a run, and a run never blocks it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            # A published file stands in a folder of its home.
            raise BadInput(
                f"Reading {path}: there is no such file, so the home {path.parent.parent} has published nothing. Name "
                "another home with --home or RECON_HOME, or fill this one: `recon run EVENT` with real data, "
                "`recon project EVENT` for a projection, `recon demo` with a simulated market."
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
                con.execute(f"attach '{quoted(self._file)}' as published (read_only)")
            except duckdb.Error as error:
                raise BadInput(
                    f"Reading {self.path}: it cannot be opened as a published file ({first_line(error)}). Publish it "
                    "anew: `recon run EVENT`."
                ) from error
            # A question fetches nothing and leaves nothing behind, whatever stands in it.
            con.execute("set allow_persistent_secrets = false; set autoinstall_known_extensions = false")
            con.execute("use published")
            yield lambda sql, parameters=None: self._answer(con, sql, parameters)

    def _answer(self, con: duckdb.DuckDBPyConnection, sql: str, parameters: Parameters | None) -> pl.DataFrame:
        try:
            # The file is attached to be read, and yet COPY would write another one.
            kinds = [statement.type.name for statement in duckdb.extract_statements(sql)]
            if kinds not in ANSWERED or (len(kinds) > 1 and "pivot" not in sql.lower()):
                raise BadInput(f"Asking {self.path} {_shortened(sql)!r}: it answers one SELECT. Give that alone.")
            return con.sql(sql, params=dict(parameters or {})).pl()
        except duckdb.Error as error:
            raise BadInput(
                f"Asking {self.path} {_shortened(sql)!r}: DuckDB does not answer ({first_line(error)}). "
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


def _shortened(sql: str) -> str:
    return textwrap.shorten(sql, 80, placeholder=" ...")
