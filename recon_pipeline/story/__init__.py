"""The story of a company at an event, out of the published file: everything that it tells, as an `Explanation`.

    identity   which company and event are meant by a ticker, whichever way and whenever it was written
    facts      the rows that tell of one company, of some or of all of an event, by company
    rules      its lines, and what each rule says of them
    size       its market cap and what that was made of
    margins    the cuts and bands, how far it is from them, and what would move it across
    history    what the event makes of it in each index, its tickers, memberships and other events

Nothing is derived again: a rank, a verdict, a margin is what its table says. Only of a cut that is far away
(recon.near_miss does not have it) the margin is read from the published edge.

Does not belong here: the model (`explanation.py`), how a story looks (`telling.py`), who is near a cut (`sql/recon/`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from recon_pipeline.explanation import Explanation, Issue
from recon_pipeline.story import history, identity, margins, rules, size
from recon_pipeline.story.facts import ALL, Facts, Row
from recon_pipeline.story.identity import require_event
from recon_pipeline.symbols import normal_ticker
from recon_pipeline.warehouse import Reader

__all__ = ["explain", "explain_all", "require_event"]


def explain(file: Path, ticker: str, event_id: str | None = None) -> Explanation:
    """Return the story of the company that bears a ticker at an event of a published file.

    Any spelling will do (BRK.B, BRK/B, BRK-B, BRK B), a ticker that the company bore at another time, or an identifier
    of a company or line. Without an event it is the last one of the file that has the company.

    Raises:
        BadInput: there is no such file, event or ticker; the message names the nearest tickers, or the events that have
            the company and what became of it.
    """
    reader = Reader(file)
    if event_id is not None:
        require_event(reader, event_id)
    found = identity.resolve(reader, ticker, event_id)
    with reader.session() as ask:
        facts = Facts(ask, found.event_id, found.company_id)
    ((company_id, rows),) = facts.lines.items()
    return _story(facts, company_id, rows, found)


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
        facts = Facts(ask, event_id, ALL, companies)
    for company_id, rows in sorted(facts.lines.items(), key=lambda item: (item[1][0]["ticker"], item[0])):
        yield _story(facts, company_id, rows)


def _story(facts: Facts, company_id: str, rows: list[Row], found: identity.Found | None = None) -> Explanation:
    first, event = rows[0], facts.event
    ranked = next(iter(facts.ranks.get(company_id, ())), None)
    cap = size.cap(rows)
    tickers = history.tickers(facts, company_id)
    past = history.past(facts, company_id)
    # A remark on several lines of the company is one remark.
    issues = {row["issue_number"]: row for row in facts.issues.get(company_id, ())}
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
        asked=normal_ticker(found.asked) if found else first["ticker"],
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
        companies_ranked=len(facts.sorted_caps) or None,
        cumulative_cap_usd=ranked["cumulative_cap_usd"] if ranked else None,
        total_cap_usd=ranked["total_cap_usd"] if ranked else None,
        percentile=ranked["percentile"] if ranked else None,
        lines=tuple(rules.line(row, event) for row in rows),
        cuts=margins.cuts(facts, company_id, ranked, cap),
        outcomes=history.outcomes(facts, company_id),
        candidates=history.candidates(facts, company_id),
        issues=tuple(
            Issue(row["severity"], row["issue"], row["ticker"], row["session_date"], row["detail"])
            for row in issues.values()
        ),
        tickers=tickers,
        memberships=history.memberships(facts, company_id),
        history=past,
        notes=(
            *(identity.notes(found, first, tickers) if found else ()),
            *margins.notes(facts, ranked, first, cap, past),
        ),
    )
