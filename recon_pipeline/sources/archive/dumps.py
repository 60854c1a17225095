"""One dump of the archive: from the bytes of a screener file to typed lines.

Belongs here: what a payload must look like to be believed, and how its texts become exact figures. A text that cannot
be read leaves the line in place with a null and a row in `rejects`: no line vanishes in silence.

Does not belong here: where a dump comes from (`archive.py`), which session it describes (`dating.py`), what kind of
security a line is (`sql/core`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final

import msgspec
import polars as pl

from recon_pipeline.errors import BadPayload

EXCHANGES: Final = ("nasdaq", "nyse", "amex")

# The smallest dumps of 2021-01 to 2026-08 have 3,649, 2,698 and 268 lines. The floors leave room for a shrinking list
# (the NYSE lost 600 lines in five years) and still refuse a page of a paged answer or half a file.
ROW_FLOORS: Final = {"nasdaq": 2_500, "nyse": 1_800, "amex": 150}


class Line(msgspec.Struct):
    """A line as the screener prints it: every value a text, `""` where it has none. Other keys are ignored."""

    symbol: str | None
    name: str | None
    lastsale: str | None
    netchange: str | None
    volume: str | None
    marketCap: str | None  # noqa: N815 (the provider's key)
    country: str | None
    ipoyear: str | None
    industry: str | None
    sector: str | None


TEXT_COLUMNS: Final = Line.__struct_fields__
_DECODER: Final = msgspec.json.Decoder(list[Line])
LINE_COLUMNS: Final = (
    *("commit", "exchange", "known_at", "symbol", "name", "close", "net_change", "volume", "market_cap", "shares"),
    *("country", "ipo_year", "industry", "sector"),
)


@dataclass(frozen=True, slots=True)
class Dump:
    """The lines of one exchange in one commit, not yet typed."""

    commit: str
    exchange: str
    commit_utc: datetime
    sha256: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Parsed:
    """Typed lines and what could not be read of them; both still without a session."""

    lines: pl.DataFrame
    rejects: pl.DataFrame


def decode(body: bytes, exchange: str) -> list[Line]:
    """Return the lines of a payload that can be believed; `[]` is a valid answer that holds nothing.

    Raises:
        BadPayload: not a JSON array of objects with the expected keys and text values, or too few lines.
    """
    if body.lstrip()[:1] == b"<":
        raise BadPayload(f"a page of markup where the {exchange} dump should be")
    try:
        lines = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadPayload(f"no {exchange} dump: {error}") from error
    if lines and len(lines) < ROW_FLOORS[exchange]:
        raise BadPayload(f"a {exchange} dump of {len(lines)} lines, where at least {ROW_FLOORS[exchange]} are expected")
    return lines


def parse(dumps: Iterable[Dump]) -> Parsed:
    """Turn dumps into one typed frame.

    `lines`: commit, exchange, known_at (UTC), symbol, name, close (USD), net_change (USD), volume (shares), market_cap
    (USD), shares, country, ipo_year, industry, sector. A blank is null, and so is a market cap of 0. A symbol keeps its
    form but for blanks at its ends; a second line of the same symbol in a dump is left out. `shares` is market_cap /
    close rounded half up, in integer arithmetic.

    `rejects`: commit, exchange, symbol, field, text, reason.
    """
    texts = _texts(dumps)
    read = texts.with_columns(**{name: figure.read(f"{name}_text") for name, figure in _FIGURES.items()})
    unread = [_unread(read, name, figure) for name, figure in _FIGURES.items()]
    nameless = read.filter(pl.col("symbol") == "")
    named = read.filter(pl.col("symbol") != "")
    repeated = ~pl.struct("commit", "exchange", "symbol").is_first_distinct()
    rejects = [
        *unread,
        _rejected(nameless, "symbol", pl.col("name"), "a line without a symbol is left out"),
        _rejected(
            named.filter(repeated),
            "symbol",
            pl.col("symbol"),
            "the symbol stands in the dump before; the first line is kept",
        ),
    ]
    lines = named.filter(~repeated).with_columns(
        market_cap=pl.when(pl.col("market_cap") > 0).then(pl.col("market_cap")),
        **{name: _blank_to_null(pl.col(name)) for name in ("name", "country", "industry", "sector")},
    )
    return Parsed(lines.with_columns(shares=_implied_shares()).select(LINE_COLUMNS), pl.concat(rejects))


def _texts(dumps: Iterable[Dump]) -> pl.DataFrame:
    """One frame of stripped texts with the keys of the dump; null becomes a blank, a figure's text `<name>_text`."""
    schema = dict.fromkeys(TEXT_COLUMNS, pl.String())
    keys = {"commit": pl.String(), "exchange": pl.String(), "known_at": pl.Datetime("us", "UTC")}
    frames = [
        pl.DataFrame(
            {name: list(map(attrgetter(name), dump.lines)) for name in TEXT_COLUMNS}, schema=schema
        ).with_columns(
            commit=pl.lit(dump.commit),
            exchange=pl.lit(dump.exchange),
            known_at=pl.lit(dump.commit_utc, dtype=keys["known_at"]),
        )
        for dump in dumps
    ]
    table = pl.concat([pl.DataFrame(schema={**schema, **keys}), *frames])
    return table.with_columns(pl.col(TEXT_COLUMNS).fill_null("").str.strip_chars()).rename(
        {figure.key: f"{name}_text" for name, figure in _FIGURES.items()}
    )


