"""iShares holdings: which files are believed, their rows, and `recon holdings` from the host to the file.

The files here are made up in the shape of a download; no holding of a real fund is in them.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from recon_pipeline import cli
from recon_pipeline.errors import BadInput, BadPayload, NotLanded
from recon_pipeline.events import event
from recon_pipeline.opening import read_openings
from recon_pipeline.scoring import read_truth
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Landed, Plan
from recon_pipeline.sources.ishares import FEED, FUNDS, IShares, ask_for, fetch_holdings
from recon_pipeline.sources.landing import Landing
from recon_pipeline_tests.test_http import Answer, Server
from recon_pipeline_tests.test_opening import FUND_NAMES, HOLDINGS_HEADER, fund_file, holding

DAY = date(2023, 3, 31)
NOW = datetime(2023, 6, 1, 12, tzinfo=UTC)
PROVIDER = IShares()
FILLING = [holding(f"X{number}", f"FILLING {number} INC") for number in range(200)]
CASH = [holding("USD", "USD CASH", "Cash")]


def settings(**values: object) -> Settings:
    given: dict[str, object] = {
        "now": NOW,
        "ishares_requests_per_second": 1_000,
        "backoff_base_s": 0.002,
        "backoff_max_s": 0.05,
        "max_attempts": 2,
    }
    return Settings.model_validate(given | values)


def asked(index_id: str = "R2000", day: date = DAY) -> Ask:
    return ask_for(settings(), index_id, day)


def fund(*rows: str, name: str = FUND_NAMES["R2000"], day: str = '"Mar 31, 2023"') -> bytes:
    return ("\ufeff" + fund_file(name, day, [*rows, *FILLING, *CASH])).encode()


# --- asking -----------------------------------------------------------------------------------------------------------


def test_no_run_asks_for_holdings() -> None:
    plan = Plan("2023-06-recon", date(2023, 4, 28), date(2022, 5, 6), (), NOW)
    assert PROVIDER.daily(settings(), NOW) == PROVIDER.of_event(settings(), plan) == []
    assert PROVIDER.lacks(settings()) == ""


@pytest.mark.parametrize(
    ("index_id", "page", "file"),
    [
        ("R1000", "239707/ishares-russell-1000-etf", "IWB"),
        ("r2000", "239710/ishares-russell-2000-etf", "IWM"),
        ("R3000", "239714/ishares-russell-3000-etf", "IWV"),
        ("RMICRO", "239716/ishares-microcap-etf", "IWC"),
    ],
)
def test_a_fund_is_asked_for_by_its_page_and_day(index_id: str, page: str, file: str) -> None:
    ask = asked(index_id)
    assert (ask.feed, ask.base_url, ask.day, ask.is_final) == (FEED, "https://www.ishares.com", DAY, True)
    assert ask.path == (
        f"/us/products/{page}/1467271812596.ajax?fileType=csv&fileName={file}_holdings&dataType=fund&asOfDate=20230331"
    )


@pytest.mark.parametrize(
    ("index_id", "day", "told"),
    [
        ("R2500", DAY, "holdings on R2500: funds are known on R1000, R2000, R3000, RMICRO"),
        ("R2000", date(2023, 4, 1), "holdings of 2023-04-01: that is no session"),
        ("R2000", date(2023, 6, 2), "no session up to 2023-06-01"),
    ],
)
def test_what_cannot_be_asked_for_is_told_at_once(index_id: str, day: date, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        asked(index_id, day)


def test_todays_holdings_may_still_change() -> None:
    assert not asked(day=NOW.date()).is_final


# --- rows -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shares", ["Shares", "Quantity", "Shares/Quantity"])
def test_every_holding_is_a_row(tmp_path: Path, shares: str) -> None:
    figures = '"1,234,567.89","-0.015","1,234,567.89","-12,345.50"'
    odd = f'"ODD","ODD FIGURES INC","-","Equity",{figures},"-","-","-","one","-","","USD","1.00","USD","-"'
    kindless = holding("NONE", "NO KIND INC", "")
    body = fund(holding("NA", "NAMED FOR A TRAP CORP"), holding("BRKB", "TWO CLASSES INC"), odd, kindless)
    body = body.replace(b",Shares,", f",{shares},".encode(), 1)
    PROVIDER.validate(asked(), body)
    landing = Landing(tmp_path)
    row = landing.land(FEED, "https://host/x", body, session=DAY, fetched_at=NOW, key=asked().path)
    frames = PROVIDER.read(Landed(row, landing))
    holdings = frames["raw.fund_holdings"]
    assert holdings.height == 3 + 200 + 1
    columns = ("symbol", "name", "asset_class", "weight_pct", "held_shares", "price_usd", "exchange_name")
    assert holdings.select(columns).rows()[:4] == [
        ("NA", "NAMED FOR A TRAP CORP", "Equity", Decimal("1.25"), Decimal(12345), Decimal("100.01"), "NYSE"),
        ("BRKB", "TWO CLASSES INC", "Equity", Decimal("1.25"), Decimal(12345), Decimal("100.01"), "NYSE"),
        ("ODD", "ODD FIGURES INC", "Equity", Decimal("-0.015"), Decimal("-12345.5"), None, None),
        ("X0", "FILLING 0 INC", "Equity", Decimal("1.25"), Decimal(12345), Decimal("100.01"), "NYSE"),
    ]
    assert holdings.row(-1, named=True)["asset_class"] == "Cash"
    assert holdings.select("source", "index_id", "as_of", "known_at").unique().rows() == [
        ("ishares", "R2000", DAY, datetime(2023, 6, 1, 12))
    ]
    assert frames["raw.source_rejects"].select("row_key", "field", "text").rows() == [
        ("ODD", "Price", "one"),
        ("NONE", "Asset Class", "NO KIND INC"),
    ]


# --- what is not believed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (fund_file(day='"-"', rows=[]).encode(), "no holdings of that date .2023-03-31.: not a session"),
        (fund_file(rows=[]).encode(), "no holdings of that date"),
        (fund(day='"Apr 03, 2023"'), "the holdings of 2023-04-03, where those of 2023-03-31"),
        (fund(day='"some day"'), "date of its holdings, 'some day'"),
        (fund(name=FUND_NAMES["R1000"]), "a fund on R1000, where R2000"),
        (fund(name="Example S&P 500 ETF"), "do not name a fund"),
        (fund_file(rows=[*FILLING[:199], *CASH]).encode(), "199 equities"),
        (fund().replace(b"Ticker,Name", b"Ticker,CUSIP,Name"), "other columns"),
        (fund().replace(b"Weight (%)", b"Weight"), "other columns"),
        (fund().replace(b",Shares,", b",Units,"), "other columns"),
        (fund().replace(HOLDINGS_HEADER.encode(), b"Symbol,Name"), "no holdings CSV"),
        (fund()[: fund().index(b"FILLING 100")], "cut short"),
        (fund()[: fund().index(b'"FILLING 100')], "cut short"),
        (b"<!DOCTYPE html><html><body>Sorry</body></html>", "markup"),
        (b'{"aaData":[]}', "no holdings CSV"),
        (fund("\xe9").decode("utf-8-sig").encode("latin-1", "replace"), "not UTF-8"),
        (b"", "no holdings CSV"),
    ],
    ids=[
        *("dashes", "a header only", "another day", "no day", "another fund", "a fund of another family", "few rows"),
        *("another header", "no weight", "no shares", "no ticker", "cut in a text", "cut in a row", "a page", "JSON"),
        *("another encoding", "nothing"),
    ],
)
def test_what_cannot_be_believed(body: bytes, told: str) -> None:
    with pytest.raises(BadPayload, match=told):
        PROVIDER.validate(asked(), body)


# --- from the host to the file ----------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_holdings_are_asked_for_once_and_then_landed(server: Server, tmp_path: Path) -> None:
    server.lasting = Answer(200, fund())
    given = settings(home=tmp_path, ishares_url=server.url)
    said: list[str] = []
    for _ in range(2):
        assert fetch_holdings(given, "r2000", DAY, say=said.append) == fund()
    assert [path for path, _ in server.seen] == [asked().path]
    assert said == ["asking ishares/holdings for R2000 on 2023-03-31"]
    (row,) = Landing(given.landed_dir).every()
    assert (row.source, row.key, row.session, row.final, row.fetched_at) == (FEED, asked().path, DAY, True, NOW)
    offline = settings(home=tmp_path, offline=True)
    assert fetch_holdings(offline, "R2000", DAY, say=said.append) == fund()
    with pytest.raises(NotLanded):
        fetch_holdings(offline, "R1000", DAY, say=said.append)


Call = Callable[..., tuple[int, str]]


@pytest.fixture
def recon(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], server: Server) -> Call:
    """Run the command against the server; return its exit code and all that it printed."""
    monkeypatch.setenv("RECON_ISHARES_URL", server.url)
    monkeypatch.setenv("RECON_BACKOFF_BASE_S", "0.002")
    monkeypatch.setenv("RECON_ISHARES_REQUESTS_PER_SECOND", "1000")

    def call(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["recon", "holdings", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out + printed.err

    return call


def test_the_command_writes_a_file_that_opens_and_scores(recon: Call, server: Server, tmp_path: Path) -> None:
    server.script.append(Answer(200, fund()))
    server.lasting = Answer(200, fund(day='"Jun 30, 2023"'))
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    for day, out in (("2023-03-31", before), ("2023-06-30", after)):
        code, printed = recon("R2000", "--date", day, "--out", out, "--home", tmp_path / "home")
        assert (code, f"holds the fund on R2000 of {day}" in printed) == (0, True)
    assert before.read_bytes() == fund()
    recon_event = event("2023-06-recon")
    opening = read_openings([before], recon_event).rows
    assert opening["ticker"].to_list() == [f"X{number}" for number in range(200)]
    assert set(opening["index_id"]) == {"R2000"}
    assert read_truth([after], recon_event) == {("R2000", "members"): {f"X{number}" for number in range(200)}}


def test_the_command_tells_what_went_wrong_and_writes_nothing(recon: Call, server: Server, tmp_path: Path) -> None:
    server.lasting = Answer(200, fund_file(day='"-"', rows=[]).encode())
    out = tmp_path / "out.csv"
    for arguments, code, told in (
        (("R2000", "--date", "2023-03-31"), BadPayload.exit_code, "no holdings of that date"),
        (("S500", "--date", "2023-03-31"), BadInput.exit_code, "funds are known on R1000"),
        (("R2000", "--date", "2023-04-01"), BadInput.exit_code, "no session"),
        (("R2000", "--date", "31.3.2023"), BadInput.exit_code, "YYYY-MM-DD"),
    ):
        found, printed = recon(*arguments, "--out", out, "--home", tmp_path / "home")
        assert (found, told in printed) == (code, True), printed
    assert not out.exists()
    assert set(FUNDS) == {"R1000", "R2000", "R3000", "RMICRO"}
