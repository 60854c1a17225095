"""Words for the codes of the published tables, for whoever tells them to people: the terminal and the report.

Does not belong here: how an amount or a table looks (`telling.py`, `report/words.py`), what a code means (`sql/`).
"""

from __future__ import annotations

from functools import cache
from typing import Final

from recon_pipeline.rules import reference_rows

CUTS: Final = {
    "TOP50": "Top 50",
    "TOP200": "Top 200",
    "TOP500": "Top 500",
    "R1000": "Russell 1000 | Russell 2000",
    "MICRO": "Upper end of the Microcap",
    "R3000": "Lower end of the Russell 3000",
    "R3000E": "Smallest company of the Russell 3000E",
    "MIN_PRICE": "Lowest price",
    "MIN_CAP": "Lowest market cap",
}
"""What a cut divides, or a rule of size asks for."""

REASONS: Final = {
    "rank": "rank",
    "no_figures": "a line without price or share count",
    "listing": "not listed by the rank day",
    "exchange": "exchange does not qualify",
    "security_type": "not a common share",
    "structure": "structure does not qualify",
    "country": "not a US company by the rules",
    "price": "price too low",
    "market_cap": "market cap too small",
    "share_class": "share class",
    "float": "too few shares free to trade",
    "votes": "too few votes with the public",
    "presumed_ineligible": "presumably, for it was left out before though large enough",
    "ipo": "initial public offering",
    "fast_entry": "fast entry",
    "business_combination": "merged with a listed shell",
}
"""Why a line changes index or does not qualify."""

NEW_LINES: Final = {
    "added": "added",
    "left": "not added, for it left the exchanges before the effective date",
    "member_company": "a further class of a member, which waits for the reconstitution",
    "not_an_offering": "not added, for nothing shows an initial offering",
    "deferred": "put off to the next event, for no filing tells its share structure yet",
    "ineligible": "does not qualify",
    "presumed_ineligible": "presumably does not qualify: most companies that list one class of several failed on votes",
    "no_market_cap": "not added, for nobody tells its market cap",
    "no_breakpoints": "not added, for the last reconstitution is not known",
    "too_small": "too small to be added",
}
"""What becomes of a new line at a quarterly event: a verdict of recon.ipo_candidates."""

RULES: Final = {
    "listing": "listed on the rank day",
    "exchange": "exchange",
    "security_type": "kind of security",
    "structure": "kind of company",
    "country": "US company",
    "price": "close, no less than",
    "market_cap": "market cap, no less than",
    "share_class": "further class: a day's trading above",
    "float": "free float, no less than",
    "votes": "votes of the public, above",
    "presumption": "left out before, with a cap above",
}
"""What a rule of recon.eligibility asks about."""

SHARES_WHY: Final = {
    "classes_of_one_filing": "the classes of one filing",
    "cover_of_company": "the cover of a filing",
    "earlier_count": "an earlier filing, for the newest is out of line",
    "implied_no_filing": "implied by the price list, for no filing counts them",
    "implied_filing_suspect": "implied by the price list, for the filing is in doubt",
    "implied_before_jump": "implied by the price list of the days before a jump in it",
    "filing_stale": "implied by the price list, for the filing is too old",
    "classes_incomplete": "implied by the price list, for the filing lacks classes",
    "implied_below_its_index": "implied by the price list, and raised to what its index asked for",
    "what_if": "stated by a what-if",
    "none": "nobody counts them",
}
"""Where a share count is from, as shares_why of recon.universe has it."""


@cache
def index_names() -> dict[str, str]:
    """Return the name of every index by its id, in the order of the family."""
    return {row["index_id"]: row["name"] for _, row in reference_rows("indexes.csv")}
