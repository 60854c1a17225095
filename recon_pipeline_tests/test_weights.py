"""The check on the weights of a membership: what it must tell, and what rounding alone may do.

What does not belong here: how a weight comes about (cases of recon.index_membership).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recon_pipeline.tables import load_tables
from recon_pipeline_tests.test_sql_cases import DEFAULT_EVENT, Bench, Row, open_bench

CHECK = next(check for check in load_tables()["recon.index_membership"].checks if check.name == "weights")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder: Path = tmp_path_factory.mktemp("weights")
    with open_bench(folder) as opened:
        yield opened


def member(ticker: str, weight: str | None, cap: str | None = "1") -> Row:
    return {
        "index_id": "R1000",
        "ticker": ticker,
        "rank": "1",
        "market_cap_usd": cap,
        "status": "ranked" if cap else "carried",
        "weight_pct": weight,
        "weight_basis": "total cap" if weight else None,
    }


@pytest.mark.engine
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([member("A", "33.33333333"), member("B", "33.33333333"), member("C", "33.33333333")], False),
        ([member("A", "50"), member("B", "50"), member("C", None, None)], False),
        ([member("C", None, None)], False),
        ([member("A", "50"), member("B", "49.99999997")], True),
        ([member("A", "100"), member("B", None)], True),
        ([member("A", "50"), member("B", "50", None)], True),
        ([member("A", "60"), member("B", "60")], True),
    ],
)
def test_weights_add_up_and_stand_where_a_cap_does(bench: Bench, rows: list[Row], told: bool) -> None:
    with bench.undone():
        bench.give("recon.index_membership", rows, {})
        found = bench.warehouse.failing_rows(CHECK, {"event_id": DEFAULT_EVENT})
    assert (found.height == 1) == told
