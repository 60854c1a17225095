"""The rules by date: each rule is read by somebody, and each dated switch turns the same rows into another outcome.

A `Switch` gives rows once and lets the real query make two events of them, one on either side of a date of rules.csv,
with the rules that core.event_rules finds for each. A rule that has more than one value needs one here, or a row of the
calendar; a new dated row without either fails by name.

What does not belong here: whether the dates are right (`test_rules.py`, `test_events.py`), all branches of a query
(`cases/`), a whole event (`test_years.py`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

import recon_pipeline
from recon_pipeline import rules
from recon_pipeline.event_rule import ipo_dates, recon_dates, season_kind
from recon_pipeline.events import event, session_on_or_before
from recon_pipeline.paths import sql_root
from recon_pipeline_tests.test_sql_cases import TABLES, Bench, Row, difference, open_bench

ROWS = [row for _, row in rules.reference_rows("rules.csv")]
NAMES = sorted({row["rule"] for row in ROWS})
DATED = sorted({row["rule"] for row in ROWS if row["valid_to"]})

# --- every rule is read -----------------------------------------------------------------------------------------------


def asked_in_sql() -> set[str]:
    """Every literal of the queries and checks; one that ends with an underscore is the start of a family of rules."""
    files = [path for path in sql_root().glob("*/*.sql") if not path.name.endswith(".table.sql")]
    texts = [re.sub(r"--.*", "", path.read_text(encoding="utf-8")) for path in files]
    return {found + (".*" if found.endswith("_") else "") for text in texts for found in re.findall(r"'(\w+)'", text)}


def asked_in_python() -> set[str]:
    """Every literal of the package, and the pattern of every text that is put together."""
    found: set[str] = set()
    for path in Path(recon_pipeline.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # What is more than a word is no rule: prose, and the text of queries.
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr) and re.match(r"[a-z]\w+_$", text := _start(node)):
                found.add(text + "[a-z]+")
    return found


def _start(text: ast.JoinedStr) -> str:
    first = text.values[0]
    return str(first.value) if isinstance(first, ast.Constant) else ""


# One pattern: to try thousands of them for each rule takes longer than the queries of this module.
ASKED = re.compile("|".join(sorted(asked_in_sql() | asked_in_python())))


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_is_read_by_a_query_or_a_module(name: str) -> None:
    assert ASKED.fullmatch(name), f"nobody reads {name}: let it drive something"


def test_a_rule_that_nobody_reads_is_found() -> None:
    assert not ASKED.fullmatch("min_price_eur")
    assert ASKED.fullmatch("cut_r1000")
    assert ASKED.fullmatch("lock_weeks_december")


# --- every dated switch turns something -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Switch:
    """The same rows on either side of a date: `was` before it, `becomes` from it on, of the table that is built last.

    `where` keeps of that table the rows that matter.
    """

    shows: tuple[str, ...]
    before: str
    after: str
    builds: tuple[str, ...]
    given: Mapping[str, list[Row]]
    was: list[Row]
    becomes: list[Row]
    where: Row = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.shows[0]}-{self.before}-{self.after}"


LINE: Row = {
    "ticker": "ACME",
    "pricing_ticker": "ACME",
    "structure": "operating",
    "country": "United States",
    "close_usd": "10",
    "company_market_cap_usd": "100000000",
    "is_pricing_vehicle": "true",
    "company_line_count": "1",
}


def eligibility(
    before: str,
    after: str,
    *shows: str,
    column: str,
    was: str | None,
    becomes: str | None,
    line: Row | None = None,
    **given: list[Row],
) -> Switch:
    """A switch of a rule on the eligibility of one line; a table is named with two underscores for its dot."""
    tables = {name.replace("__", "."): rows for name, rows in given.items()}
    return Switch(
        shows,
        before,
        after,
        ("recon.eligibility",),
        {"recon.universe": [LINE | (line or {})], **tables},
        [{"ticker": "ACME", column: was}],
        [{"ticker": "ACME", column: becomes}],
    )


def nationality(before: str, after: str, *shows: str, was: str, becomes: str, incorporated: str, seat: str) -> Switch:
    places: list[Row] = [
        {"ticker": "ACME", "figure": figure, "value": code, "source": "sec_submissions"}
        for figure, code in (("incorporation", incorporated), ("headquarters", seat))
    ]
    return Switch(
        shows,
        before,
        after,
        ("core.nationality",),
        {
            "core.lines": [{"ticker": "ACME", "name": "Acme"}],
            "core.securities": [{"ticker": "ACME", "plain_name": "acme", "share_form": "shares"}],
            "core.figures": places,
        },
        [{"ticker": "ACME", "verdict": was}],
        [{"ticker": "ACME", "verdict": becomes}],
    )


CHINESE: dict[str, list[Row]] = {
    "core.lines": [{"ticker": "ACME", "name": "Acme", "country": "China"}],
    "core.securities": [{"ticker": "ACME", "plain_name": "acme", "share_form": "shares"}],
}
MEMBER: list[Row] = [
    {"index_id": "R2000", "opening_ticker": "ACME", "rank_ticker": "ACME", "as_of": "2017-06-26", "basis": "ticker"}
]


def further_class(before: str, after: str, *shows: str, was: str, becomes: str, shares: str, traded: str) -> Switch:
    """A class that is not the one that prices its company."""
    return eligibility(
        before,
        after,
        *shows,
        column="share_class_evidence",
        was=was,
        becomes=becomes,
        line={"is_pricing_vehicle": "false", "company_line_count": "2", "outstanding_shares": "50000000"},
        core__shares_reconciliation=[{"ticker": "ACME", "class_shares": shares, "why": "none"}],
        core__trading_history=[
            {"ticker": "ACME", "basis": "history", "trading_days": "1", "averaged_days": "1", "averaged_usd": traded}
        ],
    )


VOTELESS: list[Row] = [{"ticker": "ACME", "title": "Non-Voting Common Stock", "voting_tickers": "0", "votes_pct": "0"}]


def floating(percent: int) -> list[Row]:
    """The public float of a company of 100 million dollars."""
    known: Row = {"ticker": "ACME", "cik": "1", "quality": "usable", "source": "sec_notes", "cap_usd": "100000000"}
    known |= {"cap_basis": "rank day", "cap_date": "2023-04-28"}
    return [known | {"float_usd": str(percent * 1_000_000), "float_pct": str(percent)}]


def alike(count: int, before: Mapping[int, Row]) -> list[Row]:
    """A ranking of so many companies of one dollar, of which those at the ranks given were somewhere before."""
    each: Row = {"status": "ranked", "market_cap_usd": "1", "placing_cap_usd": "1", "total_cap_usd": str(count)}
    return [
        each | {"ticker": f"T{rank:04}", "rank": str(rank), "cumulative_cap_usd": str(rank)} | before.get(rank, {})
        for rank in range(1, count + 1)
    ]


IN_R1000: Row = {"opening_r1000": "true", "opening_r3000": "true"}
ABOVE_MICRO: Row = {"opening_r3000": "true", "opening_r2000": "true"}
LARGE: Row = {"opening_top200": "true", "opening_top500": "true", **IN_R1000}


def band(cut: str, rank: int, side: Row) -> Switch:
    """A member one rank below a cut, which only a band keeps above it."""
    return Switch(
        (f"band_{cut.lower()}",),
        "2006-06-recon",
        "2007-06-recon",
        ("recon.breakpoints", "recon.placements"),
        {
            "recon.ranking": alike(rank + 1, {rank + 1: side}),
            "core.opening_members": [
                {"index_id": index, "opening_ticker": "GONE", "as_of": "2005-12-30", "basis": "gone"}
                for index in ("R1000", "RMICRO")
            ],
        },
        [{"company_id": f"C-T{rank + 1:04}", "is_above": "false"}],
        [{"company_id": f"C-T{rank + 1:04}", "is_above": "true"}],
        {"breakpoint_id": cut, "company_id": f"C-T{rank + 1:04}"},
    )


def weights(*, merged: str, apart: str) -> Switch:
    """A company of a line and of a class that does not qualify for one, beside another company."""
    lines: list[Row] = [
        {"ticker": "ACM.A", "company_id": "C-ACM", "pricing_ticker": "ACM.A", "is_pricing_vehicle": "true"},
        {"ticker": "ACM.B", "company_id": "C-ACM", "pricing_ticker": "ACM.A", "is_pricing_vehicle": "false"},
        {"ticker": "ONE", "pricing_ticker": "ONE", "is_pricing_vehicle": "true"},
    ]
    companies = {"C-ACM": "ACM.A", "C-ONE": "ONE"}
    failed: Row = {"status": "ineligible", "reason": "share_class", "share_class_status": "failed"}
    ranked: Row = {"status": "ranked", "market_cap_usd": "100", "placing_cap_usd": "100"}
    given: dict[str, list[Row]] = {
        "core.vintages": [{"vintage": "final"}],
        "core.departures": [{"rank_ticker": line["ticker"], "ticker": line["ticker"]} for line in lines],
        "core.shares_reconciliation": [
            {"ticker": ticker, "class_shares": "10", "why": "none"} for ticker in ("ACM.A", "ACM.B")
        ],
        "recon.universe": [{"close_usd": "10", "company_line_count": "1", **line} for line in lines],
        "recon.eligibility": [
            {"ticker": "ACM.A", "company_id": "C-ACM", "status": "eligible"},
            {"ticker": "ACM.B", "company_id": "C-ACM", **failed, "share_class_evidence": "class cap"},
            {"ticker": "ONE", "status": "eligible"},
        ],
        "recon.ranking": [
            {"ticker": ticker, "company_id": company, "rank": str(rank), **ranked}
            for rank, (company, ticker) in enumerate(companies.items(), start=1)
        ],
        "recon.placements": [
            {"company_id": company, "breakpoint_id": "TOP50", "side_before": "new", "is_above": "true"}
            for company in companies
        ],
    }
    return Switch(
        ("class_float_merged",),
        "2015-06-recon",
        "2016-06-recon",
        ("recon.index_membership",),
        given,
        [{"ticker": "ACM.A", "weight_pct": merged}],
        [{"ticker": "ACM.A", "weight_pct": apart}],
        {"ticker": "ACM.A"},
    )


def newcomer(
    before: str, after: str, rule: str, was: str, becomes: str, kind: str, unlocked_on: str | None = None
) -> Switch:
    """A switch of a rule on what becomes of a line that a quarterly event looks at."""
    line: Row = {"ticker": "ACME", "listing_kind": kind, "evidence_strength": "weak", "unlocked_on": unlocked_on}
    cut: Row = {"cut_rank": "1", "base_cap_usd": "1", "market_cap_usd": "1", "basis": "reconstitution"}
    return Switch(
        (rule,),
        before,
        after,
        ("recon.ipo_candidates",),
        {
            "core.new_listings": [line],
            "core.departures": [{"rank_ticker": "ACME"}],
            "recon.universe": [LINE],
            "recon.eligibility": [{"ticker": "ACME", "status": "eligible"}],
            "recon.ipo_breakpoints": [cut | {"breakpoint_id": name} for name in ("R1000", "R3000")],
        },
        [{"ticker": "ACME", "verdict": was}],
        [{"ticker": "ACME", "verdict": becomes}],
    )


def fast_entry() -> Switch:
    """A large offering in each of two windows."""
    days = ("2025-12-10", "2026-07-01")
    offering: Row = {"status": "priced", "ticker": "ACME", "offered_shares": "11"}
    return Switch(
        ("fast_entry", "fast_entry_cut", "fast_entry_sessions"),
        "2026-03-ipo",
        "2026-09-ipo",
        ("core.fast_entries",),
        {
            "core.base_breakpoints": [
                {"breakpoint_id": "TOP500", "cut_rank": "500", "market_cap_usd": "10", "basis": "reconstitution"}
            ],
            "core.index_return": [
                {"index_id": "R3000E", "company_count": "1", "base_value_usd": "1", "value_usd": "1"}
            ],
            "core.new_listings": [{"ticker": "ACME", "listing_kind": "ipo", "evidence_strength": "strong"}],
            "core.event_sessions": [{"role": "first_days", "anchor_date": day, "session_date": day} for day in days],
            "raw.ipos": [offering | {"deal_id": day, "event_date": day, "known_at": f"{day} 20:00:00"} for day in days],
            "raw.prices": [{"ticker": "ACME", "as_of": day, "close_usd": "1"} for day in days],
        },
        [],
        [{"ticker": "ACME", "entry_session": "2026-07-08"}],
    )


SWITCHES = [
    # Methodology 9.6, 9.7, 9.8.
    newcomer("2018-03-ipo", "2018-09-ipo", "best_efforts_disclosure", "added", "deferred", "direct_listing"),
    newcomer(
        "2024-09-ipo", "2024-12-ipo", "despac_rule", "not_an_offering", "added", "business_combination", "2024-10-01"
    ),
    fast_entry(),
    # Methodology 1.14: Bermuda and New York; Delaware and Dublin; 1.13: the Caymans and Beijing.
    nationality(
        "2006-06-recon",
        "2007-06-recon",
        "nationality_regime",
        was="failed",
        becomes="passed",
        incorporated="D0",
        seat="NY",
    ),
    nationality(
        "2010-06-recon",
        "2011-06-recon",
        "nationality_regime",
        was="passed",
        becomes="failed",
        incorporated="DE",
        seat="L2",
    ),
    Switch(
        ("n_shares_excluded",),
        "2017-06-recon",
        "2018-06-recon",
        ("core.nationality",),
        CHINESE,
        [{"basis": "prior"}],
        [{"basis": "n share"}],
    ),
    # That it was a member before there was the rule says nothing; afterwards it does.
    Switch(
        ("n_shares_excluded",),
        "2017-06-recon",
        "2018-06-recon",
        ("core.nationality",),
        CHINESE | {"core.opening_members": MEMBER},
        [{"verdict": "unknown"}],
        [{"verdict": "failed"}],
    ),
    Switch(
        ("n_shares_excluded: membership",),
        "2018-06-recon",
        "2019-06-recon",
        ("core.nationality",),
        CHINESE | {"core.opening_members": MEMBER},
        [{"verdict": "failed"}],
        [{"verdict": "unknown"}],
    ),
    # 7.1, 7.3, 7.12
    Switch(
        ("has_microcap", "has_r3000e"),
        "2004-06-recon",
        "2005-06-recon",
        ("recon.index_membership",),
        {
            "core.vintages": [{"vintage": "final"}],
            "core.departures": [{"rank_ticker": "T0001", "ticker": "T0001"}],
            "recon.universe": [{**LINE, "ticker": "T0001"}],
            "recon.eligibility": [{"ticker": "T0001", "status": "eligible"}],
            "recon.ranking": alike(1, {}),
            "recon.placements": [
                {"company_id": "C-T0001", "breakpoint_id": cut, "side_before": "new", "is_above": str(cut != "MICRO")}
                for cut in ("MICRO", "R3000", "R3000E")
            ],
        },
        [{"index_id": index} for index in ("R2000", "R2500", "R3000")],
        [{"index_id": index} for index in ("R2000", "R2500", "R3000", "R3000E", "RMICRO")],
    ),
    Switch(
        ("cut_r3000e",),
        "2004-06-recon",
        "2005-06-recon",
        ("recon.breakpoints",),
        {"recon.ranking": alike(10, {})},
        [{"cut_rank": "3000"}],
        [{"cut_rank": "4000"}],
        {"breakpoint_id": "R3000E"},
    ),
    band("TOP200", 200, LARGE),
    band("TOP500", 500, LARGE),
    band("R1000", 1000, IN_R1000),
    band("MICRO", 2000, ABOVE_MICRO),
    # 2.1, 2.5, 2.6
    eligibility(
        "2018-06-recon",
        "2019-06-recon",
        "cboe_eligible",
        column="exchange_status",
        was="failed",
        becomes="passed",
        line={"exchange": "cboe"},
    ),
    eligibility(
        "2013-06-recon",
        "2014-06-recon",
        "bdc_eligible",
        column="reason",
        was=None,
        becomes="structure",
        line={"structure": "bdc"},
    ),
    eligibility(
        "2013-06-recon",
        "2014-06-recon",
        "bdc_eligible",
        column="reason",
        was=None,
        becomes="structure",
        line={"structure": "bdc", "structure_evidence_strength": "weak", "is_member": "true"},
    ),
    eligibility(
        "2014-06-recon",
        "2015-06-recon",
        "bdc_eligible: membership",
        column="reason",
        was="structure",
        becomes=None,
        line={"structure": "bdc", "structure_evidence_strength": "weak", "is_member": "true"},
    ),
    eligibility(
        "2008-06-recon",
        "2009-06-recon",
        "ubti_screen",
        column="structure_status",
        was="passed",
        becomes="unknown",
        line={"structure": "reit"},
    ),
    # 4.1, 4.2, 2.10, 4.3
    eligibility(
        "2010-06-recon",
        "2011-06-recon",
        "min_total_cap_usd",
        column="reason",
        was=None,
        becomes="market_cap",
        line={"company_market_cap_usd": "29999999"},
    ),
    eligibility(
        "2009-06-recon",
        "2010-06-recon",
        "min_float_pct",
        column="reason",
        was=None,
        becomes="float",
        core__floats=floating(0),
    ),
    eligibility(
        "2025-06-recon",
        "2026-06-recon",
        "cdi_rule",
        column="float_status",
        was="passed",
        becomes="unknown",
        line={"incorporation": "Australia"},
        core__floats=floating(60),
    ),
    eligibility(
        "2017-06-recon",
        "2018-06-recon",
        "min_vote_pct",
        column="reason",
        was=None,
        becomes="votes",
        core__votes=VOTELESS,
    ),
    eligibility(
        "2022-06-recon",
        "2023-06-recon",
        "min_vote_pct_members",
        column="reason",
        was=None,
        becomes="votes",
        line={"is_member": "true"},
        core__votes=VOTELESS,
    ),
    eligibility(
        "2026-06-recon",
        "2026-12-recon",
        "votes_reviewed_in_december",
        column="reason",
        was="votes",
        becomes=None,
        line={"is_member": "true"},
        core__votes=VOTELESS,
    ),
    # 5.3-5.6
    further_class(
        "2014-06-recon",
        "2015-06-recon",
        "class_lines_eligible",
        was="one line a company",
        becomes="class cap and trading",
        shares="3000001",
        traded="130001",
    ),
    further_class(
        "2014-06-recon",
        "2015-06-recon",
        "min_class_cap_usd",
        was="one line a company",
        becomes="class cap",
        shares="3000000",
        traded="130001",
    ),
    *[
        further_class(
            before,
            after,
            "median_addtv_usd",
            was="class cap and trading" if is_higher else "trading",
            becomes="trading" if is_higher else "class cap and trading",
            shares="3000001",
            traded=traded,
        )
        for before, after, is_higher, traded in [
            ("2018-06-recon", "2019-06-recon", True, "140000"),
            ("2019-06-recon", "2020-06-recon", False, "140000"),
            ("2022-06-recon", "2023-06-recon", False, "117000"),
            ("2023-06-recon", "2024-06-recon", True, "125000"),
            ("2024-06-recon", "2025-06-recon", True, "140000"),
            ("2025-06-recon", "2026-06-recon", True, "175000"),
        ]
    ],
    weights(merged="50.00000000", apart="33.33333333"),
    # 12
    Switch(
        ("industry_scheme",),
        "2020-06-recon",
        "2021-06-recon",
        ("core.industries",),
        {
            "core.lines": [{"ticker": "ACME", "name": "Acme", "sector": "Utilities"}],
            "core.securities": [{"ticker": "ACME"}],
        },
        [],
        [{"ticker": "ACME", "icb_industry": "Utilities"}],
    ),
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("rules_by_date")) as opened:
        yield opened


def outcome(bench: Bench, switch: Switch, event_id: str, wanted: list[Row]) -> str:
    """Make an event of the rows of a switch; return how it differs from what is wanted, or a blank text."""
    columns = list((wanted or switch.becomes or switch.was)[0])
    parameters, last = {"event_id": event_id}, TABLES[switch.builds[-1]]
    with bench.undone():
        for table, rows in switch.given.items():
            event_row: Row = {"event_id": event_id} if "event_id" in bench.columns[table] else {}
            bench.give(table, [event_row | row for row in rows], {})
        for table in ("core.event_rules", *switch.builds[:-1]):
            bench.warehouse.rebuild(TABLES[table], parameters)
        got = bench.result(last, parameters, list(dict.fromkeys([*columns, *switch.where])))
    kept = [row for row in got if switch.where.items() <= row.items()]
    shown: list[Row] = [{name: row[name] for name in columns} for row in kept]
    return difference(wanted, shown, columns, bench.numbers(last.full_name))


@pytest.mark.engine
@pytest.mark.parametrize("switch", SWITCHES, ids=str)
def test_the_same_rows_have_another_outcome_from_the_date_on(bench: Bench, switch: Switch) -> None:
    assert switch.was != switch.becomes
    assert not outcome(bench, switch, switch.before, switch.was), switch.before
    assert not outcome(bench, switch, switch.after, switch.becomes), switch.after


@pytest.mark.engine
@pytest.mark.parametrize(
    ("event_id", "months"), [("2020-06-recon", 0), ("2021-06-recon", 3), ("2022-06-recon", 15), ("2023-06-recon", 24)]
)
def test_two_years_of_trading_are_read_as_far_as_the_archive_goes_back(
    bench: Bench, event_id: str, months: int
) -> None:
    with bench.undone():
        bench.warehouse.rebuild(TABLES["core.event_rules"], {"event_id": event_id})
        rows = bench.result(TABLES["core.event_sessions"], {"event_id": event_id}, ["role", "session_date"])
    sampled = [row for row in rows if row["role"] == "history"]
    # One session a month; the month of the rank day has one as well, if that comes late enough in it.
    assert months <= len(sampled) <= months + (months > 0)


# --- the calendar -----------------------------------------------------------------------------------------------------

IN_THE_CALENDAR = {
    "recon_effective_regime",
    "recon_rank_regime",
    "preliminary_weeks_june",
    "preliminary_weeks_december",
    "lock_weeks_june",
    "lock_weeks_december",
    "second_reconstitution",
    "ipo_regime",
    "ipo_announce_weeks",
}
"""Rules that give dates: shown by the two tests below."""


@pytest.mark.parametrize(
    ("year", "season", "kind"),
    [
        (2004, "march", None),
        (2004, "june", "recon"),
        (2004, "september", "ipo"),
        (2025, "december", "ipo"),
        (2026, "june", "recon"),
        (2026, "december", "recon"),
        (2027, "december", "recon"),
    ],
)
def test_which_seasons_have_an_event(year: int, season: str, kind: str | None) -> None:
    assert season_kind(year, season) == kind


RECON, IPO = recon_dates, ipo_dates


@pytest.mark.parametrize(
    ("dates", "year", "season", "rank_day", "preliminary", "lock", "effective"),
    [
        # The last Friday of June, and from 2007 on the fourth; ranked at the end of May.
        (RECON, 2006, "june", "2006-05-31", "2006-06-16", None, "2006-06-30"),
        (RECON, 2007, "june", "2007-05-31", "2007-06-08", None, "2007-06-22"),
        # Ranked in the middle of May; lists three weeks before; a lock-down.
        (RECON, 2017, "june", "2017-05-12", "2017-06-09", None, "2017-06-23"),
        (RECON, 2019, "june", "2019-05-10", "2019-06-07", None, "2019-06-28"),
        (RECON, 2022, "june", "2022-05-06", "2022-06-03", "2022-06-13", "2022-06-24"),
        # Ranked at the end of April; lists five weeks before, locked three weeks.
        (RECON, 2023, "june", "2023-04-28", "2023-05-19", "2023-06-05", "2023-06-23"),
        (RECON, 2026, "december", "2026-10-30", "2026-11-13", "2026-11-30", "2026-12-11"),
        # Quarter ends; third Fridays; five weeks before; the end of the first month.
        (IPO, 2007, "december", "2007-11-30", None, None, "2007-12-31"),
        (IPO, 2008, "march", "2008-02-29", None, None, "2008-03-20"),
        (IPO, 2017, "december", "2017-11-30", None, None, "2017-12-15"),
        (IPO, 2018, "september", "2018-08-17", "2018-08-31", None, "2018-09-21"),
        (IPO, 2023, "september", "2023-07-31", "2023-08-18", None, "2023-09-15"),
    ],
)
def test_dates_follow_the_rule_of_the_year(
    dates: object, year: int, season: str, rank_day: str, preliminary: str | None, lock: str | None, effective: str
) -> None:
    found = (recon_dates if dates is RECON else ipo_dates)(year, season, session_on_or_before)
    told = [str(day) if isinstance(day, date) else None for day in found[:4]]
    assert told == [rank_day, preliminary, lock, effective]


# --- nothing is left out ----------------------------------------------------------------------------------------------

# With the rank of the cut, n_r3000e only tells a check and the presumption how long a list is.
SHOWN = {rule for switch in SWITCHES for rule in switch.shows} | IN_THE_CALENDAR | {"history_months", "n_r3000e"}


@pytest.mark.parametrize("name", DATED)
def test_every_rule_that_changes_is_shown_on_rows(name: str) -> None:
    assert name in SHOWN, f"{name} has more than one value: write a Switch for it"


def test_switches_straddle_a_date_of_the_rule_that_they_show() -> None:
    for switch in SWITCHES:
        before, after = (rules.rules_on(event(each).effective_date) for each in (switch.before, switch.after))
        wrong = [rule for rule in switch.shows if rule in DATED and before[rule] == after[rule]]
        assert not wrong, f"{switch}: {wrong}"
