"""One event as of several of its days: what its vintages say otherwise, and that none of them looks ahead.

On a simulated market, whose ledger tells who was taken over between the preliminary list and the final one.

Does not belong here: the days (`test_events.py`), the query of the revisions row by row (`test_sql_cases.py`), who asks
for which vintage (`test_schedules.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline import events, ingest, pipeline
from recon_pipeline.pipeline import RunReport, run_event
from recon_pipeline.publish import published_database, published_path
from recon_pipeline.settings import Settings
from recon_pipeline.simulation import SimulatedMarket, opening_csv, serve, simulate
from recon_pipeline.tables import load_tables
from recon_pipeline.vintages import keep_vintage, latest_vintage, store_vintage, stored_vintage
from recon_pipeline.warehouse import Reader
from recon_pipeline_tests.small_home import small_home

EVENT = events.event("2026-12-recon")
PRELIMINARY, FINAL = date(2026, 11, 13), date(2026, 12, 14)
WEEK_OF_THE_LIST, LONG_AFTER = "2026-11-17T02:00:00Z", "2027-01-10T02:00:00Z"


@dataclass(frozen=True)
class Runs:
    """A home in which the event was run as of its preliminary list and then as final, and one that only saw the end."""

    market: SimulatedMarket
    home: Path
    other: Path
    files: dict[str, dict[str, bytes]]
    reports: dict[str, RunReport]
    frames: dict[str, pl.DataFrame]

    def ever_listed(self, ticker: str, day: date) -> bool:
        """Whether the line that had a ticker on the rank day is listed on a day, by the ledger."""
        rank = self.market.span.index(EVENT.rank_day)
        lines = [
            line
            for line in range(len(self.market.lines))
            if self.market.listed(line, rank) and self.market.symbol(line, rank).replace("/", ".") == ticker
        ]
        (line,) = lines
        return self.market.listed(line, self.market.span.index(day))


def files_of(home: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in published_path(home).glob("*.parquet")}


def changes_of(home: Path) -> pl.DataFrame:
    return Reader(published_database(home)).frame("select * from recon.index_changes order by index_id, security_id")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    market = simulate(EVENT, lines=5600)
    folder = tmp_path_factory.mktemp("vintages")
    lists = folder / "opening.csv"
    lists.write_bytes(opening_csv(market))
    home, other = folder / "home", folder / "other"
    files, reports, frames = {}, {}, {}
    with serve(market) as url:
        for name, place, now in (
            ("preliminary", home, WEEK_OF_THE_LIST),
            ("final", home, LONG_AFTER),
            ("back", home, WEEK_OF_THE_LIST),
            ("forward", home, LONG_AFTER),
            ("only the end", other, LONG_AFTER),
        ):
            given = {"home": place, "landings": folder / "landed", "archive_url": url, "archive_api_url": url}
            settings = Settings.model_validate({**given, "requests_per_second": 1000, "now": now})
            reports[name] = run_event(EVENT.event_id, settings, openings=[lists])
            files[name], frames[name] = files_of(place), changes_of(place)
    return Runs(market, home, other, files, reports, frames)


@pytest.mark.slow
def test_a_pending_addition_that_is_taken_over_leaves_the_list(runs: Runs) -> None:
    reader = Reader(published_database(runs.home))
    told = reader.frame("select * from recon.index_change_revision order by index_id, security_id")
    assert set(told["known_at"]) == {FINAL}
    assert set(told["previous_known_at"]) == {PRELIMINARY}
    assert set(told["revision"]) == {"dropped from the list"}
    assert set(told["why"]) == {"left_exchanges"}
    assert {"addition", "deletion"} == set(told["action"])
    # By the ledger: of all that was pending, what is listed no more when the membership begins, and nothing else.
    pending = runs.frames["preliminary"]
    gone = {
        (row["index_id"], row["security_id"])
        for row in pending.iter_rows(named=True)
        if not runs.ever_listed(row["rank_ticker"], FINAL)
    }
    assert gone == set(told.select("index_id", "security_id").iter_rows())
    assert len({security for _, security in gone}) >= 3
    after = set(runs.frames["final"].select("index_id", "security_id").iter_rows())
    assert not gone & after
    assert len(pending) - len(gone) == len(after)


@pytest.mark.slow
def test_the_preliminary_list_knows_who_has_left_by_its_day_and_nobody_who_leaves_later(runs: Runs) -> None:
    left = {
        row["rank_ticker"]
        for row in runs.frames["preliminary"].iter_rows(named=True)
        if not runs.ever_listed(row["rank_ticker"], events.previous_session(PRELIMINARY))
    }
    assert left == set()
    assert set(runs.frames["preliminary"]["vintage"]) == {"preliminary"}
    assert set(runs.frames["final"]["vintage"]) == {"final"}


@pytest.mark.slow
def test_the_same_vintage_again_is_the_same_to_the_byte(runs: Runs) -> None:
    assert runs.files["forward"] == runs.files["final"]
    assert runs.files["back"] == runs.files["preliminary"], "no later session is read, though it is landed"


@pytest.mark.slow
def test_a_run_as_of_an_earlier_day_keeps_the_later_vintages_and_says_so(runs: Runs) -> None:
    assert [note for note in runs.reports["back"].notes if "kept aside" in note] == [
        f"run as of {PRELIMINARY}, though the home has it as of {FINAL}: that is kept aside, and shown again when it "
        "is run as of a later day"
    ]
    for name in ("preliminary", "final", "forward", "only the end"):
        assert not [note for note in runs.reports[name].notes if "kept aside" in note]


@pytest.mark.slow
def test_a_final_event_is_the_same_whatever_was_run_before(runs: Runs) -> None:
    """But for the table of what was run before."""
    one, other = runs.files["final"], runs.files["only the end"]
    assert set(one) == set(other)
    assert {name for name in one if one[name] != other[name]} == {"index_change_revision.parquet"}
    assert Reader(published_database(runs.other)).frame("from recon.index_change_revision").is_empty()


# --- what the home notes ----------------------------------------------------------------------------------------------


def test_a_rebuild_never_goes_back(tmp_path: Path) -> None:
    november = Settings.model_validate({"home": tmp_path, "now": WEEK_OF_THE_LIST})
    january = Settings.model_validate({"home": tmp_path, "now": LONG_AFTER})
    with small_home(tmp_path) as bench:
        assert stored_vintage(bench.warehouse, EVENT) is None
        assert latest_vintage(bench.warehouse, EVENT, november) == PRELIMINARY
        store_vintage(bench.warehouse, EVENT, FINAL)
        assert latest_vintage(bench.warehouse, EVENT, november) == FINAL
        store_vintage(bench.warehouse, EVENT, PRELIMINARY)
        assert stored_vintage(bench.warehouse, EVENT) == PRELIMINARY
        assert latest_vintage(bench.warehouse, EVENT, january) == FINAL


def test_what_is_kept_takes_the_place_of_its_own_vintage_alone(tmp_path: Path) -> None:
    with small_home(tmp_path) as bench:
        for day, ticker in ((PRELIMINARY, "AAA"), (FINAL, "BBB"), (PRELIMINARY, "CCC")):
            store_vintage(bench.warehouse, EVENT, day)
            bench.warehouse.delete_all("recon.index_changes")
            row = {"event_id": EVENT.event_id, "index_id": "R1000", "ticker": ticker, "action": "addition"}
            bench.give("recon.index_changes", [{**row, "movement": "new", "reason": "rank"}], {})
            keep_vintage(bench.warehouse, EVENT)
        kept = bench.warehouse.frame("select known_at, ticker from raw.change_vintages order by 1")
        assert kept.rows() == [(PRELIMINARY, "CCC"), (FINAL, "BBB")]
        noted = bench.warehouse.frame("select known_at, change_count from raw.kept_vintages order by 1")
        assert noted.rows() == [(PRELIMINARY, 1), (FINAL, 1)]


def test_a_projection_keeps_no_vintage(tmp_path: Path) -> None:
    projection = events.event("2026-12-recon-asof-2026-09-30")
    with small_home(tmp_path) as bench:
        store_vintage(bench.warehouse, projection, projection.rank_day)
        keep_vintage(bench.warehouse, projection)
        assert bench.warehouse.row_count("raw.kept_vintages") == 0


def test_the_history_of_a_home_comes_back_from_no_landing(tmp_path: Path) -> None:
    assert not set(ingest.landed_tables()) & {"raw.event_vintages", "raw.kept_vintages", "raw.change_vintages"}
    with small_home(tmp_path) as bench:
        store_vintage(bench.warehouse, EVENT, FINAL)
        ingest.forget_landings(bench.warehouse)
        assert stored_vintage(bench.warehouse, EVENT) == FINAL


@pytest.mark.parametrize(
    ("day", "kind", "found"),
    [
        ("2023-05-27", "update", {("astray", "2023-05-27")}),  # a Saturday
        ("2023-04-27", "update", {("astray", "2023-04-27")}),  # before the rank day
        ("2023-06-26", "update", {("astray", "2023-06-26")}),  # after the effective date
        ("2023-06-20", "update", set()),
    ],
)
def test_days_of_lists_that_do_not_fit_the_calendar_are_found(
    tmp_path: Path, day: str, kind: str, found: set[tuple[str, str]]
) -> None:
    (check,) = load_tables()["reference.publications"].checks
    with small_home(tmp_path) as bench:
        pipeline.prepare(bench.warehouse)
        assert bench.warehouse.failing_rows(check, {"event_id": EVENT.event_id}).is_empty()
        row = {"event_id": ["2023-06-recon"], "publication_date": [date.fromisoformat(day)], "kind": [kind]}
        bench.warehouse.load("reference.publications", pl.DataFrame(row).with_columns(source=pl.lit("case")))
        rows = bench.warehouse.failing_rows(check, {"event_id": EVENT.event_id})
        assert {(row["what"], str(row["day"])) for row in rows.iter_rows(named=True)} == found


def test_an_event_that_the_rules_alone_know_brings_its_lists_along(tmp_path: Path) -> None:
    (check,) = load_tables()["reference.publications"].checks
    by_rule = events.event("2028-06-recon")
    with small_home(tmp_path) as bench:
        pipeline.prepare(bench.warehouse)
        for _ in range(2):
            ingest.add_to_calendar(bench.warehouse, by_rule)
        days = bench.warehouse.frame(
            "select publication_date, kind from reference.publications where event_id = '2028-06-recon' order by 1"
        )
        assert days.rows() == [tuple(entry) for entry in by_rule.publications]
        assert bench.warehouse.failing_rows(check, {"event_id": by_rule.event_id}).is_empty()
        # Without its final list it is found.
        bench.warehouse.delete_event("reference.publications", by_rule.event_id)
        first = pl.DataFrame({"event_id": [by_rule.event_id], "publication_date": [by_rule.publications[0].day]})
        rows = first.with_columns(kind=pl.lit("preliminary"), source=pl.lit("case"))
        bench.warehouse.load("reference.publications", rows)
        failing = bench.warehouse.failing_rows(check, {"event_id": by_rule.event_id})
        assert failing.select("what", "kind").rows() == [("missing", "final")]
