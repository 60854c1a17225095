"""The `recon` command: parses, calls, prints.

Belongs here: options, tables on the terminal, exit codes. Does not belong here: anything that another caller would
need (it belongs in the module that is called). Heavy imports are inside the commands, so that `recon --help` answers at
once.

Exit codes: 0 done; 1 a defect of ours (with a traceback); 2 what was given cannot be used; 3 a provider did not answer
(try again later); 4 a provider refused; 5 a provider's answer cannot be believed; 6 our own checks kept a snapshot
from being published; 7 another run holds this home.
"""

from __future__ import annotations

import gc
import sys
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recon_pipeline.errors import BadInput, ReconError

if TYPE_CHECKING:
    import polars as pl
    from rich.console import Console

    from recon_pipeline.pipeline import RunReport
    from recon_pipeline.report.site import Site
    from recon_pipeline.scoring import Agreement, Breakpoint, Miss, Score
    from recon_pipeline.settings import Settings
    from recon_pipeline.sources.http import Traffic


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"recon_pipeline {version('recon-pipeline')}")
        raise typer.Exit


app = typer.Typer(
    name="recon",
    help="Reconstitution of the Russell US indexes from public data. Not affiliated with FTSE Russell or LSEG.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of landings and published tables [RECON_HOME, else ~/.recon].")
]
Offline = Annotated[bool, typer.Option("--offline", help="Run from landed payloads alone; open no connection.")]
AllowLateOpening = Annotated[
    bool, typer.Option("--allow-late-opening", help="Accept an opening dated after the rank day (it looks ahead).")
]
EventId = Annotated[str, typer.Argument(metavar="EVENT", help="Such as 2023-06-recon; `recon calendar` lists them.")]
OutputFormat = Annotated[Format, typer.Option("--format", help="How rows are printed.")]


PIPE_WIDTH = 150
"""Columns of a table that is printed into a file or a pipe."""


def main() -> None:
    """Run the command; an error of ours is one paragraph on stderr and an exit code that says of what kind."""
    # Payloads become hundreds of thousands of rows before they are frames, none of them in a circle: to look for one
    # after every 700 took 3 % of a run.
    gc.set_threshold(100_000, 20, 20)
    try:
        app()
    except OSError as error:
        # A file or folder of the user's: what cannot be used is no defect of ours.
        place = f" {error.filename}" if error.filename else ""
        print(f"error: {error.strerror or error}:{place}. Choose another place, or make room.", file=sys.stderr)
        sys.exit(BadInput.exit_code)
    except ReconError as error:
        from rich.text import Text

        # As text, not as markup: a message quotes lists and paths, and brackets in them are no style.
        told = " ".join(str(error).splitlines())
        _console(stderr=True).print(Text.assemble(("error:", "bold red"), " ", told), soft_wrap=True)
        sys.exit(error.exit_code)


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


@app.command()
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

    console = _console(stderr=True)
    settings = _settings(home, offline)
    shared: dict[str, Any] = {
        "openings": tuple(opening or ()),
        "allow_late_opening": allow_late_opening,
        "without": {
            *(without or ()),
            *(["known_late", "late_counts"] if strict_known else ()),
            *(["presumption", "contradicted_shares"] if no_presumption else ()),
        },
        "progress": console.is_terminal,
        "say": lambda text: console.print(f"[dim]{_plain(text)}[/]"),
    }
    if event_id is None and as_of is None:
        raise BadInput("Running: name an EVENT, or give --as-of DATE to project the next one.")
    if as_of is not None:
        if from_previous:
            raise BadInput(
                "Projecting: --from-previous is of an EVENT. Without --opening a projection opens from the last."
            )
        report = project(None if as_of == "today" else _day(as_of), settings, event_id=event_id, **shared)
    else:
        report = run_event(str(event_id), settings, from_previous=from_previous, **shared)
    _print_report(report)
    _write_report(settings, report.published)


