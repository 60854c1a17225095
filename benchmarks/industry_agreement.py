"""How far the ICB industries of a published event agree with those that an official list prints.

Run from the root of the project, after the event was published:

    python benchmarks/industry_agreement.py HOME 2023-06-recon LIST.csv [LIST.csv ...]

A list is any CSV with a column `ticker` and a column `industry` or `sector` that holds names of ICB industries, as the
lists of additions and deletions print them; with `--where action=addition` (again and again) only rows that say so
count. Prints the agreement, by what the industry was found by, and the confusion; ends with exit code 1 below `--least`
percent. A ticker that the event does not have, and a line without an industry, count as disagreeing.

What does not belong here: the mapping (`sql/reference/industries.csv`), and scores of membership (`recon score`).
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb

from recon_pipeline.publish import published_database

QUERY = """
select replace(ticker, '.', '') as ticker, industry, industry_source
from russell.recon.universe
where event_id = $event_id
order by ticker
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an official list beside ours: None where we have no such line, or no industry for it."""

    ticker: str
    official: str
    ours: str | None
    found_by: str

    @property
    def agrees(self) -> bool:
        """Both name the same industry."""
        return self.official == self.ours


def official(path: Path, wanted: dict[str, str]) -> dict[str, str]:
    """Return ICB industry by ticker without separators, from the rows of a list that say what is wanted.

    Raises:
        SystemExit: the list prints no industries.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        column = next((name for name in ("industry", "sector") if name in (reader.fieldnames or ())), None)
        if column is None or "ticker" not in (reader.fieldnames or ()):
            raise SystemExit(f"{path}: no column ticker, or none of industry and sector. Give a list that prints them.")
        rows = [row for row in reader if all(row.get(name) == value for name, value in wanted.items())]
    plain = str.maketrans("", "", "./- ")
    return {row["ticker"].translate(plain): row[column].strip() for row in rows if row[column]}


def compared(home: Path, event_id: str, lists: list[Path], wanted: dict[str, str]) -> list[Line]:
    """Return each ticker of the lists beside what the published snapshot of a home says of it."""
    with duckdb.connect() as con:
        con.execute(f"attach '{published_database(home)}' as russell (read_only)")
        rows = con.execute(QUERY, {"event_id": event_id}).fetchall()
    if not rows:
        raise SystemExit(f"{home} has no published event {event_id}. Run `recon run {event_id}` first.")
    ours = {ticker: (industry, source) for ticker, industry, source in rows}
    truth = {ticker: industry for path in lists for ticker, industry in official(path, wanted).items()}
    return [
        Line(ticker, industry, ours[ticker][0] if ticker in ours else None, _found_by(ours.get(ticker)))
        for ticker, industry in sorted(truth.items())
    ]


def _found_by(line: tuple[str | None, str | None] | None) -> str:
    if line is None:
        return "no such line"
    return line[1] or "no industry"


def report(lines: list[Line]) -> str:
    """Return the agreement, by what it rests on, and which industries are taken for which."""
    hits = sum(line.agrees for line in lines)
    sources = Counter(line.found_by for line in lines)
    right = Counter(line.found_by for line in lines if line.agrees)
    wrong = Counter((line.official, line.ours or "none") for line in lines if not line.agrees)
    return "\n".join(
        [
            f"agreement {100 * hits / len(lines):.1f} % ({hits} of {len(lines)})",
            "",
            "found by",
            *(f"  {name:18} {right[name]:5} of {count:5}" for name, count in sources.most_common()),
            "",
            "official, ours",
            *(f"  {count:4}  {theirs}, {mine}" for (theirs, mine), count in sorted(wrong.items(), key=_most_first)),
        ]
    )


def _most_first(item: tuple[tuple[str, str], int]) -> tuple[int, tuple[str, str]]:
    return -item[1], item[0]


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("event_id")
    parser.add_argument("lists", type=Path, nargs="+")
    parser.add_argument("--where", action="append", default=[], metavar="COLUMN=VALUE")
    parser.add_argument("--least", type=float, default=0.0, metavar="PERCENT")
    options = parser.parse_args()
    wanted = dict(condition.split("=", 1) for condition in options.where)
    lines = compared(options.home, options.event_id, options.lists, wanted)
    if not lines:
        raise SystemExit("The lists hold no row with an industry that says what --where asks for.")
    sys.stdout.write(report(lines) + "\n")
    if 100 * sum(line.agrees for line in lines) < options.least * len(lines):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
