"""`recon demo`: the pipeline on the simulated market, every source of it served over its contract on this machine.

Belongs here: putting the pieces together. Does not belong here: the market (`market.py`), its server (`server.py`), the
pipeline, which does not know that its market is simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

from pydantic import SecretStr

from recon_pipeline.backfill import BackfillReport, backfill
from recon_pipeline.events import ReconEvent, event
from recon_pipeline.pipeline import RunReport
from recon_pipeline.publish import published_database
from recon_pipeline.settings import SIMULATED, Settings
from recon_pipeline.simulation.apart import served_apart
from recon_pipeline.simulation.market import simulate
from recon_pipeline.simulation.membership import opening_csv
from recon_pipeline.simulation.providers.form import CONTACT, KEY
from recon_pipeline.warehouse import Reader

DEMO_EVENT: Final = "2026-06-recon"
DEMO_LINES, DEMO_YEARS, DEMO_SEED = 9_000, 3, 1

LOCAL_REQUESTS_PER_SECOND: Final = 1000.0
"""The pace of a real host would only make a local one wait."""

SEC_REQUESTS_PER_SECOND: Final = 10.0
"""The most that the settings allow."""

PATIENCE_S: Final = 600.0
"""A payload of the local host is made when it is asked for first, which a busy machine takes its time for."""

DAYS_AFTER: Final = 7
"""The demo looks back on each of its events: everything of it is published by then."""


def settings_of(settings: Settings, url: str, event: ReconEvent) -> Settings:
    """Settings with every source on and at `url`, as a week after the new membership of the event began."""
    now = datetime.combine(event.effective_from + timedelta(days=DAYS_AFTER), time(14), UTC)
    hosts = [name for name in Settings.model_fields if name.endswith("_url")]
    paces = [name for name in Settings.model_fields if name.endswith("requests_per_second")]
    return settings.model_copy(
        update={
            **dict.fromkeys(hosts, url),
            **dict.fromkeys(paces, LOCAL_REQUESTS_PER_SECOND),
            "sec_requests_per_second": SEC_REQUESTS_PER_SECOND,
            "massive_is_paid": False,
            "read_timeout_s": PATIENCE_S,
            "answer_timeout_s": PATIENCE_S,
            "sources": "all",
            "now": now,
            "offline": False,
            "archive_token": None,
            "sec_contact": SecretStr(CONTACT),
            "massive_key": SecretStr(KEY),
            "alphavantage_key": SecretStr(KEY),
        }
    )


def home_name(lines: int, years: int, seed: int) -> str:
    """The name of the home of a market: raw facts are write-once, and two markets share their dates."""
    return f"{SIMULATED}{lines}-{years}-{seed}"


def run_demo(
    settings: Settings,
    *,
    lines: int,
    seed: int,
    years: int = 0,
    progress: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> BackfillReport:
    """Simulate a market, serve it, and run its events in order through the same code as real ones: reconstitutions and,
    after the first one, the rounds of IPO additions.

    Each is run as a week after its new membership began, with the sources as they were then. The first opens from the
    list of who was in the indexes when the span began, the others from the event before. Events that the home holds
    already are left alone, but for the last one: to run that brings all up to date.
    """
    began = perf_counter()
    chosen = event(DEMO_EVENT)
    with served_apart(DEMO_EVENT, lines=lines, seed=seed, years=years) as server:
        market = simulate(chosen, lines=lines, seed=seed, years=years)
        days = f"{market.sessions[0]} to {market.sessions[-1]}"
        took = perf_counter() - began
        say(f"simulated {len(market.lines):,} lines over {len(market.sessions):,} sessions, {days}: {took:.1f} s")
        say(f"served at {server.url}: what is requested below is asked there, nothing of the network")
        home = settings.home_dir
        home.mkdir(parents=True, exist_ok=True)
        opening = home / "opening.csv"
        opening.write_bytes(opening_csv(market, everyone=True))
        there = published_events(home)
        chain = market.chain(chosen)
        first = next(each for each in chain if each == chosen or each.event_id not in there)
        wanted = chain[chain.index(first) :]
        is_opened_from_list = first == chain[0]
        del market  # the pipeline has no need of it, and would carry it to its end

        def as_then(each: ReconEvent) -> Settings:
            number = wanted.index(each) + 1 if each in wanted else 0
            say(f"event {number} of {len(wanted)}: {each.event_id}, ranked {each.rank_day}")
            server.turn_to(each.rank_day, wanted[number].rank_day if number < len(wanted) else None)
            return settings_of(settings, server.url, each)

        def told(report: RunReport) -> None:
            say(f"{report.event.event_id}: " + ", ".join(f"{step} {s:.1f} s" for step, s in report.seconds.items()))

        return backfill(
            first.event_id,
            chosen.event_id,
            settings,
            openings=[opening] if is_opened_from_list else [],
            progress=progress,
            say=say,
            done=told,
            settings_of=as_then,
        )


def published_events(home: Path) -> set[str]:
    """The events of the last snapshot of a home, if there is one."""
    path = published_database(home)
    if not path.exists():
        return set()
    return set(Reader(path).frame("select distinct event_id from recon.index_membership")["event_id"])
