"""The DuckDB files: one writer, all or nothing, contracts that hold, and a published file that everybody can open.

Does not belong here: the queries (`test_sql_cases.py`), where a snapshot goes (`test_publish.py`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from recon_pipeline.errors import BadInput, Busy, ContractBroken
from recon_pipeline.tables import Check, Macro, Query, Table, load_macros, load_tables, public_tables
from recon_pipeline.warehouse import Column, Reader, Warehouse, engine_version, shapes, write_snapshot
from recon_pipeline_tests.small_home import publish_rows
from recon_pipeline_tests.test_sql_cases import DEFAULT_EVENT, Row

pytestmark = pytest.mark.engine

OTHER_EVENT = "2022-06-recon"

FACTS = Table(
    schema="raw",
    name="facts",
    contract="""
create table raw.facts (
    event_id varchar not null,
    ticker varchar not null,
    price decimal(8, 2) check (price > 0),
    note varchar,
    primary key (event_id, ticker)
);
comment on table raw.facts is 'One row an event and ticker.';
""",
)

DERIVED = Table(
    schema="core",
    name="derived",
    contract="""
create table core.derived (
    event_id varchar not null,
    ticker varchar not null,
    doubled decimal(9, 2),
    primary key (event_id, ticker),
    unique (event_id, doubled),
    check (doubled < 1000)
)
""",
    query=Query.parse(
        "select cast(price * 2 as decimal(9, 2)) as doubled, event_id, ticker from raw.facts where event_id = $event_id"
    ),
)

WHOLE = Table(
    schema="core",
    name="whole",
    contract="create table core.whole (\n    ticker varchar not null\n)",
    query=Query.parse("select distinct ticker from raw.facts"),
)

SMALL = {table.full_name: table for table in (FACTS, DERIVED, WHOLE)}


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(tmp_path / "work" / "w.duckdb") as opened:
        opened.prepare(SMALL)
        yield opened


def facts(**columns: object) -> pl.DataFrame:
    return pl.DataFrame(columns)


def two_events(warehouse: Warehouse) -> None:
    for event, price in ((DEFAULT_EVENT, "1.25"), (OTHER_EVENT, "3.00")):
        warehouse.load("raw.facts", facts(event_id=[event], ticker=["A"], price=[price]))


# --- one writer -------------------------------------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from recon_pipeline.warehouse import Warehouse

with Warehouse(Path(sys.argv[1])) as held:
    held.con.execute("create table t (a integer)")
    held.con.execute("begin")
    held.con.execute("insert into t values (1)")
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_told_to_wait_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "held\n"
            with pytest.raises(Busy, match=r"another run has held it for 0\.1 seconds.* another --home") as error:
                Warehouse(path, lock_wait_s=0.1).__enter__()
            assert str(path) in str(error.value)
        finally:
            other.kill()
    with Warehouse(path, lock_wait_s=5) as freed:
        assert freed.row_count("t") == 0  # what was not committed is not there


def test_the_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    with pytest.raises(ValueError, match="broken"), Warehouse(path):
        raise ValueError("broken")
    with Warehouse(path, lock_wait_s=0) as again:
        assert again.frame("select 1 as a").rows() == [(1,)]


def test_a_damaged_file_is_named_and_the_lock_given_back(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    path.write_bytes(b"no database" * 1000)
    failed = Warehouse(path, lock_wait_s=0)
    with pytest.raises(BadInput, match=r"w\.duckdb.*is damaged: delete it"):
        failed.__enter__()
    path.unlink()
    with Warehouse(path, lock_wait_s=0):
        pass


def test_a_closed_warehouse_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not open"):
        _ = Warehouse(tmp_path / "w.duckdb").con


# --- all or nothing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_transaction_that_is_broken_off_leaves_nothing(warehouse: Warehouse, kind: type[BaseException]) -> None:
    def broken_off() -> None:
        with warehouse.transaction():
            two_events(warehouse)
            assert warehouse.row_count("raw.facts") == 2
            raise kind

    with pytest.raises(kind):
        broken_off()
    assert warehouse.row_count("raw.facts") == 0
    with warehouse.transaction():
        two_events(warehouse)
    assert warehouse.row_count("raw.facts") == 2


def test_a_failed_statement_rolls_back_what_was_before_it(warehouse: Warehouse) -> None:
    def failing() -> None:
        with warehouse.transaction():
            two_events(warehouse)
            warehouse.con.execute("select * from nowhere")

    with pytest.raises(duckdb.Error, match="nowhere"):
        failing()
    assert warehouse.row_count("raw.facts") == 0


# --- preparing --------------------------------------------------------------------------------------------------------


def test_preparing_again_keeps_all_rows(warehouse: Warehouse) -> None:
    two_events(warehouse)
    assert warehouse.prepare(SMALL) == set()
    assert warehouse.row_count("raw.facts") == 2


def wider(table: Table) -> Table:
    return replace(table, contract=table.contract.replace("    ticker", "    extra date,\n    ticker", 1))


def test_a_derived_table_with_another_contract_is_emptied_and_named(warehouse: Warehouse) -> None:
    two_events(warehouse)
    warehouse.rebuild(DERIVED, {"event_id": DEFAULT_EVENT})
    assert warehouse.prepare(SMALL | {"core.derived": wider(DERIVED)}) == {"core.derived"}
    assert warehouse.frame("select * from core.derived").columns == ["event_id", "extra", "ticker", "doubled"]
    assert warehouse.row_count("core.derived") == 0
    assert warehouse.row_count("raw.facts") == 2


def test_a_raw_table_with_another_contract_keeps_its_rows(warehouse: Warehouse) -> None:
    two_events(warehouse)
    assert warehouse.prepare(SMALL | {"raw.facts": wider(FACTS)}) == {"raw.facts"}
    assert warehouse.frame("select event_id, extra, price from raw.facts order by 1").rows() == [
        (OTHER_EVENT, None, Decimal("3.00")),
        (DEFAULT_EVENT, None, Decimal("1.25")),
    ]
    assert warehouse.prepare(SMALL) == {"raw.facts"}
    assert warehouse.frame("select * from raw.facts").columns == ["event_id", "ticker", "price", "note"]
    assert warehouse.row_count("raw.facts") == 2


def test_rows_that_do_not_fit_the_new_contract_stay_as_they_were(warehouse: Warehouse) -> None:
    two_events(warehouse)
    dearer = replace(FACTS, contract=FACTS.contract.replace("price > 0", "price > 2"))
    with pytest.raises(ContractBroken, match=r"Carrying 2 rows of raw\.facts") as error:
        warehouse.prepare(SMALL | {"raw.facts": dearer})
    assert str(warehouse.path) in str(error.value)
    assert warehouse.row_count("raw.facts") == 2
    assert warehouse.prepare(SMALL) == set()


def test_a_new_table_is_made_and_told(warehouse: Warehouse) -> None:
    new = Table("raw", "new", "create table raw.new (a integer)")
    assert warehouse.prepare(SMALL | {"raw.new": new}) == {"raw.new"}
    assert warehouse.row_count("raw.new") == 0


def test_preparing_is_all_or_nothing(warehouse: Warehouse) -> None:
    two_events(warehouse)
    warehouse.rebuild(WHOLE, {})
    broken = Table("raw", "broken", "create table raw.broken (a no_such_type)")
    with pytest.raises(duckdb.Error):
        warehouse.prepare({"core.whole": wider(WHOLE), "raw.facts": wider(FACTS), "raw.broken": broken})
    assert warehouse.row_count("core.whole") == 1
    assert warehouse.frame("select * from raw.facts").columns == ["event_id", "ticker", "price", "note"]


REFERENCE = "create table reference.r (ticker varchar not null, note varchar, source varchar, day date, flag boolean)"


@pytest.fixture
def reference(tmp_path: Path) -> Table:
    path = tmp_path / "r.csv"
    path.write_text(
        "day,ticker,note,source,flag\n"
        '2023-06-23,NA,null,"it\'s, ""so""",true\n'
        ",NAN,,'x,false\n"
        ",TRUE,NULL,y',\n"
        ",007,1.50,two;three|four,\n",
        encoding="utf-8",
    )
    return Table("reference", "r", REFERENCE, csv=path)


