"""The rule of the calendar: which seasons have an event, and its days and those of its lists, were nothing announced.

Belongs here: methodology 9.11 (IPO rounds) and 11.2 (reconstitutions) as arithmetic on dates. Weeks and regimes come
from `sql/reference/rules.csv`, so that a change of rule is a dated row and no change of code.

Does not belong here: announced dates and the exchange calendar (`events.py`), which hands in the one question that the
rule has for an exchange: the last session on or before a day.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from recon_pipeline.rules import rules_on

SEASON_MONTHS: Final = {"march": 3, "june": 6, "september": 9, "december": 12}

OnOrBefore = Callable[[date], date]


class Publication(NamedTuple):
    """A day on which the lists of an event are published, after the close: `preliminary`, `update` or `final`.

    For an IPO event `preliminary` is its announcement; `final` is the effective date.
    """

    day: date
    kind: str


class RuleDates(NamedTuple):
    """The dates of one event by rule; None where the rules know no such date."""

    rank_day: date
    preliminary_date: date | None
    lock_date: date | None
    effective_date: date
    updates: tuple[date, ...] = ()


def season_rules(year: int, season: str) -> dict[str, Decimal]:
    """Return the rules for the event of a season; empty before the first rule."""
    # Effective dates fall on the 11th or later, and rules of the calendar change on the first of a month.
    return rules_on(date(year, SEASON_MONTHS[season], 28))


def season_kind(year: int, season: str) -> str | None:
    """Return `recon` or `ipo`, None where no event falls in that season."""
    rules = season_rules(year, season)
    if not rules:
        return None
    if season == "june" or (season == "december" and rules["second_reconstitution"]):
        return "recon"
    return "ipo" if rules["ipo_regime"] else None


def recon_dates(year: int, season: str, on_or_before: OnOrBefore) -> RuleDates:
    """Return the dates of the reconstitution of June or December (methodology 11.2)."""
    rules = season_rules(year, season)
    fridays = _fridays(year, SEASON_MONTHS[season])
    if season == "december":
        friday = fridays[1]
    elif rules["recon_effective_regime"] == 1:
        friday = fridays[-1]
    else:
        friday = fridays[3]

    if season == "december":
        rank_day = _month_end(year, 10)
    elif rules["recon_rank_regime"] == 1:
        rank_day = _month_end(year, 5)
    elif rules["recon_rank_regime"] == 2:
        # The May Fridays of 2017-2022 look irregular; all six are four weeks before the preliminary list.
        rank_day = friday - timedelta(weeks=int(rules["preliminary_weeks_june"]) + 4)
    else:
        rank_day = _month_end(year, 4)

    preliminary = _weeks_before(friday, rules[f"preliminary_weeks_{season}"])
    # A lock-down of n weeks ends with the week of the effective Friday and starts on the Monday of its first week.
    lock = _weeks_before(friday + timedelta(days=3), rules[f"lock_weeks_{season}"])
    return RuleDates(
        on_or_before(rank_day),
        on_or_before(preliminary) if preliminary else None,
        on_or_before(lock) if lock else None,
        on_or_before(friday),
        tuple(on_or_before(day) for day in _weekly(preliminary, friday, rules["update_weeks"])) if preliminary else (),
    )


def ipo_dates(year: int, season: str, on_or_before: OnOrBefore) -> RuleDates:
    """Return the dates of a quarterly round of IPO additions (methodology 9.11, its regimes A to E are 1 to 5)."""
    rules = season_rules(year, season)
    month, regime = SEASON_MONTHS[season], rules["ipo_regime"]
    friday = _fridays(year, month)[2]
    if regime in (1, 2):
        rank_day = _month_end(year, month - 1)
    elif regime == 3:
        rank_day = friday - timedelta(weeks=5)
    else:
        rank_day = _month_end(year, month - 2)
    announced = _weeks_before(friday, rules["ipo_announce_weeks"])
    return RuleDates(
        on_or_before(rank_day),
        on_or_before(announced) if announced else None,
        None,
        on_or_before(_month_end(year, month) if regime == 1 else friday),
    )


def _fridays(year: int, month: int) -> list[date]:
    first = date(year, month, 1)
    friday = first + timedelta(days=(4 - first.weekday()) % 7)
    return [day for day in (friday + timedelta(weeks=week) for week in range(5)) if day.month == month]


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _weekly(first: date, last: date, weeks: Decimal) -> list[date]:
    """Return the days between two days that follow on the first by so many weeks each; neither end is among them."""
    step = timedelta(weeks=int(weeks))
    return [first + number * step for number in range(1, ((last - first) - timedelta(days=1)) // step + 1)]


def _weeks_before(day: date, weeks: Decimal) -> date | None:
    """Count back from a nominal day, before any holiday moves it; 0 in rules.csv says that the weeks are not known."""
    return day - timedelta(weeks=int(weeks)) if weeks else None


def publications(dates: RuleDates) -> tuple[Publication, ...]:
    """Return the days on which the lists of an event are published by rule, in order."""
    first = [Publication(dates.preliminary_date, "preliminary")] if dates.preliminary_date else []
    updates = [Publication(day, "update") for day in dates.updates]
    return (*first, *updates, Publication(dates.effective_date, "final"))