@app.command()
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

    console = _console(stderr=True)
    settings = _settings(home, offline)
    report = run_backfill(
        first,
        last,
        settings,
        openings=tuple(opening or ()),
        allow_late_opening=allow_late_opening,
        without=set(without or ()),
        progress=console.is_terminal,
        say=lambda text: console.print(f"[dim]{_plain(text)}[/]"),
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
    _print_rows(pl.DataFrame(rows), Format.table, f"Events from {first} to {last}")
    if report.stale:
        typer.echo(
            f"stale: {', '.join(report.stale)} opened from a membership that has changed. Clear it with "
            f"`recon backfill --from {report.stale[0]} --to {report.stale[-1]}`."
        )
    published = "" if report.snapshot.is_new else " (unchanged)"
    _console().print(f"published: {report.published}{published}; {report.seconds:.1f} s in all", soft_wrap=True)
    _write_report(settings, report.published)


@app.command()
def capture(home: Home = None) -> None:
    """Land what tells of today only, from every configured source: the daily capture, after the close."""
    from recon_pipeline.capture import GAVE_NOTHING
    from recon_pipeline.capture import capture as capture_today

    console = _console(stderr=True)
    gathered = capture_today(_settings(home), say=lambda text: console.print(f"[dim]{_plain(text)}[/]"))
    for outcome in gathered.outcomes:
        size = f"{outcome.row.size / 1e6:.1f} MB" if outcome.row else _plain(outcome.detail)
        console.print(f"{outcome.ask.feed} {outcome.ask.day or ''} {outcome.result}: {size}", soft_wrap=True)
    for name in gathered.idle:
        console.print(f"{name} was not asked: it has nothing to tell at this hour (prices only after the close)")
    failed = [outcome for outcome in gathered.outcomes if outcome.result in GAVE_NOTHING]
    typer.echo(
        f"{len(gathered.outcomes) - len(failed)} payloads landed, {len(failed)} not "
        f"({gathered.traffic.requests} requests, {gathered.traffic.bytes / 1e6:.1f} MB)."
    )


@app.command()
def sources(home: Home = None, output: OutputFormat = Format.table) -> None:
    """List the sources: state, last success and what each gives."""
    from recon_pipeline.capture import source_states

    states = source_states(_settings(home))
    if output is Format.table:
        # The rest is for scripts; a terminal is not that wide.
        states = states.select(
            "source", "state", states["last_success"].dt.strftime("%Y-%m-%d %H:%M"), "payloads", "gives"
        )
    title = "Sources; `needs` names the environment variable that is not set"
    _print_rows(states, output, title, wrapped="gives")


@app.command()
def fetch(
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="First session, YYYY-MM-DD.")],
    end: Annotated[str, typer.Option("--to", metavar="DATE", help="Last session, YYYY-MM-DD.")],
    home: Home = None,
) -> None:
    """Land a stretch of history ahead of the runs that need it; what is landed already is not fetched again."""
    from recon_pipeline.ingest import prefetch

    console = _console(stderr=True)
    got = prefetch(_settings(home), _day(start), _day(end), progress=console.is_terminal, say=console.print)
    typer.echo(f"{got.sessions} sessions landed ({got.requests} requests, {got.megabytes:.0f} MB).")
    if got.missing:
        typer.echo(f"The archive holds no close of: {', '.join(map(str, got.missing))}.")


@app.command()
def changes(
    event_id: EventId,
    index: Annotated[str | None, typer.Option("--index", help="One index only, such as R2000.")] = None,
    home: Home = None,
    output: OutputFormat = Format.table,
) -> None:
    """Print what an event adds to and deletes from each index."""
    from recon_pipeline.publish import published_database
    from recon_pipeline.story import require_event
    from recon_pipeline.warehouse import Reader

    wanted = _index(index, "Printing changes")
    reader = Reader(published_database(_place(home, event_id)))
    require_event(reader, event_id)
    frame = reader.frame(
        """
        select index_id, action, movement, ticker, company_name, industry, reason, rank, market_cap_usd
        from recon.index_changes
        where event_id = $event_id and ($index_id = '' or index_id = $index_id)
        order by index_id, action, lower(company_name), ticker
        """,
        {"event_id": event_id, "index_id": wanted or ""},
    )
    _print_rows(frame, output, f"Changes of {event_id}" + (f", {wanted}" if wanted else ""))


