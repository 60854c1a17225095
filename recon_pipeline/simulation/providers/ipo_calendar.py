"""The IPO calendar of Nasdaq (providers 1.9): offerings of a month; it has units and misses direct listings
and spin-offs.

    GET /api/ipo/calendar?date=2026-04

What does not belong here: when a company was listed (`recon_pipeline.simulation.issuers`).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from recon_pipeline.simulation.issuers import Issuer, weekday
from recon_pipeline.simulation.providers.form import Answer, Request, as_json
from recon_pipeline.simulation.providers.screener import REFUSED, is_browser
from recon_pipeline.simulation.registers import Registers

PATH: Final = "/api/ipo/calendar"
MARKETS: Final = {"nasdaq": "NASDAQ Global", "nyse": "NYSE", "amex": "NYSE MKT", "cboe": "Cboe"}
UNITS_A_MONTH: Final = 2
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)")


def answer(registers: Registers, request: Request) -> Answer | None:
    """The deals of a month; None for another path, rCode 400 for another date or no browser."""
    if request.path != PATH:
        return None
    asked = _MONTH.fullmatch(request.query.get("date", ""))
    if asked is None or not 1 <= int(asked[2]) <= 12 or not is_browser(request):
        return Answer(200, as_json(REFUSED))
    month = date(int(asked[1]), int(asked[2]), 1)
    priced = [_deal(issuer) for issuer in _of_month(registers, month)] + [_unit(month, n) for n in range(UNITS_A_MONTH)]
    proposed = _unit(month, UNITS_A_MONTH)
    day = proposed.pop("pricedDate")
    told = {
        "priced": {"headers": {"dealID": "Deal ID"}, "rows": priced},
        "upcoming": {"upcomingTable": {"rows": [{**proposed, "expectedPriceDate": day}]}},
        "filed": {"rows": [{**proposed, "dealID": f"{proposed['dealID']}F", "filedDate": day}]},
        "withdrawn": {"rows": None},
        "month": month.month,
        "year": month.year,
    }
    status = {"rCode": 200, "bCodeMessage": None, "developerMessage": None}
    return Answer(200, as_json({"data": told, "message": None, "status": status}))


def _of_month(registers: Registers, month: date) -> list[Issuer]:
    return [
        issuer
        for issuer in registers.issuers
        if issuer.listed_on and issuer.is_offered and priced_on(issuer.listed_on).replace(day=1) == month
    ]


def priced_on(listed_on: date) -> date:
    """The business day before the listing."""
    return weekday(listed_on - timedelta(days=1))


def _deal(issuer: Issuer) -> dict[str, str]:
    assert issuer.listed_on
    line, offered = issuer.first, issuer.offered
    price = line.price * 9 // 10 // 100 * 100 / 10_000
    return {
        "dealID": f"{issuer.number}-{issuer.listed_on:%y%m}",
        "proposedTickerSymbol": line.symbol,
        "companyName": issuer.company.name,
        "proposedExchange": MARKETS[issuer.company.exchange],
        "proposedSharePrice": f"{price:.2f}",
        "sharesOffered": f"{offered:,}",
        "pricedDate": f"{priced_on(issuer.listed_on):%m/%d/%Y}",
        "dollarValueOfSharesOffered": f"${int(offered * price):,}",
        "dealStatus": "Priced",
    }


def _unit(month: date, number: int) -> dict[str, str]:
    """Units of a blank-cheque company that is listed nowhere else here."""
    return {
        "dealID": f"U{number}-{month:%y%m}",
        "proposedTickerSymbol": f"XQ{chr(ord('A') + month.month)}{chr(ord('A') + number)}U",
        "companyName": f"Simulated Blank Cheque {month:%Y %m} {number} Corp",
        "proposedExchange": "NASDAQ Global",
        "proposedSharePrice": "10.00",
        "sharesOffered": "20,000,000",
        "pricedDate": f"{weekday(month + timedelta(days=6 + number)):%m/%d/%Y}",
        "dollarValueOfSharesOffered": "$200,000,000",
        "dealStatus": "Priced",
    }
