"""The export to PostgreSQL, against a server of its own that lives as long as this module's tests.

Does not belong here: what is published (`test_publish.py`), Parquet (`test_parquet.py`).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import psycopg.sql
import pytest
from pydantic import SecretStr

from recon_pipeline import cli, postgres
from recon_pipeline.errors import BadInput, ContractBroken, Unavailable
from recon_pipeline.postgres import export, postgres_type
from recon_pipeline.tables import public_tables
from recon_pipeline.warehouse import Column, shapes
from recon_pipeline_tests.small_home import RUN, publish_rows
from recon_pipeline_tests.test_cookbook import BETWEEN, FIRST, GIVEN, LAST

SERVER_ACCOUNT = "postgres"
"""PostgreSQL runs under no root; Debian's package makes this account."""

PASSWORD = "pw-of-the/export+93"


def server_binaries() -> Path | None:
    """The folder of initdb and pg_ctl of the newest server on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    where = found[-1] if found else shutil.which("initdb")
    return Path(where).parent if where else None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The DSN of a server of its own, without the database; it wants a password."""
    binaries = server_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server on this machine: apt-get install postgresql")
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        import pwd

        try:
            entry = pwd.getpwnam(SERVER_ACCOUNT)
        except KeyError:
            pytest.skip(f"PostgreSQL refuses to run as root, and there is no account {SERVER_ACCOUNT} to run it as")
        account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    # Not pytest's own folder, which is closed to other accounts; a socket's path must be short as well.
    folder = Path(tempfile.mkdtemp(prefix="recon-pg-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret, data, log = folder / "password", folder / "data", folder / "log"
    secret.write_text(PASSWORD)
    if account:
        for path in (folder, secret):
            os.chown(path, account["user"], account["group"])

    def run(*command: str | Path) -> None:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False, **account)
        if done.returncode:
            told = log.read_text() if log.exists() else ""
            pytest.fail(f"{command[0]} ended with {done.returncode}: {done.stdout}{done.stderr}{told}")

    try:
        initdb = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "--username=owner")
        run(binaries / "initdb", "-D", data, *initdb, f"--pwfile={secret}")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run(binaries / "pg_ctl", "-D", data, "-l", log, "-w", "-t", "30", "-o", options, "start")
        try:
            yield f"host=127.0.0.1 port={port} user=owner password='{PASSWORD}'"
        finally:
            run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def dsn(server: str, tmp_path: Path) -> SecretStr:
    """A database of its own for each test."""
    name = "".join(letter for letter in tmp_path.name.lower() if letter.isalnum())
    with psycopg.connect(f"{server} dbname=postgres", autocommit=True) as con:
        con.execute(f"create database {name}")
    return SecretStr(f"{server} dbname={name}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported")
    publish_given(path)
    return path


def publish_given(home: Path, **changed: list[dict[str, str]]) -> None:
    runs = [RUN | {"event_id": name} for name in (FIRST, BETWEEN, LAST)]
    tables = dict(GIVEN) | {f"recon.{name}": rows for name, rows in changed.items()}
    given = {name: [dict[str, str | None](row) for row in rows] for name, rows in tables.items()}
    publish_rows(home, {"raw.event_runs": runs} | given)


def ask(dsn: SecretStr, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn.get_secret_value()) as con:
        return con.execute(query).fetchall()


# --- what an export writes --------------------------------------------------------------------------------------------


def test_every_public_table_stands_with_its_rows(home: Path, dsn: SecretStr) -> None:
    told: list[str] = []
    done = export(home, dsn, written=lambda table, _: told.append(table))
    assert list(done.rows) == told == [table.full_name for table in public_tables()]
    for name, rows in done.rows.items():
        assert ask(dsn, f"select count(*) from {name}") == [(rows,)]
    assert done.rows["recon.index_membership"] == 4
    assert done.snapshot_id == (home / "published").resolve().name


def test_values_are_exact_and_a_null_is_no_empty_text(home: Path, dsn: SecretStr, tmp_path: Path) -> None:
    odd = [
        {"event_id": LAST, "issue_number": "1", "severity": "info", "issue": "no_trade", "detail": 'a "b", c\nd \\N é'},
        {"event_id": LAST, "issue_number": "2", "severity": "info", "issue": "no_trade", "detail": "", "ticker": ""},
    ]
    publish_given(tmp_path, data_issues=odd)
    export(tmp_path, dsn)
    assert ask(dsn, "select detail, ticker from recon.data_issues order by issue_number") == [
        ('a "b", c\nd \\N é', None),
        ("", ""),
    ]
    assert ask(dsn, "select weight_pct, rank from recon.index_membership where index_id = 'R3000'") == [
        (Decimal("100.00000000"), 1)
    ]
    assert ask(
        dsn,
        "select effective_from, effective_to, is_provisional from recon.index_membership_span where ticker = 'GONE'",
    ) == [(date(2024, 7, 1), date(2024, 12, 2), False)]


