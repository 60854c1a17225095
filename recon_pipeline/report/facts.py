"""What the report reads: the public tables of a published file, each query once for all events of the site.

Belongs here: running the queries (`queries/`, one SELECT a file over public tables alone) and the frames by event. Does
not belong here: how anything is shown (`pages.py`), the story of a company (`explain.py`). Tables that an older file
lacks are told as missing, not as empty.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from recon_pipeline.errors import BadInput
from recon_pipeline.publish import MANIFEST
from recon_pipeline.warehouse import Reader

SIZE_INDEXES = ("R1000", "R2000", "RMICRO")
"""The indexes that divide the market by size; Microcap counts only who is in no larger one."""

LIST_INDEXES = ("R1000", "R2000", "R3000", "RMICRO", "R3000E", "TOP50", "TOP200", "TOP500", "MIDCAP", "R2500")
"""Every index, in the order in which the report lists them."""

QUERIES = Path(__file__).parent / "queries"

OPTIONAL = {"near_miss": "near_miss", "security_demand": "security_demand", "index_assets": "index_demand"}
"""Queries of tables that a file published by an older version lacks."""


@dataclass(frozen=True)
class Provenance:
    """What made the file, for the foot of every page."""

    snapshot_id: str
    code_version: str
    engine: str


class Facts:
    """The frames of a published file for the events of the site, by name and event."""

    def __init__(self, database: Path, wanted: Sequence[str] = ()) -> None:
        """Read the calendar and the file's events; with `wanted` only those.

        Raises:
            BadInput: there is no such file, or it does not hold a wanted event.
        """
        self.database = database
        self.reader = Reader(database)
        with self.reader.session() as ask:
            self.calendar = ask("select * from recon.events order by rank_day, event_id")
            self.events: list[str] = self._held(wanted)
            told = "select table_name from duckdb_tables() where schema_name = 'recon' and database_name = 'published'"
            self.tables = set(ask(told)["table_name"])
            asked = {"events": ",".join(self.events)}
            names = sorted(path.stem for path in QUERIES.glob("*.sql"))
            self._frames = {name: _by_event(ask(query(name), asked)) for name in names if self.has(name)}

    def _held(self, wanted: Sequence[str]) -> list[str]:
        held = self.calendar.filter(pl.col("membership_rows") > 0)["event_id"].to_list()
        if missing := sorted(set(wanted) - set(held)):
            raise BadInput(
                f"Reporting {', '.join(missing)}: {self.database} holds {', '.join(held) or 'no event'}. "
                f"Run it first: `recon run {missing[0]}`."
            )
        if not held:
            raise BadInput(f"Reporting {self.database}: it holds no event yet. Run one first: `recon run EVENT`.")
        return [event_id for event_id in held if not wanted or event_id in wanted]

    def has(self, name: str) -> bool:
        """Whether the file has the table of a query."""
        return OPTIONAL.get(name, name) in self.tables or name not in OPTIONAL

    def of(self, name: str, event_id: str) -> pl.DataFrame:
        """Return the rows of a query for one event; no rows where there are none."""
        by_event = self._frames[name]
        return by_event.get(event_id, by_event[""])

    def rows(self, name: str, event_id: str) -> list[dict[str, Any]]:
        """The same as a list of rows."""
        return self.of(name, event_id).to_dicts()

    def event(self, event_id: str) -> dict[str, Any]:
        """Return the row of the calendar for an event."""
        return self.calendar.row(by_predicate=pl.col("event_id") == event_id, named=True)

    @cached_property
    def provenance(self) -> Provenance | None:
        """What made the file, as its manifest says; None where it stands alone."""
        manifest = self.database.parent / MANIFEST
        if not manifest.exists():
            return None
        told = json.loads(manifest.read_text(encoding="utf-8"))
        return Provenance(told["snapshot_id"], told["code_version"], told["engine"])


def _by_event(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of each event by its name; under an empty name no rows, for an event that has none."""
    parts = frame.partition_by("event_id", as_dict=True, maintain_order=True)
    return {str(event_id): part for (event_id,), part in parts.items()} | {"": frame.clear()}


def query(name: str) -> str:
    """Return the text of a query; its parameter `events` is the names of the events with commas between."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
