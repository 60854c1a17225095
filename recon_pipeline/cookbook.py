"""The cookbook: `docs/cookbook.md`, rendered from the queries in `sql/cookbook/`.

A query is one file: the question in its first comment line, what to know of it in the next, and after `gives:` the
columns that it promises. Belongs here: reading those files and making the page. Does not belong here: a query, or a
word of the page about one.

    python -m recon_pipeline.cookbook > docs/cookbook.md     (make docs)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from recon_pipeline.errors import ContractBroken
from recon_pipeline.paths import sql_root

MARK = "gives: "


@dataclass(frozen=True)
class Recipe:
    """A query of the cookbook: the name of its file, its question, a note, the columns that it promises, its text."""

    name: str
    question: str
    note: str
    columns: tuple[str, ...]
    sql: str


@lru_cache(maxsize=1)
def recipes() -> tuple[Recipe, ...]:
    """Return the queries in order.

    Raises:
        ContractBroken: a file does not say what it gives.
    """
    found = []
    for path in sorted((sql_root() / "cookbook").glob("*.sql")):
        lines = path.read_text(encoding="utf-8").splitlines()
        count = next(number for number, line in enumerate([*lines, ""]) if not line.startswith("--"))
        question, *rest = [line[2:].strip() for line in lines[:count]] or [""]
        note, mark, columns = " ".join(rest).partition(MARK)
        if not mark or not question:
            raise ContractBroken(f"sql/cookbook/{path.name} does not begin with its question and `-- {MARK}columns`.")
        names = tuple(name.strip() for name in columns.split(","))
        found.append(Recipe(path.stem, question, note.strip(), names, "\n".join(lines[count:])))
    return tuple(found)


def render() -> str:
    """Return the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield from (
        "# Cookbook",
        "",
        "Questions to a published file, each a query that runs as it stands. Made from `sql/cookbook/` by `make docs`;",
        "do not edit. A test runs each of them on a published file.",
        "",
        "```python",
        "import duckdb",
        "",
        "con = duckdb.connect()",
        "con.execute(\"attach 'published/recon.duckdb' as russell (read_only); use russell\")",
        'con.sql(open("sql/cookbook/01_who_moves.sql").read()).pl()',
        "```",
        "",
        "What a column means is in [tables.md](tables.md). All of it is an independent estimate from public data, not",
        "the index.",
    )
    for number, recipe in enumerate(recipes(), start=1):
        yield from ("", f"## {number}. {recipe.question}", "")
        if recipe.note:
            yield from (recipe.note, "")
        yield from (f"Gives {', '.join(f'`{name}`' for name in recipe.columns)}.", "", "```sql", recipe.sql, "```")


def main() -> None:
    """Print the page."""
    print(render(), end="")


if __name__ == "__main__":
    main()
