"""The plots: altair describes them, vl-convert draws them as SVG without a browser.

Belongs here: what is drawn from which figures. Colours are CSS variables that the style sheet sets for light, dark and
print. Each plot stands beside a table or a sentence that tells the same; it has no text alternative of its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from recon_pipeline.report.words import money

WIDTH = 640
POINTS = 120
"""Places of the cap curve that are drawn, evenly apart, and as many again that are closer together at the top."""

LABELS = 160
"""Room for the names of industries, px: fonts of readers are wider than the one that the plots are measured with."""

INK, MUTED, RULE, ACCENT, SECOND, BAND = (
    *("var(--ink)", "var(--muted)", "var(--rule)"),
    *("var(--accent)", "var(--second)", "var(--band)"),
)

NAMED_CUTS = {"TOP200": "Top 200", "R1000": "R1000", "MICRO": "Microcap", "R3000": "R3000"}
"""Cuts that the cap curve names, from left to right."""

# $10B, $100M: a power of ten in words of the page.
_DOLLARS = (
    "datum.value >= 1e12 ? '$' + format(datum.value / 1e12, ',.0f') + 'T' : "
    "datum.value >= 1e9 ? '$' + format(datum.value / 1e9, ',~r') + 'B' : "
    "'$' + format(datum.value / 1e6, ',~r') + 'M'"
)


def cap_curve(caps: Sequence[tuple[int, float]], cuts: Sequence[dict[str, Any]]) -> str:
    """Return the plot of market caps by rank, USD on a logarithmic scale, with each cut and the band around it.

    `caps` are (rank, cap) in order of rank; `cuts` have breakpoint_id, cut_rank, market_cap_usd, band_low_usd and
    band_high_usd.
    """
    import altair as alt

    shown = [{"rank": rank, "cap": cap} for rank, cap in _thinned(caps) if cap > 0]
    lowest, highest = 10 ** math.floor(math.log10(shown[-1]["cap"])), 10 ** math.ceil(math.log10(shown[0]["cap"]))
    last = max(shown[-1]["rank"], 2)
    x = alt.X("rank:Q").scale(domain=[0, last], nice=False).title("Rank by total market cap")
    y = alt.Y("cap:Q").scale(type="log", domain=[lowest, highest], nice=False).title(None)
    x = x.axis(values=[v for v in (1, 200, 1000, 2000, 3000, 4000) if v <= last], format=",d", grid=False)
    decades = [10**power for power in range(round(math.log10(lowest)), round(math.log10(highest)) + 1)]
    y = y.axis(values=decades, labelExpr=_DOLLARS, domain=False, ticks=False)
    named = [cut for cut in cuts if cut["breakpoint_id"] in NAMED_CUTS and cut["cut_rank"] <= last]
    bands = [
        {
            "low": float(cut["band_low_usd"]),
            "high": float(cut["band_high_usd"]),
            "from": _rank_of(caps, float(cut["band_high_usd"])),
            "to": _rank_of(caps, float(cut["band_low_usd"])),
        }
        for cut in named
        if cut["band_pct"] and cut["band_low_usd"] is not None
    ]
    points = [
        {
            "rank": cut["cut_rank"],
            "cap": float(cut["market_cap_usd"]),
            "floor": lowest,
            "name": f"{NAMED_CUTS[cut['breakpoint_id']]} {money(cut['market_cap_usd'])}",
        }
        for cut in named
    ]
    band = (
        alt.Chart(_data(bands))
        .mark_rect(color=BAND, opacity=1)
        .encode(x=alt.X("from:Q"), x2="to:Q", y=alt.Y("low:Q"), y2="high:Q")
    )
    line = alt.Chart(_data(shown)).mark_line(color=INK, strokeWidth=2).encode(x=x, y=y)
    at = alt.Chart(_data(points))
    rule = at.mark_rule(color=MUTED, strokeDash=[2, 3]).encode(x="rank:Q", y=alt.Y("floor:Q"), y2="cap:Q")
    dot = at.mark_point(filled=True, size=56, color=ACCENT, opacity=1).encode(x="rank:Q", y="cap:Q")
    name = at.mark_text(align="left", dx=8, dy=-9, color=INK, fontSize=12).encode(x="rank:Q", y="cap:Q", text="name:N")
    return _drawn(alt.layer(band, rule, line, dot, name).properties(width=WIDTH, height=330))


def industry_mix(rows: Sequence[dict[str, Any]]) -> str:
    """Return the plot of the share of lines by industry, percent: a bar after the event, a tick where it was before.

    `rows` have industry, before_pct (None: not known) and after_pct, in the order from top to bottom.
    """
    import altair as alt

    values = [
        {"industry": row["industry"], "after": float(row["after_pct"])}
        | ({} if row["before_pct"] is None else {"before": float(row["before_pct"])})
        for row in rows
    ]
    order = [row["industry"] for row in rows]
    names = alt.Axis(domain=False, ticks=False, labelLimit=200, minExtent=LABELS, labelPadding=8)
    base = alt.Chart(_data(values)).encode(y=alt.Y("industry:N").sort(order).title(None).axis(names))
    x = alt.X("after:Q").title("Share of lines, percent").axis(tickCount=5, domain=False, ticks=False)
    bar = base.mark_bar(color=ACCENT, opacity=0.75, height=12).encode(x=x)
    tick = base.mark_tick(color=SECOND, thickness=3, size=20).encode(x="before:Q")
    return _drawn(alt.layer(bar, tick).properties(width=WIDTH + 45 - LABELS, height=24 * len(values)))


def cut_history(rows: Sequence[dict[str, Any]]) -> str:
    """Return the plot of the cut-offs by event, ours as points and the published ones as rings, USD, logarithmic.

    `rows` have event (its short name, in order), cut (R1000 or R3000), ours and published, either of which may be None.
    """
    import altair as alt

    values = [
        {"event": row["event"], "cap": float(row[whose]), "cut": row["cut"], "whose": whose}
        for row in rows
        for whose in ("ours", "published")
        if row[whose] is not None
    ]
    events = list(dict.fromkeys(row["event"] for row in rows))
    caps = [value["cap"] for value in values]
    low, high = 10 ** math.floor(math.log10(min(caps))), 10 ** math.ceil(math.log10(max(caps)))
    decades = [m * 10**p for p in range(round(math.log10(low)), round(math.log10(high)) + 1) for m in (1, 2, 5)]
    y = alt.Y("cap:Q").scale(type="log", domain=[low, high], nice=False).title(None)
    y = y.axis(values=[v for v in decades if low <= v <= high], labelExpr=_DOLLARS, domain=False, ticks=False)
    x = alt.X("event:N").sort(events).title(None).axis(labelAngle=0 if len(events) < 10 else -60, domain=False)
    ours = [value for value in values if value["whose"] == "ours"]
    theirs = [value for value in values if value["whose"] == "published"]
    line = alt.Chart(_data(ours)).mark_line(color=INK, strokeWidth=1.5).encode(x=x, y=y, detail="cut:N")
    dot = alt.Chart(_data(ours)).mark_point(filled=True, color=ACCENT, size=56, opacity=1).encode(x=x, y=y)
    ring = (
        alt.Chart(_data(theirs))
        .mark_point(color=SECOND, size=150, strokeWidth=2, filled=False, opacity=1)
        .encode(x=x, y=y)
    )
    ends = {value["cut"]: value for value in ours}
    called = {"R1000": "R1000 | R2000", "R3000": "lowest of the R3000"}
    names = [value | {"name": called[value["cut"]]} for value in ends.values()]
    name = alt.Chart(_data(names)).mark_text(dy=-14, color=INK).encode(x=x, y=y, text="name:N")
    return _drawn(alt.layer(line, ring, dot, name).properties(width=WIDTH, height=260))


def _thinned(caps: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """As many places as can be told apart, the first ones closer together: the curve is steep there and at the end."""
    last = len(caps) - 1
    places = {round(last * (number / POINTS) ** 2) for number in range(POINTS + 1)}
    places |= {round(last * number / POINTS) for number in range(POINTS + 1)}
    return [caps[place] for place in sorted(places)]


def _rank_of(caps: Sequence[tuple[int, float]], cap: float) -> int:
    """The rank of the smallest company that is at least as large."""
    return max((rank for rank, each in caps if each >= cap), default=1)


def _data(values: Sequence[dict[str, Any]]) -> Any:
    import altair as alt

    # Its class has no types.
    return alt.Data(values=list(values))  # type: ignore[no-untyped-call]


def _drawn(chart: Any) -> str:
    import vl_convert

    styled = (
        chart.configure(background="transparent", font="sans-serif", padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED,
            titleColor=MUTED,
            gridColor=RULE,
            domainColor=RULE,
            tickColor=RULE,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelFlush=False,
        )
        .configure_text(fontSize=12)
    )
    svg = vl_convert.vegalite_to_svg(styled.to_dict())
    # One picture to a screen reader: its parts are told by the table beside it. The size is left to the style sheet.
    svg = re.sub(r' (?:role|aria-[a-z]+|class|pointer-events)="[^"]*"', "", svg)
    svg = re.sub(r'^<svg([^>]*?) width="[\d.]+" height="[\d.]+"', r'<svg\1 class="plot" aria-hidden="true"', svg)
    return re.sub(r'font-family="[^"]*"', "", svg)
