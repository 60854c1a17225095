"""What the order of sources, the links to filers and the share counts promise beyond one query: names and checks.

Does not belong here: which value a query chooses (`cases/core.filer_links` and its neighbours).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recon_pipeline.rules import reference_rows
from recon_pipeline.settings import Settings
from recon_pipeline.tables import load_tables
from recon_pipeline_tests.test_sql_cases import DEFAULT_EVENT, Bench, Row, open_bench

TABLES = load_tables()
SOURCES = {row["source"]: row for _, row in reference_rows("sources.csv")}
ORDER = [row for _, row in reference_rows("source_order.csv")]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder: Path = tmp_path_factory.mktemp("shares")
    with open_bench(folder) as opened:
        yield opened


def failing(bench: Bench, check: str, given: dict[str, list[Row]]) -> list[dict[str, object]]:
    """The rows that a check (`schema.table.check.name`) returns on rows given by table."""
    table, _, name = check.partition(".check.")
    query = {found.name: found for found in TABLES[table].checks}[name]
    with bench.undone():
        for other, rows in given.items():
            bench.give(other, rows, {})
        return bench.warehouse.failing_rows(query, {"event_id": DEFAULT_EVENT}).to_dicts()


# --- sources ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_names_settings_that_there_are(source: str) -> None:
    row = SOURCES[source]
    settings = {f"RECON_{name.upper()}" for name in Settings.model_fields}
    assert row["base_url_setting"] in settings
    assert row["base_url_setting"].endswith("_URL")
    assert row["needs"] in {"", *settings}


@pytest.mark.parametrize("figure", sorted({row["figure"] for row in ORDER}))
def test_the_sources_of_a_figure_are_numbered_without_a_gap(figure: str) -> None:
    places = [int(row["precedence"]) for row in ORDER if row["figure"] == figure]
    assert places == list(range(1, len(places) + 1))


@pytest.mark.engine
def test_a_source_that_is_not_described_is_told(bench: Bench) -> None:
    check = "reference.source_order.check.known_sources"
    assert failing(bench, check, {}) == []
    rows: list[Row] = [
        {"figure": "price", "precedence": "1", "source": "archive"},
        {"figure": "price", "precedence": "2", "source": "archiv"},
    ]
    assert [row["source"] for row in failing(bench, check, {"reference.source_order": rows})] == ["archiv"]


# --- checks -----------------------------------------------------------------------------------------------------------


@pytest.mark.engine
def test_two_numbers_for_one_ticker_are_told(bench: Bench) -> None:
    rows: list[Row] = [
        {"ticker": "THC", "cik": "701", "candidate_count": "2"},
        {"ticker": "ONE", "cik": "801", "candidate_count": "1"},
    ]
    found = failing(bench, "core.filer_links.check.two_ciks", {"core.filer_links": rows})
    assert [(row["ticker"], row["candidate_count"]) for row in found] == [("THC", 2)]


@pytest.mark.engine
def test_a_cover_that_cannot_be_is_told(bench: Bench) -> None:
    links: list[Row] = [{"ticker": "AAA", "cik": "1", "candidate_count": "1"}]
    fact = {
        "source": "sec_companyfacts",
        "cik": "1",
        "tag": "EntityCommonStockSharesOutstanding",
        "unit": "shares",
        "end_date": "2023-02-01",
        "filed_date": "2023-02-10",
        "value": "999999999999999",
    }
    rows: list[Row] = [
        {**fact, "accession": "sound"},
        {**fact, "accession": "huge", "value": "1000000000000000"},
        {**fact, "accession": "ahead", "end_date": "2023-02-11"},
        {**fact, "accession": "of another", "cik": "2", "value": "1000000000000000"},
        {**fact, "accession": "frame", "source": "sec_frames", "value": "1000000000000000"},
        {**fact, "accession": "later", "filed_date": "2023-04-29", "value": "1000000000000000"},
    ]
    found = failing(bench, "core.share_counts.check.unbelievable", {"core.filer_links": links, "raw.cover_facts": rows})
    assert {row["accession"] for row in found} == {"huge", "ahead"}


@pytest.mark.engine
def test_a_count_in_doubt_is_told(bench: Bench) -> None:
    rows: list[Row] = [
        {"ticker": "SURE", "why": "cover_of_company"},
        {"ticker": "JUMP", "why": "implied_filing_suspect", "suspect": "jump"},
        {"ticker": "BEFORE", "why": "earlier_count", "suspect": "jump"},
        {"ticker": "BROKE", "why": "cover_of_company", "suspect": "differs"},
        {"ticker": "STALE", "why": "filing_stale", "suspect": "differs"},
    ]
    found = failing(bench, "core.shares_reconciliation.check.suspect", {"core.shares_reconciliation": rows})
    assert {row["ticker"] for row in found} == {"JUMP", "BEFORE", "BROKE"}


@pytest.mark.engine
def test_a_count_of_a_later_filing_is_told(bench: Bench) -> None:
    chosen = {
        "why": "cover_of_company",
        "chosen_shares": "5000",
        "chosen_source": "sec_companyfacts",
        "chosen_cover_date": "2023-02-01",
    }
    rows: list[Row] = [
        {**chosen, "ticker": "SOUND", "cik": "1", "chosen_accession": "a-1", "filed_date": "2023-04-28"},
        {**chosen, "ticker": "LATE", "cik": "2", "chosen_accession": "a-2", "filed_date": "2023-04-29"},
        {**chosen, "ticker": "HIDDEN", "cik": "3", "chosen_accession": "a-3", "filed_date": "2023-04-28"},
        {**chosen, "ticker": "NOWHERE", "cik": "4", "chosen_accession": "a-4", "filed_date": "2023-04-28"},
        {
            "ticker": "IMPLIED",
            "cik": "2",
            "accession": "a-2",
            "filed_date": "2023-04-29",
            "why": "implied_filing_suspect",
            "chosen_shares": "5000",
            "chosen_source": "implied",
        },
    ]
    fact = {"source": "sec_companyfacts", "unit": "shares", "end_date": "2023-02-01"}
    facts: list[Row] = [
        {**fact, "cik": "1", "accession": "a-1", "filed_date": "2023-04-28"},
        {**fact, "cik": "2", "accession": "a-2", "filed_date": "2023-04-29"},
        {**fact, "cik": "3", "accession": "a-3", "filed_date": "2023-05-02"},
    ]
    given = {"core.shares_reconciliation": rows, "raw.cover_facts": facts}
    found = failing(bench, "core.shares_reconciliation.check.not_future", given)
    assert {row["ticker"] for row in found} == {"LATE", "HIDDEN", "NOWHERE"}
