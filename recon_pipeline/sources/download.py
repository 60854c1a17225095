"""A big file from a provider to disk: streamed, resumed after a break, asked for again only if it has changed.

Belongs here: the unfinished file and what is noted beside it, ranges and conditions, the hash that is taken while the
bytes come. Does not belong here: retries and refusals (`http.py`), what is in the file (the module of its provider),
keeping it (`landing.py`).

A file is `<hash of the URL>.part` until it is whole, and `<...>.part.json` tells which version of it the server was
sending. Both survive a killed process: the next call goes on where it ended, if the server still has that version.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Final

import msgspec
import requests
from filelock import FileLock, Timeout

from recon_pipeline.errors import BadPayload, Unavailable
from recon_pipeline.sources.http import HttpClient, Request, TransientError, http_date, place
from recon_pipeline.sources.landing import LandedRow
from recon_pipeline.sources.zips import must_be_whole

# What a break can lose.
CHUNK_BYTES: Final = 1 << 16
# A healthy 1 GB takes minutes. All attempts together end here, so that a server that drips cannot hold a run for ever.
MOST_SECONDS: Final = 3600.0
MAGIC: Final = b"PK"
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")

Progress = Callable[[int, int | None], object]
"""Called with the bytes that are there and how many there will be (None: not told)."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A whole file at `path`, to be moved from there. Times are UTC."""

    path: Path
    sha256: str
    size: int
    fetched_at: datetime
    last_modified: datetime | None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The file that is landed is what the server has."""

    checked_at: datetime


class _TooBig(BadPayload):
    """Another try would bring the same."""

    retryable = False


class _Note(msgspec.Struct, frozen=True):
    """Which version of the file is being fetched: its validators as the server told them, and its size."""

    etag: str | None
    last_modified: str | None
    total: int | None

    @property
    def validator(self) -> str | None:
        """What If-Range may hold: a strong ETag, else the date."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified

    def may_be(self, response: requests.Response, total: int | None) -> bool:
        """Whether nothing that an answer tells of its version contradicts this one."""
        headers = response.headers
        here = (self.etag, self.last_modified, self.total)
        there = (headers.get("ETag"), headers.get("Last-Modified"), total)
        return all(None in pair or pair[0] == pair[1] for pair in zip(here, there, strict=True))


