"""What every provider but the archive has in common: what it is asked for, what came of it, what its payloads give.

Belongs here: the words that providers and their callers share. A provider is one module beside this one: it says what
it needs, what to ask for a day or an event, which bodies it believes, and how a landed payload becomes rows of the raw
tables. Asking, landing and loading are the same for all (`gather.py`, `recon_pipeline/capture.py`).

Does not belong here: any one provider; HTTP (`http.py`); the landing (`landing.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from recon_pipeline.settings import Settings
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.landing import LandedRow, Landing

if TYPE_CHECKING:
    import polars as pl

Result = Literal["value", "known", "absent", "refused", "unavailable", "bad_payload", "not_configured", "not_landed"]
"""What came of asking: `value` is a new payload, `known` one that was landed before; the others gave nothing."""

Frames = Mapping[str, "pl.DataFrame"]
"""Rows for the raw tables, by full name of the table. The columns are those of its contract but `payload_sha256`, which
the loader adds; a column that the frame leaves out is null. `raw.source_rejects` takes what could not be read."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One payload to ask for.

    `feed` is provider and kind (`symdir/nasdaqlisted`): what the landing calls its source. `path` is path and query
    below `base_url`, without secrets: the name of the payload whatever host it comes from. `secrets` are query
    parameters that must be shown nowhere. `day` is the session, month or quarter (its first day) that is asked for.
    `is_final`: once published the provider does not change it, so that a landed one is never asked for again.
    `is_big`: streamed to a file, and not held in memory.
    """

    feed: str
    base_url: str
    path: str
    day: date | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_final: bool = False
    is_big: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one ask. `detail` is a sentence without secrets; `row` tells of the payload where there is one."""

    ask: Ask
    result: Result
    detail: str = ""
    row: LandedRow | None = None


@dataclass(frozen=True, slots=True)
class Landed:
    """A landed payload, to be read."""

    row: LandedRow
    landing: Landing

    @property
    def feed(self) -> str:
        """Provider and kind, as `symdir/nasdaqlisted`."""
        return self.row.source

    @property
    def known_at(self) -> datetime:
        """When it became public as far as the exchange told: Last-Modified, else when it was fetched. Naive, UTC.

        A provider whose payload says it better (a footer, `filed`) uses that.
        """
        return naive_utc(self.row.last_modified or self.row.fetched_at)

    @property
    def fetched_at(self) -> datetime:
        """When it was fetched. Naive, UTC."""
        return naive_utc(self.row.fetched_at)

    def body(self) -> bytes:
        """The whole payload in memory, its hash verified."""
        return self.landing.read(self.row)

    def path(self) -> Path:
        """The file of a big payload."""
        return self.landing.path_of(self.row)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an event wants of the providers: its rank day, the rank day before it, and the moment of asking (UTC).

    `sessions` are those that the rules read around the rank day, oldest first.
    """

    event_id: str
    rank_day: date
    previous_rank_day: date
    sessions: Sequence[date]
    now: datetime


class Provider(ABC):
    """One source. `name` is its row in reference.sources. Without state: settings come in with each call.

    Providers of one `house` share a client, and with it pace and user agent: the SEC counts all requests together.
    """

    name: ClassVar[str]
    house: ClassVar[str]

    def lacks(self, settings: Settings) -> str:
        """Return the environment variable that is missing, or nothing."""
        return ""

    @abstractmethod
    def client(self, settings: Settings) -> HttpClient:
        """Return a client with the pace, user agent and refusals of this provider."""

    def daily(self, settings: Settings, now: datetime) -> list[Ask]:
        """What to ask in the daily capture at a moment (UTC): what tells of today only; most know the past as well."""
        return []

    @abstractmethod
    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        """What an event wants."""

    @abstractmethod
    def validate(self, ask: Ask, body: bytes) -> None:
        """Raise BadPayload on a body that cannot be believed. Not called for big files, which `read` judges."""

    @abstractmethod
    def read(self, landed: Landed) -> Frames:
        """Turn a landed payload into rows of the raw tables.

        Raises:
            BadPayload: a big file cannot be believed.
        """

    def follow(self, settings: Settings, ask: Ask, body: bytes) -> Ask | None:
        """Return the next page of a paged answer, or nothing."""
        return None


def naive_utc(moment: datetime) -> datetime:
    """A moment as the raw tables keep it: UTC without a zone (a zone would make its text depend on a setting)."""
    return moment.astimezone(UTC).replace(tzinfo=None)
