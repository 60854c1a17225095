"""The data dictionary: `docs/tables.md`, rendered from the contracts.

Belongs here: turning contracts into a page. Does not belong here: a word about a table or a column, all of which stand
in its contract.

    python -m recon_pipeline.dictionary > docs/tables.md     (make docs)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from recon_pipeline.contract import schema_version
from recon_pipeline.rules import reference_rows
from recon_pipeline.tables import PUBLIC_SCHEMA, Macro, Table, load_macros, load_tables, upstream
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
        f"Made from the contracts in `sql/` by `make docs`; do not edit. `recon` is the public contract, version "
        f"{schema_version()}:",
        "what it promises is in `sql/recon/contract.json`, and a file says which version it keeps in",
        "`recon.schema_version`. The other schemas are the working database and change without notice. Examples run on",
        "a published file that is attached and in `use`; [cookbook.md](cookbook.md) has more of them.",
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
        yield f"Reads: {_listed(table.query.reads)}."
    if table.schema == PUBLIC_SCHEMA:
        yield from _lineage(table)
    yield ""
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in shape.columns:
        allowed = table.allowed_values(column.name)
        text = f"{column.comment} One of {', '.join(f'`{value}`' for value in allowed)}." if allowed else column.comment
        cell = text.replace("|", "\\|")
        yield f"| `{column.name}` | {column.type} | {cell} |"


def _lineage(table: Table) -> Iterable[str]:
    """From which facts a public table is made, under which rules, and a question that it answers."""
    tables = load_tables()
    above = upstream(table.full_name)
    own = rules_of(table)
    upstream_of = {schema: [name for name in above if tables[name].schema == schema] for schema in ("raw", "reference")}
    lineage = {
        "Raw facts upstream": upstream_of["raw"],
        "Reference data upstream": upstream_of["reference"],
        "Rules of its own": own,
        "Rules upstream": {rule for name in above for rule in rules_of(tables[name])} - set(own),
    }
    yield ""
    yield from (f"- {what}: {_listed(names)}." for what, names in lineage.items() if names)
    if table.example is not None:
        text = "\n".join(line for line in table.example.text.splitlines() if not line.startswith("--"))
        yield from ("", table.example.description, "", "```sql", text, "```")


def rules_of(table: Table) -> list[str]:
    """Return the dated rules that the query of a table names; `cut_*` is a family of which it takes all."""
    if table.query is None or not table.query.reads & {"core.event_rules", "reference.rules"}:
        return []
    known = {row["rule"] for _, row in reference_rows("rules.csv")}
    literals = re.findall(r"'([a-z0-9_]+)'", re.sub(r"--[^\n]*", " ", table.query.text))
    families = {f"{text}*" for text in literals if text.endswith("_") and any(rule.startswith(text) for rule in known)}
    return sorted({*literals} & known | families)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _question(macro: Macro, shape: Shape) -> Iterable[str]:
    yield f"### {macro.full_name}({', '.join(macro.parameters)})"
    yield ""
    yield shape.comment
    yield ""
    yield f"Reads: {_listed(macro.reads)}."
    yield f"Columns: {', '.join(f'`{column.name}` {column.type}' for column in shape.columns)}."


def main() -> None:
    """Print the page."""
    print(render(), end="")


if __name__ == "__main__":
    main()
