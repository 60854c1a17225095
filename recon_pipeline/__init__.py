"""recon_pipeline: the reconstitution of the Russell US indexes, from provider payloads to published tables.

Data flows one way: sources -> raw -> core -> recon -> published. The methodology is the SQL in `sql/`; the modules here
are the machinery round it: `events` (the calendar), `sources` (HTTP to frames), `warehouse` (the DuckDB file), `tables`
(reads `sql/`), `pipeline` (an event from landing to publish), `publish`, `cli` (the `recon` command), and `defs` with
`definitions` (Dagster, a thin cover over the same functions).

What does not belong here: any import. `import recon_pipeline` must cost next to nothing, so every name is taken from
its own module.
"""


def __getattr__(name: str) -> str:
    """`__version__`, that of the installed distribution; looked up on demand, for the look-up costs 20 ms."""
    if name == "__version__":
        from importlib.metadata import version

        return version("recon-pipeline")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
