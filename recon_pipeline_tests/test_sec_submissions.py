"""The headers of the SEC's filers: rows from a zip and from a single one, and what is refused or quarantined."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pydantic import SecretStr

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.sec import submissions
from recon_pipeline.sources.sec.submissions import Submissions

# 22:30 of the evening before in New York.
MODIFIED = datetime(2026, 5, 1, 2, 30, tzinfo=UTC)
KNOWN, AS_OF = datetime(2026, 5, 1, 2, 30), date(2026, 4, 30)
SETTINGS = Settings(
    sec_contact=SecretStr("Jane jane@doe.example"),
    sec_files_url="https://files.example",
    sec_data_url="https://data.example",
)
NO_FILINGS: dict[str, list[str]] = {
    "accessionNumber": [],
    "filingDate": [],
    "reportDate": [],
    "acceptanceDateTime": [],
    "form": [],
    "fileNumber": [],
}


def header(cik: int, **changes: Any) -> dict[str, Any]:
    """A header in the form of the SEC, of an invented company."""
    return {
        "cik": f"{cik:010d}",
        "entityType": "operating",
        "sic": "3571",
        "sicDescription": "Electronic Computers",
        "ownerOrg": "06 Technology",
        "insiderTransactionForOwnerExists": 0,
        "name": f"Company {cik}",
        "tickers": [],
        "exchanges": [],
        "ein": "000000000",
        "lei": None,
        "category": "Large accelerated filer<br>Example",
        "fiscalYearEnd": "1231",
        "stateOfIncorporation": "DE",
        "stateOfIncorporationDescription": "DE",
        "addresses": {
            "mailing": {"city": "ELSEWHERE", "stateOrCountry": "TX"},
            "business": {"street1": "1 MAIN ST", "city": "SPRINGFIELD", "stateOrCountry": "CA", "countryCode": None},
        },
        "flags": "",
        "formerNames": [],
        "filings": {"recent": NO_FILINGS, "files": []},
    } | changes


def filings(*rows: tuple[str, str, str, str]) -> dict[str, Any]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    named = dict(zip(("accessionNumber", "filingDate", "form", "fileNumber"), columns, strict=True))
    return {"recent": named | {"items": ["" for _ in rows]}, "files": []}


COMPANY = header(
    11,
    name=" Example Motors, Inc. ",
    tickers=["EXM", "EXM-B", "NA", "EXM-WT"],
    exchanges=["NYSE", "NYSE", None, "NYSE"],
    formerNames=[
        {"name": "Example Wagons", "from": "1999-01-04T05:00:00.000Z", "to": "2010-06-30T04:00:00.000Z"},
        {"name": "Wagons", "from": None, "to": None},
    ],
    filings=filings(
        ("0000000011-26-000004", "2026-04-20", "10-K", "001-00011"),
        ("0000000011-26-000003", "2026-01-15", "CERTNYS", "001-00011"),
        ("0000000011-26-000002", "2026-01-14", "8-K", "001-00011"),
        ("0000000011-26-000001", "2026-01-13", "8-A12B", ""),
        ("0000000011-26-000000", "2026-01-12", "10-12B", "001-00011"),
        ("0000000011-25-000001", "2025-13-45", "25-NSE", "001-00011"),
    ),
)
CAYMAN = header(12, sic="", stateOfIncorporation="E9", tickers=["CAYM"], exchanges=["Nasdaq"], category="")
PERSON = header(13, entityType="other", sic="", addresses={"mailing": {}, "business": {}})
GONE = header(14, sic="99")
UNPAIRED = header(15, tickers=["ONE", "TWO"], exchanges=["NYSE"])


def as_zip(path: Path, content: Mapping[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in content.items():
            archive.writestr(name, body if isinstance(body, str | bytes) else json.dumps(body))
    return path


def named(*headers: dict[str, Any]) -> dict[str, Any]:
    return {f"CIK{item['cik']}.json": item for item in headers}


Land = Callable[[Mapping[str, Any]], Landed]


@pytest.fixture
def land(tmp_path: Path) -> Land:
    """Lands a zip of submissions with these members."""

    def lands(content: Mapping[str, Any]) -> Landed:
        path = as_zip(tmp_path / "z", content)
        landing = Landing(tmp_path / "landing")
        row = landing.land_file(
            submissions.BULK,
            "https://files.example" + submissions.BULK_PATH,
            path,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            key=submissions.BULK_PATH,
            last_modified=MODIFIED,
        )
        return Landed(row, landing)

    return lands


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a zip of few members pass."""
    monkeypatch.setattr(submissions, "FEWEST_MEMBERS", 1)


