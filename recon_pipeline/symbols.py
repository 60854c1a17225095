"""One form of ticker for all sources: ROOT.CLASS, as the symbol directories write it.

Belongs here: turning what a source prints (`BRK/B`, `BRK-B`, `BRK B`, padded with blanks) into `BRK.B`. A source that
leaves the separator out (`BRKB`) cannot be told from a five-letter root here; SQL tries the key without separators.

Sources agree on classes but not on what else a company lists (providers 1.8, 1.15). The one spelling is the screener's
where it has one: preferred `ABR^D` (`HWM^` without a letter), warrant `RAC.WS` (of a series `NE.WS.A`), unit `AAC.U`,
right `AIIA.R`, when-issued `FTV.WI`. `one_ticker` reads every form; the functions below it are it for one form each.

Nobody reads the third column of the symbol directory, NASDAQ Symbol: it writes the preferred `TY-` and the right
`XFLH^`, and the two columns beside it tell them in forms that keep.

Does not belong here: which company a ticker stands for on which day (`sql/core/continuity.sql`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = r"[/\-. ]+"

Marks = tuple[tuple[str, str], ...]
"""Patterns and what they become, in order. `${1}` stands for what the first group took."""

Form = Literal["slashed", "directory", "tape", "sec", "dashed"]
"""Who writes what: the screener, OpenFIGI and people, `slashed` (`BRK/B`, `AAC/WS`, `ABR^D`); the symbol directory's
ACT Symbol, `directory`; the consolidated tape and Massive, `tape`; the SEC, `sec`; Alpha Vantage and Tiingo,
`dashed` (`ABR-P-D`)."""

FORMS: Final[tuple[Form, ...]] = get_args(Form)

_MARKS: Final[Mapping[Form, Marks]] = {
    "slashed": (),
    "directory": ((r"\$", "^"), (_SEPARATORS + r"W$", ".WS")),
    "tape": (
        (r"^([A-Z0-9]+)p", "${1}^"),
        (r"^([A-Z0-9^]+)r", "${1}.R"),
        (r"^([A-Z0-9^.]+)w", "${1}.WI"),
    ),
    "sec": (
        (r"-P([A-Z]?)$", "^${1}"),
        (r"-WT([A-Z])$", ".WS.${1}"),
        (r"-WT$", ".WS"),
        (r"-UN$", ".U"),
        (r"-R[IT]$", ".R"),
        (r"-RW$", ".R.WI"),
        (r"-WI$", ".WI"),
    ),
    "dashed": ((r"^([A-Z0-9]+)-P-", "${1}^"), (r"^([A-Z0-9]+)-P$", "${1}^"), (r"-W$", ".WI")),
}


def one_ticker(symbol: str, form: Form) -> str:
    """Return the ROOT.CLASS form of a symbol as that form prints it."""
    # Small letters are marks of the tape, so a symbol in small letters alone is read as a root there.
    written = symbol.strip() if form == "tape" else symbol.strip().upper()
    return re.sub(_SEPARATORS, ".", _replaced(written, _MARKS[form]).strip().upper())


def one_ticker_expr(symbol: pl.Expr, form: Form) -> pl.Expr:
    """`one_ticker` over a column."""
    written = symbol.str.strip_chars()
    written = written if form == "tape" else written.str.to_uppercase()
    marked = _replaced_expr(written, _MARKS[form])
    return marked.str.strip_chars().str.to_uppercase().str.replace_all(_SEPARATORS, ".")


def normal_ticker(symbol: str) -> str:
    """Return the ROOT.CLASS form of a printed symbol; preferreds keep their `^`."""
    return one_ticker(symbol, "slashed")


def normal_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`normal_ticker` over a column."""
    return one_ticker_expr(symbol, "slashed")


def directory_ticker(symbol: str) -> str:
    """Return the one spelling of a symbol of the symbol directory (Symbol, ACT Symbol): `ABR$D`, `AAC.W`.

    This form writes a warrant of series A (`NE.A`) like a class A, and a when-issued line (`FTV.V`) like a class V:
    where a file has the tape's form too, that one tells (`tape_ticker`).
    """
    return one_ticker(symbol, "directory")


def directory_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`directory_ticker` over a column."""
    return one_ticker_expr(symbol, "directory")


def tape_ticker(symbol: str) -> str:
    """Return the one spelling of a symbol of the consolidated tape (CQS): `ABRpD`, `NE.WS.A`, `AIIAr`, `FTVw`."""
    return one_ticker(symbol, "tape")


def tape_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`tape_ticker` over a column."""
    return one_ticker_expr(symbol, "tape")


def massive_ticker(symbol: str) -> str:
    """Return the one spelling of a symbol of Massive, which writes the tape's form."""
    return one_ticker(symbol, "tape")


def massive_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`massive_ticker` over a column."""
    return one_ticker_expr(symbol, "tape")


def sec_ticker(symbol: str) -> str:
    """Return the one spelling of a symbol of the SEC: `BRK-B`, `ABR-PD`, `HWM-P`, `AAC-WT`, `AAC-UN`, `AIIA-RI`."""
    return one_ticker(symbol, "sec")


def sec_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`sec_ticker` over a column."""
    return one_ticker_expr(symbol, "sec")


def dashed_ticker(symbol: str) -> str:
    """Return the one spelling of a symbol of Alpha Vantage: `BRK-B`, `BAC-P-K`, `AAC-WS`, `AMTM-W` (when issued)."""
    return one_ticker(symbol, "dashed")


def _replaced(symbol: str, marks: Marks) -> str:
    for pattern, becomes in marks:
        symbol = re.sub(pattern, becomes.replace("${1}", r"\g<1>"), symbol)
    return symbol


def _replaced_expr(symbol: pl.Expr, marks: Marks) -> pl.Expr:
    for pattern, becomes in marks:
        symbol = symbol.str.replace_all(pattern, becomes)
    return symbol


def spellings(asked: str) -> list[str]:
    """Return the tickers in ROOT.CLASS form that a spelling may stand for, the plainest first: BRK/B, BRK-B, BRK.B."""
    return list(dict.fromkeys([normal_ticker(asked), *(one_ticker(asked, form) for form in FORMS)]))
