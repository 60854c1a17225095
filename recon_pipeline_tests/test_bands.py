"""Ranks, cut-offs and bands on random markets: the SQL against a slow oracle, and what must hold of any market.

The oracle below is written from the methodology notes (sections 7 and 17) in exact fractions, not from the SQL: recon.
ranking, recon.breakpoints, recon.placements and recon.index_membership must agree with it to the last company.

Does not belong here: single rows of a query (`cases/`), and members without figures (`cases/recon.ranking`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recon_pipeline_tests.test_sql_cases import TABLES, Bench, Row, open_bench

pytestmark = pytest.mark.engine

CUTS = ("TOP50", "TOP200", "TOP500", "R1000", "MICRO", "R3000", "R3000E")
BANDED = ("TOP200", "TOP500", "R1000", "MICRO")
PARTS_OF_R3000 = {"TOP200", "TOP500", "R1000", "R2000", "R3000"}
BUILT = ("recon.ranking", "recon.breakpoints", "recon.placements", "recon.index_membership")
MADE = (
    "select ticker, rank, percentile from recon.ranking where event_id = $event",
    "select breakpoint_id, ticker, band_high_usd, band_low_usd from recon.breakpoints where event_id = $event",
    "select company_id, breakpoint_id, is_above, is_held_by_band from recon.placements where event_id = $event",
    "select index_id, ticker, is_held_by_band from recon.index_membership where event_id = $event",
)


# --- markets ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Company:
    """A company with one line: its cap in USD, and the indexes that it was in before, as far as the opening tells."""

    ticker: str
    cap: int
    before: frozenset[str]
    is_eligible: bool = True

    @property
    def was_in_r3000(self) -> bool:
        """Whether the opening names it in any part of the Russell 3000 (7.2)."""
        return bool(self.before & PARTS_OF_R3000)


@dataclass(frozen=True)
class Market:
    """Companies, the indexes whose opening is known, the rank of each cut, the half width of each band in percent."""

    companies: tuple[Company, ...]
    known: frozenset[str]
    cuts: dict[str, int]
    bands: dict[str, Fraction]


BEFORE = st.sampled_from(
    [
        frozenset[str](),
        frozenset({"RMICRO"}),
        frozenset({"R2000", "R3000"}),
        frozenset({"R2000", "R3000", "RMICRO"}),
        frozenset({"R1000", "R3000"}),
        frozenset({"R1000", "R3000", "TOP500"}),
        frozenset({"R1000", "R3000", "TOP500", "TOP200"}),
    ]
)


@st.composite
def markets(draw: st.DrawFn, *, banded: bool = True) -> Market:
    """Small markets in which ties, exact edges of bands and short rankings are common."""
    caps = draw(st.lists(st.integers(1, 12), min_size=1, max_size=14))
    if draw(st.booleans()):  # a round total: then a percentile often lies on the edge of a band
        caps[0] += -sum(caps) % 100
    tickers = draw(st.permutations([f"T{number:02}" for number in range(len(caps))]))
    known = draw(st.sets(st.sampled_from(["TOP200", "TOP500", "R1000", "R2000", "RMICRO"])))
    if {"R1000", "R2000"} <= known:
        known.add("R3000")
    # A list of the larger companies alone leaves sides open that no case of real openings needs.
    if known & {"R1000", "TOP200", "TOP500"}:
        known |= {"RMICRO", "TOP500"}
    companies = tuple(
        Company(ticker, cap, draw(BEFORE) & known, draw(st.integers(0, 9)) > 0)
        for ticker, cap in zip(tickers, caps, strict=True)
    )
    ranks = sorted(draw(st.lists(st.integers(1, len(caps) + 2), min_size=len(CUTS), max_size=len(CUTS))))
    widths = st.one_of(st.integers(0, 20).map(Fraction), st.sampled_from([Fraction(1, 2), Fraction("33.3333")]))
    bands = {cut: draw(widths) if banded else Fraction(0) for cut in BANDED}
    return Market(companies, frozenset(known), dict(zip(CUTS, ranks, strict=True)), bands)


# --- the oracle -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What the event makes of a market, by ticker and, of cuts, by name."""

    ranks: dict[str, int]
    percentiles: dict[str, Fraction]
    breakpoints: dict[str, tuple[str, int, int]]
    """Ticker at the cut, highest and lowest cap within its band."""
    above: dict[tuple[str, str], bool]
    held: set[tuple[str, str]]
    members: set[tuple[str, str]]


