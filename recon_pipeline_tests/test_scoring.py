"""Scores against lists, by hand on a published file of a few lines.

Before the event R1000 held A, B, C.B, OLD and GONE. The event adds D and deletes B and GONE; OLD was renamed to NEW
after the rank day. What R2000 held is unknown.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from recon_pipeline.errors import BadInput
from recon_pipeline.events import event
from recon_pipeline.publish import published_database
from recon_pipeline.rules import reference_rows
from recon_pipeline.scoring import (
    Agreement,
    Breakpoint,
    Line,
    Miss,
    Score,
    agreements,
    breakpoints,
    f1,
    key,
    match,
    pair,
    read_industries,
    read_names,
    read_ours,
    read_truth,
    score,
)
from recon_pipeline.warehouse import Reader
from recon_pipeline_tests.small_home import publish_rows
from recon_pipeline_tests.test_opening import fund_file
from recon_pipeline_tests.test_sql_cases import Row

EVENT = event("2023-06-recon")

MEMBER: Row = {"index_id": "R1000", "rank": "1", "market_cap_usd": "5", "status": "ranked"}
CUT: Row = {"ticker": "A", "cut_rank": "1000", "reached_rank": "4"}
CHANGE: Row = {"index_id": "R1000", "movement": "out", "reason": "rank", "action": "deletion"}


def line(ticker: str, company: str, status: str = "eligible", reason: str | None = None) -> tuple[Row, Row]:
    universe: Row = {"ticker": ticker, "company_name": company, "company_line_count": "1", "listing": "seen"}
    return universe, {"ticker": ticker, "status": status, "reason": reason}


LINES = [
    line("A", "Alpha"),
    line("B", "Beta"),
    line("C.B", "Gamma"),
    line("D", "Delta"),
    line("OLD", "Renamed"),
    line("GONE", "Foreign", "ineligible", "country"),
    line("S", "Blank Cheque", "ineligible", "structure"),
    line("U", "Silent", "unknown"),
]

GIVEN: dict[str, list[Row]] = {
    "recon.index_membership": [
        MEMBER | {"ticker": "A", "industry": "Technology"},
        MEMBER | {"ticker": "C.B", "industry": "Energy"},
        MEMBER | {"ticker": "D"},
        MEMBER | {"ticker": "NEW", "rank_ticker": "OLD", "security_id": "L-OLD"},
        MEMBER | {"ticker": "B", "index_id": "R2000"},
        MEMBER | {"ticker": "Z", "event_id": "2022-06-recon"},
    ],
    "recon.index_changes": [
        CHANGE | {"ticker": "D", "action": "addition", "movement": "new"},
        CHANGE | {"ticker": "B", "movement": "down"},
        CHANGE | {"ticker": "GONE", "reason": "country", "industry": "Health Care"},
    ],
    "recon.breakpoints": [
        CUT | {"breakpoint_id": cut, "market_cap_usd": cap, "band_low_usd": cap, "band_high_usd": cap}
        for cut, cap in (("R1000", "4300000000"), ("TOP50", "9000000000"))
    ],
    "recon.data_issues": [
        {"issue_number": "1", "severity": "warning", "issue": "opening_unknown", "index_id": "R2000", "detail": "x"}
    ],
    "recon.universe": [universe for universe, _ in LINES],
    "recon.eligibility": [eligibility for _, eligibility in LINES],
    "recon.ranking": [
        {"ticker": ticker, "rank": str(rank), "market_cap_usd": "5", "placing_cap_usd": "5", "status": "ranked"}
        for rank, ticker in enumerate(("A", "B", "D", "OLD"), start=1)
    ],
    "raw.event_runs": [{"event_id": EVENT.event_id}, {"event_id": "2022-06-recon"}],
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    home = tmp_path_factory.mktemp("home")
    publish_rows(home, GIVEN)
    return Reader(published_database(home))


# --- counts -----------------------------------------------------------------------------------------------------------


def test_counts_make_precision_recall_and_their_mean() -> None:
    counted = Score("R1000", "members", ours=8, truth=5, hits=4, unchanged_f1=None)
    assert (counted.precision, counted.recall) == (0.5, 0.8)
    assert counted.f1 == pytest.approx(2 * 0.5 * 0.8 / (0.5 + 0.8))


@pytest.mark.parametrize(("ours", "truth"), [(0, 0), (0, 3), (3, 0)])
def test_nothing_to_compare_is_no_success(ours: int, truth: int) -> None:
    counted = Score("R1000", "members", ours, truth, hits=0, unchanged_f1=None)
    assert (counted.precision, counted.recall, counted.f1, f1(0, ours, truth)) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("hits", "unchanged", "skill"),
    [(4, 0.5, 0.6), (4, 0.8, 0), (3, 0.8, -1), (5, 0.8, 1), (4, None, None), (5, 1, None)],
)
def test_skill_is_the_share_of_what_changing_nothing_leaves(
    hits: int, unchanged: float | None, skill: float | None
) -> None:
    found = Score("R1000", "members", ours=5, truth=5, hits=hits, unchanged_f1=unchanged).skill
    assert found is None if skill is None else found == pytest.approx(skill)


# --- matching ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["BRK.B", "BRK/B", "BRK-B", "BRK B", "BRKB", "brk.b "])
def test_a_class_is_matched_in_every_form(form: str) -> None:
    assert key(form) == "BRKB"
    assert match([Line("BRK.B", "BRK.B")], {key(form)}) == ([], set())


def test_a_line_is_matched_by_its_ticker_of_either_day() -> None:
    renamed = Line(ticker="NEW", rank_ticker="OLD")
    assert match([renamed], {"OLD"}) == ([], set())
    assert match([renamed], {"NEW"}) == ([], set())


def test_one_line_takes_one_entry() -> None:
    assert match([Line("NEW", "OLD")], {"NEW", "OLD"}) == ([], {"OLD"})


def test_one_entry_is_taken_once() -> None:
    first, second = Line("X", "OLD"), Line("Y", "OLD")
    assert match([first, second], {"OLD"}) == ([second], set())


@pytest.mark.parametrize("turned", [False, True])
def test_the_later_ticker_goes_first_whatever_the_order(turned: bool) -> None:
    """After the rank day one line took a symbol that another one gave up."""
    renamed, heir = Line(ticker="B", rank_ticker="A"), Line(ticker="C", rank_ticker="B")
    lines = [heir, renamed] if turned else [renamed, heir]
    assert match(lines, {"B"}) == ([heir], set())
    assert match(lines, {"B", "C"}) == ([], set())


def test_pairs_are_what_is_not_unmatched() -> None:
    heir, renamed, other = Line("C", "B"), Line("B", "A"), Line("X", "Y")
    assert pair([heir, renamed, other], {"B", "C", "Z"}) == ([(heir, "C"), (renamed, "B")], [other])


# --- what we published ------------------------------------------------------------------------------------------------


def test_members_before_are_those_after_without_the_changes(reader: Reader) -> None:
    ours = read_ours(reader, EVENT)
    assert {line.ticker for line in ours.before["R1000"]} == {"A", "B", "C.B", "NEW", "GONE"}
    assert "R2000" not in ours.before  # its opening is unknown
    assert [line.ticker for line in ours.lines["R1000", "additions"]] == ["D"]
    assert sorted(line.ticker for line in ours.lines["R1000", "members"]) == ["A", "C.B", "D", "NEW"]


def test_an_event_that_was_not_run_is_told(reader: Reader) -> None:
    with pytest.raises(BadInput, match=r"2024-06-recon is not in .*recon run 2024-06-recon"):
        read_ours(reader, event("2024-06-recon"))


# --- scores -----------------------------------------------------------------------------------------------------------


def truth_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text(text, encoding="utf-8")
    return path


def members(tmp_path: Path, *tickers: str, index: str = "R1000") -> Path:
    return truth_file(tmp_path, "\n".join(["index,ticker,asof", *(f"{index},{t},2023-06-26" for t in tickers)]))


def test_a_membership_is_scored_by_what_it_adds_and_deletes_too(reader: Reader, tmp_path: Path) -> None:
    # B stays, D comes, GONE goes, S comes; OLD under the name of the rank day.
    truth = read_truth([members(tmp_path, "A", "B", "C/B", "D", "OLD", "S")], EVENT)
    scores, misses = score(reader, EVENT, truth)
    assert scores == [
        # Ours A, C.B, D, NEW, all of them right; doing nothing has A, B, C.B and NEW of five right.
        Score("R1000", "members", ours=4, truth=6, hits=4, unchanged_f1=2 * 4 / (5 + 6)),
        Score("R1000", "additions", ours=1, truth=2, hits=1, unchanged_f1=None),
        Score("R1000", "deletions", ours=2, truth=1, hits=1, unchanged_f1=None),
    ]
    assert misses == [
        Miss("R1000", "members", "missed", "B", "Beta", "eligible, rank 2"),
        Miss("R1000", "members", "missed", "S", "Blank Cheque", "ineligible: structure"),
        Miss("R1000", "additions", "missed", "S", "Blank Cheque", "ineligible: structure"),
        Miss("R1000", "deletions", "false", "B", "Beta", "eligible, rank 2"),
    ]


def test_the_right_list_scores_one(reader: Reader, tmp_path: Path) -> None:
    scores, misses = score(reader, EVENT, read_truth([members(tmp_path, "A", "CB", "D", "NEW")], EVENT))
    assert [found.f1 for found in scores] == [1, 1, 1]
    assert not misses


def test_a_list_of_nobody_that_we_know_scores_zero(reader: Reader, tmp_path: Path) -> None:
    scores, misses = score(reader, EVENT, read_truth([members(tmp_path, "ELSE")], EVENT))
    # By that list all five members were deleted, and two of them we delete.
    assert [(found.f1, found.unchanged_f1) for found in scores] == [(0, 0), (0, None), (2 * 2 / (2 + 5), None)]
    assert {miss.explanation for miss in misses if miss.ticker == "ELSE"} == {"not listed around the rank day"}


def test_an_index_whose_opening_is_unknown_has_no_baseline_and_no_changes(reader: Reader, tmp_path: Path) -> None:
    scores, _ = score(reader, EVENT, read_truth([members(tmp_path, "B", index="R2000")], EVENT))
    assert scores == [Score("R2000", "members", ours=1, truth=1, hits=1, unchanged_f1=None)]


def test_a_list_of_changes_is_scored_by_itself(reader: Reader, tmp_path: Path) -> None:
    text = "effective,action,index,ticker\n2023-06-23,addition,r1000,D\n2023-06-23,Addition,R1000,U\n"
    scores, misses = score(reader, EVENT, read_truth([truth_file(tmp_path, text)], EVENT))
    assert scores == [Score("R1000", "additions", ours=1, truth=2, hits=1, unchanged_f1=None)]
    assert misses == [Miss("R1000", "additions", "missed", "U", "Silent", "unknown, not ranked")]


def test_a_list_of_changes_goes_before_what_a_membership_implies(reader: Reader, tmp_path: Path) -> None:
    changes = truth_file(tmp_path, "action,index,ticker\ndeletion,R1000,B\n")
    whole = tmp_path / "whole.csv"
    whole.write_text("index,ticker\nR1000,A\nR1000,D\n")
    scores, _ = score(reader, EVENT, read_truth([changes, whole], EVENT))
    assert {(found.kind, found.truth) for found in scores} == {("members", 2), ("additions", 1), ("deletions", 1)}


def test_a_name_is_explained_under_its_later_ticker(reader: Reader, tmp_path: Path) -> None:
    _, misses = score(reader, EVENT, read_truth([members(tmp_path, "A", "C.B", "D")], EVENT))
    assert [miss for miss in misses if (miss.ticker, miss.kind) == ("NEW", "members")] == [
        Miss("R1000", "members", "false", "NEW", "Renamed", "eligible, rank 4")
    ]


# --- industries and breakpoints ---------------------------------------------------------------------------------------


def test_industries_are_compared_over_the_lines_that_both_have(reader: Reader, tmp_path: Path) -> None:
    """A agrees in any case, C.B differs, D has none here, S is not ours, B is printed without an industry."""
    rows = ["R1000,A,technology", "R1000,C/B,Utilities", "R1000,D,Energy", "R1000,S,Energy", "R1000,B,"]
    path = truth_file(tmp_path, "\n".join(["index,ticker,Industry", *rows]))
    assert agreements(reader, EVENT, read_industries([path], EVENT)) == [
        Agreement("R1000", "members", lines=3, agreeing=1, unmapped=1, others=(("Utilities", "Energy", 1),))
    ]


def test_industries_of_changes_count_for_changes(reader: Reader, tmp_path: Path) -> None:
    text = "index,ticker,action,sector\nR1000,GONE,deletion,Health Care\nR1000,Q,addition,Energy\n"
    found = agreements(reader, EVENT, read_industries([truth_file(tmp_path, text)], EVENT))
    assert [(one.kind, one.lines, one.share) for one in found] == [("deletions", 1, 1.0)]


def test_lists_without_industries_and_funds_tell_nothing_of_them(tmp_path: Path) -> None:
    """The sectors of a fund's file are of another classification."""
    assert read_industries([members(tmp_path, "A")], EVENT) == {}
    assert read_industries([truth_file(tmp_path, fund_file(day='"Jun 30, 2023"'))], EVENT) == {}


