"""The story of a company, by hand on a published file of a few companies in two events; how it is told, and the API.

BRK has two classes and is held in the Russell 2000 by a band, next to its edge; NEW was OLD a year before; POOR fails
the price; LATE is a new line of a quarterly event; SOLO is in the first event only.
"""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import recon_pipeline as rp
from recon_pipeline import telling
from recon_pipeline.api import BOUNDS
from recon_pipeline.errors import BadInput
from recon_pipeline.explanation import Explanation, Flip
from recon_pipeline.opening import index_ids
from recon_pipeline.publish import published_database
from recon_pipeline.rules import reference_rows
from recon_pipeline.story import SIDES, explain, explain_all
from recon_pipeline_tests.small_home import publish_rows
from recon_pipeline_tests.test_cli import Recon, paragraph
from recon_pipeline_tests.test_cli import recon as recon
from recon_pipeline_tests.test_sql_cases import Row

FIRST, EVENT, IPO = "2022-06-recon", "2023-06-recon", "2023-09-ipo"

ROW: Row = {}

LINE: Row = {
    "exchange": "nasdaq",
    "listing": "seen",
    "structure": "operating",
    "structure_evidence": "file number: 001",
    "structure_evidence_source": "sec_submissions",
    "structure_evidence_strength": "strong",
    "is_pricing_vehicle": "true",
    "company_line_count": "1",
    "price_source": "archive",
    "shares_source": "sec_notes",
    "shares_why": "cover_of_company",
    "shares_date": "2023-03-31",
    "shares_accession": "0001-23-000004",
    "observed_session": "2023-04-28",
}


def line(event_id: str, ticker: str, company: str, close: str, shares: str, cap: str, **more: str | None) -> Row:
    made: Row = {
        "event_id": event_id,
        "ticker": ticker,
        "company_id": f"C-{company}",
        "company_name": f"{company} Inc.",
    }
    made |= {"security_id": f"L-{company}", "close_usd": close, "outstanding_shares": shares}
    return LINE | made | {"company_market_cap_usd": cap, "pricing_ticker": ticker} | more


CLASS_A = {"security_id": "L-BRK.A", "is_pricing_vehicle": "false", "pricing_ticker": "BRK.B", "share_class": "A"}
LINES = [
    line(FIRST, "BRK.B", "BRK", "8", "10", "80", cik="7", company_line_count="2", is_member="true"),
    line(FIRST, "OLD", "NEW", "7", "10", "70"),
    line(FIRST, "SOLO", "SOLO", "1", "10", "10"),
    line(EVENT, "BIG", "BIG", "20", "10", "200"),
    line(EVENT, "BRK.B", "BRK", "9", "10", "90", cik="7", company_line_count="2", is_member="true"),
    line(EVENT, "BRK.A", "BRK", "90", "1", "90", company_line_count="2", **CLASS_A),
    line(EVENT, "NEW", "NEW", "6", "10", "60"),
    line(EVENT, "POOR", "POOR", "0.5", "160", "80", shares_source="implied", shares_why="implied_no_filing"),
    line(EVENT, "FUND", "FUND", "5", "9", "45", security_type="fund_share", structure=None, pricing_ticker=None)
    | {"is_pricing_vehicle": "false", "company_market_cap_usd": None},
    line(IPO, "BIG", "BIG", "22", "10", "220"),
    line(IPO, "LATE", "LATE", "5", "10", "50"),
]

VERDICT: Row = {
    "price_threshold_usd": "1",
    "market_cap_threshold_usd": "30",
    "country_value": "United States",
    "country_threshold": "United States",
    "country_evidence": "one country",
    "country_facts": "incorporated in United States",
    "exchange_threshold": "nasdaq or nyse",
    "security_type_threshold": "common",
    "structure_threshold": "operating or reit",
    "structure_value": "operating",
    "votes_status": "unknown",
}


def verdict(row: Row) -> Row:
    event_and_line = {name: row[name] for name in ("event_id", "ticker", "security_id", "company_id")}
    told: Row = VERDICT | event_and_line | {"status": "eligible", "price_value_usd": row["close_usd"]}
    told["market_cap_value_usd"] = row["company_market_cap_usd"]
    if row["ticker"] == "POOR":
        told |= {"status": "ineligible", "reason": "price", "price_status": "failed"}
    if row["ticker"] == "FUND":
        told |= {"status": "ineligible", "reason": "security_type", "security_type_status": "failed"}
        told |= {"security_type_value": "fund_share"}
    return told


