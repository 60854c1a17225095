"""What is listed and never stands in the simulated archive: some large companies, a line of Cboe, classes with a dot.

The real archive lacks Verizon for years, every line of Cboe and most dotted classes of NYSE (providers section 0,
finding 5b). The exchanges' own list has them, and so has whoever prints the closes of the whole market. It also has
exchange traded funds and test symbols, of which the archive knows nothing.

What does not belong here: the market of the archive (`census`, `market`). It is drawn without this module, so that its
bytes do not depend on it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from recon_pipeline.simulation.census import PRICE_UNIT, Company, Line
from recon_pipeline.simulation.chance import Dice
from recon_pipeline.simulation.market import SimulatedMarket
from recon_pipeline.simulation.names import Namer
from recon_pipeline.simulation.traps import Trap

# Exchange, cap in USD, price in USD, and the classes that are listed ("": a single line).
COMPANIES: Final = (
    ("nyse", 180_000_000_000, 43, ("",)),
    ("nyse", 62_000_000_000, 210, ("",)),
    ("cboe", 24_000_000_000, 190, ("",)),
    ("nyse", 14_000_000_000, 88, ("",)),
    ("nyse", 9_000_000_000, 175, ("A", "B")),
)
CLASSES_OF_CARRIED: Final = 2
FUNDS: Final = (("nasdaq", 300), ("arca", 300), ("cboe", 60))
FUND_THEMES: Final = ("Value", "Growth", "Dividend", "Short Bond", "Momentum", "Low Volatility")
TEST_SYMBOLS: Final = (("ZVZZT", "nasdaq"), ("ZXZZT", "nasdaq"), ("ZTEST", "nyse"), ("ZTEST/A", "nyse"))
# A namer of the same seed would give the stems of the census again.
OTHER_NAMES: Final = 7_919


@dataclass(frozen=True, slots=True)
class Fund:
    """An exchange traded fund, or a test symbol. The price is in 1/10,000 USD."""

    symbol: str
    name: str
    exchange: str
    price: int
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class Unseen:
    """The companies and lines that the archive lacks. The company numbers of the lines go on from those of the market:
    a number below is that of a company with another line in the archive."""

    companies: tuple[Company, ...]
    lines: tuple[Line, ...]
    funds: tuple[Fund, ...]


def unseen(market: SimulatedMarket) -> Unseen:
    """Draw what the archive of a market lacks; the same for the same market."""
    dice, names = Dice(market.seed, "unseen"), Namer(market.seed + OTHER_NAMES)
    for line in market.lines:
        names.claim([line.symbol.partition("/")[0]])
        names.claim([line.symbol])
        names.claim([line.renamed_to])
    taken = {company.name.partition(" ")[0] for company in market.companies}
    companies: list[Company] = []
    lines: list[Line] = []
    for exchange, cap, price, classes in COMPANIES:
        stem = _stem(names, taken)
        number, symbol = len(market.companies) + len(companies), names.ticker(stem, 3)
        company = _company(f"{stem} Communications Inc.", exchange, cap)
        companies.append(company)
        for letter in classes:
            words = f"Class {letter} Common Stock" if letter else "Common Stock"
            lines.append(
                Line(
                    symbol=f"{symbol}/{letter}" if letter else symbol,
                    name=f"{company.name} {words}",
                    company=number,
                    role="class" if letter == "B" else "common",
                    price=price * PRICE_UNIT + dice.below(100) * 100,
                    shares=cap // price,
                )
            )
    lines += _classes(market, dice)
    funds = [
        Fund(names.ticker(stem, 4), f"{stem} {dice.pick(FUND_THEMES)} ETF", exchange, dice.between(1_500, 9_000) * 100)
        for exchange, count in FUNDS
        for stem in (_stem(names, taken) for _ in range(count))
    ]
    tests = [
        Fund(symbol, "Exchange Test Issue Common Stock", exchange, 10 * PRICE_UNIT, is_test=True)
        for symbol, exchange in TEST_SYMBOLS
    ]
    if Trap.OMISSION not in market.traps:
        companies, lines = [], []
    return Unseen(tuple(companies), tuple(lines), tuple(funds + tests))


def _stem(names: Namer, taken: set[str]) -> str:
    while (stem := names.stem()) in taken:
        pass
    return stem


def _company(name: str, exchange: str, cap: int) -> Company:
    return Company(
        name=name,
        kind="common",
        country="United States",
        sector="Telecommunications",
        industry="Telecommunications Equipment",
        exchange=exchange,
        cap_usd=cap,
        ipo_year=None,
        year_growth=1.05,
    )


def _classes(market: SimulatedMarket, dice: Dice) -> list[Line]:
    """Second classes of large NYSE companies whose first class the archive has; each tells of the whole company."""
    per_company = Counter(line.company for line in market.lines if line.role in ("common", "class"))
    # `XYZ/B` beside an `XYZB` of somebody else: sources that print no separator could not tell them apart.
    symbols = {line.symbol for line in market.lines}
    free = [
        number
        for number, company in enumerate(market.companies[: max(60, len(market.companies) // 20)])
        if company.kind == "common"
        and not company.trait
        and company.exchange == "nyse"
        and company.in_opening
        and company.first == 0
        and company.last > len(market.sessions)
        and not company.splits
        and per_company[number] == 1
        and not market.lines[number].renamed_to
        and not market.lines[number].gaps
        and "/" not in market.lines[number].symbol
        and f"{market.lines[number].symbol}B" not in symbols
    ]
    found = []
    for _ in range(min(CLASSES_OF_CARRIED, len(free))):
        parent = free.pop(dice.below(len(free)))
        first = market.lines[parent]
        found.append(
            Line(
                symbol=f"{first.symbol}/B",
                name=f"{market.companies[parent].name} Class B Common Stock",
                company=parent,
                role="class",
                price=first.price * 96 // 100 // 100 * 100,
                shares=first.shares,
                # As of every further class: the one that the archive has is that which prices the company.
                turnover_ppm=first.turnover_ppm // 6,
            )
        )
    return found
