"""Tables as data, for the macro `grid` of `templates/macros.html`.

Belongs here: columns, rows, and the HTML of the rows. Does not belong here: which tables there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from operator import attrgetter, itemgetter
from typing import Any

from recon_pipeline.report.words import NUMERIC, SHOWN, sort_value

Row = Mapping[str, Any] | Any
"""A row of a table: by name the values of a query, or an object whose attributes bear the names."""


@dataclass(frozen=True)
class Links:
    """Where the cells of a page lead: each gives the path of a page, empty where the site has none."""

    company: Callable[[str | None, str | None], str]
    """Of a company (company_id), at an event (event_id)."""
    event: Callable[[str], str]


@dataclass(frozen=True)
class Column:
    """A column: the name of its value in a row, its heading, and the kind that says how it is shown (`words.SHOWN`).

    A name with a dot, as `flip.margin_pct`, is of an attribute that may be None, and then is None as well.
    """

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
    the page of `company_id`, one of kind `event` to the event, where the site has them.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    search: bool = False
    empty: str = "None."
    note: str | None = None


CLASSES = (
    {"symbol": " class=s"} | dict.fromkeys(("day", "index", "event"), " class=d") | dict.fromkeys(NUMERIC, " class=n")
)


def body(grid: Grid, links: Links) -> str:
    """Return the rows of a table as HTML, everything in them escaped.

    Not a template: a site of all companies has more than a million cells, which took Jinja minutes.
    """
    if not grid.rows:
        return ""
    of_what = type(grid.rows[0])
    cells = [(column.kind, reader(column.key, of_what)) for column in grid.columns]
    company_id, event_id = _if_there("company_id", of_what), _if_there("event_id", of_what)
    parts = []
    for row in grid.rows:
        parts.append("<tr>")
        for number, (kind, read) in enumerate(cells):
            tag, scope = ("td", "") if number else ("th", " scope=row")
            value = read(row)
            shown = escape(SHOWN[kind](value), quote=False)
            if kind == "verdict" and value == "failed":
                shown = f"<strong class=failed>{shown}</strong>"
            page = ""
            if kind == "company":
                page = links.company(company_id(row), event_id(row))
            elif kind == "event":
                page = links.event(value)
            if page:
                shown = f'<a href="{escape(page)}">{shown}</a>'
            # What a cell is sorted by, where that is not what it shows.
            by = f' data-sort="{escape(sort_value(value))}"' if kind in RAW else ""
            parts.append(f"<{tag}{scope}{CLASSES.get(kind, '')}{by}>{shown}</{tag}>")
        parts.append("</tr>\n")
    return "".join(parts)


def reader(name: str, of_what: type) -> Callable[[Row], Any]:
    """Return what reads a value by its name from the rows of a table, which all are of one type."""
    name, _, of_it = name.partition(".")
    read: Callable[[Row], Any] = itemgetter(name) if issubclass(of_what, Mapping) else attrgetter(name)
    return (lambda row: None if (found := read(row)) is None else getattr(found, of_it)) if of_it else read


def _if_there(name: str, of_what: type) -> Callable[[Row], Any]:
    """The same of a value that not every table has: None without it."""
    if issubclass(of_what, Mapping):
        return lambda row: row.get(name)
    return lambda row: getattr(row, name, None)


RAW = NUMERIC | {"day"}
"""Kinds of cells that state their raw value."""

COMPANY = Column("company_name", "Company", "company")
RECONSTITUTION = Column("event_id", "Reconstitution", "event")
SYMBOL = Column("ticker", "Symbol", "symbol")
INDUSTRY = Column("industry", "Industry")
OFFICIAL = (COMPANY, SYMBOL, INDUSTRY)
"""The shape of the official lists."""

RANK = Column("rank", "Rank", "count")
CAP = Column("market_cap_usd", "Market cap", "money")
