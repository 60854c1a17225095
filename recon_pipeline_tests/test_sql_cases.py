"""Every query by rows in, rows out: the cases below `cases/`, and the rules for writing them.

A case is a folder `cases/<schema>.<table>/<what it shows>/` with

    given.<schema>.<table>.csv   rows of a table that the query reads; without a file it is empty, and a reference
                                 table holds what ships with the package (all exchange sessions among it)
    expect.csv                   the rows of the table after its query ran, in any order, with the columns that matter
    params.json                  parameters of the query; by default the event below
    about.txt                    what the reader should know, where the name of the folder does not say it all

A `given` file beside the cases of a table is given to all of them that bring none of their own. An empty cell is a
null. A row says only what matters. A column that a file leaves out takes, in this order: the value of `defaults.json`
beside the cases (`{"schema.table": {"column": value}}`), null where the contract allows it, what the row says elsewhere
(`COPIES`), the value by name (`BY_NAME`), the value by type (`BY_TYPE`). An empty cell that may not be null takes the
last three as well.

Does not belong here: how tables play together (the pipeline's tests), and what holds for all rows (`test_bands.py`).
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline.pipeline import prepare
from recon_pipeline.tables import Table, load_tables, tree_fingerprint
from recon_pipeline.warehouse import Warehouse

CASES = Path(__file__).parent / "cases"
TABLES = load_tables()

DEFAULT_EVENT = "2023-06-recon"
"""Rank day 2023-04-28 (a Friday), effective after the close of 2023-06-23 (another): the dates below."""

COPIES: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "symbol": ("ticker", lambda ticker: ticker.replace(".", "/")),
    "ticker": ("symbol", lambda symbol: symbol.replace("/", ".")),
    "ticker_key": ("ticker", lambda ticker: ticker.replace(".", "")),
    "rank_ticker": ("ticker", str),
    "pricing_ticker": ("ticker", str),
    "company_name": ("ticker", str),
    "issuer_name": ("ticker", str.lower),
    "issuer_key": ("issuer_name", str),
    "security_id": ("ticker", lambda ticker: f"L-{ticker}"),
    "company_id": ("ticker", lambda ticker: f"C-{ticker}"),
}
"""Columns that follow from another one of the row: a ticker names its line and its company."""

BY_NAME: Mapping[str, str] = {
    "exchange": "nyse",
    "exchange_value": "nyse",
    "role": "rank",
    "to_role": "rank",
    "from_role": "opening",
    "basis": "ticker",
    "security_type": "common",
    "security_type_value": "common",
    "vintage": "final",
    "listing": "seen",
    "kind": "recon",
    "season": "june",
    "effective_date": "2023-06-23",
    "unit": "flag",
    "floor_cut": "R3000",
    "last_rank": "3000",
    "source": "case",
    "listing_source": "case",
    **{
        f"{rule}_status": "passed"
        for rule in ("listing", "exchange", "security_type", "structure", "country", "price", "market_cap")
    },
    **{f"{rule}_status": "passed" for rule in ("share_class", "float", "votes", "presumption")},
    "country_evidence": "none",
    "share_class_evidence": "pricing vehicle",
    "price_basis": "close of rank day",
    "sql_fingerprint": tree_fingerprint(),
}
"""Columns whose contract allows only some words, or whose usual value is another than that of their type."""

BY_TYPE: Mapping[str, str] = {
    "VARCHAR": "",
    "BOOLEAN": "false",
    "DATE": "2023-04-28",
    "TIMESTAMP": "2023-04-29 00:20:00",
}
"""The rank day, and the night after it in which its dump is published; all other types are numbers, and take 0."""

Row = dict[str, str | None]


class _Undo(Exception):
    """Ends the transaction of a case, so that the next one finds the tables as they were."""


# --- reading a case ---------------------------------------------------------------------------------------------------


def read_csv(path: Path) -> tuple[list[str], list[Row]]:
    """Return the columns and the rows of a file; an empty cell is None."""
    with path.open(newline="", encoding="utf-8") as file:
        header, *lines = csv.reader(file)
    wrong = [number for number, line in enumerate(lines, start=2) if len(line) != len(header)]
    assert not wrong, f"{path}: lines {wrong} have another number of cells than the header"
    return header, [{name: cell or None for name, cell in zip(header, line, strict=True)} for line in lines]


def given_files(case: Path) -> dict[str, Path]:
    """Return the files of given rows by table: those of the case, and those that all cases of the table share."""
    shared, own = (
        {p.name[len("given.") : -len(".csv")]: p for p in f.glob("given.*.csv")} for f in (case.parent, case)
    )
    return shared | own


def defaults_of(case: Path) -> dict[str, dict[str, str | int]]:
    """Return what the rows given to the cases of a table say unless they say otherwise, by table and column."""
    path = case.parent / "defaults.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def parameters_of(case: Path) -> dict[str, str]:
    """Return the parameters that the query of a case runs with."""
    path = case / "params.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {"event_id": DEFAULT_EVENT}


# --- filling, running, comparing --------------------------------------------------------------------------------------


class Bench:
    """A warehouse made from the contracts, for running one query at a time."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        columns = warehouse.frame(
            "select schema_name || '.' || table_name as full_name, column_name, data_type, is_nullable "
            "from duckdb_columns() where not internal order by column_index"
        )
        self.columns: dict[str, dict[str, tuple[str, bool]]] = {}
        for table, column, data_type, is_nullable in columns.iter_rows():
            self.columns.setdefault(table, {})[column] = (data_type, is_nullable)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Everything in the block is rolled back at its end."""
        try:
            with self.warehouse.transaction():
                yield
                raise _Undo
        except _Undo:
            pass

    def give(self, table: str, rows: list[Row], defaults: Mapping[str, str | int]) -> None:
        """Replace the rows of a table; what a row leaves out is filled in as the charter says."""
        unknown = {name for row in rows for name in row} - self.columns[table].keys()
        assert not unknown, f"{table} has no column {', '.join(sorted(unknown))}"
        self.warehouse.con.execute(f"delete from {table}")
        filled = [self._fill(table, row, defaults) for row in rows]
        self.warehouse.load(table, pl.DataFrame(filled, schema=dict.fromkeys(self.columns[table], pl.String)))

    def _fill(self, table: str, row: Row, defaults: Mapping[str, str | int]) -> Row:
        known = {name: str(value) for name, value in defaults.items()} | row
        filled: Row = {}
        for name, (data_type, is_nullable) in self.columns[table].items():
            value = known.get(name)
            filled[name] = value if value is not None or is_nullable else self._default(name, data_type, known)
        return filled

    def _default(self, name: str, data_type: str, known: Row) -> str:
        if name == "event_id":
            return DEFAULT_EVENT
        other, follow = COPIES.get(name, ("", str))
        origin = known.get(other)
        if origin is None and known.get(COPIES.get(other, ("", str))[0]) is not None:
            origin = self._default(other, "VARCHAR", known)
        if origin is not None:
            return follow(origin)
        return BY_NAME.get(name) or BY_TYPE.get(data_type, "0")

    def result(self, table: Table, parameters: Mapping[str, str], columns: list[str]) -> list[Row]:
        """Run the query of a table; return these columns of its rows, as text."""
        self.warehouse.rebuild(table, parameters)
        listed = ", ".join(f"cast({name} as varchar) as {name}" for name in columns)
        return self.warehouse.frame(f"select {listed} from {table.full_name}").to_dicts()

    def numbers(self, table: str) -> set[str]:
        """Return the columns with a fixed number of decimals: trailing zeros do not count there."""
        return {name for name, (data_type, _) in self.columns[table].items() if data_type.startswith("DECIMAL")}


def difference(expected: list[Row], got: list[Row], columns: list[str], numbers: set[str]) -> str:
    """Return a text that shows what is missing and what is too much, or an empty one; the order does not count."""

    def plain(row: Row) -> tuple[str | None, ...]:
        cells = ((name, row[name]) for name in columns)
        return tuple(
            format(Decimal(cell).normalize(), "f") if cell is not None and name in numbers else cell
            for name, cell in cells
        )

    wanted, found = Counter(map(plain, expected)), Counter(map(plain, got))
    if wanted == found:
        return ""
    order = sorted({*wanted, *found}, key=lambda row: [cell or "" for cell in row])
    lines: list[tuple[str, tuple[str | None, ...]]] = [("  ", tuple(columns))]
    for row in order:
        missing, extra = wanted[row] - found[row], found[row] - wanted[row]
        lines += [("- ", row)] * max(missing, 0) + [("+ ", row)] * max(extra, 0)
        lines += [("  ", row)] * min(wanted[row], found[row])
    texts = [(mark, ["null" if cell is None else cell for cell in cells]) for mark, cells in lines]
    widths = [max(len(cells[i]) for _, cells in texts) for i in range(len(columns))]
    body = "\n".join(mark + "  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)) for mark, cells in texts)
    return f"- expected, but not there; + there, but not expected\n{body}"


@contextmanager
def open_bench(folder: Path) -> Iterator[Bench]:
    """A bench with the reference tables that ship, and all exchange sessions; other property tests use it as well."""
    with Warehouse(folder / "bench.duckdb") as warehouse:
        prepare(warehouse)
        yield Bench(warehouse)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("cases")) as opened:
        yield opened


# --- the cases --------------------------------------------------------------------------------------------------------

FOLDERS = sorted(path for path in CASES.glob("*/*") if path.is_dir())


@pytest.mark.engine
@pytest.mark.parametrize("case", [pytest.param(path, id=f"{path.parent.name}-{path.name}") for path in FOLDERS])
def test_case(case: Path, bench: Bench) -> None:
    table, parameters, defaults = TABLES[case.parent.name], parameters_of(case), defaults_of(case)
    columns, expected = read_csv(case / "expect.csv")
    with bench.undone():
        for name, path in given_files(case).items():
            event = {"event_id": parameters["event_id"]} if "event_id" in bench.columns[name] else {}
            bench.give(name, read_csv(path)[1], event | defaults.get(name, {}))
        got = bench.result(table, parameters, columns)
    if found := difference(expected, got, columns, bench.numbers(table.full_name)):
        pytest.fail(f"sql/{table.schema}/{table.name}.sql, case {case.name}\n{found}", pytrace=False)


# --- the cases as a whole ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(name for name, table in TABLES.items() if table.query is not None))
def test_every_query_has_a_case(name: str) -> None:
    assert [folder for folder in FOLDERS if folder.parent.name == name], f"write cases/{name}/<what it shows>/"


def test_every_case_is_of_a_table_with_a_query_and_gives_only_what_that_reads() -> None:
    wrong = []
    for folder in FOLDERS:
        table = TABLES.get(folder.parent.name)
        if table is None or table.query is None:
            wrong.append(f"{folder.parent.name}: no such table, or it has no query")
            continue
        wrong += [
            f"{folder.parent.name}/{folder.name}: the query does not read {name}"
            for name in sorted({*given_files(folder), *defaults_of(folder)} - table.query.reads)
        ]
        known = {"expect.csv", "params.json", "about.txt"}
        wrong += [
            f"{folder.parent.name}/{folder.name}: {path.name} is no file of a case"
            for path in sorted(folder.iterdir())
            if path.name not in known and not (path.name.startswith("given.") and path.suffix == ".csv")
        ]
        if not (folder / "expect.csv").is_file():
            wrong.append(f"{folder.parent.name}/{folder.name}: no expect.csv")
    assert not wrong


@pytest.mark.parametrize(
    ("got", "says"),
    [
        ([{"a": "x", "b": "1.50"}], ""),
        ([{"a": "x", "b": None}], "\n- x  1.5"),
        ([], "\n- x  1.5"),
        ([{"a": "x", "b": "1.5"}, {"a": None, "b": "2"}], "\n+ null  2"),
        ([{"a": "x", "b": "1.5"}, {"a": "x", "b": "1.5"}], "\n+ x  1.5"),
    ],
)
def test_a_difference_is_seen_and_shown(got: list[Row], says: str) -> None:
    found = difference([{"a": "x", "b": "1.5"}], got, ["a", "b"], numbers={"b"})
    assert bool(found) == bool(says)
    assert says in found


@pytest.mark.engine
def test_a_row_is_filled_in_where_the_contract_wants_a_value(bench: Bench) -> None:
    with bench.undone():
        bench.give("core.lines", [{"ticker": "ABC.B", "name": None}], {"country": "Nowhere"})
        row = bench.warehouse.frame("select * exclude (anchor_date, observed_session) from core.lines").row(
            0, named=True
        )
    assert {name: value for name, value in row.items() if value is not None} == {
        "event_id": DEFAULT_EVENT,
        "role": "rank",
        "ticker": "ABC.B",
        "ticker_key": "ABCB",
        "is_neighbour": False,
        "listing": "seen",
        "listing_source": "case",
        "exchange": "nyse",
        "symbol": "ABC/B",
        "country": "Nowhere",
    }
    assert bench.warehouse.frame("select * from core.lines").is_empty()
