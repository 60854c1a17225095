"""The `sql/` tree as tables: the only reader of the SQL files.

A table is up to three files side by side: `<table>.table.sql` is its contract, `<table>.sql` its query (one SELECT) and
`<table>.check.<what>.sql` return failing rows. A reference table has a CSV of facts in place of the query. What a query
reads and which parameters it takes is read from the SQL itself, so that nothing has to be declared twice.

`<table>.example.sql` is a question that a public table answers, one SELECT on the published file.

`<macro>.macro.sql` is a question with parameters that consumers ask of public tables: a table macro of DuckDB, which
travels with the published file.

Does not belong here: running any of it (`warehouse/`, `pipeline.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import TopologicalSorter
from pathlib import Path

from recon_pipeline.errors import ContractBroken
from recon_pipeline.paths import reader_files, sql_root

SCHEMAS = ("reference", "raw", "core", "recon")
"""The layers, left to right; a query reads its own layer and those to its left."""

PUBLIC_SCHEMA = "recon"

_COMMENT_OR_TEXT = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_TABLE = re.compile(r"\b(?:from|join)\s+((?:reference|raw|core|recon)\.[a-z_0-9]+)", re.IGNORECASE)
_PARAMETER = re.compile(r"\$([a-z_]+)")
_KEY = re.compile(r"^ *(primary key|unique) \(([^)]*)\),?\n", re.MULTILINE)
_MACRO = re.compile(r"^create macro ([a-z_]+\.[a-z_0-9]+)\(([a-z_, ]*)\) as table$", re.MULTILINE)
_MACRO_FILE = ".macro.sql"
_SEVERITY = re.compile(r"^--\s*severity:\s*(error|warn)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Query:
    """One SELECT: its text, the tables that it reads (`schema.table`) and the names of its parameters."""

    text: str
    reads: frozenset[str]
    parameters: frozenset[str]
    description: str

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read what a SELECT names; text in quotes and comments does not count."""
        bare = _COMMENT_OR_TEXT.sub(" ", text)
        comment = [line[2:].strip() for line in text.splitlines() if line.startswith("--")]
        leading = len(list(_leading_comments(text)))
        return cls(
            text=text,
            reads=frozenset(name.lower() for name in _TABLE.findall(bare)),
            parameters=frozenset(_PARAMETER.findall(bare)),
            description=" ".join(comment[:leading]),
        )


def _leading_comments(text: str) -> Iterable[str]:
    for line in text.splitlines():
        if not line.startswith("--"):
            return
        yield line


@dataclass(frozen=True)
class Check:
    """A query that returns failing rows. `blocking` ones keep a snapshot from being published."""

    name: str
    query: Query
    blocking: bool

    @property
    def means(self) -> str:
        """What the check proves: the comment that it begins with."""
        return self.query.description.partition(" ")[2].partition(" ")[2]


@dataclass(frozen=True)
class Macro:
    """A table macro of the public contract: `text` creates it and comments on it; `reads` are the tables it asks."""

    schema: str
    name: str
    text: str
    reads: frozenset[str]

    @property
    def full_name(self) -> str:
        """`schema.macro`, the name in SQL."""
        return f"{self.schema}.{self.name}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters in order."""
        found = _MACRO.search(self.text)
        return tuple(name.strip() for name in found[2].split(",")) if found else ()

    @property
    def fingerprint(self) -> str:
        """Hash of its text: another one needs it made anew."""
        return _hash(self.text)


@dataclass(frozen=True)
class Table:
    """A table of the warehouse: contract, and query or CSV where it is derived or ships with the package."""

    schema: str
    name: str
    contract: str
    query: Query | None = None
    csv: Path | None = None
    checks: tuple[Check, ...] = field(default=())
    example: Query | None = None

    @property
    def full_name(self) -> str:
        """`schema.table`, the name in SQL."""
        return f"{self.schema}.{self.name}"

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """The sets of columns that name a row: the grain (primary key) first, then what else is unique."""
        found = sorted(_KEY.findall(self.contract), key=lambda key: key[0] != "primary key")
        return tuple(tuple(column.strip() for column in columns.split(",")) for _, columns in found)

    def allowed_values(self, column: str) -> list[str]:
        """The values that the contract allows in a column, where it lists them."""
        found = re.search(rf"check \(\s*{column} in \(([^)]*)\)", self.contract)
        return re.findall(r"'([^']*)'", found[1]) if found else []

    @property
    def contract_without_keys(self) -> str:
        """The contract without primary key and unique constraints, for tables whose keys are proven by query."""
        return re.sub(r",(\s*\n\))", r"\1", _KEY.sub("", self.contract))

    @property
    def is_by_event(self) -> bool:
        """Whether the table holds rows by event and is rebuilt one event at a time."""
        return self.query is not None and "event_id" in self.query.parameters

    @property
    def fingerprint(self) -> str:
        """Hash of the contract and of the facts that ship with it: another one needs the table made anew."""
        return _hash(self.contract, self.csv.read_text(encoding="utf-8") if self.csv else "")


def _read_table(contract: Path) -> Table:
    name = contract.name.removesuffix(".table.sql")
    folder = contract.parent
    query, csv, example = (folder / f"{name}{kind}" for kind in (".sql", ".csv", ".example.sql"))
    checks = []
    for path in sorted(folder.glob(f"{name}.check.*.sql")):
        text = path.read_text(encoding="utf-8")
        severity = _SEVERITY.search(text)
        if severity is None:
            raise ContractBroken(f"{path.name} does not say `-- severity: error` or `-- severity: warn`. Add the line.")
        what = path.name.removeprefix(f"{name}.check.").removesuffix(".sql")
        checks.append(Check(name=what, query=Query.parse(text), blocking=severity[1] == "error"))
    return Table(
        schema=folder.name,
        name=name,
        contract=contract.read_text(encoding="utf-8"),
        query=Query.parse(query.read_text(encoding="utf-8")) if query.exists() else None,
        csv=csv if csv.exists() else None,
        checks=tuple(checks),
        example=Query.parse(example.read_text(encoding="utf-8")) if example.exists() else None,
    )


