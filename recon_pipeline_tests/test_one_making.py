"""A snapshot is of one making: what older SQL built, and what opens from what is built anew, is built again, in order.

Does not belong here: what a build does (`test_pipeline.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from recon_pipeline import pipeline
from recon_pipeline.errors import ContractBroken
from recon_pipeline.events import event
from recon_pipeline.ingest import add_to_calendar
from recon_pipeline.publish import publish
from recon_pipeline.settings import Settings
from recon_pipeline.tables import load_tables, tree_fingerprint
from recon_pipeline_tests.small_home import RUN, small_home
from recon_pipeline_tests.test_sql_cases import Bench, Row

FIRST, SECOND, THIRD, OTHER = "2021-06-recon", "2022-06-recon", "2023-06-recon", "2024-06-recon"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A chain of three events and one that was opened with files of its own."""
    with small_home(tmp_path) as bench:
        bench.warehouse.delete_all("raw.event_runs")
        opened = {FIRST: "lists.csv", SECOND: f"event {FIRST}", THIRD: f"event {SECOND}", OTHER: "lists.csv"}
        rows = [RUN | {"event_id": event_id, "opening_source": source} for event_id, source in opened.items()]
        bench.give("raw.event_runs", rows, {})
        yield bench


def built_by_another_tree(bench: Bench, event_id: str) -> None:
    bench.warehouse.con.execute(
        "update raw.event_runs set sql_fingerprint = 'another' where event_id = $event_id", {"event_id": event_id}
    ).fetchall()


def test_what_opens_from_an_event_is_of_its_making(bench: Bench) -> None:
    assert pipeline.in_order(bench.warehouse, {FIRST}) == [FIRST, SECOND, THIRD]
    assert pipeline.in_order(bench.warehouse, {THIRD, OTHER}) == [THIRD, OTHER]


def test_an_event_of_other_sql_is_out_of_date(bench: Bench) -> None:
    assert pipeline.prepare(bench.warehouse) == []
    built_by_another_tree(bench, SECOND)
    assert pipeline.prepare(bench.warehouse) == [SECOND]
    assert pipeline.built_by_others(bench.warehouse) == [SECOND]


def test_an_event_that_is_being_changed_is_out_of_date_and_keeps_its_opening(bench: Bench) -> None:
    pipeline.mark_unaudited(bench.warehouse, event(SECOND))
    assert pipeline.outdated(bench.warehouse) == [SECOND]
    assert pipeline.built_by_others(bench.warehouse) == []
    assert pipeline.in_order(bench.warehouse, {FIRST}) == [FIRST, SECOND, THIRD]


def test_catching_up_builds_the_others_in_order(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    monkeypatch.setattr(pipeline, "rebuild_event", lambda _, other, *__, **___: built.append(other.event_id))
    built_by_another_tree(bench, OTHER)
    pipeline.catch_up(bench.warehouse, Settings(home=tmp_path), {FIRST})
    assert built == [SECOND, THIRD, OTHER]
    built.clear()
    pipeline.catch_up(bench.warehouse, Settings(home=tmp_path), {FIRST}, before=OTHER)
    assert built == [SECOND, THIRD]


def test_what_other_sql_built_is_not_published(bench: Bench, tmp_path: Path) -> None:
    bench.give("recon.placements", [{"event_id": SECOND, "breakpoint_id": "R1000", "side_before": "new"}], {})
    publish(bench.warehouse, tmp_path)
    built_by_another_tree(bench, SECOND)
    with pytest.raises(ContractBroken, match=f"holds rows of {SECOND}"):
        publish(bench.warehouse, tmp_path)


def test_other_facts_about_dumps_have_the_landings_read_again(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A corrected session reaches a home that has loaded it already."""
    dump: Row = {"commit_id": "c1", "exchange": "nyse", "session_date": "2023-04-28", "status": "ok", "basis": "rule"}
    bench.give("raw.archive_dumps", [dump], {})
    pipeline.prepare(bench.warehouse)
    assert bench.warehouse.row_count("raw.archive_dumps") == 1
    name = "reference.archive_exceptions"
    table = load_tables()[name]
    assert table.csv is not None
    corrected = tmp_path / "archive_exceptions.csv"
    corrected.write_text("\n".join(table.csv.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    tables = load_tables() | {name: replace(table, csv=corrected)}
    monkeypatch.setattr(pipeline, "load_tables", lambda: tables)
    pipeline.prepare(bench.warehouse)
    assert bench.warehouse.row_count("raw.archive_dumps") == 0
    assert tree_fingerprint(tables) != tree_fingerprint()


def test_payloads_that_other_code_read_are_read_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The normaliser of symbols once changed, and homes of before kept the tickers that it had made."""
    dump: Row = {"commit_id": "c1", "exchange": "nyse", "session_date": "2023-04-28", "status": "ok", "basis": "rule"}
    pipeline.prepare(bench.warehouse)
    bench.give("raw.archive_dumps", [dump], {})
    assert THIRD not in pipeline.prepare(bench.warehouse)
    assert bench.warehouse.row_count("raw.archive_dumps") == 1
    monkeypatch.setattr(pipeline, "readers_fingerprint", lambda: "other")
    monkeypatch.setattr(pipeline, "tree_fingerprint", lambda: "other")
    assert THIRD in pipeline.prepare(bench.warehouse)
    assert bench.warehouse.row_count("raw.archive_dumps") == 0


def test_an_event_that_only_the_rule_knows_leaves_no_trace_when_it_fails(bench: Bench, tmp_path: Path) -> None:
    before = bench.warehouse.row_count("reference.recon_events")
    with bench.warehouse.dry_run():
        add_to_calendar(bench.warehouse, event("2029-06-recon"))
        assert bench.warehouse.row_count("reference.recon_events") == before + 1
    assert bench.warehouse.row_count("reference.recon_events") == before
