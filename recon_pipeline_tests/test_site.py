"""The documentation site: it builds without a warning, its links lead somewhere, and what its pages name exists.

Held against the code itself: commands and options against the typer app, variables against the settings, tables and
columns against the contracts, queries against a published file without rows. A page can say something wrong all the
same; it cannot name what is gone.

Does not belong here: whether `docs/tables.md` is true (`test_dictionary.py`).
"""

from __future__ import annotations

import ast
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import pytest

from recon_pipeline import handbook
from recon_pipeline.lineage import drawing, readers
from recon_pipeline.publish import published_database
from recon_pipeline.tables import load_macros, load_tables
from recon_pipeline_tests.small_home import publish_rows

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [
    *sorted(path for path in DOCS.rglob("*.md") if path.name != "tables.md"),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
]
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]

FENCE = re.compile(r"^( *)```([a-z{}-]*)[^\n]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
CONDITION = re.compile(r"^:::\{only\} command_(\w+)\n(.*?)^:::$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"(?<![\w.-])recon (--[a-z-]+|[a-z][a-z-]*)(.*)")


# --- the site ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make site` does."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, "-d", str(folder / "doctrees"), str(DOCS), str(folder / "html")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def _addresses(text: str, tags: str, attribute: str) -> list[str]:
    found = re.findall(rf'<(?:{tags})\s[^>]*?\b{attribute}="([^"]*)"', text)
    return [unescape(address) for address in dict.fromkeys(found)]


def broken_links(folder: Path) -> list[str]:
    """Every address of a site that leads to no file of it, or to no anchor there; and what is loaded from elsewhere."""
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    pages = {name: (folder / name).read_text(encoding="utf-8") for name in sorted(files) if name.endswith(".html")}
    anchors = {name: set(re.findall(r'\s(?:id|name)="([^"]*)"', text)) for name, text in pages.items()}
    wrong = []
    for name, text in pages.items():
        loads = _addresses(text, "script|img", "src") + _addresses(text, "link", "href")
        wrong += [f"{name} loads {address}" for address in loads if urlsplit(address).netloc]
        for address in (*_addresses(text, "a", "href"), *loads):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            beside = posixpath.join(posixpath.dirname(name), unquote(parts.path))
            target = posixpath.normpath(beside) if parts.path else name
            is_lost = bool(parts.fragment) and unquote(parts.fragment) not in anchors.get(target, {parts.fragment})
            if target not in files or is_lost:
                wrong.append(f"{name} leads to {address}")
    return wrong


def test_every_link_of_the_site_leads_somewhere(site: Path) -> None:
    assert len(list(site.rglob("*.html"))) > 200  # one for each file of sql/ among them
    assert not broken_links(site)


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="#here">1</a><a href="b.html#there">2</a><a href="c.html">3</a>'
    )
    (tmp_path / "b.html").write_text(
        '<script src="https://cdn.example.org/x.js"></script><a href="https://example.org">4</a>'
    )
    assert broken_links(tmp_path) == [
        "a.html leads to b.html#there",
        "a.html leads to c.html",
        "b.html loads https://cdn.example.org/x.js",
    ]


def test_the_site_shows_every_command_option_and_setting(site: Path) -> None:
    commands = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    for name, options in handbook.command_options().items():
        if name != handbook.ANY_COMMAND:
            assert f"recon {name}" in commands
            assert all(option in commands for option in options - {"--help"}), name
    settings = (site / "reference" / "settings.html").read_text(encoding="utf-8")
    assert all(variable in settings for variable in handbook.variables())


def test_every_setting_says_what_it_is() -> None:
    rows = handbook.settings_page().splitlines()[2:]
    assert len(rows) == len(handbook.variables())
    assert not [row for row in rows if row.endswith("|  |")]


def test_the_graph_is_drawn_the_same_way_every_time_with_every_derived_table() -> None:
    tables = load_tables()
    drawn = drawing(tables)
    assert drawn == drawing(dict(reversed(tables.items())))
    derived = [name for name, table in tables.items() if table.schema in ("core", "recon")]
    assert all(f">{name}</text>" in drawn for name in derived)
    assert "recon.placements" in readers(tables)["recon.breakpoints"]


# --- what the pages name ----------------------------------------------------------------------------------------------


def text_of(page: Path) -> str:
    """The text of a page, without what waits for a command that is not there yet."""
    known = {name.replace("-", "_") for name in handbook.commands()}
    return CONDITION.sub(lambda found: found[2] if found[1] in known else "", page.read_text(encoding="utf-8"))


def code_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield every piece of code of a page: its language ("" for none, "span" for one in a line), and its text."""
    for _, language, body in FENCE.findall(text):
        yield language, body
    for found in SPAN.findall(FENCE.sub("", text)):
        yield "span", " ".join(found.split())


def wrong_commands(text: str) -> list[str]:
    """Commands and options of `recon` in the code of a text that the typer app does not have."""
    options = handbook.command_options()
    wrong = []
    for language, body in code_of(text):
        if language in ("sql", "python"):
            continue
        for line in re.sub(r"\\\n\s*", " ", body).splitlines():
            for name, rest in COMMAND.findall(re.split(r" #|&&|;", line)[0]):
                if name.startswith("--"):
                    wrong += [] if name in options[handbook.ANY_COMMAND] else [f"recon {name}"]
                elif name not in options:
                    wrong.append(f"recon {name}")
                else:
                    # `recon run --a | --b` offers a choice; `recon changes | sort --reverse` is another program's.
                    first, *others = rest.split(" | ")
                    mine = " ".join([first, *(part for part in others if part.startswith(("-", "[")))])
                    given = re.findall(r"(?<![\w-])--[a-z][a-z-]*", mine)
                    wrong += [f"recon {name} {option}" for option in given if option not in _choices(options[name])]
        if (
            language == "span"
            and re.fullmatch(r"--[a-z][a-z-]+", body.split()[0])
            and body.split()[0] not in _any_option()
        ):
            wrong.append(body.split()[0])
    return wrong


def _choices(options: set[str]) -> set[str]:
    return options | {option.partition("/")[0] for option in options}


@cache
def _any_option() -> frozenset[str]:
    """Options of `recon`, and of the programs of this repository that pages tell of."""
    scripts = [*(ROOT / "benchmarks").glob("*.py"), *(ROOT / "recon_pipeline_tests" / "oracle").glob("*.py")]
    others = {option for path in scripts for option in re.findall(r'"(--[a-z-]+)"', path.read_text(encoding="utf-8"))}
    return frozenset(others.union(*handbook.command_options().values()))


def wrong_variables(text: str) -> list[str]:
    """Variables with our prefix in a text that are no setting."""
    return [name for name in re.findall(r"\bRECON_[A-Z_]*[A-Z]\b", text) if name not in handbook.variables()]


@cache
def _columns() -> dict[str, str]:
    """The contract of each table, which names its columns; of a macro, its text."""
    tables = {name: table.contract for name, table in load_tables().items()}
    return tables | {macro.full_name: macro.text for macro in load_macros()}


def wrong_tables(text: str) -> list[str]:
    """Tables and columns in the code of a text that no contract has."""
    wrong = []
    for language, body in code_of(text):
        for table, column in re.findall(
            r"(?<![\w./'])((?:recon|core|raw|reference)\.[a-z_0-9]+)(?:\.([a-z_0-9]+))?", body
        ):
            if table == "recon.duckdb" or language == "python":
                continue
            if table not in _columns():
                wrong.append(table)
            elif column not in ("", "sql", "table", "check", "macro") and not re.search(
                rf"\b{column}\b", _columns()[table]
            ):
                wrong.append(f"{table}.{column}")
    return wrong


def wrong_places(text: str) -> list[str]:
    """Files and make targets in the code of a text that are not there."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    wrong = []
    for language, body in code_of(text):
        wrong += [
            f"make {name}" for name in re.findall(r"(?:^|[(;&] ?)make ([a-z]+)", body, re.M) if name not in targets
        ]
        inside = re.fullmatch(r"(?:docs|sql|recon_pipeline|recon_pipeline_tests|benchmarks|\.ci)/[\w./-]+", body)
        if language == "span" and inside and not (ROOT / body).exists():
            wrong.append(body)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_what_a_page_names_exists(page: Path) -> None:
    text = text_of(page)
    assert not wrong_commands(text)
    assert not wrong_variables(text)
    assert not wrong_tables(text)
    assert not wrong_places(text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("`recon runs EVENT`", ["recon runs"]),
        ("`recon run EVENT --offline --of-line`", ["recon run --of-line"]),
        ("```\n.venv/bin/recon run 2023-06-recon \\\n    --open x\n```", ["recon run --open"]),
        (
            "```\nrecon members --date D | sort --reverse\nrecon run E --offline | --strictly\n```",
            ["recon run --strictly"],
        ),
        ("`recon --versions`", ["recon --versions"]),
        ("`--no-presumptions` and `--no-presumption`, `--seeds 1-3`", ["--no-presumptions"]),
        ("`recon changes E --index R2000 --home HOME`, the recon command, `recon.universe`", []),
    ],
)
def test_a_command_that_is_gone_is_found(text: str, wrong: list[str]) -> None:
    assert wrong_commands(text) == wrong


