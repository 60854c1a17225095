"""What is due: which events of the calendar a home should have published by now, and as of which day.

The question is asked of the state and not of a clock's ticks: whoever slept over a rank day gets the same answer later,
and what failed is due until it is published. The state is the published snapshot of the home, nothing else.

Does not belong here: the days (`events.py`), who asks and when (`defs/schedules.py`), running (`pipeline.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from recon_pipeline import events
from recon_pipeline.events import ReconEvent
from recon_pipeline.publish import published_database
from recon_pipeline.rules import rules_on
from recon_pipeline.warehouse import Reader


@dataclass(frozen=True, slots=True)
class Due:
    """An event to be run: the vintage that a run makes now, the one that is published (None: none), and since when.

    `since` is the first day of the event that has passed and is not published.
    """

    event: ReconEvent
    known_at: date
    published: date | None
    since: date


def due_events(moment: datetime, published: Mapping[str, date]) -> list[Due]:
    """Return what is due at `moment` (with a zone), in the order in which it is to run.

    `published` is the vintage of each event that the home has published (`published_vintages`). Due are, from the first
    of these on, the events whose rank day has closed and of which a later vintage can be made than the published one.
    Of a home that has published nothing only an event under way is due: nobody says where its history should begin.
    """
    closed = events.last_closed_session(moment)
    begin = min((events.event(event_id).rank_day for event_id in published), default=None)
    found = []
    for event in events.events_around(begin or closed, closed):
        if begin is None and not event.rank_day <= closed < event.effective_from:
            continue
        if begin is not None and event.rank_day < begin:
            continue
        before = published.get(event.event_id)
        missed = [day for day in events.vintages(event) if day <= closed and (before is None or day > before)]
        if missed:
            found.append(Due(event, missed[-1], before, missed[0]))
    return found


def overdue_events(moment: datetime, published: Mapping[str, date]) -> list[Due]:
    """Return what has been due for longer than the dumps of a session may take (rule `capture_grace_days`)."""
    closed = events.last_closed_session(moment)
    return [due for due in due_events(moment, published) if closed - due.since > grace(due.event)]


def grace(event: ReconEvent) -> timedelta:
    """Return how long after a session its dump may still come."""
    return timedelta(days=int(rules_on(event.effective_date)["capture_grace_days"]))


def published_vintages(home: Path, moment: datetime) -> dict[str, date]:
    """Return the vintage of each event that a home has published, by event id; empty where nothing is.

    An event that was run as of the first session of its membership before the dumps of that session were there is not
    final yet: until they can come no more it counts as of the day before, so that it is due again.
    """
    path = published_database(home)
    if not path.exists():
        return {}
    rows = Reader(path).frame("select * from recon.events where membership_rows > 0 order by event_id").to_dicts()
    closed = events.last_closed_session(moment)
    found = {}
    for row in rows:
        event = events.event(row["event_id"])
        # A snapshot of before there were vintages: as if it had been made on the rank day.
        day = row.get("known_at") or event.rank_day
        if day == event.effective_from and row["vintage"] != "final" and closed - day <= grace(event):
            day = event.effective_date
        found[event.event_id] = day
    return found
