"""The oracle of quarterly IPO additions, fast entries and changes between events, on ledgers that are made by hand.

What does not belong here: reconstitutions (`test_oracle.py`), whole markets (`python -m recon_pipeline_tests.oracle`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest

from recon_pipeline.events import event
from recon_pipeline.simulation import simulate
from recon_pipeline.simulation.census import ALWAYS, Company, Exit, Line, Way
from recon_pipeline.simulation.issuers import Issuer, Known
from recon_pipeline.simulation.nature import USUAL, Nature
from recon_pipeline_tests.oracle.__main__ import told
from recon_pipeline_tests.oracle.additions import Additions, Round, fast_entries, ipo_event, placed
from recon_pipeline_tests.oracle.between import departures, joins_parent, remaining
from recon_pipeline_tests.oracle.eligibility import Judge
from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.methodology import rules_on
from recon_pipeline_tests.oracle.newcomers import Debut, Window, is_ipo
from recon_pipeline_tests.oracle.performance import Bars, Base, price_return
from recon_pipeline_tests.oracle.ranking import rank
from recon_pipeline_tests.oracle.story import Opening, Story

DOLLAR, MILLION = 10_000, 1_000_000
RANKED = date(2024, 4, 30)
DAYS = (
    *(RANKED, date(2024, 5, 1), date(2024, 6, 3), date(2024, 7, 31), date(2024, 8, 1)),
    *(date(2024, 9, 20), date(2024, 9, 23)),
)
WINDOW = Window(date(2024, 5, 1), date(2024, 7, 31), date(2024, 9, 20))
SEPTEMBER = Round("2024-09-ipo", date(2024, 7, 31), date(2024, 9, 20), date(2024, 9, 23), WINDOW)


@dataclass
class Made:
    """A company of one line: closes in USD by session (the last one goes on), shares, and how it came and left."""

    ticker: str
    closes: Sequence[float]
    shares: int = 10 * MILLION
    first: int = 0
    last: int = ALWAYS
    way: Way = ""
    leaving: Exit = ""
    told_on: date | None = None
    offered_ppm: int = 200_000
    succeeds: int | None = None
    parent: int | None = None
    nature: Nature = USUAL
    exchange: str = "nyse"
    splits: tuple[tuple[int, int, int], ...] = field(default=())


class ByHand(Ledger):
    """A ledger of a few companies, in the place of a market's."""

    def __init__(self, made: Sequence[Made], days: tuple[date, ...] = DAYS) -> None:
        self.tells_all = False
        self._days, self._made = days, made
        self.lines = tuple(
            Line(each.ticker, each.ticker, number, "common", 0, each.shares) for number, each in enumerate(made)
        )
        self.issuers = tuple(self._issuer(number, each) for number, each in enumerate(made))
        self.of_company = defaultdict(list, {number: [number] for number in range(len(made))})

    def _issuer(self, number: int, each: Made) -> Issuer:
        company = Company(each.ticker, "common", "", "", "", each.exchange, 0, None, 1.0, nature=each.nature)
        company.first, company.last, company.way, company.leaving = each.first, each.last, each.way, each.leaving
        company.succeeds, company.parent, company.offered_ppm = each.succeeds, each.parent, each.offered_ppm
        company.splits = each.splits
        issuer = Issuer(number, company, (self.lines[number],), number + 1, each.shares, each.shares)
        issuer.public_ppm = each.nature.public_ppm
        issuer.listed_on = self._days[each.first] if each.way else None
        issuer.reports = [Known(date(2020, 1, 2), date(2020, 1, 1), each.shares)]
        if each.told_on:
            issuer.reports.append(Known(each.told_on, each.told_on, each.shares))
        return issuer

    @property
    def days(self) -> tuple[date, ...]:
        return self._days

    def is_carried(self, line: int) -> bool:
        return False

    def close(self, line: int, session: int) -> int:
        closes = self._made[line].closes
        return round(closes[min(session, len(closes) - 1)] * DOLLAR)

    def splits(self, line: int) -> tuple[tuple[int, int, int], ...]:
        return self._made[line].splits


def base_of(ledger: Ledger, *numbers: int) -> Base:
    """The reconstitution of some companies."""
    first = ledger.session(RANKED)
    caps = [(number, ledger.lines[number].shares * ledger.close(number, first), str(number)) for number in numbers]
    return Base(RANKED, rank(caps), {number: number for number in numbers})


