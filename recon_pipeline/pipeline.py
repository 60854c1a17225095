"""One event from landing to publish, in the order that the SQL itself gives; no Dagster.

The steps, each a function that the command line and the Dagster assets share:

    open_event   the opening membership: files, or the event before in this home
    land         the sessions that the event's rules need, into the raw tables
    derive       every table with a query, in one transaction, then every check
    publish      the public tables as a snapshot (`publish.py`)

Does not belong here: HTTP (`sources/`), SQL (`sql/`), where a snapshot goes (`publish.py`), printing (`cli.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from recon_pipeline import events
from recon_pipeline.errors import BadInput, ContractBroken, NotLanded, Unavailable
from recon_pipeline.events import ReconEvent
from recon_pipeline.opening import read_openings
from recon_pipeline.publish import RUN_LOG, Snapshot, publish, published_database
from recon_pipeline.settings import Settings
from recon_pipeline.sources.archive import Archive, ArchiveBatch
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.landing import Landing
from recon_pipeline.symbols import normal_ticker_expr
from recon_pipeline.tables import Table, derived_tables, load_tables, tree_fingerprint
from recon_pipeline.warehouse import Warehouse

Say = Callable[[str], None]

EXCHANGES = 3
"""Dumps that make a session complete."""

PLAN_TABLES = ("core.event_rules", "core.event_sessions")
"""The tables that say which sessions an event reads: built before the landing, and with all others after it."""

CALENDAR_START, CALENDAR_END = date(2003, 1, 2), date(2030, 12, 31)
"""The sessions that SQL can join."""


@dataclass(frozen=True)
class FailedCheck:
    """A check with failing rows: its table, name, severity and the rows themselves."""

    table: str
    name: str
    blocking: bool
    rows: pl.DataFrame


@dataclass
class RunReport:
    """What a run did, for whoever prints it. Seconds are wall time by step."""

    event: ReconEvent
    opening_source: str = ""
    notes: list[str] = field(default_factory=list)
    fetched_sessions: int = 0
    requests: int = 0
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
    progress: bool = False,
    say: Say = lambda text: None,
) -> RunReport:
    """Run one event end to end and publish it; return what was done.

    Raises:
        BadInput: an unknown event, an opening that cannot be used, or none at all.
        Unavailable, Rejected, BadPayload, NotLanded: the prices of the rank day could not be had.
        ContractBroken: a blocking check failed; what was published stays as it was.
    """
    event = runnable_event(event_id)
    report = RunReport(event)
    with open_warehouse(settings) as warehouse:
        with _timed(report, "prepare"):
            prepare_home(warehouse, [event], settings, progress=progress, say=say)
        with _timed(report, "opening"):
            report.opening_source, report.notes = open_event(warehouse, event, openings, allow_late=allow_late_opening)
        _build(warehouse, event, settings, report, progress=progress, say=say)
        with _timed(report, "publish"):
            report.snapshot = publish(warehouse, settings.home_dir)
            report.published = published_database(settings.home_dir)
        report.issues = issue_counts(warehouse, event)
    return report


def _build(
    warehouse: Warehouse, event: ReconEvent, settings: Settings, report: RunReport, *, progress: bool, say: Say
) -> None:
    with _timed(report, "land"):
        report.fetched_sessions, report.requests = land(warehouse, event, settings, progress=progress, say=say)
    with _timed(report, "derive"):
        report.rows, report.failed_checks = derive(warehouse, event, say=say)


@contextmanager
def _timed(report: RunReport, step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    report.seconds[step] = time.perf_counter() - began


def runnable_event(event_id: str) -> ReconEvent:
    """Return the event, or say why it cannot be run.

    Raises:
        BadInput: unknown, or of a kind that this version does not run.
    """
    event = events.event(event_id)
    if event.kind != "recon":
        raise BadInput(
            f"Running {event_id}: quarterly IPO additions are in the calendar, but this version runs reconstitutions "
            "only. Choose an event that ends in -recon (`recon calendar`)."
        )
    return event


def prepare_home(
    warehouse: Warehouse,
    wanted: Sequence[ReconEvent],
    settings: Settings,
    *,
    progress: bool = False,
    say: Say = lambda text: None,
) -> None:
    """Make the home ready for some events: `prepare`, and build again what lost rows to a changed contract."""
    for other in map(runnable_event, prepare(warehouse, wanted)):
        say(f"the contract of a table changed: building {other.event_id} again")
        _build(warehouse, other, settings, RunReport(other), progress=progress, say=say)


def prepare(warehouse: Warehouse, wanted: Sequence[ReconEvent]) -> list[str]:
    """Create the tables, the exchange sessions, and rows for events that the calendar only knows by rule.

    Returns the events of this home that lost rows to a changed contract and must be built again, in order. They count
    as unaudited until they are, so that a hole is never published.
    """
    with warehouse.transaction():
        emptied = warehouse.prepare(load_tables())
        if warehouse.row_count("reference.sessions") == 0:
            days = events.sessions(CALENDAR_START, CALENDAR_END)
            before: list[date | None] = [None, *days[:-1]]
            after: list[date | None] = [*days[1:], None]
            frame = pl.DataFrame({"session_date": days, "previous_session": before, "next_session": after})
            warehouse.load("reference.sessions", frame)
        known = set(warehouse.frame("select event_id from reference.recon_events")["event_id"])
        warehouse.load("reference.recon_events", _event_rows(e for e in wanted if e.event_id not in known))
        if not emptied:
            return []
        stale = warehouse.frame(f"select event_id from {RUN_LOG} order by 1")["event_id"].to_list()
        for event_id in stale:
            warehouse.delete_event(RUN_LOG, event_id)
    ids = {event.event_id for event in wanted}
    return [event_id for event_id in stale if event_id not in ids]


def _event_rows(wanted: Iterator[ReconEvent] | Collection[ReconEvent]) -> pl.DataFrame:
    columns = (
        *("event_id", "kind", "season", "rank_day", "preliminary_date", "lock_date", "effective_date"),
        *("ipo_window_start", "ipo_window_end", "source", "confirmed", "note"),
    )
    return pl.DataFrame([{name: getattr(event, name) for name in columns} for event in wanted])


# --- opening ----------------------------------------------------------------------------------------------------------


def open_event(
    warehouse: Warehouse, event: ReconEvent, paths: Sequence[Path], *, allow_late: bool = False
) -> tuple[str, list[str]]:
    """Store the opening membership of an event; return where it came from and what to note about it.

    Files win; without any the event opens from the latest event before it that this home has run; without that, from
    the files that it was opened with last time.

    Raises:
        BadInput: there is neither, or a file cannot be used.
    """
    if paths:
        opening = read_openings(paths, event, allow_late=allow_late)
        _replace_opening(warehouse, event, opening.rows)
        return ", ".join(path.name for path in paths), list(opening.notes)
    before = _event_before(warehouse, event)
    if before is not None:
        _replace_opening(warehouse, event, _membership_after(warehouse, before))
        return f"event {before}", []
    stored = warehouse.frame(
        "select distinct source from raw.opening_rows where event_id = $event_id order by 1",
        {"event_id": event.event_id},
    )["source"].to_list()
    if not stored:
        raise BadInput(
            f"Running {event.event_id}: nobody says who was in which index before it. Give the lists with --opening "
            "FILE (repeatable), or run the reconstitution before it in this home first."
        )
    return ", ".join(stored), ["opened from the files of the run before"]


def _replace_opening(warehouse: Warehouse, event: ReconEvent, rows: pl.DataFrame) -> None:
    with warehouse.transaction():
        warehouse.delete_event("raw.opening_rows", event.event_id)
        warehouse.load("raw.opening_rows", rows.with_columns(event_id=pl.lit(event.event_id)))


def _event_before(warehouse: Warehouse, event: ReconEvent) -> str | None:
    ids = warehouse.frame(
        "select max(event_id) as event_id from recon.index_membership where event_id < $event_id",
        {"event_id": event.event_id},
    )["event_id"]
    return str(ids[0]) if ids[0] is not None else None


def _membership_after(warehouse: Warehouse, event_id: str) -> pl.DataFrame:
    """The members after an event, as opening rows of the next; symbols are those of the first session after it."""
    return warehouse.frame(
        """
        select
            members.index_id,
            members.ticker,
            members.company_name as name,
            case when members.vintage = 'final' then calendar.next_session else events.rank_day end as as_of,
            members.security_id,
            members.company_id,
            members.rank as opening_rank,
            'event ' || members.event_id as source,
            cast(null as varchar) as source_sha256
        from recon.index_membership as members
        inner join reference.recon_events as events on members.event_id = events.event_id
        inner join reference.sessions as calendar on events.effective_date = calendar.session_date
        where members.event_id = $event_id
        """,
        {"event_id": event_id},
    )


# --- landing ----------------------------------------------------------------------------------------------------------


def wanted_sessions(warehouse: Warehouse, event: ReconEvent) -> pl.DataFrame:
    """Return the sessions that the rules of an event read (session_date, role, preference), by asking the SQL."""
    tables = load_tables()
    with warehouse.transaction():
        for name in PLAN_TABLES:
            warehouse.rebuild(tables[name], {"event_id": event.event_id})
    return warehouse.frame(
        "select session_date, role, preference from core.event_sessions where event_id = $event_id "
        "order by session_date, role",
        {"event_id": event.event_id},
    )


def land(
    warehouse: Warehouse,
    event: ReconEvent,
    settings: Settings,
    *,
    progress: bool = False,
    say: Say = lambda text: None,
) -> tuple[int, int]:
    """Load the sessions that an event needs and that are not loaded yet; return (sessions loaded, requests made).

    Raises:
        Unavailable: there is no close for the rank day. Any other session may be missing: it is stated in
            recon.data_issues.
    """
    wanted = wanted_sessions(warehouse, event)
    count, requests = land_sessions(
        warehouse, wanted["session_date"].unique().sort().to_list(), settings, progress=progress, say=say
    )
    if event.rank_day not in loaded_sessions(warehouse):
        raise Unavailable(
            f"Running {event.event_id}: the archive at {settings.archive_url} holds no closing prices for the rank day "
            f"{event.rank_day}. Run again once its dump is committed (in the nights after the session), or fetch it "
            f"with `recon fetch --from {event.rank_day} --to {event.rank_day}`."
        )
    return count, requests


def land_sessions(
    warehouse: Warehouse,
    sessions: Sequence[date],
    settings: Settings,
    *,
    progress: bool = False,
    say: Say = lambda text: None,
) -> tuple[int, int]:
    """Fetch and load those of `sessions` that are not loaded yet; return (sessions loaded, requests made)."""
    loaded = loaded_sessions(warehouse)
    missing = [day for day in sessions if day not in loaded]
    if not missing:
        return 0, 0
    say(f"landing {len(missing)} of {len(sessions)} sessions, {missing[0]} to {missing[-1]}")
    with HttpClient(settings) as http:
        archive = Archive(settings, http, Landing(settings.home_dir / "landed"))
        batch = _fetch_landed(archive, missing) if settings.offline else archive.fetch(missing, progress=progress)
        requests = http.traffic.requests
    with warehouse.transaction():
        load_batch(warehouse, batch)
    return batch.lines["session"].n_unique(), requests


@dataclass(frozen=True)
class Prefetched:
    """What a prefetch landed: sessions with a close, requests, megabytes, and the sessions that the archive lacks."""

    sessions: int
    requests: int
    megabytes: float
    missing: tuple[date, ...]


PREFETCH_SESSIONS = 20
"""Sessions landed at a time: bounds the memory, and is what a broken prefetch may read again."""


def prefetch(
    settings: Settings, start: date, end: date, *, progress: bool = False, say: Say = lambda text: None
) -> Prefetched:
    """Land the dumps of every session from `start` to `end`, both included; landed ones are not fetched again.

    Raises:
        BadInput: the dates hold no session.
    """
    days = events.sessions(start, end)
    if not days:
        raise BadInput(f"Fetching {start} to {end}: no exchange session lies in that stretch. Check the dates.")
    missing: list[date] = []
    with HttpClient(settings) as http:
        archive = Archive(settings, http, Landing(settings.home_dir / "landed"))
        for first in range(0, len(days), PREFETCH_SESSIONS):
            chunk = days[first : first + PREFETCH_SESSIONS]
            say(f"landing {chunk[0]} to {chunk[-1]} ({first + len(chunk)} of {len(days)} sessions)")
            missing += archive.fetch(chunk, progress=progress).missing
        return Prefetched(len(days) - len(missing), http.traffic.requests, http.traffic.bytes / 1e6, tuple(missing))


def _fetch_landed(archive: Archive, sessions: Sequence[date]) -> ArchiveBatch:
    """Offline, leave out the sessions that were never landed: only the rank day must be there, and `land` asks for it."""
    try:
        return archive.fetch(sessions)
    except NotLanded:
        return archive.fetch([day for day in sessions if _is_landed(archive, day)])


def _is_landed(archive: Archive, day: date) -> bool:
    try:
        archive.fetch([day])
    except NotLanded:
        return False
    return True


def loaded_sessions(warehouse: Warehouse) -> set[date]:
    """Return the sessions of which every exchange's close is in the raw tables."""
    frame = warehouse.frame(
        "select session_date from raw.archive_dumps "
        "where session_date is not null and status not in ('intraday', 'empty') "
        "group by session_date having count(distinct exchange) = $exchanges",
        {"exchanges": EXCHANGES},
    )
    return set(frame["session_date"])


