"""What it costs to make a simulated market of years: everything but writing its dumps.

    .venv/bin/python benchmarks/simulate.py [--lines 9000] [--years 3] [--seed 1] [--repeat 3]

Each market is made in a process of its own, so that the peak of memory is that of one market with all imports: once
with its census, incidents and walk alone, and once with its issuers and all their filings too. The alternative is the
walk of the same prices line by line in plain Python, in whole numbers as well: it is timed in the same run on the same
census, and must give the same closes. Printed: medians, the peak, and the ratio of the two walks.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from array import array

from recon_pipeline.events import event
from recon_pipeline.simulation import SimulatedMarket, simulate
from recon_pipeline.simulation.census import PRICE_UNIT, Line
from recon_pipeline.simulation.chance import noise
from recon_pipeline.simulation.demo import DEMO_EVENT, DEMO_LINES, DEMO_SEED, DEMO_YEARS
from recon_pipeline.simulation.registers import Registers
from recon_pipeline.simulation.walk import (
    DRIFT_SESSIONS,
    FINE,
    MARKET_DRIFT_PPM,
    MARKET_VOLATILITY_PPM,
    NOISE_CENTRE,
    NOISE_SPREAD,
    PPM,
    walk,
)

KB_PER_MB = 1_000


def plain_walk(market: SimulatedMarket) -> list[array[int]]:
    """The closes of a market as `walk` gives them, line by line."""
    lines, rank, count = market.lines, market.span.rank_index, len(market.sessions)
    ratio = {
        (at, index): (before, after)
        for index, line in enumerate(lines)
        for at, before, after in market.companies[line.company].splits
        if line.role in ("common", "class")
    }
    closes: dict[int, array[int]] = {rank: array("q", (line.price for line in lines))}
    for sessions, sign in ((range(rank + 1, count), 1), (range(rank, -1, -1), -1)):
        prices = [line.price * FINE for line in lines]
        for session in sessions:
            changes = plain_returns(market, session, drifting=sign < 0)
            made = array("q")
            for index, (line, change) in enumerate(zip(lines, changes, strict=True)):
                factor = PPM + sign * change + change * change // (2 * PPM)
                price = max(FINE, (prices[index] * factor + PPM // 2) // PPM)
                if (session, index) in ratio:
                    before, after = ratio[session, index][::sign]
                    price = max(FINE, price * before // after)
                prices[index] = price
                units = (price + FINE // 2) // FINE
                tick = 1 if units < PRICE_UNIT else line.tick
                made.append(max(tick, (units + tick // 2) // tick * tick))
            closes[session if sign > 0 else session - 1] = made
    return [closes[session] for session in range(-1, count)]


def plain_returns(market: SimulatedMarket, session: int, *, drifting: bool) -> list[int]:
    """Returns of a session in ppm, line by line."""
    lines = market.lines
    drawn = sum(noise(market.seed, f"market/{session}", 4)) - NOISE_CENTRE
    factor = MARKET_DRIFT_PPM + MARKET_VOLATILITY_PPM * drawn // NOISE_SPREAD
    own = noise(market.seed, f"lines/{session}", 4 * len(lines))
    found = [
        line.beta_permille * factor // 1000 + line.volatility_ppm * (a + b + c + d - NOISE_CENTRE) // NOISE_SPREAD
        for line, a, b, c, d in zip(lines, own[::4], own[1::4], own[2::4], own[3::4], strict=True)
    ]
    for index, line in enumerate(lines):
        if line.leader is not None:
            found[index] += found[line.leader]
    return [
        0 if session in line.halts else change + (drift_of(market, line, session) if drifting else 0)
        for line, change in zip(lines, found, strict=True)
    ]


def drift_of(market: SimulatedMarket, line: Line, session: int) -> int:
    """What a line moves by beside the market and chance, in ppm."""
    until = market.span.rank_index if line.drift_until is None else line.drift_until
    return line.drift_ppm if until - DRIFT_SESSIONS < session <= until else 0


def make(lines: int, years: int, seed: int, *, with_filings: bool) -> dict[str, float]:
    """Make one market in this process; return its seconds, its size, and the peak of memory in MB."""
    chosen = event(DEMO_EVENT)
    began = time.perf_counter()
    market = simulate(chosen, lines=lines, years=years, seed=seed)
    filings = len(Registers(market).filings) if with_filings else 0
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB
    return {
        "seconds": took,
        "peak_mb": peak,
        "lines": len(market.lines),
        "sessions": len(market.sessions),
        "filings": filings,
    }


def made_apart(args: argparse.Namespace, *, with_filings: bool) -> list[dict[str, float]]:
    """Make markets in processes of their own; return what each of them cost."""
    command = [sys.executable, __file__, "--lines", str(args.lines), "--years", str(args.years)]
    command += ["--seed", str(args.seed), "--child", "filings" if with_filings else "market"]
    return [
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        for _ in range(args.repeat)
    ]


def walks(args: argparse.Namespace) -> tuple[float, float]:
    """Time both walks of one market, in turns; return the medians of NumPy's and of the plain one."""
    market = simulate(event(DEMO_EVENT), lines=args.lines, years=args.years, seed=args.seed)
    rank, count = market.span.rank_index, len(market.sessions)
    fast: list[float] = []
    plain: list[float] = []
    for turn in range(args.repeat):
        began = time.perf_counter()
        closes = walk(market.lines, market.companies, rank=rank, sessions=count, seed=market.seed)
        fast.append(time.perf_counter() - began)
        began = time.perf_counter()
        same = plain_walk(market)
        plain.append(time.perf_counter() - began)
        if turn == 0 and [row.tolist() for row in closes] != [row.tolist() for row in same]:
            raise SystemExit("the two walks do not give the same closes")
    return statistics.median(fast), statistics.median(plain)


def main() -> None:
    """Print what a market costs, and how its walk compares with a plain one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=DEMO_LINES)
    parser.add_argument("--years", type=int, default=DEMO_YEARS)
    parser.add_argument("--seed", type=int, default=DEMO_SEED)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--child", choices=("market", "filings"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        print(json.dumps(make(args.lines, args.years, args.seed, with_filings=args.child == "filings")))
        return
    market, filings = (made_apart(args, with_filings=with_filings) for with_filings in (False, True))
    first = filings[0]
    print(
        f"{first['lines']:,} lines, {first['sessions']:,} sessions, {first['filings']:,} filings, "
        f"median of {args.repeat}, each in a process of its own"
    )
    for name, runs in (("market", market), ("with filings", filings)):
        seconds = statistics.median(run["seconds"] for run in runs)
        print(f"  {name:13} {seconds:7.2f} s   peak {max(run['peak_mb'] for run in runs):6.0f} MB")
    fast, plain = walks(args)
    print(f"  walk          {fast:7.2f} s")
    print(f"  plain walk    {plain:7.2f} s   the same closes")
    print(f"  ratio         {plain / fast:7.1f}")


if __name__ == "__main__":
    main()
