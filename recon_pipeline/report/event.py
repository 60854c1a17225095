"""The page of an event: counts, cut-offs and bands, changes, flows, industries, near misses, demand, revisions, data.

Belongs here: choosing and joining the figures of `facts.py` into what `templates/event.html` renders. Does not belong
here: the lists of changes (`lists.py`), accuracy (`accuracy.py`), HTML (`templates/`).
"""

from __future__ import annotations

from collections import Counter

import polars as pl

from recon_pipeline.report import flows, plots
from recon_pipeline.report.accuracy import Accuracy
from recon_pipeline.report.facts import SIZE_INDEXES, Facts
from recon_pipeline.report.frame import HEADLINE_INDEXES, Row, event_frame, index_counts, unknown_before
from recon_pipeline.report.grids import CAP, COMPANY, INDUSTRY, SYMBOL, Column, Grid
from recon_pipeline.report.lists import changes_of, list_grids
from recon_pipeline.report.words import index_name, money

MIX_INDEXES = ("R1000", "R2000")
SHOWN_ROWS = 100
"""Trades on the page of an event: the largest; the tables of the file have them all."""

SHOWN_A_CUT = 25
"""Near misses on it: the nearest of each cut, for a list of the nearest of all is one of the smallest companies."""


def event_page(facts: Facts, event_id: str, accuracy: Accuracy | None) -> Row:
    """Return what the page of an event shows."""
    frame = event_frame(facts, event_id)
    changed, counts = changes_of(facts, event_id), index_counts(facts, event_id)
    page: Row = {
        "event": frame,
        "counts": [each for each in counts if each.index_id in HEADLINE_INDEXES],
        "lists": counts,
        "grids": list_grids(changed, frame),
        "flows": flows_of(facts, event_id),
        "near": near_misses(facts, event_id),
        "demand": demand(facts, event_id),
        "revisions": revisions(facts, event_id),
        "issue_counts": _issue_counts(facts, event_id),
        "issues": _issues(facts, event_id),
        "accuracy": accuracy,
        "unknown": [index_name(index_id) for index_id in unknown_before(facts, event_id)],
        "cuts": None,
        "curve": "",
        "mixes": [],
        "candidates": None,
    }
    if frame.is_recon:
        page |= {"cuts": cuts(facts, event_id), "curve": curve(facts, event_id), "mixes": mixes(facts, event_id)}
    else:
        page |= {"cuts": ipo_cuts(facts, event_id), "candidates": candidates(facts, event_id)}
    return page


def cuts(facts: Facts, event_id: str) -> Grid:
    """Return the cut-offs of a reconstitution with their bands."""
    held = {row["breakpoint_id"]: row["companies"] for row in facts.rows("held", event_id)}
    rows = [
        row | {"held": held.get(row["breakpoint_id"], 0)}
        if row["band_pct"]
        else row | dict.fromkeys(("band_low_usd", "band_high_usd", "held"))
        for row in facts.rows("breakpoints", event_id)
    ]
    columns = (
        Column("breakpoint_id", "Cut", "cut"),
        Column("cut_rank", "After rank", "count"),
        Column("market_cap_usd", "Cut at", "money"),
        Column("band_low_usd", "Band from", "money"),
        Column("band_high_usd", "to", "money"),
        Column("held", "Held by it", "count"),
        Column("company_name", "Company at the cut", "company"),
        SYMBOL,
        Column("percentile", "Percentile", "percent2"),
    )
    note = (
        "Percentile: the share of all eligible market cap down to the cut. Held by it: companies whose rank is on the "
        "other side, and which the band keeps where they were."
    )
    return Grid("cuts", "Cut-offs and the bands around them, by total market cap", columns, rows, note=note)


def ipo_cuts(facts: Facts, event_id: str) -> Grid:
    """Return the cut-offs by which a quarterly event places its additions."""
    columns = (
        Column("breakpoint_id", "Cut", "cut"),
        Column("market_cap_usd", "Cut at", "money"),
        Column("base_cap_usd", "At the reconstitution", "money"),
        Column("return_pct", "Market since", "signed_percent"),
        Column("base_rank_day", "Rank day of it", "day"),
        Column("basis", "From", "text"),
    )
    return Grid(
        "cuts",
        "Cut-offs of the last reconstitution, moved with the market",
        columns,
        facts.rows("ipo_breakpoints", event_id),
        empty="The last reconstitution is not known, so that nobody can be placed.",
    )


