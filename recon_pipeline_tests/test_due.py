"""What is due, and what is overdue: told from a moment and from what is published, without a clock and without Dagster.

Does not belong here: who asks (`test_schedules.py`), the dates themselves (`test_events.py`).
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from recon_pipeline.due import Due, due_events, overdue_events, published_vintages
from recon_pipeline.events import NEW_YORK, event, known_at, vintages
from recon_pipeline_tests.small_home import publish_rows


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def told(due: list[Due]) -> dict[str, str]:
    return {each.event.event_id: str(each.known_at) for each in due}


JUNE = {"2026-06-recon": date(2026, 6, 29)}
SEPTEMBER = JUNE | {"2026-09-ipo": date(2026, 9, 21)}


@pytest.mark.parametrize(
    ("moment", "published", "due"),
    [
        # a Friday rank day: from the close on, and not before
        ("2026-10-30 16:29", SEPTEMBER, {}),
        ("2026-10-30 16:30", SEPTEMBER, {"2026-12-recon": "2026-10-30"}),
        ("2026-10-31 12:00", SEPTEMBER, {"2026-12-recon": "2026-10-30"}),
        # asleep over it
        ("2026-11-05 21:00", SEPTEMBER, {"2026-12-recon": "2026-10-30"}),
        # each list is one vintage
        ("2026-11-12 21:00", SEPTEMBER | {"2026-12-recon": date(2026, 10, 30)}, {}),
        ("2026-11-13 21:00", SEPTEMBER | {"2026-12-recon": date(2026, 10, 30)}, {"2026-12-recon": "2026-11-13"}),
        ("2026-11-13 21:00", SEPTEMBER | {"2026-12-recon": date(2026, 11, 13)}, {}),
        ("2026-11-20 21:00", SEPTEMBER | {"2026-12-recon": date(2026, 11, 13)}, {"2026-12-recon": "2026-11-20"}),
        # the day after Thanksgiving closes at 13:00
        ("2026-11-27 13:29", SEPTEMBER | {"2026-12-recon": date(2026, 11, 20)}, {}),
        ("2026-11-27 13:30", SEPTEMBER | {"2026-12-recon": date(2026, 11, 20)}, {"2026-12-recon": "2026-11-27"}),
        ("2026-12-11 21:00", SEPTEMBER | {"2026-12-recon": date(2026, 12, 4)}, {"2026-12-recon": "2026-12-11"}),
        ("2026-12-14 21:00", SEPTEMBER | {"2026-12-recon": date(2026, 12, 11)}, {"2026-12-recon": "2026-12-14"}),
        ("2027-01-15 21:00", SEPTEMBER | {"2026-12-recon": date(2026, 12, 14)}, {}),
        # a list before a holiday: the Friday is Juneteenth
        ("2026-06-18 21:00", {"2026-06-recon": date(2026, 6, 12)}, {"2026-06-recon": "2026-06-18"}),
        ("2026-06-19 21:00", {"2026-06-recon": date(2026, 6, 18)}, {}),
        # annual and IPO, in order, when nobody was awake
        ("2026-11-13 21:00", JUNE, {"2026-09-ipo": "2026-09-21", "2026-12-recon": "2026-11-13"}),
        # before its first event a home owes nothing
        ("2026-06-30 21:00", JUNE, {}),
        # nothing published: what is under way, and no history
        ("2026-10-30 21:00", {}, {"2026-12-recon": "2026-10-30"}),
        ("2026-07-15 21:00", {}, {}),
        # after the table the rule
        ("2028-04-28 21:00", {"2028-03-ipo": date(2028, 3, 20)}, {"2028-06-recon": "2028-04-28"}),
    ],
)
def test_what_is_due(moment: str, published: dict[str, date], due: dict[str, str]) -> None:
    assert told(due_events(new_york(moment), published)) == due


def test_due_says_since_when() -> None:
    (due,) = due_events(new_york("2026-11-20 21:00"), SEPTEMBER | {"2026-12-recon": date(2026, 10, 30)})
    assert (due.published, due.since, due.known_at) == (date(2026, 10, 30), date(2026, 11, 13), date(2026, 11, 20))


@pytest.mark.parametrize(
    ("moment", "overdue"),
    [("2026-11-04 21:00", []), ("2026-11-05 21:00", ["2026-12-recon"]), ("2026-10-31 21:00", [])],
)
def test_what_the_dumps_may_still_be_late_for_is_not_overdue(moment: str, overdue: list[str]) -> None:
    """Five days of grace after Friday, 2026-10-30."""
    assert [each.event.event_id for each in overdue_events(new_york(moment), SEPTEMBER)] == overdue


def test_a_vintage_that_was_missed_is_overdue_though_the_next_has_just_come() -> None:
    published = SEPTEMBER | {"2026-12-recon": date(2026, 10, 30)}
    assert overdue_events(new_york("2026-11-20 21:00"), published)
    assert not overdue_events(new_york("2026-11-20 21:00"), published | {"2026-12-recon": date(2026, 11, 13)})


# --- vintages ---------------------------------------------------------------------------------------------------------


def test_the_vintages_of_an_event_are_its_days() -> None:
    assert [str(day) for day in vintages(event("2026-12-recon"))] == [
        *("2026-10-30", "2026-11-13", "2026-11-20", "2026-11-27", "2026-12-04", "2026-12-11", "2026-12-14")
    ]
    assert [str(day) for day in vintages(event("2025-09-ipo"))] == [
        *("2025-07-31", "2025-08-22", "2025-09-19", "2025-09-22")
    ]


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-10-01 12:00", "2026-10-30"),  # too early: no prices yet
        ("2026-10-30 21:00", "2026-10-30"),
        ("2026-11-13 12:00", "2026-10-30"),  # the list of the day rests on its close
        ("2026-11-13 21:00", "2026-11-13"),
        ("2026-11-15 12:00", "2026-11-13"),
        ("2026-12-11 21:00", "2026-12-11"),
        ("2030-01-01 12:00", "2026-12-14"),
    ],
)
def test_a_vintage_is_taken_from_the_calendar_and_not_from_the_clock(moment: str, day: str) -> None:
    assert known_at(event("2026-12-recon"), new_york(moment)) == date.fromisoformat(day)


def test_a_projection_is_known_as_of_its_own_day() -> None:
    assert known_at(event("2026-12-recon-asof-2026-09-30"), new_york("2026-11-20 21:00")) == date(2026, 9, 30)


# --- what is published ------------------------------------------------------------------------------------------------

EVENING = new_york("2023-06-26 21:00")


def publish(home: Path, known_at: str | None, vintage: str = "preliminary") -> None:
    publish_rows(
        home,
        {
            "recon.events": [
                {"event_id": "2023-06-recon", "vintage": vintage, "known_at": known_at, "membership_rows": "3"},
                {"event_id": "2023-09-ipo", "vintage": None, "known_at": None, "membership_rows": "0"},
            ]
        },
    )


def test_a_home_without_a_snapshot_has_published_nothing(tmp_path: Path) -> None:
    assert published_vintages(tmp_path, EVENING) == {}


@pytest.mark.parametrize(
    ("known_at", "vintage", "counts_as"),
    [
        ("2023-05-19", "preliminary", "2023-05-19"),
        ("2023-06-26", "final", "2023-06-26"),
        ("2023-06-26", "preliminary", "2023-06-23"),  # the dumps of that evening were not there yet
        (None, "preliminary", "2023-04-28"),  # of before there were vintages
    ],
)
def test_the_vintage_of_an_event_is_read_from_the_snapshot(
    tmp_path: Path, known_at: str | None, vintage: str, counts_as: str
) -> None:
    publish(tmp_path, known_at, vintage)
    assert published_vintages(tmp_path, EVENING) == {"2023-06-recon": date.fromisoformat(counts_as)}


def test_what_never_became_final_is_asked_for_no_longer_than_dumps_may_come(tmp_path: Path) -> None:
    publish(tmp_path, "2023-06-26")
    july = new_york("2023-07-03 21:00")
    assert published_vintages(tmp_path, july) == {"2023-06-recon": date(2023, 6, 26)}
    assert due_events(july, published_vintages(tmp_path, july)) == []
    assert told(due_events(EVENING, published_vintages(tmp_path, EVENING))) == {"2023-06-recon": "2023-06-26"}
