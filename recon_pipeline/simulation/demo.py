"""`recon demo`: the pipeline on the simulated market, served over the archive contract on this machine.

Belongs here: putting the pieces together. Does not belong here: the market (`market.py`), its server (`server.py`), the
pipeline, which does not know that its market is simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from recon_pipeline.events import event
from recon_pipeline.pipeline import RunReport, run_event
from recon_pipeline.settings import Settings
from recon_pipeline.simulation.market import simulate
from recon_pipeline.simulation.membership import opening_csv
from recon_pipeline.simulation.server import serve

DEMO_EVENT: Final = "2026-06-recon"

LOCAL_REQUESTS_PER_SECOND: Final = 1000.0
"""The pace of a real host would only make a local one wait."""


def run_demo(
    settings: Settings, *, lines: int, seed: int, progress: bool = False, say: Callable[[str], None] = lambda text: None
) -> RunReport:
    """Simulate a market, serve it, and run its event through the same code as a real one."""
    say(f"simulating {lines:,} lines, seed {seed}")
    market = simulate(event(DEMO_EVENT), lines=lines, seed=seed)
    home = settings.home_dir
    home.mkdir(parents=True, exist_ok=True)
    opening = home / "opening.csv"
    opening.write_bytes(opening_csv(market))
    with serve(market) as url:
        local = settings.model_copy(
            update={
                "archive_url": url,
                "archive_api_url": url,
                "archive_token": None,
                "offline": False,
                "requests_per_second": LOCAL_REQUESTS_PER_SECOND,
            }
        )
        return run_event(DEMO_EVENT, local, openings=[opening], progress=progress, say=say)
