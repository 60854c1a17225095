"""How long a backfill takes, and how much of it passes outside of SQL and HTTP.

Run from the root of the project, with the sources set up as for `recon backfill`:

    python benchmarks/backfill.py --from 2021-09-ipo --to 2026-09-ipo --opening LIST.csv ... --home HOME

A thread looks at what all threads do every few milliseconds. A look counts for SQL if the backfill stands in a call of
the warehouse, for HTTP if it does not and some thread waits for an answer, and for neither otherwise: reading payloads,
choosing sessions, hashing, writing files. Prints seconds and shares; a second run in the same home shows the same
without the network.

What does not belong here: the time of one event beside its bare SQL (`benchmarks/warm_run.py`).
"""

from __future__ import annotations

import argparse
import gc
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from recon_pipeline import warehouse
from recon_pipeline.backfill import backfill
from recon_pipeline.settings import Settings

EVERY_S = 0.005
WAREHOUSE = warehouse.__file__
WIRES = ("urllib3", "requests", "http/client.py", "ssl.py", "socket.py")


def doing(main: int, me: int) -> str:
    """Tell what the process does now: sql, http or other."""
    # A collection inside of this call waits for a lock that the call holds, when another thread begins (Python 3.11).
    gc.disable()
    frames = sys._current_frames()
    gc.enable()
    frame: FrameType | None = frames.get(main)
    # A call of DuckDB has no frame of its own: the warehouse stands on top of the stack.
    if frame is not None and frame.f_code.co_filename == WAREHOUSE:
        return "sql"
    waiting = (stack for thread, stack in frames.items() if thread != me)
    if any(wire in stack.f_code.co_filename for stack in waiting for wire in WIRES):
        return "http"
    return "other"


@contextmanager
def looked_at(counts: Counter[str]) -> Iterator[None]:
    """Count what the thread that enters this does, until it leaves."""
    main, stop = threading.get_ident(), threading.Event()

    def look() -> None:
        while not stop.wait(EVERY_S):
            counts[doing(main, threading.get_ident())] += 1

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def main() -> None:
    """Run, count and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--from", dest="first", required=True)
    parser.add_argument("--to", dest="last", required=True)
    parser.add_argument("--opening", type=Path, action="append", default=[])
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    began = time.perf_counter()
    with looked_at(counts):
        done = backfill(options.first, options.last, Settings(home=options.home), openings=options.opening)
    seconds, looks = time.perf_counter() - began, sum(counts.values())
    sys.stdout.write(f"{len(done.reports)} events in {seconds:.1f} s, {seconds / len(done.reports):.1f} s an event\n")
    for name in ("sql", "http", "other"):
        share = counts[name] / looks
        sys.stdout.write(f"  {name:6} {seconds * share:8.1f} s  {100 * share:5.1f} %\n")
    took = [report.took for report in done.reports]
    requests = sum(each.archive.requests + each.sources.requests for each in took)
    megabytes = sum(each.archive.bytes + each.sources.bytes for each in took) / 1e6
    sys.stdout.write(f"  {requests} requests, {megabytes:.0f} MB; snapshot {done.snapshot.manifest['snapshot_id']}\n")


if __name__ == "__main__":
    main()
