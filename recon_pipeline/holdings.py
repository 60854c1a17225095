"""The holdings CSV of an iShares index fund: a preamble, a header, the holdings, legal text (providers 1.14).

Belongs here: finding these parts in a file, which index a fund tracks, the day of its holdings. The file is read in
three places: as opening, as truth, and as what the provider sent.

Does not belong here: asking for it (`sources/ishares.py`), what its members are good for (`opening.py`, `scoring.py`).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from recon_pipeline.errors import BadInput

FUND_INDEXES: Final = {
    "russell 1000 etf": "R1000",
    "russell 2000 etf": "R2000",
    "russell 3000 etf": "R3000",
    "micro-cap etf": "RMICRO",
    "russell mid-cap etf": "MIDCAP",
    "russell top 200 etf": "TOP200",
    "russell 2500 etf": "R2500",
}
"""What the first line of a fund's holdings file says, and the index that the fund tracks."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """The parts of a file; `rows` are all holdings by column, cash among them, and `rest` the lines below them."""

    preamble: list[list[str]]
    stated_day: str
    header: list[str]
    rows: list[dict[str, str]]
    rest: list[list[str]]

    @property
    def members(self) -> list[dict[str, str]]:
        """The holdings that are members: cash, futures and money-market lines are none, nor a line without a symbol."""
        return [row for row in self.rows if row.get("Asset Class") == "Equity" and row["Ticker"] not in ("", "-")]

    def index_id(self, place: str) -> str:
        """Return the index that the fund tracks; BadInput (which begins with `place`) if none of the family."""
        text = " ".join(cell for cells in self.preamble for cell in cells).lower()
        for words, index_id in FUND_INDEXES.items():
            if words in text:
                return index_id
        raise BadInput(
            f"{place}: its first lines do not name a fund that we know to track an index of the family "
            f"({', '.join(FUND_INDEXES)}). Convert it to our CSV: index,ticker,name,asof."
        )

    def day(self, place: str) -> date:
        """Return the day of the holdings; BadInput (which begins with `place`) if it cannot be read."""
        for form in ("%b %d, %Y", "%B %d, %Y", "%d/%b/%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(self.stated_day.strip(), form).date()
            except ValueError:
                continue
        raise BadInput(f"{place}: the date of its holdings, {self.stated_day!r}, cannot be read.")


def csv_lines(text: str) -> list[list[str]]:
    """Return the lines of a CSV as cells; csv.Error for a quote that is never closed: it would swallow the rest."""
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def take_apart(lines: list[list[str]]) -> Holdings | None:
    """Return the parts of a holdings CSV; None for a file of another form."""
    start = next((n for n, cells in enumerate(lines) if cells and cells[0].strip() == "Ticker"), None)
    preamble = lines[:start]
    stated_day = next(
        (cells[1] for cells in preamble if len(cells) > 1 and cells[0].startswith("Fund Holdings as of")), None
    )
    if start is None or stated_day is None:
        return None
    header = [cell.strip() for cell in lines[start]]
    below = lines[start + 1 :]
    # The legal text below the holdings has fewer cells.
    end = next((n for n, cells in enumerate(below) if len(cells) < len(header)), len(below))
    rows = [dict(zip(header, (cell.strip() for cell in cells), strict=False)) for cells in below[:end]]
    return Holdings(preamble, stated_day, header, rows, below[end:])
