"""Nationality by the home-country indicators (methodology 1), as far as anybody outside can tell.

The ledger knows where a company is incorporated, run from, and has its assets. No source tells assets or revenue by
country, so that where these would decide the house counts (rule use_nationality_prior): of the companies of 2022 like
it, fewer than half were taken for US companies in every case that the indicators leave open, so that a newcomer is not
one; and a member is presumed to have been assigned to the US on evidence that we lack (rule use_presumption).

What does not belong here: the other rules (`eligibility`).
"""

from __future__ import annotations

from dataclasses import dataclass

from recon_pipeline_tests.oracle.methodology import BENEFIT_DRIVEN, MAINLAND, TERRITORIES, UNITED_STATES


@dataclass(frozen=True, slots=True)
class Home:
    """Country of incorporation and of the principal executive offices; `is_told`: whether any filer number leads to
    them; `stated` is the one country of the price list, blank where it has none."""

    incorporated: str
    headquartered: str
    is_told: bool
    stated: str


def is_of_the_us(home: Home, *, is_receipt: bool, is_member: bool, excludes_n_shares: bool) -> tuple[bool, str]:
    """Whether a company counts as one of the US, and by which rule."""
    incorporated, seat = plain(home.incorporated), plain(home.headquartered)
    if not home.is_told:
        if home.stated and plain(home.stated) != UNITED_STATES and not is_member:
            return False, f"the price list states {home.stated}, and no filing tells more"
        return True, "nothing speaks against it"
    if incorporated == seat == UNITED_STATES and not is_receipt:
        return True, "1.2 step 1: incorporated, run from and listed in the US"
    if seat in MAINLAND and excludes_n_shares:
        if is_member:
            return True, "presumed of a member, though 1.13 speaks against it"
        return False, f"1.13: run from {seat}, incorporated in {incorporated}"
    if incorporated in BENEFIT_DRIVEN and seat == UNITED_STATES and not is_receipt:
        return True, f"1.2 steps 2-4, 1.10: {incorporated} is no nationality, all other indicators are of the US"
    if incorporated in BENEFIT_DRIVEN | {UNITED_STATES} and seat in BENEFIT_DRIVEN and not is_receipt:
        return True, f"1.2 step 4: run from {seat}, so that the US exchange decides"
    if is_member:
        return True, "1.2 steps 2-3: assets decide, which nobody tells; presumed of a member"
    return False, f"1.2 steps 2-3: assets decide, which nobody tells; of {incorporated} and {seat} fewer than half are"


def plain(country: str) -> str:
    """A territory counts as the US (1.12)."""
    return UNITED_STATES if country in TERRITORIES else country
