"""The symbol directory: files made by hand in its form, the replay of real ones, and what must not pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recon_pipeline.errors import BadPayload, Unavailable
from recon_pipeline.settings import Settings
from recon_pipeline.sources import symdir
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.symdir import HEADERS, NASDAQ_LISTED, OTHER_LISTED, ROW_FLOOR, SymbolDirectory
from recon_pipeline_tests.conftest import StartReplayServer

NOW = datetime(2024, 7, 3, 1, 30, tzinfo=UTC)  # the evening of 2 July in New York
FOOTER = "File Creation Time: 0702202418:01|||||||"
MADE_AT = datetime(2024, 7, 2, 22, 1)  # UTC
SETTINGS = Settings(symdir_requests_per_second=100, backoff_base_s=0)
PROVIDER = SymbolDirectory()

NASDAQ_ROWS = (
    "ACME|Acme Widgets, Inc. - Common Stock|Q|N|N|100|N|N",
    "NA|Nadir Labs - Class A Ordinary Shares|S|N|D|100|N|N",
    "NAN|Nandu Fund|G|N||100| |N",
    "BETAW|Beta Blank Cheque Corp. - Warrant|G|N|K|100|N|N",
    "ETFX  |Example Index ETF|G|N|N|100|Y|N",
    "ZTEST|Tick Pilot Test Stock|S|Y|N|100||N",
)
OTHER_ROWS = (
    "ACM|Acme Mining Company Common Stock |N|ACM|N|100|N|ACM",
    "FOO.B|Foo Holdings Class B|N|FOO.B|N|1|N|FOO.B",
    "FOO$D|Foo Holdings Preferred D|N|FOOpD|N|100|N|FOO-D",
    "FOO$|Foo Holdings Preferred|A|FOOp|N|100|N|FOO-",
    "FOO.W|Foo Holdings Warrants|A|FOO.WS|N|100|N|FOO+",
    "FOO.A|Foo Holdings Tranche 1 Warrants|N|FOO.WS.A|N|100|N|FOO+A",
    "FOO.U|Foo Holdings Units|N|FOO.U|N|100|N|FOO=",
    "FOO.R|Foo Holdings Rights|N|FOOr|N|100|N|FOO^",
    "FOO.V|Foo Holdings when issued|N|FOOw|N|100|N|FOO#",
    "BAR.V|Bar Foods Voting|N|BAR.V|N|100|N|BAR.V",
    "BARW|Bar Without Tape|N||N|100|N|",
    "FNDX|Fund on Arca|P|FNDX|Y|100|N|FNDX",
    "CBXX|Cboe Company|Z|CBXX|N|100|N|CBXX",
    "IEXT|IEX Test Company|V|IEXT|N|100|Y|IEXT",
)


def filler(kind: str, count: int = ROW_FLOOR) -> list[str]:
    tail = "Q|N|N|100|N|N" if kind == NASDAQ_LISTED else "N|Q{i}|N|100|N|Q{i}"
    return [f"Q{i}|Filler {i}|{tail.format(i=i)}" for i in range(count)]


def file(kind: str, rows: Sequence[str], footer: str = FOOTER, end: str = "\r\n") -> bytes:
    return "".join(line + end for line in (HEADERS[kind], *rows, footer)).encode()


def ask(kind: str) -> Ask:
    found = {one.feed: one for one in PROVIDER.daily(SETTINGS, NOW)}
    return found[f"symdir/{kind}"]


def landed(home: Path, kind: str, body: bytes) -> Landed:
    asked, landing = ask(kind), Landing(home)
    row = landing.land(
        asked.feed, asked.base_url + asked.path, body, session=asked.day, key=asked.path, final=False, fetched_at=NOW
    )
    return Landed(row, landing)


def read(home: Path, kind: str, *rows: str, footer: str = FOOTER) -> Frames:
    return PROVIDER.read(landed(home, kind, file(kind, rows, footer)))


def by_symbol(frames: Frames) -> dict[str, dict[str, Any]]:
    return {row["symbol"]: row for row in frames["raw.directory"].iter_rows(named=True)}


# --- asking -----------------------------------------------------------------------------------------------------------


def test_both_files_are_asked_for_every_day_and_for_an_event() -> None:
    asks = PROVIDER.daily(SETTINGS, NOW)
    assert [(one.feed, one.path, one.day, one.is_final) for one in asks] == [
        ("symdir/nasdaqlisted", "/dynamic/SymDir/nasdaqlisted.txt", date(2024, 7, 2), False),
        ("symdir/otherlisted", "/dynamic/SymDir/otherlisted.txt", date(2024, 7, 2), False),
    ]
    plan = Plan("2024-06-recon", date(2024, 4, 30), date(2023, 4, 28), [], NOW)
    assert PROVIDER.of_event(SETTINGS, plan) == asks
    assert PROVIDER.lacks(SETTINGS) == ""


# --- what passes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", HEADERS)
@pytest.mark.parametrize("end", ["\r\n", "\n", "  \r\n"])
@pytest.mark.parametrize(
    "footer",
    [
        FOOTER,
        "File Creation Time: 0702202418:01||||||",
        "File Creation Time:0702202418:01",
        "File Creation Time: 070220241801|||||||",
    ],
)
def test_a_whole_file_passes_however_its_footer_is_written(kind: str, end: str, footer: str, tmp_path: Path) -> None:
    body = file(kind, filler(kind), footer, end)
    PROVIDER.validate(ask(kind), body)
    table = PROVIDER.read(landed(tmp_path, kind, body))["raw.directory"]
    assert table.height == ROW_FLOOR, "the footer is no row"
    assert table.select("as_of", "known_at").unique().rows() == [(date(2024, 7, 2), MADE_AT)]


def test_the_day_of_a_file_is_that_of_its_footer_in_new_york(tmp_path: Path) -> None:
    rows = by_symbol(read(tmp_path, NASDAQ_LISTED, *NASDAQ_ROWS, footer="File Creation Time: 0115202422:30|||||||"))
    assert rows["ACME"]["as_of"] == date(2024, 1, 15)
    assert rows["ACME"]["known_at"] == datetime(2024, 1, 16, 3, 30)  # winter: five hours


# --- rows -------------------------------------------------------------------------------------------------------------


def test_a_nasdaq_row_becomes_a_row_of_the_directory(tmp_path: Path) -> None:
    frames = read(tmp_path, NASDAQ_LISTED, *NASDAQ_ROWS)
    assert by_symbol(frames)["ACME"] == {
        "source": "symdir",
        "feed": "symdir/nasdaqlisted",
        "as_of": date(2024, 7, 2),
        "known_at": MADE_AT,
        "symbol": "ACME",
        "ticker": "ACME",
        "name": "Acme Widgets, Inc. - Common Stock",
        "exchange": "nasdaq",
        "is_active": True,
        "is_test": False,
        "is_etf": False,
        "financial_status": "N",
        "security_kind": None,
    }
    assert frames["raw.source_rejects"].is_empty()


def test_flags_states_and_symbols_that_look_like_nothing(tmp_path: Path) -> None:
    rows = by_symbol(read(tmp_path, NASDAQ_LISTED, *NASDAQ_ROWS))
    assert set(rows) == {"ACME", "NA", "NAN", "BETAW", "ETFX", "ZTEST"}
    assert (rows["NA"]["ticker"], rows["NA"]["financial_status"]) == ("NA", "D")
    assert (rows["NAN"]["ticker"], rows["NAN"]["financial_status"], rows["NAN"]["is_etf"]) == ("NAN", None, None)
    assert rows["BETAW"]["financial_status"] == "K"
    assert rows["ETFX"]["is_etf"] is True
    assert (rows["ZTEST"]["is_test"], rows["ZTEST"]["is_etf"]) == (True, None)


def test_other_rows_have_one_spelling_and_their_exchange(tmp_path: Path) -> None:
    frames = read(tmp_path, OTHER_LISTED, *OTHER_ROWS)
    told = {symbol: (row["ticker"], row["exchange"]) for symbol, row in by_symbol(frames).items()}
    assert told == {
        "ACM": ("ACM", "nyse"),
        "FOO.B": ("FOO.B", "nyse"),
        "FOO$D": ("FOO^D", "nyse"),
        "FOO$": ("FOO^", "amex"),
        "FOO.W": ("FOO.WS", "amex"),
        "FOO.A": ("FOO.WS.A", "nyse"),
        "FOO.U": ("FOO.U", "nyse"),
        "FOO.R": ("FOO.R", "nyse"),
        "FOO.V": ("FOO.WI", "nyse"),
        "BAR.V": ("BAR.V", "nyse"),
        "BARW": ("BARW", "nyse"),
        "FNDX": ("FNDX", "arca"),
        "CBXX": ("CBXX", "cboe"),
        "IEXT": ("IEXT", "iex"),
    }
    rows = by_symbol(frames)
    assert rows["ACM"]["name"] == "Acme Mining Company Common Stock"
    assert (rows["FNDX"]["is_etf"], rows["IEXT"]["is_test"], rows["ACM"]["financial_status"]) == (True, True, None)
    assert frames["raw.source_rejects"].is_empty()


def test_what_cannot_be_believed_is_quarantined_with_what_it_said(tmp_path: Path) -> None:
    rows = (
        "GOOD|Good|N|GOOD|N|100|N|GOOD",
        "ODD|Odd exchange|U|ODD|N|100|N|ODD",
        "FLAG|Odd flags|N|FLAG|maybe|100|?|FLAG",
        "LONG|A name | with a bar|N|LONG|N|100|N|LONG",
        "SHORT|cut",
        " |No symbol|N||N|100|N|",
        "GOOD|Good again|A|GOOD|N|100|N|GOOD",
        "File Creation Time: 0701202418:01|||||||",
    )
    frames = read(tmp_path, OTHER_LISTED, *rows)
    told = by_symbol(frames)
    assert set(told) == {"GOOD", "ODD", "FLAG"}
    assert (told["GOOD"]["name"], told["ODD"]["exchange"]) == ("Good", "other")
    assert (told["FLAG"]["is_etf"], told["FLAG"]["is_test"]) == (None, None)
    rejects = frames["raw.source_rejects"]
    assert rejects.select("row_key", "field", "text").rows() == [
        ("LONG", "line", "LONG|A name | with a bar|N|LONG|N|100|N|LONG"),
        ("SHORT", "line", "SHORT|cut"),
        ("", "ACT Symbol", ""),
        ("File Creation Time: 0701202418:01", "ACT Symbol", "File Creation Time: 0701202418:01"),
        ("GOOD", "ACT Symbol", "GOOD"),
        ("FLAG", "Test Issue", "?"),
        ("FLAG", "ETF", "maybe"),
        ("ODD", "Exchange", "U"),
    ]
    assert rejects.select("source", "feed", "as_of", "known_at").unique().rows() == [
        ("symdir", "symdir/otherlisted", date(2024, 7, 2), MADE_AT)
    ]


def test_an_unknown_financial_status_is_none(tmp_path: Path) -> None:
    frames = read(tmp_path, NASDAQ_LISTED, "ACME|Acme|Q|N|Z|100|N|N")
    assert by_symbol(frames)["ACME"]["financial_status"] is None
    assert frames["raw.source_rejects"].select("row_key", "field", "text").rows() == [("ACME", "Financial Status", "Z")]


# --- what must not pass -----------------------------------------------------------------------------------------------

WHOLE = filler(NASDAQ_LISTED)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<!DOCTYPE html>\n<title>Page Not Available</title>\n" * 900, "not the expected header"),
        (b"", "not the expected header"),
        (file(OTHER_LISTED, filler(OTHER_LISTED)), "not the expected header"),
        (file(NASDAQ_LISTED, WHOLE).replace(b"|ETF|", b"|ETP|", 1), "not the expected header"),
        (file(NASDAQ_LISTED, WHOLE).replace(b"|NextShares", b"|NextShares|New", 1), "not the expected header"),
        (file(NASDAQ_LISTED, [])[: len(HEADERS[NASDAQ_LISTED])], "truncated"),
        (file(NASDAQ_LISTED, WHOLE, footer=""), "truncated"),
        (file(NASDAQ_LISTED, WHOLE)[:-20], "truncated"),
        (file(NASDAQ_LISTED, WHOLE, footer="File Creation Time: 1302202418:01|||||||"), "truncated"),
        (file(NASDAQ_LISTED, WHOLE) + b"MORE|after the footer|Q|N|N|100|N|N\r\n", "truncated"),
        (file(NASDAQ_LISTED, WHOLE[1:]), f"{ROW_FLOOR - 1} rows"),
        (file(NASDAQ_LISTED, [*WHOLE, *["X|cut"] * 31]), "31 of 1531 rows"),
        (b"\xff\xfe" + file(NASDAQ_LISTED, WHOLE), "no text"),
    ],
)
def test_a_file_that_cannot_be_believed_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(BadPayload, match=told):
        PROVIDER.validate(ask(NASDAQ_LISTED), body)


def test_a_few_misshapen_rows_are_no_reason_to_refuse_a_file(tmp_path: Path) -> None:
    body = file(NASDAQ_LISTED, [*WHOLE, *["X|cut"] * 30])
    PROVIDER.validate(ask(NASDAQ_LISTED), body)
    assert PROVIDER.read(landed(tmp_path, NASDAQ_LISTED, body))["raw.source_rejects"].height == 30


# --- real files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("nasdaqlisted_2022-05-06.txt", 5689),
        ("nasdaqlisted_2025-05-01.txt", 4842),
        ("nasdaqlisted_2026-08-01.txt", 5569),
        ("otherlisted_2022-05-06.txt", 6484),
        ("otherlisted_2025-05-30.txt", 6504),
        ("otherlisted_2026-08-21.txt", 7540),
    ],
)
def test_real_files_parse_to_the_last_row(shared: Path, tmp_path: Path, name: str, count: int) -> None:
    kind, _, day = name.removesuffix(".txt").partition("_")
    body = (shared / "data" / "symdir" / name).read_bytes()
    PROVIDER.validate(ask(kind), body)
    frames = PROVIDER.read(landed(tmp_path, kind, body))
    table = frames["raw.directory"]
    assert table.height == table["symbol"].n_unique() == count
    assert table["ticker"].n_unique() == count, "no two lines fall together"
    assert table["as_of"].unique().to_list() == [date.fromisoformat(day)]
    assert set(frames["raw.source_rejects"]["field"]) <= {"Exchange"}
    if kind == NASDAQ_LISTED and day > "2022-06":
        assert {"NA", "NAN"} & set(table["symbol"]), "symbols that look like nothing are there"


def test_the_preferreds_of_the_screener_are_found_in_the_directory(shared: Path, tmp_path: Path) -> None:
    body = (shared / "data" / "symdir" / "otherlisted_2025-04-30.txt").read_bytes()
    listed = set(PROVIDER.read(landed(tmp_path, OTHER_LISTED, body))["raw.directory"]["ticker"])
    lines = pl.read_parquet(shared / "data" / "market" / "daily_2025.parquet").filter(
        (pl.col("date") == date(2025, 4, 30)) & pl.col("symbol").str.contains(r"[\^/]")
    )
    spelled = set(lines["symbol"].str.strip_chars().str.replace("/", "."))
    assert len(spelled) > 300
    assert len(spelled - listed) <= 3, sorted(spelled - listed)


def test_a_real_file_that_broke_off_is_refused(shared: Path) -> None:
    body = (shared / "data" / "symdir" / "broken" / "nasdaqlisted_2025-05-30.txt").read_bytes()
    with pytest.raises(BadPayload, match="truncated nasdaqlisted"):
        PROVIDER.validate(ask(NASDAQ_LISTED), body)


# --- over HTTP --------------------------------------------------------------------------------------------------------


def settings_of(url: str, **more: Any) -> Settings:
    return Settings(symdir_url=url, symdir_requests_per_second=100, backoff_base_s=0, **more)


def test_both_files_come_over_http_and_land(replay_server: StartReplayServer, tmp_path: Path) -> None:
    settings = settings_of(replay_server(today="2025-05-02"))
    landing, counts = Landing(tmp_path), {}
    with PROVIDER.client(settings) as http:
        for asked in PROVIDER.daily(settings, NOW):

            def validate(body: bytes, asked: Ask = asked) -> None:
                PROVIDER.validate(asked, body)

            payload = http.get(asked.base_url + asked.path, headers=asked.headers, validate=validate)
            row = landing.land(asked.feed, payload.url, payload.body, session=asked.day, key=asked.path, final=False)
            table = PROVIDER.read(Landed(row, landing))["raw.directory"]
            counts[asked.feed] = (table.height, table["as_of"][0])
        assert http.traffic.requests == 2
    assert counts == {
        "symdir/nasdaqlisted": (4842, date(2025, 5, 1)),
        "symdir/otherlisted": (6454, date(2025, 4, 30)),
    }


@pytest.mark.parametrize(("fault", "error"), [("html", BadPayload), ("truncate", Unavailable), ("500", Unavailable)])
def test_a_fault_that_stays_is_an_error_and_nothing_is_believed(
    replay_server: StartReplayServer, fault: str, error: type[Exception]
) -> None:
    settings = settings_of(replay_server(today="2025-05-02", faults=f"{fault}:1"), max_attempts=3)
    asked = PROVIDER.daily(settings, NOW)[0]
    with PROVIDER.client(settings) as http:
        with pytest.raises(error):
            http.get(asked.base_url + asked.path, validate=lambda body: PROVIDER.validate(asked, body))
        assert http.traffic.requests == 3


def test_faults_that_pass_are_overcome(replay_server: StartReplayServer) -> None:
    settings = settings_of(replay_server(today="2025-05-02", faults="html:0.3,500:0.3", seed=3), max_attempts=12)
    asked = PROVIDER.daily(settings, NOW)[0]
    with PROVIDER.client(settings) as http:
        bodies = [
            http.get(asked.base_url + asked.path, validate=lambda body: PROVIDER.validate(asked, body)).body
            for _ in range(3)
        ]
        assert http.traffic.retries > 0
    assert len(set(bodies)) == 1
    assert symdir.HEADERS[NASDAQ_LISTED].encode() == bodies[0].splitlines()[0]
