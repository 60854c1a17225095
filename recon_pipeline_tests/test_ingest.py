"""Filling the raw tables: which opening is chosen, which sessions are asked for, what counts as loaded.

Does not belong here: a whole run (`test_pipeline.py`), the archive itself (`test_archive.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recon_pipeline import ingest
from recon_pipeline.errors import BadInput, BadPayload, NotLanded, Rejected, Unavailable
from recon_pipeline.events import event
from recon_pipeline.pipeline import prepare
from recon_pipeline.settings import Settings
from recon_pipeline.sources.archive import ArchiveBatch
from recon_pipeline.sources.archive.provider import DUMP_SCHEMA
from recon_pipeline.sources.http import Traffic
from recon_pipeline_tests.small_home import RUN, small_home
from recon_pipeline_tests.test_sql_cases import Bench, Row

EVENT = event("2023-06-recon")
BEFORE = "2022-06-recon"
DAY = date(2023, 4, 28)
NEXT = date(2023, 5, 1)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A home without any event in its log."""
    with small_home(tmp_path) as bench:
        bench.warehouse.delete_all("raw.event_runs")
        yield bench


def logged(bench: Bench, event_id: str, opening_source: str = "lists.csv") -> None:
    bench.give("raw.event_runs", [RUN | {"event_id": event_id, "opening_source": opening_source}], {})


def stored(bench: Bench, *sources: str) -> None:
    rows: list[Row] = [
        {"index_id": "R1000", "ticker": f"T{n}", "as_of": "2022-12-30", "source": source}
        for n, source in enumerate(sources)
    ]
    bench.give("raw.opening_rows", rows, {})


# --- opening ----------------------------------------------------------------------------------------------------------


def test_files_of_the_run_before_are_remembered(bench: Bench) -> None:
    """A second run of the same event is the same run, whatever else the home holds by then."""
    logged(bench, BEFORE)
    stored(bench, "lists.csv", "fund.csv")
    chosen = ingest.choose_opening(bench.warehouse, EVENT, ())
    assert (chosen.source, chosen.rows) == ("fund.csv, lists.csv", None)
    assert "--from-previous" in chosen.notes[0]
    assert ingest.choose_opening(bench.warehouse, EVENT, (), from_previous=True).source == f"event {BEFORE}"


def test_an_opening_from_an_event_is_taken_anew(bench: Bench) -> None:
    logged(bench, BEFORE)
    stored(bench, "event 2021-06-recon")
    chosen = ingest.choose_opening(bench.warehouse, EVENT, ())
    assert (chosen.source, chosen.notes) == (f"event {BEFORE}", ())
    assert chosen.rows is not None


def test_reconstitutions_that_were_not_run_between_are_told(bench: Bench) -> None:
    logged(bench, BEFORE)
    chosen = ingest.choose_opening(bench.warehouse, event("2025-06-recon"), ())
    assert chosen.notes == (f"opened from {BEFORE}, though 2023-06-recon, 2024-06-recon came between and was not run",)


def test_an_event_that_nobody_opens_is_refused(bench: Bench) -> None:
    with pytest.raises(BadInput, match="--opening FILE"):
        ingest.choose_opening(bench.warehouse, EVENT, ())


