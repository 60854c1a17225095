"""Rows with each trap of providers 1.17 in them, and rows that only look like it, for `test_traps.py` to show a check.

All of them are made up. Does not belong here: running a check, payloads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from recon_pipeline_tests.test_sql_cases import Row

RANK_DAY, DAY_BEFORE, DAY_AFTER = "2023-04-28", "2023-04-27", "2023-05-01"
GRACE: list[Row] = [{"rule": "capture_grace_days", "value": "5"}]
RANK_SESSIONS: list[Row] = [
    {"role": "rank", "anchor_date": RANK_DAY, "session_date": day, "preference": str(preference)}
    for preference, day in enumerate((RANK_DAY, DAY_BEFORE, DAY_AFTER))
]
Told = Mapping[str, str | None]
Given = Mapping[str, Sequence[Told]]


@dataclass(frozen=True)
class Case:
    """Rows by table, and what a check tells of them: the values of `shown`, without order."""

    trap: int
    check: str
    given: Given
    shown: tuple[str, ...]
    told: set[tuple[object, ...]]


def rows(common: Told, *different: Told) -> list[Row]:
    """Rows that have most of what they say in common."""
    return [{**common, **row} for row in different]


COVER: Row = {
    "source": "sec_companyfacts",
    "taxonomy": "dei",
    "tag": "EntityCommonStockSharesOutstanding",
    "unit": "shares",
    "end_date": "2023-02-01",
    "filed_date": "2023-02-10",
    "value": "5000",
}
OPENING: list[Row] = [
    {"index_id": "R1000", "ticker": ticker, "as_of": "2022-06-24"} for ticker in ("MBR", "MBB", "GONE")
]
LISTED: Row = {"source": "symdir", "feed": "symdir/nasdaqlisted", "as_of": RANK_DAY, "is_active": "true"}


def member_lines(count: int, index_id: str = "R3000") -> list[Row]:
    return [
        {"index_id": index_id, "ticker": f"T{number}", "rank": str(number + 1), "status": "carried"}
        for number in range(count)
    ]


def ranked_line(
    rank: int, ticker: str, name: str, *, shares: int = 0, member: bool = True, **key: str
) -> dict[str, Row]:
    """One ranked company as the four tables have it that the checks of the ranking read."""
    return {
        "recon.ranking": {
            "ticker": ticker,
            "rank": str(rank),
            "status": "ranked",
            "market_cap_usd": "3000000000",
            "placing_cap_usd": "3000000000",
            "opening_r1000": str(member).lower(),
        },
        "recon.universe": {
            "ticker": ticker,
            "security_name": name,
            "outstanding_shares": str(shares or 1000 + rank),
            "company_line_count": "1",
            "pricing_ticker": ticker,
            "is_pricing_vehicle": "true",
        },
        "core.securities": {"ticker": ticker, "anchor_date": RANK_DAY, "issuer_key": key.get("issuer", ticker.lower())},
        "core.filer_links": {"ticker": ticker, "cik": key.get("cik", str(100 + rank)), "candidate_count": "1"},
    }


def ranking_of(*lines: dict[str, Row]) -> dict[str, list[Row]]:
    return {table: [line[table] for line in lines] for table in lines[0]}


def counted(ticker: str, cik: int, **more: str | None) -> Row:
    """A row of core.shares_reconciliation, of a filing that is taken."""
    said: Row = {
        "ticker": ticker,
        "cik": str(cik),
        "why": "cover_of_company",
        "chosen_shares": "5000",
        "chosen_source": "sec_companyfacts",
        "filing_source": "sec_companyfacts",
        "filing_shares": "5000",
        "cover_date": "2023-02-01",
        "filed_date": "2023-02-10",
        "accession": f"a-{cik}",
        "split_factor": "1",
        "chosen_cover_date": "2023-02-01",
        "chosen_accession": f"a-{cik}",
    }
    return {**said, **more}


def renamed() -> dict[str, list[Row]]:
    """Members that were not found again, and lines that no list opens with."""
    line = {"role": "opening", "anchor_date": "2022-06-24"}
    newcomers = ("NEWCO", "META", "GEN", "OLDER", "OTHER")
    return {
        "core.opening_members": rows(
            {"index_id": "R1000", "as_of": "2022-06-24", "basis": "gone", "rank_ticker": None},
            {"opening_ticker": "FBK", "opening_line": "FBK"},
            {"opening_ticker": "NLOK", "opening_line": "NLOK"},
            {"opening_ticker": "ANCIENT", "opening_line": "ANCIENT"},
            {"opening_ticker": "META", "opening_line": "META", "basis": "ticker", "rank_ticker": "META"},
        ),
        "core.securities": rows(
            line,
            {"ticker": "FBK", "issuer_key": "face book"},
            {"ticker": "NLOK", "issuer_key": "nortonlifelock"},
            {"ticker": "ANCIENT", "issuer_key": "ancient"},
        ),
        "recon.universe": rows(
            {"company_line_count": "1"},
            *({"ticker": ticker, "is_member": str(ticker == "META").lower()} for ticker in newcomers),
        ),
        "core.filer_links": [
            {"ticker": ticker, "cik": str(number), "candidate_count": "1"}
            for number, ticker in enumerate(newcomers, start=1)
        ],
        "raw.directory": rows(
            LISTED | {"source": "sec_tickers"},
            {"ticker": "FBK", "cik": "1", "as_of": "2022-05-01"},
            # By the rank day the ticker was another company's.
            {"ticker": "FBK", "cik": "5", "as_of": RANK_DAY},
        ),
        "raw.filer_names": [
            {"cik": "3", "name": "NortonLifeLock Inc.", "valid_to": "2022-11-01"},
            {"cik": "4", "name": "Ancient Corp /DE/", "valid_to": "2019-01-01"},
            {"cik": "5", "name": "Norton Life Sciences, Inc.", "valid_to": "2022-11-01"},
        ],
    }


def two_anchors(*lines: tuple[str, tuple[str, str], tuple[str, str]]) -> dict[str, list[Row]]:
    """Lines that were followed by their ticker: name and year of first listing at the opening, and on the rank day."""
    given: dict[str, list[Row]] = {"core.lines": [], "core.securities": [], "core.continuity": []}
    for ticker, opening, ranked in lines:
        for role, day, (name, year) in (("opening", "2022-06-24", opening), ("rank", RANK_DAY, ranked)):
            line: Row = {"role": role, "anchor_date": day, "ticker": ticker}
            given["core.lines"].append({**line, "name": name, "ipo_year": year})
            given["core.securities"].append({**line, "issuer_key": name})
        given["core.continuity"].append(
            {
                "from_role": "opening",
                "from_date": "2022-06-24",
                "from_ticker": ticker,
                "to_date": RANK_DAY,
                "to_ticker": ticker,
            }
        )
    return given


CASES = [
    Case(
        1,
        "raw/cover_facts.check.no_absence_as_zero",
        {
            "raw.directory": rows(LISTED, {"ticker": "A", "cik": "1"}, {"ticker": "B", "cik": "2"}),
            "raw.cover_facts": rows(
                COVER,
                {"cik": "1", "accession": "sound"},
                {"cik": "1", "accession": "zero", "value": "0", "end_date": "2022-11-01"},
                {"cik": "1", "accession": "class", "value": "0", "class_member": "CommonClassB"},
                {"cik": "1", "accession": "long ago", "value": "0", "filed_date": "2020-02-10"},
                {"cik": "1", "accession": "float", "value": "0", "tag": "EntityPublicFloat", "unit": "USD"},
                {"cik": "1", "accession": "frame", "value": "0", "source": "sec_frames"},
                {"cik": "1", "accession": "other frame", "source": "sec_frames"},
                {"cik": "2", "accession": "never counts any", "value": "0"},
                {"cik": "3", "accession": "unlisted"},
                {"cik": "3", "accession": "unlisted zero", "value": "0", "end_date": "2022-11-01"},
            ),
        },
        ("cik", "accession"),
        {(1, "zero")},
    ),
    Case(
        2,
        "raw/source_outcomes.check.believed",
        {
            "raw.source_outcomes": rows(
                {"source": "screener", "feed": "screener/stocks"},
                {"payload_key": "/page", "result": "bad_payload"},
                {"payload_key": "/gone", "result": "absent"},
                {"payload_key": "/there", "result": "known"},
                {"payload_key": "/other", "result": "bad_payload", "event_id": "2022-06-recon"},
            )
        },
        ("payload_key",),
        {("/page",)},
    ),
    Case(
        3,
        "raw/directory.check.no_footer_row",
        {
            "raw.directory": rows(
                LISTED,
                {"symbol": "File Creation Time: 0702202418:01", "ticker": "FILE.CREATION"},
                {"symbol": "ACME|Acme|Q", "ticker": "ACME"},
                {"symbol": "0702202418:01", "name": "File Creation Time: 0702202418:01", "ticker": "X"},
                {"symbol": "FILE", "ticker": "FILE", "name": "Filing Cabinets, Inc. - Common Stock"},
                # One source writes the exchange behind a symbol.
                {"symbol": "ABC:BAT", "ticker": "ABC:BAT", "source": "alphavantage"},
            )
        },
        ("symbol",),
        {("File Creation Time: 0702202418:01",), ("ACME|Acme|Q",), ("0702202418:01",)},
    ),
    Case(
        4,
        "raw/directory.check.null_like_tickers",
        {
            "core.event_sessions": RANK_SESSIONS,
            "raw.listings": [
                {"ticker": ticker, "as_of": day, "exchange": exchange, "source": "archive"}
                for ticker, exchange, days in (
                    ("NA", "nasdaq", (DAY_BEFORE, RANK_DAY, DAY_AFTER)),
                    ("NAN", "nyse", (DAY_BEFORE, RANK_DAY, DAY_AFTER)),
                    ("TRUE", "nasdaq", (DAY_BEFORE, RANK_DAY, DAY_AFTER)),
                    ("NONE", "nasdaq", (DAY_AFTER,)),  # listed after the list was made
                )
                for day in days
            ],
            "raw.directory": rows(
                LISTED,
                {"ticker": "TRUE", "exchange": "nasdaq"},
                {"ticker": "ACME", "exchange": "nasdaq"},
                {"ticker": " ", "symbol": " ", "exchange": "nasdaq"},
                # Funds do not file: the SEC's file may lack NAN.
                {"ticker": "ACM", "exchange": "nyse", "source": "sec_tickers"},
            ),
        },
        ("ticker", "failure"),
        {("NA", "quoted and not listed"), (" ", "blank")},
    ),
    Case(
        5,
        "raw/directory.check.one_spelling",
        {
            "raw.directory": rows(
                LISTED,
                *({"ticker": ticker} for ticker in ("BRK.B", "ABR^D", "NE.WS.A", "NXT(EXP20091224)", "ABC:BAT")),
                *({"ticker": ticker} for ticker in ("BRK/B", "BRK-B", "BRK B", "ABR$D", "abc", "FOO+", "FOO=")),
            )
        },
        ("ticker",),
        {("BRK/B",), ("BRK-B",), ("BRK B",), ("ABR$D",), ("abc",), ("FOO+",), ("FOO=",)},
    ),
    Case(
        5,
        "raw/listings.check.one_spelling",
        {
            "core.event_sessions": RANK_SESSIONS,
            "raw.listings": rows(
                {"as_of": RANK_DAY, "source": "archive"},
                {"ticker": "BRK.B"},
                {"ticker": "BRK/A", "symbol": "BRK/A"},
                {"ticker": "OLD/A", "symbol": "OLD/A", "as_of": "2023-03-01"},
            ),
        },
        ("ticker",),
        {("BRK/A",)},
    ),
    Case(
        5,
        "core/lines.check.one_spelling",
        {
            "core.lines": [
                {"ticker": "BRK.B", "ticker_key": "BRKB", "anchor_date": RANK_DAY},
                {"ticker": "BRKB", "ticker_key": "BRKB", "anchor_date": RANK_DAY},
                {"ticker": "BRK.A", "ticker_key": "BRKA", "anchor_date": RANK_DAY},
                {"ticker": "BRK.A", "ticker_key": "BRKA", "anchor_date": "2022-06-24", "role": "opening"},
            ]
        },
        ("ticker", "other_ticker"),
        {("BRK.B", "BRKB")},
    ),
    Case(
        6,
        "core/listing_gaps.check.priced",
        {
            "raw.opening_rows": [
                {"index_id": "R1000", "ticker": ticker, "as_of": "2022-06-24"}
                for ticker in ("VZ", "MOGA", "SOLD", "EGP")
            ],
            "core.listing_gaps": rows(
                {"verdict": "never_priced"},
                {"ticker": "VZ"},
                {"ticker": "MOG.A", "ticker_key": "MOGA"},
                {"ticker": "NEWCO"},
                {"ticker": "SOLD", "verdict": "left"},
                {"ticker": "EGP", "verdict": "priced_elsewhere", "close_usd": "160"},
            ),
        },
        ("ticker",),
        {("VZ",), ("MOG.A",)},
    ),
    Case(
        6,
        "raw/listings.check.neighbours",
        {
            "core.event_sessions": RANK_SESSIONS,
            "raw.listings": [
                {"ticker": f"{exchange}{number}", "exchange": exchange, "as_of": day, "source": "archive"}
                for exchange, missing in (("nyse", 2), ("amex", 3))
                for day in (DAY_BEFORE, RANK_DAY, DAY_AFTER)
                for number in range(100)
                if day != RANK_DAY or number >= missing
            ],
        },
        ("exchange", "missing_lines", "lines"),
        {("amex", 3, 100)},
    ),
    Case(
        6,
        "core/event_sessions.check.rank_day",
        {
            "core.event_sessions": RANK_SESSIONS,
            "raw.archive_dumps": rows(
                {"session_date": RANK_DAY, "expected_session": RANK_DAY, "basis": "rule"},
                {"exchange": "nasdaq", "status": "ok"},
                {"exchange": "nyse", "status": "intraday"},
                {"exchange": "amex", "status": "intraday"},
            ),
            "raw.listings": [{"ticker": "A", "exchange": "amex", "source": "screener", "as_of": RANK_DAY}],
        },
        ("exchange", "status"),
        {("nyse", "intraday")},
    ),
    Case(
        7,
        "recon/ranking.check.largest_are_common",
        ranking_of(
            ranked_line(1, "BIG", "Big Company Common Stock"),
            ranked_line(2, "CCZ", "Big Holdings 2.0% Exchangeable Debentures due 2029"),
            ranked_line(3, "TWIN", "Twin Company Common Stock", issuer="twin"),
            ranked_line(4, "TWINZ", "Twin Company Zones", issuer="twin"),
            ranked_line(51, "ZPF", "Small Company 5% Notes"),
        ),
        ("ticker",),
        {("CCZ",), ("TWIN",), ("TWINZ",)},
    ),
    Case(
        8,
        "recon/universe.check.company_cap",
        {
            "recon.universe": rows(
                {"close_usd": "10", "company_line_count": "2"},
                # Two lines, one cap.
                *rows(
                    {"pricing_ticker": "AB", "company_market_cap_usd": "1000", "outstanding_shares": "100"},
                    {"ticker": "AB", "is_pricing_vehicle": "true"},
                    {"ticker": "AB.B", "close_usd": "9"},
                ),
                # The caps that the source prints for each line, added up.
                *rows(
                    {"pricing_ticker": "CD", "company_market_cap_usd": "2000", "outstanding_shares": "100"},
                    {"ticker": "CD", "is_pricing_vehicle": "true"},
                    {"ticker": "CD.B"},
                ),
                *rows(
                    {"pricing_ticker": "EF", "outstanding_shares": "100"},
                    {"ticker": "EF", "is_pricing_vehicle": "true", "company_market_cap_usd": "1000"},
                    {"ticker": "EF.B"},
                ),
                *rows(
                    {"pricing_ticker": "GH", "company_market_cap_usd": "1000", "outstanding_shares": "100"},
                    {"ticker": "GH", "is_pricing_vehicle": "true"},
                    {"ticker": "GH.B", "is_pricing_vehicle": "true"},
                ),
                {"ticker": "BLANK", "pricing_ticker": "BLANK", "is_pricing_vehicle": "true", "close_usd": None},
                {"ticker": "PREF", "security_type": "preferred", "company_market_cap_usd": "7"},
            )
        },
        ("pricing_ticker", "failure"),
        {
            ("CD", "not the cap of one line"),
            ("EF", "its lines state several caps"),
            ("GH", "not one line prices it"),
        },
    ),
    Case(
        8,
        "recon/ranking.check.one_company_once",
        ranking_of(
            ranked_line(1, "GOOG", "Alpha", shares=12_135, issuer="alpha"),
            ranked_line(2, "GOOGL", "Alpha", shares=12_135, issuer="alpha"),
            ranked_line(3, "CMC", "Cable", shares=900, cik="9"),
            ranked_line(4, "CCZ", "Zones", shares=900, cik="9"),
            ranked_line(5, "TRKA", "Tracked A", shares=100, cik="8"),
            ranked_line(6, "TRKB", "Tracked B", shares=200, cik="8"),
            ranked_line(7, "ALIKE", "Of the same size by chance", shares=100),
        ),
        ("ticker", "other_ticker"),
        {("GOOG", "GOOGL"), ("CMC", "CCZ")},
    ),
    Case(
        9,
        "recon/ranking.check.depositary_units",
        {
            "core.event_rules": GRACE,
            **ranking_of(
                *(
                    ranked_line(number, ticker, "Common Stock")
                    for number, ticker in enumerate(
                        ("ADS", "KIND", "ORD", "BOTH", "FLOAT", "SURE", "SMALL", "LONE", "PAST", "LEFT", "PLAIN"),
                        start=1,
                    )
                )
            ),
            "raw.directory": rows(
                LISTED,
                {"ticker": "ADS", "name": "Far Company American Depositary Shares"},
                {"ticker": "KIND", "name": "Far Company", "security_kind": "ADRC"},
                {"ticker": "PAST", "name": "Former Company ADR", "as_of": "2022-11-01"},
                {"ticker": "LEFT", "name": "Former Company ADR", "is_active": "false"},
                {"ticker": "PLAIN", "name": "Adson Company Common Stock", "security_kind": "CS"},
            ),
            "core.shares_reconciliation": [
                counted("ORD", 3),
                counted("BOTH", 4, implied_shares="5000"),
                counted("FLOAT", 5),
                counted("SURE", 6, implied_shares="5000"),
                counted("SMALL", 7),
                counted("LONE", 8, chosen_source="implied", implied_shares="5000", filing_shares=None),
            ],
            "core.share_counts": [
                {
                    "cik": str(cik),
                    "source": "sec_companyfacts",
                    "recency": "1",
                    "cover_date": "2023-02-01",
                    "accession": f"a-{cik}",
                    "form": form,
                }
                for cik, form in ((3, "20-F"), (4, "20-F/A"), (5, "10-K"), (6, "10-K"), (7, "10-K"))
            ],
            "raw.cover_facts": rows(
                COVER | {"tag": "EntityPublicFloat", "unit": "USD"},
                {"cik": "5", "value": "9000000"},
                {"cik": "6", "value": "9000000"},
                {"cik": "7", "value": "9000"},  # in thousands, or a placeholder
                {"cik": "8", "value": "9000000"},
            ),
        },
        ("ticker", "failure"),
        {
            ("ADS", "another list calls it a depositary share"),
            ("KIND", "another list calls it a depositary share"),
            ("ORD", "ordinary shares of a foreign filer, and no second count"),
            ("FLOAT", "over 300 times its public float"),
            ("LONE", "over 300 times its public float"),
        },
    ),
    Case(
        10,
        "core/shares_reconciliation.check.suspect",
        {
            "core.shares_reconciliation": [
                counted("SOUND", 1),
                counted("ERIE", 2, suspect="placeholder", filing_shares="25"),
                counted("THOUS", 3, suspect="thousands_or_millions", filing_shares="5"),
                counted("OLD", 4, suspect="jump", why="filing_stale"),
            ]
        },
        ("ticker", "suspect"),
        {("ERIE", "placeholder"), ("THOUS", "thousands_or_millions")},
    ),
    Case(
        10,
        "core/share_counts.check.unbelievable",
        {
            "core.filer_links": [{"ticker": "A", "cik": "1", "candidate_count": "1"}],
            "raw.cover_facts": rows(
                COVER | {"cik": "1"},
                {"accession": "sound"},
                {"accession": "too many", "value": "1000000000000000"},
                {"accession": "of a later day", "end_date": "2023-02-11"},
            ),
        },
        ("accession",),
        {("too many",), ("of a later day",)},
    ),
    Case(
        11,
        "core/shares_reconciliation.check.not_future",
        {
            "core.shares_reconciliation": [
                counted("SOUND", 1),
                counted("LATE", 2),
                # The newest filing jumps; the one before it is chosen, of which the facts tell that it came later.
                counted(
                    "EARLIER",
                    3,
                    suspect="jump",
                    why="earlier_count",
                    chosen_accession="e-3",
                    chosen_cover_date="2022-11-01",
                ),
            ],
            "raw.cover_facts": rows(
                COVER,
                {"cik": "1", "accession": "a-1"},
                {"cik": "2", "accession": "a-2", "filed_date": "2023-05-02"},
                {"cik": "3", "accession": "a-3"},
                {"cik": "3", "accession": "e-3", "end_date": "2022-11-01", "filed_date": "2023-05-02"},
            ),
        },
        ("ticker",),
        {("LATE",), ("EARLIER",)},
    ),
    Case(
        11,
        "core/figures.check.not_future",
        {
            "core.event_rules": GRACE,
            "core.figures": rows(
                {"figure": "sic", "value": "3571", "as_of": "2023-02-10"},
                {"ticker": "FILED", "known_at": "2023-02-11 04:59:59"},
                {"ticker": "GRACE", "known_at": "2023-05-03 23:00:00", "as_of": "2023-05-03"},
                {"ticker": "LATER", "known_at": "2023-05-04 00:00:00"},
                {"ticker": "AHEAD", "as_of": "2026-08-21"},
                {"ticker": "MARKED", "as_of": "2026-08-21", "known_late": "true"},
                {"ticker": "NEVER", "as_of": "2026-08-21", "known_late": "true", "figure": "ipo_date"},
            ),
        },
        ("ticker",),
        {("LATER",), ("AHEAD",), ("NEVER",)},
    ),
    Case(
        11,
        "core/listed_symbols.check.not_future",
        {
            "core.event_rules": GRACE,
            "core.listed_symbols": rows(
                {"as_of": RANK_DAY},
                {"ticker": "SOUND", "known_at": "2023-04-29 02:31:00"},
                {"ticker": "LATER", "known_at": "2023-05-04 00:00:00"},
                {"ticker": "AHEAD", "as_of": "2023-05-04"},
            ),
        },
        ("ticker",),
        {("LATER",), ("AHEAD",)},
    ),
    Case(
        12,
        "core/shares_reconciliation.check.splits_applied",
        {
            "core.event_rules": GRACE,
            "core.shares_reconciliation": [
                counted("DONE", 1, split_factor="10"),
                counted("FORGOT", 2),
                counted("BEFORE", 3),
                counted("AFTER", 4),
                counted("UNKNOWN", 5),
                counted("MANY", 6, split_factor="6"),
                # The factor is that of the newest filing, the count another's.
                counted("EARLIER", 10, why="earlier_count"),
                counted("BACK", 7),
                counted("EVEN", 9),
                counted("IMPLIED", 8, chosen_source="implied", why="implied_filing_suspect"),
            ],
            "raw.splits": rows(
                {
                    "source": "massive",
                    "execution_date": "2023-04-03",
                    "split_from": "1",
                    "split_to": "10",
                    "known_at": "2023-04-03 04:00:00",
                },
                {"ticker": "DONE"},
                {"ticker": "FORGOT"},
                {"ticker": "EARLIER"},
                {"ticker": "BEFORE", "execution_date": "2023-02-01"},
                {"ticker": "AFTER", "execution_date": "2023-05-01"},
                {"ticker": "UNKNOWN", "known_at": "2023-06-01 00:00:00"},
                {"ticker": "BACK", "split_to": "2"},
                {"ticker": "BACK", "execution_date": "2023-04-10", "split_from": "2", "split_to": "1"},
                {"ticker": "IMPLIED"},
                {"ticker": "EVEN", "split_to": "1"},
                *({"ticker": "MANY", "execution_date": f"2023-04-{day:02}"} for day in (3, 10, 17, 24)),
            ),
        },
        ("ticker", "split_count"),
        {("FORGOT", 1), ("MANY", 4)},
    ),
    Case(
        13,
        "raw/prices.check.unadjusted",
        {
            "core.event_sessions": RANK_SESSIONS,
            "raw.prices": rows(
                {"source": "vendor", "as_of": RANK_DAY},
                {"ticker": "PLAIN"},
                {"ticker": "ADJ", "is_adjusted": "true"},
                {"ticker": "OTHER", "is_adjusted": "true", "as_of": "2023-03-01"},
            ),
        },
        ("symbol",),
        {("ADJ",)},
    ),
    Case(
        13,
        "raw/prices.check.known_splits",
        {
            "core.event_sessions": rows(
                {"role": "price_window"},
                *(
                    {"session_date": day}
                    for day in ("2023-01-03", "2023-03-24", "2023-03-27", "2023-04-03", "2023-04-28")
                ),
            ),
            "reference.known_splits": rows(
                {"execution_date": "2023-03-28"},
                {"ticker": "TEN", "split_from": "1", "split_to": "10"},
                {"ticker": "REV", "split_from": "8", "split_to": "1"},
                {"ticker": "FAR", "split_from": "1", "split_to": "4"},
            ),
            "raw.prices": [
                {"ticker": ticker, "source": source, "as_of": day, "close_usd": close}
                for ticker, source, closes in (
                    # Rather more than a tenth after a fall and a rise: the ratio is seen all the same.
                    ("TEN", "archive", {"2023-03-24": "110", "2023-03-27": "100", "2023-04-03": "15"}),
                    ("TEN", "vendor", {"2023-04-03": "95", "2023-04-28": "95"}),
                    ("REV", "archive", {"2023-03-27": "13", "2023-04-03": "100"}),
                    ("REV", "vendor", {"2023-03-27": "90"}),
                    ("FAR", "vendor", {"2023-01-03": "25", "2023-04-03": "25"}),
                    ("ANY", "vendor", {"2023-03-27": "90", "2023-04-03": "90"}),
                )
                for day, close in closes.items()
            ],
        },
        ("ticker", "source_before", "session_before", "source_after", "session_after"),
        {
            ("TEN", "archive", date(2023, 3, 27), "vendor", date(2023, 4, 3)),
            ("REV", "vendor", date(2023, 3, 27), "archive", date(2023, 4, 3)),
        },
    ),
    Case(
        14,
        "core/continuity.check.recycled",
        {
            "raw.opening_rows": OPENING,
            **two_anchors(
                ("MBR", ("old name", "2005"), ("new name", "2023")),
                ("MBB", ("same name", "2006"), ("same again", "2023")),
                ("GONE", ("former name", "2007"), ("present name", "2007")),
                ("SPAC", ("old corp", "2007"), ("new corp", "2023")),
            ),
        },
        ("ticker", "name_before", "name_after"),
        {("MBR", "old name", "new name")},
    ),
    Case(
        14,
        "raw/directory.check.recycled",
        {
            "core.event_rules": GRACE,
            "raw.opening_rows": OPENING,
            "raw.directory": rows(
                LISTED | {"source": "sec_tickers"},
                {"ticker": "MBR", "cik": "1", "as_of": "2022-06-24"},
                {"ticker": "MBR", "cik": "2"},
                {"ticker": "MBB", "cik": "3", "as_of": "2022-06-24"},
                {"ticker": "MBB", "cik": "3"},
                {"ticker": "MBB", "cik": "4", "source": "massive"},
                {"ticker": "GONE", "cik": "5", "as_of": "2021-06-24"},
                {"ticker": "GONE", "cik": "6"},
                {"ticker": "NOBODY", "cik": "7", "as_of": "2022-06-24"},
                {"ticker": "NOBODY", "cik": "8"},
            ),
        },
        ("ticker", "cik_before", "cik"),
        {("MBR", 1, 2)},
    ),
    Case(
        15,
        "recon/universe.check.missed_renames",
        renamed(),
        ("opening_ticker", "ticker", "evidence"),
        {("FBK", "NEWCO", "the same filer"), ("NLOK", "GEN", "a former name")},
    ),
    Case(
        16,
        "core/filer_links.check.two_ciks",
        {
            "core.filer_links": [
                {"ticker": "THC", "cik": "70318", "candidate_count": "2"},
                {"ticker": "ONE", "cik": "801", "candidate_count": "1"},
            ]
        },
        ("ticker",),
        {("THC",)},
    ),
    Case(
        16,
        "raw/directory.check.one_cik_a_ticker",
        {
            "core.event_rules": GRACE,
            "raw.directory": rows(
                LISTED | {"source": "sec_tickers"},
                {"ticker": "THC", "cik": "70318"},
                {"ticker": "THC", "cik": "99"},
                {"ticker": "ONE", "cik": "1"},
                {"ticker": "ONE", "cik": "1"},
                {"ticker": "ONE", "cik": "2", "as_of": DAY_BEFORE},  # another day: another trap
                {"ticker": "OLD", "cik": "3", "as_of": "2020-01-02"},
                {"ticker": "OLD", "cik": "4", "as_of": "2020-01-02"},
            ),
        },
        ("ticker", "cik", "other_cik"),
        {("THC", 99, 70318)},
    ),
    Case(
        17,
        "core/shares_reconciliation.check.files_elsewhere",
        {
            "raw.opening_rows": OPENING,
            "core.shares_reconciliation": rows(
                {"why": "implied_no_filing", "chosen_source": "implied", "chosen_shares": "5000"},
                {"ticker": "MBB", "cik": None},
                {"ticker": "OTHER", "cik": None},
                *({"ticker": ticker, "cik": "1"} for ticker in ("MBR", "A", "B")),
            ),
        },
        ("ticker", "chosen_source"),
        {("MBB", "implied")},
    ),
    Case(
        18,
        "reference/recon_events.check.sessions",
        {
            "reference.recon_events": rows(
                {"rank_day": "2024-10-31", "effective_date": "2026-12-11"},
                {"event_id": "sound"},
                {"event_id": "saturday", "rank_day": "2026-10-31"},
                {"event_id": "mourning", "preliminary_date": "2025-01-09"},
                {"event_id": "juneteenth", "lock_date": "2026-06-19"},
                {"event_id": "sunday", "effective_date": "2026-12-13"},
            )
        },
        ("event_id", "what"),
        {
            ("saturday", "rank_day"),
            ("mourning", "preliminary_date"),
            ("juneteenth", "lock_date"),
            ("sunday", "effective_date"),
        },
    ),
    Case(
        19,
        "raw/payloads.check.write_once",
        {
            "raw.payloads": rows(
                {
                    "source": "massive",
                    "feed": "massive/grouped",
                    "asked_day": RANK_DAY,
                    "fetched_at": "2026-08-21 12:00:00",
                },
                {"payload_key": "/changed", "payload_sha256": "1"},
                {"payload_key": "/changed", "payload_sha256": "2"},
                {"payload_key": "/once", "payload_sha256": "3"},
                # Asked while its day was going on, and once it was over.
                {"payload_key": "/grown", "payload_sha256": "4", "fetched_at": "2023-04-28 22:00:00"},
                {"payload_key": "/grown", "payload_sha256": "5"},
                {"payload_key": "/today", "payload_sha256": "6", "asked_day": None},
                {"payload_key": "/today", "payload_sha256": "7", "asked_day": None},
            )
        },
        ("payload_key", "payloads"),
        {("/changed", 2)},
    ),
    Case(
        19,
        "raw/listings.check.own_day",
        {
            "core.event_sessions": RANK_SESSIONS,
            "raw.listings": rows(
                {"source": "screener", "ticker": "A"},
                {"as_of": RANK_DAY, "known_at": "2023-04-28 20:35:00"},
                {"as_of": RANK_DAY, "known_at": "2023-05-01 12:00:00", "ticker": "B"},  # on Monday, before the open
                {"as_of": DAY_BEFORE, "known_at": "2026-08-21 20:35:00"},
                {"as_of": DAY_AFTER, "known_at": "2023-04-28 20:35:00"},
                {"as_of": DAY_BEFORE, "known_at": "2023-05-20 20:35:00", "source": "archive"},  # published late
                {"as_of": "2023-03-01", "known_at": "2026-08-21 20:35:00"},  # of no use to this event
            ),
        },
        ("as_of", "known_on"),
        {(date(2023, 4, 27), date(2026, 8, 21)), (date(2023, 5, 1), date(2023, 4, 28))},
    ),
    Case(
        20,
        "recon/index_membership.check.company_counts",
        {
            "core.event_rules": [{"rule": "n_r3000", "value": "3000"}],
            "recon.index_membership": [*member_lines(2_949), *member_lines(10, "R2000")],
        },
        ("companies",),
        {(2_949,)},
    ),
    Case(
        20,
        "recon/index_membership.check.line_counts",
        {
            "core.event_rules": [
                {"rule": "n_r1000", "value": "1000"},
                {"rule": "n_r2000", "value": "2000"},
                {"rule": "n_r3000", "value": "3000"},
            ],
            "recon.index_membership": [
                *member_lines(3_000),
                *member_lines(979, "R1000"),
                *member_lines(2_000, "R2000"),
            ],
        },
        ("r1000_lines", "r3000_lines"),
        {(979, 3_000)},
    ),
    Case(
        20,
        "recon/index_changes.check.turnover",
        {
            "core.opening_members": [
                {
                    "index_id": "R3000",
                    "opening_ticker": f"T{number}",
                    "rank_ticker": f"T{number}",
                    "as_of": "2022-06-24",
                }
                for number in range(100)
            ],
            "recon.index_changes": [
                {"index_id": "R3000", "ticker": f"N{number}", "action": "addition", "movement": "new", "reason": "rank"}
                for number in range(16)
            ],
        },
        ("before", "additions", "deletions"),
        {(100, 16, 0)},
    ),
    Case(
        20,
        "recon/ranking.check.top_ten",
        {
            **ranking_of(
                ranked_line(1, "OLD", "Old"),
                ranked_line(2, "NEW", "New", member=False),
                ranked_line(3, "RISEN", "Risen"),
                ranked_line(11, "ELEVENTH", "Eleventh", member=False),
            ),
            "core.opening_members": [
                {"index_id": "R1000", "opening_ticker": ticker, "rank_ticker": ticker, "opening_rank": rank}
                for ticker, rank in (("OLD", "50"), ("RISEN", "51"))
            ],
        },
        ("ticker", "opening_rank"),
        {("NEW", None), ("RISEN", 51)},
    ),
]
