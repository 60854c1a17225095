"""What a provider is asked and what it answers, and what the forms of several have in common.

What does not belong here: any one provider.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

KEY: Final = "key-of-the-simulation"
"""The key that the simulated providers know."""

CONTACT: Final = "The Simulation simulation@example.invalid"
"""A contact as the SEC asks for."""

JSON: Final = "application/json; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"
ZIP: Final = "application/zip"
ABSENT: Final = b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchKey</Code></Error>"
_ZIP_DAY: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Request:
    """A GET: path, query with one value a key, headers."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body, content type and, where the provider tells it, when the payload was last changed (UTC)."""

    status: int
    body: bytes
    kind: str = JSON
    modified: datetime | None = None


def as_json(told: object) -> bytes:
    """JSON without blanks, keys in the order given."""
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


def as_zip(members: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of members in the order given; the same bytes for the same members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in members:
            info = zipfile.ZipInfo(name, _ZIP_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, body, compresslevel=1)
    return buffer.getvalue()


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """A table with tabs, as the SEC's data sets have them."""
    lines = ["\t".join(header), *("\t".join(map(str, row)) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def day_of(text: str | None) -> date | None:
    """The day of `2026-04-30`, or None."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
