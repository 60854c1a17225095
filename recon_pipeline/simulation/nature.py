"""What is true of a company and no price list prints: where it is at home, how it is built, who can buy and vote it.

The outcome of the methodology stands beside the facts, written by hand: nothing here is computed from them, so that an
oracle that decides by the facts has something to disagree with.

`untold` names the rules whose deciding fact no source tells (the location of assets, votes by class, income that is
taxed to holders, a float between the least and what a proxy can tell): a reader can but presume, and knows of those
companies that were in the opening by that alone. Where a rule of a company is untold, the company is large, listed all
the time and without incident, so that what the opening tells of it can be read.

What does not belong here: the words that a source prints (`kinds`), what happens to a company (`incidents`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

Structure = Literal["operating", "reit", "spac", "bdc", "fund", "lp", "llc", "royalty_trust"]
Rule = Literal["country", "float", "votes", "ubti"]
Trait = Literal[
    "",
    "haven",
    "haven_abroad",
    "territory",
    "stale_country",
    "assets_decide",
    "up_c",
    "closely_held",
    "voteless",
    "controlled",
    "ubti",
    "merged_spac",
    "bankrupt",
]

US: Final = "United States"
LEAST_PPM: Final = 50_000  # methodology 4.2 and 4.3: five per cent
USUAL_PPM: Final = 800_000


@dataclass(frozen=True, slots=True)
class Nature:
    """The facts that the methodology asks of a company.

    Countries have the methodology's names. `assets_in` is None where no location is primary, `trades_most_in` the
    country of the most liquid exchange. `is_american` is what follows from these. `public_ppm` and `votes_ppm` are the
    parts of the shares and of the votes that the public can buy, `units_ppm` the part of the shares that are units of
    a partnership below the company, exchangeable and not listed.
    """

    incorporated: str = US
    headquartered: str = US
    assets_in: str | None = US
    trades_most_in: str = US
    is_american: bool = True
    structure: Structure = "operating"
    has_ubti: bool = False
    in_bankruptcy: bool = False
    public_ppm: int = USUAL_PPM
    votes_ppm: int | None = USUAL_PPM
    is_votes_told: bool = False
    units_ppm: int = 0
    untold: frozenset[Rule] = frozenset()

    @property
    def eligible(self) -> bool:
        """Whether every rule passes that looks at neither listing, price nor size."""
        return (
            self.is_american
            and self.structure in ("operating", "reit")
            and not self.has_ubti
            and self.public_ppm >= LEAST_PPM
            and (self.votes_ppm is None or self.votes_ppm >= LEAST_PPM)
        )


USUAL: Final = Nature()


class Home(NamedTuple):
    """Where a company is incorporated, seated and has its assets, what the price list states, and its share's name."""

    incorporated: str
    headquartered: str
    assets_in: str | None
    stated: str
    style: str


COMMON, ORDINARY, SHARES = "Common Stock", "Ordinary Shares", "Common Shares"

