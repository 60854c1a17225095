"""Stories out of the published file: everything that it tells of a company at an event, as an `Explanation`.

One set of queries serves one company and all of an event: each returns the rows of the companies that are asked for, in
a fixed order, and they are put together here. Nothing is derived again: a rank, a verdict, a margin is what its table
says.
Only of a cut that is far away (recon.near_miss does not have it) the margin is read from the published edge.

Does not belong here: the model (`explanation.py`), how a story looks (`telling.py`), who is near a cut (`sql/recon/`).
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recon_pipeline.errors import BadInput
from recon_pipeline.explanation import (
    Candidate,
    Cap,
    Cut,
    Explanation,
    Flip,
    Issue,
    Line,
    Membership,
    Outcome,
    Past,
    Rule,
    TickerSpan,
)
from recon_pipeline.symbols import normal_ticker, spellings
from recon_pipeline.warehouse import Ask, Reader

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]

ALL: Final = ""
"""For a company: every company of the event."""

TICK, SHARE = Decimal("0.0001"), Decimal(1)


def explain(file: Path, ticker: str, event_id: str | None = None) -> Explanation:
    """Return the story of the company that bears a ticker at an event of a published file.

    Any spelling will do (BRK.B, BRK/B, BRK-B, BRK B), a ticker that the company bore before, or an identifier of a
    company or line. Without an event it is the last one of the file that has the company.

    Raises:
        BadInput: there is no such file, event or ticker; the message names the nearest tickers, or the events that have
            the company.
    """
    reader = Reader(file)
    if event_id is not None:
        require_event(reader, event_id)
    found, company_id, note = _resolve(reader, ticker, event_id)
    with reader.session() as ask:
        facts = _Facts(ask, found, company_id)
    (story,) = facts.stories(normal_ticker(ticker), (note,) if note else ())
    return story


def explain_all(file: Path, event_id: str, companies: Collection[str] | None = None) -> Iterator[Explanation]:
    """Yield the story of every company of an event, in the order of its tickers; a few queries serve all of them.

    `companies` are the identifiers of those that are asked for; None for all.

    A company without a common line (a fund, a lone preferred) has a story as well.

    Raises:
        BadInput: there is no such file or event.
    """
    reader = Reader(file)
    require_event(reader, event_id)
    with reader.session() as ask:
        facts = _Facts(ask, event_id, ALL, companies)
    yield from facts.stories()


def require_event(reader: Reader, event_id: str) -> None:
    """Refuse an event that a published file does not hold.

    Raises:
        BadInput: it is unknown, or not in the file; the message lists those that are.
    """
    from recon_pipeline.events import event

    event(event_id)
    held = reader.frame("select distinct event_id from recon.index_membership order by 1")["event_id"].to_list()
    if event_id not in held:
        raise BadInput(
            f"{event_id} is not in {reader.path}, which holds {', '.join(held) or 'no event'}. "
            f"Run it first: `recon run {event_id}`."
        )


# --- who is meant -----------------------------------------------------------------------------------------------------


def _resolve(reader: Reader, asked: str, event_id: str | None) -> tuple[str, str, str | None]:
    """Return the event and the company that a ticker stands for, and a note where it bore it at another time."""
    written = spellings(asked)
    keys = [spelling.replace(".", "") for spelling in written]
    parameters = {"spellings": " ".join(written), "keys": " ".join(keys), "asked": asked.strip()}
    rows = reader.frame(
        """
        with bearers as (
            select universe.event_id, universe.company_id, universe.ticker, 0 as is_former
            from recon.universe as universe
            where
                list_contains(string_split($spellings, ' '), universe.ticker)
                or list_contains(string_split($keys, ' '), replace(universe.ticker, '.', ''))
                or $asked in (universe.company_id, universe.security_id)
            union all
            select universe.event_id, universe.company_id, spans.ticker, 1 as is_former
            from recon.ticker_spans as spans
            inner join recon.universe as universe on spans.security_id = universe.security_id
            where list_contains(string_split($spellings, ' '), spans.ticker)
        )

        select bearers.*, events.rank_day
        from bearers
        inner join recon.events as events on bearers.event_id = events.event_id
        order by
            case when list_contains(string_split($spellings, ' '), bearers.ticker) then 0 else 1 end,
            bearers.is_former,
            events.rank_day desc,
            bearers.event_id desc,
            bearers.company_id
        """,
        parameters,
    ).to_dicts()
    at = [row for row in rows if event_id in (None, row["event_id"])]
    if at:
        first = at[0]
        note = f"{first['ticker']} is a ticker that it bore at another time." if first["is_former"] else None
        return first["event_id"], first["company_id"], note
    doing = f"Explaining {asked.strip()!r}"
    if rows:
        known = sorted({row["event_id"] for row in rows})
        raise BadInput(
            f"{doing} at {event_id}: no price list of that event has it. {reader.path} has it in {', '.join(known)}: "
            "name one of them, or none for the last."
        )
    raise BadInput(
        f"{doing}: {reader.path} has no line of that ticker in any event. {_nearest(reader, asked)}"
        "What no price list of a rank day shows (listed over the counter, abroad, or later) is not in it."
    )


def _nearest(reader: Reader, asked: str) -> str:
    """A sentence with the tickers that look like what was asked, and the companies whose name has it; or nothing."""
    names = dict(
        reader.frame(
            """
            select ticker, max(company_name) as company_name
            from (
                select ticker, company_name from recon.universe
                union all
                select ticker, '' as company_name from recon.ticker_spans
            ) as named
            group by ticker
            order by ticker
            """
        ).iter_rows()
    )
    word = asked.strip().lower()
    named = sorted(ticker for ticker, name in names.items() if len(word) > 2 and word in name.lower())
    alike = difflib.get_close_matches(normal_ticker(asked), sorted(names), n=5, cutoff=0.6)
    told = [f"{ticker} ({names[ticker]})" if names[ticker] else ticker for ticker in [*named[:5], *alike]]
    return f"Nearest: {', '.join(dict.fromkeys(told))}. " if told else ""


# --- the rows ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Edge:
    """The ranks at the ends of a band, of one cut."""

    high_rank: int
    low_rank: int


class _Facts:
    """The rows of an event that tell of one company, of some or of all, by company."""

    def __init__(self, ask: Ask, event_id: str, company_id: str, companies: Collection[str] | None = None) -> None:
        self._companies = None if companies is None else sorted(companies)
        self._ask = ask
        self._event_id = event_id
        self._company_id = company_id
        (self.event,) = self._rows("select * from recon.events where event_id = $event_id")
        self.lines = self._by_company(
            """
            select universe.*, eligibility.* exclude (event_id, security_id, company_id, ticker)
            from recon.universe as universe
            inner join recon.eligibility as eligibility
                on universe.event_id = eligibility.event_id and universe.security_id = eligibility.security_id
            where universe.event_id = $event_id and $company_id in ('', universe.company_id)
            order by universe.is_pricing_vehicle desc, universe.ticker, universe.security_id
            """
        )
        self.ranks = self._by_company(
            "select * from recon.ranking where event_id = $event_id and $company_id in ('', company_id)"
        )
        # Two columns of a few thousand rows: where the excluded would stand.
        caps = self._rows("select rank, placing_cap_usd from recon.ranking where event_id = $event_id order by rank")
        self.sorted_caps = [-row["placing_cap_usd"] for row in caps]
        self.cuts = self._rows(
            """
            select
                breakpoint_id, cut_rank, reached_rank, market_cap_usd, percentile, band_pct, band_low_usd, band_high_usd
            from recon.breakpoints
            where event_id = $event_id
            union all
            select
                breakpoint_id, cut_rank, cut_rank as reached_rank, market_cap_usd, null, null, null, null
            from recon.ipo_breakpoints
            where event_id = $event_id
            order by cut_rank, breakpoint_id
            """
        )
        self.edges = {cut["breakpoint_id"]: self._edge(cut) for cut in self.cuts}
        self.placements = self._by_company(
            "select * from recon.placements where event_id = $event_id and $company_id in ('', company_id)"
        )
        self.near = self._by_company(
            """
            select *
            from recon.near_miss
            where event_id = $event_id and $company_id in ('', company_id)
            order by nearness
            """
        )
        self.members = self._by_company(
            """
            select company_id, security_id, index_id, ticker, weight_pct, is_held_by_band
            from recon.index_membership
            where event_id = $event_id and $company_id in ('', company_id)
            """
        )
        self.changes = self._by_company(
            "select * from recon.index_changes where event_id = $event_id and $company_id in ('', company_id)"
        )
        self.candidates = self._by_company(
            """
            select *
            from recon.ipo_candidates
            where event_id = $event_id and $company_id in ('', company_id)
            order by ticker, security_id
            """
        )
        self.index_order = self._index_order()
        self.unknown_indexes = {
            row["index_id"]
            for row in self._rows(
                "select index_id from recon.data_issues where event_id = $event_id and issue = 'opening_unknown'"
            )
        }
        self.issues = self._issues()
        self.tickers = self._by_company(
            """
            select universe.company_id as company_id, spans.*
            from recon.ticker_spans as spans
            inner join recon.universe as universe
                on universe.event_id = $event_id and spans.security_id = universe.security_id
            where $company_id in ('', universe.company_id)
            order by spans.security_id, spans.valid_from
            """
        )
        self.spans = self._by_company(
            """
            select universe.company_id as company_id, spans.* exclude (company_id)
            from recon.index_membership_span as spans
            inner join recon.universe as universe
                on universe.event_id = $event_id and spans.security_id = universe.security_id
            where $company_id in ('', universe.company_id)
            order by spans.effective_from, spans.index_id, spans.ticker
            """
        )
        self.history = self._history()

    def _rows(self, sql: str) -> list[Row]:
        return self._frame(sql).to_dicts()

    def _frame(self, sql: str) -> pl.DataFrame:
        # A query says what of them it asks for: DuckDB refuses a parameter that a text does not name.
        every = {"event_id": self._event_id, "company_id": self._company_id}
        return self._ask(sql, {name: value for name, value in every.items() if f"${name}" in sql})

    def _by_company(self, sql: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        frame = self._frame(sql)
        if self._companies is not None:
            # Before rows are made of it, which takes far longer than the query.
            frame = frame.filter(frame["company_id"].is_in(self._companies))
        for row in frame.iter_rows(named=True):
            found[row["company_id"]].append(row)
        return dict(found)

    def _edge(self, cut: Row) -> _Edge:
        low, high = cut["band_low_usd"], cut["band_high_usd"]
        if low is None:
            return _Edge(cut["cut_rank"], cut["cut_rank"])
        # Caps are kept negative, so that they ascend: the first of the highest cap, the last of the lowest.
        return _Edge(bisect_left(self.sorted_caps, -high) + 1, bisect_left(self.sorted_caps, -low + TICK))

    def _index_order(self) -> dict[str, int]:
        from recon_pipeline.opening import index_ids

        return {index_id: place for place, index_id in enumerate(index_ids())}

    def _issues(self) -> dict[str, list[Row]]:
        return self._by_company(
            """
            select
                lines.company_id,
                issues.severity,
                issues.issue,
                issues.ticker,
                issues.session_date,
                issues.detail,
                issues.issue_number
            from recon.data_issues as issues
            inner join recon.universe as lines
                on
                    lines.event_id = $event_id
                    and coalesce(issues.security_id, '') in ('', lines.security_id)
                    and (issues.security_id is not null or issues.ticker = lines.ticker)
            where issues.event_id = $event_id and $company_id in ('', lines.company_id)
            order by issues.issue_number, lines.ticker
            """
        )

    def _history(self) -> dict[str, list[Row]]:
        """Of each company of the event its pricing line in every event of the file, oldest first."""
        return self._by_company(
            """
            with companies as (
                select distinct company_id
                from recon.universe
                where event_id = $event_id and $company_id in ('', company_id)
            ),

            lines as (
                select
                    universe.event_id,
                    universe.company_id,
                    universe.security_id,
                    universe.ticker,
                    universe.company_market_cap_usd,
                    row_number() over (
                        partition by universe.event_id, universe.company_id
                        order by universe.is_pricing_vehicle desc, universe.ticker
                    ) as choice
                from recon.universe as universe
                inner join companies on universe.company_id = companies.company_id
            ),

            members as (
                select event_id, company_id, string_agg(index_id, ' ' order by index_id) as indexes
                from (
                    select distinct members.event_id, members.company_id, members.index_id
                    from recon.index_membership as members
                    inner join companies on members.company_id = companies.company_id
                ) as listed
                group by event_id, company_id
            ),

            changes as (
                select event_id, company_id, string_agg(told, '; ' order by told) as changes
                from (
                    select distinct
                        changes.event_id,
                        changes.company_id,
                        changes.index_id || ' ' || changes.action || ' (' || changes.movement || ', '
                        || replace(changes.reason, '_', ' ') || ')' as told
                    from recon.index_changes as changes
                    inner join companies on changes.company_id = companies.company_id
                ) as listed
                group by event_id, company_id
            )

            select
                lines.company_id,
                lines.event_id,
                events.rank_day,
                lines.ticker,
                eligibility.status,
                eligibility.reason,
                ranking.rank,
                coalesce(ranking.market_cap_usd, lines.company_market_cap_usd) as market_cap_usd,
                ranking.percentile,
                coalesce(members.indexes, '') as indexes,
                coalesce(changes.changes, '') as changes
            from lines
            inner join recon.events as events on lines.event_id = events.event_id
            inner join recon.eligibility as eligibility
                on lines.event_id = eligibility.event_id and lines.security_id = eligibility.security_id
            left join recon.ranking as ranking
                on lines.event_id = ranking.event_id and lines.company_id = ranking.company_id
            left join members on lines.event_id = members.event_id and lines.company_id = members.company_id
            left join changes on lines.event_id = changes.event_id and lines.company_id = changes.company_id
            where lines.choice = 1
            order by events.rank_day, lines.event_id
            """
        )

    # --- putting together ---------------------------------------------------------------------------------------------

    def stories(self, asked: str | None = None, notes: tuple[str, ...] = ()) -> Iterator[Explanation]:
        """The story of each company, in the order of their first tickers."""
        for company_id, rows in sorted(self.lines.items(), key=lambda item: (item[1][0]["ticker"], item[0])):
            yield self._story(company_id, rows, asked, notes)

    def _story(self, company_id: str, rows: list[Row], asked: str | None, notes: tuple[str, ...]) -> Explanation:
        first, event = rows[0], self.event
        ranked = next(iter(self.ranks.get(company_id, ())), None)
        cap = _cap(rows)
        issues = {row["issue_number"]: row for row in self.issues.get(company_id, ())}
        return Explanation(
            event_id=event["event_id"],
            kind=event["kind"],
            rank_day=event["rank_day"],
            effective_date=event["effective_date"],
            effective_from=event["effective_from"],
            vintage=event["vintage"],
            known_at=event["known_at"],
            company_id=company_id,
            company_name=first["company_name"],
            ticker=first["ticker"],
            asked=asked or first["ticker"],
            cik=next((row["cik"] for row in rows if row["cik"] is not None), None),
            country=first["country"],
            incorporation=first["incorporation"],
            headquarters=first["headquarters"],
            industry=first["industry"],
            industry_source=first["industry_source"],
            ipo_year=first["ipo_year"],
            status=first["status"],
            reason=first["reason"],
            cap=cap,
            rank=ranked["rank"] if ranked else None,
            rank_status=ranked["status"] if ranked else None,
            companies_ranked=len(self.sorted_caps) or None,
            cumulative_cap_usd=ranked["cumulative_cap_usd"] if ranked else None,
            total_cap_usd=ranked["total_cap_usd"] if ranked else None,
            percentile=ranked["percentile"] if ranked else None,
            lines=tuple(_line(row) for row in rows),
            cuts=self._cuts(company_id, ranked, cap),
            outcomes=self._outcomes(company_id),
            candidates=tuple(_candidate(row) for row in self.candidates.get(company_id, ())),
            issues=tuple(
                Issue(row["severity"], row["issue"], row["ticker"], row["session_date"], row["detail"])
                for row in issues.values()
            ),
            tickers=_tickers(self.tickers.get(company_id, ())),
            memberships=tuple(
                Membership(
                    row["index_id"],
                    row["last_ticker"],
                    row["effective_from"],
                    row["effective_to"],
                    row["entry_event_id"],
                    row["entry_reason"],
                    row["exit_event_id"],
                    row["exit_kind"],
                    row["exit_reason"],
                )
                for row in self.spans.get(company_id, ())
            ),
            history=tuple(_past(row) for row in self.history.get(company_id, ())),
            notes=notes + self._notes(ranked, first, cap),
        )

    def _notes(self, ranked: Row | None, first: Row, cap: Cap) -> tuple[str, ...]:
        notes = []
        if ranked is None and self.sorted_caps and cap.market_cap_usd is not None and first["is_pricing_vehicle"]:
            place = bisect_left(self.sorted_caps, -cap.market_cap_usd) + 1
            notes.append(f"It is not ranked. By its market cap alone it would stand about {place:,}.")
        if ranked is not None and ranked["status"] == "carried":
            notes.append(
                "It is carried: without figures of its own it keeps the place that it had, so no margin is told."
            )
        if not self.sorted_caps:
            notes.append("A quarterly event ranks nobody and moves nobody: it only adds.")
        return tuple(notes)

    def _outcomes(self, company_id: str) -> tuple[Outcome, ...]:
        after = {(row["index_id"], row["security_id"]): row for row in self.members.get(company_id, ())}
        changed = {(row["index_id"], row["security_id"]): row for row in self.changes.get(company_id, ())}
        outcomes = []
        for key in {*after, *changed}:
            member, change = after.get(key), changed.get(key)
            action = change["action"] if change else None
            row = member or change
            assert row is not None
            outcomes.append(
                Outcome(
                    index_id=key[0],
                    ticker=row["ticker"] or row.get("rank_ticker") or "",
                    before=None if key[0] in self.unknown_indexes else action != "addition",
                    after=member is not None,
                    action=action,
                    movement=change["movement"] if change else None,
                    reason=change["reason"] if change else None,
                    weight_pct=member["weight_pct"] if member else None,
                    is_held_by_band=bool(member and member["is_held_by_band"]),
                )
            )
        return tuple(sorted(outcomes, key=lambda one: (self.index_order.get(one.index_id, 99), one.ticker)))

    def _cuts(self, company_id: str, ranked: Row | None, cap: Cap) -> tuple[Cut, ...]:
        near = {row["cut_id"]: row for row in self.near.get(company_id, ())}
        placed = {row["breakpoint_id"]: row for row in self.placements.get(company_id, ())}
        held = {row["index_id"] for row in self.members.get(company_id, ())}
        cuts = []
        for cut in self.cuts:
            row = placed.pop(cut["breakpoint_id"], None) or near.get(cut["breakpoint_id"])
            if row is None:
                continue
            miss = near.pop(cut["breakpoint_id"], None)
            edge = _edge_name(cut, row["side_before"])
            cuts.append(
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
                    flip=self._exact_flip(miss) if miss else self._far_flip(cut, row, edge, ranked, cap, held),
                )
            )
        cuts += [
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
                flip=self._exact_flip(miss),
            )
            for name, miss in sorted(near.items())
        ]
        return tuple(cuts)

    def _far_flip(
        self, cut: Row, placed: Row, edge: str, ranked: Row | None, cap: Cap, held: Collection[str]
    ) -> Flip | None:
        """The way to the edge of a cut that is far; None where it lies the other way, or nobody ranks so low."""
        if cap.market_cap_usd is None or (ranked is not None and ranked["status"] == "carried"):
            return None
        is_above = bool(placed["is_above"])
        if edge == "cut" and (cut["reached_rank"] < cut["cut_rank"] or len(self.sorted_caps) == cut["cut_rank"]):
            return None
        to_usd: Decimal = cut[{"band low": "band_low_usd", "band high": "band_high_usd"}.get(edge, "market_cap_usd")]
        margin = to_usd - cap.market_cap_usd
        if to_usd <= 0 or (margin < 0) != is_above:
            return None
        ends = self.edges[cut["breakpoint_id"]]
        to_rank = {"band low": ends.low_rank, "band high": ends.high_rank}.get(edge, cut["cut_rank"])
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
            # Who has left the exchanges meanwhile is in no index any more.
            leaves=tuple(index_id for index_id in self._indexes(placed["leaves"]) if index_id in held),
            enters=self._indexes(placed["enters"]),
        )

    def _exact_flip(self, miss: Row) -> Flip:
        return Flip(
            is_exact=True,
            market_cap_usd=miss["flip_cap_usd"],
            price_usd=miss["flip_price_usd"],
            shares=miss["flip_shares"],
            margin_usd=miss["margin_usd"],
            margin_pct=miss["margin_pct"],
            margin_ranks=miss["margin_ranks"],
            passes_ticker=miss["passed_ticker"],
            leaves=self._indexes(miss["leaves"]),
            enters=self._indexes(miss["enters"]),
        )

    def _indexes(self, listed: str | None) -> tuple[str, ...]:
        """Indexes that a table has with blanks between, in the order in which the family is told."""
        return tuple(sorted((listed or "").split(), key=lambda index_id: self.index_order[index_id]))


def _edge_name(cut: Row, side_before: str | None) -> str:
    if not cut["band_pct"] or side_before not in ("above", "below"):
        return "cut"
    return "band low" if side_before == "above" else "band high"


def _cap(rows: list[Row]) -> Cap:
    """The cap and the line that it was made of: that which prices the company, else the one whose figures give it."""
    first = rows[0]
    cap = first["company_market_cap_usd"]
    made = [row for row in rows if row["close_usd"] and row["outstanding_shares"] and cap is not None]
    exact = next((row for row in made if row["close_usd"] * row["outstanding_shares"] == cap), None)
    row = exact or first
    if cap is None:
        note = "No price, or no share count, of any of its lines." if first["security_type"] == "common" else None
    elif first["shares_why"] == "implied_below_its_index":
        note = (
            "The count leaves out classes or units: the cap is raised to what its index asked for, as the price moved."
        )
    elif exact is None:
        note = "Made from figures of more than one line."
    elif exact is not first:
        note = f"The line that prices it has no figures of its own: those of {exact['ticker']} stand in."
    else:
        note = None
    return Cap(
        market_cap_usd=cap,
        ticker=row["ticker"],
        shares=row["outstanding_shares"],
        shares_source=row["shares_source"],
        shares_why=row["shares_why"],
        shares_date=row["shares_date"],
        shares_accession=row["shares_accession"],
        close_usd=row["close_usd"],
        price_source=row["price_source"],
        observed_session=row["observed_session"],
        is_product=exact is not None,
        note=note,
    )


def _line(row: Row) -> Line:
    return Line(
        security_id=row["security_id"],
        ticker=row["ticker"],
        security_name=row["security_name"],
        exchange=row["exchange"],
        share_class=row["share_class"],
        security_type=row["security_type"],
        type_evidence=_evidence(row, "security_type_evidence"),
        structure=row["structure"],
        structure_evidence=_evidence(row, "structure_evidence"),
        is_pricing_vehicle=row["is_pricing_vehicle"],
        is_member_before=row["is_member"],
        close_usd=row["close_usd"],
        price_source=row["price_source"],
        observed_session=row["observed_session"],
        is_neighbour=row["is_neighbour"],
        listing=row["listing"],
        shares=row["outstanding_shares"],
        shares_source=row["shares_source"],
        shares_why=row["shares_why"],
        shares_date=row["shares_date"],
        shares_accession=row["shares_accession"],
        addtv_usd=row["addtv_usd"],
        status=row["status"],
        reason=row["reason"],
        rules=_rules(row),
    )


def _evidence(row: Row, name: str) -> str | None:
    """An evidence with its source and how far it is trusted."""
    if row[name] is None:
        return None
    beside = ", ".join(text for text in (row[f"{name}_source"], row[f"{name}_strength"]) if text)
    return f"{row[name]} ({beside})" if beside else str(row[name])


RULES: Final[tuple[tuple[str, str, str | None], ...]] = (
    ("listing", "", None),
    ("exchange", "", None),
    ("security_type", "", None),
    ("structure", "", None),
    ("country", "", None),
    ("price", "_usd", "usd"),
    ("market_cap", "_usd", "usd"),
    ("share_class", "_usd", "usd"),
    ("float", "_pct", "percent"),
    ("votes", "_pct", "percent"),
    ("presumption", "_usd", "usd"),
)
"""The rules of recon.eligibility in the order of its columns, the suffix of their values and the unit."""


def _rules(row: Row) -> tuple[Rule, ...]:
    country = [row["country_evidence"].replace("_", " "), row["country_facts"]]
    average = row["price_average_usd"]
    notes = {
        "listing": row["listing"],
        "security_type": _evidence(row, "security_type_evidence"),
        "structure": _evidence(row, "structure_evidence"),
        "country": ": ".join(text for text in country if text) + ("; known late" if row["country_known_late"] else ""),
        "price": row["price_basis"] + (f"; mean of 30 days {average}" if average is not None else ""),
        "share_class": row["share_class_evidence"],
        "float": "proxy: the public float by the market cap" if row["float_value_pct"] is not None else None,
        "presumption": row["presumption_evidence"],
    }
    return tuple(
        Rule(
            name=name,
            status=row[f"{name}_status"],
            observed=_text(row[f"{name}_value{suffix}"]),
            threshold=_text(row[f"{name}_threshold{suffix}"]),
            unit=unit,
            note=notes.get(name),
        )
        for name, suffix, unit in RULES
    )


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _tickers(rows: Iterable[Row]) -> tuple[TickerSpan, ...]:
    """The spans of each line, with those of neighbouring events under one ticker put together."""
    spans: list[TickerSpan] = []
    for row in rows:
        last = spans[-1] if spans else None
        if last and (last.security_id, last.ticker) == (row["security_id"], row["ticker"]):
            to, seen = row["valid_to"], max(last.last_seen, row["last_seen"])
            spans[-1] = replace(last, valid_to=to, last_seen=seen)
            continue
        spans.append(
            TickerSpan(
                row["security_id"], row["ticker"], row["valid_from"], row["valid_to"], row["last_seen"], row["basis"]
            )
        )
    return tuple(spans)


def _candidate(row: Row) -> Candidate:
    return Candidate(
        ticker=row["ticker"],
        listing_kind=row["listing_kind"],
        evidence=row["listing_evidence"],
        evidence_source=row["listing_evidence_source"],
        seen_by=row["seen_by"],
        unlocked_on=row["unlocked_on"],
        market_cap_usd=row["market_cap_usd"],
        floor_usd=row["floor_usd"],
        fast_entry_on=row["fast_entry_on"],
        verdict=row["verdict"],
        reason=row["eligibility_reason"],
        size_index=row["size_index"],
    )


def _past(row: Row) -> Past:
    return Past(
        event_id=row["event_id"],
        rank_day=row["rank_day"],
        ticker=row["ticker"],
        status=row["status"],
        reason=row["reason"],
        rank=row["rank"],
        market_cap_usd=row["market_cap_usd"],
        percentile=row["percentile"],
        indexes=tuple(row["indexes"].split()),
        changes=tuple(part for part in row["changes"].split("; ") if part),
    )
