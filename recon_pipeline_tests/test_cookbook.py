"""Every query of the cookbook, and the example of every public table, on a published file of a few rows by hand.

Each must give rows here, with the columns that it promises: a few of the answers are read as well. That they run on the
file of a whole simulated event is in `test_pipeline.py`.

What does not belong here: what the tables of the file should hold (their cases).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline import cookbook, dictionary
from recon_pipeline.cookbook import Recipe, recipes
from recon_pipeline.errors import ContractBroken
from recon_pipeline.publish import published_database
from recon_pipeline.tables import Query, Table, load_macros, load_tables, public_tables
from recon_pipeline.warehouse import Reader
from recon_pipeline_tests.small_home import RUN, publish_rows

DOCS = Path(__file__).resolve().parents[1] / "docs"
FIRST, BETWEEN, LAST = "2024-06-recon", "2024-09-ipo", "2025-06-recon"


Cells = dict[str, str]


def each_event(rows: list[Cells]) -> list[Cells]:
    return [row | {"event_id": name} for name in (FIRST, LAST) for row in rows]


def member(index_id: str, ticker: str, weight: str, industry: str) -> Cells:
    row = {"index_id": index_id, "ticker": ticker, "rank": "1", "market_cap_usd": "1", "status": "ranked"}
    return row | {"weight_pct": weight, "weight_basis": "total cap", "industry": industry}


def span(index_id: str, ticker: str, effective_from: str, **more: str) -> Cells:
    row = {"index_id": index_id, "ticker": ticker, "last_ticker": ticker, "effective_from": effective_from}
    return row | {"entry_reason": "new", "entry_basis": "event"} | more


GIVEN: Mapping[str, list[Cells]] = {
    "recon.events": [
        {
            "event_id": FIRST,
            "kind": "recon",
            "rank_day": "2024-04-30",
            "effective_date": "2024-06-28",
            "season": "june",
        },
        {"event_id": LAST, "kind": "recon", "rank_day": "2025-04-30", "effective_date": "2025-06-27", "season": "june"},
    ],
    "recon.schema_version": [
        {"schema_version": "1.0", "major": "1", "is_current": "true", "changes": "first"},
    ],
    "recon.universe": each_event(
        [
            {"ticker": "BIG", "company_market_cap_usd": "900", "is_pricing_vehicle": "true", "close_usd": "10"}
            | {"company_line_count": "2", "pricing_ticker": "BIG", "observed_session": "2024-07-31"},
            {"ticker": "BIG.B", "company_id": "C-BIG", "company_name": "BIG", "company_line_count": "2"},
            {"ticker": "FAR", "company_market_cap_usd": "800", "is_pricing_vehicle": "true", "company_line_count": "1"},
        ]
    ),
    "recon.eligibility": each_event(
        [
            {"ticker": "BIG", "status": "eligible"},
            {"ticker": "BIG.B", "company_id": "C-BIG", "status": "ineligible", "reason": "share_class"}
            | {"share_class_status": "failed", "share_class_value_usd": "5"},
            {"ticker": "FAR", "status": "ineligible", "reason": "country", "country_status": "failed"}
            | {"country_value": "Elsewhere", "country_threshold": "United States"},
        ]
    ),
    "recon.ranking": each_event(
        [{"ticker": "BIG", "status": "ranked", "rank": "1", "market_cap_usd": "900", "placing_cap_usd": "900"}]
    ),
    "recon.breakpoints": [
        {"event_id": name, "breakpoint_id": "R1000", "ticker": "BIG", "cut_rank": "1000", "reached_rank": "1"}
        | {"market_cap_usd": cap, "band_low_usd": "600", "band_high_usd": "1000", "total_cap_usd": "1"}
        | {"cumulative_cap_usd": "1"}
        for name, cap in ((FIRST, "800"), (LAST, "1000"))
    ],
    "recon.placements": each_event(
        [{"company_id": "C-BIG", "breakpoint_id": "R1000", "side_before": "below", "is_above": "false"}]
    ),
    "recon.index_membership": [
        *(
            {"event_id": FIRST} | row
            for row in (member("R2000", "BIG", "40", "Energy"), member("R2000", "OLD", "60", "Energy"))
        ),
        *(
            {"event_id": LAST} | row
            for row in (member("R2000", "BIG", "70", "Energy"), member("R3000", "BIG", "100", "Energy"))
        ),
    ],
    "recon.index_changes": [
        {"event_id": LAST, "ticker": "UP", "index_id": index_id, "action": action, "movement": "up", "reason": "rank"}
        for index_id, action in (("R1000", "addition"), ("R2000", "deletion"))
    ],
    "recon.index_demand": [
        {"event_id": LAST, "ticker": "UP", "index_id": "R1000", "action": "addition", "movement": "up"}
        | {"weight_before_pct": "0", "weight_after_pct": "1", "usd_per_billion": "10000000", "close_usd": "10"}
        | {"adv_usd": "1000", "adv_basis": "month", "days_of_adv_per_billion": "10000", "closing_auction_usd": "100"},
        {"event_id": LAST, "ticker": "UP", "index_id": "R2000", "action": "deletion", "movement": "up"}
        | {"weight_before_pct": "5", "weight_after_pct": "0", "usd_per_billion": "-50000000", "close_usd": "10"}
        | {"adv_usd": "1000", "adv_basis": "month", "days_of_adv_per_billion": "50000", "closing_auction_usd": "100"},
    ],
    "recon.security_demand": [
        {"event_id": LAST, "ticker": "UP", "movement": "up", "joins": "R1000", "leaves": "R2000"}
        | {"r1000_weight_change_pct": "1", "r2000_weight_change_pct": "-5", "usd_per_billion_each": "-40000000"},
    ],
    "recon.index_membership_span": [
        span("R2000", "BIG", "2024-07-01"),
        span("R1000", "STAYS", "2024-07-01"),
        span("R2000", "GONE", "2024-07-01", effective_to="2024-12-02", exit_event_id=LAST)
        | {"exit_kind": "departure", "exit_reason": "merged", "exit_basis": "delisting_form"},
    ],
    "recon.ticker_spans": [
        {"event_id": FIRST, "ticker": "OLDT", "security_id": "L-BIG", "company_id": "C-BIG", "valid_from": "2024-04-30"}
        | {"valid_to": "2024-07-01", "basis": "ticker", "source": "archive", "last_seen": "2024-06-28"},
        {"event_id": FIRST, "ticker": "BIG", "security_id": "L-BIG", "company_id": "C-BIG", "valid_from": "2024-07-01"}
        | {"basis": "ticker", "source": "archive", "last_seen": "2024-07-01"},
    ],
    "recon.ipo_candidates": [
        {"event_id": BETWEEN, "ticker": "IPO", "verdict": "added", "size_index": "R1000", "market_cap_usd": "5"}
        | {
            "listing_kind": "ipo",
            "listing_evidence_strength": "weak",
            "listing_evidence_source": "archive",
            "listing_evidence": "year of its offering",
            "is_pricing_vehicle": "true",
        },
    ],
    "recon.ipo_breakpoints": [
        {"event_id": BETWEEN, "breakpoint_id": "R1000", "cut_rank": "1000", "base_cap_usd": "4", "market_cap_usd": "4"}
        | {"basis": "reconstitution"},
    ],
    "recon.index_change_revision": [
        {
            "event_id": LAST,
            "index_id": "R2000",
            "ticker": "NEW",
            "known_at": "2025-06-30",
            "revision": "added to the list",
        }
        | {"why": "decided_anew"}
        | {"previous_known_at": "2025-05-24", "action": "addition", "movement": "new", "reason": "rank"},
    ],
    "recon.near_miss": [
        {"event_id": LAST, "ticker": "BIG", "cut_id": "R1000", "market_cap_usd": "900", "is_above": "true"}
        | {"flip_cap_usd": "800", "margin_usd": "-100", "margin_pct": "-11", "nearness": "1", "leaves": "R1000"},
    ],
    "recon.projection_run": [
        {"event_id": LAST, "path_count": "10", "session_count": "5", "panel_sessions": "9", "tail_df": "4"}
        | dict.fromkeys(("market_volatility_pct", "cap_noise_pct", "gone_before_pct", "gone_after_pct"), "1"),
    ],
    "recon.projection_probability": [
        {"event_id": LAST, "index_id": "R1000", "ticker": "BIG", "probability": "0.5", "is_member_now": "true"},
    ],
    "recon.projection_breakpoints": [
        {"event_id": LAST, "breakpoint_id": "R1000", "cut_rank": "1000", "now_usd": "4"},
    ],
    "recon.data_issues": [
        {
            "event_id": LAST,
            "issue_number": "1",
            "severity": "warning",
            "issue": "neighbour_session",
            "security_id": "L-BIG",
        },
    ],
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    home = tmp_path_factory.mktemp("cookbook")
    runs = [RUN | {"event_id": name} for name in (FIRST, BETWEEN, LAST)]
    given = {table: [dict[str, str | None](row) for row in rows] for table, rows in GIVEN.items()}
    publish_rows(home, {"raw.event_runs": runs} | given)
    return Reader(published_database(home))


@pytest.fixture(scope="module")
def answers(reader: Reader) -> dict[str, pl.DataFrame]:
    return {recipe.name: reader.frame(recipe.sql) for recipe in recipes()}


def test_there_are_fifteen() -> None:
    assert [recipe.name[:2] for recipe in recipes()] == [f"{number:02}" for number in range(1, 16)]


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_a_query_gives_rows_with_the_columns_that_it_promises(recipe: Recipe, answers: dict[str, pl.DataFrame]) -> None:
    frame = answers[recipe.name]
    assert tuple(frame.columns) == recipe.columns
    assert frame.height > 0, "give test_cookbook.py a row that this query finds"


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.name)
def test_a_query_asks_public_tables_alone_and_ends_in_an_order(recipe: Recipe) -> None:
    macros = {macro.full_name for macro in load_macros()}
    assert Query.parse(recipe.sql).reads <= {table.full_name for table in public_tables()} | macros
    assert "\norder by " in recipe.sql


def test_a_migration_is_one_row(answers: dict[str, pl.DataFrame]) -> None:
    (row,) = answers["01_who_moves"].to_dicts()
    assert (row["move"], row["from_index"], row["to_index"]) == ("migration up", "R2000", "R1000")


def test_a_margin_is_from_the_edge_of_the_side_where_the_company_was(answers: dict[str, pl.DataFrame]) -> None:
    row = answers["02_who_nearly"].row(0, named=True)
    assert (row["edge_usd"], row["margin_pct"], row["was_above"]) == (1000, -10.0, False)


def test_who_is_excluded_shows_what_was_observed(answers: dict[str, pl.DataFrame]) -> None:
    row = answers["03_why_excluded"].row(0, named=True)
    assert (row["ticker"], row["reason"], row["observed"], row["asked"]) == (
        "FAR",
        "country",
        "Elsewhere",
        "United States",
    )


def test_who_is_gone_since_is_a_member_of_its_day(answers: dict[str, pl.DataFrame]) -> None:
    assert set(answers["04_members_on_a_day"]["ticker"]) == {"BIG", "GONE"}


def test_a_panel_joins_by_the_ticker_of_its_day(answers: dict[str, pl.DataFrame]) -> None:
    (row,) = answers["05_survivorship_free_panel"].to_dicts()
    assert (row["day"], row["ticker"], row["index_id"], row["security_id"]) == (
        date(2024, 7, 31),
        "BIG",
        "R2000",
        "L-BIG",
    )


def test_turnover_is_the_larger_side(answers: dict[str, pl.DataFrame]) -> None:
    turnover = {row["index_id"]: row["one_way_turnover_pct"] for row in answers["07_turnover_by_event"].to_dicts()}
    assert turnover == {"R1000": 1, "R2000": 5}


def test_a_mix_is_held_against_the_reconstitution_before(answers: dict[str, pl.DataFrame]) -> None:
    assert answers["08_industry_mix"].filter(event_id=LAST)["change_pct"].to_list() == [-30]


def test_demand_is_netted(answers: dict[str, pl.DataFrame]) -> None:
    (row,) = answers["10_demand"].to_dicts()
    assert (row["net_usd"], row["net_shares"]) == (0, 0), "1 percent of a trillion less 5 percent of 200 billion"


def test_a_breakpoint_has_its_change(answers: dict[str, pl.DataFrame]) -> None:
    assert answers["15_breakpoints_by_year"]["change_pct"].to_list() == [None, 25.0]


# --- the examples of the tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", public_tables(), ids=lambda table: table.name)
def test_a_public_table_has_an_example_that_gives_rows(table: Table, reader: Reader) -> None:
    assert table.example is not None, f"write sql/recon/{table.name}.example.sql: a question in a comment, and a SELECT"
    assert table.full_name in table.example.reads
    assert table.example.description.endswith("?")
    assert reader.frame(table.example.text).height > 0, "give test_cookbook.py a row that this example finds"


# --- the pages --------------------------------------------------------------------------------------------------------


def test_the_page_is_true() -> None:
    assert (DOCS / "cookbook.md").read_text(encoding="utf-8") == cookbook.render(), "run `make docs`"


def test_a_file_that_promises_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cookbook").mkdir()
    (tmp_path / "cookbook" / "01_x.sql").write_text("-- What?\nselect 1 as x\n")
    monkeypatch.setattr(cookbook, "sql_root", lambda: tmp_path)
    with pytest.raises(ContractBroken, match="01_x"):
        recipes.__wrapped__()


def test_the_rules_of_a_table_are_those_that_its_query_names() -> None:
    tables = load_tables()
    assert dictionary.rules_of(tables["recon.index_demand"]) == ["class_float_merged", "closing_auction_pct"]
    assert dictionary.rules_of(tables["recon.breakpoints"]) == ["band_*", "cut_*"]
    assert dictionary.rules_of(tables["recon.events"]) == []
