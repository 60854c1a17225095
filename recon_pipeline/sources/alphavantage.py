"""Alpha Vantage: what was listed on a day, and what had been delisted by then (providers 1.13).

Belongs here: its two lists of LISTING_STATUS, what makes one believable, and their rows for `raw.directory`. Every
error of this provider is HTTP 200 with a message in place of the list, and the message repeats the key: nothing of such
a body is ever shown.

Does not belong here: which list of symbols counts (`sql/`).

A list is dated by the question alone: it says nowhere of which day it is. We trust the date that was asked for, refuse
a list that tells of later days, and take it as public at the end of its day.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

import msgspec
import polars as pl

from recon_pipeline.errors import BadPayload
from recon_pipeline.events import NEW_YORK
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan, Provider
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.rows import DIRECTORY, REJECTS, Rejects, asked_day, end_of_day, iso_day
from recon_pipeline.symbols import dashed_ticker

ACTIVE: Final = "alphavantage/active"
DELISTED: Final = "alphavantage/delisted"
HEADER: Final = ("symbol", "name", "exchange", "assetType", "ipoDate", "delistingDate", "status")
STATUS: Final = {ACTIVE: "Active", DELISTED: "Delisted"}
FIRST_DAY: Final = date(2010, 1, 1)

# 27 lists of 2021 to 2026 have 10,000 to 13,500 active rows; in 2010 there were half as many.
ROW_FLOORS: Final = {ACTIVE: 2_000, DELISTED: 1}
# None of those lists has a row from after its day; a list of a week later has some thirty.
MOST_LATE_ROWS: Final = 10
# 25 requests a day are free, and an error of HTTP 200 is seldom a passing one.
MAX_ATTEMPTS: Final = 3
MESSAGES: Final = ("Note", "Information", "Error Message")
EXCHANGES: Final = {
    "NYSE": "nyse",
    "NASDAQ": "nasdaq",
    "NYSE ARCA": "arca",
    "NYSE MKT": "amex",
    "AMEX": "amex",
    "BATS": "cboe",
}


@dataclass(frozen=True, slots=True)
class _List:
    """A list taken apart: rows of seven cells, and the rows of another number of cells."""

    rows: list[list[str]]
    misshapen: list[list[str]]


class AlphaVantage(Provider):
    """Two requests an event, with a key in the query."""

    name: ClassVar[str] = "alphavantage"
    house: ClassVar[str] = "alphavantage"

    def lacks(self, settings: Settings) -> str:
        """Return the variable of the key if it is not set."""
        return "" if settings.alphavantage_key else "RECON_ALPHAVANTAGE_KEY"

    def client(self, settings: Settings) -> HttpClient:
        """Return a client that gives up soon: the requests of a day are few."""
        return HttpClient(settings, per_second=settings.alphavantage_requests_per_second, max_attempts=MAX_ATTEMPTS)

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """The lists of the rank day; nothing for one that is still to come, or before the provider's first day."""
        day, today = plan.rank_day, plan.now.astimezone(NEW_YORK).date()
        if not FIRST_DAY <= day <= today:
            return []
        key = settings.alphavantage_key
        return [
            Ask(
                feed=feed,
                base_url=settings.alphavantage_url,
                path=f"/query?function=LISTING_STATUS&date={day}&state={status.lower()}",
                day=day,
                secrets={"apikey": key.get_secret_value()} if key else {},
                is_final=day < today,
            )
            for feed, status in STATUS.items()
        ]

    def validate(self, ask: Ask, body: bytes) -> None:
        """Raise BadPayload on a message in place of the list, another header, half a list, or a list of later days."""
        assert ask.day is not None
        found, state = _take_apart(body), STATUS[ask.feed]
        of_state = [row for row in found.rows if row[6] == state]
        if len(of_state) < ROW_FLOORS[ask.feed]:
            raise BadPayload(
                f"a list with {len(of_state)} rows of state {state} among {len(found.rows)}, where at least "
                f"{ROW_FLOORS[ask.feed]} are expected"
            )
        late = sum(1 for row in of_state if _is_late(row, ask.day))
        if late > MOST_LATE_ROWS:
            raise BadPayload(f"a list of another day: {late} rows tell of days after {ask.day}")

    def read(self, landed: Landed) -> Frames:
        """Return `raw.directory`, one row a symbol, and `raw.source_rejects`.

        `null` is no date; in every other column it is a text like any other. A row that tells of a later day, has
        another state or not seven cells, and a second row of a symbol with the same dates, are quarantined.
        """
        day = asked_day(landed)
        known_at = end_of_day(day)
        found, state = _take_apart(landed.body()), STATUS[landed.feed]
        rejects = Rejects(landed, day, known_at)
        for cells in found.misshapen:
            rejects.add(cells[0], "line", ",".join(cells), "not the seven cells of the header; the row is left out")
        rows: list[dict[str, object]] = []
        seen: set[tuple[str, ...]] = set()
        for cells in found.rows:
            symbol, name, exchange, kind, ipo, delisted, status = (cell.strip() for cell in cells)
            if not symbol:
                rejects.add("", "symbol", name, "a row without a symbol is left out")
            elif status != state:
                rejects.add(symbol, "status", status, f"{state} was asked for; the row is left out")
            elif _is_late(cells, day):
                rejects.add(symbol, "delistingDate", f"{ipo} {delisted}", "of a later day; the row is left out")
            elif (symbol, ipo, delisted) in seen:
                rejects.add(symbol, "symbol", name, "stands in it twice; the first row is kept")
            else:
                seen.add((symbol, ipo, delisted))
                rows.append(
                    {
                        "source": self.name,
                        "feed": landed.feed,
                        "as_of": day,
                        "known_at": known_at,
                        "symbol": symbol,
                        "ticker": dashed_ticker(symbol),
                        "name": name or None,
                        "exchange": EXCHANGES.get(exchange, "other") if exchange else None,
                        "is_active": state == "Active",
                        "is_etf": kind == "ETF" if kind else None,
                        "security_kind": kind or None,
                        "ipo_date": _day(symbol, "ipoDate", ipo, rejects),
                        "delisted_on": _day(symbol, "delistingDate", delisted, rejects),
                    }
                )
        return {"raw.directory": pl.DataFrame(rows, schema=DIRECTORY), REJECTS: rejects.frame()}


