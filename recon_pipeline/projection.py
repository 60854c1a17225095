"""A projection: the next event as if its rank day were today, from what is known today.

Belongs here: which event that is, what it opens from, and a place of its own: `HOME/projections/`, with a working
database and snapshots that never mix with those of real events. Landings are shared with the home.

Does not belong here: the run itself (`pipeline.py`), probabilities (`probability.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl
from filelock import FileLock, Timeout

from recon_pipeline import events
from recon_pipeline.capture import OUTCOMES
from recon_pipeline.errors import BadInput, Busy
from recon_pipeline.events import ReconEvent
from recon_pipeline.ingest import (
    BREAKPOINTS,
    OPENING,
    OPTIONS,
    PRESUMPTIONS,
    PROJECTED,
    ChosenOpening,
    presumptions_after,
    skipped,
    store_opening,
)
from recon_pipeline.pipeline import PROJECTIONS, RunReport, open_warehouse, prepare, run_event, warehouse_path
from recon_pipeline.publish import RUN_LOG, published_database
from recon_pipeline.settings import Settings
from recon_pipeline.tables import load_tables
from recon_pipeline.vintages import VINTAGES
from recon_pipeline.warehouse import Reader, Warehouse
from recon_pipeline.warehouse.database import LOCK_WAIT_S


def projected_event(day: date | None, settings: Settings, event_id: str | None = None) -> ReconEvent:
    """Return the projection of an event as of a day: its last session, or the last one closed by now.

    Without an id it is the next event of the calendar, a reconstitution or a quarterly one.

    Raises:
        BadInput: the day lies in the future, the event is unknown, or its rank day is over by then.
    """
    closed = events.last_closed_session(settings.moment)
    if day is not None and day > settings.moment.astimezone(events.NEW_YORK).date():
        raise BadInput(f"Projecting as of {day}: that day has not come yet. Choose today or an earlier day.")
    session = closed if day is None else min(closed, events.session_on_or_before(day))
    return events.as_of(events.next_event(session) if event_id is None else events.event(event_id), session)


def projection_settings(settings: Settings) -> Settings:
    """Return the settings of the place where projections live."""
    return settings.model_copy(update={"home": settings.home_dir / PROJECTIONS, "landings": settings.landed_dir})


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Hold the place of projections, from opening one to the last that is made of it; who holds it may enter again.

    The lock of the working database is let go between steps, and another projection would forget this one.

    Raises:
        Busy: another projection of this home holds it.
    """
    home = projection_settings(settings).home_dir
    path = warehouse_path(home).with_name("projection.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, is_singleton=True)
    try:
        lock.acquire(timeout=LOCK_WAIT_S)
    except Timeout as error:
        raise Busy(
            f"Projecting in {home}: another projection has held it for {LOCK_WAIT_S:g} seconds. Wait for that one to "
            "end, or give this one another --home."
        ) from error
    try:
        yield
    finally:
        lock.release()


def project(
    day: date | None,
    settings: Settings,
    *,
    event_id: str | None = None,
    openings: Sequence[Path] = (),
    allow_late_opening: bool = False,
    without: Collection[str] = (),
    progress: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> RunReport:
    """Run the projection of the next event, or of a later one, and publish it in `HOME/projections/`.

    It opens from the files that are given, else from the last event before that day that the home has published.

    Raises:
        BadInput: there is neither; and what `run_event` raises.
        Busy: another projection of this home is being made.
    """
    event = projected_event(day, settings, event_id)
    apart = projection_settings(settings)
    opening = None if openings else published_opening(settings, event)
    for note in opening.notes if opening else ():
        say(note)
    with alone(settings):
        with open_warehouse(apart) as warehouse:
            prepare(warehouse)
            _keep_only(warehouse, event)
            if opening is not None:
                store_opening(warehouse, event, opening)
        return run_event(
            event.event_id,
            apart,
            openings=openings,
            allow_late_opening=allow_late_opening,
            without=without,
            progress=progress,
            say=say,
        )


def published_opening(settings: Settings, event: ReconEvent) -> ChosenOpening:
    """Return the membership after the last published event before `event` that was in force on its rank day.

    One whose first session is still to come counts as well, as long as it was run as of no later day.
    """
    path = published_database(settings.home_dir)
    rows = pl.DataFrame()
    if path.exists():
        rows = Reader(path).frame(
            """
            with before as (
                select
                    members.event_id as event_id,
                    max(coalesce(events.known_at, events.effective_from)) as known_at
                from recon.index_membership as members
                inner join recon.events as events on members.event_id = events.event_id
                where
                    events.rank_day < $rank_day
                    -- What is known as of a later day knows who left until then.
                    and (
                        events.known_at <= $rank_day
                        or (events.known_at is null and members.vintage = 'preliminary')
                        or events.effective_from <= $rank_day
                    )
                group by members.event_id
                order by max(events.rank_day) desc
                limit 1
            )

            select
                members.event_id as event_id,
                members.index_id as index_id,
                members.ticker as ticker,
                members.company_name as name,
                least(before.known_at, $rank_day) as as_of,
                members.security_id as security_id,
                members.company_id as company_id,
                -- The place of a carried member is none that it earned.
                case when members.status in ('ranked', 'kept') then members.rank end as opening_rank
            from recon.index_membership as members
            inner join before on members.event_id = before.event_id
            """,
            {"rank_day": event.rank_day},
        )
    if rows.is_empty():
        raise BadInput(
            f"Projecting {event.event_id}: nobody says who is in which index today. Give the lists with --opening FILE "
            "(repeatable), or run the last event in this home first."
        )
    before = str(rows["event_id"][0])
    source = f"published {before}"
    filled = rows.drop("event_id").with_columns(
        source=pl.lit(source), source_sha256=pl.lit(None, dtype=pl.String), as_of=pl.col("as_of").cast(pl.Date)
    )
    return ChosenOpening(
        source,
        skipped(before, event),
        filled,
        _published_breakpoints(Reader(path), before, source),
        presumptions_after(Reader(path).frame, before),
    )


def _published_breakpoints(reader: Reader, before: str, source: str) -> pl.DataFrame:
    """The cuts of the reconstitution that the membership after a published event rests on."""
    return reader.frame(
        """
        select cuts.breakpoint_id, cuts.cut_rank, events.rank_day as base_rank_day, cuts.market_cap_usd
        from recon.breakpoints as cuts
        inner join recon.events as events on cuts.event_id = events.event_id
        where cuts.event_id = $event_id
        union all
        select breakpoint_id, cut_rank, base_rank_day, base_cap_usd as market_cap_usd
        from recon.ipo_breakpoints
        where event_id = $event_id
        """,
        {"event_id": before},
    ).with_columns(source=pl.lit(source))


def _keep_only(warehouse: Warehouse, event: ReconEvent) -> None:
    """Forget the projections of other days: their snapshots stay, and none of them opens this one."""
    with warehouse.transaction():
        warehouse.delete_other_projections(event.event_id)
        for name, table in load_tables().items():
            if name in (RUN_LOG, OPENING, BREAKPOINTS, PRESUMPTIONS, OPTIONS, VINTAGES, OUTCOMES) or table.is_by_event:
                warehouse.delete_other_events(name, event.event_id)
        # Paths belong to the start that they were drawn from, and that is made anew.
        for name in PROJECTED:
            warehouse.delete_all(name)
