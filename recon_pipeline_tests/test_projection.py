"""Projections: the next event as of a day, in a place of its own.

What does not belong here: the run itself (`test_pipeline.py`), the calendar (`test_events.py`).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from recon_pipeline import events
from recon_pipeline.errors import BadInput
from recon_pipeline.pipeline import open_warehouse, run_event
from recon_pipeline.projection import project, projected_event, projection_settings, published_opening
from recon_pipeline.publish import published_database
from recon_pipeline.settings import Settings
from recon_pipeline.warehouse import Reader
from recon_pipeline_tests.conftest import Simulated
from recon_pipeline_tests.small_home import RUN, publish_rows
from recon_pipeline_tests.test_sql_cases import Row

NOON = datetime(2023, 4, 3, 16, 0, tzinfo=UTC)  # a Monday, while the exchange trades
EVENING = datetime(2023, 4, 3, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "day", "session"),
    [
        (NOON, None, date(2023, 3, 31)),
        (EVENING, None, date(2023, 4, 3)),
        (EVENING, date(2023, 4, 2), date(2023, 3, 31)),
        (NOON, date(2023, 4, 3), date(2023, 3, 31)),
    ],
)
def test_it_is_ranked_on_the_last_session_that_has_closed(now: datetime, day: date | None, session: date) -> None:
    event = projected_event(day, Settings(now=now))
    assert (event.event_id, event.rank_day) == (f"2023-06-recon-asof-{session}", session)
    assert event.effective_date == events.event("2023-06-recon").effective_date
    assert not event.confirmed


def test_the_rank_day_itself_is_of_its_event_and_the_day_after_of_the_next() -> None:
    assert projected_event(date(2023, 4, 28), Settings(now=datetime(2023, 6, 1, tzinfo=UTC))).event_id.startswith(
        "2023-06"
    )
    later = Settings(now=datetime(2023, 6, 1, tzinfo=UTC))
    assert projected_event(date(2023, 5, 1), later).event_id == "2023-09-ipo-asof-2023-05-01"
    assert projected_event(date(2023, 5, 1), later, "2024-06-recon").event_id == "2024-06-recon-asof-2023-05-01"


def test_a_day_that_has_not_come_is_refused() -> None:
    with pytest.raises(BadInput, match="2023-04-05: that day has not come"):
        projected_event(date(2023, 4, 5), Settings(now=EVENING))


@pytest.mark.parametrize("wrong", ["2023-06-recon-asof-", "2023-06-recon-asof-soon", "2023-06-recon-asof-2023-04-02"])
def test_an_id_of_a_projection_that_cannot_be_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput, match="2023-06-recon"):
        events.event(wrong)


def test_an_id_of_a_projection_is_read_back() -> None:
    event = events.event("2023-06-recon-asof-2023-03-31")
    assert (event.event_id, event.rank_day, event.kind) == (
        "2023-06-recon-asof-2023-03-31",
        date(2023, 3, 31),
        "recon",
    )


def test_the_next_event_is_known_beyond_the_table() -> None:
    assert events.next_event(date(2035, 7, 1)).rank_day.year == 2035
    with pytest.raises(BadInput, match="after 2040"):
        events.next_event(date(2040, 12, 1))


def test_it_has_a_place_of_its_own_and_shares_the_landings(tmp_path: Path) -> None:
    apart = projection_settings(Settings(home=tmp_path))
    assert apart.home_dir == tmp_path / "projections"
    assert apart.landed_dir == tmp_path / "landed"


def test_it_opens_from_the_last_published_event_before_its_day(tmp_path: Path) -> None:
    member: Row = {"index_id": "R2000", "company_name": "Aarde", "status": "ranked", "market_cap_usd": "1"}
    rows = [
        member | {"event_id": "2022-06-recon", "ticker": "OLD", "rank": "1500"},
        member | {"event_id": "2023-06-recon", "ticker": "AAA", "rank": "1500", "security_id": "L-AAA"},
        member
        | {"event_id": "2023-06-recon", "ticker": "CAR", "rank": "1501", "status": "carried", "market_cap_usd": None},
    ]
    calendar: list[Row] = [
        {"event_id": name, "rank_day": ranked, "effective_from": effective, "effective_date": effective}
        for name, ranked, effective in (
            ("2022-06-recon", "2022-05-06", "2022-06-27"),
            ("2023-06-recon", "2023-04-28", "2023-06-26"),
        )
    ]
    audited = [RUN, RUN | {"event_id": "2022-06-recon"}]
    publish_rows(tmp_path, {"raw.event_runs": audited, "recon.index_membership": rows, "recon.events": calendar})
    settings = Settings(home=tmp_path)

    later = published_opening(settings, events.event("2024-06-recon-asof-2024-03-28"))
    assert later.source == "published 2023-06-recon"
    assert later.rows is not None
    assert later.rows.select("ticker", "opening_rank", "as_of", "security_id").sort("ticker").rows() == [
        ("AAA", 1500, date(2023, 6, 26), "L-AAA"),
        ("CAR", None, date(2023, 6, 26), "L-CAR"),
    ]

    # Between rank day and effective date what became final later is not known; what is preliminary is.
    pending = published_opening(settings, events.event("2024-06-recon-asof-2023-05-31"))
    assert pending.source == "published 2022-06-recon"
    for row in rows:
        row["vintage"] = "preliminary"
    publish_rows(tmp_path, {"raw.event_runs": audited, "recon.index_membership": rows, "recon.events": calendar})
    preliminary = published_opening(settings, events.event("2024-06-recon-asof-2023-05-31"))
    assert preliminary.source == "published 2023-06-recon"
    assert preliminary.rows is not None
    assert set(preliminary.rows["as_of"]) == {date(2023, 5, 31)}

    # A vintage of the lists: known from its day on, under the symbols of that day.
    calendar[1]["known_at"] = "2023-05-26"
    publish_rows(tmp_path, {"raw.event_runs": audited, "recon.index_membership": rows, "recon.events": calendar})
    listed = published_opening(settings, events.event("2024-06-recon-asof-2023-05-31"))
    assert listed.source == "published 2023-06-recon"
    assert listed.rows is not None
    assert set(listed.rows["as_of"]) == {date(2023, 5, 26)}
    unlisted = published_opening(settings, events.event("2024-06-recon-asof-2023-05-25"))
    assert unlisted.source == "published 2022-06-recon"

    earlier = published_opening(settings, events.event("2023-06-recon-asof-2023-03-31"))
    assert earlier.source == "published 2022-06-recon"


def test_without_files_and_without_an_event_before_it_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--opening FILE"):
        project(date(2023, 3, 31), Settings(home=tmp_path))


def test_a_projection_leaves_the_events_of_the_home_as_they_are(simulated: Simulated, tmp_path: Path) -> None:
    """The market of the simulation, projected from two days: the later one replaces the earlier in its own place."""
    settings = Settings(
        home=tmp_path, archive_url=simulated.url, archive_api_url=simulated.url, requests_per_second=1e3
    )
    run_event(simulated.event.event_id, settings, openings=[simulated.opening])
    before = published_database(tmp_path).resolve()
    days = [events.previous_session(simulated.event.rank_day), simulated.event.rank_day]
    reports = [project(day, settings, openings=[simulated.opening]) for day in days]
    assert published_database(tmp_path).resolve() == before
    reader = Reader(published_database(tmp_path / "projections"))
    held = reader.frame("select distinct event_id from recon.index_membership")["event_id"].to_list()
    assert held == [reports[1].event.event_id] == [f"{simulated.event.event_id}-asof-{simulated.event.rank_day}"]
    # As of the rank day it is the event before anything later is known: the same companies in the same places.
    real = Reader(published_database(tmp_path))
    query = "select company_id, rank, status from recon.ranking order by company_id"
    assert reader.frame(query).equals(real.frame(query))
    assert reader.frame("select distinct vintage from recon.index_membership")["vintage"].to_list() == ["preliminary"]
    # Nothing of a later session was read.
    with open_warehouse(projection_settings(settings)) as warehouse:
        latest = warehouse.frame("select max(session_date) as day from core.event_sessions")["day"][0]
    assert latest == simulated.event.rank_day


def test_a_projection_does_not_enter_the_home_of_real_events(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="recon run --as-of 2023-03-31"):
        run_event("2023-06-recon-asof-2023-03-31", Settings(home=tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_membership_that_is_years_old_is_told(tmp_path: Path) -> None:
    member: Row = {"index_id": "R2000", "ticker": "AAA", "rank": "1500", "status": "ranked", "market_cap_usd": "1"}
    rows = [member | {"event_id": "2023-06-recon"}]
    calendar: list[Row] = [{"event_id": "2023-06-recon", "rank_day": "2023-04-28", "effective_from": "2023-06-26"}]
    publish_rows(tmp_path, {"recon.index_membership": rows, "recon.events": calendar})
    chosen = published_opening(Settings(home=tmp_path), events.event("2026-06-recon-asof-2026-03-31"))
    (note,) = chosen.notes
    assert "2024-06-recon, 2025-06-recon came between" in note
