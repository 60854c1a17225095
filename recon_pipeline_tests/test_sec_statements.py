"""The Financial Statement data sets: filers and tickers as they were filed, from `sub.txt`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline.errors import Absent, BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask
from recon_pipeline.sources.rows import end_of_day
from recon_pipeline.sources.sec.client import sec_client
from recon_pipeline.sources.sec.statements import SecStatements
from recon_pipeline.sources.sec.tables import SUB_COLUMNS
from recon_pipeline.sources.sec.times import public_at
from recon_pipeline_tests.conftest import StartReplayServer
from recon_pipeline_tests.sec_payloads import (
    FILLERS,
    PLAIN,
    SUB_HEADER,
    landed_file,
    plan,
    settings,
    sub,
    table,
    zipped,
)

PROVIDER = SecStatements()
FEED = "sec_statements/quarter"
ADSH = "0000000320-21-000007"
ACME = {"adsh": ADSH, "cik": "320", "name": "ACME WIDGETS INC", "instance": "acme-20210101_htm.xml"}


def read(home: Path, payload: bytes) -> dict[str, pl.DataFrame]:
    frames = dict(PROVIDER.read(landed_file(home, FEED, payload)))
    assert set(frames) == {"raw.filers", "raw.filer_tickers", "raw.source_rejects"}
    return frames


def read_rows(home: Path, *rows: dict[str, str]) -> tuple[list[dict[str, object]], pl.DataFrame, pl.DataFrame]:
    """The filers of the rows (without fillers), the tickers and the rejects."""
    frames = read(home, zipped({"readme.htm": b"<html>", "sub.txt": sub(*rows), "num.txt": b"never read"}))
    filers = frames["raw.filers"]
    assert filers.filter(pl.col("cik") >= 9_000_000).height == FILLERS
    return (
        filers.filter(pl.col("cik") < 9_000_000).to_dicts(),
        frames["raw.filer_tickers"],
        frames["raw.source_rejects"],
    )


def test_a_filing_is_a_row_of_each_table(tmp_path: Path) -> None:
    filers, tickers, rejects = read_rows(tmp_path, ACME)
    assert filers == [
        {
            "source": "sec_statements",
            "cik": 320,
            "as_of": date(2021, 2, 4),
            "known_at": datetime(2021, 2, 4, 21, 3),
            "name": "ACME WIDGETS INC",
            "sic": "3571",
            "incorporation_code": "US-DE",
            "headquarters_code": "US-CA",
            "headquarters_city": "SPRINGFIELD",
            "form": "10-K",
            "accession": ADSH,
            "period_end": date(2020, 12, 31),
        }
    ]
    assert tickers.to_dicts() == [
        {
            "source": "sec_statements",
            "cik": 320,
            "as_of": date(2021, 2, 4),
            "known_at": datetime(2021, 2, 4, 21, 3),
            "symbol": "acme",
            "ticker": "ACME",
            "class_member": None,
        }
    ]
    assert tickers.schema["class_member"] == pl.String
    assert rejects.is_empty()


@pytest.mark.parametrize(
    ("accepted", "filed", "known_at"),
    [
        ("2021-02-04 16:03:00.0", "20210204", datetime(2021, 2, 4, 21, 3)),  # winter: UTC-5
        ("2021-07-06 16:03:12", "20210706", datetime(2021, 7, 6, 20, 3, 12)),  # summer: UTC-4
        ("2021-02-04T16:03", "20210204", datetime(2021, 2, 4, 21, 3)),
        # Accepted on Friday evening, so filed on Monday: it was not shown before.
        ("2021-02-05 19:38:00.0", "20210208", datetime(2021, 2, 9, 4, 59, 59)),
        # Held back: the moment of acceptance is later than the day that it counts as filed.
        ("2021-02-05 08:14:00.0", "20210204", datetime(2021, 2, 5, 13, 14)),
        ("", "20210204", datetime(2021, 2, 5, 4, 59, 59)),
        ("", "20210704", datetime(2021, 7, 5, 3, 59, 59)),
    ],
)
def test_a_filing_is_known_when_it_became_public(tmp_path: Path, accepted: str, filed: str, known_at: datetime) -> None:
    (filer,), _, rejects = read_rows(tmp_path, {**ACME, "accepted": accepted, "filed": filed})
    assert filer["known_at"] == known_at
    assert rejects.is_empty()


def test_an_unreadable_acceptance_is_the_end_of_the_day_and_quarantined(tmp_path: Path) -> None:
    for text in ("04FEB2021:16:03:00", "2021-02-30 16:03:00.0", "2021-02-04 25:03:00.0"):
        (filer,), _, rejects = read_rows(tmp_path, {**ACME, "accepted": text})
        assert filer["known_at"] == datetime(2021, 2, 5, 4, 59, 59)
        assert rejects.select("source", "feed", "as_of", "row_key", "field", "text").rows() == [
            ("sec_statements", FEED, date(2021, 1, 1), ADSH, "accepted", text)
        ]


def test_nothing_is_known_before_the_day_that_it_was_filed() -> None:
    assert public_at("2021-03-31 22:00:00.0", date(2021, 4, 1)) == end_of_day(date(2021, 4, 1))


@pytest.mark.parametrize(
    ("country", "state", "code"),
    [
        *(("US", "CA", "US-CA"), ("US", "", "US"), ("CA", "BC", "CA"), ("CA", "", "CA"), ("KY", "", "KY")),
        *(("IE", "", "IE"), ("", "", None)),
    ],
)
def test_places_are_codes_that_tell_california_from_canada(
    tmp_path: Path, country: str, state: str, code: str | None
) -> None:
    given = {"countryba": country, "stprba": state, "countryinc": "", "stprinc": ""}
    (filer,), _, rejects = read_rows(tmp_path, {**ACME, **given})
    assert (filer["headquarters_code"], filer["incorporation_code"]) == (code, None)
    given = {"countryinc": country, "stprinc": state, "countryba": "", "stprba": ""}
    (filer,), _, rejects = read_rows(tmp_path, {**ACME, **given})
    assert (filer["headquarters_code"], filer["incorporation_code"]) == (None, code)
    assert rejects.is_empty()


@pytest.mark.parametrize(
    ("given", "code", "rejected"),
    [
        ({"countryinc": "USA", "stprinc": ""}, None, ["countryinc"]),
        ({"countryinc": "", "stprinc": "DE"}, None, ["stprinc"]),
        ({"countryinc": "US", "stprinc": "Del"}, "US", ["stprinc"]),
    ],
)
def test_a_place_that_cannot_be_read_is_quarantined(
    tmp_path: Path, given: dict[str, str], code: str | None, rejected: list[str]
) -> None:
    (filer,), _, rejects = read_rows(tmp_path, {**ACME, **given})
    assert filer["incorporation_code"] == code
    assert rejects["field"].to_list() == rejected


@pytest.mark.parametrize(
    ("instance", "ticker"),
    [
        *(("aapl-20210327_htm.xml", "AAPL"), ("a-20210131_htm.xml", "A"), ("calm-8K20210329_htm.xml", "CALM")),
        *(("NA-20210131.xml", "NA"), ("nan-20210131.xml", "NAN"), ("", None), ("d12345d8k_htm.xml", None)),
        *(("form8-k_htm.xml", None), ("c402-20201231x10k_htm.xml", None), ("longer-20210101.xml", None)),
        *(("none-20201130.xml", None), ("TMB-20201230x10k_htm.xml", None), ("acme20210101.xml", None)),
    ],
)
def test_the_ticker_is_what_the_data_file_begins_with(tmp_path: Path, instance: str, ticker: str | None) -> None:
    _, tickers, rejects = read_rows(tmp_path, {**ACME, "instance": instance})
    assert tickers["ticker"].to_list() == ([ticker] if ticker else [])
    assert rejects.is_empty()


def test_a_second_filing_of_the_same_moment_adds_no_ticker(tmp_path: Path) -> None:
    filers, tickers, _ = read_rows(tmp_path, ACME, {**ACME, "adsh": "0000000320-21-000008", "form": "8-K"})
    assert [filer["form"] for filer in filers] == ["10-K", "8-K"]
    assert tickers.height == 1


@pytest.mark.parametrize(
    ("given", "sic", "rejected"),
    [
        ({"sic": "100"}, "0100", []),
        ({"sic": ""}, None, []),
        ({"sic": "35x1"}, None, ["sic"]),
        ({"sic": "12345"}, None, ["sic"]),
    ],
)
def test_sic_has_four_digits(tmp_path: Path, given: dict[str, str], sic: str | None, rejected: list[str]) -> None:
    (filer,), _, rejects = read_rows(tmp_path, {**ACME, **given})
    assert filer["sic"] == sic
    assert rejects["field"].to_list() == rejected


def test_blanks_are_null_and_a_bad_period_is_quarantined(tmp_path: Path) -> None:
    (filer,), _, rejects = read_rows(tmp_path, {**ACME, "period": "20211301", "form": "", "cityba": " "})
    assert (filer["period_end"], filer["form"], filer["headquarters_city"]) == (None, None, None)
    assert rejects.select("field", "text").rows() == [("period", "20211301")]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *(("adsh", "320-21-7"), ("cik", "0"), ("cik", "x"), ("cik", ""), ("name", ""), ("filed", "20210230")),
        ("filed", ""),
    ],
)
def test_a_filing_that_cannot_be_tied_is_quarantined(tmp_path: Path, field: str, text: str) -> None:
    filers, tickers, rejects = read_rows(tmp_path, {**ACME, field: text})
    assert filers == []
    assert tickers.is_empty()
    assert rejects.select("field", "text").rows() == [(field, text)]


def test_a_second_row_of_a_filing_and_a_line_of_another_width_are_quarantined(tmp_path: Path) -> None:
    payload = sub(ACME, {**ACME, "name": "ANOTHER NAME"}) + b"0000000001-21-000001\t5\tBROKEN\n"
    frames = read(tmp_path, zipped({"sub.txt": payload}))
    assert frames["raw.filers"].filter(pl.col("cik") < 9_000_000)["name"].to_list() == ["ACME WIDGETS INC"]
    assert frames["raw.source_rejects"].select("row_key", "field").rows() == [
        (ADSH, "adsh"),
        ("0000000001-21-000001", "sub.txt"),
    ]


def test_quotes_and_names_in_latin_1_stay_as_they_are(tmp_path: Path) -> None:
    payload = sub({**ACME, "name": 'THE "QUOTED CO'}, {**ACME, "adsh": "0000000320-21-000009", "name": "CAFE"})
    payload = payload.replace(b"CAFE", b"CAF\xc9").replace(b"\n", b"\r\n")
    filers = read(tmp_path, zipped({"sub.txt": payload}))["raw.filers"]
    assert filers["name"].to_list()[:2] == ['THE "QUOTED CO', "CAFÉ"]


def test_the_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    one = read(tmp_path / "a", zipped({"sub.txt": sub(ACME)}))["raw.filers"]
    other = read(tmp_path / "b", zipped({"sub.txt": sub(ACME, header=(*SUB_HEADER[::-1], "new"))}))["raw.filers"]
    assert one.equals(other)


@pytest.mark.parametrize("column", SUB_COLUMNS)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    header = [name if name != column else f"{name}2" for name in SUB_HEADER]
    with pytest.raises(BadPayload, match=rf"sub\.txt that does not have each of the columns {column} once"):
        read(tmp_path, zipped({"sub.txt": sub(ACME, header=header)}))


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"<html><title>SEC.gov | Request Rate Threshold Exceeded</title></html>", "zip"),
        (b"", "zip"),
        (zipped({"sub.txt": sub(ACME)})[:-300], "zip"),
        (zipped({"num.txt": b"x"}), "without sub.txt"),
        (zipped({"sub.txt": b""}), "each of the columns"),
        (zipped({"sub.txt": b"<html>not found</html>"}), "each of the columns"),
        (zipped({"sub.txt": table(SUB_HEADER, [{**PLAIN, **ACME}])}), "of 1 rows"),
        (zipped({"sub.txt": b"\n".join(sub(ACME).splitlines()[:-1][:FILLERS])}), f"of {FILLERS - 1} rows"),
        (zipped({"sub.txt": b"x" * ((1 << 24) + 2)}), "grows|a line of more than"),
    ],
)
def test_what_cannot_be_believed_is_refused(tmp_path: Path, payload: bytes, says: str) -> None:
    with pytest.raises(BadPayload, match=says):
        read(tmp_path, payload)


# --- what is asked ----------------------------------------------------------------------------------------------------


def stems(asks: list[Ask]) -> list[str]:
    return [ask.path.rpartition("/")[2] for ask in asks]


@pytest.mark.parametrize(
    ("rank_day", "now", "wanted"),
    [
        ("2021-05-07", "2021-05-20T16:00", ["2020q1", "2020q2", "2020q3", "2020q4", "2021q1"]),
        ("2021-05-07", "2021-05-19T16:00", ["2019q4", "2020q1", "2020q2", "2020q3", "2020q4"]),
        ("2021-05-07", "2022-05-07T16:00", ["2020q1", "2020q2", "2020q3", "2020q4", "2021q1"]),
        ("2021-05-07", "2022-05-08T16:00", ["2019q1", "2020q1", "2020q2", "2020q3", "2020q4", "2021q1"]),
        ("2021-05-07", "2026-01-01T16:00", ["2019q1", "2020q1", "2020q2", "2020q3", "2020q4", "2021q1"]),
        ("2021-03-31", "2026-01-01T16:00", ["2019q1", "2019q4", "2020q1", "2020q2", "2020q3", "2020q4"]),
        ("2021-10-29", "2026-01-01T16:00", ["2019q1", "2020q1", "2020q3", "2020q4", "2021q1", "2021q2", "2021q3"]),
        ("2010-05-28", "2026-01-01T16:00", ["2009q2", "2009q3", "2009q4", "2010q1"]),
        ("2009-05-29", "2026-01-01T16:00", []),
    ],
)
def test_an_event_asks_the_newest_five_that_are_published_and_of_the_past_two_first_quarters_more(
    tmp_path: Path, rank_day: str, now: str, wanted: list[str]
) -> None:
    assert stems(PROVIDER.of_event(settings(tmp_path), plan(rank_day, now))) == [f"{stem}.zip" for stem in wanted]


def test_an_ask_is_a_big_final_file_of_the_first_day_of_its_quarter(tmp_path: Path) -> None:
    here = settings(tmp_path, sec_files_url="https://sec.example")
    ask = PROVIDER.of_event(here, plan("2021-05-07", "2021-06-01T16:00"))[-1]
    assert (ask.feed, ask.base_url) == (FEED, "https://sec.example")
    assert ask.path == "/files/dera/data/financial-statement-data-sets/2021q1.zip"
    assert (ask.day, ask.is_final, ask.is_big) == (date(2021, 1, 1), True, True)
    assert PROVIDER.daily(here, here.moment) == []


def test_it_needs_a_contact(tmp_path: Path) -> None:
    assert PROVIDER.lacks(Settings(home=tmp_path)) == "RECON_SEC_CONTACT"
    assert PROVIDER.lacks(settings(tmp_path)) == ""


# --- a real quarter ---------------------------------------------------------------------------------------------------


def test_the_replayed_quarter_is_read_whole(replay_server: StartReplayServer, shared: Path, tmp_path: Path) -> None:
    here = settings(tmp_path, sec_files_url=replay_server())
    ask = PROVIDER.of_event(here, plan("2021-05-07", "2021-06-01T16:00"))[-1]
    with sec_client(here) as client:
        payload = client.get(ask.base_url + ask.path)
    frames = read(tmp_path, payload.body)
    filers, tickers, rejects = frames["raw.filers"], frames["raw.filer_tickers"], frames["raw.source_rejects"]
    truth = pl.read_parquet(shared / "data" / "sec" / "fsds_2021q1_sub.parquet")

    without_period = truth.filter(pl.col("period") < 0)
    assert rejects.select("row_key", "field", "text").rows() == [
        (accession, "period", "-1") for accession in without_period["adsh"]
    ]
    assert filers["accession"].to_list() == truth["adsh"].to_list()
    assert filers["cik"].to_list() == truth["cik"].to_list()
    assert filers["name"].to_list() == truth["name"].to_list()
    assert filers["sic"].cast(pl.Int64).to_list() == truth["sic"].to_list()
    assert filers["as_of"].dt.strftime("%Y%m%d").cast(pl.Int32).to_list() == truth["filed"].to_list()
    periods = filers["period_end"].dt.strftime("%Y%m%d").cast(pl.Int32).fill_null(-1)
    assert periods.to_list() == truth["period"].to_list()
    for ours, country, state in (("headquarters", "countryba", "stprba"), ("incorporation", "countryinc", "stprinc")):
        american = (pl.col(country) == "US") & pl.col(state).is_not_null()
        codes = truth.select(pl.when(american).then(pl.lit("US-") + pl.col(state)).otherwise(pl.col(country)))
        assert filers[f"{ours}_code"].to_list() == codes.to_series().to_list()
    assert (filers["known_at"].dt.date() < filers["as_of"]).sum() == 0

    # The guess that comes with the file was made by others: a number must follow the dash.
    guessed = truth.filter(pl.col("instance").str.contains(r"^[A-Za-z]{1,5}-") & pl.col("ticker_guess").is_not_null())
    known, expected = set(tickers.select("cik", "ticker").rows()), set(guessed.select("cik", "ticker_guess").rows())
    assert len(expected) > 4_000
    assert {ticker for _, ticker in expected - known} == {"NONE", "TMB"}
    begun = {(cik, instance.partition("-")[0].upper()) for cik, instance in truth.select("cik", "instance").iter_rows()}
    assert known <= begun
    assert (320193, "AAPL") in known


def test_a_quarter_that_is_not_there_is_absent(replay_server: StartReplayServer, tmp_path: Path) -> None:
    here = settings(tmp_path, sec_files_url=replay_server())
    ask = PROVIDER.of_event(here, plan("2021-05-07", "2021-06-01T16:00"))[0]
    with sec_client(here) as client, pytest.raises(Absent):
        client.get(ask.base_url + ask.path)
