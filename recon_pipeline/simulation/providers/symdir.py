"""The symbol directory of Nasdaq Trader (providers 1.8): what is listed today, funds and test symbols among it.

    GET /dynamic/SymDir/nasdaqlisted.txt and otherlisted.txt

What does not belong here: what is listed (`recon_pipeline.simulation.registers`).
"""

from __future__ import annotations

from typing import Final

from recon_pipeline.events import NEW_YORK
from recon_pipeline.simulation.providers.form import TEXT, Answer, Request
from recon_pipeline.simulation.registers import Registers, Security

FOLDER: Final = "/dynamic/SymDir"
NASDAQ: Final = "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares"
OTHER: Final = "ACT Symbol|Security Name|Exchange|CQS Symbol|ETF|Round Lot Size|Test Issue|NASDAQ Symbol"
LETTERS: Final = {"nyse": "N", "amex": "A", "arca": "P", "cboe": "Z"}
DOLLAR: Final = 10_000
TITLED: Final = 3  # of so many closed-end funds the exchange names one so


def answer(registers: Registers, request: Request) -> Answer | None:
    """One of the two files, or None."""
    if request.path == f"{FOLDER}/nasdaqlisted.txt":
        header, rows = NASDAQ, [_nasdaq_row(each) for each in _listed(registers) if each.exchange == "nasdaq"]
    elif request.path == f"{FOLDER}/otherlisted.txt":
        header, rows = OTHER, [_other_row(each) for each in _listed(registers) if each.exchange != "nasdaq"]
    else:
        return None
    made_at = f"{registers.evening.astimezone(NEW_YORK):%m%d%Y%H:%M}"
    footer = f"File Creation Time: {made_at}" + "|" * header.count("|")
    return Answer(200, "".join(f"{line}\r\n" for line in (header, *rows, footer)).encode(), TEXT)


def _listed(registers: Registers) -> list[Security]:
    return registers.securities(registers.today)


def _name(security: Security) -> str:
    """Issuer and security with a dash between, where the line has both."""
    company = security.issuer.company.name if security.issuer else ""
    rest = security.name.removeprefix(company).strip()
    if security.issuer and security.issuer.nature.structure == "fund" and security.issuer.number % TITLED == 0:
        rest = "Closed End Fund"
    return f"{company} - {rest}" if company and rest else security.name


def _flag(flag: bool) -> str:
    return "Y" if flag else "N"


def _nasdaq_row(security: Security) -> str:
    market = "Q" if security.volume > 1_000_000 else "G" if security.volume > 100_000 else "S"
    is_deficient = security.price < DOLLAR
    status = {(False, False): "N", (False, True): "D", (True, False): "Q", (True, True): "G"}[
        security.is_bankrupt, is_deficient
    ]
    flags = (_flag(security.kind == "test"), status, "100", _flag(security.kind == "fund"), "N")
    return "|".join((security.symbol, _name(security), market, *flags))


def _other_row(security: Security) -> str:
    root, mark, letter = security.symbol.replace("/", ".").partition("^")
    act, tape, nasdaq = (f"{root}{sign}{letter}" if mark else root for sign in ("$", "p", "-"))
    name = security.name if security.kind in ("fund", "test") else _name(security).replace(" - ", " ")
    flags = (_flag(security.kind == "fund"), "100", _flag(security.kind == "test"))
    return "|".join((act, name, LETTERS[security.exchange], tape, *flags, nasdaq))
