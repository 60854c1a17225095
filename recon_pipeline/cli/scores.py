"""Commands that score an event, or a projection of one, against lists of what really happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recon_pipeline.cli.options import ASK, EventId, Format, Home, OutputFormat, app, place_of
from recon_pipeline.cli.printing import print_rows
from recon_pipeline.errors import BadInput

if TYPE_CHECKING:
    from recon_pipeline.scoring import Agreement, Breakpoint, Miss, Score

MOST = 3
"""Differences between industries that a table names: it shows where to look, json has them all."""


@app.command(rich_help_panel=ASK)
def score(
    event_id: EventId,
    truth: Annotated[
        list[Path],
        typer.Option("--truth", help="A list to score against: members, or additions and deletions. Repeatable."),
    ],
    home: Home = None,
    output: OutputFormat = Format.table,
    names: Annotated[bool, typer.Option("--names/--no-names", help="List the missed and false names.")] = True,
    budget: Annotated[
        Path | None,
        typer.Option(
            "--budget",
            metavar="FILE.md",
            help="Write a page that puts every wrong name into one cause; with --no-names the counts alone.",
        ),
    ] = None,
) -> None:
    """Score a published event against lists of what really happened."""
    from recon_pipeline import scoring
    from recon_pipeline.events import event
    from recon_pipeline.publish import published_database
    from recon_pipeline.warehouse import Reader

    wanted = event(event_id)
    place = place_of(home, event_id)
    reader = Reader(published_database(place))
    scores, misses = scoring.score(reader, wanted, scoring.read_truth(truth, wanted))
    agreements = scoring.agreements(reader, wanted, scoring.read_industries(truth, wanted))
    breakpoints = scoring.breakpoints(reader, wanted)
    if budget is not None:
        from recon_pipeline.budget import budget_page, read_causes

        caused = read_causes(place, wanted, misses, scoring.read_names(truth, wanted))
        budget.write_text(budget_page(wanted, scores, caused, with_names=names), encoding="utf-8")
    _print_scores(scores, misses if names else [], agreements, breakpoints, output, event_id)


def _print_scores(
    scores: list[Score],
    misses: list[Miss],
    agreements: list[Agreement],
    breakpoints: list[Breakpoint],
    output: Format,
    event_id: str,
) -> None:
    import polars as pl

    industries = {(found.index_id, found.kind): found for found in agreements}
    rows = pl.DataFrame(
        [
            {
                "index": s.index_id,
                "of": s.kind,
                "ours": s.ours,
                "truth": s.truth,
                "hits": s.hits,
                "precision": round(s.precision, 4),
                "recall": round(s.recall, 4),
                "f1": round(s.f1, 4),
                "f1_unchanged": None if s.unchanged_f1 is None else round(s.unchanged_f1, 4),
                "skill": None if s.skill is None else round(s.skill, 4),
                "industry_lines": found.lines if (found := industries.get((s.index_id, s.kind))) else None,
                "industry_agreement": round(found.share, 4) if found else None,
            }
            for s in scores
        ],
        schema_overrides={
            **dict.fromkeys(("f1_unchanged", "skill", "industry_agreement"), pl.Float64),
            "industry_lines": pl.Int64,
        },
    )
    wrong = pl.DataFrame(
        [
            {"index": m.index_id, "of": m.kind, "verdict": m.verdict, "ticker": m.ticker}
            | {"company_name": m.company_name, "our_tables_say": m.explanation}
            for m in misses
        ]
    )
    cuts = pl.DataFrame(
        [
            {
                "breakpoint": b.breakpoint_id,
                "ours_usd": b.ours_usd,
                "published_usd": b.published_usd,
                "ratio": round(b.ratio, 4),
                "within": b.is_within,
            }
            for b in breakpoints
        ]
    )
    shares = pl.DataFrame(
        [
            {"index": a.index_id, "of": a.kind, "lines": a.lines, "agree": a.agreeing, "unmapped": a.unmapped}
            | {
                "share": round(a.share, 4),
                "differ most (theirs: ours)": "; ".join(f"{t}: {o} {n}" for t, o, n in a.others[:MOST]),
            }
            for a in agreements
        ]
    )
    if output is Format.json:
        import json

        told = {
            "event_id": event_id,
            "scores": rows.to_dicts(),
            "industries": [
                {"index": a.index_id, "of": a.kind, "theirs": theirs, "ours": ours, "lines": lines}
                for a in agreements
                for theirs, ours, lines in a.others
            ],
            "breakpoints": cuts.with_columns(pl.selectors.decimal().cast(pl.Float64)).to_dicts(),
            "names": wrong.to_dicts(),
        }
        typer.echo(json.dumps(told))
        return
    if output is Format.csv:
        print_rows(rows, output, "")
        return
    if not wrong.is_empty():
        print_rows(wrong, output, "Missed and false names")
    if agreements:
        print_rows(shares, output, "Industries of the lines that both have", wrapped=shares.columns[-1])
    if breakpoints:
        print_rows(cuts, output, f"Breakpoints; within = off by no more than the rounding and {_tolerance()}")
    print_rows(rows.drop("industry_lines", "industry_agreement"), output, f"Scores of {event_id}")


def _tolerance() -> str:
    from recon_pipeline.scoring import BREAKPOINT_TOLERANCE

    return f"{float(BREAKPOINT_TOLERANCE):.1%}"


@app.command("score-projection", rich_help_panel=ASK)
def score_projection(
    event_id: Annotated[str, typer.Argument(metavar="PROJECTION", help="Such as 2023-06-recon-asof-2023-03-31.")],
    truth: Annotated[
        list[Path],
        typer.Option("--truth", help="A list to score against: members, or additions and deletions. Repeatable."),
    ],
    home: Home = None,
    output: OutputFormat = Format.table,
) -> None:
    """Score the probabilities of a projection against what really happened, beside the ranking of its day."""
    import polars as pl

    from recon_pipeline import calibration
    from recon_pipeline.events import event
    from recon_pipeline.publish import published_database
    from recon_pipeline.scoring import MEMBERS, read_truth
    from recon_pipeline.warehouse import Reader

    wanted = event(event_id)
    if not wanted.is_projection:
        raise BadInput(f"Scoring {event_id}: that is no projection. Name one, as {event_id}-asof-DATE.")
    reader = Reader(published_database(place_of(home, event_id)))
    found = calibration.verdicts(reader, wanted, read_truth(truth, wanted))
    rows = pl.DataFrame([calibration.score_row(each) for each in calibration.projection_scores(found)])
    if output is Format.csv:
        print_rows(rows, output, "")
        return
    bins = pl.DataFrame(
        [calibration.bin_row(each) for each in calibration.reliability(v for v in found if v.kind == MEMBERS)]
    )
    if output is Format.json:
        import json

        typer.echo(json.dumps({"event_id": event_id, "scores": rows.to_dicts(), "reliability": bins.to_dicts()}))
        return
    print_rows(bins, output, "Reliability of the members: what was given a chance, and how often it came")
    print_rows(rows, output, f"Brier scores of {event_id}; naive is the ranking of the day, taken for certain")