def test_facts_of_a_csv_are_text_until_the_contract_converts_them(warehouse: Warehouse, reference: Table) -> None:
    warehouse.prepare({reference.full_name: reference})
    assert warehouse.frame("select ticker, note, source, day, flag from reference.r").rows() == [
        ("NA", "null", 'it\'s, "so"', date(2023, 6, 23), True),
        ("NAN", None, "'x", None, False),
        ("TRUE", "NULL", "y'", None, None),
        ("007", "1.50", "two;three|four", None, None),
    ]


def test_an_apostrophe_at_the_head_of_a_cell_quotes_nothing(warehouse: Warehouse, tmp_path: Path) -> None:
    """DuckDB guesses the dialect of a CSV unless it is told: these three rows it read as one."""
    path = tmp_path / "r.csv"
    path.write_text("ticker,note\nA,'x\nB,y'\nC,\n", encoding="utf-8")
    warehouse.prepare({"reference.r": Table("reference", "r", REFERENCE, csv=path)})
    assert warehouse.frame("select ticker, note from reference.r").rows() == [("A", "'x"), ("B", "y'"), ("C", None)]


def test_other_facts_are_loaded_anew(warehouse: Warehouse, reference: Table) -> None:
    warehouse.prepare({reference.full_name: reference})
    assert warehouse.prepare({reference.full_name: reference}) == set()
    assert reference.csv is not None
    reference.csv.write_text("day,ticker,note,source,flag\n,B,,,\n", encoding="utf-8")
    assert warehouse.prepare({reference.full_name: reference}) == {reference.full_name}
    assert warehouse.frame("select ticker from reference.r").rows() == [("B",)]


