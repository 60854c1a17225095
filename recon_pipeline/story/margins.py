"""The cuts and where a company stands to them: bands, edges, margins, and what would move it to the other side.

Belongs here: the figures of recon.near_miss, and of a cut that is far away those of its published edge. Does not belong
here: which side a company falls on (`sql/recon/placements.sql`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from recon_pipeline.explanation import Cap, Cut, Flip, Past
from recon_pipeline.story.facts import TICK, Facts, Row

SHARE: Final = Decimal(1)

EDGES: Final = {"band low": "band_low_usd", "band high": "band_high_usd"}
"""The column that has the cap of an edge; of the cut itself it is market_cap_usd."""


def cuts(facts: Facts, company_id: str, ranked: Row | None, cap: Cap) -> tuple[Cut, ...]:
    """Return the cuts of the event, the largest companies first, then the rules of size that alone decide on it."""
    near = {row["cut_id"]: row for row in facts.near.get(company_id, ())}
    placed = {row["breakpoint_id"]: row for row in facts.placements.get(company_id, ())}
    has_left = any(row["issue"] == "left_before_effective" for row in facts.issues.get(company_id, ()))
    found = []
    for cut in facts.cuts:
        miss = near.pop(cut["breakpoint_id"], None)
        row = placed.get(cut["breakpoint_id"]) or miss
        if row is None:
            continue
        edge = _edge(cut, row["side_before"])
        found.append(
            Cut(
                cut_id=cut["breakpoint_id"],
                cut_rank=cut["cut_rank"],
                market_cap_usd=cut["market_cap_usd"],
                percentile=cut["percentile"],
                band_pct=cut["band_pct"],
                band_low_usd=cut["band_low_usd"],
                band_high_usd=cut["band_high_usd"],
                side_before=row["side_before"],
                is_above=row["is_above"],
                is_held_by_band=row["is_held_by_band"],
                edge=edge,
                flip=_exact(facts, miss) if miss else None if has_left else _far(facts, cut, row, edge, ranked, cap),
            )
        )
    found += [
        Cut(
            cut_id=name,
            cut_rank=None,
            market_cap_usd=None,
            percentile=None,
            band_pct=None,
            band_low_usd=None,
            band_high_usd=None,
            side_before=None,
            is_above=miss["is_above"],
            is_held_by_band=False,
            edge="rule",
            flip=_exact(facts, miss),
        )
        for name, miss in sorted(near.items())
    ]
    return _first_ones(found)


def notes(facts: Facts, ranked: Row | None, first: Row, cap: Cap, past: Sequence[Past]) -> tuple[str, ...]:
    """Return what is to be said where it has no rank of its own."""
    told = []
    if not facts.sorted_caps:
        told.append("A quarterly event ranks nobody and moves nobody: it only adds.")
        last = [one for one in past if one.rank is not None and one.rank_day <= facts.event["rank_day"]]
        if last:
            told.append(f"The last reconstitution before it, {last[-1].event_id}, had it at rank {last[-1].rank:,}.")
    elif ranked is None and cap.market_cap_usd is not None and first["is_pricing_vehicle"]:
        place = facts.place(cap.market_cap_usd)
        told.append(f"It is not ranked. By its market cap alone it would stand about {place:,}{_region(facts, place)}.")
    if ranked is not None and ranked["status"] == "carried":
        told.append(
            "It is carried: no source has both a price and a share count of it, so that it stays as a member where the "
            "lists of before have it. Its rank is none by market cap, and no margin is told."
        )
    return tuple(told)


def _region(facts: Facts, place: int) -> str:
    """Where a place lies among the indexes by size, by rank alone."""
    ranks = {cut["breakpoint_id"]: cut["cut_rank"] for cut in facts.cuts}
    for cut_id, index in (("R1000", "Russell 1000"), ("R3000", "Russell 2000"), ("R3000E", "Russell Microcap")):
        if cut_id in ranks and place <= ranks[cut_id]:
            return f", in the range of the {index}"
    return ", below the indexes" if ranks else ""


def _first_ones(found: Sequence[Cut]) -> tuple[Cut, ...]:
    """The cuts, with what a crossing costs and gives where they are near or the next one each way.

    Before it came to one that lies behind, the company would have crossed others.
    """
    next_ones = set()
    for is_down in (True, False):
        flips = [cut.flip for cut in found if cut.flip and (cut.flip.margin_usd < 0) == is_down]
        next_ones |= {id(flip) for flip in sorted(flips, key=lambda flip: abs(flip.margin_usd))[:1]}
    return tuple(
        cut
        if cut.flip is None or cut.flip.is_exact or id(cut.flip) in next_ones
        else replace(cut, flip=replace(cut.flip, leaves=None, enters=None))
        for cut in found
    )


def _exact(facts: Facts, miss: Row) -> Flip:
    return Flip(
        is_exact=True,
        market_cap_usd=miss["flip_cap_usd"],
        price_usd=miss["flip_price_usd"],
        shares=miss["flip_shares"],
        margin_usd=miss["margin_usd"],
        margin_pct=miss["margin_pct"],
        margin_ranks=miss["margin_ranks"],
        passes_ticker=miss["passed_ticker"],
        leaves=facts.indexes(miss["leaves"]),
        enters=facts.indexes(miss["enters"]),
    )


def _far(facts: Facts, cut: Row, placed: Row, edge: str, ranked: Row | None, cap: Cap) -> Flip | None:
    """The way to the edge of a cut that is far; None where it decides nothing or is no way to go."""
    if cap.market_cap_usd is None or (ranked is not None and ranked["status"] == "carried"):
        return None
    if placed["leaves"] is None and placed["enters"] is None:
        return None
    is_above = bool(placed["is_above"])
    if edge == "cut" and (cut["reached_rank"] < cut["cut_rank"] or len(facts.sorted_caps) == cut["cut_rank"]):
        return None
    to_usd: Decimal = cut[EDGES.get(edge, "market_cap_usd")]
    margin = to_usd - cap.market_cap_usd
    if to_usd <= 0 or (margin < 0) != is_above:
        return None
    to_rank = cut["cut_rank"]
    if edge in EDGES:
        high, low = facts.places(cut["band_low_usd"], cut["band_high_usd"])
        to_rank = low if edge == "band low" else high
    ratio = to_usd / cap.market_cap_usd
    rounding = ROUND_FLOOR if is_above else ROUND_CEILING
    has_figures = cap.is_product and cap.close_usd is not None and cap.shares is not None
    return Flip(
        is_exact=False,
        market_cap_usd=to_usd,
        price_usd=(cap.close_usd * ratio).quantize(TICK, rounding) if has_figures and cap.close_usd else None,
        shares=int((cap.shares * ratio).quantize(SHARE, rounding)) if has_figures and cap.shares else None,
        margin_usd=margin,
        margin_pct=(100 * margin / cap.market_cap_usd).quantize(TICK),
        margin_ranks=ranked["rank"] - to_rank if ranked else None,
        passes_ticker=None,
        leaves=facts.indexes(placed["leaves"]),
        enters=facts.indexes(placed["enters"]),
    )


def _edge(cut: Row, side_before: str | None) -> str:
    """Which cap decides: the cut, or for a member of the Russell 3000 the far end of the band from its side."""
    if not cut["band_pct"] or side_before not in ("above", "below"):
        return "cut"
    return "band low" if side_before == "above" else "band high"