def test_opening_files_are_kept_among_the_landings(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    path = tmp_path / "lists.csv"
    for text in ("one", "one", "two"):
        path.write_text(text)
        ingest.land_openings([path], settings)
    manifest = (tmp_path / "home" / "landed" / "manifest.jsonl").read_text().splitlines()
    assert len(manifest) == 2


# --- sessions ---------------------------------------------------------------------------------------------------------


def batch(dumps: Sequence[tuple[str, date | None, str]], lines: Sequence[tuple[str, date]]) -> ArchiveBatch:
    """Dumps (commit, session, status) of all three exchanges, and one line for each of (commit, session)."""
    known_at = datetime(2023, 4, 29, 0, 27, tzinfo=UTC)
    rows = [
        (commit, exchange, known_at, session or DAY, session, status, "rule", None, 1, "0" * 64)
        for commit, session, status in dumps
        for exchange in ("nasdaq", "nyse", "amex")
    ]
    line: dict[str, Any] = {"symbol": "AAA", "name": "Alpha", "close": Decimal("1.0000"), "volume": 1, "shares": 5}
    rest = {"country": None, "ipo_year": None, "industry": None, "sector": None, "known_at": known_at}
    frame = pl.DataFrame(
        [
            {"session": session, "exchange": exchange, "commit": commit} | line | rest
            for commit, session in lines
            for exchange in ("nasdaq", "nyse", "amex")
        ],
        schema_overrides={"country": pl.String, "ipo_year": pl.Int16, "industry": pl.String, "sector": pl.String},
    )
    rejects = pl.DataFrame(
        schema=dict.fromkeys(("exchange", "symbol", "field", "text", "reason"), pl.String) | {"session": pl.Date}
    )
    return ArchiveBatch(pl.DataFrame(rows, schema=DUMP_SCHEMA, orient="row"), frame, rejects, [], [])


def test_a_dump_that_was_only_read_to_date_another_does_not_count_as_loaded(bench: Bench) -> None:
    ingest.load_batch(bench.warehouse, batch([("c1", DAY, "ok"), ("c2", NEXT, "ok")], [("c1", DAY)]))
    assert ingest.loaded_sessions(bench.warehouse) == {DAY}
    ingest.load_batch(bench.warehouse, batch([("c2", NEXT, "ok")], [("c2", NEXT)]))
    assert ingest.loaded_sessions(bench.warehouse) == {DAY, NEXT}


def test_a_session_is_loaded_once(bench: Bench) -> None:
    for commit in ("c1", "c9"):
        ingest.load_batch(bench.warehouse, batch([(commit, DAY, "ok")], [(commit, DAY)]))
    assert bench.warehouse.row_count("raw.prices") == 3
    assert bench.warehouse.frame("select distinct commit_id from raw.archive_dumps")["commit_id"].to_list() == ["c1"]


def test_a_stretch_is_dated_against_the_dump_before_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[list[date], set[date]]] = []

    class Archive:
        def __init__(self, *_: object) -> None: ...

        def fetch(self, days: Sequence[date], *, context: Collection[date], once: bool, progress: bool) -> ArchiveBatch:
            asked.append((list(days), set(context)))
            return batch([("c1", DAY, "ok")], [("c1", DAY)])

    monkeypatch.setattr(ingest, "Archive", Archive)
    wanted = [date(2023, 4, 26), date(2023, 4, 27), DAY, date(2023, 6, 26)]
    ingest.land_sessions(bench.warehouse, wanted, Settings(home=tmp_path))
    assert asked == [(wanted, {date(2023, 4, 25), date(2023, 6, 23)})]
    asked.clear()
    # Of two years of trading a session is not worth the dump of the night before, unless that is here already.
    history = [date(2022, 4, 14), NEXT]
    ingest.land_sessions(bench.warehouse, history, Settings(home=tmp_path), is_history=True)
    assert asked == [(history, {DAY})]


def test_inside_a_late_stretch_the_reading_goes_back_to_a_regular_night(bench: Bench) -> None:
    nights = {"2023-04-24": "ok", "2023-04-25": "lagged", "2023-04-26": "lagged", "2023-04-27": "lagged"}
    rows: list[Row] = [
        {"commit_id": f"c{day}", "exchange": "nyse", "session_date": day, "status": status, "basis": "detected"}
        for day, status in nights.items()
    ]
    bench.give("raw.archive_dumps", rows, {})
    assert ingest._context(bench.warehouse, [DAY]) == {date.fromisoformat(day) for day in nights}


def test_the_history_of_an_event_is_planned_apart_from_its_other_sessions(bench: Bench) -> None:
    prepare(bench.warehouse)
    stored(bench, "lists.csv")
    plan = ingest.wanted_sessions(bench.warehouse, EVENT)
    assert EVENT.rank_day in plan.sessions
    # The sample of the rank day's own month lies in the window of the price rule.
    assert date(2023, 4, 14) in plan.sessions
    assert len(plan.history) == 23
    assert {day.strftime("%Y-%m") for day in plan.history} >= {"2021-05", "2022-12", "2023-03"}
    assert not set(plan.history) & set(plan.sessions)


def test_what_a_run_leaves_out_is_landed_all_the_same(bench: Bench) -> None:
    """The next run may want it: a plan by the options of the last one kept the history from it."""
    prepare(bench.warehouse)
    stored(bench, "lists.csv")
    plan = ingest.wanted_sessions(bench.warehouse, EVENT)
    ingest.store_options(bench.warehouse, EVENT, ["two_year_volume"])
    assert ingest.wanted_sessions(bench.warehouse, EVENT) == plan
    assert bench.warehouse.row_count("raw.event_options", EVENT.event_id) == 1


