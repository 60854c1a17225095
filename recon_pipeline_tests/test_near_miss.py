"""Near misses on random markets: at the cap that recon.near_miss tells a company changes sides, a step short of it not.

The ranking is run again by the oracle of `test_bands.py`, in exact fractions; the queries agree with it there.

Does not belong here: single rows (`cases/recon.near_miss`), a whole event run again (`test_what_if.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recon_pipeline_tests.test_bands import (
    BUILT,
    CUTS,
    ON_BOTH_EDGES,
    Company,
    Market,
    Result,
    _given,
    _indexes,
    market_of,
    markets,
    reconstitute,
)
from recon_pipeline_tests.test_sql_cases import TABLES, Bench, open_bench

pytestmark = pytest.mark.engine

STEP = Fraction(1, 10_000)
"""A market cap is a decimal of four places: this is the next one."""


@dataclass(frozen=True)
class Miss:
    """A row of recon.near_miss."""

    ticker: str
    cut: str
    is_above: bool
    flip_cap: Fraction
    margin_ranks: int
    passed: str
    leaves: frozenset[str]
    enters: frozenset[str]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("near")) as opened:
        yield opened


def near_misses(bench: Bench, market: Market, window_pct: int = 9999) -> list[Miss]:
    given = _given(market)
    given["core.event_rules"] += [{"rule": "near_miss_pct", "value": str(window_pct)}]
    with bench.undone():
        for table, rows in given.items():
            bench.give(table, [{**row, "event_id": "market"} for row in rows], {})
        for table in (*BUILT, "recon.near_miss"):
            bench.warehouse.rebuild(TABLES[table], {"event_id": "market"})
        found = bench.warehouse.frame(
            "select ticker, cut_id, is_above, flip_cap_usd, margin_ranks, passed_ticker, leaves, enters "
            "from recon.near_miss order by nearness"
        ).rows()
    return [
        Miss(ticker, cut, above, Fraction(cap), ranks, passed, *(frozenset((told or "").split()) for told in indexes))
        for ticker, cut, above, cap, ranks, passed, *indexes in found
    ]


def at(market: Market, company: Company, cap: Fraction) -> Market:
    """The market with another cap of one company."""
    moved = replace(company, cap=cap)  # type: ignore[arg-type]
    return replace(market, companies=tuple(moved if one is company else one for one in market.companies))


def crossed(result: Result, company: Company, cut: str) -> Result:
    """The result with one company on the other side of one cut."""
    above = result.above | {(company.ticker, cut): not result.above[company.ticker, cut]}
    others = {(index, ticker) for index, ticker in result.members if ticker != company.ticker}
    return replace(
        result, above=above, members=others | {(index, company.ticker) for index in _indexes(company.ticker, above)}
    )


def places(market: Market, company: Company) -> list[Fraction]:
    """Every cap at which the order of the companies is another one."""
    caps = {Fraction(other.cap) for other in market.companies if other is not company}
    return sorted({cap + step for cap in caps for step in (-STEP, Fraction(0), STEP)} - {Fraction(company.cap)})


small = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])


@given(markets(), st.data())
@example(ON_BOTH_EDGES, None)
@small
def test_at_the_flip_a_company_changes_sides_and_nowhere_before_it(
    bench: Bench, market: Market, data: st.DataObject | None
) -> None:
    ranked = [company for company in market.companies if company.is_eligible]
    told = {(miss.ticker, miss.cut): miss for miss in near_misses(bench, market)}
    before = reconstitute(market)
    chosen = ranked if data is None else ranked and [data.draw(st.sampled_from(ranked))]
    for company in chosen:
        larger = [cap for cap in places(market, company) if cap > company.cap]
        smaller = [cap for cap in places(market, company) if 0 < cap < company.cap][::-1]
        results = {cap: reconstitute(at(market, company, cap)) for cap in larger + smaller}
        for cut in CUTS:
            is_above = before.above[company.ticker, cut]
            # From its own cap on, in the direction that would move it: down from above, up from below.
            path = smaller if is_above else larger
            flip = next((cap for cap in path if results[cap].above[company.ticker, cut] != is_above), None)
            miss = told.get((company.ticker, cut))
            if flip is not None and miss is None:
                assert indexes(before, company.ticker) == indexes(crossed(before, company, cut), company.ticker)
            if miss:
                assert miss.flip_cap == flip, (company, cut)
                assert miss.is_above == is_above
                moved = before.ranks[company.ticker] - results[miss.flip_cap].ranks[company.ticker]
                # Of several companies with the cap that it takes, it may pass more than the one that decides.
                alike = sum(abs(other.cap - miss.flip_cap) <= STEP for other in ranked if other is not company)
                assert miss.margin_ranks == moved if alike == 1 else abs(miss.margin_ranks) <= abs(moved)
                short = reconstitute(at(market, company, miss.flip_cap + (STEP if is_above else -STEP)))
                assert short.above[company.ticker, cut] == is_above


@given(markets())
@small
def test_what_it_leaves_and_enters_are_the_memberships_that_differ_at_the_flip(bench: Bench, market: Market) -> None:
    before = reconstitute(market)
    of_before = {company.ticker: indexes(before, company.ticker) for company in market.companies}
    for miss in near_misses(bench, market):
        assert miss.leaves <= of_before[miss.ticker]
        assert not miss.enters & of_before[miss.ticker]
        company = next(one for one in market.companies if one.ticker == miss.ticker)
        after = reconstitute(at(market, company, miss.flip_cap))
        # In so small a market a company may cross more than one cut at once.
        if [cut for cut in CUTS if before.above[miss.ticker, cut] != after.above[miss.ticker, cut]] == [miss.cut]:
            assert miss.leaves == of_before[miss.ticker] - indexes(after, miss.ticker)
            assert miss.enters == indexes(after, miss.ticker) - of_before[miss.ticker]


def indexes(result: Result, ticker: str) -> frozenset[str]:
    return frozenset(index for index, member in result.members if member == ticker)


def test_only_what_is_within_the_window_is_told(bench: Bench) -> None:
    caps = {"A": (1000, "R1000"), "B": (900, "R1000"), "C": (800, "R2000"), "D": (100, "R2000")}
    market = market_of(caps, cut=2, band=0)
    assert {(m.ticker, m.cut) for m in near_misses(bench, market, 15) if m.cut == "R1000"} == {
        ("B", "R1000"),
        ("C", "R1000"),
    }
    assert {m.ticker for m in near_misses(bench, market, 25) if m.cut == "R1000"} == {"A", "B", "C"}
    assert {m.ticker for m in near_misses(bench, market, 801) if m.cut == "R1000"} == {"A", "B", "C", "D"}


def test_of_two_of_one_cap_the_tie_break_tells_whether_a_cent_is_needed(bench: Bench) -> None:
    market = market_of({"A": (30, "R1000"), "B": (20, "R1000"), "C": (20, "R2000"), "D": (10, "R2000")}, cut=2, band=0)
    flips = {m.ticker: m.flip_cap for m in near_misses(bench, market) if m.cut == "R1000"}
    assert flips["B"] == 20 - STEP
    assert flips["C"] == 20 + STEP
    assert flips["D"] == 20 + STEP
    assert flips["A"] == 20 - STEP
