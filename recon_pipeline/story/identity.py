"""Which company is meant by a ticker, and at which event.

Belongs here: spellings, tickers of other times, what is told where nobody is found. Does not belong here: which line
continues which over time (`sql/core/`): recon.ticker_spans and the company ids of recon.universe have it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from recon_pipeline.errors import BadInput
from recon_pipeline.explanation import TickerSpan
from recon_pipeline.story.facts import Row
from recon_pipeline.symbols import normal_ticker, spellings
from recon_pipeline.warehouse import Reader


@dataclass(frozen=True)
class Found:
    """Who is meant. `is_former`: the ticker is not one of its tickers at that event; `others` bore it too."""

    asked: str
    event_id: str
    company_id: str
    ticker: str
    is_former: bool
    others: tuple[str, ...]


def require_event(reader: Reader, event_id: str) -> None:
    """Refuse an event that a published file does not hold.

    Raises:
        BadInput: it is unknown, or not in the file; the message lists those that are.
    """
    from recon_pipeline.events import event

    event(event_id)
    held = reader.frame("select distinct event_id from recon.index_membership order by 1")["event_id"].to_list()
    if event_id not in held:
        raise BadInput(
            f"{event_id} is not in {reader.path}, which holds {', '.join(held) or 'no event'}. "
            f"Run it first: `recon run {event_id}`."
        )


# Who bore a ticker at any time, at each event that has the company, under whichever ticker.
BEARERS = """
    with written as (
        select unnest(string_split($spellings, ' ')) as ticker
    ),

    keys as (
        select unnest(string_split($keys, ' ')) as ticker_key
    ),

    bearers as (
        select company_id, event_id, ticker, 0 as is_former
        from recon.universe
        where
            ticker in (select written.ticker from written)
            or replace(ticker, '.', '') in (select keys.ticker_key from keys)
            or $asked in (company_id, security_id)
        union all
        select company_id, null as event_id, ticker, 1 as is_former
        from recon.universe
        where ticker in (select written.ticker from written)
        union all
        select lines.company_id, null as event_id, spans.ticker, 1 as is_former
        from recon.ticker_spans as spans
        inner join recon.universe as lines on spans.security_id = lines.security_id
        where spans.ticker in (select written.ticker from written)
    ),

    found as (
        select
            universe.event_id,
            universe.company_id,
            universe.company_name,
            bearers.ticker,
            bearers.is_former,
            row_number() over (
                partition by universe.event_id, universe.company_id
                order by
                    case when bearers.ticker in (select written.ticker from written) then 0 else 1 end,
                    bearers.is_former,
                    bearers.ticker
            ) as choice
        from bearers
        inner join recon.universe as universe
            on
                bearers.company_id = universe.company_id
                and coalesce(bearers.event_id, universe.event_id) = universe.event_id
    )

    select
        found.event_id,
        found.company_id,
        found.company_name,
        found.ticker,
        found.is_former,
        found.ticker in (select written.ticker from written) as is_as_written,
        events.rank_day
    from found
    inner join recon.events as events on found.event_id = events.event_id
    where found.choice = 1
    order by is_as_written desc, found.is_former, events.rank_day desc, found.event_id desc, found.company_id
    """


def resolve(reader: Reader, asked: str, event_id: str | None) -> Found:
    """Return the company and the event that a ticker stands for.

    A ticker of the event itself comes before one of another time, and one as it is written before one that differs by
    its separator; of companies that are alike in that, the one that bore it last. Without an event it is the last of
    the company.

    Raises:
        BadInput: nobody bore the ticker, or nobody who did is listed at the event.
    """
    written = spellings(asked)
    keys = [spelling.replace(".", "") for spelling in written]
    parameters = {"spellings": " ".join(written), "keys": " ".join(keys), "asked": asked.strip()}
    rows = reader.frame(BEARERS, parameters).to_dicts()
    at = [row for row in rows if event_id in (None, row["event_id"])]
    if not at:
        raise BadInput(_nobody(reader, asked.strip(), event_id, rows))
    first = at[0]
    if event_id is None:
        # The newest event of whoever bears the ticker, even if it bears another one there.
        last = max((row for row in rows if row["company_id"] == first["company_id"]), key=_newest)
        first = last
    others = {
        row["company_id"]: row["company_name"]
        for row in rows
        if row["is_as_written"] and _differs(row, first["company_id"])
    }
    return Found(
        asked=asked,
        event_id=first["event_id"],
        company_id=first["company_id"],
        ticker=first["ticker"],
        is_former=bool(first["is_former"]),
        others=tuple(f"{name} ({company_id})" for company_id, name in sorted(others.items())),
    )


def _newest(row: Row) -> tuple[object, str]:
    return row["rank_day"], row["event_id"]


def _differs(row: Row, company_id: str) -> bool:
    return bool(row["company_id"] != company_id)


def notes(found: Found, first: Row, tickers: Sequence[TickerSpan]) -> tuple[str, ...]:
    """Return what is to be said of the ticker that was asked for."""
    told = []
    if found.is_former:
        span = next((one for one in tickers if one.ticker == found.ticker), None)
        if span is None:
            told.append(f"{found.ticker} is a ticker that it bore at another time.")
        elif span.valid_to is not None:
            told.append(f"It bore the ticker {found.ticker} until {span.valid_to}.")
        else:
            told.append(
                f"It has borne the ticker {found.ticker} since {span.valid_from}, and {first['ticker']} before."
            )
    if found.others:
        told.append(
            f"Another company bore the ticker {found.ticker} at another time: {', '.join(found.others)}. "
            "Ask for it by the identifier in brackets."
        )
    return tuple(told)


def _nobody(reader: Reader, asked: str, event_id: str | None, rows: Sequence[Row]) -> str:
    """Why nobody is found, and what can be asked for instead."""
    if not rows:
        return (
            f"Explaining {asked!r}: {reader.path} has no line of that ticker in any event. {_nearest(reader, asked)}"
            "What no price list of a rank day shows (listed over the counter, abroad, or later) is not in it."
        )
    company_id, name = rows[0]["company_id"], rows[0]["company_name"]
    known = sorted((row["rank_day"], row["event_id"]) for row in rows if row["company_id"] == company_id)
    first, last = known[0][1], known[-1][1]
    has = f"in {first}" if first == last else f"from {first} to {last}"
    return (
        f"Explaining {asked!r} at {event_id}: no price list of that event has {name}, which {reader.path} has {has}."
        f"{_fate(reader, company_id)} Ask for one of these events, or for none: then it is {last}."
    )


def _fate(reader: Reader, company_id: str) -> str:
    """What became of its memberships, where they have ended."""
    left = reader.frame(
        """
        select effective_to, string_agg(distinct index_id, ', ' order by index_id) as indexes, min(exit_reason) as why
        from recon.index_membership_span
        where company_id = $company_id and effective_to is not null
        group by effective_to
        order by effective_to desc
        limit 1
        """,
        {"company_id": company_id},
    ).to_dicts()
    told = (f" It left {row['indexes']} on {row['effective_to']}: {str(row['why']).replace('_', ' ')}." for row in left)
    return "".join(told)


def _nearest(reader: Reader, asked: str) -> str:
    """A sentence with the companies whose name has what was asked, and the tickers that look like it; or nothing."""
    named = reader.frame(
        """
        select ticker, company_name, max(event_id) as last_event
        from recon.universe
        group by ticker, company_name
        union all
        select ticker, '' as company_name, '' as last_event
        from recon.ticker_spans
        group by ticker
        order by ticker, last_event, company_name
        """
    ).to_dicts()
    # The last name that a ticker stood for; each name leads to its own.
    names = {row["ticker"]: row["company_name"] for row in named if row["company_name"]}
    word = re.compile(rf"(?<!\w){re.escape(asked)}", re.IGNORECASE)
    called = [
        f"{row['ticker']} ({row['company_name']})"
        for row in named
        if len(asked) > 2 and word.search(row["company_name"])
    ]
    tickers = sorted({row["ticker"] for row in named})
    alike = difflib.get_close_matches(normal_ticker(asked), tickers, n=5, cutoff=0.6)
    told = [*called[:5], *(f"{ticker} ({names[ticker]})" if ticker in names else ticker for ticker in alike)]
    return f"Nearest: {', '.join(dict.fromkeys(told))}. " if told else ""
