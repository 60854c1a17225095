"""The error budget: each rule on one invented company, both ways where it turns on a figure, and the page.

Cuts of the small family here: Russell 1000 ends at rank 2 (1,000 USD, band 800 to 1,300), Russell 3000 at rank 10
(100 USD, no band), the Microcap from 300 USD down to 10 USD.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from recon_pipeline.budget import CAUSES, Caused, budget_page, plain_name, read_causes
from recon_pipeline.errors import BadInput
from recon_pipeline.events import event
from recon_pipeline.scoring import Miss, Score
from recon_pipeline_tests.small_home import small_home
from recon_pipeline_tests.test_sql_cases import Row

EVENT = event("2023-06-recon")

CUT: Row = {"reached_rank": "1", "market_cap_usd": "1", "band_pct": "0"}
CUTS: list[Row] = [
    CUT
    | {"breakpoint_id": cut, "cut_rank": rank, "market_cap_usd": cap, "band_low_usd": low, "band_high_usd": high}
    | {"ticker": "X"}
    for cut, rank, cap, low, high in [
        ("R1000", "2", "1000", "800", "1300"),
        ("MICRO", "6", "300", "290", "310"),
        ("R3000", "10", "100", "100", "100"),
        ("R3000E", "40", "10", "10", "10"),
    ]
]


class Market:
    """Lines of the rank day with what the tables say of them."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {
            "recon.breakpoints": CUTS,
            # Another line, so that the first session of the new membership is known.
            "core.lines": [{"role": "effective", "anchor_date": "2023-06-26", "ticker": "ELSE"}],
        }

    def add(self, table: str, row: Row) -> None:
        self.rows.setdefault(table, []).append(row)

    def line(
        self,
        ticker: str,
        *,
        rank: int | None = None,
        cap: int = 0,
        side: str = "new",
        later: str | None = "",
        universe: Row | None = None,
        eligibility: Row | None = None,
        doubted: bool = False,
    ) -> Market:
        """Add a line; `later` is its ticker on the first session after, None where it left and '' for the same."""
        listed: Row = {"ticker": ticker, "company_line_count": "1", "close_usd": "5"}
        priced: Row = {"is_pricing_vehicle": "true", "pricing_ticker": ticker}
        judged: Row = {"ticker": ticker, "status": "eligible"}
        self.add("recon.universe", listed | priced | (universe or {}))
        self.add("recon.eligibility", judged | (eligibility or {}))
        new = ticker if later == "" else later
        self.add("core.departures", {"rank_ticker": ticker, "ticker": new, "has_left": str(new is None).lower()})
        if new is not None:
            self.add("core.lines", {"role": "effective", "anchor_date": "2023-06-26", "ticker": new})
        if rank is not None:
            figures: Row = {
                "rank": str(rank),
                "market_cap_usd": str(cap),
                "placing_cap_usd": str(cap),
                "status": "ranked",
            }
            self.add("recon.ranking", figures | {"ticker": ticker})
            for cut in ("R1000", "MICRO", "R3000"):
                self.add("recon.placements", {"company_id": f"C-{ticker}", "breakpoint_id": cut, "side_before": side})
        if doubted:
            doubt: Row = {"issue_number": "1", "severity": "warning", "issue": "shares_suspect", "detail": "x"}
            self.add("recon.data_issues", doubt | {"ticker": ticker})
        return self


def wrong(verdict: str, ticker: str, index: str = "R3000", kind: str = "members") -> Miss:
    return Miss(index, kind, verdict, ticker, "Some Company", "")


def causes(tmp_path: Path, market: Market, *misses: Miss, **names: str) -> list[Caused]:
    with small_home(tmp_path) as bench:
        for table, rows in market.rows.items():
            bench.give(table, rows, {})
    return read_causes(tmp_path, EVENT, misses, names)


def cause(tmp_path: Path, market: Market, *misses: Miss, **names: str) -> str:
    """The cause of the first of the wrong names."""
    found = causes(tmp_path, market, *misses, **names)[0]
    assert found.cause in CAUSES
    assert found.why
    return found.cause


# --- in the list, and not ours ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        *(("country", "country"), ("structure", "structure"), ("security_type", "structure"), ("price", "price")),
        *(("market_cap", "shares"), ("share_class", "class line"), ("votes", "votes or float")),
        *(("float", "votes or float"), ("exchange", "source gap"), ("listing", "source gap")),
    ],
)
def test_a_rule_that_it_fails_is_the_cause(tmp_path: Path, reason: str, expected: str) -> None:
    market = Market().line("A", eligibility={"status": "ineligible", "reason": reason})
    assert cause(tmp_path, market, wrong("missed", "A")) == expected


def test_a_line_first_seen_after_the_rank_day_is_an_event_between(tmp_path: Path) -> None:
    market = Market().line(
        "A", universe={"listing": "fresh"}, eligibility={"status": "ineligible", "reason": "listing"}
    )
    assert cause(tmp_path, market, wrong("missed", "A")) == "event between"