def test_the_tickers_na_and_nan_pass_from_a_frame_to_a_table(warehouse: Warehouse) -> None:
    frame = facts(event_id=["e", "e"], ticker=["NA", "NAN"], price=["1", "2"], note=["null", None])
    assert warehouse.load("raw.facts", frame) == 2
    assert warehouse.frame("select ticker, note from raw.facts order by 1").rows() == [("NA", "null"), ("NAN", None)]


# --- loading ----------------------------------------------------------------------------------------------------------


def test_a_frame_is_loaded_by_name_and_what_it_lacks_is_null(warehouse: Warehouse) -> None:
    frame = facts(price=[Decimal("2.50")], ticker=["A"], event_id=["e"])
    assert warehouse.load("raw.facts", frame) == 1
    assert warehouse.frame("select * from raw.facts").rows() == [("e", "A", Decimal("2.50"), None)]


def test_a_frame_without_rows_is_no_error(warehouse: Warehouse) -> None:
    assert warehouse.load("raw.facts", pl.DataFrame()) == 0


def test_a_column_that_the_table_lacks_is_an_error(warehouse: Warehouse) -> None:
    with pytest.raises(duckdb.Error, match="prise"):
        warehouse.load("raw.facts", facts(event_id=["e"], ticker=["A"], prise=["1"]))


@pytest.mark.parametrize(
    "wrong",
    [
        facts(event_id=["e", "e"], ticker=["A", "A"]),
        facts(event_id=["e", "e"], ticker=["A", None]),
        facts(event_id=["e", "e"], ticker=["A", "B"], price=["1", "-1"]),
        facts(event_id=["e", "e"], ticker=["A", "B"], price=["1", "dear"]),
        facts(event_id=["e", "e"], ticker=["A", "B"], price=["1", "1000000"]),
    ],
    ids=["a key twice", "a null", "a check", "no number", "too large"],
)
def test_a_frame_that_breaks_the_contract_is_not_loaded_at_all(warehouse: Warehouse, wrong: pl.DataFrame) -> None:
    with pytest.raises(ContractBroken, match=r"Loading 2 rows into raw\.facts") as error:
        warehouse.load("raw.facts", wrong)
    with pytest.raises(ContractBroken, match=r"Loading 2 rows into raw\.facts"), warehouse.transaction():
        warehouse.load("raw.facts", wrong)
    assert "\n" not in str(error.value)
    assert warehouse.row_count("raw.facts") == 0
    two_events(warehouse)  # the name of the frame that failed is free again
    assert warehouse.row_count("raw.facts") == 2


# --- rebuilding -------------------------------------------------------------------------------------------------------


def test_rebuilding_replaces_the_rows_of_one_event(warehouse: Warehouse) -> None:
    two_events(warehouse)
    for event in (DEFAULT_EVENT, OTHER_EVENT):
        assert warehouse.rebuild(DERIVED, {"event_id": event, "unused": 1}) == 1
    warehouse.con.execute("update raw.facts set price = price + 1")
    assert warehouse.rebuild(DERIVED, {"event_id": DEFAULT_EVENT}) == 1
    assert warehouse.frame("select event_id, doubled from core.derived order by 1").rows() == [
        (OTHER_EVENT, Decimal("6.00")),
        (DEFAULT_EVENT, Decimal("4.50")),
    ]