class StoryFormat(StrEnum):
    """How a story is printed."""

    text = "text"
    json = "json"


@app.command()
def explain(
    ticker: Annotated[
        str, typer.Argument(metavar="TICKER", help="In any spelling: BRK.B, BRK/B, BRK-B; an earlier one will do.")
    ],
    event_id: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="Such as 2023-06-recon; by default the last that has it.")
    ] = None,
    home: Home = None,
    output: Annotated[StoryFormat, typer.Option("--format", help="As text, or as one JSON object.")] = StoryFormat.text,
) -> None:
    """Tell the whole story of a company: rules, cap, rank, margins, what would move it, outcome, history."""
    from recon_pipeline.publish import published_database
    from recon_pipeline.story import explain as explain_company
    from recon_pipeline.telling import tell, to_json

    place = _settings(home).home_dir if event_id is None else _place(home, event_id)
    story = explain_company(published_database(place), ticker, event_id)
    if output is StoryFormat.json:
        typer.echo(to_json(story))
        return
    tell(story, _console())


@app.command("near-miss")
def near_miss(
    event_id: EventId,
    index: Annotated[
        str | None, typer.Option("--index", help="Only who would leave or enter this index, such as R1000.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The nearest so many.")] = 50,
    home: Home = None,
    output: OutputFormat = Format.table,
) -> None:
    """Print who is near a cut, nearest first, and which price or share count would move it to the other side."""
    import polars as pl

    from recon_pipeline import api

    wanted = _index(index, "Printing near misses")
    _settings(home)
    frame = api.near_miss(event_id, wanted, limit, home=home)
    if output is Format.table:
        # The rest is for scripts; a terminal is not that wide.
        shorter = {"cut_id": "cut", "side_before": "was", "index_id": "in", "market_cap_usd": "cap_usd"}
        shorter |= {"margin_ranks": "places", "close_usd": "price_usd", "flip_price_usd": "to_price_usd"}
        frame = frame.rename(shorter | {"flip_shares": "to_shares"})
        frame = frame.select(
            *("ticker", "cut", "was", "in", "would_be", "rank", "cap_usd", "margin_usd", "margin_pct", "places"),
            *("price_usd", "to_price_usd", "to_shares"),
        ).with_columns(frame["margin_pct"].cast(pl.Float64).round(3))
    _print_rows(frame, output, f"Near misses of {event_id}" + (f", {wanted}" if wanted else ""))


