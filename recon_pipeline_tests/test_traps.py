"""The twenty traps of providers 1.17: each is caught where its payload is read, or by a named check, or by both.

Here each check is shown rows that it must tell of and, among them, rows that it must leave alone; each reader is shown
a payload with the trap in it. `docs/traps.md` is held to what there is. All payloads and rows are made up.

Does not belong here: the rows (`trap_cases.py`), everything else about a provider (`test_<provider>.py`), which value a
query chooses (`cases/`).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recon_pipeline import events
from recon_pipeline.capture import outcome_rows
from recon_pipeline.errors import BadPayload
from recon_pipeline.sources.alphavantage import ACTIVE
from recon_pipeline.sources.feeds import Ask, Landed
from recon_pipeline.sources.gather import gather
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.massive import GROUPED
from recon_pipeline.sources.sec.facts import CompanyFacts
from recon_pipeline.sources.symdir import NASDAQ_LISTED
from recon_pipeline.symbols import directory_ticker, massive_ticker, normal_ticker, sec_ticker
from recon_pipeline.tables import Check, load_tables
from recon_pipeline_tests import (
    test_alphavantage,
    test_ipo_calendar,
    test_massive,
    test_screener,
    test_sec_tickers,
    test_symdir,
)
from recon_pipeline_tests.sec_payloads import landed as landed_sec
from recon_pipeline_tests.sec_payloads import settings as settings_of_sec
from recon_pipeline_tests.test_http import Answer, Server
from recon_pipeline_tests.test_sql_cases import DEFAULT_EVENT, Bench, open_bench
from recon_pipeline_tests.trap_cases import CASES, OPENING, Case, Given, member_lines, ranked_line, ranking_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "traps.md"
TABLES = load_tables()
CHECKS: Mapping[str, Check] = {
    f"{table.full_name.replace('.', '/')}.check.{check.name}": check
    for table in TABLES.values()
    for check in table.checks
}
"""Every check by its file below sql/, without the ending."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("traps")) as opened:
        yield opened


def failing(bench: Bench, check: str, given: Given) -> pl.DataFrame:
    with bench.undone():
        for table, some in given.items():
            bench.give(table, [dict(row) for row in some], {})
        return bench.warehouse.failing_rows(CHECKS[check], {"event_id": DEFAULT_EVENT})


# --- checks -----------------------------------------------------------------------------------------------------------


@pytest.mark.engine
@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.trap}-{case.check}") for case in CASES])
def test_a_check_tells_of_the_trap_and_of_nothing_else(bench: Bench, case: Case) -> None:
    found = failing(bench, case.check, case.given).select(case.shown).rows()
    assert set(found) == case.told
    assert len(found) == len(case.told)


@pytest.mark.engine
@pytest.mark.parametrize(
    ("check", "given"),
    [
        ("recon/index_membership.check.company_counts", {"recon.index_membership": member_lines(3_050)}),
        (
            "recon/index_membership.check.line_counts",
            {"recon.index_membership": [*member_lines(3_050), *member_lines(1_030, "R1000")]},
        ),
        # Without lists of the Russell 1000 everybody would be a stranger.
        ("recon/ranking.check.top_ten", ranking_of(ranked_line(1, "NEW", "New", member=False))),
        # Without the source of numbers nobody has one.
        (
            "core/shares_reconciliation.check.files_elsewhere",
            {
                "raw.opening_rows": OPENING,
                "core.shares_reconciliation": [{"ticker": "MBR", "cik": None, "why": "implied_no_filing"}],
            },
        ),
    ],
)
def test_a_check_is_silent_where_there_is_nothing_to_compare_with(bench: Bench, check: str, given: Given) -> None:
    assert failing(bench, check, given).is_empty()


@pytest.mark.engine
def test_what_ships_passes_its_own_checks(bench: Bench) -> None:
    assert failing(bench, "reference/recon_events.check.sessions", {}).is_empty()
    splits = bench.warehouse.frame("select ticker, execution_date from reference.known_splits")
    assert splits.height >= 5
    assert all(events.is_session(day) for day in splits["execution_date"])


# --- payloads ---------------------------------------------------------------------------------------------------------


