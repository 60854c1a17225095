"""The calendar, against answers typed by hand from the methodology.

`answers/calendar.csv` holds tables 9.12 and 11.3, and the days of the regimes below 9.12. Its `tags` are three letters
for rank day, preliminary and effective date: S sourced, R by rule, U uncertain, - not given there.
`answers/updates.csv` holds the updates of 11.3 as they stand there: month and day, `?` if uncertain, `weekly` by rule.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from recon_pipeline import events as calendar
from recon_pipeline import rules
from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.event_rule import SEASON_MONTHS
from recon_pipeline.paths import sql_root

ANSWERS = Path(__file__).parent / "answers" / "calendar.csv"
TAGGED = ("rank_day", "preliminary_date", "effective_date")

# Two weeks before the effective date of 2004 was a day of mourning: the answer names a day on which nothing traded.
CLOSED_ANSWER = {("2004-06-recon", "preliminary_date"): date(2004, 6, 10)}

# Where what was announced departs from the rule, the table wins: (event, column) -> what the rule says.
DEPARTURES = {
    ("2004-09-ipo", "preliminary_date"): None,
    ("2016-06-recon", "rank_day"): date(2016, 5, 31),
    ("2018-03-ipo", "rank_day"): date(2018, 2, 9),
}


def answers() -> list[dict[str, str]]:
    with ANSWERS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


UPDATES = ANSWERS.with_name("updates.csv")


def updates() -> dict[str, str]:
    with UPDATES.open(encoding="utf-8", newline="") as file:
        return {row["event_id"]: row["updates"] for row in csv.DictReader(file)}


EVENTS = calendar.events()


# --- the table against the answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", answers(), ids=lambda row: row["event_id"])
def test_an_event_has_the_dates_of_the_methodology(answer: dict[str, str]) -> None:
    event = calendar.event(answer["event_id"])
    for column in (*TAGGED, "lock_date"):
        if answer[column]:
            expected = CLOSED_ANSWER.get((event.event_id, column), date.fromisoformat(answer[column]))
            assert getattr(event, column) == expected, column


@pytest.mark.parametrize("answer", answers(), ids=lambda row: row["event_id"])
def test_only_dates_found_in_a_source_are_confirmed(answer: dict[str, str]) -> None:
    assert calendar.event(answer["event_id"]).confirmed == (answer["tags"] == "SSS")


def test_events_that_the_answers_do_not_name_are_not_confirmed() -> None:
    named = {row["event_id"] for row in answers()}
    others = {event_id for event_id in EVENTS if event_id not in named}
    assert others == {
        *(f"{year}-{month}-ipo" for year in (2008, 2009, 2010) for month in ("09", "12")),
        *(f"{year}-03-ipo" for year in (2009, 2010, 2011)),
        "2011-09-ipo",
        "2027-09-ipo",
    }
    assert not any(EVENTS[event_id].confirmed for event_id in others)


def test_what_is_not_confirmed_says_why() -> None:
    assert [event.event_id for event in EVENTS.values() if not event.confirmed and not event.note] == []


@pytest.mark.parametrize(
    "answer", [row for row in answers() if row["ipo_window_start"]], ids=lambda row: row["event_id"]
)
def test_an_ipo_window_opens_on_the_session_of_the_methodology(answer: dict[str, str]) -> None:
    # Compared by session: one published window opens on the Monday, ours on the day after the rank day, a Saturday.
    start = calendar.event(answer["event_id"]).ipo_window_start
    assert start is not None
    published = date.fromisoformat(answer["ipo_window_start"])
    assert calendar.next_session(start - timedelta(days=1)) == calendar.next_session(published - timedelta(days=1))


@pytest.mark.parametrize(("event_id", "given"), updates().items())
def test_an_event_has_the_updates_of_the_methodology(event_id: str, given: str) -> None:
    event = calendar.event(event_id)
    days = [entry.day for entry in event.publications if entry.kind == "update"]
    # Where the methodology names none, or calls them weekly, they follow from the rule.
    by_rule = calendar.rule_event(event.effective_date.year, event.season)
    weekly = [entry.day for entry in by_rule.publications if entry.kind == "update"]
    named = [date.fromisoformat(f"{event_id[:4]}-{text.rstrip('?')}") for text in given.split() if text != "weekly"]
    # The methodology counts the list of the effective date among the updates of most years.
    assert days == ([day for day in named if day != event.effective_date] or weekly)
    assert days == weekly


def test_the_updates_of_every_reconstitution_are_answered() -> None:
    assert list(updates()) == [event_id for event_id, event in EVENTS.items() if event.kind == "recon"]


# Days in these tables that are no day of an event: what was not followed, and first sessions.
OTHER_DAYS = {
    "2006-06-09": "the other day that the preliminary list may have had",
    "2007-06-11": "of a release",
    "2008-03-21": "Good Friday",
    "2021-03-26": "of one release, against the rule",
}


def test_every_day_of_the_methodology_is_answered(shared: Path) -> None:
    """Sections 9.12 and 11.3 as text: no day that stands there is missing from the answers, but for the known few."""
    text = (shared / "reference" / "methodology.md").read_text(encoding="utf-8")
    rounds = re.search(r"^### 9\.12 .*?(?=^### 9\.13 )", text, re.DOTALL | re.MULTILINE)
    recons = re.search(r"^### 11\.3 .*?(?=^11\.4 )", text, re.DOTALL | re.MULTILINE)
    assert rounds
    assert recons
    days = set(days_of(rounds[0]))
    for year, rest in re.findall(r"^\| (\d{4})[JD]? (\|.*)$", recons[0], re.MULTILINE):
        days |= set(days_of(rest, year))
    answered = {row[column] for row in answers() for column in row if column not in ("event_id", "tags")}
    answered |= {f"{event_id[:4]}-{day.rstrip('?')}" for event_id, given in updates().items() for day in given.split()}
    firsts = {str(event.effective_from) for event in EVENTS.values()}
    holidays = {"2026-06-19"}
    assert len(days) > 250
    assert days - answered - firsts - holidays == set(OTHER_DAYS)


def days_of(text: str, year: str = "") -> Iterator[str]:
    """Every day in a text; one without its year is of the year of the day before it."""
    for found, month_day in re.findall(r"(?<![\d-])(?:(\d{4})-)?(\d\d-\d\d)(?![\d-])", text):
        year = found or year
        if year and month_day[:2] <= "12":
            yield f"{year}-{month_day}"


def test_lock_dates_are_known_from_2021_on_and_only_for_reconstitutions() -> None:
    locked = {event.event_id for event in EVENTS.values() if event.lock_date}
    assert locked == {e.event_id for e in EVENTS.values() if e.kind == "recon" and e.rank_day.year >= 2021}


# --- properties of the table ----------------------------------------------------------------------------------------


def test_ids_sort_by_date() -> None:
    ordered = list(EVENTS.values())
    assert list(EVENTS) == sorted(EVENTS)
    for earlier, later in pairwise(ordered):
        assert earlier.effective_date < later.effective_date
        assert earlier.rank_day < later.rank_day
        assert earlier.effective_date < later.rank_day, "an event opens from the one before it"


def test_an_id_is_the_month_of_the_effective_date_and_the_kind() -> None:
    for event_id, event in EVENTS.items():
        assert event_id == event.event_id == f"{event.effective_date:%Y-%m}-{event.kind}"
        assert SEASON_MONTHS[event.season] == event.effective_date.month


def test_the_table_holds_every_event_that_the_rules_know() -> None:
    by_rule = []
    for year in range(2004, 2028):
        for season in SEASON_MONTHS:
            if (year, season) != (2004, "march"):
                by_rule.append(calendar.rule_event(year, season).event_id)
    assert by_rule == list(EVENTS)


def test_the_file_is_already_in_order_and_has_the_agreed_columns() -> None:
    rows = [row for _, row in rules.reference_rows("recon_events.csv")]
    assert [row["event_id"] for row in rows] == list(EVENTS)
    assert list(rows[0]) == [
        *("event_id", "kind", "season", "rank_day", "preliminary_date", "lock_date", "effective_date"),
        *("ipo_window_start", "ipo_window_end", "source", "confirmed", "note"),
    ]
    assert all(row["source"] for row in rows)


def test_windows_leave_no_gap_and_never_overlap() -> None:
    assert EVENTS["2004-06-recon"].ipo_window_start == date(2003, 5, 31)
    for event in EVENTS.values():
        assert event.ipo_window_end == event.rank_day
    for earlier, later in pairwise(EVENTS.values()):
        assert later.ipo_window_start == earlier.rank_day + timedelta(days=1)


def test_every_date_is_a_session_and_they_follow_each_other() -> None:
    for event in EVENTS.values():
        given = [event.rank_day, event.preliminary_date, event.lock_date, event.effective_date]
        days = [day for day in given if day]
        assert all(calendar.is_session(day) for day in days), event.event_id
        assert days == sorted(set(days)), event.event_id
        assert (
            event.effective_from == calendar.sessions(event.effective_date, event.effective_date + timedelta(days=7))[1]
        )


# --- the rule against the table -------------------------------------------------------------------------------------


def test_the_rule_gives_every_date_that_the_methodology_computed() -> None:
    for answer in answers():
        event = calendar.event(answer["event_id"])
        by_rule = calendar.rule_event(event.effective_date.year, event.season)
        for column, tag in zip(TAGGED, answer["tags"], strict=True):
            if tag == "R":
                assert getattr(by_rule, column) == getattr(event, column), (event.event_id, column)


def test_the_lists_of_every_event_are_those_of_the_rule() -> None:
    """But for the first round of IPO additions, whose announcement no rule gives."""
    for event in EVENTS.values():
        by_rule = calendar.rule_event(event.effective_date.year, event.season)
        kept = [entry for entry in event.publications if (event.event_id, entry.kind) != ("2004-09-ipo", "preliminary")]
        assert kept == list(by_rule.publications), event.event_id


def test_the_lists_of_an_event_are_its_dates_and_lie_in_order() -> None:
    for event in EVENTS.values():
        days = [entry.day for entry in event.publications]
        assert days == sorted(set(days))
        assert event.publications[-1] == (event.effective_date, "final")
        first = [entry.day for entry in event.publications if entry.kind == "preliminary"]
        assert first == ([event.preliminary_date] if event.preliminary_date else [])
        assert event.rank_day < days[0]
        assert all(calendar.is_session(day) for day in days)
        assert event.kind == "recon" or not [entry for entry in event.publications if entry.kind == "update"]


def test_the_lists_of_a_year_after_the_table() -> None:
    entries = [(str(entry.day), entry.kind) for entry in calendar.event("2028-12-recon").publications]
    assert entries == [
        ("2028-11-10", "preliminary"),
        ("2028-11-17", "update"),
        ("2028-11-24", "update"),
        ("2028-12-01", "update"),
        ("2028-12-08", "final"),
    ]


def test_events_around_a_stretch_are_those_with_a_day_in_it() -> None:
    found = calendar.events_around(date(2027, 12, 13), date(2028, 4, 28))
    assert [event.event_id for event in found] == ["2027-12-recon", "2028-03-ipo", "2028-06-recon"]
    assert calendar.events_around(date(2028, 3, 21), date(2028, 4, 27)) == []


def test_announced_dates_that_depart_from_the_rule_are_the_known_ones() -> None:
    departures = {}
    for event in EVENTS.values():
        by_rule = calendar.rule_event(event.effective_date.year, event.season)
        assert (by_rule.kind, by_rule.event_id) == (event.kind, event.event_id)
        for column in (*TAGGED, "lock_date"):
            if getattr(by_rule, column) != getattr(event, column):
                departures[event.event_id, column] = getattr(by_rule, column)
    assert departures == DEPARTURES
    assert calendar.event("2016-06-recon").rank_day == date(2016, 5, 27)


@pytest.mark.parametrize(
    ("event_id", "rank_day", "preliminary", "lock", "effective", "window_start"),
    [
        ("2028-03-ipo", "2028-01-31", "2028-02-18", None, "2028-03-17", "2027-10-30"),
        ("2028-06-recon", "2028-04-28", "2028-05-19", "2028-06-05", "2028-06-23", "2028-02-01"),
        ("2028-09-ipo", "2028-07-31", "2028-08-18", None, "2028-09-15", "2028-04-29"),
        ("2028-12-recon", "2028-10-31", "2028-11-10", "2028-11-27", "2028-12-08", "2028-08-01"),
        ("2029-03-ipo", "2029-01-31", "2029-02-16", None, "2029-03-16", "2028-11-01"),
    ],
)
def test_years_after_the_table_follow_the_rule(
    event_id: str, rank_day: str, preliminary: str, lock: str | None, effective: str, window_start: str
) -> None:
    event = calendar.event(event_id)
    assert event.event_id == event_id
    assert event_id not in EVENTS
    assert event.rank_day == date.fromisoformat(rank_day)
    assert event.preliminary_date == date.fromisoformat(preliminary)
    assert event.lock_date == (date.fromisoformat(lock) if lock else None)
    assert event.effective_date == date.fromisoformat(effective)
    assert event.ipo_window_start == date.fromisoformat(window_start)
    assert event.ipo_window_end == event.rank_day
    assert event.source.startswith("rule")
    assert not event.confirmed


def test_the_rule_reaches_to_the_end_of_the_calendar() -> None:
    last = calendar.event(f"{calendar.LAST_DAY.year - 1}-12-recon")
    assert last.effective_from > last.effective_date
    with pytest.raises(BadInput):
        calendar.event(f"{calendar.LAST_DAY.year}-06-recon")


# --- unknown events -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("2023-06", "2023-06-recon"),
        ("2023-05-recon", "2023-06-recon"),
        ("2026-12-ipo", "2026-12-recon"),
        ("2023-12-recon", "2023-12-ipo"),
        ("2028-12-ipo", "2028-12-recon"),
        ("2O23-06-recon", "2023-06-recon"),
        ("recon-2023-06", "recon"),
        ("2003-06-recon", "2004-06-recon"),
        ("9999-06-recon", "recon"),
        ("2023-06-RECON", "2023-06-recon"),
        ("", "2027-12-recon"),
        ("junk", "2027-12-recon"),
    ],
)
def test_an_unknown_event_is_refused_and_near_ids_are_named(asked: str, near: str) -> None:
    with pytest.raises(BadInput, match=near) as caught:
        calendar.event(asked)
    assert repr(asked) in str(caught.value)


@pytest.mark.parametrize(
    ("year", "season"), [(2004, "march"), (2003, "june"), (2023, "spring"), (0, "june"), (2040, "june")]
)
def test_a_season_without_an_event_is_refused(year: int, season: str) -> None:
    with pytest.raises(BadInput, match="No event follows"):
        calendar.rule_event(year, season)


def test_the_table_cannot_be_changed_through_what_it_returns() -> None:
    calendar.events().clear()
    assert calendar.events() == EVENTS


# --- sessions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        ("2004-06-11", False),  # day of mourning
        ("2008-03-21", False),  # Good Friday
        ("2012-10-29", False),  # storm
        ("2018-12-05", False),  # day of mourning
        ("2021-06-18", True),  # Juneteenth became a holiday of the exchange only in 2022
        ("2022-06-20", False),
        ("2025-01-09", False),  # day of mourning
        ("2025-11-28", True),  # half day
        ("2026-06-19", False),
        ("2026-06-20", False),  # Saturday
        ("2026-06-22", True),
    ],
)
def test_sessions_know_ad_hoc_closures_and_holidays(day: str, open_: bool) -> None:
    assert calendar.is_session(date.fromisoformat(day)) is open_


def test_neighbours_of_a_closed_day_and_of_a_session() -> None:
    closed, session = date(2025, 1, 9), date(2025, 1, 10)
    assert calendar.session_on_or_before(closed) == calendar.previous_session(closed) == date(2025, 1, 8)
    assert calendar.next_session(closed) == session
    assert calendar.session_on_or_before(session) == session
    assert calendar.previous_session(session) == date(2025, 1, 8)
    assert calendar.next_session(session) == date(2025, 1, 13)


def test_a_range_of_sessions_includes_both_ends() -> None:
    assert calendar.sessions(date(2025, 1, 8), date(2025, 1, 13)) == [date(2025, 1, day) for day in (8, 10, 13)]
    assert calendar.sessions(date(2025, 1, 11), date(2025, 1, 12)) == []
    assert calendar.sessions(date(2025, 1, 13), date(2025, 1, 8)) == []


@pytest.mark.parametrize("day", [date(2002, 12, 31), date(2041, 1, 2)])
def test_a_day_outside_the_calendar_is_refused(day: date) -> None:
    for ask in (calendar.is_session, calendar.next_session, calendar.previous_session, calendar.session_on_or_before):
        with pytest.raises(BadInput, match="calendar"):
            ask(day)


def test_the_edges_of_the_calendar_are_refused_not_wrapped() -> None:
    with pytest.raises(BadInput, match="knows no session"):
        calendar.session_on_or_before(calendar.FIRST_DAY)  # New Year's Day
    with pytest.raises(BadInput, match="knows no session"):
        calendar.next_session(calendar.LAST_DAY)


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=calendar.NEW_YORK)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2024-07-02 09:29", False),
        ("2024-07-02 09:30", True),
        ("2024-07-02 15:59", True),
        ("2024-07-02 16:00", False),
        ("2024-07-03 12:59", True),  # closes at 13:00, the day before a holiday
        ("2024-07-03 13:00", False),
        ("2024-07-04 12:00", False),
        ("2024-07-06 12:00", False),
        ("2025-01-09 12:00", False),  # a day of mourning
    ],
)
def test_the_market_is_open_between_the_bells(moment: str, open_: bool) -> None:
    assert calendar.is_market_open(new_york(moment)) is open_


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2024-07-02 00:00", "2024-07-01"),
        ("2024-07-02 16:29", "2024-07-01"),
        ("2024-07-02 16:30", "2024-07-02"),
        ("2024-07-02 23:59", "2024-07-02"),
        ("2024-07-03 13:29", "2024-07-02"),
        ("2024-07-03 13:30", "2024-07-03"),
        ("2024-07-04 18:00", "2024-07-03"),
        ("2024-07-06 12:00", "2024-07-05"),
        ("2024-07-07 23:00", "2024-07-05"),
        ("2024-07-08 09:00", "2024-07-05"),
        ("2024-01-02 16:30", "2024-01-02"),  # winter: 21:30 UTC
    ],
)
def test_a_session_has_closed_half_an_hour_after_its_bell(moment: str, session: str) -> None:
    assert calendar.last_closed_session(new_york(moment)) == date.fromisoformat(session)


def test_the_day_of_a_moment_is_the_one_of_new_york() -> None:
    evening = datetime(2024, 7, 3, 1, 0, tzinfo=UTC)  # still the second of July there
    assert calendar.last_closed_session(evening) == date(2024, 7, 2)
    assert not calendar.is_market_open(evening)
    assert calendar.is_market_open(datetime(2024, 7, 2, 13, 30, tzinfo=UTC))


def test_reading_events_does_not_import_the_exchange_calendar() -> None:
    code = (
        "import sys, recon_pipeline.events as e; e.event('2023-06-recon'); print('exchange_calendars' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# --- a broken installation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"), [("2016-05-27", "2016-05-32"), (",true,", ",perhaps,"), (",confirmed,", ",sure,")]
)
def test_a_broken_table_is_reported_by_line(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = (sql_root() / "reference" / "recon_events.csv").read_text(encoding="utf-8")
    assert old in good
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "recon_events.csv").write_text(good.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(rules, "sql_root", lambda: tmp_path)
    (tmp_path / "reference" / "publications.csv").write_text("event_id,publication_date,kind\n", encoding="utf-8")
    with pytest.raises(ContractBroken, match=r"recon_events\.csv failed at line \d+"):
        calendar._announced.__wrapped__()


@pytest.mark.parametrize(("old", "new"), [("2021-06-11", "2021-06-31"), (",kind,", ",sort,")])
def test_broken_days_of_publication_are_reported_by_line(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = (sql_root() / "reference" / "publications.csv").read_text(encoding="utf-8")
    assert old in good
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "publications.csv").write_text(good.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(rules, "sql_root", lambda: tmp_path)
    with pytest.raises(ContractBroken, match=r"publications\.csv failed at line \d+"):
        calendar._announced_publications()
