"""The IPO calendar of Nasdaq: offerings by month, as priced, upcoming, filed or withdrawn (providers 1.9).

Belongs here: which months to ask, what makes one believable, and its rows for `raw.ipos`. The calendar has units of
blank-cheque companies, and misses direct listings, spin-offs and moves from other markets.

Does not belong here: how the API is asked (`nasdaq_api.py`), which offering makes a company an IPO addition (`sql`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final, Generic, TypeVar

import msgspec
import polars as pl

from recon_pipeline.errors import BadPayload
from recon_pipeline.events import NEW_YORK
from recon_pipeline.settings import Settings
from recon_pipeline.sources import nasdaq_api
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Plan, Provider
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.rows import REJECTS, Rejects, end_of_day, exact, figure
from recon_pipeline.symbols import normal_ticker

FEED: Final = "ipo_calendar/month"
MAX_MONTHS: Final = 4
# A deal that prices on the last day of a month is in the calendar within days; after that the month stands.
STANDS_AFTER: Final = timedelta(days=10)


class _Deal(msgspec.Struct, kw_only=True):
    """What the rows of all sections may have: every value a text. Other keys are ignored."""

    dealID: str | None  # noqa: N815 (the provider's keys)
    proposedTickerSymbol: str | None  # noqa: N815
    companyName: str | None  # noqa: N815
    proposedExchange: str | None = None  # noqa: N815
    proposedSharePrice: str | None = None  # noqa: N815
    sharesOffered: str | None = None  # noqa: N815


class _Priced(_Deal, kw_only=True):
    pricedDate: str | None  # noqa: N815
    proposedSharePrice: str | None  # noqa: N815
    sharesOffered: str | None  # noqa: N815


class _Upcoming(_Deal, kw_only=True):
    expectedPriceDate: str | None  # noqa: N815


class _Filed(_Deal, kw_only=True):
    filedDate: str | None  # noqa: N815


class _Withdrawn(_Deal, kw_only=True):
    withdrawDate: str | None  # noqa: N815


_D = TypeVar("_D", bound=_Deal)


class _Section(msgspec.Struct, Generic[_D]):
    rows: list[_D] | None


class _UpcomingTable(msgspec.Struct):
    upcomingTable: _Section[_Upcoming] | None  # noqa: N815


class _Month(msgspec.Struct):
    """A section without deals may be null; one that is not there is another format."""

    priced: _Section[_Priced] | None
    upcoming: _UpcomingTable | None
    filed: _Section[_Filed] | None
    withdrawn: _Section[_Withdrawn] | None


class _Answer(msgspec.Struct):
    data: _Month | None


_DECODER: Final = msgspec.json.Decoder(_Answer)
_DATE_FIELD: Final = {
    "priced": "pricedDate",
    "upcoming": "expectedPriceDate",
    "filed": "filedDate",
    "withdrawn": "withdrawDate",
}
# A row of these says what happened on its day; what the others propose may have been amended since.
_HAPPENED: Final = frozenset({"priced", "withdrawn"})
_RANGE: Final = re.compile(r"([^-]+)-([^-]+)")

IPO_SCHEMA: Final = pl.Schema(
    {
        "deal_id": pl.String(),
        "status": pl.String(),
        "ticker": pl.String(),
        "company_name": pl.String(),
        "exchange_name": pl.String(),
        "event_date": pl.Date(),
        "price_usd": pl.Decimal(18, 4),
        "offered_shares": pl.Int64(),
        "known_at": pl.Datetime("us"),
    }
)


class IpoCalendar(Provider):
    """One answer a month, without a key."""

    name: ClassVar[str] = "ipo_calendar"
    house: ClassVar[str] = nasdaq_api.HOUSE

    def client(self, settings: Settings) -> HttpClient:
        """Return a client that looks like a browser, at the pace of the calendar, and soon gives up."""
        return nasdaq_api.client(settings, settings.ipo_calendar_requests_per_second)

    def daily(self, settings: Settings, now: datetime) -> list[Ask]:
        """The month of now in New York."""
        return [self._ask(settings, _first_of_month(now.astimezone(NEW_YORK).date()), is_final=False)]

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """The months from the rank day before to the rank day, oldest first; the newest four, and none to come.

        A month that ended more than ten days ago is final.
        """
        today = plan.now.astimezone(NEW_YORK).date()
        month = _first_of_month(min(plan.rank_day, today))
        months: list[date] = []
        while month >= _first_of_month(plan.previous_rank_day) and len(months) < MAX_MONTHS:
            months.insert(0, month)
            month = _first_of_month(month - timedelta(days=1))
        return [self._ask(settings, month, is_final=_first_of_next(month) + STANDS_AFTER <= today) for month in months]

    def validate(self, ask: Ask, body: bytes) -> None:
        """Raise BadPayload on an error in an answer of HTTP 200, a page of markup, other keys, or another month.

        A month that is over and has no deal at all is not believed.
        """
        deals = _deals(body)
        if ask.is_final and not deals:
            raise BadPayload("an IPO calendar without any deal for a month that is over")
        days = [day for status, deal in deals if status == "priced" and (day := _day(_date_text(status, deal)))]
        if ask.day is not None and days and all(_first_of_month(day) != ask.day for day in days):
            raise BadPayload(
                f"an IPO calendar of another month: none of {len(days)} priced deals is of {ask.day:%Y-%m}"
            )

    def read(self, landed: Landed) -> Frames:
        """Return `raw.ipos`, one row a deal and status, and `raw.source_rejects`.

        What was priced or withdrawn is known since the end of its day in New York, all else since it was fetched.
        """
        rejects = Rejects(landed, landed.row.session, landed.known_at)
        rows = [_row(status, deal, landed.known_at, rejects) for status, deal in _deals(landed.body())]
        ipos = pl.DataFrame([row for row in rows if row["deal_id"]], schema=IPO_SCHEMA, orient="row")
        return {"raw.ipos": ipos.with_columns(source=pl.lit(self.name)), REJECTS: rejects.frame()}

    def _ask(self, settings: Settings, month: date, *, is_final: bool) -> Ask:
        return Ask(
            feed=FEED,
            base_url=settings.ipo_calendar_url,
            path=f"/api/ipo/calendar?date={month:%Y-%m}",
            day=month,
            headers=nasdaq_api.HEADERS,
            is_final=is_final,
        )


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def _first_of_next(month: date) -> date:
    return _first_of_month(month + timedelta(days=31))


def _deals(body: bytes) -> list[tuple[str, _Deal]]:
    """All deals of a month with their status, in the order of the sections."""
    nasdaq_api.refuse_fault(body, "IPO calendar")
    try:
        data = _DECODER.decode(body).data
    except msgspec.DecodeError as error:
        raise BadPayload(f"no IPO calendar: {error}") from error
    if data is None:
        raise BadPayload("an IPO calendar without data")
    return list(_of_sections(data))


def _of_sections(data: _Month) -> Iterator[tuple[str, _Deal]]:
    upcoming = data.upcoming.upcomingTable if data.upcoming else None
    sections: dict[str, Sequence[_Deal] | None] = {
        "priced": data.priced.rows if data.priced else None,
        "upcoming": upcoming.rows if upcoming else None,
        "filed": data.filed.rows if data.filed else None,
        "withdrawn": data.withdrawn.rows if data.withdrawn else None,
    }
    for status, deals in sections.items():
        yield from ((status, deal) for deal in deals or [])


def _row(status: str, deal: _Deal, asked: datetime, rejects: Rejects) -> dict[str, Any]:
    """A deal as a row of `raw.ipos`; its `deal_id` is blank if nothing names it, and the row is left out."""
    ticker = normal_ticker(deal.proposedTickerSymbol or "") or None
    name, printed_day = _text(deal.companyName), _date_text(status, deal)
    day = _day(printed_day)
    deal_id = _text(deal.dealID) or " ".join(str(part) for part in (ticker, day) if part)
    if not deal_id:
        rejects.add(None, "dealID", name, "no deal, ticker or date; the row is left out")
    if printed_day and day is None:
        rejects.add(deal_id, _DATE_FIELD[status], printed_day, "no date as MM/DD/YYYY; null instead")
    price_text, count_text = _text(deal.proposedSharePrice), _text(deal.sharesOffered)
    price, count = _amount(price_text), _count(count_text)
    if price_text and price is None and not _is_range(price_text):
        rejects.add(deal_id, "proposedSharePrice", price_text, "not read as price_usd; null instead")
    if count_text and count is None:
        rejects.add(deal_id, "sharesOffered", count_text, "not read as offered_shares; null instead")
    return {
        "deal_id": deal_id,
        "status": status,
        "ticker": ticker,
        "company_name": name,
        "exchange_name": _text(deal.proposedExchange),
        "event_date": day,
        "price_usd": price,
        "offered_shares": count,
        "known_at": min(end_of_day(day), asked) if day and status in _HAPPENED else asked,
    }


def _text(text: str | None) -> str | None:
    return (text or "").strip() or None


def _date_text(status: str, deal: _Deal) -> str | None:
    return _text(getattr(deal, _DATE_FIELD[status]))


def _day(text: str | None) -> date | None:
    try:
        return datetime.strptime(text or "", "%m/%d/%Y").date()
    except ValueError:
        return None  # its reader quarantines the text


def _amount(text: str | None) -> Decimal | None:
    """Dollars with four decimals, with or without the sign; None for any other text."""
    value = exact(figure((text or "").removeprefix("$").strip()), 18, 4)
    return value if value is not None and value >= 0 else None


def _is_range(text: str) -> bool:
    """Whether a text is a range of prices, `14.00-16.00`: a price that is not set yet, and no defect."""
    ends = _RANGE.fullmatch(text)
    return ends is not None and all(_amount(end.strip()) is not None for end in ends.groups())


def _count(text: str | None) -> int | None:
    value = exact(figure(text or ""), 18, 0)
    return int(value) if value is not None and value >= 0 and value == figure(text or "") else None
