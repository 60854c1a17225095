"""The live screener: when it is asked, answers made by hand in its form, what must not pass, and the replay of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recon_pipeline.errors import BadPayload, Unavailable
from recon_pipeline.events import NEW_YORK
from recon_pipeline.settings import Settings
from recon_pipeline.sources.archive.dumps import EXCHANGES, ROW_FLOORS
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.screener import Screener
from recon_pipeline_tests.conftest import StartReplayServer

PROVIDER = Screener()
SETTINGS = Settings(screener_requests_per_second=100, backoff_base_s=0)
EVENING = datetime(2024, 7, 2, 19, 0, tzinfo=NEW_YORK)
FETCHED = datetime(2024, 7, 2, 23, 0, 5, tzinfo=UTC)
TUESDAY = date(2024, 7, 2)


def line(symbol: str, **texts: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "name": f"{symbol} Common Stock",
        "lastsale": "$10.00",
        "netchange": "0.1000",
        "pctchange": "1.010%",
        "volume": "1234",
        "marketCap": "1000000.00",
        "country": "United States",
        "ipoyear": "2019",
        "industry": "Widgets",
        "sector": "Industrials",
        "url": f"/market-activity/stocks/{symbol.lower()}",
        **texts,
    }


def answer(rows: list[dict[str, Any]] | None, **status: Any) -> dict[str, Any]:
    return {
        "data": {"asOf": None, "headers": {"symbol": "Symbol"}, "rows": rows},
        "message": None,
        "status": {"rCode": 200, "bCodeMessage": None, "developerMessage": None, **status},
    }


def body(*rows: dict[str, Any], **status: Any) -> bytes:
    return json.dumps(answer(list(rows), **status)).encode()


def ask(exchange: str = "amex", now: datetime = EVENING, settings: Settings = SETTINGS) -> Ask:
    (found,) = (one for one in PROVIDER.daily(settings, now) if one.path.endswith(f"exchange={exchange}"))
    return found


def landed(home: Path, asked: Ask, payload: bytes) -> Landed:
    landing = Landing(home)
    row = landing.land(
        asked.feed,
        asked.base_url + asked.path,
        payload,
        session=asked.day,
        key=asked.path,
        final=False,
        fetched_at=FETCHED,
    )
    return Landed(row, landing)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets an answer of two lines pass."""
    for exchange in EXCHANGES:
        monkeypatch.setitem(ROW_FLOORS, exchange, 2)


def read(home: Path, *rows: dict[str, Any], now: datetime = EVENING) -> Frames:
    return PROVIDER.read(landed(home, ask(now=now), body(*rows)))


# --- asking -----------------------------------------------------------------------------------------------------------


def test_three_exchanges_are_asked_in_the_evening() -> None:
    asks = PROVIDER.daily(SETTINGS, EVENING)
    query = "/api/screener/stocks?tableonly=true&limit=25&offset=0&download=true&exchange="
    assert [(one.feed, one.path, one.day, one.is_final) for one in asks] == [
        ("screener/stocks", query + exchange, TUESDAY, False) for exchange in ("nasdaq", "nyse", "amex")
    ]
    assert {one.base_url for one in asks} == {"https://api.nasdaq.com"}
    assert asks[0].headers["Accept"] == "application/json, text/plain, */*"
    assert PROVIDER.lacks(SETTINGS) == ""


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2024-07-02 09:29", "2024-07-01"),
        ("2024-07-02 09:30", None),
        ("2024-07-02 15:59", None),
        ("2024-07-02 16:29", None),
        ("2024-07-02 16:30", "2024-07-02"),
        ("2024-07-03 13:29", None),  # closes at 13:00
        ("2024-07-03 13:30", "2024-07-03"),
        ("2024-07-04 12:00", "2024-07-03"),
        ("2024-07-06 12:00", "2024-07-05"),  # Saturday
        ("2024-07-08 00:01", "2024-07-05"),
    ],
)
def test_nothing_is_asked_while_prices_move(moment: str, session: str | None) -> None:
    asks = PROVIDER.daily(SETTINGS, datetime.fromisoformat(moment).replace(tzinfo=NEW_YORK))
    assert {one.day for one in asks} == ({date.fromisoformat(session)} if session else set())


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("2024-04-30 15:00", 0),
        ("2024-04-30 16:10", 0),
        ("2024-04-30 18:00", 3),
        ("2024-05-01 08:00", 3),
        ("2024-05-01 12:00", 0),
        ("2024-05-01 18:00", 0),
        ("2025-01-01 18:00", 0),
    ],
)
def test_an_event_asks_on_the_night_of_its_rank_day_alone(moment: str, count: int) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=NEW_YORK)
    plan = Plan("2024-06-recon", date(2024, 4, 30), date(2023, 4, 28), [], now)
    asks = PROVIDER.of_event(SETTINGS, plan)
    assert len(asks) == count
    assert {one.day for one in asks} <= {date(2024, 4, 30)}


