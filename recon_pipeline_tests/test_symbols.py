"""One form of ticker, held as properties of whatever a source may print."""

from __future__ import annotations

import string

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recon_pipeline.symbols import normal_ticker, normal_ticker_expr

ROOTS = st.text(string.ascii_uppercase, min_size=1, max_size=5)
CLASSES = st.text(string.ascii_uppercase, min_size=1, max_size=2)
SEPARATORS = ["/", "-", ".", " ", "  ", " / ", "- ", ". "]
PRINTED = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
"""Anything that fits in a cell of ASCII."""


@given(PRINTED)
def test_the_form_of_a_form_is_itself(symbol: str) -> None:
    once = normal_ticker(symbol)
    assert normal_ticker(once) == once


@given(ROOTS, CLASSES, st.lists(st.sampled_from(SEPARATORS), min_size=2, max_size=2))
def test_every_way_to_write_a_class_is_one_ticker(root: str, letters: str, separators: list[str]) -> None:
    forms = {normal_ticker(f"{root}{separator}{letters}") for separator in separators}
    assert forms == {f"{root}.{letters}"}


@given(ROOTS, CLASSES)
def test_blanks_around_and_small_letters_do_not_count(root: str, letters: str) -> None:
    assert normal_ticker(f"  {root.lower()}/{letters.lower()}\t ") == f"{root}.{letters}"


@given(ROOTS, ROOTS, CLASSES, CLASSES)
def test_different_lines_stay_different(root: str, other: str, letters: str, others: str) -> None:
    same = (root, letters) == (other, others)
    assert (normal_ticker(f"{root}/{letters}") == normal_ticker(f"{other}-{others}")) == same


@given(st.lists(PRINTED, max_size=20))
def test_a_column_and_a_cell_take_the_same_form(symbols: list[str]) -> None:
    frame = pl.DataFrame({"symbol": symbols}, schema={"symbol": pl.String()})
    column = frame.select(normal_ticker_expr(pl.col("symbol"))).to_series()
    assert column.to_list() == [normal_ticker(symbol) for symbol in symbols]


@pytest.mark.parametrize(
    ("symbol", "ticker"),
    [
        ("BRK/B", "BRK.B"),
        ("BRK.B", "BRK.B"),
        ("BRKB", "BRKB"),
        ("NA", "NA"),
        ("NAN", "NAN"),
        ("nan", "NAN"),
        ("TRUE", "TRUE"),
        ("BAC^K", "BAC^K"),
        ("BF/A ", "BF.A"),
        ("", ""),
    ],
)
def test_a_symbol_has_its_form(symbol: str, ticker: str) -> None:
    assert normal_ticker(symbol) == ticker
    frame = pl.DataFrame({"symbol": [symbol, None]})
    assert frame.select(normal_ticker_expr(pl.col("symbol"))).rows() == [(ticker,), (None,)]
