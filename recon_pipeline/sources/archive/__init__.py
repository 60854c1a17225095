"""The archive provider: nightly screener dumps of NASDAQ, NYSE and AMEX, from the commits of a public repository.

Belongs here: finding the commits (`listings.py`), telling which session a dump describes (`dating.py`), reading its
lines (`dumps.py`), and the fetch of a set of sessions that ties them together (`provider.py`).

Does not belong here: HTTP and landing, which all providers share; what kind of security a line is (`sql/core`).
"""

from recon_pipeline.sources.archive.dumps import EXCHANGES
from recon_pipeline.sources.archive.provider import Archive, ArchiveBatch

__all__ = ["EXCHANGES", "Archive", "ArchiveBatch"]
