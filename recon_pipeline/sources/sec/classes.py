"""Share counts, public floats and symbols by class of stock, as rows of the Notes data sets state them.

A fact counts where it is of the whole company (no dimension) or of one class of stock (that dimension alone). Those
split in another way are left out: they are parts of a sum, and no defect.

Belongs here: which rows of the tables `num`, `txt` and `dim` matter, and what they become. Does not belong here: the
zip that they come in (`notes.py`), which figure is chosen (`sql/core`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import polars as pl

from recon_pipeline.sources.rows import Rejects
from recon_pipeline.sources.sec.tables import Filing, Row
from recon_pipeline.sources.sec.times import day_of
from recon_pipeline.symbols import sec_ticker_expr

UNIT_OF: Final = {
    ("dei", "EntityCommonStockSharesOutstanding"): "shares",
    ("dei", "EntityPublicFloat"): "USD",
    ("us-gaap", "CommonStockSharesOutstanding"): "shares",
}
SYMBOL_TAG: Final = "TradingSymbol"

NO_DIMENSION: Final = frozenset({"", "0x00000000"})
CLASS_AXES: Final = frozenset({"ClassOfStock", "StatementClassOfStock", "StatementClassOfStockAxis"})
# 24 digits before the point are what the SEC's own tables hold; with two behind it they fit DECIMAL(28, 2).
_FIGURE: Final = re.compile(r"-?[0-9]{1,24}(?:\.[0-9]+)?")
_CENT: Final = Decimal("0.01")
MOST_ROUNDING: Final = timedelta(days=16)
_SYMBOL: Final = re.compile(r"[A-Za-z]{1,6}(?:[ ./^-][A-Za-z0-9]{1,4})?")
# What filers write where there is no symbol. NA and NAN are symbols.
NO_SYMBOLS: Final = frozenset({"N/A", "N.A", "NONE", "NULL"})


@dataclass(slots=True)
class Passed:
    """What was kept of the tables: filings by accession, rows of `num` and `txt`, and the class of stock by dimension
    (empty: the whole company; None: split in another way)."""

    filings: dict[str, Filing] = field(default_factory=dict)
    figures: list[Row] = field(default_factory=list)
    texts: list[Row] = field(default_factory=list)
    class_of: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(NO_DIMENSION, ""))


def may_be_figure(line: bytes) -> bool:
    """Tell if a line may hold one of the tags (the shorter name of a share count ends the longer one)."""
    return b"CommonStockSharesOutstanding" in line or b"EntityPublicFloat" in line


def may_be_symbol(line: bytes) -> bool:
    """Tell if a line may hold a symbol."""
    return b"TradingSymbol" in line


def is_figure(row: Row) -> bool:
    """Tell if a row of `num` is a share count or a public float of the filer itself."""
    return _key(row) in UNIT_OF and _is_own(row)


def is_symbol(row: Row) -> bool:
    """Tell if a row of `txt` is a symbol of the filer itself."""
    return _key(row) == ("dei", SYMBOL_TAG) and _is_own(row)


def _key(row: Row) -> tuple[str, str]:
    """Taxonomy and tag. The version is `dei/2020`, and for a filer's own tag the accession number."""
    return row["version"].partition("/")[0], row["tag"]


def _is_own(row: Row) -> bool:
    """Tell if a fact is of the filer itself (no co-registrant), and the one that the SEC prefers of its duplicates."""
    return row["coreg"] == "" and row["iprx"] in ("", "0")


def class_of(segments: str) -> str | None:
    """Return the class of stock of `ClassOfStock=CommonClassA;`, nothing of a blank, None of any other split."""
    parts = [part for part in segments.split(";") if part.strip()]
    if not parts:
        return ""
    axis, _, member = parts[0].partition("=")
    return member.strip() or None if len(parts) == 1 and axis.strip() in CLASS_AXES else None


