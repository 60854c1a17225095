"""Schedules: when Dagster asks, and what it asks for. All times are those of New York.

    capture_after_close     18:30 of each session: what tells of today only
    run_what_is_due         21:00 of each weekday: the events that are due, in order, as one run
    watch_what_is_overdue   09:00 of each weekday: the standing check that nothing is overdue

None of them counts ticks. `run_what_is_due` asks the published snapshot what is missing by now, so that what was slept
over, or failed, is asked for at the next tick; Dagster's own record only tells which runs are under way. On a holiday
it asks too, for what is due does not wait for a session.

Does not belong here: what is due (`due.py`), which days are sessions (`events.py`), the runs (`jobs.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import dagster as dg

from recon_pipeline import events
from recon_pipeline.defs.jobs import CAPTURE, RECONSTITUTE, WATCH
from recon_pipeline.defs.partitions import EVENTS
from recon_pipeline.defs.resources import Home
from recon_pipeline.due import Due, due_events, published_vintages

TIME_ZONE: Final = events.NEW_YORK.key
DUE_TAG: Final = "recon/due"
"""Which vintages a run was asked for: EVENT@DAY, with blanks between."""

RANGE_START_TAG: Final = "dagster/asset_partition_range_start"
RANGE_END_TAG: Final = "dagster/asset_partition_range_end"
"""How Dagster is told that one run is for several adjoining partitions."""

UNDER_WAY: Final = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]

FREE_OF_THE_HOME: Final = {CAPTURE.name, WATCH.name}
"""Jobs that do not write to the home's database: a run of any other kind has it for itself."""


@dg.schedule(
    cron_schedule="30 18 * * 1-5",
    job=CAPTURE,
    execution_timezone=TIME_ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The daily capture, on sessions of the exchange, those that close early among them.",
)
def capture_after_close(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for the capture of a session; the same day is asked for once."""
    day = _moment(context).astimezone(events.NEW_YORK).date()
    if not events.is_session(day):
        return dg.SkipReason(f"{day} is no session of the exchange: there is no close to capture.")
    return dg.RunRequest(run_key=f"capture {day}")


@dg.schedule(
    cron_schedule="0 21 * * 1-5",
    job=RECONSTITUTE,
    execution_timezone=TIME_ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every event that is due and not published as of its last day, annual and IPO, in order.",
)
def run_what_is_due(context: dg.ScheduleEvaluationContext, home: Home) -> dg.RunRequest | dg.SkipReason:
    """Ask for one run of all that is due, unless a run has the home already."""
    settings = home.settings()
    moment = settings.now or _moment(context)
    due = due_events(moment, published_vintages(settings.home_dir, moment))
    if not due:
        return dg.SkipReason(f"Every event up to {events.last_closed_session(moment)} is published as of its last day.")
    unknown = [each.event.event_id for each in due if each.event.event_id not in EVENTS.get_partition_keys()]
    if unknown:
        return dg.SkipReason(
            f"{', '.join(unknown)}: due by rule, but no partition. Add the announced dates to recon_events.csv and "
            "publications.csv, or run them with `recon run`."
        )
    runs = context.instance.get_runs(dg.RunsFilter(statuses=UNDER_WAY))
    busy = [run.run_id for run in runs if run.job_name not in FREE_OF_THE_HOME]
    if busy:
        return dg.SkipReason(f"{_told(due)} is due, and is asked for again: run {', '.join(busy)} has the home.")
    return _request(due, _moment(context))


@dg.schedule(
    cron_schedule="0 9 * * 1-5",
    job=WATCH,
    execution_timezone=TIME_ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The standing check that no event is overdue.",
)
def watch_what_is_overdue(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for the check, whatever day it is."""
    return dg.RunRequest(run_key=f"watch {_moment(context).astimezone(events.NEW_YORK).date()}")


SCHEDULES: Final = [capture_after_close, run_what_is_due, watch_what_is_overdue]


def _moment(context: dg.ScheduleEvaluationContext) -> datetime:
    """The time that the tick is of; the daemon may come to it later."""
    return context.scheduled_execution_time


def _request(due: Sequence[Due], tick: datetime) -> dg.RunRequest:
    """One run for all of it: events open from one another, and the home has a single writer.

    The key is of the tick. Dagster never starts one key twice, so that a tick that is repeated asks for nothing new,
    and the next one asks again for what failed.
    """
    first, last = due[0].event.event_id, due[-1].event.event_id
    told = _told(due)
    tags = {DUE_TAG: told}
    if first != last:
        tags |= {RANGE_START_TAG: first, RANGE_END_TAG: last}
    key = f"{told} at {tick.astimezone(events.NEW_YORK):%Y-%m-%dT%H:%M}"
    return dg.RunRequest(run_key=key, partition_key=first if first == last else None, tags=tags)


def _told(due: Sequence[Due]) -> str:
    return " ".join(f"{each.event.event_id}@{each.known_at}" for each in due)
