"""Tables as data: what the macro `grid` of `templates/macros.html` renders.

Belongs here: columns and rows. Does not belong here: which tables there are (`pages.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from recon_pipeline.report.words import NUMERIC, SHOWN, sort_value


@dataclass(frozen=True)
class Column:
    """A column: the key of its value in a row, its heading, and the kind that says how it is shown (`words.SHOWN`)."""

    key: str
    label: str
    kind: str = "text"

    @property
    def is_numeric(self) -> bool:
        """Whether its cells stand to the right."""
        return self.kind in NUMERIC

    @property
    def has_sort_value(self) -> bool:
        """Whether a cell is sorted by something else than what it shows."""
        return self.kind in NUMERIC or self.kind in ("day", "event")

    def shown(self, row: dict[str, Any]) -> str:
        """Return the text of a cell."""
        return SHOWN[self.kind](row[self.key])

    def sorted_by(self, row: dict[str, Any]) -> str:
        """Return what the cell is sorted by."""
        return sort_value(row[self.key])


@dataclass(frozen=True)
class Grid:
    """A table: its id on the page, caption, columns and rows. The first column names the row.

    `search` gives it a field to search in; `empty` is told where there are no rows. A cell of kind `company` links to
    the page of `company_id` where the site has one.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[dict[str, Any]]
    search: bool = False
    empty: str = "None."
    file: str | None = None
    note: str | None = field(default=None)


COMPANY = Column("company_name", "Company", "company")
SYMBOL = Column("ticker", "Symbol", "symbol")
INDUSTRY = Column("industry", "Industry")
OFFICIAL = (COMPANY, SYMBOL, INDUSTRY)
"""The shape of the official lists."""

RANK = Column("rank", "Rank", "count")
CAP = Column("market_cap_usd", "Market cap", "money")