# Assigned to the US, by methodology 1.2 (step), 1.10 and 1.12.
HAVEN: Final = (
    Home("Bermuda", US, US, US, SHARES),  # 2: the assets
    Home("Cayman Islands", US, None, US, ORDINARY),  # 4: the seat
    Home("British Virgin Islands", US, "Israel", US, ORDINARY),  # 4: Israel is no indicator
    Home("Marshall Islands", US, US, "", COMMON),
)
HAVEN_ABROAD: Final = (
    Home("Bermuda", "Bermuda", None, "Bermuda", SHARES),  # 4: seat in a haven, so the exchange
    Home("Cayman Islands", "Cayman Islands", US, "Cayman Islands", ORDINARY),  # 2: the exchange's country
    Home(US, "Bermuda", US, "Bermuda", COMMON),
    Home("Marshall Islands", "Bermuda", None, "Bermuda", COMMON),
)
TERRITORY: Final = (
    Home("Puerto Rico", "Puerto Rico", "Puerto Rico", US, COMMON),
    Home(US, "Puerto Rico", "Puerto Rico", US, COMMON),
    Home(US, "U.S. Virgin Islands", None, US, COMMON),
    Home("Guam", "Guam", "Guam", US, COMMON),
)
STALE_COUNTRY: Final = (
    Home(US, US, US, "Israel", COMMON),
    Home(US, US, US, "Singapore", COMMON),
    Home(US, US, US, "Cayman Islands", COMMON),
)
ASSETS_DECIDE: Final = (
    Home("Ireland", US, US, US, ORDINARY),
    Home("Netherlands", US, US, US, SHARES),
    Home("United Kingdom", US, US, US, ORDINARY),
    Home(US, "Israel", US, "Israel", COMMON),
    Home(US, "Canada", US, "Canada", COMMON),
)
# Not assigned to the US. The price list states the country of the seat, as far as it states one.
ABROAD: Final = (
    *(Home("Canada", "Canada", "Canada", "Canada", SHARES),) * 3,
    *(Home("Israel", "Israel", "Israel", "Israel", ORDINARY),) * 3,
    *(Home("United Kingdom", "United Kingdom", "United Kingdom", "United Kingdom", ORDINARY),) * 2,
    *(Home("Singapore", "Singapore", "Singapore", "Singapore", ORDINARY),) * 2,
    *(Home("Switzerland", "Switzerland", "Switzerland", "Switzerland", SHARES),) * 2,
    Home("Ireland", "Ireland", "Ireland", "Ireland", ORDINARY),
    Home("Luxembourg", "Luxembourg", None, "Luxembourg", SHARES),
    # Havens: the seat decides, or the assets.
    *(Home("Marshall Islands", "Greece", None, "Greece", SHARES),) * 2,
    Home("Cayman Islands", "Singapore", "Singapore", "Singapore", ORDINARY),
    Home("Cayman Islands", "Israel", "Israel", "Israel", ORDINARY),
    Home("Bermuda", "United Kingdom", "United Kingdom", "United Kingdom", SHARES),
    # Incorporated in the US alone.
    Home(US, "Israel", "Israel", "Israel", COMMON),
    Home(US, "Canada", "Canada", "Canada", COMMON),
    Home(US, "United Kingdom", "United Kingdom", "United Kingdom", COMMON),
    # Seated in the US alone, with the assets where they are incorporated.
    Home("Ireland", US, "Ireland", US, ORDINARY),
    Home("Switzerland", US, "Switzerland", US, SHARES),
    Home("Israel", US, "Israel", US, ORDINARY),
    # N shares (1.13), wherever they are incorporated.
    *(Home("Cayman Islands", "China", "China", "China", ORDINARY),) * 4,
    *(Home("British Virgin Islands", "China", "China", "China", ORDINARY),) * 2,
    Home("Cayman Islands", "Hong Kong", "China", "Hong Kong", ORDINARY),
    *(Home(US, "China", "China", "China", COMMON),) * 2,
)
# Of receipts (2.3): they trade most at home.
RECEIPTS: Final = (
    *(Home("Cayman Islands", "China", "China", "China", ""),) * 2,
    *(
        Home(country, country, country, country, "")
        for country in ("United Kingdom", "Brazil", "Japan", "Taiwan", "India", "Israel")
    ),
    Home("France", "France", "France", "", ""),
    Home("Bermuda", "Greece", None, "Greece", ""),
)
# Blank-check companies of a haven have their office in the US; the price list states that.
SHELLS: Final = (
    *(Home(US, US, None, US, ""),) * 3,
    *(Home("Cayman Islands", US, None, US, ""),) * 2,
    Home("British Virgin Islands", "Hong Kong", None, "Hong Kong", ""),
)
PLAIN: Final = Home(US, US, US, US, "")


class Peculiar(NamedTuple):
    """How many companies of a full-size market have a trait, and between which ranks."""

    trait: Trait
    companies: int
    low: int
    high: int


UNTOLD_RANKS: Final = (300, 1_500)
PECULIAR: Final = (
    Peculiar("haven", 40, 150, 3_300),
    Peculiar("haven_abroad", 14, 300, 3_200),
    Peculiar("territory", 8, 700, 2_900),
    Peculiar("stale_country", 9, 900, 3_300),
    Peculiar("assets_decide", 20, *UNTOLD_RANKS),
    Peculiar("up_c", 30, 250, 2_900),
    Peculiar("closely_held", 3, *UNTOLD_RANKS),
    Peculiar("voteless", 3, 300, 2_600),
    Peculiar("controlled", 3, *UNTOLD_RANKS),
    Peculiar("ubti", 3, *UNTOLD_RANKS),
    Peculiar("merged_spac", 25, 1_500, 3_500),
    Peculiar("bankrupt", 5, 2_300, 3_400),
)
