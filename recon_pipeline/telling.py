"""How a story looks: as text for a terminal or a file, and as JSON.

Does not belong here: what a story says (`explanation.py`), how it is found (`story/`), words for codes (`wording.py`),
pages of HTML (the report).
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recon_pipeline.explanation import Cut, Explanation, Flip, Line, Outcome, Rule
from recon_pipeline.wording import CUTS, REASONS, RULES, SHARES_WHY, index_names

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

WIDTH: Final = 150
"""Columns of a story that is not printed on a terminal."""

MARKS: Final = {"passed": "[green]passed[/]", "failed": "[red]failed[/]", "unknown": "[yellow]unknown[/]"}


def to_json(story: Explanation) -> str:
    """Return a story as one JSON object: decimals as numbers, days as YYYY-MM-DD, with `headline` and `size_index`."""
    told = _plain(story)
    told["headline"], told["size_index"] = story.headline, story.size_index
    return json.dumps(told, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def text(story: Explanation) -> str:
    """Return a story as plain text, without colours."""
    from rich.console import Console

    into = io.StringIO()
    tell(story, Console(file=into, width=WIDTH, color_system=None))
    return "\n".join(line.rstrip() for line in into.getvalue().splitlines()) + "\n"


def tell(story: Explanation, console: Console) -> None:
    """Print a story: who it is, what each rule says, its cap, its place, what would move it, what became of it."""
    for part in _parts(story):
        console.print(part, highlight=False)


def _parts(story: Explanation) -> Iterable[RenderableType]:
    yield f"[bold]{_safe(story.headline)}[/]"
    yield _facts(story)
    for note in story.notes:
        yield f"[yellow]note:[/] {_safe(note)}"
    yield _lines(story.lines)
    for line in story.lines:
        if line.security_type == "common" or len(story.lines) == 1:
            yield _rules(line)
    yield _cap(story)
    if story.cuts:
        yield _place(story)
        yield _cuts(story.cuts)
        if any(cut.flip for cut in story.cuts):
            yield _flips(story.cuts)
        yield from _nearest(story)
    if story.candidates:
        yield _candidates(story)
    if story.outcomes:
        yield _outcomes(story.outcomes)
    else:
        yield "It is in no index after the event, and the event takes it out of none."
    if story.issues:
        yield _table(
            "Remarks on its data (recon.data_issues)",
            ("severity", "issue", "ticker", "detail"),
            ((one.severity, _plain_words(one.issue), one.ticker, one.detail) for one in story.issues),
            wrapped="detail",
        )
    if len(story.tickers) > 1:
        yield _tickers(story)
    if story.memberships:
        yield _memberships(story)
    if story.history:
        yield _history(story)


# --- parts ------------------------------------------------------------------------------------------------------------


def _facts(story: Explanation) -> str:
    held = f" ({story.vintage}, as known on {story.known_at})" if story.vintage else ""
    rows = [
        f"{story.event_id}: rank day {story.rank_day}, effective after the close of {story.effective_date}{held}",
        f"company {story.company_id}"
        + (f", SEC number {story.cik}" if story.cik else ", no SEC number known")
        + (f", listed since {story.ipo_year}" if story.ipo_year else ""),
        f"incorporated in {story.incorporation or 'a place not known'}, headquarters in "
        f"{story.headquarters or 'a place not known'}, "
        + (f"stated country {story.country}" if story.country else "no country stated by a price list"),
        f"industry {story.industry or 'not known'}"
        + (f" (by {story.industry_source})" if story.industry and story.industry_source else ""),
    ]
    return _safe("\n".join(rows))


def _lines(lines: Sequence[Line]) -> RenderableType:
    return _table(
        "Lines on the rank day",
        ("ticker", "line", "security", "exchange", "kind", "company", "prices it", "member before", "verdict"),
        (
            (
                line.ticker,
                line.security_id,
                line.security_name,
                line.exchange,
                _plain_words(line.security_type),
                _plain_words(line.structure),
                "yes" if line.is_pricing_vehicle else "",
                "yes" if line.is_member_before else "",
                line.status + (f": {REASONS.get(line.reason, _plain_words(line.reason))}" if line.reason else ""),
            )
            for line in lines
        ),
        wrapped="security",
    )


def _rules(line: Line) -> RenderableType:
    return _table(
        f"Rules for {line.ticker} (recon.eligibility); unknown excludes nobody",
        ("rule", "verdict", "observed", "asked", "why"),
        (
            (
                RULES[rule.name],
                MARKS[rule.status],
                _amount(rule, rule.observed),
                _amount(rule, rule.threshold),
                rule.note,
            )
            for rule in line.rules
        ),
        wrapped="why",
        marked=("verdict",),
    )


def _amount(rule: Rule, told: str | None) -> str | None:
    if told is None or rule.unit is None:
        return _plain_words(told)
    return f"${Decimal(told):,}" if rule.unit == "usd" else f"{told} %"


def _cap(story: Explanation) -> str:
    cap = story.cap
    if cap.market_cap_usd is None:
        return f"[bold]Market cap[/] is not known. {_safe(cap.note or '')}".rstrip()
    told = f"[bold]Market cap[/] ${cap.market_cap_usd:,.0f}"
    if cap.shares is not None and cap.close_usd is not None:
        why = SHARES_WHY.get(str(cap.shares_why), str(cap.shares_why or "implied by the price list"))
        # A count that the price list implies is of no other source.
        of = why if cap.shares_source == "implied" else f"{cap.shares_source}, {why}"
        filing = f", as of {cap.shares_date}" if cap.shares_date else ""
        filing += f", accession {cap.shares_accession}" if cap.shares_accession else ""
        told += (
            f" {'=' if cap.is_product else 'from'} {cap.shares:,} shares ({of}{filing}) x ${cap.close_usd:,} "
            f"({cap.ticker}, {cap.price_source}, close of {cap.observed_session})"
        )
    return told + (f". {_safe(cap.note)}" if cap.note else "")


def _place(story: Explanation) -> str:
    if story.rank is None and story.kind == "ipo":
        return "[bold]Place[/] by the breakpoints of the last reconstitution, moved with the market:"
    if story.rank is None:
        return "[bold]Place[/] none, for it does not qualify; one rule of size alone keeps it out:"
    if story.rank_status == "carried":
        return f"[bold]Place[/] {story.rank:,} of {story.companies_ranked or 0:,}, carried"
    return (
        f"[bold]Place[/] {story.rank:,} of {story.companies_ranked or 0:,}, percentile {story.percentile}: "
        f"{_usd(story.cumulative_cap_usd)} of {_usd(story.total_cap_usd)} are in companies down to it"
    )


def _cuts(cuts: Sequence[Cut]) -> RenderableType:
    return _table(
        "Cuts and bands; the edge is what decides for it",
        ("cut", "", "rank", "breakpoint", "percentile", "band", "was", "is", "edge"),
        (
            (
                cut.cut_id,
                CUTS.get(cut.cut_id),
                cut.cut_rank,
                _usd(cut.market_cap_usd),
                cut.percentile,
                f"{_usd(cut.band_low_usd)} to {_usd(cut.band_high_usd)}" if cut.band_pct else "none",
                "not told" if cut.side_before == "unknown" else _plain_words(cut.side_before),
                ("above" if cut.is_above else "below") + (", held by the band" if cut.is_held_by_band else ""),
                cut.edge,
            )
            for cut in cuts
        ),
    )


def _flips(cuts: Sequence[Cut]) -> RenderableType:
    return _table(
        "What would move it across, all others as they are; ~ = far away, read from the edge, ... = past other cuts",
        ("cut", "margin", "percent", "places", "at a price of", "or so many shares", "leaves", "enters", "and passes"),
        ((cut.cut_id, *_flip(cut.flip)) for cut in cuts if cut.flip is not None),
    )


def _flip(flip: Flip) -> tuple[str | None, ...]:
    about = "" if flip.is_exact else "~"
    return (
        f"{about}{_usd(flip.margin_usd, signed=True)}",
        f"{about}{float(flip.margin_pct):+,.3f}",
        None if flip.margin_ranks is None else f"{about}{flip.margin_ranks:+,}",
        None if flip.price_usd is None else f"{about}${flip.price_usd:,}",
        None if flip.shares is None else f"{about}{flip.shares:,}",
        "..." if flip.leaves is None else " ".join(flip.leaves) or "none",
        "..." if flip.enters is None else " ".join(flip.enters) or "none",
        flip.passes_ticker,
    )


def _nearest(story: Explanation) -> Iterable[str]:
    cut = story.nearest
    if cut is None or cut.flip is None:
        return
    flip = cut.flip
    verb = "fell to" if flip.margin_usd < 0 else "rose to"
    way = f"At a market cap of {_usd(flip.market_cap_usd)}"
    if flip.price_usd is not None:
        way = f"If {story.cap.ticker} {verb} ${flip.price_usd:,}"
        if flip.shares is not None:
            way += f", or counted {flip.shares:,} shares at its own price"
    about = "" if flip.is_exact else "about there, "
    beyond = f" (it would pass {flip.passes_ticker})" if flip.passes_ticker else ""
    name = _safe(CUTS.get(cut.cut_id, cut.cut_id))
    yield f"[bold]Nearest cut[/] {cut.cut_id} ({name}): {way}, {about}it would {_crossing(flip)}{beyond}."


def _crossing(flip: Flip) -> str:
    names = index_names()
    parts = [
        f"{verb} the {', '.join(names[index_id] for index_id in which)}"
        for verb, which in (("leave", flip.leaves), ("enter", flip.enters))
        if which
    ]
    return " and ".join(parts)


def _candidates(story: Explanation) -> RenderableType:
    return _table(
        "As a new line (recon.ipo_candidates)",
        ("ticker", "kind", "evidence", "seen by", "cap", "floor", "verdict", "fails", "into"),
        (
            (
                one.ticker,
                _plain_words(one.listing_kind),
                one.evidence + (f" ({one.evidence_source})" if one.evidence_source else ""),
                one.seen_by,
                _usd(one.market_cap_usd),
                _usd(one.floor_usd),
                _plain_words(one.verdict) + (f" on {one.fast_entry_on}" if one.fast_entry_on else ""),
                REASONS.get(one.reason or "", _plain_words(one.reason)),
                one.size_index,
            )
            for one in story.candidates
        ),
        wrapped="evidence",
    )


def _outcomes(outcomes: Sequence[Outcome]) -> RenderableType:
    return _table(
        "Outcome by index; ? = no list tells who was in it before; weights are estimates",
        ("index", "ticker", "before", "after", "change", "movement", "reason", "weight %", "by"),
        (
            (
                one.index_id,
                one.ticker,
                "?" if one.before is None else "in" if one.before else "out",
                "in" if one.after else "out",
                one.action,
                one.movement,
                REASONS.get(one.reason or "", _plain_words(one.reason)),
                one.weight_pct,
                "held by a band" if one.is_held_by_band else None,
            )
            for one in outcomes
        ),
    )


def _tickers(story: Explanation) -> RenderableType:
    return _table(
        "Tickers over time",
        ("line", "ticker", "from", "to", "last seen", "continued by"),
        (
            (one.security_id, one.ticker, one.valid_from, one.valid_to, one.last_seen, _plain_words(one.basis))
            for one in story.tickers
        ),
    )


def _memberships(story: Explanation) -> RenderableType:
    return _table(
        "Memberships over time",
        ("index", "as", "from", "to", "came by", "left by"),
        (
            (
                one.index_id,
                one.ticker,
                one.effective_from,
                one.effective_to,
                f"{one.entry_event_id}: {_plain_words(one.entry_reason)}",
                ": ".join(_plain_words(part) for part in (one.exit_event_id, one.exit_reason or one.exit_kind) if part),
            )
            for one in story.memberships
        ),
    )


def _history(story: Explanation) -> RenderableType:
    return _table(
        "In every event of the file",
        ("event", "ticker", "verdict", "rank", "cap", "indexes", "changes"),
        (
            (
                past.event_id,
                past.ticker,
                past.status + (f": {REASONS.get(past.reason, _plain_words(past.reason))}" if past.reason else ""),
                past.rank,
                _usd(past.market_cap_usd),
                " ".join(past.indexes),
                "; ".join(past.changes),
            )
            for past in story.history
        ),
        wrapped="changes",
    )


# --- words ------------------------------------------------------------------------------------------------------------


def _table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    wrapped: str = "",
    marked: Sequence[str] = (),
) -> RenderableType:
    """A table in which columns that are empty throughout are left out; cells of `marked` columns are markup."""
    from rich.table import Table

    listed = [[None if value is None or value == "" else str(value) for value in row] for row in rows]
    shown = [place for place in range(len(columns)) if any(row[place] is not None for row in listed)]
    table = Table(title=title, title_justify="left")
    for place in shown:
        is_wrapped = columns[place] == wrapped
        table.add_column(columns[place], ratio=1 if is_wrapped else None, overflow="fold")
    for row in listed:
        table.add_row(
            *(str(row[at] or "") if columns[at] in marked else _safe(row[at] or "") for at in shown),
        )
    return table


def _plain_words(code: str | None) -> str:
    return (code or "").replace("_", " ")


def _safe(told: str) -> str:
    from rich.markup import escape

    return escape(told)


def _usd(amount: Decimal | None, *, signed: bool = False) -> str | None:
    """An amount in the unit that a reader expects: $1.234b, $56.7m, $890.1k."""
    if amount is None:
        return None
    size, sign = abs(amount), "-" if amount < 0 else "+" if signed else ""
    for unit, letter in ((10**12, "t"), (10**9, "b"), (10**6, "m"), (10**3, "k")):
        if size >= unit:
            return f"{sign}${float(size / unit):,.3f}{letter}"
    return f"{sign}${size:,.2f}"
