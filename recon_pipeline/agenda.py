"""The agenda: the days of the calendar one by one, with what runs then, as rows and as iCalendar.

Belongs here: which days of an event a user plans by, the words for them, and their form in an `.ics` file. The file
holds no clock and its entries keep their ids, so that a calendar program that reads it again moves what has moved.

Does not belong here: the dates themselves (`events.py`), what is due (`due.py`), printing (`cli/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from recon_pipeline.events import ReconEvent, events_around

MAKER: Final = "-//recon_pipeline//calendar//EN"
HOST: Final = "recon-pipeline"
"""What the id of an entry ends in; it names no machine."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of an event. `what` is rank_day, preliminary, update, lock_down, effective_date or effective_from.

    `number` counts the entries of an event that are alike, from 1; `runs` says what is to run after that day's close.
    """

    day: date
    what: str
    number: int
    event: ReconEvent
    runs: str


def agenda(start: date, end: date) -> list[Entry]:
    """Return what falls on the days from `start` to `end`, both included, oldest first.

    Raises:
        BadInput: a day outside the calendar.
    """
    entries = [entry for event in events_around(start, end) for entry in entries_of(event)]
    return [entry for entry in entries if start <= entry.day <= end]


def entries_of(event: ReconEvent) -> list[Entry]:
    """Return the days of one event, in order."""
    run = f"recon run {event.event_id}"
    first = "the announcement" if event.kind == "ipo" else "the preliminary list"
    days = [(event.rank_day, "rank_day", f"{run}: ranks by this close")]
    if event.lock_date:
        days.append((event.lock_date, "lock_down", "nothing: from here on only corporate actions change the lists"))
    for day, kind in event.publications:
        if kind == "preliminary":
            days.append((day, "preliminary", f"{run}: {first}"))
        elif kind == "update":
            days.append((day, "update", f"{run}: an update of the lists"))
    days.append((event.effective_date, "effective_date", f"{run}: the final list; it holds after this close"))
    days.append((event.effective_from, "effective_from", f"{run}: final, with the symbols of this session"))
    seen: dict[str, int] = {}
    entries = []
    for day, what, runs in sorted(days, key=lambda entry: entry[0]):
        seen[what] = seen.get(what, 0) + 1
        entries.append(Entry(day, what, seen[what], event, runs))
    return entries


def icalendar(entries: Sequence[Entry]) -> bytes:
    """Return the entries as an iCalendar file (RFC 5545), each a day that blocks no time; the same give the same."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    for entry in entries:
        item = Event()
        item.add("uid", f"{entry.event.event_id}-{entry.what}-{entry.number}@{HOST}")
        # The standard wants a stamp. The clock would make other bytes each time: the day itself stands in.
        item.add("dtstamp", datetime.combine(entry.day, time(), UTC))
        item.add("dtstart", entry.day)
        item.add("dtend", entry.day + timedelta(days=1))
        item.add("summary", f"{entry.event.event_id}: {entry.what.replace('_', ' ')}")
        sure = "" if entry.event.confirmed else " Not every date of this event is confirmed."
        item.add("description", f"After the close: {entry.runs}.{sure} Source: {entry.event.source}.")
        item.add("transp", "TRANSPARENT")
        calendar.add_component(item)
    return bytes(calendar.to_ical())
