"""The flows between the size indexes, drawn: an alluvial diagram of those that move, as SVG.

Belongs here: geometry. Colours are those of the style sheet, so that light, dark and print each have their own. Those
that stay are told beside their index and not drawn: they are twenty times those that move, and would hide them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recon_pipeline.report.words import count, index_name

WIDTH, PLOT_HEIGHT, TOP, BOTTOM = 760, 380, 34, 6
LEFT, RIGHT, NODE_WIDTH, GAP = 190, 190, 10, 26
THINNEST = 1.5
"""Height of the smallest ribbon, px: one line must still be seen."""

Flow = tuple[str | None, str | None]
"""Size index before and after; None is outside of all of them."""


@dataclass(frozen=True)
class Node:
    """One side of one index: its place and how many lines move from or to it."""

    index_id: str | None
    top: float
    height: float
    lines: int


def alluvial(flows: Mapping[Flow, int], order: Sequence[str | None]) -> str:
    """Return the SVG of lines by (index before, index after); `order` is from top to bottom.

    The picture has no text alternative of its own: the page tells the same as a table.
    """
    moving = {flow: lines for flow, lines in flows.items() if flow[0] != flow[1]}
    total = sum(moving.values())
    if not total:
        return ""
    scale = (PLOT_HEIGHT - GAP * (len(order) - 1) - THINNEST * len(moving)) / total
    before = _nodes([(index, [n for f, n in moving.items() if f[0] == index]) for index in order], scale)
    after = _nodes([(index, [n for f, n in moving.items() if f[1] == index]) for index in order], scale)
    parts = [
        f'<svg class="alluvial" viewBox="0 0 {WIDTH} {TOP + PLOT_HEIGHT + BOTTOM}" aria-hidden="true">',
        f'<text class="axis" x="{LEFT}" y="16" text-anchor="end">before</text>',
        f'<text class="axis" x="{WIDTH - RIGHT}" y="16">after</text>',
    ]
    parts += _ribbons(moving, before, after, order, scale)
    for nodes, is_before in ((before, True), (after, False)):
        for node in nodes.values():
            stay = flows.get((node.index_id, node.index_id), 0)
            parts += _node(node, stay, is_before=is_before)
    return "".join([*parts, "</svg>"])


def _nodes(groups: Sequence[tuple[str | None, list[int]]], scale: float) -> dict[str | None, Node]:
    """The sides of the indexes from top to bottom, without those that nobody leaves or comes to."""
    nodes, top = {}, float(TOP)
    for index_id, lines in groups:
        if not lines:
            continue
        height = sum(_height(each, scale) for each in lines)
        nodes[index_id] = Node(index_id, top, height, sum(lines))
        top += height + GAP
    return nodes


def _height(lines: int, scale: float) -> float:
    return lines * scale + THINNEST


def _ribbons(
    moving: Mapping[Flow, int],
    before: Mapping[str | None, Node],
    after: Mapping[str | None, Node],
    order: Sequence[str | None],
    scale: float,
) -> list[str]:
    start, end = LEFT + NODE_WIDTH, WIDTH - RIGHT - NODE_WIDTH
    middle = (start + end) / 2
    left_at = {index: node.top for index, node in before.items()}
    right_at = {index: node.top for index, node in after.items()}
    parts = []
    for source in order:
        for target in order:
            lines = moving.get((source, target), 0)
            if not lines:
                continue
            height = _height(lines, scale)
            y0, y1 = left_at[source], right_at[target]
            left_at[source] += height
            right_at[target] += height
            kind = "in" if source is None else "out" if target is None else "move"
            parts.append(
                f'<path class="ribbon {kind}" d="M{start:.1f},{y0:.1f}C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} '
                f"{end:.1f},{y1:.1f}V{y1 + height:.1f}C{middle:.1f},{y1 + height:.1f} {middle:.1f},{y0 + height:.1f} "
                f'{start:.1f},{y0 + height:.1f}Z"><title>{lines} from {_name(source)} to {_name(target)}</title></path>'
            )
    return parts


def _node(node: Node, stay: int, *, is_before: bool) -> list[str]:
    x = LEFT if is_before else WIDTH - RIGHT - NODE_WIDTH
    text_x, anchor = (LEFT - 10, "end") if is_before else (WIDTH - RIGHT + 10, "start")
    y = node.top + node.height / 2
    told = f"{count(node.lines)} {'leave' if is_before else 'come'}" if node.index_id else f"{count(node.lines)}"
    if stay and is_before:
        told += f", {count(stay)} stay"
    return [
        f'<rect class="node" x="{x}" y="{node.top:.1f}" width="{NODE_WIDTH}" height="{max(node.height, 1):.1f}"/>',
        f'<text x="{text_x}" y="{y - 3:.1f}" text-anchor="{anchor}" class="name">{_name(node.index_id)}</text>',
        f'<text x="{text_x}" y="{y + 13:.1f}" text-anchor="{anchor}" class="lines">{told}</text>',
    ]


def _name(index_id: str | None) -> str:
    name = index_name(index_id)
    return "Microcap only" if index_id == "RMICRO" else name[:1].upper() + name[1:]
