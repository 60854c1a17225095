"""Ingest: everything that fills the raw tables, from opening lists and from landed payloads.

    choose_opening, store_opening    who was in which index before: files, or the event before in this home
    check_evidence, store_options    which kinds of evidence a run leaves out
    land, prefetch                   the sessions that an event's rules need, or a stretch of history

Does not belong here: reading opening files (`opening.py`), HTTP and parsing (`sources/`), what is derived from the raw
tables (`pipeline.py`, `sql/`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from recon_pipeline import events
from recon_pipeline.capture import OUTCOMES, note_failure, take_for_event
from recon_pipeline.errors import BadInput, BadPayload, NotLanded, Rejected, Unavailable
from recon_pipeline.events import ReconEvent
from recon_pipeline.opening import read_openings
from recon_pipeline.publish import RUN_LOG
from recon_pipeline.rules import dated_rules
from recon_pipeline.settings import Settings
from recon_pipeline.sources.archive import EXCHANGES, Archive, ArchiveBatch
from recon_pipeline.sources.archive.dating import sessions_without_close
from recon_pipeline.sources.http import HttpClient, Traffic, place
from recon_pipeline.sources.landing import Landing
from recon_pipeline.symbols import normal_ticker_expr
from recon_pipeline.tables import load_tables
from recon_pipeline.vintages import HISTORY, store_vintage
from recon_pipeline.warehouse import Parameters, Warehouse

Say = Callable[[str], None]

OPENING = "raw.opening_rows"
BREAKPOINTS = "raw.opening_breakpoints"
PRESUMPTIONS = "raw.opening_presumptions"
OPENING_SOURCE = "opening"
OPTIONS = "raw.event_options"
FROM_EVENT = "event "
"""How the source of an opening that comes from an event begins; the event's id follows."""

PLAN_TABLES = ("core.event_rules", "core.event_sessions")
"""The tables that say which sessions an event reads: built before the landing, and with all others after it."""

PREFETCH_SESSIONS = 20
"""Sessions landed at a time: bounds the memory, and is what a broken prefetch may read again."""


# --- opening ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ChosenOpening:
    """Where an opening comes from, what to note about it, and its rows; None where the stored ones stand.

    `breakpoints` are those of the last reconstitution, where the opening comes from an event that knows them, and
    `presumptions` of whom that event presumed that it fails a rule which cannot be seen.
    """

    source: str
    notes: tuple[str, ...] = ()
    rows: pl.DataFrame | None = None
    breakpoints: pl.DataFrame | None = None
    presumptions: pl.DataFrame | None = None


def choose_opening(
    warehouse: Warehouse,
    event: ReconEvent,
    paths: Sequence[Path],
    *,
    allow_late: bool = False,
    from_previous: bool = False,
) -> ChosenOpening:
    """Choose the opening membership of an event; nothing is stored.

    Files win, those that are given or else those that it was opened with last time (`from_previous` sets these aside);
    without any the event opens from the latest event before it that this home holds.

    Raises:
        BadInput: there is neither, or a file cannot be used.
    """
    if paths:
        opening = read_openings(paths, event, allow_late=allow_late)
        return ChosenOpening(", ".join(path.name for path in paths), opening.notes, opening.rows)
    files = [source for source in _stored_sources(warehouse, event) if not source.startswith(FROM_EVENT)]
    if files and not from_previous:
        note = "opened from the files of the run before; --from-previous sets them aside"
        return ChosenOpening(", ".join(files), () if event.is_projection else (note,))
    before = _event_before(warehouse, event)
    if before is not None:
        return ChosenOpening(
            FROM_EVENT + before,
            skipped(before, event),
            _membership_after(warehouse, before),
            _breakpoints_after(warehouse, before),
            presumptions_after(warehouse.frame, before),
        )
    raise BadInput(
        f"Running {event.event_id}: nobody says who was in which index before it. Give the lists with --opening "
        "FILE (repeatable), or run the event before it in this home first."
    )


def _stored_sources(warehouse: Warehouse, event: ReconEvent) -> list[str]:
    return warehouse.frame(
        f"select distinct source from {OPENING} where event_id = $event_id order by 1", {"event_id": event.event_id}
    )["source"].to_list()


