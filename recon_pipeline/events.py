"""The calendar: exchange sessions and the events of the index.

Belongs here: everything that turns a date or an event id into other dates. Announced dates come first
(`sql/reference/recon_events.csv`); the rule (`event_rule.py`) is the fallback for years that the table does not reach,
and the tests hold the two against each other.

Does not belong here: what an event computes (`sql/`), which sessions a run fetches (`pipeline.py`).

This is the only module that imports exchange_calendars, and it does so when the first session is asked for: that import
costs about a second.
"""

from __future__ import annotations

import difflib
import re
import warnings
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.event_rule import (
    SEASON_MONTHS,
    Publication,
    RuleDates,
    ipo_dates,
    publications,
    recon_dates,
    season_kind,
)
from recon_pipeline.rules import optional_day, reference_rows

if TYPE_CHECKING:
    import exchange_calendars

# 2003 gives the first event a past; the end is far enough for any schedule and near enough to build in a blink.
FIRST_DAY: Final = date(2003, 1, 1)
LAST_DAY: Final = date(2040, 12, 31)

NEW_YORK: Final = ZoneInfo("America/New_York")
AS_OF: Final = "-asof-"
"""Between the id of an event and the session that its projection is ranked on."""

SETTLING: Final = timedelta(minutes=30)
"""How long after the bell the closing prices still come in: the closing auction and its reports."""


@dataclass(frozen=True, slots=True)
class ReconEvent:
    """One reconstitution or one quarterly round of IPO additions.

    `effective_date` is the session after whose close the change holds; `lock_date` is the first day of the lock-down.
    For an IPO event `preliminary_date` is the day of the announcement. The IPO window is in calendar days, both ends
    included. `confirmed` means that rank day, preliminary and effective date were all found in a source.
    """

    event_id: str
    kind: str
    season: str
    rank_day: date
    preliminary_date: date | None
    lock_date: date | None
    effective_date: date
    ipo_window_start: date | None
    ipo_window_end: date | None
    source: str
    confirmed: bool
    note: str = ""
    publications: tuple[Publication, ...] = ()
    """The days of its lists, in order; none of a projection."""

    @property
    def is_projection(self) -> bool:
        """Whether this is the event as if an earlier day were its rank day (`as_of`)."""
        return AS_OF in self.event_id

    @property
    def effective_from(self) -> date:
        """First session on which the new membership holds."""
        return next_session(self.effective_date)


# --- sessions --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _exchange() -> exchange_calendars.ExchangeCalendar:
    import exchange_calendars

    # exchange_calendars 4.13 reads columns in a way that pandas 3.1 deprecates: nothing that a user of ours can act on.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return exchange_calendars.get_calendar("XNYS", start=FIRST_DAY.isoformat(), end=LAST_DAY.isoformat())


@lru_cache(maxsize=1)
def _all_sessions() -> tuple[date, ...]:
    return tuple(stamp.date() for stamp in _exchange().sessions)


