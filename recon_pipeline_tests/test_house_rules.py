"""The rules of the house, held by reading the files: who imports what, what every module and table file must have.

What does not belong here: how anything behaves when it runs. A rule that can be broken in more than one form is itself
tested on a small example, because a rule that cannot fail is no rule.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "recon_pipeline"
SQL = ROOT / "sql"

# One tool, one door: the modules that may import each group of packages. A name that ends with `/` is a folder.
DOORS = {
    "dagster": (("dagster", "dagster_shared", "dagster_graphql"), ("defs/", "definitions.py")),
    "HTTP": (
        ("requests", "requests_ratelimiter", "pyrate_limiter", "urllib3", "urllib.request", "http.client", "httpx"),
        ("sources/",),
    ),
    "DuckDB": (("duckdb", "_duckdb"), ("warehouse/",)),
    "calendar": (("exchange_calendars",), ("events.py",)),
    "PostgreSQL": (("psycopg",), ("postgres.py",)),
}

MAX_TRACKED_BYTES = 800_000

# Put together from pieces, so that this file does not hold what it looks for.
HOMES = "|".join(["wo" + "rk", "fa" + "rm", "ro" + "ot", "ho" + "me", "Use" + "rs"])
FORBIDDEN = {
    "a path of one machine": rf"(?<![\w.:/-])/(?:{HOMES})/\w",
    "a scratch path of one machine": "/tm" + "p/w/|/tm" + "p/bash_",
    "a package index host": "(?:py" + r"pi\.org|python" + r"hosted\.org|/op" + r"t/(?:py" + "pi|wheels))",
    "an option that names a package index": "--(?:extra-)?index" + "-url[ =]|--find" + "-links[ =]",
}


# --- reading imports --------------------------------------------------------------------------------------------------


def imported_names(source: str) -> set[str]:
    """Every absolute dotted name that a module imports, anywhere in it, `importlib.import_module("...")` included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
                names.add(node.args[0].value)
    return names


def uses(names: set[str], packages: tuple[str, ...]) -> set[str]:
    """Those of `names` that are one of `packages` or lie within one."""
    return {name for name in names if any(name == package or name.startswith(package + ".") for package in packages)}


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


@pytest.mark.parametrize(
    "source",
    [
        "import requests",
        "import requests.adapters as a",
        "from requests import Session",
        "def f():\n    from requests.adapters import HTTPAdapter",
        "import importlib\nimportlib.import_module('requests')",
        "__import__('requests')",
        "from urllib import request",
    ],
)
def test_an_import_is_seen_in_every_form(source: str) -> None:
    assert uses(imported_names(source), DOORS["HTTP"][0])


@pytest.mark.parametrize(
    "source", ["import requests_html", "from .requests import x", "'import requests'", "import http"]
)
def test_what_only_looks_like_an_import_is_not_seen(source: str) -> None:
    assert not uses(imported_names(source), DOORS["HTTP"][0])


@pytest.mark.parametrize("tool", DOORS)
def test_a_tool_is_imported_only_behind_its_door(tool: str) -> None:
    packages, doors = DOORS[tool]
    broken = {}
    for module in modules(PACKAGE):
        name = module.relative_to(PACKAGE).as_posix()
        if not name.startswith(doors) and (found := uses(imported_names(module.read_text()), packages)):
            broken[name] = sorted(found)
    assert not broken, f"only {', '.join(doors)} may import {tool}"


def test_every_third_party_import_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    # An extra that users may ask for counts; what developers need does not.
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "dev" for line in lines]
    declared = [*project["dependencies"], *extras]
    allowed = {_canonical(re.split(r"[^\w.-]", requirement, maxsplit=1)[0]) for requirement in declared}
    distributions = packages_distributions()
    missing = {}
    for module in modules(PACKAGE):
        tops = {name.split(".")[0] for name in imported_names(module.read_text())} - sys.stdlib_module_names
        for top in sorted(tops - {PACKAGE.name}):
            if not allowed & {_canonical(name) for name in distributions.get(top, [])}:
                missing[f"{module.relative_to(ROOT).as_posix()}: {top}"] = distributions.get(top)
    assert not missing, "pyproject.toml does not declare what these modules import"


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- what an import costs ---------------------------------------------------------------------------------------------

HEAVY = ("dagster", "pandas", "exchange_calendars", "psycopg")

