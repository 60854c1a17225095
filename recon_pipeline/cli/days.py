"""The command that prints the calendar, and what of it is due in a home."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recon_pipeline.cli.options import RUN, Format, Home, OutputFormat, app, settings_of
from recon_pipeline.cli.printing import print_rows
from recon_pipeline.errors import BadInput

if TYPE_CHECKING:
    from recon_pipeline.settings import Settings

AGENDA_PAST_DAYS, AGENDA_COMING_DAYS = 60, 400
"""Around today: what was published last, and a year of what is to come."""


@app.command(rich_help_panel=RUN)
def calendar(
    every: Annotated[bool, typer.Option("--all", help="All days since 2004, not only those around today.")] = False,
    due: Annotated[bool, typer.Option("--due", help="Only what the home should have run by now and has not.")] = False,
    ics: Annotated[
        Path | None, typer.Option("--ics", metavar="FILE", help="Write the days as an iCalendar file as well.")
    ] = None,
    home: Home = None,
    output: OutputFormat = Format.table,
) -> None:
    """Print the days of reconstitutions and IPO additions, with what runs then."""
    import polars as pl

    from recon_pipeline.agenda import agenda, icalendar
    from recon_pipeline.events import NEW_YORK, events

    settings = settings_of(home)
    if due:
        if every or ics is not None:
            raise BadInput(
                "Printing what is due: it is due now, so that --all and --ics have nothing to add. Drop them."
            )
        _print_due(settings, output)
        return
    today = settings.moment.astimezone(NEW_YORK).date()
    known = list(events().values())
    first, last = (
        (known[0].rank_day, known[-1].effective_from)
        if every
        else (today - timedelta(days=AGENDA_PAST_DAYS), today + timedelta(days=AGENDA_COMING_DAYS))
    )
    entries = agenda(first, last)
    if ics is not None:
        ics.write_bytes(icalendar(entries))
        typer.echo(f"{ics} holds {len(entries)} days.", err=True)
    rows = [
        {
            "date": entry.day,
            "what": entry.what,
            "event_id": entry.event.event_id,
            "runs": entry.runs,
            "rank_day": entry.event.rank_day,
            "preliminary_date": entry.event.preliminary_date,
            "lock_date": entry.event.lock_date,
            "effective_date": entry.event.effective_date,
            "effective_from": entry.event.effective_from,
            "confirmed": entry.event.confirmed,
            "source": entry.event.source,
        }
        for entry in entries
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    if output is Format.table:
        # The rest is for scripts; a terminal is not that wide.
        frame = frame.select("date", "what", "event_id", "confirmed", "runs")
    print_rows(frame, output, f"Today is {today} in New York; what runs, runs after the close", wrapped="runs")


def _print_due(settings: Settings, output: Format) -> None:
    """Print what is due in a home, in the order in which it is to run."""
    import polars as pl

    from recon_pipeline.due import due_events, published_vintages

    published = published_vintages(settings.home_dir, settings.moment)
    rows = [
        {
            "event_id": each.event.event_id,
            "known_at": each.known_at,
            "published": each.published,
            "due_since": each.since,
        }
        for each in due_events(settings.moment, published)
    ]
    columns = {"event_id": pl.String, "known_at": pl.Date, "published": pl.Date, "due_since": pl.Date}
    title = "Due: published is the day as of which the home has it; known_at that of a run now"
    print_rows(pl.DataFrame(rows, schema=columns), output, title)
