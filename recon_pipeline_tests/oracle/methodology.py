"""The numbers of the rules, written out from the methodology with their sections, as of an effective date.

What does not belong here: how a rule is applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

# 7.2: the last rank that is above each cut. 7.1: 4,000 companies, or all that qualify.
CUTS: Final = {"TOP50": 50, "TOP200": 200, "TOP500": 500, "R1000": 1000, "MICRO": 2000, "R3000": 3000, "R3000E": 4000}
RANKED_BEFORE_2005: Final = 3000  # 7.3
EXTENDED_FROM: Final = date(2005, 6, 1)  # 7.3: the Microcap and the 3000E
# 7.6: half widths in percentile points; no band at the others.
BANDS_FROM: Final = date(2007, 6, 1)  # 7.12
BANDS: Final = {"TOP200": Fraction(5, 2), "TOP500": Fraction(5, 2), "R1000": Fraction(5, 2), "MICRO": Fraction(1, 2)}

MIN_PRICE: Final = 10_000  # 3.1: a dollar, in 1/10,000 USD
PRICE_AVERAGE_DAYS: Final = 30  # 3.2, 18.6: calendar days ending the day before rank day
MIN_CAP_USD: Final = 30_000_000  # 4.1: at least
MIN_CAP_FROM: Final = date(2011, 6, 1)  # 4.1, 18.5: the year is not certain
MIN_CLASS_CAP_USD: Final = 30_000_000  # 5.3: more than
MIN_PUBLIC_PPM: Final = 50_000  # 4.2: at least 5 %
MIN_PUBLIC_FROM: Final = date(2010, 6, 1)
MIN_VOTES_PPM: Final = 50_000  # 4.3: at least 5 %
CLASS_LINES_FROM: Final = date(2015, 6, 1)  # 5.6: before, one line a company
VOLUME_YEARS: Final = 2  # 1.1, 5.2, 5.3: or as much as there is
# Of a price list that begins in January 2021 there are so many months (rule history_months).
VOLUME_MONTHS: Final = {2021: 3, 2022: 15}
FIRST_VOLUME_YEAR: Final = 2021
VEHICLE_DAYS: Final = 100  # 5.2: days of volume in those two years that a member's class needs
SESSIONS_OF_VOLUME_YEARS: Final = 504
VEHICLE_GAP_PCT: Final = 20  # 5.2: closer volumes are told apart by shares

# 9.2, 9.6: what is an IPO, and which of them must have told how many shares there are by the rank day
OFFERED: Final = frozenset({"underwritten", "best_efforts", "direct"})
MUST_DISCLOSE: Final = frozenset({"best_efforts", "direct"})
DISCLOSE_FROM: Final = date(2018, 8, 1)
# 9.7: the text of January 2024 takes in a blank-check company that came and merged within one window; that of August
# 2025 waits for the end of the longest lock-up. The house takes the middle of the two days (rule despac_rule), and the
# usual length, as no source tells how long holders are locked up (rule despac_lockup_days).
LOCK_UP_FROM: Final = date(2024, 11, 1)
LOCK_UP: Final = timedelta(days=180)
# 4.3, 8.4: all but what was offered is locked up. The house presumes that a newcomer that lists one class of several
# fails the rule on votes where fewer than half of at least ten of its industry were taken in (rule use_ipo_vote_prior):
# those of technology, in the words of the price list. To the house special machinery (SIC 3559) is for semiconductors.
FAILING_VOTES: Final = frozenset(
    {
        *("Computer Software: Prepackaged Software", "Semiconductors", "EDP Services"),
        "Industrial Machinery/Components",
    }
)
# 9.8
FAST_FROM: Final = date(2026, 5, 27)
FAST_SESSIONS: Final = 5
FAST_CUT: Final = "TOP500"

# 2.1
EXCHANGES: Final = frozenset({"nasdaq", "nyse", "amex", "arca"})
CBOE_FROM: Final = date(2019, 6, 1)
# 2.4-2.7
STRUCTURES: Final = frozenset({"operating", "reit"})
BDC_UNTIL: Final = date(2014, 6, 1)  # 2.5
UBTI_FROM: Final = date(2009, 6, 1)  # 2.6: the year is not certain
# 1.14: incorporation alone; also of a haven; by the indicators
HAVENS_FROM: Final = date(2007, 6, 1)
INDICATORS_FROM: Final = date(2011, 6, 1)
# 1.13
N_SHARES_FROM: Final = date(2018, 6, 1)
# 4.3: new names, and members after their years of grace
VOTES_FROM: Final = date(2017, 9, 1)
VOTES_OF_MEMBERS_FROM: Final = date(2023, 6, 1)
DECEMBER: Final = 12  # 4.3, 11.5: a reconstitution of December does not ask members for votes

# 5.4: the published median of the year's June; 18.12: between published ones the house interpolates (2021, 2022, 2024),
# and before them takes the middle of what is usual.
MEDIAN_ADDTV_USD: Final = {
    2018: 130_000,
    2019: 140_000,
    2020: 130_000,
    2021: 123_000,
    2022: 117_000,
    2023: 110_000,
    2024: 125_000,
    2025: 140_000,
    2026: 175_000,
}

# 1.9
# fmt: off
BENEFIT_DRIVEN: Final = frozenset(
    {
        "Anguilla", "Antigua and Barbuda", "Aruba", "Bahamas", "Barbados",
        "Belize", "Bermuda", "Bonaire", "British Virgin Islands", "Cayman Islands",
        "Channel Islands", "Cook Islands", "Curacao", "Faroe Islands", "Gibraltar",
        "Guernsey", "Isle of Man", "Jersey", "Liberia", "Marshall Islands",
        "Panama", "Saba", "Sint Eustatius", "Sint Maarten", "Turks and Caicos Islands"
    }
)
# fmt: on
# 1.12
UNITED_STATES: Final = "United States"
TERRITORIES: Final = frozenset(
    {"Puerto Rico", "Guam", "U.S. Virgin Islands", "American Samoa", "Northern Mariana Islands"}
)
# 1.13: the mainland, and where its companies are run from
MAINLAND: Final = frozenset({"China", "Hong Kong", "Macau"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs from year to year, as of the effective date of an event."""

    exchanges: frozenset[str]
    structures: frozenset[str]
    lock_up: timedelta | None
    """For how long a company that merged with a blank-check company counts as that one (9.7)."""
    excludes_n_shares: bool
    nationality: str
    """What decides of the country: `incorporation`, also the `havens`, or the `indicators` (1.14)."""
    screens_ubti: bool
    has_microcap: bool
    cuts: Mapping[str, int]
    bands: Mapping[str, Fraction]
    min_cap_usd: int
    min_public_ppm: int
    takes_class_lines: bool
    volume_months: int
    min_votes_ppm: int
    min_votes_ppm_of_members: int
    median_addtv_usd: int