def test_names_that_lists_print(tmp_path: Path) -> None:
    path = truth_file(tmp_path, "index,ticker,name\nR1000,A/B,Alpha Inc\nR3000,AB,Other\nR1000,C,\n")
    assert read_names([path], EVENT) == {"AB": "Alpha Inc"}
    assert read_names([members(tmp_path, "A")], EVENT) == {}


def test_breakpoints_stand_beside_the_published_ones(reader: Reader) -> None:
    # 2023: 4.2 billion, rounded to a tenth; nothing is published of the Top 50.
    (found,) = breakpoints(reader, EVENT)
    assert found == Breakpoint("R1000", Decimal(4_300_000_000), Decimal(4_200_000_000), Decimal(50_000_000))
    assert found.ratio == pytest.approx(4.3 / 4.2)
    assert breakpoints(reader, event("2021-06-recon")) == []


@pytest.mark.parametrize(("ours", "within"), [(1066, False), (1065, True), (935, True), (934, False)])
def test_a_breakpoint_may_be_off_by_its_rounding_and_one_and_a_half_percent(ours: int, within: bool) -> None:
    assert Breakpoint("R1000", Decimal(ours), Decimal(1000), Decimal(50)).is_within is within


def test_every_published_breakpoint_is_of_an_event_and_rounded_as_it_says() -> None:
    for _, row in reference_rows("published_breakpoints.csv"):
        assert event(row["event_id"]).kind == "recon"
        assert row["source"]
        assert Decimal(row["published_usd"]) % (2 * Decimal(row["rounding_usd"])) == 0