def download(
    http: HttpClient,
    request: Request,
    folder: Path,
    *,
    known: LandedRow | None = None,
    most_bytes: int | None = None,
    progress: Progress | None = None,
    most_s: float = MOST_SECONDS,
    validate: Callable[[Path], object] = must_be_whole,
) -> Downloaded | NotModified:
    """Fetch a zip into `folder`, which should be on the disk of the landing, unless it is what is `known`.

    Memory is bounded by a chunk. `most_bytes`: by default the setting `max_file_mb`. `validate` judges the whole file
    before it counts as fetched (by default: it is a zip with a whole directory), so that a broken one is not landed and
    then taken for known.

    Raises:
        Unavailable: no whole answer in time (what came is kept, and the next call goes on from there), or another
            process is fetching the same file.
        ReconError: as `HttpClient.get`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    limit = most_bytes or http.settings.max_file_mb * 1_000_000
    part = _Part(folder / f"{hashlib.sha256(request.url.encode()).hexdigest()}.part")
    until = time.monotonic() + most_s

    def attempt() -> Downloaded | NotModified:
        left_s = until - time.monotonic()
        if left_s <= 0:
            raise Unavailable(
                f"GET {place(request.url)} did not end within {most_s / 60:.0f} minutes. Run the same command again: "
                "it goes on from what has come so far."
            )
        return _Attempt(http, request, part, known, limit, progress).run(left_s, validate)

    try:
        with FileLock(part.path.with_suffix(".lock"), timeout=0):
            return http.persist(request.url, attempt)
    except Timeout:
        raise Unavailable(
            f"Another process is fetching {place(request.url)} into {folder}. Run the same command again when it ends."
        ) from None


class _Part:
    """The unfinished file and the note beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._note = path.with_suffix(".part.json")

    def unfinished(self) -> tuple[int, _Note | None]:
        """Return where to go on and which version it is of; (0, None) where there is nothing to go on from."""
        try:
            note = msgspec.json.decode(self._note.read_bytes(), type=_Note)
            size = self.path.stat().st_size
        except (FileNotFoundError, msgspec.DecodeError):
            return 0, None
        # A whole file is asked for its last byte again: only an answer proves that it is still the current version.
        place = min(size, note.total - 1) if note.total else size
        return (place, note) if place > 0 and note.validator else (0, None)

    def begin(self, note: _Note) -> None:
        """Forget what is there, then note what comes. A kill in between leaves nothing that could be mistaken."""
        self.drop()
        passing = self._note.with_suffix(".tmp")
        passing.write_bytes(msgspec.json.encode(note))
        os.replace(passing, self._note)

    def drop(self) -> None:
        """Forget what is there."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


class _Attempt:
    """One exchange, from where the last one ended."""

    def __init__(
        self,
        http: HttpClient,
        request: Request,
        part: _Part,
        known: LandedRow | None,
        limit: int,
        progress: Progress | None,
    ) -> None:
        self._http = http
        self._request = request
        self._part = part
        self._known_since = known.last_modified if known else None
        self._limit = limit
        self._progress = progress
        self._offset, self._note = part.unfinished()
        self._sha = hashlib.sha256()

    def run(self, left_s: float, validate: Callable[[Path], object]) -> Downloaded | NotModified:
        request = Request(self._request.url, {**self._request.headers, **self._conditions()})
        also = {416} if self._note else set()
        also |= {304} if self._known_since else set()
        try:
            response = self._http.exchange(request, self._take, also=frozenset(also), answer_s=left_s)
            if response.status_code == 304:
                self._part.drop()
                return NotModified(datetime.now(UTC))
            validate(self._part.path)
        except BadPayload:
            self._part.drop()
            raise
        # A part may come without the date that came with its beginning.
        modified = http_date(response.headers.get("Last-Modified", self._note.last_modified if self._note else None))
        size = self._part.path.stat().st_size
        return Downloaded(self._part.path, self._sha.hexdigest(), size, datetime.now(UTC), modified)

    def _conditions(self) -> dict[str, str]:
        """Headers: as it is (a range of a packed body would be of no use), if changed, from where we are."""
        headers = {"Accept-Encoding": "identity"}
        if self._known_since:
            headers["If-Modified-Since"] = format_datetime(self._known_since.astimezone(UTC), usegmt=True)
        if self._note and self._note.validator:
            headers |= {"Range": f"bytes={self._offset}-", "If-Range": self._note.validator}
        return headers

    def _take(self, response: requests.Response) -> None:
        status = response.status_code
        if status == 304:
            return
        if status == 416:
            self._part.drop()
            raise TransientError("HTTP 416, the file is not what it was; it is fetched anew")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise BadPayload("a file that is packed once more on its way, which was not asked for")
        total = self._go_on(response) if status == 206 else self._start_anew(response)
        size = self._write(response, total)
        if total is not None and size != total:
            raise TransientError(f"{size:,} bytes of {total:,} came")

    def _go_on(self, response: requests.Response) -> int | None:
        """Check that a part fits to what is there, cut that to where the part begins, and hash it."""
        told = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        note = self._note
        total = int(told[3]) if told and told[3] != "*" else None
        if note is None or told is None or int(told[1]) != self._offset or not note.may_be(response, total):
            self._part.drop()
            raise TransientError("HTTP 206 with a part of another version, or not the one asked for; fetched anew")
        with self._part.path.open("r+b") as file:
            file.truncate(self._offset)
            while chunk := file.read(CHUNK_BYTES):
                self._sha.update(chunk)
        return note.total or total

    def _start_anew(self, response: requests.Response) -> int | None:
        """Note the version that the server sends from its first byte."""
        headers = response.headers
        if response.status_code != 200:
            raise BadPayload(f"HTTP {response.status_code} where a whole file should be")
        length = headers.get("Content-Length", "")
        total = int(length) if length.isascii() and length.isdigit() else None
        if total is None and "chunked" not in headers.get("Transfer-Encoding", "").lower():
            raise BadPayload("a file without a length, of which nobody could tell whether it came whole")
        if total is not None and total > self._limit:
            raise _TooBig(self._too_big())
        self._offset = 0
        self._part.begin(_Note(headers.get("ETag"), headers.get("Last-Modified"), total))
        return total

    def _write(self, response: requests.Response, total: int | None) -> int:
        """Append the body to the file; return the size of the file. What came before a break is kept."""
        size = self._offset
        with self._part.path.open("ab") as file:
            for chunk in response.iter_content(CHUNK_BYTES):
                self._http.count_bytes(len(chunk))
                if size == 0 and not chunk.startswith(MAGIC):
                    raise BadPayload(f"{'a page of markup' if chunk.lstrip()[:1] == b'<' else 'no zip'} in its place")
                size += len(chunk)
                if size > self._limit:
                    raise _TooBig(self._too_big())
                file.write(chunk)
                self._sha.update(chunk)
                if self._progress is not None:
                    self._progress(size, total)
            file.flush()
            os.fsync(file.fileno())
        if size == 0:
            raise BadPayload("an empty file")
        return size

    def _too_big(self) -> str:
        return f"a file of more than {self._limit:,} bytes (RECON_MAX_FILE_MB sets the limit)"
