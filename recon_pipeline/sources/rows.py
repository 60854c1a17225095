"""What readers of payloads share when they make rows of the raw tables one by one.

Belongs here: the quarantine of what could not be read, exact figures and days out of texts, the end of a day in New
York. Does not belong here: what the payload of any one provider looks like.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import polars as pl

from recon_pipeline.errors import ContractBroken
from recon_pipeline.events import NEW_YORK
from recon_pipeline.sources.feeds import Landed, naive_utc

REJECTS: Final = "raw.source_rejects"
MOST_TEXT: Final = 200
_GROUPED: Final = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,24})(?:\.\d{1,18})?", re.ASCII)

REJECT_SCHEMA: Final = pl.Schema(
    {
        "source": pl.String(),
        "feed": pl.String(),
        "as_of": pl.Date(),
        "row_key": pl.String(),
        "field": pl.String(),
        "text": pl.String(),
        "reason": pl.String(),
        "known_at": pl.Datetime("us"),
    }
)

DIRECTORY: Final = pl.Schema(
    {
        "source": pl.String(),
        "feed": pl.String(),
        "as_of": pl.Date(),
        "known_at": pl.Datetime("us"),
        "symbol": pl.String(),
        "ticker": pl.String(),
        "name": pl.String(),
        "exchange": pl.String(),
        "is_active": pl.Boolean(),
        "is_test": pl.Boolean(),
        "is_etf": pl.Boolean(),
        "financial_status": pl.String(),
        "security_kind": pl.String(),
        "cik": pl.Int64(),
        "share_class_figi": pl.String(),
        "ipo_date": pl.Date(),
        "delisted_on": pl.Date(),
    }
)
"""The columns of raw.directory."""


class Rejects:
    """The quarantine of one payload: rows of raw.source_rejects, in the order of their finding."""

    def __init__(self, landed: Landed, as_of: date | None, known_at: datetime) -> None:
        self._feed = landed.feed
        self._as_of = as_of
        self._known_at = known_at
        self._rows: list[tuple[object, ...]] = []

    def add(self, row_key: str | None, field: str, text: object, reason: str) -> None:
        """Quarantine one field of a row; `text` is what it said, and is cut at 200 characters."""
        source = self._feed.partition("/")[0]
        said = None if text is None else str(text)[:MOST_TEXT]
        self._rows.append((source, self._feed, self._as_of, row_key or "", field, said, reason, self._known_at))

    def frame(self) -> pl.DataFrame:
        """Return them with the columns of the contract but the hash of the payload."""
        return pl.DataFrame(self._rows, schema=REJECT_SCHEMA, orient="row")


def asked_day(landed: Landed) -> date:
    """Return the day that a payload was asked for.

    Raises:
        ContractBroken: it was landed without one.
    """
    if landed.row.session is None:
        raise ContractBroken(f"Reading a landed payload of {landed.feed}: its row in the manifest names no day.")
    return landed.row.session


def start_of_day(day: date) -> datetime:
    """Return midnight in New York at which `day` begins; UTC without a zone."""
    return naive_utc(datetime.combine(day, time(0), NEW_YORK))


def end_of_day(day: date) -> datetime:
    """Return 23:59:59 of `day` in New York: when something that only has a date is public. UTC without a zone."""
    return naive_utc(datetime.combine(day, time(23, 59, 59), NEW_YORK))


def figure(text: str) -> Decimal | None:
    """Return the figure that a text prints, thousands with or without commas; None for any other text."""
    return Decimal(text.replace(",", "")) if _GROUPED.fullmatch(text) else None


def exact(value: Decimal | None, digits: int, scale: int) -> Decimal | None:
    """Return `value` rounded half up to `scale`; None for what DECIMAL(digits, scale) cannot hold, NaN included."""
    if value is None or not value.is_finite() or abs(value) >= 10 ** (digits - scale):
        return None
    rounded = value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    return rounded if abs(rounded) < 10 ** (digits - scale) else None


def iso_day(text: str | None) -> date | None:
    """Return the day of `2024-04-30` or of a moment that begins with it; None for any other text."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
