"""Share counts and floats from the SEC's facts: exact rows, each once, dated by filing; and what is refused."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.sec import facts
from recon_pipeline.sources.sec.facts import CompanyFacts

FETCHED = datetime(2026, 5, 1, 8, tzinfo=UTC)
SETTINGS = Settings(
    sec_contact=SecretStr("Jane jane@doe.example"),
    sec_files_url="https://files.example",
    sec_data_url="https://data.example",
)
COVER = "EntityCommonStockSharesOutstanding"
FLOAT = "EntityPublicFloat"
PLAIN = "CommonStockSharesOutstanding"


def fact(end: str, val: Any, number: int, filed: str, form: str = "10-Q", **more: Any) -> dict[str, Any]:
    told = {"end": end, "val": val, "accn": f"0000000011-26-{number:06d}", "fy": 2026, "fp": "Q1"}
    return told | {"form": form, "filed": filed} | more


def company(cik: int, dei: Mapping[str, Any] | None = None, gaap: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Facts in the form of the SEC, of an invented company; concepts that nobody reads are in between."""

    def concepts(tags: Mapping[str, Any]) -> dict[str, Any]:
        return {tag: {"label": None, "description": "", "units": units} for tag, units in tags.items()}

    noise = {"Assets": {"USD": [{"start": "2025-01-01", "end": "2025-12-31", "val": -1.5, "accn": "x"}]}}
    taxonomies = {"dei": concepts(dei or {}), "us-gaap": concepts(noise | dict(gaap or {})), "ifrs-full": {}}
    return {"cik": cik, "entityName": f"Company {cik}", "facts": taxonomies}


EXAMPLE = company(
    11,
    {
        COVER: {
            "shares": [
                fact("2026-01-31", 15334082000, 1, "2026-02-03", "10-K", frame="CY2025Q4I"),
                fact("2026-01-31", 15334082000, 1, "2026-02-03", "10-K"),
                fact("2026-01-31", 15334082001, 2, "2026-04-30", "10-K/A"),
                fact("2026-04-24", 100.5, 3, "2026-05-01", "8-K"),
                fact("2026-04-24", 100.5, 3, "2026-05-01"),
            ]
        },
        FLOAT: {
            "USD": [fact("2025-07-31", 4000000000000.25, 1, "2026-02-03", "10-K")],
            "CAD": [fact("2025-07-31", 7, 1, "2026-02-03", "10-K")],
        },
        "AmendmentFlag": {"pure": []},
    },
    {PLAIN: {"shares": [fact("2025-12-31", 12, 1, "2026-02-03", "20-F")]}},
)
EXAMPLE_ROWS = [
    (
        *("sec_companyfacts", 11, "dei", COVER, "", "shares", date(2026, 1, 31), Decimal("15334082000.00"), "10-K"),
        *(date(2026, 2, 3), "0000000011-26-000001", datetime(2026, 2, 4, 4, 59, 59)),
    ),
    (
        *("sec_companyfacts", 11, "dei", COVER, "", "shares", date(2026, 1, 31), Decimal("15334082001.00"), "10-K/A"),
        *(date(2026, 4, 30), "0000000011-26-000002", datetime(2026, 5, 1, 3, 59, 59)),
    ),
    (
        *("sec_companyfacts", 11, "dei", COVER, "", "shares", date(2026, 4, 24), Decimal("100.50"), "10-Q"),
        *(date(2026, 5, 1), "0000000011-26-000003", datetime(2026, 5, 2, 3, 59, 59)),
    ),
    (
        *("sec_companyfacts", 11, "dei", FLOAT, "", "USD", date(2025, 7, 31), Decimal("4000000000000.25"), "10-K"),
        *(date(2026, 2, 3), "0000000011-26-000001", datetime(2026, 2, 4, 4, 59, 59)),
    ),
    (
        *("sec_companyfacts", 11, "us-gaap", PLAIN, "", "shares", date(2025, 12, 31), Decimal("12.00"), "20-F"),
        *(date(2026, 2, 3), "0000000011-26-000001", datetime(2026, 2, 4, 4, 59, 59)),
    ),
]

Land = Callable[..., Landed]


