"""Time and memory of the Monte Carlo of a projection, as a ratio to a plain loop over paths in NumPy.

Run from the root of the project, with the home of a projection that was run:

    python benchmarks/monte_carlo.py HOME 2023-06-recon-asof-2023-03-31 [--paths 10000] [--loop-paths 100]

Both draw the same model from the same start and count the same: how often each company ends on each side of each cut.
The loop is written as one would at first: a path at a time, each session drawn, NumPy over the companies of the path.
It is timed over `--loop-paths` paths and its time is multiplied up; ours runs all of its paths. What the two count is
compared too, within what so few paths can tell; they draw from the same distributions, not the same numbers.

What does not belong here: whether paths are placed by the rules (`recon_pipeline_tests/test_monte_carlo.py`).
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np

from recon_pipeline import events
from recon_pipeline.monte_carlo import ABOVE, BELOW, CODES, CUTS, R3000_BIT, R3000E_BIT, Ints, Moves, Start, simulate
from recon_pipeline.path_start import prepare_paths
from recon_pipeline.pipeline import open_warehouse
from recon_pipeline.probability import PATHS
from recon_pipeline.projection import projection_settings
from recon_pipeline.settings import Settings


def one_path(start: Start, moves: Moves, generator: np.random.Generator) -> Ints:
    """Draw one path, session by session, rank and place everybody; return the outcome code by company.

    Companies without figures keep no place here, and further classes have no codes: a few names of thousands.
    """
    companies = len(start.company_ids)
    close, window = start.close.copy(), start.window_sum.copy()
    market_tail = np.sqrt((moves.tail_df - 2) / generator.chisquare(moves.tail_df))
    tail = np.sqrt((moves.tail_df - 2) / generator.chisquare(moves.tail_df, companies))
    drift = -(moves.sigma**2 + (moves.beta * moves.market_sigma) ** 2) / 2
    for session in range(moves.sessions):
        market = moves.market_sigma * market_tail * generator.standard_normal()
        close *= np.exp(drift + moves.beta * market + moves.sigma * tail * generator.standard_normal(companies))
        if moves.sessions - 1 - moves.window_sessions <= session < moves.sessions - 1:
            window += close
    cap = start.cap * close / start.close * np.exp(moves.cap_noise * generator.standard_normal(companies))
    mean = window / np.maximum(start.window_days + moves.window_sessions, 1)
    is_there = generator.random(companies) >= moves.p_gone_before
    is_taken = is_there & (generator.random(companies) < moves.p_eligible)
    is_taken &= generator.random(companies) >= moves.p_gone_after
    with np.errstate(invalid="ignore"):
        passes = (
            (close >= start.min_price_usd) | (start.is_member & (mean >= start.min_price_usd)) | ~start.judges_price
        )
        passes &= ((cap >= start.min_cap_usd) | ~start.judges_cap) & ~np.isnan(cap)
    ranked = np.flatnonzero(is_there & start.is_eligible & passes)
    ranked = ranked[np.argsort(-cap[ranked], kind="stable")]
    cumulated = np.cumsum(cap[ranked])
    # Who qualifies against our verdict stands behind the ranked, at the place that its cap is worth.
    guests = np.flatnonzero(is_taken & ~start.is_eligible & passes)
    worth = np.searchsorted(-cap[ranked], -cap[guests])
    placed = np.concatenate([ranked, guests])
    before = np.concatenate([np.arange(len(ranked)), worth])
    within = 100 * np.concatenate([cumulated, np.append(0.0, cumulated)[worth] + cap[guests]])
    cut_of = {cut.breakpoint_id: cut for cut in start.cuts}
    total = cumulated[min(cut_of["R3000E"].rank, len(ranked)) - 1]
    codes = np.zeros(companies, np.int64)
    for bit, name in enumerate(CUTS):
        cut = cut_of[name]
        at_cut = cumulated[min(cut.rank, len(ranked)) - 1]
        above = before < cut.rank
        if cut.band_pct:
            side = start.sides[placed, bit]
            above = np.where(side == ABOVE, within <= 100 * at_cut + cut.band_pct * total, above)
            above = np.where(side == BELOW, within < 100 * at_cut - cut.band_pct * total, above)
        codes[placed[above]] |= 1 << bit
    codes[start.is_out_of_microcap & (codes & R3000_BIT == 0)] &= ~R3000E_BIT
    codes[~is_taken] = 0
    return codes


def main() -> None:
    """Time both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("event_id")
    parser.add_argument("--paths", type=int, default=PATHS)
    parser.add_argument("--loop-paths", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    with open_warehouse(projection_settings(Settings(home=asked.home))) as warehouse:
        prepared = prepare_paths(warehouse, events.event(asked.event_id))
    start, moves = prepared.start, prepared.moves
    before = _peak_mb()

    began, began_cpu = time.perf_counter(), time.process_time()
    ours = simulate(start, moves, paths=asked.paths, seed=1, threads=asked.threads)
    took, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    peak = _peak_mb()

    generator = np.random.default_rng(1)
    counts = np.zeros((len(start.company_ids), CODES), np.int64)
    began, began_cpu = time.perf_counter(), time.process_time()
    for _ in range(asked.loop_paths):
        counts[np.arange(len(counts)), one_path(start, moves, generator)] += 1
    more = asked.paths / asked.loop_paths
    loop, loop_cpu = (time.perf_counter() - began) * more, (time.process_time() - began_cpu) * more

    in_r1000 = np.array([bool(code & R3000_BIT and code >> CUTS.index("R1000") & 1) for code in range(CODES)])
    chance = ours.company_counts[:, in_r1000].sum(axis=1) / asked.paths
    chance_loop = counts[:, in_r1000].sum(axis=1) / asked.loop_paths
    print(f"{len(start.company_ids):,} companies, {moves.sessions} sessions, {asked.paths:,} paths")
    print(
        f"ours: {took:.1f} s on {asked.threads} threads, {cpu:.1f} s of CPU; peak memory {peak:,.0f} MB, of which "
        f"{before:,.0f} MB before it"
    )
    print(
        f"loop: {loop:.1f} s on one thread, {loop_cpu:.1f} s of CPU, timed over {asked.loop_paths} paths and "
        "multiplied up"
    )
    print(f"ratio: the loop takes {loop / took:.1f} times as long, and {loop_cpu / cpu:.1f} times the CPU")
    print(
        f"expected companies of the Russell 1000: {chance.sum():.1f}, of the loop {chance_loop.sum():.1f}; "
        f"mean absolute difference of the chances {np.abs(chance - chance_loop).mean():.4f}"
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