def _tied(row: Row, passed: Passed, rejects: Rejects) -> tuple[Filing, str] | None:
    """Return the filing of a fact and its class of stock; None where it is split in another way, or cannot be tied."""
    filing = passed.filings.get(row["adsh"])
    if filing is None:
        rejects.add(row["adsh"], "adsh", row["tag"], "a fact of a filing that is not in sub is left out")
        return None
    if row["dimh"] not in passed.class_of:
        reason = "a dimension that is not in dim; the fact is left out"
        rejects.add(row["adsh"], "dimh", row["dimh"], reason)
        return None
    member = passed.class_of[row["dimh"]]
    return None if member is None else (filing, member)


def cover_facts(passed: Passed, rejects: Rejects, source: str) -> pl.DataFrame:
    """Return rows of raw.cover_facts; a fact that is stated twice stands once."""
    kept = []
    for row in passed.figures:
        tied = _tied(row, passed, rejects)
        figure = _figure(row, rejects) if tied else None
        if tied is None or figure is None:
            continue
        filing, member = tied
        unit, day, value = figure
        about = (filing.form, filing.filed, filing.accession, filing.known_at)
        kept.append((source, filing.cik, *_key(row), member, unit, _unrounded(day, filing.filed), value, *about))
    schema = {
        **dict.fromkeys(("source", "cik", "taxonomy", "tag", "class_member", "unit"), pl.String()),
        **{"end_date": pl.Date(), "value": pl.Decimal(28, 2), "form": pl.String(), "filed_date": pl.Date()},
        **{"accession": pl.String(), "known_at": pl.Datetime("us"), "cik": pl.Int64()},
    }
    return pl.DataFrame(kept, schema=schema, orient="row").unique(keep="first", maintain_order=True)


def _unrounded(day: date, filed: date) -> date:
    """Return the day of a figure, which is none after its filing.

    `ddate` is rounded to the nearest end of a month (providers 1.6): a cover of the 20th that was filed on the 25th
    would be of a day to come. What lies further ahead is no rounding, and stays as it is for a check to tell.
    """
    return filed if filed < day <= filed + MOST_ROUNDING else day


def _figure(row: Row, rejects: Rejects) -> tuple[str, date, Decimal] | None:
    """Return unit, day and exact value, rounded half up to the cent; None where one cannot be read."""
    day = day_of(row["ddate"])
    read = {
        "uom": row["uom"] == UNIT_OF[_key(row)],
        "ddate": day is not None,
        "value": _FIGURE.fullmatch(row["value"]) is not None,
    }
    for name, is_read in read.items():
        if not is_read:
            rejects.add(row["adsh"], name, row[name], f"not what {row['tag']} has; the fact is left out")
    if day is None or not all(read.values()):
        return None
    return row["uom"], day, Decimal(row["value"]).quantize(_CENT, ROUND_HALF_UP)


def filer_tickers(passed: Passed, rejects: Rejects, source: str) -> pl.DataFrame:
    """Return rows of raw.filer_tickers; the class is null where the filing does not tell it."""
    kept = []
    for row in passed.texts:
        tied = _tied(row, passed, rejects)
        if tied is None:
            continue
        filing, member = tied
        symbol = row["value"]
        if not _SYMBOL.fullmatch(symbol) or symbol.upper() in NO_SYMBOLS:
            rejects.add(row["adsh"], SYMBOL_TAG, symbol, "no symbol")
            continue
        kept.append((filing.cik, filing.filed, filing.known_at, symbol, member or None))
    schema = {"cik": pl.Int64(), "as_of": pl.Date(), "known_at": pl.Datetime("us")}
    texts = {"symbol": pl.String(), "class_member": pl.String()}
    return (
        pl.DataFrame(kept, schema={**schema, **texts}, orient="row")
        .unique(keep="first", maintain_order=True)
        .select(
            *(pl.lit(source).alias("source"), "cik", "as_of", "known_at", "symbol"),
            *(sec_ticker_expr(pl.col("symbol")).alias("ticker"), "class_member"),
        )
    )
