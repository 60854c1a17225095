"""The data dictionary: `docs/tables.md`, rendered from the contracts.

Belongs here: turning contracts into a page. Does not belong here: a word about a table or a column, all of which stand
in its contract.

    python -m recon_pipeline.dictionary > docs/tables.md     (make docs)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from recon_pipeline.tables import PUBLIC_SCHEMA, Macro, Table, load_macros, load_tables
from recon_pipeline.warehouse import Shape, macro_shapes, shapes

HEADINGS = {
    "recon": "Public tables",
    "core": "Derived tables (internal)",
    "raw": "Raw facts (internal)",
    "reference": "Reference data",
}


def render() -> str:
    """Return the page: public tables first, each with grain, lineage and columns."""
    tables = load_tables()
    shape_of = shapes(tables)
    parts = [
        "# Tables",
        "",
        "Made from the contracts in `sql/` by `make docs`; do not edit. `recon` is the public contract; the other",
        "schemas are the working database and change without notice.",
    ]
    for schema, heading in HEADINGS.items():
        parts += ["", f"## {heading}"]
        for table in sorted((t for t in tables.values() if t.schema == schema), key=lambda table: table.name):
            parts += ["", *_section(table, shape_of[table.full_name])]
        if schema == PUBLIC_SCHEMA:
            asked = macro_shapes(tables, load_macros())
            parts += ["", "## Public questions"]
            for macro in load_macros():
                parts += ["", *_question(macro, asked[macro.full_name])]
    return "\n".join(parts) + "\n"


def _section(table: Table, shape: Shape) -> Iterable[str]:
    yield f"### {table.full_name}"
    yield ""
    yield shape.comment
    yield ""
    if table.keys:
        yield f"Grain: {', '.join(f'`{column}`' for column in table.keys[0])}."
    if table.query is not None and table.query.reads:
        yield f"Reads: {', '.join(f'`{name}`' for name in sorted(table.query.reads))}."
    yield ""
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in shape.columns:
        allowed = _allowed(table, column.name)
        text = f"{column.comment} One of {', '.join(f'`{value}`' for value in allowed)}." if allowed else column.comment
        cell = text.replace("|", "\\|")
        yield f"| `{column.name}` | {column.type} | {cell} |"


def _question(macro: Macro, shape: Shape) -> Iterable[str]:
    yield f"### {macro.full_name}({', '.join(macro.parameters)})"
    yield ""
    yield shape.comment
    yield ""
    yield f"Reads: {', '.join(f'`{name}`' for name in sorted(macro.reads))}."
    yield f"Columns: {', '.join(f'`{column.name}` {column.type}' for column in shape.columns)}."


def _allowed(table: Table, column: str) -> list[str]:
    """The values that the contract allows in a column, where it lists them."""
    found = re.search(rf"check \(\s*{column} in \(([^)]*)\)", table.contract)
    return re.findall(r"'([^']*)'", found[1]) if found else []


def main() -> None:
    """Print the page."""
    print(render(), end="")


if __name__ == "__main__":
    main()
