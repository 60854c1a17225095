"""The page of a company: its story at each event that the site tells of it, as `story` found it.

Belongs here: which companies have a page, the tables of a story, the place of a company among the cut-offs as a small
picture, the statement of an addition. Does not belong here: how a story is found (`recon_pipeline/story/`),
that picture (`place.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from recon_pipeline.explanation import Cut, Explanation, Line
from recon_pipeline.report.event import nearest
from recon_pipeline.report.facts import SIZE_INDEXES, Facts
from recon_pipeline.report.frame import EventFrame, Row
from recon_pipeline.report.grids import OFFICIAL, RANK, Column, Grid
from recon_pipeline.report.place import place, place_says
from recon_pipeline.report.words import event_title, index_name, money, price


class Companies(StrEnum):
    """Which companies have a page: those that the last reconstitution and the events after it are about, or all.

    With all of them a page tells of its company at the last event that has it, and at every event that is about it.
    """

    concerned = "concerned"
    all = "all"


Stories = Callable[[Path, str, Collection[str] | None], Iterable[Explanation]]
"""What yields the stories of the companies of an event that are named, or of all of them."""


def stories_of(database: Path, event_id: str, wanted: Collection[str] | None) -> Iterator[Explanation]:
    """Yield the stories of the companies of an event that are named, or of all of them."""
    # Finding them imports what a report with none does not need.
    from recon_pipeline.story import explain_all

    yield from explain_all(database, event_id, wanted)


def concerned(facts: Facts, event_id: str) -> set[str]:
    """Return the companies that an event is about: who changes index, is near a cut or at one, is new, has a remark."""
    rows = [*facts.rows("changes", event_id), *facts.rows("candidates", event_id), *facts.rows("breakpoints", event_id)]
    if facts.has("near_miss"):
        rows += nearest(facts, event_id)
    rows += [row for row in facts.rows("issues", event_id) if row["company_id"]]
    return {row["company_id"] for row in rows}


def story_page(story: Explanation) -> Row:
    """Return what the section of one event on the page of a company shows."""
    return {
        "story": story,
        "title": event_title(story.event_id, story.kind),
        "where": place(story),
        "where_says": place_says(story),
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
    return {
        "tickers": Grid("tickers", "Tickers", TICKERS, story.tickers),
        "memberships": Grid(
            "memberships",
            "Stretches of membership",
            MEMBERSHIPS,
            [vars(span) | {"exit": span.exit_reason or span.exit_kind} for span in story.memberships],
        ),
        "history": Grid(
            "history",
            "Event by event",
            HISTORY,
            [
                vars(past) | {"indexes": ", ".join(past.indexes), "changes": "; ".join(past.changes)}
                for past in story.history
            ],
        ),
    }


def companies_grid(stories: Iterable[Explanation]) -> Grid:
    """Return the list of all companies that have a page."""
    ordered = sorted(stories, key=lambda story: (story.company_name.lower(), story.ticker, story.company_id))
    return Grid("companies", "Companies with a page", COMPANIES, ordered, True)


# --- the tables of a story: columns that name the attributes of their rows --------------------------------------------

TICKERS = (
    Column("ticker", "Ticker", "symbol"),
    Column("valid_from", "From", "day"),
    Column("valid_to", "until before", "day"),
    Column("basis", "Told by", "code"),
)
MEMBERSHIPS = (
    Column("index_id", "Index", "index"),
    Column("ticker", "Ticker", "symbol"),
    Column("effective_from", "From", "day"),
    Column("effective_to", "until before", "day"),
    Column("entry_reason", "Entered", "code"),
    Column("exit", "Left", "code"),
)
HISTORY = (
    Column("event_id", "Event", "event"),
    Column("ticker", "Ticker", "symbol"),
    Column("status", "Status", "code"),
    Column("reason", "Fails", "reason"),
    Column("rank", "Rank", "count"),
    Column("market_cap_usd", "Market cap", "money"),
    Column("indexes", "Is in after it"),
    Column("changes", "Changes"),
)
COMPANIES = (
    *OFFICIAL,
    Column("size_index", "Index", "index"),
    Column("status", "Status", "code"),
    RANK,
    Column("cap.market_cap_usd", "Market cap", "money"),
    Column("event_id", "As of", "event"),
)
OUTCOMES = (
    Column("index_id", "Index", "index"),
    Column("ticker", "Line", "symbol"),
    Column("before", "Before", "yes"),
    Column("after", "After", "yes"),
    Column("action", "What happens"),
    Column("reason", "Why", "reason"),
    Column("weight_pct", "Weight (estimate)", "percent4"),
    Column("is_held_by_band", "Held by a band", "yes"),
)
CUTS = (
    Column("cut_id", "Cut", "cut"),
    Column("market_cap_usd", "Cut at", "money"),
    Column("band_low_usd", "Band from", "money"),
    Column("band_high_usd", "to", "money"),
    Column("side", "It is"),
    Column("flip.market_cap_usd", "Flips at", "money"),
    Column("flip.margin_usd", "Margin", "signed_money"),
    Column("flip.margin_pct", "percent", "signed_percent"),
    Column("flip.margin_ranks", "places", "change"),
    Column("flip.price_usd", "Price that flips", "price"),
    Column("flip.shares", "Shares that flip", "count"),
    Column("flip.leaves", "Would leave", "indexes"),
    Column("flip.enters", "Would enter", "indexes"),
)
RULES = (
    Column("name", "Rule", "code"),
    Column("status", "Verdict", "verdict"),
    Column("observed", "Observed"),
    Column("threshold", "Asked"),
    Column("note", "What it rests on"),
)
LINES = (
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
    Column("is_pricing_vehicle", "Prices the company", "yes"),
)
CANDIDATES = (
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
ISSUES = (
    Column("issue", "Remark", "code"),
    Column("severity", "Severity"),
    Column("ticker", "Line", "symbol"),
    Column("detail", "In words"),
)


def outcomes(story: Explanation) -> Grid:
    """Return what the event makes of each line in each index."""
    rows = [
        vars(each) | {"action": f"{each.action} ({each.movement})" if each.action else None}
        for each in story.outcomes
        if each.after or each.before or each.action
    ]
    empty = "In no index, before or after."
    return Grid(f"outcomes-{story.event_id}", "Outcome by index", OUTCOMES, rows, empty=empty)


def cuts(story: Explanation) -> Grid:
    """Return where the company stands to each cut, and what would move it to the other side."""
    note = (
        "A negative margin is what it would have to lose, a positive one what it would have to gain, all others "
        "staying as they are."
    )
    if any(cut.flip and not cut.flip.is_exact for cut in story.cuts):
        note += " Margins far from a cut are read from the edge of the band and not exact."
    caption, empty = "Where it stands, and what would move it", "It is not ranked, so that no cut decides about it."
    rows = [_cut_row(cut) for cut in story.cuts]
    return Grid(f"cuts-{story.event_id}", caption, CUTS, rows, empty=empty, note=note)


def _cut_row(cut: Cut) -> Row:
    side = ("above" if cut.is_above else "below") + (", held by the band" if cut.is_held_by_band else "")
    band = {} if cut.band_pct else dict.fromkeys(("band_low_usd", "band_high_usd"))
    return vars(cut) | band | {"side": side}


def rules(story: Explanation, line: Line) -> Grid:
    """Return the rules that one line was held against."""
    rows = [
        vars(rule) | {name: _with_unit(getattr(rule, name), rule.unit) for name in ("observed", "threshold")}
        for rule in line.rules
    ]
    # The number of the line, for an identifier may hold what an id of HTML may not.
    number = f"-{story.lines.index(line) + 1}" if len(story.lines) > 1 else ""
    return Grid(f"rules-{story.event_id}{number}", f"Rules, {line.ticker}", RULES, rows)


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
    return Grid(f"lines-{story.event_id}", "Lines", LINES, story.lines, empty="None listed around the rank day.")


def candidates(story: Explanation) -> Grid | None:
    """Return what a quarterly event makes of the company's new lines; None where it has none."""
    found = story.candidates
    return Grid(f"candidates-{story.event_id}", "As a newcomer", CANDIDATES, found) if found else None


def issues(story: Explanation) -> Grid | None:
    """Return the remarks on the data of the company; None where there are none."""
    found = story.issues
    return Grid(f"issues-{story.event_id}", "Remarks on its data", ISSUES, found) if found else None


def statement(story: Explanation) -> Row | None:
    """Return what a statement of the company would say; None where no size index adds it."""
    joined = {each.index_id for each in story.outcomes if each.action == "addition" and each.after}
    index_id = next((each for each in SIZE_INDEXES if each in joined), None)
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


def blank_statement(event: EventFrame) -> Row:
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
