"""`recon demo`: the pipeline on the simulated market, every source of it served over its contract on this machine.

Belongs here: putting the pieces together. Does not belong here: the market (`market.py`), its server (`server.py`), the
pipeline, which does not know that its market is simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Final

from pydantic import SecretStr

from recon_pipeline.events import ReconEvent, event
from recon_pipeline.pipeline import RunReport, run_event
from recon_pipeline.settings import Settings
from recon_pipeline.simulation.market import simulate
from recon_pipeline.simulation.membership import opening_csv
from recon_pipeline.simulation.providers.form import CONTACT, KEY
from recon_pipeline.simulation.server import serve

DEMO_EVENT: Final = "2026-06-recon"

LOCAL_REQUESTS_PER_SECOND: Final = 1000.0
"""The pace of a real host would only make a local one wait."""

SEC_REQUESTS_PER_SECOND: Final = 10.0
"""The most that the settings allow."""

FREE_PLAN_REQUESTS_PER_SECOND: Final = 1.0
"""Massive is asked for what a free plan gives: a faster pace would be taken for a paid one."""

DAYS_AFTER: Final = 7
"""The demo looks back on its event: everything of it is published by then."""


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
            "massive_requests_per_second": FREE_PLAN_REQUESTS_PER_SECOND,
            "sources": "all",
            "now": now,
            "offline": False,
            "archive_token": None,
            "sec_contact": SecretStr(CONTACT),
            "massive_key": SecretStr(KEY),
            "alphavantage_key": SecretStr(KEY),
        }
    )


def run_demo(
    settings: Settings, *, lines: int, seed: int, progress: bool = False, say: Callable[[str], None] = lambda text: None
) -> RunReport:
    """Simulate a market, serve it, and run its event through the same code as a real one."""
    say(f"simulating {lines:,} lines, seed {seed}")
    chosen = event(DEMO_EVENT)
    market = simulate(chosen, lines=lines, seed=seed)
    home = settings.home_dir
    home.mkdir(parents=True, exist_ok=True)
    opening = home / "opening.csv"
    opening.write_bytes(opening_csv(market, everyone=True))
    with serve(market) as url:
        local = settings_of(settings, url, chosen)
        return run_event(DEMO_EVENT, local, openings=[opening], progress=progress, say=say)
