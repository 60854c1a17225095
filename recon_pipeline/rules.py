"""The dated rules, as Python needs them: `sql/reference/rules.csv` read for one day.

Belongs here: reading the reference CSVs row by row and answering which value of each rule holds on a day. SQL joins the
same file as a table; Python asks here only for what it must know before any table exists (calendar weeks, how many days
of prices to fetch). Does not belong here: what a rule means for a company (`sql/core/`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from recon_pipeline.errors import ContractBroken
from recon_pipeline.paths import sql_root


class DatedRule(NamedTuple):
    """One value of one rule, for events that take effect in [valid_from, valid_to); `valid_to` None is still valid."""

    rule: str
    value: Decimal
    valid_from: date
    valid_to: date | None


def reference_rows(name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, row) of the CSV `name` in `sql/reference`; every cell is text, blank when empty."""
    with (sql_root() / "reference" / name).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        for row in reader:
            yield reader.line_num, row


def optional_day(text: str) -> date | None:
    """Return the ISO date in a cell, None for a blank one."""
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=1)
def dated_rules() -> tuple[DatedRule, ...]:
    """Return every row of rules.csv, in the order of the file.

    Raises:
        ContractBroken: a row of the packaged file cannot be read.
    """
    rows: list[DatedRule] = []
    for line, row in reference_rows("rules.csv"):
        try:
            valid_from, valid_to = date.fromisoformat(row["valid_from"]), optional_day(row["valid_to"])
            rows.append(DatedRule(row["rule"], Decimal(row["value"]), valid_from, valid_to))
        except (KeyError, TypeError, ValueError, InvalidOperation) as error:
            raise ContractBroken(
                f"Reading rules.csv failed at line {line}: {error!r}. "
                "Correct the row: dates are ISO, values are numbers."
            ) from error
    return tuple(rows)


def rules_on(effective_date: date) -> dict[str, Decimal]:
    """Return the value of every rule for an event with this effective date; empty before the first rule."""
    return {
        row.rule: row.value
        for row in dated_rules()
        if row.valid_from <= effective_date and (row.valid_to is None or effective_date < row.valid_to)
    }
