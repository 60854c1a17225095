"""The SEC's file of tickers with their exchange: which CIK stands behind a symbol today (providers 1.2).

Belongs here: `company_tickers_exchange.json`, from asking to rows of raw.directory. The file holds survivors only and
merges NYSE, NYSE American and Arca into NYSE; a ticker may stand under two CIKs (providers 1.17, trap 16), and both
rows are kept, for SQL to judge.

Does not belong here: which company a ticker stood for in the past (`sql/core`), the header of a filer (submissions).
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

import msgspec
import polars as pl

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.rows import REJECTS, Rejects
from recon_pipeline.sources.sec.client import SecProvider
from recon_pipeline.sources.sec.times import new_york_day
from recon_pipeline.symbols import sec_ticker_expr

FIELDS: Final = ("cik", "name", "ticker", "exchange")
# The files of 2022 to 2026 have 9,614 to 12,232 rows.
ROW_FLOOR: Final = 4_000
EXCHANGES: Final = {"Nasdaq": "nasdaq", "NYSE": "nyse", "CBOE": "cboe", "OTC": "otc"}

_Value = int | float | str | bool | None


class _File(msgspec.Struct):
    """The names of the columns, and a list of values for each row."""

    fields: list[str]
    data: list[list[_Value]]


_DECODER: Final = msgspec.json.Decoder(_File)
_SCHEMA: Final = {"symbol": pl.String(), "name": pl.String(), "exchange": pl.String(), "cik": pl.Int64()}
_Row = tuple[str, str | None, str | None, int | None]


class SecTickers(SecProvider):
    """One file, rewritten every day."""

    name: ClassVar[str] = "sec_tickers"

    def daily(self, settings: Settings, now: datetime) -> list[Ask]:
        return [_ask(settings, now)]

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """The file of today: the SEC keeps no other."""
        return [_ask(settings, plan.now)]

    def validate(self, ask: Ask, body: bytes) -> None:
        _decode(body)

    def read(self, landed: Landed) -> Frames:
        """Return raw.directory (a row a symbol and CIK, exact repetitions once) and raw.source_rejects."""
        known_at = landed.known_at
        as_of = new_york_day(known_at)
        rejects = Rejects(landed, as_of, known_at)
        rows = [row for values in _decode(landed.body()) if (row := _row(values, rejects))]
        symbols = pl.DataFrame(rows, schema=_SCHEMA, orient="row").unique(keep="first", maintain_order=True)
        directory = symbols.select(
            source=pl.lit(self.name),
            feed=pl.lit(landed.feed),
            as_of=pl.lit(as_of, dtype=pl.Date()),
            known_at=pl.lit(known_at, dtype=pl.Datetime("us")),
            symbol="symbol",
            ticker=sec_ticker_expr(pl.col("symbol")),
            name="name",
            exchange="exchange",
            is_active=pl.lit(True),
            cik="cik",
        )
        return {"raw.directory": directory, REJECTS: rejects.frame()}


def _ask(settings: Settings, now: datetime) -> Ask:
    return Ask(
        feed="sec_tickers/company_tickers_exchange",
        base_url=settings.sec_files_url,
        path="/files/company_tickers_exchange.json",
        day=new_york_day(now),
    )


def _decode(body: bytes) -> list[list[_Value]]:
    """Return the values of every row in the order of FIELDS. Columns beyond these may come and are not read.

    Raises:
        BadPayload: a page of markup, no JSON of this form, a field missing, a row of another width, too few rows.
    """
    if body.lstrip()[:1] == b"<":
        raise BadPayload("a page of markup where the SEC's ticker file should be")
    try:
        file = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPayload(f"no ticker file of the SEC: {error}") from error
    if any(file.fields.count(field) != 1 for field in FIELDS):
        raise BadPayload(f"a ticker file of the SEC that does not have each of the fields {', '.join(FIELDS)} once")
    width = len(file.fields)
    if any(len(values) != width for values in file.data):
        raise BadPayload(f"a ticker file of the SEC with rows that do not have {width} values, as it has fields")
    if len(file.data) < ROW_FLOOR:
        raise BadPayload(f"a ticker file of the SEC of {len(file.data)} rows, where at least {ROW_FLOOR} are expected")
    places = [file.fields.index(field) for field in FIELDS]
    return [[values[place] for place in places] for values in file.data]


def _row(values: list[_Value], rejects: Rejects) -> _Row | None:
    """Return symbol, name, exchange and CIK; None for a row without a symbol."""
    cik, name, ticker, exchange = values
    symbol = ticker.strip() if isinstance(ticker, str) else ""
    if not symbol:
        rejects.add("" if cik is None else str(cik), "ticker", ticker, "a row without a ticker is left out")
        return None
    return (
        symbol,
        _text(symbol, "name", name, rejects) or None,
        _exchange(symbol, exchange, rejects),
        _cik(symbol, cik, rejects),
    )


def _cik(symbol: str, value: _Value, rejects: Rejects) -> int | None:
    """Return the number; it comes as a number, and in some copies as digits."""
    digits = "" if isinstance(value, bool) else str(value).strip()
    if digits.isascii() and digits.isdecimal() and 0 < len(digits) <= 10 and int(digits) > 0:
        return int(digits)
    rejects.add(symbol, "cik", value, "not read as a CIK; null instead")
    return None


def _exchange(symbol: str, value: _Value, rejects: Rejects) -> str | None:
    """Return the exchange in our words; null is one of the SEC's own answers (not listed, or not any more)."""
    text = _text(symbol, "exchange", value, rejects)
    if text and text not in EXCHANGES:
        rejects.add(symbol, "exchange", text, "an exchange that is not known; null instead")
    return EXCHANGES.get(text)


def _text(symbol: str, field: str, value: _Value, rejects: Rejects) -> str:
    """Return a text without blanks around it, empty for null."""
    if value is None or isinstance(value, str):
        return (value or "").strip()
    rejects.add(symbol, field, value, "no text; null instead")
    return ""