def ranked(event_id: str, *places: tuple[str, str, str, str]) -> list[Row]:
    """Rows of a ranking: ticker, company, cap, percentile."""
    total = str(sum(int(cap) for _, _, cap, _ in places))
    summed, rows = 0, []
    for rank, (ticker, company, cap, percentile) in enumerate(places, start=1):
        summed += int(cap)
        row: Row = {"event_id": event_id, "ticker": ticker, "company_id": f"C-{company}", "rank": str(rank)}
        row |= {"security_id": f"L-{company}", "company_name": f"{company} Inc.", "status": "ranked"}
        row |= {"market_cap_usd": cap, "placing_cap_usd": cap, "cumulative_cap_usd": str(summed)}
        rows.append(row | {"total_cap_usd": total, "percentile": percentile})
    return rows


def cut(breakpoint_id: str, rank: str, ticker: str, cap: str, band: str, low: str, high: str) -> Row:
    made: Row = {"event_id": EVENT, "breakpoint_id": breakpoint_id, "cut_rank": rank, "reached_rank": rank}
    made |= {"ticker": ticker, "market_cap_usd": cap, "cumulative_cap_usd": "1", "total_cap_usd": "350"}
    return made | {"percentile": "80", "band_pct": band, "band_low_usd": low, "band_high_usd": high}


def placed(company: str, breakpoint_id: str, side: str, above: str, held: str = "false") -> Row:
    made: Row = {"event_id": EVENT, "company_id": f"C-{company}", "breakpoint_id": breakpoint_id}
    return made | {"side_before": side, "is_above": above, "is_held_by_band": held}


MEMBER: Row = {"status": "kept", "is_pricing_vehicle": "true", "weight_basis": "total cap"}
CHANGE: Row = {"reason": "rank", "market_cap_usd": "60", "company_name": "NEW Inc.", "rank_ticker": "NEW"}
EVENTS: dict[str, Row] = {
    FIRST: {"rank_day": "2022-05-06", "effective_date": "2022-06-24", "effective_from": "2022-06-27"},
    EVENT: {"rank_day": "2023-04-28", "effective_date": "2023-06-23", "effective_from": "2023-06-26"},
    IPO: {"kind": "ipo", "rank_day": "2023-07-31", "effective_date": "2023-09-15", "effective_from": "2023-09-18"},
}

