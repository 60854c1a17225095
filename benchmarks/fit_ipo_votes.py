"""How many companies that came to the market with one class of several were taken at the next quarterly event.

Run from the root of the project, after the quarterly events of a home were published without the prior that is counted:

    recon backfill --from 2021-09-ipo --to 2022-03-ipo --opening LIST.csv ... --without ipo_vote_prior --home HOME
    python benchmarks/fit_ipo_votes.py HOME FUND.csv [FUND.csv ...]

FUND.csv holds members of an index fund before the next reconstitution (a column `ticker`). Counted are the candidates
of all quarterly events of the home that qualify by all that can be seen and list one class of several, by ICB industry:
the rows of `sql/reference/ipo_vote_priors.csv`. Beside them stands the count of companies with a single class.

What does not belong here: the rule that reads the counts (`sql/recon/ipo_candidates.sql`).
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import duckdb

from recon_pipeline.publish import published_database

QUERY = """
select
    coalesce(universe.industry, 'none') as industry,
    universe.share_class is not null as has_classes,
    count(*) as companies,
    count(*) filter (where list_contains($held, replace(candidates.ticker, '.', ''))) as taken
from published.recon.ipo_candidates as candidates
inner join published.recon.universe as universe using (event_id, security_id)
where candidates.verdict = 'added' and candidates.is_pricing_vehicle and candidates.unlocked_on is null
group by industry, has_classes
order by has_classes desc, industry
"""


def held_by(funds: list[Path]) -> list[str]:
    """Return the tickers of fund lists, without separators."""
    plain = str.maketrans("", "", "./- ")
    found: set[str] = set()
    for path in funds:
        with path.open(newline="", encoding="utf-8") as file:
            found |= {row["ticker"].translate(plain) for row in csv.DictReader(file)}
    return sorted(found)


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("funds", type=Path, nargs="+")
    options = parser.parse_args()
    with duckdb.connect() as con:
        con.execute(f"attach '{published_database(options.home)}' as published (read_only)")
        rows = con.execute(QUERY, {"held": held_by(options.funds)}).fetchall()
    if not rows:
        raise SystemExit(f"{options.home} has no quarterly event with additions. Run `recon backfill` first.")
    for industry, has_classes, companies, taken in rows:
        sys.stdout.write(
            f"{'several classes' if has_classes else 'one class':16} {industry:24} {taken:4} of {companies}\n"
        )


if __name__ == "__main__":
    main()
