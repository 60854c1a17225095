"""Capturing, taking for an event, loading what was landed, and what is noted of it.

Does not belong here: asking as such (`test_gather.py`), what a payload gives (the tests of its provider), a whole run
(`test_pipeline.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recon_pipeline import capture as capturing
from recon_pipeline.capture import Unread, capture, load_landings, source_states, store_outcomes, take_for_event
from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.events import event
from recon_pipeline.settings import Settings
from recon_pipeline.sources.alphavantage import DELISTED
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Outcome, Plan, Result
from recon_pipeline.sources.gather import Gathered
from recon_pipeline.sources.landing import LandedRow, Landing
from recon_pipeline.sources.symdir import NASDAQ_LISTED, OTHER_LISTED, ROW_FLOOR, SymbolDirectory
from recon_pipeline.warehouse import Warehouse
from recon_pipeline_tests.small_home import small_home
from recon_pipeline_tests.test_alphavantage import GONE, listing
from recon_pipeline_tests.test_http import Answer, Server
from recon_pipeline_tests.test_symdir import MADE_AT, file, filler

EVENT = event("2023-06-recon")
OTHER_EVENT = event("2022-06-recon")
RANK_DAY = date(2023, 4, 28)
TOO_LATE = datetime(2023, 5, 4, tzinfo=UTC)  # the five days of grace are over
NOW = datetime(2023, 7, 3, 14, tzinfo=UTC)
FETCHED = datetime(2023, 7, 3, 14, 0, 1, tzinfo=UTC)
NASDAQ, OTHER = f"symdir/{NASDAQ_LISTED}", f"symdir/{OTHER_LISTED}"
PATHS = {feed: f"/dynamic/SymDir/{feed.partition('/')[2]}.txt" for feed in (NASDAQ, OTHER)}
ACME = "ACME|Acme Widgets, Inc. - Common Stock|Q|N|N|100|N|N"
ODD = "ODD|Odd Inc.|Q|N|Z|100|N|N"  # its financial status is none that there is


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with small_home(tmp_path) as bench:
        yield bench.warehouse


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def settings(home: Path, server: Server | None = None, **more: object) -> Settings:
    hosts = (
        dict.fromkeys((name for name in Settings.model_fields if name.endswith("_url")), server.url) if server else {}
    )
    fast = {name: 1_000 for name in Settings.model_fields if name.endswith("requests_per_second")}
    given: dict[str, object] = {**fast, **hosts, "sec_requests_per_second": 10, "home": home, "now": NOW}
    return Settings.model_validate({**given, "sources": "symdir", "backoff_base_s": 0, "max_attempts": 2, **more})


def directory(kind: str = NASDAQ_LISTED, *rows: str) -> bytes:
    return file(kind, [*rows, *filler(kind)])


def land(home: Path, body: bytes, feed: str = NASDAQ, **more: Any) -> LandedRow:
    about = {"session": date(2023, 7, 3), "fetched_at": FETCHED, "final": False, "key": PATHS.get(feed, "/x")}
    return Landing(home / "landed").land(feed, "https://host/x", body, **{**about, **more})


def rows(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    return warehouse.frame(sql).rows()


def counts(warehouse: Warehouse) -> tuple[int, int, int]:
    """Rows of the directory, rejects and payloads."""
    directory, rejects, payloads = (
        warehouse.row_count(f"raw.{table}") for table in ("directory", "source_rejects", "payloads")
    )
    return directory, rejects, payloads


# --- loading ----------------------------------------------------------------------------------------------------------


def test_a_landed_payload_is_read_once(tmp_path: Path, warehouse: Warehouse) -> None:
    row = land(tmp_path, directory(NASDAQ_LISTED, ACME, ODD), last_modified=datetime(2023, 7, 3, 12, tzinfo=UTC))
    for _ in range(2):
        assert load_landings(warehouse, settings(tmp_path)) == []
        assert counts(warehouse) == (ROW_FLOOR + 2, 1, 1)
    assert rows(warehouse, "select * from raw.payloads") == [
        (
            *(NASDAQ, row.sha256, "symdir", PATHS[NASDAQ], date(2023, 7, 3), datetime(2023, 7, 3, 14, 0, 1)),
            *(datetime(2023, 7, 3, 12), row.size, ROW_FLOOR + 2),  # rejects do not count
        )
    ]
    told = "select distinct feed, known_at, payload_sha256 from raw.directory union select feed, known_at, "
    assert rows(warehouse, f"{told} payload_sha256 from raw.source_rejects") == [(NASDAQ, MADE_AT, row.sha256)]
    assert rows(warehouse, "select row_key, text from raw.source_rejects") == [("ODD", "Z")]


@pytest.mark.parametrize("together", [True, False])
def test_the_same_content_twice_is_read_once_as_of_the_first(
    tmp_path: Path, warehouse: Warehouse, together: bool
) -> None:
    land(tmp_path, directory())
    if not together:
        load_landings(warehouse, settings(tmp_path))
    land(tmp_path, directory(), session=date(2023, 7, 4), fetched_at=datetime(2023, 7, 4, 14, tzinfo=UTC))
    assert load_landings(warehouse, settings(tmp_path)) == []
    assert rows(warehouse, "select asked_day, fetched_at from raw.payloads") == [
        (date(2023, 7, 3), datetime(2023, 7, 3, 14, 0, 1))
    ]
    assert counts(warehouse) == (ROW_FLOOR, 0, 1)


def test_the_same_content_of_another_feed_is_read_as_well(tmp_path: Path, warehouse: Warehouse) -> None:
    body = listing(GONE, filling=[])
    for number, feed in enumerate(("alphavantage/delisted", "alphavantage/active")):
        land(tmp_path, body, feed, session=RANK_DAY, key=f"/query?{number}")
    assert load_landings(warehouse, settings(tmp_path)) == []
    told = "select feed, row_count from raw.payloads order by 1"
    assert rows(warehouse, told) == [("alphavantage/active", 0), ("alphavantage/delisted", 1)]
    assert rows(warehouse, "select row_key, field from raw.source_rejects") == [("GONE", "status")]


def test_what_belongs_to_nobody_here_is_left_alone(tmp_path: Path, warehouse: Warehouse) -> None:
    """Dumps of the archive are read with their sessions; a feed may be gone; a landing may be older than the keys."""
    land(tmp_path, b"[]", "archive", key=None)
    land(tmp_path, b"x", "gone/file")
    land(tmp_path, directory(), key=None)
    assert load_landings(warehouse, settings(tmp_path)) == []
    assert counts(warehouse) == (0, 0, 0)


def test_a_payload_that_is_gone_is_told_and_stops_nobody(tmp_path: Path, warehouse: Warehouse) -> None:
    gone = land(tmp_path, directory())
    land(tmp_path, directory(OTHER_LISTED), OTHER)
    object_path = Landing(tmp_path / "landed").path_of(gone)
    kept = object_path.read_bytes()
    object_path.unlink()
    said: list[str] = []
    assert load_landings(warehouse, settings(tmp_path), say=said.append) == [
        Unread(gone, "its object is gone from the landings")
    ]
    assert said == [f"{NASDAQ} of 2023-07-03 14:00 cannot be read: its object is gone from the landings"]
    assert rows(warehouse, "select feed from raw.payloads") == [(OTHER,)]
    object_path.write_bytes(kept)
    assert load_landings(warehouse, settings(tmp_path)) == []
    assert counts(warehouse) == (2 * ROW_FLOOR, 0, 2)


def test_what_is_read_is_not_missed_when_it_goes(tmp_path: Path, warehouse: Warehouse) -> None:
    row = land(tmp_path, directory())
    load_landings(warehouse, settings(tmp_path))
    Landing(tmp_path / "landed").path_of(row).unlink()
    assert load_landings(warehouse, settings(tmp_path)) == []


def test_a_payload_that_cannot_be_read_is_told_and_stops_nobody(tmp_path: Path, warehouse: Warehouse) -> None:
    """A stricter reader than the one that landed it; a disk that failed."""
    broken = land(tmp_path, directory(NASDAQ_LISTED, ACME))
    Landing(tmp_path / "landed").path_of(broken).write_bytes(b"no gzip")
    land(tmp_path, b"<html>", NASDAQ)
    land(tmp_path, directory(OTHER_LISTED), OTHER)
    said: list[str] = []
    first, second = load_landings(warehouse, settings(tmp_path), say=said.append)
    assert first.row == broken
    assert "cannot be unpacked" in first.reason
    assert "its first line is not the expected header" in second.reason
    assert [text.partition(" of ")[0] for text in said] == [NASDAQ, NASDAQ]
    assert rows(warehouse, "select feed from raw.payloads") == [(OTHER,)]
    assert counts(warehouse) == (ROW_FLOOR, 0, 1)
    assert len(load_landings(warehouse, settings(tmp_path))) == 2, "and again, until it can be read"


def test_a_payload_is_loaded_whole_or_not_at_all(
    tmp_path: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that break a contract are a defect of ours: it is raised, and leaves nothing behind."""
    read = SymbolDirectory.read

    def with_a_bad_row(self: SymbolDirectory, landed: Landed) -> Frames:
        frames = dict(read(self, landed))
        rejects = frames["raw.source_rejects"]
        bad = pl.DataFrame([dict.fromkeys(rejects.columns)], schema=rejects.schema)
        return {**frames, "raw.source_rejects": bad}

    land(tmp_path, directory())
    with monkeypatch.context() as patch:
        patch.setattr(SymbolDirectory, "read", with_a_bad_row)
        with pytest.raises(ContractBroken, match=r"raw\.source_rejects"):
            load_landings(warehouse, settings(tmp_path))
    assert counts(warehouse) == (0, 0, 0)
    assert load_landings(warehouse, settings(tmp_path)) == []
    assert counts(warehouse) == (ROW_FLOOR, 0, 1)