def test_rebuilding_a_table_that_is_not_by_event_replaces_it(warehouse: Warehouse) -> None:
    two_events(warehouse)
    for _ in range(2):
        assert warehouse.rebuild(WHOLE, {"event_id": DEFAULT_EVENT}) == 1
    assert warehouse.row_count("core.whole") == 1


def test_an_event_without_rows_is_emptied(warehouse: Warehouse) -> None:
    two_events(warehouse)
    warehouse.rebuild(DERIVED, {"event_id": DEFAULT_EVENT})
    warehouse.delete_event("raw.facts", DEFAULT_EVENT)
    assert warehouse.rebuild(DERIVED, {"event_id": DEFAULT_EVENT}) == 0
    assert warehouse.row_count("core.derived") == 0
    assert warehouse.row_count("raw.facts", OTHER_EVENT) == 1


BREAKING = {
    "a check": "select cast(1000 as decimal(9, 2)) as doubled, event_id, ticker from raw.facts "
    "where event_id = $event_id",
    "a second key twice": "select cast(5 as decimal(9, 2)) as doubled, event_id, ticker || number as ticker "
    "from raw.facts, range(2) as numbers(number) where event_id = $event_id",
    "a key twice": "select cast(1 as decimal(9, 2)) as doubled, event_id, ticker from raw.facts, range(2) "
    "where event_id = $event_id",
    "a null": "select cast(1 as decimal(9, 2)) as doubled, event_id, null as ticker from raw.facts "
    "where event_id = $event_id",
    "no number": "select cast(ticker as decimal(9, 2)) as doubled, event_id, ticker from raw.facts "
    "where event_id = $event_id",
    "overflow": "select cast(price as decimal(38, 2)) * cast('1e35' as decimal(38, 2)) as doubled, event_id, ticker "
    "from raw.facts where event_id = $event_id",
}


@pytest.mark.parametrize("text", BREAKING.values(), ids=BREAKING.keys())
def test_a_query_that_breaks_the_contract_changes_nothing(warehouse: Warehouse, text: str) -> None:
    two_events(warehouse)
    warehouse.rebuild(DERIVED, {"event_id": DEFAULT_EVENT})
    wrong = Table("core", "derived", DERIVED.contract, query=Query.parse(text))
    with pytest.raises(ContractBroken, match=r"core\.derived.*sql/core/derived\.sql") as error, warehouse.transaction():
        warehouse.rebuild(wrong, {"event_id": DEFAULT_EVENT})
    assert DEFAULT_EVENT in str(error.value)
    assert "\n" not in str(error.value)
    assert warehouse.frame("select doubled from core.derived").rows() == [(Decimal("2.50"),)]


def test_a_table_without_a_query_cannot_be_rebuilt(warehouse: Warehouse) -> None:
    with pytest.raises(ContractBroken, match=r"raw\.facts has no query"):
        warehouse.rebuild(FACTS, {"event_id": DEFAULT_EVENT})


def test_a_check_returns_its_failing_rows(warehouse: Warehouse) -> None:
    two_events(warehouse)
    query = Query.parse("select ticker, price from raw.facts where price > 2 and event_id = $event_id")
    check = Check("dear", query, blocking=True)
    assert warehouse.failing_rows(check, {"event_id": DEFAULT_EVENT, "unused": 1}).is_empty()
    assert warehouse.failing_rows(check, {"event_id": OTHER_EVENT}).rows() == [("A", Decimal("3.00"))]


# --- shapes -----------------------------------------------------------------------------------------------------------


def test_a_shape_is_what_the_contract_says() -> None:
    shape = shapes({"raw.facts": FACTS})["raw.facts"]
    assert shape.comment == "One row an event and ticker."
    assert shape.columns == (
        Column("event_id", "VARCHAR", "", is_nullable=False, in_key=True),
        Column("ticker", "VARCHAR", "", is_nullable=False, in_key=True),
        Column("price", "DECIMAL(8,2)", "", is_nullable=True, in_key=False),
        Column("note", "VARCHAR", "", is_nullable=True, in_key=False),
    )


def test_the_version_of_the_engine_is_that_of_the_package() -> None:
    assert engine_version() == duckdb.__version__


