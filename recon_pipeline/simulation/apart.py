"""The server of a simulated market in a process of its own, so that it makes payloads while the pipeline reads others.

Belongs here: starting and ending that process, and turning its market to another day. Both processes simulate the same
market, from the same arguments: it is the same to the byte.

Does not belong here: what is served (`server.py`), what is run on it (`demo.py`).
"""

from __future__ import annotations

import gc
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection

from recon_pipeline.errors import ContractBroken
from recon_pipeline.events import event
from recon_pipeline.simulation.market import simulate
from recon_pipeline.simulation.server import ArchiveServer, serving

IDLE_S = 0.8
"""Without a request for so long, the pipeline is busy with what it has."""

START_S = 120.0
"""How long a busy machine may take to simulate a market, or to turn it to another day."""


@dataclass(frozen=True)
class ApartServer:
    """A running server: its base URL, and the line to its process."""

    url: str
    line: Connection

    def turn_to(self, rank_day: date, following: date | None = None) -> None:
        """From now on tell what was known when the event of a rank day took effect.

        When nobody has asked for a while, the server gets ready for the `following` one.
        """
        self.line.send((rank_day, following))
        _heard(self.line)


@contextmanager
def served_apart(event_id: str, *, lines: int, seed: int, years: int) -> Iterator[ApartServer]:
    """Serve a market from a process of its own while the block runs.

    Raises:
        ContractBroken: the process ended, or did not answer in time.
    """
    # Spawned, not forked: the pipeline has threads.
    context = multiprocessing.get_context("spawn")
    line, far_end = context.Pipe()
    process = context.Process(target=_serve, args=(far_end, event_id, lines, seed, years), daemon=True)
    process.start()
    far_end.close()
    try:
        yield ApartServer(str(_heard(line)), line)
    finally:
        line.close()
        process.join(timeout=5)
        if process.is_alive():
            process.terminate()
            process.join()


def _heard(line: Connection) -> object:
    try:
        if line.poll(START_S):
            return line.recv()
        what = f"did not answer within {START_S:.0f} s"
    except (EOFError, OSError):
        what = "ended"
    raise ContractBroken(
        f"Serving the simulated market: its process {what}. Its own message stands above. Run it again."
    )


def _serve(line: Connection, event_id: str, lines: int, seed: int, years: int) -> None:
    """The process: serve until the other end hangs up."""
    market = simulate(event(event_id), lines=lines, seed=seed, years=years)
    # The market stays to the end: the collector need not look through its million objects again and again.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    with serving(ArchiveServer(market)) as server:
        line.send(server.url)
        while True:
            try:
                rank_day, following = line.recv()
            except (EOFError, KeyboardInterrupt):
                return
            server.turn_to(rank_day)
            turned_at = time.monotonic()
            line.send(True)
            while following and not line.poll(IDLE_S / 4):
                if server.asked_at > turned_at and time.monotonic() - server.asked_at > IDLE_S:
                    server.make_ahead(following)
                    following = None
