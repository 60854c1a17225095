"""One event from landing to publish, in the order that the SQL itself gives; no Dagster.

The steps, each a function that the command line and the Dagster assets share:

    choose_opening, land    the opening membership and the sessions that the rules need (`ingest.py`)
    derive                  the opening and every table with a query, then every check, in one transaction
    publish                 the public tables as a snapshot (`publish.py`)

Does not belong here: filling the raw tables (`ingest.py`), SQL (`sql/`), where a snapshot goes (`publish.py`), printing
(`cli/`).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from recon_pipeline import events
from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.events import ReconEvent
from recon_pipeline.ingest import (
    FROM_EVENT,
    OPENING,
    ChosenOpening,
    Say,
    Took,
    add_to_calendar,
    check_evidence,
    choose_opening,
    forget_landings,
    land,
    land_openings,
    landed_tables,
    store_opening,
    store_options,
)
from recon_pipeline.publish import RUN_LOG, Snapshot, publish, published_database
from recon_pipeline.settings import Settings
from recon_pipeline.sources.http import Traffic
from recon_pipeline.tables import (
    Table,
    derived_tables,
    load_macros,
    load_tables,
    readers_fingerprint,
    tree_fingerprint,
)
from recon_pipeline.vintages import keep_vintage, later_vintages, latest_vintage, store_vintage
from recon_pipeline.warehouse import READERS, Warehouse

PROJECTIONS = "projections"
"""The folder of a home where projections live, in a home of their own."""

DUMP_FACTS = frozenset({"reference.archive_exceptions", "reference.archive_missing_sessions"})
"""What dates the dumps: when it changes, the landings are read again."""


@dataclass(frozen=True)
class FailedCheck:
    """A check with failing rows: its table, name, what it proves, severity and the rows themselves."""

    table: str
    name: str
    means: str
    blocking: bool
    rows: pl.DataFrame


@dataclass
class RunReport:
    """What a run did, for whoever prints it. Seconds are wall time by step."""

    event: ReconEvent
    opening_source: str = ""
    notes: list[str] = field(default_factory=list)
    took: Took = field(default_factory=lambda: Took(0, Traffic(), Traffic()))
    rows: dict[str, int] = field(default_factory=dict)
    failed_checks: list[FailedCheck] = field(default_factory=list)
    issues: list[tuple[str, str, int]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    snapshot: Snapshot | None = None
    published: Path | None = None


def warehouse_path(home: Path) -> Path:
    """Return the working database of a home; nobody but a run opens it."""
    return home / "work" / "recon_work.duckdb"


def open_warehouse(settings: Settings) -> Warehouse:
    """Return the working database of the home, not opened yet."""
    return Warehouse(warehouse_path(settings.home_dir))


def run_event(
    event_id: str,
    settings: Settings,
    *,
    openings: Sequence[Path] = (),
    allow_late_opening: bool = False,
    from_previous: bool = False,
    without: Collection[str] = (),
    progress: bool = False,
    say: Say = lambda text: None,
) -> RunReport:
    """Run one event end to end and publish it; return what was done.

    `without` names kinds of evidence (`ingest.kinds_of_evidence`) that the event is derived without; it holds until the
    event is run again.

    What other events of the home need so that all of a snapshot is of one making is done as well: those that were built
    by other SQL, rules or calendar, and those that open from an event that is built anew, are built again, in order.

    Raises:
        BadInput: an unknown event or kind of evidence, an opening that cannot be used, or none at all.
        Unavailable, Rejected, BadPayload, NotLanded: the prices of the rank day could not be had.
        ContractBroken: a blocking check failed; what was published stays as it was.
    """
    event = runnable_event(event_id)
    if event.is_projection and settings.home_dir.name != PROJECTIONS:
        raise BadInput(
            f"Running {event_id}: that is a projection, which stands apart from the events of a home. Run it with "
            f"`recon run --as-of {event.rank_day}`."
        )
    check_evidence(without)
    report = RunReport(event)
    with open_warehouse(settings) as warehouse:
        with _timed(report, "prepare"):
            stale = prepare(warehouse)
        choose = partial(
            choose_opening,
            warehouse,
            event,
            openings,
            allow_late=allow_late_opening,
            from_previous=from_previous,
        )
        if event_id not in stale:
            choose()  # before anything is done, for what was given may not be usable
        for other in in_order(warehouse, {*stale, event_id}):
            if other == event_id:
                with _timed(report, "opening"):
                    opening = choose()
                    land_openings(openings, settings)
                report.opening_source, report.notes = opening.source, list(opening.notes)
                known_at = events.known_at(event, settings.moment)
                if later := later_vintages(warehouse, event, known_at):
                    report.notes.append(
                        f"run as of {known_at}, though the home has it as of {later[-1]}: that is kept aside, and "
                        "shown again when it is run as of a later day"
                    )
                build_event(warehouse, settings, report, opening, known_at, without, progress=progress, say=say)
            else:
                rebuild_event(warehouse, runnable_event(other), settings, progress=progress, say=say)
        with _timed(report, "publish"):
            report.snapshot = publish(warehouse, settings.home_dir)
            report.published = published_database(settings.home_dir)
        report.issues = issue_counts(warehouse, event)
    return report


def build_event(
    warehouse: Warehouse,
    settings: Settings,
    report: RunReport,
    opening: ChosenOpening,
    known_at: date,
    without: Collection[str] | None = None,
    *,
    progress: bool,
    say: Say,
) -> None:
    """Land what an event needs and derive it; what was done goes into the report. Nothing is published."""
    with _timed(report, "land"):
        report.took = land(
            warehouse, report.event, settings, opening=opening, known_at=known_at, progress=progress, say=say
        )
    with _timed(report, "derive"):
        report.rows, report.failed_checks = derive(warehouse, report.event, opening, without, known_at, say=say)


def rebuild_event(
    warehouse: Warehouse, event: ReconEvent, settings: Settings, *, progress: bool = False, say: Say = lambda text: None
) -> None:
    """Build an event of this home again: from the files that it was opened with, or from the event before it.

    The vintage is that of now, but never an earlier one than the event has: nobody asked to go back.
    """
    say(f"{event.event_id} was built by other rules, or opens from what is built anew: building it again")
    known_at = latest_vintage(warehouse, event, settings)
    opening = choose_opening(warehouse, event, ())
    build_event(warehouse, settings, RunReport(event), opening, known_at, progress=progress, say=say)


def catch_up(
    warehouse: Warehouse,
    settings: Settings,
    built: Collection[str],
    *,
    before: str | None = None,
    say: Say = lambda text: None,
) -> None:
    """Build again what must be of one making with the events that were or will be `built` by the caller.

    These are the events that are not up to date and those that open from what is built anew; with `before`, only the
    events before that one.
    """
    for other in in_order(warehouse, {*outdated(warehouse), *built}):
        if other not in built and (before is None or other < before):
            rebuild_event(warehouse, runnable_event(other), settings, say=say)


def outdated(warehouse: Warehouse) -> list[str]:
    """Return the events of this home that did not pass their audit, or passed it with another tree of SQL, in order."""
    return warehouse.frame(
        f"select event_id from {RUN_LOG} where sql_fingerprint <> $fingerprint order by 1",
        {"fingerprint": tree_fingerprint()},
    )["event_id"].to_list()


def built_by_others(warehouse: Warehouse) -> list[str]:
    """Return the events that passed their audit with another tree of SQL and were not touched since."""
    return warehouse.frame(
        f"select event_id from {RUN_LOG} where sql_fingerprint not in ('', $fingerprint) order by 1",
        {"fingerprint": tree_fingerprint()},
    )["event_id"].to_list()


def stale_events(warehouse: Warehouse) -> list[str]:
    """Return the events that open from a membership which has changed since, or from one that does, in order."""
    return warehouse.frame("select event_id from recon.events where is_stale order by 1")["event_id"].to_list()


def in_order(warehouse: Warehouse, wanted: Collection[str]) -> list[str]:
    """Return the events to build so that `wanted` and all that opens from them are of one making, in order."""
    opened_from = dict(warehouse.frame(f"select event_id, opening_source from {RUN_LOG}").iter_rows())
    todo = set(wanted)
    for event_id in sorted(opened_from):
        if opened_from[event_id].removeprefix(FROM_EVENT) in todo:
            todo.add(event_id)
    return sorted(todo)


@contextmanager
def _timed(report: RunReport, step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    report.seconds[step] = time.perf_counter() - began


def runnable_event(event_id: str) -> ReconEvent:
    """Return an event of the calendar: a reconstitution, a quarterly event, or a projection of one.

    Raises:
        BadInput: unknown.
    """
    return events.event(event_id)


def prepare(warehouse: Warehouse) -> list[str]:
    """Create the tables and the exchange sessions; return the events of this home that must be built again, in order.

    These are events that were built by another tree of SQL (another contract, query, rule, country or calendar date) or
    from payloads that other code read.
    They count as unaudited until they are built, so that a snapshot never mixes two makings.
    """
    tables = load_tables()
    with warehouse.transaction():
        landed = landed_tables()
        changed = warehouse.prepare(tables, macros=load_macros(), landed=landed, readers=readers_fingerprint())
        if warehouse.row_count("reference.sessions") == 0:
            days = events.sessions(events.FIRST_DAY, events.LAST_DAY)
            before: list[date | None] = [None, *days[:-1]]
            after: list[date | None] = [*days[1:], None]
            frame = pl.DataFrame({"session_date": days, "previous_session": before, "next_session": after})
            warehouse.load("reference.sessions", frame)
        if changed & {*DUMP_FACTS, *landed, READERS}:
            forget_landings(warehouse)
        for event_id in warehouse.frame(f"select event_id from {RUN_LOG}")["event_id"]:
            add_to_calendar(warehouse, events.event(event_id))
    # A contract and a CSV are part of the tree: what lost rows was built by another one.
    return outdated(warehouse)


# --- deriving ---------------------------------------------------------------------------------------------------------


def derive(
    warehouse: Warehouse,
    event: ReconEvent,
    opening: ChosenOpening | None = None,
    without: Collection[str] | None = None,
    known_at: date | None = None,
    *,
    say: Say = lambda text: None,
) -> tuple[dict[str, int], list[FailedCheck]]:
    """Store opening, options and vintage, rebuild every derived table and check them, all in one transaction.

    `without` and `known_at` None leave options and vintage as they are stored. Returns rows by table, and the checks
    that only warn. A blocking check that fails rolls everything back.

    Raises:
        ContractBroken: a blocking check found failing rows.
    """
    say(f"deriving {event.event_id}")
    tables = load_tables()
    parameters = {"event_id": event.event_id}
    with warehouse.transaction():
        add_to_calendar(warehouse, event)
        if opening is not None:
            store_opening(warehouse, event, opening)
        if without is not None:
            store_options(warehouse, event, without)
        if known_at is not None:
            store_vintage(warehouse, event, known_at)
        rows = {table.full_name: warehouse.rebuild(table, parameters) for table in derived_tables(tables)}
        failed = audit(warehouse, event, tables)
    return rows, failed


def rebuild(warehouse: Warehouse, table: Table, event: ReconEvent) -> int:
    """Rebuild one table of an event alone; return its rows. The event counts as unaudited until the next `audit`."""
    with warehouse.transaction():
        mark_unaudited(warehouse, event)
        return warehouse.rebuild(table, {"event_id": event.event_id})


def mark_unaudited(warehouse: Warehouse, event: ReconEvent) -> None:
    """Note that an event is being changed: until its next audit it is not published."""
    rows = warehouse.frame(f"select * from {RUN_LOG} where event_id = $event_id", {"event_id": event.event_id})
    warehouse.delete_event(RUN_LOG, event.event_id)
    warehouse.load(RUN_LOG, rows.with_columns(sql_fingerprint=pl.lit("")))


def audit(warehouse: Warehouse, event: ReconEvent, tables: Mapping[str, Table] | None = None) -> list[FailedCheck]:
    """Run every check of an event, note what it was built with and keep its vintage; return the checks that only warn.

    Belongs in a transaction. Without the note `publish` refuses the event.

    Raises:
        ContractBroken: a blocking check found failing rows.
    """
    tables = tables or load_tables()
    failed = check_tables(warehouse, tables, {"event_id": event.event_id})
    blocking = [check for check in failed if check.blocking]
    if blocking:
        raise ContractBroken(_refusal(event, blocking))
    _remember(warehouse, event, tables)
    keep_vintage(warehouse, event)
    return failed


def check_tables(warehouse: Warehouse, tables: Mapping[str, Table], parameters: Mapping[str, str]) -> list[FailedCheck]:
    """Run every check; return those with failing rows."""
    found = []
    for table in tables.values():
        for check in table.checks:
            rows = warehouse.failing_rows(check, parameters)
            if not rows.is_empty():
                found.append(FailedCheck(table.full_name, check.name, check.means, check.blocking, rows))
    return found


def issue_counts(warehouse: Warehouse, event: ReconEvent) -> list[tuple[str, str, int]]:
    """Return (severity, issue, rows) of an event's data issues, warnings first."""
    frame = warehouse.frame(
        "select severity, issue, count(*) as rows from recon.data_issues where event_id = $event_id "
        "group by severity, issue order by severity desc, issue",
        {"event_id": event.event_id},
    )
    return list(frame.iter_rows())


def _refusal(event: ReconEvent, blocking: Sequence[FailedCheck]) -> str:
    listed = "; ".join(
        f"{c.table} {c.name} ({c.rows.height} rows, first {c.rows.row(0, named=True)})" for c in blocking
    )
    return (
        f"Deriving {event.event_id}: the data broke {len(blocking)} of our own contracts: {listed}. Nothing was "
        "published and what was published stays as it was. The check is the file sql/<schema>/<table>.check.<name>.sql."
    )


def _remember(warehouse: Warehouse, event: ReconEvent, tables: Mapping[str, Table]) -> None:
    from importlib.metadata import version

    sources = warehouse.frame(
        f"select distinct source from {OPENING} where event_id = $event_id order by 1",
        {"event_id": event.event_id},
    )["source"]
    warehouse.delete_event(RUN_LOG, event.event_id)
    row = {
        "event_id": [event.event_id],
        "opening_source": [", ".join(sources)],
        "sql_fingerprint": [tree_fingerprint(tables)],
        "code_version": [version("recon-pipeline")],
    }
    warehouse.load(RUN_LOG, pl.DataFrame(row))