# --- rows -------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small")
def test_a_line_gives_a_listing_a_price_and_a_count(tmp_path: Path) -> None:
    frames = read(
        tmp_path,
        line("ACM/B  ", lastsale="$9.965", volume="395,389", marketCap="1234567890.00", name=" Acme Class B "),
        line("NA", country="", ipoyear="", industry="", sector=""),
    )
    known = datetime(2024, 7, 2, 23, 0, 5)
    assert frames["raw.listings"].row(0, named=True) == {
        "as_of": TUESDAY,
        "exchange": "amex",
        "symbol": "ACM/B",
        "ticker": "ACM.B",
        "known_at": known,
        "source": "screener",
        "commit_id": None,
        "name": "Acme Class B",
        "country": "United States",
        "ipo_year": 2019,
        "industry": "Widgets",
        "sector": "Industrials",
    }
    assert frames["raw.prices"].row(0, named=True) == {
        "as_of": TUESDAY,
        "exchange": "amex",
        "symbol": "ACM/B",
        "ticker": "ACM.B",
        "known_at": known,
        "source": "screener",
        "commit_id": None,
        "close_usd": Decimal("9.9650"),
        "volume_shares": 395_389,
        "is_adjusted": False,
    }
    counts = frames["raw.shares_outstanding"]
    assert counts.select("ticker", "outstanding_shares").rows() == [("ACM.B", 123_890_405), ("NA", 100_000)]
    assert frames["raw.listings"].row(1, named=True)["country"] is None
    assert frames["raw.source_rejects"].is_empty()


@pytest.mark.usefixtures("small")
def test_tickers_that_look_like_nothing_and_lines_without_figures_stay_listed(tmp_path: Path) -> None:
    frames = read(
        tmp_path, line("NA"), line("NAN", marketCap="0.00"), line("NULL", lastsale="", marketCap=""), line("ABR^D")
    )
    assert frames["raw.listings"]["ticker"].to_list() == ["NA", "NAN", "NULL", "ABR^D"]
    assert frames["raw.prices"]["ticker"].to_list() == ["NA", "NAN", "ABR^D"]
    assert frames["raw.shares_outstanding"]["ticker"].to_list() == ["NA", "ABR^D"]


@pytest.mark.usefixtures("small")
def test_what_cannot_be_read_is_quarantined_and_its_line_kept(tmp_path: Path) -> None:
    frames = read(tmp_path, line("ACM", lastsale="UNCH"), line("BAD", volume="1.2M"), line(" "), line("ACM"))
    assert frames["raw.listings"]["symbol"].to_list() == ["ACM", "BAD"]
    assert frames["raw.prices"].select("symbol", "volume_shares").rows() == [("BAD", None)]
    rejects = frames["raw.source_rejects"]
    assert sorted(rejects.select("row_key", "field", "text").rows()) == [
        ("", "symbol", "Common Stock"),
        ("ACM", "lastsale", "UNCH"),
        ("ACM", "symbol", "ACM"),
        ("BAD", "volume", "1.2M"),
    ]
    assert rejects.select("source", "feed", "as_of", "known_at").unique().rows() == [
        ("screener", "screener/stocks", TUESDAY, datetime(2024, 7, 2, 23, 0, 5))
    ]


