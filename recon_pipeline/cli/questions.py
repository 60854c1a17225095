"""Commands that answer from what is published: changes, members, stories, near misses, what-if and demand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recon_pipeline.cli.options import (
    ASK,
    EventId,
    Format,
    Home,
    OutputFormat,
    StoryFormat,
    app,
    day_of,
    index_of,
    place_of,
    settings_of,
)
from recon_pipeline.cli.printing import cell, counted, plain, print_rows, terminal
from recon_pipeline.errors import BadInput

if TYPE_CHECKING:
    import polars as pl


@app.command(rich_help_panel=ASK)
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

    wanted = index_of(index, "Printing changes")
    reader = Reader(published_database(place_of(home, event_id)))
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
    print_rows(frame, output, f"Changes of {event_id}" + (f", {wanted}" if wanted else ""))


@app.command(rich_help_panel=ASK)
def members(
    day: Annotated[str, typer.Option("--date", metavar="DATE", help="Day of the membership, YYYY-MM-DD.")],
    index: Annotated[str | None, typer.Option("--index", help="One index only, such as R2000.")] = None,
    home: Home = None,
    output: OutputFormat = Format.table,
) -> None:
    """Print who was in each index on a day, between events too."""
    from recon_pipeline.publish import published_database
    from recon_pipeline.warehouse import Reader

    wanted, asked = index_of(index, "Printing members"), day_of(day)
    reader = Reader(published_database(settings_of(home).home_dir))
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
        terminal(stderr=True).print(
            f"[yellow]note:[/] the last event here holds from {told['last_event_from']}; what came since is not in it, "
            f"from {told['missing']} on"
        )
    print_rows(frame, output, f"Members on {asked}" + (f", {wanted}" if wanted else ""))


@app.command(rich_help_panel=ASK)
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

    place = settings_of(home).home_dir if event_id is None else place_of(home, event_id)
    story = explain_company(published_database(place), ticker, event_id)
    if output is StoryFormat.json:
        typer.echo(to_json(story))
        return
    tell(story, terminal())


@app.command("near-miss", rich_help_panel=ASK)
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

    wanted = index_of(index, "Printing near misses")
    settings_of(home)
    frame = api.near_miss(event_id, wanted, limit, home=home)
    if output is Format.table:
        # The rest is for scripts; a terminal is not that wide.
        shorter = {"cut_id": "cut", "market_cap_usd": "cap_usd"}
        shorter |= {"margin_ranks": "places", "close_usd": "price_usd", "flip_price_usd": "to_price_usd"}
        frame = frame.rename(shorter | {"flip_shares": "to_shares"})
        frame = frame.select(
            *("ticker", "cut", "leaves", "enters", "rank", "cap_usd", "margin_usd", "margin_pct", "places"),
            *("price_usd", "to_price_usd", "to_shares"),
        ).with_columns(frame["margin_pct"].cast(pl.Float64).round(3))
    print_rows(frame, output, f"Near misses of {event_id}" + (f", {wanted}" if wanted else ""))


@app.command("what-if", rich_help_panel=ASK)
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
    found = supposing.what_if(place_of(home, event_id), event_id, overrides)
    if output is StoryFormat.json:
        rows = {
            name: json.loads(frame.with_columns(pl.selectors.decimal().cast(pl.Float64)).write_json())
            for name, frame in found.frames.items()
        }
        head = {"event_id": event_id, "overrides": [str(one) for one in found.overrides], "notes": found.notes}
        typer.echo(json.dumps(head | rows))
        return
    told = (
        (f"What is supposed of {event_id}, and what becomes of it", found.companies),
        ("Who would be in other indexes", found.moves),
        ("Verdicts that would differ", found.eligibility),
        ("Changes of the event that would differ (recon.index_changes)", found.changes),
        ("Cuts that would differ", found.breakpoints),
    )
    for title, frame in told:
        if not frame.is_empty():
            print_rows(_side_by_side(frame.drop(IDS, strict=False)), Format.table, title)
    others, places = found.moved_aside
    if others:
        terminal().print(
            f"{counted(others, 'rank')} of other companies would differ, by {counted(places, 'place')} at most; "
            "--format json has them."
        )
    if all(frame.is_empty() for name, frame in found.frames.items() if name != "companies"):
        terminal().print("Nothing would differ.")
    for note in found.notes:
        terminal(stderr=True).print(f"[yellow]note:[/] {plain(note)}", soft_wrap=True)


IDS = ("security_id", "company_id", "cut_rank_then")
"""Columns of a what-if that a script needs and a reader does not."""


def _side_by_side(frame: pl.DataFrame) -> pl.DataFrame:
    """Each figure of before and, where it is another one, that of after in the same cell."""
    import polars as pl

    names = [name for name in frame.columns if not name.endswith("_then")]

    def told(name: str, was: object, then: object) -> str:
        before, after = cell(name, was), cell(name, then)
        return before if was == then else f"{before or 'none'} > {after or 'none'}"

    return pl.DataFrame(
        {
            name: [told(name, was, then) for was, then in zip(frame[name], frame[f"{name}_then"], strict=True)]
            if f"{name}_then" in frame.columns
            else [cell(name, value) for value in frame[name]]
            for name in names
        },
        schema=dict.fromkeys(names, pl.String),
    ).rename(lambda name: name.removesuffix("_usd"))


@app.command(rich_help_panel=ASK)
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

    wanted, stated = index_of(index, "Printing demand"), read_assets(assets or ())
    if net and wanted:
        raise BadInput("Printing demand: --net is over all indexes, --index is one of them. Drop one of the two.")
    if wanted and (others := sorted(set(stated) - {wanted})):
        raise BadInput(f"Printing demand of {wanted}: --assets states {', '.join(others)}. Drop that, or --index.")
    # Who states assets asks about their indexes; what is netted is so over all.
    indexes = [] if net else [wanted] if wanted else sorted(stated)
    reader = Reader(published_database(place_of(home, event_id)))
    require_event(reader, event_id)
    trades = index_demand(reader, event_id, indexes=indexes, assets=stated)
    # Beside csv and json they would be in the way of a reader of these.
    for line in assumptions(event(event_id), trades, stated, indexes=indexes):
        typer.echo(f"# {line}", err=output is not Format.table)
    frame = net_demand(reader, event_id, assets=stated) if net else trades
    title = f"Estimated demand at {event_id}" + (f", {wanted}" if wanted else "") + (", net" if net else "")
    if output is Format.table:
        frame, of = _demand_columns(frame, net=net)
        title += of
    print_rows(frame, output, title)


MAIN_INDEXES = ["R1000", "R2000", "R3000", "RMICRO"]
SIDES = ("before", "after")


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
        weights = [pl.col(f"weight_{side}_pct").cast(pl.Float64).round(4).alias(f"{side}_pct") for side in SIDES]
        named = [pl.col("index_id", "action", "movement", "ticker"), *weights]
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
