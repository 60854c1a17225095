"""A home with an invented market of forty-six companies, for the pages of the report: two reconstitutions and a
quarterly event, small enough to count by hand.

Of the reconstitution 2023-06-recon: T01 to T10 are the Russell 1000 after it, T11 to T30 the Russell 2000, T21 to T40
the Microcap. T10 moves up and T11 down, T25 comes from the Microcap, T26 to T30 are new, T41 to T46 fall out on price.

Names are what nobody should trust: T10 is a script, T11 a formula, T12 has quotes and an ampersand.

What does not belong here: tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from recon_pipeline.publish import Snapshot
from recon_pipeline_tests.small_home import publish_rows
from recon_pipeline_tests.test_sql_cases import Row

BEFORE, EVENT, IPO, NEXT = "2022-06-recon", "2023-06-recon", "2023-09-ipo", "2023-12-ipo"

NAMES = {
    "T10": "<script>alert(1)</script> Holdings",
    "T11": "=HYPERLINK(0) Inc.",
    "T12": "Quo\"te & 'Mark' <b>Co.</b>",
}
INDUSTRIES = ("Energy", "Financials", "Health Care", "Industrials", "Technology", "Utilities")

DAYS: dict[str, Row] = {
    BEFORE: {"rank_day": "2022-05-06", "effective_date": "2022-06-24", "effective_from": "2022-06-27"},
    EVENT: {"rank_day": "2023-04-28", "effective_date": "2023-06-23", "effective_from": "2023-06-26"},
    IPO: {"kind": "ipo", "rank_day": "2023-07-31", "effective_date": "2023-09-15", "effective_from": "2023-09-18"},
    NEXT: {"kind": "ipo", "rank_day": "2023-10-31", "effective_date": "2023-12-15", "effective_from": "2023-12-18"},
}


def name(ticker: str) -> str:
    """The name of a company."""
    return NAMES.get(ticker, f"Company {int(ticker[1:])} Corp.")


def industry(ticker: str) -> str:
    """Its industry."""
    return INDUSTRIES[int(ticker[1:]) % len(INDUSTRIES)]


def cap(ticker: str) -> int:
    """Its market cap, USD: from a trillion down."""
    return 10**12 // int(ticker[1:]) ** 3


def tickers(first: int, last: int) -> list[str]:
    """The tickers from one number to another."""
    return [f"T{number:02}" for number in range(first, last + 1)]


MEMBERS = {
    "R1000": tickers(1, 10),
    "R2000": tickers(11, 30),
    "R3000": tickers(1, 30),
    "RMICRO": tickers(21, 40),
    "R3000E": tickers(1, 40),
}
ADDED = {
    "R1000": {"T10": "up"},
    "R2000": {"T11": "down", "T25": "up"} | dict.fromkeys(tickers(26, 30), "new"),
    "R3000": {"T25": "up"} | dict.fromkeys(tickers(26, 30), "new"),
    "RMICRO": dict.fromkeys(tickers(26, 30), "new"),
}
DELETED = {
    "R1000": {"T11": "down"},
    "R2000": {"T10": "up"} | dict.fromkeys(tickers(41, 46), "out"),
    "R3000": dict.fromkeys(tickers(41, 46), "out"),
}
CUTS = (("TOP50", 2, 0), ("TOP200", 5, 2), ("R1000", 10, 2), ("MICRO", 20, 1), ("R3000", 30, 0), ("R3000E", 40, 0))


def publish_report_home(home: Path, without: tuple[str, ...] = ()) -> Snapshot:
    """Publish the market; tables that are named in `without` stay empty."""
    rows = given()
    return publish_rows(home, {table: rows[table] for table in rows if table not in without})


def given() -> dict[str, list[Row]]:
    """The rows of every public table."""
    return {
        "raw.event_runs": [{"event_id": event_id} for event_id in (BEFORE, EVENT, IPO)],
        "recon.events": [
            made(
                {"event_id": event_id, "membership_rows": "0" if event_id == NEXT else "9", "confirmed": "true"},
                {"kind": "recon", "vintage": "final", "known_at": days["effective_from"]},
                days,
            )
            for event_id, days in DAYS.items()
        ],
        "recon.universe": list(_universe()),
        "recon.eligibility": list(_eligibility()),
        "recon.ranking": [*_ranking(BEFORE), *_ranking(EVENT)],
        "recon.breakpoints": [*_breakpoints(BEFORE), *_breakpoints(EVENT)],
        "recon.placements": [
            made(
                {"company_id": "C-T09", "breakpoint_id": "R1000", "side_before": "above", "is_above": "true"},
                {"is_held_by_band": "true"},
            )
        ],
        "recon.index_membership": [*_members(BEFORE), *_members(EVENT), *_members(IPO)],
        "recon.index_changes": list(_changes()),
        "recon.near_miss": list(_near_misses()),
        "recon.data_issues": [
            _issue("1", "warning", "no_figures", "T10"),
            _issue("2", "warning", "carried", "T12"),
            _issue("3", "info", "neighbour_session", "T13"),
            made(
                {"event_id": BEFORE, "issue_number": "1", "severity": "warning", "issue": "opening_unknown"},
                {"index_id": "RMICRO", "detail": "Nobody told."},
            ),
        ],
        "recon.index_change_revision": [
            made(
                {"known_at": "2023-06-26", "previous_known_at": "2023-05-19", "index_id": "R3000", "ticker": "T40"},
                {"company_name": name("T40"), "revision": "dropped from the list", "action": "addition"},
                {"movement": "new", "reason": "rank", "why": "left_exchanges", "detail": "It merged."},
            )
        ],
        "recon.ipo_breakpoints": [
            made(
                {"event_id": IPO, "breakpoint_id": cut, "cut_rank": str(rank), "base_rank_day": "2023-04-28"},
                {"base_cap_usd": str(cap(f"T{rank:02}")), "return_pct": "5", "basis": "reconstitution"},
                {"market_cap_usd": str(cap(f"T{rank:02}") * 105 // 100)},
            )
            for cut, rank, _ in CUTS
        ],
        "recon.ipo_candidates": [
            made(
                {"event_id": IPO, "ticker": ticker, "company_name": name(ticker), "industry": industry(ticker)},
                {"listing_kind": "ipo", "listing_evidence": "calendar", "listing_evidence_strength": "strong"},
                {"market_cap_usd": str(cap(ticker)), "floor_usd": "1000000", "verdict": verdict},
                ({"size_index": "R2000"} if verdict == "added" else {}),
            )
            for ticker, verdict in (("T28", "added"), ("T29", "too_small"), ("T30", "not_an_offering"))
        ],
        "recon.security_demand": [
            made(
                {"ticker": ticker, "company_name": name(ticker), "joins": "R2000,R3000", "movement": "new"},
                {"usd_per_billion_each": "250000", "days_of_adv_per_billion_each": str(place)},
            )
            for place, ticker in enumerate(tickers(25, 30), start=1)
        ],
        "recon.ticker_spans": [
            {"ticker": ticker, "valid_from": "2022-06-24", "last_seen": "2023-06-26", "basis": "ticker"}
            for ticker in tickers(1, 46)
        ],
        "recon.index_membership_span": [
            made(
                {"index_id": "R1000", "ticker": ticker, "last_ticker": ticker, "company_name": name(ticker)},
                {"effective_from": "2023-06-26", "entry_event_id": EVENT, "entry_reason": "up", "entry_basis": "event"},
            )
            for ticker in ("T10",)
        ],
    }


def made(*parts: Mapping[str, str | None]) -> Row:
    """A row of what each part says."""
    return {column: value for part in parts for column, value in part.items()}


def _universe() -> Iterator[Row]:
    for event_id in DAYS:
        for ticker in tickers(1, 46) if event_id != NEXT else ():
            yield {
                "event_id": event_id,
                "ticker": ticker,
                "company_name": name(ticker),
                "security_name": f"{name(ticker)} Common Stock",
                "exchange": "nyse",
                "industry": industry(ticker),
                "industry_source": "sic",
                "structure": "operating",
                "structure_evidence_strength": "strong",
                "country": "United States",
                "listing": "seen",
                "close_usd": "0.5" if int(ticker[1:]) > 40 else "10",
                "outstanding_shares": str(cap(ticker) // 10),
                "shares_source": "implied",
                "company_market_cap_usd": str(cap(ticker)),
                "pricing_ticker": ticker,
                "is_pricing_vehicle": "true",
                "company_line_count": "1",
            }


def _eligibility() -> Iterator[Row]:
    for event_id in (BEFORE, EVENT, IPO):
        for ticker in tickers(1, 46):
            poor = int(ticker[1:]) > 40
            yield {
                "event_id": event_id,
                "ticker": ticker,
                "status": "ineligible" if poor else "eligible",
                "reason": "price" if poor else None,
                "price_value_usd": "0.5" if poor else "10",
                "price_threshold_usd": "1",
                "price_status": "failed" if poor else "passed",
                "market_cap_value_usd": str(cap(ticker)),
                "market_cap_threshold_usd": "30000000",
                "float_status": "unknown",
            }


def _ranking(event_id: str) -> Iterator[Row]:
    total, summed = sum(cap(ticker) for ticker in tickers(1, 40)), 0
    for rank, ticker in enumerate(tickers(1, 40), start=1):
        summed += cap(ticker)
        yield {
            "event_id": event_id,
            "ticker": ticker,
            "company_name": name(ticker),
            "status": "ranked",
            "rank": str(rank),
            "market_cap_usd": str(cap(ticker)),
            "placing_cap_usd": str(cap(ticker)),
            "cumulative_cap_usd": str(summed),
            "total_cap_usd": str(total),
            "percentile": f"{100 * summed / total:.6f}",
        }


def _breakpoints(event_id: str) -> Iterator[Row]:
    for cut, rank, reach in CUTS:
        at, high, low = (cap(f"T{place:02}") for place in (rank, rank - reach, rank + reach))
        yield {
            "event_id": event_id,
            "breakpoint_id": cut,
            "cut_rank": str(rank),
            "reached_rank": str(rank),
            "ticker": f"T{rank:02}",
            "market_cap_usd": str(at),
            "cumulative_cap_usd": str(sum(cap(ticker) for ticker in tickers(1, rank))),
            "total_cap_usd": str(sum(cap(ticker) for ticker in tickers(1, 40))),
            "percentile": "90",
            "band_pct": str(reach),
            "band_low_usd": str(low),
            "band_high_usd": str(high),
        }


def _members(event_id: str) -> Iterator[Row]:
    for index_id, members in MEMBERS.items():
        for ticker in members:
            yield {
                "event_id": event_id,
                "vintage": "final",
                "index_id": index_id,
                "ticker": ticker,
                "company_name": name(ticker),
                "industry": industry(ticker),
                "rank": str(int(ticker[1:])),
                "market_cap_usd": str(cap(ticker)),
                "status": "ranked",
                "is_pricing_vehicle": "true",
                "weight_pct": "1",
                "weight_basis": "total cap",
            }


def _changes() -> Iterator[Row]:
    for action, changed in (("addition", ADDED), ("deletion", DELETED)):
        for index_id, moved in changed.items():
            for ticker, movement in moved.items():
                yield {
                    "vintage": "final",
                    "index_id": index_id,
                    "action": action,
                    "movement": movement,
                    "ticker": ticker,
                    "company_name": name(ticker),
                    "industry": industry(ticker),
                    "reason": "price" if movement == "out" else "rank",
                    "rank": str(int(ticker[1:])),
                    "market_cap_usd": str(cap(ticker)),
                }


LEAVES: dict[tuple[str, bool], str | None] = {
    ("R1000", True): "MIDCAP R1000",
    ("R1000", False): "R2000",
    ("R3000", True): "R2000 R2500 R3000",
    ("R3000", False): None,
}
"""What the side of a cut has that the other has not."""


def _near_misses() -> Iterator[Row]:
    for nearness, ticker in enumerate(("T09", "T10", "T11", "T12", "T30", "T31", "T32"), start=1):
        number = int(ticker[1:])
        cut, rank = ("R1000", 10) if number < 20 else ("R3000", 30)
        is_above = number <= rank
        flip = cap(ticker) * (9 if is_above else 11) // 10
        yield {
            "ticker": ticker,
            "company_name": name(ticker),
            "cut_id": cut,
            "rank": str(number),
            "market_cap_usd": str(cap(ticker)),
            "close_usd": "10",
            "is_above": str(is_above).lower(),
            "is_held_by_band": "false",
            "leaves": LEAVES[cut, is_above],
            "enters": LEAVES[cut, not is_above],
            "flip_cap_usd": str(flip),
            "margin_usd": str(flip - cap(ticker)),
            "margin_pct": "-10" if is_above else "10",
            "margin_ranks": "-1" if is_above else "1",
            "nearness": str(nearness),
        }


def _issue(number: str, severity: str, issue: str, ticker: str) -> Row:
    made: Row = {"issue_number": number, "severity": severity, "issue": issue, "ticker": ticker}
    return made | {"security_id": f"L-{ticker}", "detail": f"A remark on {ticker}."}
