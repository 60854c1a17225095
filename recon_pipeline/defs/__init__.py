"""The Dagster side: assets, checks, partitions and jobs over the functions that `recon run` calls without it.

Only this folder and `definitions.py` import Dagster. Every module makes its definitions in a function that takes the
catalogue of tables, so that `definitions.build` can make the graph of another tree of SQL as well.

Does not belong here: anything that a run without Dagster needs (`pipeline.py`, `publish.py`, `warehouse/`).
"""
