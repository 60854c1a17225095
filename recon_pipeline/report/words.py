"""How the report says things: amounts, shares, days and the codes of the tables, in words for people.

Belongs here: one function a kind of value, each total (None is told too). Does not belong here: HTML (templates/), or
what a value means (the contracts of the tables).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from recon_pipeline.wording import CUTS, REASONS, SHARES_WHY, index_names

NOTHING = "\N{EN DASH}"
"""Shown where a value is not known or does not apply."""

MINUS = "\N{MINUS SIGN}"

Number = int | float | Decimal

_SCALES = ((Decimal(10) ** 12, "T"), (Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K"))


def money(amount: Number | None) -> str:
    """Return an amount of USD to three digits, as $4.21B; cents below a thousand."""
    if amount is None:
        return NOTHING
    value = Decimal(str(amount))
    sign, size = (MINUS if value < 0 else ""), abs(value)
    for scale, letter in _SCALES:
        # What would round up to 1,000 of a unit is one of the next.
        if size >= scale * Decimal("0.9995"):
            scaled = size / scale
            digits = 2 if scaled < Decimal("9.995") else 1 if scaled < Decimal("99.95") else 0
            return f"{sign}${scaled:,.{digits}f}{letter}"
    return f"{sign}${size:,.2f}"


def signed_money(amount: Number | None) -> str:
    """Return an amount of USD with its sign."""
    return NOTHING if amount is None else money(amount) if amount <= 0 else f"+{money(amount)}"


def price(amount: Number | None) -> str:
    """Return a price a share, USD, to the cent; to four digits below a dollar."""
    if amount is None:
        return NOTHING
    return f"${amount:,.4f}" if abs(float(amount)) < 1 else f"${amount:,.2f}"


def count(number: Number | None) -> str:
    """Return a whole number with separators."""
    return NOTHING if number is None else f"{number:,.0f}".replace("-", MINUS)


def change(number: Number | None) -> str:
    """Return a whole number with its sign."""
    return NOTHING if number is None else "0" if number == 0 else f"{number:+,.0f}".replace("-", MINUS)


def percent(number: Number | None, digits: int = 1) -> str:
    """Return a number of percent."""
    return NOTHING if number is None else f"{number:,.{digits}f}%".replace("-", MINUS)


def signed_percent(number: Number | None) -> str:
    """Return a number of percent with its sign, to two decimals where it is small."""
    if number is None:
        return NOTHING
    return f"{number:+,.{2 if abs(float(number)) < 10 else 1}f}%".replace("-", MINUS)


def ratio(number: Number | None) -> str:
    """Return a share of one to three decimals, as scores are written."""
    return NOTHING if number is None else f"{number:.3f}".replace("-", MINUS)


def decimal(number: Number | None) -> str:
    """Return a number to two decimals."""
    return NOTHING if number is None else f"{number:,.2f}".replace("-", MINUS)


def listed(names: str | None) -> str:
    """Return names that a table has with commas between."""
    return NOTHING if not names else names.replace(",", ", ")


def day(value: date | None) -> str:
    """Return a date as 23 June 2023, in no language setting of the machine."""
    return NOTHING if value is None else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def short_day(value: date | None) -> str:
    """Return a date as 23 Jun 2023, for a table."""
    return NOTHING if value is None else f"{value.day} {MONTHS[value.month - 1][:3]} {value.year}"


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def text(value: object) -> str:
    """Return a text as it is."""
    return NOTHING if value is None or value == "" else str(value)


def plain(code: object) -> str:
    """Return a code of a table in words: underscores are spaces."""
    return NOTHING if code is None else str(code).replace("_", " ")


def yes(value: bool | None) -> str:
    """Return yes or no; unknown is told as such."""
    return "unknown" if value is None else "yes" if value else "no"


SHOWN: dict[str, Callable[..., str]] = {
    "text": text,
    "symbol": text,
    "company": text,
    "event": text,
    "code": plain,
    "money": money,
    "signed_money": signed_money,
    "verdict": plain,
    "price": price,
    "count": count,
    "change": change,
    "percent": percent,
    "percent2": lambda value: percent(value, 2),
    "percent4": lambda value: percent(value, 4),
    "signed_percent": signed_percent,
    "ratio": ratio,
    "decimal": decimal,
    "list": listed,
    "day": short_day,
    "yes": yes,
}
"""How a cell of a table shows its value, by the kind of its column."""

NUMERIC = frozenset(
    {
        "money",
        "signed_money",
        "price",
        "count",
        "change",
        "percent",
        "percent2",
        "percent4",
        "signed_percent",
        "ratio",
        "decimal",
    }
)
"""Kinds whose cells are aligned to the right and sorted as numbers."""


def sort_value(value: object) -> str:
    """Return what a cell is sorted by: the raw value, in full."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


# --- codes ------------------------------------------------------------------------------------------------------------


def index_name(index_id: str | None) -> str:
    """Return the name of an index; outside where there is none."""
    return "outside" if index_id is None else index_names().get(index_id, index_id)


def index_list(index_ids: str | Sequence[str] | None) -> str:
    """Return ids of indexes, which a table has with blanks between, in the order of the family: names fill a table."""
    asked = index_ids.split() if isinstance(index_ids, str) else index_ids or ()
    return ", ".join(index_id for index_id in index_names() if index_id in asked) or NOTHING


def cut_name(cut_id: str) -> str:
    """Return what a cut divides, in words."""
    return CUTS.get(cut_id, cut_id)


def reason(code: str | None) -> str:
    """Return why a line changes index or does not qualify."""
    return NOTHING if code is None else REASONS.get(code, plain(code))


def shares_why(code: str | None) -> str:
    """Return where a share count is from."""
    return NOTHING if code is None else SHARES_WHY.get(code, plain(code))


SHOWN |= {"index": index_name, "indexes": index_list, "reason": reason, "cut": cut_name}

SEASONS = {"march": "March", "june": "June", "september": "September", "december": "December"}


def event_title(event_id: str, kind: str) -> str:
    """Return the title of an event: June 2023 reconstitution, or September 2025 IPO additions."""
    year, month = event_id[:4], int(event_id[5:7])
    return f"{MONTHS[month - 1]} {year} {'reconstitution' if kind == 'recon' else 'IPO additions'}"


def slug(company_id: str) -> str:
    """Return a file name for a company: its id without what a file system or a URL could take amiss.

    Two ids never have the same one, in any case of letters.
    """
    return re.sub(r"[^A-Za-z0-9.\-]|(?<=\.)\.|\.$", lambda found: f"_{ord(found[0]):x}_", company_id)