def reconstitute(market: Market) -> Result:
    """Methodology 7 and 17, in exact fractions. Percentiles are cut to millionths, as they are published."""
    order = sorted((c for c in market.companies if c.is_eligible), key=lambda company: (-company.cap, company.ticker))
    total = sum(company.cap for company in order[: market.cuts["R3000E"]])
    exact = [Fraction(100 * sum(c.cap for c in order[:rank]), total) for rank in range(1, len(order) + 1)]
    breakpoints, above, held = {}, {}, set()
    for cut, cut_rank in market.cuts.items() if order else ():
        # 7.1: all other cut-offs stay where they are when fewer companies qualify; then the last one stands there.
        middle, width = exact[min(cut_rank, len(order)) - 1], market.bands.get(cut, Fraction(0))
        inside = [c.cap for c, p in zip(order, exact, strict=True) if middle - width <= p <= middle + width]
        breakpoints[cut] = (order[min(cut_rank, len(order)) - 1].ticker, max(inside), min(inside))
        for rank, (company, percentile) in enumerate(zip(order, exact, strict=True), start=1):
            placed = by_rank = rank <= cut_rank
            was_above = _was_above(company, cut, market.known)
            if width and was_above is not None:
                placed = percentile <= middle + width if was_above else percentile < middle - width
            above[company.ticker, cut] = placed
            if placed != by_rank:
                held.add((company.ticker, cut))
    return Result(
        ranks={company.ticker: rank for rank, company in enumerate(order, start=1)},
        percentiles={c.ticker: Fraction(floor(p * 10**6), 10**6) for c, p in zip(order, exact, strict=True)},
        breakpoints=breakpoints,
        above=above,
        held=held,
        members={(index, c.ticker) for c in order for index in _indexes(c.ticker, above)},
    )


def _was_above(company: Company, cut: str, known: frozenset[str]) -> bool | None:
    """Methodology 7.9: the side of a cut that a member of the Russell 3000 was on; None for others, and if unknown."""
    if not company.was_in_r3000 or cut not in BANDED:
        return None
    if cut == "MICRO":
        return "RMICRO" not in company.before if "RMICRO" in known else None
    if "R2000" in company.before:
        return False
    wholes = {"R1000": {"TOP200", "TOP500", "R1000"}, "TOP500": {"TOP200", "TOP500"}, "TOP200": {"TOP200"}}[cut]
    if company.before & wholes:
        return True
    return False if cut in known else None


def _indexes(ticker: str, above: dict[tuple[str, str], bool]) -> set[str]:
    """Methodology 7.2 and 7.3: the indexes of a company from the sides of the cuts that it stands on."""
    side = {cut: above[ticker, cut] for cut in CUTS}
    found = {"R3000E"} if side["R3000E"] else set()
    if not side["R3000"]:
        return found | ({"RMICRO"} if side["R3000E"] else set())
    found |= {"R3000", "R1000" if side["R1000"] else "R2000"} | {top for top in CUTS[:3] if side[top]}
    found |= {"R2500"} if not side["TOP500"] else set()
    found |= {"MIDCAP"} if side["R1000"] and not side["TOP200"] else set()
    return found | ({"RMICRO"} if not side["R1000"] and not side["MICRO"] else set())


# --- the SQL ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("bands")) as opened:
        yield opened