def test_a_ticker_of_the_session_after_alone_is_an_event_between_or_a_rename(tmp_path: Path) -> None:
    market = Market().line("OLD", rank=1, cap=500, universe={"company_name": "Alpha Works Inc."})
    market.add("core.lines", {"role": "effective", "anchor_date": "2023-06-26", "ticker": "NEW"})
    assert cause(tmp_path, market, wrong("missed", "NEW")) == "event between"
    assert cause(tmp_path, market, wrong("missed", "NEW"), NEW="ALPHA WORKS CL A") == "rename"
    assert cause(tmp_path, market, wrong("missed", "NONE")) == "source gap"


def test_who_left_by_our_tables_has_a_ticker_that_we_did_not_find(tmp_path: Path) -> None:
    assert cause(tmp_path, Market().line("A", rank=1, cap=500, later=None), wrong("missed", "A")) == "rename"


def test_a_company_without_figures_lacks_its_price_or_its_shares(tmp_path: Path) -> None:
    market = Market().line("A", universe={"close_usd": None}).line("B")
    assert [found.cause for found in causes(tmp_path, market, wrong("missed", "A"), wrong("missed", "B"))] == [
        "price",
        "shares",
    ]


def test_a_line_whose_pricing_line_fails_has_its_cause(tmp_path: Path) -> None:
    market = Market().line("A", universe={"pricing_ticker": "B", "is_pricing_vehicle": "false"})
    market.line("B", eligibility={"status": "ineligible", "reason": "country"})
    assert cause(tmp_path, market, wrong("missed", "A")) == "country"


@pytest.mark.parametrize(("cap", "expected"), [(96, "edge"), (94, "shares"), (40, "shares")])
def test_below_the_floor_the_distance_tells(tmp_path: Path, cap: int, expected: str) -> None:
    assert cause(tmp_path, Market().line("A", rank=15, cap=cap), wrong("missed", "A")) == expected


@pytest.mark.parametrize(("rank", "expected"), [(11, "edge"), (12, "edge"), (13, "shares")])
def test_who_would_rise_above_the_floor_is_displaced(tmp_path: Path, rank: int, expected: str) -> None:
    """Two above it are false, so it stands two ranks too low."""
    market = Market().line("A", rank=rank, cap=50).line("F", rank=3, cap=900).line("G", rank=4, cap=900)
    misses = wrong("missed", "A"), wrong("false", "F"), wrong("false", "G")
    assert cause(tmp_path, market, *misses) == expected
    # Where another one is missing above, one rank of the two is not gained.
    one_more = cause(tmp_path, market, *misses, wrong("missed", "NONE"))
    assert one_more == ("edge" if rank == 11 else "shares")


# --- ours, and not in the list ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({"universe": {"is_pricing_vehicle": "false", "pricing_ticker": "B"}}, "class line"),
        ({"doubted": True}, "shares"),
        ({"eligibility": {"status": "eligible", "structure_status": "unknown"}}, "structure"),
        ({"eligibility": {"status": "eligible", "country_status": "unknown", "country_value": "Peru"}}, "country"),
        # No country is stated: that tells nothing.
        ({"eligibility": {"status": "eligible", "country_status": "unknown"}}, "votes or float"),
        ({"universe": {"opening_r3000": "true"}}, "votes or float"),
        ({}, "votes or float"),
    ],
)
def test_what_our_tables_doubt_is_the_cause(tmp_path: Path, what: dict[str, Row], expected: str) -> None:
    market = Market().line("A", rank=3, cap=500, **what)  # type: ignore[arg-type]
    assert cause(tmp_path, market, wrong("false", "A")) == expected


@pytest.mark.parametrize(
    ("cap", "expected"), [(104, "edge"), (106, "shares"), (124, "shares"), (126, "votes or float")]
)
def test_above_the_floor_the_distance_tells(tmp_path: Path, cap: int, expected: str) -> None:
    assert cause(tmp_path, Market().line("A", rank=9, cap=cap), wrong("false", "A")) == expected


def test_who_would_fall_below_the_floor_is_displaced(tmp_path: Path) -> None:
    market = Market().line("A", rank=9, cap=500)
    assert cause(tmp_path, market, wrong("false", "A"), wrong("missed", "U")) == "votes or float"
    assert cause(tmp_path, market, wrong("false", "A"), wrong("missed", "U"), wrong("missed", "V")) == "edge"


def test_a_line_that_is_gone_on_the_session_after_is_an_event_between(tmp_path: Path) -> None:
    market = Market().line("A", rank=3, cap=500, later=None)
    assert cause(tmp_path, market, wrong("false", "A")) == "event between"