LARGE, MIDDLE, SMALL = Made("LARGE", [100]), Made("MIDDLE", [50]), Made("SMALL", [10])
BEFORE = {"R1000": {0}, "R2000": {1, 2}, "R3000": {0, 1, 2}, "R3000E": {0, 1, 2}, "RMICRO": {2}}


def added(*made: Made) -> Additions:
    """The event of September of three members and some others."""
    ledger = ByHand([LARGE, MIDDLE, SMALL, *made])
    return ipo_event(ledger, SEPTEMBER, Opening(BEFORE, None), base_of(ledger, 0, 1, 2))


# --- who is an IPO ----------------------------------------------------------------------------------------------------

AFTER_ANOTHER = Window(WINDOW.first, WINDOW.last, WINDOW.effective, (date(2024, 2, 1), date(2024, 4, 30)))
NEWER = Window(date(2025, 8, 1), date(2025, 10, 31), date(2025, 12, 19))


@pytest.mark.parametrize(
    ("debut", "window", "is_one"),
    [
        (Debut(date(2024, 5, 1), "underwritten"), WINDOW, True),
        (Debut(date(2024, 7, 31), "underwritten"), WINDOW, True),
        (Debut(date(2024, 4, 30), "underwritten"), WINDOW, False),
        (Debut(date(2024, 8, 1), "underwritten"), WINDOW, False),
        (Debut(date(2024, 6, 3), "spin_off"), WINDOW, False),
        (Debut(date(2024, 6, 3), "uplisting"), WINDOW, False),
        (Debut(date(2024, 6, 3), "cross_listing"), WINDOW, False),
        (Debut(date(2024, 6, 3), "conversion"), WINDOW, False),
        # 9.6
        (Debut(date(2024, 6, 3), "direct"), WINDOW, False),
        (Debut(date(2024, 6, 3), "direct", told_on=date(2024, 7, 31)), WINDOW, True),
        (Debut(date(2024, 6, 3), "direct", told_on=date(2024, 8, 1)), WINDOW, False),
        (Debut(date(2024, 6, 3), "best_efforts", told_on=date(2024, 7, 1)), WINDOW, True),
        (
            Debut(date(2018, 6, 4), "direct"),
            Window(date(2018, 5, 12), date(2018, 7, 31), date(2018, 7, 31)),
            True,
        ),  # not yet a rule
        # 9.6: deferred by one quarter, and no more; not from a reconstitution
        (
            Debut(date(2024, 4, 2), "direct", told_on=date(2024, 5, 2)),
            AFTER_ANOTHER,
            True,
        ),
        (Debut(date(2024, 4, 2), "direct", told_on=date(2024, 5, 2)), WINDOW, False),
        (
            Debut(date(2024, 4, 2), "direct", told_on=date(2024, 4, 29)),
            AFTER_ANOTHER,
            False,
        ),
        (Debut(date(2024, 4, 2), "direct"), AFTER_ANOTHER, False),
        (
            Debut(date(2024, 1, 31), "direct", told_on=date(2024, 5, 2)),
            AFTER_ANOTHER,
            False,
        ),
        (Debut(date(2024, 4, 2), "underwritten"), AFTER_ANOTHER, False),
        # 9.7
        (Debut(date(2024, 6, 3), "merger", shell_on=date(2024, 5, 1)), WINDOW, True),
        (Debut(date(2024, 6, 3), "merger", shell_on=date(2024, 4, 30)), WINDOW, False),
        (Debut(date(2024, 6, 3), "merger"), WINDOW, False),
        (Debut(date(2025, 9, 2), "merger", shell_on=date(2025, 8, 4)), NEWER, False),
        (Debut(date(2025, 2, 2), "merger"), NEWER, True),  # 180 days later it is 2025-08-01
        (Debut(date(2025, 2, 1), "merger"), NEWER, False),
        (Debut(date(2025, 5, 4), "merger"), NEWER, True),
        (Debut(date(2025, 5, 5), "merger"), NEWER, False),
    ],
)
def test_who_is_an_ipo(debut: Debut, window: Window, is_one: bool) -> None:
    found, why = is_ipo(debut, window)
    assert found is is_one
    assert why