def test_types_nulls_keys_and_comments_are_those_of_the_contract(home: Path, dsn: SecretStr) -> None:
    export(home, dsn)
    shape_of = shapes({table.full_name: table for table in public_tables()})
    for table in public_tables():
        shape, told = shape_of[table.full_name], f"'{table.full_name}'::regclass"
        assert ask(dsn, f"select obj_description({told})") == [(shape.comment,)]
        columns = ask(
            dsn,
            "select attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid, attnum) "
            f"from pg_attribute where attrelid = {told} and attnum > 0 order by attnum",
        )
        assert columns == [(c.name, postgres_type(c), not c.is_nullable, c.comment) for c in shape.columns]
        key = ask(dsn, f"select pg_get_constraintdef(oid) from pg_constraint where conrelid = {told} and contype = 'p'")
        assert key == [(f"PRIMARY KEY ({', '.join(table.keys[0])})",)]
    (comment,) = ask(dsn, "select obj_description('recon'::regnamespace)")
    assert comment[0].startswith("recon_pipeline snapshot ")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("DECIMAL(24,4)", "numeric(24,4)"), ("VARCHAR", "text"), ("DOUBLE", "double precision"), ("HUGEINT", None)],
)
def test_a_type_has_a_name_there_or_is_refused(kind: str, name: str | None) -> None:
    column = Column("x", kind, "", True, False)
    if name:
        assert postgres_type(column) == name
    else:
        with pytest.raises(ContractBroken, match="HUGEINT"):
            postgres_type(column)


# --- one transaction --------------------------------------------------------------------------------------------------


