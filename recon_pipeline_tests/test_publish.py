"""Publishing: a snapshot is whole or not there, the same rows make the same bytes, and readers are never disturbed.

Does not belong here: the checks that come before (`test_pipeline.py`), the database file itself (`test_warehouse.py`).
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.publish import (
    CHECKSUMS,
    DATABASE,
    MANIFEST,
    _seal,
    publish,
    published_database,
    published_path,
)
from recon_pipeline.tables import load_tables, public_tables, tree_fingerprint
from recon_pipeline.warehouse import Reader
from recon_pipeline_tests.small_home import publish_rows, small_home
from recon_pipeline_tests.test_sql_cases import DEFAULT_EVENT, Row

PUBLIC = [table.name for table in public_tables(load_tables())]


def member(ticker: str, **columns: str | None) -> Row:
    return {"ticker": ticker, "index_id": "R1000", "rank": "1", "market_cap_usd": "5", "status": "ranked", **columns}


def members(*tickers: str) -> dict[str, list[Row]]:
    return {"recon.index_membership": [member(ticker) for ticker in tickers]}


def manifest_of(home: Path) -> dict[str, Any]:
    return dict(json.loads((published_path(home) / MANIFEST).read_text(encoding="utf-8")))


# --- what a snapshot is -----------------------------------------------------------------------------------------------


def test_a_snapshot_holds_a_database_a_file_a_table_and_a_manifest(tmp_path: Path) -> None:
    snapshot = publish_rows(tmp_path, members("A", "B"))
    assert snapshot.is_new
    assert snapshot.path == tmp_path / "snapshots" / snapshot.manifest["snapshot_id"]
    held = {path.name for path in snapshot.path.iterdir()}
    assert held == {DATABASE, MANIFEST, CHECKSUMS} | {f"{name}.parquet" for name in PUBLIC}
    assert published_path(tmp_path).is_symlink()
    assert published_database(tmp_path).resolve() == snapshot.path / DATABASE
    assert snapshot.manifest == manifest_of(tmp_path)
    assert {path.name for path in snapshot.path.parent.iterdir()} == {snapshot.path.name}


def test_others_may_read_a_snapshot(tmp_path: Path) -> None:
    assert publish_rows(tmp_path, {}).path.stat().st_mode & 0o755 == 0o755


def test_a_home_may_be_moved(tmp_path: Path) -> None:
    publish_rows(tmp_path / "home", members("A"))
    (tmp_path / "home").rename(tmp_path / "moved")
    reader = Reader(published_database(tmp_path / "moved"))
    assert reader.frame("select ticker from recon.index_membership").item() == "A"


def test_database_and_parquet_hold_the_same_rows_by_key(tmp_path: Path) -> None:
    publish_rows(tmp_path, members("C", "A", "B"))
    parquet = pl.read_parquet(published_path(tmp_path) / "index_membership.parquet")
    assert parquet["security_id"].to_list() == ["L-A", "L-B", "L-C"]
    assert Reader(published_database(tmp_path)).frame("select * from recon.index_membership").equals(parquet)


# --- same content, same snapshot --------------------------------------------------------------------------------------


def test_the_same_content_is_not_written_again(tmp_path: Path) -> None:
    first = publish_rows(tmp_path, members("A"))
    before = {path: path.stat().st_mtime_ns for path in first.path.iterdir()}
    again = publish_rows(tmp_path, members("A"))
    assert (again.path, again.is_new, again.manifest) == (first.path, False, first.manifest)
    assert {path: path.stat().st_mtime_ns for path in first.path.iterdir()} == before
    assert [path.name for path in first.path.parent.iterdir()] == [first.path.name]


def test_content_that_was_there_before_becomes_current_again(tmp_path: Path) -> None:
    first = publish_rows(tmp_path, members("A"))
    second = publish_rows(tmp_path, members("B"))
    assert second.is_new
    again = publish_rows(tmp_path, members("A"))
    assert (again.path, again.is_new) == (first.path, False)
    assert published_path(tmp_path).resolve() == first.path
    assert second.path.is_dir()


def test_two_homes_publish_the_same_bytes(tmp_path: Path) -> None:
    one = publish_rows(tmp_path / "one", members("A", "B", "C"))
    two = publish_rows(tmp_path / "two", members("C", "B", "A"))
    assert one.manifest == two.manifest
    for name in [*(f"{table}.parquet" for table in PUBLIC), MANIFEST]:
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes(), name


def test_no_clock_is_in_what_is_published(tmp_path: Path) -> None:
    text = json.dumps(publish_rows(tmp_path, members("A")).manifest)
    assert date.today().isoformat() not in text
    assert str(tmp_path) not in text


# --- the manifest -----------------------------------------------------------------------------------------------------


def test_the_manifest_counts_and_hashes_what_is_there(tmp_path: Path) -> None:
    given = members("A", "B", "C") | {"recon.events": [{"event_id": DEFAULT_EVENT}]}
    snapshot = publish_rows(tmp_path, given)
    tables = snapshot.manifest["tables"]
    assert {name: told["rows"] for name, told in tables.items()} == dict.fromkeys(PUBLIC, 0) | {
        "index_membership": 3,
        "events": 1,
    }
    for name, told in tables.items():
        body = (snapshot.path / f"{name}.parquet").read_bytes()
        assert told["sha256"] == hashlib.sha256(body).hexdigest()


def test_the_manifest_says_what_made_the_rows(tmp_path: Path) -> None:
    dump: Row = {"commit_id": "c1", "exchange": "nyse", "session_date": "2023-04-28", "status": "ok", "basis": "rule"}
    given: dict[str, list[Row]] = {
        "raw.opening_rows": [
            {"index_id": "R1000", "ticker": ticker, "source": "list.csv", "source_sha256": "aa"} for ticker in "AB"
        ],
        "core.event_sessions": [{"role": "rank", "session_date": "2023-04-28", "anchor_date": "2023-04-28"}],
        "raw.archive_dumps": [
            dump | {"sha256": "bb"},
            dump | {"commit_id": "c2", "session_date": "2023-05-30", "sha256": "not read"},
        ],
    }
    manifest = publish_rows(tmp_path, given).manifest
    (event,) = manifest["events"]
    assert event["event_id"] == DEFAULT_EVENT
    assert event["inputs"] == {
        "openings": [{"source": "list.csv", "source_sha256": "aa"}],
        "payloads": [{"session_date": "2023-04-28", "exchange": "nyse", "commit_id": "c1", "sha256": "bb"}],
    }
    assert manifest["sql_fingerprint"] == tree_fingerprint(load_tables())
    assert manifest["engine"] == f"duckdb {duckdb.__version__}"
    assert manifest["previous"] is None


def test_another_input_is_another_snapshot_though_the_rows_are_the_same(tmp_path: Path) -> None:
    opening: Row = {"index_id": "R1000", "ticker": "A", "source": "list.csv", "source_sha256": "aa"}
    first = publish_rows(tmp_path, {"raw.opening_rows": [opening]})
    second = publish_rows(tmp_path, {"raw.opening_rows": [opening | {"source_sha256": "bb"}]})
    assert first.path != second.path
    assert second.manifest["previous"] == {"snapshot_id": first.path.name, "changes": {}}


def test_the_manifest_tells_the_difference_to_the_snapshot_before(tmp_path: Path) -> None:
    first = publish_rows(tmp_path, members("A", "B", "C", "D"))
    given: dict[str, list[Row]] = {
        "recon.index_membership": [
            member("A"),
            member("B", rank="2"),
            member("C", industry="Energy"),
            *(member(ticker) for ticker in ("E", "F", "G")),
        ],
        "recon.events": [{"event_id": DEFAULT_EVENT}],
    }
    assert publish_rows(tmp_path, given).manifest["previous"] == {
        "snapshot_id": first.path.name,
        "changes": {
            "index_membership": {"added": 3, "removed": 1, "changed": 2},
            "events": {"added": 1, "removed": 0, "changed": 0},
        },
    }


def test_a_table_of_another_shape_is_not_compared_row_by_row(tmp_path: Path) -> None:
    first = publish_rows(tmp_path, members("A"))
    pl.DataFrame({"other": [1]}).write_parquet(first.path / "index_membership.parquet")
    (first.path / "events.parquet").unlink()
    (first.path / CHECKSUMS).unlink()
    _seal(first.path)
    previous = publish_rows(tmp_path, members("A", "B")).manifest["previous"]
    assert previous["changes"] == {"index_membership": "of another shape", "events": "new"}


@pytest.mark.parametrize("name", [DATABASE, "index_membership.parquet", MANIFEST])
def test_a_damaged_snapshot_is_written_again_and_compared_with_nothing(tmp_path: Path, name: str) -> None:
    first = publish_rows(tmp_path, members("A"))
    wrong = first.path / name
    wrong.write_bytes(wrong.read_bytes()[:-1])
    other = publish_rows(tmp_path, members("A", "B"))
    assert other.manifest["previous"] is None
    again = publish_rows(tmp_path, members("A"))
    assert again.path == first.path
    assert again.is_new
    assert Reader(published_database(tmp_path)).frame("select ticker from recon.index_membership").height == 1


def test_the_checksums_are_those_of_every_other_file(tmp_path: Path) -> None:
    folder = publish_rows(tmp_path, members("A")).path
    lines = [line.split("  ") for line in (folder / CHECKSUMS).read_text().splitlines()]
    told = {name: sha256 for sha256, name in lines}
    assert told == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.name != CHECKSUMS
    }


def test_a_home_may_have_brackets_in_its_name(tmp_path: Path) -> None:
    home = tmp_path / "a home [1] of *"
    publish_rows(home, members("A"))
    assert publish_rows(home, members("A", "B")).manifest["previous"]["changes"]["index_membership"]["added"] == 1


# --- when something goes wrong ----------------------------------------------------------------------------------------


def test_what_a_dead_run_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "snapshots" / ".unfinished-dead"
    left.mkdir(parents=True)
    (left / DATABASE).write_bytes(b"half")
    (tmp_path / ".published-next").symlink_to("snapshots/nowhere")
    snapshot = publish_rows(tmp_path, members("A"))
    assert not left.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["published", "snapshots", "work"]
    assert published_path(tmp_path).resolve() == snapshot.path


def test_a_link_to_a_snapshot_that_was_deleted_is_replaced(tmp_path: Path) -> None:
    published_path(tmp_path).symlink_to("snapshots/gone")
    snapshot = publish_rows(tmp_path, members("A"))
    assert published_path(tmp_path).resolve() == snapshot.path
    assert snapshot.manifest["previous"] is None


def test_a_folder_in_place_of_the_link_is_left_alone_and_told(tmp_path: Path) -> None:
    published_path(tmp_path).mkdir()
    (published_path(tmp_path) / "mine.txt").write_text("mine")
    with pytest.raises(BadInput, match=r"it is a folder.*Move it away") as error:
        publish_rows(tmp_path, members("A"))
    assert (published_path(tmp_path) / "mine.txt").read_text() == "mine"
    (snapshot,) = (tmp_path / "snapshots").iterdir()
    assert str(snapshot) in str(error.value)


def test_rows_that_passed_no_audit_are_not_published(tmp_path: Path) -> None:
    before = publish_rows(tmp_path, members("A"))
    other = {"recon.index_membership": [member("A"), member("B", event_id="2022-06-recon")]}
    with pytest.raises(ContractBroken, match=r"index_membership.*2022-06-recon.*no audit"):
        publish_rows(tmp_path, other)
    assert published_path(tmp_path).resolve() == before.path


@pytest.mark.parametrize("step", ["_manifest", "_make_current"])
def test_until_the_last_step_consumers_see_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = publish_rows(tmp_path, members("A"))

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(f"recon_pipeline.publish.{step}", die)
        with pytest.raises(KeyboardInterrupt):
            publish_rows(tmp_path, members("A", "B"))
    assert published_path(tmp_path).resolve() == before.path
    assert Reader(published_database(tmp_path)).frame("select count(*) from recon.index_membership").item() == 1
    after = publish_rows(tmp_path, members("A", "B"))
    assert published_path(tmp_path).resolve() == after.path
    assert after.manifest["previous"]["changes"] == {"index_membership": {"added": 1, "removed": 0, "changed": 0}}
    assert not list((tmp_path / "snapshots").glob(".unfinished-*"))


# --- readers ----------------------------------------------------------------------------------------------------------


def test_an_open_reader_keeps_its_snapshot(tmp_path: Path) -> None:
    publish_rows(tmp_path, members("A"))
    count = "select count(*) from recon.index_membership"
    reader = Reader(published_database(tmp_path))
    with duckdb.connect(str(published_database(tmp_path)), read_only=True) as con:
        publish_rows(tmp_path, members("A", "B"))
        assert con.execute(f"{count.replace('recon.', 'recon.recon.')}").fetchone() == (1,)
    assert reader.frame(count).item() == 1
    assert Reader(published_database(tmp_path)).frame(count).item() == 2


READ_ON = """
import sys
from pathlib import Path
from recon_pipeline.warehouse import Reader