GIVEN: dict[str, list[Row]] = {
    "recon.events": [
        days | {"event_id": event_id, "season": "june", "membership_rows": "3", "vintage": "final"}
        for event_id, days in EVENTS.items()
    ],
    "recon.universe": LINES,
    "recon.eligibility": [verdict(row) for row in LINES],
    "recon.ranking": [
        *ranked(FIRST, ("BRK.B", "BRK", "80", "50"), ("OLD", "NEW", "70", "94"), ("SOLO", "SOLO", "10", "100")),
        *ranked(EVENT, ("BIG", "BIG", "200", "57"), ("BRK.B", "BRK", "90", "83"), ("NEW", "NEW", "60", "100")),
    ],
    "recon.breakpoints": [
        cut("R1000", "2", "BRK.B", "90", "5", "60", "91"),
        cut("R3000", "4", "NEW", "60", "0", "60", "60") | {"reached_rank": "3"},
        cut("TOP50", "1", "BIG", "200", "0", "200", "200"),
    ],
    "recon.placements": [
        placed("BRK", "R1000", "below", "false", "true"),
        placed("BRK", "R3000", "no_band", "true"),
        placed("BRK", "TOP50", "no_band", "false"),
        placed("NEW", "R1000", "above", "true", "true"),
        placed("NEW", "R3000", "no_band", "true"),
    ],
    "recon.near_miss": [
        ROW
        | {"event_id": EVENT, "company_id": "C-BRK", "cut_id": "R1000", "security_id": "L-BRK", "ticker": "BRK.B"}
        | {
            "company_name": "BRK Inc.",
            "rank": "2",
            "market_cap_usd": "90",
            "close_usd": "9",
            "outstanding_shares": "10",
        }
        | {"side_before": "below", "is_above": "false", "is_held_by_band": "true", "index_id": "R2000"}
        | {"would_be": "R1000", "flip_cap_usd": "99", "margin_usd": "9", "margin_pct": "10", "margin_ranks": "0"}
        | {"nearness": "1", "passed_ticker": "BIG", "flip_price_usd": "9.9", "flip_shares": "11"},
    ],
    "recon.index_membership": [
        MEMBER
        | {"event_id": event_id, "index_id": index_id, "ticker": ticker, "security_id": f"L-{company}"}
        | {"company_id": f"C-{company}", "weight_pct": weight}
        for event_id, index_id, ticker, company, weight in (
            (FIRST, "R2000", "BRK.B", "BRK", "60"),
            (EVENT, "R2000", "BRK.B", "BRK", "55.5"),
            (EVENT, "R3000", "BRK.B", "BRK", "25"),
            (EVENT, "R1000", "NEW", "NEW", "40"),
            (IPO, "R1000", "BIG", "BIG", "100"),
            (IPO, "RMICRO", "LATE", "LATE", "1"),
        )
    ],
    "recon.index_changes": [
        CHANGE
        | {"event_id": EVENT, "index_id": index_id, "action": action, "movement": movement, "ticker": "NEW"}
        | {"security_id": "L-NEW", "company_id": "C-NEW"}
        for index_id, action, movement in (("R1000", "addition", "up"), ("R2000", "deletion", "up"))
    ],
    "recon.ipo_breakpoints": [
        ROW
        | {"event_id": IPO, "breakpoint_id": "R3000", "cut_rank": "3000", "base_rank_day": "2023-04-28"}
        | {"base_cap_usd": "60", "return_pct": "0", "market_cap_usd": "60", "basis": "reconstitution"},
    ],
    "recon.ipo_candidates": [
        ROW
        | {"event_id": IPO, "ticker": "LATE", "company_name": "LATE Inc.", "is_pricing_vehicle": "true"}
        | {"security_id": "L-LATE", "company_id": "C-LATE", "listing_kind": "ipo", "listing_evidence": "offering"}
        | {"listing_evidence_strength": "strong", "market_cap_usd": "50", "floor_usd": "30", "verdict": "added"}
        | {"size_index": "RMICRO", "listing_evidence_source": "ipo_calendar"},
    ],
    "recon.data_issues": [
        ROW
        | {"event_id": EVENT, "issue_number": "1", "severity": "warning", "issue": "opening_unknown"}
        | {"index_id": "R3000", "detail": "No opening rows."},
        ROW
        | {"event_id": EVENT, "issue_number": "2", "severity": "info", "issue": "rename_inferred"}
        | {"ticker": "NEW", "detail": "Taken for the security that was OLD."},
    ],
    "recon.ticker_spans": [
        ROW
        | {
            "event_id": FIRST,
            "security_id": "L-NEW",
            "company_id": "C-NEW",
            "ticker": "OLD",
            "valid_from": "2022-05-06",
        }
        | {"last_seen": "2022-06-27", "valid_to": "2022-06-27"},
        ROW
        | {
            "event_id": EVENT,
            "security_id": "L-NEW",
            "company_id": "C-NEW",
            "ticker": "OLD",
            "valid_from": "2022-06-27",
        }
        | {"last_seen": "2022-06-27", "valid_to": "2023-04-28"},
        ROW
        | {
            "event_id": EVENT,
            "security_id": "L-NEW",
            "company_id": "C-NEW",
            "ticker": "NEW",
            "valid_from": "2023-04-28",
        }
        | {"last_seen": "2023-06-26"},
    ],
    "recon.index_membership_span": [
        ROW
        | {
            "index_id": "R2000",
            "security_id": "L-BRK",
            "company_id": "C-BRK",
            "ticker": "BRK.B",
            "last_ticker": "BRK.B",
        }
        | {"effective_from": "2022-06-27", "entry_event_id": FIRST, "entry_reason": "opening"}
        | {"entry_basis": "opening_list"},
    ],
    "raw.event_runs": [{"event_id": event_id, "opening_source": "list.csv"} for event_id in EVENTS],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stories")
    publish_rows(path, GIVEN)
    return path


@pytest.fixture(scope="module")
def file(home: Path) -> Path:
    return published_database(home)


@pytest.fixture(scope="module")
def brk(file: Path) -> Explanation:
    return explain(file, "BRK/B", EVENT)


# --- who is meant -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["BRK.B", "BRK/B", "BRK-B", " brk b ", "BRKB", "C-BRK", "BRK.A"])
def test_a_company_is_found_under_any_spelling_and_any_of_its_lines(file: Path, asked: str) -> None:
    story = explain(file, asked)
    assert (story.company_id, story.event_id, story.ticker) == ("C-BRK", EVENT, "BRK.B")
    assert not [note for note in story.notes if "another time" in note]


def test_without_an_event_it_is_the_last_that_has_it(file: Path) -> None:
    assert explain(file, "SOLO").event_id == FIRST
    assert explain(file, "BIG").event_id == IPO
    assert explain(file, "BIG", EVENT).event_id == EVENT


def test_an_old_ticker_leads_to_the_company_that_bore_it(file: Path) -> None:
    story = explain(file, "OLD", EVENT)
    assert (story.company_id, story.ticker, story.asked) == ("C-NEW", "NEW", "OLD")
    assert "OLD is a ticker that it bore at another time." in story.notes
    # Of its own event it is the ticker itself.
    assert explain(file, "OLD").event_id == FIRST


@pytest.mark.parametrize(
    ("asked", "event_id", "told"),
    [
        ("POR", None, "POOR (POOR Inc.)"),
        ("solo", EVENT, f"has it in {FIRST}"),
        ("XXXXXX", None, "no line of that ticker"),
        ("BIG", "2021-06-recon", "is not in"),
        ("BIG", "2023-07-recon", "2023"),
    ],
)
def test_who_is_not_there_is_told_with_what_is(file: Path, asked: str, event_id: str | None, told: str) -> None:
    with pytest.raises(BadInput, match=r"Explaining|is not in|event") as error:
        explain(file, asked, event_id)
    assert told in str(error.value)


# --- what is told -----------------------------------------------------------------------------------------------------


def test_the_cap_tells_how_it_was_made(brk: Explanation) -> None:
    cap = brk.cap
    assert (cap.market_cap_usd, cap.shares, cap.close_usd) == (Decimal(90), 10, Decimal(9))
    assert cap.ticker == "BRK.B"
    assert cap.is_product
    assert (cap.shares_source, cap.shares_date, cap.shares_accession) == (
        "sec_notes",
        date(2023, 3, 31),
        "0001-23-000004",
    )


def test_every_rule_has_what_was_observed_what_is_asked_and_a_verdict(brk: Explanation, file: Path) -> None:
    rules = {rule.name: rule for rule in brk.lines[0].rules}
    assert list(rules) == [
        *("listing", "exchange", "security_type", "structure", "country", "price", "market_cap", "share_class"),
        *("float", "votes", "presumption"),
    ]
    assert (rules["price"].observed, rules["price"].threshold, rules["price"].unit) == ("9", "1", "usd")
    assert rules["votes"].status == "unknown"
    assert rules["structure"].note == "file number: 001 (sec_submissions, strong)"
    poor = explain(file, "POOR", EVENT)
    assert [rule.name for rule in poor.lines[0].rules if rule.status == "failed"] == ["price"]
    assert (poor.status, poor.reason, poor.rank) == ("ineligible", "price", None)
    assert "By its market cap alone it would stand about 3." in " ".join(poor.notes)


def test_a_near_cut_has_the_exact_flip_and_a_far_one_its_edge(brk: Explanation) -> None:
    cuts = {one.cut_id: one for one in brk.cuts}
    assert list(cuts) == ["TOP50", "R1000", "R3000"]
    exact = cuts["R1000"].flip
    assert exact is not None
    assert (exact.is_exact, exact.price_usd, exact.shares, exact.would_be) == (True, Decimal("9.9"), 11, "R1000")
    assert (cuts["R1000"].edge, cuts["R1000"].index_id, cuts["R1000"].is_held_by_band) == ("band high", "R2000", True)
    far = cuts["TOP50"].flip
    assert far == Flip(False, Decimal(200), Decimal("20"), 23, Decimal(110), Decimal("122.2222"), 1, None, "TOP50")
    # Fewer companies qualify than the cut asks for: nobody is out by rank.
    assert cuts["R3000"].flip is None
    assert brk.nearest == cuts["R1000"]


def test_the_sides_of_the_cuts_are_those_of_the_query() -> None:
    from recon_pipeline.tables import load_tables

    query = load_tables()["recon.near_miss"].query
    assert query is not None
    for name, (above, below) in SIDES.items():
        below_text = "null" if below is None else f"'{below}'"
        assert f"('{name}', '{above}', {below_text})" in query.text


def test_outcomes_tell_before_and_after_and_what_nobody_knows(file: Path, brk: Explanation) -> None:
    assert [(one.index_id, one.before, one.after, one.action) for one in brk.outcomes] == [
        ("R2000", True, True, None),
        ("R3000", None, True, None),
    ]
    new = explain(file, "NEW", EVENT)
    assert [(one.index_id, one.before, one.after, one.movement) for one in new.outcomes] == [
        ("R1000", False, True, "up"),
        ("R2000", True, False, "up"),
    ]
    assert new.size_index == "R1000"
    assert [issue.issue for issue in new.issues] == ["rename_inferred"]
    assert [(span.ticker, span.valid_from, span.valid_to) for span in new.tickers] == [
        ("OLD", date(2022, 5, 6), date(2023, 4, 28)),
        ("NEW", date(2023, 4, 28), None),
    ]


def test_the_history_is_of_all_events_that_have_it(brk: Explanation, file: Path) -> None:
    assert [(past.event_id, past.rank, past.indexes) for past in brk.history] == [
        (FIRST, 1, ("R2000",)),
        (EVENT, 2, ("R2000", "R3000")),
    ]
    (_, last) = explain(file, "NEW", EVENT).history
    assert last.changes == ("R1000 addition (up, rank)", "R2000 deletion (up, rank)")


def test_a_new_line_of_a_quarterly_event_has_its_verdict(file: Path) -> None:
    story = explain(file, "LATE")
    assert (story.event_id, story.kind, story.rank) == (IPO, "ipo", None)
    assert [(one.verdict, one.size_index, one.floor_usd) for one in story.candidates] == [
        ("added", "RMICRO", Decimal(30))
    ]
    assert "new line: added, into RMICRO" in story.headline


def test_all_of_an_event_are_told_as_each_by_itself(file: Path) -> None:
    stories = list(explain_all(file, EVENT))
    assert [story.ticker for story in stories] == ["BIG", "BRK.B", "FUND", "NEW", "POOR"]
    for story in stories:
        assert replace(explain(file, story.ticker, EVENT), asked=story.asked) == story


# --- how it is told ---------------------------------------------------------------------------------------------------


def test_the_text_has_everything_that_decides(brk: Explanation) -> None:
    told = str(brk)
    for part in (
        "BRK Inc. (BRK.B) ranks 2 of 3: R2000",
        "SEC number 7",
        "10 shares",
        "0001-23-000004",
        "9.9",
        "held by",
    ):
        assert part in told
    assert "If BRK.B rose to $9.9000, or counted 11 shares at its own price, it would be R1000" in told
    assert "\x1b" not in told
    assert told == telling.text(brk)


def test_every_story_can_be_told(file: Path) -> None:
    for event_id in EVENTS:
        for story in explain_all(file, event_id):
            assert story.company_name in telling.text(story)
            assert json.loads(telling.to_json(story))["company_id"] == story.company_id


def test_brackets_in_a_name_are_no_style(brk: Explanation) -> None:
    assert "[bold]BRK[/bold] Inc." in telling.text(replace(brk, company_name="[bold]BRK[/bold] Inc."))


# --- the command ------------------------------------------------------------------------------------------------------


def test_explain_prints_text_or_json(recon: Recon, home: Path) -> None:
    done = recon("explain", "BRK-B", EVENT, "--home", home)
    assert done.code == 0
    assert "ranks 2 of 3" in done.out
    told = json.loads(recon("explain", "BRK-B", "--home", home, "--format", "json").out)
    assert (told["ticker"], told["cap"]["market_cap_usd"], told["rank_day"]) == ("BRK.B", 90.0, "2023-04-28")
    assert "Nearest: POOR" in paragraph(recon("explain", "POR", "--home", home))


def test_near_misses_are_printed_nearest_first(recon: Recon, home: Path) -> None:
    done = recon("near-miss", EVENT, "--home", home, "--format", "csv", "--index", "r1000")
    (row,) = csv.DictReader(io.StringIO(done.out))
    assert (row["ticker"], row["cut_id"], row["flip_price_usd"]) == ("BRK.B", "R1000", "9.9000")
    assert "BRK.B" not in recon("near-miss", EVENT, "--home", home, "--index", "TOP50").out
    assert "9.9000" in recon("near-miss", EVENT, "--home", home).out


# --- the API ----------------------------------------------------------------------------------------------------------

Call = Callable[..., pl.DataFrame]


@pytest.mark.parametrize(
    ("call", "rows", "column", "first"),
    [
        (lambda home: rp.published_events(home=home), 3, "event_id", FIRST),
        (lambda home: rp.membership("R2000", datetime(2023, 1, 9, 16, tzinfo=UTC), home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.changes(EVENT, home=home), 2, "index_id", "R1000"),
        (lambda home: rp.changes(EVENT, "r2000", home=home), 1, "action", "deletion"),
        (lambda home: rp.breakpoints(home=home), 3, "breakpoint_id", "TOP50"),
        (lambda home: rp.breakpoints(EVENT, home=str(home)), 3, "breakpoint_id", "TOP50"),
        (lambda home: rp.ranking(EVENT, home=home), 3, "ticker", "BIG"),
        (lambda home: rp.eligibility(EVENT, home=home), 6, "ticker", "BIG"),
        (lambda home: rp.near_miss(EVENT, "R2000", home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.near_miss(EVENT, "MIDCAP", home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.near_miss(EVENT, "R3000", home=home), 0, "ticker", None),
        (lambda home: rp.near_miss(EVENT, limit=0, home=home), 0, "ticker", None),
        (lambda home: rp.membership("R2000", "2022-06-27", home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.membership("r2000", date(2023, 1, 2), home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.query("select $n as n", {"n": 3}, home=home), 1, "n", 3),
    ],
)
def test_the_api_gives_frames(
    home: Path, call: Callable[[Path], pl.DataFrame], rows: int, column: str, first: object
) -> None:
    frame = call(home)
    assert frame.height == rows
    assert rows == 0 or frame[column][0] == first


def test_an_index_has_the_cuts_that_bound_it() -> None:
    assert set(BOUNDS) == set(index_ids())
    assert {cut for cuts in BOUNDS.values() for cut in cuts} == {
        row["rule"].removeprefix("cut_").upper()
        for _, row in reference_rows("rules.csv")
        if row["rule"].startswith("cut_")
    }


def test_the_api_takes_the_home_of_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_HOME", str(home))
    assert rp.explain("BRK.B").headline == rp.explain("brk/b", EVENT, home=home).headline


# What a notebook gives though its type is another.
NOTHING: Any = None
NUMBER: Any = 20230102


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda home: rp.changes("2021-06-recon", home=home), "recon run 2021-06-recon"),
        (lambda home: rp.changes("2021-06", home=home), "Near ids"),
        (lambda home: rp.changes(NOTHING, home=home), "'None'"),
        (lambda home: rp.changes(EVENT, "R500", home=home), "'R500'.*TOP500"),
        (lambda home: rp.membership(NOTHING, "2023-01-02", home=home), "They are R1000"),
        (lambda home: rp.membership("R2000", "2001-01-01", home=home), "first list of it is of 2022-06-27"),
        (lambda home: rp.membership("R2500", "2023-01-02", home=home), "it has no list of it"),
        (lambda home: rp.membership("R2000", "soon", home=home), "'soon'.*YYYY-MM-DD"),
        (lambda home: rp.membership("R2000", NUMBER, home=home), "20230102.*YYYY-MM-DD"),
        (lambda home: rp.near_miss(EVENT, limit=-1, home=home), "limit of -1"),
        (lambda home: rp.ranking(EVENT, home=home / "nowhere"), "recon run EVENT"),
        (lambda home: rp.explain(NOTHING, home=home), "'None'"),
        (lambda home: rp.query("select * from recon.no_such_table", home=home), "no_such_table"),
        (lambda home: rp.query("select no_such_column from recon.ranking", home=home), "no_such_column"),
        (lambda home: rp.query("selec 1", home=home), "selec"),
        (lambda home: rp.what_if(EVENT, {"BRK.B": NUMBER}, home=home), "fields by ticker"),
    ],
)
def test_what_the_api_cannot_answer_is_told(home: Path, call: Callable[[Path], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        call(home)


def test_importing_the_package_costs_nothing_and_no_module_hides_a_function() -> None:
    program = (
        "import sys, recon_pipeline as rp\n"
        "assert not {'polars', 'duckdb', 'pydantic'} & sys.modules.keys()\n"
        "import recon_pipeline.story, recon_pipeline.supposing, recon_pipeline.events, recon_pipeline.api\n"
        "assert all(callable(getattr(rp, name)) for name in rp.__all__)\n"
        "assert set(rp.__all__) == set(rp.api.__all__) and set(rp.__all__) <= set(dir(rp))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
