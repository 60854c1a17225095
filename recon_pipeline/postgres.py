"""The public tables in PostgreSQL: a copy of what is published, replaced in one transaction.

Tables, types, NOT NULL, primary keys and comments are those of the contracts. A table that stands as its contract says
is emptied and filled again in place, so that views on it and grants stay; another one is made anew. Until the commit
every reader sees the rows of before (and waits only for a table that is made anew); a failure on the way leaves them.

Does not belong here: what is published (`publish.py`), reading the file (`warehouse/`). psycopg is imported here
alone, and only when something is exported: it comes with the extra `postgres`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from recon_pipeline.contract import schema_version
from recon_pipeline.errors import BadInput, ContractBroken, Unavailable
from recon_pipeline.publish import DATABASE, MANIFEST, published_path
from recon_pipeline.tables import Table, public_tables
from recon_pipeline.warehouse import Column, Reader, Shape, shapes

if TYPE_CHECKING:
    import psycopg

TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp without time zone",
}
"""PostgreSQL's name, as it prints it, of each type that a contract may have; decimals become numeric."""

MARK = "recon_pipeline "
"""How the comment of a schema begins that an export made: another one is not ours to write into."""

LOCK = 7_246_620_231
"""Number of the advisory lock that two exports into one database wait for each other by; any constant will do."""

BATCH_ROWS = 50_000
CONNECT_TIMEOUT_S = 15


@dataclass(frozen=True)
class Exported:
    """What an export wrote: the snapshot, the schema, where to (host and database, never a password), rows by table."""

    snapshot_id: str
    schema: str
    place: str
    rows: dict[str, int]


def export(
    home: Path,
    dsn: SecretStr,
    *,
    schema: str = "recon",
    written: Callable[[str, int], None] = lambda table, rows: None,
) -> Exported:
    """Copy what a home has published into a schema of a PostgreSQL database, all tables in one transaction.

    `dsn` is a URL or a string of `key=value`; what it leaves out (the password too) libpq takes from its environment,
    `~/.pgpass` or the service file. `written` is told of each table as its rows are in.

    Raises:
        BadInput: psycopg is not installed, nothing is published, the published file is of another contract, the DSN
            cannot be read, the schema holds tables of others, or the database refuses (rights, room, a dependent view).
        Unavailable: the server does not answer.
    """
    psycopg = _psycopg()
    # Resolved once, so that tables and manifest are of one snapshot though another is published meanwhile.
    folder = published_path(home).resolve()
    reader = Reader(folder / DATABASE)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    tables = public_tables()
    shape_of = shapes({table.full_name: table for table in tables})
    _require_this_contract(manifest, folder)
    rows: dict[str, int] = {}
    with _connect(dsn) as con:
        place = f"{con.info.dbname} on {con.info.host or 'this machine'}"
        try:
            with con.transaction():
                _claim(con, schema, tables)
                for table in tables:
                    _stand(con, schema, table, shape_of[table.full_name])
                    rows[table.full_name] = _fill(con, schema, table, shape_of[table.full_name], reader)
                    written(table.full_name, rows[table.full_name])
                _note(con, schema, tables, str(manifest["snapshot_id"]))
        except psycopg.Error as error:
            raise BadInput(
                f"Exporting to schema {schema} of {place} failed: {_told(error)}. Nothing was changed: the schema is "
                "as it was before. Correct what the database says, and export again."
            ) from error
    return Exported(str(manifest["snapshot_id"]), schema, place, rows)


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise BadInput(
            "Exporting to PostgreSQL needs psycopg, which is not installed. Install the extra: "
            "`pip install 'recon-pipeline[postgres]'`."
        ) from error
    return psycopg


def _require_this_contract(manifest: dict[str, Any], folder: Path) -> None:
    if manifest.get("schema_version") != str(schema_version()):
        raise BadInput(
            f"Exporting {folder}: it keeps version {manifest.get('schema_version', 'none')} of the public contract, "
            f"this code version {schema_version()}. Publish it anew: run its last event again, `recon run EVENT "
            "--offline`."
        )


def _connect(dsn: SecretStr) -> psycopg.Connection[Any]:
    import psycopg

    text = dsn.get_secret_value()
    try:
        known = psycopg.conninfo.conninfo_to_dict(text)
    except psycopg.ProgrammingError:
        # libpq quotes what it could not read, and that may be the password.
        raise BadInput(
            "Exporting to PostgreSQL: the DSN cannot be read. Write postgresql://USER@HOST:PORT/DATABASE, with special "
            "characters of a password percent-encoded, or host=... dbname=... user=...."
        ) from None
    usual: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "recon export"}
    added = {name: value for name, value in usual.items() if name not in known}
    try:
        opened: psycopg.Connection[Any] = psycopg.connect(
            psycopg.conninfo.make_conninfo(text, **added), autocommit=True
        )
    except psycopg.Error as error:
        raise Unavailable(
            f"Connecting to PostgreSQL failed: {_why_not(str(error))}. Look at host, port, database, user and password "
            "of the DSN, and whether the server runs."
        ) from None
    return opened


REASONS = (
    ("password authentication failed", "the server refuses the password"),
    ("no password supplied", "the server wants a password"),
    ("no pg_hba.conf entry", "the server lets nobody in from here (pg_hba.conf)"),
    ("role", "the server knows no such user"),
    ("does not exist", "the server has no such database"),
    ("refused", "nothing listens there"),
    ("timeout", "the server did not answer in time"),
    ("translate host name", "the host is not known"),
    ("resolve host", "the host is not known"),
    ("No such file", "nothing listens there"),
    ("SSL", "the server and libpq do not agree on SSL"),
)
"""What libpq says, and what we do: its own words quote the DSN, and of a slip in one the password is soon a part."""


