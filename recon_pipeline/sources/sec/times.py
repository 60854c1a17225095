"""Days and moments of the SEC: Eastern time, filing days, quarters and months.

Belongs here: when a filing became public, and the arithmetic of the SEC's periods. Does not belong here: which periods
a provider asks for (its own module), sessions of the exchange (`recon_pipeline/events.py`).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from recon_pipeline.events import NEW_YORK
from recon_pipeline.sources.feeds import naive_utc
from recon_pipeline.sources.rows import end_of_day

_ACCEPTED: Final = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?")
_DAY: Final = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
# EDGAR began in 1993; a year beyond the century is a slip of the pen.
_YEARS: Final = range(1900, 2100)


def day_of(text: str) -> date | None:
    """Return the day of `20210204` or `2021-02-04`; None where it is none."""
    found = _DAY.fullmatch(text)
    if not found or int(found[1]) not in _YEARS:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def public_at(accepted: str, filed: date) -> datetime | None:
    """Return when a filing became public (naive, UTC); None where `accepted` (Eastern) cannot be read.

    What is accepted after 17:30 is filed on the next business day and not shown before it: 7 % of the filings of 2021
    Q1 carry an acceptance of a day before `filed`. These are known at the end of the day that they were filed, so that
    nothing is known too early.
    """
    found = _ACCEPTED.fullmatch(accepted)
    if not found:
        return None
    try:
        moment = datetime.fromisoformat(f"{found[1]} {found[2]}").replace(tzinfo=NEW_YORK)
    except ValueError:
        return None
    return naive_utc(moment) if moment.date() >= filed else end_of_day(filed)


def new_york_day(moment: datetime) -> date:
    """Return the day of a moment in New York; a moment without a zone is UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(NEW_YORK).date()


def month_start(day: date, back: int = 0) -> date:
    """Return the first day of the month of `day`, or of the month that is `back` months before it."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def quarter_start(day: date, back: int = 0) -> date:
    """Return the first day of the quarter of `day`, or of the quarter that is `back` quarters before it."""
    return month_start(day, (day.month - 1) % 3 + 3 * back)


def month_end(start: date) -> date:
    """Return the last day of the month that begins on `start`."""
    return month_start(start, -1) - timedelta(days=1)


def quarter_end(start: date) -> date:
    """Return the last day of the quarter that begins on `start`."""
    return month_start(start, -3) - timedelta(days=1)


def quarter_number(start: date) -> int:
    """Return 1 to 4."""
    return (start.month + 2) // 3
