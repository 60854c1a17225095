"""A simulated market of years: several reconstitutions, what happens between them, and what was known at each.

What does not belong here: the market around one rank day (`test_simulation.py`), the pipeline on it (the oracle).
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from recon_pipeline.errors import BadInput
from recon_pipeline.events import event
from recon_pipeline.simulation import SimulatedMarket, opening_csv, simulate
from recon_pipeline.simulation.census import PRICE_UNIT
from recon_pipeline.simulation.demo import home_name
from recon_pipeline.simulation.providers import Providers
from recon_pipeline.simulation.providers.form import KEY, Request
from recon_pipeline.simulation.registers import Registers
from recon_pipeline.simulation.walk import walk

EVENT = "2026-06-recon"
RANK_DAYS = (date(2024, 4, 30), date(2025, 4, 30), date(2026, 4, 30))
SCRIPT = Path(__file__).parents[1] / "benchmarks" / "simulate.py"
Rows = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return simulate(event(EVENT), lines=9000, years=3)


@pytest.fixture(scope="module")
def registers(market: SimulatedMarket) -> Registers:
    return Registers(market)


def rows(market: SimulatedMarket, session: int) -> Rows:
    """Rows of all exchanges in a session, by symbol as printed."""
    return {row["symbol"].strip(): row for body in market.written(session).values() for row in json.loads(body)}


def caps(market: SimulatedMarket, session: int) -> list[float]:
    """Caps in USD of the eligible companies above a dollar and $30M, largest first."""
    found = [
        market.close(number, session) * market.shares(number, session) / PRICE_UNIT
        for number, company in enumerate(market.companies)
        if company.eligible and market.listed(number, session) and market.close(number, session) >= PRICE_UNIT
    ]
    return sorted((cap for cap in found if cap >= 30_000_000), reverse=True)


# --- the span ---------------------------------------------------------------------------------------------------------


def test_a_span_of_years_begins_with_a_membership_and_holds_all_reconstitutions_since(market: SimulatedMarket) -> None:
    span = market.span
    assert span.rank_days == RANK_DAYS
    assert span.sessions[0] == span.opening_asof == event("2023-06-recon").effective_from
    assert span.sessions[-1] == event(EVENT).effective_from
    assert [span.sessions[rank] for rank, _ in span.seasons] == list(RANK_DAYS)
    assert len(span.sessions) == pytest.approx(756, abs=5)
    assert home_name(9000, 3, 1) == "simulated-9000-3-1"


@pytest.mark.parametrize(("years", "count"), [(1, 1), (2, 2), (10, 10)])
def test_years_are_an_option(years: int, count: int) -> None:
    other = simulate(event(EVENT), lines=600, years=years)
    assert len(other.span.rank_days) == count
    assert len(other.sessions) == pytest.approx(252 * years, abs=8)
    assert 500 < len(other.lines) < 700
    assert len(opening_csv(other).splitlines()) > 150


def test_years_before_any_membership_are_refused() -> None:
    with pytest.raises(BadInput, match="No membership"):
        simulate(event("2005-06-recon"), lines=600, years=3)


def test_bytes_are_those_of_every_other_platform() -> None:
    # A deliberate change of the generator changes it; a change of platform must not.
    small = simulate(event(EVENT), lines=600, years=3, seed=7)
    digest = hashlib.sha256(opening_csv(small) + small.closes.astype("<i8").tobytes())
    for rank, effective in small.span.seasons:
        for session in (rank, effective):
            for body in small.written(session).values():
                digest.update(body)
    assert digest.hexdigest() == "a017c4b5e9ea11b5475840167f0465880e94664e1334c1cac0d60438eba1dffe"


def test_the_walk_is_that_of_whole_numbers_line_by_line(benchmark_script: ModuleType) -> None:
    small = simulate(event(EVENT), lines=600, years=1, seed=3)
    plain = benchmark_script.plain_walk(small)
    assert [row.tolist() for row in plain] == small.closes.tolist()
    again = walk(
        small.lines, small.companies, rank=small.span.rank_index, sessions=len(small.sessions), seed=small.seed
    )
    assert (again == small.closes).all()


@pytest.fixture(scope="module")
def benchmark_script() -> ModuleType:
    if not SCRIPT.exists():
        pytest.skip("the benchmarks are not part of an installed package")
    spec = importlib.util.spec_from_file_location("simulate_benchmark", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- the market on each rank day --------------------------------------------------------------------------------------


def test_caps_follow_the_published_shape_on_every_rank_day(market: SimulatedMarket) -> None:
    for rank, _ in market.span.seasons:
        found = caps(market, rank)
        assert 3_350 <= len(found) <= 3_700
        assert 1e12 < found[0] < 5e12
        assert 2.5e9 < found[999] < 6e9
        assert 100e6 < found[2999] < 260e6


def test_about_as_many_lines_are_listed_on_every_rank_day(market: SimulatedMarket) -> None:
    listed = [sum(market.listed(line, rank) for line in range(len(market.lines))) for rank, _ in market.span.seasons]
    assert min(listed) > 0.92 * max(listed)
    assert max(listed) < 0.8 * len(market.lines), "some have left, and some are still to come"


def test_companies_come_and_go_between_rank_days(market: SimulatedMarket) -> None:
    (first, _), (second, _), _ = market.span.seasons
    common = [company for company in market.companies if company.kind == "common"]
    assert sum(first < company.last < second for company in common) > 200
    assert sum(first < company.first < second for company in common) > 200
    for company in market.companies:
        assert company.first <= company.last
        if company.succeeds is None:
            assert company.first == 0 or company.ipo_year == market.sessions[company.first].year


def test_some_are_under_a_dollar_on_every_rank_day_and_some_have_no_row_or_no_trade(market: SimulatedMarket) -> None:
    for rank, _ in market.span.seasons:
        eligible = [number for number, company in enumerate(market.companies) if company.eligible]
        assert sum(market.listed(n, rank) and market.close(n, rank) < PRICE_UNIT for n in eligible) >= 20
        printed = rows(market, rank)
        gaps = [n for n, line in enumerate(market.lines) if rank in line.gaps and market.listed(n, rank)]
        halts = [n for n, line in enumerate(market.lines) if rank in line.halts]
        assert len(gaps) >= 8
        assert len(halts) >= 3
        assert not {market.symbol(n, rank) for n in gaps} & printed.keys()
        for number in halts:
            row = printed[market.symbol(number, rank)]
            assert (row["volume"], row["netchange"]) == ("0", "0.00")
            assert market.volume(number, rank) == 0
            assert market.close(number, rank) == market.close(number, min(market.lines[number].halts) - 1)


def test_volume_is_what_the_archive_prints(market: SimulatedMarket) -> None:
    rank = market.span.rank_index
    printed = rows(market, rank)
    for number in range(0, len(market.lines), 97):
        if market.listed(number, rank) and rank not in market.lines[number].gaps:
            assert printed[market.symbol(number, rank)]["volume"] == str(market.volume(number, rank))


# --- between them -----------------------------------------------------------------------------------------------------


def test_a_split_divides_the_price_and_multiplies_the_shares(market: SimulatedMarket) -> None:
    split = [number for number, company in enumerate(market.companies) if company.splits]
    assert len(split) > 80
    ratios = set()
    for number in split:
        ((session, before, after),) = market.companies[number].splits
        ratios.add(after > before)
        then, now = market.shares(number, session - 1), market.shares(number, session)
        assert now * before == pytest.approx(then * after, rel=1e-2)
        jump = market.close(number, session) / market.close(number, session - 1)
        assert jump == pytest.approx(before / after, rel=0.3)
    assert ratios == {True, False}, "splits and reverse splits"
    number = split[0]
    ((session, before, after),) = market.companies[number].splits
    row = rows(market, session)[market.symbol(number, session)]
    assert abs(float(row["pctchange"].rstrip("%"))) < 30, "the change is that of a holder"


def test_shares_are_issued_and_a_buyer_pays_with_shares(market: SimulatedMarket) -> None:
    grown = [
        market.shares(number, market.span.rank_index) / market.shares(number, 0)
        for number, company in enumerate(market.companies)
        if company.eligible and not company.splits
    ]
    assert min(grown) == 1
    assert 0.3 < sum(growth > 1.005 for growth in grown) / len(grown) < 0.7
    assert max(grown) > 1.2


def test_a_ticker_is_used_again_months_after_its_company_left(market: SimulatedMarket) -> None:
    bearers: dict[str, list[int]] = {}
    for line in market.lines:
        bearers.setdefault(line.symbol, []).append(line.company)
    shared = [
        sorted((market.companies[number] for number in numbers), key=lambda company: company.first)
        for numbers in bearers.values()
        if len(numbers) > 1
    ]
    shared = [pair for pair in shared if pair[1].way != "conversion"]  # that ticker went on
    assert len(shared) >= 6
    for old, new in shared:
        assert old.last + 100 < new.first
        assert old.name != new.name


# --- what was known ---------------------------------------------------------------------------------------------------


def test_a_part_has_the_figures_of_its_rank_day_and_the_bytes_of_the_whole(market: SimulatedMarket) -> None:
    part = market.at(RANK_DAYS[0])
    rank, effective = market.span.seasons[0]
    assert (part.span.rank_day, part.span.rank_index, len(part.sessions)) == (RANK_DAYS[0], rank, effective + 1)
    assert part.whole is market
    for number in range(0, len(part.lines), 53):
        assert part.lines[number].price == market.close(number, rank)
        assert part.lines[number].shares == market.shares(number, rank) == part.shares(number, rank)
    assert part.written(rank) == market.written(rank)
    assert [commit.sha for commit in part.commits] == [commit.sha for commit in market.commits[: len(part.commits)]]
    assert market.at(RANK_DAYS[-1]) is market
    with pytest.raises(BadInput, match="ranks nobody"):
        market.at(date(2024, 5, 2))


def test_nobody_tells_of_what_came_later(registers: Registers) -> None:
    part = registers.at(RANK_DAYS[0])
    end = part.market.sessions[-1]
    assert max(filing.filed for filing in part.filings) <= end
    later = [each for each in part.issuers if each.company.first >= len(part.market.sessions)]
    assert len(later) > 300
    filed = {filing.issuer.number for filing in part.filings}
    assert {each.number for each in later if each.cik} <= filed, "it is known by what it has filed"
    assert sum(each.cik is None for each in later) > 250
    for each in part.issuers:
        assert each.left_on is None or each.left_on <= end
        assert each.split is None or each.split.on <= end
    listed = {security.symbol for security in part.securities(part.today)}
    assert not {each.first.symbol for each in later} - {line.symbol for line in part.market.lines} & listed


def test_a_filing_says_the_same_to_every_event(registers: Registers) -> None:
    first, second = (
        {
            (each.accession, each.form): (each.filed, each.period, each.counts, each.symbol, each.cap_usd)
            for each in registers.at(day).filings
        }
        for day in RANK_DAYS[:2]
    )
    assert len(first) > 20_000
    assert first.items() <= second.items()


def test_the_last_report_before_each_rank_day_tells_the_truth(market: SimulatedMarket, registers: Registers) -> None:
    """But for what was issued since, and for the flaws that are planted on every rank day."""
    for day in RANK_DAYS:
        part = registers.at(day)
        flawed = [issuer for issuer in part.issuers if issuer.flaw]
        assert len(flawed) >= 6
        last: dict[int, int] = {}
        for filing in part.filings:
            is_carried = filing.issuer.number < len(market.companies)
            if filing.counts and filing.filed <= day and is_carried and not filing.issuer.classes:
                last[filing.issuer.number] = filing.counts[0].shares
        exact = wrong = 0
        for number, shares in last.items():
            issuer = part.issuers[number]
            offered = part.market.companies[number].issues
            if issuer.flaw or issuer.split or offered or issuer.left_on:
                continue
            near = shares == pytest.approx(issuer.shares - issuer.unreported, rel=1e-5)
            exact, wrong = exact + near, wrong + (not near)
        assert exact > 2_500
        assert wrong < exact / 100


def test_a_line_that_does_not_trade_has_no_bar(registers: Registers) -> None:
    part = registers.at(RANK_DAYS[1])
    rank = part.market.span.rank_index
    halted = [part.market.symbol(n, rank) for n, line in enumerate(part.market.lines) if rank in line.halts]
    asked = Request(
        f"/v2/aggs/grouped/locale/us/market/stocks/{RANK_DAYS[1]}",
        {"adjusted": "false"},
        {"Authorization": f"Bearer {KEY}"},
    )
    answer = Providers(part).answer(asked)
    assert answer is not None
    bars = {bar["T"] for bar in json.loads(answer.body)["results"]}
    assert halted
    assert not bars & set(halted)
    assert len(bars) > 6_000
