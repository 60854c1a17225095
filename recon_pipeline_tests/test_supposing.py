"""What a what-if takes: settings, files, values, and what it refuses before anything is derived.

What it derives is held against a run of the simulated market (`test_pipeline.py`).
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline.errors import BadInput
from recon_pipeline.supposing import (
    OVERRIDES,
    Override,
    WhatIf,
    from_mapping,
    line_of,
    read_file,
    read_setting,
    what_if,
)
from recon_pipeline.tables import load_tables
from recon_pipeline_tests.small_home import publish_rows, small_home
from recon_pipeline_tests.story_home import EVENT, GIVEN
from recon_pipeline_tests.test_cli import Recon, paragraph
from recon_pipeline_tests.test_cli import recon as recon


@pytest.mark.parametrize(
    ("text", "ticker", "field", "value"),
    [
        ("ABC.price=12.3400", "ABC", "price", Decimal("12.34")),
        ("abc.Price = $12.34", "ABC", "price", Decimal("12.34")),
        ("BRK.B.shares=1_440_000_000", "BRK.B", "shares", 1_440_000_000),
        ("BRK/B.shares=9", "BRK.B", "shares", 9),
        ("ABC.country=ireland", "ABC", "country", "Ireland"),
        ("ABC.country=us", "ABC", "country", "United States"),
        ("ABC.country=IE", "ABC", "country", "Ireland"),
        ("ON.exclude=true", "ON", "exclude", True),
        ("ON.exclude=no", "ON", "exclude", False),
    ],
)
def test_a_setting_is_a_ticker_a_field_and_a_value(text: str, ticker: str, field: str, value: object) -> None:
    assert read_setting(text) == Override(ticker, field, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ABC", "write TICKER.field=value"),
        ("price=3", "write TICKER.field=value"),
        (".price=3", "write TICKER.field=value"),
        ("ABC.price", "write TICKER.field=value"),
        ("ABC.rank=3", "price, shares, country, exclude"),
        ("ABC.price=0", "above 0"),
        ("ABC.price=-1", "above 0"),
        ("ABC.price=1.23456", "four decimals"),
        ("ABC.price=nan", "is no number"),
        ("ABC.price=1,000", "is no number"),
        ("ABC.shares=1.5", "whole number"),
        ("ABC.shares=1e14", "whole number"),
        ("ABC.country=Atlantis", "'Atlantis' is no country"),
        ("ABC.exclude=perhaps", "true or false"),
    ],
)
def test_what_is_no_setting_is_refused_with_what_is(text: str, told: str) -> None:
    with pytest.raises(BadInput) as error:
        read_setting(text)
    assert told in str(error.value)
    assert text.partition("=")[0].rpartition(".")[0] in str(error.value)


def test_a_file_maps_tickers_to_fields_and_keeps_what_yaml_would_turn(tmp_path: Path) -> None:
    path = tmp_path / "supposed.yaml"
    path.write_text("ON: {exclude: true}\nNO:\n  country: NO\n  price: 1.10\nBRK.B: {shares: 12}\n", encoding="utf-8")
    found = read_file(path)
    assert [str(one) for one in found] == [
        *("ON.exclude=true", "NO.country=Norway", "NO.price=1.10", "BRK.B.shares=12"),
    ]
    json = tmp_path / "supposed.json"
    json.write_text('{"BRK.B": {"shares": 12}}', encoding="utf-8")
    assert read_file(json) == from_mapping({"BRK-B": {"shares": 12}})


@pytest.mark.parametrize("text", ["- a\n", "ABC: 3\n", "{", "ABC: {rank: 1}\n"])
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "supposed.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput):
        read_file(path)
    with pytest.raises(BadInput):
        read_file(tmp_path / "none.yaml")


def test_every_field_changes_a_derived_table_that_others_read() -> None:
    tables = load_tables()
    for name, _ in OVERRIDES.values():
        assert tables[name].query is not None
        assert [table for table in tables.values() if table.query and name in table.query.reads]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("supposed")
    publish_rows(path, GIVEN)
    return path


def test_what_cannot_be_supposed_is_told(recon: Recon, home: Path, tmp_path: Path) -> None:
    asked = ("what-if", EVENT, "--home", home)
    assert "Supposing nothing" in paragraph(recon(*asked))
    twice = recon(*asked, "--set", "BIG.price=1", "--set", "BIG.price=2")
    assert "a field has one value" in paragraph(twice)
    assert "is not in" in paragraph(recon("what-if", "2021-06-recon", "--home", home, "--set", "BIG.price=1"))
    # Published, but by rows alone: nothing was derived in this home.
    assert "has no line BIG on its rank day" in paragraph(recon(*asked, "--set", "BIG.price=1"))
    nothing = paragraph(recon("what-if", EVENT, "--home", tmp_path / "none", "--set", "BIG.price=1"))
    assert f"the home {tmp_path / 'none'} has published nothing" in nothing
    assert "--home" in nothing
    assert "recon demo" in nothing
    assert not (tmp_path / "none").exists()


def test_moves_are_told_by_line_and_who_only_makes_room_is_counted() -> None:
    ranks = [("C-B", 30, 3), ("C-A", 1, 1), ("C-D", 4, 6), ("C-E", 5, 4), ("C-F", 7, None)]
    told = [("enters", "R2000", "A"), ("leaves", "R2000", "B"), ("enters", "R1000", "B"), ("leaves", "RMICRO", "A")]
    empty = pl.DataFrame()
    found = WhatIf(
        event_id=EVENT,
        overrides=(Override("B", "price", Decimal(3)),),
        companies=pl.DataFrame({"ticker": ["B"], "company_id": ["C-B"]}),
        memberships=pl.DataFrame(
            [(what, index, ticker, f"{ticker} Inc.", f"L-{ticker}") for what, index, ticker in told],
            schema=["what", "index_id", "ticker", "company_name", "security_id"],
            orient="row",
        ),
        eligibility=empty,
        changes=empty,
        breakpoints=empty,
        ranks=pl.DataFrame(ranks, schema=["company_id", "rank", "rank_then"], orient="row"),
        notes=(),
    )
    assert found.moves.select("ticker", "leaves", "enters").rows() == [
        ("B", "R2000", "R1000"),
        ("A", "RMICRO", "R2000"),
    ]
    assert found.moved_aside == (2, 2)


def test_a_class_that_is_not_there_is_nobody_elses() -> None:
    held = {"BRK.B", "ABC", "MSFT", "XY.A", "X.YA"}
    assert [line_of(asked, held) for asked in ("BRKB", "BRK-B", "ABC")] == ["BRK.B", "BRK.B", "ABC"]
    assert [line_of(asked, held) for asked in ("AB.C", "MS.FT", "XYA", "NONE")] == [None] * 4


def test_a_home_of_another_making_is_refused(home: Path, tmp_path: Path) -> None:
    publish_rows(tmp_path, GIVEN)
    with small_home(tmp_path) as bench:
        bench.give("raw.event_runs", [{"event_id": EVENT, "sql_fingerprint": "another"}], {})
    with pytest.raises(BadInput, match=f"recon run {EVENT}"):
        what_if(tmp_path, EVENT, [read_setting("BIG.price=1")])