@app.command("what-if")
def what_if(
    event_id: EventId,
    supposed: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="TICKER.FIELD=VALUE",
            help="FIELD: price (USD), shares (of the company), country (name or ISO code), exclude (true). Repeatable.",
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="YAML or JSON: a mapping of tickers to fields to values.")
    ] = None,
    home: Home = None,
    output: Annotated[StoryFormat, typer.Option("--format", help="As text, or as one JSON object.")] = StoryFormat.text,
) -> None:
    """Derive an event with other facts and print what would differ from what is published; nothing is changed."""
    import json

    import polars as pl

    from recon_pipeline import supposing

    overrides = [*(supposing.read_file(file) if file else ()), *map(supposing.read_setting, supposed or ())]
    found = supposing.what_if(_place(home, event_id), event_id, overrides)
    if output is StoryFormat.json:
        plain = {
            name: json.loads(frame.with_columns(pl.selectors.decimal().cast(pl.Float64)).write_json())
            for name, frame in found.frames.items()
        }
        told = {"event_id": event_id, "overrides": [str(one) for one in found.overrides], "notes": found.notes}
        typer.echo(json.dumps(told | plain))
        return
    titles = {
        "companies": f"What is supposed of {event_id}, and what becomes of it",
        "memberships": "Memberships that would differ",
        "changes": "Changes of the event that would differ (recon.index_changes)",
        "breakpoints": "Cuts that would differ",
        "eligibility": "Verdicts that would differ",
        "ranks": f"The {MOST_RANKS} ranks that would move farthest, of {found.ranks.height:,}",
    }
    for name, frame in found.frames.items():
        if frame.is_empty():
            continue
        ids = [column for column in ("security_id", "company_id", "cut_rank_then") if column in frame.columns]
        shown = frame.drop(ids) if name != "ranks" else frame.drop(ids).head(MOST_RANKS)
        _print_rows(_side_by_side(shown), Format.table, titles[name])
    if all(frame.is_empty() for name, frame in found.frames.items() if name != "companies"):
        _console().print("Nothing would differ.")
    for note in found.notes:
        _console(stderr=True).print(f"[yellow]note:[/] {_plain(note)}", soft_wrap=True)


MOST_RANKS = 20
"""Ranks that a what-if prints: one company that moves far shifts all between by one; json has them all."""


def _side_by_side(frame: pl.DataFrame) -> pl.DataFrame:
    """Each figure of before and, where it is another one, that of after in the same cell."""
    import polars as pl

    names = [name for name in frame.columns if not name.endswith("_then")]

    def told(name: str, was: object, then: object) -> str:
        before, after = _cell(name, was), _cell(name, then)
        return before if was == then else f"{before or 'none'} > {after or 'none'}"

    return pl.DataFrame(
        {
            name: [told(name, was, then) for was, then in zip(frame[name], frame[f"{name}_then"], strict=True)]
            if f"{name}_then" in frame.columns
            else [_cell(name, value) for value in frame[name]]
            for name in names
        },
        schema=dict.fromkeys(names, pl.String),
    ).rename(lambda name: name.removesuffix("_usd"))


@app.command()
def members(
    day: Annotated[str, typer.Option("--date", metavar="DATE", help="Day of the membership, YYYY-MM-DD.")],
    index: Annotated[str | None, typer.Option("--index", help="One index only, such as R2000.")] = None,
    home: Home = None,
    output: OutputFormat = Format.table,
) -> None:
    """Print who was in each index on a day, between events too."""
    from recon_pipeline.publish import published_database
    from recon_pipeline.warehouse import Reader

    wanted, asked = _index(index, "Printing members"), _day(day)
    reader = Reader(published_database(_settings(home).home_dir))
    frame = reader.frame(
        """
        select index_id, ticker, company_name, security_id, company_id, effective_from, effective_to
        from recon.membership_asof(cast($day as date))
        where $index_id = '' or index_id = $index_id
        order by index_id, ticker, security_id
        """,
        {"day": asked, "index_id": wanted or ""},
    )
    # Days before the first list are unknown, not empty; after the last event the spans run on.
    told = reader.frame(
        """
        select
            (select min(effective_from) from recon.index_membership_span) as since,
            (select max(effective_from) from recon.events where membership_rows > 0) as last_event_from,
            min(event_id) as missing
        from recon.events
        where
            effective_from <= $day
            and effective_from > (select max(effective_from) from recon.events where membership_rows > 0)
        """,
        {"day": asked},
    ).row(0, named=True)
    if frame.is_empty():
        raise BadInput(
            f"Printing members of {wanted or 'the indexes'} on {asked}: {reader.path} knows of none then. It tells of "
            f"days from {told['since'] or 'no event'} on. Run an earlier event, or give its opening lists."
        )
    if told["missing"]:
        _console(stderr=True).print(
            f"[yellow]note:[/] the last event here holds from {told['last_event_from']}; what came since is not in it, "
            f"from {told['missing']} on"
        )
    _print_rows(frame, output, f"Members on {asked}" + (f", {wanted}" if wanted else ""))


