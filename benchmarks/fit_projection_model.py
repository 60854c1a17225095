"""Fit the parameters of the projection with probability on an event whose outcome is known.

Run from the root of the project, with the home of a projection and the official lists of the outcome:

    python benchmarks/fit_projection_model.py HOME 2022-06-recon-asof-2022-03-31 --later HOME 2022-06-recon \
        --truth russell1000_2022-06-24.csv --truth russell2000_2022-06-24.csv --truth russell3000_2022-06-24.csv

Prints two things, to be written into `sql/reference/projection_model.csv`. First, what our verdicts are worth: of
the companies that were large enough and priced well above the minimum, how many of each verdict were taken, and the
chance that this tells by the rule of succession, (taken + 1) / (all + 2); and how many of the members had left by the
rank day, as the home of the event itself has it (`--later`). Then the log loss and the Brier score of the members of
the Russell 1000, 2000 and 3000 for each scale of volatility, tail and noise of caps.

What does not belong here: how good the fitted model is, which is asked of other years (`benchmarks/calibration.py`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np

from recon_pipeline import events
from recon_pipeline.calibration import brier, log_loss
from recon_pipeline.events import AS_OF
from recon_pipeline.monte_carlo import CODES, CUTS, Outcome, Start, simulate
from recon_pipeline.path_start import prepare_paths, pricing_tickers, read_start
from recon_pipeline.pipeline import open_warehouse
from recon_pipeline.projection import projection_settings
from recon_pipeline.projection_model import parameters
from recon_pipeline.publish import published_database
from recon_pipeline.scoring import MEMBERS, Truth, key, read_truth
from recon_pipeline.settings import Settings
from recon_pipeline.warehouse import Reader

INDEXES = ("R1000", "R2000", "R3000")
LARGE = 1.5
"""Companies that many times the cap at the cut, and that many dollars a share, were not left out for their size."""
SCALES, TAILS, NOISES = (1.0, 1.2, 1.3, 1.4, 1.5, 1.7), (3, 4, 6, 30), (0.0, 4.0, 8.0)
CODE = np.arange(CODES)
ABOVE = {name: (CODE >> bit) & 1 == 1 for bit, name in enumerate(CUTS)}
IN_INDEX = {
    "R1000": ABOVE["R3000"] & ABOVE["R1000"],
    "R2000": ABOVE["R3000"] & ~ABOVE["R1000"],
    "R3000": ABOVE["R3000"],
}


def pairs(outcome: Outcome, start: Start, tickers: list[str], truth: Truth) -> Iterator[tuple[float, bool]]:
    """The probability of each index for each company, and whether it came: always of the same companies."""
    for index_id in INDEXES:
        listed = truth[index_id, MEMBERS]
        chance = outcome.company_counts[:, IN_INDEX[index_id]].sum(axis=1) / outcome.paths
        for ticker, probability_of in zip(tickers, chance, strict=True):
            yield float(probability_of), key(ticker) in listed


def main() -> None:
    """Count and fit, and print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("event_id")
    parser.add_argument("--truth", type=Path, action="append", required=True)
    parser.add_argument("--later", nargs=2, metavar=("HOME", "EVENT"), required=True)
    parser.add_argument("--paths", type=int, default=1000)
    asked = parser.parse_args()
    event = events.event(asked.event_id)
    rank_day = events.event(asked.event_id.partition(AS_OF)[0]).rank_day
    truth = read_truth(asked.truth, event)
    later = set(
        Reader(published_database(Path(asked.later[0]))).frame(
            "select security_id from recon.universe where event_id = $event_id", {"event_id": asked.later[1]}
        )["security_id"]
    )
    with open_warehouse(projection_settings(Settings(home=asked.home))) as warehouse:
        prepared = prepare_paths(warehouse, event)
        start, verdicts = read_start(warehouse, event, rank_day)
        tickers = pricing_tickers(warehouse, event, start)
    _print_counts(start, np.array(verdicts), tickers, truth, later, prepared.moves.sessions)
    scale = parameters()["volatility_scale"]
    print("scale  tail  noise  log loss     Brier")
    for factor, tail, noise in product(SCALES, TAILS, NOISES):
        moves = replace(
            prepared.moves, sigma=prepared.moves.sigma * factor / scale, tail_df=float(tail), cap_noise=noise / 100
        )
        outcome = simulate(start, moves, paths=asked.paths, seed=1)
        found = list(pairs(outcome, start, tickers, truth))
        print(f"{factor:5.2f} {tail:5d} {noise:5.1f}% {log_loss(found):9.5f} {brier(found):9.5f}", flush=True)


def _print_counts(
    start: Start,
    verdicts: np.ndarray[tuple[int], np.dtype[np.str_]],
    tickers: list[str],
    truth: Truth,
    later: set[str],
    sessions: int,
) -> None:
    cap = np.nan_to_num(start.cap)
    cut = np.sort(cap[start.is_eligible])[::-1][2999]
    is_large = (cap >= LARGE * cut) & (np.nan_to_num(start.close) >= LARGE)
    taken = np.array([key(ticker) in truth["R3000", MEMBERS] for ticker in tickers])
    for verdict in sorted(set(verdicts)):
        chosen = is_large & (verdicts == verdict)
        came, number = int(taken[chosen].sum()), int(chosen.sum())
        print(f"{verdict}: {came} of {number} taken: {(came + 1) / (number + 2):.4f}")
    members = is_large & (verdicts == "member")
    gone = np.array([line not in later for line in start.security_ids]) & members & ~taken
    print(f"members gone by the rank day: {gone.sum()} of {members.sum()}, in {sessions} sessions")


if __name__ == "__main__":
    main()
