"""The kinds of company in the simulated market: how many, how large, where listed and in which words.

These are the generator's parameters and vocabulary, as data; `describe` turns them into the text that the archive
prints. The words are those by which a reader of the archive can tell one kind from another.

What does not belong here: companies and lines themselves (`census`) and derived lines such as warrants (`sidelines`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

from recon_pipeline.simulation.chance import Dice, geometric

Kind = Literal["common", "reit", "foreign", "adr", "spac", "fund", "bdc", "lp", "royalty"]

FULL_SIZE = 6000

# Companies of each kind in a market of FULL_SIZE lines; side lines make up the rest.
COMPANIES: dict[Kind, int] = {
    "common": 3560,
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
    (3580, 28_000_000),
    (3750, 3_000_000),
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
FOREIGN_STYLES = ("Ordinary Shares", "Ordinary Shares", "Common Shares", "Class A Ordinary Shares", "Common Stock")
ADR_STYLES = (
    "American Depositary Shares",
    "American Depositary Shares",
    "American Depositary Shares (each representing five Ordinary Shares)",
    "American Depositary Shares each representing two Class A Ordinary Shares",
)
REIT_WORDS = ("Property", "Realty", "Residential", "Office Properties")
# Countries as the archive names them. A blank among the foreign ones would leave only the name to tell.
HOMES: dict[Kind, tuple[str, ...]] = {
    "foreign": ("Canada", "Canada", "Israel", "China", "China", "United Kingdom", "Singapore", "Greece", "Switzerland"),
    "adr": ("China", "China", "United Kingdom", "Brazil", "Japan", "Taiwan", "India", "France", "Israel", ""),
}
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
        ("Municipal Income Fund", "High Income Fund", "Equity Income Fund Inc.", "Credit Opportunities Fund"),
        ("Common Stock", "Common Shares of Beneficial Interest", "Common Shares"),
        "Finance",
        ("Investment Managers", "Trusts Except Educational Religious and Charitable", "Finance/Investors Services"),
    ),
    "bdc": (
        ("BDC Inc.", "Capital BDC Inc.", "Specialty Lending Corporation", "Investment Corporation"),
        ("Common Stock",),
        "Finance",
        ("Finance/Investors Services", "Finance Companies"),
    ),
    "lp": (
        ("Midstream Partners L.P.", "Energy Partners LP", "Pipeline Partners L.P."),
        ("Common Units", "Common Units representing Limited Partnership Interests"),
        "Energy",
        ("Oil & Gas Production",),
    ),
    "royalty": (
        ("Royalty Trust",),
        ("Common Stock", "Units of Beneficial Interest", "Trust Units"),
        "Energy",
        ("Oil & Gas Production",),
    ),
}


class Description(NamedTuple):
    """What the archive prints of a company: its name, what its line adds to the name, and where it belongs."""

    name: str
    style: str
    country: str
    sector: str
    industry: str


def describe(kind: Kind, stem: str, dice: Dice) -> Description:
    """The words of one company of this kind."""
    sector, industry, words = dice.pick(TRADES)
    if kind in FIXED_WORDS:
        endings, styles, sector, industries = FIXED_WORDS[kind]
        name, style, industry = f"{stem} {dice.pick(endings)}", dice.pick(styles), dice.pick(industries)
    elif kind == "reit":
        trust = dice.chance(0.3)
        name = f"{stem} {dice.pick(REIT_WORDS)} {'Trust' if trust else 'Inc.'}"
        style = "Common Shares of Beneficial Interest" if trust and dice.chance(0.4) else "Common Stock"
        sector, industry = "Real Estate", "Real Estate Investment Trusts"
    elif kind == "common":
        name, style = f"{stem} {dice.pick(words)} {dice.pick(US_FORMS)}", dice.pick(COMMON_STYLES)
    else:
        name = f"{stem} {dice.pick(words)} {dice.pick(FOREIGN_FORMS)}"
        style = dice.pick(ADR_STYLES if kind == "adr" else FOREIGN_STYLES)
    country = dice.pick(HOMES.get(kind, ("United States",)))
    if dice.chance(BLANK_COUNTRY.get(kind, 0.0)):
        country = ""
    if kind not in ("reit", "spac") and dice.chance(BLANK_INDUSTRY):
        sector = industry = ""
    return Description(name, style, country, sector, industry)


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