def test_an_absent_payload_is_no_row_and_no_zero(tmp_path: Path) -> None:
    """Trap 1: a 404 is a third thing beside a value and an error."""
    landing, facts = Landing(tmp_path / "landed"), CompanyFacts()
    with Server() as server:
        server.lasting = Answer(status=404, body=b"<Error><Code>NoSuchKey</Code></Error>")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        asked = settings_of_sec(tmp_path, sec_data_url=server.url)
        gathered = gather({facts: [facts.concept(asked, 1)]}, asked, landing, lambda ask, row: False)
        server.shutdown()
        thread.join()
    noted = outcome_rows(DEFAULT_EVENT, gathered.outcomes)
    assert noted.select("source", "result").rows() == [("sec_companyfacts", "absent")]
    assert landing.every() == []


PAGE_OF_HTML = b"<!DOCTYPE html><html><body>Page Not Available</body></html>"


@pytest.mark.parametrize(
    ("validate", "ask", "body"),
    [
        pytest.param(provider.validate, ask, body, id=f"{name}-{what}")
        for name, provider, ask, told in (
            ("symdir", test_symdir.PROVIDER, test_symdir.ask(NASDAQ_LISTED), {}),
            ("sec_tickers", test_sec_tickers.PROVIDER, test_sec_tickers.ASK, {}),
            (
                "screener",
                test_screener.PROVIDER,
                test_screener.ask(),
                {"rCode": b'{"data":null,"message":null,"status":{"rCode":400,"bCodeMessage":[{"code":1001}]}}'},
            ),
            (
                "ipo_calendar",
                test_ipo_calendar.PROVIDER,
                test_ipo_calendar.MARCH,
                {"rCode": b'{"data":null,"message":null,"status":{"rCode":400,"bCodeMessage":[{"code":1001}]}}'},
            ),
            (
                "alphavantage",
                test_alphavantage.PROVIDER,
                test_alphavantage.asked(ACTIVE),
                {"note": b'{"Information": "the rate limit of the key is 25 requests a day"}'},
            ),
            (
                "massive",
                test_massive.PROVIDER,
                test_massive.asked(GROUPED),
                {"error": b'{"status":"ERROR","request_id":"r","error":"exceeded"}'},
            ),
        )
        for what, body in {"page": PAGE_OF_HTML, "nothing": b"", **told}.items()
    ],
)
def test_an_error_of_http_200_is_not_believed(validate: Callable[[Ask, bytes], None], ask: Ask, body: bytes) -> None:
    """Trap 2. What comes of it in a run is in `test_source_outcomes.py`."""
    with pytest.raises(BadPayload):
        validate(ask, body)


def test_the_footer_of_the_symbol_directory_is_wanted_and_no_row(tmp_path: Path) -> None:
    """Trap 3."""
    listed = test_symdir.filler(NASDAQ_LISTED)
    whole = test_symdir.file(NASDAQ_LISTED, listed)
    ask = test_symdir.ask(NASDAQ_LISTED)
    test_symdir.PROVIDER.validate(ask, whole)
    with pytest.raises(BadPayload, match="truncated"):
        test_symdir.PROVIDER.validate(ask, test_symdir.file(NASDAQ_LISTED, listed, footer=""))
    frames = test_symdir.PROVIDER.read(test_symdir.landed(tmp_path, NASDAQ_LISTED, whole))
    assert frames["raw.directory"].height == len(listed)
    assert frames["raw.source_rejects"].is_empty()


def directory_of(source: str, home: Path) -> pl.DataFrame:
    """A list of symbols of a source that has NA and NAN."""
    if source == "symdir":
        return test_symdir.read(home, NASDAQ_LISTED, *test_symdir.NASDAQ_ROWS)["raw.directory"]
    if source == "alphavantage":
        listed = [f"{symbol},{symbol} Corp,NYSE,Stock,2001-02-03,null,Active" for symbol in ("NA", "NAN", "NULL")]
        body = test_alphavantage.listing(*listed)
        return test_alphavantage.read(home, ACTIVE, body)["raw.directory"]
    told = test_sec_tickers.body([1, "Nadir Labs", "NA", "Nasdaq"], [2, "Nandu Fund", "NAN", "NYSE"])
    return test_sec_tickers.PROVIDER.read(landed_sec(home, test_sec_tickers.FEED, told))["raw.directory"]