@pytest.mark.usefixtures("small")
def test_an_answer_of_a_weekend_is_the_close_of_friday(tmp_path: Path) -> None:
    sunday = datetime(2024, 7, 7, 12, 0, tzinfo=NEW_YORK)
    frames = read(tmp_path, line("ACM"), line("FOO"), now=sunday)
    for table in ("raw.listings", "raw.prices", "raw.shares_outstanding"):
        assert frames[table]["as_of"].unique().to_list() == [date(2024, 7, 5)]


@pytest.mark.usefixtures("small")
def test_an_exchange_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    frames = PROVIDER.read(landed(tmp_path, ask("nyse"), body(line("ACM"), line("FOO"))))
    assert frames["raw.prices"]["exchange"].unique().to_list() == ["nyse"]


@pytest.mark.usefixtures("small")
def test_the_paged_form_is_read_too(tmp_path: Path) -> None:
    paged = {**answer(None), "data": {"filters": None, "table": {"rows": [line("ACM"), line("FOO")]}}}
    payload = json.dumps(paged).encode()
    PROVIDER.validate(ask(), payload)
    assert PROVIDER.read(landed(tmp_path, ask(), payload))["raw.prices"].height == 2


# --- what must not pass -----------------------------------------------------------------------------------------------

ROWS = [line(f"A{i}") for i in range(ROW_FLOORS["amex"])]
FAULTS = [{"code": 1001, "errorMessage": "Symbol not exists."}, {"code": "2", "errorMessage": "x"}]


def without(key: str) -> list[dict[str, Any]]:
    return [{name: text for name, text in row.items() if name != key} for row in ROWS]


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"  <!DOCTYPE html><title>Access Denied</title>", "page of markup"),
        (b"", "no amex screener"),
        (body(*ROWS)[:-40], "no amex screener"),
        (json.dumps({**answer(None, rCode=400, bCodeMessage=FAULTS), "data": None}).encode(), "rCode 400 .*1001, 2"),
        (body(*ROWS, rCode=500), "rCode 500"),
        (json.dumps({**answer(None), "data": None}).encode(), "0 lines"),
        (json.dumps(answer(None)).encode(), "0 lines"),
        (body(*ROWS[1:]), f"{len(ROWS) - 1} lines"),
        (body(*ROWS[:25]), "25 lines"),
        (json.dumps({"data": {"rows": ROWS}}).encode(), "status"),
        (body(*without("marketCap")), "marketCap"),
        (body(*without("symbol")), "symbol"),
        (body(*ROWS[1:], line("ACM", lastsale=10.5)), "Expected `str"),
        (json.dumps(ROWS).encode(), "no amex screener"),
    ],
)
def test_an_answer_that_cannot_be_believed_is_refused(payload: bytes, told: str) -> None:
    with pytest.raises(BadPayload, match=told):
        PROVIDER.validate(ask(), payload)


def test_a_whole_answer_passes() -> None:
    PROVIDER.validate(ask(), body(*ROWS))


def test_the_floor_is_that_of_the_exchange_asked_for() -> None:
    with pytest.raises(BadPayload, match="nyse screener of 150 lines"):
        PROVIDER.validate(ask("nyse"), body(*ROWS))


def test_a_refusal_holds_no_word_of_the_provider() -> None:
    faults = [{"code": "SECRET WORDS", "errorMessage": "SECRET WORDS"}]
    with pytest.raises(BadPayload) as caught:
        PROVIDER.validate(ask(), body(rCode=400, bCodeMessage=faults, developerMessage="SECRET WORDS"))
    assert "SECRET" not in str(caught.value)
    assert "rCode 400" in str(caught.value)


# --- over HTTP --------------------------------------------------------------------------------------------------------


