"""Every source beside the archive: asked for a day or an event, landed, and read into the raw tables.

    capture           what tells of today only: the daily capture
    take_for_event    what an event wants: asked, loaded, and what came of it noted
    load_landings     every landed payload that the raw tables do not have yet

The raw tables of these sources are what the landings say, no more: they can be emptied and read again.

Does not belong here: one provider (`sources/`), the archive's sessions (`ingest.py`), which source counts (`sql/`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from recon_pipeline import events
from recon_pipeline.errors import BadPayload, ContractBroken, Rejected, Unavailable
from recon_pipeline.events import ReconEvent
from recon_pipeline.rules import reference_rows, rules_on
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Outcome, Plan, Provider, naive_utc
from recon_pipeline.sources.gather import Gathered, failed, gather
from recon_pipeline.sources.http import place
from recon_pipeline.sources.landing import LandedRow, Landing
from recon_pipeline.sources.registry import chosen, of_feed, providers
from recon_pipeline.tables import Table, load_tables
from recon_pipeline.warehouse import Warehouse

Say = Callable[[str], None]

OUTCOMES = "raw.source_outcomes"
PAYLOADS = "raw.payloads"
REJECTS = "raw.source_rejects"

GAVE_NOTHING = ("absent", "refused", "unavailable", "bad_payload", "not_configured", "not_landed")
"""Outcomes after which an event goes on without that payload."""


@dataclass(frozen=True)
class Unread:
    """A landed payload that could not be read after all."""

    row: LandedRow
    reason: str


# --- asking -----------------------------------------------------------------------------------------------------------


def capture(settings: Settings, *, say: Say = lambda text: None) -> Gathered:
    """Land what tells of today only, from every source that is configured; nothing is loaded."""
    landing = Landing(settings.landed_dir)
    now = settings.moment
    wanted = {provider: provider.daily(settings, now) for provider in chosen(settings).values()}
    gathered = gather(wanted, settings, landing, lambda ask, row: False, say=say)
    daily = {row["source"] for _, row in reference_rows("sources.csv") if row["cadence"] == "daily"}
    gathered.idle += [provider.name for provider, asks in wanted.items() if not asks and provider.name in daily]
    return gathered


def take_for_event(
    warehouse: Warehouse,
    event: ReconEvent,
    sessions: Sequence[date],
    settings: Settings,
    *,
    say: Say = lambda text: None,
) -> Gathered:
    """Land and load what an event wants of every configured source, and note what came of it; return that.

    `sessions` are those that the event reads. No failure of a source is an error here.
    """
    gathered = _gather_for_event(event, sessions, settings, say)
    unread = load_landings(warehouse, settings, say=say)
    store_outcomes(warehouse, event, gathered, unread)
    return gathered


def _gather_for_event(event: ReconEvent, sessions: Sequence[date], settings: Settings, say: Say) -> Gathered:
    """Ask for what an event wants.

    A payload that was fetched after the days of grace will do, for a later one would be known too late; so will one
    that was fetched today for the same day. A file of over a gigabyte may be some days old, for a projection, or once
    it is of after the rank day.
    """
    now = settings.moment
    plan = Plan(event.event_id, event.rank_day, _previous_rank_day(event), tuple(sessions), now)
    grace_days = int(rules_on(event.effective_date)["capture_grace_days"])
    too_late = datetime.combine(event.rank_day + timedelta(days=grace_days + 1), time(), UTC)

    def is_enough(ask: Ask, row: LandedRow) -> bool:
        fetched = row.fetched_at.astimezone(UTC)
        is_complete = event.is_projection or fetched.date() > event.rank_day
        if ask.is_big and is_complete and fetched >= now - BULK_INTERVAL:
            return True
        if row.session == ask.day:
            return fetched >= too_late or fetched.date() >= now.date()
        # What tells of today only has another day each time that it is asked.
        is_earlier = row.session is not None and ask.day is not None and row.session < ask.day
        return is_earlier and fetched >= too_late

    wanted = {provider: provider.of_event(settings, plan) for provider in chosen(settings).values()}
    return gather(wanted, settings, Landing(settings.landed_dir), is_enough, say=say)


def _previous_rank_day(event: ReconEvent) -> date:
    before = [
        other.rank_day
        for other in events.events().values()
        if other.kind == "recon" and other.rank_day < event.rank_day
    ]
    return max(before, default=event.rank_day - timedelta(days=365))


def outcome_rows(event_id: str, outcomes: Sequence[Outcome]) -> pl.DataFrame:
    """Return outcomes as rows of raw.source_outcomes; `value` and `known` are one, for a second run must be equal."""
    rows = {
        (outcome.ask.feed, outcome.ask.path): {
            "event_id": event_id,
            "source": outcome.ask.feed.partition("/")[0],
            "feed": outcome.ask.feed,
            "payload_key": outcome.ask.path,
            "result": "known" if outcome.result == "value" else outcome.result,
            "detail": outcome.detail,
        }
        for outcome in outcomes
    }
    return pl.DataFrame([rows[key] for key in sorted(rows)])


# --- loading ----------------------------------------------------------------------------------------------------------


def load_landings(warehouse: Warehouse, settings: Settings, *, say: Say = lambda text: None) -> list[Unread]:
    """Read every landed payload that the raw tables do not have yet; return those that could not be read.

    Each payload is one transaction: its rows and the note that it was read. Where the same question was answered with
    the same bytes twice they are read once, as of the first.
    """
    landing = Landing(settings.landed_dir)
    tables = load_tables()
    done = set(warehouse.frame(f"select feed, payload_key, payload_sha256 from {PAYLOADS}").iter_rows())
    unread: list[Unread] = []
    for row in landing.every():
        provider = of_feed(row.source)
        if provider is None or row.key is None or (row.source, row.key, row.sha256) in done:
            continue
        done.add((row.source, row.key, row.sha256))
        if row.size > BIG_BYTES:
            say(f"reading {row.source} ({row.size / 1e6:,.0f} MB)")
        frames = _read(provider, row, landing)
        if isinstance(frames, Unread):
            say(f"{row.source} of {row.fetched_at:%Y-%m-%d %H:%M} cannot be read: {frames.reason}")
            unread.append(frames)
        else:
            _load(warehouse, tables, provider, row, frames)
    return unread


BULK_INTERVAL = timedelta(days=7)
"""How old a file of over a gigabyte may be before it is asked for again: the SEC writes it anew each night."""

BIG_BYTES = 20_000_000
"""Payloads beyond this take long enough to be announced."""


def _read(provider: Provider, row: LandedRow, landing: Landing) -> Frames | Unread:
    if not landing.path_of(row).exists():
        return Unread(row, "its object is gone from the landings")
    try:
        return provider.read(Landed(row, landing))
    except (BadPayload, ContractBroken) as error:  # ContractBroken: the object is not what was landed
        return Unread(row, f"{error} It is {landing.path_of(row)}.")


def _load(warehouse: Warehouse, tables: dict[str, Table], provider: Provider, row: LandedRow, frames: Frames) -> None:
    with warehouse.transaction():
        count = 0
        for name, frame in sorted(frames.items()):
            loaded = warehouse.load_missing(tables[name], frame.with_columns(payload_sha256=pl.lit(row.sha256)))
            count += 0 if name == REJECTS else loaded
        note = {
            "feed": row.source,
            "payload_sha256": row.sha256,
            "source": provider.name,
            "payload_key": row.key,
            "asked_day": row.session,
            "fetched_at": naive_utc(row.fetched_at),
            "last_modified": naive_utc(row.last_modified) if row.last_modified else None,
            "size_bytes": row.size,
            "row_count": count,
        }
        schema = {"asked_day": pl.Date(), "last_modified": pl.Datetime("us")}
        warehouse.load(PAYLOADS, pl.DataFrame([note], schema_overrides=schema))


def store_outcomes(warehouse: Warehouse, event: ReconEvent, gathered: Gathered, unread: Sequence[Unread]) -> None:
    """Note what came of asking for an event, payloads that could not be read among it.

    One that was asked for again under the same words, and had, is not among it: the newer one counts.

    Offline nobody is asked: what an earlier run was told of a payload that it did not get still holds, so that a run
    from the landings alone gives the same.
    """
    outcomes = [_as_told_before(warehouse, event, outcome) for outcome in gathered.outcomes]
    had = {(outcome.ask.feed, outcome.ask.path): outcome.row.sha256 for outcome in outcomes if outcome.row}
    for bad in unread:
        if had.get((bad.row.source, bad.row.key or ""), bad.row.sha256) != bad.row.sha256:
            continue
        ask = Ask(bad.row.source, "", bad.row.key or "")
        outcomes.append(Outcome(ask, "bad_payload", f"The landed payload cannot be read: {bad.reason}"))
    with warehouse.transaction():
        warehouse.delete_event(OUTCOMES, event.event_id)
        warehouse.load(OUTCOMES, outcome_rows(event.event_id, outcomes))


def note_failure(
    warehouse: Warehouse, event: ReconEvent, source: str, error: Rejected | BadPayload | Unavailable
) -> None:
    """Note that a source which is not asked here gave nothing for an event."""
    warehouse.load(OUTCOMES, outcome_rows(event.event_id, [failed(Ask(f"{source}/", "", ""), error)]))


def _as_told_before(warehouse: Warehouse, event: ReconEvent, outcome: Outcome) -> Outcome:
    if outcome.result != "not_landed":
        return outcome
    told = warehouse.frame(
        f"select result, detail from {OUTCOMES} where event_id = $event_id and feed = $feed and payload_key = $key "
        "and result not in ('value', 'known', 'not_landed')",
        {"event_id": event.event_id, "feed": outcome.ask.feed, "key": outcome.ask.path},
    )
    return outcome if told.is_empty() else replace(outcome, result=told["result"][0], detail=told["detail"][0])


# --- telling ----------------------------------------------------------------------------------------------------------


def source_states(settings: Settings) -> pl.DataFrame:
    """Return one row a source: source, state, last_success, payloads, gives, first_for, url.

    `state` is ready, off (not in the setting `sources`), or needs and what is not set. `last_success` is when its
    newest payload was fetched (UTC), `payloads` how many were landed; `first_for` are the figures of
    which it is asked first.
    """
    every = providers()
    active = chosen(settings)
    landed: dict[str, list[LandedRow]] = {}
    for row in Landing(settings.landed_dir).every():
        landed.setdefault(_source_of(row.source), []).append(row)
    rows = []
    for _, about in reference_rows("sources.csv"):
        name = about["source"]
        missing = every[name].lacks(settings) if name in every else ""
        state = "off" if name in every and name not in active else f"needs {missing}" if missing else "ready"
        rows.append(
            {
                "source": name,
                "state": state,
                "last_success": max((row.fetched_at for row in landed.get(name, [])), default=None),
                "payloads": len(landed.get(name, [])),
                "gives": about["gives"],
                "first_for": ", ".join(_first_for(name)),
                "url": _shown_url(settings, about["base_url_setting"]),
            }
        )
    return pl.DataFrame(rows, schema_overrides={"last_success": pl.Datetime("us", "UTC")})


def _source_of(feed: str) -> str:
    # The archive lands its dumps and its commit listings under names of its own.
    return feed.partition("/")[0].removesuffix("-commits")


def _first_for(source: str) -> list[str]:
    return [
        row["figure"]
        for _, row in reference_rows("source_order.csv")
        if (row["source"], row["precedence"]) == (source, "1")
    ]


def _shown_url(settings: Settings, variable: str) -> str:
    return place(str(getattr(settings, variable.removeprefix("RECON_").lower())))
