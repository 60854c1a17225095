"""How companies of the simulated market come to an exchange and leave it, and what the sources tell of each way.

What does not belong here: what an index makes of it (the oracle), prices and sizes (`test_simulated_years.py`).
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from recon_pipeline.events import event, events
from recon_pipeline.simulation import SimulatedMarket, opening_csv, simulate
from recon_pipeline.simulation.census import PRICE_UNIT, Company
from recon_pipeline.simulation.issuers import Issuer
from recon_pipeline.simulation.providers import Providers
from recon_pipeline.simulation.providers.form import CONTACT, KEY, Request
from recon_pipeline.simulation.providers.sec import FACTS, SUBMISSIONS, TICKERS
from recon_pipeline.simulation.registers import Registers
from recon_pipeline.simulation.server import ArchiveServer, serving
from recon_pipeline.simulation.ways import GIANTS, NEWER_TEXT

EVENT = "2026-06-recon"
FAST_FROM, LOCK = date(2026, 5, 27), date(2026, 6, 8)
TOP_500_USD = 20_000_000_000  # more than any company at rank 500 is worth


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return simulate(event(EVENT), lines=9000, years=3)


@pytest.fixture(scope="module")
def registers(market: SimulatedMarket) -> Registers:
    return Registers(market)


@pytest.fixture(scope="module")
def forms(registers: Registers) -> dict[int, list[tuple[str, date]]]:
    """Forms and days of filing by number of the issuer, oldest first."""
    found: dict[int, list[tuple[str, date]]] = {}
    for filing in registers.filings:
        found.setdefault(filing.issuer.number, []).append((filing.form, filing.filed))
    return found


def of_way(registers: Registers, way: str) -> list[Issuer]:
    found = [issuer for issuer in registers.issuers if issuer.company.way == way]
    assert found, way
    return found


def body(registers: Registers, path: str, **query: str) -> bytes:
    headers = {"User-Agent": f"Mozilla/5.0 {CONTACT}", "Authorization": f"Bearer {KEY}"}
    answer = Providers(registers).answer(Request(path, {"apikey": KEY, **query}, headers))
    assert answer is not None
    assert answer.status == 200
    return answer.body


def members(payload: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        assert len(set(archive.namelist())) == len(archive.namelist()), "a filer has one header"
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


def listing_status(registers: Registers, day: date, state: str) -> dict[str, dict[str, str]]:
    told = body(registers, "/query", function="LISTING_STATUS", date=str(day), state=state).decode()
    return {row["symbol"]: row for row in csv.DictReader(io.StringIO(told, newline=""))}


# --- coming -----------------------------------------------------------------------------------------------------------


def test_whoever_comes_within_memory_has_a_way_and_nobody_else(market: SimulatedMarket) -> None:
    for company in market.companies:
        assert bool(company.way) == (company.first > 0 or not company.in_opening), company.name


def test_each_window_has_offerings_of_every_size_and_every_other_way(registers: Registers) -> None:
    windows = [each for each in registers.market.span.rounds if each.ipo_window_start]
    assert [each.event_id for each in windows] == [
        *("2023-09-ipo", "2023-12-ipo", "2024-03-ipo", "2024-09-ipo", "2024-12-ipo", "2025-03-ipo"),
        *("2025-09-ipo", "2025-12-ipo", "2026-03-ipo"),
    ]
    for each in windows[1:]:
        assert each.ipo_window_start
        inside = [
            issuer
            for issuer in registers.issuers
            if issuer.listed_on and each.ipo_window_start <= issuer.listed_on <= each.rank_day
        ]
        ways = Counter(issuer.company.way for issuer in inside if issuer.company.eligible)
        assert ways["underwritten"] > 25
        for way in ("direct", "best_efforts", "spin_off", "uplisting"):
            assert ways[way] >= 1, (each.event_id, way)
        caps = [issuer.company.cap_usd for issuer in inside if issuer.company.eligible]
        assert min(caps) < 250e6
        assert max(caps) > 4e9


def test_a_part_that_was_not_underwritten_tells_its_shares_before_the_rank_day_and_a_part_does_not(
    registers: Registers,
) -> None:
    """Methodology 9.6."""
    for way in ("direct", "best_efforts"):
        told = Counter[bool]()
        for each in registers.market.span.rounds:
            for issuer in of_way(registers, way):
                assert each.ipo_window_start
                if issuer.listed_on and each.ipo_window_start <= issuer.listed_on <= each.rank_day:
                    day = issuer.disclosed_on()
                    told[day is not None and day <= each.rank_day] += 1
        assert min(told[True], told[False]) >= 5, way


def test_a_spin_off_has_a_larger_parent_and_registers_no_offering(
    registers: Registers, forms: dict[int, list[tuple[str, date]]]
) -> None:
    for issuer in of_way(registers, "spin_off"):
        company = issuer.company
        assert company.parent is not None
        parent = registers.issuers[company.parent].company
        assert parent.eligible
        assert parent.cap_usd >= 4 * company.cap_usd
        assert parent.first == 0
        assert parent.last > company.first
        assert issuer.listed_on
        names = [form for form, _ in forms[issuer.number]]
        assert {"10-12B", "8-A12B"} <= set(names)
        assert not {"S-1", "424B4", "424B1"} & set(names)
        assert ("10-12B", True) in [(form, day < issuer.listed_on) for form, day in forms[issuer.number]]
    offered = {row["companyName"] for month in range(1, 13) for row in deals(registers, f"2024-{month:02}")}
    names_of = {issuer.company.name for issuer in of_way(registers, "spin_off")}
    assert not offered & names_of


def deals(registers: Registers, month: str) -> Iterator[dict[str, str]]:
    yield from json.loads(body(registers, "/api/ipo/calendar", date=month))["data"]["priced"]["rows"]


def test_an_uplisting_has_filed_for_years_and_offers_nothing(
    registers: Registers, forms: dict[int, list[tuple[str, date]]]
) -> None:
    seen = 0
    for issuer in of_way(registers, "uplisting"):
        names = [form for form, _ in forms[issuer.number]]
        assert not {"S-1", "F-1", "424B4", "424B1", "10-12B"} & set(names)
        assert issuer.listed_on
        if issuer.company.kind == "common" and issuer.listed_on > date(2024, 6, 1):
            before = [form for form, day in forms[issuer.number] if day < issuer.listed_on]
            assert before.count("10-Q") + before.count("10-K") >= 4
            seen += 1
    assert seen > 10
    part = registers.at(date(2024, 4, 30))
    rows = json.loads(body(part, TICKERS))["data"]
    quoted = {row[0] for row in rows if row[3] == "OTC"}
    later = {
        issuer.cik
        for issuer in of_way(registers, "uplisting")
        if issuer.listed_on and issuer.listed_on > date(2024, 4, 30) and issuer.company.kind == "common"
    }
    assert len(quoted & later) > 10, "it trades over the counter before"


def test_a_blank_check_company_that_merges_is_gone_on_a_day_and_goes_on_under_its_number(
    registers: Registers, forms: dict[int, list[tuple[str, date]]]
) -> None:
    merged = of_way(registers, "merger")
    assert len(merged) > 25
    market = registers.market
    for issuer in merged:
        assert issuer.company.succeeds is not None
        before = registers.issuers[issuer.company.succeeds]
        assert before.nature.structure == "spac"
        assert issuer.nature.structure == "operating"
        assert before.cik == issuer.cik
        assert before.company.leaving == "succeeded"
        assert before.company.last + 1 == issuer.company.first
        assert before.first.symbol != issuer.first.symbol
        assert before.company.name != issuer.company.name
        session = issuer.company.first
        assert market.listed(before.number, session - 1)
        assert not market.listed(before.number, session)
        assert market.listed(issuer.number, session)
        assert "S-4" in [form for form, _ in forms[before.number]] or session < 110
        assert not {"S-1", "424B4"} & {form for form, _ in forms.get(issuer.number, [])}
    accessions = [filing.accession for filing in registers.filings]
    assert len(set(accessions)) == len(accessions)


def test_one_came_and_merged_within_one_window_before_the_text_changed_and_one_after(registers: Registers) -> None:
    """Methodology 9.7."""
    found = []
    for issuer in of_way(registers, "merger"):
        assert issuer.company.succeeds is not None
        came, merged = registers.issuers[issuer.company.succeeds].listed_on, issuer.listed_on
        for each in registers.market.span.rounds:
            assert each.ipo_window_start
            if came and merged and each.ipo_window_start <= came < merged <= each.rank_day:
                found.append(each.rank_day >= NEWER_TEXT)
    assert sorted(found) == [False, True]


def test_the_header_of_a_filer_is_that_of_the_day(registers: Registers) -> None:
    issuer = next(
        each
        for each in of_way(registers, "merger")
        if each.listed_on
        and date(2025, 5, 1) < each.listed_on < date(2026, 1, 1)
        and each.company.succeeds is not None
        and registers.issuers[each.company.succeeds].reports
    )
    assert issuer.company.succeeds is not None
    former = registers.issuers[issuer.company.succeeds].company.name.upper()
    name = f"CIK{issuer.cik:010}.json"
    then = members(body(registers.at(date(2025, 4, 30)), SUBMISSIONS))[name]
    assert (then["name"], then["formerNames"]) == (former, [])
    now = members(body(registers, SUBMISSIONS))[name]
    assert now["name"] == issuer.company.name.upper()
    (told,) = now["formerNames"]
    assert told["name"] == former
    assert told["to"][:10] == str(issuer.listed_on)
    facts = members(body(registers, FACTS))[name]
    assert facts["entityName"] == issuer.company.name
    counts = facts["facts"]["dei"]["EntityCommonStockSharesOutstanding"]["units"]["shares"]
    assert {each["filed"] < str(issuer.listed_on) for each in counts} == {True, False}, "of both"


def test_a_partnership_converts_and_keeps_its_ticker(registers: Registers) -> None:
    for issuer in of_way(registers, "conversion"):
        assert issuer.company.succeeds is not None
        before = registers.issuers[issuer.company.succeeds]
        assert (before.nature.structure, issuer.nature.structure) == ("lp", "operating")
        assert (before.first.symbol, before.cik) == (issuer.first.symbol, issuer.cik)
        assert before.company.last + 1 == issuer.company.first


def test_some_are_listed_under_a_dollar_though_they_are_large_enough(market: SimulatedMarket) -> None:
    found = 0
    for each in market.span.rounds:
        assert each.ipo_window_start
        rank = market.span.index(each.rank_day)
        first = market.span.index(each.ipo_window_start)
        for number, company in enumerate(market.companies):
            if company.eligible and first <= company.first <= rank and market.listed(number, rank):
                close = market.close(number, rank)
                is_large = close * market.shares(number, rank) > 250_000_000 * PRICE_UNIT
                found += is_large and close < PRICE_UNIT
    assert found >= 2


# --- leaving ----------------------------------------------------------------------------------------------------------


def test_whoever_leaves_does_so_in_a_way_that_sources_tell(
    market: SimulatedMarket, registers: Registers, forms: dict[int, list[tuple[str, date]]]
) -> None:
    end = len(market.sessions)
    ways = Counter[str]()
    expected = {"acquired": {"DEFM14A", "25-NSE"}, "moved": {"25"}, "bankrupt": {"25-NSE"}, "liquidated": {"25-NSE"}}
    for issuer in registers.issuers:
        company = issuer.company
        assert bool(company.leaving) == (company.last < end)
        if company.leaving in expected and company.last < end - 40:
            ways[company.leaving] += 1
            filed = {form for form, _ in forms[issuer.number]}
            assert {form for form in filed if form in ("25", "25-NSE", "DEFM14A")} == expected[company.leaving]
    assert min(ways.values()) > 50


def test_a_bankrupt_company_falls_to_pennies_and_is_flagged_before_it_leaves(
    market: SimulatedMarket, registers: Registers
) -> None:
    bankrupt = [issuer for issuer in registers.issuers if issuer.company.leaving == "bankrupt"]
    fallen = 0
    for issuer in bankrupt:
        last = issuer.company.last
        fallen += market.close(issuer.number, last) * 4 < market.close(issuer.number, last - 35)
        assert market.close(issuer.number, last) < 2 * PRICE_UNIT
    assert fallen > 0.9 * len(bankrupt)
    issuer = next(
        each
        for each in bankrupt
        if each.company.exchange == "nasdaq" and any(each.company.last < rank - 40 for rank, _ in market.span.seasons)
    )
    for session, is_flagged in ((issuer.company.last - 20, False), (issuer.company.last - 5, True)):
        day = market.sessions[session]
        (security,) = [each for each in registers.securities(day) if each.symbol == issuer.first.symbol]
        assert security.is_bankrupt is is_flagged
        text = body(Registers(market, day), "/dynamic/SymDir/nasdaqlisted.txt").decode()
        (row,) = [line for line in text.splitlines() if line.startswith(f"{issuer.first.symbol}|")]
        assert (row.split("|")[4] in "QG") is is_flagged
    gone_on = market.sessions[issuer.company.last]
    day = gone_on + timedelta(days=4)
    assert issuer.first.symbol in listing_status(registers, day, "delisted")
    assert issuer.first.symbol not in listing_status(registers, day, "active")


def test_a_newcomer_is_bought_before_it_would_enter(market: SimulatedMarket) -> None:
    found = 0
    for each in market.span.rounds:
        assert each.ipo_window_start
        first, rank, effective = (
            market.span.index(day) for day in (each.ipo_window_start, each.rank_day, each.effective_date)
        )
        found += sum(
            company.eligible and first <= company.first <= rank < company.last < effective
            for company in market.companies
        )
    assert found >= 2


def test_the_list_of_the_delisted_has_no_ticker_that_goes_on(market: SimulatedMarket, registers: Registers) -> None:
    gone = listing_status(registers, market.sessions[-1], "delisted")
    for issuer in (*of_way(registers, "merger"), *of_way(registers, "conversion")):
        assert issuer.first.symbol not in gone
        assert issuer.company.succeeds is not None
        assert registers.issuers[issuer.company.succeeds].first.symbol not in gone


# --- giants -----------------------------------------------------------------------------------------------------------


def test_giants_come_after_the_rank_day_and_one_in_time(market: SimulatedMarket, registers: Registers) -> None:
    """Methodology 9.8: what is sold is worth more than the company at rank 500, for those that qualify."""
    giants: list[Company] = []
    for planned in GIANTS:
        session = market.span.index(planned.on)
        (issuer,) = [
            each
            for each in registers.issuers
            if each.company.first == session and each.company.cap_usd > TOP_500_USD and each.company.eligible
        ]
        giants.append(issuer.company)
        sold = issuer.offered * market.close(issuer.number, session) / PRICE_UNIT
        assert (issuer.company.way, issuer.listed_on) == (planned.way, planned.on)
        assert (sold > TOP_500_USD / 2) == (planned.offered_ppm > 100_000)
        fifth = market.sessions[session + 4]
        assert planned.on >= FAST_FROM
        if planned.on == date(2026, 5, 28):
            assert fifth < LOCK
    assert market.sessions[market.span.index(date(2026, 6, 3)) + 4] >= LOCK
    rows = {row["companyName"]: row for row in deals(registers, "2026-05")}
    assert giants[0].name in rows
    assert giants[2].name not in rows, "a direct listing"


# --- Microcap-only members near a band --------------------------------------------------------------------------------


def test_some_of_the_microcap_alone_have_become_large(market: SimulatedMarket) -> None:
    """Methodology 7.9."""
    (then, _), (now, _) = market.span.seasons[-2:]
    ranks = {
        session: {
            number: place
            for place, number in enumerate(
                sorted(
                    (
                        number
                        for number, company in enumerate(market.companies)
                        if company.eligible and market.listed(number, session)
                    ),
                    key=lambda number: -market.close(number, session) * market.shares(number, session),
                ),
                start=1,
            )
        }
        for session in (then, now)
    }
    risen = [(was, ranks[now][number]) for number, was in ranks[then].items() if was > 3_020 and number in ranks[now]]
    assert sum(700 < place <= 990 for _, place in risen) >= 1
    assert sum(1_800 < place <= 1_990 for _, place in risen) >= 1
    one = simulate(event(EVENT), lines=6000)
    opened = [row.split(",") for row in opening_csv(one).decode().splitlines()]
    micro = {ticker for index, ticker, *_ in opened if index == "RMICRO"}
    alone = micro - {ticker for index, ticker, *_ in opened if index == "R2000"}
    assert sum(line.symbol in alone and line.drift_ppm > 100_000 for line in one.lines) >= 2


# --- turned to a round of IPO additions -------------------------------------------------------------------------------


def test_the_market_can_be_turned_to_every_rank_day(market: SimulatedMarket) -> None:
    rounds = {each.rank_day: each for each in market.span.rounds}
    recons = {each.rank_day: each for each in (*market.span.past, event(EVENT))}
    chain = sorted((*rounds.values(), *recons.values()), key=lambda each: each.rank_day)
    windows = [each for each in events().values() if each.rank_day in rounds or each.rank_day in recons]
    assert chain == sorted(windows, key=lambda each: each.rank_day), "none is left out"
    for one, two in pairwise(chain):
        assert two.ipo_window_start == one.rank_day + timedelta(days=1)
    with serving(ArchiveServer(market)) as server:
        for each in chain:
            server.turn_to(each.rank_day)
            span = server.market.span
            assert span.rank_day == each.rank_day
            assert server.market.sessions[-1] == each.effective_from
            assert server.providers.registers.today == each.rank_day


def test_a_commit_says_the_same_whenever_it_is_asked_for(market: SimulatedMarket) -> None:
    whole = {commit.sha: commit for commit in market.commits}
    for each in market.span.rounds:
        part = market.at(each.rank_day)
        assert part.commits
        assert all(whole[commit.sha] == commit for commit in part.commits)
        assert part.commits == market.commits[: len(part.commits)]
        assert part.commits[-1].session <= len(part.sessions) - 1
