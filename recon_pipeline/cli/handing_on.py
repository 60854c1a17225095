"""Commands that hand on what is published: the report, and a copy in PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recon_pipeline.cli.options import HAND_ON, Home, app, place_of, settings_of
from recon_pipeline.cli.printing import print_site, terminal
from recon_pipeline.errors import BadInput


@app.command(rich_help_panel=HAND_ON)
def report(
    home: Home = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write; by default `report` in the home.")
    ] = None,
    event: Annotated[
        list[str] | None,
        typer.Option(
            "--event", metavar="EVENT", help="Only this event; repeatable. By default all that are published."
        ),
    ] = None,
    truth: Annotated[
        list[Path] | None,
        typer.Option("--truth", metavar="LIST.csv", help="A list to score an event against; repeatable."),
    ] = None,
    concerned: Annotated[
        bool,
        typer.Option(
            "--concerned/--all-companies",
            help="A page only for the companies that an event is about: it moves them, they are near a cut, or new.",
        ),
    ] = False,
) -> None:
    """Write what is published as a site of HTML that opens from disk, a page for every event and company."""
    from recon_pipeline.publish import published_database
    from recon_pipeline.report.companies import Companies
    from recon_pipeline.report.site import note_of, report_path, write_report

    wanted = event or []
    homes = {place_of(home, each) for each in wanted} or {settings_of(home).home_dir}
    if len(homes) > 1:
        raise BadInput(
            "Writing a report of a projection and of other events: they are published apart. Write one of each."
        )
    (place,) = homes
    site = write_report(
        published_database(place),
        out or report_path(place),
        events=wanted,
        truth=truth or [],
        scope=Companies.concerned if concerned else Companies.all,
        note=note_of(place),
    )
    print_site(site)


@app.command(rich_help_panel=HAND_ON)
def export(
    postgres: Annotated[
        str | None,
        typer.Option(
            "--postgres",
            metavar="DSN",
            help="PostgreSQL to copy to, as postgresql://USER@HOST/DATABASE [RECON_POSTGRES_DSN, which no process list "
            "shows].",
        ),
    ] = None,
    schema: Annotated[str, typer.Option("--schema", help="Schema that the tables stand in.")] = "recon",
    home: Home = None,
) -> None:
    """Copy the published tables to a PostgreSQL database, all of them in one transaction."""
    from pydantic import SecretStr

    from recon_pipeline.postgres import export as export_to

    settings = settings_of(home)
    dsn = SecretStr(postgres) if postgres else settings.postgres_dsn
    if dsn is None:
        raise BadInput("Exporting: say where to, with --postgres DSN or in RECON_POSTGRES_DSN.")
    console = terminal(stderr=True)
    done = export_to(
        settings.home_dir,
        dsn,
        schema=schema,
        written=lambda table, rows: console.print(f"[dim]{table}: {rows:,} rows[/]"),
    )
    typer.echo(
        f"{len(done.rows)} tables, {sum(done.rows.values()):,} rows of snapshot {done.snapshot_id} stand in schema "
        f"{done.schema} of {done.place}."
    )