def _covered(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadInput(
            f"{day} is outside the exchange calendar, which covers {FIRST_DAY} to {LAST_DAY}. Use a day in it."
        )
    return day


def sessions(start: date, end: date) -> list[date]:
    """Return the exchange sessions from `start` to `end`, both included, oldest first; empty if there is none.

    Raises:
        BadInput: a day outside the calendar, here and in all functions below.
    """
    known = _all_sessions()
    return list(known[bisect_left(known, _covered(start)) : bisect_right(known, _covered(end))])


def is_session(day: date) -> bool:
    """Tell if the exchange opened on `day`."""
    return bool(sessions(day, day))


def session_on_or_before(day: date) -> date:
    """Return `day` if it is a session, else the last session before it."""
    known = _all_sessions()
    position = bisect_right(known, _covered(day))
    if position == 0:
        raise BadInput(
            f"The exchange calendar begins on {FIRST_DAY} and knows no session up to {day}. Use a later day."
        )
    return known[position - 1]


def previous_session(day: date) -> date:
    """Return the last session strictly before `day`."""
    return session_on_or_before(day - timedelta(days=1))


def next_session(day: date) -> date:
    """Return the first session strictly after `day`."""
    known = _all_sessions()
    position = bisect_right(known, _covered(day))
    if position == len(known):
        raise BadInput(
            f"The exchange calendar ends on {LAST_DAY} and knows no session after {day}. Use an earlier day."
        )
    return known[position]


def is_market_open(moment: datetime) -> bool:
    """Tell if the exchange trades at `moment` (with a zone): from the open of a session up to its close."""
    day = moment.astimezone(NEW_YORK).date()
    return is_session(day) and _opens(day) <= moment < _closes(day)


def last_closed_session(moment: datetime) -> date:
    """Return the last session whose close was at least `SETTLING` before `moment` (with a zone).

    A usual session counts from 16:30 New York on, one that closes at 13:00 from 13:30 on.
    """
    day = moment.astimezone(NEW_YORK).date()
    closed = is_session(day) and _closes(day) + SETTLING <= moment
    return day if closed else previous_session(day)


def _opens(session: date) -> datetime:
    opens: datetime = _exchange().session_open(session.isoformat()).to_pydatetime()
    return opens


def _closes(session: date) -> datetime:
    closes: datetime = _exchange().session_close(session.isoformat()).to_pydatetime()
    return closes


# --- announced dates -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _announced() -> dict[str, ReconEvent]:
    table: dict[str, ReconEvent] = {}
    published = _announced_publications()
    for line, row in reference_rows("recon_events.csv"):
        try:
            table[row["event_id"]] = ReconEvent(
                event_id=row["event_id"],
                kind=row["kind"],
                season=row["season"],
                rank_day=date.fromisoformat(row["rank_day"]),
                preliminary_date=optional_day(row["preliminary_date"]),
                lock_date=optional_day(row["lock_date"]),
                effective_date=date.fromisoformat(row["effective_date"]),
                ipo_window_start=optional_day(row["ipo_window_start"]),
                ipo_window_end=optional_day(row["ipo_window_end"]),
                source=row["source"],
                confirmed={"true": True, "false": False}[row["confirmed"]],
                note=row["note"],
                publications=published.get(row["event_id"], ()),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ContractBroken(
                f"Reading recon_events.csv failed at line {line}: {error!r}. "
                "Correct the row: dates are ISO, confirmed is true or false."
            ) from error
    return dict(sorted(table.items()))


def _announced_publications() -> dict[str, tuple[Publication, ...]]:
    table: dict[str, tuple[Publication, ...]] = {}
    for line, row in reference_rows("publications.csv"):
        try:
            entry = Publication(date.fromisoformat(row["publication_date"]), row["kind"])
            table[row["event_id"]] = (*table.get(row["event_id"], ()), entry)
        except (KeyError, TypeError, ValueError) as error:
            raise ContractBroken(
                f"Reading publications.csv failed at line {line}: {error!r}. Correct the row: dates are ISO."
            ) from error
    return {event_id: tuple(sorted(entries)) for event_id, entries in table.items()}


# --- the rule, as fallback -------------------------------------------------------------------------------------------


def rule_event(year: int, season: str) -> ReconEvent:
    """Return the event of a season (march, june, september, december) as the rule alone gives it.

    The rule is not what was announced: use `event` unless the difference is the question. The IPO window starts after
    the rank day of the event before it, as announced if it was; it is open for the first event.

    Raises:
        BadInput: no event of the index falls in that season.
    """
    kind = season_kind(year, season) if season in SEASON_MONTHS and FIRST_DAY.year < year < LAST_DAY.year else None
    if kind is None:
        raise BadInput(
            f"No event follows from the rules for {season} {year}. "
            f"Events are in {', '.join(SEASON_MONTHS)}, from June 2004 to the end of {LAST_DAY.year - 1}."
        )
    dates = _rule_dates(year, season, kind)
    previous = _previous_rank_day(year, season)
    return ReconEvent(
        event_id=_event_id(year, season, kind),
        kind=kind,
        season=season,
        rank_day=dates.rank_day,
        preliminary_date=dates.preliminary_date,
        lock_date=dates.lock_date,
        effective_date=dates.effective_date,
        ipo_window_start=previous + timedelta(days=1) if previous else None,
        ipo_window_end=dates.rank_day,
        source="rule; methodology 11.2" if kind == "recon" else "rule; methodology 9.11",
        confirmed=False,
        note="all dates by rule",
        publications=publications(dates),
    )


def _event_id(year: int, season: str, kind: str) -> str:
    return f"{year}-{SEASON_MONTHS[season]:02}-{kind}"


def _rule_dates(year: int, season: str, kind: str) -> RuleDates:
    dates_of = recon_dates if kind == "recon" else ipo_dates
    return dates_of(year, season, session_on_or_before)


def _previous_rank_day(year: int, season: str) -> date | None:
    seasons = list(SEASON_MONTHS)
    position = seasons.index(season)
    year, season = (year, seasons[position - 1]) if position else (year - 1, seasons[-1])
    kind = season_kind(year, season)
    if kind is None:
        return None
    announced = _announced().get(_event_id(year, season, kind))
    return announced.rank_day if announced else _rule_dates(year, season, kind).rank_day


# --- the door --------------------------------------------------------------------------------------------------------


def events() -> dict[str, ReconEvent]:
    """Return every event of the reference table (2004 to 2027) by id, oldest first (methodology 9.12 and 11.3)."""
    return dict(_announced())


def event(event_id: str) -> ReconEvent:
    """Return one event: as announced where the table has it, by rule in the years after the table.

    Raises:
        BadInput: there is no such event; the message names near ids.
    """
    base, separator, day = event_id.partition(AS_OF)
    if separator:
        return as_of(event(base), _as_of_day(event_id, day))
    found = _announced().get(event_id) or _by_rule_after_table(_year_of(event_id)).get(event_id)
    if found:
        return found
    raise BadInput(
        f"The calendar was asked for event {event_id!r} and has none of that name. "
        f"Near ids: {', '.join(_near_ids(event_id))}. "
        "An id is the month of the effective date and a kind, as 2023-06-recon; `recon calendar` lists all."
    )


def as_of(base: ReconEvent, day: date) -> ReconEvent:
    """Return the projection of an event: the same but ranked on an earlier session `day`, under an id of its own.

    Raises:
        BadInput: `day` is no session before the rank day.
    """
    if not is_session(day) or day > base.rank_day:
        raise BadInput(
            f"Projecting {base.event_id} as of {day}: that is no session up to its rank day {base.rank_day}. "
            "Choose one."
        )
    return replace(
        base,
        event_id=f"{base.event_id}{AS_OF}{day}",
        rank_day=day,
        source=f"projection; {base.source}",
        confirmed=False,
        note=f"as if {day} were the rank day",
        publications=(),
    )


def _as_of_day(event_id: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"The event {event_id!r} does not end in a day, as 2023-06-recon{AS_OF}2023-03-31.") from error


def between(first: str, last: str) -> list[ReconEvent]:
    """Return the events of the calendar from one id to another, both included, oldest first.

    Raises:
        BadInput: there is no such event, one is a projection, or the last comes before the first.
    """
    start, end = event(first), event(last)
    if start.is_projection or end.is_projection:
        raise BadInput(
            f"Events from {first} to {last}: a projection is no event of the calendar. Name two of its events."
        )
    if end.event_id < start.event_id:
        raise BadInput(f"Events from {first} to {last}: the last comes before the first. Exchange --from and --to.")
    years = range(start.effective_date.year, end.effective_date.year + 1)
    known = _announced() | {key: found for year in years for key, found in _by_rule_after_table(year).items()}
    return [known[event_id] for event_id in sorted(known) if first <= event_id <= last]


def next_event(day: date) -> ReconEvent:
    """Return the first event, of either kind, whose rank day is `day` or later."""
    for year in range(day.year, LAST_DAY.year):
        table = {**_announced(), **_by_rule_after_table(year)}
        later = [found for found in table.values() if found.rank_day >= day]
        if later:
            return min(later, key=lambda found: found.rank_day)
    raise BadInput(f"The calendar knows no event after {day}. Use an earlier day.")


def vintages(event: ReconEvent) -> tuple[date, ...]:
    """Return the days as of which an event can be run, in order: its vintages.

    These are its rank day, each day of its lists, and the first session of the new membership, on which its symbols
    show. A projection has the session that it is ranked on alone.
    """
    if event.is_projection:
        return (event.rank_day,)
    return (event.rank_day, *(entry.day for entry in event.publications), event.effective_from)


def known_at(event: ReconEvent, moment: datetime) -> date:
    """Return the vintage that a run of an event at `moment` (with a zone) makes: the last whose session has closed.

    Before the rank day has closed it is the rank day: such a run has no prices to rank by.
    """
    closed = last_closed_session(moment)
    return max((day for day in vintages(event) if day <= closed), default=event.rank_day)


def events_around(start: date, end: date) -> list[ReconEvent]:
    """Return the events with a day from `start` to `end` (rank day to first session), in order, table and rule.

    Raises:
        BadInput: a day outside the calendar.
    """
    _covered(start), _covered(end)
    years = range(start.year - 1, min(end.year + 1, LAST_DAY.year - 1) + 1)
    found = {**_announced()}
    for year in years:
        found.update(_by_rule_after_table(year))
    return [each for each in found.values() if each.rank_day <= end and each.effective_from >= start]


def _year_of(event_id: str) -> int:
    """Return the year that an id starts with, 0 if it does not start with one."""
    head = re.match(r"[0-9]{4}(?![0-9])", event_id)
    return int(head[0]) if head else 0


def _by_rule_after_table(year: int) -> dict[str, ReconEvent]:
    last = max(found.effective_date for found in _announced().values())
    if not last.year < year < LAST_DAY.year:
        return {}
    return {found.event_id: found for found in (rule_event(year, season) for season in SEASON_MONTHS)}


def _near_ids(event_id: str) -> list[str]:
    """Return the events of the year that was asked for, else ids of similar spelling, else the ends of the table."""
    announced, year = _announced(), _year_of(event_id)
    of_year = [known for known, found in announced.items() if found.effective_date.year == year]
    near = of_year or list(_by_rule_after_table(year))
    if not near and not year:
        near = difflib.get_close_matches(event_id, announced, n=4, cutoff=0.5)
    return near or [min(announced), max(announced)]