@lru_cache(maxsize=4)
def load_tables(root: Path | None = None) -> dict[str, Table]:
    """Return every table of the tree by full name, each after all that its query reads.

    Raises:
        ContractBroken: a file stands without a contract, a query reads an unknown table or one of a layer to its
            right, or the queries read one another in a circle.
    """
    root = root or sql_root()
    found = {
        table.full_name: table
        for schema in SCHEMAS
        for table in (_read_table(path) for path in sorted((root / schema).glob("*.table.sql")))
    }
    _check_files_have_contracts(root, found)
    for table in found.values():
        for query in [table.query, *(check.query for check in table.checks)]:
            _check_reads(table, query, found, is_check=query is not table.query)
    # Sorted: the order of a set differs from one process to the next, and with it the order of building.
    order = TopologicalSorter({name: sorted(table.query.reads) if table.query else () for name, table in found.items()})
    try:
        return {name: found[name] for name in order.static_order()}
    except ValueError as error:
        raise ContractBroken(f"The queries of sql/ read one another in a circle: {error}. Break it.") from error


@lru_cache(maxsize=4)
def load_macros(root: Path | None = None) -> tuple[Macro, ...]:
    """Return every macro of the tree, by name.

    Raises:
        ContractBroken: a macro stands outside the public layer, bears the name of a table, is not made under the name
            of its file, or reads what is no public table: the published file has none but these.
    """
    root = root or sql_root()
    tables = load_tables(root)
    return tuple(
        _read_macro(path, tables) for schema in SCHEMAS for path in sorted((root / schema).glob(f"*{_MACRO_FILE}"))
    )


def _read_macro(path: Path, tables: Mapping[str, Table]) -> Macro:
    text = path.read_text(encoding="utf-8")
    macro = Macro(path.parent.name, path.name.removesuffix(_MACRO_FILE), text, Query.parse(text).reads)
    made = _MACRO.search(text)
    private = sorted(name for name in macro.reads if name not in tables or tables[name].schema != PUBLIC_SCHEMA)
    if macro.schema != PUBLIC_SCHEMA or macro.full_name in tables:
        wrong = f"a macro stands in {PUBLIC_SCHEMA}, under a name that no table has"
    elif made is None or made[1] != macro.full_name:
        wrong = f"it does not say `create macro {macro.full_name}(...) as table` on a line of its own"
    elif private:
        wrong = f"it reads {', '.join(private)}, which the published file does not have"
    else:
        return macro
    raise ContractBroken(f"{macro.schema}/{path.name}: {wrong}. Correct it.")


def _check_files_have_contracts(root: Path, found: dict[str, Table]) -> None:
    for schema in SCHEMAS:
        for path in sorted([*(root / schema).glob("*.sql"), *(root / schema).glob("*.csv")]):
            name = path.name.split(".", 1)[0]
            if not path.name.endswith(_MACRO_FILE) and f"{schema}.{name}" not in found:
                raise ContractBroken(
                    f"{schema}/{path.name} has no contract. Write {name}.table.sql beside it, or rename it."
                )


def _check_reads(table: Table, query: Query | None, found: dict[str, Table], *, is_check: bool) -> None:
    for name in sorted(query.reads) if query else ():
        if name not in found:
            raise ContractBroken(f"A query of {table.full_name} reads {name}, which has no contract in sql/.")
        # A check may look back from a public table; a query may not look ahead.
        if not is_check and SCHEMAS.index(found[name].schema) > SCHEMAS.index(table.schema):
            raise ContractBroken(f"{table.full_name} reads {name}, a layer to its right. Data flows one way.")


def derived_tables(tables: Mapping[str, Table] | None = None) -> list[Table]:
    """Return the tables that have a query, in an order in which each can be built."""
    return [table for table in (tables or load_tables()).values() if table.query is not None]


def public_tables(tables: Mapping[str, Table] | None = None) -> list[Table]:
    """Return the tables of the public contract, by name."""
    chosen = [table for table in (tables or load_tables()).values() if table.schema == PUBLIC_SCHEMA]
    return sorted(chosen, key=lambda table: table.name)


def upstream(name: str, tables: Mapping[str, Table] | None = None) -> list[str]:
    """Return every table that a table is made from, on the way down to raw facts and reference data, by name."""
    loaded = tables or load_tables()
    found: set[str] = set()
    waiting = [name]
    while waiting:
        query = loaded[waiting.pop()].query
        for read in sorted(query.reads - found) if query else ():
            found.add(read)
            waiting.append(read)
    return sorted(found)


def tree_fingerprint(tables: Mapping[str, Table] | None = None, macros: Iterable[Macro] | None = None) -> str:
    """Return one hash over tables, macros and readers: runs with the same inputs and hash publish the same."""
    loaded = tables or load_tables()
    parts = (part for name in sorted(loaded) for part in (name, loaded[name].fingerprint, _text(loaded[name])))
    asked = load_macros() if macros is None else macros
    return _hash(readers_fingerprint(), *parts, *(macro.text for macro in asked))


@lru_cache(maxsize=1)
def readers_fingerprint() -> str:
    """Return one hash over the code that makes rows of payloads."""
    return _hash(*(path.read_text(encoding="utf-8") for path in reader_files()))


def _text(table: Table) -> str:
    return table.query.text if table.query else ""


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
