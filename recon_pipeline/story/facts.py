"""The rows of a published file that tell of a company at an event, by company.

One set of queries serves one company and all of an event: each returns the rows of the companies that are asked for, in
a fixed order.

Does not belong here: what is made of a row (the rooms beside this one).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from recon_pipeline.warehouse import Ask

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]

ALL: Final = ""
"""For a company: every company of the event."""

TICK: Final = Decimal("0.0001")
"""A market cap is a decimal of four places."""


ISSUES: Final = """
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

# Of each company of the event its pricing line in every event of the file, oldest first.
HISTORY: Final = """
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


class Facts:
    """The rows of an event that tell of one company, of some or of all, by company."""

    def __init__(self, ask: Ask, event_id: str, company_id: str, companies: Collection[str] | None = None) -> None:
        from recon_pipeline.opening import index_ids

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
        self.placements = self._by_company(
            """
            select company_id, breakpoint_id, side_before, is_above, is_held_by_band, leaves, enters
            from recon.placements
            where event_id = $event_id and $company_id in ('', company_id)
            """
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
        self.index_order = {index_id: place for place, index_id in enumerate(index_ids())}
        self.unknown_indexes = {
            row["index_id"]
            for row in self._rows(
                "select index_id from recon.data_issues where event_id = $event_id and issue = 'opening_unknown'"
            )
        }
        self.issues = self._by_company(ISSUES)
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
        self.history = self._by_company(HISTORY)

    def indexes(self, listed: str | None) -> tuple[str, ...]:
        """The indexes that a table has with blanks between, in the order in which the family is told."""
        return tuple(sorted((listed or "").split(), key=lambda index_id: self.index_order[index_id]))

    def place(self, cap_usd: Decimal) -> int:
        """The rank that a market cap would have by itself."""
        return bisect_left(self.sorted_caps, -cap_usd) + 1

    def places(self, low_usd: Decimal, high_usd: Decimal) -> tuple[int, int]:
        """The ranks of the first company of the higher cap and of the last of the lower one."""
        # Caps are kept negative, so that they ascend.
        return self.place(high_usd), bisect_left(self.sorted_caps, -low_usd + TICK)

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
