"""The published Parquet files, as other tools read them: Polars, and pandas and others by way of Arrow.

What does not belong here: which rows are published (`test_publish.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas
import polars as pl
import pyarrow
import pyarrow.parquet
import pytest

from recon_pipeline.contract import schema_version
from recon_pipeline.publish import published_path
from recon_pipeline.tables import Table, load_tables, public_tables
from recon_pipeline.warehouse import Reader, Shape, shapes
from recon_pipeline_tests.small_home import RUN, publish_rows
from recon_pipeline_tests.test_cookbook import BETWEEN, FIRST, GIVEN, LAST

ARROW: Mapping[str, Any] = {
    "VARCHAR": pyarrow.string(),
    "BOOLEAN": pyarrow.bool_(),
    "SMALLINT": pyarrow.int16(),
    "INTEGER": pyarrow.int32(),
    "BIGINT": pyarrow.int64(),
    "DOUBLE": pyarrow.float64(),
    "DATE": pyarrow.date32(),
}
"""The types of the contract that every reader knows, but for decimals; no list, no struct, no type of DuckDB's own."""

POLARS: Mapping[str, Any] = {
    "VARCHAR": pl.String,
    "BOOLEAN": pl.Boolean,
    "SMALLINT": pl.Int16,
    "INTEGER": pl.Int32,
    "BIGINT": pl.Int64,
    "DOUBLE": pl.Float64,
    "DATE": pl.Date,
}

SHAPES = shapes(load_tables())
TABLES = pytest.mark.parametrize("table", public_tables(), ids=lambda table: table.name)


def decimal_of(kind: str) -> tuple[int, int] | None:
    """Precision and scale of a decimal type, None of another."""
    found = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", kind)
    return (int(found[1]), int(found[2])) if found else None


def arrow_of(kind: str) -> Any:
    decimal = decimal_of(kind)
    return pyarrow.decimal128(*decimal) if decimal else ARROW[kind]


def polars_of(kind: str) -> Any:
    decimal = decimal_of(kind)
    return pl.Decimal(*decimal) if decimal else POLARS[kind]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("parquet")
    runs = [RUN | {"event_id": name} for name in (FIRST, BETWEEN, LAST)]
    given = {name: [dict[str, str | None](row) for row in rows] for name, rows in GIVEN.items()}
    publish_rows(home, {"raw.event_runs": runs} | given)
    return published_path(home)


def of(table: Table, folder: Path) -> tuple[Path, Shape, int]:
    """The file of a table, its shape, and how many rows the database beside it has."""
    held = Reader(folder / "recon.duckdb").frame(f"select count(*) as n from {table.full_name}")["n"][0]
    return folder / f"{table.name}.parquet", SHAPES[table.full_name], held


@TABLES
def test_a_contract_has_only_types_that_every_reader_knows(table: Table) -> None:
    for column in SHAPES[table.full_name].columns:
        decimal = decimal_of(column.type)
        assert column.type in ARROW or decimal is not None, f"{table.full_name}.{column.name} is {column.type}"
        assert decimal is None or decimal[0] <= 38


@TABLES
def test_arrow_and_pandas_read_a_table_as_its_contract_says(table: Table, folder: Path) -> None:
    path, shape, rows = of(table, folder)
    read = pyarrow.parquet.read_table(path)
    assert {field.name: field.type for field in read.schema} == {c.name: arrow_of(c.type) for c in shape.columns}
    assert read.num_rows == rows
    # Decimals stay exact in pandas: as Arrow's, not as floats.
    frame = pandas.read_parquet(path, dtype_backend="pyarrow")
    assert len(frame) == rows
    assert {name: kind.pyarrow_dtype for name, kind in frame.dtypes.items()} == {
        c.name: arrow_of(c.type) for c in shape.columns
    }


@TABLES
def test_polars_reads_the_same_rows_as_the_database_has(table: Table, folder: Path) -> None:
    path, shape, rows = of(table, folder)
    read = pl.read_parquet(path)
    assert dict(read.schema) == {c.name: polars_of(c.type) for c in shape.columns}
    assert read.height == rows
    key = list(table.keys[0])
    held = Reader(folder / "recon.duckdb").frame(f"select * from {table.full_name} order by {', '.join(key)}")
    assert read.equals(held), "the Parquet file and the database say different things, or in another order"


@TABLES
def test_the_comments_travel_with_the_file(table: Table, folder: Path) -> None:
    path, shape, _ = of(table, folder)
    found = pyarrow.parquet.read_schema(path).metadata
    told = {key.decode(): text.decode() for key, text in found.items()}
    assert told["table_name"] == table.full_name
    assert told["schema_version"] == str(schema_version())
    assert told["comment"] == shape.comment
    assert told["grain"] == ", ".join(table.keys[0])
    assert json.loads(told["columns"]) == {column.name: column.comment for column in shape.columns}
