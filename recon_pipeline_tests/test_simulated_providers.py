"""The simulated market in the form of every provider: believed and read by the real modules, then a whole event on all.

The simulation knows what is true, and what it planted to lead astray: the tests look for it in its own ledger.

What does not belong here: the market of the archive (`test_simulation.py`), what one query does (`cases/`).
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import requests

from recon_pipeline.errors import BadPayload, Rejected
from recon_pipeline.pipeline import RunReport, run_event, warehouse_path
from recon_pipeline.settings import Settings
from recon_pipeline.simulation import SimulatedMarket, opening_csv
from recon_pipeline.simulation.census import PRICE_UNIT
from recon_pipeline.simulation.demo import DEMO_EVENT, settings_of
from recon_pipeline.simulation.issuers import CLOSELY_HELD_PPM, PUBLIC_PPM, Issuer, common_lines
from recon_pipeline.simulation.kinds import COMPANIES, UNTOLD_FLOAT_PPM
from recon_pipeline.simulation.nature import LEAST_PPM, PECULIAR
from recon_pipeline.simulation.providers import Providers
from recon_pipeline.simulation.providers.form import KEY, Request
from recon_pipeline.simulation.providers.sec_sets import nearest_month_end
from recon_pipeline.simulation.registers import Registers
from recon_pipeline.sources.feeds import Ask, Landed, Plan, Provider
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.massive import refusal
from recon_pipeline.sources.registry import providers
from recon_pipeline.symbols import normal_ticker
from recon_pipeline_tests.conftest import Simulated

RANK_DAY = date(2026, 4, 30)
RANK_EVENING = datetime(2026, 5, 1, 1, 30)  # half past nine in New York, UTC
REQUESTS_AT_MOST = 29  # the issue: under 30 beside the daily captures
BROWSER_OF_A_PERSON = {"User-Agent": "Mozilla/5.0 someone@example.invalid", "Authorization": f"Bearer {KEY}"}
Tables = dict[str, pl.DataFrame]
Row = dict[str, Any]


# --- asking without a network -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Office:
    """The providers of the simulated market, and a place to land what they say."""

    registers: Registers
    answers: Providers
    settings: Settings
    plan: Plan

    def body(self, ask: Ask) -> bytes:
        """What is answered to an ask."""
        path, _, query = ask.path.partition("?")
        pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        answer = self.answers.answer(Request(path, {**pairs, **ask.secrets}, {**BROWSER_OF_A_PERSON, **ask.headers}))
        assert answer is not None, ask.path
        assert answer.status == 200, ask.path
        return answer.body

    def asks(self, name: str, kind: str = "") -> list[Ask]:
        """What the real module asks for the event."""
        asks = providers()[name].of_event(self.settings, self.plan)
        return [ask for ask in asks if ask.feed.endswith(kind)]

    def read(self, ask: Ask, home: Path) -> Tables:
        """What the real module makes of the answer, after it believed it."""
        provider, body = self.provider(ask), self.body(ask)
        landing, modified = Landing(home), self.registers.evening
        known: dict[str, Any] = {"session": ask.day, "key": ask.path, "last_modified": modified}
        known["fetched_at"] = self.plan.now
        if ask.is_big:
            home.mkdir(parents=True, exist_ok=True)
            path = home / "came.zip"
            path.write_bytes(body)
            sha256 = hashlib.sha256(body).hexdigest()
            row = landing.land_file(ask.feed, ask.base_url + ask.path, path, sha256=sha256, **known)
        else:
            provider.validate(ask, body)
            row = landing.land(ask.feed, ask.base_url + ask.path, body, **known)
        return dict(provider.read(Landed(row, landing)))

    @staticmethod
    def provider(ask: Ask) -> Provider:
        return providers()[ask.feed.partition("/")[0]]

    def issuer(self, ticker: str) -> Issuer:
        """The issuer of a line of the rank day."""
        return next(
            each.issuer
            for each in self.registers.securities(RANK_DAY)
            if each.issuer and normal_ticker(each.symbol) == ticker
        )


@pytest.fixture(scope="module")
def office(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Office:
    registers = Registers(simulated.market)
    home = tmp_path_factory.mktemp("office")
    settings = settings_of(Settings(home=home), "http://simulated.invalid", simulated.event)
    plan = Plan(DEMO_EVENT, RANK_DAY, date(2025, 4, 30), (RANK_DAY,), settings.moment)
    return Office(registers, Providers(registers), settings, plan)


def row_of(frame: pl.DataFrame, **where: object) -> Row:
    """The one row that has these values."""
    found = frame.filter(*(pl.col(name) == value for name, value in where.items()))
    assert found.height == 1, where
    return found.row(0, named=True)


def some_issuer(office: Office, exchange: str) -> Issuer:
    """A large US company of an exchange with one line and its present name."""
    return next(
        issuer
        for issuer in office.registers.issuers
        if issuer.company.exchange == exchange
        and issuer.company.eligible
        and len(issuer.lines) == 1
        and not issuer.first.renamed_to
        and issuer.cik
    )


# --- what each provider prints ----------------------------------------------------------------------------------------


def test_every_payload_that_the_event_wants_is_believed(office: Office, tmp_path: Path) -> None:
    rejected: dict[str, int] = {}
    count = 0
    for name in providers():
        for number, ask in enumerate(office.asks(name)):
            tables = office.read(ask, tmp_path / f"{name}{number}")
            frames = {table: frame for table, frame in tables.items() if table != "raw.source_rejects"}
            assert sum(frame.height for frame in frames.values()), ask.path
            assert all({"known_at"} <= set(frame.columns) for frame in frames.values())
            rejected[name] = rejected.get(name, 0) + tables["raw.source_rejects"].height
            count += 1
    assert count == 29
    assert {name: many for name, many in rejected.items() if many} == {"massive": 1}, "the close that stands twice"


def test_the_symbol_directory_lists_what_the_archive_lacks(office: Office, tmp_path: Path) -> None:
    nasdaq, other = (
        office.read(ask, tmp_path / ask.feed.replace("/", "-"))["raw.directory"] for ask in office.asks("symdir")
    )
    assert set(nasdaq["known_at"]) == set(other["known_at"]) == {RANK_EVENING}
    assert set(other["as_of"]) == {RANK_DAY}
    assert {"NA"} <= set(nasdaq["ticker"])
    assert {"NAN"} <= set(other["ticker"])
    assert row_of(nasdaq, symbol="ZVZZT")["is_test"] is True
    assert nasdaq.filter("is_etf").height == 300
    hidden = office.registers.unseen
    cboe = next(line for line in hidden.lines if hidden_exchange(office, line.company) == "cboe")
    found = row_of(other, symbol=cboe.symbol)
    assert (found["exchange"], found["is_etf"], found["is_test"]) == ("cboe", False, False)
    assert found["name"] == cboe.name
    dotted = [line for line in hidden.lines if "/" in line.symbol]
    assert len(dotted) == 4
    assert {line.symbol.replace("/", ".") for line in dotted} <= set(other["ticker"])
    preferred = next(each.symbol for each in office.registers.securities(RANK_DAY) if "^" in each.symbol)
    assert row_of(other, ticker=preferred)["symbol"] == preferred.replace("^", "$")


def hidden_exchange(office: Office, company: int) -> str:
    return office.registers.issuers[company].company.exchange


def test_the_ticker_file_has_every_filer_and_no_bank_that_files_elsewhere(office: Office, tmp_path: Path) -> None:
    (ask,) = office.asks("sec_tickers")
    found = office.read(ask, tmp_path)["raw.directory"]
    assert set(found["known_at"]) == {RANK_EVENING}
    assert set(found["as_of"]) == {RANK_DAY}
    large = some_issuer(office, "nyse")
    expected = {"cik": large.cik, "name": large.company.name, "exchange": "nyse", "symbol": large.first.symbol}
    assert row_of(found, ticker=large.first.symbol).items() >= expected.items()
    banks = [issuer.first.symbol for issuer in office.registers.issuers if issuer.cik is None]
    assert len(banks) == 5
    assert not set(banks) & set(found["ticker"])


def test_submissions_have_headers_and_telling_filings(office: Office, tmp_path: Path) -> None:
    (ask,) = office.asks("sec_submissions")
    tables = office.read(ask, tmp_path)
    large = some_issuer(office, "nasdaq")
    filer = row_of(tables["raw.filers"], cik=large.cik)
    assert (filer["name"], filer["entity_type"]) == (large.company.name.upper(), "operating")
    assert row_of(tables["raw.filer_tickers"], cik=large.cik)["ticker"] == large.first.symbol
    new = [each for each in office.registers.issuers if each.listed_on and each.listed_on <= RANK_DAY]
    filings = tables["raw.filings"]
    assert max(filings["filed_date"]) <= RANK_DAY
    listed = set(filings.filter(pl.col("form") == "8-A12B")["cik"])
    assert {issuer.cik for issuer in new} <= listed
    assert not tables["raw.filers"].filter(pl.col("name").str.starts_with("HOLDER")).height


def test_facts_by_company_reach_beyond_the_rank_day_and_know_no_class(office: Office, tmp_path: Path) -> None:
    (ask,) = office.asks("sec_companyfacts")
    facts = office.read(ask, tmp_path)["raw.cover_facts"].filter(pl.col("tag").str.starts_with("Entity"))
    counts = facts.filter(pl.col("unit") == "shares").sort("filed_date")
    later = {filing.cik for filing in office.registers.filings if filing.counts and filing.filed > RANK_DAY}
    stale = next(each for each in office.registers.issuers if each.is_stale and not each.classes and each.cik in later)
    own = counts.filter(pl.col("cik") == stale.cik)
    before, after = own.filter(pl.col("filed_date") <= RANK_DAY), own.filter(pl.col("filed_date") > RANK_DAY)
    assert before["value"][-1] == stale.shares != stale.implied
    assert set(after["value"]) == {stale.shares * 108 // 100}
    by_class = {each.cik for each in office.registers.issuers if each.classes}
    told = counts.filter(pl.col("cik").is_in(by_class))
    assert set(told["value"]) == {2_542}, "of one class alone, as if it were the company"
    assert told["cik"].n_unique() == 1


def test_notes_tell_classes_and_their_symbols(office: Office, tmp_path: Path) -> None:
    asks = office.asks("sec_notes")
    assert [f"{ask.day:%Y-%m}" for ask in asks] == ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]
    tables = [office.read(ask, tmp_path / ask.path[-18:-10]) for ask in asks]
    facts = pl.concat([each["raw.cover_facts"] for each in tables])
    symbols = pl.concat([each["raw.filer_tickers"] for each in tables])
    issuer = next(each for each in office.registers.issuers if len(each.classes) == 3)
    newest = facts.filter(pl.col("cik") == issuer.cik).sort("filed_date")["accession"][-1]
    counted = facts.filter(pl.col("accession") == newest)
    assert dict(zip(counted["class_member"], counted["value"], strict=True)) == {
        each.member: each.shares for each in issuer.classes
    }
    named = symbols.filter(pl.col("cik") == issuer.cik)
    assert set(zip(named["class_member"], named["ticker"], strict=True)) == {
        (each.member, normal_ticker(each.symbol)) for each in issuer.classes if each.symbol
    }


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 2, 10), date(2026, 1, 31)),
        (date(2026, 2, 20), date(2026, 2, 28)),
        (date(2026, 4, 30), date(2026, 4, 30)),
        (date(2026, 1, 15), date(2025, 12, 31)),
    ],
)
def test_data_sets_round_a_day_to_the_nearest_end_of_a_month(day: date, end: date) -> None:
    assert nearest_month_end(day) == end


def test_a_cover_that_was_rounded_up_is_of_no_day_after_its_filing(office: Office, tmp_path: Path) -> None:
    """Half of the covers of a month are rounded up beyond the day of filing, and would count as impossible."""
    ask = office.asks("sec_notes")[-1]
    facts = office.read(ask, tmp_path)["raw.cover_facts"]
    rounded = [
        filing
        for filing in office.registers.filings
        if filing.counts and filing.cover_on and f"{filing.filed:%Y-%m}" == "2026-04"
    ]
    ahead = {filing.accession for filing in rounded if nearest_month_end(filing.cover_on or RANK_DAY) > filing.filed}
    assert len(ahead) > 100
    assert facts.filter(pl.col("end_date") > pl.col("filed_date")).is_empty()
    assert ahead <= set(facts.filter(pl.col("end_date") == pl.col("filed_date"))["accession"])


def test_statements_tell_where_a_filer_was_at_home(office: Office, tmp_path: Path) -> None:
    asks = office.asks("sec_statements")
    assert [str(ask.day) for ask in asks] == ["2025-01-01", "2025-04-01", "2025-07-01", "2025-10-01", "2026-01-01"]
    tables = office.read(asks[-1], tmp_path)
    large = some_issuer(office, "nyse")
    filers = tables["raw.filers"].filter(pl.col("cik") == large.cik)
    assert set(filers["incorporation_code"]) <= {"US-DE", "US-NV", "US-MD"}
    assert set(tables["raw.filer_tickers"].filter(pl.col("cik") == large.cik)["ticker"]) == {large.first.symbol}


def test_the_index_tells_of_listing_and_delisting(office: Office, tmp_path: Path) -> None:
    asks = office.asks("sec_index")
    assert len(asks) == 5
    filings = office.read(asks[-1], tmp_path)["raw.filings"]
    gone = next(
        each
        for each in office.registers.issuers
        if each.left_on and each.left_on > RANK_DAY and each.company.leaving == "acquired"
    )
    found = row_of(filings, cik=gone.cik, form="25-NSE")
    assert (found["filed_date"], found["company_name"]) == (gone.left_on, gone.company.name)


def test_massive_prints_every_close_unadjusted(office: Office, tmp_path: Path) -> None:
    (ask,) = office.asks("massive", "grouped")
    prices = office.read(ask, tmp_path)["raw.prices"]
    for line in office.registers.unseen.lines:
        found = row_of(prices, ticker=normal_ticker(line.symbol))
        assert found["close_usd"] * PRICE_UNIT == line.price
    gap = next(line for line in office.registers.market.lines if office.registers.market.span.rank_index in line.gaps)
    assert row_of(prices, ticker=gap.symbol)["close_usd"] * PRICE_UNIT == gap.price
    (splits,) = office.asks("massive", "splits")
    divided = office.read(splits, tmp_path / "splits")["raw.splits"]
    expected = {(each.first.symbol, each.split.on) for each in office.registers.issuers if each.split}
    assert set(zip(divided["ticker"], divided["execution_date"], strict=True)) == expected
    assert len(expected) == 6


def test_massive_gives_its_tickers_page_by_page(office: Office, tmp_path: Path) -> None:
    paid = office.settings.model_copy(update={"massive_is_paid": True})
    massive = providers()["massive"]
    ask: Ask | None = next(ask for ask in massive.of_event(paid, office.plan) if ask.feed.endswith("tickers"))
    found, pages = [], 0
    while ask is not None:
        found.append(office.read(ask, tmp_path / str(pages))["raw.directory"])
        ask, pages = massive.follow(paid, ask, office.body(ask)), pages + 1
    whole = pl.concat(found)
    listed = [each for each in office.registers.securities(RANK_DAY) if each.kind != "test"]
    assert pages == len(listed) // 1_000 + 1
    assert whole.height == len(listed)
    assert set(whole["ticker"]) == {normal_ticker(each.symbol) for each in listed}


def test_massive_and_the_calendar_differ_on_direct_listings(office: Office, tmp_path: Path) -> None:
    (ask,) = office.asks("massive", "ipos")
    massive = office.read(ask, tmp_path)["raw.ipos"]
    months = [office.read(ask, tmp_path / str(ask.day))["raw.ipos"] for ask in office.asks("ipo_calendar")]
    calendar = pl.concat(months)
    direct = {
        each.first.symbol
        for each in office.registers.issuers
        if each.listed_on and each.is_direct_listing and date(2026, 1, 5) <= each.listed_on <= RANK_DAY
    }
    assert direct
    assert direct <= set(massive.filter(pl.col("status") == "direct_listing")["ticker"])
    assert not direct & set(calendar["ticker"])
    assert set(calendar["status"]) == {"priced", "upcoming", "filed"}
    assert len(months) == 4


def test_the_lists_of_alpha_vantage_are_those_of_the_day(office: Office, tmp_path: Path) -> None:
    active, delisted = (
        office.read(ask, tmp_path / ask.feed.replace("/", "-"))["raw.directory"] for ask in office.asks("alphavantage")
    )
    hidden = {normal_ticker(line.symbol) for line in office.registers.unseen.lines}
    assert hidden <= set(active["ticker"])
    gone = {each.first.symbol for each in office.registers.issuers if each.left_on and each.left_on < RANK_DAY}
    assert gone
    assert gone <= set(delisted["ticker"])
    assert not gone & set(active["ticker"])


def test_the_live_screener_has_the_lines_of_the_archive(office: Office, tmp_path: Path) -> None:
    evening = datetime(2026, 4, 30, 22, 30, tzinfo=UTC)
    asks = providers()["screener"].daily(office.settings, evening)
    prices = pl.concat([office.read(ask, tmp_path / str(n))["raw.prices"] for n, ask in enumerate(asks)])
    large = some_issuer(office, "nyse")
    assert row_of(prices, ticker=large.first.symbol)["close_usd"] * PRICE_UNIT == large.first.price
    assert not {line.symbol.replace("/", ".") for line in office.registers.unseen.lines} & set(prices["ticker"])


# --- the same everywhere, and refusals --------------------------------------------------------------------------------


def test_the_same_market_prints_the_same_bytes(simulated: Simulated, office: Office) -> None:
    other = Providers(Registers(simulated.market))
    for ask in (*office.asks("sec_notes"), *office.asks("sec_submissions"), *office.asks("massive")):
        path, _, query = ask.path.partition("?")
        pairs = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        again = other.answer(Request(path, pairs, BROWSER_OF_A_PERSON))
        assert again is not None
        assert again.body == office.body(ask)


def test_what_knows_no_past_tells_of_the_day_that_is_wanted(simulated: Simulated) -> None:
    left = next(each for each in Registers(simulated.market).issuers if each.left_on and each.left_on > RANK_DAY)
    last = simulated.market.sessions[-1]
    listed = {}
    for today in (None, last):
        answer = Providers(Registers(simulated.market, today)).answer(
            Request("/files/company_tickers_exchange.json", {}, BROWSER_OF_A_PERSON)
        )
        assert answer is not None
        assert answer.modified is not None
        listed[today] = f'"{left.first.symbol}"' in answer.body.decode()
    assert listed == {None: True, last: False}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/aggs/grouped/locale/us/market/stocks/2026-04-30?adjusted=false", 401),
        ("/files/company_tickers_exchange.json", 403),
        ("/files/dera/data/financial-statement-data-sets/2026q1.zip", 403),
        ("/files/dera/data/financial-statement-notes-data-sets/2019_01_notes.zip", 403),
        ("/dynamic/SymDir/psxtraded.txt", 404),
        ("/query?function=LISTING_STATUS&date=2026-04-30&apikey=wrong", 200),
        ("/api/screener/stocks?exchange=nyse", 200),
    ],
)
def test_whoever_asks_badly_is_refused(simulated: Simulated, path: str, status: int) -> None:
    answer = requests.get(simulated.url + path, timeout=60)
    assert answer.status_code == status
    if status == 401:
        assert isinstance(refusal(401, answer.content), Rejected)
    if status == 200:
        name = "screener" if "screener" in path else "alphavantage"
        feed = "screener/stocks" if name == "screener" else "alphavantage/active"
        with pytest.raises(BadPayload):
            providers()[name].validate(Ask(feed, simulated.url, path, RANK_DAY), answer.content)


def test_what_has_not_changed_is_not_sent_again(simulated: Simulated) -> None:
    url = f"{simulated.url}/files/company_tickers_exchange.json"
    first = requests.get(url, headers=BROWSER_OF_A_PERSON, timeout=60)
    assert first.headers["Last-Modified"] == "Fri, 01 May 2026 01:30:00 GMT"
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    again = requests.get(url, headers={**BROWSER_OF_A_PERSON, **since}, timeout=60)
    assert (again.status_code, again.content) == (304, b"")


def test_the_opening_can_name_everyone(simulated: Simulated) -> None:
    some, everyone = (
        {(row["index"], row["ticker"]) for row in csv.DictReader(io.StringIO(body.decode()))}
        for body in (opening_csv(simulated.market), opening_csv(simulated.market, everyone=True))
    )
    hidden = {("R1000", normal_ticker(line.symbol)) for line in Registers(simulated.market).unseen.lines}
    assert everyone - some == hidden
    assert len(hidden) == 8


# --- a whole event ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """A home after the event was run on all sources, twice."""

    home: Path
    report: RunReport
    again: RunReport
    registers: Registers

    def rows(self, table: str) -> list[Row]:
        """The rows of a table of the working database."""
        with duckdb.connect(str(warehouse_path(self.home)), read_only=True) as con:
            return con.execute(f"from {table}").pl().to_dicts()

    @cached_property
    def shares(self) -> dict[str, Row]:
        """core.shares_reconciliation by ticker."""
        return {row["ticker"]: row for row in self.rows("core.shares_reconciliation")}

    @cached_property
    def market(self) -> SimulatedMarket:
        return self.registers.market

    def ticker(self, issuer: Issuer) -> str:
        """The ticker of an issuer's first line on the rank day."""
        index, rank = issuer.number, self.market.span.rank_index
        symbol = self.market.symbol(index, rank) if index < len(self.market.companies) else issuer.first.symbol
        return normal_ticker(symbol)

    def listed(self) -> list[Issuer]:
        """Issuers with a line in the reconciliation."""
        return [issuer for issuer in self.registers.issuers if self.ticker(issuer) in self.shares]


