"""A stretch of the calendar in one go: every event from one to another, each opening from the one before.

Belongs here: the order of events, what of the home has to be built again with them, which later events rest on a
membership that has changed, and one publication at the end.

Does not belong here: how one event is built (`pipeline.py`), the same from the Dagster UI (a backfill of partitions).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from recon_pipeline import events
from recon_pipeline.errors import ReconError
from recon_pipeline.events import ReconEvent
from recon_pipeline.ingest import Say, check_evidence, choose_opening, land_openings
from recon_pipeline.pipeline import (
    RunReport,
    build_event,
    issue_counts,
    open_warehouse,
    outdated,
    prepare,
    rebuild_event,
    runnable_event,
    stale_events,
)
from recon_pipeline.publish import Snapshot, publish, published_database
from recon_pipeline.settings import Settings


@dataclass(frozen=True)
class BackfillReport:
    """What a backfill did: the report of each event, in order, and the events that now rest on what was restated.

    `stale` are events of the home after the last one, which open from a membership that this backfill has changed.
    `seconds` is the wall time of all of it.
    """

    reports: list[RunReport]
    stale: list[str]
    snapshot: Snapshot
    published: Path
    seconds: float


def backfill(
    first: str,
    last: str,
    settings: Settings,
    *,
    openings: Sequence[Path] = (),
    allow_late_opening: bool = False,
    without: Collection[str] = (),
    progress: bool = False,
    say: Say = lambda text: None,
    done: Callable[[RunReport], None] = lambda report: None,
    settings_of: Callable[[ReconEvent], Settings] | None = None,
) -> BackfillReport:
    """Run every event from one to another, both included, each from the one before it, and publish once.

    The first opens from the files that are given, else as `run_event` opens it: from the event before in the home.
    `done` is told of each event as it is built. Running it again gives the same snapshot. `settings_of` gives an event
    settings of its own, for a past that is replayed event by event; the home is that of `settings`.

    Events of the home outside the stretch that were built by other rules are built again, so that a snapshot is of one
    making. Later ones that open from a membership which has changed are left as they are and told of as stale: a
    backfill of them clears that.

    An event that fails ends the backfill. Those before it are published where all of the home is of one making then.

    Raises:
        BadInput: an unknown event, or no opening for the first.
        Unavailable, Rejected, BadPayload, NotLanded, ContractBroken: as `run_event`, of the event that failed.
    """
    wanted = events.between(first, last)
    check_evidence(without)
    began = time.perf_counter()
    reports: list[RunReport] = []

    def own_settings(event: ReconEvent) -> Settings:
        return settings_of(event) if settings_of else settings

    def rebuild(event_id: str) -> None:
        event = runnable_event(event_id)
        rebuild_event(warehouse, event, own_settings(event), progress=progress, say=say)

    with open_warehouse(settings) as warehouse:
        by_others = prepare(warehouse)
        # Before anything is done, for what was given may not be usable.
        choose_opening(warehouse, wanted[0], openings, allow_late=allow_late_opening)
        for other in by_others:
            if other < first:
                rebuild(other)
        try:
            for event in wanted:
                report = RunReport(event)
                own = own_settings(event)
                paths = () if reports else openings
                opening = choose_opening(
                    warehouse, event, paths, allow_late=allow_late_opening, from_previous=bool(reports)
                )
                land_openings(paths, own)
                report.opening_source, report.notes = opening.source, list(opening.notes)
                known_at = events.known_at(event, own.moment)
                build_event(warehouse, own, report, opening, known_at, without, progress=progress, say=say)
                report.issues = issue_counts(warehouse, event)
                reports.append(report)
                done(report)
        except ReconError:
            # What was built before it stands.
            if reports and not outdated(warehouse):
                publish(warehouse, settings.home_dir)
            raise
        for other in outdated(warehouse):
            rebuild(other)
        stale = stale_events(warehouse)
        snapshot, published = publish(warehouse, settings.home_dir), published_database(settings.home_dir)
    for report in reports:
        report.snapshot, report.published = snapshot, published
    return BackfillReport(reports, stale, snapshot, published, time.perf_counter() - began)
