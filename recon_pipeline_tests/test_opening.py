"""Opening lists: both forms, as users have them on disk, and what each mistake in them is told.

The fund files here are made up in the shape of a download; no holding of a real fund is in them.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline.errors import BadInput
from recon_pipeline.events import event
from recon_pipeline.holdings import FUND_INDEXES
from recon_pipeline.opening import OPENING_SCHEMA, index_ids, read_openings
from recon_pipeline.tables import load_tables
from recon_pipeline_tests.small_home import small_home
from recon_pipeline_tests.test_sql_cases import Row

EVENT = event("2023-06-recon")
RANK_DAY = date(2023, 4, 28)


def write(path: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(*paths: Path, allow_late: bool = False) -> pl.DataFrame:
    return read_openings(paths, EVENT, allow_late=allow_late).rows


def keys(frame: pl.DataFrame) -> list[tuple[str, str]]:
    return frame.select("index_id", "ticker").rows()


# --- our CSV ----------------------------------------------------------------------------------------------------------

OURS = "index,ticker,name,asof\nR1000,AAA,Alpha Inc,2023-03-31\nR2000,NA,,2023-03-31\n"


def test_our_csv_is_read_as_it_says(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", OURS)
    opening = read_openings([path], EVENT)
    sha256 = hashlib.sha256(OURS.encode()).hexdigest()
    assert opening.rows.rows() == [
        ("R1000", "AAA", "Alpha Inc", date(2023, 3, 31), "list.csv", sha256),
        ("R2000", "NA", None, date(2023, 3, 31), "list.csv", sha256),
    ]
    assert opening.rows.schema == OPENING_SCHEMA
    assert opening.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + OURS,
        OURS.replace("\n", "\r\n"),
        OURS.replace("\n", "\n\n") + " , , , \n",
        OURS.rstrip("\n"),
        OURS.replace("index,ticker,name,asof", " Index,TICKER , Name,AsOf"),
        OURS.replace("R1000,AAA,Alpha Inc", 'r1000, aaa ,"Alpha Inc"'),
        "asof,source,ticker,index,name\n2023-03-31,x,AAA,R1000,Alpha Inc\n2023-03-31,x,NA,R2000,\n",
    ],
    ids=["mark", "Windows", "blank lines", "no last line end", "header", "cells", "other columns and order"],
)
def test_what_does_not_matter_in_our_csv(tmp_path: Path, text: str) -> None:
    plain = read(write(tmp_path / "plain.csv", OURS)).drop("source", "source_sha256")
    assert read(write(tmp_path / "list.csv", text)).drop("source", "source_sha256").equals(plain)


def test_a_list_needs_no_names(tmp_path: Path) -> None:
    rows = read(write(tmp_path / "list.csv", "index,ticker,asof\nR1000,AAA,2023-03-31\n"))
    assert rows.select("ticker", "name").rows() == [("AAA", None)]


@pytest.mark.parametrize("form", ["BRK/B", "BRK-B", "BRK B", "BRK.B", "brk.b", " BRK/B "])
def test_every_form_of_a_class_is_one_ticker(tmp_path: Path, form: str) -> None:
    assert keys(read(write(tmp_path / "list.csv", f"index,ticker,asof\nR1000,{form},2023-03-31\n"))) == [
        ("R1000", "BRK.B")
    ]


@pytest.mark.parametrize("ticker", ["NA", "NAN", "NULL", "TRUE", "INF", "BRKB"])
def test_a_ticker_is_text(tmp_path: Path, ticker: str) -> None:
    rows = read(write(tmp_path / "list.csv", f"index,ticker,name,asof\nR1000,{ticker},{ticker},2023-03-31\n"))
    assert rows.select("ticker", "name").rows() == [(ticker, ticker)]


def test_every_index_of_the_family_can_be_opened(tmp_path: Path) -> None:
    lines = [f"{index_id},AAA,,2023-03-31" for index_id in index_ids()]
    rows = read(write(tmp_path / "list.csv", "\n".join(["index,ticker,name,asof", *lines])))
    assert rows["index_id"].to_list() == list(index_ids())
    assert {"R1000", "R2000", "R3000", "RMICRO", "MIDCAP"} <= set(index_ids())


def test_a_later_list_stands_beside_the_first(tmp_path: Path) -> None:
    """What of it counts is for SQL to say; who reads the notes is told that it only adds."""
    text = "index,ticker,asof\nR1000,BIG,2022-06-24\nR2000,KEPT,2022-06-24\nR2000,NEW,2023-03-31\n"
    first = write(tmp_path / "first.csv", text)
    second = write(tmp_path / "second.csv", "index,ticker,asof\nR2000,NEWER,2023-04-28\n")
    opening = read_openings([second, first], EVENT)
    assert opening.rows.select("index_id", "ticker", "as_of").sort("as_of", "index_id").rows() == [
        ("R1000", "BIG", date(2022, 6, 24)),
        ("R2000", "KEPT", date(2022, 6, 24)),
        ("R2000", "NEW", date(2023, 3, 31)),
        ("R2000", "NEWER", date(2023, 4, 28)),
    ]
    (note,) = opening.notes
    assert note == "R2000: the list of 2022-06-24; 2023-03-31, 2023-04-28 adds what was listed since, no more"


def test_lists_from_before_a_reconstitution_are_set_aside(tmp_path: Path) -> None:
    """2022-06-24 is the Friday that the membership changed after: its own list shows the change, that of before not."""
    given = [("OLD", "2021-06-28"), ("OLDER", "2022-06-23"), ("NOW", "2022-06-24"), ("NEW", "2023-03-31")]
    text = "index,ticker,asof\n" + "".join(f"R1000,{ticker},{day}\n" for ticker, day in given)
    opening = read_openings([write(tmp_path / "list.csv", text + "R2000,OTHER,2021-06-28\n")], EVENT)
    # Another index, of which there is no newer list, keeps its own.
    assert keys(opening.rows) == [("R1000", "NOW"), ("R1000", "NEW"), ("R2000", "OTHER")]
    assert opening.notes == (
        "R1000: 2 rows of before the last reconstitution are not used",
        "R1000: the list of 2022-06-24; 2023-03-31 adds what was listed since, no more",
    )


@pytest.mark.parametrize(("later", "told"), [("2022-06-24", 0), ("2023-03-31", 0), ("2022-06-25", 1)])
def test_only_the_first_list_of_an_index_is_held_against_its_size(tmp_path: Path, later: str, told: int) -> None:
    """A short list that adds is none that lacks; alone, or as the first of two, it would be."""
    first = date(2022, 6, 24) if later != "2022-06-25" else date(2022, 6, 26)
    whole: list[Row] = [{"index_id": "R1000", "ticker": f"T{number}", "as_of": str(first)} for number in range(1000)]
    short: Row = {"index_id": "R1000", "ticker": "NEW", "as_of": later}
    table = load_tables()["raw.opening_rows"]
    (check,) = (check for check in table.checks if check.name == "plausible")
    with small_home(tmp_path) as bench:
        bench.give("reference.recon_events", [{"event_id": EVENT.event_id, "effective_date": "2023-06-23"}], {})
        rule: Row = {"rule": "n_r1000", "value": "1000", "valid_from": "2004-01-01", "valid_to": None}
        bench.give("reference.rules", [rule], {})
        bench.give("raw.opening_rows", [*whole, short], {})
        assert bench.warehouse.failing_rows(check, {"event_id": EVENT.event_id}).height == told


def test_two_files_of_one_date_are_one_list(tmp_path: Path) -> None:
    first = write(tmp_path / "first.csv", "index,ticker,name,asof\nR1000,A,Alpha,2023-03-31\n")
    second = write(tmp_path / "second.csv", "index,ticker,name,asof\nR1000,A,Other,2023-03-31\nR1000,B,,2023-03-31\n")
    assert read(first, second).select("ticker", "name", "source").rows() == [
        ("A", "Alpha", "first.csv"),
        ("B", None, "second.csv"),
    ]


def test_a_line_that_stands_twice_counts_once_and_is_noted(tmp_path: Path) -> None:
    tickers = ["BRK/B", "BRK.B", *(ticker for ticker in "CDEFGH" for _ in range(2)), "I"]
    lines = [f"R1000,{ticker},{number},2023-03-31" for number, ticker in enumerate(tickers)]
    path = write(tmp_path / "list.csv", "\n".join(["index,ticker,name,asof", *lines]))
    opening = read_openings([path], EVENT)
    assert opening.rows["ticker"].to_list() == ["BRK.B", *"CDEFGHI"]
    assert opening.notes == ("list.csv: 7 tickers stand in it twice and count once: BRK.B, C, D, E, F and 2 more",)


def test_one_ticker_in_two_indexes_or_on_two_dates_is_no_duplicate(tmp_path: Path) -> None:
    text = "index,ticker,asof\nR1000,A,2023-03-31\nR3000,A,2023-03-31\nR3000,A,2023-02-28\n"
    opening = read_openings([write(tmp_path / "list.csv", text)], EVENT)
    assert opening.rows.height == 3
    assert not [note for note in opening.notes if "twice" in note]


def test_no_file_is_no_row() -> None:
    opening = read_openings([], EVENT)
    assert opening.rows.is_empty()
    assert opening.rows.schema == OPENING_SCHEMA


# --- looking ahead ----------------------------------------------------------------------------------------------------


def test_a_list_of_the_rank_day_is_in_time(tmp_path: Path) -> None:
    assert read(write(tmp_path / "list.csv", f"index,ticker,asof\nR1000,A,{RANK_DAY}\n")).height == 1


def test_a_list_from_after_the_rank_day_is_refused_unless_allowed(tmp_path: Path) -> None:
    day = RANK_DAY + timedelta(days=1)
    path = write(tmp_path / "late.csv", f"index,ticker,asof\nR1000,B,2023-03-31\nR1000,A,{day}\n")
    with pytest.raises(BadInput, match=r"late\.csv.*2023-04-29.*2023-04-28.*--allow-late-opening"):
        read(path)
    assert keys(read(path, allow_late=True)) == [("R1000", "B"), ("R1000", "A")]


# --- holdings of a fund -----------------------------------------------------------------------------------------------

HOLDINGS_HEADER = (
    "Ticker,Name,Sector,Asset Class,Market Value,Weight (%),Notional Value,Shares,CUSIP,ISIN,SEDOL,Price,Location,"
    "Exchange,Currency,FX Rate,Market Currency,Accrual Date"
)
FUND_NAMES = {
    "R1000": "Example Russell 1000 ETF",
    "R2000": "Example Russell 2000 ETF",
    "R3000": "Example Russell 3000 ETF",
    "RMICRO": "Example Micro-Cap ETF",
    "MIDCAP": "Example Russell Mid-Cap ETF",
    "TOP200": "Example Russell Top 200 ETF",
    "R2500": "Example Russell 2500 ETF",
}


def holding(ticker: str, name: str, kind: str = "Equity") -> str:
    figures = '"1,234,567.89","1.25","1,234,567.89","12,345.00"'
    rest = '"-","-","-","100.01","United States","NYSE","USD","1.00","USD","-"'
    return f'"{ticker}","{name}","Industrials","{kind}",{figures},{rest}'


def fund_file(
    name: str = "Example Russell 2000 ETF", day: str = '"Mar 31, 2023"', rows: list[str] | None = None
) -> str:
    """A holdings file: nine lines of preamble, the holdings, and the legal text with its commas in one cell."""
    if rows is None:
        rows = [
            holding("AAA", "ALPHA, INC"),
            holding("NA", "NAMED FOR A TRAP CORP"),
            holding("BRKB", "TWO CLASSES INC CLASS B"),
            holding("-", "A RIGHT WITHOUT A SYMBOL"),
            holding("XTSLA", "CASH FUND AGENCY SHARES", "Money Market"),
            holding("USD", "USD CASH", "Cash"),
            holding("RTYM3", "E-MINI INDEX JUN 23", "Futures"),
            holding("MARGIN_USD", "FUTURES USD MARGIN BALANCE", "Cash Collateral and Margins"),
        ]
    preamble = [
        name,
        f"Fund Holdings as of,{day}",
        'Inception Date,"May 22, 2000"',
        'Shares Outstanding,"1,000,000.00"',
        'Stock,"-"',
        'Bond,"-"',
        'Cash,"-"',
        'Other,"-"',
        "\xa0",
    ]
    legal = ["\xa0", '"Funds carry risk, read the prospectus, consult an adviser. ' + "a, " * 30 + 'Equity, AAA."']
    return "\n".join([*preamble, HOLDINGS_HEADER, *rows, *legal]) + "\n"


def test_the_holdings_of_a_fund_are_its_equities(tmp_path: Path) -> None:
    rows = read(write(tmp_path / "fund.csv", "\ufeff" + fund_file()))
    assert rows.drop("source_sha256").rows() == [
        ("R2000", "AAA", "ALPHA, INC", date(2023, 3, 31), "fund.csv"),
        ("R2000", "NA", "NAMED FOR A TRAP CORP", date(2023, 3, 31), "fund.csv"),
        ("R2000", "BRKB", "TWO CLASSES INC CLASS B", date(2023, 3, 31), "fund.csv"),
    ]


def test_every_fund_that_we_know_has_a_name_here() -> None:
    assert FUND_NAMES.keys() == set(FUND_INDEXES.values()) <= set(index_ids())


@pytest.mark.parametrize(("index_id", "name"), FUND_NAMES.items())
def test_a_fund_is_known_by_the_first_line(tmp_path: Path, index_id: str, name: str) -> None:
    assert set(read(write(tmp_path / "fund.csv", fund_file(name)))["index_id"]) == {index_id}


@pytest.mark.parametrize(
    "name", ["Example Russell 1000 Growth ETF", "Example Russell 2000 Value ETF", "Example S&P 500 ETF"]
)
def test_a_fund_of_another_index_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"fund\.csv.*do not name a fund.*index,ticker,name,asof"):
        read(write(tmp_path / "fund.csv", fund_file(name)))


@pytest.mark.parametrize("day", ['"Mar 31, 2023"', '"March 31, 2023"', "31/Mar/2023", "2023-03-31", '" Mar 31, 2023 "'])
def test_the_date_of_the_holdings_is_read_in_every_form(tmp_path: Path, day: str) -> None:
    assert set(read(write(tmp_path / "fund.csv", fund_file(day=day)))["as_of"]) == {date(2023, 3, 31)}


def test_a_day_without_holdings_is_told(tmp_path: Path) -> None:
    """What the download gives for a day on which nothing traded: a header, and dashes."""
    with pytest.raises(BadInput, match=r"fund\.csv.*date of its holdings, '-'"):
        read(write(tmp_path / "fund.csv", fund_file(day='"-"', rows=[])))


def test_a_fund_from_after_the_rank_day_is_refused_too(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"2023-06-30.*--allow-late-opening"):
        read(write(tmp_path / "fund.csv", fund_file(day='"Jun 30, 2023"')))


def test_escrow_lines_under_one_symbol_are_noted(tmp_path: Path) -> None:
    twice = [holding("AAA", "ALPHA INC"), holding("AAA", "ALPHA INC ESCROW")]
    opening = read_openings([write(tmp_path / "fund.csv", fund_file(rows=twice))], EVENT)
    assert opening.rows["name"].to_list() == ["ALPHA INC"]
    assert opening.notes == ("fund.csv: 1 tickers stand in it twice and count once: AAA",)


def test_both_forms_open_an_event_together(tmp_path: Path) -> None:
    ours = write(tmp_path / "list.csv", "index,ticker,asof\nR1000,BIG,2023-03-31\n")
    fund = write(tmp_path / "fund.csv", fund_file())
    assert read(ours, fund)["index_id"].unique(maintain_order=True).to_list() == ["R1000", "R2000"]


# --- mistakes ---------------------------------------------------------------------------------------------------------

HEADER = "index,ticker,name,asof\n"
GOOD = "R1000,AAA,Alpha,2023-03-31\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEADER + GOOD + "R999,BBB,,2023-03-31\n", ["line 3", "'R999'", "R1000, R2000"]),
        (HEADER + GOOD + ",BBB,,2023-03-31\n", ["line 3", "index ''"]),
        (HEADER + GOOD + "R1000,,Nobody,2023-03-31\n", ["line 3", "ticker is empty"]),
        (HEADER + "\n" + GOOD + "R1000,BBB,,31.3.2023\n", ["line 4", "31.3.2023", "YYYY-MM-DD"]),
        (HEADER + "R1000,BBB,,\n", ["line 2", "asof"]),
        (HEADER + "R1000,BBB,,2023-02-30\n", ["line 2", "2023-02-30"]),
        (HEADER + "R1000,BBB\n", ["line 2", "2 cells where the header has 4"]),
        (HEADER, ["no member"]),
        (HEADER + "\n , ,,\n", ["no member"]),
        ("", ["index,ticker,name,asof", "iShares"]),
        ("ticker,name,asof\nAAA,,2023-03-31\n", ["index,ticker,name,asof", "iShares"]),
        ("R1000,AAA,Alpha,2023-03-31\n", ["index,ticker,name,asof"]),
        ("<!DOCTYPE html>\n<html></html>\n", ["index,ticker,name,asof", "iShares"]),
        (fund_file(rows=[holding("USD", "USD CASH", "Cash")]), ["no member"]),
        (fund_file().replace("Fund Holdings as of", "Fund"), ["Fund Holdings as of"]),
        (fund_file().replace("Asset Class", "Class"), ["no member"]),
        (HEADER + 'R1000,"AAA' + "x" * 140_000, ["not a CSV"]),
    ],
    ids=[
        *("an unknown index", "no index", "no ticker", "a date of another form", "no date", "a date that is none"),
        *("a short line", "a header alone", "blank lines alone", "nothing", "no column index", "no header"),
        *("a page", "cash alone", "no date of the holdings", "no asset class", "a quote that never ends"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(BadInput) as error:
        read(write(tmp_path / "wrong.csv", text))
    assert not [part for part in ["wrong.csv", *told] if part not in str(error.value)], str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(BadInput, match=r"failed: .*Check the path") as error:
            read(path)
        assert str(path) in str(error.value)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_file_in_another_encoding_is_told(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "list.csv", OURS.replace("Alpha", "Alphé"), encoding=encoding)
    with pytest.raises(BadInput, match=r"list\.csv.*not UTF-8"):
        read(path)


def test_one_wrong_file_among_several_is_named(tmp_path: Path) -> None:
    good, wrong = write(tmp_path / "good.csv", OURS), write(tmp_path / "wrong.csv", HEADER)
    with pytest.raises(BadInput, match=r"wrong\.csv"):
        read(good, wrong)


# --- what would be read wrongly in silence ----------------------------------------------------------------------------


def test_a_quote_that_is_never_closed_is_told(tmp_path: Path) -> None:
    text = 'index,ticker,asof,name\nR1000,A,2023-03-31,Alpha\nR1000,B,2023-03-31,"Beta\nR1000,C,2023-03-31,Gamma\n'
    with pytest.raises(BadInput, match=r"lists\.csv: it is not a CSV"):
        read(write(tmp_path / "lists.csv", text))


def test_a_list_of_changes_is_no_membership(tmp_path: Path) -> None:
    text = "index,action,ticker,asof\nR1000,addition,A,2023-03-31\n"
    with pytest.raises(BadInput, match=r"lists\.csv.*column `action`"):
        read(write(tmp_path / "lists.csv", text))


def test_a_column_that_stands_twice_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"lists\.csv.*ticker more than once"):
        read(write(tmp_path / "lists.csv", "index,ticker,ticker,asof\nR1000,A,B,2023-03-31\n"))