def curve(facts: Facts, event_id: str) -> str:
    """Return the plot of the market caps by rank with the cut-offs; none where nobody is ranked."""
    caps = [(rank, float(cap)) for _, rank, cap in facts.of("curve", event_id).iter_rows() if cap]
    rows = facts.rows("breakpoints", event_id)
    return plots.cap_curve(caps, rows) if len(caps) > 1 and rows else ""


def flows_of(facts: Facts, event_id: str) -> Row | None:
    """Return the flows between the size indexes: the picture and the same as a table; None where nobody moves."""
    counted: dict[flows.Flow, int] = Counter(
        (row["from_index"], row["to_index"]) for row in facts.rows("moves", event_id)
    )
    seen = {index for flow in counted for index in flow}
    order: list[str | None] = [index for index in SIZE_INDEXES if index in seen] + [None]
    if not any(source != target for source, target in counted):
        return None
    rows: list[Row] = [
        {"from": _side(source)} | {str(target): counted.get((source, target), 0) for target in order}
        for source in order
    ]
    columns = (Column("from", "From"), *(Column(str(index), f"to {_side(index)}", "count") for index in order))
    grid = Grid("flow-table", "Lines by where they were before and are after", columns, rows)
    return {"picture": flows.alluvial(counted, order), "grid": grid, "sentences": _flow_sentence(counted)}


def _side(index_id: str | None) -> str:
    return "Microcap only" if index_id == "RMICRO" else "outside" if index_id is None else index_name(index_id)


def _flow_sentence(counted: dict[flows.Flow, int]) -> str:
    come = sum(lines for (source, target), lines in counted.items() if source is None and target)
    leave = sum(lines for (source, target), lines in counted.items() if source and target is None)
    told = [
        (counted.get(("R2000", "R1000"), 0), "up from the Russell 2000 to the Russell 1000"),
        (counted.get(("R1000", "R2000"), 0), "down"),
        (come, "in from outside"),
        (leave, "out of all of them"),
    ]
    moving = sum(lines for (source, target), lines in counted.items() if source != target)
    parts = ", ".join(f"{lines:,} {where}" for lines, where in told if lines)
    return f"Lines that change their size index: {moving:,}{f'; of these {parts}' if parts else ''}."


def mixes(facts: Facts, event_id: str) -> list[Row]:
    """Return the industry mix of the two large size indexes before and after: picture and table."""
    unknown = unknown_before(facts, event_id)
    found = []
    for index_id in MIX_INDEXES:
        rows = [row for row in facts.rows("industries", event_id) if row["index_id"] == index_id]
        after = sum(row["lines"] for row in rows)
        before = sum(row["lines"] - row["additions"] + row["deletions"] for row in rows)
        if not after:
            continue
        told = []
        for row in rows:
            was = None if index_id in unknown else int(row["lines"] - row["additions"] + row["deletions"])
            told.append(
                {
                    "industry": row["industry"],
                    "before": was,
                    "after": int(row["lines"]),
                    "change": None if was is None else int(row["lines"]) - was,
                    "before_pct": None if was is None or not before else 100 * was / before,
                    "after_pct": 100 * row["lines"] / after,
                    "weight_pct": row["weight_pct"],
                }
            )
        told.sort(key=lambda each: (each["industry"] == "Not mapped", -each["after"], each["industry"]))
        columns = (
            INDUSTRY,
            Column("before", "Lines before", "count"),
            Column("after", "after", "count"),
            Column("change", "Change", "change"),
            Column("before_pct", "Share before", "percent"),
            Column("after_pct", "after", "percent"),
            Column("weight_pct", "Weight (estimate)", "percent"),
        )
        grid = Grid(f"mix-{index_id}", f"Industries of the {index_name(index_id)}", columns, told)
        found.append(
            {"index_id": index_id, "name": index_name(index_id), "picture": plots.industry_mix(told), "grid": grid}
        )
    return found


def near_misses(facts: Facts, event_id: str) -> Grid | None:
    """Return who is near a cut, the nearest first; None where the file does not have the table."""
    if not facts.has("near_miss"):
        return None
    rows = nearest(facts, event_id)
    columns = (
        COMPANY,
        SYMBOL,
        Column("cut_id", "Cut", "cut"),
        Column("leaves", "Would leave", "indexes"),
        Column("enters", "Would enter", "indexes"),
        CAP,
        Column("flip_cap_usd", "Flips at", "money"),
        Column("margin_pct", "Margin", "signed_percent"),
        Column("margin_ranks", "Places", "change"),
        Column("flip_price_usd", "Price that flips it", "price"),
    )
    all_rows = facts.of("near_miss", event_id).height
    note = "A negative margin is what it would have to lose, a positive one what it would have to gain."
    more = f" The nearest {SHOWN_A_CUT} of each cut, of {all_rows:,} in all." if len(rows) < all_rows else ""
    return Grid("near", "Near misses, the nearest first", columns, rows, True, note=note + more)


