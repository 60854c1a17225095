"""A published file of a few companies in two reconstitutions and a quarterly event, for the stories of them.

BRK has two classes and is held in the Russell 2000 by a band, next to its edge; NEW was OLD a year before; POOR fails
the price; LATE is a new line of the quarterly event; SOLO is in the first event only, and has left.

What does not belong here: tests.
"""

from __future__ import annotations

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
    line(EVENT, "GONE", "GONE", "4", "10", "40"),
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
        told |= {"country_status": "unknown", "country_evidence": "prior", "country_facts": "on a US exchange"}
    if row["ticker"] == "BRK.A":
        told |= {"status": "ineligible", "reason": "share_class", "share_class_status": "failed"}
        told |= {"share_class_evidence": "folded", "share_class_threshold_usd": "9"}
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


def placed(company: str, breakpoint_id: str, side: str, above: str, held: str = "false", **more: str) -> Row:
    made: Row = {"event_id": EVENT, "company_id": f"C-{company}", "breakpoint_id": breakpoint_id}
    return made | {"side_before": side, "is_above": above, "is_held_by_band": held} | more


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
        placed("BIG", "R1000", "above", "true", leaves="R1000", enters="R2000"),
        placed("BRK", "R3000", "no_band", "true"),
        placed("BRK", "TOP50", "no_band", "false", leaves="R2500", enters="TOP50"),
        placed("GONE", "R1000", "above", "false", leaves="R2000", enters="R1000"),
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
        | {"side_before": "below", "is_above": "false", "is_held_by_band": "true", "leaves": "R2000"}
        | {"enters": "MIDCAP R1000", "flip_cap_usd": "99", "margin_usd": "9", "margin_pct": "10", "margin_ranks": "0"}
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
        ROW
        | {"event_id": EVENT, "issue_number": "3", "severity": "info", "issue": "left_before_effective"}
        | {"ticker": "GONE", "detail": "Gone from the exchanges."},
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
        ROW
        | {"index_id": "R2000", "security_id": "L-SOLO", "company_id": "C-SOLO", "ticker": "SOLO"}
        | {"last_ticker": "SOLO", "effective_from": "2022-06-27", "effective_to": "2023-01-09"}
        | {"entry_event_id": FIRST, "entry_reason": "opening", "entry_basis": "opening_list"}
        | {"exit_event_id": EVENT, "exit_kind": "departure", "exit_reason": "left_exchanges"}
        | {"exit_basis": "last_seen"},
    ],
    "raw.event_runs": [{"event_id": event_id, "opening_source": "list.csv"} for event_id in EVENTS],
}