# --- breakpoints ------------------------------------------------------------------------------------------------------


def test_breakpoints_move_with_the_caps_of_the_reconstitution() -> None:
    """A hundred goes up by a tenth, fifty stays, and a split takes nothing away: 110 + 50 + 10 by 160."""
    made = [
        Made("UP", [100, 100, 100, 110]),
        Made("STAYS", [50]),
        Made("SPLIT", [10, 10, 5], splits=((2, 1, 2),)),
        Made("LATER", [10, 10, 10, 10, 5], splits=((4, 1, 2),)),  # a split after the day
        Made("GONE", [1000, 1], last=1),
        Made("NEW", [70, 700], way="underwritten", first=1),
    ]
    ledger = ByHand(made)
    factor = price_return(ledger, base_of(ledger, 0, 1, 2, 3, 4), date(2024, 7, 31))
    assert factor == Fraction(180, 170)


def test_bars_are_the_breakpoints_of_the_reconstitution_times_its_return() -> None:
    ledger = ByHand([Made("A", [100, 100, 100, 120]), Made("B", [50, 50, 50, 60]), SMALL])
    bars = Bars.on(ledger, base_of(ledger, 0, 1, 2), date(2024, 7, 31))
    assert bars.factor == Fraction(190, 160)
    assert bars.caps["R3000E"] == 10 * DOLLAR * 10 * MILLION * Fraction(190, 160)


CAPS = {"TOP50": 900, "TOP200": 700, "TOP500": 500, "R1000": 300, "MICRO": 200, "R3000": 100, "R3000E": 50}
BARS = Bars(Fraction(1), {cut: Fraction(cap) for cut, cap in CAPS.items()})


@pytest.mark.parametrize(
    ("cap", "indexes"),
    [
        (900, "R1000 R3000 R3000E TOP50 TOP200 TOP500"),
        (899, "R1000 R3000 R3000E TOP200 TOP500"),
        (700, "R1000 R3000 R3000E TOP200 TOP500"),
        (699, "R1000 R3000 R3000E TOP500 MIDCAP"),
        (499, "R1000 R3000 R3000E R2500 MIDCAP"),
        (300, "R1000 R3000 R3000E R2500 MIDCAP"),
        (299, "R2000 R3000 R3000E R2500"),
        (200, "R2000 R3000 R3000E R2500"),
        (199, "R2000 R3000 R3000E R2500 RMICRO"),
        (100, "R2000 R3000 R3000E R2500 RMICRO"),
        (99, "R3000E RMICRO"),
    ],
)
def test_a_newcomer_is_placed_by_breakpoints_without_bands(cap: int, indexes: str) -> None:
    assert placed(cap, BARS) == set(indexes.split())


# --- a whole event ----------------------------------------------------------------------------------------------------


def outcome(found: Additions, number: int = 3) -> set[str]:
    return {index for index, lines in found.after.items() if number in lines}


def test_an_ipo_that_is_larger_than_the_smallest_company_enters() -> None:
    found = added(Made("NEW", [30], first=2, way="underwritten"))
    assert outcome(found) == {"R1000", "R3000", "R3000E", "TOP50", "TOP200", "TOP500"}
    assert {(line, action) for _, line, action in found.changes} == {(3, "addition")}
    assert {index: lines - {3} for index, lines in found.after.items() if index in BEFORE} == BEFORE


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (Made("NEW", [10], first=2, way="underwritten"), "9.3: no larger"),  # as large is not larger
        (Made("NEW", [0.99], 900 * MILLION, first=2, way="underwritten"), "price"),
        (Made("NEW", [1.5, 1.5, 1.5, 0.9], 900 * MILLION, first=2, way="underwritten"), "price"),  # no averaging
        (Made("NEW", [30], first=2, way="underwritten", nature=Nature(structure="spac")), "structure"),
        (
            Made(
                "NEW",
                [30],
                first=2,
                way="underwritten",
                nature=Nature(incorporated="Israel", headquartered="Israel", assets_in="Israel"),
            ),
            "country",
        ),
        (Made("NEW", [30], first=2, way="underwritten", nature=Nature(public_ppm=4_000)), "float"),
        (Made("NEW", [30], first=2, way="underwritten", exchange="otc"), "exchange"),
        (Made("NEW", [30], first=2, way="spin_off", parent=0), "9.2: spin off"),
        (Made("NEW", [30], first=2, way="direct"), "9.6"),
        (Made("NEW", [30], first=4, way="underwritten"), ""),  # after the rank day: nobody of this event
    ],
)
def test_who_does_not_enter(made: Made, rule: str) -> None:
    found = added(made)
    assert not outcome(found)
    assert not found.changes
    if rule:
        assert found.decisions[3].why.startswith(rule)
    else:
        assert 3 not in found.decisions