IMPORT_PACKAGE = "import json, sys, recon_pipeline; print(json.dumps(sorted(sys.modules)))"
SHOW_HELP = """
import json, sys
sys.argv = ["recon", "--help"]
from recon_pipeline.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("program", [IMPORT_PACKAGE, SHOW_HELP], ids=["import recon_pipeline", "recon --help"])
def test_heavy_packages_are_loaded_lazily(program: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "recon_pipeline" in loaded
    assert not uses(loaded, HEAVY)


# --- every module and every tracked file ------------------------------------------------------------------------------


def test_every_module_opens_with_its_charter() -> None:
    without = [
        path.relative_to(ROOT).as_posix()
        for path in [*modules(PACKAGE), *modules(ROOT / "recon_pipeline_tests")]
        if not (ast.get_docstring(ast.parse(path.read_text())) or "").strip()
    ]
    assert not without


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git holds or would hold; skips the test where there is no checkout (a source archive)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the tracked files are unknown, for git does not answer here: {error}")
    files = tuple(path for name in sorted(set(listed.split("\0")) - {""}) if (path := ROOT / name).is_file())
    assert ROOT / "pyproject.toml" in files
    return files


def text_of(path: Path) -> str | None:
    """The text of a file, or None of a binary one."""
    content = path.read_bytes()
    return None if b"\0" in content[:8192] else content.decode("utf-8", errors="replace")


def offences(text: str) -> Iterator[str]:
    """What a text says of the machine that it was written on, one line each."""
    for meaning, pattern in FORBIDDEN.items():
        for found in re.finditer(pattern, text):
            yield f"line {text.count(chr(10), 0, found.start()) + 1}: {meaning}: {found.group()!r}"


@pytest.mark.parametrize(
    "pieces",
    [
        ("see /ro", "ot/notes"),
        ("HOME=/ho", "me/jane/x"),
        ("open('/tm", "p/w/x')"),
        ("https://files.python", "hosted.org/a"),
        ("--index", "-url https://mirror"),
    ],
)
def test_a_trace_of_a_machine_is_seen(pieces: tuple[str, str]) -> None:
    assert list(offences("first line\n" + "".join(pieces)))


@pytest.mark.parametrize("text", ["../shared/data", "$HOME/published", "https://example.org/home/page", "/tmp/recon"])
def test_an_innocent_path_is_left_alone(text: str) -> None:
    assert not list(offences(text))


def test_no_tracked_file_tells_of_a_machine_or_an_index_host() -> None:
    told = {
        path.relative_to(ROOT).as_posix(): found
        for path in tracked()
        if (text := text_of(path)) is not None and (found := list(offences(text)))
    }
    assert not told


def test_the_lock_holds_names_versions_and_hashes_only() -> None:
    pinned = r"[a-z0-9.-]+(?:\[[a-z0-9,-]+\])?==[\w.+!]+(?: ; [^\\/@]+)? \\"
    line = re.compile(rf"{pinned}|    --hash=sha256:[0-9a-f]{{64}}(?: \\)?|    # via.*|    #   .*")
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert len(lines) > 100
    assert not [text for text in lines if not line.fullmatch(text) or "/" in text]


def test_no_tracked_file_is_large() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): path.stat().st_size for path in tracked()}
    assert not {name: size for name, size in sizes.items() if size > MAX_TRACKED_BYTES}


# --- the files of sql/ ------------------------------------------------------------------------------------------------


def test_every_reference_row_names_its_source() -> None:
    seeds = sorted((SQL / "reference").glob("*.csv"))
    assert seeds
    broken = []
    for seed in seeds:
        with seed.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if not rows:
            broken.append(f"{seed.name}: no rows")
        broken += [
            f"{seed.name}, row {number}: no source"
            for number, row in enumerate(rows, start=1)
            if not (row.get("source") or "").strip()
        ]
    assert not broken


@pytest.mark.engine
def test_every_sql_file_is_one_statement() -> None:
    """A query and a check are one SELECT; a contract is one CREATE and, after it, comments, and so is a macro."""
    files = sorted(SQL.rglob("*.sql"))
    assert files
    broken = {
        path.relative_to(ROOT).as_posix(): wrong
        for path in files
        if (wrong := _not_one_statement(path.read_text(), contract=path.name.endswith((".table.sql", ".macro.sql"))))
    }
    assert not broken


def _not_one_statement(text: str, *, contract: bool) -> str | None:
    """What is wrong with the text of a SQL file, or None."""
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        return str(error)
    if contract:
        rest = statements[1:]
        statements = statements[:1] + [item for item in rest if not item.query.strip().lower().startswith("comment on")]
    if len(statements) != 1:
        return f"{len(statements)} statements"
    kind, wanted = statements[0].type.name, "CREATE" if contract else "SELECT"
    return None if kind.upper().startswith(wanted) else f"{kind} where {wanted} belongs"


@pytest.mark.engine
@pytest.mark.parametrize(
    ("text", "contract", "sound"),
    [
        ("-- why\nselect $x as x", False, True),
        ("with a as (select 1 as x) select x from a;", False, True),
        ("select 1; select 2", False, False),
        ("select from where", False, False),
        ("delete from t", False, False),
        ("", False, False),
        ("create table s.t (a integer primary key); comment on column s.t.a is 'a';", True, True),
        ("create table s.t (a integer); drop table s.t", True, False),
        ("select 1", True, False),
    ],
)
def test_one_statement_is_told_from_none_and_many(text: str, contract: bool, sound: bool) -> None:
    assert (_not_one_statement(text, contract=contract) is None) == sound
