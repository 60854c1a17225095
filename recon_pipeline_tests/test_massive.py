"""Massive: which answers are believed, the rows that come of them, pages and refusals. All payloads are made up.

Does not belong here: retries and waits in general (`test_http.py`), spellings of a ticker (`test_symbols.py`).
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import SecretStr

from recon_pipeline.errors import Absent, BadPayload, ContractBroken, Rejected
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.gather import Gathered, gather
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.massive import GROUPED, IPOS, SPLITS, TICKERS, Massive, refusal
from recon_pipeline_tests.test_http import Answer, Server

KEY = "mass1ve-s3cret"
RANK_DAY = date(2024, 4, 30)
CLOSE_MS = 1_714_507_200_000  # 2024-04-30 16:00 New York
EVENING = datetime(2024, 5, 1, 3, 59, 59)  # 2024-04-30 23:59:59 New York, as UTC
PLAN = Plan(
    event_id="2024-06-recon",
    rank_day=RANK_DAY,
    previous_rank_day=date(2023, 4, 28),
    sessions=(date(2024, 4, 29), RANK_DAY, date(2024, 5, 1)),
    now=datetime(2024, 6, 1, 12, tzinfo=UTC),
)
PROVIDER = Massive()


def settings(**values: object) -> Settings:
    given: dict[str, object] = {
        "massive_key": SecretStr(KEY),
        "massive_requests_per_second": 1_000,
        "backoff_base_s": 0.002,
        "backoff_max_s": 0.05,
        "max_attempts": 2,
    }
    return Settings.model_validate(given | values)


def asked(feed: str, plan: Plan = PLAN, **values: object) -> Ask:
    (ask,) = [ask for ask in PROVIDER.of_event(settings(**values), plan) if ask.feed == feed]
    return ask


def bar(symbol: str, close: str = "10.5", volume: str = "100", at: int = CLOSE_MS) -> str:
    return f'{{"T":{json.dumps(symbol)},"o":1,"h":1,"l":1,"c":{close},"v":{volume},"vw":1.5,"n":3,"t":{at}}}'


FILLING = [bar(f"X{number}") for number in range(4_000)]


def grouped(*bars: str, adjusted: str = "false", status: str = "OK", count: int | None = None) -> bytes:
    every = [*bars, *FILLING]
    told = len(every) if count is None else count
    head = f'"adjusted":{adjusted},"queryCount":{told},"resultsCount":{told},"request_id":"r","status":"{status}"'
    return f'{{{head},"results":[{",".join(every)}]}}'.encode()


def page(rows: list[dict[str, Any]], next_url: str | None = None, status: str = "OK") -> bytes:
    body: dict[str, Any] = {"status": status, "request_id": "r", "results": rows, "count": len(rows)}
    return json.dumps(body | ({"next_url": next_url} if next_url else {})).encode()


def read(tmp_path: Path, feed: str, body: bytes) -> Frames:
    landing = Landing(tmp_path)
    row = landing.land(feed, "https://host/x", body, session=RANK_DAY, fetched_at=PLAN.now, key="/x")
    return PROVIDER.read(Landed(row, landing))


def rejects(frames: Frames) -> list[tuple[object, ...]]:
    return frames["raw.source_rejects"].select("row_key", "field", "text").rows()


# --- asking -----------------------------------------------------------------------------------------------------------


def test_without_a_key_it_says_which_variable_is_missing() -> None:
    assert PROVIDER.lacks(Settings()) == "RECON_MASSIVE_KEY"
    assert PROVIDER.lacks(settings()) == ""


def test_an_event_wants_closes_ipos_and_splits() -> None:
    asks = PROVIDER.of_event(settings(massive_requests_per_second=5 / 60), PLAN)
    assert [(ask.feed, ask.path) for ask in asks] == [
        (GROUPED, "/v2/aggs/grouped/locale/us/market/stocks/2024-04-30?adjusted=false&include_otc=false"),
        (
            IPOS,
            "/vX/reference/ipos?listing_date.gte=2023-04-28&listing_date.lte=2024-04-30"
            "&limit=1000&order=asc&sort=listing_date",
        ),
        (
            SPLITS,
            "/v3/reference/splits?execution_date.gte=2023-03-27&execution_date.lte=2024-04-30&limit=1000",
        ),
    ]
    assert all(ask.day == RANK_DAY and ask.is_final for ask in asks)
    assert all(ask.headers == {"Authorization": f"Bearer {KEY}"} and not ask.secrets for ask in asks)
    assert not any(KEY in ask.path + ask.base_url for ask in asks)
    assert PROVIDER.daily(settings(), PLAN.now) == []


def test_a_paid_plan_is_asked_for_the_tickers_too() -> None:
    assert asked(TICKERS, massive_requests_per_second=2).path == (
        "/v3/reference/tickers?market=stocks&active=true&date=2024-04-30&limit=1000&sort=ticker&order=asc"
    )
    assert TICKERS not in {ask.feed for ask in PROVIDER.of_event(settings(massive_requests_per_second=1), PLAN)}


def test_the_settings_may_say_which_plan_it_is() -> None:
    slow, fast = (settings(massive_requests_per_second=pace) for pace in (1, 2))
    for said, plan in ((slow, True), (fast, False)):
        asks = PROVIDER.of_event(said.model_copy(update={"massive_is_paid": plan}), PLAN)
        assert (TICKERS in {ask.feed for ask in asks}) == plan


@pytest.mark.parametrize(
    ("now", "is_asked", "is_final"),
    [
        (datetime(2024, 4, 30, 20, 29, tzinfo=UTC), False, False),  # 16:29 New York
        (datetime(2024, 4, 30, 20, 30, tzinfo=UTC), True, False),
        (datetime(2024, 5, 1, 3, 59, tzinfo=UTC), True, False),  # still the rank day in New York
        (datetime(2024, 5, 1, 4, 0, tzinfo=UTC), True, True),
    ],
)
def test_closes_are_asked_for_once_they_are_in(now: datetime, is_asked: bool, is_final: bool) -> None:
    plan = Plan(PLAN.event_id, PLAN.rank_day, PLAN.previous_rank_day, PLAN.sessions, now)
    asks = {ask.feed: ask for ask in PROVIDER.of_event(settings(), plan)}
    assert (GROUPED in asks, asks[SPLITS].is_final) == (is_asked, is_final)


def test_five_requests_a_minute_are_sent_at_once_and_the_sixth_waits() -> None:
    """The pace of the free plan is below one request a second, so that it is counted by the minute."""
    with PROVIDER.client(Settings(massive_key=SecretStr(KEY))) as http:
        limiter = http._session.get_adapter("https://api.massive.com").limiter  # type: ignore[attr-defined]
        taken = [limiter.try_acquire("api.massive.com", blocking=False) for _ in range(6)]
        (rate,) = limiter.bucket_factory["api.massive.com"].rates
    assert taken == [True] * 5 + [False]
    assert (rate.limit, rate.interval) == (5, 60_000)


# --- closes -----------------------------------------------------------------------------------------------------------


def test_closes_are_exact_unadjusted_and_public_in_the_evening(tmp_path: Path) -> None:
    body = grouped(
        bar("NA", "0.12345", "1.2345e7"),
        bar("NAN", "189.98", "2.5"),
        bar("BRK.B", "396.73000000000002", "3000000000"),
        bar("ABRpD", "1e1"),
        bar("XX.WS", "0.05", "null"),
    )
    PROVIDER.validate(asked(GROUPED), body)
    frames = read(tmp_path, GROUPED, body)
    prices = frames["raw.prices"]
    assert prices.height == 4_005
    assert prices.head(5).select("symbol", "ticker", "close_usd", "volume_shares").rows() == [
        ("NA", "NA", Decimal("0.1235"), 12_345_000),
        ("NAN", "NAN", Decimal("189.9800"), 3),
        ("BRK.B", "BRK.B", Decimal("396.7300"), 3_000_000_000),
        ("ABRpD", "ABR^D", Decimal("10.0000"), 100),
        ("XX.WS", "XX.WS", Decimal("0.0500"), None),
    ]
    assert prices.schema["close_usd"] == pl.Decimal(18, 4)
    assert prices.select("as_of", "known_at", "source", "is_adjusted").unique().rows() == [
        (RANK_DAY, EVENING, "massive", False)
    ]
    assert frames["raw.source_rejects"].is_empty()


def test_what_cannot_be_read_of_a_row_is_quarantined(tmp_path: Path) -> None:
    body = grouped(
        bar("BAUG", "40.1"),
        bar("BAUG", "40.2"),
        bar("OLD", at=CLOSE_MS - 86_400_000),
        bar("MINUS", "-1"),
        bar("NONE", "null"),
        bar("HUGE", "1e15"),
        bar("LESS", "7", "-5"),
        bar(" "),
    )
    frames = read(tmp_path, GROUPED, body)
    prices = frames["raw.prices"].filter(~pl.col("symbol").str.contains(r"^X\d"))
    assert prices.select("symbol", "close_usd", "volume_shares").rows() == [
        ("BAUG", Decimal("40.1000"), 100),
        ("LESS", Decimal("7.0000"), None),
    ]
    assert rejects(frames) == [
        ("BAUG", "T", "40.2"),
        ("OLD", "t", str(CLOSE_MS - 86_400_000)),
        ("MINUS", "c", "-1"),
        ("NONE", "c", None),
        ("HUGE", "c", "1E+15"),
        ("LESS", "v", "-5"),
        ("", "T", "10.5"),
    ]
    assert frames["raw.source_rejects"].select("source", "feed", "as_of", "known_at").unique().rows() == [
        ("massive", GROUPED, RANK_DAY, EVENING)
    ]


def test_a_delayed_answer_is_an_answer() -> None:
    PROVIDER.validate(asked(GROUPED), grouped(status="DELAYED"))


OTHER_DAY = b",".join(bar(f"X{n}", at=CLOSE_MS + 86_400_000).encode() for n in range(4_000))
EMPTY = b'{"adjusted":false,"queryCount":0,"resultsCount":0,"request_id":"r","status":"OK"}'


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (grouped(adjusted="true"), "adjusted prices"),
        (grouped().replace(b'"adjusted":false,', b""), "expected form"),
        (EMPTY, "no rows on a session"),
        (grouped(count=9_000), "4000 closes, where it counts 9000"),
        (b'{"adjusted":false,"resultsCount":1,"status":"OK","results":[' + bar("A").encode() + b"]}", "1 closes"),
        (b'{"adjusted":false,"resultsCount":4000,"status":"OK","results":[' + OTHER_DAY + b"]}", "another day"),
        (grouped()[:-100], "expected form"),
        (grouped().replace(b'"c":10.5', b'"c":"ten"', 1), "expected form"),
        (grouped().replace(b'"c":', b'"close":'), "0 of 4000 rows have a symbol and a close"),
        (grouped().replace(b'"T":', b'"ticker":'), "0 of 4000 rows have a symbol and a close"),
        (grouped().replace(b'"t":', b'"time":'), "0 of 4000 rows are of 2024-04-30"),
        (b"<!DOCTYPE html><html><body>We are sorry</body></html>", "markup"),
        (b'{"status":"ERROR","request_id":"r","error":"Unknown API Key"}', "expected form"),
        (grouped(status="NOT_AUTHORIZED"), "status is not OK"),
        (b"", "expected form"),
    ],
    ids=[
        *("adjusted", "nobody says whether adjusted", "a holiday", "rows are missing", "a few rows", "another day"),
        *(
            "truncated",
            "another schema",
            "no close",
            "no symbol",
            "no moment",
            "a page",
            "an error with 200",
            "a status",
            "nothing",
        ),
    ],
)
def test_closes_that_cannot_be_believed(body: bytes, told: str) -> None:
    with pytest.raises(BadPayload, match=told) as error:
        PROVIDER.validate(asked(GROUPED), body)
    assert "Unknown API Key" not in str(error.value)


def test_a_payload_that_was_landed_without_its_day_is_told(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    row = landing.land(GROUPED, "https://host/x", grouped(), key="/x")
    with pytest.raises(ContractBroken, match="massive/grouped: its row in the manifest names no day"):
        PROVIDER.read(Landed(row, landing))


# --- tickers ----------------------------------------------------------------------------------------------------------

TICKER = {"ticker": "AAA", "name": "Alpha Corp", "market": "stocks", "primary_exchange": "XNYS", "type": "CS"}


def test_tickers_are_a_directory_of_the_day(tmp_path: Path) -> None:
    body = page(
        [
            TICKER
            | {
                "cik": "0000012345",
                "share_class_figi": "BBG00EXAMPLE",
                "active": True,
                "last_updated_utc": "2026-01-01",
            },
            TICKER | {"ticker": "NA", "primary_exchange": "XNAS", "type": "OS", "cik": "ABC"},
            TICKER | {"ticker": "BRK.B", "primary_exchange": "XASE", "delisted_utc": "2024-05-01T00:00:00Z"},
            TICKER | {"ticker": "FUND", "primary_exchange": "ARCX", "type": "ETV"},
            TICKER | {"ticker": "CBO", "primary_exchange": "BATS", "type": "ETN", "delisted_utc": "soon"},
            {"ticker": "ABRpD", "primary_exchange": "IEXG"},
            {"ticker": "BARE"},
            TICKER | {"cik": "0000099999"},
            {"name": "Nobody"},
        ],
        next_url="https://api.massive.com/v3/reference/tickers?cursor=abc",
    )
    PROVIDER.validate(asked(TICKERS), body)
    frames = read(tmp_path, TICKERS, body)
    columns = ("symbol", "ticker", "exchange", "security_kind", "is_etf", "cik", "share_class_figi", "delisted_on")
    assert frames["raw.directory"].select(columns).rows() == [
        ("AAA", "AAA", "nyse", "CS", False, 12345, "BBG00EXAMPLE", None),
        ("NA", "NA", "nasdaq", "OS", False, None, None, None),
        ("BRK.B", "BRK.B", "amex", "CS", False, None, None, date(2024, 5, 1)),
        ("FUND", "FUND", "arca", "ETV", True, None, None, None),
        ("CBO", "CBO", "cboe", "ETN", True, None, None, None),
        ("ABRpD", "ABR^D", "other", None, None, None, None, None),
        ("BARE", "BARE", None, None, None, None, None, None),
    ]
    assert frames["raw.directory"].select("source", "feed", "as_of", "known_at", "is_active").unique().rows() == [
        ("massive", TICKERS, RANK_DAY, EVENING, True)
    ]
    assert rejects(frames) == [
        ("NA", "cik", "ABC"),
        ("CBO", "delisted_utc", "soon"),
        ("AAA", "ticker", "0000099999"),
        ("", "ticker", None),
    ]


def test_a_list_of_tickers_that_ends_too_early_is_refused() -> None:
    with pytest.raises(BadPayload, match="a list of 1 tickers"):
        PROVIDER.validate(asked(TICKERS), page([TICKER]))


def test_a_page_of_which_no_row_has_a_ticker_is_refused() -> None:
    onward = "https://api.massive.com/v3/reference/tickers?cursor=abc"
    PROVIDER.validate(asked(TICKERS), page([TICKER, {"symbol": "AAA"}], next_url=onward))
    with pytest.raises(BadPayload, match="1 rows, of which none has a ticker"):
        PROVIDER.validate(asked(TICKERS), page([{"symbol": "AAA"}], next_url=onward))


def test_a_row_without_a_moment_takes_no_time(tmp_path: Path) -> None:
    """`None in range(...)` looks at each of the 86 million milliseconds of the day."""
    body = grouped(*(bar(f"N{number}").replace(f',"t":{CLOSE_MS}', "") for number in range(50)))
    began = time.monotonic()
    PROVIDER.validate(asked(GROUPED), body)
    assert len(rejects(read(tmp_path, GROUPED, body))) == 50
    assert time.monotonic() - began < 5


# --- pages ------------------------------------------------------------------------------------------------------------


def test_the_next_page_is_asked_of_our_own_host(tmp_path: Path) -> None:
    ask = asked(TICKERS)
    body = page([TICKER], next_url="https://elsewhere.example/v3/reference/tickers?cursor=YWJj%3D&apiKey=theirs")
    PROVIDER.validate(ask, body)
    onward = PROVIDER.follow(settings(), ask, body)
    assert onward is not None
    assert (onward.base_url, onward.path) == ("https://api.massive.com", "/v3/reference/tickers?cursor=YWJj%3D")
    assert (onward.headers, onward.day, onward.is_final) == (ask.headers, ask.day, ask.is_final)
    last = page([TICKER | {"ticker": "ZZZ"}])
    PROVIDER.validate(onward, last)  # the last page may be short
    assert PROVIDER.follow(settings(), onward, last) is None


@pytest.mark.parametrize(
    "next_url",
    [
        "https://api.massive.com/v1/somewhere/else?cursor=abc",
        "https://elsewhere.example/?cursor=abc",
        "https://api.massive.com/v3/reference/tickers?cursor=same",
        "https://[bad/v3/reference/tickers?cursor=abc",
    ],
)
def test_a_next_page_of_another_list_is_refused(next_url: str) -> None:
    ask = Ask(TICKERS, "https://api.massive.com", "/v3/reference/tickers?cursor=same", day=RANK_DAY)
    with pytest.raises(BadPayload, match="next page"):
        PROVIDER.validate(ask, page([TICKER], next_url=next_url))


# --- IPOs and splits --------------------------------------------------------------------------------------------------

IPO = {"ticker": "NEWC", "issuer_name": "Newcomer Inc", "listing_date": "2024-04-11", "ipo_status": "history"}


def test_ipos_are_known_by_their_state(tmp_path: Path) -> None:
    figures = {"final_issue_price": 17.125, "currency_code": "USD", "max_shares_offered": 1.0e7}
    more = {"shares_outstanding": 90000000, "primary_exchange": "XNAS", "security_type": "CS"}
    body = page(
        [
            IPO | figures | more | {"last_updated": "2024-07-01"},
            IPO | {"ticker": "DIR", "ipo_status": "direct_listing_process", "last_updated": "2024-04-20"},
            IPO | {"ticker": "PEND", "ipo_status": "pending", "final_issue_price": 0, "max_shares_offered": 0},
            IPO | {"ticker": "NEW", "ipo_status": "new"},
            IPO | {"ticker": "LATE", "ipo_status": "postponed"},
            IPO | {"ticker": "HEAR", "ipo_status": "rumor"},
            IPO | {"ticker": None, "ipo_status": "withdrawn", "final_issue_price": 9, "currency_code": "EUR"},
            IPO | {"ticker": "ODD", "ipo_status": "something new"},
            IPO | {"ticker": "UNDATED", "listing_date": "April"},
        ]
    )
    PROVIDER.validate(asked(IPOS), body.replace(b'"April"', b'"2024-04-12"'))
    frames = read(tmp_path, IPOS, body)
    fetched = datetime(2024, 6, 1, 12)
    listed = datetime(2024, 4, 12, 3, 59, 59)
    columns = ("deal_id", "status", "ticker", "event_date", "price_usd", "offered_shares", "outstanding_shares")
    assert frames["raw.ipos"].select(*columns, "known_at").rows() == [
        ("NEWC/2024-04-11", "priced", "NEWC", date(2024, 4, 11), Decimal("17.1250"), 10**7, 9 * 10**7, listed),
        (
            *("DIR/2024-04-11", "direct_listing", "DIR", date(2024, 4, 11), None, None, None),
            datetime(2024, 4, 21, 3, 59, 59),
        ),
        ("PEND/2024-04-11", "upcoming", "PEND", date(2024, 4, 11), None, None, None, fetched),
        ("NEW/2024-04-11", "upcoming", "NEW", date(2024, 4, 11), None, None, None, fetched),
        ("LATE/2024-04-11", "postponed", "LATE", date(2024, 4, 11), None, None, None, fetched),
        ("HEAR/2024-04-11", "rumor", "HEAR", date(2024, 4, 11), None, None, None, fetched),
        ("Newcomer Inc/2024-04-11", "withdrawn", None, date(2024, 4, 11), None, None, None, fetched),
        ("UNDATED/April", "priced", "UNDATED", None, None, None, None, fetched),
    ]
    assert frames["raw.ipos"].row(0, named=True)["company_name"] == "Newcomer Inc"
    assert rejects(frames) == [("ODD", "ipo_status", "something new"), ("UNDATED", "listing_date", "April")]


SPLIT = {"ticker": "AAA", "execution_date": "2024-04-10", "split_from": 1, "split_to": 10, "id": "s"}


def test_splits_are_known_at_the_start_of_their_day(tmp_path: Path) -> None:
    body = page(
        [
            SPLIT,
            SPLIT | {"split_to": 20},
            SPLIT | {"ticker": "BRK.B", "execution_date": "2024-01-10", "split_from": 1.5, "split_to": 1},
            SPLIT | {"ticker": "ZERO", "split_from": 0},
            SPLIT | {"ticker": "NODAY", "execution_date": None},
        ]
    )
    PROVIDER.validate(asked(SPLITS), body)
    frames = read(tmp_path, SPLITS, body)
    assert frames["raw.splits"].rows() == [
        ("massive", "AAA", date(2024, 4, 10), Decimal("1.000000"), Decimal("10.000000"), datetime(2024, 4, 10, 4)),
        ("massive", "BRK.B", date(2024, 1, 10), Decimal("1.500000"), Decimal("1.000000"), datetime(2024, 1, 10, 5)),
    ]
    assert [key for key, _, _ in rejects(frames)] == ["AAA", "ZERO", "NODAY"]


@pytest.mark.parametrize(("feed", "field", "row"), [(IPOS, "listing_date", IPO), (SPLITS, "execution_date", SPLIT)])
def test_a_list_that_ignores_the_asked_days_or_is_empty_is_refused(feed: str, field: str, row: dict[str, Any]) -> None:
    ask = asked(feed)
    PROVIDER.validate(ask, page([row | {field: "2024-04-30"}]))
    with pytest.raises(BadPayload, match="1 rows from after 2024-04-30"):
        PROVIDER.validate(ask, page([row, row | {field: "2024-05-01"}]))
    with pytest.raises(BadPayload, match="empty list"):
        PROVIDER.validate(ask, page([]))
    for body in (b"<html></html>", page([row])[:-5], page([row | {field: 20240410}]), page([row], status="ERROR")):
        with pytest.raises(BadPayload):
            PROVIDER.validate(ask, body)


# --- refusals, and the key --------------------------------------------------------------------------------------------

UNKNOWN_KEY = b'{"status":"ERROR","request_id":"r","error":"Unknown API Key"}'
NOT_ENTITLED = b'{"status":"NOT_AUTHORIZED","request_id":"r","message":"You are not entitled to this data."}'
NOT_FOUND = b'{"status":"NOT_FOUND","request_id":"r","message":"Ticker not found."}'
TOO_MANY = b'{"status":"ERROR","request_id":"r","error":"You\'ve exceeded the maximum requests per minute"}'


def test_a_refusal_is_told_in_our_words() -> None:
    meant = [refusal(401, UNKNOWN_KEY), refusal(403, NOT_ENTITLED), refusal(404, NOT_FOUND)]
    assert [type(error) for error in meant] == [Rejected, Rejected, Absent]
    assert "RECON_MASSIVE_KEY" in str(meant[0])
    assert "the plan does not reach back to this date" in str(meant[1])
    for status, body in ((403, b"<html>blocked</html>"), (404, b""), (429, TOO_MANY), (500, b"")):
        assert refusal(status, body) is None


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask_server(server: Server, tmp_path: Path, feed: str = GROUPED) -> Gathered:
    given = settings(massive_url=server.url)
    asks = [ask for ask in PROVIDER.of_event(given, PLAN) if ask.feed == feed]
    return gather({PROVIDER: asks}, given, Landing(tmp_path), lambda ask, row: False)


@pytest.mark.parametrize(
    ("status", "body", "result", "requests"),
    [
        (401, UNKNOWN_KEY, "refused", 1),
        (403, NOT_ENTITLED, "refused", 1),
        (404, NOT_FOUND, "absent", 1),
        (429, TOO_MANY, "unavailable", 2),
        (500, b"", "unavailable", 2),
        (200, EMPTY, "bad_payload", 2),
    ],
)
def test_what_comes_of_each_answer(
    server: Server, tmp_path: Path, status: int, body: bytes, result: str, requests: int
) -> None:
    server.lasting = Answer(status, body)
    gathered = ask_server(server, tmp_path)
    assert [outcome.result for outcome in gathered.outcomes] == [result]
    assert (len(server.seen), gathered.traffic.requests) == (requests, requests)
    assert not Landing(tmp_path).every()


def test_a_busy_minute_is_waited_for(server: Server, tmp_path: Path) -> None:
    server.script.append(Answer(429, TOO_MANY))
    server.lasting = Answer(200, grouped())
    assert [outcome.result for outcome in ask_server(server, tmp_path).outcomes] == ["value"]
    assert len(server.seen) == 2


def test_every_page_is_landed(server: Server, tmp_path: Path) -> None:
    other_host = "https://elsewhere.example/v3/reference/tickers?cursor=two"
    server.script.extend([Answer(200, page([TICKER], next_url=other_host)), Answer(200, page([TICKER]))])
    gathered = ask_server(server, tmp_path, TICKERS)
    assert [outcome.result for outcome in gathered.outcomes] == ["value", "value"]
    assert [path.partition("?")[2] for path, _ in server.seen][1] == "cursor=two"
    assert [row.key for row in Landing(tmp_path).every()] == [path for path, _ in server.seen]


def test_the_key_goes_out_as_a_header_and_is_written_nowhere(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script.extend([Answer(401, UNKNOWN_KEY + KEY.encode()), Answer(429, KEY.encode())])
    server.lasting = Answer(200, grouped())
    told = [outcome.detail for _ in range(2) for outcome in ask_server(server, tmp_path).outcomes]
    assert len(told) == 2
    assert [headers["Authorization"] for headers in server.headers] == [f"Bearer {KEY}"] * 3
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in [*told, caplog.text, *map(str, server.seen)] if KEY in text]
    assert written
    assert not [data for data in written if KEY.encode() in data]
