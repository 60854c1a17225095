"""What the contracts say, as DuckDB understands them: columns, types, comments, keys.

Belongs here: running contracts in a database in memory and reading its catalogue. Does not belong here: the files of
the contracts (`tables.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from recon_pipeline.tables import SCHEMAS, Macro, Table
from recon_pipeline.warehouse.statements import create


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
            create(con, table.contract)
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
            create(con, table.contract)
        found = {}
        for macro in macros:
            create(con, macro.text)
            nothing = ", ".join("null" for _ in macro.parameters)
            columns = con.execute(f"describe select * from {macro.full_name}({nothing})").fetchall()
            found[macro.full_name] = tuple(Column(name, kind, "", True, False) for name, kind, *_ in columns)
        comments = con.execute(
            "select schema_name || '.' || function_name, comment from duckdb_functions() "
            "where function_type = 'table_macro'"
        ).fetchall()
    comment_of = dict(comments)
    return {name: Shape(comment_of[name] or "", columns) for name, columns in found.items()}
