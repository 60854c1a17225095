"""Runs seeds through the pipeline and holds each event against the oracle: `python -m recon_pipeline_tests.oracle`.

Prints a table by seed and event, and each difference; ends with code 1 if there is one.

What does not belong here: the comparison (`compare`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from recon_pipeline.events import event, events
from recon_pipeline.publish import published_database
from recon_pipeline.settings import Settings
from recon_pipeline.simulation import opening_csv, simulate
from recon_pipeline.simulation.demo import DEMO_EVENT, home_name, run_demo
from recon_pipeline.simulation.market import SimulatedMarket
from recon_pipeline.simulation.registers import Registers
from recon_pipeline_tests.oracle.compare import KINDS, Difference, differences
from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.story import Opening, Story, tell

SHOWN = 12


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit code."""
    asked = _parser().parse_args(arguments)
    first, _, last = asked.seeds.partition("-")
    print(f"{'seed':>4} {'event':<14} {'seconds':>7} " + " ".join(f"{kind:>10}" for kind in KINDS))
    total = 0
    for seed in range(int(first), int(last or first) + 1):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(asked.home or folder) / home_name(asked.lines, asked.years, seed)
            for event_id, seconds, found in judge(
                home, lines=asked.lines, years=asked.years, seed=seed, is_run=not asked.no_run
            ):
                counts = Counter(difference.kind for difference in found)
                print(f"{seed:>4} {event_id:<14} {seconds:>7.1f} " + " ".join(f"{counts[kind]:>10}" for kind in KINDS))
                total += len(found)
                for kind in KINDS:
                    for difference in [each for each in found if each.kind == kind][: asked.shown]:
                        print(difference)
                sys.stdout.flush()
    print(f"{total:,} differences")
    return 1 if total else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recon_pipeline_tests.oracle", description=__doc__)
    parser.add_argument("--seeds", default="1", help="a seed, or the first and the last: 1-20")
    parser.add_argument("--lines", type=int, default=9000, help="lines that are ever listed in the market")
    parser.add_argument("--years", type=int, default=3, help="years of sessions; 0: those of a single event")
    parser.add_argument("--shown", type=int, default=SHOWN, help="differences of a kind to print")
    parser.add_argument("--home", help="keep the homes in this folder")
    parser.add_argument("--no-run", action="store_true", help="compare what the homes have from a run before")
    return parser


def judge(
    home: Path, *, lines: int, years: int, seed: int, is_run: bool = True
) -> Iterator[tuple[str, float, list[Difference]]]:
    """Run the events of a market in a home and compare each: event, seconds, differences."""
    started = time.monotonic()
    if is_run:
        run_demo(Settings(home=home), lines=lines, years=years, seed=seed)
    for story in stories(simulate(event(DEMO_EVENT), lines=lines, years=years, seed=seed)):
        found = differences(story, published_database(home))
        yield story.event_id, time.monotonic() - started, found
        started = time.monotonic()


def stories(market: SimulatedMarket) -> Iterator[Story]:
    """Every reconstitution of a market in order: the first opens from its file, the others from the one before."""
    registers = Registers(market)
    recons = [each for each in events().values() if each.kind == "recon"]
    opening: Opening | None = None
    for each in (*market.span.past, event(DEMO_EVENT)):
        ledger = Ledger(registers.at(each.rank_day))
        if opening is None:
            before = max(one.rank_day for one in recons if one.effective_date < market.span.opening_asof)
            opening = Opening.of_csv(ledger, opening_csv(market, everyone=True), before)
        story = tell(ledger, each.event_id, each.rank_day, each.effective_date, each.effective_from, opening)
        yield story
        opening = Opening.after(story)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