def land_openings(paths: Sequence[Path], settings: Settings) -> None:
    """Keep the bytes of opening files among the landings, write-once: they are inputs like any payload."""
    landing = Landing(settings.landed_dir)
    for path in paths:
        body = path.read_bytes()
        url = f"opening/{path.name}"
        known = landing.find(OPENING_SOURCE, url)
        if known is None or known.sha256 != hashlib.sha256(body).hexdigest():
            landing.land(OPENING_SOURCE, url, body)


def store_opening(warehouse: Warehouse, event: ReconEvent, opening: ChosenOpening) -> None:
    """Make an opening the one that the event is derived from."""
    if opening.rows is None:
        return
    with warehouse.transaction():
        parts = ((OPENING, opening.rows), (BREAKPOINTS, opening.breakpoints), (PRESUMPTIONS, opening.presumptions))
        for table, rows in parts:
            warehouse.delete_event(table, event.event_id)
            if rows is not None and not rows.is_empty():
                warehouse.load(table, rows.with_columns(event_id=pl.lit(event.event_id)))


def _event_before(warehouse: Warehouse, event: ReconEvent) -> str | None:
    # Only from an event that passed its audit.
    ids = warehouse.frame(
        f"select max(event_id) as event_id from {RUN_LOG} "
        "where event_id < $event_id and not contains(event_id, $as_of)",
        {"event_id": event.event_id, "as_of": events.AS_OF},
    )["event_id"]
    return str(ids[0]) if ids[0] is not None else None


def skipped(before: str, event: ReconEvent) -> tuple[str, ...]:
    """Return a note where reconstitutions came between the event that is opened from and this one."""
    ranked = events.event(before).rank_day
    between = [
        other.event_id
        for other in events.events().values()
        if other.kind == "recon" and ranked < other.rank_day < event.rank_day
    ]
    return (f"opened from {before}, though {', '.join(between)} came between and was not run",) if between else ()


def _membership_after(warehouse: Warehouse, event_id: str) -> pl.DataFrame:
    """The members after an event, as opening rows of the next; symbols are those of the day that it is known as of."""
    return warehouse.frame(
        """
        select
            members.index_id,
            members.ticker,
            members.company_name as name,
            case
                when members.vintage = 'final' then calendar.next_session
                when vintages.known_at <= events.effective_date then vintages.known_at
                else events.rank_day
            end as as_of,
            members.security_id,
            members.company_id,
            -- The place of a carried member is none that it earned.
            case when members.status in ('ranked', 'kept') then members.rank end as opening_rank,
            'event ' || members.event_id as source,
            cast(null as varchar) as source_sha256
        from recon.index_membership as members
        inner join reference.recon_events as events on members.event_id = events.event_id
        inner join reference.sessions as calendar on events.effective_date = calendar.session_date
        left join raw.event_vintages as vintages on members.event_id = vintages.event_id
        where members.event_id = $event_id
        """,
        {"event_id": event_id},
    )


def presumptions_after(frame: Callable[[str, Parameters], pl.DataFrame], event_id: str) -> pl.DataFrame:
    """Of whom an event presumed that it fails a rule which cannot be seen: company_id, recon_count, source.

    `frame` answers a query of public tables: of a working database, or of a published file.
    """
    return frame(
        """
        select
            company_id,
            max(presumption_recons) as recon_count,
            'event ' || event_id as source
        from recon.eligibility
        where event_id = $event_id and presumption_recons is not null
        group by company_id, event_id
        """,
        {"event_id": event_id},
    )


def _breakpoints_after(warehouse: Warehouse, event_id: str) -> pl.DataFrame:
    """The cuts of the reconstitution that the membership after an event rests on: its own, or those it opened with."""
    return warehouse.frame(
        """
        select
            cuts.breakpoint_id,
            cuts.cut_rank,
            events.rank_day as base_rank_day,
            cuts.market_cap_usd,
            'event ' || cuts.event_id as source
        from recon.breakpoints as cuts
        inner join reference.recon_events as events on cuts.event_id = events.event_id
        where cuts.event_id = $event_id
        union all
        select breakpoint_id, cut_rank, base_rank_day, market_cap_usd, 'event ' || event_id as source
        from core.base_breakpoints
        where event_id = $event_id
        """,
        {"event_id": event_id},
    )