@pytest.mark.parametrize("source", ["symdir", "alphavantage", "sec_tickers"])
def test_tickers_that_read_like_nothing_survive_into_the_table(bench: Bench, source: str, tmp_path: Path) -> None:
    """Trap 4: read, loaded, and asked for again."""
    frame = directory_of(source, tmp_path)
    with bench.undone():
        bench.give("raw.directory", [], {})
        bench.warehouse.load("raw.directory", frame.with_columns(payload_sha256=pl.lit("0")))
        found = bench.warehouse.frame("select ticker from raw.directory where ticker in ('NA', 'NAN') order by 1")
    assert found["ticker"].to_list() == ["NA", "NAN"]


def test_every_source_writes_a_class_in_its_own_way_and_all_mean_one_line() -> None:
    """Trap 5; the property tests are in `test_symbols.py`."""
    forms = {normal_ticker("BRK/B   "), directory_ticker("BRK.B"), sec_ticker("BRK-B"), massive_ticker("BRK.B")}
    assert forms == {"BRK.B"}


def test_adjusted_closes_are_not_believed_and_the_flag_is_kept(tmp_path: Path) -> None:
    """Trap 13."""
    ask = test_massive.asked(GROUPED)
    assert "adjusted=false" in ask.path
    with pytest.raises(BadPayload, match="adjusted"):
        test_massive.PROVIDER.validate(ask, test_massive.grouped(adjusted="true"))
    prices = test_massive.read(tmp_path, GROUPED, test_massive.grouped())["raw.prices"]
    assert prices["is_adjusted"].unique().to_list() == [False]


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2025, 1, 9), date(2026, 6, 19)])
def test_days_on_which_the_exchange_is_closed(day: date) -> None:
    """Trap 18: a Saturday, a day of mourning, Juneteenth."""
    assert not events.is_session(day)
    assert events.is_session(day - timedelta(days=1))


def test_a_landing_is_written_once_and_today_is_never_a_day_of_the_past(tmp_path: Path) -> None:
    """Trap 19."""
    landing = Landing(tmp_path)
    body, asked = test_screener.body(test_screener.line("ACME")), test_screener.ask()
    first = landing.land(asked.feed, "https://host/x", body, session=asked.day, key=asked.path)
    kept = landing.path_of(first).read_bytes()
    landing.land(asked.feed, "https://host/x", b"of another day", session=asked.day, key=asked.path)
    assert landing.path_of(first).read_bytes() == kept
    assert Landed(first, landing).body() == body
    # Whenever it is asked, the live screener is asked about the session that closed last.
    later = datetime(2026, 8, 21, 23, 0, tzinfo=UTC)
    assert test_screener.ask(now=later).day == date(2026, 8, 21)


# --- the page ---------------------------------------------------------------------------------------------------------


def page_rows() -> list[list[str]]:
    """The rows of the table of the page, cell by cell."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


NAMED = re.compile(r"`([a-z]+/[a-z_]+\.check\.[a-z_]+)` \((error|warn)\)")


def test_the_page_lists_every_trap_once_and_in_order() -> None:
    assert [int(row[0]) for row in page_rows()] == list(range(1, 21))
    assert {len(row) for row in page_rows()} == {5}


@pytest.mark.parametrize("row", page_rows(), ids=lambda row: row[0])
def test_the_checks_of_a_trap_are_there_with_their_severity(row: Sequence[str]) -> None:
    named = NAMED.findall(row[2])
    assert named
    assert dict(named) == {name: "error" if CHECKS[name].blocking else "warn" for name, _ in named}
    assert {name for name, _ in named} == {case.check for case in CASES if case.trap == int(row[0])}


def test_a_check_that_cites_a_trap_is_on_the_page() -> None:
    cited: Any = {
        (int(number), name)
        for name, check in CHECKS.items()
        for number in re.findall(r"1\.17, trap (\d+)", check.query.description)
    }
    named = {(int(row[0]), name) for row in page_rows() for name, _ in NAMED.findall(row[2])}
    assert cited
    assert cited <= named


def test_a_reader_that_the_page_names_is_there() -> None:
    root = PAGE.parents[1] / "recon_pipeline"
    named = {name for row in page_rows() for name in re.findall(r"`((?:sources/)?[a-z_/]+\.py)`", row[2])}
    assert named
    assert not [name for name in sorted(named) if not (root / name).is_file()]
