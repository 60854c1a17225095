"""The file of what is published, written from the working database.

Belongs here: the tables of the public contract as a database file of their own and as Parquet, with what the contract
says of them. Does not belong here: which rows are right (the checks of `sql/`), where a snapshot goes (`publish.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from recon_pipeline.tables import Macro, Table
from recon_pipeline.warehouse.database import Database
from recon_pipeline.warehouse.statements import create, escaped, quoted

STORAGE_VERSION = "v1.0.0"
"""The published file opens in every DuckDB 1.x, whichever version wrote it. That is also why it has no keys in its
catalogue: 1.0 does not know how later versions store them, whatever storage version is asked for."""


def write_snapshot(
    database: Database,
    path: Path,
    folder: Path,
    tables: Sequence[Table],
    macros: Sequence[Macro] = (),
    *,
    notes: Mapping[str, str] | None = None,
) -> None:
    """Write the public tables to a database file of their own at `path`, and each as Parquet into `folder`.

    Rows are in the order of the grain, so that the same rows make the same bytes; their keys were proven when they
    were built. The macros travel with the database. Parquet has no comments: what the contract says of a table, its
    grain and its columns stands in the key-value metadata of its file (`table_name`, `comment`, `grain`, `columns` as
    JSON), with `notes`.
    """
    con = database.con
    working = database.fetch("select current_database()")[0][0]
    con.execute(f"attach '{quoted(path)}' as snapshot (storage_version '{STORAGE_VERSION}')")
    try:
        # One transaction: each of the two hundred comments would wait for the disk by itself.
        with database.transaction():
            for schema in sorted({table.schema for table in tables}):
                con.execute(f"create schema snapshot.{schema}")
            con.execute("use snapshot")
            for table in tables:
                create(con, table.contract_without_keys)
            for macro in macros:
                create(con, macro.text)
            con.execute(f'use "{working}"')
            for table in tables:
                _write_table(database, table, folder / f"{table.name}.parquet", notes or {})
    finally:
        con.execute(f'use "{working}"')
        con.execute("detach snapshot")


def _write_table(database: Database, table: Table, parquet: Path, notes: Mapping[str, str]) -> None:
    rows = f"select * from {table.full_name} order by {', '.join(table.keys[0])}"
    database.con.execute(f"insert into snapshot.{table.full_name} by name {rows}")
    told = ", ".join(f"{name}: '{escaped(text)}'" for name, text in _told(database, table, notes).items())
    # In the order in which they were just inserted: sorted once for both.
    rows = f"select * from snapshot.{table.full_name}"
    database.con.execute(
        f"copy ({rows}) to '{quoted(parquet)}' (format parquet, compression zstd, kv_metadata {{{told}}})"
    )


def _told(database: Database, table: Table, notes: Mapping[str, str]) -> dict[str, str]:
    """What the catalogue of the snapshot says of a table, for the metadata of its Parquet file."""
    of = {"schema": table.schema, "table": table.name}
    where = "database_name = 'snapshot' and schema_name = $schema and table_name = $table"
    comment = database.fetch(f"select comment from duckdb_tables() where {where}", of)[0][0]
    columns = database.fetch(
        f"select column_name, comment from duckdb_columns() where {where} order by column_index", of
    )
    return {
        **notes,
        "table_name": table.full_name,
        "comment": comment or "",
        "grain": ", ".join(table.keys[0]),
        "columns": json.dumps({name: text or "" for name, text in columns}),
    }
