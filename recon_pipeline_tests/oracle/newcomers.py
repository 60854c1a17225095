"""Who is an IPO at a quarterly event (methodology 9.2, 9.6, 9.7): the day and way of a first listing, and the window.

What does not belong here: whether a newcomer is eligible (`eligibility`), how large it must be (`additions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from recon_pipeline_tests.oracle.methodology import DISCLOSE_FROM, LOCK_UP, LOCK_UP_FROM, MUST_DISCLOSE, OFFERED


@dataclass(frozen=True, slots=True)
class Debut:
    """How a company came to an exchange: `way` is underwritten, best_efforts, direct, spin_off, uplisting,
    cross_listing, merger (with a blank-check company) or conversion.

    `shell_on` is the first listing of the blank-check company, None where that was before memory. `told_on` is the day
    on which the shares that there are after the listing were first public. `offered` shares were sold. `parent` is the
    company whose holders were given the shares of a spin-off.
    """

    on: date
    way: str
    shell_on: date | None = None
    told_on: date | None = None
    offered: int = 0
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The days of an event, both included, and those of the window before it: None where that ended with a
    reconstitution, which took in everybody who was there. The rules are those of the day after whose close the event is
    `effective`."""

    first: date
    last: date
    effective: date
    before: tuple[date, date] | None = None


def is_ipo(debut: Debut, window: Window) -> tuple[bool, str]:
    """Whether a newcomer is an IPO of the event of a window, and why."""
    if debut.on > window.last:
        return False, f"listed on {debut.on}, after the window"
    if debut.way == "merger":
        return _merged(debut, window)
    if debut.on < window.first:
        return _was_deferred(debut, window)
    if debut.way not in OFFERED:
        return False, f"9.2: {debut.way.replace('_', ' ')} on {debut.on} is no IPO"
    if not _has_told(debut, window.last, window):
        return False, f"9.6: {debut.way.replace('_', ' ')} on {debut.on}, its shares are not public by {window.last}"
    return True, f"9.2: {debut.way.replace('_', ' ')} on {debut.on}"


def _has_told(debut: Debut, day: date, window: Window) -> bool:
    if debut.way not in MUST_DISCLOSE or window.effective < DISCLOSE_FROM:
        return True
    return debut.told_on is not None and debut.told_on <= day


def _was_deferred(debut: Debut, window: Window) -> tuple[bool, str]:
    """9.6: who had not told its shares waits for one quarter, and then for the reconstitution."""
    if window.before is None or not window.before[0] <= debut.on <= window.before[1]:
        return False, f"listed on {debut.on}, before the window"
    if debut.way not in OFFERED or _has_told(debut, window.before[1], window):
        return False, f"listed on {debut.on}, of the window before"
    if not _has_told(debut, window.last, window):
        return False, f"9.6: its shares are still not public by {window.last}; it waits for the reconstitution"
    return (
        True,
        f"9.6: {debut.way.replace('_', ' ')} on {debut.on}, deferred: its shares are public since {debut.told_on}",
    )


def _merged(debut: Debut, window: Window) -> tuple[bool, str]:
    """9.7: both days within the window, or, by the newer text, the end of the lock-up in it."""
    if window.effective >= LOCK_UP_FROM:
        free_on = debut.on + LOCK_UP
        return window.first <= free_on <= window.last, f"9.7: merged on {debut.on}, locked up until {free_on}"
    if debut.on < window.first:
        return False, f"9.7: merged on {debut.on}, before the window"
    if debut.shell_on is None or debut.shell_on < window.first:
        return False, f"9.7: merged on {debut.on}, listed before the window"
    return True, f"9.7: listed on {debut.shell_on} and merged on {debut.on}, within the window"
