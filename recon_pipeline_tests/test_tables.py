"""The `sql/` tree as tables: what a query names, against DuckDB's own parser, and what a broken tree is told.

Does not belong here: what a query returns (`test_sql_cases.py`).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recon_pipeline import tables as tables_module
from recon_pipeline.contract import contract_path
from recon_pipeline.errors import ContractBroken
from recon_pipeline.paths import sql_root
from recon_pipeline.tables import (
    SCHEMAS,
    Macro,
    Query,
    Table,
    derived_tables,
    load_macros,
    load_tables,
    public_tables,
    readers_fingerprint,
    tree_fingerprint,
)
from recon_pipeline.warehouse import Shape, macro_shapes, shapes

TABLES = load_tables()
MACROS = {macro.full_name: macro for macro in load_macros()}

QUERIES = {
    name: query
    for table in TABLES.values()
    for name, query in [
        (table.full_name, table.query),
        *((f"{table.full_name}.check.{check.name}", check.query) for check in table.checks),
    ]
    if query is not None
}
"""Every query and every check of the tree."""

DERIVED = {table.full_name: table for table in derived_tables(TABLES)}


# --- what a query names -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reads", "parameters"),
    [
        ("select a from core.x where b = $event_id", {"core.x"}, {"event_id"}),
        ("SELECT a FROM Core.X AS x\nINNER JOIN\n    raw.y ON x.a = y.a", {"core.x", "raw.y"}, set()),
        ("select a from core.x -- from raw.y where $p", {"core.x"}, set()),
        ("-- it's from raw.y\nselect a from core.x -- isn't $p", {"core.x"}, set()),
        ("/* from raw.y\nwhere $p */ select a from core.x", {"core.x"}, set()),
        ("select 'from raw.y, $p' as a from core.x", {"core.x"}, set()),
        ("select 'it''s from raw.y' as a, '$p' as b from core.x where c = $q", {"core.x"}, {"q"}),
        ("select '-- ' as a from core.x where b = $p -- '", {"core.x"}, {"p"}),
        ("with x as (select a from raw.y) select a from x", {"raw.y"}, set()),
        ("select a from core.x where a in (select a from recon.z_2)", {"core.x", "recon.z_2"}, set()),
        ("select extract(year from day) as a, 1 as raw from meta.tables", set(), set()),
    ],
)
def test_a_query_names_what_it_reads_and_takes(text: str, reads: set[str], parameters: set[str]) -> None:
    query = Query.parse(text)
    assert query.reads == reads
    assert query.parameters == parameters
    assert query.text == text


def test_the_comment_at_the_head_describes_a_query() -> None:
    query = Query.parse("-- Who is in.\n-- One row a line.\nwith a as (\n-- a detail\nselect 1)\nselect 1 from a")
    assert query.description == "Who is in. One row a line."
    assert Query.parse("select 1\n-- after").description == ""


def nodes(tree: object) -> Iterator[dict[str, Any]]:
    """Every object within a parse tree."""
    if isinstance(tree, dict):
        yield tree
        for part in tree.values():
            yield from nodes(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from nodes(part)


def parsed_by_duckdb(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """What DuckDB's parser says that a SELECT reads (`schema.table`) and which parameters it takes."""
    with duckdb.connect() as con:
        row = con.execute("select json_serialize_sql($text)", {"text": text}).fetchone()
    assert row is not None
    tree = json.loads(row[0])
    assert not tree["error"], tree
    # A table without a schema is a CTE.
    tables = {(node["schema_name"], node["table_name"]) for node in nodes(tree) if node.get("type") == "BASE_TABLE"}
    parameters = {node["identifier"] for node in nodes(tree) if node.get("type") == "VALUE_PARAMETER"}
    return frozenset(f"{schema}.{table}".lower() for schema, table in tables if schema), frozenset(parameters)