# --- options ----------------------------------------------------------------------------------------------------------

EVIDENCE_RULE = "use_"
"""How the name of a rule begins that switches a kind of evidence on; the kind follows."""


def kinds_of_evidence() -> list[str]:
    """Return the kinds of evidence that a run can leave out, by the names of the rules that switch them on."""
    names = {row.rule for row in dated_rules() if row.rule.startswith(EVIDENCE_RULE)}
    return sorted(name.removeprefix(EVIDENCE_RULE) for name in names)


def check_evidence(without: Collection[str]) -> None:
    """Refuse a kind of evidence that there is not.

    Raises:
        BadInput: one of `without` is no kind of evidence.
    """
    known = kinds_of_evidence()
    unknown = sorted(set(without) - set(known))
    if unknown:
        raise BadInput(
            f"Running without {', '.join(unknown)}: there is no such kind of evidence. Choose of {', '.join(known)}."
        )


def store_options(warehouse: Warehouse, event: ReconEvent, without: Collection[str]) -> None:
    """Note which kinds of evidence an event is derived without; those of the run before are forgotten."""
    rows = pl.DataFrame(
        {"event_id": event.event_id, "rule": EVIDENCE_RULE + kind, "value": 0} for kind in sorted(set(without))
    )
    warehouse.delete_event(OPTIONS, event.event_id)
    if not rows.is_empty():
        warehouse.load(OPTIONS, rows.with_columns(pl.col("value").cast(pl.Decimal(24, 4))))


# --- landing ----------------------------------------------------------------------------------------------------------


def add_to_calendar(warehouse: Warehouse, event: ReconEvent) -> None:
    """Give SQL the row of an event that the calendar only knows by rule, and the days of its lists."""
    parameters = {"event_id": event.event_id}
    if warehouse.frame("select 1 from reference.recon_events where event_id = $event_id", parameters).is_empty():
        columns = (
            *("event_id", "kind", "season", "rank_day", "preliminary_date", "lock_date", "effective_date"),
            *("ipo_window_start", "ipo_window_end", "source", "confirmed", "is_projection", "note"),
        )
        warehouse.load("reference.recon_events", pl.DataFrame([{name: getattr(event, name) for name in columns}]))
    lists = [(event.event_id, entry.day, entry.kind, event.source) for entry in event.publications]
    schema = ["event_id", "publication_date", "kind", "source"]
    frame = pl.DataFrame(lists, schema=schema, orient="row")
    warehouse.load_missing(load_tables()["reference.publications"], frame)


@dataclass(frozen=True)
class Wanted:
    """The sessions that an event reads, oldest first, each once.

    `past` are those that only tell of the reconstitution before, `history` those that only its two years of trading are
    of: an event goes on without them.
    """

    sessions: list[date]
    history: list[date]
    past: list[date] = field(default_factory=list)


def wanted_sessions(
    warehouse: Warehouse, event: ReconEvent, opening: ChosenOpening | None = None, known_at: date | None = None
) -> Wanted:
    """Return the sessions that the rules of an event read, by asking the SQL; nothing is stored.

    The dates of the opening lists are among them: those of `opening`, or of the rows that are stored. `known_at` is the
    vintage that is to be made; None: the one that is stored.
    """
    tables = load_tables()
    with warehouse.dry_run():
        add_to_calendar(warehouse, event)
        if opening is not None:
            store_opening(warehouse, event, opening)
        if known_at is not None:
            store_vintage(warehouse, event, known_at)
        # What is landed is for every run of the event: one that leaves evidence out must not keep it from the next.
        store_options(warehouse, event, ())
        for name in PLAN_TABLES:
            warehouse.rebuild(tables[name], {"event_id": event.event_id})
        frame = warehouse.frame(
            "select session_date, max(case when role = 'history' then 0 when role in ('last_recon', 'year_before') "
            "then 1 else 2 end) as need from core.event_sessions where event_id = $event_id "
            "group by session_date order by 1",
            {"event_id": event.event_id},
        )
    history, past, sessions = (frame.filter(need=need)["session_date"].to_list() for need in range(3))
    return Wanted(sessions, history, past)


