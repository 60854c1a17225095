"""Who is listed: the companies of the simulated market and their first lines, with the figures of the rank day.

US companies come first and in order of size, so that the position of a company is nearly its rank. The kind of a
company is the generator's truth; the pipeline must find it from the text alone.

What does not belong here: derived lines (`sidelines`), what happens to a line (`incidents`), prices by
session (`market`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from recon_pipeline.simulation.chance import Dice, growth
from recon_pipeline.simulation.kinds import (
    COMPANIES,
    FULL_SIZE,
    OTHER_SIZES,
    SIZES,
    Kind,
    describe,
    us_caps,
    venue,
)
from recon_pipeline.simulation.names import Namer
from recon_pipeline.simulation.nature import PECULIAR, USUAL, Nature, Trait

Role = Literal["common", "class", "preferred", "warrant", "unit", "right", "note", "certificate"]
CapField = Literal["own", "zero", "blank", "parent"]
Way = Literal[
    "",
    "underwritten",
    "best_efforts",
    "direct",
    "spin_off",
    "uplisting",
    "cross_listing",
    "merger",
    "conversion",
]
"""How a company came to an exchange; blank for those that have been there for long."""
Exit = Literal["", "acquired", "moved", "bankrupt", "liquidated", "succeeded"]
"""How a company left: `moved` is to the market over the counter, `succeeded` is by what it became."""

PRICE_UNIT = 10_000  # prices are whole numbers of 1/10,000 dollar
ALWAYS = 1_000_000  # a session index after every span
PPM = 1_000_000
REIT_EVERY, REIT_AT = 20, 10  # the place of a REIT among so many US companies
# Month and day. From the last of them to the rank day and the reports before it nothing changes.
ISSUING_DAYS = ((1, 10), (7, 10), (10, 10))
OFFERED_PPM = 200_000


@dataclass(slots=True)
class Company:
    """An issuer.

    `cap_usd` is its total market cap on the rank day and `year_growth` the factor that led there from the opening's
    date. It is listed from session index `first` to `last`, both included; `in_opening` is False where it had no
    listing when the opening was drawn up. `nature` is what is true of it beyond what is printed; whoever has a `trait`
    has no incident beside it.

    What happens to its shares, by session index: `splits` are (session, old shares, new shares), `issues` are (session,
    new shares in ppm of the old). `issuing_ppm` of its shares are issued at each of the `ISSUING_DAYS` of a year.

    `way` is how it came, if it came within memory: given to its holders by a `parent` in a spin-off; in a merger or a
    conversion it is what another company became (`succeeds`), whose number with the SEC it keeps. `offered_ppm` of its
    shares were sold. `leaving` is how it left; from session `bankrupt_from` on it was in bankruptcy.
    """

    name: str
    kind: Kind
    country: str
    sector: str
    industry: str
    exchange: str
    cap_usd: int
    ipo_year: int | None
    year_growth: float
    in_opening: bool = True
    first: int = 0
    last: int = ALWAYS
    nature: Nature = USUAL
    trait: Trait = ""
    splits: tuple[tuple[int, int, int], ...] = ()
    issues: tuple[tuple[int, int], ...] = ()
    issuing_ppm: int = 0
    way: Way = ""
    parent: int | None = None
    succeeds: int | None = None
    offered_ppm: int = OFFERED_PPM
    leaving: Exit = ""
    bankrupt_from: int = ALWAYS

    @property
    def eligible(self) -> bool:
        """Whether it passes every rule that looks at neither listing, price nor size."""
        return self.nature.eligible


@dataclass(slots=True)
class Line:
    """A listing.

    `price` is that of the rank day in 1/10,000 USD, `tick` its step in the same unit; `cap` tells what the archive
    prints as market cap; a line with a `leader` shares that line's moves; `gaps` are session indexes at which the
    archive leaves the line out, `halts` those in which it does not trade. `turnover_ppm` is the share of its shares
    that usually trades in a session. `drift_ppm` is what it moves by in each of the last sessions up to `drift_until`,
    or to the rank day.
    """

    symbol: str
    name: str
    company: int
    role: Role
    price: int
    shares: int
    cap: CapField = "own"
    volatility_ppm: int = 4_000
    beta_permille: int = 100
    drift_ppm: int = 0
    drift_until: int | None = None
    turnover_ppm: int = 4_000
    tick: int = 100
    leader: int | None = None
    padded: bool = False
    gaps: frozenset[int] = frozenset()
    halts: frozenset[int] = frozenset()
    renamed_at: int = ALWAYS
    renamed_to: str = ""

    @property
    def last_symbol(self) -> str:
        """The symbol that it bears, or bore, last."""
        return self.renamed_to or self.symbol


class Census:
    """The ledger of companies and lines while it is being drawn. `year` is that of the last rank day.

    `size` is the number of lines that are listed at a time. `first_year` is the year in which the span begins.
    """

    def __init__(self, lines: int, seed: int, year: int, first_year: int | None = None) -> None:
        self.size, self.seed, self.year, self.first_year = lines, seed, year, first_year or year
        self.names = Namer(seed)
        self.companies: list[Company] = []
        self.lines: list[Line] = []
        self._founded: Counter[tuple[Kind, Trait]] = Counter()
        self._dice = Dice(seed, "census")

    def scaled(self, count: int) -> int:
        """A count of the full-size market in a market of this size, at least 1."""
        return max(1, count * self.size // FULL_SIZE)

    def of_kind(self, *kinds: Kind) -> list[int]:
        """Indexes of the companies of these kinds without a trait. A company's first line has the same index."""
        return [index for index, company in enumerate(self.companies) if company.kind in kinds and not company.trait]

    def with_trait(self, trait: Trait) -> list[int]:
        """Indexes of the companies with a trait, likewise."""
        return [index for index, company in enumerate(self.companies) if company.trait == trait]

    def settle(self) -> None:
        """Found every company with its first line, US companies first and by size."""
        caps = list(us_caps(self.scaled(COMPANIES["common"] + COMPANIES["reit"])))
        traits = self._traits(len(caps))
        for position, cap in enumerate(caps):
            kind: Kind = "reit" if position % REIT_EVERY == REIT_AT else "common"
            self._found(kind, int(cap * (0.97 + self._dice.below(61) / 1000)), traits.get(position, ""))
        for kind, (median, spread) in OTHER_SIZES.items():
            for _ in range(self.scaled(COMPANIES[kind])):
                self._found(kind, int(median * 1_000_000 * growth(self._dice.normal() * spread)))

    def _traits(self, count: int) -> dict[int, Trait]:
        """Which of `count` US companies have a trait, by position."""
        dice, found = Dice(self.seed, "traits"), dict[int, Trait]()
        for trait, full, low, high in PECULIAR:
            near = [
                place
                for place in range(self.scaled(low), min(count, self.scaled(high)))
                if (place % REIT_EVERY == REIT_AT) == (trait == "ubti") and place not in found
            ]
            for _ in range(min(self.scaled(full), len(near))):
                found[near.pop(dice.below(len(near)))] = trait
        return found

    def found_departing(self, kind: Kind, count: int, dice: Dice) -> list[int]:
        """Found companies that will have left by the last rank day, of all sizes; return their indexes."""
        caps = list(us_caps(self.scaled(COMPANIES["common"] + COMPANIES["reit"])))
        first = len(self.companies)
        for _ in range(count):
            if kind in OTHER_SIZES:
                median, spread = OTHER_SIZES[kind]
                cap = int(median * 1_000_000 * growth(dice.normal() * spread))
            else:
                cap = int(caps[dice.between(len(caps) // 12, len(caps) - 1)])
            self._found(kind, cap)
        return list(range(first, len(self.companies)))

    def add_warrant(self, company: int, symbol: str, price: int) -> None:
        """Add a warrant of a company."""
        name = f"{self.companies[company].name} Warrants"
        line = Line(symbol, name, company, "warrant", price, 9_000_000, "zero", volatility_ppm=45_000, tick=1)
        self.lines.append(line)

    def _found(self, kind: Kind, cap_usd: int, trait: Trait = "") -> None:
        dice, stem = self._dice, self.names.stem()
        words = describe(kind, trait, self._founded[kind, trait], stem, dice)
        exchange = venue(kind, cap_usd, dice)
        self._founded[kind, trait] += 1
        usual, volatility, spread = next(size[1:] for size in SIZES if cap_usd >= size[0])
        self.companies.append(
            Company(
                name=words.name,
                kind=kind,
                country=words.country,
                sector=words.sector,
                industry=words.industry,
                exchange=exchange,
                cap_usd=cap_usd,
                ipo_year=self.first_year - dice.between(2, 28) if dice.chance(0.55) else None,
                year_growth=growth(0.08 + spread * dice.normal()),
                nature=words.nature,
                trait=trait,
            )
        )
        if trait:
            self._settle_trait(self.companies[-1])
        scatter = dice.normal()
        if kind == "spac":  # cash in trust: every one trades near its ten dollars, for years
            usual, volatility, scatter = 10, 400, scatter * 0.02
        elif kind == "fund":
            usual, volatility, scatter = 12, 7_000, scatter * 0.4
        elif trait == "merged_spac":  # a price that no trust has
            usual, volatility, scatter = dice.pick((3, 3, 4, 24)), max(volatility, 38_000), scatter * 0.3
        price = max(PRICE_UNIT // 10, int(usual * PRICE_UNIT * growth(scatter * 0.75)))
        tick = 1 if price < PRICE_UNIT * 6 // 5 else dice.pick((100,) * 12 + (50, 1))
        price = price // tick * tick
        self.lines.append(
            Line(
                symbol=self.names.ticker(stem, 4 if exchange == "nasdaq" else 3),
                name=f"{words.name} {words.style}",
                company=len(self.companies) - 1,
                role="common",
                price=price,
                shares=max(1, cap_usd * PRICE_UNIT // price * (PPM - words.nature.units_ppm) // PPM),
                volatility_ppm=volatility,
                beta_permille=10 if kind == "spac" else dice.between(500, 1500),
                turnover_ppm=dice.between(1_000, 9_000),
                tick=tick,
            )
        )

    def _settle_trait(self, company: Company) -> None:
        if company.nature.untold:  # it was as large when the opening was drawn up, and had long been listed then
            company.ipo_year, company.year_growth = None, 1.05
        elif company.trait == "merged_spac":
            company.ipo_year = self.first_year - self._dice.between(2, 5)  # it merged before the span
