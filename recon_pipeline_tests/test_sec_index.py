"""The full index of the SEC: which bodies are believed, and which filings are kept of them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask
from recon_pipeline.sources.sec.index import ROW_FLOOR, ROW_FLOOR_RUNNING, SecIndex
from recon_pipeline_tests.sec_payloads import landed, plan, settings

PROVIDER = SecIndex()
FEED = "sec_index/quarter"
PATH = "/Archives/edgar/full-index/2021/QTR1/form.idx"
RUNNING = Ask(FEED, "https://sec.example", PATH, is_final=False)
FINAL = Ask(FEED, "https://sec.example", PATH, is_final=True)

ABOUT = """Description:           Master Index of EDGAR Dissemination Feed by Form Type
Last Data Received:    March 31, 2021
Comments:              webmaster@sec.example
Anonymous FTP:         ftp://ftp.sec.example/edgar/




"""
WIDTHS = (12, 62, 12, 12, 0)
TITLES = ("Form Type", "Company Name", "CIK", "Date Filed", "File Name")


def line(values: tuple[str, ...], widths: tuple[int, ...] = WIDTHS) -> str:
    return "".join(value.ljust(width) for value, width in zip(values, widths, strict=True))


def row(
    form: str, company: str = "ACME WIDGETS INC", cik: str = "320", day: str = "2021-02-04", n: int = 7
) -> tuple[str, ...]:
    return form, company, cik, day, f"edgar/data/{cik}/0000000320-21-{n:06}.txt"


def fillers(count: int) -> list[tuple[str, ...]]:
    return [row("10-Q", f"FILLER {n}", str(900 + n), n=n) for n in range(count)]


def index(
    *rows: tuple[str, ...],
    fill: int = ROW_FLOOR_RUNNING,
    titles: tuple[str, ...] = TITLES,
    widths: tuple[int, ...] = WIDTHS,
    row_widths: tuple[int, ...] | None = None,
    dashes: str = "-" * 141,
) -> bytes:
    lines = [line(values, row_widths or widths) for values in (*rows, *fillers(fill))]
    return (ABOUT + "\n".join([line(titles, widths), dashes, *lines]) + "\n").encode()


def read(home: Path, body: bytes) -> tuple[pl.DataFrame, pl.DataFrame]:
    PROVIDER.validate(RUNNING, body)
    frames = PROVIDER.read(landed(home, FEED, body))
    assert set(frames) == {"raw.filings", "raw.source_rejects"}
    return frames["raw.filings"], frames["raw.source_rejects"]


def test_a_filing_is_a_row_known_at_the_end_of_its_day(tmp_path: Path) -> None:
    filings, rejects = read(tmp_path, index(row("8-A12B")))
    assert filings.to_dicts() == [
        {
            "source": "sec_index",
            "cik": 320,
            "company_name": "ACME WIDGETS INC",
            "form": "8-A12B",
            "filed_date": date(2021, 2, 4),
            "known_at": datetime(2021, 2, 5, 4, 59, 59),
            "accession": "0000000320-21-000007",
        }
    ]
    assert rejects.is_empty()


def test_the_forms_of_listing_offering_and_delisting_and_the_reports_are_kept(tmp_path: Path) -> None:
    kept = [
        *("8-A12B", "8-A12B/A", "10-12B", "424B1", "424B4", "CERT", "CERTNYS", "CERTNAS", "CERTAMX", "25", "25-NSE"),
        *("15-12B", "15-12G", "15-15D"),
        *("10-K", "10-KT", "20-F", "40-F", "N-CSR", "N-CSRS", "N-2"),
    ]
    left = [
        *(
            "8-A12G",
            "10-12B/A",
            "10-12G",
            "424B2",
            "424B3",
            "S-1",
            "10-Q",
            "8-K",
            "10-K/A",
            "N-CSR/A",
            "N-2/A",
            "253G2",
            "15F-12B",
        ),
        *("SC 13D", "CERTIFY X", "425", "15"),
    ]
    filings, rejects = read(tmp_path, index(*(row(form, n=n) for n, form in enumerate([*kept, *left]))))
    assert filings["form"].to_list() == kept
    assert rejects.is_empty()


def test_a_filing_under_two_filers_is_two_rows_and_a_repetition_is_one(tmp_path: Path) -> None:
    twice = row("25-NSE")
    filings, _ = read(tmp_path, index(twice, row("25-NSE", "AN EXCHANGE LLC", "876"), twice))
    assert filings.select("cik", "company_name").rows() == [(320, "ACME WIDGETS INC"), (876, "AN EXCHANGE LLC")]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (row("25", "NA"), "NA"),
        (row("25", ""), None),
        (row("25", "COMPANY 12  2021-01-01 INC"), "COMPANY 12  2021-01-01 INC"),
        (
            row("25", "A NAME THAT IS LONGER THAN ITS COLUMN " * 2),
            ("A NAME THAT IS LONGER THAN ITS COLUMN " * 2).strip(),
        ),
        (row("25", "CAFÉ\x85 CO"), "CAFÉ\x85 CO"),
    ],
)
def test_names_stay_as_they_are(tmp_path: Path, values: tuple[str, ...], name: str | None) -> None:
    filings, rejects = read(tmp_path, index(values))
    assert filings.select("company_name", "cik", "filed_date").rows() == [(name, 320, date(2021, 2, 4))]
    assert rejects.is_empty()


def test_an_index_in_latin_1_is_read(tmp_path: Path) -> None:
    filings, _ = read(tmp_path, index(row("25", "CAFE CO")).replace(b"CAFE", b"CAF\xc9"))
    assert filings["company_name"].to_list() == ["CAFÉ CO"]


def test_days_without_dashes_and_lines_with_carriage_returns(tmp_path: Path) -> None:
    filings, rejects = read(tmp_path, index(row("25", day="20210704")).replace(b"\n", b"\r\n"))
    assert filings.select("filed_date", "known_at").rows() == [(date(2021, 7, 4), datetime(2021, 7, 5, 3, 59, 59))]
    assert rejects.is_empty()


@pytest.mark.parametrize("widths", [(17, 62, 12, 12, 0), (12, 80, 14, 14, 0)])
def test_columns_of_another_width_are_taken_from_the_header(tmp_path: Path, widths: tuple[int, ...]) -> None:
    rows = (row("CERTNYS"), row("SCHEDULE 13G/A", n=8)) if widths[0] > 12 else (row("CERTNYS"),)
    filings, _ = read(tmp_path, index(*rows, widths=widths))
    assert filings.select("form", "company_name", "cik").rows() == [("CERTNYS", "ACME WIDGETS INC", 320)]


def test_rows_wider_than_the_header_are_read_all_the_same(tmp_path: Path) -> None:
    rows = (row("CERTNYS"), row("SCHEDULE 13G/A", n=8))
    filings, _ = read(tmp_path, index(*rows, row_widths=(17, 62, 12, 12, 0)))
    assert filings.select("form", "company_name", "cik").rows() == [("CERTNYS", "ACME WIDGETS INC", 320)]


@pytest.mark.parametrize(
    "broken",
    [
        row("25", cik="x20"),
        row("25", cik="0"),
        row("25", day="2021-02-30"),
        ("25", "ACME WIDGETS INC", "320", "2021-02-04", "edgar/data/320/0000000320-21-7.txt"),
        ("25", "ACME WIDGETS INC", "320", "2021-02-04", "a_page.html"),
        ("25", "ACME", "", "", ""),
    ],
)
def test_a_row_that_cannot_be_read_is_quarantined(tmp_path: Path, broken: tuple[str, ...]) -> None:
    filings, rejects = read(tmp_path, index(broken, row("25-NSE")))
    assert filings["form"].to_list() == ["25-NSE"]
    assert rejects.select("source", "feed", "field", "text").rows() == [
        ("sec_index", FEED, "row", line(broken).strip()[:200])
    ]


# --- what is refused --------------------------------------------------------------------------------------------------

WHOLE = index(row("25"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<!DOCTYPE html><title>Page Not Available</title>", "markup"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "markup"),
        (b"Undeclared Automated Tool", "without its header"),
        (b"", "without its header"),
        (ABOUT.encode(), "without its header"),
        (index(row("25"), titles=("Form Type", "Company Name", "CIK", "Date Filed", "Link")), "other columns"),
        (index(row("25"), titles=("Company Name", "Form Type", "CIK", "Date Filed", "File Name")), "other columns"),
        (index(row("25"), dashes=""), "without its header"),
        (index(row("25"), dashes="--- not only dashes"), "dashes"),
        (
            b"CIK|Company Name|Form Type|Date Filed|Filename\n" + b"-" * 80 + b"\n320|A|25|2021-02-04|edgar/x\n",
            "other columns",
        ),
        (WHOLE[:-30], "cut short"),
        (WHOLE.rstrip(b"\n"), "cut short"),
        (index(row("25"), row_widths=(8, 62, 12, 12, 0)), "do not stand under its header"),
        (index(fill=ROW_FLOOR_RUNNING - 1), f"of {ROW_FLOOR_RUNNING - 1} rows"),
        (index(fill=0), "of 0 rows"),
    ],
)
def test_what_cannot_be_believed_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(BadPayload, match=says):
        PROVIDER.validate(RUNNING, body)


def test_a_quarter_that_has_ended_is_long() -> None:
    PROVIDER.validate(FINAL, index(fill=ROW_FLOOR))
    with pytest.raises(BadPayload, match=f"at least {ROW_FLOOR}"):
        PROVIDER.validate(FINAL, index(fill=ROW_FLOOR - 1))


# --- what is asked ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("previous", "rank_day", "now", "wanted"),
    [
        # A star marks what is final. Of a rank day in the past the whole quarter is asked, and SQL looks at the dates.
        ("2020-05-08", "2021-05-07", "2021-05-08T02:00", "2020/QTR2* 2020/QTR3* 2020/QTR4* 2021/QTR1* 2021/QTR2"),
        ("2021-05-07", "2021-07-30", "2026-01-01T00:00", "2021/QTR2* 2021/QTR3*"),
        ("2004-05-28", "2021-05-07", "2026-01-01T00:00", "2020/QTR2* 2020/QTR3* 2020/QTR4* 2021/QTR1* 2021/QTR2*"),
        ("2021-05-07", "2022-05-06", "2021-08-01T12:00", "2021/QTR2* 2021/QTR3"),
        ("2021-01-29", "2021-02-26", "2021-04-03T12:00", "2021/QTR1"),
        ("2021-01-29", "2021-02-26", "2021-04-04T12:00", "2021/QTR1*"),
        ("2021-05-07", "2022-05-06", "2021-03-30T12:00", ""),
    ],
)
def test_an_event_asks_the_quarters_since_the_rank_day_before(
    tmp_path: Path, previous: str, rank_day: str, now: str, wanted: str
) -> None:
    asks = PROVIDER.of_event(settings(tmp_path), plan(rank_day, now, previous))
    quarters = [
        ask.path.removeprefix("/Archives/edgar/full-index/").removesuffix("/form.idx") + "*" * ask.is_final
        for ask in asks
    ]
    assert quarters == wanted.split()


def test_an_ask_is_of_the_first_day_of_its_quarter(tmp_path: Path) -> None:
    here = settings(tmp_path, sec_files_url="https://sec.example")
    ask = PROVIDER.of_event(here, plan("2021-02-26", "2021-02-27T00:00", "2021-01-29"))[0]
    assert (ask.feed, ask.base_url, ask.path) == (FEED, "https://sec.example", PATH)
    assert (ask.day, ask.is_final, ask.is_big) == (date(2021, 1, 1), False, False)
    assert PROVIDER.daily(here, here.moment) == []


def test_it_needs_a_contact(tmp_path: Path) -> None:
    assert PROVIDER.lacks(Settings(home=tmp_path)) == "RECON_SEC_CONTACT"
    assert PROVIDER.lacks(settings(tmp_path)) == ""