def test_only_what_takes_long_is_announced(
    tmp_path: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(tmp_path, directory())
    said: list[str] = []
    load_landings(warehouse, settings(tmp_path), say=said.append)
    assert said == []
    monkeypatch.setattr(capturing, "BIG_BYTES", 10)
    land(tmp_path, directory(NASDAQ_LISTED, ACME))
    load_landings(warehouse, settings(tmp_path), say=said.append)
    assert said == [f"reading {NASDAQ} (0 MB)"]


# --- what is noted ----------------------------------------------------------------------------------------------------


def outcome(feed: str, result: Result, detail: str = "", path: str = "/x", row: LandedRow | None = None) -> Outcome:
    return Outcome(Ask(feed, "https://host", path), result, detail, row)


def noted(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return rows(warehouse, "select event_id, feed, payload_key, result, detail from raw.source_outcomes order by all")


def test_outcomes_are_noted_by_event(warehouse: Warehouse) -> None:
    before = [outcome("symdir/a", "refused", "no.")]
    store_outcomes(warehouse, OTHER_EVENT, Gathered(before), [])
    store_outcomes(warehouse, EVENT, Gathered([outcome("symdir/gone", "absent", "It is gone.")]), [])
    now = [
        outcome("symdir/b", "value"),
        outcome("symdir/a", "known"),
        outcome("massive/", "not_configured", "RECON_MASSIVE_KEY is not set.", ""),
    ]
    store_outcomes(warehouse, EVENT, Gathered(now), [])
    assert noted(warehouse) == [
        ("2022-06-recon", "symdir/a", "/x", "refused", "no."),
        ("2023-06-recon", "massive/", "", "not_configured", "RECON_MASSIVE_KEY is not set."),
        ("2023-06-recon", "symdir/a", "/x", "known", ""),
        ("2023-06-recon", "symdir/b", "/x", "known", ""),  # a second run must say the same
    ]
    assert rows(warehouse, "select distinct source from raw.source_outcomes order by 1") == [("massive",), ("symdir",)]
    store_outcomes(warehouse, EVENT, Gathered(), [])
    assert [row[0] for row in noted(warehouse)] == ["2022-06-recon"]


def test_a_page_that_is_missing_goes_before_the_page_before_it(warehouse: Warehouse) -> None:
    told = [outcome("massive/tickers", "value"), outcome("massive/tickers", "bad_payload", "No next page.")]
    store_outcomes(warehouse, EVENT, Gathered(told), [])
    assert [row[2:] for row in noted(warehouse)] == [("/x", "bad_payload", "No next page.")]


def test_what_cannot_be_read_gave_nothing(tmp_path: Path, warehouse: Warehouse) -> None:
    asked = land(tmp_path, b"asked for", "symdir/a", key="/a")
    old = land(tmp_path, b"of an event long ago", "symdir/b", key="/b")
    had = [outcome("symdir/a", "value", path="/a", row=asked)]
    store_outcomes(warehouse, EVENT, Gathered(had), [Unread(asked, "half a file"), Unread(old, "another format")])
    assert [row[1:] for row in noted(warehouse)] == [
        ("symdir/a", "/a", "bad_payload", "The landed payload cannot be read: half a file"),
        ("symdir/b", "/b", "bad_payload", "The landed payload cannot be read: another format"),
    ]


def test_a_newer_payload_of_the_same_words_counts(tmp_path: Path, warehouse: Warehouse) -> None:
    """The directory is asked for under the same words every day: one bad day is not the directory of today."""
    bad, good = land(tmp_path, b"bad", key="/a"), land(tmp_path, b"good", key="/a")
    store_outcomes(
        warehouse, EVENT, Gathered([outcome(NASDAQ, "known", path="/a", row=good)]), [Unread(bad, "half a file")]
    )
    assert [row[1:] for row in noted(warehouse)] == [(NASDAQ, "/a", "known", "")]


@pytest.mark.parametrize("told", ["absent", "refused", "unavailable", "bad_payload"])
def test_offline_what_an_earlier_run_was_told_still_holds(warehouse: Warehouse, told: Result) -> None:
    store_outcomes(warehouse, OTHER_EVENT, Gathered([outcome("symdir/a", "unavailable", "Of another event.")]), [])
    store_outcomes(warehouse, EVENT, Gathered([outcome("symdir/a", told, "As it was.")]), [])
    offline = [outcome("symdir/a", "not_landed", "Offline."), outcome("symdir/a", "not_landed", "Offline.", "/other")]
    for _ in range(2):
        store_outcomes(warehouse, EVENT, Gathered(offline), [])
        assert [row[1:] for row in noted(warehouse) if row[0] == EVENT.event_id] == [
            ("symdir/a", "/other", "not_landed", "Offline."),
            ("symdir/a", "/x", told, "As it was."),
        ]
    store_outcomes(warehouse, EVENT, Gathered([outcome("symdir/a", "known")]), [])
    assert [row[3:] for row in noted(warehouse) if row[0] == EVENT.event_id] == [("known", "")]


def test_what_was_had_and_is_gone_is_not_had(warehouse: Warehouse) -> None:
    store_outcomes(warehouse, EVENT, Gathered([outcome("symdir/a", "known")]), [])
    store_outcomes(warehouse, EVENT, Gathered([outcome("symdir/a", "not_landed", "Offline.")]), [])
    assert [row[3:] for row in noted(warehouse)] == [("not_landed", "Offline.")]


# --- an event ---------------------------------------------------------------------------------------------------------


def test_an_event_is_asked_landed_loaded_and_noted(tmp_path: Path, warehouse: Warehouse, server: Server) -> None:
    server.script.extend([Answer(500), Answer(200, directory()), Answer(200, directory(OTHER_LISTED))])
    said: list[str] = []
    given = settings(tmp_path, server, sources="symdir,massive")
    traffic = take_for_event(warehouse, EVENT, [RANK_DAY], given, say=said.append).traffic
    assert (traffic.requests, traffic.retries, len(server.seen)) == (3, 1, 3)
    assert counts(warehouse) == (2 * ROW_FLOOR, 0, 2)
    assert [row[1:4] for row in noted(warehouse)] == [
        ("massive/", "", "not_configured"),
        (NASDAQ, PATHS[NASDAQ], "known"),
        (OTHER, PATHS[OTHER], "known"),
    ]
    assert said == [f"asking {NASDAQ}", f"asking {OTHER}"]


def test_no_failure_of_a_source_is_an_error(tmp_path: Path, warehouse: Warehouse, server: Server) -> None:
    server.lasting = Answer(403)
    given = settings(tmp_path, server, sources="all", sec_contact="a@b.example", massive_key="m", alphavantage_key="a")
    traffic = take_for_event(warehouse, EVENT, [RANK_DAY], given).traffic
    assert traffic.requests == len(server.seen) > 15
    assert {row[3] for row in noted(warehouse)} == {"refused"}
    assert counts(warehouse) == (0, 0, 0)


def test_without_sources_nobody_is_asked_and_what_is_landed_is_loaded(
    tmp_path: Path, warehouse: Warehouse, server: Server
) -> None:
    land(tmp_path, directory())
    assert take_for_event(warehouse, EVENT, [], settings(tmp_path, server, sources="none")).traffic.requests == 0
    assert counts(warehouse) == (ROW_FLOOR, 0, 1)
    assert (noted(warehouse), server.seen) == ([], [])


def test_a_run_from_the_landings_says_the_same(tmp_path: Path, warehouse: Warehouse, server: Server) -> None:
    server.script.extend([Answer(200, directory()), Answer(404)])
    take_for_event(warehouse, EVENT, [], settings(tmp_path, server))
    before = noted(warehouse)
    later = datetime(2023, 8, 1, tzinfo=UTC)
    traffic = take_for_event(warehouse, EVENT, [], settings(tmp_path, server, offline=True, now=later)).traffic
    assert (traffic.requests, len(server.seen)) == (0, 2)
    assert noted(warehouse) == before
    assert [row[3] for row in before] == ["known", "absent"]


@pytest.mark.parametrize(
    ("fetched", "day", "now", "requests"),
    [
        # Landed within the days of grace: it is asked again on another day, but not on the same one.
        ("2023-04-29T01:00", "2023-04-28", "2023-04-29T02:00", 0),
        ("2023-04-29T01:00", "2023-04-28", "2023-04-30T02:00", 1),
        ("2023-05-03T23:59", "2023-05-03", "2023-05-04T20:00", 1),
        ("2023-04-29T11:00", "2023-04-29", "2023-04-30T01:00", 1),  # the same day in New York, and a later one
        # Landed after them: another one would be known too late.
        ("2023-05-04T00:00", "2023-05-03", "2023-05-04T20:00", 0),
        ("2023-05-04T20:00", "2023-05-04", "2023-07-03T14:00", 0),
        # A payload of a day that is still to come, seen from a moment that is set: not what is asked for.
        ("2023-07-04T14:00", "2023-07-04", "2023-07-03T14:00", 1),
    ],
)
def test_what_would_be_known_too_late_is_not_asked(
    tmp_path: Path, warehouse: Warehouse, server: Server, fetched: str, day: str, now: str, requests: int
) -> None:
    server.lasting = Answer(200, directory())
    moment = datetime.fromisoformat(fetched).replace(tzinfo=UTC)
    land(tmp_path, directory(OTHER_LISTED), OTHER, session=date.fromisoformat(day), fetched_at=TOO_LATE)
    land(tmp_path, directory(), session=date.fromisoformat(day), fetched_at=moment)
    given = settings(tmp_path, server, now=datetime.fromisoformat(now).replace(tzinfo=UTC))
    take_for_event(warehouse, EVENT, [], given)
    assert [path for path, _ in server.seen if path == PATHS[NASDAQ]] == [PATHS[NASDAQ]] * requests


class Asked(SymbolDirectory):
    """Keeps the plans that it was given, and wants nothing."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        self.plans.append(plan)
        return []


@pytest.mark.parametrize(
    ("event_id", "previous"),
    [("2023-06-recon", "2022-05-06"), ("2026-12-recon", "2026-04-30"), ("2004-06-recon", "2003-05-29")],
)
def test_a_provider_is_told_of_the_event(
    tmp_path: Path, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, event_id: str, previous: str
) -> None:
    """The rank day before is that of the last reconstitution; a year back where none is known."""
    asked = Asked()
    monkeypatch.setattr(capturing, "chosen", lambda settings: {"symdir": asked})
    wanted = event(event_id)
    take_for_event(warehouse, wanted, [RANK_DAY], settings(tmp_path))
    (plan,) = asked.plans
    assert (plan.event_id, plan.rank_day, plan.sessions, plan.now) == (event_id, wanted.rank_day, (RANK_DAY,), NOW)
    assert str(plan.previous_rank_day) == previous


# --- the daily capture ------------------------------------------------------------------------------------------------


def results(gathered: Gathered) -> list[tuple[str, str]]:
    return sorted((one.ask.feed, one.result) for one in gathered.outcomes)


def test_a_capture_lands_and_loads_nothing(tmp_path: Path, server: Server) -> None:
    server.script.extend([Answer(200, directory()), Answer(404)])
    gathered = capture(settings(tmp_path, server))
    assert results(gathered) == [(NASDAQ, "value"), (OTHER, "absent")]
    (row,) = Landing(tmp_path / "landed").every()
    assert (row.source, row.key, row.session, row.fetched_at) == (NASDAQ, PATHS[NASDAQ], NOW.date(), NOW)
    assert {path.name for path in tmp_path.iterdir()} == {"landed"}


def test_a_capture_always_asks(tmp_path: Path, server: Server) -> None:
    """What tells of today may have changed since the morning."""
    server.script.extend([Answer(200, directory()), Answer(404)] * 2 + [Answer(200, directory(NASDAQ_LISTED, ACME))])
    server.lasting = Answer(404)
    given = settings(tmp_path, server)
    assert [results(capture(given))[0][1] for _ in range(3)] == ["value", "known", "value"]
    assert len(server.seen) == 6


def test_a_capture_asks_the_chosen_and_tells_who_lacks_a_key(tmp_path: Path, server: Server) -> None:
    server.lasting = Answer(404)
    gathered = capture(settings(tmp_path, server, sources="all"))
    told = dict(results(gathered))
    assert told["sec_tickers/"] == "not_configured"
    assert {feed for feed, result in told.items() if result == "absent"} == {NASDAQ, OTHER, "ipo_calendar/month"}
    assert capture(settings(tmp_path, server, sources="none")).outcomes == []
    with pytest.raises(BadInput, match="RECON_SOURCES names telepathy"):
        capture(settings(tmp_path, server, sources="symdir,telepathy"))


def test_a_capture_is_what_an_event_reads_later(tmp_path: Path, warehouse: Warehouse, server: Server) -> None:
    server.script.extend([Answer(200, directory()), Answer(200, directory(OTHER_LISTED))])
    given = settings(tmp_path, server)
    capture(given)
    traffic = take_for_event(warehouse, EVENT, [], given).traffic
    assert (traffic.requests, counts(warehouse)) == (0, (2 * ROW_FLOOR, 0, 2))


# --- the states of the sources ----------------------------------------------------------------------------------------


def state_of(given: Settings, source: str) -> dict[str, Any]:
    (row,) = source_states(given).filter(pl.col("source") == source).to_dicts()
    return row


def test_every_source_has_a_state(tmp_path: Path) -> None:
    states = source_states(settings(tmp_path, sources="symdir,massive,alphavantage", massive_key="a-key"))
    assert states.columns == ["source", "state", "last_success", "payloads", "gives", "first_for", "url"]
    found = dict(states.select("source", "state").iter_rows())
    assert len(found) == states.height == 13
    assert (found.pop("archive"), found.pop("symdir"), found.pop("massive")) == ("ready", "ready", "ready")
    assert found.pop("alphavantage") == "needs RECON_ALPHAVANTAGE_KEY"
    assert set(found.values()) == {"off"}
    assert (states["payloads"].sum(), states["last_success"].null_count()) == (0, 13)
    assert states.schema["last_success"] == pl.Datetime("us", "UTC")


def test_a_state_tells_what_was_landed_and_what_it_is_for(tmp_path: Path) -> None:
    land(tmp_path, b"1", fetched_at=FETCHED)
    land(tmp_path, b"2", fetched_at=NOW)
    land(tmp_path, b"3", OTHER, fetched_at=NOW)
    land(tmp_path, b"4", "archive-commits", fetched_at=NOW)
    land(tmp_path, b"5", DELISTED, fetched_at=NOW)
    given = settings(tmp_path, symdir_url="https://reader:a-password@symdir.example/folder")
    row = state_of(given, "symdir")
    assert (row["payloads"], row["last_success"]) == (3, FETCHED)
    assert (row["first_for"], row["url"]) == ("listing", "https://symdir.example/folder")
    assert state_of(given, "archive")["payloads"] == 1
    assert state_of(given, "archive")["first_for"] == "price"
    assert state_of(given, "alphavantage")["payloads"] == 1
    assert "shares" in state_of(given, "sec_notes")["first_for"]
