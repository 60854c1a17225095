"""What Massive answers: the forms of its JSON, and which of them are believed.

Does not belong here: what is asked (`__init__.py`), rows of the raw tables (`reading.py`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, Generic, TypeVar

import msgspec

from recon_pipeline.errors import BadPayload
from recon_pipeline.events import NEW_YORK

# A day of the US market has 10,000 to 12,000 rows, whole list and grouped closes alike.
ROW_FLOOR: Final = 4_000


class Bar(msgspec.Struct):
    """One line of the grouped closes; figures as the exact decimal that the text prints."""

    T: str | None = None
    c: Decimal | None = None
    v: Decimal | None = None
    t: int | None = None


class Grouped(msgspec.Struct):
    """The closes of a day. Without `adjusted` nobody knows what they are."""

    status: str
    adjusted: bool
    resultsCount: int  # noqa: N815 (the provider's key)
    results: list[Bar] = []


class Ticker(msgspec.Struct):
    """One reference ticker."""

    ticker: str | None = None
    name: str | None = None
    primary_exchange: str | None = None
    type: str | None = None
    active: bool = True  # the list was asked for with active=true
    cik: str | None = None
    share_class_figi: str | None = None
    delisted_utc: str | None = None


class Ipo(msgspec.Struct):
    """One offering."""

    ticker: str | None = None
    issuer_name: str | None = None
    listing_date: str | None = None
    last_updated: str | None = None
    ipo_status: str | None = None
    final_issue_price: Decimal | None = None
    currency_code: str | None = None
    max_shares_offered: Decimal | None = None
    shares_outstanding: Decimal | None = None
    primary_exchange: str | None = None
    security_type: str | None = None


class Split(msgspec.Struct):
    """One split."""

    ticker: str | None = None
    execution_date: str | None = None
    split_from: Decimal | None = None
    split_to: Decimal | None = None


Row = TypeVar("Row")


class Page(msgspec.Struct, Generic[Row]):
    """One page of a list."""

    status: str
    results: list[Row] = []
    next_url: str | None = None


CLOSES: Final = msgspec.json.Decoder(Grouped)
TICKERS: Final = msgspec.json.Decoder(Page[Ticker])
IPOS: Final = msgspec.json.Decoder(Page[Ipo])
SPLITS: Final = msgspec.json.Decoder(Page[Split])
ANY: Final = msgspec.json.Decoder(Page[msgspec.Raw])


Form = TypeVar("Form", Grouped, Page[Ticker], Page[Ipo], Page[Split], Page[msgspec.Raw])


def decoded(decoder: msgspec.json.Decoder[Form], body: bytes) -> Form:
    """Return an answer in its form.

    Raises:
        BadPayload: markup, JSON that is cut short or of another form, a status that is not OK (or DELAYED).
    """
    if body.lstrip()[:1] == b"<":
        raise BadPayload("a page of markup where JSON should be")
    try:
        found = decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPayload(f"no answer of the expected form: {error}") from error
    if found.status not in ("OK", "DELAYED"):
        raise BadPayload("an answer whose status is not OK")
    return found


def next_url(body: bytes) -> str | None:
    """Return where the provider says that the next page is."""
    return decoded(ANY, body).next_url


def believe_closes(body: bytes, day: date) -> None:
    """Raise BadPayload unless these are the unadjusted closes of a session, `day`."""
    found = decoded(CLOSES, body)
    if found.adjusted:
        raise BadPayload("adjusted prices, which change with every later split; unadjusted ones were asked for")
    if not found.results:
        raise BadPayload(f"no rows on a session ({day}); only a day without trading has none")
    if found.resultsCount != len(found.results):
        raise BadPayload(f"{len(found.results)} closes, where it counts {found.resultsCount} itself")
    if len(found.results) < ROW_FLOOR:
        raise BadPayload(f"{len(found.results)} closes, where a session has at least {ROW_FLOOR}")
    of_day = moments_of(day)
    dated = sum(1 for bar in found.results if is_within(bar.t, of_day))
    if dated < ROW_FLOOR:
        raise BadPayload(f"closes of another day: {dated} of {len(found.results)} rows are of {day}")
    whole = sum(1 for bar in found.results if bar.T is not None and bar.c is not None)
    if whole < ROW_FLOOR:
        raise BadPayload(f"closes without their fields: {whole} of {len(found.results)} rows have a symbol and a close")


def believe_tickers(body: bytes, *, is_whole: bool) -> None:
    """Raise BadPayload unless this is a page of tickers; the whole list (`is_whole`) has a least length."""
    results = decoded(TICKERS, body).results
    count = len(results)
    _must_be_told("ticker", [row.ticker for row in results])
    if is_whole and count < ROW_FLOOR:
        raise BadPayload(f"a list of {count} tickers, where the market has at least {ROW_FLOOR}")


def believe_ipos(body: bytes, last: date, *, is_whole: bool) -> None:
    """Raise BadPayload unless this is a page of offerings that were listed up to `last`."""
    _believe_dates("listing_date", [row.listing_date for row in decoded(IPOS, body).results], last, is_whole)


def believe_splits(body: bytes, last: date, *, is_whole: bool) -> None:
    """Raise BadPayload unless this is a page of splits up to `last`."""
    results = decoded(SPLITS, body).results
    _must_be_told("ticker", [row.ticker for row in results])
    _believe_dates("execution_date", [row.execution_date for row in results], last, is_whole)


def _must_be_told(field: str, values: list[str | None]) -> None:
    """Refuse rows of which none has a field: it has another name now."""
    if values and not any(values):
        raise BadPayload(f"{len(values)} rows, of which none has a {field}")


def _believe_dates(field: str, days: list[str | None], last: date, is_whole: bool) -> None:
    _must_be_told(field, days)
    if is_whole and not days:
        raise BadPayload(f"an empty list up to {last}, where months of the market have dozens of rows")
    late = sum(1 for day in days if day is not None and day > last.isoformat())
    if late:
        raise BadPayload(f"{late} rows from after {last}, the last day that was asked for")


def is_within(moment: int | None, moments: range) -> bool:
    """Whether a moment is one of a range. `None in moments` would look at each of them, which takes seconds a row."""
    return moment is not None and moment in moments


def moments_of(day: date) -> range:
    """Return the milliseconds of a day in New York."""
    first, last = (
        int(datetime.combine(which, datetime.min.time(), NEW_YORK).timestamp()) * 1000
        for which in (day, day + timedelta(days=1))
    )
    return range(first, last)
