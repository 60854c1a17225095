"""Demand as a question: assets of one's own before those of a source, what is netted, and what the answer rests on.

What does not belong here: how weights and trades come about (cases of recon.index_demand and recon.security_demand).
"""

from __future__ import annotations

import csv
import io
import json
import sys
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline import cli, demand
from recon_pipeline.demand import assumptions, index_demand, net_demand, read_assets
from recon_pipeline.errors import BadInput
from recon_pipeline.events import event
from recon_pipeline.publish import published_database
from recon_pipeline.tables import load_tables
from recon_pipeline.warehouse import Reader
from recon_pipeline_tests.small_home import publish_rows, small_home
from recon_pipeline_tests.test_sql_cases import DEFAULT_EVENT, Row

LINE: Row = {"close_usd": "10", "adv_usd": "1000000", "adv_basis": "month", "closing_auction_usd": "100000"}
BUY: Row = LINE | {"action": "addition", "weight_before_pct": "0"}
SELL: Row = LINE | {"action": "deletion", "weight_after_pct": "0"}
STATED: Row = {"assets_usd": "5000000000", "assets_as_of": "2023-06-23", "assets_source": "a recap"}

TRADES: list[Row] = [
    BUY
    | STATED
    | {"ticker": "UP", "movement": "up", "index_id": "R1000", "weight_after_pct": "1", "usd_per_billion": "10000000"}
    | {"demand_usd": "50000000", "demand_shares": "5000000", "days_of_adv": "50", "closing_auction_multiple": "500"},
    SELL
    | {"ticker": "UP", "movement": "up", "index_id": "R2000", "weight_before_pct": "4", "usd_per_billion": "-40000000"},
    BUY
    | {"ticker": "NEW", "movement": "new", "index_id": "R2000", "weight_after_pct": "2", "usd_per_billion": "20000000"},
    BUY
    | {"ticker": "BARE", "movement": "new", "index_id": "R2000", "weight_before_pct": None, "usd_per_billion": None},
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demand")
    member: Row = {"index_id": "R1000", "ticker": "UP", "status": "ranked", "rank": "1", "market_cap_usd": "1"}
    publish_rows(path, {"recon.index_membership": [member], "recon.index_demand": TRADES})
    return path


@pytest.fixture
def reader(home: Path) -> Reader:
    return Reader(published_database(home))


# --- assets that are given --------------------------------------------------------------------------------------------


def test_assets_are_read_by_index() -> None:
    assert read_assets(["R2000=200e9", " r1000 = 1_500_000.50 "]) == {
        "R2000": Decimal("200e9"),
        "R1000": Decimal("1500000.50"),
    }


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["R2000"], "from 1 to"),
        (["R2000=many"], "from 1 to"),
        (["R2000=0"], "from 1 to"),
        (["R2000=-5"], "from 1 to"),
        (["R2000=nan"], "from 1 to"),
        (["R2000=1e-30"], "from 1 to"),
        (["R2000=2e17"], "below 10"),
        (["FAMILY=2e12"], "the indexes are"),
        (["R2000=1", "r2000=2"], "twice"),
    ],
)
def test_assets_that_cannot_be_are_refused(texts: list[str], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_assets(texts)


# --- the answers ------------------------------------------------------------------------------------------------------


def test_trades_have_the_assets_of_a_source_or_none(reader: Reader) -> None:
    told = {(row["index_id"], row["ticker"]): row for row in index_demand(reader, DEFAULT_EVENT).to_dicts()}
    assert list(told) == [("R1000", "UP"), ("R2000", "UP"), ("R2000", "NEW"), ("R2000", "BARE")]
    up = told["R1000", "UP"]
    assert (up["demand_usd"], up["demand_shares"], up["days_of_adv"], up["assets_source"]) == (
        Decimal("50000000.00"),
        5_000_000,
        50.0,
        "a recap",
    )
    assert told["R2000", "NEW"]["assets_usd"] is None is told["R2000", "NEW"]["demand_usd"]


def test_assets_that_are_given_take_the_place_of_those_of_a_source(reader: Reader) -> None:
    assets = {"R1000": Decimal(10**10), "R2000": Decimal(10**9)}
    told = {
        (row["index_id"], row["ticker"]): row for row in index_demand(reader, DEFAULT_EVENT, assets=assets).to_dicts()
    }
    assert told["R1000", "UP"]["demand_usd"] == 100_000_000
    assert told["R1000", "UP"]["assets_source"] == "given"
    assert told["R1000", "UP"]["assets_as_of"] is None
    sold = told["R2000", "UP"]
    assert (sold["demand_usd"], sold["demand_shares"], sold["days_of_adv"], sold["closing_auction_multiple"]) == (
        -40_000_000,
        -4_000_000,
        40.0,
        400.0,
    )
    assert told["R2000", "BARE"]["demand_usd"] is None, "an unknown weight is no trade of zero"


def test_the_assets_of_a_source_when_given_come_to_the_same(reader: Reader) -> None:
    figures = ["demand_usd", "demand_shares", "days_of_adv", "closing_auction_multiple"]
    given = index_demand(reader, DEFAULT_EVENT, indexes=["R1000"], assets={"R1000": Decimal("5e9")})
    assert given.select(figures).equals(index_demand(reader, DEFAULT_EVENT, indexes=["R1000"]).select(figures))


def test_the_most_that_can_be_stated_is_reckoned_to_the_cent(reader: Reader) -> None:
    told = index_demand(reader, DEFAULT_EVENT, assets={"R2000": Decimal("999999999999999.99")})
    up = told.row(by_predicate=(pl.col("index_id") == "R2000") & (pl.col("ticker") == "UP"), named=True)
    assert up["demand_usd"] == Decimal("-40000000000000.00"), "four percent less a fraction of a cent"


def test_one_index_alone(reader: Reader) -> None:
    assert set(index_demand(reader, DEFAULT_EVENT, indexes=["R2000"])["index_id"]) == {"R2000"}


def test_who_moves_is_netted_over_the_indexes_whose_assets_are_known(reader: Reader) -> None:
    as_stated = net_demand(reader, DEFAULT_EVENT).row(0, named=True)
    assert (as_stated["ticker"], as_stated["demand_usd"]) == ("UP", 50_000_000)
    assert (as_stated["counted_indexes"], as_stated["uncounted_indexes"]) == ("R1000", "R2000")
    assert as_stated["usd_per_billion_each"] == -30_000_000
    told = {
        row["ticker"]: row for row in net_demand(reader, DEFAULT_EVENT, assets={"R2000": Decimal(2 * 10**9)}).to_dicts()
    }
    assert list(told) == ["NEW", "UP", "BARE"]
    up = told["UP"]
    assert (up["demand_usd"], up["bought_usd"], up["sold_usd"]) == (-30_000_000, 50_000_000, -80_000_000)
    assert (up["counted_indexes"], up["uncounted_indexes"], up["demand_shares"]) == ("R1000, R2000", None, -3_000_000)
    assert (up["days_of_adv"], up["closing_auction_multiple"]) == (30.0, 300.0)
    assert (told["BARE"]["demand_usd"], told["BARE"]["uncounted_indexes"]) == (None, "R2000")


def test_what_the_figures_rest_on_is_told(reader: Reader) -> None:
    told = "\n".join(assumptions(event(DEFAULT_EVENT), index_demand(reader, DEFAULT_EVENT), {}))
    for wanted in (
        "at the close of 2023-04-28",
        "taken for 10 percent",
        "R1000: $5.0bn on 2023-06-23, by a recap",
        "R2000: unknown",
        "passive: $2,000.0bn on 2025-06-27",
    ):
        assert wanted in told
    assert "nothing to trade" not in told
    given = {"R2000": Decimal("200e9")}
    told = "\n".join(assumptions(event(DEFAULT_EVENT), index_demand(reader, DEFAULT_EVENT, assets=given), given))
    assert "R2000: $200.0bn, as given" in told
    assert "unknown, so per billion" not in told


def test_who_states_assets_of_one_index_is_told_of_securities_that_it_trades(reader: Reader) -> None:
    assert net_demand(reader, DEFAULT_EVENT, assets={"R1000": Decimal(10**9)})["ticker"].to_list() == ["UP"]


def test_assets_of_an_index_without_trades_are_named(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"kind": "passive", "as_of": "2023-06-23", "assets_usd": "7e9", "source": "a letter", "assets_high_usd": ""}
    rows = [
        row | {"index_id": "MIDCAP"},
        row | {"index_id": "TOP200", "as_of": "2023-06-24"},
        row | {"index_id": "R3000", "kind": "benchmarked"},
        row | {"index_id": "R2000"},
    ]
    monkeypatch.setattr(demand, "reference_rows", lambda name: enumerate(rows))
    trades, given = index_demand(reader, DEFAULT_EVENT), {"TOP50": Decimal("1e9")}
    told = assumptions(event(DEFAULT_EVENT), trades, given)
    assert [line.split(":")[0] for line in told if "nothing to trade" in line] == ["MIDCAP (assets", "TOP50 (assets"]
    assert any("$7.0bn on 2023-06-23, by a letter" in line for line in told)
    assert any("R2000: unknown" in line for line in told), "the figures are those of the file, which knew of none"
    assert not [line for line in assumptions(event(DEFAULT_EVENT), trades, {}, indexes=["R1000"]) if "nothing" in line]


# --- the command ------------------------------------------------------------------------------------------------------


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr(sys, "argv", ["recon", "demand", *map(str, arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_the_command_prints_the_assumptions_first(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, DEFAULT_EVENT, "--home", home, "--index", "r2000") == 0
    out = capsys.readouterr().out
    assert out.startswith("# Estimates")
    assert out.index("R2000: unknown") < out.index("what $1bn in the index trades") < out.index("-40000000")


def test_the_net_names_the_indexes(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, DEFAULT_EVENT, "--home", home, "--net", "--assets", "R2000=2e9") == 0
    out = capsys.readouterr().out
    line = next(line for line in out.splitlines() if "│ UP" in line)
    assert [cell.strip() for cell in line.strip("│").split("│")] == (
        ["up", "UP", "R1000", "R2000", "-30m", "-3000000", "1m", "30.0", "300.0"]
    )


def test_who_states_assets_sees_those_indexes_alone(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assets = ("--assets", "R1000=5e9", "--assets", "TOP50=1e9")
    assert call(monkeypatch, DEFAULT_EVENT, "--home", home, "--format", "csv", *assets) == 0
    printed = capsys.readouterr()
    assert [(row["index_id"], row["ticker"]) for row in csv.DictReader(io.StringIO(printed.out))] == [("R1000", "UP")]
    assert "TOP50 (assets: $1.0bn, as given): nothing to trade" in printed.err


def test_assets_of_another_index_than_the_one_asked_for_are_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, DEFAULT_EVENT, "--home", home, "--index", "R2000", "--assets", "R1000=5e9") == 2
    assert "--assets states R1000" in capsys.readouterr().err


@pytest.mark.parametrize("output", ["csv", "json"])
def test_rows_are_alone_on_stdout(
    output: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, DEFAULT_EVENT, "--home", home, "--format", output) == 0
    printed = capsys.readouterr()
    rows = json.loads(printed.out) if output == "json" else list(csv.DictReader(io.StringIO(printed.out)))
    assert [row["ticker"] for row in rows] == ["UP", "UP", "NEW", "BARE"]
    assert printed.err.startswith("# Estimates")


def test_net_and_one_index_exclude_each_other(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, DEFAULT_EVENT, "--home", home, "--net", "--index", "R2000") == 2
    assert "Drop one" in capsys.readouterr().err


def test_a_file_of_before_says_what_to_do(tmp_path: Path) -> None:
    import duckdb

    old = tmp_path / "old.duckdb"
    with duckdb.connect(str(old)) as con:
        con.execute("create schema recon")
    with pytest.raises(BadInput, match="Publish anew"):
        index_demand(Reader(old), DEFAULT_EVENT)


# --- the checks -------------------------------------------------------------------------------------------------------

CHANGE: Row = {"index_id": "R2000", "ticker": "A", "action": "addition", "movement": "new", "reason": "rank"}
DEMAND: Row = LINE | {name: CHANGE[name] for name in ("index_id", "ticker", "action", "movement")}


@pytest.mark.parametrize(
    ("check", "given", "failing"),
    [
        ("index_demand.changes", {"index_changes": [CHANGE], "index_demand": [DEMAND]}, 0),
        ("index_demand.changes", {"index_changes": [CHANGE]}, 1),
        ("index_demand.changes", {"index_demand": [DEMAND]}, 1),
        ("index_demand.changes", {"index_changes": [CHANGE], "index_demand": [DEMAND | {"action": "deletion"}]}, 1),
        ("index_demand.changes", {"index_changes": [CHANGE], "index_demand": [DEMAND | {"movement": "up"}]}, 1),
        ("index_demand.auctions", {"index_demand": [DEMAND]}, 0),
        ("index_demand.auctions", {"index_demand": [DEMAND | {"closing_auction_usd": None}]}, 1),
        (
            "security_demand.securities",
            {
                "index_changes": [CHANGE, CHANGE | {"index_id": "R3000"}],
                "security_demand": [{"ticker": "A", "movement": "new", "joins": "R2000"}],
            },
            0,
        ),
        ("security_demand.securities", {"index_changes": [CHANGE]}, 1),
        ("security_demand.securities", {"security_demand": [{"ticker": "A", "movement": "new", "joins": "R2000"}]}, 1),
        (
            "security_demand.securities",
            {
                "index_changes": [CHANGE],
                "security_demand": [
                    {"ticker": "A", "movement": "new", "joins": "R2000", "vintage": vintage}
                    for vintage in ("preliminary", "final")
                ],
            },
            1,
        ),
    ],
)
def test_a_check_tells_what_does_not_correspond(
    check: str, given: dict[str, list[Row]], failing: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table, _, name = check.partition(".")
    (asked,) = [found for found in load_tables()[f"recon.{table}"].checks if found.name == name]
    with small_home(tmp_path_factory.getbasetemp() / "checks") as bench, bench.undone():
        for other, rows in given.items():
            bench.give(f"recon.{other}", rows, {})
        assert bench.warehouse.failing_rows(asked, {"event_id": DEFAULT_EVENT}).height == failing
