"""recon_pipeline: the reconstitution of the Russell US indexes, from provider payloads to published tables.

Data flows one way: sources -> raw -> core -> recon -> published. The methodology is the SQL in `sql/`; the modules here
are the machinery round it: `events` (the calendar), `sources` (HTTP to frames), `warehouse` (the DuckDB file), `tables`
(reads `sql/`), `pipeline` (an event from landing to publish), `publish`, `cli` (the `recon` command), and `defs` with
`definitions` (Dagster, a thin cover over the same functions).

What a home has published can be asked for right here: `recon_pipeline.membership("R2000", "2024-01-02")` and the other
functions of `api`.

What does not belong here: any import that runs. `import recon_pipeline` must cost next to nothing, so the functions of
`api` are looked up when they are asked for, and every other name is taken from its own module. No module may bear the
name of one of them: once imported, it would stand in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recon_pipeline.api import (
        breakpoints,
        changes,
        eligibility,
        explain,
        membership,
        near_miss,
        published_events,
        query,
        ranking,
        tell,
        what_if,
    )

    __version__: str

__all__ = [
    "breakpoints",
    "changes",
    "eligibility",
    "explain",
    "membership",
    "near_miss",
    "published_events",
    "query",
    "ranking",
    "tell",
    "what_if",
]


def __getattr__(name: str) -> Any:
    """A function of `api`, or `__version__`, that of the installed distribution (its look-up alone costs 20 ms)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("recon-pipeline")
    if name in __all__:
        from recon_pipeline import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The names that a notebook offers."""
    return sorted({*globals(), *__all__})