def run(bench: Bench, *markets: Market) -> list[Result]:
    """Let the four queries make an event of each market: one filling of the tables for all, for that is what costs."""
    events = {f"market-{number}": market for number, market in enumerate(markets)}
    given = {event: _given(market) for event, market in events.items()}
    with bench.undone():
        for table in next(iter(given.values())):
            bench.give(table, [{**row, "event_id": event} for event in events for row in given[event][table]], {})
        for event in events:
            for table in BUILT:
                bench.warehouse.rebuild(TABLES[table], {"event_id": event})
        return [_result(bench, event) for event in events]


def _result(bench: Bench, event: str) -> Result:
    ranking, breakpoints, placements, members = (bench.warehouse.frame(text, {"event": event}).rows() for text in MADE)
    result = Result(
        ranks={ticker: rank for ticker, rank, _ in ranking},
        percentiles={ticker: Fraction(percentile) for ticker, _, percentile in ranking},
        breakpoints={cut: (ticker, int(high), int(low)) for cut, ticker, high, low in breakpoints},
        above={(company[2:], cut): above for company, cut, above, _ in placements},
        held={(company[2:], cut) for company, cut, _, held in placements if held},
        members={(index, ticker) for index, ticker, _ in members},
    )
    # Each query has said so much in its own words: the flag of a member is that of one of its cuts.
    assert {ticker for _, ticker, held in members if held} <= {ticker for ticker, _ in result.held}
    return result


def _given(market: Market) -> dict[str, list[Row]]:
    lines = market.companies
    rules: Row = {f"cut_{cut.lower()}": str(rank) for cut, rank in market.cuts.items()}
    rules |= {f"band_{cut.lower()}": f"{float(width):.4f}" for cut, width in market.bands.items()}
    rules |= {"has_microcap": "1", "has_r3000e": "1"}
    # Of each known index one member is gone, so that it is known even where none of it is left.
    opening: list[tuple[str, str, str | None]] = [(index, "GONE", None) for index in sorted(market.known)]
    opening += [(index, company.ticker, company.ticker) for company in lines for index in sorted(company.before)]
    return {
        "core.event_rules": [{"rule": rule, "value": value} for rule, value in rules.items()],
        "core.vintages": [{"vintage": "final"}],
        "core.opening_members": [
            {"index_id": index, "opening_ticker": name, "rank_ticker": line, "basis": "ticker" if line else "gone"}
            for index, name, line in opening
        ],
        "core.departures": [{"rank_ticker": company.ticker, "ticker": company.ticker} for company in lines],
        "recon.universe": [
            {
                "ticker": company.ticker,
                "is_pricing_vehicle": "true",
                "company_line_count": "1",
                "company_market_cap_usd": str(company.cap),
                "is_member": str(bool(company.before)),
                "opening_r3000": str(company.was_in_r3000),
                "opening_rmicro": str("RMICRO" in company.before),
            }
            for company in lines
        ],
        "recon.eligibility": [
            {"ticker": c.ticker, "status": "eligible"}
            if c.is_eligible
            else {"ticker": c.ticker, "status": "ineligible", "reason": "price"}
            for c in lines
        ],
    }


# --- what holds -------------------------------------------------------------------------------------------------------

batches = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
MARKETS_AT_A_TIME = 5


def market_of(caps: dict[str, tuple[int, str]], cut: int, band: int) -> Market:
    """A market with one cut that matters, that of the Russell 1000, and all members known."""
    whole = dict.fromkeys(CUTS, len(caps)) | {"TOP50": 1, "TOP200": 1, "TOP500": 1, "R1000": cut}
    companies = tuple(
        Company(ticker, cap, frozenset({before, "R3000"}) if before else frozenset())
        for ticker, (cap, before) in caps.items()
    )
    bands = dict.fromkeys(BANDED, Fraction(0)) | {"R1000": Fraction(band)}
    return Market(companies, frozenset({"R1000", "R2000", "R3000"}), whole, bands)


ON_BOTH_EDGES = market_of(
    {"A": (44, ""), "B": (10, "R2000"), "C": (12, "R2000"), "D": (10, "R1000"), "E": (2, "R1000"), "F": (22, "R1000")},
    cut=4,
    band=10,
)
"""By rank A, F, C, B, D, E at percentiles 44, 66, 78, 88, 98, 100; around the fourth, B, the band is 78 to 98."""