def rules_on(effective: date) -> Rules:
    """The rules of an event that takes effect on a day."""
    # A year's median holds from its June reconstitution to the next.
    year = effective.year if effective.month >= 6 else effective.year - 1
    has_microcap = effective >= EXTENDED_FROM
    asks_members = effective >= VOTES_OF_MEMBERS_FROM and effective.month != DECEMBER
    return Rules(
        exchanges=EXCHANGES | {"cboe"} if effective >= CBOE_FROM else EXCHANGES,
        structures=STRUCTURES | {"bdc"} if effective < BDC_UNTIL else STRUCTURES,
        lock_up=LOCK_UP if effective >= LOCK_UP_FROM else None,
        excludes_n_shares=effective >= N_SHARES_FROM,
        nationality=(
            "incorporation" if effective < HAVENS_FROM else "havens" if effective < INDICATORS_FROM else "indicators"
        ),
        screens_ubti=effective >= UBTI_FROM,
        has_microcap=has_microcap,
        cuts=CUTS if has_microcap else CUTS | {"R3000E": RANKED_BEFORE_2005},
        bands=BANDS if effective >= BANDS_FROM else {},
        min_cap_usd=MIN_CAP_USD if effective >= MIN_CAP_FROM else 0,
        min_public_ppm=MIN_PUBLIC_PPM if effective >= MIN_PUBLIC_FROM else 0,
        takes_class_lines=effective >= CLASS_LINES_FROM,
        volume_months=0 if year < FIRST_VOLUME_YEAR else VOLUME_MONTHS.get(year, 12 * VOLUME_YEARS),
        min_votes_ppm=MIN_VOTES_PPM if effective >= VOTES_FROM else 0,
        min_votes_ppm_of_members=MIN_VOTES_PPM if asks_members else 0,
        median_addtv_usd=MEDIAN_ADDTV_USD[min(max(year, min(MEDIAN_ADDTV_USD)), max(MEDIAN_ADDTV_USD))],
    )
