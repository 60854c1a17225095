"""The DuckDB files: the one door to them.

Belongs here, a room for each: the working database of a home, open to one writer (`database`) and what is kept in it
(`working`), the same with what is supposed (`scratch`), the file of what is published (`snapshot`), reading that
(`reading`), and the contracts as DuckDB understands them (`shapes`).

Does not belong here: which tables there are (`tables.py`), in which order an event builds them (`pipeline.py`), where
a snapshot goes (`publish.py`).

Only what DuckDB 1.5 and 2.x share is used: results are taken as `con.sql(...).pl()` or fetched to the end.
"""

from recon_pipeline.warehouse.reading import Ask, Reader, derived
from recon_pipeline.warehouse.scratch import Scratch
from recon_pipeline.warehouse.shapes import Column, Shape, macro_shapes, shapes
from recon_pipeline.warehouse.snapshot import write_snapshot
from recon_pipeline.warehouse.statements import Parameters, engine_version
from recon_pipeline.warehouse.working import READERS, Warehouse

__all__ = [
    "READERS",
    "Ask",
    "Column",
    "Parameters",
    "Reader",
    "Scratch",
    "Shape",
    "Warehouse",
    "derived",
    "engine_version",
    "macro_shapes",
    "shapes",
    "write_snapshot",
]
