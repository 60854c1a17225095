"""The graph of tables as a drawing: which table reads which, read from the SQL, laid out the same way every time.

Belongs here: layers, order, lines, SVG. No other tool is needed, and equal SQL gives equal bytes. Does not belong here:
what a table means (its contract), or pages (`handbook.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Final

from recon_pipeline.tables import PUBLIC_SCHEMA, Table

DRAWN: Final = ("core", "recon")
"""The layers whose tables are drawn; those to their left are facts, and named in the table below the drawing."""

ROW_HEIGHT, BOX_HEIGHT, BOX_GAP, LETTER_WIDTH, PADDING = 62, 24, 12, 6.7, 9
SWEEPS: Final = 12
"""Times that the boxes of each row are put in the order of what they read, and of what reads them."""


def readers(tables: Mapping[str, Table]) -> dict[str, set[str]]:
    """Return, by table, the tables whose queries read it."""
    found: dict[str, set[str]] = {name: set() for name in tables}
    for table in tables.values():
        for name in table.query.reads if table.query is not None else ():
            found[name].add(table.full_name)
    return found


def drawing(tables: Mapping[str, Table]) -> str:
    """Return an SVG: every derived table as a box, under all that it reads; a line that others imply is left out."""
    edges = _needed({name: _parents(tables, name) for name, table in tables.items() if table.schema in DRAWN})
    rows = _in_order(_rows(edges), edges)
    widths = {name: len(name) * LETTER_WIDTH + 2 * PADDING for name in edges}
    spans = [sum(widths[name] for name in row) + BOX_GAP * (len(row) - 1) for row in rows]
    full = max(spans)
    places: dict[str, tuple[float, float]] = {}
    for number, (row, span) in enumerate(zip(rows, spans, strict=True)):
        # The rest of a short row goes between its boxes, as far as that looks like a row still.
        gap = BOX_GAP + min(60.0, (full - span) / (len(row) + 1))
        left = (full - span - (gap - BOX_GAP) * (len(row) - 1)) / 2
        for name in row:
            places[name] = (left, number * ROW_HEIGHT + 2)
            left += widths[name] + gap
    return "\n".join(_svg(tables, edges, places, widths, full, len(rows) * ROW_HEIGHT - ROW_HEIGHT + BOX_HEIGHT + 4))


def _parents(tables: Mapping[str, Table], name: str) -> set[str]:
    query = tables[name].query
    return {read for read in query.reads if tables[read].schema in DRAWN} if query is not None else set()


def _needed(parents: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """Leave out a line that a longer way implies: of a table read directly and by way of another, the other tells."""
    above: dict[str, set[str]] = {}

    def ancestors(name: str) -> set[str]:
        if name not in above:
            above[name] = set().union(*({parent} | ancestors(parent) for parent in parents[name]))
        return above[name]

    return {
        name: sorted(
            parent for parent in parents[name] if not any(parent in ancestors(other) for other in parents[name])
        )
        for name in parents
    }


def _rows(edges: Mapping[str, list[str]]) -> list[list[str]]:
    """Put each table a row below the lowest that it reads; those that read nothing stand just above their readers."""
    depth: dict[str, int] = {}

    def row_of(name: str) -> int:
        if name not in depth:
            depth[name] = max((row_of(parent) + 1 for parent in edges[name]), default=0)
        return depth[name]

    for name in edges:
        row_of(name)
    children: dict[str, list[str]] = {name: [] for name in edges}
    for name, parents in edges.items():
        for parent in parents:
            children[parent].append(name)
    for name in edges:
        if not edges[name] and children[name]:
            depth[name] = min(depth[child] for child in children[name]) - 1
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in sorted(edges):
        rows[depth[name]].append(name)
    return [row for row in rows if row]


def _in_order(rows: list[list[str]], edges: Mapping[str, list[str]]) -> list[list[str]]:
    """Order each row by where its neighbours stand, down and up again, so that few lines cross."""
    linked: dict[str, list[str]] = {name: list(parents) for name, parents in edges.items()}
    for name, parents in edges.items():
        for parent in parents:
            linked[parent].append(name)
    place = {name: (index + 0.5) / len(row) for row in rows for index, name in enumerate(row)}
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            middle = {name: _mean([place[other] for other in linked[name]], place[name]) for name in row}
            row.sort(key=lambda name: (middle[name], name))
            place.update({name: (index + 0.5) / len(row) for index, name in enumerate(row)})
    return rows


def _mean(values: list[float], without: float) -> float:
    return round(sum(values) / len(values), 9) if values else without


def _svg(
    tables: Mapping[str, Table],
    edges: Mapping[str, list[str]],
    places: Mapping[str, tuple[float, float]],
    widths: Mapping[str, float],
    width: float,
    height: float,
) -> Iterator[str]:
    told = "How the derived and the public tables read one another; the table below says the same"
    yield (
        f'<svg class="lineage" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'style="min-width:{width * 0.62:.0f}px" role="group" aria-label="{told}">'
    )
    for name in sorted(edges):
        left, top = places[name]
        for parent in edges[name]:
            start, above = places[parent]
            x1, y1 = start + widths[parent] / 2, above + BOX_HEIGHT
            x2, y2 = left + widths[name] / 2, top
            bend = min(30.0, (y2 - y1) / 2)
            yield f'<path d="M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}"/>'
    for name in sorted(edges):
        left, top = places[name]
        table = tables[name]
        kind = "public" if table.schema == PUBLIC_SCHEMA else "derived"
        address = f"sql/{table.schema}/{table.name}.sql.html"
        yield (
            f'<a href="{address}"><rect class="{kind}" x="{left:.0f}" y="{top:.0f}" width="{widths[name]:.0f}" '
            f'height="{BOX_HEIGHT}" rx="4"/><text x="{left + widths[name] / 2:.0f}" y="{top + 16:.0f}">'
            f"{escape(name)}</text></a>"
        )
    yield "</svg>"
