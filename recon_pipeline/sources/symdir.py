"""The symbol directory of Nasdaq Trader: what is listed today, on Nasdaq and on every other exchange (providers 1.8).

Belongs here: its two files, what makes one believable, and their rows for `raw.directory`. The files tell of now only;
their footer says when they were made, and is the one proof that a download is whole.

Does not belong here: the one spelling of a symbol (`recon_pipeline/symbols.py`), what kind of security a line is
(`sql/core`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, Final

import polars as pl

from recon_pipeline.errors import BadPayload
from recon_pipeline.events import NEW_YORK
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan, Provider, naive_utc
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.rows import REJECTS, Rejects
from recon_pipeline.symbols import directory_ticker_expr, tape_ticker_expr

NASDAQ_LISTED: Final = "nasdaqlisted"
OTHER_LISTED: Final = "otherlisted"
HEADERS: Final = {
    NASDAQ_LISTED: "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares",
    OTHER_LISTED: "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol",
}
SYMBOL: Final = {NASDAQ_LISTED: "Symbol", OTHER_LISTED: "ACT Symbol"}

# The smallest files of 2022 to 2026 have 4,839 and 6,298 rows.
ROW_FLOOR: Final = 1_500
ONE_DAY: Final = timedelta(days=1)
# What a symbol is made of; the longest of these files have ten characters.
SOUND_SYMBOL: Final = r"^[A-Z0-9.$^=+~#*-]{1,20}$"
# Of 15 files none has a row with the wrong number of columns; more than this is another format, or half a file.
MISSHAPEN_PERCENT: Final = 2

_FOOTER: Final = re.compile(r"^File Creation Time:\s*(\d{8})(\d{2}):?(\d{2})")
_EXCHANGES: Final = {"A": "amex", "N": "nyse", "P": "arca", "Z": "cboe", "V": "iex"}
_FINANCIAL_STATUS: Final = tuple("NDEQGHJK")
_FLAGS: Final = {"Y": True, "N": False}


@dataclass(frozen=True, slots=True)
class _File:
    """A file taken apart: rows of as many cells as the header has, the other lines, and when it was made (New York)."""

    rows: list[list[str]]
    misshapen: list[str]
    made_at: datetime


class SymbolDirectory(Provider):
    """Two files a day, without a key."""

    name: ClassVar[str] = "symdir"
    house: ClassVar[str] = "symdir"

    def client(self, settings: Settings) -> HttpClient:
        """Return a client with the pace of the directory."""
        return HttpClient(settings, per_second=settings.symdir_requests_per_second)

    def daily(self, settings: Settings, now: datetime) -> list[Ask]:
        """Both files."""
        day = now.astimezone(NEW_YORK).date()
        return [self._ask(settings, kind, day) for kind in HEADERS]

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """Both files, as they are now: the directory has no past."""
        return self.daily(settings, plan.now)

    def validate(self, ask: Ask, body: bytes) -> None:
        """Raise BadPayload unless header, footer, number of rows and their shape are as expected."""
        kind = _kind(ask.feed)
        file = _take_apart(kind, body)
        if len(file.rows) < ROW_FLOOR:
            raise BadPayload(f"a {kind} file of {len(file.rows)} rows, where at least {ROW_FLOOR} are expected")
        # By the clock, not by the moment that a replay takes for now.
        if file.made_at > datetime.now(UTC) + ONE_DAY:
            raise BadPayload(f"a {kind} file of {file.made_at.date()}, a day that has not come")
        lines = len(file.rows) + len(file.misshapen)
        if 100 * len(file.misshapen) > MISSHAPEN_PERCENT * lines:
            raise BadPayload(f"a {kind} file in which {len(file.misshapen)} of {lines} rows do not have the columns")

    def read(self, landed: Landed) -> Frames:
        """Return `raw.directory`, one row a symbol, and `raw.source_rejects`.

        A row is known since the time of the footer, and describes its day in New York.
        """
        kind = _kind(landed.feed)
        file = _take_apart(kind, landed.body())
        about = {
            "source": pl.lit(self.name),
            "feed": pl.lit(landed.feed),
            "as_of": pl.lit(file.made_at.date(), dtype=pl.Date()),
            "known_at": pl.lit(naive_utc(file.made_at), dtype=pl.Datetime("us")),
        }
        schema = dict.fromkeys(HEADERS[kind].split("|"), pl.String())
        cells = pl.DataFrame(file.rows, schema=schema, orient="row").with_columns(pl.all().str.strip_chars())
        symbol_name = SYMBOL[kind]
        symbol = pl.col(symbol_name)
        rejects = Rejects(landed, file.made_at.date(), naive_utc(file.made_at))
        for line in file.misshapen:
            rejects.add(line.partition("|")[0].strip(), "line", line, "not the columns of the header; left out")
        is_symbol, is_first = symbol.str.contains(SOUND_SYMBOL), symbol.is_first_distinct()
        for text in cells.filter(~is_symbol)[symbol_name]:
            rejects.add(text, symbol_name, text, "no symbol; the row is left out")
        for text in cells.filter(is_symbol & ~is_first)[symbol_name]:
            rejects.add(text, symbol_name, text, "a second time; the first row is kept")
        told = cells.filter(is_symbol & is_first).with_columns(_row_of(kind)).with_columns(**about)
        for field, doubtful, reason in _doubts(kind):
            for row_key, text in told.filter(doubtful).select(symbol, text=field).iter_rows():
                rejects.add(row_key, field, text, reason)
        columns = (
            *("source", "feed", "as_of", "known_at", "symbol", "ticker", "name", "exchange", "is_active", "is_test"),
            *("is_etf", "financial_status", "security_kind"),
        )
        return {"raw.directory": told.select(columns), REJECTS: rejects.frame()}

    def _ask(self, settings: Settings, kind: str, day: date) -> Ask:
        return Ask(
            feed=f"{self.name}/{kind}", base_url=settings.symdir_url, path=f"/dynamic/SymDir/{kind}.txt", day=day
        )


def _kind(feed: str) -> str:
    return feed.partition("/")[2]


def _take_apart(kind: str, body: bytes) -> _File:
    """Split a file into rows and footer.

    Raises:
        BadPayload: another header (the host answers with a page "Page Not Available"), or no footer at the end.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadPayload(f"a {kind} file that is no text: {error.reason} at byte {error.start}") from None
    # Not splitlines: that would also break a row at a form feed or another odd character within a name.
    lines = [line.rstrip() for line in text.split("\n")]
    if lines[0] != HEADERS[kind]:
        raise BadPayload(f"no {kind} file: its first line is not the expected header")
    lines = [line for line in lines[1:] if line]
    made_at = _made_at(lines[-1]) if lines else None
    if made_at is None:
        raise BadPayload(f"a truncated {kind} file: it does not end with the time of its making")
    columns = HEADERS[kind].count("|") + 1
    rows = [line.split("|") for line in lines[:-1]]
    return _File(
        [row for row in rows if len(row) == columns], ["|".join(row) for row in rows if len(row) != columns], made_at
    )


