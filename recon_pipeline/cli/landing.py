"""Commands that land what sources say, ahead of a run or every day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recon_pipeline.cli.options import LAND, Format, Home, Offline, OutputFormat, app, day_of, settings_of
from recon_pipeline.cli.printing import plain, print_rows, terminal


@app.command(rich_help_panel=LAND)
def capture(home: Home = None) -> None:
    """Land what tells of today only, from every configured source: the daily capture, after the close."""
    from recon_pipeline.capture import GAVE_NOTHING
    from recon_pipeline.capture import capture as capture_today

    console = terminal(stderr=True)
    gathered = capture_today(settings_of(home), say=lambda text: console.print(f"[dim]{plain(text)}[/]"))
    for outcome in gathered.outcomes:
        size = f"{outcome.row.size / 1e6:.1f} MB" if outcome.row else plain(outcome.detail)
        console.print(f"{outcome.ask.feed} {outcome.ask.day or ''} {outcome.result}: {size}", soft_wrap=True)
    for name in gathered.idle:
        console.print(f"{name} was not asked: it has nothing to tell at this hour (prices only after the close)")
    failed = [outcome for outcome in gathered.outcomes if outcome.result in GAVE_NOTHING]
    typer.echo(
        f"{len(gathered.outcomes) - len(failed)} payloads landed, {len(failed)} not "
        f"({gathered.traffic.requests} requests, {gathered.traffic.bytes / 1e6:.1f} MB)."
    )


@app.command(rich_help_panel=LAND)
def sources(home: Home = None, output: OutputFormat = Format.table) -> None:
    """List the sources: state, last success and what each gives."""
    from recon_pipeline.capture import source_states

    states = source_states(settings_of(home))
    if output is Format.table:
        # The rest is for scripts; a terminal is not that wide.
        states = states.select(
            "source", "state", states["last_success"].dt.strftime("%Y-%m-%d %H:%M"), "payloads", "gives"
        )
    title = "Sources; `needs` names the environment variable that is not set"
    print_rows(states, output, title, wrapped="gives")


@app.command(rich_help_panel=LAND)
def fetch(
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="First session, YYYY-MM-DD.")],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help="Last session, YYYY-MM-DD.")],
    home: Home = None,
) -> None:
    """Land a stretch of history ahead of the runs that need it; what is landed already is not fetched again."""
    from recon_pipeline.ingest import prefetch

    console = terminal(stderr=True)
    got = prefetch(settings_of(home), day_of(start), day_of(end), progress=console.is_terminal, say=console.print)
    typer.echo(f"{got.sessions} sessions landed ({got.requests} requests, {got.megabytes:.0f} MB).")
    if got.missing:
        typer.echo(f"The archive holds no close of: {', '.join(map(str, got.missing))}.")


@app.command(rich_help_panel=LAND)
def holdings(
    index: Annotated[str, typer.Argument(metavar="INDEX", help="R1000, R2000, R3000 or RMICRO.")],
    day: Annotated[str, typer.Option("--date", metavar="DATE", help="Day of the holdings, YYYY-MM-DD: a session.")],
    out: Annotated[Path, typer.Option("--out", help="File to write; then give it to --opening or --truth.")],
    home: Home = None,
    offline: Offline = False,
) -> None:
    """Fetch the holdings CSV of an iShares index fund, as an opening or to score against."""
    from recon_pipeline.sources.ishares import fetch_holdings

    console = terminal(stderr=True)
    body = fetch_holdings(
        settings_of(home, offline), index, day_of(day), say=lambda text: console.print(f"[dim]{plain(text)}[/]")
    )
    out.write_bytes(body)
    typer.echo(f"{out} holds the fund on {index.upper()} of {day}.")