@pytest.mark.engine
@pytest.mark.parametrize("name", QUERIES)
def test_duckdb_reads_a_query_as_we_do(name: str) -> None:
    assert parsed_by_duckdb(QUERIES[name].text) == (QUERIES[name].reads, QUERIES[name].parameters)


@pytest.mark.engine
def test_a_disagreement_with_duckdb_would_be_seen() -> None:
    text = "select $day2 as d from core.a, core.b"
    reads, parameters = parsed_by_duckdb(text)
    assert (reads, parameters) == (frozenset({"core.a", "core.b"}), frozenset({"day2"}))
    assert (Query.parse(text).reads, Query.parse(text).parameters) != (reads, parameters)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_says_at_its_head_what_it_is_for(name: str) -> None:
    assert QUERIES[name].description


# --- contracts --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def contracts() -> dict[str, Shape]:
    return shapes(TABLES)


@pytest.mark.engine
def test_every_contract_makes_the_table_of_its_file(contracts: Mapping[str, Shape]) -> None:
    assert contracts.keys() == TABLES.keys()


@pytest.mark.engine
@pytest.mark.parametrize("name", TABLES)
def test_every_table_and_every_column_is_described(name: str, contracts: Mapping[str, Shape]) -> None:
    assert contracts[name].comment.strip()
    assert not [column.name for column in contracts[name].columns if not column.comment.strip()]


@pytest.mark.engine
@pytest.mark.parametrize("name", [table.full_name for table in public_tables(TABLES)])
def test_a_public_table_has_a_key_without_nulls(name: str, contracts: Mapping[str, Shape]) -> None:
    key = [column for column in contracts[name].columns if column.in_key]
    assert key
    assert not [column.name for column in key if column.is_nullable]


CONSTRAINTS = "select constraint_type, constraint_column_names, constraint_text from duckdb_constraints()"


def constraints(contract: str) -> list[tuple[str, tuple[str, ...], str]]:
    """The constraints of the table that a contract makes (kind, columns, text), as DuckDB has them."""
    with duckdb.connect() as con:
        for schema in SCHEMAS:
            con.execute(f"create schema {schema}")
        for statement in duckdb.extract_statements(contract):
            con.execute(statement)
        return [(kind, tuple(columns), text) for kind, columns, text in con.execute(CONSTRAINTS).fetchall()]


@pytest.mark.engine
@pytest.mark.parametrize("name", sorted({*DERIVED, *(table.full_name for table in public_tables(TABLES))}))
def test_the_keys_that_we_prove_are_those_of_the_contract(name: str) -> None:
    """A derived table has no index in the working database: a key that we do not read would not be held there."""
    table = TABLES[name]
    stated = constraints(table.contract)
    keys = {kind: {columns for other, columns, _ in stated if other == kind} for kind in ("PRIMARY KEY", "UNIQUE")}
    assert {table.keys[0]} == keys["PRIMARY KEY"]
    assert set(table.keys[1:]) == keys["UNIQUE"]
    if table.is_by_event:
        assert not [key for key in table.keys if key[0] != "event_id"]


@pytest.mark.engine
@pytest.mark.parametrize("name", DERIVED)
def test_without_its_keys_a_contract_holds_all_else(name: str) -> None:
    """A primary key forbids nulls too: its columns must say so themselves, as the key is not there to do it."""
    table = TABLES[name]
    rest = [found for found in constraints(table.contract) if found[0] not in ("PRIMARY KEY", "UNIQUE")]
    assert sorted(constraints(table.contract_without_keys)) == sorted(rest)
    without = shapes({name: replace(table, contract=table.contract_without_keys)})[name]
    assert without.comment
    assert not [column.name for column in without.columns if not column.comment]
    assert not [column.name for column in without.columns if column.is_nullable and column.name in table.keys[0]]