def load_batch(warehouse: Warehouse, batch: ArchiveBatch) -> None:
    """Append what the archive gave to the raw tables: dumps, listings, prices, shares outstanding, rejects.

    Raw facts are write-once: a dump, and a session of an exchange, that is there already is not loaded again.
    """
    here = warehouse.frame("select commit_id, exchange from raw.archive_dumps")
    dumps = batch.dumps.rename(
        {"commit": "commit_id", "commit_utc": "commit_at", "session": "session_date", "lines": "line_count"}
    ).with_columns(_naive("commit_at"))
    warehouse.load("raw.archive_dumps", dumps.join(here, on=["commit_id", "exchange"], how="anti"))
    days = warehouse.frame("select distinct as_of, exchange from raw.listings")
    lines = (
        batch.lines.rename({"session": "as_of", "commit": "commit_id"})
        .join(days, on=["as_of", "exchange"], how="anti")
        .with_columns(_naive("known_at"), ticker=normal_ticker_expr(pl.col("symbol")), source=pl.lit("archive"))
        .sort("as_of", "exchange", "symbol")
    )
    key = ["as_of", "exchange", "symbol", "ticker", "known_at", "source", "commit_id"]
    warehouse.load("raw.listings", lines.select(*key, "name", "country", "ipo_year", "industry", "sector"))
    prices = lines.select(*key, close_usd="close", volume_shares="volume")
    warehouse.load("raw.prices", prices.drop_nulls("close_usd"))
    counts = lines.select(*key, outstanding_shares="shares").with_columns(source=pl.lit("screener_implied"))
    warehouse.load("raw.shares_outstanding", counts.drop_nulls("outstanding_shares"))
    rejects = batch.rejects.rename({"session": "as_of"}).join(days, on=["as_of", "exchange"], how="anti")
    commits = lines.select("as_of", "exchange", "commit_id").unique()
    warehouse.load("raw.rejects", rejects.join(commits, on=["as_of", "exchange"]))


