"""How right an event is, against lists that the user holds: precision, recall and F1 by index and action.

Belongs here: reading truth files (memberships, or changes), matching by ticker, the counts, how far industries and
breakpoints agree with what was published, and for each missed or false name what our eligibility says of it. Lists are
for scoring only: nothing here feeds a run.

Does not belong here: printing (`cli/`), why a name is wrong (`budget.py`), the parts of a fund's file
(`holdings.py`).
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from recon_pipeline.errors import BadInput
from recon_pipeline.events import ReconEvent
from recon_pipeline.holdings import Holdings, csv_lines, take_apart
from recon_pipeline.rules import reference_rows
from recon_pipeline.symbols import normal_ticker
from recon_pipeline.warehouse import Reader

MEMBERS = "members"
ACTIONS = {"addition": "additions", "deletion": "deletions"}

DATE_COLUMNS = ("effective", "effective_open", "effective_date")
"""Columns of a change list that date its rows: rows of other events are left out."""

INDUSTRY_COLUMNS = ("industry", "sector")
"""Columns of a list that print the ICB industry of a line; official lists have used both words."""

BREAKPOINT_TOLERANCE = Decimal("0.015")
"""How far a breakpoint may be off beyond the rounding of the published one, as a share of it."""

TRUTH_SPAN = timedelta(days=150)
"""How long after an event a membership list still tells of it: less than the shortest gap between two."""

Truth = dict[tuple[str, str], set[str]]
"""(index_id, 'members' | 'additions' | 'deletions') to ticker keys (no separators)."""

TruthIndustries = dict[tuple[str, str], dict[str, str]]
"""(index_id, kind) to the industry by ticker key, for the lists that print industries."""


@dataclass(frozen=True)
class Line:
    """One of our lines: its ticker after the event and on the rank day."""

    ticker: str
    rank_ticker: str

    @property
    def keys(self) -> tuple[str, str]:
        """The forms under which a list may carry it, the later one first."""
        return key(self.ticker), key(self.rank_ticker)


@dataclass(frozen=True)
class Miss:
    """A name that is false (ours alone) or missed (theirs alone), and what our tables say of it.

    `ticker` of a false one is ours of after the event, of a missed one that of the list without class separators.
    """

    index_id: str
    kind: str
    verdict: str
    ticker: str
    company_name: str
    explanation: str


@dataclass(frozen=True)
class Score:
    """Counts of one index and kind; `unchanged_f1` is the F1 of keeping the opening as it was."""

    index_id: str
    kind: str
    ours: int
    truth: int
    hits: int
    unchanged_f1: float | None

    @property
    def precision(self) -> float:
        """Share of our names that are right."""
        return self.hits / self.ours if self.ours else 0.0

    @property
    def recall(self) -> float:
        """Share of the right names that are ours."""
        return self.hits / self.truth if self.truth else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return f1(self.hits, self.ours, self.truth)

    @property
    def skill(self) -> float | None:
        """Share of what changing nothing leaves to gain that is gained: 0 = no better, 1 = all right, below 0 = worse.

        None where the opening is unknown, and where changing nothing is right already.
        """
        if self.unchanged_f1 is None or self.unchanged_f1 == 1:
            return None
        return (self.f1 - self.unchanged_f1) / (1 - self.unchanged_f1)


@dataclass(frozen=True)
class Agreement:
    """Industries of the lines that we and a list have in common: how many it prints, and how many of ours are the same.

    `unmapped` are those for which we have none; they do not agree. `others` are (theirs, ours, lines), most first.
    """

    index_id: str
    kind: str
    lines: int
    agreeing: int
    unmapped: int
    others: tuple[tuple[str, str, int], ...]

    @property
    def share(self) -> float:
        """Share of the lines whose industry agrees."""
        return self.agreeing / self.lines


@dataclass(frozen=True)
class Breakpoint:
    """A breakpoint of ours beside the published one (methodology 7.15), USD; `rounding_usd` is half its last digit."""

    breakpoint_id: str
    ours_usd: Decimal
    published_usd: Decimal
    rounding_usd: Decimal

    @property
    def ratio(self) -> float:
        """Ours by the published one."""
        return float(self.ours_usd / self.published_usd)

    @property
    def is_within(self) -> bool:
        """Whether ours is within the rounding and `BREAKPOINT_TOLERANCE` of the published one."""
        allowed = self.rounding_usd + BREAKPOINT_TOLERANCE * self.published_usd
        return abs(self.ours_usd - self.published_usd) <= allowed


def f1(hits: int, ours: int, truth: int) -> float:
    """Return the harmonic mean of precision and recall; 0 where there is nothing to compare."""
    return 2 * hits / (ours + truth) if ours + truth else 0.0


def key(ticker: str) -> str:
    """Return a ticker without class separators: lists write BRK.B, BRK/B and BRKB."""
    return normal_ticker(ticker).replace(".", "")


def read_truth(paths: Sequence[Path], event: ReconEvent) -> Truth:
    """Read truth files: a membership (index, ticker) or changes (index, action, ticker), by their header.

    The holdings CSV of an iShares fund is a membership of its index on its day.

    Raises:
        BadInput: a file cannot be read or has neither form, a row says no index or ticker, or no row is of this event.
    """
    truth: Truth = {}
    for path in paths:
        for place, row in _rows_of(path, event):
            truth.setdefault(place, set()).add(key(row["ticker"]))
    return truth


def read_industries(paths: Sequence[Path], event: ReconEvent) -> TruthIndustries:
    """Read the industries that truth files print, by index, kind and ticker; a file may print none.

    The sectors of a fund's holdings are of another classification and are left out.

    Raises:
        BadInput: as `read_truth`.
    """
    industries: TruthIndustries = {}
    for path in paths:
        for place, row in _rows_of(path, event):
            printed = next((row[name].strip() for name in INDUSTRY_COLUMNS if row.get(name, "").strip()), None)
            if printed:
                industries.setdefault(place, {})[key(row["ticker"])] = printed
    return industries


def read_names(paths: Sequence[Path], event: ReconEvent) -> dict[str, str]:
    """Read the names that truth files print, by ticker key; of several the first.

    Raises:
        BadInput: as `read_truth`.
    """
    names: dict[str, str] = {}
    for path in paths:
        for _, row in _rows_of(path, event):
            if row.get("name", "").strip():
                names.setdefault(key(row["ticker"]), row["name"].strip())
    return names


def _rows_of(path: Path, event: ReconEvent) -> list[tuple[tuple[str, str], dict[str, str]]]:
    """The rows of a truth file that are of an event, each with its index and kind."""
    rows = _rows(path)
    dated = next((name for name in DATE_COLUMNS if rows and name in rows[0]), None)
    used = [row for row in rows if dated is None or _day(path, row[dated]) in _days_of(event)]
    if dated is None:
        _refuse_another_year(path, rows, event)
    if not used:
        raise BadInput(
            f"Scoring {event.event_id} with {path}: none of its {len(rows)} rows is of this event (effective "
            f"{event.effective_date}, open {event.effective_from}). Give the list of this event."
        )
    placed = []
    for row in used:
        action = row.get("action", "").strip().lower()
        if action and action not in ACTIONS:
            raise BadInput(f"Scoring with {path}: the action {action!r} is neither addition nor deletion.")
        placed.append(((row["index"].strip().upper(), ACTIONS.get(action, MEMBERS)), row))
    return placed


def _rows(path: Path) -> list[dict[str, str]]:
    place = f"Reading the truth file {path}"
    try:
        text = path.read_bytes().decode("utf-8-sig")
        fund = take_apart(csv_lines(text))
        if fund is not None:
            return _fund_rows(fund, place)
        # Strict: a quote that is never closed would swallow the rest of the file.
        reader = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
        header = [name.strip().lower() for name in reader.fieldnames or ()]
        if len(set(header)) < len(header):
            raise BadInput(f"{place}: its header has a column more than once.")
        reader.fieldnames = header
        rows = [row | {"line": str(reader.line_num)} for row in reader]
    except OSError as error:
        raise BadInput(f"{place} failed: {error.strerror}. Check the path.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{place}: it is not a CSV in UTF-8 ({error}).") from error
    if not rows or not {"index", "ticker"} <= set(reader.fieldnames):
        raise BadInput(
            f"{place}: it needs rows, and a header with at least index and ticker; or it is the holdings CSV of an "
            "iShares fund."
        )
    for row in rows:
        if not row["index"].strip() or not row["ticker"].strip():
            raise BadInput(f"{place}, line {row['line']}: it says no index or no ticker.")
    return rows


def _fund_rows(fund: Holdings, place: str) -> list[dict[str, str]]:
    """The members of a fund's holdings as a membership list of its index."""
    index_id, day = fund.index_id(place), fund.day(place)
    if not fund.members:
        raise BadInput(f"{place}: it holds no member. An empty list is never read as empty.")
    return [
        {"index": index_id, "ticker": row["Ticker"], "name": row.get("Name", ""), "asof": day.isoformat()}
        for row in fund.members
    ]


