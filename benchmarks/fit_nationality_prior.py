"""Fits `sql/reference/nationality_priors.csv`: which companies were taken for US companies, by what is public of them.

    .venv/bin/python benchmarks/fit_nationality_prior.py --home HOME --truth russell3000.csv [--event 2022-06-recon]
        [--least-cap-musd 265] [--write | --score]

The home must hold the event: run it once before. The list is the Russell 3000 after it, yours: it is read for counts
and never copied. Counted are companies that were no members before, pass every rule that we see but that of the
country, and are larger than the smallest member by a tenth (240 million USD in 2022, methodology 7.15), so that little
but their nationality decided. `--write` replaces the CSV, `--score` tells how often the verdicts of core.nationality
were right on these companies, by basis. Fit on one year and score on another.

A cell holds the evidence that a row of core.nationality may have; an unknown matches any, so that a company counts in
all cells that leave out a part of its evidence. Shares of small cells are drawn towards the next wider cell.
"""

from __future__ import annotations

import argparse
import csv
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import duckdb

from recon_pipeline.events import events
from recon_pipeline.paths import sql_root
from recon_pipeline.pipeline import warehouse_path
from recon_pipeline.scoring import MEMBERS, key, read_truth

Cell = tuple[str, str, str, str]
"""Seat (headquarters), incorporation, share form, stated country; `*` is any. A wider cell leaves out its last."""

ANY = "*"
PSEUDO_COMPANIES = 2
COLUMNS = ("seat", "incorporation", "share_form", "stated", "companies", "us_companies", "us_share", "source")

NEWCOMERS = """
    select
        universe.ticker,
        coalesce(nationality.seat_group, '*'),
        coalesce(nationality.incorporation_group, '*'),
        case
            when universe.share_form = 'shares' and universe.structure = 'reit' then 'stock'
            when universe.share_form is not null then universe.share_form
            when universe.security_name is null then '*'
            else 'unnamed'
        end,
        coalesce(nationality.stated_group, '*'),
        nationality.basis,
        nationality.verdict
    from recon.universe as universe
    inner join recon.eligibility as eligibility
        on universe.event_id = eligibility.event_id and universe.security_id = eligibility.security_id
    inner join core.nationality as nationality
        on universe.event_id = nationality.event_id and universe.ticker = nationality.ticker
    where
        universe.event_id = $event_id
        and not universe.is_member
        and universe.is_pricing_vehicle
        and universe.company_market_cap_usd >= $least_cap_usd
        and 'failed' not in (
            eligibility.listing_status, eligibility.exchange_status, eligibility.security_type_status,
            eligibility.structure_status, eligibility.price_status
        )
    order by universe.ticker
"""


def cells_of(evidence: Cell) -> set[Cell]:
    """Return every cell that a company with this evidence counts in: its own, and all that leave out a part."""
    options = [{value, ANY} for value in evidence]
    return set(itertools.product(*options))  # type: ignore[arg-type]


def wider(cell: Cell) -> Cell | None:
    """Return the cell without its last piece of evidence; None for the one without any."""
    kept = [place for place, value in enumerate(cell) if value != ANY]
    if not kept:
        return None
    values = list(cell)
    values[kept[-1]] = ANY
    return (values[0], values[1], values[2], values[3])


def fit(companies: Iterable[tuple[Cell, bool]]) -> dict[Cell, tuple[int, int, Decimal]]:
    """Return companies, US companies and the drawn share of each cell that has any."""
    count: Counter[Cell] = Counter()
    us: Counter[Cell] = Counter()
    for evidence, is_us in companies:
        for cell in cells_of(evidence):
            count[cell] += 1
            us[cell] += is_us

    def share(cell: Cell) -> Decimal:
        parent = wider(cell)
        if parent is None:
            return Decimal(us[cell]) / count[cell]
        return (us[cell] + PSEUDO_COMPANIES * share(parent)) / (count[cell] + PSEUDO_COMPANIES)

    return {
        cell: (count[cell], us[cell], share(cell).quantize(Decimal("0.0001"), ROUND_HALF_EVEN))
        for cell in sorted(count)
    }


def newcomers(home: Path, event_id: str, least_cap_musd: int) -> list[tuple[str, ...]]:
    """Return ticker, the four pieces of evidence, basis and verdict of each company that counts."""
    with duckdb.connect(str(warehouse_path(home)), read_only=True) as con:
        parameters = {"event_id": event_id, "least_cap_usd": least_cap_musd * 1_000_000}
        return con.execute(NEWCOMERS, parameters).fetchall()


def write(path: Path, cells: dict[Cell, tuple[int, int, Decimal]], source: str) -> None:
    """Write the cells as the CSV of reference.nationality_priors."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((*cell, *values, source) for cell, values in cells.items())


def tell(rows: Sequence[tuple[str, ...]], truth: set[str]) -> None:
    """Print right and wrong verdicts by basis: taken for a US company (not failed) against in the index."""
    told = Counter((row[5], row[6] != "failed", key(row[0]) in truth) for row in rows)
    print(f"{'basis':16}{'US, is':>9}{'US, not':>9}{'not, is':>9}{'not, not':>9}")
    for basis in [*sorted({basis for basis, _, _ in told}), "all"]:
        counts = [
            sum(n for (of, ours, theirs), n in told.items() if basis in (of, "all") and (ours, theirs) == pair)
            for pair in itertools.product((True, False), repeat=2)
        ]
        print(f"{basis:16}" + "".join(f"{n:9}" for n in counts))


def main() -> None:
    """Fit and write, or score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--event", default="2022-06-recon")
    parser.add_argument("--least-cap-musd", type=int, default=265)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true")
    action.add_argument("--score", action="store_true")
    args = parser.parse_args()
    event = events()[args.event]
    truth = read_truth([args.truth], event)["R3000", MEMBERS]
    rows = newcomers(args.home, event.event_id, args.least_cap_musd)
    if args.score:
        tell(rows, truth)
        return
    cells = fit([((row[1], row[2], row[3], row[4]), key(row[0]) in truth) for row in rows])
    source = (
        f"counts of companies that were no members on {event.rank_day} and of those in the Russell 3000 of "
        f"{event.effective_date}; benchmarks/fit_nationality_prior.py"
    )
    write(sql_root() / "reference" / "nationality_priors.csv", cells, source)
    print(f"{len(rows)} companies, {cells[ANY, ANY, ANY, ANY][1]} of the US, {len(cells)} cells")


if __name__ == "__main__":
    main()
