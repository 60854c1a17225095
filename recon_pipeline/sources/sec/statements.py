"""The SEC's Financial Statement data sets: who filed what, as it was filed (providers 1.6).

Belongs here: `<yyyy>q<n>.zip`, one a quarter, of which `sub.txt` alone is read: name, SIC, incorporation and
headquarters as each filing had them, and the ticker that begins the name of its data file. Figures are not read:
`num.txt` had no classes of stock before December 2024 (`notes.py` has).

Does not belong here: the form of the table `sub` (`tables.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar, Final

import polars as pl

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.rows import REJECTS, Rejects
from recon_pipeline.sources.sec.client import SecProvider
from recon_pipeline.sources.sec.tables import Filing, filer_frame, read_filings
from recon_pipeline.sources.sec.times import new_york_day, quarter_end, quarter_number, quarter_start
from recon_pipeline.sources.zips import Limits, members
from recon_pipeline.symbols import sec_ticker_expr

FOLDER: Final = "/files/dera/data/financial-statement-data-sets"
TABLE: Final = "sub.txt"
# XBRL became due with the quarters that ended after 15 June 2009, and the first filings came a little before.
FIRST_QUARTER: Final = date(2009, 4, 1)
PUBLISHED_AFTER: Final = timedelta(days=50)
# A year and a quarter: the membership before the event is up to a year old, and its companies filed before that.
NEWEST: Final = 5
# Most annual reports come in the first quarter. For an event of more than a year ago those of two years before tell in
# time of filers that have not stated since; for a later one their headers were fetched in time or soon after.
EARLIER_YEARS: Final = 2
PAST_AFTER: Final = timedelta(days=365)
# A zip has five members; `sub.txt` has about 6 MB and shrinks sixfold.
LIMITS: Final = Limits(most_members=50, most_member_bytes=500_000_000, most_total_bytes=500_000_000, most_ratio=100)

# `aapl-20210327_htm.xml`. No ticker of a US exchange holds a digit, and `form8-k.xml` holds no ticker.
_PREFIX: Final = re.compile(r"([A-Za-z]{1,5})-")
# What filing agents and filers without a ticker begin their names with: many filers, and no symbol of any exchange.
NO_TICKERS: Final = frozenset({"NONE", "TMB", "FORMS"})


class SecStatements(SecProvider):
    """One zip a quarter, published about 50 days after it and not changed later."""

    name: ClassVar[str] = "sec_statements"

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """The newest five quarters that ended before the rank day and are published, oldest first; for an event of more
        than a year ago also the first quarters of the two years before its own."""
        today = new_york_day(plan.now)
        before = [quarter_start(plan.rank_day, back) for back in range(1, 12)]
        published = [
            quarter
            for quarter in before
            if quarter >= FIRST_QUARTER and quarter_end(quarter) + PUBLISHED_AFTER <= today
        ]
        yearly = [
            quarter
            for quarter in published[NEWEST:]
            if quarter.month == 1
            and quarter.year >= plan.rank_day.year - EARLIER_YEARS
            and today > plan.rank_day + PAST_AFTER
        ]
        return [_ask(settings, quarter) for quarter in reversed(published[:NEWEST] + yearly)]

    def validate(self, ask: Ask, body: bytes) -> None:
        """Nothing: the zip is streamed to disk, and `read` judges it."""

    def read(self, landed: Landed) -> Frames:
        """Return raw.filers (a row a filing), raw.filer_tickers and raw.source_rejects.

        Raises:
            BadPayload: no sound zip, without the table, or the table lacks a column or its rows.
        """
        rejects = Rejects(landed, landed.row.session, landed.known_at)
        filings = _filings(landed, rejects)
        return {
            "raw.filers": filer_frame(filings, self.name),
            "raw.filer_tickers": _tickers(filings, self.name),
            REJECTS: rejects.frame(),
        }


def _ask(settings: Settings, quarter: date) -> Ask:
    return Ask(
        feed="sec_statements/quarter",
        base_url=settings.sec_files_url,
        path=f"{FOLDER}/{quarter.year}q{quarter_number(quarter)}.zip",
        day=quarter,
        is_final=True,
        is_big=True,
    )


def _filings(landed: Landed, rejects: Rejects) -> list[Filing]:
    for member in members(landed.path(), wanted=lambda name: name == TABLE, limits=LIMITS):
        with member.open() as stream:
            return list(read_filings(stream, TABLE, rejects).values())
    raise BadPayload(f"a Financial Statement data set without {TABLE}")


def _tickers(filings: Iterable[Filing], source: str) -> pl.DataFrame:
    """Return rows of raw.filer_tickers: what begins the names of data files.

    It is the filer's own habit and no register: a subsidiary may use its parent's (AEP stands for seven filers).
    """
    found = [
        (filing.cik, filing.filed, filing.known_at, prefix[1])
        for filing in filings
        if (prefix := _PREFIX.match(filing.instance)) and prefix[1].upper() not in NO_TICKERS
    ]
    schema = {"cik": pl.Int64(), "as_of": pl.Date(), "known_at": pl.Datetime("us"), "symbol": pl.String()}
    return (
        pl.DataFrame(found, schema=schema, orient="row")
        .unique(keep="first", maintain_order=True)
        .select(
            *(pl.lit(source).alias("source"), "cik", "as_of", "known_at", "symbol"),
            ticker=sec_ticker_expr(pl.col("symbol")),
            class_member=pl.lit(None, dtype=pl.String()),
        )
    )