def test_another_line_or_another_ticker_of_the_company_in_the_list(tmp_path: Path) -> None:
    market = Market().line("A", rank=3, cap=500, universe={"company_name": "Alpha, Inc."})
    market.line("AB", universe={"company_id": "C-A"}, eligibility={"status": "ineligible", "reason": "share_class"})
    assert cause(tmp_path, market, wrong("false", "A"), wrong("missed", "AB")) == "class line"
    assert cause(tmp_path, market, wrong("false", "A"), wrong("missed", "ZZ"), ZZ="ALPHA INC") == "rename"
    assert cause(tmp_path, market, wrong("false", "A"), wrong("missed", "ZZ"), ZZ="BETA INC") != "rename"


# --- on the wrong side of the cut between two indexes -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("side", "cap", "expected"),
    [
        # A member above falls at 800, one below rises at 1,300; a new one is placed by the breakpoint.
        *(("above", 770, "edge"), ("above", 700, "shares"), ("above", 1000, "shares")),
        *(("below", 1250, "edge"), ("below", 1000, "shares")),
        *(("new", 980, "edge"), ("new", 900, "source gap"), ("new", 700, "shares")),
    ],
)
def test_the_side_before_tells_which_cap_decides(tmp_path: Path, side: str, cap: int, expected: str) -> None:
    market = Market().line("A", rank=3, cap=cap, side=side)
    found = causes(tmp_path, market, wrong("missed", "A", "R1000"), wrong("false", "A", "R2000"))
    assert [one.cause for one in found] == [expected, expected]


# --- scored by changes ------------------------------------------------------------------------------------------------


def test_members_are_counted_and_their_changes_not_again(tmp_path: Path) -> None:
    market = Market().line("A", rank=3, cap=500)
    misses = wrong("false", "A"), wrong("false", "A", kind="additions"), wrong("false", "A", "RMICRO", "additions")
    assert [(one.miss.index_id, one.miss.kind) for one in causes(tmp_path, market, *misses)] == [
        ("R3000", "members"),
        ("RMICRO", "additions"),
    ]


def test_a_sample_does_not_show_every_member_of_the_microcap(tmp_path: Path) -> None:
    added = wrong("false", "A", "RMICRO", "additions")
    market = Market().line("A", rank=7, cap=200, universe={"opening_r3000": "true"})
    assert cause(tmp_path, market, added) == "source gap"
    known = Market().line("A", rank=7, cap=200, universe={"opening_r3000": "true", "opening_rmicro": "true"})
    assert cause(tmp_path, known, added) == "votes or float"


def test_a_false_deletion_belongs_and_a_missed_one_does_not(tmp_path: Path) -> None:
    market = Market().line("A", eligibility={"status": "ineligible", "reason": "country"}).line("B", rank=3, cap=500)
    misses = wrong("false", "A", kind="deletions"), wrong("missed", "B", kind="deletions")
    assert [one.cause for one in causes(tmp_path, market, *misses)] == ["country", "votes or float"]


# --- names, the page --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Alpha Works, Inc.", "ALPHA WORKS CL A", True),
        ("The Alpha-Works Company", "Alpha Works Holdings plc", True),
        ("Alpha Works Inc", "Alpha Mines Inc", False),
        # Nothing but common words is left as it is.
        ("Group Holdings", "Holdings", False),
    ],
)
def test_names_are_compared_by_what_is_theirs(one: str, other: str, same: bool) -> None:
    assert (plain_name(one) == plain_name(other)) is same


CAUSED = [
    Caused(wrong("false", "A.B", "R1000"), "country", "saw this", 7),
    Caused(wrong("missed", "AB", "R2000"), "country", "saw | that", 7),
    Caused(wrong("missed", "C", "R2000"), "edge", "saw a third", None),
]
SCORES = [Score("R1000", "members", 4, 6, 4, 0.5), Score("R1000", "additions", 1, 2, 1, None)]


def test_the_page_counts_by_cause_and_index(tmp_path: Path) -> None:
    page = budget_page(EVENT, SCORES, CAUSED, with_names=True)
    assert "| R1000 | members | 1.0000 | 0.6667 | 0.8000 | 0.5000 | 0.60 |" in page
    assert "| country | 1 + 0 | 0 + 1 | 1 |" in page
    assert "| edge | 0 + 0 | 0 + 1 | 1 |" in page
    assert "| all | 1 + 0 | 0 + 2 | 2 |" in page
    assert "| A.B | Some Company | R1000 false, R2000 missed | 7 | saw this; saw / that |" in page
    assert "| structure |" not in page
    assert CAUSES["country"][1] in page


def test_a_page_without_names_has_none() -> None:
    page = budget_page(EVENT, SCORES, CAUSED, with_names=False)
    assert "| country | 1 + 0 | 0 + 1 | 1 |" in page
    assert "Some Company" not in page
    assert "A.B" not in page


def test_a_home_without_its_working_database_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_causes(tmp_path, EVENT, [], {})