@pytest.fixture(scope="module")
def ran(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    home = tmp_path_factory.mktemp("every-source")
    opening = home / "opening.csv"
    opening.write_bytes(opening_csv(simulated.market, everyone=True))
    settings = settings_of(Settings(home=home), simulated.url, simulated.event)
    report = run_event(DEMO_EVENT, settings, openings=[opening])
    again = run_event(DEMO_EVENT, settings, openings=[opening])
    return Ran(home, report, again, Registers(simulated.market))


def test_every_source_gives_a_value(ran: Ran) -> None:
    outcomes = ran.rows("raw.source_outcomes")
    assert {row["result"] for row in outcomes} == {"known"}, "value and known are one in the table"
    asked = set(providers()) - {"ishares", "screener"}  # one is no input, the other knows no past
    assert {row["source"] for row in outcomes} == asked
    assert {row["source"] for row in ran.rows("raw.payloads")} == asked
    assert "source_skipped" not in {issue for _, issue, _ in ran.report.issues}


def test_a_full_annual_run_asks_seldom(ran: Ran) -> None:
    beside = ran.report.took.sources
    print(f"beside the archive: {beside.requests} requests, {beside.bytes / 1e6:.1f} MB")
    assert 0 < beside.requests <= REQUESTS_AT_MOST
    assert beside.retries == 0
    assert ran.again.took.sources.requests == 0


def test_a_second_run_is_the_same_snapshot(ran: Ran) -> None:
    assert ran.report.snapshot is not None
    assert ran.again.snapshot is not None
    assert ran.again.snapshot.path == ran.report.snapshot.path
    assert (ran.report.snapshot.is_new, ran.again.snapshot.is_new) == (True, False)


def test_stale_implied_counts_give_way_to_what_was_filed(ran: Ran) -> None:
    stale = [issuer for issuer in ran.listed() if issuer.is_stale]
    assert len(stale) > 100
    assert sum(issuer.number < 60 for issuer in stale) >= 3, "large ones among them"
    assert any(issuer.classes for issuer in stale)
    for issuer in stale:
        row = ran.shares[ran.ticker(issuer)]
        implied = (
            None if issuer.first.cap == "blank" else pytest.approx(issuer.implied, rel=1e-7)
        )  # rounded to a dollar
        assert row["implied_shares"] == implied
        assert row["chosen_shares"] == issuer.shares, row


def test_chosen_counts_are_nearer_to_the_truth_than_implied_ones(ran: Ran) -> None:
    """In sum, and for nine of ten companies whose counts differ; never by a filing of after the rank day."""
    errors: dict[str, float] = {"chosen_shares": 0.0, "implied_shares": 0.0}
    worst = 0.0
    for issuer in ran.listed():
        row = ran.shares[ran.ticker(issuer)]
        if row["implied_shares"] is None or not issuer.company.eligible:
            continue
        for column in errors:
            errors[column] += abs(row[column] / issuer.shares - 1)
        worst = max(worst, row["chosen_shares"] / issuer.shares - 1)
        assert row["filed_date"] is None or row["filed_date"] <= RANK_DAY
    assert errors["chosen_shares"] < errors["implied_shares"] / 2
    assert worst < 0.001, "a later filing counts eight per cent more"


@pytest.mark.parametrize(
    ("flaw", "suspects"),
    [("placeholder", {"placeholder"}), ("thousands", {"thousands_or_millions"}), ("before_split", {"differs", "jump"})],
)
def test_a_count_that_is_none_is_told_and_not_taken(ran: Ran, flaw: str, suspects: set[str]) -> None:
    flawed = [issuer for issuer in ran.listed() if issuer.flaw == flaw]
    assert len(flawed) >= 2
    told = {row["ticker"] for row in ran.rows("recon.data_issues") if row["issue"] == "filing_suspect"}
    for issuer in flawed:
        row = ran.shares[ran.ticker(issuer)]
        assert row["suspect"] in suspects
        assert (row["chosen_shares"], row["chosen_source"]) == (issuer.shares, "implied")
        assert row["filing_shares"] != issuer.shares
        assert ran.ticker(issuer) in told


def test_a_split_after_the_cover_is_applied(ran: Ran) -> None:
    split = [issuer for issuer in ran.listed() if issuer.split and issuer.flaw is None]
    assert len(split) == 4
    for issuer in split:
        assert issuer.split is not None
        row = ran.shares[ran.ticker(issuer)]
        assert row["split_factor"] * issuer.split.before == issuer.split.after
        assert abs(row["chosen_shares"] - issuer.shares) < issuer.split.after, "but for the fraction that is lost"
        assert row["chosen_source"] in ("sec_notes", "sec_companyfacts")


def test_classes_count_together_and_the_wrong_count_of_one_is_not_taken(ran: Ran) -> None:
    equal = [
        each for each in ran.listed() if len(own := list(common_lines(each))) > 1 and own[0].shares == own[1].shares
    ]
    assert len(equal) > 30
    for issuer in equal:
        row = ran.shares[ran.ticker(issuer)]
        assert row["chosen_source"] == "sec_notes"
        assert abs(row["chosen_shares"] - issuer.shares) <= len(issuer.classes)


def test_companies_without_any_figure_in_the_archive_are_ranked_by_their_filings(ran: Ran) -> None:
    blank = [each for each in ran.listed() if each.classes and {line.cap for line in each.lines[:1]} == {"blank"}]
    assert blank
    ranking = {row["ticker"] for row in ran.rows("recon.ranking") if row["status"] == "ranked"}
    for issuer in blank:
        tickers = {normal_ticker(line.symbol) for line in issuer.lines}
        assert ran.shares[ran.ticker(issuer)]["implied_shares"] is None
        assert tickers & ranking


def test_banks_that_file_elsewhere_keep_the_implied_count(ran: Ran) -> None:
    banks = [issuer for issuer in ran.listed() if issuer.cik is None]
    assert len(banks) >= 4
    told = {row["ticker"] for row in ran.rows("recon.data_issues") if row["issue"] == "shares_implied"}
    for issuer in banks:
        row = ran.shares[ran.ticker(issuer)]
        assert (row["cik"], row["chosen_source"], row["chosen_shares"]) == (None, "implied", issuer.shares)
        assert ran.ticker(issuer) in told


def test_the_public_float_decides_only_where_it_is_next_to_nothing(ran: Ran) -> None:
    floats = {row["ticker"]: row for row in ran.rows("core.floats")}
    rules = {row["ticker"]: row for row in ran.rows("recon.eligibility")}
    by_ppm: dict[int, list[str]] = {}
    thousands: list[str] = []
    for issuer in ran.listed():
        if ran.ticker(issuer) in floats:
            same = thousands if issuer.is_float_in_thousands else by_ppm.setdefault(issuer.public_ppm, [])
            same.append(ran.ticker(issuer))
    closely, between, most = (by_ppm.pop(ppm) for ppm in (CLOSELY_HELD_PPM, UNTOLD_FLOAT_PPM, PUBLIC_PPM))
    assert not by_ppm
    assert (len(closely), len(between), len(thousands)) == (3, 3, 2)
    assert {rules[ticker]["float_status"] for ticker in between} == {"unknown"}
    for ticker in closely:
        assert (rules[ticker]["float_status"], rules[ticker]["reason"]) == ("failed", "float")
        assert rules[ticker]["float_value_pct"] == floats[ticker]["float_pct"] < 1
    for ticker in thousands:
        assert floats[ticker]["quality"] == "wrong unit"
        assert (rules[ticker]["float_status"], rules[ticker]["float_value_pct"]) == ("unknown", None)
    # The float of one that has become forty times as large since is a small part of it, and tells nothing.
    risen = {line.symbol for line in ran.market.lines if line.drift_ppm > 0}
    usable = [ticker for ticker in most if floats[ticker]["quality"] == "usable" and ticker not in risen]
    assert len(usable) > 3_000
    assert {rules[ticker]["float_status"] for ticker in usable} == {"passed"}


# Rules that the nature of a company says nothing about.
OF_THE_DAY = {"listing", "exchange", "price", "market_cap", "share_class", "presumed_ineligible"}


def test_what_a_company_is_decides_as_the_ledger_says(ran: Ran) -> None:
    """Every kind and trait: a verdict that no source can tell is left open, every other one is that of the ledger."""
    rules = {row["ticker"]: row for row in ran.rows("recon.eligibility")}
    stories: dict[str, list[str]] = {}
    seen: dict[str, int] = {}
    for issuer in ran.registers.issuers:
        row = rules.get(ran.ticker(issuer))
        if row is None:
            continue
        name = issuer.company.trait or issuer.company.kind
        failed = row["reason"] is not None and row["reason"] not in OF_THE_DAY
        truth = not issuer.company.eligible or issuer.public_ppm < LEAST_PPM
        if issuer.nature.untold and not issuer.company.eligible:
            assert (
                row[f"{'structure' if issuer.nature.has_ubti else next(iter(issuer.nature.untold))}_status"] != "failed"
            )
        elif failed != truth:
            told = f"{issuer.company.name}: {row['reason']} ({row['country_facts']}; {row['structure_value']})"
            stories.setdefault(name, []).append(told)
        seen[name] = seen.get(name, 0) + 1
    assert not stories
    assert set(seen) == {*COMPANIES, *(each.trait for each in PECULIAR)}


def test_the_units_of_an_up_c_are_shares_of_it(ran: Ran) -> None:
    with_units = [issuer for issuer in ran.listed() if issuer.upc_units]
    assert len(with_units) == 30
    for issuer in with_units:
        row = ran.shares[ran.ticker(issuer)]
        assert (row["chosen_shares"], row["why"]) == (issuer.shares, "classes_of_one_filing")
        assert row["implied_shares"] == pytest.approx(issuer.shares - issuer.upc_units, rel=1e-6)


def test_the_ledger_knows_which_count_a_reader_could_know(ran: Ran) -> None:
    checked = 0
    for issuer in ran.listed():
        known, row = issuer.shares_known(RANK_DAY), ran.shares[ran.ticker(issuer)]
        if known is not None and issuer.flaw is None and issuer.company.eligible:
            assert row["chosen_shares"] == known, row
            checked += 1
    assert checked > 3_500


def test_weights_rest_on_the_float_where_it_is_known(ran: Ran) -> None:
    members = [row for row in ran.rows("recon.index_membership") if row["index_id"] == "R3000"]
    floats = {row["ticker"]: row["float_pct"] for row in ran.rows("core.floats")}
    vehicles = [row for row in members if row["is_pricing_vehicle"]]
    assert abs(sum(row["weight_pct"] for row in members if row["weight_pct"]) - 100) < Decimal("0.0001")
    for row in vehicles:
        basis = "public float" if floats.get(row["rank_ticker"]) else "total cap"
        assert row["weight_basis"] == (basis if row["status"] == "ranked" else None)
    assert {row["weight_basis"] for row in vehicles} >= {"public float", "total cap"}


def test_lines_that_the_archive_never_carries_are_priced_and_ranked(ran: Ran) -> None:
    universe = {row["ticker"]: row for row in ran.rows("recon.universe")}
    ranked = {row["company_id"]: row for row in ran.rows("recon.ranking")}
    members = {row["rank_ticker"] for row in ran.rows("recon.index_membership") if row["index_id"] == "R1000"}
    for line in ran.registers.unseen.lines:
        row = universe[normal_ticker(line.symbol)]
        issuer = ran.registers.issuers[line.company]
        assert (row["price_source"], row["listing_source"], row["listing"]) == ("massive", "symdir", "listed")
        assert row["close_usd"] * PRICE_UNIT == line.price
        assert abs(row["outstanding_shares"] - (issuer.shares - issuer.unreported)) <= 1
        assert ranked[row["company_id"]]["status"] == "ranked"
        assert row["ticker"] in members
    carried = [line for line in ran.registers.unseen.lines if line.company < len(ran.market.companies)]
    for line in carried:
        first = universe[ran.ticker(ran.registers.issuers[line.company])]
        assert universe[normal_ticker(line.symbol)]["company_id"] == first["company_id"]


def test_funds_and_test_symbols_are_no_lines(ran: Ran) -> None:
    universe = {row["ticker"] for row in ran.rows("recon.universe")}
    assert not universe & {normal_ticker(fund.symbol) for fund in ran.registers.unseen.funds}


def test_a_close_of_the_day_goes_before_that_of_a_neighbour(ran: Ran) -> None:
    market = ran.market
    universe = {row["ticker"]: row for row in ran.rows("recon.universe")}
    gaps = [
        (index, line)
        for index, line in enumerate(market.lines)
        if market.span.rank_index in line.gaps and market.listed(index, market.span.rank_index)
    ]
    assert gaps
    for index, line in gaps:
        row = universe[normal_ticker(market.symbol(index, market.span.rank_index))]
        assert row["is_neighbour"]
        assert (row["price_source"], row["close_usd"] * PRICE_UNIT) == ("massive", line.price)


def test_no_key_or_contact_is_left_in_a_home(ran: Ran) -> None:
    secrets = (KEY.encode(), b"simulation@example.invalid")
    held = [path for path in ran.home.rglob("*") if path.is_file()]
    assert len(held) > 50
    assert not [path for path in held if any(secret in path.read_bytes() for secret in secrets)]