# --- the published file -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published file in a home whose name needs quoting."""
    home = tmp_path_factory.mktemp("it's a home")
    row: Row = {"event_id": DEFAULT_EVENT, "kind": "recon", "season": "june"}
    return publish_rows(home, {"recon.events": [row]}).path / "recon.duckdb"


def test_a_reader_names_tables_as_the_contract_does(published: Path) -> None:
    """The file is called recon like its schema: opened by itself, `recon.events` would be ambiguous."""
    reader = Reader(published)
    assert reader.frame("select event_id from recon.events").rows() == [(DEFAULT_EVENT,)]
    wanted = {"event_id": DEFAULT_EVENT}
    assert reader.frame("select * from recon.events where event_id = $event_id", wanted).height == 1


@pytest.mark.engine
@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("delete from recon.events", "one SELECT"),
        ("copy (select 1) to 'FOLDER/written.csv'", "one SELECT"),
        ("attach 'FOLDER/written.csv' as another", "one SELECT"),
        ("select 1; select 2", "one SELECT"),
        ("", "one SELECT"),
        ("selec 1", "syntax error"),
        ("select cast('x' as integer)", "'x'"),
        ("select * from recon.nothing", "nothing"),
        ("select nothing from recon.events", "nothing"),
        ("select * from 'FOLDER/nothing.parquet'", "nothing"),
        ("create table recon.mine as select 1 as one; select one from recon.mine", "one SELECT"),
    ],
)
def test_what_a_reader_does_not_answer_is_told_and_writes_nothing(
    published: Path, tmp_path: Path, sql: str, says: str
) -> None:
    with pytest.raises(BadInput, match=says) as error:
        Reader(published).frame(sql.replace("FOLDER", str(tmp_path)))
    assert str(published) in str(error.value)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.engine
def test_a_reader_answers_whatever_asks(published: Path) -> None:
    reader = Reader(published)
    assert reader.frame("describe recon.events").height > 10
    assert reader.frame("pivot recon.events on kind using count(*) group by season").rows() == [("june", 1)]
    with pytest.raises(BadInput, match="count mismatch"):
        reader.frame("select 1", {"unused": 1})


def test_a_file_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no such file.*recon run") as error:
        Reader(tmp_path / "recon.duckdb")
    assert str(tmp_path / "recon.duckdb") in str(error.value)


def test_a_file_that_is_no_database_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "recon.duckdb"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(BadInput, match=r"recon\.duckdb.*cannot be opened") as error:
        Reader(path).frame("select 1")
    assert "\n" not in str(error.value)


def test_the_published_file_carries_every_comment_and_no_key(published: Path) -> None:
    """DuckDB 1.0 cannot open a file in which a later version wrote a key."""
    wanted = {table.full_name: table for table in public_tables(load_tables())}
    described = shapes(load_tables())
    with duckdb.connect(str(published), read_only=True) as con:
        tables = con.execute(
            "select schema_name || '.' || table_name, comment, index_count from duckdb_tables()"
        ).fetchall()
        columns = con.execute(
            "select schema_name || '.' || table_name, column_name, data_type, comment, is_nullable "
            "from duckdb_columns() where not internal order by column_index"
        ).fetchall()
    assert {name: (comment, keys) for name, comment, keys in tables} == {
        name: (described[name].comment, 0) for name in wanted
    }
    for name in wanted:
        assert [tuple(rest) for table, *rest in columns if table == name] == [
            (column.name, column.type, column.comment, column.is_nullable) for column in described[name].columns
        ]


def storage(path: Path) -> tuple[int, str]:
    """The storage version of a file as its header has it (bytes 12 to 19), and as DuckDB tells it."""
    header = path.read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    with duckdb.connect() as con:
        con.execute("attach $$" + str(path) + "$$ as told (read_only)")
        row = con.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'told'"
        ).fetchone()
    assert row is not None
    return int.from_bytes(header[12:20], "little"), str(row[0])


def test_the_published_file_has_the_storage_of_the_first_stable_duckdb(published: Path, tmp_path: Path) -> None:
    """64 is the number of DuckDB 0.9 to 1.1; an engine refuses a file with a number that it does not know."""
    assert storage(published) == (64, "v1.0.0+")
    newest = tmp_path / "newest.duckdb"
    with duckdb.connect() as con:
        con.execute(f"attach '{newest}' as newest (storage_version 'latest')")
    assert storage(newest)[0] > 64


