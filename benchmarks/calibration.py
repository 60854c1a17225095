"""How well calibrated projections with probability are: Brier scores beside the ranking of the day, and reliability.

Run from the root of the project, after `recon project` of each, with the lists of what came; a projection of the
event that parameters of the model were fitted on is marked with `--fitted`:

    python benchmarks/calibration.py \
        --fitted HOME 2022-06-recon-asof-2022-03-31 russell1000_2022-06-24.csv,russell2000_2022-06-24.csv,... \
        --judged HOME 2023-06-recon-asof-2023-03-31 russell1000_2023-06-26.csv,russell2000_2023-06-26.csv,... \
        --known HOME 2022-06-recon --known HOME 2023-06-recon \
        --page docs/calibration.md --plot docs/reliability.svg

`--known` names the event itself, run on its rank day: what our rules get wrong though all prices are known, which no
projection can gain. Writes figures only, no names: the lists are their owners'.

What does not belong here: the scores themselves (`recon_pipeline/calibration.py`), fitting
(`benchmarks/fit_projection_model.py`).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import altair as alt
import polars as pl

from recon_pipeline import events
from recon_pipeline.calibration import (
    Bin,
    ProjectionScore,
    Verdict,
    bin_row,
    projection_scores,
    reliability,
    verdicts,
)
from recon_pipeline.projection import projection_settings
from recon_pipeline.publish import published_database
from recon_pipeline.rules import reference_rows
from recon_pipeline.scoring import MEMBERS, Truth, read_truth, score
from recon_pipeline.settings import Settings
from recon_pipeline.warehouse import Reader

SIZE = 360
RUN = """
select as_of, rank_day, session_count, path_count, seed, panel_sessions, has_model_error
from recon.projection_run
where event_id = $event_id
"""
CUTS = """
select breakpoint_id, cut_rank, now_usd, p05_usd, p50_usd, p95_usd
from recon.projection_breakpoints
where event_id = $event_id and breakpoint_id in ('R1000', 'R3000')
order by cut_rank
"""
OPENING = """# Calibration of projections with probability

Written by `benchmarks/calibration.py`; do not edit. Each projection was made from what was known on its day and is held
against the official lists of after the event. Brier is the mean squared difference between probability and outcome,
over all names that were given a chance, were in, or came. Naive is the same of the ranking of the day, taken for
certain; known is the same of the event itself, ranked on its rank day with all prices known, and what stood at its
breakpoints; skill is the share of naive that is gained. Who was not listed yet, or is told under another ticker, counts
against all of them as a name without a chance.

What falls short:

- What known leaves is no matter of prices: votes, float and nationality that no public figure shows, tickers and
  companies that come after the day. Where it is most of naive, as in the Russell 1000, little is to be gained.
- The lowest bin has those names without a chance too, and they are most of what came of it.
- Names of an event share one market and one fashion, so that a bin may be off by more than its bounds, which take names
  for independent. The model knows no momentum, and none was fitted: two events cannot tell it from chance.
- The chance of a newcomer is one figure for all of them: of those near a cut more came, of the large ones fewer.
- Probabilities of an index add up to less than its size: the places of companies that are not known stay empty.
- All was fitted on one event, 2022-06-recon, and judged on one other; there are no lists of later ones to hold against.
  The projection as of 2022-02-28 is of the event that it was fitted on as well. The figures of the model are of 2022
  alone, but 2023 was seen when its form was chosen: that a wrong verdict frees no place, and who counts as risen.
