"""The market cap of a company, and how it was made: the shares of the whole company by the close of one line.

Does not belong here: which count and which close are chosen (`sql/core/`).
"""

from __future__ import annotations

from collections.abc import Sequence

from recon_pipeline.explanation import Cap
from recon_pipeline.story.facts import Row


def cap(rows: Sequence[Row]) -> Cap:
    """Return the cap and the line that it was made of: that which prices the company, else whose figures give it.

    `rows` are the lines of the company, that which prices it first.
    """
    first = rows[0]
    total = first["company_market_cap_usd"]
    made = [row for row in rows if row["close_usd"] and row["outstanding_shares"] and total is not None]
    exact = next((row for row in made if row["close_usd"] * row["outstanding_shares"] == total), None)
    row = exact or first
    return Cap(
        market_cap_usd=total,
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
        note=_note(first, exact),
    )


def _note(first: Row, exact: Row | None) -> str | None:
    if first["company_market_cap_usd"] is None:
        return "No price, or no share count, of any of its lines." if first["security_type"] == "common" else None
    if first["shares_why"] == "implied_below_its_index":
        return (
            "The count leaves out classes or units: the cap is raised to what its index asked for, as the price moved."
        )
    if exact is None:
        return "Made from figures of more than one line."
    if exact is not first:
        return f"The line that prices it has no figures of its own: those of {exact['ticker']} stand in."
    return None
