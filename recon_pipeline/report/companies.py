"""The page of a company: its story at each event that the site tells of it, as `story` found it.

Belongs here: which companies have a page, the tables of a story, the place of a company among the cut-offs as a small
picture, the statement of an addition. Does not belong here: how a story is found (`recon_pipeline/story/`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Any

from recon_pipeline.explanation import Cut, Explanation, Line
from recon_pipeline.report.facts import Facts
from recon_pipeline.report.grids import Column, Grid
from recon_pipeline.report.pages import SHOWN_ROWS
from recon_pipeline.report.words import count, cut_name, event_title, index_name, money, price

Row = dict[str, Any]

LOWEST_USD, HIGHEST_USD = 1e7, 1e13
"""Ends of the axis of market caps: below the floor of the indexes, above the largest company."""

MARKED = {"TOP200": "Top 200", "R1000": "R1000", "MICRO": "Microcap", "R3000": "R3000"}
"""Cuts that the axis names."""

JOINED = ("R1000", "R2000", "RMICRO")


def concerned(facts: Facts, event_id: str) -> set[str]:
    """Return the companies that an event is about: who changes index, is near a cut or at one, is new, has a remark."""
    rows = [*facts.rows("changes", event_id), *facts.rows("candidates", event_id), *facts.rows("breakpoints", event_id)]
    if facts.has("near_miss"):
        rows += facts.rows("near_miss", event_id)[:SHOWN_ROWS]
    rows += [row for row in facts.rows("issues", event_id) if row["company_id"]]
    return {row["company_id"] for row in rows}


def story_page(story: Explanation) -> Row:
    """Return what the section of one event on the page of a company shows."""
    return {
        "story": story,
        "title": event_title(story.event_id, story.kind),
        "where": position(story),
        "cuts": cuts(story),
        "outcomes": outcomes(story),
        "rules": [rules(story, line) for line in story.lines if line.rules],
        "lines": lines(story),
        "candidates": candidates(story),
        "issues": issues(story),
        "statement": statement(story),
    }


def past_page(story: Explanation) -> Row:
    """Return what of a company is the same at every event: tickers, spans of membership, its history."""
    key = story.event_id
    return {
        "tickers": Grid(
            "tickers",
            "Tickers",
            (
                Column("ticker", "Ticker", "symbol"),
                Column("valid_from", "From", "day"),
                Column("valid_to", "until before", "day"),
                Column("basis", "Told by", "code"),
            ),
            [
                {"ticker": span.ticker, "valid_from": span.valid_from, "valid_to": span.valid_to, "basis": span.basis}
                for span in story.tickers
            ],
        ),
        "memberships": Grid(
            "memberships",
            "Stretches of membership",
            (
                Column("index_id", "Index", "index"),
                Column("ticker", "Ticker", "symbol"),
                Column("effective_from", "From", "day"),
                Column("effective_to", "until before", "day"),
                Column("entry", "Entered", "code"),
                Column("exit", "Left", "code"),
            ),
            [
                {
                    "index_id": span.index_id,
                    "ticker": span.ticker,
                    "effective_from": span.effective_from,
                    "effective_to": span.effective_to,
                    "entry": span.entry_reason,
                    "exit": span.exit_reason or span.exit_kind,
                }
                for span in story.memberships
            ],
        ),
        "history": Grid(
            "history",
            "Event by event",
            (
                Column("event_id", "Event"),
                Column("ticker", "Ticker", "symbol"),
                Column("status", "Status", "code"),
                Column("reason", "Fails", "reason"),
                Column("rank", "Rank", "count"),
                Column("market_cap_usd", "Market cap", "money"),
                Column("indexes", "Is in after it"),
                Column("changes", "Changes"),
            ),
            [
                {
                    "event_id": past.event_id,
                    "ticker": past.ticker,
                    "status": past.status,
                    "reason": past.reason,
                    "rank": past.rank,
                    "market_cap_usd": past.market_cap_usd,
                    "indexes": ", ".join(past.indexes),
                    "changes": "; ".join(past.changes),
                }
                for past in story.history
            ],
        ),
        "last": key,
    }


def company_row(story: Explanation) -> Row:
    """Return the row of a company in the list of all that have a page."""
    return {
        "company_id": story.company_id,
        "event_id": story.event_id,
        "company_name": story.company_name,
        "ticker": story.ticker,
        "industry": story.industry,
        "index_id": story.size_index,
        "status": story.status,
        "rank": story.rank,
        "market_cap_usd": story.cap.market_cap_usd,
    }


def companies_grid(rows: Sequence[Row]) -> Grid:
    """Return the list of all companies that have a page."""
    columns = (
        Column("company_name", "Company", "company"),
        Column("ticker", "Symbol", "symbol"),
        Column("industry", "Industry"),
        Column("index_id", "Index", "index"),
        Column("status", "Status", "code"),
        Column("rank", "Rank", "count"),
        Column("market_cap_usd", "Market cap", "money"),
        Column("event_id", "As of"),
    )
    ordered = sorted(rows, key=lambda row: (row["company_name"].lower(), row["ticker"], row["company_id"]))
    return Grid("companies", "Companies with a page", columns, ordered, True)


# --- the tables of a story --------------------------------------------------------------------------------------------


def outcomes(story: Explanation) -> Grid:
    """Return what the event makes of each line in each index."""
    columns = (
        Column("index_id", "Index", "index"),
        Column("ticker", "Line", "symbol"),
        Column("before", "Before", "yes"),
        Column("after", "After", "yes"),
        Column("action", "What happens"),
        Column("reason", "Why", "reason"),
        Column("weight_pct", "Weight (estimate)", "percent4"),
        Column("held", "Held by a band", "yes"),
    )
    rows = [
        {
            "index_id": each.index_id,
            "ticker": each.ticker,
            "before": each.before,
            "after": each.after,
            "action": f"{each.action} ({each.movement})" if each.action else None,
            "reason": each.reason,
            "weight_pct": each.weight_pct,
            "held": each.is_held_by_band,
        }
        for each in story.outcomes
        if each.after or each.before or each.action
    ]
    empty = "In no index, before or after."
    return Grid(f"outcomes-{story.event_id}", "Outcome by index", columns, rows, empty=empty)


def cuts(story: Explanation) -> Grid:
    """Return where the company stands to each cut, and what would move it to the other side."""
    columns = (
        Column("cut_id", "Cut", "cut"),
        Column("market_cap_usd", "Cut-off", "money"),
        Column("band_low_usd", "Band from", "money"),
        Column("band_high_usd", "to", "money"),
        Column("side", "It is"),
        Column("flip_cap_usd", "Flips at", "money"),
        Column("margin_usd", "Margin", "signed_money"),
        Column("margin_pct", "in percent", "signed_percent"),
        Column("margin_ranks", "in places", "change"),
        Column("flip_price_usd", "Price that flips it", "price"),
        Column("flip_shares", "Shares that flip it", "count"),
        Column("leaves", "It would leave", "indexes"),
        Column("enters", "It would enter", "indexes"),
    )
    rows = [_cut_row(cut) for cut in story.cuts]
    note = (
        "A negative margin is what it would have to lose, a positive one what it would have to gain, all others "
        "staying as they are."
    )
    if any(cut.flip and not cut.flip.is_exact for cut in story.cuts):
        note += " Margins far from a cut are read from the edge of the band and not exact."
    empty = "It is not ranked, so that no cut decides about it."
    return Grid(
        f"cuts-{story.event_id}", "Where it stands, and what would move it", columns, rows, empty=empty, note=note
    )


def _cut_row(cut: Cut) -> Row:
    flip = cut.flip
    held = ", held by the band" if cut.is_held_by_band else ""
    return {
        "cut_id": cut.cut_id,
        "market_cap_usd": cut.market_cap_usd,
        "band_low_usd": cut.band_low_usd if cut.band_pct else None,
        "band_high_usd": cut.band_high_usd if cut.band_pct else None,
        "side": ("above" if cut.is_above else "below") + held,
        "flip_cap_usd": flip.market_cap_usd if flip else None,
        "margin_usd": flip.margin_usd if flip else None,
        "margin_pct": flip.margin_pct if flip else None,
        "margin_ranks": flip.margin_ranks if flip else None,
        "flip_price_usd": flip.price_usd if flip else None,
        "flip_shares": flip.shares if flip else None,
        "leaves": _index_ids(flip.leaves if flip else None),
        "enters": _index_ids(flip.enters if flip else None),
    }


def _index_ids(found: Sequence[str] | None) -> str | None:
    return None if found is None else " ".join(found)


def rules(story: Explanation, line: Line) -> Grid:
    """Return the rules that one line was held against."""
    columns = (
        Column("name", "Rule", "code"),
        Column("status", "Verdict", "verdict"),
        Column("observed", "Observed"),
        Column("threshold", "Asked"),
        Column("note", "What it rests on"),
    )
    rows = [
        {
            "name": rule.name,
            "status": rule.status,
            "observed": _with_unit(rule.observed, rule.unit),
            "threshold": _with_unit(rule.threshold, rule.unit),
            "note": rule.note,
        }
        for rule in line.rules
    ]
    # The number of the line, for an identifier may hold what an id of HTML may not.
    number = f"-{story.lines.index(line) + 1}" if len(story.lines) > 1 else ""
    return Grid(f"rules-{story.event_id}{number}", f"Rules, {line.ticker}", columns, rows)


def _with_unit(value: str | None, unit: str | None) -> str | None:
    if value is None or unit is None:
        return value
    try:
        number = Decimal(value)
    except ArithmeticError:
        return value
    if unit == "usd":
        return price(number) if number < 1000 else money(number)
    return f"{number.normalize():f}%" if unit == "percent" else value


def lines(story: Explanation) -> Grid:
    """Return the lines of the company that were listed around the rank day."""
    columns = (
        Column("ticker", "Line", "symbol"),
        Column("security_name", "Security"),
        Column("exchange", "Exchange"),
        Column("security_type", "Type", "code"),
        Column("structure", "Structure", "code"),
        Column("close_usd", "Close", "price"),
        Column("shares", "Shares", "count"),
        Column("addtv_usd", "Trades a day", "money"),
        Column("status", "Status", "code"),
        Column("reason", "Fails", "reason"),
        Column("prices", "Prices the company", "yes"),
    )
    rows = [
        {
            "ticker": line.ticker,
            "security_name": line.security_name,
            "exchange": line.exchange,
            "security_type": line.security_type,
            "structure": line.structure,
            "close_usd": line.close_usd,
            "shares": line.shares,
            "addtv_usd": line.addtv_usd,
            "status": line.status,
            "reason": line.reason,
            "prices": line.is_pricing_vehicle,
        }
        for line in story.lines
    ]
    return Grid(f"lines-{story.event_id}", "Lines", columns, rows, empty="None listed around the rank day.")


def candidates(story: Explanation) -> Grid | None:
    """Return what a quarterly event makes of the company's new lines; None where it has none."""
    if not story.candidates:
        return None
    columns = (
        Column("ticker", "Line", "symbol"),
        Column("listing_kind", "Kind of listing", "code"),
        Column("evidence", "Told by", "code"),
        Column("seen_by", "Listed by", "day"),
        Column("market_cap_usd", "Market cap", "money"),
        Column("floor_usd", "Floor", "money"),
        Column("verdict", "Verdict", "code"),
        Column("size_index", "Into", "index"),
        Column("reason", "Fails", "reason"),
    )
    rows = [
        {
            "ticker": each.ticker,
            "listing_kind": each.listing_kind,
            "evidence": each.evidence,
            "seen_by": each.seen_by,
            "market_cap_usd": each.market_cap_usd,
            "floor_usd": each.floor_usd,
            "verdict": each.verdict,
            "size_index": each.size_index,
            "reason": each.reason,
        }
        for each in story.candidates
    ]
    return Grid(f"candidates-{story.event_id}", "As a newcomer", columns, rows)