# --- truth files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["effective", "effective_open", "effective_date", " Effective "])
@pytest.mark.parametrize("day", [EVENT.effective_date, EVENT.effective_from])
def test_changes_of_another_event_are_left_out(tmp_path: Path, column: str, day: object) -> None:
    text = f"{column},action,index,ticker\n{day},addition,R1000,D\n2022-06-27,addition,R1000,E\n"
    assert read_truth([truth_file(tmp_path, text)], EVENT) == {("R1000", "additions"): {"D"}}


def test_several_files_make_one_truth(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("\ufeffindex,ticker\nR1000,A\nR2000,B\n", encoding="utf-8")
    second.write_text("ticker,index,action\nBRK/B,R1000,\nC,R1000,deletion\n")
    assert read_truth([first, second], EVENT) == {
        ("R1000", "members"): {"A", "BRKB"},
        ("R2000", "members"): {"B"},
        ("R1000", "deletions"): {"C"},
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["needs rows"]),
        ("index,ticker\n", ["needs rows"]),
        ("ticker,name\nA,Alpha\n", ["index and ticker"]),
        ("index,ticker,action\nR1000,A,swap\n", ["'swap'", "neither addition nor deletion"]),
        ("effective,index,ticker\n2022-06-27,R1000,A\n", ["none of its 1 rows", "2023-06-23", "2023-06-26"]),
        ("effective,index,ticker\nJune,R1000,A\n", ["'June'", "YYYY-MM-DD"]),
        ("index,ticker\nR1000,A\nR1000\n", ["line 3", "no ticker"]),
        ("index,ticker\n,A\n", ["line 2", "no index"]),
        ("action,index,ticker,effective\naddition,R1000,A\n", ["''", "YYYY-MM-DD"]),
    ],
    ids=[
        *("nothing", "a header alone", "no column index", "another action", "another event", "no date"),
        *("a short line", "no index", "a line without its date"),
    ],
)
def test_a_mistake_in_a_truth_file_is_told(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(BadInput) as error:
        read_truth([truth_file(tmp_path, text)], EVENT)
    assert not [part for part in ["truth.csv", *told] if part not in str(error.value)], str(error.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('index,name,ticker\nR1000,"Alpha,A\nR1000,Beta,B\n', "not a CSV"),
        ("index,ticker,index\nR1000,A,R2000\n", "more than once"),
        ("index,ticker,asof\nR1000,A,2022-06-24\n", "as of 2022-06-24"),
        ("index,ticker,asof\nR1000,A,2024-06-28\n", "as of 2024-06-28"),
    ],
    ids=["an open quote", "a column twice", "the year before", "the year after"],
)
def test_a_list_that_would_be_scored_wrongly_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_truth([truth_file(tmp_path, text)], EVENT)