"""


@dataclass(frozen=True)
class Judged:
    """A projection held against what came: how its paths were drawn, its verdicts, scores and breakpoints.

    `wrong` is the number of names that the event itself has wrong on its rank day, by index and kind; `known_cuts` has
    what stands at its breakpoints then, in USD.
    """

    event_id: str
    is_fitted: bool
    run: dict[str, object]
    verdicts: list[Verdict]
    scores: list[ProjectionScore]
    cuts: pl.DataFrame
    wrong: dict[tuple[str, str], int]
    known_cuts: dict[str, object]

    @property
    def name(self) -> str:
        """What a reader calls it."""
        return f"{self.event_id}{' (of the event that it was fitted on)' if self.is_fitted else ''}"

    @property
    def bins(self) -> list[Bin]:
        """Reliability of the members of all indexes that were given."""
        return reliability(each for each in self.verdicts if each.kind == MEMBERS)


def judge(home: str, event_id: str, lists: str, known: dict[str, str], *, is_fitted: bool) -> Judged:
    """Hold a projection of a home against lists, named with commas between."""
    event = events.event(event_id)
    reader = Reader(published_database(projection_settings(Settings(home=Path(home))).home_dir))
    truth = read_truth([Path(name) for name in lists.split(",")], event)
    found = verdicts(reader, event, truth)
    by_event = {"event_id": event_id}
    run = reader.frame(RUN, by_event).row(0, named=True)
    base = event_id.partition(events.AS_OF)[0]
    wrong, cuts = of_rank_day(known[base], base, truth) if base in known else ({}, {})
    return Judged(event_id, is_fitted, run, found, projection_scores(found), reader.frame(CUTS, by_event), wrong, cuts)


def of_rank_day(home: str, event_id: str, truth: Truth) -> tuple[dict[tuple[str, str], int], dict[str, object]]:
    """Count the missed and false names of an event that was run on its rank day, and read its breakpoints."""
    reader = Reader(published_database(Path(home)))
    scores, _ = score(reader, events.event(event_id), truth)
    cuts = reader.frame(
        "select breakpoint_id, market_cap_usd from recon.breakpoints where event_id = $event_id", {"event_id": event_id}
    )
    return {(each.index_id, each.kind): each.ours + each.truth - 2 * each.hits for each in scores}, dict(
        cuts.iter_rows()
    )


def page(judged: list[Judged]) -> str:
    """Return the page: a table of scores, one of breakpoints and one of reliability for each projection."""
    lines = [
        *OPENING.splitlines(),
        "",
        "![Reliability: probability given and share that came](reliability.svg)",
        "",
    ]
    for each in judged:
        run = each.run
        lines += [
            f"## {each.name}",
            "",
            f"{run['path_count']:,} paths of {run['session_count']} sessions, seed {run['seed']}; volatilities of "
            f"{run['panel_sessions']} sessions.",
            "",
            "| index | of | names | came | expected | Brier | naive | known | skill | log loss |",
            "|---|---|---|---|---|---|---|---|---|---|",
            *(
                f"| {score.index_id} | {score.kind} | {score.names} | {score.came} | {score.expected:.1f} "
                f"| {score.brier:.4f} | {score.brier_naive:.4f} "
                f"| {_known(each, score)} "
                f"| {'' if score.skill is None else f'{score.skill:.2f}'} | {score.log_loss:.3f} |"
                for score in each.scores
            ),
            "",
            "| breakpoint | on the day | 5 % | 50 % | 95 % | known | published after |",
            "|---|---|---|---|---|---|---|",
            *(
                f"| {cut} | {_dollars(now)} | {_dollars(low)} | {_dollars(middle)} | {_dollars(high)} "
                f"| {_dollars(each.known_cuts[cut]) if cut in each.known_cuts else ''} "
                f"| {_published(each.event_id, cut)} |"
                for cut, _, now, low, middle, high in each.cuts.iter_rows()
            ),
            "",
            "| probability | names | mean given | share that came | 95 % of it |",
            "|---|---|---|---|---|",
            *(
                f"| {row['from']:g} to {row['to']:g} | {row['names']} | {row['forecast']:.3f} | {row['came']:.3f} "
                f"| {row['came_low']:.3f} to {row['came_high']:.3f} |"
                for row in map(bin_row, each.bins)
            ),
            "",
        ]
    return "\n".join(lines)


def _known(judged: Judged, score_of: ProjectionScore) -> str:
    """The Brier score of the event itself, over the names of the projection."""
    wrong = judged.wrong.get((score_of.index_id, score_of.kind))
    return "" if wrong is None else f"{wrong / score_of.names:.4f}"


def _published(event_id: str, cut: str) -> str:
    """What was published of a breakpoint of the event that came, if anything was."""
    base = event_id.partition(events.AS_OF)[0]
    rows = [row for _, row in reference_rows("published_breakpoints.csv")]
    return next(
        (_dollars(row["published_usd"]) for row in rows if (row["event_id"], row["breakpoint_id"]) == (base, cut)), ""
    )


def _dollars(usd: object) -> str:
    return f"${float(str(usd)) / 1e6:,.0f}m"


def plot(judged: list[Judged]) -> alt.VConcatChart | alt.HConcatChart | alt.LayerChart | alt.FacetChart:
    """Return the reliability plot: each bin at what was given and what came, with 95 % bounds; right is diagonal."""
    rows = pl.DataFrame([{"projection": each.name} | bin_row(one) for each in judged for one in each.bins])
    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart(rows)
    points = base.mark_circle(opacity=0.9, size=60).encode(
        x=alt.X("forecast:Q", title="probability given", scale=scale),
        y=alt.Y("came:Q", title="share that came", scale=scale),
        color=alt.Color("projection:N", title=None, legend=None),
    )
    bounds = base.mark_rule().encode(
        x=alt.X("forecast:Q"), y=alt.Y("came_low:Q"), y2="came_high:Q", color=alt.Color("projection:N", legend=None)
    )
    right = (
        alt.Chart(rows)
        .transform_calculate(one="1")
        .mark_line(strokeDash=[4, 4], color="gray")
        .encode(x=alt.X("came:Q"), y=alt.Y("came:Q"))
    )
    return (
        alt.layer(right, bounds, points)
        .properties(width=SIZE, height=SIZE)
        .facet(facet=alt.Facet("projection:N", title=None), columns=2)
    )


def main() -> None:
    """Judge, write the page and the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given = ("HOME", "PROJECTION", "LISTS")
    parser.add_argument("--fitted", nargs=3, metavar=given, action="append", default=[])
    parser.add_argument("--judged", nargs=3, metavar=given, action="append", default=[])
    parser.add_argument("--known", nargs=2, metavar=("HOME", "EVENT"), action="append", default=[])
    parser.add_argument("--page", type=Path, required=True)
    parser.add_argument("--plot", type=Path, required=True)
    asked = parser.parse_args()
    known = {event_id: home for home, event_id in asked.known}
    judged = [judge(*each, known, is_fitted=True) for each in asked.fitted] + [
        judge(*each, known, is_fitted=False) for each in asked.judged
    ]
    asked.page.write_text(page(judged), encoding="utf-8")
    plot(judged).save(asked.plot)


if __name__ == "__main__":
    main()