@pytest.mark.engine
@pytest.mark.parametrize("name", DERIVED)
def test_a_query_returns_the_columns_of_the_contract(name: str, contracts: Mapping[str, Shape]) -> None:
    """Names, order and types: an insert would convert in silence, and round what no cast in the query rounds."""
    query = QUERIES[name]
    with duckdb.connect() as con:
        for schema in SCHEMAS:
            con.execute(f"create schema {schema}")
        for read in query.reads:
            for statement in duckdb.extract_statements(TABLES[read].contract):
                con.execute(statement)
        answer = con.sql(query.text, params=dict.fromkeys(query.parameters, "2023-06-recon"))
        returned = list(zip(answer.columns, map(str, answer.types), strict=True))
    assert returned == [(column.name, column.type) for column in contracts[name].columns]


# --- macros -----------------------------------------------------------------------------------------------------------


@pytest.mark.engine
@pytest.mark.parametrize("name", MACROS)
def test_a_macro_is_described_and_reads_what_we_read_in_it(name: str) -> None:
    macro = MACROS[name]
    shape = macro_shapes(TABLES, [macro])[name]
    assert shape.comment
    assert shape.columns
    body = macro.text.partition(" as table\n")[2].partition(";\n")[0]
    reads, parameters = parsed_by_duckdb(re.sub(rf"\b({'|'.join(macro.parameters)})\b", r"$\1", body))
    assert (reads, parameters) == (macro.reads, frozenset(macro.parameters))


PUBLIC = {"recon/x": "create table recon.x (a integer)", "core/y": "create table core.y (a integer)"}


def macros(root: Path, files: Mapping[str, str]) -> tuple[Macro, ...]:
    """Write a tree with macros and load these."""
    for name, text in files.items():
        path = root / (name if name.endswith(".sql") else f"{name}.table.sql")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_macros.__wrapped__(root)


def test_a_macro_is_its_name_its_parameters_and_what_it_reads(tmp_path: Path) -> None:
    text = "-- recon.none\ncreate macro recon.f(low, high) as table\nselect a from recon.x where a > low and a < high"
    (macro,) = macros(tmp_path, PUBLIC | {"recon/f.macro.sql": text})
    assert (macro.full_name, macro.parameters, macro.reads) == ("recon.f", ("low", "high"), frozenset({"recon.x"}))


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("core/f.macro.sql", "create macro core.f(d) as table\nselect a from core.y", "stands in recon"),
        ("recon/x.macro.sql", "create macro recon.x(d) as table\nselect a from recon.x", "no table has"),
        ("recon/f.macro.sql", "create macro recon.g(d) as table\nselect a from recon.x", "create macro recon.f"),
        ("recon/f.macro.sql", "select a from recon.x", "create macro recon.f"),
        ("recon/f.macro.sql", "create macro recon.f(d) as table\nselect a from core.y", "core.y"),
        ("recon/f.macro.sql", "create macro recon.f(d) as table\nselect a from recon.none", "recon.none"),
    ],
)
def test_a_broken_macro_is_refused_and_named(tmp_path: Path, path: str, text: str, told: str) -> None:
    with pytest.raises(ContractBroken, match=path) as error:
        macros(tmp_path, PUBLIC | {path: text})
    assert told in str(error.value)


# --- the whole tree ---------------------------------------------------------------------------------------------------


def test_every_table_comes_after_all_that_it_reads() -> None:
    place = {name: number for number, name in enumerate(TABLES)}
    late = {(name, read) for name in DERIVED for read in QUERIES[name].reads if place[read] >= place[name]}
    assert not late
    assert list(DERIVED) == [name for name in TABLES if name in DERIVED]


def test_the_order_is_the_same_in_every_process() -> None:
    program = "from recon_pipeline.tables import load_tables; print(*load_tables())"
    orders = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert orders == {" ".join(TABLES) + "\n"}


