"""Ingest: everything that fills the raw tables, from opening lists and from landed payloads.

    choose_opening, store_opening    who was in which index before: files, or the event before in this home
    land, prefetch                   the sessions that an event's rules need, or a stretch of history

Does not belong here: reading opening files (`opening.py`), HTTP and parsing (`sources/`), what is derived from the raw
tables (`pipeline.py`, `sql/`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from recon_pipeline import events
from recon_pipeline.errors import BadInput, NotLanded, Unavailable
from recon_pipeline.events import ReconEvent
from recon_pipeline.opening import read_openings
from recon_pipeline.settings import Settings
from recon_pipeline.sources.archive import Archive, ArchiveBatch
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.landing import Landing
from recon_pipeline.symbols import normal_ticker_expr
from recon_pipeline.tables import load_tables
from recon_pipeline.warehouse import Warehouse

Say = Callable[[str], None]

OPENING = "raw.opening_rows"

EXCHANGES = 3
"""Dumps that make a session complete."""

PLAN_TABLES = ("core.event_rules", "core.event_sessions")
"""The tables that say which sessions an event reads: built before the landing, and with all others after it."""

PREFETCH_SESSIONS = 20
"""Sessions landed at a time: bounds the memory, and is what a broken prefetch may read again."""


# --- opening ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChosenOpening:
    """Where an opening comes from, what to note about it, and its rows; None where the stored ones stand."""

    source: str
    notes: tuple[str, ...] = ()
    rows: pl.DataFrame | None = None


def choose_opening(
    warehouse: Warehouse, event: ReconEvent, paths: Sequence[Path], *, allow_late: bool = False
) -> ChosenOpening:
    """Choose the opening membership of an event; nothing is stored.

    Files win; without any the event opens from the latest event before it that this home has run; without that, from
    the files that it was opened with last time.

    Raises:
        BadInput: there is neither, or a file cannot be used.
    """
    if paths:
        opening = read_openings(paths, event, allow_late=allow_late)
        return ChosenOpening(", ".join(path.name for path in paths), opening.notes, opening.rows)
    before = _event_before(warehouse, event)
    if before is not None:
        return ChosenOpening(f"event {before}", _skipped(before, event), _membership_after(warehouse, before))
    stored = warehouse.frame(
        f"select distinct source from {OPENING} where event_id = $event_id order by 1", {"event_id": event.event_id}
    )["source"].to_list()
    if not stored:
        raise BadInput(
            f"Running {event.event_id}: nobody says who was in which index before it. Give the lists with --opening "
            "FILE (repeatable), or run the reconstitution before it in this home first."
        )
    return ChosenOpening(", ".join(stored), ("opened from the files of the run before",))


def store_opening(warehouse: Warehouse, event: ReconEvent, opening: ChosenOpening) -> None:
    """Make an opening the one that the event is derived from."""
    if opening.rows is None:
        return
    with warehouse.transaction():
        warehouse.delete_event(OPENING, event.event_id)
        warehouse.load(OPENING, opening.rows.with_columns(event_id=pl.lit(event.event_id)))


def _event_before(warehouse: Warehouse, event: ReconEvent) -> str | None:
    ids = warehouse.frame(
        "select max(event_id) as event_id from recon.index_membership where event_id < $event_id",
        {"event_id": event.event_id},
    )["event_id"]
    return str(ids[0]) if ids[0] is not None else None


def _skipped(before: str, event: ReconEvent) -> tuple[str, ...]:
    between = [
        other.event_id
        for other in events.events().values()
        if other.kind == "recon" and before < other.event_id < event.event_id
    ]
    return (f"opened from {before}, though {', '.join(between)} came between and was not run",) if between else ()


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
            -- The place of a carried member is none that it earned.
            case when members.status = 'ranked' then members.rank end as opening_rank,
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


def wanted_sessions(warehouse: Warehouse, event: ReconEvent, opening: ChosenOpening | None = None) -> list[date]:
    """Return the sessions that the rules of an event read, by asking the SQL; nothing is stored.

    The dates of the opening lists are among them: those of `opening`, or of the rows that are stored.
    """
    tables = load_tables()
    with warehouse.dry_run():
        if opening is not None:
            store_opening(warehouse, event, opening)
        for name in PLAN_TABLES:
            warehouse.rebuild(tables[name], {"event_id": event.event_id})
        frame = warehouse.frame(
            "select distinct session_date from core.event_sessions where event_id = $event_id order by 1",
            {"event_id": event.event_id},
        )
    return frame["session_date"].to_list()


def land(
    warehouse: Warehouse,
    event: ReconEvent,
    settings: Settings,
    *,
    opening: ChosenOpening | None = None,
    progress: bool = False,
    say: Say = lambda text: None,
) -> tuple[int, int]:
    """Load the sessions that an event needs and that are not loaded yet; return (sessions loaded, requests made).

    Raises:
        Unavailable: there is no close for the rank day. Any other session may be missing: it is stated in
            recon.data_issues.
    """
    wanted = wanted_sessions(warehouse, event, opening)
    count, requests = land_sessions(warehouse, wanted, settings, progress=progress, say=say)
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
    """Offline, leave out the sessions that were never landed: only the rank day must be there, as `land` sees to."""
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
