"""The opening membership of a simulated event: who was in the indexes when the reconstitution before took effect.

Drawn from the generator's own truth: the eligible companies and their caps at that time (in a market of years the caps
of its first session, else today's cap divided by the company's growth since). A few names have died since then.

What does not belong here: membership after the event, which is the pipeline's to find, and an oracle's
among the tests to tell.
"""

from __future__ import annotations

import csv
import io

from recon_pipeline.simulation.census import PRICE_UNIT
from recon_pipeline.simulation.chance import Dice, growth
from recon_pipeline.simulation.kinds import COMPANIES, ELIGIBLE, FULL_SIZE
from recon_pipeline.simulation.market import SimulatedMarket
from recon_pipeline.simulation.names import Namer
from recon_pipeline.simulation.unseen import unseen

Names = list[tuple[str, str]]

HEADER = ("index", "ticker", "name", "asof")
FLOOR_USD = 30_000_000  # methodology 4.1
DEAD_NAMES = 12  # in a market of full size
FULL_ELIGIBLE = sum(COMPANIES[kind] for kind in ELIGIBLE)
STAYING_POWER = 0.22  # log spread by which bands of former years keep companies on the far side of a cut


def opening_csv(market: SimulatedMarket, *, everyone: bool = False) -> bytes:
    """Rows `index,ticker,name,asof` of R1000, R2000 and RMICRO, by index and ticker; each listed class has its own row.

    Symbols are those of the time, with a dot before a class letter where the archive has a slash. With `everyone` it
    names the lines that the archive never carries too: they are all of large companies.
    """
    dice, asof = Dice(market.seed, "opening"), market.span.opening_asof.isoformat()
    opened = market.span.index(market.span.opening_asof)
    listed = [company.eligible and company.in_opening and opened <= company.last for company in market.companies]
    living = [
        (then, names)
        for number, names in enumerate(listed_names(market))
        if listed[number] and (then := cap_then(market, number)) >= FLOOR_USD
    ]
    ranked = sorted(living + dead_names(market, dice), reverse=True)

    whole = sum(company.eligible and company.last >= market.span.rank_index for company in market.companies)
    cut_1000, cut_2000, cut_3000, cut_4000 = (cut * whole // FULL_ELIGIBLE for cut in (1000, 2000, 3000, 4000))
    standing = [cap * growth(STAYING_POWER * dice.normal()) for cap, _ in ranked[:cut_3000]]
    bar = sorted(standing, reverse=True)[cut_1000 - 1]
    rows = []
    for place, (_, names) in enumerate(ranked[:cut_4000]):
        large = place < cut_3000 and standing[place] >= bar
        indexes = ["R1000"] if large else ["R2000"] if place < cut_3000 else []
        if place >= cut_2000 and not large:
            indexes.append("RMICRO")
        rows += [(index, ticker, name, asof) for index in indexes for ticker, name in names]
    if everyone:
        hidden = unseen(market)
        companies = (*market.companies, *hidden.companies)
        rows += [
            ("R1000", line.symbol.replace("/", "."), companies[line.company].name.upper(), asof)
            for line in hidden.lines
        ]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(sorted(rows))
    return buffer.getvalue().encode()


def cap_then(market: SimulatedMarket, number: int) -> float:
    """The total cap of a company in USD when the opening was drawn up."""
    company = market.companies[number]
    if not market.span.is_of_years:
        return company.cap_usd / company.year_growth
    opened, line = market.span.index(market.span.opening_asof), market.lines[number]
    if market.close(number, opened) < PRICE_UNIT:
        return 0.0  # it would not have been taken in
    then = market.close(number, opened) * market.shares(number, opened)
    return company.cap_usd * then / (line.price * line.shares)


def listed_names(market: SimulatedMarket) -> list[Names]:
    """Ticker and name of the common lines of each company, in the order of the companies."""
    found: list[Names] = [[] for _ in market.companies]
    opened = market.span.index(market.span.opening_asof)
    for index, line in enumerate(market.lines):
        if line.role in ("common", "class"):
            name = market.companies[line.company].name.upper()
            found[line.company].append((market.symbol(index, opened).replace("/", "."), name))
    return found


def dead_names(market: SimulatedMarket, dice: Dice) -> list[tuple[float, Names]]:
    """Cap and name of members of the time that have no listing in the span, under symbols that nobody bears."""
    namer = Namer(market.seed)
    for line in market.lines:
        namer.claim([line.symbol])
        namer.claim([line.renamed_to])
    found: list[tuple[float, Names]] = []
    for _ in range(max(1, DEAD_NAMES * len(market.lines) // FULL_SIZE)):
        stem = namer.stem()
        cap = 900_000_000 * growth(1.1 * dice.normal())
        found.append((cap, [(namer.ticker(stem, 4), f"{stem} HOLDINGS INC.".upper())]))
    return found
