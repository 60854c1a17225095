"""Alpha Vantage: which lists are believed, what each of its messages comes to, the rows of a list. All made up.

Does not belong here: retries and waits in general (`test_http.py`).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.alphavantage import ACTIVE, DELISTED, MAX_ATTEMPTS, AlphaVantage
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.gather import gather
from recon_pipeline.sources.landing import Landing
from recon_pipeline.symbols import dashed_ticker
from recon_pipeline_tests.conftest import StartReplayServer
from recon_pipeline_tests.test_http import Answer, Server

KEY = "alpha-s3cret"
RANK_DAY = date(2023, 4, 28)
EVENING = datetime(2023, 4, 29, 3, 59, 59)  # 2023-04-28 23:59:59 New York, as UTC
PLAN = Plan("2023-06-recon", RANK_DAY, date(2022, 5, 6), (RANK_DAY,), datetime(2023, 6, 1, tzinfo=UTC))
HEADER = "symbol,name,exchange,assetType,ipoDate,delistingDate,status"
FILLING = [f"X{number},Filling Corp,NYSE,Stock,2001-02-03,null,Active" for number in range(2_000)]
PROVIDER = AlphaVantage()


def settings(**values: object) -> Settings:
    given: dict[str, object] = {
        "alphavantage_key": SecretStr(KEY),
        "alphavantage_requests_per_second": 1_000,
        "backoff_base_s": 0.002,
        "backoff_max_s": 0.05,
    }
    return Settings.model_validate(given | values)


def asked(feed: str) -> Ask:
    (ask,) = [ask for ask in PROVIDER.of_event(settings(), PLAN) if ask.feed == feed]
    return ask


def listing(*rows: str, header: str = HEADER, filling: list[str] = FILLING) -> bytes:
    return ("\r\n".join([header, *rows, *filling]) + "\r\n").encode()


def read(tmp_path: Path, feed: str, body: bytes) -> Frames:
    landing = Landing(tmp_path)
    row = landing.land(feed, "https://host/query", body, session=RANK_DAY, fetched_at=PLAN.now, key="/query")
    return PROVIDER.read(Landed(row, landing))


# --- asking -----------------------------------------------------------------------------------------------------------


def test_without_a_key_it_says_which_variable_is_missing() -> None:
    assert PROVIDER.lacks(Settings()) == "RECON_ALPHAVANTAGE_KEY"
    assert PROVIDER.lacks(settings()) == ""


def test_an_event_wants_both_lists_of_its_rank_day() -> None:
    asks = PROVIDER.of_event(settings(), PLAN)
    assert [(ask.feed, ask.path, ask.day, ask.is_final) for ask in asks] == [
        (ACTIVE, "/query?function=LISTING_STATUS&date=2023-04-28&state=active", RANK_DAY, True),
        (DELISTED, "/query?function=LISTING_STATUS&date=2023-04-28&state=delisted", RANK_DAY, True),
    ]
    assert all(ask.secrets == {"apikey": KEY} for ask in asks)
    assert KEY not in repr(asks)
    assert PROVIDER.daily(settings(), PLAN.now) == []


@pytest.mark.parametrize(
    ("rank_day", "now", "is_final"),
    [
        (date(2009, 12, 31), PLAN.now, None),
        (date(2010, 1, 4), PLAN.now, True),
        (RANK_DAY, datetime(2023, 4, 29, 3, 59, tzinfo=UTC), False),  # still the rank day in New York
        (RANK_DAY, datetime(2023, 4, 29, 4, 0, tzinfo=UTC), True),
        (RANK_DAY, datetime(2023, 4, 28, 3, 59, tzinfo=UTC), None),  # the day before it
    ],
)
def test_only_days_that_the_provider_can_tell_of_are_asked(
    rank_day: date, now: datetime, is_final: bool | None
) -> None:
    asks = PROVIDER.of_event(settings(), Plan("x", rank_day, date(2009, 1, 2), (rank_day,), now))
    assert [ask.is_final for ask in asks] == ([] if is_final is None else [is_final] * 2)


# --- rows -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "ticker"),
    [
        ("BRK-B", "BRK.B"),
        ("BAC-P-K", "BAC^K"),
        ("BAC-P-P", "BAC^P"),
        ("TY-P", "TY^"),
        ("RBS-P-S-CL", "RBS^S.CL"),
        ("AAC-WS", "AAC.WS"),
        ("AAC-U", "AAC.U"),
        ("AMTM-W", "AMTM.WI"),
        ("PLM-R-W", "PLM.R.WI"),
        ("NEE-P-W", "NEE^W"),
        ("NE-WS-A", "NE.WS.A"),
        ("NA", "NA"),
        ("P", "P"),
        ("UP-P", "UP^"),
    ],
)
def test_a_symbol_has_one_spelling(symbol: str, ticker: str) -> None:
    assert dashed_ticker(symbol) == ticker


def test_the_active_list_is_a_directory_of_the_day(tmp_path: Path) -> None:
    body = listing(
        "BRK-B,Berkshire Example Inc,NYSE,Stock,1996-05-09,null,Active",
        'NA,"Nano, Example Ltd",NASDAQ,Stock,2022-07-12,null,Active',
        "NAN,null,NYSE ARCA,ETF,null,null,Active",
        "NULL,,NYSE MKT,Stock,,,Active",
        "null,Small Letters Corp,BATS,ETF,1999-13-01,null,Active",
        "BAC-P-K,Bank Example Corp,MOON,,2013-01-01,null,Active",
    )
    PROVIDER.validate(asked(ACTIVE), body)
    frames = read(tmp_path, ACTIVE, body)
    directory = frames["raw.directory"]
    assert directory.height == 2_006
    columns = ("symbol", "ticker", "name", "exchange", "is_etf", "security_kind", "ipo_date", "delisted_on")
    assert directory.head(6).select(columns).rows() == [
        ("BRK-B", "BRK.B", "Berkshire Example Inc", "nyse", False, "Stock", date(1996, 5, 9), None),
        ("NA", "NA", "Nano, Example Ltd", "nasdaq", False, "Stock", date(2022, 7, 12), None),
        ("NAN", "NAN", "null", "arca", True, "ETF", None, None),
        ("NULL", "NULL", None, "amex", False, "Stock", None, None),
        ("null", "NULL", "Small Letters Corp", "cboe", True, "ETF", None, None),
        ("BAC-P-K", "BAC^K", "Bank Example Corp", "other", None, None, date(2013, 1, 1), None),
    ]
    assert directory.select("source", "feed", "as_of", "known_at", "is_active").unique().rows() == [
        ("alphavantage", ACTIVE, RANK_DAY, EVENING, True)
    ]
    assert frames["raw.source_rejects"].select("row_key", "field", "text").rows() == [("null", "ipoDate", "1999-13-01")]


GONE = "GONE,Gone Corp,NASDAQ,Stock,1999-01-04,2022-12-30,Delisted"


def test_the_delisted_list_tells_of_those_that_left_by_then(tmp_path: Path) -> None:
    rows = [
        GONE,
        "GONE,Gone Again Corp,NYSE,Stock,2023-01-09,2023-04-28,Delisted",
        GONE,
        "LATER,Later Corp,NYSE,Stock,2001-01-02,2023-05-01,Delisted",
        "HERE,Still Here Corp,NYSE,Stock,2001-01-02,null,Active",
        ",Nameless Corp,NYSE,Stock,2001-01-02,2002-01-02,Delisted",
        "COMMA,Bad, Comma Corp,NYSE,Stock,2001-01-02,2002-01-02,Delisted",
        "LAST,Last Corp,NYSE,Stock,2001-01-02,2002-01-02,Delisted",
    ]
    body = listing(*rows, filling=[])
    PROVIDER.validate(asked(DELISTED), body)
    frames = read(tmp_path, DELISTED, body)
    assert frames["raw.directory"].select("ticker", "name", "is_active", "delisted_on").rows() == [
        ("GONE", "Gone Corp", False, date(2022, 12, 30)),
        ("GONE", "Gone Again Corp", False, date(2023, 4, 28)),
        ("LAST", "Last Corp", False, date(2002, 1, 2)),
    ]
    assert frames["raw.source_rejects"].select("row_key", "field").rows() == [
        ("COMMA", "line"),
        ("GONE", "symbol"),
        ("LATER", "delistingDate"),
        ("HERE", "status"),
        ("", "symbol"),
    ]
    assert set(frames["raw.source_rejects"]["known_at"]) == {EVENING}


# --- what is not believed ---------------------------------------------------------------------------------------------

NOTE = f'{{"Note": "Thank you! Our standard API rate limit is 25 requests per day. Your key is {KEY}."}}'
INFORMATION = f'{{"Information": "We have detected your API key as {KEY} and our rate limit is 25 a day."}}'
ERROR_MESSAGE = f'{{"Error Message": "the parameter apikey {KEY} is invalid or missing."}}'
SPELLED = ",".join("Information") + f"\r\n{KEY}\r\n"
LATE = [f"L{number},Late Corp,NYSE,Stock,2023-05-0{number % 9 + 1},null,Active" for number in range(11)]
MESSAGES = [
    (NOTE.encode(), "message Note in place"),
    (INFORMATION.encode(), "message Information in place"),
    (ERROR_MESSAGE.encode(), "message Error Message in place"),
    (SPELLED.encode(), "message Information as a CSV"),
    (b"{}", "JSON without a message"),
    (NOTE.encode()[:40], "JSON that cannot be read"),
    (f"<!DOCTYPE html><html>{KEY}</html>".encode(), "markup"),
]


@pytest.mark.parametrize("feed", [ACTIVE, DELISTED])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        *MESSAGES,
        (b"", "another header"),
        (listing(header=HEADER.replace("status", "state")), "another header"),
        (listing(header=HEADER + ",cik"), "another header"),
        (listing(filling=[]), "0 rows of state"),
        (listing()[:-30], "cut short"),
        (listing()[:-4], "cut short"),
        (listing('QUOTE,"Never Closed,NYSE,Stock,2001-01-02,null,Active'), "not a CSV"),
        (listing("LATIN,Caf\xe9,NYSE,Stock,2001-01-02,null,Active").decode().encode("latin-1"), "not a CSV in UTF-8"),
    ],
)
def test_what_cannot_be_believed(feed: str, body: bytes, told: str) -> None:
    with pytest.raises(BadPayload, match=told) as error:
        PROVIDER.validate(asked(feed), body)
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    ("feed", "body", "told"),
    [
        (ACTIVE, listing(filling=FILLING[:1_999]), "1999 rows of state Active"),
        (DELISTED, listing(), "0 rows of state Delisted among 2000"),
        (ACTIVE, listing(GONE, filling=[GONE] * 3_000), "0 rows of state Active among 3001"),
        (ACTIVE, listing(*LATE), "another day: 11 rows tell of days after 2023-04-28"),
    ],
)
def test_a_short_list_another_state_and_another_day_are_refused(feed: str, body: bytes, told: str) -> None:
    with pytest.raises(BadPayload, match=told):
        PROVIDER.validate(asked(feed), body)


# --- over the wire ----------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.mark.parametrize(("body", "told"), MESSAGES)
def test_the_key_is_written_nowhere(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture, body: bytes, told: str
) -> None:
    """Its messages repeat the key. The list itself is landed under a URL and a key of the landing without it."""
    caplog.set_level(logging.DEBUG)
    server.script.extend([Answer(200, body)] * MAX_ATTEMPTS)
    server.lasting = Answer(200, listing(filling=[*FILLING, GONE]))
    given = settings(alphavantage_url=server.url)
    asks = PROVIDER.of_event(given, PLAN)
    gathered = gather({PROVIDER: asks}, given, Landing(tmp_path), lambda ask, row: False)
    assert [outcome.result for outcome in gathered.outcomes] == ["bad_payload", "value"]
    assert told in gathered.outcomes[0].detail
    assert [path for path, _ in server.seen] == [f"{asks[0].path}&apikey={KEY}"] * MAX_ATTEMPTS + [
        f"{asks[1].path}&apikey={KEY}"
    ]
    (row,) = Landing(tmp_path).every()
    assert (row.key, row.url) == (asks[1].path, server.url + asks[1].path)
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [data for data in files if KEY.encode() in data]
    assert KEY not in repr(gathered.outcomes)
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"recon_pipeline", "urllib3"}
    assert KEY not in caplog.text


def test_the_replay_server_answers_with_a_believable_list(replay_server: StartReplayServer, tmp_path: Path) -> None:
    given = settings(alphavantage_url=replay_server("2023-06-01"))
    landing = Landing(tmp_path)
    asks = PROVIDER.of_event(given, PLAN)[:1]
    (outcome,) = gather({PROVIDER: asks}, given, landing, lambda ask, row: False).outcomes
    assert outcome.row is not None, outcome.detail
    frames = PROVIDER.read(Landed(outcome.row, landing))
    directory = frames["raw.directory"]
    assert directory.height > 10_000
    assert {"NA", "NAN", "BRK.B"} <= set(directory["ticker"])
    assert set(directory["exchange"]) == {"nyse", "nasdaq", "arca", "amex", "cboe"}
    assert frames["raw.source_rejects"].height < 10


def test_a_real_list_of_delisted_symbols_is_read(shared: Path, tmp_path: Path) -> None:
    """The copy has two columns more (who kept it, and when), which are taken off."""
    text = (shared / "data" / "listing" / "listing_status_delisted_2022-06-25.csv").read_text()
    body = "\n".join(line.rsplit(",", 2)[0] for line in text.splitlines()).encode()
    PROVIDER.validate(asked(DELISTED), body)
    frames = read(tmp_path, DELISTED, body)
    assert frames["raw.directory"].height + frames["raw.source_rejects"].height == 6_049
    assert frames["raw.directory"]["delisted_on"].null_count() == 0
    assert not frames["raw.directory"]["is_active"].any()
