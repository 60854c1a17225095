"""One form of ticker for all sources: ROOT.CLASS, as the symbol directories write it.

Belongs here: turning what a source prints (`BRK/B`, `BRK-B`, `BRK B`, padded with blanks) into `BRK.B`. A source that
leaves the separator out (`BRKB`) cannot be told from a five-letter root here; SQL tries the key without separators.

Does not belong here: which company a ticker stands for on which day (`sql/core/continuity.sql`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = r"[/\-. ]+"


def normal_ticker(symbol: str) -> str:
    """Return the ROOT.CLASS form of a printed symbol; preferreds keep their `^`."""
    return re.sub(_SEPARATORS, ".", symbol.strip().upper())


def normal_ticker_expr(symbol: pl.Expr) -> pl.Expr:
    """`normal_ticker` over a column."""
    return symbol.str.strip_chars().str.to_uppercase().str.replace_all(_SEPARATORS, ".")
