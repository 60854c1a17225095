"""Rows of one raw table that come by the million, put into a frame chunk by chunk.

Belongs here: keeping the memory of a million rows that of a frame, for a row of Python objects takes ten times as much.
Does not belong here: what a row holds.
"""

from __future__ import annotations

from typing import Final

import polars as pl

ROWS: Final = 50_000


class Chunks:
    """Rows with the columns of `schema`, in the order in which they are added."""

    def __init__(self, schema: dict[str, pl.DataType]) -> None:
        self._schema = schema
        self._rows: list[tuple[object, ...]] = []
        self._frames: list[pl.DataFrame] = [pl.DataFrame(schema=schema)]

    def add(self, *row: object) -> None:
        """Add one row, a value for each column."""
        self._rows.append(row)
        if len(self._rows) >= ROWS:
            self._pack()

    def frame(self) -> pl.DataFrame:
        """Return all rows."""
        self._pack()
        return pl.concat(self._frames)

    def _pack(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            named = zip(self._schema.items(), columns, strict=True)
            self._frames.append(pl.DataFrame([pl.Series(name, list(column), kind) for (name, kind), column in named]))
            self._rows.clear()
