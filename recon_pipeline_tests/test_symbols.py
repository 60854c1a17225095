"""One form of ticker, held as properties of whatever a source may print."""

from __future__ import annotations

import string
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recon_pipeline.symbols import (
    FORMS as ALL_FORMS,
)
from recon_pipeline.symbols import (
    Form,
    dashed_ticker,
    directory_ticker,
    directory_ticker_expr,
    massive_ticker,
    massive_ticker_expr,
    normal_ticker,
    normal_ticker_expr,
    one_ticker,
    one_ticker_expr,
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
    "dashed": (dashed_ticker, lambda symbol: one_ticker_expr(symbol, "dashed")),
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


# --- securities and their spellings -----------------------------------------------------------------------------------

Security = tuple[str, str, str]
"""Root, what it is, and the letter of its class or series, or an empty one."""

CLASS_LETTERS = st.sampled_from("ABCDEFGHIJKLMNOQSTVXYZ")
"""P, R, U and W are marks in one form or another: of a preferred, a right, a unit, a warrant or a when-issued line."""

SECURITIES: st.SearchStrategy[Security] = st.one_of(
    st.tuples(ROOTS, st.sampled_from(["common", "warrant", "unit", "right", "issue", "right issue"]), st.just("")),
    st.tuples(ROOTS, st.sampled_from(["class", "series"]), CLASS_LETTERS),
    st.tuples(ROOTS, st.just("preferred"), st.one_of(st.just(""), LETTERS)),
)

TICKERS = {
    "common": "{root}",
    "class": "{root}.{letter}",
    "preferred": "{root}^{letter}",
    "warrant": "{root}.WS",
    "series": "{root}.WS.{letter}",
    "unit": "{root}.U",
    "right": "{root}.R",
    "issue": "{root}.WI",
    "right issue": "{root}.R.WI",
}
"""The one ticker of each kind of security: `issue` is a when-issued line, `series` a warrant of a series."""

SPELLINGS: dict[Form, dict[str, list[str]]] = {
    "slashed": {kind: [ticker.replace(".", "/")] for kind, ticker in TICKERS.items()},
    # It writes a warrant of a series like a class, and a when-issued line like a class V.
    "directory": {
        "common": ["{root}"],
        "class": ["{root}.{letter}"],
        "preferred": ["{root}${letter}"],
        "warrant": ["{root}.W"],
        "unit": ["{root}.U"],
        "right": ["{root}.R"],
    },
    "tape": {
        "common": ["{root}"],
        "class": ["{root}.{letter}"],
        "preferred": ["{root}p{letter}"],
        "warrant": ["{root}.WS"],
        "series": ["{root}.WS.{letter}"],
        "unit": ["{root}.U"],
        "right": ["{root}r"],
        "issue": ["{root}w"],
        "right issue": ["{root}rw"],
    },
    "sec": {
        "common": ["{root}"],
        "class": ["{root}-{letter}"],
        "preferred": ["{root}-P{letter}"],
        "warrant": ["{root}-WT"],
        "series": ["{root}-WT{letter}"],
        "unit": ["{root}-UN", "{root}-U"],
        "right": ["{root}-RI", "{root}-RT"],
        "issue": ["{root}-WI"],
        "right issue": ["{root}-RW"],
    },
    "dashed": {
        "common": ["{root}"],
        "class": ["{root}-{letter}"],
        "preferred": ["{root}-P-{letter}"],
        "warrant": ["{root}-WS"],
        "series": ["{root}-WS-{letter}"],
        "unit": ["{root}-U"],
        "right": ["{root}-R"],
        "issue": ["{root}-W"],
        "right issue": ["{root}-R-W"],
    },
}


def ticker_of(security: Security) -> str:
    root, kind, letter = security
    return TICKERS[kind].format(root=root, letter=letter)


def spelled(security: Security, form: Form) -> list[str]:
    """Every way in which a form writes a security; none where it writes it like another one."""
    root, kind, letter = security
    ways = [way.format(root=root, letter=letter) for way in SPELLINGS[form].get(kind, [])]
    return [way.removesuffix("-") for way in ways]


def test_every_form_has_its_spellings() -> None:
    assert set(SPELLINGS) == set(ALL_FORMS)
    assert all(set(kinds) <= set(TICKERS) for kinds in SPELLINGS.values())


@given(SECURITIES)
@example(("BAC", "preferred", "P"))
@example(("TY", "preferred", ""))
def test_a_security_is_one_ticker_in_every_form(security: Security) -> None:
    for form in ALL_FORMS:
        assert {one_ticker(way, form) for way in spelled(security, form)} <= {ticker_of(security)}, form


@given(SECURITIES, SECURITIES, st.sampled_from(ALL_FORMS), st.sampled_from(ALL_FORMS))
@example(("A", "class", "W"), ("A", "warrant", ""), "slashed", "slashed")
@example(("AP", "common", ""), ("A", "preferred", ""), "tape", "sec")
def test_no_two_securities_have_one_ticker(one: Security, other: Security, form: Form, other_form: Form) -> None:
    tickers = {one_ticker(way, form) for way in spelled(one, form)}
    others = {one_ticker(way, other_form) for way in spelled(other, other_form)}
    assert one == other or not tickers & others


@given(SECURITIES, st.sampled_from(ALL_FORMS))
def test_the_ticker_of_a_security_is_read_as_itself_in_every_form(security: Security, form: Form) -> None:
    ticker = ticker_of(security)
    assert one_ticker(ticker, form) == ticker


@given(st.lists(SECURITIES, max_size=20), st.sampled_from(ALL_FORMS))
def test_a_column_of_securities_is_read_like_its_cells(securities: list[Security], form: Form) -> None:
    ways = [way for security in securities for way in spelled(security, form)]
    frame = pl.DataFrame({"symbol": ways}, schema={"symbol": pl.String()})
    column = frame.select(one_ticker_expr(pl.col("symbol"), form)).to_series()
    assert column.to_list() == [one_ticker(way, form) for way in ways]