@pytest.fixture
def land(tmp_path: Path) -> Land:
    """Lands a zip of companies and other members."""

    def lands(*companies: dict[str, Any], **others: str) -> Landed:
        path = tmp_path / "z"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for one in companies:
                archive.writestr(f"CIK{int(one['cik']):010d}.json", json.dumps(one))
            for name, body in others.items():
                archive.writestr(f"{name}.json", body)
        landing = Landing(tmp_path / "landing")
        sha = hashlib.sha256(path.read_bytes()).hexdigest()
        url = "https://files.example" + facts.BULK_PATH
        return Landed(landing.land_file(facts.BULK, url, path, sha256=sha, fetched_at=FETCHED), landing)

    return lands


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a zip of few companies pass."""
    monkeypatch.setattr(facts, "FEWEST_MEMBERS", 1)


def rejected(frames: Frames) -> list[tuple[Any, ...]]:
    return frames["raw.source_rejects"].select("row_key", "field", "text", "reason").rows()


@pytest.mark.usefixtures("few")
def test_facts_become_rows_each_once_and_exact(land: Land) -> None:
    frames = CompanyFacts().read(land(EXAMPLE))
    assert frames["raw.cover_facts"].rows() == EXAMPLE_ROWS
    assert rejected(frames) == [("11", FLOAT, "CAD", "facts in a unit other than USD; left out")]


@pytest.mark.usefixtures("few")
def test_one_filing_may_state_two_figures_of_a_day(land: Land) -> None:
    """Some do, for two classes without saying so: which of them counts is for SQL to say."""
    two = [fact("2026-01-31", value, 1, "2026-02-03") for value in (5, 6, 5)]
    frames = CompanyFacts().read(land(company(11, {COVER: {"shares": two}})))
    assert frames["raw.cover_facts"]["value"].to_list() == [5, 6]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("form", ["8-K", "DEF 14A", "S-1", "POS AM", "10-K405", None])
def test_other_forms_do_not_count(land: Land, form: str | None) -> None:
    other = fact("2026-01-31", 5, 1, "2026-02-03") | {"form": form}
    frames = CompanyFacts().read(land(EXAMPLE, company(12, {COVER: {"shares": [other]}})))
    assert frames["raw.cover_facts"]["cik"].unique().to_list() == [11]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": "2026-02-30"}, COVER),
        ({"end": None}, COVER),
        ({"val": None}, COVER),
        ({"val": 10**27}, COVER),
        ({"val": "NaN"}, COVER),
        ({"accn": ""}, COVER),
        ({"accn": None}, COVER),
        ({"filed": "soon"}, "filed"),
        ({"filed": None}, "filed"),
    ],
)
def test_a_fact_that_cannot_be_read_is_quarantined(land: Land, change: dict[str, Any], field: str) -> None:
    sound, broken = fact("2026-01-31", 5, 1, "2026-02-03"), fact("2026-03-31", 6, 2, "2026-04-03") | change
    frames = CompanyFacts().read(land(company(12, {COVER: {"shares": [broken, sound]}})))
    assert frames["raw.cover_facts"]["value"].to_list() == [5]
    assert [row[:2] for row in rejected(frames)] == [("12", field)]


def many(count: int = 1_000) -> list[dict[str, Any]]:
    one = {COVER: {"shares": [fact("2026-01-31", 5, 1, "2026-02-03")]}}
    return [company(number, one) for number in range(100_000, 100_000 + count)]


@pytest.mark.parametrize(
    "body",
    ["<html>", "{", "[]", json.dumps({"cik": 7}), json.dumps(company(8)), json.dumps(EXAMPLE).replace("15334", "x")],
)
def test_one_broken_company_is_quarantined(land: Land, body: str) -> None:
    frames = CompanyFacts().read(land(*many(), CIK0000000007=body))
    assert len(frames["raw.cover_facts"]) == 1_000
    assert [row[:3] for row in rejected(frames)] == [("7", "facts", "CIK0000000007.json")]


def test_a_company_without_facts_is_none_that_is_broken(land: Land) -> None:
    empty = {f"CIK{number:010d}": "{}" for number in range(1, 50)}
    frames = CompanyFacts().read(land(*many(), **empty))
    assert len(frames["raw.cover_facts"]) == 1_000
    assert rejected(frames) == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_second_member_of_a_company_is_left_out(land: Land) -> None:
    companies = many()
    frames = CompanyFacts().read(land(*companies, companies[0]))
    assert len(frames["raw.cover_facts"]) == 1_000
    assert rejected(frames)[0][3] == "a second member for the same company; the company is left out"


def test_many_broken_companies_are_a_broken_zip(land: Land) -> None:
    with pytest.raises(BadPayload, match="11 of 1,011 companies"):
        CompanyFacts().read(land(*many(), **{f"CIK{number:010d}": "[]" for number in range(1, 12)}))


def test_a_zip_of_few_companies_is_refused(land: Land) -> None:
    with pytest.raises(BadPayload, match="at least 1,000 companies"):
        CompanyFacts().read(land(*many(999)))


def test_a_zip_in_which_nobody_states_a_count_is_refused(land: Land) -> None:
    """As after a renamed tag: every company can be read, and holds nothing."""
    with pytest.raises(BadPayload, match="0 facts were found"):
        CompanyFacts().read(land(*(company(number) for number in range(1, 1_100))))


def landed_small(tmp_path: Path, ask: Ask, body: bytes) -> Landed:
    landing = Landing(tmp_path)
    row = landing.land(ask.feed, ask.base_url + ask.path, body, key=ask.path, fetched_at=FETCHED)
    return Landed(row, landing)


def concept(**changes: Any) -> bytes:
    told = {"cik": 11, "taxonomy": "dei", "tag": COVER, "label": "", "description": "", "entityName": "Example"}
    units = {"units": {"shares": [fact("2026-01-31", 15334082000, 1, "2026-02-03", "10-K")]}}
    return json.dumps(told | units | changes).encode()


def test_a_concept_of_one_company(tmp_path: Path) -> None:
    provider = CompanyFacts()
    ask = provider.concept(SETTINGS, 11)
    assert ask.base_url + ask.path == f"https://data.example/api/xbrl/companyconcept/CIK0000000011/dei/{COVER}.json"
    provider.validate(ask, concept())
    frames = provider.read(landed_small(tmp_path, ask, concept()))
    assert frames["raw.cover_facts"].rows() == [("sec_companyconcept", *EXAMPLE_ROWS[0][1:])]


def test_only_concepts_that_are_read_are_asked() -> None:
    with pytest.raises(KeyError):
        CompanyFacts().concept(SETTINGS, 11, "us-gaap", "Assets")
    with pytest.raises(KeyError):
        CompanyFacts().frame(SETTINGS, date(2026, 3, 31), "dei", PLAIN)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>secret",
        b"{",
        b"{}",
        concept(cik=12),
        concept(tag=PLAIN),
        concept(taxonomy="x"),
        concept(units=[]),
        b"\xff",
    ],
)
def test_a_concept_that_was_not_asked_for_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload) as refused:
        CompanyFacts().validate(CompanyFacts().concept(SETTINGS, 11), body)
    assert "secret" not in str(refused.value)


def frame(**changes: Any) -> bytes:
    row = {"accn": "0000000011-26-000001", "cik": 11, "entityName": "Example", "loc": "US-CA", "end": "2026-01-31"}
    told = {"taxonomy": "dei", "tag": COVER, "ccp": "CY2026Q1I", "uom": "shares", "label": "", "description": ""}
    return json.dumps(told | {"pts": 2, "data": [row | {"val": 5}, row | {"val": 6, "end": "soon"}]} | changes).encode()


def test_a_frame_is_known_when_it_was_fetched(tmp_path: Path) -> None:
    provider = CompanyFacts()
    ask = provider.frame(SETTINGS, date(2026, 3, 31))
    assert ask.path == f"/api/xbrl/frames/dei/{COVER}/shares/CY2026Q1I.json"
    assert provider.frame(SETTINGS, date(2025, 12, 1), "dei", FLOAT).path.endswith(f"/{FLOAT}/USD/CY2025Q4I.json")
    provider.validate(ask, frame())
    frames = provider.read(landed_small(tmp_path, ask, frame()))
    assert frames["raw.cover_facts"].rows() == [
        (
            *("sec_frames", 11, "dei", COVER, "", "shares", date(2026, 1, 31), Decimal("5.00"), None, None),
            *("0000000011-26-000001", FETCHED.replace(tzinfo=None)),
        )
    ]
    assert [row[:2] for row in rejected(frames)] == [("11", COVER)]


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"{}", frame(pts=3), frame(data=[], pts=0), frame(ccp="CY2025Q1I"), frame(uom="USD"), frame(tag=FLOAT)],
)
def test_a_frame_that_cannot_be_believed_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        CompanyFacts().validate(CompanyFacts().frame(SETTINGS, date(2026, 3, 31)), body)


def test_an_event_wants_the_zip_and_a_day_wants_nothing() -> None:
    provider, now = CompanyFacts(), datetime(2026, 5, 11, tzinfo=UTC)
    plan = Plan("2026-06-recon", date(2026, 4, 30), date(2025, 4, 30), [], now)
    assert provider.daily(SETTINGS, now) == []
    path = "/Archives/edgar/daily-index/xbrl/companyfacts.zip"
    bulk = Ask(facts.BULK, "https://files.example", path, is_big=True)
    assert provider.of_event(SETTINGS, plan) == [bulk]
    # A frame keeps what was filed last: it is of the days that the event knows only while these are the days.
    in_time = replace(plan, now=datetime(2026, 5, 10, tzinfo=UTC))
    assert [ask.path.rpartition("/")[2] for ask in provider.of_event(SETTINGS, in_time)] == [
        "companyfacts.zip",
        "CY2026Q1I.json",
    ]
    assert (provider.lacks(SETTINGS), provider.lacks(Settings())) == ("", "RECON_SEC_CONTACT")


@pytest.mark.usefixtures("few")
def test_the_columns_are_those_of_the_contract(land: Land) -> None:
    contract = Path(__file__).resolve().parents[1] / "sql" / "raw" / "cover_facts.table.sql"
    table = CompanyFacts().read(land(EXAMPLE))["raw.cover_facts"]
    lines = [line for line in contract.read_text().splitlines() if line.startswith("    ") and " not null" in line[4:]]
    told = {line.split()[0] for line in lines} - {"payload_sha256"}
    assert told <= set(table.columns)
    assert not any(table[name].has_nulls() for name in told)
    key = [name.strip() for name in contract.read_text().split("primary key (")[1].split(")")[0].split(",")]
    assert table.select(key).is_unique().all()