def _why_not(text: str) -> str:
    return next((ours for theirs, ours in REASONS if theirs in text), "libpq gives a reason that is not known here")


def _claim(con: psycopg.Connection[Any], schema: str, tables: list[Table]) -> None:
    """Make the schema, or make sure that it is one of an export; drop its tables that the contract has no more."""
    from psycopg import sql

    con.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    found = con.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [schema]
    ).fetchone()
    if found is None:
        con.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        return
    held = {
        name
        for (name,) in con.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = %s",
            [schema],
        )
    }
    comment, wanted = found[0] or "", {table.name for table in tables}
    ours = set(re.findall(r"[a-z_0-9]+", comment.partition("tables: ")[2])) if comment.startswith(MARK) else set()
    # Also where an export was before: a table that the contract gained since may have been somebody's already.
    if taken := sorted((held & wanted) - ours):
        raise BadInput(
            f"Exporting to schema {schema}: it holds {', '.join(taken)}, which no export made. Choose another "
            "--schema, or rename those."
        )
    for name in sorted((held & ours) - wanted):
        con.execute(sql.SQL("drop table {}").format(sql.Identifier(schema, name)))


def _stand(con: psycopg.Connection[Any], schema: str, table: Table, shape: Shape) -> None:
    """Have the table there, empty, as its contract says."""
    from psycopg import sql

    name = sql.Identifier(schema, table.name)
    wanted = [(column.name, postgres_type(column), not column.is_nullable) for column in shape.columns]
    key = list(table.keys[0])
    if _columns(con, schema, table.name) == wanted and _key(con, schema, table.name) == key:
        # Not truncate: readers would wait for it, and those with an older view of the database see nothing.
        con.execute(sql.SQL("delete from {}").format(name))
    else:
        con.execute(sql.SQL("drop table if exists {}").format(name))
        columns = [
            sql.SQL("{} {}{}").format(sql.Identifier(column), sql.SQL(kind), sql.SQL(" not null" if required else ""))
            for column, kind, required in wanted
        ]
        keys = sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, key)))
        con.execute(sql.SQL("create table {} ({})").format(name, sql.SQL(", ").join([*columns, keys])))
    comments = [sql.SQL("comment on table {} is {}").format(name, sql.Literal(shape.comment))]
    comments += [
        sql.SQL("comment on column {} is {}").format(
            sql.Identifier(schema, table.name, column.name), sql.Literal(column.comment)
        )
        for column in shape.columns
    ]
    con.execute(sql.SQL(";\n").join(comments))


def _columns(con: psycopg.Connection[Any], schema: str, table: str) -> list[tuple[str, str, bool]]:
    """Name, type and NOT NULL of the columns that stand; none where there is no such table."""
    return con.execute(
        """
        select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = %s and c.relname = %s and a.attnum > 0 and not a.attisdropped
        order by a.attnum
        """,
        [schema, table],
    ).fetchall()


def _key(con: psycopg.Connection[Any], schema: str, table: str) -> list[str]:
    return [
        name
        for (name,) in con.execute(
            """
            select a.attname
            from pg_constraint k
            join pg_class c on c.oid = k.conrelid
            join pg_namespace n on n.oid = c.relnamespace
            cross join unnest(k.conkey) with ordinality as u (attnum, place)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum
            where n.nspname = %s and c.relname = %s and k.contype = 'p'
            order by u.place
            """,
            [schema, table],
        )
    ]


def _fill(con: psycopg.Connection[Any], schema: str, table: Table, shape: Shape, reader: Reader) -> int:
    from psycopg import sql

    names = [column.name for column in shape.columns]
    frame = reader.frame(f"select {', '.join(names)} from {table.full_name} order by {', '.join(table.keys[0])}")
    # In csv a null is nothing and an empty text is two quotes, here as there.
    copy = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(schema, table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with con.cursor() as cursor, cursor.copy(copy) as rows:
        for batch in frame.iter_slices(BATCH_ROWS):
            rows.write(batch.write_csv(include_header=False))
    return frame.height


def _note(con: psycopg.Connection[Any], schema: str, tables: list[Table], snapshot_id: str) -> None:
    """Say on the schema what it holds, and that an export made it."""
    from psycopg import sql

    text = (
        f"{MARK}snapshot {snapshot_id}, contract {schema_version()}: an independent estimate from public data, not the "
        f"index. tables: {', '.join(table.name for table in tables)}"
    )
    con.execute(sql.SQL("comment on schema {} is {}").format(sql.Identifier(schema), sql.Literal(text)))


def postgres_type(column: Column) -> str:
    """Return PostgreSQL's name of the type of a column.

    Raises:
        ContractBroken: it has none for it.
    """
    if decimal := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", column.type):
        return f"numeric({decimal[1]},{decimal[2]})"
    if column.type not in TYPES:
        raise ContractBroken(
            f"Column {column.name} is {column.type}, which the export knows no type of PostgreSQL for."
        )
    return TYPES[column.type]


def _told(error: psycopg.Error) -> str:
    detail = error.diag.message_detail or error.diag.message_hint
    first = (error.diag.message_primary or str(error)).strip().rstrip(".")
    return f"{first} ({' '.join(detail.split())})" if detail else first