def _naive(column: str) -> pl.Expr:
    # TIMESTAMP in UTC: a time zone in the type would make its text depend on the session's setting.
    return pl.col(column).dt.convert_time_zone("UTC").dt.replace_time_zone(None)


# --- deriving ---------------------------------------------------------------------------------------------------------


def derive(
    warehouse: Warehouse, event: ReconEvent, *, say: Say = lambda text: None
) -> tuple[dict[str, int], list[FailedCheck]]:
    """Rebuild every derived table for an event and check them, all in one transaction.

    Returns rows by table, and the checks that only warn. A blocking check that fails rolls everything back.

    Raises:
        ContractBroken: a blocking check found failing rows.
    """
    say(f"deriving {event.event_id}")
    tables = load_tables()
    parameters = {"event_id": event.event_id}
    with warehouse.transaction():
        rows = {table.full_name: warehouse.rebuild(table, parameters) for table in derived_tables(tables)}
        failed = audit(warehouse, event, tables)
    return rows, failed


def rebuild(warehouse: Warehouse, table: Table, event: ReconEvent) -> int:
    """Rebuild one table of an event by itself; return its rows. The event counts as unaudited until the next `audit`."""
    with warehouse.transaction():
        warehouse.delete_event(RUN_LOG, event.event_id)
        return warehouse.rebuild(table, {"event_id": event.event_id})


def audit(warehouse: Warehouse, event: ReconEvent, tables: Mapping[str, Table] | None = None) -> list[FailedCheck]:
    """Run every check of an event and note what the event was built with; return the checks that only warn.

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
    return failed


def check_tables(warehouse: Warehouse, tables: Mapping[str, Table], parameters: Mapping[str, str]) -> list[FailedCheck]:
    """Run every check; return those with failing rows."""
    found = []
    for table in tables.values():
        for check in table.checks:
            rows = warehouse.failing_rows(check, parameters)
            if not rows.is_empty():
                found.append(FailedCheck(table.full_name, check.name, check.blocking, rows))
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
        "select distinct source from raw.opening_rows where event_id = $event_id order by 1",
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