@app.command()
def demand(
    event_id: EventId,
    index: Annotated[str | None, typer.Option("--index", help="One index only, such as R2000.")] = None,
    assets: Annotated[
        list[str] | None,
        typer.Option(
            "--assets",
            metavar="INDEX=USD",
            help="Dollars that follow an index, as R2000=200e9: demand for them, not only per billion. Repeatable.",
        ),
    ] = None,
    net: Annotated[
        bool,
        typer.Option("--net", help="Net by security over the indexes: who moves is sold by one, bought by another."),
    ] = False,
    home: Home = None,
    output: OutputFormat = Format.table,
) -> None:
    """Print what index funds must trade at an event: estimates, with what they rest on."""
    from recon_pipeline.demand import assumptions, index_demand, net_demand, read_assets
    from recon_pipeline.events import event
    from recon_pipeline.publish import published_database
    from recon_pipeline.story import require_event
    from recon_pipeline.warehouse import Reader

    wanted, stated = _index(index, "Printing demand"), read_assets(assets or ())
    if net and wanted:
        raise BadInput("Printing demand: --net is over all indexes, --index is one of them. Drop one of the two.")
    reader = Reader(published_database(_place(home, event_id)))
    require_event(reader, event_id)
    trades = index_demand(reader, event_id, index_id=wanted, assets=stated)
    # Beside csv and json they would be in the way of a reader of these.
    for line in assumptions(event(event_id), trades, stated):
        typer.echo(f"# {line}", err=output is not Format.table)
    frame = net_demand(reader, event_id, assets=stated) if net else trades
    title = f"Demand at {event_id}" + (f", {wanted}" if wanted else "") + (", net" if net else "")
    if output is Format.table:
        frame, of = _demand_columns(frame, net=net)
        title += of
    _print_rows(frame, output, title)


@app.command()
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

    settings = _settings(home)
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
    _print_rows(frame, output, f"Today is {today} in New York; what runs, runs after the close", wrapped="runs")


AGENDA_PAST_DAYS, AGENDA_COMING_DAYS = 60, 400
"""Around today: what was published last, and a year of what is to come."""


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
    _print_rows(pl.DataFrame(rows, schema=columns), output, title)


@app.command()
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
    place = _place(home, event_id)
    reader = Reader(published_database(place))
    scores, misses = scoring.score(reader, wanted, scoring.read_truth(truth, wanted))
    agreements = scoring.agreements(reader, wanted, scoring.read_industries(truth, wanted))
    breakpoints = scoring.breakpoints(reader, wanted)
    if budget is not None:
        from recon_pipeline.budget import budget_page, read_causes

        caused = read_causes(place, wanted, misses, scoring.read_names(truth, wanted))
        budget.write_text(budget_page(wanted, scores, caused, with_names=names), encoding="utf-8")
    _print_scores(scores, misses if names else [], agreements, breakpoints, output, event_id)


@app.command()
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

    console = _console(stderr=True)
    wanted = _index(index, "Printing probabilities")
    done = forecast(
        event_id,
        None if as_of == "today" else _day(as_of),
        _settings(home, offline),
        paths=paths,
        seed=seed,
        daily=daily,
        with_model_error=model_error,
        openings=tuple(opening or ()),
        allow_late_opening=allow_late_opening,
        without=set(without or ()),
        progress=console.is_terminal,
        say=lambda text: console.print(f"[dim]{_plain(text)}[/]"),
    )
    reader = Reader(done.published)
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
    _print_rows(frame, output, title)
    if output is not Format.table:
        return
    cuts = reader.frame(
        """
        select breakpoint_id, cut_rank, now_usd, expected_usd, p05_usd, p50_usd, p95_usd
        from recon.projection_breakpoints
        where event_id = $event_id
        order by cut_rank, breakpoint_id
        """,
        {"event_id": done.event.event_id},
    )
    _print_rows(cuts, output, "Breakpoints on the rank day: 90 % of the paths lie between p05 and p95 (estimates)")
    _console().print(
        f"{done.outcome.paths:,} paths of {len(done.start.company_ids):,} companies over {done.moves.sessions} "
        f"sessions to {done.rank_day}, seed {seed}, market {100 * done.moves.market_sigma:.2f} % a session; "
        f"{'with' if model_error else 'without'} the error of the model\npublished: {done.published}",
        soft_wrap=True,
    )


