"""What an event makes of a company in each index, and what the file knows of it before and after.

Does not belong here: spans and memberships themselves (`sql/recon/`).
"""

from __future__ import annotations

from dataclasses import replace

from recon_pipeline.explanation import Candidate, Membership, Outcome, Past, TickerSpan
from recon_pipeline.story.facts import Facts


def outcomes(facts: Facts, company_id: str) -> tuple[Outcome, ...]:
    """Return what becomes of each of its lines in each index that has it before or after the event."""
    after = {(row["index_id"], row["security_id"]): row for row in facts.members.get(company_id, ())}
    changed = {(row["index_id"], row["security_id"]): row for row in facts.changes.get(company_id, ())}
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
                before=None if key[0] in facts.unknown_indexes else action != "addition",
                after=member is not None,
                action=action,
                movement=change["movement"] if change else None,
                reason=change["reason"] if change else None,
                weight_pct=member["weight_pct"] if member else None,
                is_held_by_band=bool(member and member["is_held_by_band"]),
            )
        )
    return tuple(sorted(outcomes, key=lambda one: (facts.index_order.get(one.index_id, 99), one.ticker)))


def candidates(facts: Facts, company_id: str) -> tuple[Candidate, ...]:
    """Return what a quarterly event makes of its new lines."""
    return tuple(
        Candidate(
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
        for row in facts.candidates.get(company_id, ())
    )


def tickers(facts: Facts, company_id: str) -> tuple[TickerSpan, ...]:
    """Return the tickers of each line over time, with those of neighbouring events under one ticker put together."""
    spans: list[TickerSpan] = []
    for row in facts.tickers.get(company_id, ()):
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


def memberships(facts: Facts, company_id: str) -> tuple[Membership, ...]:
    """Return its stretches of time in each index, oldest first."""
    return tuple(
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
        for row in facts.spans.get(company_id, ())
    )


def past(facts: Facts, company_id: str) -> tuple[Past, ...]:
    """Return it in every event of the file, oldest first."""
    return tuple(
        Past(
            event_id=row["event_id"],
            rank_day=row["rank_day"],
            ticker=row["ticker"],
            status=row["status"],
            reason=row["reason"],
            rank=row["rank"],
            market_cap_usd=row["market_cap_usd"],
            percentile=row["percentile"],
            indexes=facts.indexes(row["indexes"]),
            changes=tuple(part for part in row["changes"].split("; ") if part),
        )
        for row in facts.history.get(company_id, ())
    )
