"""Which exchange session a dump of the archive describes.

Belongs here: the rule (a dump describes the last session that closed before its commit), the dated facts that overrule
it (`sql/reference/archive_exceptions.csv`), and the detection of exceptions that nobody has written down yet. A fact
wins over detection, detection over the rule.

Does not belong here: fetching a dump (`provider.py`), reading its lines (`dumps.py`).

Detection compares neighbours in commit order, exchange by exchange, on the lines whose price moved; `close - net
change` is the close before. Where that equals the close of the earlier dump, the later one describes the next session.
Where it equals the close before of the earlier dump, both describe the same session, and if the closes differ, the
earlier one was no close yet. Between true neighbours 95 % of the lines and more agree, between others 20 % and less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, cast
from zoneinfo import ZoneInfo

import polars as pl

from recon_pipeline import events
from recon_pipeline.rules import optional_day, reference_rows

Status = Literal["ok", "lagged", "intraday", "duplicate", "mixed", "empty", "unverified"]
Basis = Literal["rule", "fact", "detected"]

NEW_YORK: Final = ZoneInfo("America/New_York")
CLOSE: Final = time(16, 0)  # a half day closes earlier; the rule then errs to the session before until 16:00

FOLLOWS: Final = 0.8  # share of lines that fit, from which two dumps are neighbours
SAME_DUMP: Final = 0.9  # share of lines that are equal, from which a dump repeats the one before
MOVED_ON: Final = 0.5  # share of equal closes, below which the earlier of two dumps of a session was no close
ENOUGH_LINES: Final = 30  # fewer comparable lines prove nothing


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the archive; `moment` is UTC, `session` is what the rule says that its dumps describe."""

    sha: str
    moment: datetime
    session: date


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a dump: the session that it describes, None if no close of any session."""

    session: date | None
    status: Status
    moment: datetime


@dataclass(frozen=True, slots=True)
class Dated:
    """A dump with its session. `day` is the session that it was taken in or after, whether or not it holds the close.

    `previous_close_match` is the share of moved lines whose close before is the close of the dump before; None where
    the two are no neighbours or cannot be compared.
    """

    commit: Commit
    exchange: str
    session: date | None
    day: date
    status: Status
    basis: Basis
    previous_close_match: float | None = None

    @property
    def has_close(self) -> bool:
        """Whether the lines of this dump are closes of `session`."""
        return self.session is not None and self.status not in ("intraday", "empty")


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two dumps of an exchange compare: shares of the `lines` that moved in the later one and stand in both."""

    lines: int
    follows: float
    same_session: float
    same_close: float
    same_line: float


def rule_session(moment: datetime) -> date:
    """Return the last session whose close precedes a moment (with a time zone)."""
    local = moment.astimezone(NEW_YORK)
    return events.session_on_or_before(local.date() if local.time() >= CLOSE else local.date() - timedelta(days=1))


@lru_cache(maxsize=1)
def facts() -> dict[tuple[str, str], Fact]:
    """Return the known exceptions by (commit, exchange); exchange `""` stands for all that have no row of their own."""
    return {
        (row["commit"], row["exchange"]): Fact(
            optional_day(row["session"]), cast(Status, row["status"]), datetime.fromisoformat(row["commit_utc"])
        )
        for _, row in reference_rows("archive_exceptions.csv")
    }


def fact_of(commit: str, exchange: str) -> Fact | None:
    """Return what is known of one exchange of a commit, or None where the rule is not known to fail."""
    return facts().get((commit, exchange)) or facts().get((commit, ""))


@lru_cache(maxsize=1)
def sessions_without_close() -> frozenset[date]:
    """Return the sessions whose close no commit of the archive holds."""
    return frozenset(date.fromisoformat(row["session"]) for _, row in reference_rows("archive_missing_sessions.csv"))


def believed(commit: Commit, exchange: str) -> Dated:
    """Date a dump that nobody has read yet: by fact, else by the rule."""
    fact = fact_of(commit.sha, exchange)
    if fact is None:
        return Dated(commit, exchange, commit.session, commit.session, "ok", "rule")
    return Dated(commit, exchange, fact.session, fact.session or commit.session, fact.status, "fact")