def nearest(facts: Facts, event_id: str) -> list[Row]:
    """Return the rows of the companies that are nearest to each cut, the nearest of all first."""
    found = facts.of("near_miss", event_id)
    return found.filter(pl.int_range(pl.len()).over("cut_id") < SHOWN_A_CUT).to_dicts()


def demand(facts: Facts, event_id: str) -> Row | None:
    """Return what funds that track the indexes would trade, and the assets stated; None where the file has no table."""
    if not facts.has("security_demand"):
        return None
    rows = facts.rows("security_demand", event_id)
    columns: tuple[Column, ...] = (
        COMPANY,
        SYMBOL,
        Column("joins", "Joins", "list"),
        Column("leaves", "Leaves", "list"),
        Column("usd_per_billion_each", "Per $1B in each", "money"),
        Column("days_of_adv_per_billion_each", "Days of trading", "decimal"),
        Column("demand_usd", "Of stated assets", "money"),
        Column("demand_shares", "Shares", "count"),
        Column("days_of_adv", "Days of trading", "decimal"),
        Column("closing_auction_multiple", "Closing auctions", "decimal"),
    )
    assets = facts.rows("index_assets", event_id)
    if not assets:
        columns = columns[:6]
    more = f" The {SHOWN_ROWS} largest of {len(rows):,}." if len(rows) > SHOWN_ROWS else ""
    note = (
        "Estimates: what one billion dollars in each of the Russell 1000, Russell 2000 and Microcap would trade, "
        "at float-adjusted weights and prices of the rank day, netted by line; a sale has a minus sign." + more
    )
    grid = Grid(
        "demand-table", "What funds would trade, the most days of trading first", columns, rows[:SHOWN_ROWS], True
    )
    return {"grid": grid, "note": note, "assets": assets}


def revisions(facts: Facts, event_id: str) -> Grid:
    """Return what later vintages of the lists say otherwise."""
    columns = (
        COMPANY,
        SYMBOL,
        Column("index_id", "Index", "index"),
        Column("known_at", "List of", "day"),
        Column("previous_known_at", "against that of", "day"),
        Column("revision", "What", "text"),
        Column("why", "Why", "code"),
        Column("detail", "In words", "text"),
    )
    caption = "What one vintage of the lists says otherwise than the one before it"
    return Grid("revisions", caption, columns, facts.rows("revisions", event_id), True)


def _issue_counts(facts: Facts, event_id: str) -> Grid:
    columns = (
        Column("issue", "Remark", "code"),
        Column("severity", "Severity", "text"),
        Column("remarks", "How many", "count"),
        Column("example", "The first of them", "text"),
    )
    caption = "Remarks on the data by kind; a warning may change the membership"
    return Grid("issue-counts", caption, columns, facts.rows("issue_counts", event_id))


def _issues(facts: Facts, event_id: str) -> Grid:
    rows = [row | {"company_name": row["company_name"] or "(no single line)"} for row in facts.rows("issues", event_id)]
    columns = (
        COMPANY,
        SYMBOL,
        Column("severity", "Severity", "text"),
        Column("issue", "Remark", "code"),
        CAP,
        Column("detail", "In words", "text"),
    )
    return Grid("issues", "The remarks that weigh most: warnings first, by market cap", columns, rows, True)


def candidates(facts: Facts, event_id: str) -> Grid:
    """Return the newcomers of a quarterly event and what becomes of each."""
    columns = (
        COMPANY,
        SYMBOL,
        Column("verdict", "Verdict", "code"),
        Column("size_index", "Into", "index"),
        Column("listing_kind", "Kind of listing", "code"),
        Column("seen_by", "Listed by", "day"),
        CAP,
        Column("floor_usd", "Floor", "money"),
        Column("eligibility_reason", "Fails", "reason"),
    )
    rows = facts.rows("candidates", event_id)
    return Grid("candidates", "Who came to the market, and what becomes of it", columns, rows, True)


def describe_cut(grid: Grid) -> str:
    """Return the text alternative of the cap curve: each cut with its cap, in one sentence."""
    told = [f"{row['breakpoint_id']} at rank {row['cut_rank']:,}: {money(row['market_cap_usd'])}" for row in grid.rows]
    return "Market cap by rank falls from the largest company to the smallest. Cut-offs: " + "; ".join(told) + "."
