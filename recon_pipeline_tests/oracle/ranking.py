"""Ranks, percentiles, breakpoints, bands and the sides of the cuts (methodology 7.1-7.11), in whole numbers.

What does not belong here: which indexes follow from the sides (`story`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from recon_pipeline_tests.oracle.methodology import BANDS, CUTS

# 7.2: of the cuts with a band, on which side an index puts its members.
ABOVE: Final = {
    "TOP200": ("TOP50", "TOP200"),
    "TOP500": ("TOP50", "TOP200", "TOP500"),
    "R1000": ("TOP50", "TOP200", "TOP500", "MIDCAP", "R1000"),
    "MICRO": ("TOP50", "TOP200", "TOP500", "MIDCAP", "R1000"),
}
BELOW: Final = {
    "TOP200": ("R2000", "MIDCAP", "R2500"),
    "TOP500": ("R2000", "R2500"),
    "R1000": ("R2000",),
    "MICRO": ("RMICRO",),
}
# Whoever is not in the list of this index was on the other side.
WHOLE_LIST: Final = {"TOP200": "TOP200", "TOP500": "TOP500", "R1000": "R1000", "MICRO": "RMICRO"}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A company with its cap in 1/10,000 USD, its rank, and the sum of the caps down to and including it."""

    company: int
    cap: int
    rank: int
    cumulated: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every eligible company, largest first, the total of the new Russell 3000E (7.5), and the cuts and bands."""

    ranked: tuple[Ranked, ...]
    total: int
    cuts: Mapping[str, int] = field(default_factory=lambda: CUTS)
    bands: Mapping[str, Fraction] = field(default_factory=lambda: BANDS)

    def at(self, cut: str) -> Ranked:
        """The company at a breakpoint (7.4): the last one where fewer qualify."""
        return self.ranked[min(self.cuts[cut], len(self.ranked)) - 1]

    def percentile(self, company: Ranked) -> Fraction:
        """7.5"""
        return Fraction(100 * company.cumulated, self.total)


def rank(
    caps: Iterable[tuple[int, int, str]], cuts: Mapping[str, int] = CUTS, bands: Mapping[str, Fraction] = BANDS
) -> Ranking:
    """Rank companies, given as number, cap and ticker; of two of the same cap the ticker that comes first."""
    found: list[Ranked] = []
    cumulated = 0
    for place, (number, cap, _) in enumerate(sorted(caps, key=lambda each: (-each[1], each[2])), start=1):
        cumulated += cap
        found.append(Ranked(number, cap, place, cumulated))
    return Ranking(tuple(found), sum(each.cap for each in found[: cuts["R3000E"]]), cuts, bands)


def is_above(ranking: Ranking, company: Ranked, cut: str, before: str) -> bool:
    """Whether a company is above a cut, given the side that it was on: `above`, `below`, or blank for a new one.

    7.8: a member stays on its side while its percentile is within the band, edges included. 7.9: anybody else goes by
    rank.
    """
    if before and cut in ranking.bands:
        percentile, middle = ranking.percentile(company), ranking.percentile(ranking.at(cut))
        if before == "above":
            return percentile <= middle + ranking.bands[cut]
        return percentile < middle - ranking.bands[cut]
    return company.rank <= ranking.cuts[cut]


def side_before(cut: str, indexes: set[str], known: Mapping[str, object]) -> str:
    """On which side of a cut a member of these indexes was; blank for who was not in the Russell 3000 (7.9)."""
    if cut not in BANDS or "R3000" not in indexes:
        return ""
    if indexes & set(ABOVE[cut]):
        return "above"
    if indexes & set(BELOW[cut]):
        return "below"
    if WHOLE_LIST[cut] not in known:
        return ""
    return "above" if cut == "MICRO" else "below"