@dataclass
class Heard:
    """A server that notes what it is asked with, and answers with `payload`."""

    payload: bytes
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[tuple[str, Heard]]:
    heard = Heard(body(*ROWS))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.headers.append(dict(self.headers))
            self.send_response(200)
            self.send_header("Content-Length", str(len(heard.payload)))
            self.end_headers()
            self.wfile.write(heard.payload)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    thread.join()
    server.server_close()


def settings_of(url: str, **more: Any) -> Settings:
    return Settings(screener_url=url, screener_requests_per_second=100, backoff_base_s=0, **more)


def test_it_is_asked_as_by_a_browser(listener: tuple[str, Heard]) -> None:
    url, heard = listener
    asked = ask(settings=settings_of(url))
    with PROVIDER.client(settings_of(url)) as http:
        http.get(asked.base_url + asked.path, headers=asked.headers)
        assert (http.settings.connect_timeout_s, http.settings.read_timeout_s) == (5.0, 20.0)
    (headers,) = heard.headers
    assert headers["User-Agent"].startswith("Mozilla/5.0 ")
    assert "python" not in headers["User-Agent"].lower()
    assert headers["Accept"] == "application/json, text/plain, */*"
    assert headers["Accept-Language"] == "en-US,en;q=0.9"
    assert (headers["Origin"], headers["Referer"]) == ("https://www.nasdaq.com", "https://www.nasdaq.com/")


def test_a_failure_told_by_rcode_is_asked_twice_and_no_more(listener: tuple[str, Heard]) -> None:
    url, heard = listener
    heard.payload = body(rCode=400, bCodeMessage=FAULTS)
    asked = ask(settings=settings_of(url))
    with PROVIDER.client(settings_of(url)) as http:
        with pytest.raises(BadPayload, match="rCode 400"):
            http.get(asked.base_url + asked.path, validate=lambda payload: PROVIDER.validate(asked, payload))
        assert http.traffic.requests == len(heard.headers) == 2


@pytest.mark.parametrize(("fault", "error"), [("html", BadPayload), ("truncate", Unavailable), ("500", Unavailable)])
def test_a_fault_that_stays_ends_after_two_attempts(
    replay_server: StartReplayServer, fault: str, error: type[Exception]
) -> None:
    settings = settings_of(replay_server(today="2023-05-02", faults=f"{fault}:1"))
    asked = ask(settings=settings)
    with PROVIDER.client(settings) as http:
        with pytest.raises(error):
            http.get(asked.base_url + asked.path, validate=lambda payload: PROVIDER.validate(asked, payload))
        assert http.traffic.requests == 2


def test_the_replay_of_a_night_becomes_rows(replay_server: StartReplayServer, shared: Path, tmp_path: Path) -> None:
    settings = settings_of(replay_server(today="2023-04-28"))
    friday_night = datetime(2023, 4, 28, 19, 0, tzinfo=NEW_YORK)
    landing, tables = Landing(tmp_path), []
    with PROVIDER.client(settings) as http:
        for asked in PROVIDER.daily(settings, friday_night):

            def validate(payload: bytes, asked: Ask = asked) -> None:
                PROVIDER.validate(asked, payload)

            payload = http.get(asked.base_url + asked.path, headers=asked.headers, validate=validate)
            row = landing.land(asked.feed, payload.url, payload.body, session=asked.day, key=asked.path, final=False)
            tables.append(PROVIDER.read(Landed(row, landing)))
        assert http.traffic.requests == 3
    prices = pl.concat([frames["raw.prices"] for frames in tables])
    panel = pl.read_parquet(shared / "data" / "market" / "daily_2023.parquet").filter(
        pl.col("date") == date(2023, 4, 28)
    )
    assert prices["as_of"].unique().to_list() == [date(2023, 4, 28)]
    wanted = panel.drop_nulls("close").select("exch", pl.col("symbol").str.strip_chars(), "close")
    got = prices.select("exchange", "symbol", "close_usd")
    assert set(got.rows()) == set(wanted.rows())
    counts = pl.concat([frames["raw.shares_outstanding"] for frames in tables])
    assert counts.height > 5_000