@dataclass(frozen=True)
class Took:
    """What it took to land an event: sessions of the archive loaded, traffic with it and with the other sources.

    `given` and `asked` count the payloads of the other sources: those that are there, and all that were wanted.
    """

    sessions: int
    archive: Traffic
    sources: Traffic
    given: int = 0
    asked: int = 0


def land(
    warehouse: Warehouse,
    event: ReconEvent,
    settings: Settings,
    *,
    opening: ChosenOpening | None = None,
    known_at: date | None = None,
    progress: bool = False,
    say: Say = lambda text: None,
) -> Took:
    """Load what an event needs and what is not loaded yet; return what that took.

    The other sources come first, for one of them may have the close of the rank day before the archive. Whatever fails
    there is stated in recon.data_issues.

    Raises:
        Unavailable: there is no close for the rank day. Any other session may be missing: it is stated in
            recon.data_issues.
    """
    closed = events.last_closed_session(settings.moment)
    plan = wanted_sessions(warehouse, event, opening, known_at)
    wanted = [day for day in plan.sessions if day <= closed]
    asked = take_for_event(warehouse, event, sorted([*wanted, *plan.past]), settings, say=say)
    # What calendars of offerings tell may ask for more sessions (methodology 9.8).
    plan = wanted_sessions(warehouse, event, opening, known_at)
    wanted = [day for day in plan.sessions if day <= closed]
    try:
        count, traffic = land_sessions(warehouse, wanted, settings, progress=progress, say=say)
    except (Unavailable, Rejected, BadPayload) as error:
        if _rank_day_is_missing_from(warehouse, event) is not None:
            raise
        # Another source has the closes that the event cannot do without.
        say(f"the archive gave nothing, and the event goes on without it: {error}")
        note_failure(warehouse, event, "archive", error)
        count, traffic = 0, Traffic()
    else:
        for days, is_history in ((plan.past, False), (plan.history, True)):
            more, took = _land_further(warehouse, days, settings, is_history=is_history, progress=progress, say=say)
            count, traffic = count + more, traffic + took
    _require_rank_day(warehouse, event, settings)
    wanted_payloads = [outcome for outcome in asked.outcomes if outcome.ask.path]
    given = sum(outcome.row is not None for outcome in wanted_payloads)
    return Took(count, traffic, asked.traffic, given, len(wanted_payloads))


def _land_further(
    warehouse: Warehouse, days: Sequence[date], settings: Settings, *, is_history: bool, progress: bool, say: Say
) -> tuple[int, Traffic]:
    """Load sessions that an event goes on without; return (sessions loaded, traffic).

    They are no reason to fail: which of them are missing is in recon.data_issues, and the next run asks again. Nor is
    history worth the dump of the night before, by which a single dump is dated: a day more or less changes no average
    of two years.
    """
    count, traffic = 0, Traffic()
    loaded = loaded_sessions(warehouse)
    missing = [day for day in days if day not in loaded]
    try:
        for first in range(0, len(missing), PREFETCH_SESSIONS):
            chunk = missing[first : first + PREFETCH_SESSIONS]
            more, took = land_sessions(warehouse, chunk, settings, is_history=is_history, progress=progress, say=say)
            count, traffic = count + more, traffic + took
    except (Unavailable, Rejected, BadPayload) as error:
        what = "the history of volumes" if is_history else "what is known of the reconstitution before"
        say(f"{what} is not whole: {error}")
    return count, traffic


def _rank_day_is_missing_from(warehouse: Warehouse, event: ReconEvent) -> str | None:
    """Return None if all exchanges have closes of the rank day, else in words for a message which of them do.

    Where it is known that the archive will never have that session, the one before it stands in, as for any line that
    the list of a rank day lacks (providers 1.9): every figure is marked as a neighbour's then.
    """
    which = _missing_from(warehouse, event.rank_day)
    if which is not None and event.rank_day in sessions_without_close():
        which = _missing_from(warehouse, events.previous_session(event.rank_day))
    return which


