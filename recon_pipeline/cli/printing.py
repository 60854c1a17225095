"""What commands print: rows as a table, CSV or JSON, what a run did, and where its report is.

Belongs here: what two commands print alike. Does not belong here: what one command alone prints (beside it).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from recon_pipeline.cli.options import Format
from recon_pipeline.errors import ReconError

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from recon_pipeline.pipeline import RunReport
    from recon_pipeline.report.site import Site
    from recon_pipeline.settings import Settings
    from recon_pipeline.sources.http import Traffic


PIPE_WIDTH = 150
"""Columns of a table that is printed into a file or a pipe."""


def terminal(*, stderr: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr)
    # A pipe has no width of its own: 80 columns would fold every row of a table.
    return console if console.is_terminal else Console(stderr=stderr, width=PIPE_WIDTH)


def plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def counted(number: int, what: str) -> str:
    """Say how many there are, as `1 row` or `1,200 rows`."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def print_rows(frame: pl.DataFrame, output: Format, title: str, *, wrapped: str = "") -> None:
    """Print a frame; in a table no cell is folded but those of the column `wrapped`."""
    import polars as pl

    if output is Format.csv:
        typer.echo(frame.write_csv(), nl=False)
        return
    if output is Format.json:
        # Decimals as text would surprise a reader of JSON; dollars and cents fit a double.
        typer.echo(frame.with_columns(pl.selectors.decimal().cast(pl.Float64)).write_json())
        return
    from rich.table import Table

    table = Table(title=title, title_justify="left", caption=counted(frame.height, "row"), caption_justify="left")
    for name, kind in frame.schema.items():
        justify: Any = "right" if kind.is_numeric() else "left"
        if name == wrapped:
            table.add_column(name, justify=justify, ratio=1)
        else:
            table.add_column(name, justify=justify, no_wrap=True, overflow="ellipsis")
    for row in frame.iter_rows():
        table.add_row(*(cell(name, value) for name, value in zip(frame.columns, row, strict=True)))
    terminal().print(table)


def cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if column.endswith(("close_usd", "price_usd")):
        return f"{value:,}"
    if column == "margin_usd":
        return f"{float(value) / 1e6:+,.1f}m"  # type: ignore[arg-type]
    if column.endswith("_usd"):
        return f"{float(value) / 1e6:,.0f}m"  # type: ignore[arg-type]
    return plain(str(value))


def print_run(report: RunReport) -> None:
    from rich.table import Table

    console = terminal()
    snapshot = report.snapshot
    assert snapshot is not None
    for note in report.notes:
        console.print(f"[yellow]note:[/] {plain(note)}")
    for check in report.failed_checks:
        first = ", ".join(f"{name} {value}" for name, value in check.rows.row(0, named=True).items())
        console.print(
            f"[yellow]warning:[/] {counted(check.rows.height, 'row')} of {check.table} against this: "
            f"{plain(check.means)} First: {plain(first)}."
        )
    issues = Table(title="Data issues (recon.data_issues)", title_justify="left")
    for name in ("severity", "issue", "rows"):
        issues.add_column(name, justify="right" if name == "rows" else "left")
    for severity, issue, rows in report.issues:
        issues.add_row(severity, issue, str(rows))
    console.print(issues)
    there = f", of which {report.took.given} of {report.took.asked} payloads are there" if report.took.asked else ""
    console.print(
        f"{report.event.event_id}: opened from {plain(report.opening_source)}; "
        f"{report.rows['recon.index_membership']:,} memberships, {report.rows['recon.index_changes']:,} changes; "
        f"{_cost(report.took.archive)} to the archive, {_cost(report.took.sources)} to other sources{there}; "
        f"{sum(report.seconds.values()):.1f} s"
    )
    console.print(f"published: {report.published}" + ("" if snapshot.is_new else " (unchanged)"), soft_wrap=True)


def _cost(traffic: Traffic) -> str:
    return f"{counted(traffic.requests, 'request')} ({traffic.bytes / 1e6:,.1f} MB)"


def write_site(settings: Settings, published: Path | None) -> None:
    """Write the report of what a command has just published, and say where it is."""
    from recon_pipeline.report.site import report_home

    assert published is not None
    try:
        site = report_home(settings, published.parents[1])
    except (ReconError, OSError) as error:
        # What the command is for is done, and stands: its exit code is not that of a page.
        terminal(stderr=True).print(f"[yellow]the report was not written:[/] {plain(str(error))}", soft_wrap=True)
        return
    if site is not None:
        print_site(site)


def print_site(site: Site) -> None:
    terminal().print(
        f"report: {site.start} ({site.pages:,} pages, {site.size / 1e6:.0f} MB, {site.seconds:.1f} s)", soft_wrap=True
    )