@pytest.mark.parametrize(
    ("rank_day", "effective", "reason"),
    [
        (date(2024, 7, 31), date(2024, 9, 20), None),  # the older text asks for no lock-up
        (date(2024, 9, 23), date(2024, 12, 20), "structure"),
        (date(2024, 11, 30), date(2024, 12, 20), None),  # 180 days after 2024-06-03
    ],
)
def test_what_merged_waits_for_the_end_of_its_lock_up(rank_day: date, effective: date, reason: str | None) -> None:
    made = Made("NEW", [30], first=2, way="merger")
    ledger = ByHand([LARGE, MIDDLE, SMALL, made], (*DAYS, date(2024, 11, 30)))
    assert Judge(ledger, rank_day, rules_on(effective), ()).verdict(3).reason == reason


def test_one_class_of_several_is_presumed_to_fail_on_votes_in_technology() -> None:
    def of(name: str, industry: str) -> Additions:
        ledger = ByHand([LARGE, MIDDLE, SMALL, Made("NEW", [30], first=2, way="underwritten")])
        ledger.lines[3].name, ledger.issuers[3].company.industry = name, industry
        return ipo_event(ledger, SEPTEMBER, Opening(BEFORE, None), base_of(ledger, 0, 1, 2))

    assert not outcome(of("New Inc. Class A Common Stock", "Semiconductors"))
    assert outcome(of("New Inc. Common Stock", "Semiconductors"))
    assert outcome(of("New Inc. Class A Common Stock", "Restaurants"))


def test_float_and_votes_that_nobody_tells_pass() -> None:
    nature = Nature(votes_ppm=1_000, untold=frozenset({"votes"}))
    assert "R1000" in outcome(added(Made("NEW", [30], first=2, way="underwritten", nature=nature)))


def test_a_newcomer_that_leaves_before_the_first_day_does_not_enter_and_a_member_is_not_replaced() -> None:
    found = added(Made("NEW", [30], first=2, last=4, way="underwritten", leaving="acquired"))
    assert found.decisions[3].indexes
    assert not outcome(found)
    ledger = ByHand([LARGE, Made("MIDDLE", [50], last=4), SMALL])
    gone = ipo_event(ledger, SEPTEMBER, Opening(BEFORE, None), base_of(ledger, 0, 1, 2))
    assert gone.before["R2000"] == gone.after["R2000"] == {2}
    assert not gone.changes


def test_the_bar_has_moved_with_the_market() -> None:
    made = Made("NEW", [11], first=2, way="underwritten")
    assert outcome(added(made))
    ledger = ByHand([Made("LARGE", [100, 100, 100, 130]), MIDDLE, SMALL, made])
    assert not outcome(ipo_event(ledger, SEPTEMBER, Opening(BEFORE, None), base_of(ledger, 0, 1, 2)))


# --- fast entry -------------------------------------------------------------------------------------------------------

JUNE = (
    *(RANKED, date(2026, 5, 27), date(2026, 5, 28), date(2026, 5, 29), date(2026, 6, 1), date(2026, 6, 2)),
    *(date(2026, 6, 3), date(2026, 6, 4), date(2026, 6, 5), date(2026, 6, 8), date(2026, 6, 26), date(2026, 6, 29)),
)
LOCK = (date(2026, 6, 8), date(2026, 6, 26))