NAME_WIDTH = 30
"""Characters of a company's name in a table of probabilities, so that no figure is cut off."""


@app.command(name="score-projection")
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
    reader = Reader(published_database(_place(home, event_id)))
    found = calibration.verdicts(reader, wanted, read_truth(truth, wanted))
    rows = pl.DataFrame([calibration.score_row(each) for each in calibration.projection_scores(found)])
    if output is Format.csv:
        _print_rows(rows, output, "")
        return
    bins = pl.DataFrame(
        [calibration.bin_row(each) for each in calibration.reliability(v for v in found if v.kind == MEMBERS)]
    )
    if output is Format.json:
        import json

        typer.echo(json.dumps({"event_id": event_id, "scores": rows.to_dicts(), "reliability": bins.to_dicts()}))
        return
    _print_rows(bins, output, "Reliability of the members: what was given a chance, and how often it came")
    _print_rows(rows, output, f"Brier scores of {event_id}; naive is the ranking of the day, taken for certain")


@app.command()
def holdings(
    index: Annotated[str, typer.Argument(metavar="INDEX", help="R1000, R2000, R3000 or RMICRO.")],
    day: Annotated[str, typer.Option("--date", metavar="DATE", help="Day of the holdings, YYYY-MM-DD: a session.")],
    out: Annotated[Path, typer.Option("--out", help="File to write; then give it to --opening or --truth.")],
    home: Home = None,
    offline: Offline = False,
) -> None:
    """Fetch the holdings CSV of an iShares index fund, as an opening or to score against."""
    from recon_pipeline.sources.ishares import fetch_holdings

    console = _console(stderr=True)
    body = fetch_holdings(
        _settings(home, offline), index, _day(day), say=lambda text: console.print(f"[dim]{_plain(text)}[/]")
    )
    out.write_bytes(body)
    typer.echo(f"{out} holds the fund on {index.upper()} of {day}.")


@app.command()
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

    settings = _settings(home)
    dsn = SecretStr(postgres) if postgres else settings.postgres_dsn
    if dsn is None:
        raise BadInput("Exporting: say where to, with --postgres DSN or in RECON_POSTGRES_DSN.")
    console = _console(stderr=True)
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


@app.command()
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

    console = _console(stderr=True)
    settings = _settings((home or _settings(None).home_dir) / home_name(lines, years, seed))
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
    _print_rows(frame, Format.table, f"Changes of the Russell 1000, {report.event.event_id}, simulated market")
    cuts = reader.frame(
        """
        select event_id, breakpoint_id, cut_rank, reached_rank, ticker, market_cap_usd, band_low_usd, band_high_usd
        from recon.breakpoints
        order by event_id, cut_rank
        """
    )
    _print_rows(cuts, Format.table, "Breakpoints of every event, simulated market")
    _print_report(report)
    _console().print(
        f"more of it: recon changes {report.event.event_id} --index R2000 --home {settings.home_dir}", soft_wrap=True
    )
    _write_report(settings, report.published)


@app.command()
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
    from recon_pipeline.report.site import Companies, note_of, report_path, write_report

    wanted = event or []
    homes = {_place(home, each) for each in wanted} or {_settings(home).home_dir}
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
    _print_site(site)


# --- printing ---------------------------------------------------------------------------------------------------------


