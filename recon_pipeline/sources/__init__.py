"""The sources: everything that comes from outside the project, one module a provider.

Belongs here: asking a provider (`http.py`), keeping what it answered byte for byte (`landing.py`), and turning it into
Polars frames with the units and types that `sql/raw` declares. Only this package imports requests.

Does not belong here: what the figures mean for an index (`sql/`), the warehouse, the order of a run (`pipeline.py`).
"""
