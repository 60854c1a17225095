"""Rows of the raw tables from landed answers of Massive.

Does not belong here: which answers are believed (`answers.py`), the spellings of a ticker (`symbols.py`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import polars as pl

from recon_pipeline.sources.feeds import Frames, Landed
from recon_pipeline.sources.massive.answers import CLOSES, IPOS, SPLITS, TICKERS, decoded, is_within, moments_of
from recon_pipeline.sources.rows import DIRECTORY, REJECTS, Rejects, asked_day, end_of_day, exact, iso_day, start_of_day
from recon_pipeline.symbols import massive_ticker

EXCHANGES: Final = {"XNYS": "nyse", "XNAS": "nasdaq", "XASE": "amex", "ARCX": "arca", "BATS": "cboe"}
FUND_TYPES: Final = frozenset({"ETF", "ETV", "ETN", "ETS"})
IPO_STATES: Final = {
    "history": "priced",
    "direct_listing_process": "direct_listing",
    "pending": "upcoming",
    "new": "upcoming",
    "postponed": "postponed",
    "rumor": "rumor",
    "withdrawn": "withdrawn",
}

PRICES: Final = pl.Schema(
    {
        "as_of": pl.Date(),
        "symbol": pl.String(),
        "ticker": pl.String(),
        "close_usd": pl.Decimal(18, 4),
        "volume_shares": pl.Int64(),
        "known_at": pl.Datetime("us"),
        "source": pl.String(),
        "is_adjusted": pl.Boolean(),
    }
)


def closes(landed: Landed) -> Frames:
    """The unadjusted closes of a session, public at the end of its day: end-of-day data come out the same evening.

    A row without a symbol, a close or the right day, and a second row of a symbol, are quarantined. Whether they are
    adjusted is what the answer itself says: one that says so is not landed, and a check tells of one that was.
    """
    day = asked_day(landed)
    known_at = end_of_day(day)
    rejects = Rejects(landed, day, known_at)
    of_day = moments_of(day)
    rows: list[tuple[object, ...]] = []
    seen: set[str] = set()
    told = decoded(CLOSES, landed.body())
    for bar in told.results:
        symbol = (bar.T or "").strip()
        close, volume = exact(bar.c, 18, 4), exact(bar.v, 18, 0)
        if not symbol:
            rejects.add(None, "T", bar.c, "a row without a symbol is left out")
        elif symbol in seen:
            rejects.add(symbol, "T", bar.c, "the symbol stands in it twice; the first row is kept")
        elif not is_within(bar.t, of_day):
            rejects.add(symbol, "t", bar.t, "a row of another day is left out")
        elif close is None or close < 0:
            rejects.add(symbol, "c", bar.c, "not read as a close; the row is left out")
        else:
            if bar.v is not None and (volume is None or volume < 0):
                rejects.add(symbol, "v", bar.v, "not read as a volume; null instead")
                volume = None
            seen.add(symbol)
            shares = None if volume is None else int(volume)
            ticker = massive_ticker(symbol)
            rows.append((day, symbol, ticker, close, shares, known_at, "massive", told.adjusted))
    return {"raw.prices": pl.DataFrame(rows, schema=PRICES, orient="row"), REJECTS: rejects.frame()}


def directory(landed: Landed) -> Frames:
    """The tickers of a day, public at its end: a statement about that day, though labels can be those of today.

    A second row of a ticker on a page (with another CIK, providers 1.10) is quarantined.
    """
    day = asked_day(landed)
    known_at = end_of_day(day)
    rejects = Rejects(landed, day, known_at)
    rows: list[dict[str, object]] = []
    seen: set[str] = set()
    for row in decoded(TICKERS, landed.body()).results:
        symbol = (row.ticker or "").strip()
        if not symbol or symbol in seen:
            reason = "stands on the page twice; the first row is kept" if symbol else "a row without a ticker"
            rejects.add(symbol, "ticker", row.cik, reason)
            continue
        seen.add(symbol)
        cik = int(row.cik) if row.cik and row.cik.isascii() and row.cik.isdigit() and len(row.cik) <= 10 else None
        if row.cik and not cik:
            rejects.add(symbol, "cik", row.cik, "not read as a CIK; null instead")
        delisted_on = iso_day(row.delisted_utc)
        if row.delisted_utc and not delisted_on:
            rejects.add(symbol, "delisted_utc", row.delisted_utc, "not read as a day; null instead")
        rows.append(
            {
                "source": "massive",
                "feed": landed.feed,
                "as_of": day,
                "known_at": known_at,
                "symbol": symbol,
                "ticker": massive_ticker(symbol),
                "name": row.name or None,
                "exchange": EXCHANGES.get(row.primary_exchange, "other") if row.primary_exchange else None,
                "is_active": row.active,
                "is_etf": row.type in FUND_TYPES if row.type else None,
                "security_kind": row.type or None,
                "cik": cik or None,
                "share_class_figi": row.share_class_figi or None,
                "delisted_on": delisted_on,
            }
        )
    return {"raw.directory": pl.DataFrame(rows, schema=DIRECTORY), REJECTS: rejects.frame()}


OFFERINGS: Final = pl.Schema(
    {
        "source": pl.String(),
        "deal_id": pl.String(),
        "status": pl.String(),
        "ticker": pl.String(),
        "company_name": pl.String(),
        "exchange_name": pl.String(),
        "event_date": pl.Date(),
        "price_usd": pl.Decimal(18, 4),
        "offered_shares": pl.Int64(),
        "outstanding_shares": pl.Int64(),
        "security_kind": pl.String(),
        "known_at": pl.Datetime("us"),
    }
)


def ipos(landed: Landed) -> Frames:
    """Offerings by listing date. One that is priced was public at the end of its day of listing, by its nature.

    Any other state was public when it was last changed, else when it was fetched. A price in another currency is null.
    """
    rejects = Rejects(landed, asked_day(landed), landed.known_at)
    rows: list[dict[str, object]] = []
    for row in decoded(IPOS, landed.body()).results:
        symbol, company = (row.ticker or "").strip(), (row.issuer_name or "").strip()
        status, listed_on, changed_on = (
            IPO_STATES.get(row.ipo_status or ""),
            iso_day(row.listing_date),
            iso_day(row.last_updated),
        )
        if status is None or not (symbol or company):
            rejects.add(symbol or company, "ipo_status", row.ipo_status, "no state or no name that we know; left out")
            continue
        if row.listing_date and listed_on is None:
            rejects.add(symbol or company, "listing_date", row.listing_date, "not read as a day; null instead")
        dated = listed_on if status == "priced" and listed_on else changed_on
        price = exact(row.final_issue_price, 18, 4)
        rows.append(
            {
                "source": "massive",
                "deal_id": f"{symbol or company}/{row.listing_date or ''}",
                "status": status,
                "ticker": massive_ticker(symbol) if symbol else None,
                "company_name": company or None,
                "exchange_name": row.primary_exchange or None,
                "event_date": listed_on,
                "price_usd": price if price and price > 0 and row.currency_code in (None, "USD") else None,
                "offered_shares": _count(row.max_shares_offered),
                "outstanding_shares": _count(row.shares_outstanding),
                "security_kind": row.security_type or None,
                "known_at": end_of_day(dated) if dated else landed.known_at,
            }
        )
    return {"raw.ipos": pl.DataFrame(rows, schema=OFFERINGS), REJECTS: rejects.frame()}


def _count(value: Decimal | None) -> int | None:
    """Shares; the provider writes 0 where it knows none."""
    whole = exact(value, 18, 0)
    return int(whole) if whole and whole > 0 else None


DIVISIONS: Final = pl.Schema(
    {
        "source": pl.String(),
        "ticker": pl.String(),
        "execution_date": pl.Date(),
        "split_from": pl.Decimal(18, 6),
        "split_to": pl.Decimal(18, 6),
        "known_at": pl.Datetime("us"),
    }
)


def splits(landed: Landed) -> Frames:
    """Splits, public at the start of their day at the latest; a second one of a ticker on a day is quarantined."""
    rejects = Rejects(landed, asked_day(landed), landed.known_at)
    rows: list[tuple[object, ...]] = []
    seen: set[tuple[str, date]] = set()
    for row in decoded(SPLITS, landed.body()).results:
        ticker, day = massive_ticker(row.ticker or ""), iso_day(row.execution_date)
        before, after = exact(row.split_from, 18, 6), exact(row.split_to, 18, 6)
        if not ticker or day is None or not before or not after or before < 0 or after < 0:
            text = f"{row.execution_date} {row.split_from}:{row.split_to}"
            rejects.add(row.ticker, "split", text, "no ticker, no day or no ratio; left out")
        elif (ticker, day) in seen:
            rejects.add(row.ticker, "execution_date", day, "a second split of the day; the first is kept")
        else:
            seen.add((ticker, day))
            rows.append(("massive", ticker, day, before, after, start_of_day(day)))
    return {"raw.splits": pl.DataFrame(rows, schema=DIVISIONS, orient="row"), REJECTS: rejects.frame()}
