"""One form of ticker for all sources: ROOT.CLASS, as the symbol directories write it.

Belongs here: turning what a source prints (`BRK/B`, `BRK-B`, `BRK B`, padded with blanks) into `BRK.B`. A source that
leaves the separator out (`BRKB`) cannot be told from a five-letter root here; SQL tries the key without separators.

Sources agree on classes but not on what else a company lists (providers 1.8, 1.15). The one spelling is the screener's
where it has one: preferred `ABR^D` (`HWM^` without a letter), warrant `RAC.WS` (of a series `NE.WS.A`), unit `AAC.U`,
right `AIIA.R`, when-issued `FTV.WI`. `normal_ticker` reads the screener; the functions below it read the other forms.

Does not belong here: which company a ticker stands for on which day (`sql/core/continuity.sql`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = r"[/\-. ]+"

Marks = tuple[tuple[str, str], ...]
"""Patterns and what they become, in order. `${1}` stands for what the first group took."""

_DIRECTORY: Final[Marks] = ((r"\$", "^"), (_SEPARATORS + r"W$", ".WS"))
_TAPE: Final[Marks] = (
    (r"^([A-Z0-9]+)p", "${1}^"),
    (r"^([A-Z0-9^]+)r", "${1}.R"),
    (r"^([A-Z0-9^.]+)w", "${1}.WI"),
)
_SEC: Final[Marks] = (
    (r"-P([A-Z]?)$", "^${1}"),
    (r"-WT([A-Z])$", ".WS.${1}"),
    (r"-WT$", ".WS"),
    (r"-UN$", ".U"),
    (r"-R[IT]$", ".R"),
    (r"-RW$", ".R.WI"),
    (r"-WI$", ".WI"),
)


def normal_ticker(symbol: str) -> str:
    """Return the ROOT.CLASS form of a printed symbol; preferreds keep their `^`."""
    return re.sub(_SEPARATORS, ".", symbol.strip().upper())


def normal_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`normal_ticker` over a column."""
    return symbol.str.strip_chars().str.to_uppercase().str.replace_all(_SEPARATORS, ".")


def directory_ticker(symbol: str) -> str:
    """Return the one spelling of a symbol of the symbol directory (Symbol, ACT Symbol): `ABR$D`, `AAC.W`.

    This form writes a warrant of series A (`NE.A`) like a class A, and a when-issued line (`FTV.V`) like a class V:
    where a file has the tape's form too, that one tells (`tape_ticker`).
    """
    return normal_ticker(_replaced(symbol.strip().upper(), _DIRECTORY))


def directory_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`directory_ticker` over a column."""
    return normal_ticker_expr(_replaced_expr(symbol.str.strip_chars().str.to_uppercase(), _DIRECTORY))


def tape_ticker(symbol: str) -> str:
    """Return the one spelling of a symbol of the consolidated tape (CQS): `ABRpD`, `NE.WS.A`, `AIIAr`, `FTVw`.

    Small letters are marks here, so a symbol in small letters alone is read as a root.
    """
    return normal_ticker(_replaced(symbol.strip(), _TAPE))


def tape_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`tape_ticker` over a column."""
    return normal_ticker_expr(_replaced_expr(symbol.str.strip_chars(), _TAPE))


def massive_ticker(symbol: str) -> str:
    """Return the one spelling of a symbol of Massive, which writes the tape's form."""
    return tape_ticker(symbol)


def massive_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`massive_ticker` over a column."""
    return tape_ticker_expr(symbol)


def sec_ticker(symbol: str) -> str:
    """Return the one spelling of a symbol of the SEC: `BRK-B`, `ABR-PD`, `HWM-P`, `AAC-WT`, `AAC-UN`, `AIIA-RI`."""
    return normal_ticker(_replaced(symbol.strip().upper(), _SEC))


def sec_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`sec_ticker` over a column."""
    return normal_ticker_expr(_replaced_expr(symbol.str.strip_chars().str.to_uppercase(), _SEC))


def _replaced(symbol: str, marks: Marks) -> str:
    for pattern, becomes in marks:
        symbol = re.sub(pattern, becomes.replace("${1}", r"\g<1>"), symbol)
    return symbol


def _replaced_expr(symbol: pl.Expr, marks: Marks) -> pl.Expr:
    for pattern, becomes in marks:
        symbol = symbol.str.replace_all(pattern, becomes)
    return symbol
