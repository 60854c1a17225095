"""Running statements on a connection of DuckDB: what the other rooms share.

Belongs here: parameters, a contract as its statements, and words of DuckDB as words of ours. Does not belong here:
what is run, and which database is open (`database.py`, `reading.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

Parameters = Mapping[str, str | int | date]
"""Values by the name that stands for them in the text of a query, as `$name`."""


def create(con: duckdb.DuckDBPyConnection, contract: str) -> None:
    """Run a contract: the statement that creates a table or a macro, and its comments."""
    # One statement at a time: only the last of a string takes part in what comes after.
    for statement in duckdb.extract_statements(contract):
        con.execute(statement)


def first_line(error: duckdb.Error) -> str:
    """Return what DuckDB says of an error, in one line."""
    # The lines below it point into the SQL, and an error of ours is one paragraph.
    return str(error).split("\n", 1)[0].rstrip(".")


def quoted(path: Path) -> str:
    """Return a path as it stands in a text between quotes."""
    return escaped(str(path))


def escaped(text: str) -> str:
    """Return a text as it stands between quotes."""
    return text.replace("'", "''")


def engine_version() -> str:
    """Return the version of DuckDB."""
    return str(duckdb.__version__)
