"""What many tests share: the reference data beside the checkout, the replay server, a clean environment.

What does not belong here: fixtures of a single test module, and helpers that a test must import (they go to the module
that they help).
"""

from __future__ import annotations

import gc
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import hypothesis
import pytest

from recon_pipeline.events import ReconEvent, event
from recon_pipeline.simulation import SimulatedMarket, opening_csv, serve, simulate
from recon_pipeline.simulation.demo import DEMO_EVENT

SHARED = Path(__file__).resolve().parents[2] / "shared"
START_TIMEOUT_S = 30.0
GC_THRESHOLDS = (100_000, 20, 20)

# A shared machine stalls now and then: an example may be slow, yet it must not be wrong.
hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")


class StartReplayServer(Protocol):
    """Starts a replay server of its own and returns its base URL; the server lives until the test session ends."""

    def __call__(self, today: str = ..., faults: str = "", seed: int = 0) -> str:
        """`today`: ISO date, two days after the last session wanted. `faults`: KIND:RATE,... as the server takes."""
        ...


@dataclass(frozen=True)
class Simulated:
    """A simulated market of full size, served over the archive contract: its event, base URL and opening file."""

    event: ReconEvent
    market: SimulatedMarket
    url: str
    opening: Path


def pytest_configure() -> None:
    """A developer's own RECON_ and DAGSTER_HOME variables must not reach a test, and no test asks a real provider.

    Before anything is collected: some modules make settings when they are imported.
    """
    for name in list(os.environ):
        # Where pictures of the report are kept is for whoever runs the tests.
        if (name.startswith("RECON_") and name != "RECON_ARTEFACTS") or name == "DAGSTER_HOME":
            del os.environ[name]
    os.environ["RECON_SOURCES"] = "none"
    # A run in a test is about its rows: the report has tests of its own.
    os.environ["RECON_REPORT"] = "none"
    # A simulated market is a million objects that live on: to go through them every 700 new ones took 11 % of the time.
    gc.set_threshold(*GC_THRESHOLDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the reference data as `shared`, so that `-m "not shared"` leaves them all out, and
    begin with the files that take long: at the end they would keep one process busy and the others waiting."""
    long: set[Path] = set()
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if {"shared", "replay_server"} & fixtures:
            item.add_marker(pytest.mark.shared)
        if {"simulated", "replay_server"} & fixtures or item.get_closest_marker("slow"):
            long.add(item.path)
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the reference data; a test that asks for it is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the reference data (../shared beside the checkout) is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    """The simulated market of `make run`, for tests that run a whole event."""
    wanted = event(DEMO_EVENT)
    market = simulate(wanted)
    opening = tmp_path_factory.mktemp("simulated") / "opening.csv"
    opening.write_bytes(opening_csv(market))
    with serve(market) as url:
        yield Simulated(wanted, market, url, opening)


@pytest.fixture(scope="session")
def replay_server(shared: Path) -> Iterator[StartReplayServer]:
    """Start servers that replay archived provider answers, each on a free port; all are stopped at the end."""
    running: list[subprocess.Popen[str]] = []

    def start(today: str = "2026-08-21", faults: str = "", seed: int = 0) -> str:
        script = str(shared / "tools" / "replay_server.py")
        command = [sys.executable, script, "--port", "0", "--today", today, "--faults", faults, "--seed", str(seed)]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        running.append(server)
        assert server.stdout is not None
        return _first_line(server.stdout, START_TIMEOUT_S)

    yield start
    for server in running:
        server.terminate()
    for server in running:
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        if server.stdout is not None:
            server.stdout.close()


def _first_line(stream: IO[str], timeout_s: float) -> str:
    """The first line that a server prints (its URL); fails if it ends or stays silent instead."""
    lines: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    try:
        line = lines.get(timeout=timeout_s).strip()
    except queue.Empty:
        line = ""
    if not line:
        pytest.fail(f"the replay server printed no URL within {timeout_s:.0f} s")
    return line