def _write_report(settings: Settings, published: Path | None) -> None:
    """Write the report of what a command has just published, and say where it is."""
    from recon_pipeline.report.site import report_home

    assert published is not None
    try:
        site = report_home(settings, published.parents[1])
    except (ReconError, OSError) as error:
        # What the command is for is done, and stands: its exit code is not that of a page.
        _console(stderr=True).print(f"[yellow]the report was not written:[/] {_plain(str(error))}", soft_wrap=True)
        return
    if site is not None:
        _print_site(site)


def _print_site(site: Site) -> None:
    _console().print(
        f"report: {site.start} ({site.pages:,} pages, {site.size / 1e6:.0f} MB, {site.seconds:.1f} s)", soft_wrap=True
    )


def _not_of_two_markets(settings: Settings) -> Settings:
    """A home of a simulated market asks nobody: its server was there for `recon demo` alone, and what the real sources
    say of the same days is of another market."""
    from recon_pipeline.settings import is_simulated

    real = type(settings).model_fields["archive_url"].default
    if is_simulated(settings.home_dir) and settings.archive_url == real:
        return settings.model_copy(update={"offline": True})
    return settings


def _settings(home: Path | None, offline: bool = False) -> Settings:
    from pydantic import ValidationError

    from recon_pipeline.settings import Settings

    # An option wins over the environment; what is not given is left to it.
    given: dict[str, Any] = ({} if home is None else {"home": home}) | ({"offline": True} if offline else {})
    try:
        return _not_of_two_markets(Settings(**given))
    except ValidationError as error:
        # Names and reasons, never the values: one of them is a token.
        wrong = "; ".join(f"RECON_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise BadInput(f"The settings in the environment cannot be used: {wrong}. Correct or unset them.") from None


def _place(home: Path | None, event_id: str) -> Path:
    """Return the home that holds an event: that of the projections for one of them."""
    from recon_pipeline.events import event
    from recon_pipeline.projection import projection_settings

    settings = _settings(home)
    return (projection_settings(settings) if event(event_id).is_projection else settings).home_dir


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr)
    # A pipe has no width of its own: 80 columns would fold every row of a table.
    return console if console.is_terminal else Console(stderr=stderr, width=PIPE_WIDTH)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _index(text: str | None, doing: str) -> str | None:
    from recon_pipeline.opening import index_ids

    wanted = text.upper() if text else None
    if wanted is not None and wanted not in index_ids():
        raise BadInput(f"{doing} of {text}: the indexes are {', '.join(index_ids())}.")
    return wanted


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"The date {text!r} cannot be read: write it as YYYY-MM-DD.") from error


def _print_rows(frame: pl.DataFrame, output: Format, title: str, *, wrapped: str = "") -> None:
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

    table = Table(title=title, title_justify="left", caption=f"{frame.height} rows", caption_justify="left")
    for name, kind in frame.schema.items():
        justify: Any = "right" if kind.is_numeric() else "left"
        if name == wrapped:
            table.add_column(name, justify=justify, ratio=1)
        else:
            table.add_column(name, justify=justify, no_wrap=True, overflow="ellipsis")
    for row in frame.iter_rows():
        table.add_row(*(_cell(name, value) for name, value in zip(frame.columns, row, strict=True)))
    _console().print(table)


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if column.endswith(("close_usd", "price_usd")):
        return f"{value:,}"
    if column == "margin_usd":
        return f"{float(value) / 1e6:+,.1f}m"  # type: ignore[arg-type]
    if column.endswith("_usd"):
        return f"{float(value) / 1e6:,.0f}m"  # type: ignore[arg-type]
    return _plain(str(value))


MAIN_INDEXES = ["R1000", "R2000", "R3000", "RMICRO"]