def test_an_event_goes_on_without_what_tells_of_the_reconstitution_before(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive that answered 500 for a session of a year before failed an event that had its rank day."""
    prepare(bench.warehouse)
    stored(bench, "lists.csv")
    bench.warehouse.con.execute("update raw.opening_rows set index_id = 'R1000', as_of = date '2022-06-24'")
    plan = ingest.wanted_sessions(bench.warehouse, EVENT)
    assert plan.past == [date(2021, 5, 6), date(2022, 5, 6)]
    assert not set(plan.past) & {*plan.sessions, *plan.history}
    failed: list[date] = []

    def sessions(_: object, days: Sequence[date], *__: object, **___: object) -> object:
        if set(days) & set(plan.past):
            failed.extend(days)
            raise Unavailable("down")
        return len(days), Traffic(requests=1)

    monkeypatch.setattr(ingest, "land_sessions", sessions)
    rows: list[Row] = [
        {"exchange": name, "as_of": "2023-04-28", "symbol": "AAA"} for name in ("nasdaq", "nyse", "amex")
    ]
    bench.give("raw.prices", rows, {})
    said: list[str] = []
    took = ingest.land(bench.warehouse, EVENT, Settings(sources="none"), say=said.append)
    assert failed == plan.past
    assert took.sessions == len(plan.sessions) + len(plan.history)
    assert "what is known of the reconstitution before is not whole: down" in said


def test_an_event_goes_on_without_its_history(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[list[date]] = []

    def sessions(_: object, days: Sequence[date], *__: object, is_history: bool = False, **___: object) -> object:
        taken.append(list(days))
        if is_history and len(taken) > 2:
            raise Unavailable("down")
        return len(days), Traffic(requests=3)

    history = [date(2023, 2, 1), *(date(2022, 1, day) for day in range(1, 1 + ingest.PREFETCH_SESSIONS))]
    monkeypatch.setattr(ingest, "wanted_sessions", lambda *_: ingest.Wanted([DAY], history))
    monkeypatch.setattr(ingest, "land_sessions", sessions)
    rows: list[Row] = [
        {"exchange": name, "as_of": "2023-04-28", "symbol": "AAA"} for name in ("nasdaq", "nyse", "amex")
    ]
    bench.give("raw.prices", rows, {})
    said: list[str] = []
    took = ingest.land(bench.warehouse, EVENT, Settings(), say=said.append)
    assert taken == [[DAY], history[: ingest.PREFETCH_SESSIONS], history[ingest.PREFETCH_SESSIONS :]]
    assert (took.sessions, took.archive.requests) == (1 + ingest.PREFETCH_SESSIONS, 6)
    assert any("down" in text for text in said)


@pytest.mark.parametrize(("offline", "kind"), [(True, NotLanded), (False, Unavailable)])
def test_who_is_missing_on_the_rank_day_is_told_to_whom_it_concerns(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, offline: bool, kind: type[Exception]
) -> None:
    """Offline nobody was asked; and no password of a URL is in a message."""
    monkeypatch.setattr(ingest, "wanted_sessions", lambda *_: ingest.Wanted([DAY], []))
    monkeypatch.setattr(ingest, "land_sessions", lambda *_, **__: (0, Traffic()))
    bench.give("raw.prices", [{"exchange": "nyse", "as_of": "2023-04-28", "symbol": "AAA"}], {})
    settings = Settings(archive_url="http://user:s3cret@127.0.0.1:9", offline=offline)
    with pytest.raises(kind, match=r"2023-04-28") as error:
        ingest.land(bench.warehouse, EVENT, settings)
    assert type(error.value) is kind
    assert "there are those of nyse" in str(error.value)
    assert "s3cret" not in str(error.value)
    assert ("archive at" in str(error.value)) is not offline


@pytest.mark.parametrize(
    ("error", "result"),
    [(Unavailable("down"), "unavailable"), (Rejected("no"), "refused"), (BadPayload("what"), "bad_payload")],
)
def test_an_event_goes_on_without_the_archive_where_another_source_has_the_close(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception, result: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ingest, "wanted_sessions", lambda *_: ingest.Wanted([DAY], []))
    monkeypatch.setattr(ingest, "land_sessions", fail)
    with pytest.raises(type(error)):
        ingest.land(bench.warehouse, EVENT, Settings())
    rows: list[Row] = [
        {"exchange": name, "as_of": "2023-04-28", "symbol": "AAA"} for name in ("nasdaq", "nyse", "amex")
    ]
    bench.give("raw.prices", rows, {})
    said: list[str] = []
    assert ingest.land(bench.warehouse, EVENT, Settings(), say=said.append).sessions == 0
    assert str(error) in said[-1]
    noted = bench.warehouse.frame("select source, result from raw.source_outcomes").rows()
    assert noted == [("archive", result)]
