"""The SEC's ticker file: which bodies are believed, and what their rows become."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recon_pipeline.errors import BadPayload, Unavailable
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask
from recon_pipeline.sources.sec.client import sec_client
from recon_pipeline.sources.sec.tickers import ROW_FLOOR, SecTickers
from recon_pipeline_tests.conftest import StartReplayServer
from recon_pipeline_tests.sec_payloads import landed, plan, settings

PROVIDER = SecTickers()
FEED = "sec_tickers/company_tickers_exchange"
ASK = Ask(FEED, "https://sec.example", "/files/company_tickers_exchange.json")
FIELDS = ["cik", "name", "ticker", "exchange"]
LAST_MODIFIED = datetime(2021, 5, 8, 2, 30, tzinfo=UTC)


def body(*rows: Any, fields: list[str] | None = None, fill: int = ROW_FLOOR) -> bytes:
    fillers = [[800_000 + n, f"Filler {n}", f"F{n}", "OTC"] for n in range(fill)]
    return json.dumps({"fields": fields or FIELDS, "data": [*rows, *fillers]}).encode()


def read(home: Path, *rows: Any, **how: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    frames = PROVIDER.read(landed(home, FEED, body(*rows, **how), last_modified=LAST_MODIFIED))
    assert set(frames) == {"raw.directory", "raw.source_rejects"}
    directory = frames["raw.directory"]
    assert directory.height >= ROW_FLOOR, "the fillers are all there"
    return directory.filter(pl.col("name").str.starts_with("Filler").not_().fill_null(True)), frames[
        "raw.source_rejects"
    ]


def test_a_row_has_every_column_of_its_contract_filled_that_the_file_tells(tmp_path: Path) -> None:
    directory, rejects = read(tmp_path, [320, "Acme Widgets Inc.", "ACME", "Nasdaq"])
    assert directory.to_dicts() == [
        {
            "source": "sec_tickers",
            "feed": FEED,
            "as_of": date(2021, 5, 7),  # 02:30 UTC is the evening before in New York
            "known_at": datetime(2021, 5, 8, 2, 30),
            "symbol": "ACME",
            "ticker": "ACME",
            "name": "Acme Widgets Inc.",
            "exchange": "nasdaq",
            "is_active": True,
            "cik": 320,
        }
    ]
    assert directory.schema["cik"] == pl.Int64
    assert directory.schema["known_at"] == pl.Datetime("us")
    assert rejects.is_empty()


def test_without_last_modified_it_is_known_when_it_was_fetched(tmp_path: Path) -> None:
    directory = PROVIDER.read(landed(tmp_path, FEED, body()))["raw.directory"]
    assert directory["known_at"].unique().to_list() == [datetime(2021, 8, 2, 14, 0)]
    assert directory["as_of"].unique().to_list() == [date(2021, 8, 2)]


def test_exchanges_are_ours_and_null_stays_null(tmp_path: Path) -> None:
    rows = [[n + 1, "A", f"T{n}", e] for n, e in enumerate(["Nasdaq", "NYSE", "CBOE", "OTC", None])]
    directory, rejects = read(tmp_path, *rows)
    assert directory["exchange"].to_list() == ["nasdaq", "nyse", "cboe", "otc", None]
    assert rejects.is_empty()


def test_an_unknown_exchange_is_quarantined_and_the_row_kept(tmp_path: Path) -> None:
    directory, rejects = read(tmp_path, [5, "A", "AAA", "Texas"])
    assert directory.select("symbol", "exchange", "cik").rows() == [("AAA", None, 5)]
    assert rejects.select("source", "feed", "as_of", "row_key", "field", "text").rows() == [
        ("sec_tickers", FEED, date(2021, 5, 7), "AAA", "exchange", "Texas")
    ]


@pytest.mark.parametrize(
    ("printed", "ticker"),
    [
        *(("BRK-B", "BRK.B"), ("ABR-PD", "ABR^D"), ("HWM-P", "HWM^"), ("AAC-WT", "AAC.WS"), ("AAC-UN", "AAC.U")),
        *(("NA", "NA"), ("NAN", "NAN"), ("TRUE", "TRUE"), ("NULL", "NULL"), ("  PAD ", "PAD")),
    ],
)
def test_every_form_of_ticker_has_one_spelling_and_none_turns_into_null(
    tmp_path: Path, printed: str, ticker: str
) -> None:
    directory, rejects = read(tmp_path, [7, "A", printed, "NYSE"])
    assert directory.select("symbol", "ticker").rows() == [(printed.strip(), ticker)]
    assert rejects.is_empty()


def test_a_cik_of_digits_is_the_same_as_a_number(tmp_path: Path) -> None:
    directory, rejects = read(tmp_path, ["0000000320", "A", "AAA", "NYSE"], [321, "B", "BBB", "NYSE"])
    assert directory.select("symbol", "cik").rows() == [("AAA", 320), ("BBB", 321)]
    assert rejects.is_empty()


@pytest.mark.parametrize("cik", [None, "", "12a", 0, -5, 1.5, True, "١٢", 12345678901])
def test_a_row_whose_cik_cannot_be_read_is_kept_without_it(tmp_path: Path, cik: object) -> None:
    directory, rejects = read(tmp_path, [cik, "A", "AAA", "NYSE"])
    assert directory.select("symbol", "cik").rows() == [("AAA", None)]
    assert rejects.select("row_key", "field").rows() == [("AAA", "cik")]


@pytest.mark.parametrize("ticker", [None, "", "  ", True, 5])
def test_a_row_without_a_ticker_is_quarantined(tmp_path: Path, ticker: object) -> None:
    directory, rejects = read(tmp_path, [44, "A", ticker, "NYSE"])
    assert directory.is_empty()
    assert rejects.select("row_key", "field").rows() == [("44", "ticker")]


def test_two_ciks_of_one_ticker_stay_two_rows_and_a_repetition_is_one(tmp_path: Path) -> None:
    first, second = [11, "Old Hospital", "THQ", "NYSE"], [12, "New Hospital", "THQ", "NYSE"]
    directory, _ = read(tmp_path, first, second, first, ["11", "Old Hospital ", "THQ", "NYSE"])
    assert directory.select("cik", "name").rows() == [(11, "Old Hospital"), (12, "New Hospital")]


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    rows = [["NYSE", "AAA", "new", 9, "Acme"]]
    fields = ["exchange", "ticker", "venue", "cik", "name"]
    data = [*rows, *([None, f"F{n}", "", 10 + n, "Filler"] for n in range(ROW_FLOOR))]
    payload = json.dumps({"fields": fields, "data": data}).encode()
    directory = PROVIDER.read(landed(tmp_path, FEED, payload))["raw.directory"]
    assert directory.filter(pl.col("name") == "Acme").select("symbol", "exchange", "cik").rows() == [("AAA", "nyse", 9)]


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"<!DOCTYPE html><title>SEC.gov | Request Rate Threshold Exceeded</title>", "markup"),
        (b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', "markup"),
        (b"\n  <html></html>", "markup"),
        (b"Undeclared Automated Tool", "no ticker file"),
        (b"", "no ticker file"),
        (body()[:-40], "no ticker file"),
        (b'{"fields":["cik"],"data":[[NaN]]}', "no ticker file"),
        (b'{"0":{"cik_str":1,"ticker":"A","title":"A"}}', "no ticker file"),
        (b'{"fields":["cik","name","ticker","exchange"]}', "no ticker file"),
        (b"[]", "no ticker file"),
        (body(fields=["cik", "name", "symbol", "exchange"]), "each of the fields"),
        (body(fields=["cik", "name", "ticker", "ticker"]), "each of the fields"),
        (body([1, "A", "AAA"]), "4 values"),
        (body(fill=ROW_FLOOR - 1), f"at least {ROW_FLOOR}"),
        (b'{"fields":["cik","name","ticker","exchange"],"data":[]}', "of 0 rows"),
    ],
)
def test_what_cannot_be_believed_is_refused(payload: bytes, says: str) -> None:
    with pytest.raises(BadPayload, match=says):
        PROVIDER.validate(ASK, payload)


def test_a_file_at_the_floor_is_believed() -> None:
    PROVIDER.validate(ASK, body(fill=ROW_FLOOR))


def test_the_file_of_today_is_asked_daily_and_by_an_event(tmp_path: Path) -> None:
    here = settings(tmp_path, sec_files_url="https://sec.example/")
    daily = PROVIDER.daily(here, datetime(2021, 5, 8, 1, 0, tzinfo=UTC))
    of_event = PROVIDER.of_event(here, plan("2021-05-07", "2021-05-08T01:00"))
    assert daily == of_event
    (ask,) = daily
    assert (ask.feed, ask.base_url, ask.path) == (FEED, "https://sec.example", "/files/company_tickers_exchange.json")
    assert (ask.day, ask.is_final, ask.is_big) == (date(2021, 5, 7), False, False)


def test_it_needs_a_contact(tmp_path: Path) -> None:
    assert PROVIDER.lacks(Settings(home=tmp_path)) == "RECON_SEC_CONTACT"
    assert PROVIDER.lacks(settings(tmp_path)) == ""


# --- real files -------------------------------------------------------------------------------------------------------


def test_real_files_are_read_whole(shared: Path, tmp_path: Path) -> None:
    files = sorted((shared / "data" / "sec").glob("company_tickers_exchange_*.json"))
    assert files
    for file in files:
        payload = file.read_bytes()
        PROVIDER.validate(ASK, payload)
        frames = PROVIDER.read(landed(tmp_path, FEED, payload))
        directory, rows = frames["raw.directory"], json.loads(payload)["data"]
        assert directory.height == len({tuple(row) for row in rows}), file.name
        assert set(directory["exchange"].unique()) == {"nasdaq", "nyse", "cboe", "otc", None}, file.name
        assert directory["cik"].null_count() == 0
        assert "NAN" in set(directory["ticker"]), file.name
        assert frames["raw.source_rejects"].is_empty(), file.name


def test_over_the_replay_server(replay_server: StartReplayServer, tmp_path: Path) -> None:
    here = settings(tmp_path, sec_files_url=replay_server("2023-05-02"), backoff_max_s="0.1")
    (ask,) = PROVIDER.daily(here, here.moment)
    with sec_client(here) as client:
        payload = client.get(ask.base_url + ask.path, validate=lambda body: PROVIDER.validate(ask, body))
    came = landed(tmp_path, FEED, payload.body, last_modified=payload.last_modified)
    directory = PROVIDER.read(came)["raw.directory"]
    assert directory["as_of"].unique().to_list() == [date(2023, 4, 29)]
    assert directory.height == 9_614
    assert directory.filter(pl.col("ticker") == "BF.B")["symbol"].to_list() == ["BF-B"]


@pytest.mark.parametrize(
    ("fault", "error"), [("429", Unavailable), ("500", Unavailable), ("truncate", Unavailable), ("html", BadPayload)]
)
def test_each_fault_of_the_replay_server(
    replay_server: StartReplayServer, tmp_path: Path, fault: str, error: type[Exception]
) -> None:
    url = replay_server("2023-05-02", f"{fault}:1")
    here = settings(tmp_path, sec_files_url=url, backoff_base_s="0.01", backoff_max_s="0.01", max_attempts="2")
    (ask,) = PROVIDER.daily(here, here.moment)
    with sec_client(here) as client, pytest.raises(error) as caught:
        client.get(ask.base_url + ask.path, validate=lambda body: PROVIDER.validate(ask, body))
    assert "ada@example.com" not in str(caught.value)
