"""The kinds of company in the simulated market: how many, how large, where listed and in which words.

These are the generator's parameters and vocabulary, as data; `describe` turns them into the text that the archive
prints. The words are those by which a reader of the archive can tell one kind from another.

What does not belong here: companies and lines themselves (`census`) and derived lines such as warrants (`sidelines`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple

from recon_pipeline.simulation.chance import Dice, geometric
from recon_pipeline.simulation.nature import (
    ABROAD,
    ASSETS_DECIDE,
    HAVEN,
    HAVEN_ABROAD,
    PLAIN,
    RECEIPTS,
    SHELLS,
    STALE_COUNTRY,
    TERRITORY,
    US,
    Home,
    Nature,
    Structure,
    Trait,
)

Kind = Literal["common", "reit", "foreign", "adr", "spac", "fund", "bdc", "lp", "royalty"]

FULL_SIZE = 6000

# Companies of each kind in a market of FULL_SIZE lines; side lines make up the rest.
COMPANIES: dict[Kind, int] = {
    "common": 3470,
    "reit": 190,
    "foreign": 350,
    "adr": 235,
    "spac": 320,
    "fund": 290,
    "bdc": 48,
    "lp": 42,
    "royalty": 12,
}
ELIGIBLE: tuple[Kind, ...] = ("common", "reit")

# (rank among US companies, total market cap in USD) on the rank day; geometric in between. Methodology 7.15 has the
# published sizes: about $4.2B at 1000 and $160-180M at 3000.
CURVE = (
    (1, 2_800_000_000_000),
    (3, 1_500_000_000_000),
    (6, 800_000_000_000),
    (12, 430_000_000_000),
    (25, 220_000_000_000),
    (50, 135_000_000_000),
    (100, 75_000_000_000),
    (200, 39_000_000_000),
    (350, 20_000_000_000),
    (500, 12_500_000_000),
    (700, 7_700_000_000),
    (1000, 4_200_000_000),
    (1400, 2_250_000_000),
    (2000, 1_000_000_000),
    (2500, 450_000_000),
    (3000, 180_000_000),
    (3300, 75_000_000),
    (3500, 28_000_000),
    (3660, 3_000_000),
)
# (floor of the cap in USD, usual price in USD, daily volatility in ppm, spread of the yearly log return)
SIZES = (
    (20_000_000_000, 120, 14_000, 0.35),
    (4_000_000_000, 60, 18_000, 0.45),
    (1_000_000_000, 28, 23_000, 0.55),
    (150_000_000, 12, 31_000, 0.75),
    (30_000_000, 5, 42_000, 0.85),
    (0, 2, 52_000, 0.95),
)
# Median cap in millions of USD and spread of its logarithm.
OTHER_SIZES: dict[Kind, tuple[int, float]] = {
    "foreign": (400, 1.6),
    "adr": (900, 1.6),
    "spac": (220, 0.5),
    "fund": (300, 0.6),
    "bdc": (500, 0.8),
    "lp": (2_500, 1.1),
    "royalty": (120, 0.6),
}
EXCHANGES = ("nasdaq", "nyse", "amex")
# Chances in per cent of nasdaq and nyse; the rest is amex.
VENUES: dict[Kind, tuple[int, int]] = {
    "common": (66, 27),
    "reit": (25, 71),
    "foreign": (70, 22),
    "adr": (75, 25),
    "spac": (84, 13),
    "fund": (12, 74),
    "bdc": (65, 35),
    "lp": (20, 80),
    "royalty": (10, 90),
}
# (sector, industry, words of a company name)
TRADES = (
    ("Health Care", "Biotechnology: Pharmaceutical Preparations", ("Therapeutics", "Pharma", "Biosciences")),
    ("Health Care", "Biotechnology: Pharmaceutical Preparations", ("Therapeutics", "Oncology", "Bio")),
    ("Health Care", "Medical/Dental Instruments", ("Medical", "Surgical", "Devices")),
    ("Technology", "Computer Software: Prepackaged Software", ("Software", "Cloud", "Systems")),
    ("Technology", "Semiconductors", ("Semiconductor", "Micro", "Photonics")),
    ("Technology", "EDP Services", ("Data", "Networks", "Digital")),
    ("Finance", "Major Banks", ("Bancorp", "Bancshares", "Financial")),
    ("Finance", "Property-Casualty Insurers", ("Insurance Group", "Assurance")),
    ("Finance", "Investment Managers", ("Asset Management", "Advisors")),
    ("Industrials", "Industrial Machinery/Components", ("Industries", "Machine Works", "Controls")),
    ("Industrials", "Metal Fabrications", ("Metals", "Fabrication")),
    ("Consumer Discretionary", "Restaurants", ("Kitchens", "Restaurants")),
    ("Consumer Discretionary", "Business Services", ("Services", "Staffing", "Brands")),
    ("Consumer Staples", "Packaged Foods", ("Foods", "Farms")),
    ("Energy", "Oil & Gas Production", ("Energy", "Petroleum", "Resources")),
    ("Utilities", "Electric Utilities: Central", ("Power", "Electric", "Utilities")),
    ("Basic Materials", "Major Chemicals", ("Chemicals", "Materials")),
    ("Telecommunications", "Telecommunications Equipment", ("Wireless", "Communications")),
)
US_FORMS = ("Inc.",) * 5 + (
    "Corporation",
    "Corporation",
    "Corp.",
    "Holdings Inc.",
    "Group Inc.",
    "Company",
    "& Co. Inc.",
)
FOREIGN_FORMS = ("Ltd.", "Limited", "plc", "N.V.", "S.A.")
COMMON_STYLES = ("Common Stock",) * 12 + (
    "Class A Common Stock",
    "Class A Common Stock",
    "Common Stock ",
    "Common Shares",
)
ADR_STYLES = (
    "American Depositary Shares",
    "American Depositary Shares",
    "American Depositary Shares (each representing five Ordinary Shares)",
    "American Depositary Shares each representing two Class A Ordinary Shares",
)
REIT_WORDS = ("Property", "Realty", "Residential", "Office Properties")
# Where the companies of a kind, or with a trait, are at home.
HOMES: dict[Kind | Trait, tuple[Home, ...]] = {
    "foreign": ABROAD,
    "adr": RECEIPTS,
    "spac": SHELLS,
    "haven": HAVEN,
    "haven_abroad": HAVEN_ABROAD,
    "territory": TERRITORY,
    "stale_country": STALE_COUNTRY,
    "assets_decide": ASSETS_DECIDE,
}
STRUCTURES: dict[Kind, Structure] = {
    "reit": "reit",
    "spac": "spac",
    "fund": "fund",
    "bdc": "bdc",
    "lp": "lp",
    "royalty": "royalty_trust",
}
TRAIT_STYLES: dict[Trait, str] = {
    "up_c": "Class A Common Stock",
    "voteless": "Class A Non-Voting Common Stock",
    "controlled": "Class A Common Stock",
}
LLC = "LLC"
# How many shares of an Up-C are units: parts of a million, from and to.
UNITS_PPM = (150_000, 550_000)
TOLD_FLOAT_PPM, UNTOLD_FLOAT_PPM, CONTROLLED_VOTES_PPM = 4_000, 30_000, 30_000
# Share of lines whose country the archive leaves out though the company is of the US.
BLANK_COUNTRY: dict[Kind, float] = {"common": 0.05, "reit": 0.03, "spac": 0.05, "fund": 0.3}
BLANK_INDUSTRY = 0.03

# Kinds whose words do not depend on a trade: what follows the stem, the line's style, sector, industries.
FIXED_WORDS: dict[Kind, tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]] = {
    "spac": (
        ("Acquisition Corp.", "Acquisition Corp. II", "Acquisition Corporation", "Capital Acquisition Corp."),
        ("Class A Common Stock", "Class A Ordinary Shares", "Common Stock", "Class A Ordinary Share"),
        "Finance",
        ("Blank Checks",),
    ),
    "fund": (
        # The last are told by their filings alone.
        (
            *("Municipal Income Fund", "High Income Fund", "Equity Income Fund Inc.", "Credit Opportunities Fund") * 4,
            "Company Inc.",
            "Associates Inc.",
        ),
        ("Common Stock", "Common Shares of Beneficial Interest", "Common Shares"),
        "Finance",
        ("Investment Managers", "Trusts Except Educational Religious and Charitable", "Finance/Investors Services"),
    ),
    "bdc": (
        # The last is told by its filings alone.
        ("BDC Inc.", "Capital BDC Inc.", "Specialty Lending Corporation", "Investment Corporation", "Holdings Inc."),
        ("Common Stock",),
        "Finance",
        ("Finance/Investors Services", "Finance Companies"),
    ),
    "lp": (
        ("Midstream Partners L.P.", "Energy Partners LP", "Pipeline Partners L.P."),
        ("Common Units",) * 5 + ("Common Units representing Limited Partnership Interests",) * 3 + ("Common Shares",),
        "Energy",
        ("Oil & Gas Production",),
    ),
    "royalty": (
        # The last is told by its industry too.
        ("Royalty Trust",) * 4 + ("Basin Trust",),
        ("Common Stock", "Units of Beneficial Interest", "Trust Units"),
        "Energy",
        ("Oil & Gas Production",),
    ),
}


class Description(NamedTuple):
    """What the archive prints of a company: its name, what its line adds to the name, and where it belongs; and what is
    true of it."""

    name: str
    style: str
    country: str
    sector: str
    industry: str
    nature: Nature


def describe(kind: Kind, trait: Trait, place: int, stem: str, dice: Dice) -> Description:
    """The words of one company of this kind, and its nature; `place` counts those of its kind and trait before it."""
    homes = HOMES.get(trait) or HOMES.get(kind, (PLAIN,))
    home = homes[place % len(homes)]
    sector, industry, words = dice.pick(TRADES)
    if kind in FIXED_WORDS:
        endings, styles, sector, industries = FIXED_WORDS[kind]
        name, style, industry = f"{stem} {dice.pick(endings)}", dice.pick(styles), dice.pick(industries)
        if kind == "lp" and style == "Common Shares":  # a partnership has units; a company of this form has shares
            name = f"{stem} Infrastructure {LLC}"
        if kind == "spac" and home.incorporated == US:
            style = "Common Stock" if style == "Common Stock" else "Class A Common Stock"
        elif kind == "spac":
            style = "Class A Ordinary Shares"
    elif kind == "reit":
        trust = dice.chance(0.3)
        name = f"{stem} {dice.pick(REIT_WORDS)} {'Trust' if trust else 'Inc.'}"
        style = "Common Shares of Beneficial Interest" if trust and dice.chance(0.4) else "Common Stock"
        sector, industry = "Real Estate", "Real Estate Investment Trusts"
    elif kind == "common":
        form = dice.pick(US_FORMS if home.incorporated == US else FOREIGN_FORMS)
        name, style = f"{stem} {dice.pick(words)} {form}", dice.pick(COMMON_STYLES)
    else:
        form = dice.pick(US_FORMS if home.incorporated == US else FOREIGN_FORMS)
        name, style = f"{stem} {dice.pick(words)} {form}", dice.pick(ADR_STYLES)
    style = TRAIT_STYLES.get(trait) or home.style or style
    country = home.stated
    if home.headquartered == US and not trait and dice.chance(BLANK_COUNTRY.get(kind, 0.0)):
        country = ""
    if kind not in ("reit", "spac") and not trait and dice.chance(BLANK_INDUSTRY):
        sector = industry = ""
    return Description(name, style, country, sector, industry, nature_of(kind, trait, home, name, dice))


def nature_of(kind: Kind, trait: Trait, home: Home, name: str, dice: Dice) -> Nature:
    """What is true of a company beyond its words."""
    structure = "llc" if name.endswith(LLC) else STRUCTURES.get(kind, "operating")
    plain = Nature(
        incorporated=home.incorporated,
        headquartered=home.headquartered,
        assets_in=home.assets_in,
        trades_most_in=home.headquartered if kind == "adr" else US,
        is_american=kind not in ("foreign", "adr") and home.headquartered != "Hong Kong",
        structure=structure,
    )
    if trait == "assets_decide":
        return replace(plain, untold=frozenset({"country"}))
    if trait == "up_c":
        return replace(plain, units_ppm=dice.between(*UNITS_PPM))
    if trait == "closely_held":
        return replace(plain, public_ppm=UNTOLD_FLOAT_PPM, untold=frozenset({"float"}))
    if trait == "voteless":
        return replace(plain, votes_ppm=0, is_votes_told=True)
    if trait == "controlled":
        return replace(plain, votes_ppm=CONTROLLED_VOTES_PPM, untold=frozenset({"votes"}))
    if trait == "ubti":
        return replace(plain, has_ubti=True, untold=frozenset({"ubti"}))
    return replace(plain, in_bankruptcy=trait == "bankrupt")


def venue(kind: Kind, cap_usd: int, dice: Dice) -> str:
    """The exchange of a company: large ones lean to NYSE, small ones to NASDAQ."""
    nasdaq, nyse = VENUES[kind]
    if kind == "common" and cap_usd > 1_000_000_000:
        nasdaq, nyse = (42, 57) if cap_usd > 12_000_000_000 else (58, 38)
    roll = dice.below(100)
    return EXCHANGES[0 if roll < nasdaq else 1 if roll < nasdaq + nyse else 2]


def us_caps(count: int) -> Iterator[float]:
    """Total caps of about `count` US companies in USD, largest first: `CURVE` with its ranks stretched to fit."""
    knots: list[tuple[int, int]] = []
    for rank, cap in CURVE:
        stretched = rank * count // CURVE[-1][0]
        knots.append((max(knots[-1][0] + 1 if knots else 1, stretched), cap))
    for (start, high), (end, low) in pairwise(knots):
        ratio, cap_now = geometric(high, low, end - start), float(high)
        for _ in range(start, end):
            yield cap_now
            cap_now *= ratio
