"""The command that projects an event with probability."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recon_pipeline.cli.options import (
    RUN,
    AllowLateOpening,
    EventId,
    Format,
    Home,
    Offline,
    OutputFormat,
    app,
    day_of,
    index_of,
    settings_of,
)
from recon_pipeline.cli.printing import plain, print_rows, terminal

NAME_WIDTH = 30
"""Characters of a company's name in a table of probabilities, so that no figure is cut off."""


@app.command(rich_help_panel=RUN)
def project(
    event_id: EventId,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="Day of the projection, YYYY-MM-DD or today.")
    ] = "today",
    paths: Annotated[int, typer.Option("--paths", min=1, help="Paths to draw.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed draws the same paths.")] = 1,
    daily: Annotated[
        int,
        typer.Option(
            "--daily",
            metavar="SESSIONS",
            min=0,
            help="Land that many sessions in a row before DATE for the volatilities; 0: what the event reads anyway.",
        ),
    ] = 0,
    model_error: Annotated[
        bool,
        typer.Option(
            "--model-error/--no-model-error",
            help="Draw as well how far our caps and verdicts may be wrong and who leaves the exchanges.",
        ),
    ] = True,
    index: Annotated[str | None, typer.Option("--index", help="One index only, such as R2000.")] = None,
    opening: Annotated[
        list[Path] | None, typer.Option("--opening", help="Opening membership, as `recon run` takes it; repeatable.")
    ] = None,
    home: Home = None,
    offline: Offline = False,
    allow_late_opening: AllowLateOpening = False,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="EVIDENCE", help="Leave out a kind of evidence, as `recon run`. Repeatable."),
    ] = None,
    output: OutputFormat = Format.table,
) -> None:
    """Project a reconstitution with probability: Monte Carlo from a day to its rank day. Prints who may change."""
    from recon_pipeline.probability import forecast
    from recon_pipeline.warehouse import Reader

    console = terminal(stderr=True)
    wanted = index_of(index, "Printing probabilities")
    done = forecast(
        event_id,
        None if as_of == "today" else day_of(as_of),
        settings_of(home, offline),
        paths=paths,
        seed=seed,
        daily=daily,
        with_model_error=model_error,
        openings=tuple(opening or ()),
        allow_late_opening=allow_late_opening,
        without=set(without or ()),
        progress=console.is_terminal,
        say=lambda text: console.print(f"[dim]{plain(text)}[/]"),
    )
    # Its own snapshot: another projection may be published by now.
    reader = Reader(done.snapshot.path / done.published.name)
    # A table shows what is open; the rest, the certain ones too, is for scripts.
    frame = reader.frame(
        """
        select
            index_id,
            ticker,
            company_name,
            was_member,
            is_member_now,
            probability,
            p_addition,
            p_deletion,
            p_new,
            p_up,
            p_down,
            p_out,
            rank_now,
            market_cap_now_usd,
            reason_now,
            volatility_pct,
            volatility_basis
        from recon.projection_probability
        where
            event_id = $event_id
            and ($index_id = '' or index_id = $index_id)
            and ($every or (index_id in ('R1000', 'R2000', 'R3000', 'RMICRO') and probability between 0.1 and 0.9))
        order by index_id, probability desc, ticker, security_id
        """,
        {"event_id": done.event.event_id, "index_id": wanted or "", "every": output is not Format.table},
    )
    title = f"What is open of {done.event.event_id} (probabilities between 10 % and 90 %, estimates)"
    if output is Format.table:
        frame = frame.select(
            *("index_id", "ticker"),
            frame["company_name"].str.slice(0, NAME_WIDTH),
            *("was_member", "is_member_now", "probability", "rank_now", "market_cap_now_usd", "reason_now"),
        )
    print_rows(frame, output, title)
    if output is not Format.table:
        return
    cuts = reader.frame(
        """
        select breakpoint_id, cut_rank, now_usd, p05_usd, p50_usd, p95_usd
        from recon.projection_breakpoints
        where event_id = $event_id
        order by cut_rank, breakpoint_id
        """,
        {"event_id": done.event.event_id},
    )
    print_rows(
        cuts,
        output,
        "Breakpoints on the rank day: p50 is to be expected, 90 % lie between p05 and p95 (estimates)",
    )
    terminal().print(
        f"{done.outcome.paths:,} paths of {len(done.start.company_ids):,} companies over {done.moves.sessions} "
        f"sessions to {done.rank_day}, seed {seed}, market {100 * done.moves.market_sigma:.2f} % a session; "
        f"{'with' if model_error else 'without'} the error of the model\npublished: {done.published}",
        soft_wrap=True,
    )
