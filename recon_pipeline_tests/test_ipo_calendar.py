"""The IPO calendar: which months are asked, answers made by hand in its form, and what must not pass."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from recon_pipeline.errors import BadPayload
from recon_pipeline.events import NEW_YORK
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan
from recon_pipeline.sources.ipo_calendar import IpoCalendar
from recon_pipeline.sources.landing import Landing

PROVIDER = IpoCalendar()
SETTINGS = Settings(ipo_calendar_requests_per_second=100, backoff_base_s=0)
FETCHED = datetime(2024, 3, 20, 22, 0, tzinfo=UTC)
ASKED = datetime(2024, 3, 20, 22, 0)
MARCH = Ask(
    feed="ipo_calendar/month",
    base_url="https://api.nasdaq.com",
    path="/api/ipo/calendar?date=2024-03",
    day=date(2024, 3, 1),
)


def priced(**keys: Any) -> dict[str, Any]:
    return {
        "dealID": "1100001-20001",
        "proposedTickerSymbol": "ACME",
        "companyName": "Acme Widgets, Inc.",
        "proposedExchange": "NASDAQ Global Select",
        "proposedSharePrice": "17.00",
        "sharesOffered": "8,823,530",
        "pricedDate": "03/07/2024",
        "dollarValueOfSharesOffered": "$150,000,010",
        "dealStatus": "Priced",
        **keys,
    }


def upcoming(**keys: Any) -> dict[str, Any]:
    return {
        "dealID": "1100002-20002",
        "proposedTickerSymbol": "FOO",
        "companyName": "Foo Holdings Ltd",
        "proposedExchange": "NYSE",
        "proposedSharePrice": "14.00-16.00",
        "sharesOffered": "5,000,000",
        "expectedPriceDate": "04/02/2024",
        "dollarValueOfSharesOffered": "$92,000,000",
        **keys,
    }


def filed(**keys: Any) -> dict[str, Any]:
    return {
        "dealID": "1100003-20003",
        "proposedTickerSymbol": None,
        "companyName": "Bar Foods Corp",
        "filedDate": "03/11/2024",
        "dollarValueOfSharesOffered": "$50,000,000",
        **keys,
    }


def withdrawn(**keys: Any) -> dict[str, Any]:
    return {
        "dealID": "1100004-20004",
        "proposedTickerSymbol": "BAZU",
        "companyName": "Baz Blank Cheque Corp.",
        "proposedExchange": "NASDAQ Global",
        "sharesOffered": "10,000,000",
        "filedDate": "05/02/2022",
        "dollarValueOfSharesOffered": "$100,000,000",
        "withdrawDate": "03/15/2024",
        **keys,
    }


def month(
    priced_rows: Any = None, upcoming_rows: Any = None, filed_rows: Any = None, withdrawn_rows: Any = None
) -> dict[str, Any]:
    return {
        "priced": {"headers": {}, "rows": priced_rows},
        "upcoming": {"upcomingTable": {"headers": {}, "rows": upcoming_rows}},
        "filed": {"headers": {}, "rows": filed_rows},
        "withdrawn": {"headers": {}, "rows": withdrawn_rows},
    }


def body(data: Any, **status: Any) -> bytes:
    return json.dumps(
        {
            "data": data,
            "message": None,
            "status": {"rCode": 200, "bCodeMessage": None, "developerMessage": None, **status},
        }
    ).encode()


WHOLE = body(month([priced()], [upcoming()], [filed()], [withdrawn()]))


def read(home: Path, payload: bytes) -> Frames:
    landing = Landing(home)
    row = landing.land(
        MARCH.feed,
        MARCH.base_url + MARCH.path,
        payload,
        session=MARCH.day,
        key=MARCH.path,
        final=False,
        fetched_at=FETCHED,
    )
    return PROVIDER.read(Landed(row, landing))


# --- asking -----------------------------------------------------------------------------------------------------------


def test_the_month_of_new_york_is_asked_every_day() -> None:
    first_of_april_in_utc = datetime(2024, 4, 1, 2, 0, tzinfo=UTC)
    (asked,) = PROVIDER.daily(SETTINGS, first_of_april_in_utc)
    assert (asked.feed, asked.path, asked.day) == (MARCH.feed, MARCH.path, MARCH.day)
    assert not asked.is_final
    assert asked.base_url == "https://api.nasdaq.com"
    assert asked.headers["Accept"] == "application/json, text/plain, */*"
    assert PROVIDER.lacks(SETTINGS) == ""


@pytest.mark.parametrize(
    ("previous", "rank", "now", "months"),
    [
        ("2023-04-28", "2024-04-30", "2024-05-08", {"2024-01": 1, "2024-02": 1, "2024-03": 1, "2024-04": 0}),
        ("2023-04-28", "2024-04-30", "2024-05-10", {"2024-01": 1, "2024-02": 1, "2024-03": 1, "2024-04": 0}),
        ("2023-04-28", "2024-04-30", "2024-05-11", {"2024-01": 1, "2024-02": 1, "2024-03": 1, "2024-04": 1}),
        ("2024-11-08", "2025-02-07", "2025-06-01", {"2024-11": 1, "2024-12": 1, "2025-01": 1, "2025-02": 1}),
        ("2024-04-30", "2024-05-10", "2024-05-10", {"2024-04": 0, "2024-05": 0}),
        ("2024-04-30", "2024-08-09", "2024-06-20", {"2024-04": 1, "2024-05": 1, "2024-06": 0}),
        ("2024-04-30", "2024-08-09", "2024-03-31", {}),
    ],
)
def test_an_event_asks_for_its_newest_four_months(previous: str, rank: str, now: str, months: dict[str, int]) -> None:
    plan = Plan(
        "any",
        date.fromisoformat(rank),
        date.fromisoformat(previous),
        [],
        datetime.fromisoformat(f"{now} 18:00").replace(tzinfo=NEW_YORK),
    )
    asks = PROVIDER.of_event(SETTINGS, plan)
    assert [(one.path.partition("date=")[2], one.is_final) for one in asks] == [
        (name, bool(is_final)) for name, is_final in months.items()
    ]
    assert [f"{one.day:%Y-%m-%d}" for one in asks] == [f"{name}-01" for name in months]


# --- rows -------------------------------------------------------------------------------------------------------------


def test_every_section_gives_its_rows(tmp_path: Path) -> None:
    PROVIDER.validate(MARCH, WHOLE)
    frames = read(tmp_path, WHOLE)
    assert list(frames["raw.ipos"].iter_rows(named=True)) == [
        {
            "source": "ipo_calendar",
            "deal_id": "1100001-20001",
            "status": "priced",
            "ticker": "ACME",
            "company_name": "Acme Widgets, Inc.",
            "exchange_name": "NASDAQ Global Select",
            "event_date": date(2024, 3, 7),
            "price_usd": Decimal("17.0000"),
            "offered_shares": 8_823_530,
            "known_at": datetime(2024, 3, 8, 4, 59, 59),  # the end of 7 March in New York, winter
        },
        {
            "source": "ipo_calendar",
            "deal_id": "1100002-20002",
            "status": "upcoming",
            "ticker": "FOO",
            "company_name": "Foo Holdings Ltd",
            "exchange_name": "NYSE",
            "event_date": date(2024, 4, 2),
            "price_usd": None,
            "offered_shares": 5_000_000,
            "known_at": ASKED,
        },
        {
            "source": "ipo_calendar",
            "deal_id": "1100003-20003",
            "status": "filed",
            "ticker": None,
            "company_name": "Bar Foods Corp",
            "exchange_name": None,
            "event_date": date(2024, 3, 11),
            "price_usd": None,
            "offered_shares": None,
            "known_at": ASKED,
        },
        {
            "source": "ipo_calendar",
            "deal_id": "1100004-20004",
            "status": "withdrawn",
            "ticker": "BAZU",
            "company_name": "Baz Blank Cheque Corp.",
            "exchange_name": "NASDAQ Global",
            "event_date": date(2024, 3, 15),
            "price_usd": None,
            "offered_shares": 10_000_000,
            "known_at": datetime(2024, 3, 16, 3, 59, 59),  # summer
        },
    ]
    assert frames["raw.source_rejects"].is_empty()


def test_nothing_is_known_after_it_was_asked_for(tmp_path: Path) -> None:
    frames = read(tmp_path, body(month([priced(pricedDate="03/20/2024"), priced(pricedDate="3/5/2024")])))
    assert frames["raw.ipos"]["known_at"].to_list() == [ASKED, datetime(2024, 3, 6, 4, 59, 59)]


@pytest.mark.parametrize(
    ("printed", "price"),
    [
        ("$1,234.50", "1234.5000"),
        ("$10", "10.0000"),
        ("10.00005", "10.0001"),
        (" 4.25 ", "4.2500"),
        ("", None),
        (None, None),
        ("14.00-16.00", None),
        ("$14.00 - $16.00", None),
    ],
)
def test_a_price_is_exact_and_a_range_is_none_yet(tmp_path: Path, printed: str | None, price: str | None) -> None:
    frames = read(tmp_path, body(month([priced(proposedSharePrice=printed)])))
    assert frames["raw.ipos"]["price_usd"].to_list() == [Decimal(price) if price else None]
    assert frames["raw.source_rejects"].is_empty()


def test_tickers_that_look_like_nothing_and_class_forms(tmp_path: Path) -> None:
    rows = [
        priced(dealID=f"1-{i}", proposedTickerSymbol=text) for i, text in enumerate(["NA", "nan", "FOO/B", " ", ""])
    ]
    assert read(tmp_path, body(month(rows)))["raw.ipos"]["ticker"].to_list() == ["NA", "NAN", "FOO.B", None, None]


def test_a_deal_without_an_id_is_named_by_ticker_and_date(tmp_path: Path) -> None:
    rows = [
        priced(dealID=None),
        priced(dealID=" ", proposedTickerSymbol=None),
        priced(dealID="", proposedTickerSymbol="", pricedDate=None),
    ]
    frames = read(tmp_path, body(month(rows)))
    assert frames["raw.ipos"]["deal_id"].to_list() == ["ACME 2024-03-07", "2024-03-07"]
    assert frames["raw.source_rejects"].select("row_key", "field", "text").rows() == [
        ("", "dealID", "Acme Widgets, Inc.")
    ]


def test_what_cannot_be_read_is_quarantined_and_its_deal_kept(tmp_path: Path) -> None:
    rows = [
        priced(pricedDate="2024-03-07", proposedSharePrice="about 12", sharesOffered="1.5"),
        priced(dealID="2-2", pricedDate="02/30/2024", proposedSharePrice="-3.00", sharesOffered="-7"),
    ]
    frames = read(tmp_path, body(month(rows)))
    assert frames["raw.ipos"].select("deal_id", "event_date", "price_usd", "offered_shares").rows() == [
        ("1100001-20001", None, None, None),
        ("2-2", None, None, None),
    ]
    rejects = frames["raw.source_rejects"]
    assert rejects.select("row_key", "field", "text").rows() == [
        ("1100001-20001", "pricedDate", "2024-03-07"),
        ("1100001-20001", "proposedSharePrice", "about 12"),
        ("1100001-20001", "sharesOffered", "1.5"),
        ("2-2", "pricedDate", "02/30/2024"),
        ("2-2", "proposedSharePrice", "-3.00"),
        ("2-2", "sharesOffered", "-7"),
    ]
    assert rejects.select("source", "feed", "as_of", "known_at").unique().rows() == [
        ("ipo_calendar", "ipo_calendar/month", date(2024, 3, 1), ASKED)
    ]


@pytest.mark.parametrize(
    "data", [month(), month([], [], [], []), {"priced": None, "upcoming": None, "filed": None, "withdrawn": None}]
)
def test_a_month_may_have_no_deal_yet(tmp_path: Path, data: dict[str, Any]) -> None:
    PROVIDER.validate(MARCH, body(data))
    frames = read(tmp_path, body(data))
    assert frames["raw.ipos"].is_empty()
    over = Ask(feed=MARCH.feed, base_url=MARCH.base_url, path=MARCH.path, day=MARCH.day, is_final=True)
    with pytest.raises(BadPayload, match="without any deal"):
        PROVIDER.validate(over, body(data))


# --- what must not pass -----------------------------------------------------------------------------------------------


def without(section: str) -> dict[str, Any]:
    return {name: rows for name, rows in month([priced()]).items() if name != section}


def lacking(key: str) -> dict[str, Any]:
    return {name: text for name, text in priced().items() if name != key}


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"<html><title>Access Denied</title>", "page of markup"),
        (b"", "no IPO calendar"),
        (WHOLE[:-30], "no IPO calendar"),
        (b"[]", "no IPO calendar"),
        (body(None), "without data"),
        (body(None, rCode=400, bCodeMessage=[{"code": 1002, "errorMessage": "SECRET"}]), "rCode 400 with code 1002$"),
        (json.dumps({"data": month([priced()])}).encode(), "status"),
        *((body(without(section)), section) for section in month()),
        *(
            (body(month([lacking(key)])), key)
            for key in ("dealID", "proposedTickerSymbol", "proposedSharePrice", "sharesOffered", "pricedDate")
        ),
        (body(month([priced(sharesOffered=8823530)])), "Expected `str"),
        (body(month([priced(pricedDate="04/01/2024"), priced(pricedDate="02/29/2024")])), "another month.*2024-03"),
    ],
)
def test_an_answer_that_cannot_be_believed_is_refused(payload: bytes, told: str) -> None:
    with pytest.raises(BadPayload, match=told) as caught:
        PROVIDER.validate(MARCH, payload)
    assert "SECRET" not in str(caught.value)


def test_a_stray_deal_of_another_month_is_no_reason_to_refuse() -> None:
    PROVIDER.validate(MARCH, body(month([priced(), priced(pricedDate="04/01/2024")])))