def _made_at(footer: str) -> datetime | None:
    """The time in a footer; None if the line is none. `0927202618:01` is 18:01 of 27 September in New York."""
    match = _FOOTER.match(footer)
    if match is None:
        return None
    try:
        return datetime.strptime("".join(match.groups()), "%m%d%Y%H%M").replace(tzinfo=NEW_YORK)
    except ValueError:
        return None


def _row_of(kind: str) -> list[pl.Expr]:
    """The columns of `raw.directory` that a row itself tells; `security_kind` is left to who reads the name."""
    symbol = pl.col(SYMBOL[kind])
    if kind == NASDAQ_LISTED:
        ticker = directory_ticker_expr(symbol)
        exchange = pl.lit("nasdaq")
        status = pl.col("Financial Status")
        financial_status: pl.Expr = pl.when(status.is_in(_FINANCIAL_STATUS)).then(status)
    else:
        # The ACT symbol writes a warrant of series A like a class A (`NE.A`); the tape's symbol tells them apart.
        tape = pl.col("CQS Symbol")
        ticker = pl.when(tape != "").then(tape_ticker_expr(tape)).otherwise(directory_ticker_expr(symbol))
        exchange = pl.col("Exchange").replace_strict(_EXCHANGES, default="other", return_dtype=pl.String())
        financial_status = pl.lit(None, dtype=pl.String())
    name = pl.col("Security Name")
    return [
        symbol.alias("symbol"),
        ticker.alias("ticker"),
        pl.when(name != "").then(name).alias("name"),
        exchange.alias("exchange"),
        pl.lit(True).alias("is_active"),
        _flag("Test Issue").alias("is_test"),
        _flag("ETF").alias("is_etf"),
        financial_status.alias("financial_status"),
        pl.lit(None, dtype=pl.String()).alias("security_kind"),
    ]


def _flag(column: str) -> pl.Expr:
    return pl.col(column).replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean())


def _doubts(kind: str) -> list[tuple[str, pl.Expr, str]]:
    """Field, which rows hold in it what cannot be believed, and what came of it. A blank flag or status is none."""
    flags = [
        (field, ~pl.col(field).is_in([*_FLAGS, ""]), "neither Y nor N; null instead") for field in ("Test Issue", "ETF")
    ]
    if kind == NASDAQ_LISTED:
        status = ~pl.col("Financial Status").is_in([*_FINANCIAL_STATUS, ""])
        return [*flags, ("Financial Status", status, "an unknown status; null instead")]
    return [*flags, ("Exchange", ~pl.col("Exchange").is_in(list(_EXCHANGES)), "an unknown exchange; kept as other")]
