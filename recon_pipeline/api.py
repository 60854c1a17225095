"""What a home has published, as Polars frames and stories: for a notebook or a program.

    import recon_pipeline as rp
    rp.published_events(home="~/.recon")
    rp.membership("R2000", "2024-01-02")
    rp.changes("2024-06-recon", index="R1000")
    print(rp.tell(rp.explain("BRK/B")))

Every function takes `home`, the folder of a home; without it RECON_HOME counts, else ~/.recon. It reads the published
file alone: it never blocks a run, and a run never blocks it. The projection of an event is read from where those live.
A frame has the columns of its table, documented in `docs/tables.md` and as comments in the file: amounts in USD and
shares of percent as decimals, counts as integers, days as dates. Frames are ordered: two calls give equal frames.
`published_events` is not called `events`, for that is the module of the calendar.

`what_if` alone reads the working database, and holds its lock meanwhile: a run that is due then is refused, and asked
for again at the next tick.

Raises, all of them: BadInput where the home has published nothing, or not the event, index, day or ticker that was
asked for; the message says what to do. `what_if` raises Busy while a run holds the home; the same call may succeed
later. Errors of this package are `recon_pipeline.errors.ReconError`.

Does not belong here: how a story is made (`story/`), a query that another table answers (`query` takes any).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from recon_pipeline.errors import BadInput

if TYPE_CHECKING:
    import polars as pl

    from recon_pipeline.explanation import Explanation
    from recon_pipeline.supposing import WhatIf
    from recon_pipeline.warehouse import Parameters, Reader

    Home = Path | str | None

__all__ = [
    "breakpoints",
    "changes",
    "eligibility",
    "explain",
    "membership",
    "near_miss",
    "published_events",
    "query",
    "ranking",
    "tell",
    "what_if",
]


def published_events(*, home: Home = None) -> pl.DataFrame:
    """Return the events that the published file holds, in order: one row an event, columns of recon.events.

    Days are those of New York; `membership_rows` counts rows of recon.index_membership.

        >>> rp.published_events()["event_id"].to_list()  # doctest: +SKIP
        ['2023-06-recon', '2023-09-ipo']
    """
    return _reader(home).frame("select * from recon.events where membership_rows > 0 order by rank_day, event_id")


def membership(index: str, day: date | str, *, home: Home = None) -> pl.DataFrame:
    """Return the members of an index on a day, between events too: one row a line, ordered by ticker.

    Columns index_id, security_id, company_id, ticker (of that day), company_name, effective_from, effective_to (the
    first day on which it is no member any more, null while nothing says so): recon.membership_asof. `day` is a date, or
    text such as 2024-01-02; one after the last event that was run is answered from that event.

    Raises:
        BadInput: an unknown index, a day that is none, or one before the first list that the file knows of; the message
            says which day that is.

        >>> rp.membership("R2000", "2024-01-02").height  # doctest: +SKIP
        1941
    """
    index_id, asked, reader = _index(index), _day(day), _reader(home)
    frame = reader.frame(
        """
        select index_id, security_id, company_id, ticker, company_name, effective_from, effective_to
        from recon.membership_asof(cast($day as date))
        where index_id = $index_id
        order by ticker, security_id
        """,
        {"day": asked, "index_id": index_id},
    )
    if frame.is_empty():
        spans = reader.frame(
            "select min(effective_from) as first from recon.index_membership_span where index_id = $index_id",
            {"index_id": index_id},
        )
        first = spans["first"].item()
        knows = f"its first list of it is of {first}" if first else "it has no list of it"
        raise BadInput(
            f"Reading the members of {index_id} on {asked}: {reader.path} knows of none then; {knows}. Run an earlier "
            "event (`rp.published_events()` lists those that are there), or give its opening lists."
        )
    return frame


def changes(event: str, index: str | None = None, *, home: Home = None) -> pl.DataFrame:
    """Return what an event adds and deletes: one row an index and line, columns of recon.index_changes.

    Ordered by index, action (addition, deletion), name and ticker; `market_cap_usd` in USD, `percentile` in percent.
    Empty where the event changes nothing in the index, or its members before the event are unknown.

        >>> rp.changes("2023-06-recon", "R2000").filter(pl.col("movement") == "new")  # doctest: +SKIP
    """
    return _of_event(
        event,
        """
        select *
        from recon.index_changes
        where event_id = $event_id and ($index_id = '' or index_id = $index_id)
        order by index_id, action, lower(company_name), ticker, security_id
        """,
        home,
        {"index_id": _index(index) if index else ""},
    )


def breakpoints(event: str | None = None, *, home: Home = None) -> pl.DataFrame:
    """Return the cuts of a reconstitution, or of all of them: one row an event and cut, columns of recon.breakpoints.

    `market_cap_usd` is the breakpoint, `band_low_usd` and `band_high_usd` the ends of its band, all USD; percentiles
    and the half width `band_pct` in percent.

        >>> rp.breakpoints("2023-06-recon")["breakpoint_id", "market_cap_usd"]  # doctest: +SKIP
    """
    text = """
        select *
        from recon.breakpoints
        where $event_id = '' or event_id = $event_id
        order by event_id, cut_rank, breakpoint_id
        """
    if event is None:
        return _reader(home).frame(text, {"event_id": ""})
    return _of_event(event, text, home)


def ranking(event: str, *, home: Home = None) -> pl.DataFrame:
    """Return the companies of a reconstitution, largest first: one row a company, columns of recon.ranking.

    Caps in USD, percentile in percent. Empty for a quarterly event, which ranks nobody.

        >>> rp.ranking("2023-06-recon").head(3)["ticker"].to_list()  # doctest: +SKIP
    """
    return _of_event(event, "select * from recon.ranking where event_id = $event_id order by rank", home)


def eligibility(event: str, *, home: Home = None) -> pl.DataFrame:
    """Return every line and what each rule says of it: one row a line, columns of recon.eligibility, ordered by ticker.

    A rule has a value, a threshold and a status: passed, failed, or unknown for lack of a figure.

        >>> rp.eligibility("2023-06-recon").group_by("reason").len()  # doctest: +SKIP
    """
    return _of_event(
        event, "select * from recon.eligibility where event_id = $event_id order by ticker, security_id", home
    )


def near_miss(event: str, index: str | None = None, limit: int | None = None, *, home: Home = None) -> pl.DataFrame:
    """Return who is near a cut and what would move it, nearest first: columns of recon.near_miss.

    `index` keeps those that would leave or enter it; `limit` the nearest so many. `leaves` and `enters` have the
    indexes that the cut decides on, with blanks between.
    `margin_usd` is in USD and `margin_pct` in percent of the company's own market cap, negative where it would have to
    fall; `margin_ranks` in places.

        >>> rp.near_miss("2023-06-recon", "R1000", 5)["ticker", "margin_pct", "flip_price_usd"]  # doctest: +SKIP
    """
    if limit is not None and limit < 0:
        raise BadInput(f"Reading near misses: a limit of {limit} is none. Give a number of rows.")
    wanted = _index(index) if index else ""
    frame = _of_event(
        event,
        """
        select *
        from recon.near_miss
        where
            event_id = $event_id
            and (
                $index_id = ''
                or list_contains(string_split(concat_ws(' ', leaves, enters), ' '), $index_id)
            )
        order by nearness
        """,
        home,
        {"index_id": wanted},
    )
    return frame if limit is None else frame.head(limit)


def explain(ticker: str, event: str | None = None, *, home: Home = None) -> Explanation:
    """Return the whole story of a company at an event, by default the last that has it.

    Any spelling of the ticker will do (BRK.B, BRK/B, BRK-B), and one that the company bore at another time. `tell` has
    all of it as text, `story.headline` one sentence, `story.cuts` the margins in USD, percent and places.

    Raises:
        BadInput: nobody bore that ticker; the message names the nearest ones.

        >>> rp.explain("BRK/B", "2023-06-recon").rank  # doctest: +SKIP
    """
    from recon_pipeline.story import explain as explain_company

    return explain_company(_database(home, event), str(ticker), event)


def tell(story: Explanation) -> str:
    """Return a story as plain text, 150 columns wide, as the command `recon explain` prints it.

    >>> print(rp.tell(rp.explain("BRK/B")))  # doctest: +SKIP
    """
    from recon_pipeline.telling import text

    return text(story)


def what_if(event: str, supposed: Mapping[str, Mapping[str, object]], *, home: Home = None) -> WhatIf:
    """Derive an event with other facts and return what would differ from what is published; nothing is changed.

    `supposed` maps tickers to fields to values: price (USD a share), shares (of the whole company), country (a name or
    an ISO code) and exclude (True). The frames of the answer hold only what differs. It needs the working database of
    the home, not only the published file, and takes as long as deriving the event does.

    Raises:
        BadInput: nothing is supposed, or what cannot be; the event is not published, or not by this version of the SQL.
        Busy: a run holds the home. Wait for its end.

        >>> rp.what_if("2023-06-recon", {"ABC": {"price": 12.34}}).memberships  # doctest: +SKIP
    """
    from recon_pipeline import supposing

    if not all(isinstance(fields, Mapping) for fields in supposed.values()):
        raise BadInput(f"Supposing {dict(supposed)}: give fields by ticker, as {{'ABC': {{'price': 12.34}}}}.")
    return supposing.what_if(_home_of(home, event), event, supposing.from_mapping(supposed))


def query(sql: str, parameters: Parameters | None = None, *, home: Home = None) -> pl.DataFrame:
    """Return the result of one SELECT over the published tables (`recon.index_membership` and so on).

    `parameters` fill `$name` in the text. Order is that of the SELECT. Nothing can be written.

    Raises:
        BadInput: the text is not one SELECT, or DuckDB does not answer it; the message says why.

        >>> rp.query("select event_id, count(*) as n from recon.ranking group by 1 order by 1")  # doctest: +SKIP
    """
    return _reader(home).frame(sql, parameters)


# --- reading ----------------------------------------------------------------------------------------------------------


def _home_of(home: Home, event_id: str | None = None) -> Path:
    """Return the folder of a home, or of its projections where the event is one."""
    from recon_pipeline.projection import projection_settings
    from recon_pipeline.settings import Settings

    settings = Settings() if home is None else Settings(home=Path(home))
    if event_id is not None:
        from recon_pipeline.events import event

        if event(event_id).is_projection:
            settings = projection_settings(settings)
    return settings.home_dir


def _database(home: Home, event_id: str | None = None) -> Path:
    from recon_pipeline.publish import published_database

    return published_database(_home_of(home, event_id))


def _reader(home: Home, event_id: str | None = None) -> Reader:
    from recon_pipeline.warehouse import Reader

    return Reader(_database(home, event_id))


def _of_event(event_id: str, sql: str, home: Home, parameters: Parameters | None = None) -> pl.DataFrame:
    from recon_pipeline.story import require_event

    event_id = str(event_id)
    reader = _reader(home, event_id)
    require_event(reader, event_id)
    return reader.frame(sql, {"event_id": event_id, **(parameters or {})})


def _index(text: str) -> str:
    from recon_pipeline.opening import index_ids

    # A notebook has no types: what is no text has no index either.
    index_id = str(text).strip().upper()
    if index_id not in index_ids():
        raise BadInput(f"Reading the index {text!r}: there is none of that name. They are {', '.join(index_ids())}.")
    return index_id


def _day(day: date | str) -> date:
    if isinstance(day, datetime):
        return day.date()
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except (TypeError, ValueError) as error:
        raise BadInput(f"The date {day!r} cannot be read: give a date, or write it as YYYY-MM-DD.") from error