def test_every_file_of_the_tree_belongs_to_a_table_or_is_a_macro() -> None:
    # Questions to the published file, and what is promised of it, are no tables.
    files = sorted(
        path
        for path in sql_root().rglob("*")
        if path.is_file() and path.parent.name != "cookbook" and path != contract_path()
    )
    known = {f"{path.parent.name}.{path.name.split('.', 1)[0]}" for path in files}
    assert known == TABLES.keys() | MACROS.keys()
    assert not TABLES.keys() & MACROS.keys()
    assert {path.parent.name for path in files} == set(SCHEMAS)


def test_public_are_the_tables_of_the_contract_with_consumers() -> None:
    names = [table.name for table in public_tables(TABLES)]
    promised = {
        *("index_membership", "index_changes", "universe", "eligibility"),
        *("ranking", "breakpoints", "events", "data_issues"),
    }
    assert promised <= set(names)
    assert names == sorted(names)
    assert all(table.query for table in public_tables(TABLES))


# --- small trees ------------------------------------------------------------------------------------------------------

EMPTY = "create table s.t (a integer)"


def tree(root: Path, files: Mapping[str, str]) -> dict[str, Table]:
    """Write a tree and load it; a contract may be given by the name of its table alone."""
    for name, text in files.items():
        path = root / (name if name.endswith((".sql", ".csv")) else f"{name}.table.sql")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_tables.__wrapped__(root)  # not the cache: a test writes the same tree twice


def test_a_table_is_its_files_side_by_side(tmp_path: Path) -> None:
    tables = tree(
        tmp_path,
        {
            "reference/facts": EMPTY,
            "reference/facts.csv": "a\n1\n",
            "core/x": EMPTY,
            "core/x.sql": "select a from reference.facts where e = $event_id",
            "core/x.check.late.sql": "-- Why.\n-- severity: warn\nselect a from core.x",
            "core/x.check.early.sql": "-- severity: error\nselect a from core.x",
            "core/x_other": EMPTY,
        },
    )
    x, facts = tables["core.x"], tables["reference.facts"]
    assert tables.keys() == {"reference.facts", "core.x", "core.x_other"}
    assert [(check.name, check.blocking) for check in x.checks] == [("early", True), ("late", False)]
    assert x.is_by_event
    assert not facts.is_by_event
    assert facts.csv == tmp_path / "reference" / "facts.csv"
    assert facts.query is None
    assert tables["core.x_other"].checks == ()
    assert [table.full_name for table in derived_tables(tables)] == ["core.x"]


def test_order_follows_the_queries_and_not_the_names(tmp_path: Path) -> None:
    tables = tree(
        tmp_path,
        {
            "core/a": EMPTY,
            "core/a.sql": "select 1 from core.b",
            "core/b": EMPTY,
            "core/b.sql": "select 1 from core.c join raw.z",
            "core/c": EMPTY,
            "core/c.sql": "select 1 from raw.z",
            "raw/z": EMPTY,
        },
    )
    assert list(tables) == ["raw.z", "core.c", "core.b", "core.a"]


