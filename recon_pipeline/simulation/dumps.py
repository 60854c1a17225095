"""The archive's form: how one line of one session is printed in a nightly dump.

All values are text (providers 1.9): `"$1.805"`, `"57012586.00"`, `"0.278%"`, blanks where there is nothing. Prices come
in whole numbers of 1/10,000 USD. Text is put together by hand because an indented `json.dumps` is six times slower.

What does not belong here: which figures a line has (`market`) and how the bytes travel (`server`).
"""

from __future__ import annotations

import json

from recon_pipeline.simulation.census import PRICE_UNIT, Company, Line

ARTEFACT_FROM = 100_000 * PRICE_UNIT
PAD_TO = 14
MOST_DECIMALS = 4


def dollars(units: int) -> str:
    """A price of `units` / 10,000 USD with two to four decimals: `1.805`, `169.68`, `22.00`."""
    whole, part = divmod(units, PRICE_UNIT)
    return f"{whole}.{part // 100:02d}" if part % 100 == 0 else f"{whole}.{part:04d}".rstrip("0")


def last_sale(units: int) -> str:
    """A price as `lastsale`. From $100,000 on the archive shows the binary fraction that it holds, to 17 digits."""
    if units >= ARTEFACT_FROM:
        digits = f"{units / PRICE_UNIT:.17g}"
        if len(digits.partition(".")[2]) > MOST_DECIMALS:
            return f"${digits}"
    return "$" + dollars(units)


def signed(units: int) -> str:
    """A change of price: `-0.0116`, `0.00`."""
    return f"-{dollars(-units)}" if units < 0 else dollars(units)


def percent(change: int, before: int) -> str:
    """A change in per cent of the price before, two or three decimals: `5.901%`, `-3.00%`, `0.95%`."""
    thousandths = (abs(change) * 200_000 + before) // (2 * before)
    whole, part = divmod(thousandths, 1000)
    digits = f"{part:03d}" if part % 10 else f"{part // 10:02d}"
    return f"{'-' if change < 0 and thousandths else ''}{whole}.{digits}%"


def opening(line: Line, symbol: str) -> str:
    """The part of a row before its figures."""
    printed, name = json.dumps(shown(line, symbol)), json.dumps(line.name)
    return f'  {{\n    "symbol": {printed},\n    "name": {name},\n    "lastsale": "'


def closing(line: Line, company: Company, symbol: str) -> str:
    """The part of a row after its figures. Preferreds of NYSE have no industry and no IPO year."""
    bare = line.cap == "blank" and line.role == "preferred"
    fields = {
        "country": company.country,
        "ipoyear": "" if bare or company.ipo_year is None else str(company.ipo_year),
        "industry": "" if bare else company.industry,
        "sector": "" if bare else company.sector,
        "url": f"/market-activity/stocks/{shown(line, symbol).lower()}",
    }
    return '",\n' + ",\n".join(f'    "{key}": {json.dumps(value)}' for key, value in fields.items()) + "\n  }"


def shown(line: Line, symbol: str) -> str:
    """The symbol as printed: a few carry trailing blanks."""
    return symbol.ljust(PAD_TO) if line.padded else symbol


def figures(close: int, reference: int, volume: int, cap: str) -> str:
    """The part of a row between `opening` and `closing`. `reference` is the close that netchange refers to."""
    change = close - reference
    return (
        f'{last_sale(close)}",\n    "netchange": "{signed(change)}",\n    "pctchange": "{percent(change, reference)}",'
        f'\n    "volume": "{volume}",\n    "marketCap": "{cap}'
    )


def document(rows: list[str]) -> bytes:
    """Rows as one dump."""
    return ("[\n" + ",\n".join(rows) + "\n]\n").encode()