def test_a_truth_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.csv failed"):
        read_truth([tmp_path / "nowhere.csv"], EVENT)
    path = tmp_path / "latin.csv"
    path.write_bytes("index,ticker\nR1000,Ä\n".encode("latin-1"))
    with pytest.raises(BadInput, match=r"latin\.csv: it is not a CSV in UTF-8"):
        read_truth([path], EVENT)


# --- holdings of a fund -----------------------------------------------------------------------------------------------


def test_the_holdings_of_a_fund_are_a_membership_of_its_index(tmp_path: Path) -> None:
    """Cash, futures and a line without a symbol are no members; the file leaves the class separator out."""
    changes = tmp_path / "changes.csv"
    changes.write_text("action,index,ticker\naddition,R2000,AAA\n")
    fund = truth_file(tmp_path, "\ufeff" + fund_file(day='"Jun 30, 2023"'))
    assert read_truth([fund, changes], EVENT) == {
        ("R2000", "members"): {"AAA", "NA", "BRKB"},
        ("R2000", "additions"): {"AAA"},
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (fund_file(), "as of 2023-03-31"),
        (fund_file(day='"Jun 28, 2024"'), "as of 2024-06-28"),
        (fund_file("Example S&P 500 ETF", day='"Jun 30, 2023"'), "do not name a fund"),
        (fund_file(day='"-"', rows=[]), "date of its holdings, '-'"),
        (fund_file(day='"Jun 30, 2023"', rows=[]), "holds no member"),
        (fund_file(day='"Jun 30, 2023"')[:-20], "not a CSV"),
    ],
    ids=["before the event", "the year after", "another family", "no session", "no holding", "cut short"],
)
def test_holdings_that_would_be_scored_wrongly_are_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told) as error:
        read_truth([truth_file(tmp_path, text)], EVENT)
    assert "truth.csv" in str(error.value)
