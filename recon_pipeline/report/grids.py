"""Tables as data, for the macro `grid` of `templates/macros.html`.

Belongs here: columns, rows, and the HTML of the rows. Does not belong here: which tables there are (`pages.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from recon_pipeline.report.words import NUMERIC, SHOWN, sort_value

Row = Mapping[str, Any]

Link = Callable[[str | None, str | None], str]
"""The page of a company (company_id) at an event (event_id), empty where the site has none."""


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


@dataclass(frozen=True)
class Grid:
    """A table: its id on the page, caption, columns and rows. The first column names the row.

    `search` gives it a field to search in; `empty` is told where there are no rows. A cell of kind `company` links to
    the page of `company_id` where the site has one.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    search: bool = False
    empty: str = "None."
    note: str | None = None


CLASSES = {"symbol": " class=s", "day": " class=d", "index": " class=d"} | dict.fromkeys(NUMERIC, " class=n")


def body(grid: Grid, link: Link) -> str:
    """Return the rows of a table as HTML, everything in them escaped.

    Not a template: a site of all companies has more than a million cells, which took Jinja minutes.
    """
    parts = []
    for row in grid.rows:
        parts.append("<tr>")
        for number, column in enumerate(grid.columns):
            tag, scope = ("td", "") if number else ("th", " scope=row")
            value = row[column.key]
            shown = escape(SHOWN[column.kind](value), quote=False)
            if column.kind == "verdict" and value == "failed":
                shown = f"<strong class=failed>{shown}</strong>"
            if column.kind == "company" and (page := link(row["company_id"], row.get("event_id"))):
                shown = f'<a href="{escape(page)}">{shown}</a>'
            # What a cell is sorted by, where that is not what it shows.
            by = f' data-sort="{escape(sort_value(value))}"' if column.kind in RAW else ""
            parts.append(f"<{tag}{scope}{CLASSES.get(column.kind, '')}{by}>{shown}</{tag}>")
        parts.append("</tr>\n")
    return "".join(parts)


RAW = NUMERIC | {"day"}
"""Kinds of cells that state their raw value."""

COMPANY = Column("company_name", "Company", "company")
SYMBOL = Column("ticker", "Symbol", "symbol")
INDUSTRY = Column("industry", "Industry")
OFFICIAL = (COMPANY, SYMBOL, INDUSTRY)
"""The shape of the official lists."""

RANK = Column("rank", "Rank", "count")
CAP = Column("market_cap_usd", "Market cap", "money")
