"""One form of ticker, held as properties of whatever a source may print."""

from __future__ import annotations

import string
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recon_pipeline.symbols import (
    directory_ticker,
    directory_ticker_expr,
    massive_ticker,
    massive_ticker_expr,
    normal_ticker,
    normal_ticker_expr,
    sec_ticker,
    sec_ticker_expr,
    tape_ticker,
    tape_ticker_expr,
)

Normaliser = Callable[[str], str]
ColumnNormaliser = Callable[[pl.Expr], pl.Expr]

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


# --- the other forms --------------------------------------------------------------------------------------------------

FORMS: dict[str, tuple[Normaliser, ColumnNormaliser]] = {
    "screener": (normal_ticker, normal_ticker_expr),
    "directory": (directory_ticker, directory_ticker_expr),
    "tape": (tape_ticker, tape_ticker_expr),
    "massive": (massive_ticker, massive_ticker_expr),
    "sec": (sec_ticker, sec_ticker_expr),
}
LETTERS = st.sampled_from(string.ascii_uppercase)


@pytest.mark.parametrize("form", FORMS)
@given(symbol=PRINTED)
@example(symbol="AAC/W")
@example(symbol="AAC-W")
def test_the_spelling_of_every_form_is_stable(form: str, symbol: str) -> None:
    normaliser = FORMS[form][0]
    assert normaliser(normaliser(symbol)) == normaliser(symbol)


@pytest.mark.parametrize("form", FORMS)
@given(symbols=st.lists(PRINTED, max_size=20))
def test_a_column_of_any_form_is_read_like_its_cells(form: str, symbols: list[str]) -> None:
    normaliser, over = FORMS[form]
    frame = pl.DataFrame({"symbol": [*symbols, None]}, schema={"symbol": pl.String()})
    column = frame.select(over(pl.col("symbol"))).to_series()
    assert column.to_list() == [*map(normaliser, symbols), None]


@pytest.mark.parametrize("form", FORMS)
@given(root=ROOTS)
def test_a_root_is_itself_in_every_form(form: str, root: str) -> None:
    assert FORMS[form][0](f" {root} ") == root


@given(ROOTS, LETTERS)
def test_a_preferred_is_one_ticker_in_every_form(root: str, letter: str) -> None:
    forms = {
        normal_ticker(f"{root}^{letter}"),
        directory_ticker(f"{root}${letter}"),
        tape_ticker(f"{root}p{letter}"),
        massive_ticker(f"{root}p{letter}"),
        sec_ticker(f"{root}-P{letter}"),
    }
    assert forms == {f"{root}^{letter}"}


@given(ROOTS)
def test_a_preferred_without_a_letter_is_one_ticker_in_every_form(root: str) -> None:
    forms = {normal_ticker(f"{root}^"), directory_ticker(f"{root}$"), tape_ticker(f"{root}p"), sec_ticker(f"{root}-P")}
    assert forms == {f"{root}^"}


@given(ROOTS)
def test_a_warrant_a_unit_and_a_right_are_one_ticker_in_every_form(root: str) -> None:
    warrants = (normal_ticker(f"{root}/WS"), directory_ticker(f"{root}.W"), tape_ticker(f"{root}.WS"))
    assert {*warrants, sec_ticker(f"{root}-WT")} == {f"{root}.WS"}
    units = (normal_ticker(f"{root}/U"), directory_ticker(f"{root}.U"), tape_ticker(f"{root}.U"))
    assert {*units, sec_ticker(f"{root}-UN")} == {f"{root}.U"}
    rights = (
        directory_ticker(f"{root}.R"),
        tape_ticker(f"{root}r"),
        sec_ticker(f"{root}-RI"),
        sec_ticker(f"{root}-RT"),
    )
    assert set(rights) == {f"{root}.R"}


@given(ROOTS, st.sampled_from("ABCHKV"))
def test_a_class_is_one_ticker_in_every_form(root: str, letter: str) -> None:
    forms = {
        normal_ticker(f"{root}/{letter}"),
        directory_ticker(f"{root}.{letter}"),
        tape_ticker(f"{root}.{letter}"),
        sec_ticker(f"{root}-{letter}"),
    }
    assert forms == {f"{root}.{letter}"}


@pytest.mark.parametrize(
    ("form", "symbol", "ticker"),
    [
        ("tape", "NE.WS.A", "NE.WS.A"),
        ("sec", "NE-WTA", "NE.WS.A"),
        ("tape", "FTVw", "FTV.WI"),
        ("sec", "FTV-WI", "FTV.WI"),
        ("tape", "GFRrw", "GFR.R.WI"),
        ("sec", "GFR-RW", "GFR.R.WI"),
        ("tape", "ABRpDw", "ABR^D.WI"),
        ("tape", "MKC.V", "MKC.V"),
        ("directory", "MKC.V", "MKC.V"),
        ("directory", "WW", "WW"),
        ("sec", "P", "P"),
        ("sec", "BF-B", "BF.B"),
        ("tape", "nan", "NAN"),
        ("tape", "brk.b", "BRK.B"),
        *((form, symbol, symbol) for form in ("directory", "tape", "sec") for symbol in ("NA", "NAN", "TRUE", "")),
    ],
)
def test_a_symbol_of_a_form_has_its_spelling(form: str, symbol: str, ticker: str) -> None:
    assert FORMS[form][0](symbol) == ticker


def test_a_warrant_of_a_series_is_told_from_a_class_by_the_tape_alone() -> None:
    assert directory_ticker("NE.A") == "NE.A", "the directory's form reads as a class"
    assert tape_ticker("NE.WS.A") != tape_ticker("NE.A")
