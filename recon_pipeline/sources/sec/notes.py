"""The SEC's Financial Statement and Notes data sets: share counts and tickers by class of stock (providers 1.6).

Belongs here: `<yyyy>_<mm>_notes.zip`, one a month since 2020-10 (before: `<yyyy>q<n>_notes.zip`), of which four tables
are read: `sub` (filings), `num` (figures), `txt` (texts) and `dim` (what a figure is split by). The JSON of the SEC has
no figure by class, so that this is the source for companies of more than one.

Does not belong here: the form of the tables (`tables.py`), which of their rows matter (`classes.py`).
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import IO, ClassVar, Final

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.rows import REJECTS, Rejects
from recon_pipeline.sources.sec.classes import (
    Passed,
    class_of,
    cover_facts,
    filer_tickers,
    is_figure,
    is_symbol,
    may_be_figure,
    may_be_symbol,
)
from recon_pipeline.sources.sec.client import SecProvider
from recon_pipeline.sources.sec.tables import filer_frame, read_filings, rows
from recon_pipeline.sources.sec.times import (
    month_end,
    month_start,
    new_york_day,
    quarter_end,
    quarter_number,
    quarter_start,
)
from recon_pipeline.sources.zips import Limits, members

FOLDER: Final = "/files/dera/data/financial-statement-notes-data-sets"
FIRST_QUARTER: Final = date(2009, 4, 1)
FIRST_MONTH: Final = date(2020, 10, 1)
PUBLISHED_AFTER: Final = timedelta(days=8)
# The month of the rank day, and four before: every filer but a few states its shares once in a quarter.
MONTHS_BEFORE: Final = 4

SUB, NUM, TXT, DIM = "sub.tsv", "num.tsv", "txt.tsv", "dim.tsv"
TABLES: Final = (SUB, NUM, TXT, DIM)
# `num` and `txt` of a month hold some GB each.
LIMITS: Final = Limits(most_members=50, most_member_bytes=30 * 10**9, most_total_bytes=60 * 10**9, most_ratio=200)

NUM_COLUMNS: Final = ("adsh", "tag", "version", "ddate", "uom", "dimh", "iprx", "coreg", "value")
TXT_COLUMNS: Final = ("adsh", "tag", "version", "dimh", "iprx", "coreg", "value")
DIM_COLUMNS: Final = ("dimhash", "segments")


class SecNotes(SecProvider):
    """One zip a month, published about eight days after it and not changed later."""

    name: ClassVar[str] = "sec_notes"

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """The month of the rank day and the four before it, as far as they are published, oldest first."""
        months = [month_start(plan.rank_day, back) for back in reversed(range(MONTHS_BEFORE + 1))]
        periods = dict.fromkeys(month if month >= FIRST_MONTH else quarter_start(month) for month in months)
        today = new_york_day(plan.now)
        return [
            _ask(settings, period)
            for period in periods
            if period >= FIRST_QUARTER and _end(period) + PUBLISHED_AFTER <= today
        ]

    def validate(self, ask: Ask, body: bytes) -> None:
        """Nothing: the zip is streamed to disk, and `read` judges it."""

    def read(self, landed: Landed) -> Frames:
        """Return raw.filers, raw.filer_tickers, raw.cover_facts and raw.source_rejects.

        `num` and `txt` pass by as streams: memory is bounded by the rows that are kept. `end_date` is the `ddate` of
        `num`, which the SEC rounds to the nearest end of a month, and at most the day of filing.

        Raises:
            BadPayload: no sound zip, a table missing, or a table without a column or its rows.
        """
        rejects = Rejects(landed, landed.row.session, landed.known_at)
        passed = _pass(landed.path(), rejects)
        return {
            "raw.filers": filer_frame(passed.filings.values(), self.name),
            "raw.filer_tickers": filer_tickers(passed, rejects, self.name),
            "raw.cover_facts": cover_facts(passed, rejects, self.name),
            REJECTS: rejects.frame(),
        }


def _ask(settings: Settings, period: date) -> Ask:
    stem = f"{period:%Y_%m}" if period >= FIRST_MONTH else f"{period.year}q{quarter_number(period)}"
    return Ask(
        feed="sec_notes/month",
        base_url=settings.sec_files_url,
        path=f"{FOLDER}/{stem}_notes.zip",
        day=period,
        is_final=True,
        is_big=True,
    )


def _end(period: date) -> date:
    return month_end(period) if period >= FIRST_MONTH else quarter_end(period)


def _pass(path: Path, rejects: Rejects) -> Passed:
    """Let all tables pass by once. `dim` comes last: of its millions of rows only those that are used are kept."""
    passed = Passed()
    seen = set()
    for wanted in ((SUB, NUM, TXT), (DIM,)):
        for member in members(path, wanted=wanted.__contains__, limits=LIMITS):
            if member.name in seen:
                raise BadPayload(f"a Financial Statement and Notes data set with {member.name} twice")
            seen.add(member.name)
            with member.open() as stream:
                _take(member.name, stream, passed, rejects)
    missing = [table for table in TABLES if table not in seen]
    if missing:
        raise BadPayload(f"a Financial Statement and Notes data set without {', '.join(missing)}")
    return passed


def _take(table: str, stream: IO[bytes], passed: Passed, rejects: Rejects) -> None:
    if table == SUB:
        passed.filings = read_filings(stream, SUB, rejects)
    elif table == NUM:
        figures = rows(stream, NUM, NUM_COLUMNS, rejects, may_matter=may_be_figure)
        passed.figures = [row for row in figures if is_figure(row)]
    elif table == TXT:
        texts = rows(stream, TXT, TXT_COLUMNS, rejects, may_matter=may_be_symbol)
        passed.texts = [row for row in texts if is_symbol(row)]
    else:
        used = {row["dimh"] for row in (*passed.figures, *passed.texts)}
        split = {
            row["dimhash"]: row["segments"] for row in rows(stream, DIM, DIM_COLUMNS, rejects) if row["dimhash"] in used
        }
        passed.class_of.update({key: class_of(text) for key, text in split.items()})