class Chain:
    """Dates dumps by comparing neighbours. Comparisons are kept, so that a longer chain costs only its new links."""

    def __init__(self) -> None:
        self._quotes: dict[tuple[str, str], pl.DataFrame] = {}
        self._commits: dict[tuple[str, str], Commit] = {}
        self._compared: dict[tuple[str, str, str], Comparison] = {}

    def add(self, commit: Commit, exchange: str, lines: pl.DataFrame) -> None:
        """Add a dump: `lines` has symbol, close and net_change; no lines is an empty dump."""
        self._commits[commit.sha, exchange] = commit
        self._quotes[commit.sha, exchange] = _quotes(lines)

    def dated(self) -> dict[tuple[str, str], Dated]:
        """Return every dump added so far, dated, by (commit, exchange)."""
        found: dict[tuple[str, str], Dated] = {}
        for exchange in sorted({exchange for _, exchange in self._commits}):
            commits = [commit for (_, of), commit in self._commits.items() if of == exchange]
            dumps = self._walk(exchange, sorted(commits, key=lambda commit: (commit.moment, commit.sha)))
            found |= {(dump.commit.sha, exchange): dump for dump in dumps}
        return found

    def _walk(self, exchange: str, commits: Sequence[Commit]) -> list[Dated]:
        before: Dated | None = None
        empty: list[Dated] = []
        dated: list[Dated] = []
        for commit in commits:
            current = believed(commit, exchange)
            if self._quotes[commit.sha, exchange].is_empty():
                basis: Basis = "fact" if current.status == "empty" else "detected"
                empty.append(replace(current, session=None, status="empty", basis=basis))
                continue
            if before is not None:
                compared = self._compare(exchange, before.commit.sha, commit.sha)
                if dated and _was_intraday(before, compared):
                    before = dated[-1] = replace(before, session=None, status="intraday", basis="detected")
                current = _judge(before, current, compared)
            dated.append(current)
            before = current
        return [*dated, *empty]

    def _compare(self, exchange: str, before: str, after: str) -> Comparison:
        key = (exchange, before, after)
        if key not in self._compared:
            self._compared[key] = compare(self._quotes[before, exchange], self._quotes[after, exchange])
        return self._compared[key]


def _quotes(lines: pl.DataFrame) -> pl.DataFrame:
    """symbol, close and close before (`base`), in ten-thousandths of a dollar; lines without either are left out."""
    return lines.select(
        "symbol",
        close=(pl.col("close") * 10_000).cast(pl.Int64),
        base=((pl.col("close") - pl.col("net_change")) * 10_000).cast(pl.Int64),
    ).drop_nulls()


def compare(before: pl.DataFrame, after: pl.DataFrame) -> Comparison:
    """Compare two dumps (frames of `_quotes`) on the lines that moved in the later one.

    A line that did not move fits every hypothesis and proves none. The tolerance is one ten-thousandth of a dollar: the
    provider rounds close and net change apart from each other.
    """
    both = after.filter(pl.col("close") != pl.col("base")).join(before, on="symbol", suffix="_before")

    def near(one: str, other: str) -> pl.Expr:
        return (pl.col(one) - pl.col(other)).abs() <= 1

    share = both.select(
        follows=near("base", "close_before").mean(),
        same_session=near("base", "base_before").mean(),
        same_close=near("close", "close_before").mean(),
        same_line=(near("close", "close_before") & near("base", "base_before")).mean(),
    ).row(0, named=True)
    return Comparison(both.height, **{name: value or 0.0 for name, value in share.items()})


def _was_intraday(before: Dated, compared: Comparison) -> bool:
    """Whether the later dump shows that the earlier one was taken in the same session, before its close."""
    return (
        before.basis != "fact"
        and compared.lines >= ENOUGH_LINES
        and compared.same_session >= FOLLOWS
        and compared.same_close < MOVED_ON
    )


def _judge(before: Dated, current: Dated, compared: Comparison) -> Dated:
    """Date a dump by the one before it (which has been dated), unless a fact has done so."""
    following = events.next_session(before.day)
    neighbours = current.day in (before.day, following)
    match = compared.follows if neighbours and compared.lines >= ENOUGH_LINES else None
    current = replace(current, previous_close_match=match)
    if current.basis == "fact" or compared.lines < ENOUGH_LINES:
        return current
    if compared.same_line >= SAME_DUMP:
        status: Status = "intraday" if before.status == "intraday" else "duplicate"
        return replace(current, session=before.session, day=before.day, status=status, basis="detected")
    if compared.same_session >= FOLLOWS and before.status == "intraday":
        return _placed(current, before.day)
    if compared.follows >= FOLLOWS and before.status != "intraday":
        # A session without any close lies between: the dump after it cannot be the close of it.
        possible = [day for day in (following, _next_with_close(before.day)) if day <= current.day]
        if not possible:
            return replace(current, status="unverified")
        placed = current if current.day in possible else _placed(current, possible[-1])
        return replace(placed, previous_close_match=compared.follows)
    # By the rule the two are neighbours, yet the figures do not say so: one of them is not what it seems to be.
    expected = neighbours and before.status != "intraday"
    return replace(current, status="unverified") if expected else current


def _placed(current: Dated, day: date) -> Dated:
    """Give a dump the session that was detected, unless that is known to have no close anywhere."""
    if day == current.commit.session or day in sessions_without_close():
        return current
    return replace(current, session=day, day=day, status="lagged", basis="detected")


def _next_with_close(day: date) -> date:
    following = events.next_session(day)
    while following in sessions_without_close():
        following = events.next_session(following)
    return following