def test_a_check_may_look_at_a_layer_to_its_right(tmp_path: Path) -> None:
    files = {"core/x": EMPTY, "recon/y": EMPTY, "core/x.check.y.sql": "-- severity: warn\nselect 1 from recon.y"}
    assert tree(tmp_path, files)["core.x"].checks[0].query.reads == {"recon.y"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"core/x.sql": "select 1"}, ["core/x.sql", "no contract", "x.table.sql"]),
        ({"reference/x.csv": "a\n1\n"}, ["reference/x.csv", "no contract"]),
        ({"core/x.check.a.sql": "-- severity: warn\nselect 1"}, ["core/x.check.a.sql", "no contract"]),
        ({"core/x": EMPTY, "core/x.sql": "select 1 from raw.y"}, ["core.x", "raw.y", "no contract"]),
        (
            {"core/x": EMPTY, "core/x.check.a.sql": "-- severity: error\nselect 1 from raw.y"},
            ["core.x", "raw.y", "no contract"],
        ),
        (
            {"raw/x": EMPTY, "raw/x.sql": "select 1 from core.y", "core/y": EMPTY},
            ["raw.x", "core.y", "layer to its right"],
        ),
        (
            {
                "core/x": EMPTY,
                "core/x.sql": "select 1 from core.y",
                "core/y": EMPTY,
                "core/y.sql": "select 1 from core.x",
            },
            ["core.x", "core.y", "circle"],
        ),
        ({"core/x": EMPTY, "core/x.sql": "select 1 from core.x"}, ["core.x", "circle"]),
        ({"core/x": EMPTY, "core/x.check.a.sql": "select 1"}, ["x.check.a.sql", "-- severity: error"]),
        ({"core/x": EMPTY, "core/x.check.a.sql": "-- severity: fatal\nselect 1"}, ["x.check.a.sql", "severity"]),
    ],
    ids=[
        *("a query alone", "facts alone", "a check alone", "an unknown table", "an unknown table in a check"),
        *("a layer to the right", "two in a circle", "one in a circle", "no severity", "an unknown severity"),
    ],
)
def test_a_broken_tree_is_refused_and_the_file_named(tmp_path: Path, files: dict[str, str], told: list[str]) -> None:
    with pytest.raises(ContractBroken) as error:
        tree(tmp_path, files)
    assert not [part for part in told if part not in str(error.value)], str(error.value)


# --- fingerprints -----------------------------------------------------------------------------------------------------

FACTS = {
    "reference/facts": EMPTY,
    "reference/facts.csv": "a\n1\n",
    "core/x": EMPTY,
    "core/x.sql": "select a from reference.facts",
}


def test_the_fingerprint_of_a_table_is_of_its_contract_and_facts(tmp_path: Path) -> None:
    before = tree(tmp_path, FACTS)["reference.facts"].fingerprint
    assert tree(tmp_path, FACTS)["reference.facts"].fingerprint == before
    assert tree(tmp_path, {"reference/facts.csv": "a\n2\n"})["reference.facts"].fingerprint != before
    other = tree(tmp_path, FACTS | {"reference/facts": EMPTY + ";"})["reference.facts"].fingerprint
    assert other != before


def test_another_query_alone_needs_no_new_table(tmp_path: Path) -> None:
    before = tree(tmp_path, FACTS)["core.x"].fingerprint
    assert tree(tmp_path, {"core/x.sql": "select 2 as a"})["core.x"].fingerprint == before


@pytest.mark.parametrize(
    "change",
    [
        {"core/x.sql": "select 2 as a from reference.facts"},
        {"core/x": EMPTY + ";"},
        {"reference/facts.csv": "a\n2\n"},
        {"raw/new": EMPTY},
    ],
    ids=["query", "contract", "facts", "table"],
)
def test_the_fingerprint_of_the_tree_is_of_all_that_makes_rows(tmp_path: Path, change: dict[str, str]) -> None:
    before = tree_fingerprint(tree(tmp_path, FACTS))
    assert tree_fingerprint(tree(tmp_path, FACTS)) == before
    assert tree_fingerprint(tree(tmp_path, change)) != before


def test_the_fingerprint_of_the_tree_is_of_its_macros_too(tmp_path: Path) -> None:
    tables = tree(tmp_path, FACTS)
    macro = Macro("recon", "f", "create macro recon.f(d) as table\nselect 1 as a", frozenset())
    other = replace(macro, text=macro.text.replace("1", "2"))
    prints = {tree_fingerprint(tables, found) for found in ((), (macro,), (other,))}
    assert len(prints) == 3


def test_the_fingerprint_covers_the_code_that_reads_payloads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    module = tmp_path / "symbols.py"
    prints = []
    for text in ("a = 1", "a = 2"):
        module.write_text(text, encoding="utf-8")
        monkeypatch.setattr(tables_module, "reader_files", lambda: [module])
        readers_fingerprint.cache_clear()
        prints.append(tree_fingerprint())
    readers_fingerprint.cache_clear()
    assert prints[0] != prints[1]
