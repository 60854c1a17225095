"""The cap curve of a simulated market beside that of the real one: total market cap by rank, and how far they differ.

Run from the root of the project, after both events were published:

    python benchmarks/cap_curve.py REAL_HOME 2023-06-recon SIMULATED_HOME 2026-06-recon [...] --plot docs/cap_curve.svg

Every further pair of a home and an event is another simulated curve. Prints, for ranks of both, the cap of the real
company and by how much the simulated one is larger or smaller; ends with exit code 1 where a difference is more than
`--most` per cent between ranks 10 and 3000. The plot shows the curves on logarithmic axes, with the ranks of the
breakpoints; its figures are those of our own published tables.

What does not belong here: how the market is drawn (`recon_pipeline/simulation/kinds.py` has the curve that it follows).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import altair as alt
import duckdb
import polars as pl

from recon_pipeline.publish import published_database

QUERY = """
select rank, cast(market_cap_usd as double) as market_cap_usd
from russell.recon.ranking
where event_id = $event_id and status = 'ranked'
order by rank
"""
RANKS = (1, 10, 50, 100, 200, 500, 1000, 1500, 2000, 2500, 3000, 3300)
"""Ranks of the table."""
JUDGED = (10, 3000)
"""Ranks between which a difference counts: the largest few are companies, not a shape; the smallest are no members."""
CUTS = (1000, 2000, 3000)
"""Ranks of the breakpoints of R1000, of the Microcap from above, and of R3000 (methodology 7.1)."""
SIZE = (640, 360)


@dataclass(frozen=True, slots=True)
class Curve:
    """The ranked companies of a published event: `caps` in USD, largest first."""

    name: str
    caps: list[float]

    def cap(self, rank: int) -> float | None:
        """Cap at a rank in USD; None where fewer companies were ranked."""
        return self.caps[rank - 1] if rank <= len(self.caps) else None


def curve(home: Path, event_id: str, name: str) -> Curve:
    """Read the ranking of a published event. Raises SystemExit with what to do where there is none."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published_database(home)}' as russell (read_only)")
        rows = connection.execute(QUERY, {"event_id": event_id}).fetchall()
    if not rows:
        raise SystemExit(f"no ranking of {event_id} is published in {home}: run it there first (recon run {event_id})")
    return Curve(name, [cap for _, cap in rows])


def table(real: Curve, others: list[Curve]) -> tuple[list[str], float]:
    """The lines to print, and the largest difference in per cent that counts."""
    lines = [f"{'rank':>6} {real.name:>20} " + " ".join(f"{other.name:>20}" for other in others)]
    worst = 0.0
    for rank in RANKS:
        cap = real.cap(rank)
        if cap is None:
            continue
        cells = []
        for other in others:
            theirs = other.cap(rank)
            if theirs is None:
                cells.append(f"{'-':>20}")
                continue
            percent = 100 * (theirs / cap - 1)
            cells.append(f"{theirs / 1e6:>10,.0f}M {percent:>+7.0f}%")
            if JUDGED[0] <= rank <= JUDGED[1]:
                worst = max(worst, abs(percent))
        lines.append(f"{rank:>6} {cap / 1e6:>19,.0f}M " + " ".join(f"{cell:>20}" for cell in cells))
    lines.append(f"{'ranked':>6} {len(real.caps):>20,} " + " ".join(f"{len(other.caps):>20,}" for other in others))
    return lines, worst


def plot(curves: list[Curve]) -> alt.LayerChart | alt.FacetChart:
    """Cap by rank of each curve, both on logarithmic axes, with a rule at each breakpoint's rank."""
    points = pl.DataFrame(
        {
            "market": [each.name for each in curves for _ in each.caps],
            "rank": [rank for each in curves for rank in range(1, len(each.caps) + 1)],
            "cap": [cap for each in curves for cap in each.caps],
        }
    )
    # A line of four thousand points is drawn as well by those that differ on a logarithmic axis.
    points = points.filter((pl.col("rank") <= 100) | (pl.col("rank") % (pl.col("rank") // 100).clip(1) == 0))
    lines = (
        alt.Chart(points)
        .mark_line(strokeWidth=1.6)
        .encode(
            x=alt.X("rank:Q", scale=alt.Scale(type="log"), title="rank by total market cap"),
            y=alt.Y("cap:Q", scale=alt.Scale(type="log"), title="total market cap, USD", axis=alt.Axis(format="~s")),
            color=alt.Color("market:N", title=None, sort=None, legend=alt.Legend(orient="bottom-left")),
            strokeDash=alt.StrokeDash("market:N", title=None, sort=None),
        )
    )
    cuts = alt.Chart(pl.DataFrame({"rank": CUTS})).mark_rule(color="#888", strokeDash=[2, 3]).encode(x="rank:Q")
    return alt.layer(cuts, lines).properties(
        width=SIZE[0], height=SIZE[1], title="Eligible US companies by size: the simulated market beside the real one"
    )


def main(arguments: list[str]) -> int:
    """Print the table, write the plot where one is asked for, and tell by the exit code whether the shapes agree."""
    assert __doc__ is not None
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", nargs="+", metavar="HOME EVENT", help="the real home and event, then simulated ones")
    parser.add_argument("--plot", type=Path, help="file to write the plot to: .svg or .png")
    parser.add_argument("--most", type=float, default=35.0, help="largest difference that is accepted, in per cent")
    given = parser.parse_args(arguments)
    pairs = list(zip(given.pairs[::2], given.pairs[1::2], strict=False))
    if len(given.pairs) % 2 or len(pairs) < 2:
        parser.error("give a home and an event of the real market, then at least one such pair of a simulated market")
    curves = [
        curve(Path(home), event, f"{'real' if place == 0 else 'simulated'} {event}")
        for place, (home, event) in enumerate(pairs)
    ]
    lines, worst = table(curves[0], curves[1:])
    print("\n".join(lines))
    print(f"largest difference between ranks {JUDGED[0]} and {JUDGED[1]}: {worst:.0f} % (accepted: {given.most:.0f} %)")
    if given.plot:
        plot(curves).save(given.plot)
        print(f"plot: {given.plot}")
    return 0 if worst <= given.most else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