@pytest.mark.parametrize("name", ["s/../w.duckdb", "link/w.duckdb", "recon.duckdb", "snapshot-1.duckdb"])
def test_a_snapshot_is_written_whatever_the_path_of_the_warehouse(tmp_path: Path, name: str) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "link").symlink_to("s", target_is_directory=True)
    (tmp_path / "out").mkdir()
    with Warehouse(tmp_path / name) as warehouse:
        warehouse.prepare(SMALL)
        two_events(warehouse)
        write_snapshot(warehouse, tmp_path / "out" / "recon.duckdb", tmp_path / "out", [FACTS])
        assert warehouse.row_count("raw.facts") == 2
    assert pl.read_parquet(tmp_path / "out" / "facts.parquet")["event_id"].to_list() == [OTHER_EVENT, DEFAULT_EVENT]
    assert Reader(tmp_path / "out" / "recon.duckdb").frame("select count(*) from raw.facts").item() == 2


TICKERS = Macro(
    "raw",
    "tickers_of",
    "create macro raw.tickers_of(wanted) as table\nselect event_id, ticker from raw.facts where event_id = wanted;\n\n"
    "comment on macro table raw.tickers_of is 'Tickers of an event.'",
    frozenset({"raw.facts"}),
)


def test_a_macro_that_changed_is_made_anew(warehouse: Warehouse) -> None:
    two_events(warehouse)
    every = replace(TICKERS, text=TICKERS.text.replace(" = wanted", " <> wanted"))
    answers = []
    for macro in (TICKERS, TICKERS, every):
        warehouse.prepare(SMALL, macros=[macro])
        answers.append(warehouse.frame("from raw.tickers_of($event)", {"event": DEFAULT_EVENT})["event_id"].to_list())
    assert answers == [[DEFAULT_EVENT], [DEFAULT_EVENT], [OTHER_EVENT]]


@pytest.mark.engine
@pytest.mark.parametrize("alias", ["russell", "published", "other name"])
def test_a_macro_travels_with_the_snapshot_and_answers_under_any_name(
    warehouse: Warehouse, tmp_path: Path, alias: str
) -> None:
    two_events(warehouse)
    warehouse.prepare(SMALL, macros=[TICKERS])
    write_snapshot(warehouse, tmp_path / "recon.duckdb", tmp_path, [FACTS], [TICKERS])
    expected = warehouse.frame("from raw.tickers_of($event)", {"event": DEFAULT_EVENT})
    assert expected.height == 1
    with duckdb.connect() as con:
        con.execute(f"attach '{tmp_path / 'recon.duckdb'}' as \"{alias}\" (read_only)")
        con.execute(f'use "{alias}"')
        for name in ("raw.tickers_of", f'"{alias}".raw.tickers_of'):
            assert con.sql(f"from {name}($event)", params={"event": DEFAULT_EVENT}).pl().equals(expected)
        comment = con.execute("select comment from duckdb_functions() where function_name = 'tickers_of'").fetchall()
    assert comment == [("Tickers of an event.",)]


def test_a_snapshot_that_fails_leaves_the_warehouse_usable(warehouse: Warehouse, tmp_path: Path) -> None:
    broken = Table("raw", "facts", "create table raw.facts (a no_such_type)")
    with pytest.raises(duckdb.Error, match="no_such_type"):
        write_snapshot(warehouse, tmp_path / "first.duckdb", tmp_path, [broken])
    two_events(warehouse)
    write_snapshot(warehouse, tmp_path / "second.duckdb", tmp_path, [FACTS])
    assert warehouse.row_count("raw.facts") == 2


def test_a_run_that_is_killed_leaves_a_database_that_opens(tmp_path: Path) -> None:
    """A function in a CHECK, with a comment after it, made a log that DuckDB could not replay: the home was lost."""
    path, left = tmp_path / "work.duckdb", tmp_path / "left.duckdb"
    with Warehouse(path) as warehouse:
        warehouse.prepare(load_tables(), macros=load_macros())
        for file in tmp_path.glob("work.duckdb*"):
            shutil.copyfile(file, left.with_name(file.name.replace("work", "left")))
    assert left.with_name("left.duckdb.wal").exists(), "nothing was left to replay: this test proves nothing"
    with Warehouse(left) as warehouse:
        assert warehouse.row_count("reference.sources") > 10
