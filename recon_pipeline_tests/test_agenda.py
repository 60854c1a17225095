"""The days of the calendar with what runs then, and their iCalendar file.

Does not belong here: the dates (`test_events.py`), the table on the terminal (`test_cli.py`).
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from icalendar import Calendar

from recon_pipeline.agenda import agenda, entries_of, icalendar
from recon_pipeline.events import event, events, is_session

ALL = agenda(date(2004, 1, 1), date(2027, 12, 31))


def test_the_days_of_the_second_reconstitution_of_2026() -> None:
    assert [(str(entry.day), entry.what, entry.number) for entry in entries_of(event("2026-12-recon"))] == [
        ("2026-10-30", "rank_day", 1),
        ("2026-11-13", "preliminary", 1),
        ("2026-11-20", "update", 1),
        ("2026-11-27", "update", 2),
        ("2026-11-30", "lock_down", 1),
        ("2026-12-04", "update", 3),
        ("2026-12-11", "effective_date", 1),
        ("2026-12-14", "effective_from", 1),
    ]


def test_a_round_of_ipo_additions_is_announced() -> None:
    entries = entries_of(event("2025-09-ipo"))
    assert [entry.what for entry in entries] == ["rank_day", "preliminary", "effective_date", "effective_from"]
    assert "announcement" in entries[1].runs


def test_every_day_is_a_session_in_order_and_every_event_is_there() -> None:
    assert [entry.day for entry in ALL] == sorted(entry.day for entry in ALL)
    assert all(is_session(entry.day) for entry in ALL)
    for what in ("rank_day", "effective_date", "effective_from"):
        assert [entry.event.event_id for entry in ALL if entry.what == what] == list(events())
    runs = {entry.what: entry.runs.startswith("recon run") for entry in ALL}
    assert [what for what, does in runs.items() if not does] == ["lock_down"]


def test_a_stretch_holds_its_own_days_alone() -> None:
    entries = agenda(date(2026, 11, 20), date(2026, 12, 4))
    assert [str(entry.day) for entry in entries] == ["2026-11-20", "2026-11-27", "2026-11-30", "2026-12-04"]
    assert {entry.event.event_id for entry in agenda(date(2028, 3, 1), date(2028, 6, 30))} == {
        "2028-03-ipo",
        "2028-06-recon",
    }


def test_the_file_holds_one_entry_a_day_with_an_id_of_its_own() -> None:
    file = Calendar.from_ical(icalendar(ALL))
    items = file.walk("VEVENT")
    assert len(items) == len(ALL)
    assert max(Counter(str(item["uid"]) for item in items).values()) == 1
    for item, entry in zip(items, ALL, strict=True):
        assert item.decoded("dtstart") == entry.day
        assert (item.decoded("dtend") - entry.day).days == 1
        assert entry.event.event_id in str(item["summary"])
        assert entry.runs in str(item["description"])


def test_the_file_holds_no_clock_and_its_ids_no_date() -> None:
    """A date that is corrected moves its entry, and adds none."""
    assert icalendar(ALL) == icalendar(agenda(date(2004, 1, 1), date(2027, 12, 31)))
    text = icalendar(entries_of(event("2023-06-recon"))).decode().replace("\r\n ", "")
    assert "UID:2023-06-recon-update-2@recon-pipeline\r\n" in text
    stamps = {line.partition(":")[2] for line in text.splitlines() if line.startswith("DTSTAMP")}
    assert stamps == {f"{entry.day:%Y%m%d}T000000Z" for entry in entries_of(event("2023-06-recon"))}