path, seen, reads = Path(sys.argv[1]), set(), 0
print("ready", flush=True)
while not Path(sys.argv[2]).exists():
    reader = Reader(path)
    rows = reader.frame("select count(*) as rows, min(detail) as least, max(detail) as most from recon.data_issues")
    members = reader.frame("select count(*) as rows from recon.index_membership").item()
    count, least, most = rows.row(0)
    assert least == most == f"round {count:02}" and members == count, (rows, members)
    seen.add(count)
    reads += 1
print(reads, len(seen))
"""
"""Reads until told to stop; every answer must be of one round: two tables that change together agree."""


def round_of(number: int) -> dict[str, list[Row]]:
    issue: Row = {"severity": "info", "issue": "carried", "detail": f"round {number:02}"}
    return {
        "recon.data_issues": [issue | {"issue_number": str(line)} for line in range(1, number + 1)],
        "recon.index_membership": [member(f"T{line}") for line in range(1, number + 1)],
    }


def test_a_reader_is_never_disturbed_by_publishing(tmp_path: Path) -> None:
    home, stop = tmp_path / "home", tmp_path / "stop"
    publish_rows(home, round_of(1))
    command = [sys.executable, "-c", READ_ON, str(published_database(home)), str(stop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        try:
            assert other.stdout.readline() == "ready\n"
            with small_home(home) as bench:
                for number in range(2, 9):
                    for table, rows in round_of(number).items():
                        bench.give(table, rows, {})
                    publish(bench.warehouse, home)
            stop.touch()
            told, error = other.communicate(timeout=60)
        finally:
            other.kill()
    assert other.returncode == 0, error
    reads, rounds = map(int, told.split())
    assert reads > rounds >= 2
