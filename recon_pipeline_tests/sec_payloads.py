"""Payloads in the forms of the SEC, landed and ready to be read: what the tests of its providers share.

All companies, numbers and filings in them are invented.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import SecretStr

from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Landed, Plan
from recon_pipeline.sources.landing import Landing

URL = "https://sec.example/file"
FETCHED_AT = datetime(2021, 8, 2, 14, 0, tzinfo=UTC)
DAY = date(2021, 1, 1)
CONTACT = "Ada Example ada@example.com"

SUB_HEADER = (
    *("adsh", "cik", "name", "sic", "countryba", "stprba", "cityba", "zipba", "bas1", "bas2", "baph", "countryma"),
    *("stprma", "cityma", "zipma", "mas1", "mas2", "countryinc", "stprinc", "ein", "former", "changed", "afs", "wksi"),
    *("fye", "form", "period", "fy", "fp", "filed", "accepted", "prevrpt", "detail", "instance", "nciks", "aciks"),
)
PLAIN = {
    **{"name": "FILLER CORP", "sic": "3571", "countryba": "US", "stprba": "CA", "cityba": "SPRINGFIELD"},
    **{"countryinc": "US", "stprinc": "DE", "form": "10-K", "period": "20201231", "filed": "20210204"},
    **{"accepted": "2021-02-04 16:03:00.0", "instance": "d12345d10k_htm.xml"},
}
FILLERS = 100
"""A table has at least a hundred rows; these make it up and come after the rows of the test."""


def settings(home: Path, **more: str) -> Settings:
    """Settings with a contact."""
    return Settings(home=home, sec_contact=SecretStr(CONTACT), **more)  # type: ignore[arg-type]


def plan(rank_day: str, now: str, previous: str = "2020-05-08") -> Plan:
    """What an event wants, seen at a moment (ISO, UTC)."""
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    return Plan("2021-06-recon", date.fromisoformat(rank_day), date.fromisoformat(previous), (), moment)


def landed(home: Path, feed: str, body: bytes, *, last_modified: datetime | None = None) -> Landed:
    """A payload that was packed."""
    landing = Landing(home)
    row = landing.land(feed, URL, body, session=DAY, fetched_at=FETCHED_AT, last_modified=last_modified)
    return Landed(row, landing)


def landed_file(home: Path, feed: str, body: bytes) -> Landed:
    """A payload that was streamed to disk."""
    landing = Landing(home)
    home.mkdir(parents=True, exist_ok=True)
    path = home / "came.zip"
    path.write_bytes(body)
    sha256 = hashlib.sha256(body).hexdigest()
    row = landing.land_file(feed, URL, path, sha256=sha256, session=DAY, fetched_at=FETCHED_AT)
    return Landed(row, landing)


def zipped(tables: Mapping[str, bytes]) -> bytes:
    """A zip of tables by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in tables.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def table(header: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    """A table with tabs; what a row does not tell is blank."""
    lines = ["\t".join(header), *("\t".join(row.get(name, "") for name in header) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def sub(*rows: Mapping[str, str], header: Sequence[str] = SUB_HEADER) -> bytes:
    """The table `sub`: each row over the plain one, and fillers that name no ticker."""
    fillers = [{"adsh": f"0009999999-21-{n:06}", "cik": str(9_000_000 + n)} for n in range(FILLERS)]
    return table(header, [{**PLAIN, **row} for row in (*rows, *fillers)])
