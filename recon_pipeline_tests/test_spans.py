"""Membership over time, on random chains of small events: the SQL against a walk through the same story in Python.

A story says of each line when it is listed, under which ticker, and in which index each event places it; lines are
renamed, leave before a rank day or after it, and hand their ticker to another company. The queries from the opening
lists to the spans run on it event by event: identifiers, departures, changes, fates, spans. What holds of any story: no
security is in an index twice on a day, every begin and end is explained, on the first session of an event the spans are
its members, and any day is the replay of what the events state.

Does not belong here: single rows of a query (`cases/`), who is placed where (`test_bands.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from recon_pipeline import events
from recon_pipeline_tests.test_sql_cases import TABLES, Bench, Row, open_bench

pytestmark = pytest.mark.engine

EVENTS = ("2022-06-recon", "2022-09-ipo", "2022-12-ipo", "2023-03-ipo", "2023-06-recon", "2023-09-ipo")
LIST_DAY = date(2022, 3, 31)
"""Date of the opening lists of the first event; a session."""

ALWAYS = "ALWAYS"
"""A line that is in every price list and in an index of its own: the exchange is seen to be there, and no event is
empty."""
ALONE = "TOP50"

INDEXES = ("R1000", "R2000", "R3000")
BY_EVENT = ("core.opening_lines", "core.opening_members", "core.identities", "core.departures")
AFTER = ("recon.index_changes", "core.member_fates", "recon.ticker_spans")
BEFORE = (
    "raw.opening_rows",
    "core.lines",
    "core.continuity",
    "core.event_sessions",
    "raw.listings",
    "core.event_rules",
)
MEMBERS = ("core.vintages", "recon.universe", "recon.eligibility", "recon.index_membership")
KEPT = ("raw.opening_rows", "recon.index_membership")
"""What the spans read of all events; a query by event is given the rows of its own."""


# --- stories ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Turn:
    """What becomes of a line in the run-up to an event: `leaves` is 0 to 2 for how many of the two sessions before the
    rank day still show it, 3 for after the rank day, None for stays; `index` is where the event places it."""

    leaves: int | None
    is_renamed: bool
    index: str | None


@dataclass(frozen=True)
class Story:
    """The events that a home holds, for each line the event that it is listed at first (0: before all) and whether it
    then takes the ticker of one that left, where the opening has it, and its turn at each event."""

    event_ids: tuple[str, ...]
    listed_at: tuple[int, ...]
    takes_ticker: tuple[bool, ...]
    opening: tuple[str | None, ...]
    turns: tuple[tuple[Turn, ...], ...]
    restarts: frozenset[int] = frozenset()
    is_last_preliminary: bool = False


PLACES = st.sampled_from([None, "R1000", "R2000"])
TURNS = st.builds(
    Turn,
    leaves=st.one_of(st.none(), st.none(), st.none(), st.integers(0, 3)),
    is_renamed=st.integers(0, 4).map(lambda number: number == 0),
    index=PLACES,
)


@st.composite
def stories(draw: st.DrawFn, *, unruly: bool = False) -> Story:
    """Up to four events, some of the calendar missing between them, and six lines. `unruly` homes have events that open
    from another list than the event before, and a last one that is still preliminary."""
    chosen = sorted(draw(st.sets(st.integers(0, len(EVENTS) - 1), min_size=2, max_size=4)))
    lines = 6
    later = range(1, len(chosen))
    return Story(
        event_ids=tuple(EVENTS[number] for number in chosen),
        listed_at=tuple(draw(st.sampled_from([0, 0, 0, *later])) for _ in range(lines)),
        takes_ticker=tuple(draw(st.booleans()) for _ in range(lines)),
        opening=tuple(draw(PLACES) for _ in range(lines)),
        turns=tuple(tuple(draw(TURNS) for _ in range(lines)) for _ in chosen),
        restarts=frozenset(draw(st.sets(st.sampled_from(list(later))))) if unruly else frozenset(),
        is_last_preliminary=unruly and draw(st.booleans()),
    )


# --- the walk ---------------------------------------------------------------------------------------------------------

Key = tuple[str, str]
"""An index and the identifier of a security."""


@dataclass
class Walk:
    """The state of a home while its story is told, and what it comes to."""

    bench: Bench
    story: Story
    given: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in (*BEFORE, *MEMBERS)})
    """Rows by table: those of the event that is told, and of the tables that are kept those of all."""
    tickers: dict[int, str] = field(default_factory=dict)
    """Ticker of each line that is listed."""
    free: list[str] = field(default_factory=list)
    """Tickers of lines that left."""
    begun: dict[Key, date] = field(default_factory=dict)
    """When those that are members now became so."""
    spans: set[tuple[str, str, date, date | None]] = field(default_factory=set)
    members: dict[str, dict[Key, str]] = field(default_factory=dict)
    """After each event the members with their tickers."""
    days: set[date] = field(default_factory=set)
    failed: dict[str, list[object]] = field(default_factory=dict)
    """Failing rows of blocking checks, by check and event."""

    def tell(self) -> None:
        """Walk through all events, and let the spans be built."""
        as_of, placed = LIST_DAY, dict(enumerate(self.story.opening))
        for line, listed_at in enumerate(self.story.listed_at):
            if listed_at == 0:
                self.tickers[line] = f"T{line}"
        for number, event_id in enumerate(self.story.event_ids):
            as_of, placed = self._event(number, event_id, as_of, placed)
        self.spans |= {(*key, day, None) for key, day in self.begun.items()}
        for name in KEPT:
            self.bench.give(name, self.given[name], {})
        self.bench.warehouse.rebuild(TABLES["recon.index_membership_span"], {})
        for event_id in self.story.event_ids:
            self._check("recon.index_membership_span", event_id)

    def _event(
        self, number: int, event_id: str, as_of: date, placed: dict[int, str | None]
    ) -> tuple[date, dict[int, str | None]]:
        event, turns = events.event(event_id), self.story.turns[number]
        self.given |= {name: [] for name in self.given if name not in KEPT}
        is_final = not (self.story.is_last_preliminary and number == len(self.story.event_ids) - 1)
        between = [day for day in events.sessions(as_of, event.rank_day) if as_of < day < event.rank_day]
        plan = [between[len(between) // 3], between[2 * len(between) // 3], event.rank_day]
        effective_from = event.effective_from

        at_opening = dict(self.tickers)
        shown = {day: dict(at_opening) for day in plan}
        for line in at_opening:
            leaves = turns[line].leaves
            for day in plan[leaves:] if leaves is not None and leaves < 3 else ():
                del shown[day][line]
            # Not in a turn in which it leaves: by price lists alone nobody can tell the one from the other.
            if turns[line].is_renamed and leaves is None:
                shown[event.rank_day][line] = f"T{line}X{number}"
        gone = [line for line in at_opening if line not in shown[event.rank_day]]
        self.free += [at_opening[line] for line in gone]
        for line, listed_at in enumerate(self.story.listed_at):
            if listed_at == number > 0:
                takes = self.story.takes_ticker[line] and self.free
                shown[event.rank_day][line] = self.free.pop() if takes else f"T{line}"
        at_rank = shown[event.rank_day]
        late = [line for line in at_rank if turns[line].leaves == 3 and is_final]
        at_effective = {line: ticker for line, ticker in at_rank.items() if line not in late}

        self._give_lists(event_id, number, as_of, at_opening, placed)
        self._give_lines(event_id, as_of, at_opening, at_rank, at_effective if is_final else None, effective_from)
        self._give_sessions(event_id, as_of, shown, at_effective if is_final else None, effective_from)
        self._add("core.event_rules", event_id, rule="capture_grace_days", value="5")
        self._add("core.vintages", event_id, vintage="final" if is_final else "preliminary")
        self._build(event_id, BEFORE, BY_EVENT)
        ids = self._identifiers(event_id)

        # Who leaves, on the day of the first list without it.
        was = {line: place for line, place in placed.items() if line in at_opening and place}
        left_on = {line: plan[turns[line].leaves or 0] for line in gone} | dict.fromkeys(late, effective_from)
        # Gone before any event gave it a name, it is named as a newcomer would be.
        names = {
            line: self._opening_id(event_id, as_of, ticker)
            or (ids[at_rank[line]] if line in at_rank else self._gone_name(ticker, ids))
            for line, ticker in at_opening.items()
        }
        if number == 0:
            known = set(was.values())
            known |= {"R3000"} if len(known) == 2 else set()
            self.begun[ALONE, f"L-{ALWAYS}"] = as_of
            for line, place in was.items():
                for index in {place, "R3000"} & known:
                    self.begun[index, names[line]] = as_of
        for line, day in left_on.items():
            for index in INDEXES:
                if (index, names.get(line, "")) in self.begun:
                    self._end((index, names[line]), day)

        # Who is placed where. IPO events move nobody, but add.
        after = {line: turns[line].index for line in at_effective}
        if event.kind == "ipo":
            after |= {line: place for line, place in was.items() if line in at_effective}
        members = {
            (index, ids[at_rank[line]]): at_effective[line]
            for line, place in after.items()
            if place
            for index in (place, "R3000")
        } | {(ALONE, f"L-{ALWAYS}"): ALWAYS}
        self._give_members(event_id, at_rank, ids, members, "final" if is_final else "preliminary")
        self._build(event_id, MEMBERS, AFTER)
        self._check("recon.index_changes", event_id)
        self.members[event_id] = members
        for key in [key for key in self.begun if key not in members]:
            self._end(key, effective_from)
        for key in members:
            self.begun.setdefault(key, effective_from)
        self.days |= {effective_from, *plan, as_of}
        self.tickers = at_effective
        self.free += [at_rank[line] for line in late]
        return (effective_from if is_final else event.rank_day), after

    def _end(self, key: Key, day: date) -> None:
        self.spans.add((*key, self.begun.pop(key), day))

    # What the tables are given.

    def _add(self, table: str, event_id: str | None, **row: object) -> None:
        named: Row = {} if event_id is None else {"event_id": event_id}
        named |= {name: None if value is None else str(value) for name, value in row.items()}
        self.given[table].append(named)

    def _build(self, event_id: str, given: tuple[str, ...], built: tuple[str, ...]) -> None:
        for name in given:
            rows = self.given[name]
            self.bench.give(name, [row for row in rows if row.get("event_id", event_id) == event_id], {})
        for name in built:
            self.bench.warehouse.rebuild(TABLES[name], {"event_id": event_id})

    def _check(self, table: str, event_id: str) -> None:
        for check in TABLES[table].checks:
            parameters = dict.fromkeys(check.query.parameters, event_id)
            rows = self.bench.warehouse.failing_rows(check, parameters)
            if check.blocking and not rows.is_empty():
                self.failed[f"{check.name} {event_id}"] = [*rows.rows()]

    def _identifiers(self, event_id: str) -> dict[str, str]:
        frame = self.bench.warehouse.frame(
            "select ticker, security_id from core.identities where event_id = $event_id", {"event_id": event_id}
        )
        return dict(frame.iter_rows())

    def _opening_id(self, event_id: str, as_of: date, ticker: str) -> str | None:
        named = [
            row["security_id"]
            for row in self.given["raw.opening_rows"]
            if (row["event_id"], row["as_of"], row["ticker"]) == (event_id, str(as_of), ticker)
        ]
        return named[0] if named else None

    def _gone_name(self, ticker: str, ids: dict[str, str]) -> str:
        return f"L-{ticker}@{LIST_DAY}" if f"L-{ticker}" in ids.values() else f"L-{ticker}"

    def _give_lists(
        self, event_id: str, number: int, as_of: date, at_opening: dict[int, str], placed: dict[int, str | None]
    ) -> None:
        if number == 0 or number in self.story.restarts:
            alone = {"index_id": ALONE, "ticker": ALWAYS, "as_of": as_of, "security_id": None}
            self._add("raw.opening_rows", event_id, source="list.csv", **alone)
            for line, ticker in at_opening.items():
                # Another list than what our own event came to.
                place = placed.get(line) if number == 0 or line % 2 else self.story.opening[line]
                if place:
                    about = {"index_id": place, "ticker": ticker, "as_of": as_of, "security_id": None}
                    self._add("raw.opening_rows", event_id, source="list.csv", **about)
            return
        before = self.story.event_ids[number - 1]
        for (index, name), ticker in self.members[before].items():
            about = {"index_id": index, "ticker": ticker, "as_of": as_of, "security_id": name, "company_id": "C" + name}
            self._add("raw.opening_rows", event_id, source=f"event {before}", **about)

    def _give_lines(
        self,
        event_id: str,
        as_of: date,
        at_opening: dict[int, str],
        at_rank: dict[int, str],
        at_effective: dict[int, str] | None,
        effective_from: date,
    ) -> None:
        rank_day = events.event(event_id).rank_day
        anchors = [("opening", as_of, at_opening), ("rank", rank_day, at_rank)]
        anchors += [] if at_effective is None else [("effective", effective_from, at_effective)]
        for role, day, tickers in anchors:
            for line, ticker in {**tickers, -1: ALWAYS}.items():
                self._add("core.lines", event_id, role=role, anchor_date=day, ticker=ticker, name=f"Company {line}")
        for (role, day, was), (to_role, to_day, now) in itertools.pairwise(anchors):
            again = [(was[line], now[line]) for line in sorted(was.keys() & now.keys())]
            for from_ticker, to_ticker in [*again, (ALWAYS, ALWAYS)]:
                basis = "ticker" if from_ticker == to_ticker else "issuer_name"
                step = {"from_role": role, "from_date": day, "to_role": to_role, "to_date": to_day, "basis": basis}
                self._add("core.continuity", event_id, from_ticker=from_ticker, to_ticker=to_ticker, **step)

    def _give_sessions(
        self,
        event_id: str,
        as_of: date,
        shown: dict[date, dict[int, str]],
        at_effective: dict[int, str] | None,
        effective_from: date,
    ) -> None:
        lists = shown | ({} if at_effective is None else {effective_from: at_effective})
        for day, tickers in lists.items():
            self._add("core.event_sessions", event_id, role="history", session_date=day, anchor_date=day)
            for line, ticker in {**tickers, -1: ALWAYS}.items():
                known_at = f"{day + timedelta(days=1)} 00:20:00"
                self._add("raw.listings", None, as_of=day, ticker=ticker, name=f"Company {line}", known_at=known_at)

    def _give_members(
        self, event_id: str, at_rank: dict[int, str], ids: dict[str, str], members: dict[Key, str], vintage: str
    ) -> None:
        rank_tickers = {ids[ticker]: ticker for ticker in (*at_rank.values(), ALWAYS)}
        for name, ticker in rank_tickers.items():
            about = {"security_id": name, "company_id": "C" + name, "ticker": ticker}
            self._add("recon.universe", event_id, is_pricing_vehicle="true", company_line_count=1, **about)
            self._add("recon.eligibility", event_id, status="eligible", **about)
        for (index, name), ticker in members.items():
            about = {"index_id": index, "security_id": name, "company_id": "C" + name, "ticker": ticker}
            priced = {"status": "ranked", "market_cap_usd": 1, "rank": 1}
            own = {"rank_ticker": rank_tickers[name], "vintage": vintage}
            self._add("recon.index_membership", event_id, **about, **priced, **own)

    # What the queries make of it.

    def made(self) -> set[tuple[str, str, date, date | None]]:
        """The spans of the table."""
        frame = self.bench.warehouse.frame(
            "select index_id, security_id, effective_from, effective_to from recon.index_membership_span"
        )
        return set(frame.iter_rows())

    def asof(self, day: date) -> dict[Key, str]:
        """The members of a day with their tickers."""
        frame = self.bench.warehouse.frame(
            "select index_id, security_id, ticker from recon.membership_asof($day)", {"day": day}
        )
        assert frame.select("index_id", "security_id").is_unique().all()
        return {(index, name): ticker for index, name, ticker in frame.iter_rows()}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("spans")) as opened:
        yield opened


# To tell a story takes half a second: to look for the smallest that fails would take minutes.
few = settings(max_examples=12, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow])


# --- what must hold ---------------------------------------------------------------------------------------------------


@given(stories())
@few
def test_the_spans_are_those_of_the_story_and_any_day_is_the_replay_of_what_its_events_state(
    bench: Bench, story: Story
) -> None:
    """Both of one story: to tell it takes longer than to ask."""
    with bench.undone():
        walk = Walk(bench, story)
        walk.tell()
        assert walk.made() == walk.spans
        assert not walk.failed
        for event_id, members in walk.members.items():
            effective_from = events.event(event_id).effective_from
            assert walk.asof(effective_from) == members
        frame = bench.warehouse.frame(
            """
            select distinct index_id, security_id, as_of as day, 0 as number, 1 as is_in
            from core.member_fates
            where event_id = $first
            union all
            select index_id, security_id, left_on as day, 1 as number, 0 as is_in
            from core.member_fates
            where left_on is not null
            union all
            select changes.index_id, changes.security_id, calendar.next_session as day, 2 as number,
                case when changes.action = 'addition' then 1 else 0 end as is_in
            from recon.index_changes as changes
            inner join reference.recon_events as events on changes.event_id = events.event_id
            inner join reference.sessions as calendar on events.effective_date = calendar.session_date
            order by day, number, is_in
            """,
            {"first": story.event_ids[0]},
        )
        # An index of which an event knows no members of before has no changes stated by it.
        told = set(
            bench.warehouse.frame(
                "select index_id from core.member_fates group by index_id having count(distinct event_id) = $events",
                {"events": len(story.event_ids)},
            )["index_id"]
        )
        for day in sorted({day + timedelta(days=shift) for day in walk.days for shift in (-1, 0, 1)}):
            replayed: set[Key] = set()
            for row in frame.filter(frame["day"] <= day).to_dicts():
                key = (row["index_id"], row["security_id"])
                replayed = replayed | {key} if row["is_in"] else replayed - {key}
            there = {key for key in walk.asof(day) if key[0] in told}
            assert there == {key for key in replayed if key[0] in told}, day


@given(stories(unruly=True))
@few
def test_no_home_has_a_member_twice_or_an_end_that_nothing_explains(bench: Bench, story: Story) -> None:
    with bench.undone():
        walk = Walk(bench, story)
        walk.tell()
        assert not walk.failed
        for event_id, members in walk.members.items():
            effective_from = events.event(event_id).effective_from
            assert walk.asof(effective_from).keys() == members.keys()