def _day(path: Path, text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInput(f"Reading the truth file {path}: {text!r} is not a date (YYYY-MM-DD).") from error


def _days_of(event: ReconEvent) -> tuple[date, date]:
    return event.effective_date, event.effective_from


def _refuse_another_year(path: Path, rows: Sequence[dict[str, str]], event: ReconEvent) -> None:
    """A membership list counts from the rank day until the next event of its kind may have changed it."""
    stated = {row.get("asof", "").strip() for row in rows} - {""}
    odd = sorted(day for day in (_day(path, text) for text in stated) if not _holds(day, event))
    if odd:
        raise BadInput(
            f"Scoring {event.event_id} with {path}: it is as of {odd[0]}, and the membership of this event holds from "
            f"{event.effective_from}. Give a list of the months after it."
        )


def _holds(day: date, event: ReconEvent) -> bool:
    return event.rank_day <= day <= event.effective_from + TRUTH_SPAN


@dataclass(frozen=True)
class Ours:
    """What we published of an event: lines by (index_id, kind), and the members before it by index where known."""

    lines: dict[tuple[str, str], list[Line]]
    before: dict[str, list[Line]]


def read_ours(reader: Reader, event: ReconEvent) -> Ours:
    """Read members and changes of an event from the published file.

    Raises:
        BadInput: the event is not in it.
    """
    parameters = {"event_id": event.event_id}
    columns = "index_id, ticker, rank_ticker"
    members = reader.frame(f"select {columns} from recon.index_membership where event_id = $event_id", parameters)
    if members.is_empty():
        raise BadInput(f"{event.event_id} is not in {reader.path}. Run it first: `recon run {event.event_id}`.")
    changes = reader.frame(f"select {columns}, action from recon.index_changes where event_id = $event_id", parameters)
    unknown = reader.frame(
        "select index_id from recon.data_issues where event_id = $event_id and issue = 'opening_unknown'", parameters
    )["index_id"]
    lines: dict[tuple[str, str], list[Line]] = {}
    for index_id, ticker, rank_ticker in members.iter_rows():
        lines.setdefault((index_id, MEMBERS), []).append(Line(ticker, rank_ticker))
    for index_id, ticker, rank_ticker, action in changes.iter_rows():
        lines.setdefault((index_id, ACTIONS[action]), []).append(Line(ticker, rank_ticker))
    before: dict[str, list[Line]] = {}
    for index_id in set(members["index_id"]) - set(unknown):
        added = set(lines.get((index_id, "additions"), ()))
        kept = [line for line in lines[index_id, MEMBERS] if line not in added]
        before[index_id] = kept + lines.get((index_id, "deletions"), [])
    return Ours(lines, before)


def match(lines: Iterable[Line], truth: set[str]) -> tuple[list[Line], set[str]]:
    """Return (our lines that the list does not carry, entries of the list that are not ours), each entry used once."""
    pairs, false = pair(lines, truth)
    return false, truth - {name for _, name in pairs}


def pair(lines: Iterable[Line], truth: set[str]) -> tuple[list[tuple[Line, str]], list[Line]]:
    """Return (our lines with the form under which the list carries them, those that it does not carry)."""
    pairs: list[tuple[Line, str]] = []
    left, waiting = set(truth), list(lines)
    # Every line by its later ticker first: a symbol may have gone from one line to another meanwhile.
    for form in (0, 1):
        unmatched: list[Line] = []
        for line in waiting:
            name = line.keys[form]
            if name in left:
                left.discard(name)
                pairs.append((line, name))
            else:
                unmatched.append(line)
        waiting = unmatched
    return pairs, waiting


def score(reader: Reader, event: ReconEvent, truth: Truth) -> tuple[list[Score], list[Miss]]:
    """Score an event, index by index and kind by kind; a membership list is scored by what it adds and deletes too."""
    ours = read_ours(reader, event)
    whole = dict(truth)
    for (index_id, kind), listed in truth.items():
        if kind == MEMBERS and index_id in ours.before:
            gone, new = match(ours.before[index_id], listed)
            whole.setdefault((index_id, "additions"), new)
            whole.setdefault((index_id, "deletions"), {line.keys[0] for line in gone})
    scores: list[Score] = []
    misses: list[Miss] = []
    explain = _explainer(reader, event)
    for (index_id, kind), listed in sorted(whole.items(), key=lambda item: (item[0][0], _KIND_ORDER[item[0][1]])):
        lines = sorted(ours.lines.get((index_id, kind), []), key=lambda line: line.ticker)
        false, missed = match(lines, listed)
        unchanged = None
        if kind == MEMBERS and index_id in ours.before:
            wrong, _ = match(ours.before[index_id], listed)
            kept = len(ours.before[index_id])
            unchanged = f1(kept - len(wrong), kept, len(listed))
        scores.append(Score(index_id, kind, len(lines), len(listed), len(lines) - len(false), unchanged))
        misses += [Miss(index_id, kind, "false", line.ticker, *explain(line.keys)) for line in false]
        misses += [Miss(index_id, kind, "missed", ticker, *explain((ticker,))) for ticker in sorted(missed)]
    return scores, misses


_KIND_ORDER = {MEMBERS: 0, "additions": 1, "deletions": 2}


def _explainer(reader: Reader, event: ReconEvent) -> Callable[[Iterable[str]], tuple[str, str]]:
    """What our tables say of a ticker: (company, the failed rule or the rank)."""
    frame = reader.frame(
        """
        select
            universe.ticker,
            universe.company_name,
            eligibility.status,
            eligibility.reason,
            ranking.rank,
            members.ticker as later_ticker
        from recon.universe as universe
        inner join recon.eligibility as eligibility
            on universe.event_id = eligibility.event_id and universe.security_id = eligibility.security_id
        left join recon.ranking as ranking
            on universe.event_id = ranking.event_id and universe.company_id = ranking.company_id
        left join (select distinct event_id, security_id, ticker from recon.index_membership) as members
            on universe.event_id = members.event_id and universe.security_id = members.security_id
        where universe.event_id = $event_id
        """,
        {"event_id": event.event_id},
    )
    known: dict[str, tuple[str, str]] = {}
    for ticker, company, status, reason, rank, later in frame.iter_rows():
        told = f"{status}: {reason}" if reason else f"{status}, rank {rank}" if rank else f"{status}, not ranked"
        known[key(ticker)] = (company, told)
        if later:
            known.setdefault(key(later), (company, told))

    def explain(keys: Iterable[str]) -> tuple[str, str]:
        return next((known[name] for name in keys if name in known), ("", "not listed around the rank day"))

    return explain


# --- industries and breakpoints ---------------------------------------------------------------------------------------


def agreements(reader: Reader, event: ReconEvent, printed: TruthIndustries) -> list[Agreement]:
    """Compare our industries with those that lists print, over the lines that both have; in any case of letters."""
    ours = read_ours(reader, event)
    frame = reader.frame(
        """
        select ticker, rank_ticker, industry from recon.index_membership where event_id = $event_id
        union
        select ticker, rank_ticker, industry from recon.index_changes where event_id = $event_id
        """,
        {"event_id": event.event_id},
    )
    industry_of = {Line(ticker, rank_ticker): industry for ticker, rank_ticker, industry in frame.iter_rows()}
    found = []
    for (index_id, kind), listed in sorted(printed.items(), key=lambda item: (item[0][0], _KIND_ORDER[item[0][1]])):
        lines = sorted(ours.lines.get((index_id, kind), []), key=lambda line: line.ticker)
        pairs = [(listed[name], industry_of[line]) for line, name in pair(lines, set(listed))[0]]
        if not pairs:
            continue
        agreeing = sum(ours_has is not None and theirs.lower() == ours_has.lower() for theirs, ours_has in pairs)
        others = Counter((theirs, has) for theirs, has in pairs if has is not None and theirs.lower() != has.lower())
        found.append(
            Agreement(
                index_id,
                kind,
                len(pairs),
                agreeing,
                sum(has is None for _, has in pairs),
                tuple(
                    (theirs, has, count)
                    for (theirs, has), count in sorted(others.items(), key=lambda item: (-item[1], item[0]))
                ),
            )
        )
    return found


def breakpoints(reader: Reader, event: ReconEvent) -> list[Breakpoint]:
    """Return our breakpoints of an event beside those that were published, as far as any was."""
    published = [row for _, row in reference_rows("published_breakpoints.csv") if row["event_id"] == event.event_id]
    frame = reader.frame(
        "select breakpoint_id, market_cap_usd from recon.breakpoints where event_id = $event_id",
        {"event_id": event.event_id},
    )
    ours: dict[str, Decimal] = dict(frame.iter_rows())
    return [
        Breakpoint(
            row["breakpoint_id"],
            ours[row["breakpoint_id"]],
            Decimal(row["published_usd"]),
            Decimal(row["rounding_usd"]),
        )
        for row in published
        if row["breakpoint_id"] in ours
    ]