def _demand_columns(frame: pl.DataFrame, *, net: bool) -> tuple[pl.DataFrame, str]:
    """Return of the columns of a demand those that fit a terminal, and what the amounts are of.

    Demand for assets where any are known, else what a billion dollars trade; csv and json have both.
    """
    import polars as pl

    known = frame["demand_usd"].null_count() < frame.height
    billion = "_per_billion_each" if net else "_per_billion"
    of = "" if known else billion
    if net:
        # The size indexes within others are many, and in csv and json.
        main = [
            pl.col(name)
            .str.split(", ")
            .list.eval(pl.element().filter(pl.element().is_in(MAIN_INDEXES)))
            .list.join(", ")
            for name in ("joins", "leaves")
        ]
        named = [pl.col("movement", "ticker"), *main]
    else:
        change = (pl.col("weight_after_pct") - pl.col("weight_before_pct")).cast(pl.Float64).round(6)
        named = [pl.col("index_id", "action", "movement", "ticker"), change.alias("weight_change_pct")]
    told = frame.select(
        *named,
        pl.col("demand_usd").alias("trade_usd") if known else pl.col(f"usd{billion}").cast(pl.Float64).alias("dollars"),
        pl.col("demand_shares" if known else f"shares{billion}").alias("shares"),
        pl.col("adv_usd"),
        pl.col(f"days_of_adv{of}").cast(pl.Float64).alias("days_of_adv"),
        pl.col(f"closing_auction_multiple{of}").cast(pl.Float64).alias("closing_auctions"),
    )
    if known:
        return told, ": what the assets trade"
    return told, ": what $1bn in each of R1000, R2000 and RMICRO trades" if net else ": what $1bn in the index trades"


def _print_report(report: RunReport) -> None:
    from rich.table import Table

    console = _console()
    snapshot = report.snapshot
    assert snapshot is not None
    for note in report.notes:
        console.print(f"[yellow]note:[/] {_plain(note)}")
    for check in report.failed_checks:
        first = ", ".join(f"{name} {value}" for name, value in check.rows.row(0, named=True).items())
        console.print(
            f"[yellow]warning:[/] {_plain(check.means)} ({check.table}, {check.rows.height} rows; {_plain(first)})"
        )
    issues = Table(title="Data issues (recon.data_issues)", title_justify="left")
    for name in ("severity", "issue", "rows"):
        issues.add_column(name, justify="right" if name == "rows" else "left")
    for severity, issue, rows in report.issues:
        issues.add_row(severity, issue, str(rows))
    console.print(issues)
    console.print(
        f"{report.event.event_id}: opened from {_plain(report.opening_source)}; "
        f"{report.rows['recon.index_membership']:,} memberships, {report.rows['recon.index_changes']:,} changes; "
        f"{_cost(report.took.archive)} to the archive, {_cost(report.took.sources)} to other sources, "
        f"of which {report.took.given} of {report.took.asked} payloads are there; "
        f"{sum(report.seconds.values()):.1f} s"
    )
    console.print(f"published: {report.published}" + ("" if snapshot.is_new else " (unchanged)"), soft_wrap=True)


def _cost(traffic: Traffic) -> str:
    return f"{traffic.requests} requests ({traffic.bytes / 1e6:,.1f} MB)"


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
        _print_rows(rows, output, "")
        return
    if not wrong.is_empty():
        _print_rows(wrong, output, "Missed and false names")
    if agreements:
        _print_rows(shares, output, "Industries of the lines that both have", wrapped=shares.columns[-1])
    if breakpoints:
        _print_rows(cuts, output, f"Breakpoints; within = off by no more than the rounding and {_tolerance()}")
    _print_rows(rows.drop("industry_lines", "industry_agreement"), output, f"Scores of {event_id}")


MOST = 3
"""Differences between industries that a table names: it shows where to look, json has them all."""


def _tolerance() -> str:
    from recon_pipeline.scoring import BREAKPOINT_TOLERANCE

    return f"{float(BREAKPOINT_TOLERANCE):.1%}"
