"""Quarterly IPO additions and fast entries (methodology 9): who is added where, by breakpoints and without bands.

What does not belong here: reconstitutions (`story`), who is an IPO (`newcomers`), who leaves (`between`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from recon_pipeline_tests.oracle.between import remaining
from recon_pipeline_tests.oracle.eligibility import Judge, Verdict
from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.methodology import (
    FAILING_VOTES,
    FAST_CUT,
    FAST_FROM,
    FAST_SESSIONS,
    LOCK_UP_FROM,
    rules_on,
)
from recon_pipeline_tests.oracle.newcomers import Debut, Window, is_ipo
from recon_pipeline_tests.oracle.performance import FLOOR, Bars, Base
from recon_pipeline_tests.oracle.presumption import Presumption
from recon_pipeline_tests.oracle.story import Change, Members, Opening

TOPS: Final = ("TOP50", "TOP200", "TOP500")


@dataclass(frozen=True, slots=True)
class Round:
    """A quarterly event: its days, and its window."""

    event_id: str
    rank_day: date
    effective: date
    effective_from: date
    window: Window


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a newcomer: the indexes that it enters (none: it does not), by which rule, and its cap in 1/10,000
    USD where that was asked."""

    company: int
    indexes: frozenset[str]
    why: str
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Additions:
    """What a quarterly event comes to; `before` and `after` as of its first day, without lines that have left."""

    event_id: str
    rank_day: date
    ledger: Ledger
    bars: Bars
    decisions: dict[int, Decision]
    before: Members
    after: Members
    changes: set[Change]
    presumed: dict[int, int]

    def opening(self, last_rank_day: date) -> Opening:
        """What the next event opens from: presumptions go by the last reconstitution."""
        members = {index: set(lines) for index, lines in self.after.items()}
        return Opening(members, last_rank_day, presumed=self.presumed)


def ipo_event(
    ledger: Ledger, event: Round, opening: Opening, base: Base, published: dict[str, Fraction] | None = None
) -> Additions:
    """Tell a quarterly event: `opening` is what the event before it came to, `base` the last reconstitution.

    With `published` caps at the cuts in 1/10,000 USD newcomers are placed by those: how the return is measured moves
    them by little (18.8), and whoever lies between two ways to measure it is nobody's mistake.
    """
    session = ledger.session(event.rank_day)
    before = opening.members
    here = remaining(ledger, before, event.rank_day)
    judge = Judge(ledger, event.rank_day, rules_on(event.effective), set().union(*here.values()))
    bars = Bars.on(ledger, base, event.rank_day)
    placing = Bars(bars.factor, published) if published else bars
    decisions = {
        number: _decide(judge, number, debut, event.window, placing, here)
        for number, debut in ledger.debuts(session).items()
        if number in judge.companies
    }
    there = remaining(ledger, before, event.effective_from)
    last = ledger.session(event.effective_from)
    after = {index: set(lines) for index, lines in there.items()}
    for each in decisions.values():
        # 10.9: who leaves before the first day does not enter.
        lines = {
            line
            for line in judge.companies[each.company].classes
            if judge.verdict(line).reason is None and ledger.is_listed(line, last)
        }
        for index in each.indexes:
            after.setdefault(index, set()).update(lines)
    changes: set[Change] = {
        (index, line, "addition") for index in after for line in after[index] - there.get(index, set())
    }
    presumption = Presumption(judge, here, opening.last_rank_day, opening.rules_then, opening.presumed)
    return Additions(
        event.event_id, event.rank_day, ledger, bars, decisions, there, after, changes, presumption.speaks_against()
    )


def _decide(
    judge: Judge, number: int, debut: Debut, window: Window, bars: Bars, members: Mapping[str, set[int]]
) -> Decision:
    """What becomes of a newcomer (9.2, 9.3)."""
    company = judge.companies[number]
    nowhere: frozenset[str] = frozenset()
    if any(line in lines for lines in members.values() for line in company.classes):
        return Decision(number, nowhere, "a member already")
    is_one, why = is_ipo(debut, window)
    if not is_one:
        return Decision(number, nowhere, why)
    verdict = judge.verdict(company.vehicle)
    if verdict.reason is not None:
        return Decision(number, nowhere, f"{verdict.reason}: {verdict.why}", company.cap)
    ledger = judge.ledger
    if (
        not ledger.tells_all
        and ledger.lists_one_class_of_several(company.vehicle)
        and ledger.industry(number) in FAILING_VOTES
        # 9.7: a merger is only looked at once its lock-ups have ended, and with them the reason to presume it.
        and not (debut.way == "merger" and window.effective >= LOCK_UP_FROM)
    ):
        return Decision(
            number, nowhere, "4.3: one class of several of technology; presumed to fail on votes", company.cap
        )
    if company.cap is None:
        return Decision(number, nowhere, "9.3: nobody tells its shares")
    if company.cap <= bars.caps[FLOOR]:
        return Decision(number, nowhere, "9.3: no larger than the smallest company was", company.cap)
    return Decision(number, frozenset(placed(company.cap, bars)), why, company.cap)


def placed(cap: int | Fraction, bars: Bars) -> set[str]:
    """9.4, 7.2: the indexes of a newcomer of this size: at a breakpoint it is above."""
    found = {FLOOR}
    is_above = {cut: cap >= bar for cut, bar in bars.caps.items()}
    if not is_above["R3000"]:
        return found | {"RMICRO"}
    found |= {"R3000", "R1000" if is_above["R1000"] else "R2000"}
    found |= {cut for cut in TOPS if is_above[cut]}
    found |= set() if is_above["TOP500"] else {"R2500"}
    found |= {"MIDCAP"} if is_above["R1000"] and not is_above["TOP200"] else set()
    found |= {"RMICRO"} if not is_above["R1000"] and not is_above["MICRO"] else set()
    return found


@dataclass(frozen=True, slots=True)
class FastEntry:
    """A newcomer that does not wait for a rank day: the first session on which it is a member, and where."""

    company: int
    effective_from: date
    indexes: frozenset[str]
    investable: Fraction


def fast_entries(
    ledger: Ledger, first: date, last: date, base: Base, lock: tuple[date, date] | None
) -> list[FastEntry]:
    """9.8: the newcomers from a day to a day that enter after their fifth session.

    `lock` is the lock-down, of which the second day is that after whose close the reconstitution holds: whose fifth
    session is in it enters with that.
    """
    found = []
    for number, debut in ledger.debuts(len(ledger.days) - 1).items():
        if not (first <= debut.on <= last and debut.on >= FAST_FROM and debut.way == "underwritten"):
            continue
        session = ledger.session(debut.on)
        judge = Judge(ledger, debut.on, rules_on(debut.on), ())
        company = judge.companies[number]
        verdict: Verdict = judge.verdict(company.vehicle)
        bars = Bars.on(ledger, base, debut.on)
        investable = Fraction(debut.offered * ledger.close(company.vehicle, session))
        if verdict.reason is not None or company.cap is None or investable <= bars.caps[FAST_CUT]:
            continue
        fifth = session + FAST_SESSIONS - 1
        if fifth + 1 >= len(ledger.days):
            continue
        if lock is not None and lock[0] <= ledger.days[fifth] <= lock[1]:
            fifth = ledger.session(lock[1])
        indexes = frozenset(placed(company.cap, bars))
        found.append(FastEntry(number, ledger.days[fifth + 1], indexes, investable))
    return sorted(found, key=lambda each: (each.effective_from, each.company))