def rejected(frames: Frames) -> list[tuple[Any, ...]]:
    return frames["raw.source_rejects"].select("row_key", "field", "text", "reason").rows()


@pytest.mark.usefixtures("few")
def test_a_header_becomes_rows(land: Land) -> None:
    frames = Submissions().read(land(named(COMPANY, CAYMAN)))
    assert frames["raw.filers"].rows() == [
        (
            *("sec_submissions", 11, AS_OF, KNOWN, "Example Motors, Inc.", "3571", "operating"),
            *("Large accelerated filer<br>Example", "DE", "CA", "SPRINGFIELD", None, None, None),
        ),
        (
            *("sec_submissions", 12, AS_OF, KNOWN, "Company 12", None, "operating"),
            *(None, "E9", "CA", "SPRINGFIELD", None, None, None),
        ),
    ]
    assert frames["raw.filer_tickers"].rows() == [
        ("sec_submissions", 11, AS_OF, KNOWN, "EXM", "EXM", "NYSE", None),
        ("sec_submissions", 11, AS_OF, KNOWN, "EXM-B", "EXM.B", "NYSE", None),
        ("sec_submissions", 11, AS_OF, KNOWN, "NA", "NA", None, None),
        ("sec_submissions", 11, AS_OF, KNOWN, "EXM-WT", "EXM.WS", "NYSE", None),
        ("sec_submissions", 12, AS_OF, KNOWN, "CAYM", "CAYM", "Nasdaq", None),
    ]
    assert frames["raw.filer_names"].rows() == [
        (11, "Example Wagons", date(1999, 1, 4), date(2010, 6, 30), KNOWN),
        (11, "Wagons", None, None, KNOWN),
    ]


@pytest.mark.usefixtures("few")
def test_telling_filings_are_known_at_the_end_of_their_day(land: Land) -> None:
    frames = Submissions().read(land(named(COMPANY)))
    summer, winter = datetime(2026, 4, 21, 3, 59, 59), datetime(2026, 1, 16, 4, 59, 59)
    assert frames["raw.filings"].rows() == [
        ("sec_submissions", 11, None, "10-K", date(2026, 4, 20), summer, "0000000011-26-000004", "001-00011"),
        ("sec_submissions", 11, None, "CERTNYS", date(2026, 1, 15), winter, "0000000011-26-000003", "001-00011"),
        (
            *("sec_submissions", 11, None, "8-A12B", date(2026, 1, 13)),
            *(datetime(2026, 1, 14, 4, 59, 59), "0000000011-26-000001", None),
        ),
        (
            *("sec_submissions", 11, None, "10-12B", date(2026, 1, 12)),
            *(datetime(2026, 1, 13, 4, 59, 59), "0000000011-26-000000", "001-00011"),
        ),
    ]
    assert rejected(frames) == [
        ("0000000011-25-000001", "filingDate", "2025-13-45", "a filing without day or number; left out")
    ]


@pytest.mark.usefixtures("few")
def test_who_never_traded_is_left_out_and_who_is_gone_stays(land: Land) -> None:
    frames = Submissions().read(land(named(PERSON, GONE, UNPAIRED)))
    assert frames["raw.filers"].select("cik", "sic").rows() == [(14, None), (15, "3571")]
    assert frames["raw.filer_tickers"].select("ticker", "exchange").rows() == [("ONE", None), ("TWO", None)]
    assert rejected(frames) == [
        ("14", "sic", "99", "not four digits; null instead"),
        ("15", "exchanges", "1 for 2 tickers", "none can be told whose it is; null instead"),
    ]


@pytest.mark.usefixtures("few")
def test_overflow_members_and_others_are_skipped(land: Land) -> None:
    others = {"CIK0000000011-submissions-001.json": "{}", "placeholder.txt": "x", "folder/CIK0000000099.json": "{}"}
    frames = Submissions().read(land(named(COMPANY) | others))
    assert frames["raw.filers"]["cik"].to_list() == [11]


@pytest.mark.parametrize(
    "body",
    ["<html>no</html>", "{", "[]", "{}", json.dumps(header(77)), json.dumps({**COMPANY, "tickers": [1]}), b"\xff\xfe"],
)
def test_one_broken_header_is_quarantined(land: Land, body: str | bytes) -> None:
    many = named(*(header(number) for number in range(1_000, 2_000)))
    frames = Submissions().read(land(many | {"CIK0000000011.json": body}))
    assert len(frames["raw.filers"]) == 1_000
    assert [row[:3] for row in rejected(frames)] == [("0000000011", "header", "CIK0000000011.json")]
    assert rejected(frames)[0][3].endswith("the filer is left out")