def test_an_export_that_fails_in_the_middle_leaves_what_was_there(
    home: Path, dsn: SecretStr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(home, dsn)
    before = ask(dsn, "select ticker, weight_pct from recon.index_membership order by 1, 2")
    publish_given(tmp_path, index_membership=[], events=[])
    real = postgres._fill

    def break_down(con: Any, schema: str, table: Any, *rest: Any) -> int:
        if table.name == "universe":
            con.execute("select 1 / 0")
        return real(con, schema, table, *rest)

    monkeypatch.setattr(postgres, "_fill", break_down)
    with pytest.raises(BadInput, match=r"division by zero.*Nothing was changed"):
        export(tmp_path, dsn)
    assert ask(dsn, "select ticker, weight_pct from recon.index_membership order by 1, 2") == before
    assert ask(dsn, "select count(*) > 0 from recon.universe") == [(True,)]
    monkeypatch.undo()
    export(tmp_path, dsn)
    assert ask(dsn, "select count(*) from recon.index_membership") == [(0,)]


def test_a_reader_sees_the_rows_of_before_until_the_commit_and_does_not_wait(home: Path, dsn: SecretStr) -> None:
    export(home, dsn)
    seen: list[int] = []

    def look(table: str, _: int) -> None:
        if table == "recon.universe":  # the last: all the others are emptied and filled again by now
            with psycopg.connect(dsn.get_secret_value(), options="-c lock_timeout=2000") as con:
                seen.extend(con.execute("select count(*) from recon.index_membership").fetchone() or ())

    export(home, dsn, written=look)
    assert seen == [4]


def test_views_and_grants_stay(home: Path, dsn: SecretStr) -> None:
    export(home, dsn)
    with psycopg.connect(dsn.get_secret_value()) as con:
        con.execute("create view public.mine as select ticker from recon.index_membership")
        con.execute("grant select on recon.index_membership to public")
    export(home, dsn)
    assert ask(dsn, "select count(*) from public.mine") == [(4,)]
    assert ask(dsn, "select has_table_privilege('pg_monitor', 'recon.index_membership', 'select')") == [(True,)]


def test_a_table_of_another_shape_is_made_anew_unless_a_view_needs_it(home: Path, dsn: SecretStr) -> None:
    export(home, dsn)
    with psycopg.connect(dsn.get_secret_value()) as con:
        con.execute("alter table recon.ranking add column more text")
        con.execute("create view public.mine as select more from recon.ranking")
    with pytest.raises(BadInput, match="mine"):
        export(home, dsn)
    with psycopg.connect(dsn.get_secret_value()) as con:
        con.execute("drop view public.mine")
    export(home, dsn)
    assert ask(
        dsn, "select count(*) from pg_attribute where attrelid = 'recon.ranking'::regclass and attname = 'more'"
    ) == [(0,)]


def test_a_table_that_the_contract_has_no_more_goes_and_one_of_others_stays(home: Path, dsn: SecretStr) -> None:
    export(home, dsn)
    with psycopg.connect(dsn.get_secret_value()) as con:
        con.execute("create table recon.old_one (x int)")
        con.execute("create table recon.theirs (x int)")
        note_tables(con, lambda told: f"{told}, old_one")
    export(home, dsn)
    names = {name for (name,) in ask(dsn, "select relname from pg_class where relnamespace = 'recon'::regnamespace")}
    assert "old_one" not in names
    assert "theirs" in names


def note_tables(con: psycopg.Connection[Any], change: Callable[[str], str]) -> None:
    """Change what the schema says of the tables that an export made."""
    told = con.execute("select obj_description('recon'::regnamespace)").fetchone()
    assert told
    con.execute(psycopg.sql.SQL("comment on schema recon is {}").format(psycopg.sql.Literal(change(told[0]))))


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_a_table_of_others_is_not_taken_when_the_contract_gains_its_name(home: Path, dsn: SecretStr) -> None:
    export(home, dsn)
    with psycopg.connect(dsn.get_secret_value()) as con:
        # As an export of a contract leaves it that has no near misses yet; then somebody makes a table of that name.
        con.execute("drop table recon.near_miss")
        note_tables(con, lambda told: told.replace("near_miss, ", ""))
        con.execute("create table recon.near_miss (mine text)")
        con.execute("insert into recon.near_miss values ('precious')")
    with pytest.raises(BadInput, match="holds near_miss"):
        export(home, dsn)
    assert ask(dsn, "select mine from recon.near_miss") == [("precious",)]


def test_a_schema_of_others_is_not_written_into(home: Path, dsn: SecretStr) -> None:
    with psycopg.connect(dsn.get_secret_value()) as con:
        con.execute("create schema recon")
        con.execute("create table recon.ranking (theirs int)")
    with pytest.raises(BadInput, match="holds ranking"):
        export(home, dsn)
    assert ask(dsn, "select count(*) from recon.ranking") == [(0,)]
    assert export(home, dsn, schema="Other one").schema == "Other one"
    assert ask(dsn, 'select count(*) from "Other one".ranking') == [(2,)]


def test_a_wrong_password_is_said_and_not_shown(home: Path, server: str) -> None:
    wrong = SecretStr(f"{server} dbname=postgres".replace(PASSWORD, "not-" + PASSWORD))
    with pytest.raises(Unavailable, match="refuses the password") as told:
        export(home, wrong)
    assert PASSWORD not in str(told.value)
    assert told.value.__suppress_context__


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("postgresql://u:se/cret@127.0.0.1:1/x", Unavailable, "Connecting"),
        ("postgresql://u:se@cret@127.0.0.1:1/x", Unavailable, "Connecting"),
        ("host=127.0.0.1 port=1 password=secret", Unavailable, "nothing listens"),
        ("host=127.0.0.1 secret", BadInput, "cannot be read"),
        ("postgresql://u:secret@[127.0.0.1/x", BadInput, "cannot be read"),
    ],
)
def test_a_dsn_that_leads_nowhere_is_not_shown(home: Path, text: str, kind: type[Exception], says: str) -> None:
    with pytest.raises(kind, match=says) as told:
        export(home, SecretStr(text))
    assert "cret" not in str(told.value)


def test_without_psycopg_the_extra_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(BadInput, match=r"recon-pipeline\[postgres\]"):
        export(home, SecretStr("dbname=x"))


def test_a_file_of_another_contract_is_not_exported(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "schema_version", lambda: "9.0")
    with pytest.raises(BadInput, match=r"this code version 9\.0"):
        export(home, SecretStr("host=127.0.0.1 port=1"))


# --- the command ------------------------------------------------------------------------------------------------------


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["recon", "export", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_the_command_takes_the_dsn_from_the_environment_and_shows_no_password(
    home: Path, dsn: SecretStr, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "--home", home) == 2
    assert "RECON_POSTGRES_DSN" in capsys.readouterr().err
    monkeypatch.setenv("RECON_POSTGRES_DSN", dsn.get_secret_value())
    assert call(monkeypatch, "--home", home, "--schema", "there") == 0
    printed = capsys.readouterr()
    assert f"{len(public_tables())} tables" in printed.out
    assert "stand in schema there of" in printed.out
    assert PASSWORD not in printed.out + printed.err
    assert ask(dsn, "select count(*) from there.index_membership") == [(4,)]