def _day(symbol: str, field: str, text: str, rejects: Rejects) -> date | None:
    day = iso_day(text)
    if day is None and text not in ("", "null"):
        rejects.add(symbol, field, text, "not read as a day; null instead")
    return day


def _is_late(cells: list[str], day: date) -> bool:
    """Whether a row tells of a day after that of its list."""
    return any((told := iso_day(cell.strip())) is not None and told > day for cell in cells[4:6])


def _take_apart(body: bytes) -> _List:
    """Split a list into rows.

    Raises:
        BadPayload: a message, markup, another header, no CSV, or a last row that is cut short. Nothing of it is quoted.
    """
    start = body.lstrip()[:1]
    if start == b"<":
        raise BadPayload("a page of markup where a list of symbols should be")
    if start in (b"{", b"["):
        raise BadPayload(f"{_kind_of_message(body)} in place of the list of symbols. {_ADVICE}")
    try:
        # Strict: a quote that is never closed would swallow the rest of the list.
        lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise BadPayload("no list of symbols: it is not a CSV in UTF-8") from None
    header = tuple(lines[0]) if lines else ()
    if header != HEADER:
        # Seen once: `I,n,f,o,r,m,a,t,i,o,n`.
        spelled = next((kind for kind in MESSAGES if "".join(header).startswith(kind.replace(" ", ""))), None)
        told = f"the message {spelled} as a CSV" if spelled else "another header than the one expected"
        raise BadPayload(f"{told} in place of the list of symbols. {_ADVICE}")
    rows = [cells for cells in lines[1:] if cells]
    if rows and (len(rows[-1]) != len(HEADER) or rows[-1][6] not in STATUS.values()):
        raise BadPayload("a list of symbols that is cut short: its last row is not whole")
    return _List(
        [cells for cells in rows if len(cells) == len(HEADER)],
        [cells for cells in rows if len(cells) != len(HEADER)],
    )


_ADVICE: Final = (
    "The provider says so when the key is unknown or the requests of the day are used up (25 are free): check "
    "RECON_ALPHAVANTAGE_KEY, or ask again tomorrow."
)


def _kind_of_message(body: bytes) -> str:
    try:
        told = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "JSON that cannot be read"
    return next((f"the message {kind}" for kind in MESSAGES if kind in told), "JSON without a message that we know")