def test_many_broken_headers_are_a_broken_zip(land: Land) -> None:
    many = named(*(header(number) for number in range(1_000, 2_000)))
    many |= {f"CIK{number:010d}.json": "{}" for number in range(1, 12)}
    with pytest.raises(BadPayload, match="11 of 1,011 headers"):
        Submissions().read(land(many))


def test_a_zip_of_few_headers_is_refused(land: Land) -> None:
    with pytest.raises(BadPayload, match="at least 1,000 headers"):
        Submissions().read(land(named(COMPANY)))


@pytest.mark.usefixtures("few")
def test_columns_of_different_lengths_are_a_broken_header(land: Land) -> None:
    torn = filings(("a", "2026-01-01", "10-K", "b"))
    torn["recent"]["form"] = []
    with pytest.raises(BadPayload, match="1 of 1 headers"):
        Submissions().read(land(named(header(11, filings=torn))))


def test_a_single_filer_is_asked_and_read(tmp_path: Path) -> None:
    provider, landing = Submissions(), Landing(tmp_path)
    ask = provider.one(SETTINGS, 11)
    assert (ask.feed, ask.base_url, ask.path) == (
        "sec_submissions/one",
        "https://data.example",
        "/submissions/CIK0000000011.json",
    )
    body = json.dumps(COMPANY).encode()
    provider.validate(ask, body)
    row = landing.land(ask.feed, ask.base_url + ask.path, body, key=ask.path, fetched_at=MODIFIED)
    frames = provider.read(Landed(row, landing))
    assert frames["raw.filers"].select("cik", "as_of", "known_at").rows() == [(11, AS_OF, KNOWN)]
    assert len(frames["raw.filings"]) == 4


@pytest.mark.parametrize("body", [b"<html>no</html>", b"{", b"{}", json.dumps(header(12)).encode(), b"\xff"])
def test_a_single_filer_that_is_not_to_be_believed_is_refused(body: bytes) -> None:
    ask = Submissions().one(SETTINGS, 11)
    with pytest.raises(BadPayload) as refused:
        Submissions().validate(ask, body)
    assert "Company" not in str(refused.value)


def test_an_event_wants_the_zip_and_a_day_wants_nothing() -> None:
    provider, now = Submissions(), datetime(2026, 5, 1, tzinfo=UTC)
    plan = Plan("2026-06-recon", date(2026, 4, 30), date(2025, 4, 30), [], now)
    assert provider.daily(SETTINGS, now) == []
    assert provider.of_event(SETTINGS, plan) == [
        Ask(
            "sec_submissions/bulk",
            "https://files.example",
            "/Archives/edgar/daily-index/bulkdata/submissions.zip",
            is_big=True,
        )
    ]
    assert provider.lacks(SETTINGS) == ""
    assert provider.lacks(Settings()) == "RECON_SEC_CONTACT"


@pytest.mark.usefixtures("few")
def test_the_columns_are_those_of_the_contracts(land: Land) -> None:
    contracts = Path(__file__).resolve().parents[1] / "sql" / "raw"
    for table, frame in Submissions().read(land(named(COMPANY))).items():
        head = (contracts / f"{table.removeprefix('raw.')}.table.sql").read_text().split(");\n\ncomment")[0]
        columns = [line.split()[0] for line in head.splitlines()[1:] if line[:5].strip() and line[4:5].strip()]
        wanted = [name for name in columns if name not in ("primary", "payload_sha256", "check", ")")]
        assert frame.columns == wanted, table
        assert isinstance(frame, pl.DataFrame)


def test_what_a_header_may_leave_out_is_no_defect(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    """No exchange for any ticker, and filings without file numbers: an absence, and nothing is quarantined."""
    monkeypatch.setattr(submissions, "FEWEST_MEMBERS", 1)
    rows = {"accessionNumber": ["0000000016-26-000001"], "filingDate": ["2026-01-13"], "form": ["8-A12B"]}
    bare = header(16, tickers=["BARE"], exchanges=[], filings={"recent": rows, "files": []})
    frames = submissions.Submissions().read(land(named(bare)))
    assert frames["raw.filer_tickers"].select("ticker", "exchange").rows() == [("BARE", None)]
    assert frames["raw.filings"].select("form", "file_number").rows() == [("8-A12B", None)]
    assert frames["raw.source_rejects"].is_empty()
