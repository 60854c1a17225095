"""The place of a company among the cut-offs, drawn: an axis of market caps as SVG, and the same in a sentence.

Belongs here: geometry. Colours are those of the style sheet. Does not belong here: the margins (`companies.py`).
"""

from __future__ import annotations

import math
from decimal import Decimal
from html import escape

from recon_pipeline.explanation import Explanation
from recon_pipeline.report.plots import NAMED_CUTS
from recon_pipeline.report.words import count, cut_name, money

LOWEST_USD, HIGHEST_USD = 1e7, 1e13
"""Ends of the axis: below the floor of the indexes, above the largest company."""

_WIDTH, _HEIGHT, _AXIS_Y = 720, 104, 56


def place(story: Explanation) -> str:
    """Return the axis of market caps with the cut-offs, their bands and the company; nothing without a cap or cuts."""
    cap = story.cap.market_cap_usd
    marked = [cut for cut in story.cuts if cut.cut_id in NAMED_CUTS and cut.market_cap_usd]
    if not cap or not marked:
        return ""
    parts = [
        f'<svg class="where" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-hidden="true">',
        f'<line class="axis" x1="0" y1="{_AXIS_Y}" x2="{_WIDTH}" y2="{_AXIS_Y}"/>',
    ]
    for cut in marked:
        if cut.band_pct and cut.band_low_usd and cut.band_high_usd:
            low, high = _x(cut.band_low_usd), _x(cut.band_high_usd)
            parts.append(
                f'<rect class="band" x="{low:.1f}" y="{_AXIS_Y - 10}" width="{max(high - low, 1):.1f}" height="20"/>'
            )
    for cut in marked:
        x = _x(cut.market_cap_usd or Decimal(1))
        parts += [
            f'<line class="cut" x1="{x:.1f}" y1="{_AXIS_Y - 12}" x2="{x:.1f}" y2="{_AXIS_Y + 12}"/>',
            f'<text x="{x:.1f}" y="{_AXIS_Y + 28}" text-anchor="middle">{NAMED_CUTS[cut.cut_id]}</text>',
            f'<text x="{x:.1f}" y="{_AXIS_Y + 43}" text-anchor="middle">{money(cut.market_cap_usd)}</text>',
        ]
    x = _x(cap)
    anchor = "start" if x < 90 else "end" if x > _WIDTH - 90 else "middle"
    parts += [
        f'<path class="marker" d="M{x:.1f},{_AXIS_Y - 4}l-8,-16h16z"/>',
        f'<text class="own" x="{x:.1f}" y="{_AXIS_Y - 28}" text-anchor="{anchor}">',
        f"{escape(story.ticker)} {money(cap)}</text>",
        "</svg>",
    ]
    return "".join(parts)


def _x(cap: Decimal) -> float:
    share = math.log(float(cap) / LOWEST_USD) / math.log(HIGHEST_USD / LOWEST_USD)
    return _WIDTH * min(max(share, 0.01), 0.99)


def place_says(story: Explanation) -> str:
    """Return the text alternative of that picture."""
    told = ", ".join(
        f"{cut_name(cut.cut_id)} {money(cut.market_cap_usd)}" for cut in story.cuts if cut.cut_id in NAMED_CUTS
    )
    rank = f", rank {count(story.rank)}" if story.rank else ""
    return f"{story.ticker} at {money(story.cap.market_cap_usd)}{rank}, among the cut-offs: {told}."