@given(st.lists(markets(), min_size=1, max_size=MARKETS_AT_A_TIME))
@example([ON_BOTH_EDGES])
@batches
def test_the_sql_agrees_with_the_oracle(bench: Bench, drawn: list[Market]) -> None:
    for market, got in zip(drawn, run(bench, *drawn), strict=True):
        wanted = reconstitute(market)
        assert got.ranks == wanted.ranks
        assert got.percentiles == wanted.percentiles
        assert got.breakpoints == wanted.breakpoints
        assert got.above == wanted.above
        assert got.held == wanted.held
        assert got.members == wanted.members


@given(st.lists(markets(), min_size=1, max_size=MARKETS_AT_A_TIME))
@batches
def test_what_holds_of_every_market(bench: Bench, drawn: list[Market]) -> None:
    for market, result in zip(drawn, run(bench, *drawn), strict=True):
        caps = {company.ticker: company.cap for company in market.companies if company.is_eligible}
        order = sorted(result.ranks, key=lambda ticker: result.ranks[ticker])
        assert [result.ranks[ticker] for ticker in order] == list(range(1, len(caps) + 1))
        assert order == sorted(caps, key=lambda ticker: (-caps[ticker], ticker))
        percentiles = [result.percentiles[ticker] for ticker in order]
        assert percentiles == sorted(percentiles)
        assert not order or percentiles[min(market.cuts["R3000E"], len(order)) - 1] == 100
        newcomers = {company.ticker for company in market.companies if not company.was_in_r3000}
        assert not newcomers & {ticker for ticker, _ in result.held}, "a band holds members of the Russell 3000 only"
        members = {index: {t for i, t in result.members if i == index} for index in ("R1000", "R2000", "R3000")}
        assert members["R1000"] | members["R2000"] == members["R3000"]
        assert not members["R1000"] & members["R2000"]
        assert members["R3000"] == set(order[: market.cuts["R3000"]])


@given(markets())
@batches
def test_the_order_of_the_rows_decides_nothing(bench: Bench, market: Market) -> None:
    forth, back = run(bench, market, replace(market, companies=market.companies[::-1]))
    assert forth == back


@given(markets(banded=False), st.data())
@batches
def test_without_bands_rank_decides_and_a_larger_cap_never_costs_a_place(
    bench: Bench, market: Market, data: st.DataObject
) -> None:
    one = data.draw(st.sampled_from(market.companies))
    larger = replace(one, cap=one.cap + data.draw(st.integers(1, 10)))
    grown = replace(market, companies=tuple(larger if company is one else company for company in market.companies))
    before, after = run(bench, market, grown)
    assert not before.held
    assert all(above == (before.ranks[t] <= market.cuts[cut]) for (t, cut), above in before.above.items())
    assert all(after.above[t, cut] for (t, cut), above in before.above.items() if above and t == one.ticker)


@pytest.mark.parametrize(("cap", "index"), [(10, "R1000"), (11, "R2000")])
def test_with_bands_a_larger_cap_can_cost_a_member_its_place(bench: Bench, cap: int, index: str) -> None:
    """The percentile of a company includes its own cap (7.5): C, third, is 10 / 100 behind B, or 11 / 101."""
    market = market_of(
        {"A": (50, "R1000"), "B": (30, "R1000"), "C": (cap, "R1000"), "D": (10, "R2000")}, cut=2, band=10
    )
    assert (index, "C") in run(bench, market)[0].members


@pytest.mark.parametrize(
    ("ticker", "index", "is_held"),
    [("A", "R1000", False), ("C", "R2000", True), ("B", "R2000", True), ("D", "R1000", True), ("E", "R2000", False)],
)
def test_the_edges_of_a_band_are_within_it(bench: Bench, ticker: str, index: str, is_held: bool) -> None:
    (result,) = run(bench, ON_BOTH_EDGES)
    assert (index, ticker) in result.members
    assert ((ticker, "R1000") in result.held) == is_held