@dataclass(frozen=True, slots=True)
class _Figure:
    """How a text of the provider becomes a figure: its key, what it must look like, its type and scale."""

    key: str
    pattern: str
    dtype: pl.DataType
    scale: int | None = None

    def read(self, text: str) -> pl.Expr:
        digits = pl.col(text).str.replace_all("$", "", literal=True).str.replace_all(",", "", literal=True)
        sound = pl.when(pl.col(text).str.contains(self.pattern)).then(digits)
        if self.scale is None:
            return sound.cast(self.dtype, strict=False)
        # The share class at $500,000 is printed with the tail of a binary float: `$502879.97999999998`. A cast of text
        # rounds half to even at the scale; this rounds once, half up.
        whole = sound.cast(pl.Decimal(38, 18), strict=False)
        return whole.round(self.scale, mode="half_away_from_zero").cast(self.dtype)


# At most 14 digits before the point: no price and no company is worth 100 trillion dollars, and so all products below
# stay exact.
_AMOUNT: Final = r"\$?(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,14})(?:\.\d{1,18})?$"
_FIGURES: Final = {
    "close": _Figure("lastsale", "^" + _AMOUNT, pl.Decimal(18, 4), 4),
    "net_change": _Figure("netchange", "^[+-]?" + _AMOUNT, pl.Decimal(18, 4), 4),
    "volume": _Figure("volume", r"^(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,18})$", pl.Int64()),
    "market_cap": _Figure("marketCap", "^" + _AMOUNT, pl.Decimal(24, 2), 2),
    "ipo_year": _Figure("ipoyear", r"^(?:1[89]|20)\d\d$", pl.Int16()),
}


def _implied_shares() -> pl.Expr:
    """Shares = market cap / close, rounded half up: cents x 100 and ten-thousandths as 128-bit integers."""
    cap = (pl.col("market_cap") * 100).cast(pl.Int128) * 100
    close = (pl.col("close") * 10_000).cast(pl.Int128)
    shares = ((2 * cap + close) // (2 * close)).cast(pl.Int64, strict=False)
    return pl.when(pl.col("close") > 0).then(shares)


def _blank_to_null(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _unread(read: pl.DataFrame, name: str, figure: _Figure) -> pl.DataFrame:
    text = pl.col(f"{name}_text")
    return _rejected(
        read.filter((text != "") & pl.col(name).is_null()), figure.key, text, f"not read as {name}; null instead"
    )


def _rejected(lines: pl.DataFrame, field: str, text: pl.Expr, reason: str) -> pl.DataFrame:
    return lines.select("commit", "exchange", "symbol", field=pl.lit(field), text=text, reason=pl.lit(reason))
