"""The mapping to ICB industries: its rules can be told apart, all of them can be reached; how agreement is measured.

What does not belong here: which rule decides (cases of core.industries), and how well the mapping agrees with official
lists: those are not ours to keep (`benchmarks/industry_agreement.py`).
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import polars as pl
import pytest

from recon_pipeline.publish import published_database
from recon_pipeline.rules import reference_rows
from recon_pipeline_tests.benchmark_script import benchmark

ROWS = [row for _, row in reference_rows("industries.csv")]
ASKED = ("sector", "industry", "sic_from", "sic_to", "name_word")


@pytest.fixture(scope="module")
def agreement() -> ModuleType:
    return benchmark("industry_agreement")


def test_no_two_rules_ask_for_the_same() -> None:
    asked = [tuple(row[name] for name in ASKED) for row in ROWS]
    assert len(set(asked)) == len(asked)
    assert [int(row["precedence"]) for row in ROWS] == list(range(1, len(ROWS) + 1))


def test_of_two_ranges_that_overlap_the_narrower_comes_first() -> None:
    """Else the narrower one would never decide."""
    ranges = [row for row in ROWS if row["sic_from"] and not row["industry"] and not row["name_word"]]
    assert len(ranges) > 100
    for place, row in enumerate(ranges):
        for later in ranges[place + 1 :]:
            assert not (row["sic_from"] <= later["sic_from"] and later["sic_to"] <= row["sic_to"]), (row, later)


def test_the_ranges_leave_no_division_out() -> None:
    ranges = [(row["sic_from"], row["sic_to"]) for row in ROWS if row["sic_from"] and not row["industry"]]
    for code in ("0100", "1311", "2834", "3571", "4911", "5812", "6022", "6798", "7372", "8062", "8742"):
        assert any(low <= code <= high for low, high in ranges), code


def test_a_rule_names_a_kind_of_company_and_no_company() -> None:
    """A word of a name is one lower-case word, and comes with nothing else but for the trusts that hold mortgages."""
    words = [row for row in ROWS if row["name_word"]]
    assert words
    assert all(row["name_word"].isalpha() and row["name_word"].islower() for row in words)
    assert {row["name_word"] for row in words if row["sic_from"] or row["industry"]} == {"mortgage"}


def home_with(folder: Path, rows: list[dict[str, Any]]) -> Path:
    """A home whose published database has these lines, and no more than the measurement reads."""
    path = published_database(folder)
    path.parent.mkdir(parents=True)
    universe = pl.DataFrame(rows, schema=["event_id", "ticker", "industry", "industry_source"], orient="row")
    with duckdb.connect() as con:
        con.execute(f"attach '{path}' as made")
        con.execute("create schema made.recon")
        con.register("universe", universe)
        con.execute("create table made.recon.universe as select * from universe")
    return folder


def test_agreement_counts_what_is_missing_as_disagreeing(agreement: ModuleType, tmp_path: Path) -> None:
    home = home_with(
        tmp_path / "home",
        [
            {"event_id": "e", "ticker": "AA", "industry": "Energy", "industry_source": "sic"},
            {"event_id": "e", "ticker": "BB.A", "industry": "Energy", "industry_source": "screener sector"},
            {"event_id": "e", "ticker": "CC", "industry": None, "industry_source": None},
            {"event_id": "other", "ticker": "DD", "industry": "Energy", "industry_source": "sic"},
        ],
    )
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("action,ticker,sector\nadd,AA,Energy\nadd,BB/A,Utilities\ndrop,ZZ,Energy\n", encoding="utf-8")
    second.write_text("action,ticker,industry\nadd,CC,Energy\nadd,DD,Energy\nadd,EE,\n", encoding="utf-8")
    lines = agreement.compared(home, "e", [first, second], {"action": "add"})
    assert [(line.ticker, line.ours, line.found_by, line.agrees) for line in lines] == [
        ("AA", "Energy", "sic", True),
        ("BBA", "Energy", "screener sector", False),
        ("CC", None, "no industry", False),
        ("DD", None, "no such line", False),
    ]
    text = agreement.report(lines)
    assert "agreement 25.0 % (1 of 4)" in text
    assert "     2  Energy, none" in text
    assert "     1  Utilities, Energy" in text


def test_a_list_without_industries_is_refused(agreement: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("index,ticker,name\nR3000,AA,Acme\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="no column ticker, or none of industry and sector"):
        agreement.official(path, {})


def test_an_event_that_was_not_published_is_refused(agreement: ModuleType, tmp_path: Path) -> None:
    home = home_with(tmp_path, [{"event_id": "e", "ticker": "AA", "industry": None, "industry_source": None}])
    with pytest.raises(SystemExit, match="no published event 2023-06-recon"):
        agreement.compared(home, "2023-06-recon", [], {})
