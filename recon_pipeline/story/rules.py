"""The lines of a company, and what each rule says of them: recon.universe and recon.eligibility in words.

Does not belong here: a verdict (`sql/recon/eligibility.sql`), how a rule is printed (`telling.py`).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from recon_pipeline.explanation import Line, Rule
from recon_pipeline.story.facts import Row


def line(row: Row, event: Row) -> Line:
    """Return a line with the verdicts on it, from its row of both tables."""
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
        rules=_rules(row, event),
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

LISTING: Final = {
    "seen": "on the price list of the rank day",
    "bridged": "missing from the price list of the rank day alone, and on those before and after it",
    "listed": "on a list of symbols alone, which has no price",
    "faded": "last seen before the rank day",
    "fresh": "first seen after the rank day",
}

UNTOLD: Final = "assets and revenue would decide, which no source tells; of companies like it"
"""What the prior of nationality stands in for (core.nationality, basis prior)."""

COUNTRY: Final = {
    ("one country", "passed"): "incorporated, headquartered and listed in the US",
    ("incorporation", "passed"): "the law that it is incorporated under decides, that of the US",
    ("incorporation", "failed"): "the law that it is incorporated under decides, that of another country",
    ("headquarters", "passed"): "its headquarters decide, as no country but the US and havens is among its indicators",
    ("headquarters", "failed"): "its headquarters decide, which are abroad",
    ("exchange", "passed"): "its US exchange decides, as no other country but havens is among its indicators",
    (
        "exchange",
        "unknown",
    ): "headquarters where nobody could be listed tell nothing, so that it is not held against it",
    ("n share", "failed"): "run from mainland China: such companies do not qualify",
    ("stated country", "passed"): "the price list states the US, and nothing speaks against it",
    ("prior", "failed"): f"presumed foreign: {UNTOLD} most were not taken for US companies in 2022",
    (
        "prior",
        "unknown",
    ): f"presumed to be of the US, and not held against it: {UNTOLD} most were taken for such in 2022",
    ("membership", "unknown"): "in the indexes before, so presumed to be of the US on evidence that no source has",
    ("none", "unknown"): "no source tells anything, so that it is not held against it",
}

CLASSES: Final = {
    "no common share": "asked of common shares alone",
    "pricing vehicle": "prices its company: asked of further classes alone",
    "one line a company": "only one class of a company qualifies at this event",
    "class cap": "the class by itself is too small",
    "class cap and trading": "the class by itself is large enough and trades enough",
    "membership": "a member before, and no price list has its trading",
    "not in the opening": "listed then, and left out while its company was a member: presumed not to qualify",
    "new class": "listed since the last list, and nobody tells its trading",
    "none": "nobody tells its trading",
}


def _rules(row: Row, event: Row) -> tuple[Rule, ...]:
    notes = {
        "listing": LISTING.get(row["listing"], row["listing"]),
        "security_type": _evidence(row, "security_type_evidence"),
        "structure": _evidence(row, "structure_evidence"),
        "country": _country(row),
        "price": _price(row),
        "share_class": _share_class(row, event),
        "float": "proxy: the public float by the market cap"
        if row["float_value_pct"] is not None
        else "no filing tells the public float",
        "votes": "by their titles no class that the public can buy has votes"
        if row["votes_value_pct"] is not None
        else "no source counts the votes of the public",
        "presumption": _presumption(row),
    }
    # A figure that decides nothing here would only mislead: that of a further class, or of who was left out before.
    idle = {"share_class"} if row["share_class_evidence"] in ("pricing vehicle", "no common share") else set()
    idle |= {"presumption"} if row["presumption_evidence"] == "member before" else set()
    return tuple(
        Rule(
            name=name,
            status=row[f"{name}_status"],
            observed=None if name in idle else _text(row[f"{name}_value{suffix}"]),
            threshold=None if name in idle else _text(row[f"{name}_threshold{suffix}"]),
            unit=unit,
            note=notes.get(name),
        )
        for name, suffix, unit in RULES
    )


def _country(row: Row) -> str:
    why = COUNTRY.get((row["country_evidence"], row["country_status"]), str(row["country_evidence"]).replace("_", " "))
    facts: str | None = row["country_facts"]
    if facts is None:
        return why
    # The exchange alone is no country that anybody states.
    told = facts if ";" in facts else f"no source states a country; {facts}"
    return f"{why}. Known: {told}" + (". Some of it was only learned later" if row["country_known_late"] else "")


def _price(row: Row) -> str:
    average = row["price_average_usd"]
    basis = str(row["price_basis"])
    told = "nobody tells a price" if basis == "none" else basis
    return told + (f"; mean close of the 30 days before ${average:,}" if average is not None else "")


def _share_class(row: Row, event: Row) -> str:
    evidence, status = row["share_class_evidence"], row["share_class_status"]
    if evidence == "folded":
        return f"folded into {_folded_into(row['ticker'], event['effective_date'])}, by which its company is a member"
    if evidence == "trading":
        return (
            "trades too little by itself" if status == "failed" else "trades enough, and nobody counts its shares apart"
        )
    return CLASSES.get(evidence, str(evidence))


def _folded_into(ticker: str, day: date) -> str:
    """The class that takes another one in on that day (methodology 5.7)."""
    from recon_pipeline.rules import reference_rows

    rows = (row for _, row in reference_rows("folded_classes.csv") if row["ticker"] == ticker)
    (into,) = (
        str(row["folded_into"])
        for row in rows
        if row["valid_from"] <= f"{day}" and (not row["valid_to"] or f"{day}" < row["valid_to"])
    )
    return into


def _presumption(row: Row) -> str | None:
    told: str | None = row["presumption_evidence"]
    if row["presumption_status"] == "failed":
        return f"{told}: presumably it fails a rule that no source shows"
    if told is None or told == "member before":
        return told and "in the lists of before"
    return f"nothing is held against it: {told}"


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