def _missing_from(warehouse: Warehouse, day: date) -> str | None:
    there = warehouse.frame(
        "select distinct coalesce(exchange, 'all') as exchange from raw.prices where as_of = $day order by 1",
        {"day": day},
    )["exchange"].to_list()
    # A source that prints whole-market closes and no listings names no exchange.
    if "all" in there or set(EXCHANGES) <= set(there):
        return None
    return f" of all exchanges (there are those of {', '.join(there)})" if there else ""


def _require_rank_day(warehouse: Warehouse, event: ReconEvent, settings: Settings) -> None:
    which = _rank_day_is_missing_from(warehouse, event)
    if which is None:
        return
    if settings.offline:
        raise NotLanded(
            f"Running {event.event_id} offline: the closing prices{which} of the rank day {event.rank_day} were never "
            f"landed. Run `recon fetch --from {event.rank_day} --to {event.rank_day}` with a network first."
        )
    raise Unavailable(
        f"Running {event.event_id}: the archive at {place(settings.archive_url)} holds no closing prices{which} for "
        f"the rank day {event.rank_day}, and no other source gave them. It begins on 2021-01-29, and a dump is "
        "committed in the nights after its session: run again then. The live screener has closes from half an hour "
        "after the bell."
    )


PROJECTED = (
    *("raw.projection_runs", "raw.projection_outcomes"),
    *("raw.projection_cuts", "raw.projection_volatilities"),
)
"""What the paths of a projection with probability count (`probability.py`)."""

NOT_LANDED = frozenset({OPENING, BREAKPOINTS, PRESUMPTIONS, OPTIONS, *HISTORY, RUN_LOG, OUTCOMES, *PROJECTED})
"""Raw tables that hold what happened in this home; all others come back from the landings."""


def landed_tables() -> list[str]:
    """Return the raw tables that the landed payloads give: they can be made again from them."""
    return [name for name, table in load_tables().items() if table.schema == "raw" and name not in NOT_LANDED]


def forget_landings(warehouse: Warehouse) -> None:
    """Empty the tables that the landings give, to be loaded again: a contract or the facts about dumps have changed."""
    for table in landed_tables():
        warehouse.delete_all(table)


def land_sessions(
    warehouse: Warehouse,
    sessions: Sequence[date],
    settings: Settings,
    *,
    is_history: bool = False,
    progress: bool = False,
    say: Say = lambda text: None,
) -> tuple[int, Traffic]:
    """Fetch and load those of `sessions` that are not loaded yet; return (sessions loaded, traffic).

    For history a stretch is dated only against a dump that is there already, and a session that the archive lacked once
    is not asked for again.
    """
    loaded = loaded_sessions(warehouse)
    missing = [day for day in sessions if day not in loaded]
    if not missing:
        return 0, Traffic()
    told = "reading from the landings" if settings.offline else "landing"
    say(f"{told}: {len(missing)} of {len(sessions)} sessions, {missing[0]} to {missing[-1]}")
    with HttpClient(settings) as http:
        archive = Archive(settings, http, Landing(settings.landed_dir))
        context = _context(warehouse, missing)
        if is_history:
            context &= loaded
        if settings.offline:
            batch = _fetch_landed(archive, missing, context)
        else:
            batch = archive.fetch(missing, context=context, once=is_history, progress=progress)
        traffic = http.traffic
    with warehouse.transaction():
        load_batch(warehouse, batch)
    return batch.lines["session"].n_unique(), traffic


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
    if start > end:
        raise BadInput(f"Fetching {start} to {end}: the first day is after the last. Exchange --from and --to.")
    days = events.sessions(start, end)
    if not days:
        raise BadInput(f"Fetching {start} to {end}: no exchange session lies in that stretch. Check the dates.")
    missing: list[date] = []
    with HttpClient(settings) as http:
        archive = Archive(settings, http, Landing(settings.landed_dir))
        for first in range(0, len(days), PREFETCH_SESSIONS):
            chunk = days[first : first + PREFETCH_SESSIONS]
            say(f"landing {chunk[0]} to {chunk[-1]} ({first + len(chunk)} of {len(days)} sessions)")
            missing += archive.fetch(chunk, progress=progress).missing
        return Prefetched(len(days) - len(missing), http.traffic.requests, http.traffic.bytes / 1e6, tuple(missing))


