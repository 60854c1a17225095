"""The SEC's full index: which forms of listing, offering and delisting, and which reports, were filed (providers 1.7).

Belongs here: `form.idx` of a quarter, from asking to rows of raw.filings. A filing stands once for each filer that it
names: a 25-NSE under the exchange and under the company.

Does not belong here: what a form means for a listing (`sql/core`), and the filings in the submissions of a filer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

import polars as pl

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.rows import REJECTS, Rejects, end_of_day
from recon_pipeline.sources.sec.client import SecProvider
from recon_pipeline.sources.sec.tables import cik_of
from recon_pipeline.sources.sec.times import (
    day_of,
    new_york_day,
    quarter_end,
    quarter_number,
    quarter_start,
)

MOST_QUARTERS: Final = 5
# The index of a quarter takes in late corrections for some days.
FINAL_AFTER: Final = timedelta(days=3)
# A whole quarter has over 200,000 rows since 2003, and a day some thousand.
ROW_FLOOR: Final = 50_000
ROW_FLOOR_RUNNING: Final = 500

# What tells of listing, offering and delisting, and the reports that tell what kind of filer it is.
FORMS: Final = re.compile(
    r"8-A12B(?:/A)?|10-12B|424B[14]|CERT[A-Z]*|25(?:-NSE)?|15-(?:12B|12G|15D)|10-KT?|20-F|40-F|N-CSRS?|N-2"
)
_HEADER: Final = re.compile(r"Form Type +Company Name +CIK +Date Filed +File Name *")
_TWO_COLUMNS: Final = re.compile(r"\S {2,}\S")
_FILE: Final = re.compile(r"edgar/data/[0-9]+/([0-9]{10}-[0-9]{2}-[0-9]{6})\.txt")
_SCHEMA: Final = {
    **{"cik": pl.Int64(), "company_name": pl.String(), "form": pl.String(), "filed_date": pl.Date()},
    **{"known_at": pl.Datetime("us"), "accession": pl.String()},
}
_Filing = tuple[int, str | None, str, date, datetime, str]


class SecIndex(SecProvider):
    """One file a quarter, which grows until the quarter has ended."""

    name: ClassVar[str] = "sec_index"

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """The quarters from the rank day before to the rank day that have begun, the newest five, oldest first."""
        today = new_york_day(plan.now)
        newest = quarter_start(min(plan.rank_day, today))
        oldest = quarter_start(plan.previous_rank_day)
        quarters = [quarter_start(newest, back) for back in reversed(range(MOST_QUARTERS))]
        return [_ask(settings, quarter, today) for quarter in quarters if quarter >= oldest]

    def validate(self, ask: Ask, body: bytes) -> None:
        """Raise BadPayload on what is no whole index.

        Raises:
            BadPayload: markup, another header, rows that do not stand under it, an unfinished last line, too few rows.
        """
        index = _open(body)
        floor = ROW_FLOOR if ask.is_final else ROW_FLOOR_RUNNING
        if len(index.lines) < floor:
            raise BadPayload(f"a form.idx of {len(index.lines)} rows, where at least {floor} are expected")

    def read(self, landed: Landed) -> Frames:
        """Return raw.filings (the forms of FORMS) and raw.source_rejects."""
        rejects = Rejects(landed, landed.row.session, landed.known_at)
        kept = pl.DataFrame(list(_filings(_open(landed.body()), rejects)), schema=_SCHEMA, orient="row")
        filings = kept.unique(keep="first", maintain_order=True).select(pl.lit(self.name).alias("source"), *_SCHEMA)
        return {"raw.filings": filings, REJECTS: rejects.frame()}


@dataclass(frozen=True, slots=True)
class _Index:
    """The rows of an index, and the column in which the name of the company begins."""

    lines: list[str]
    name_at: int


def _ask(settings: Settings, quarter: date, today: date) -> Ask:
    return Ask(
        feed="sec_index/quarter",
        base_url=settings.sec_files_url,
        path=f"/Archives/edgar/full-index/{quarter.year}/QTR{quarter_number(quarter)}/form.idx",
        day=quarter,
        is_final=today > quarter_end(quarter) + FINAL_AFTER,
    )


def _open(body: bytes) -> _Index:
    if body.lstrip()[:1] == b"<":
        raise BadPayload("a page of markup where form.idx should be")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = body.decode("latin-1")
    head, dashes, tail = text.partition("\n---")
    header = head.rpartition("\n")[2].rstrip("\r")
    if not dashes or not _HEADER.fullmatch(header):
        raise BadPayload("a form.idx without its header, or with other columns than form, company, CIK, date and file")
    rule, _, rows = tail.partition("\n")
    if rule.strip("-\r "):
        raise BadPayload("a form.idx without the line of dashes under its header")
    # Not splitlines: a name may hold a character that it takes for the end of a line.
    lines = [line for line in rows.split("\n") if line.strip()]
    if lines and (not rows.endswith("\n") or _parts(lines[-1]) is None):
        raise BadPayload("a form.idx that is cut short: its last line is not whole")
    index = _Index(lines, header.index("Company Name"))
    _judge_columns(index)
    return index


def _judge_columns(index: _Index) -> None:
    """Refuse an index whose names do not begin where the header says: its forms would be read wrong, in silence."""
    first = index.lines[:1000]
    astray = [
        line for line in first if line[index.name_at - 1 :][:1].strip() or _TWO_COLUMNS.search(line[: index.name_at])
    ]
    # Some rows are always astray: `SCHEDULE 13G/A` is longer than the column.
    if 2 * len(astray) > len(first):
        raise BadPayload("a form.idx whose rows do not stand under its header")


def _parts(line: str) -> list[str] | None:
    """Return form and company, CIK, day and file. The last three hold no blank, so they are read from the end."""
    parts = line.rstrip().rsplit(None, 3)
    return parts if len(parts) == 4 and parts[3].startswith("edgar/") else None


def _filings(index: _Index, rejects: Rejects) -> Iterator[_Filing]:
    for line in index.lines:
        form = line[: index.name_at].strip()
        if not FORMS.fullmatch(form):
            continue
        parts = _parts(line)
        _, cik_text, day_text, file_text = parts or ("", "", "", line)
        cik, filed, file = cik_of(cik_text), day_of(day_text), _FILE.fullmatch(file_text)
        if parts is None or cik is None or filed is None or file is None:
            rejects.add(cik_text, "row", line.strip(), "not read as CIK, day and file; the filing is left out")
            continue
        yield cik, parts[0][index.name_at :].strip() or None, form, filed, end_of_day(filed), file[1]
