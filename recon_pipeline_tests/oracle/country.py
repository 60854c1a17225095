"""Nationality by the home-country indicators (methodology 1), from all that is true of a company.

No source tells assets or revenue by country. Where the ledger says that this leaves the rule open to anybody outside,
the house counts (rule use_nationality_prior): of the companies of 2022 that had such indicators, fewer than half were
taken for US companies, so that a newcomer is not one; and a member is presumed to have been assigned to the US on
evidence that we lack (rule use_presumption).

What does not belong here: the other rules (`eligibility`).
"""

from __future__ import annotations

from dataclasses import dataclass

from recon_pipeline_tests.oracle.methodology import BENEFIT_DRIVEN, MAINLAND, TERRITORIES, UNITED_STATES


@dataclass(frozen=True, slots=True)
class Home:
    """Countries of incorporation, of the principal executive offices, of the assets (None: no location is primary) and
    of the most liquid exchange. `listed_in` is where it trades other than by receipts."""

    incorporated: str
    headquartered: str
    assets_in: str | None
    trades_most_in: str
    listed_in: str
    is_open: bool = False
    """Whether nobody outside can tell what decides."""


def verdict(home: Home, *, is_member: bool, excludes_n_shares: bool, decides: str = "indicators") -> tuple[bool, str]:
    """Whether a company counts as one of the US, and by which rule. `decides` is what did at the time (1.14)."""
    country, why = (
        assigned(home, excludes_n_shares=excludes_n_shares)
        if decides == "indicators"
        else assigned_by_law(home, takes_havens=decides == "havens")
    )
    if decides != "indicators" or not home.is_open:
        return country == UNITED_STATES, f"{why}: {country}"
    if is_member:
        return True, "nobody tells where the assets are, which decide (1.2 step 2); presumed of a member"
    return False, f"nobody tells where the assets are, which decide (1.2 step 2); with {home.headquartered} rarely here"


def assigned(home: Home, *, excludes_n_shares: bool) -> tuple[str, str]:
    """The country of a company and the rule that it comes from."""
    incorporated, seat = plain(home.incorporated), plain(home.headquartered)
    if excludes_n_shares and seat in MAINLAND and incorporated not in MAINLAND:
        return "China", "1.13, an N share"
    if incorporated == seat == home.listed_in:
        return incorporated, "1.2 step 1, incorporated, run from and listed there"
    indicators = {incorporated, seat, home.trades_most_in}
    assets = plain(home.assets_in or "")
    # 1.10: a benefit-driven place can never be the nationality.
    if assets in indicators - BENEFIT_DRIVEN:
        return assets, "1.2 step 2, the assets are there"
    if seat not in BENEFIT_DRIVEN:
        return seat, "1.2 step 4, run from there"
    return home.trades_most_in, "1.2 step 4, most traded there"


def assigned_by_law(home: Home, *, takes_havens: bool) -> tuple[str, str]:
    """The country of a company before 2011 (1.14): that of its incorporation, but for companies of a haven since 2007,
    whose seat decides, or their main exchange where that is in a haven too."""
    incorporated, seat = plain(home.incorporated), plain(home.headquartered)
    if incorporated not in BENEFIT_DRIVEN or not takes_havens:
        return incorporated, "1.14, incorporated there"
    if seat not in BENEFIT_DRIVEN:
        return seat, "1.14, incorporated in a haven and run from there"
    return home.trades_most_in, "1.14, in a haven and most traded there"


def plain(country: str) -> str:
    """A territory counts as the US (1.12)."""
    return UNITED_STATES if country in TERRITORIES else country