def test_other_names_that_are_gone_are_found() -> None:
    assert wrong_variables("`RECON_HOME`, `RECON_HOUSE`, the prefix `RECON_`") == ["RECON_HOUSE"]
    assert wrong_tables("`recon.universe.listing`, `recon.universe.lost`, `core.nothing`, `recon.duckdb`") == [
        "recon.universe.lost",
        "core.nothing",
    ]
    assert wrong_places("`make test`, `make tset`, `sql/recon/ranking.sql`, `sql/recon/order.sql`") == [
        "make tset",
        "sql/recon/order.sql",
    ]
    assert [body for _, body in code_of("a `b` c\n```sql\nselect 1\n```\n")] == ["select 1\n", "b"]


# --- what the pages show can be run -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A published file without rows, attached as the pages do."""
    home = tmp_path_factory.mktemp("home")
    publish_rows(home, {})
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published_database(home)}' as russell (read_only); use russell")
        yield connection


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_the_code_of_a_page_is_sound(page: Path, published: duckdb.DuckDBPyConnection) -> None:
    for language, body in code_of(text_of(page)):
        if language == "python":
            ast.parse(body)
        elif language == "sql" and not body.lstrip().startswith("--"):
            for statement in duckdb.extract_statements(body):
                if not statement.query.lstrip().lower().startswith(("attach", "use")):
                    published.execute(statement.query)