def issues(story: Explanation) -> Grid | None:
    """Return the remarks on the data of the company; None where there are none."""
    if not story.issues:
        return None
    columns = (
        Column("issue", "Remark", "code"),
        Column("severity", "Severity"),
        Column("ticker", "Line", "symbol"),
        Column("detail", "In words"),
    )
    rows = [
        {"issue": each.issue, "severity": each.severity, "ticker": each.ticker, "detail": each.detail}
        for each in story.issues
    ]
    return Grid(f"issues-{story.event_id}", "Remarks on its data", columns, rows)


def statement(story: Explanation) -> Row | None:
    """Return what a statement of the company would say; None where no size index adds it."""
    joined = {each.index_id for each in story.outcomes if each.action == "addition" and each.after}
    index_id = next((each for each in JOINED if each in joined), None)
    line = next((line for line in story.lines if line.is_pricing_vehicle), None)
    if index_id is None:
        return None
    exchange = f"{line.exchange.upper()}: " if line else ""
    return {
        "who": f"{story.company_name} ({exchange}{story.ticker})",
        "index": index_name(index_id),
        "title": event_title(story.event_id, story.kind),
        "effective_date": story.effective_date,
        "rank_day": story.rank_day,
        "is_preliminary": story.vintage != "final",
        "place": "[City, State]",
        "announced": "[date]",
    }


