"""Commands that run events: one, a stretch of the calendar, and those of the simulated market."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from recon_pipeline.cli.options import RUN, AllowLateOpening, Format, Home, Offline, app, day_of, settings_of
from recon_pipeline.cli.printing import plain, print_rows, print_run, terminal, write_site
from recon_pipeline.errors import BadInput


@app.command(rich_help_panel=RUN)
def run(
    event_id: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="Such as 2023-06-recon; `recon calendar` lists them.")
    ] = None,
    opening: Annotated[
        list[Path] | None,
        typer.Option(
            "--opening",
            help="Opening membership: our CSV or an iShares holdings CSV. Repeatable; of several lists of one index "
            "the first since the last reconstitution counts, and later ones add what was listed since.",
        ),
    ] = None,
    home: Home = None,
    offline: Offline = False,
    allow_late_opening: AllowLateOpening = False,
    from_previous: Annotated[
        bool,
        typer.Option("--from-previous", help="Open from the event before, though files were given last time."),
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="Project the next event, or EVENT, as of a day, YYYY-MM-DD or today. It is published apart, in "
            "HOME/projections/.",
        ),
    ] = None,
    strict_known: Annotated[
        bool,
        typer.Option(
            "--strict-known",
            help="Leave out what was read after the rank day: slow facts (SIC, incorporation, headquarters) and counts "
            "of new lines.",
        ),
    ] = False,
    no_presumption: Annotated[
        bool, typer.Option("--no-presumption", help="Presume nothing from who was in the list before and who was not.")
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="EVIDENCE",
            help="Leave out a kind of evidence: a rule use_EVIDENCE of sql/reference/rules.csv. Repeatable.",
        ),
    ] = None,
) -> None:
    """Run one event from landing to published tables, or project the next one."""
    from recon_pipeline.pipeline import run_event
    from recon_pipeline.projection import project

    console = terminal(stderr=True)
    settings = settings_of(home, offline)
    shared: dict[str, Any] = {
        "openings": tuple(opening or ()),
        "allow_late_opening": allow_late_opening,
        "without": {
            *(without or ()),
            *(["known_late", "late_counts"] if strict_known else ()),
            *(["presumption", "contradicted_shares"] if no_presumption else ()),
        },
        "progress": console.is_terminal,
        "say": lambda text: console.print(f"[dim]{plain(text)}[/]"),
    }
    if event_id is None and as_of is None:
        raise BadInput("Running: name an EVENT, or give --as-of DATE to project the next one.")
    if as_of is not None:
        if from_previous:
            raise BadInput(
                "Projecting: --from-previous is of an EVENT. Without --opening a projection opens from the last."
            )
        report = project(None if as_of == "today" else day_of(as_of), settings, event_id=event_id, **shared)
    else:
        report = run_event(str(event_id), settings, from_previous=from_previous, **shared)
    print_run(report)
    write_site(settings, report.published)


@app.command(rich_help_panel=RUN)
def backfill(
    first: Annotated[str, typer.Option("--from", metavar="EVENT", help="First event, such as 2021-09-ipo.")],
    last: Annotated[str, typer.Option("--to", metavar="EVENT", help="Last event, such as 2026-09-ipo; included.")],
    opening: Annotated[
        list[Path] | None,
        typer.Option(
            "--opening",
            help="Opening membership of the first event, as `recon run` takes it; repeatable. Without any it opens "
            "from the event before it in the home.",
        ),
    ] = None,
    home: Home = None,
    offline: Offline = False,
    allow_late_opening: AllowLateOpening = False,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="EVIDENCE", help="Leave out a kind of evidence, as `recon run`. Repeatable."),
    ] = None,
) -> None:
    """Run every event of the calendar from one to another, each from the one before, and publish them together."""
    import polars as pl

    from recon_pipeline.backfill import backfill as run_backfill

    console = terminal(stderr=True)
    settings = settings_of(home, offline)
    report = run_backfill(
        first,
        last,
        settings,
        openings=tuple(opening or ()),
        allow_late_opening=allow_late_opening,
        without=set(without or ()),
        progress=console.is_terminal,
        say=lambda text: console.print(f"[dim]{plain(text)}[/]"),
        done=lambda run: console.print(
            f"{run.event.event_id}: {run.rows['recon.index_changes']:,} changes, {sum(run.seconds.values()):.1f} s"
        ),
    )
    rows = [
        {
            "event_id": run.event.event_id,
            "opened_from": run.opening_source,
            "memberships": run.rows["recon.index_membership"],
            "changes": run.rows["recon.index_changes"],
            "warnings": sum(count for severity, _, count in run.issues if severity == "warning"),
            "requests": run.took.archive.requests + run.took.sources.requests,
            "megabytes": round((run.took.archive.bytes + run.took.sources.bytes) / 1e6, 1),
            "land_s": round(run.seconds["land"], 1),
            "derive_s": round(run.seconds["derive"], 1),
        }
        for run in report.reports
    ]
    print_rows(pl.DataFrame(rows), Format.table, f"Events from {first} to {last}")
    if report.stale:
        typer.echo(
            f"stale: {', '.join(report.stale)} opened from a membership that has changed. Clear it with "
            f"`recon backfill --from {report.stale[0]} --to {report.stale[-1]}`."
        )
    published = "" if report.snapshot.is_new else " (unchanged)"
    terminal().print(f"published: {report.published}{published}; {report.seconds:.1f} s in all", soft_wrap=True)
    write_site(settings, report.published)


@app.command(rich_help_panel=RUN)
def demo(
    home: Home = None,
    lines: Annotated[int, typer.Option("--lines", min=5000, help="Lines that are ever listed in the market.")] = 9000,
    years: Annotated[
        int, typer.Option("--years", min=0, max=10, help="Years of sessions; 0: those of a single event.")
    ] = 3,
    seed: Annotated[int, typer.Option("--seed", help="Another seed is another market.")] = 1,
) -> None:
    """Run the whole pipeline on the embedded simulated market, every event of its years; no network."""
    from recon_pipeline.publish import published_database
    from recon_pipeline.simulation.demo import home_name, run_demo
    from recon_pipeline.warehouse import Reader

    console = terminal(stderr=True)
    settings = settings_of((home or settings_of(None).home_dir) / home_name(lines, years, seed))
    done = run_demo(settings, lines=lines, years=years, seed=seed, progress=console.is_terminal, say=console.print)
    report = done.reports[-1]
    reader = Reader(published_database(settings.home_dir))
    frame = reader.frame(
        """
        select index_id, action, movement, ticker, company_name, industry, reason, rank, market_cap_usd
        from recon.index_changes
        where event_id = $event_id and index_id = 'R1000'
        order by action, rank, ticker
        """,
        {"event_id": report.event.event_id},
    )
    print_rows(frame, Format.table, f"Changes of the Russell 1000, {report.event.event_id}, simulated market")
    cuts = reader.frame(
        """
        select event_id, breakpoint_id, cut_rank, reached_rank, ticker, market_cap_usd, band_low_usd, band_high_usd
        from recon.breakpoints
        order by event_id, cut_rank
        """
    )
    print_rows(cuts, Format.table, "Breakpoints of all reconstitutions, simulated market")
    print_run(report)
    terminal().print(
        f"more of it: recon changes {report.event.event_id} --index R2000 --home {settings.home_dir}", soft_wrap=True
    )
    write_site(settings, report.published)
