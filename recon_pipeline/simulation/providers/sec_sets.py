"""The SEC's data sets (providers 1.6): statements by quarter, statements and notes by month, and by quarter up to
September 2020. The latter have figures and symbols by class of stock.

    GET /files/dera/data/financial-statement-data-sets/<yyyy>q<n>.zip
    GET /files/dera/data/financial-statement-notes-data-sets/<yyyy>_<mm>_notes.zip
    GET /files/dera/data/financial-statement-notes-data-sets/<yyyy>q<n>_notes.zip

What does not belong here: what was filed (`recon_pipeline.simulation.filings`).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import partial
from hashlib import md5
from typing import Final

from recon_pipeline.simulation.filings import Filing
from recon_pipeline.simulation.providers.form import ABSENT, ZIP, Answer, Request, as_zip, table
from recon_pipeline.simulation.providers.sec import UNDECLARED, city_of, has_contact, incorporation_of, seat_of, sic_of
from recon_pipeline.simulation.registers import Registers

STATEMENTS: Final = re.compile(r"/files/dera/data/financial-statement-data-sets/(\d{4})q([1-4])\.zip")
NOTES: Final = re.compile(
    r"/files/dera/data/financial-statement-notes-data-sets/(\d{4})(?:_(\d\d)|q([1-4]))_notes\.zip"
)
FIRST_MONTH_OF_NOTES: Final = "2020-10"

SUB: Final = (
    *("adsh", "cik", "name", "sic", "countryba", "stprba", "cityba", "zipba", "bas1", "bas2", "baph", "countryma"),
    *("stprma", "cityma", "zipma", "mas1", "mas2", "countryinc", "stprinc", "ein", "former", "changed", "afs", "wksi"),
    *("fye", "form", "period", "fy", "fp", "filed", "accepted", "prevrpt", "detail", "instance", "nciks", "aciks"),
)
SUB_OF_NOTES: Final = (*SUB, "pubfloatusd", "floatdate", "floataxis", "floatmems")
NUM: Final = (
    *("adsh", "tag", "version", "ddate", "qtrs", "uom", "dimh", "iprx", "value", "footnote", "footlen", "dimn"),
    *("coreg", "durp", "datp", "dcml"),
)
TXT: Final = (
    *("adsh", "tag", "version", "ddate", "qtrs", "iprx", "lang", "dcml", "durp", "datp", "dimh", "dimn", "coreg"),
    *("escaped", "srclen", "txtlen", "footnote", "footlen", "context", "value"),
)
DIM: Final = ("dimhash", "segments", "segt")
WHOLE: Final = "0x00000000"
SHARES: Final = "EntityCommonStockSharesOutstanding"


def answer(registers: Registers, request: Request) -> Answer | None:
    """One of the zips, 404 for a time that is not in the span; None for a path that is none of them."""
    statements, notes = STATEMENTS.fullmatch(request.path), NOTES.fullmatch(request.path)
    if statements is None and notes is None:
        return None
    if not has_contact(request):
        return Answer(403, UNDECLARED, "text/html")
    if statements is not None:
        months = _months(statements[1], statements[2])
    elif notes is not None:
        months = [f"{notes[1]}-{notes[2]}"] if notes[2] else _months(notes[1], notes[3])
        months = [month for month in months if (month >= FIRST_MONTH_OF_NOTES) == bool(notes[2])]
    filed = [filing for month in months for filing in registers.reports_by_month.get(month, ())]
    if not filed:
        return Answer(404, ABSENT, "application/xml")
    make = partial(_statements if statements else _notes, filed)
    return Answer(200, registers.once(request.path, make), ZIP, registers.written_at)


def _months(year: str, quarter: str) -> list[str]:
    last = 3 * int(quarter)
    return [f"{year}-{month:02}" for month in (last - 2, last - 1, last)]


def nearest_month_end(day: date) -> date:
    """How the data sets date a figure: the end of a month that is nearest to its day."""
    before = day.replace(day=1) - timedelta(days=1)
    after = (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return before if day - before <= after - day else after


def _statements(filed: list[Filing]) -> bytes:
    others = {"num.txt": ("adsh", "tag", "value"), "tag.txt": ("tag", "version"), "pre.txt": ("adsh", "report", "tag")}
    tables = {name: table(header, []) for name, header in others.items()}
    return as_zip([("sub.txt", table(SUB, [_sub(filing) for filing in filed])), *tables.items()])


def _sub(filing: Filing) -> list[object]:
    issuer, home, seat = filing.issuer, incorporation_of(filing.issuer), seat_of(filing.issuer)
    symbol = filing.symbol.partition("/")[0].lower()
    assert filing.period is not None
    told = {
        "adsh": filing.accession,
        "cik": filing.cik,
        "name": issuer.company.name.upper(),
        "sic": sic_of(issuer),
        "countryba": seat.country,
        "stprba": seat.state,
        "cityba": city_of(issuer),
        "countryinc": home.country,
        "stprinc": home.state,
        "fye": "1231",
        "form": filing.form,
        "period": f"{filing.period:%Y%m%d}",
        "filed": f"{filing.filed:%Y%m%d}",
        "accepted": f"{filing.filed} 16:31:00.0",
        "prevrpt": "0",
        "detail": "1",
        "instance": f"{symbol}-{filing.period:%Y%m%d}_htm.xml",
        "nciks": "1",
    }
    return [told.get(column, "") for column in SUB]


def _notes(filed: list[Filing]) -> bytes:
    """The tables of a month. Every filing states its total assets too, and half of them by a segment."""
    split = {member: _dimension(member) for filing in filed for member in (each.member for each in filing.counts)}
    region = _dimension("Region")
    figures, texts = [], []
    for filing in filed:
        assert filing.cover_on is not None
        assert filing.period is not None
        day, year = f"{nearest_month_end(filing.cover_on):%Y%m%d}", filing.filed.year
        for count in filing.counts:
            hashed = split[count.member]
            figures.append(_num(filing, SHARES, f"dei/{year}", day, "shares", hashed, count.shares))
        assets = filing.issuer.company.cap_usd // 2
        about = ("Assets", f"us-gaap/{year}", f"{filing.period:%Y%m%d}", "USD")
        figures.append(_num(filing, *about, region if filing.issuer.number % 2 else WHOLE, assets))
        for member, symbol in _symbols(filing):
            texts.append(_txt(filing, f"dei/{year}", day, split.get(member, WHOLE), symbol))
    dimensions = [(hashed, f"ClassOfStock={member};", "0") for member, hashed in sorted(split.items()) if member]
    tables = {
        "sub.tsv": table(SUB_OF_NOTES, [[*_sub(filing), "", "", "", ""] for filing in filed]),
        "num.tsv": table(NUM, figures),
        "txt.tsv": table(TXT, texts),
        "dim.tsv": table(DIM, [*dimensions, (region, "Geographical=Region;", "0")]),
    }
    return as_zip(tables.items())


def _dimension(member: str) -> str:
    return f"0x{md5(member.encode(), usedforsecurity=False).hexdigest()}" if member else WHOLE


def _num(filing: Filing, tag: str, version: str, day: str, unit: str, hashed: str, value: int) -> list[object]:
    dimensions = 0 if hashed == WHOLE else 1
    return [filing.accession, tag, version, day, 0, unit, hashed, 0, value, "", 0, dimensions, "", "0.0", "0.0", 0]


def _txt(filing: Filing, version: str, day: str, hashed: str, symbol: str) -> list[object]:
    dimensions, size = 0 if hashed == WHOLE else 1, len(symbol)
    about = [filing.accession, "TradingSymbol", version, day, 0, 0, "en-US", 32767, "0.0", "0.0", hashed, dimensions]
    return [*about, "", 0, size, size, "", 0, "c-1", symbol]


def _symbols(filing: Filing) -> list[tuple[str, str]]:
    """Class and symbol of what a filing says to be listed, in the form in which most filers write it."""
    issuer = filing.issuer
    if not issuer.classes:
        return [("", filing.symbol.replace("/", "."))]
    return [(each.member, each.symbol.replace("/", ".")) for each in issuer.classes if each.symbol]