@pytest.mark.parametrize(
    ("made", "entered"),
    [
        (Made("GIANT", [100], 100 * MILLION, first=2, way="underwritten"), date(2026, 6, 4)),  # its fifth is 06-03
        (Made("GIANT", [100], 100 * MILLION, first=5, way="underwritten"), date(2026, 6, 29)),  # 06-08: locked
        (Made("GIANT", [100], 100 * MILLION, first=4, way="underwritten"), date(2026, 6, 8)),  # 06-05: in time
        (Made("GIANT", [100], 100 * MILLION, first=2, way="direct"), None),
        # Nobody tells this from an underwritten one.
        (Made("GIANT", [100], 100 * MILLION, first=2, way="best_efforts"), date(2026, 6, 4)),
        # What is sold has to be larger than the smallest company (the cuts are all there): 100 million.
        (Made("GIANT", [100], 100 * MILLION, first=2, way="underwritten", offered_ppm=10_000), None),
        (Made("GIANT", [100], 100 * MILLION, first=2, way="underwritten", offered_ppm=10_001), date(2026, 6, 4)),
        (
            Made("GIANT", [100], 100 * MILLION, first=2, way="underwritten", nature=Nature(is_american=False)),
            date(2026, 6, 4),
        ),
        (Made("GIANT", [100], 100 * MILLION, first=2, way="underwritten", nature=Nature(structure="fund")), None),
    ],
)
def test_a_giant_enters_after_its_fifth_session(made: Made, entered: date | None) -> None:
    ledger = ByHand([LARGE, MIDDLE, SMALL, made], JUNE)
    found = fast_entries(ledger, date(2026, 5, 1), date(2026, 6, 26), base_of(ledger, 0, 1, 2), LOCK)
    assert [each.effective_from for each in found] == ([entered] if entered else [])
    if found:
        assert "R1000" in found[0].indexes


def test_nobody_entered_so_before_the_rule() -> None:
    early = tuple(day.replace(year=2025) if day != RANKED else day for day in JUNE)
    ledger = ByHand([LARGE, MIDDLE, SMALL, Made("GIANT", [100], 100 * MILLION, first=2, way="underwritten")], early)
    assert not fast_entries(ledger, date(2025, 5, 1), date(2025, 6, 26), base_of(ledger, 0, 1, 2), None)


# --- between events ---------------------------------------------------------------------------------------------------


def test_who_leaves_the_exchanges_leaves_every_index_in_order() -> None:
    ledger = ByHand(
        [
            LARGE,
            Made("MIDDLE", [50], last=4, leaving="bankrupt"),
            Made("SMALL", [10], last=2, leaving="acquired"),
            Made("OTHER", [9], last=2, leaving="moved"),
        ]
    )
    left = departures(ledger, BEFORE, RANKED, date(2024, 9, 23))
    assert [(each.line, each.last, each.how) for each in left] == [
        (2, date(2024, 6, 3), "acquired"),
        (1, date(2024, 8, 1), "bankrupt"),
    ]
    assert departures(ledger, BEFORE, RANKED, date(2024, 6, 3)) == []
    assert remaining(ledger, BEFORE, date(2024, 7, 31)) == {
        "R1000": {0},
        "R2000": {1},
        "R3000": {0, 1},
        "R3000E": {0, 1},
        "RMICRO": set(),
    }


def test_a_spin_off_joins_its_parent_where_it_is_large_enough() -> None:
    assert joins_parent(51, {"R1000", "MIDCAP"}, BARS) == {"R1000", "MIDCAP"}
    assert joins_parent(50, {"R1000", "MIDCAP"}, BARS) == set()


# --- a chain of a simulated market ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_event_of_a_market_is_told_in_order() -> None:
    market = simulate(event("2026-06-recon"), lines=6_000, years=2)
    chain = list(told(market))
    events = ["2025-06-recon", "2025-09-ipo", "2025-12-ipo", "2026-03-ipo", "2026-06-recon"]
    assert [each.event_id for each in chain] == events
    rounds = [each for each in chain if isinstance(each, Additions)]
    for one, two in pairwise(chain):
        for index, lines in two.before.items():
            assert lines <= one.after[index]
    for each in rounds:
        assert not [change for change in each.changes if change[2] != "addition"]
        assert each.after["R3000"] == each.after["R1000"] | each.after["R2000"]
        assert each.after["R3000E"] >= each.after["R3000"] | each.after["RMICRO"]
        whys = " ".join(decision.why for decision in each.decisions.values())
        for rule in ("9.2: underwritten", "9.2: spin off", "9.2: uplisting", "9.6: ", "structure", "country"):
            assert rule in whys, (each.event_id, rule)
        assert 5 <= len({line for _, line, _ in each.changes}) <= 120
    assert isinstance(chain[-1], Story)