CONTEXT_SESSIONS = 40
"""How far back to look for a night on which the archive was regular; the longest late stretch so far had 28."""


def _context(warehouse: Warehouse, missing: Sequence[date]) -> set[date]:
    """Return the sessions to read along, so that each stretch of `missing` is dated against a dump that is sure.

    Which session a dump describes is told by the dump before it. While the archive is late each dump follows on the one
    before, so that the reading goes back to a night on which it was not.
    """
    status = dict(
        warehouse.frame(
            "select session_date, max(status) as status from raw.archive_dumps "
            "where status in ('lagged', 'unverified') group by session_date"
        ).iter_rows()
    )
    context: set[date] = set()
    for day in missing:
        before = events.previous_session(day)
        for _ in range(CONTEXT_SESSIONS):
            if before in missing or before in context:
                break
            context.add(before)
            if before not in status:
                break
            before = events.previous_session(before)
    return context


def _fetch_landed(archive: Archive, sessions: Sequence[date], context: set[date]) -> ArchiveBatch:
    """Offline, leave out the sessions that were never landed: only the rank day must be there, as `land` sees to."""
    try:
        return archive.fetch(sessions, context=context)
    except NotLanded:
        return archive.fetch([day for day in sessions if _is_landed(archive, day)], context=context)


def _is_landed(archive: Archive, day: date) -> bool:
    try:
        archive.fetch([day])
    except NotLanded:
        return False
    return True


def loaded_sessions(warehouse: Warehouse) -> set[date]:
    """Return the sessions of which every exchange's close is in the raw tables."""
    frame = warehouse.frame(
        "select session_date from raw.archive_dumps where session_date is not null "
        "group by session_date having count(distinct exchange) = $exchanges",
        {"exchanges": len(EXCHANGES)},
    )
    return set(frame["session_date"])


def load_batch(warehouse: Warehouse, batch: ArchiveBatch) -> None:
    """Append what the archive gave to the raw tables: dumps, listings, prices, shares outstanding, rejects.

    Raw facts are write-once: a session of an exchange that is there already is not loaded again.
    """
    days = warehouse.frame("select distinct as_of, exchange from raw.listings where source = 'archive'")
    lines = (
        batch.lines.rename({"session": "as_of", "commit": "commit_id"})
        .join(days, on=["as_of", "exchange"], how="anti")
        .with_columns(_naive("known_at"), ticker=normal_ticker_expr(pl.col("symbol")), source=pl.lit("archive"))
        .sort("as_of", "exchange", "symbol")
    )
    # A dump that was only read to date another one gave no lines: to note it would count its session as loaded.
    commits = lines.select("as_of", "exchange", "commit_id").unique()
    dumps = batch.dumps.rename(
        {"commit": "commit_id", "commit_utc": "commit_at", "session": "session_date", "lines": "line_count"}
    ).with_columns(_naive("commit_at"))
    warehouse.load("raw.archive_dumps", dumps.join(commits, on=["commit_id", "exchange"], how="semi"))
    key = ["as_of", "exchange", "symbol", "ticker", "known_at", "source", "commit_id"]
    warehouse.load("raw.listings", lines.select(*key, "name", "country", "ipo_year", "industry", "sector"))
    prices = lines.select(*key, close_usd="close", volume_shares="volume")
    warehouse.load("raw.prices", prices.drop_nulls("close_usd"))
    counts = lines.select(*key, outstanding_shares="shares")
    warehouse.load("raw.shares_outstanding", counts.drop_nulls("outstanding_shares"))
    rejects = batch.rejects.rename({"session": "as_of"}).join(days, on=["as_of", "exchange"], how="anti")
    warehouse.load("raw.rejects", rejects.join(commits, on=["as_of", "exchange"]))


def _naive(column: str) -> pl.Expr:
    # TIMESTAMP in UTC: a time zone in the type would make its text depend on the session's setting.
    return pl.col(column).dt.convert_time_zone("UTC").dt.replace_time_zone(None)
