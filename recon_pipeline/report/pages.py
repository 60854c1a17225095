"""What stands on the pages of the report: the start page, an event, the list of an index, the history.

Belongs here: choosing and joining the figures of `facts.py` into what a template renders. Does not belong here: the
page of a company (`companies.py`), HTML (`templates/`), files (`site.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from recon_pipeline.report import flows, plots
from recon_pipeline.report.accuracy import Accuracy
from recon_pipeline.report.facts import LIST_INDEXES, SIZE_INDEXES, Facts
from recon_pipeline.report.grids import CAP, COMPANY, INDUSTRY, OFFICIAL, RANK, SYMBOL, Column, Grid
from recon_pipeline.report.words import event_title, index_name, money
from recon_pipeline.rules import reference_rows

Row = dict[str, Any]

HEADLINE_INDEXES = ("R1000", "R2000", "R3000", "RMICRO")
MIX_INDEXES = ("R1000", "R2000")
SHOWN_ROWS = 100
"""Near misses and trades on the page of an event: the nearest and the largest; the tables of the file have them all."""


@dataclass(frozen=True)
class Headline:
    """What the top of an event says of one index; additions and deletions are None where nobody told who was in it."""

    index_id: str
    name: str
    lines: int
    companies: int
    additions: int | None
    deletions: int | None
    cap_usd: Decimal | None
    median_usd: Decimal | None


@dataclass(frozen=True)
class EventFrame:
    """What every page of an event needs: its row of the calendar, its title, and whether it is a reconstitution."""

    event_id: str
    title: str
    row: Row
    is_recon: bool


def event_frame(facts: Facts, event_id: str) -> EventFrame:
    """Return what every page of an event needs."""
    row = facts.event(event_id)
    return EventFrame(event_id, event_title(event_id, row["kind"]), row, row["kind"] == "recon")


# --- the start page ---------------------------------------------------------------------------------------------------


def start_page(facts: Facts) -> Row:
    """Return what the start page shows: the events of the file, newest first, and what the calendar has after them."""
    held = [event_summary(facts, event_id) for event_id in reversed(facts.events)]
    last = facts.event(facts.events[-1])["rank_day"]
    coming = [
        row | {"title": event_title(row["event_id"], row["kind"])}
        for row in facts.calendar.to_dicts()
        if row["rank_day"] > last and not row["membership_rows"]
    ]
    return {"held": held, "coming": coming}


def event_summary(facts: Facts, event_id: str) -> Row:
    """Return the line of an event on the start page."""
    frame = event_frame(facts, event_id)
    cuts = {row["breakpoint_id"]: row["market_cap_usd"] for row in facts.rows("breakpoints", event_id)}
    cuts = cuts or {row["breakpoint_id"]: row["market_cap_usd"] for row in facts.rows("ipo_breakpoints", event_id)}
    return {
        "event_id": event_id,
        "title": frame.title,
        "row": frame.row,
        "is_recon": frame.is_recon,
        "headlines": headlines(facts, event_id),
        "cut_usd": cuts.get("R1000"),
    }


def headlines(facts: Facts, event_id: str) -> list[Headline]:
    """Return the counts of the indexes that the top of an event names."""
    changed = Counter((row["index_id"], row["action"]) for row in facts.rows("changes", event_id))
    unknown = set(facts.of("unknown", event_id)["index_id"])
    sizes = {row["index_id"]: row for row in facts.rows("sizes", event_id)}
    return [
        Headline(
            index_id,
            index_name(index_id),
            size["lines"],
            size["companies"],
            None if index_id in unknown else changed[index_id, "addition"],
            None if index_id in unknown else changed[index_id, "deletion"],
            size["cap_usd"],
            size["median_usd"],
        )
        for index_id in HEADLINE_INDEXES
        if (size := sizes.get(index_id)) is not None
    ]


# --- an event ---------------------------------------------------------------------------------------------------------


def event_page(facts: Facts, event_id: str, accuracy: Accuracy | None) -> Row:
    """Return what the page of an event shows."""
    frame = event_frame(facts, event_id)
    changed = changes_of(facts, event_id)
    page: Row = {
        "event": frame,
        "headlines": headlines(facts, event_id),
        "lists": lists_of(facts, event_id),
        "grids": _list_grids(changed, frame),
        "flows": flows_of(facts, event_id),
        "near": near_misses(facts, event_id),
        "demand": demand(facts, event_id),
        "revisions": revisions(facts, event_id),
        "issue_counts": _issue_counts(facts, event_id),
        "issues": _issues(facts, event_id),
        "accuracy": accuracy,
        "unknown": [index_name(index_id) for index_id in facts.of("unknown", event_id)["index_id"]],
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


def changes_of(facts: Facts, event_id: str) -> list[Row]:
    """Return the changes of an event with the size index that each line comes from and goes to."""
    moves = {row["security_id"]: (row["from_index"], row["to_index"]) for row in facts.rows("moves", event_id)}
    rows = []
    for row in facts.rows("changes", event_id):
        source, target = moves.get(row["security_id"], (None, None))
        rows.append(row | {"from_index": source, "to_index": target})
    return rows


FROM, TO, WHY = (
    Column("from_index", "From", "index"),
    Column("to_index", "To", "index"),
    Column("reason", "Why", "reason"),
)


def _list_grids(changed: Sequence[Row], frame: EventFrame) -> list[Grid]:
    """The additions to and deletions from the Russell 3000, and who moves within it."""
    broad = [row for row in changed if row["index_id"] == "R3000"]
    additions = [row for row in broad if row["action"] == "addition"]
    deletions = [row for row in broad if row["action"] == "deletion"]
    stays = {row["security_id"] for row in broad}
    migrations = [
        row
        for row in changed
        if row["index_id"] in ("R1000", "R2000") and row["action"] == "addition" and row["security_id"] not in stays
    ]
    what = "Each line with its rank and total market cap on the rank day."
    grids = [
        Grid("additions", "Additions to the Russell 3000", (*OFFICIAL, TO, FROM, RANK, CAP), additions, True, note=what)
    ]
    if frame.is_recon:
        grids += [
            Grid(
                "deletions", "Deletions from the Russell 3000", (*OFFICIAL, FROM, TO, WHY, RANK, CAP), deletions, True
            ),
            Grid(
                "migrations",
                "Migrations between the Russell 1000 and the Russell 2000",
                (*OFFICIAL, FROM, TO, RANK, CAP),
                migrations,
                True,
            ),
        ]
    return grids


def lists_of(facts: Facts, event_id: str) -> list[Row]:
    """Return every index that the event has members of, with counts: each has a list page and its files."""
    changed = Counter((row["index_id"], row["action"]) for row in facts.rows("changes", event_id))
    unknown = set(facts.of("unknown", event_id)["index_id"])
    sizes = {row["index_id"]: row for row in facts.rows("sizes", event_id)}
    return [
        {
            "index_id": index_id,
            "name": index_name(index_id),
            "lines": sizes[index_id]["lines"],
            "additions": None if index_id in unknown else changed[index_id, "addition"],
            "deletions": None if index_id in unknown else changed[index_id, "deletion"],
        }
        for index_id in LIST_INDEXES
        if index_id in sizes
    ]


def list_page(facts: Facts, event_id: str, index_id: str, changed: Sequence[Row]) -> Row:
    """Return what the list page of an index shows: its additions and deletions in the shape of the official lists."""
    own = [row for row in changed if row["index_id"] == index_id]
    name = index_name(index_id)
    size = next(row for row in lists_of(facts, event_id) if row["index_id"] == index_id)
    added = [row for row in own if row["action"] == "addition"]
    deleted = [row for row in own if row["action"] == "deletion"]
    return {
        "event": event_frame(facts, event_id),
        "index": size,
        "grids": [
            Grid("additions", f"Additions to the {name}", (*OFFICIAL, FROM, WHY, RANK, CAP), added, True),
            Grid("deletions", f"Deletions from the {name}", (*OFFICIAL, TO, WHY, RANK, CAP), deleted, True),
        ],
    }


def cuts(facts: Facts, event_id: str) -> Grid:
    """Return the cut-offs of a reconstitution with their bands."""
    held = {row["breakpoint_id"]: row["companies"] for row in facts.rows("held", event_id)}
    rows = [
        row
        | {
            "band_low_usd": row["band_low_usd"] if row["band_pct"] else None,
            "band_high_usd": row["band_high_usd"] if row["band_pct"] else None,
            "held": held.get(row["breakpoint_id"], 0) if row["band_pct"] else None,
        }
        for row in facts.rows("breakpoints", event_id)
    ]
    columns = (
        Column("breakpoint_id", "Cut", "cut"),
        Column("cut_rank", "After rank", "count"),
        Column("market_cap_usd", "Cut-off", "money"),
        Column("band_low_usd", "Band from", "money"),
        Column("band_high_usd", "to", "money"),
        Column("held", "Held by it", "count"),
        Column("company_name", "Company at the cut", "company"),
        SYMBOL,
        Column("percentile", "Percentile", "percent"),
    )
    return Grid("cuts", "Cut-offs and the bands around them, by total market cap", columns, rows)


def ipo_cuts(facts: Facts, event_id: str) -> Grid:
    """Return the cut-offs by which a quarterly event places its additions."""
    columns = (
        Column("breakpoint_id", "Cut", "cut"),
        Column("market_cap_usd", "Cut-off", "money"),
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
    up, down = counted.get(("R2000", "R1000"), 0), counted.get(("R1000", "R2000"), 0)
    return f"{up} lines move up from the Russell 2000 to the Russell 1000 and {down} move down."


def mixes(facts: Facts, event_id: str) -> list[Row]:
    """Return the industry mix of the two large size indexes before and after: picture and table."""
    unknown = set(facts.of("unknown", event_id)["index_id"])
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
    rows = facts.rows("near_miss", event_id)
    columns = (
        COMPANY,
        SYMBOL,
        Column("cut_id", "Cut", "cut"),
        Column("leaves", "Would leave", "indexes"),
        Column("enters", "Would enter", "indexes"),
        CAP,
        Column("flip_cap_usd", "at", "money"),
        Column("margin_pct", "Margin", "signed_percent"),
        Column("margin_ranks", "Places", "change"),
        Column("flip_price_usd", "Price that flips it", "price"),
    )
    note = "A negative margin is what it would have to lose, a positive one what it would have to gain."
    more = f" The nearest {SHOWN_ROWS} of {len(rows):,}." if len(rows) > SHOWN_ROWS else ""
    return Grid("near", "Near misses, the nearest first", columns, rows[:SHOWN_ROWS], True, note=note + more)


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
    rows = [row | {"company_id": None} for row in facts.rows("revisions", event_id)]
    return Grid("revisions", "What one vintage of the lists says otherwise than the one before it", columns, rows, True)


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
        *OFFICIAL,
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


# --- history ----------------------------------------------------------------------------------------------------------


def history_page(facts: Facts) -> Row:
    """Return what the history page shows: every reconstitution of the file beside what was published of its year."""
    recons = [event_frame(facts, event_id) for event_id in facts.events]
    recons = [frame for frame in recons if frame.is_recon]
    published = {(row["event_id"], row["breakpoint_id"]): row for _, row in reference_rows("published_breakpoints.csv")}
    cut_rows: list[Row] = []
    count_rows: list[Row] = []
    for frame in recons:
        event_id = frame.event_id
        ours = {row["breakpoint_id"]: row for row in facts.rows("breakpoints", event_id)}
        for cut in ("R1000", "R3000"):
            mine = ours[cut]["market_cap_usd"] if cut in ours else None
            told = published.get((event_id, cut))
            theirs = Decimal(told["published_usd"]) if told else None
            cut_rows.append(
                {
                    "event": event_id[:7],
                    "event_id": event_id,
                    "cut": cut,
                    "rank_day": frame.row["rank_day"],
                    "ours": mine,
                    "published": theirs,
                    "off_pct": 100 * (mine / theirs - 1) if mine and theirs else None,
                    "band_low_usd": ours[cut]["band_low_usd"] if cut in ours and ours[cut]["band_pct"] else None,
                    "band_high_usd": ours[cut]["band_high_usd"] if cut in ours and ours[cut]["band_pct"] else None,
                    "source": told["source"] if told else None,
                }
            )
        count_rows.append(_counts(facts, frame))
    cut_columns = (
        Column("event_id", "Reconstitution"),
        Column("cut", "Cut", "cut"),
        Column("rank_day", "Rank day", "day"),
        Column("ours", "Ours", "money"),
        Column("published", "Published", "money"),
        Column("off_pct", "Difference", "signed_percent"),
        Column("band_low_usd", "Band from", "money"),
        Column("band_high_usd", "to", "money"),
        Column("source", "Source of the published one"),
    )
    count_columns = (
        Column("event_id", "Reconstitution"),
        *(Column(index_id, index_name(index_id), "count") for index_id in HEADLINE_INDEXES),
        Column("r1000_in", "Into the R1000", "count"),
        Column("r1000_out", "out of it", "count"),
        Column("r3000_in", "Into the R3000", "count"),
        Column("r3000_out", "out of it", "count"),
    )
    share_columns = (
        Column("event_id", "Reconstitution"),
        Column("total_usd", "Cap of the R3000", "money"),
        Column("total_published_usd", "as published", "money"),
        Column("r1000_share", "R1000 of R3000", "percent"),
        Column("r1000_published", "as published", "percent"),
        Column("r2000_share", "R2000 of R3000", "percent"),
        Column("coverage", "R3000 of all eligible", "percent2"),
    )
    has_points = any(row["ours"] is not None for row in cut_rows)
    return {
        "picture": plots.cut_history(cut_rows) if has_points else "",
        "cuts": Grid("history-cuts", "Cut-offs beside the published ones", cut_columns, cut_rows),
        "counts": Grid("history-counts", "Lines after the event, and changes", count_columns, count_rows),
        "shares": Grid("history-shares", "Shares of total market cap on the rank day", share_columns, count_rows),
        "published": _published_lines(recons),
        "recons": recons,
    }


def _counts(facts: Facts, frame: EventFrame) -> Row:
    """Counts and shares of a reconstitution; shares are of total market caps, not of the float that weights use."""
    event_id = frame.event_id
    sizes = {row["index_id"]: row for row in facts.rows("sizes", event_id)}
    caps = {index_id: row["cap_usd"] for index_id, row in sizes.items()}
    eligible = facts.rows("eligible", event_id)
    heads = {head.index_id: head for head in headlines(facts, event_id)}

    def share(part: str, whole: Decimal | None) -> float | None:
        return 100 * float(caps[part]) / float(whole) if caps.get(part) and whole else None

    def moves(index_id: str) -> tuple[int | None, int | None]:
        head = heads.get(index_id)
        return (head.additions, head.deletions) if head else (None, None)

    published = _published(event_id, "total_cap_usd")
    whole, large = published.get("R3000"), published.get("R1000")
    r1000, r3000 = moves("R1000"), moves("R3000")
    return {
        "event_id": event_id,
        **{index_id: sizes[index_id]["lines"] if index_id in sizes else None for index_id in HEADLINE_INDEXES},
        "r1000_in": r1000[0],
        "r1000_out": r1000[1],
        "r3000_in": r3000[0],
        "r3000_out": r3000[1],
        "total_usd": caps.get("R3000"),
        "total_published_usd": whole,
        "r1000_share": share("R1000", caps.get("R3000")),
        "r1000_published": 100 * float(large / whole) if large and whole else None,
        "r2000_share": share("R2000", caps.get("R3000")),
        "coverage": share("R3000", eligible[0]["cap_usd"] if eligible else None),
    }


def _published(event_id: str, figure: str) -> dict[str, Decimal]:
    """A figure by index as it was published of an event."""
    return {
        row["index_id"]: Decimal(row["value"])
        for _, row in reference_rows("published_sizes.csv")
        if row["event_id"] == event_id and row["figure"] == figure
    }


def _published_lines(recons: Sequence[EventFrame]) -> Grid | None:
    """How many lines the indexes had as published; None where nobody published that of these events."""
    rows = [{"event_id": frame.event_id, **_published(frame.event_id, "lines")} for frame in recons]
    rows = [dict.fromkeys(("R1000", "R2000", "R3000")) | row for row in rows if len(row) > 1]
    columns = (
        Column("event_id", "Reconstitution"),
        *(Column(index_id, index_name(index_id), "count") for index_id in ("R1000", "R2000", "R3000")),
    )
    return Grid("history-published", "Lines as published", columns, rows) if rows else None


def describe_cut(grid: Grid) -> str:
    """Return the text alternative of the cap curve: each cut with its cap, in one sentence."""
    told = [f"{row['breakpoint_id']} at rank {row['cut_rank']:,}: {money(row['market_cap_usd'])}" for row in grid.rows]
    return "Market cap by rank falls from the largest company to the smallest. Cut-offs: " + "; ".join(told) + "."