def blank_statement(event: Any) -> Row:
    """Return the statement of an event with blanks for the company."""
    return {
        "who": "[Company] ([Exchange]: [Symbol])",
        "index": "[Russell 1000, 2000 or Microcap] Index",
        "title": event.title,
        "effective_date": event.row["effective_date"],
        "rank_day": event.row["rank_day"],
        "is_preliminary": event.row["vintage"] != "final",
        "place": "[City, State]",
        "announced": "[date]",
    }


# --- its place among the cut-offs -------------------------------------------------------------------------------------

_WIDTH, _HEIGHT, _AXIS_Y = 720, 104, 56


def position(story: Explanation) -> str:
    """Return the axis of market caps with the cut-offs, their bands and the company; nothing without a cap or cuts."""
    cap = story.cap.market_cap_usd
    marked = [cut for cut in story.cuts if cut.cut_id in MARKED and cut.market_cap_usd]
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
            f'<text x="{x:.1f}" y="{_AXIS_Y + 28}" text-anchor="middle">{MARKED[cut.cut_id]}</text>',
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


def position_says(story: Explanation) -> str:
    """Return the text alternative of that picture."""
    told = ", ".join(
        f"{cut_name(cut.cut_id)} {money(cut.market_cap_usd)}" for cut in story.cuts if cut.cut_id in MARKED
    )
    rank = f", rank {count(story.rank)}" if story.rank else ""
    return f"{story.ticker} at {money(story.cap.market_cap_usd)}{rank}, among the cut-offs: {told}."
