"""Alpha Vantage's LISTING_STATUS (providers 1.13): what was listed on a day, and what had been delisted by then.

    GET /query?function=LISTING_STATUS&date=2026-04-30&state=active|delisted&apikey=

Every error is HTTP 200 with a message, which repeats the key.

What does not belong here: what is listed (`recon_pipeline.simulation.registers`).
"""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Final

from recon_pipeline.simulation.providers.form import KEY, Answer, Request, as_json, day_of
from recon_pipeline.simulation.registers import Registers, Security

PATH: Final = "/query"
CSV: Final = "application/x-download"
HEADER: Final = ("symbol", "name", "exchange", "assetType", "ipoDate", "delistingDate", "status")
MARKETS: Final = {"nyse": "NYSE", "nasdaq": "NASDAQ", "amex": "NYSE MKT", "arca": "NYSE ARCA", "cboe": "BATS"}
LONG_GONE: Final = 20  # under X, with which no symbol of the simulation begins
LONG_LISTED: Final = date(2001, 7, 2)


def answer(registers: Registers, request: Request) -> Answer | None:
    """The list; a message in its place without the key or for another question; None for another path."""
    if request.path != PATH:
        return None
    key, query = request.query.get("apikey", ""), request.query
    day = day_of(query.get("date"))
    if key != KEY or query.get("function") != "LISTING_STATUS" or day is None:
        told = f"We have detected your API key as {key} and the request cannot be answered."
        return Answer(200, as_json({"Information": told}))
    rows = _delisted(registers, day) if query.get("state") == "delisted" else _active(registers, day)
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows([HEADER, *rows])
    return Answer(200, buffer.getvalue().encode(), CSV)


def symbol_of(symbol: str) -> str:
    """This provider's form: `ABC-A`, the preferred `ABC-P-B`."""
    return symbol.replace("/", "-").replace("^", "-P-")


def when_issued(symbol: str, exchange: str) -> str:
    """The symbol of shares that trade before they are handed out: `ABC-W`; of four letters on one exchange `ABCDV`."""
    return f"{symbol}V" if exchange == "nasdaq" and len(symbol) == 4 else f"{symbol}-W"


def _active(registers: Registers, day: date) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for each in registers.securities(day):
        if each.kind == "test":
            continue
        told = (
            each.name,
            MARKETS[each.exchange],
            "ETF" if each.kind == "fund" else "Stock",
            str(min(_listed_on(each), day)),
            "null",
            "Active",
        )
        rows.append((symbol_of(each.symbol), *told))
        if each.kind == "common" and each.issuer and each.issuer.company.way == "spin_off":
            # Kept for years after they were handed out, without a price.
            rows.append((when_issued(symbol_of(each.symbol), each.exchange), *told))
    return rows


def _listed_on(security: Security) -> date:
    issuer = security.issuer
    if issuer is None:
        return LONG_LISTED
    year = issuer.company.ipo_year
    # What a blank-check company became has its day, to some, and to others a day of its own.
    is_continued = issuer.company.succeeds is not None and issuer.number % 2 == 0
    if issuer.listed_on and not is_continued:
        return issuer.listed_on
    return LONG_LISTED if year is None else date(year, 6, 15)


def _delisted(registers: Registers, day: date) -> list[tuple[str, ...]]:
    """Lines that left within the span, and some that left long before under symbols that nobody bears now."""
    gone = [
        (symbol_of(line.last_symbol), line.name, MARKETS[issuer.company.exchange], str(issuer.left_on))
        for issuer in registers.issuers
        if issuer.left_on and issuer.left_on < day
        for line in issuer.lines
        if issuer.company.leaving != "succeeded" or line.role == "unit"
    ]
    gone += [
        (f"XQ{chr(ord('A') + number)}X", f"Simulated Gone {number} Inc", "NYSE", str(date(day.year - 2, 3, 1 + number)))
        for number in range(LONG_GONE)
    ]
    since = str(LONG_LISTED)
    return [(symbol, name, market, "Stock", since, left, "Delisted") for symbol, name, market, left in sorted(gone)]
