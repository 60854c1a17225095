"""How right the events of the report are, where the user gives lists of what really happened.

Belongs here: which list is of which event, and the scores as tables. Does not belong here: scoring (`scoring.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recon_pipeline import scoring
from recon_pipeline.errors import BadInput
from recon_pipeline.events import event
from recon_pipeline.report.grids import Column, Grid
from recon_pipeline.warehouse import Reader


@dataclass(frozen=True)
class Accuracy:
    """The scores of one event: by index, breakpoints beside the published ones, industries, and the wrong names."""

    scores: Grid
    breakpoints: Grid
    industries: Grid
    names: Grid
    lists: tuple[str, ...]


def accuracies(reader: Reader, events: Sequence[str], truth: Sequence[Path]) -> dict[str, Accuracy]:
    """Return the accuracy of each event that a list tells of; every list must tell of one of them.

    Raises:
        BadInput: a list cannot be read, or is of none of the events.
    """
    lists: dict[str, list[Path]] = {}
    for path in truth:
        refusals = []
        for event_id in events:
            try:
                scoring.read_truth([path], event(event_id))
            except BadInput as error:
                refusals.append(error)
            else:
                lists.setdefault(event_id, []).append(path)
        if len(refusals) == len(events):
            raise refusals[-1]
    return {event_id: _accuracy(reader, event_id, lists[event_id]) for event_id in events if event_id in lists}


def _accuracy(reader: Reader, event_id: str, paths: Sequence[Path]) -> Accuracy:
    wanted = event(event_id)
    scores, misses = scoring.score(reader, wanted, scoring.read_truth(paths, wanted))
    names = scoring.read_names(paths, wanted)
    return Accuracy(
        Grid(
            "scores",
            "Scores by index",
            (
                Column("index_id", "Index", "index"),
                Column("kind", "Of"),
                Column("ours", "Ours", "count"),
                Column("truth", "Official", "count"),
                Column("hits", "In both", "count"),
                Column("precision", "Precision", "ratio"),
                Column("recall", "Recall", "ratio"),
                Column("f1", "F1", "ratio"),
                Column("unchanged", "F1 of no change", "ratio"),
                Column("skill", "Skill", "ratio"),
            ),
            [
                {
                    "index_id": score.index_id,
                    "kind": score.kind,
                    "ours": score.ours,
                    "truth": score.truth,
                    "hits": score.hits,
                    "precision": score.precision,
                    "recall": score.recall,
                    "f1": score.f1,
                    "unchanged": score.unchanged_f1,
                    "skill": score.skill,
                }
                for score in scores
            ],
        ),
        Grid(
            "score-cuts",
            "Cut-offs beside the published ones",
            (
                Column("breakpoint_id", "Cut", "cut"),
                Column("ours_usd", "Ours", "money"),
                Column("published_usd", "Published", "money"),
                Column("rounding_usd", "rounded to \N{PLUS-MINUS SIGN}", "money"),
                Column("off", "Difference", "signed_percent"),
            ),
            [
                {
                    "breakpoint_id": cut.breakpoint_id,
                    "ours_usd": cut.ours_usd,
                    "published_usd": cut.published_usd,
                    "rounding_usd": cut.rounding_usd,
                    "off": 100 * (cut.ratio - 1),
                }
                for cut in scoring.breakpoints(reader, wanted)
            ],
        ),
        Grid(
            "score-industries",
            "Industries of the lines that both have",
            (
                Column("index_id", "Index", "index"),
                Column("kind", "Of"),
                Column("lines", "Lines", "count"),
                Column("agree", "Agree", "count"),
                Column("share", "Share", "percent"),
            ),
            [
                {
                    "index_id": found.index_id,
                    "kind": found.kind,
                    "lines": found.lines,
                    "agree": found.agreeing,
                    "share": 100 * found.share,
                }
                for found in scoring.agreements(reader, wanted, scoring.read_industries(paths, wanted))
            ],
        ),
        Grid(
            "score-names",
            "Missed and false names",
            (
                Column("company_name", "Company"),
                Column("ticker", "Symbol", "symbol"),
                Column("index_id", "Index", "index"),
                Column("kind", "Of"),
                Column("verdict", "Verdict"),
                Column("explanation", "Our tables say"),
            ),
            [
                {
                    "company_name": miss.company_name or names.get(scoring.key(miss.ticker)),
                    "ticker": miss.ticker,
                    "index_id": miss.index_id,
                    "kind": miss.kind,
                    "verdict": miss.verdict,
                    "explanation": miss.explanation,
                }
                for miss in misses
            ],
            search=True,
        ),
        tuple(path.name for path in paths),
    )
