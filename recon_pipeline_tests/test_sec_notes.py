"""The Financial Statement and Notes data sets: share counts and symbols by class of stock."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.sec.notes import DIM_COLUMNS, NUM_COLUMNS, TXT_COLUMNS, SecNotes
from recon_pipeline_tests.sec_payloads import (
    SUB_HEADER,
    landed_file,
    plan,
    settings,
    sub,
    table,
    zipped,
)

PROVIDER = SecNotes()
FEED = "sec_notes/month"
ADSH = "0000000320-21-000007"
ACME = {"adsh": ADSH, "cik": "320", "name": "ACME WIDGETS INC", "form": "10-Q"}
KNOWN_AT = datetime(2021, 2, 4, 21, 3)

NUM_HEADER = (
    *("adsh", "tag", "version", "ddate", "qtrs", "uom", "dimh", "iprx", "value", "footnote", "footlen", "dimn"),
    *("coreg", "durp", "datp", "dcml"),
)
TXT_HEADER = (
    *("adsh", "tag", "version", "ddate", "qtrs", "iprx", "lang", "dcml", "durp", "datp", "dimh", "dimn", "coreg"),
    *("escaped", "srclen", "txtlen", "footnote", "footlen", "context", "value"),
)
DIM_HEADER = ("dimhash", "segments", "segt")
NONE, CLASS_A, CLASS_B, REGION, BOTH = "0x00000000", "0xaaaa", "0xbbbb", "0xcccc", "0xdddd"
DIMENSIONS = [
    {"dimhash": NONE, "segments": "", "segt": "0"},
    {"dimhash": CLASS_A, "segments": "ClassOfStock=CommonClassA;", "segt": "0"},
    {"dimhash": CLASS_B, "segments": "StatementClassOfStockAxis=CommonClassBMember", "segt": "0"},
    {"dimhash": REGION, "segments": "Geographical=US;", "segt": "0"},
    {"dimhash": BOTH, "segments": "ClassOfStock=CommonClassA;LegalEntity=Parent;", "segt": "0"},
]
SHARES = {
    **{"adsh": ADSH, "tag": "EntityCommonStockSharesOutstanding", "version": "dei/2020", "ddate": "20210131"},
    **{"qtrs": "0", "uom": "shares", "dimh": NONE, "iprx": "0", "value": "5824000000.0000"},
}
SYMBOL = {
    **{"adsh": ADSH, "tag": "TradingSymbol", "version": "dei/2020", "ddate": "20201231", "qtrs": "4", "iprx": "0"},
    **{"dimh": NONE, "value": "ACME"},
}


def data_set(figures: Sequence[dict[str, str]] = (), texts: Sequence[dict[str, str]] = ()) -> dict[str, bytes]:
    # The order of a real zip is not promised: what the figures need comes after them.
    return {
        "readme.htm": b"<html>",
        "num.tsv": table(NUM_HEADER, figures),
        "dim.tsv": table(DIM_HEADER, DIMENSIONS),
        "txt.tsv": table(TXT_HEADER, texts),
        "sub.tsv": sub(ACME),
        "pre.tsv": b"never read",
    }


def read(home: Path, tables: dict[str, bytes]) -> dict[str, pl.DataFrame]:
    frames = dict(PROVIDER.read(landed_file(home, FEED, zipped(tables))))
    assert set(frames) == {"raw.filers", "raw.filer_tickers", "raw.cover_facts", "raw.source_rejects"}
    return frames


def facts(home: Path, *figures: dict[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    frames = read(home, data_set([{**SHARES, **figure} for figure in figures]))
    return frames["raw.cover_facts"], frames["raw.source_rejects"]


def symbols(home: Path, *texts: dict[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    frames = read(home, data_set(texts=[{**SYMBOL, **text} for text in texts]))
    return frames["raw.filer_tickers"], frames["raw.source_rejects"]


# --- facts ------------------------------------------------------------------------------------------------------------


def test_a_share_count_is_a_row_with_every_column(tmp_path: Path) -> None:
    found, rejects = facts(tmp_path, {})
    assert found.to_dicts() == [
        {
            "source": "sec_notes",
            "cik": 320,
            "taxonomy": "dei",
            "tag": "EntityCommonStockSharesOutstanding",
            "class_member": "",
            "unit": "shares",
            "end_date": date(2021, 1, 31),
            "value": Decimal("5824000000.00"),
            "form": "10-Q",
            "filed_date": date(2021, 2, 4),
            "accession": ADSH,
            "known_at": KNOWN_AT,
        }
    ]
    assert found.schema["value"] == pl.Decimal(28, 2)
    assert rejects.is_empty()


def test_classes_are_told_apart_and_other_splits_left_out(tmp_path: Path) -> None:
    found, rejects = facts(
        tmp_path,
        *({"dimh": CLASS_A, "value": "5824"}, {"dimh": CLASS_B, "value": "836"}, {"dimh": REGION, "value": "1"}),
        *({"dimh": BOTH, "value": "2"}, {"dimh": "", "value": "6660"}),
    )
    assert found.select("class_member", "value").rows() == [
        ("CommonClassA", Decimal(5824)),
        ("CommonClassBMember", Decimal(836)),
        ("", Decimal(6660)),
    ]
    assert rejects.is_empty(), "a figure that is split in another way is no defect"


def test_the_three_tags_and_no_other(tmp_path: Path) -> None:
    found, rejects = facts(
        tmp_path,
        {"tag": "EntityPublicFloat", "uom": "USD", "value": "1234567.8950"},
        {"tag": "CommonStockSharesOutstanding", "version": "us-gaap/2020", "value": "77"},
        {"tag": "CommonStockSharesOutstanding", "version": ADSH, "value": "1"},  # the filer's own tag
        {"tag": "EntityCommonStockSharesOutstanding", "version": "us-gaap/2020", "value": "2"},
        {"tag": "CommonStockSharesIssued", "version": "us-gaap/2020", "value": "3"},
        {"tag": "TemporaryCommonStockSharesOutstanding", "version": "us-gaap/2020", "value": "4"},
    )
    assert found.select("taxonomy", "tag", "unit", "value").rows() == [
        ("dei", "EntityPublicFloat", "USD", Decimal("1234567.90")),
        ("us-gaap", "CommonStockSharesOutstanding", "shares", Decimal(77)),
    ]
    assert rejects.is_empty()


def test_co_registrants_and_duplicates_of_the_sec_are_left_out(tmp_path: Path) -> None:
    found, rejects = facts(tmp_path, {"coreg": "AcmeFunding", "value": "1"}, {"iprx": "1", "value": "2"}, {"iprx": ""})
    assert found["value"].to_list() == [Decimal(5_824_000_000)]
    assert rejects.is_empty()


def test_a_fact_that_is_stated_twice_stands_once(tmp_path: Path) -> None:
    found, _ = facts(tmp_path, {}, {"qtrs": "1"}, {"value": "5"})
    assert found["value"].to_list() == [Decimal(5_824_000_000), Decimal(5)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.005", Decimal("0.01")),
        ("-12.0000", Decimal(-12)),
        ("12345678901234567890.1250", Decimal("12345678901234567890.13")),
        ("9" * 24, Decimal("9" * 24)),
    ],
)
def test_figures_are_exact(tmp_path: Path, text: str, value: Decimal) -> None:
    found, rejects = facts(tmp_path, {"value": text})
    assert found["value"].to_list() == [value]
    assert rejects.is_empty()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        *(({"value": ""}, "value"), ({"value": "5.8E9"}, "value"), ({"value": "NaN"}, "value")),
        *(({"value": "1,000"}, "value"), ({"value": "9" * 25}, "value"), ({"ddate": "20210230"}, "ddate")),
        *(({"uom": "USD"}, "uom"), ({"uom": "pure"}, "uom"), ({"tag": "EntityPublicFloat", "uom": "CAD"}, "uom")),
        *(({"dimh": "0x1234"}, "dimh"), ({"adsh": "0000000001-21-000001"}, "adsh")),
    ],
)
def test_a_fact_that_cannot_be_read_is_quarantined(tmp_path: Path, given: dict[str, str], field: str) -> None:
    found, rejects = facts(tmp_path, given, {"value": "5"})
    assert found["value"].to_list() == [Decimal(5)]
    assert rejects.select("source", "feed", "row_key", "field").rows() == [
        ("sec_notes", FEED, given.get("adsh", ADSH), field)
    ]


def test_filings_are_filers_as_filed(tmp_path: Path) -> None:
    filers = read(tmp_path, data_set())["raw.filers"]
    assert filers.height == 101
    row = filers.row(0, named=True)
    assert (row["source"], row["cik"], row["name"], row["form"]) == ("sec_notes", 320, "ACME WIDGETS INC", "10-Q")
    assert (row["incorporation_code"], row["headquarters_code"], row["known_at"]) == ("US-DE", "US-CA", KNOWN_AT)


# --- symbols ----------------------------------------------------------------------------------------------------------


def test_a_symbol_is_tied_to_its_class(tmp_path: Path) -> None:
    found, rejects = symbols(
        tmp_path, {"dimh": CLASS_A, "value": "ACM-A"}, {"dimh": CLASS_B, "value": " acm.b "}, {"dimh": REGION}, {}
    )
    about = {"source": "sec_notes", "cik": 320, "as_of": date(2021, 2, 4), "known_at": KNOWN_AT}
    assert found.to_dicts() == [
        {**about, "symbol": "ACM-A", "ticker": "ACM.A", "class_member": "CommonClassA"},
        {**about, "symbol": "acm.b", "ticker": "ACM.B", "class_member": "CommonClassBMember"},
        {**about, "symbol": "ACME", "ticker": "ACME", "class_member": None},
    ]
    assert rejects.is_empty()


@pytest.mark.parametrize(
    ("printed", "ticker"),
    [("NA", "NA"), ("NAN", "NAN"), ("BRK/B", "BRK.B"), ("BF B", "BF.B"), ("ABR-PD", "ABR^D"), ("TRUE", "TRUE")],
)
def test_null_like_symbols_and_forms_of_class(tmp_path: Path, printed: str, ticker: str) -> None:
    found, rejects = symbols(tmp_path, {"value": printed})
    assert found.select("symbol", "ticker").rows() == [(printed, ticker)]
    assert rejects.is_empty()


@pytest.mark.parametrize("text", ["N/A", "None", "none", "", "-", "ACME, ACMEW", "NYSE: ACME", "Not applicable"])
def test_what_is_no_symbol_is_quarantined(tmp_path: Path, text: str) -> None:
    found, rejects = symbols(tmp_path, {"value": text}, {"value": "ACME"})
    assert found["ticker"].to_list() == ["ACME"]
    assert rejects.select("row_key", "field", "text", "as_of").rows() == [
        (ADSH, "TradingSymbol", text, date(2021, 1, 1))
    ]


def test_only_the_symbol_of_dei_is_read(tmp_path: Path) -> None:
    found, rejects = symbols(
        tmp_path, {"version": ADSH}, {"tag": "Security12bTitle", "value": "TradingSymbol"}, {"coreg": "AcmeFunding"}
    )
    assert found.is_empty()
    assert found.schema["class_member"] == pl.String
    assert rejects.is_empty()


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sub.tsv", "num.tsv", "txt.tsv", "dim.tsv"])
def test_a_missing_table_is_named(tmp_path: Path, name: str) -> None:
    tables = data_set([SHARES])
    del tables[name]
    with pytest.raises(BadPayload, match=f"without {name}"):
        read(tmp_path, tables)


@pytest.mark.parametrize(
    ("name", "header", "column"),
    [
        *(("num.tsv", NUM_HEADER, column) for column in NUM_COLUMNS),
        *(("txt.tsv", TXT_HEADER, column) for column in TXT_COLUMNS),
        *(("dim.tsv", DIM_HEADER, column) for column in DIM_COLUMNS),
        ("sub.tsv", SUB_HEADER, "accepted"),
    ],
)
def test_a_missing_column_is_named(tmp_path: Path, name: str, header: tuple[str, ...], column: str) -> None:
    other = [text if text != column else "renamed" for text in header]
    with pytest.raises(BadPayload, match=f"{name} that does not have each of the columns {column} once"):
        read(tmp_path, data_set([SHARES]) | {name: table(other, [])})


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    tables = data_set([SHARES], [SYMBOL])
    tables["num.tsv"] = table(("new", *NUM_HEADER[::-1]), [SHARES])
    tables["dim.tsv"] = table(DIM_HEADER[::-1], DIMENSIONS)
    frames = read(tmp_path, tables)
    assert frames["raw.cover_facts"]["value"].to_list() == [Decimal(5_824_000_000)]


def test_a_line_of_another_width_is_quarantined_if_it_may_matter(tmp_path: Path) -> None:
    tables = data_set([SHARES])
    tables["num.tsv"] += f"{ADSH}\tEntityPublicFloat\tdei/2020\n{ADSH}\tAssets\tus-gaap/2020\n".encode()
    frames = read(tmp_path, tables)
    assert frames["raw.cover_facts"].height == 1
    assert frames["raw.source_rejects"].select("row_key", "field").rows() == [(ADSH, "num.tsv")]


def test_many_lines_of_another_width_are_no_table(tmp_path: Path) -> None:
    line = b"0xaaaa\tClassOfStock=CommonClassA;\n"
    tables = data_set()
    tables["dim.tsv"] = table(DIM_HEADER, DIMENSIONS) + line * 1_000
    assert read(tmp_path / "some", tables)["raw.source_rejects"].height == 1_000
    tables["dim.tsv"] += line
    with pytest.raises(BadPayload, match=r"dim\.tsv with more than 1000 lines"):
        read(tmp_path / "many", tables)


@pytest.mark.parametrize(
    "payload",
    [
        b"<!DOCTYPE html><title>Page Not Available</title>",
        b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>",
        b"",
        zipped(data_set([SHARES]))[:-200],
    ],
)
def test_what_is_no_zip_is_refused(tmp_path: Path, payload: bytes) -> None:
    with pytest.raises(BadPayload, match="zip"):
        PROVIDER.read(landed_file(tmp_path, FEED, payload))


def test_a_month_without_filings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPayload, match=r"sub\.tsv of 0 rows"):
        read(tmp_path, data_set() | {"sub.tsv": table(SUB_HEADER, [])})


def test_a_table_twice_is_refused(tmp_path: Path) -> None:
    payload = tmp_path / "twice.zip"
    with zipfile.ZipFile(payload, "w") as archive:
        for name, body in data_set().items():
            archive.writestr(name, body)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("num.tsv", table(NUM_HEADER, [SHARES]))
    with pytest.raises(BadPayload, match=r"num\.tsv twice"):
        PROVIDER.read(landed_file(tmp_path / "home", FEED, payload.read_bytes()))


def test_memory_does_not_grow_with_the_tables(tmp_path: Path) -> None:
    """Three tables of 25 MB together, of which one row matters, pass by in a small part of that."""
    tables = data_set([SHARES], [SYMBOL])
    tables["num.tsv"] += b"".join(
        f"0000000320-21-000007\tAssets\tus-gaap/2020\t20210131\t0\tUSD\t0x{n:032x}\t0\t{n}.0000\t\t\t0\t\t0\t0\t-3\n".encode()
        for n in range(120_000)
    )
    tables["dim.tsv"] += b"".join(f"0x{n:032x}\tGeographical=Place{n};\t0\n".encode() for n in range(120_000))
    size = sum(map(len, tables.values()))
    came = landed_file(tmp_path, FEED, zipped(tables))
    del tables
    tracemalloc.start()
    try:
        found = PROVIDER.read(came)["raw.cover_facts"]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.height == 1
    assert size > 15_000_000
    assert peak < 4_000_000


# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rank_day", "now", "wanted"),
    [
        ("2021-05-07", "2021-06-08T16:00", ["2021_01", "2021_02", "2021_03", "2021_04", "2021_05"]),
        ("2021-05-07", "2021-06-07T16:00", ["2021_01", "2021_02", "2021_03", "2021_04"]),
        ("2021-05-07", "2021-05-07T22:00", ["2021_01", "2021_02", "2021_03"]),
        ("2021-01-29", "2026-01-01T00:00", ["2020q3", "2020_10", "2020_11", "2020_12", "2021_01"]),
        ("2020-05-08", "2026-01-01T00:00", ["2020q1", "2020q2"]),
        ("2009-05-29", "2026-01-01T00:00", ["2009q2"]),
        ("2008-05-30", "2026-01-01T00:00", []),
    ],
)
def test_an_event_asks_its_month_and_four_before(tmp_path: Path, rank_day: str, now: str, wanted: list[str]) -> None:
    asks = PROVIDER.of_event(settings(tmp_path), plan(rank_day, now))
    assert [ask.path.rpartition("/")[2] for ask in asks] == [f"{stem}_notes.zip" for stem in wanted]


def test_an_ask_is_a_big_final_file_of_the_first_day_of_its_period(tmp_path: Path) -> None:
    here = settings(tmp_path, sec_files_url="https://sec.example")
    quarter, *_, month = PROVIDER.of_event(here, plan("2021-01-29", "2026-01-01T00:00"))
    assert month.base_url == "https://sec.example"
    assert month.path == "/files/dera/data/financial-statement-notes-data-sets/2021_01_notes.zip"
    assert (month.feed, month.day, month.is_final, month.is_big) == (FEED, date(2021, 1, 1), True, True)
    assert (quarter.feed, quarter.day, quarter.is_big) == (FEED, date(2020, 7, 1), True)
    assert PROVIDER.daily(here, here.moment) == []


def test_it_needs_a_contact(tmp_path: Path) -> None:
    assert PROVIDER.lacks(Settings(home=tmp_path)) == "RECON_SEC_CONTACT"
    assert PROVIDER.lacks(settings(tmp_path)) == ""
