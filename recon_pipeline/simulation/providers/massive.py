"""Massive (providers 1.10): closes of the whole market, reference tickers in pages, IPOs, splits; with a bearer key.

    GET /v2/aggs/grouped/locale/us/market/stocks/<day>?adjusted=false
    GET /v3/reference/tickers?date=<day>    GET /vX/reference/ipos?listing_date.gte=&listing_date.lte=
    GET /v3/reference/splits?execution_date.gte=&execution_date.lte=

What does not belong here: prices and issuers (`recon_pipeline.simulation.registers`).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import partial
from typing import Final

from recon_pipeline.events import NEW_YORK
from recon_pipeline.simulation.census import PRICE_UNIT
from recon_pipeline.simulation.providers.form import KEY, Answer, Request, as_json, day_of
from recon_pipeline.simulation.registers import Registers, Security
from recon_pipeline.simulation.traps import Trap

GROUPED_PATH: Final = "/v2/aggs/grouped/locale/us/market/stocks/"
GROUPED: Final = re.compile(GROUPED_PATH + r"(\d{4}-\d\d-\d\d)")
TICKERS, IPOS, SPLITS = "/v3/reference/tickers", "/vX/reference/ipos", "/v3/reference/splits"
PAGE: Final = 1_000
MARKETS: Final = {"nyse": "XNYS", "nasdaq": "XNAS", "amex": "XASE", "arca": "ARCX", "cboe": "BATS"}
KINDS: Final = {
    **{"common": "CS", "class": "CS", "preferred": "PFD", "warrant": "WARRANT", "unit": "UNIT", "right": "RIGHT"},
    **{"note": "BOND", "certificate": "SP", "fund": "ETF", "test": "OTHER"},
}
UNKNOWN_KEY: Final = {"status": "ERROR", "request_id": "simulated", "error": "Unknown API Key"}
NOT_FOUND: Final = {"status": "NOT_FOUND", "message": "Data not found."}


def answer(registers: Registers, request: Request) -> Answer | None:
    """One of the four lists; 401 without the key, None for a path of somebody else."""
    grouped = GROUPED.fullmatch(request.path)
    if grouped is None and request.path not in (TICKERS, IPOS, SPLITS):
        return None
    if request.headers.get("Authorization") != f"Bearer {KEY}":
        return Answer(401, as_json(UNKNOWN_KEY))
    if grouped is not None:
        day = day_of(grouped[1])
        if day is None:
            return Answer(404, as_json(NOT_FOUND))
        key = f"{request.path}?{request.query.get('adjusted')}"
        return Answer(200, registers.once(key, partial(_closes, registers, day, request)))
    pages = {TICKERS: _tickers, IPOS: _ipos, SPLITS: _splits}
    return Answer(200, as_json(pages[request.path](registers, request)))


def symbol_of(security: Security) -> str:
    """The tape's form: `ABC.A`, `ABCpB`."""
    return security.symbol.replace("/", ".").replace("^", "p")


def _closes(registers: Registers, day: date, request: Request) -> bytes:
    """The closes of a session as printed, one symbol twice; no results for a day without trading."""
    adjusted = request.query.get("adjusted", "true") != "false"
    head: dict[str, object] = {"queryCount": 0, "resultsCount": 0, "adjusted": adjusted}
    if day not in registers.market.sessions:
        return as_json({**head, "status": "OK", "request_id": "simulated"})
    closed_at = int(datetime.combine(day, time(16), NEW_YORK).timestamp()) * 1000
    results = []
    for security in registers.securities(day):
        if security.kind == "test" or not security.volume:
            continue
        close = security.price / PRICE_UNIT
        bar = {"T": symbol_of(security), "v": security.volume, "o": close, "c": close, "h": close, "l": close}
        results.append({**bar, "t": closed_at, "n": 1 + security.volume // 100})
        if security.symbol == registers.unseen.funds[0].symbol and Trap.CLASS_TWICE in registers.market.traps:
            results.append(results[-1])
    head |= {"queryCount": len(results), "resultsCount": len(results)}
    return as_json({**head, "results": results, "status": "OK", "request_id": "simulated", "count": len(results)})


def _tickers(registers: Registers, request: Request) -> dict[str, object]:
    """A page of the tickers of a day; the cursor of the next page holds day and place."""
    asked, _, place = request.query.get("cursor", f"{request.query.get('date', '')}.0").rpartition(".")
    first = int(place) if place.isdigit() else 0
    listed = [each for each in registers.securities(day_of(asked) or registers.today) if each.kind != "test"]
    listed.sort(key=symbol_of)
    page = listed[first : first + PAGE]
    found: dict[str, object] = {"results": [_ticker(each) for each in page], "status": "OK", "count": len(page)}
    if first + PAGE < len(listed):
        found["next_url"] = f"https://massive.example.invalid{TICKERS}?cursor={asked}.{first + PAGE}"
    return found


def _ticker(security: Security) -> dict[str, object]:
    row: dict[str, object] = {
        "ticker": symbol_of(security),
        "name": security.name,
        "market": "stocks",
        "locale": "us",
        "primary_exchange": MARKETS[security.exchange],
        "type": _kind(security),
        "active": True,
        "currency_name": "usd",
    }
    if security.issuer and security.issuer.cik:
        row["cik"] = f"{security.issuer.cik:010}"
    return row


def _kind(security: Security) -> str:
    kind = security.issuer.company.kind if security.issuer else ""
    if security.kind in ("common", "class") and kind in ("adr", "foreign", "fund"):
        return {"adr": "ADRC", "foreign": "OS", "fund": "FUND"}[kind]
    return KINDS[security.kind]


def _window(request: Request, field: str) -> tuple[date, date]:
    return (
        day_of(request.query.get(f"{field}.gte")) or date.min,
        day_of(request.query.get(f"{field}.lte")) or date.max,
    )


def _ipos(registers: Registers, request: Request) -> dict[str, object]:
    first, last = _window(request, "listing_date")
    new = [
        issuer
        for issuer in registers.issuers
        if issuer.listed_on and (issuer.is_offered or issuer.is_direct_listing) and first <= issuer.listed_on <= last
    ]
    rows = [
        {
            "ticker": issuer.first.symbol.replace("/", "."),
            "issuer_name": issuer.company.name,
            "listing_date": str(issuer.listed_on),
            "last_updated": str(issuer.listed_on),
            "ipo_status": "direct_listing_process" if issuer.is_direct_listing else "history",
            "final_issue_price": issuer.first.price * 9 // 10 // 100 * 100 / PRICE_UNIT,
            "currency_code": "USD",
            "max_shares_offered": issuer.offered,
            "shares_outstanding": issuer.shares,
            "primary_exchange": MARKETS[issuer.company.exchange],
            "security_type": "CS",
        }
        for issuer in sorted(new, key=lambda issuer: (issuer.listed_on or date.min, issuer.number))
    ]
    return {"status": "OK", "request_id": "simulated", "results": rows}


def _splits(registers: Registers, request: Request) -> dict[str, object]:
    first, last = _window(request, "execution_date")
    rows = [
        {
            "id": f"S{issuer.number}",
            "ticker": issuer.first.symbol.replace("/", "."),
            "execution_date": str(issuer.split.on),
            "split_from": issuer.split.before,
            "split_to": issuer.split.after,
        }
        for issuer in registers.issuers
        if issuer.split and first <= issuer.split.on <= last
    ]
    return {"status": "OK", "request_id": "simulated", "results": rows}
