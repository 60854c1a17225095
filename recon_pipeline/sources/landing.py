"""The landing: every payload that was believed, byte for byte, written once.

Belongs here: `objects/<aa>/<sha256>.gz`, addressed by the content, and `manifest.jsonl`, one row a payload that tells
where it came from. A payload that is landed is never fetched again, and a run can be repeated from landings alone.

Does not belong here: asking a provider (`http.py`), or what is in a payload.

Both files survive SIGKILL at any moment: an object appears whole or not at all, and a torn last line of the manifest is
skipped and closed by the next append. Several processes may land into the same folder.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import re
import threading
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from filelock import FileLock

from recon_pipeline.errors import ContractBroken

log = logging.getLogger(__name__)

# Level 3 takes 5 ms for a MB of JSON; level 6 takes twice as long for 15 % less, level 9 seven times for 20 % less.
GZIP_LEVEL: Final = 3
SECRET_NAMES: Final = re.compile(r"(?i)(key|token|secret|password|passwd|signature|credential|auth)")


class LandedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the manifest.

    `session` is the session that the payload was believed to describe when it landed; later evidence may say otherwise.
    `size` counts uncompressed bytes. `final` is False for an answer that may grow (a listing), True for one that the
    provider cannot change (a file of a commit).

    `key` names the payload whatever host it came from: path and query without secrets. `last_modified` is what the
    provider says (UTC). `packed` is False for a big file that is kept as it came.
    """

    source: str
    url: str
    commit: str | None
    exchange: str | None
    session: date | None
    fetched_at: datetime
    sha256: str
    size: int
    final: bool
    key: str | None = None
    last_modified: datetime | None = None
    packed: bool = True


class Landing:
    """The landing folder `root`; made when the first payload lands. Safe to use from many threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifest = root / "manifest.jsonl"
        self._mutex = threading.RLock()
        self._read_to = 0
        self._rows: list[LandedRow] = []
        self._by_url: dict[tuple[str, str], LandedRow] = {}
        self._by_commit: dict[tuple[str, str, str], LandedRow] = {}
        self._by_key: dict[tuple[str, str], LandedRow] = {}
        self._decoder = msgspec.json.Decoder(LandedRow)

    def find(self, source: str, url: str) -> LandedRow | None:
        """Return the newest row for a URL whose object is there, or None."""
        with self._mutex:
            self._refresh()
            return self._present(self._by_url.get((source, without_secrets(url))))

    def find_commit(self, source: str, commit: str, exchange: str) -> LandedRow | None:
        """Return the newest row for one exchange of one commit, from whichever host it came, or None."""
        with self._mutex:
            self._refresh()
            return self._present(self._by_commit.get((source, commit, exchange)))

    def find_key(self, source: str, key: str) -> LandedRow | None:
        """Return the newest row for a key, from whichever host it came, or None."""
        with self._mutex:
            self._refresh()
            return self._present(self._by_key.get((source, key)))

    def rows(self, source: str) -> list[LandedRow]:
        """Return all rows of a source, oldest first, also those whose object is gone."""
        with self._mutex:
            self._refresh()
            return [row for row in self._rows if row.source == source]

    def every(self) -> list[LandedRow]:
        """Return all rows, oldest first, also those whose object is gone."""
        with self._mutex:
            self._refresh()
            return list(self._rows)

    def path_of(self, row: LandedRow) -> Path:
        """Return where the object of a row is (or was)."""
        return self._object(row.sha256) if row.packed else self._file(row.sha256)

    def read(self, row: LandedRow) -> bytes:
        """Return the payload of a row, after its hash was verified.

        Raises:
            ContractBroken: the object is gone, cannot be unpacked, or is not what was landed.
        """
        path = self.path_of(row)
        advice = f"Delete {path} and run the same command without --offline: the payload is then fetched again."
        try:
            body = gzip.decompress(path.read_bytes())
        except FileNotFoundError as error:
            raise ContractBroken(
                f"The landed payload {path} is gone. Run without --offline to fetch it again."
            ) from error
        except (OSError, EOFError, zlib.error) as error:
            raise ContractBroken(f"The landed payload {path} cannot be unpacked ({error}). {advice}") from error
        if hashlib.sha256(body).hexdigest() != row.sha256:
            raise ContractBroken(f"The landed payload {path} does not have the hash that is its name. {advice}")
        return body

    def is_sound(self, row: LandedRow) -> bool:
        """Whether the object of a row is there as it was landed; of a big file only its size is looked at."""
        if not row.packed:
            path = self.path_of(row)
            return path.exists() and path.stat().st_size == row.size
        try:
            self.read(row)
        except ContractBroken:
            return False
        return True

    def set_aside(self, row: LandedRow) -> None:
        """Move the damaged object of a row out of the way, so that the payload can be landed again."""
        path = self.path_of(row)
        if path.exists():
            os.replace(path, path.with_name(f"{path.name}.damaged"))

    def land(
        self,
        source: str,
        url: str,
        body: bytes,
        *,
        commit: str | None = None,
        exchange: str | None = None,
        session: date | None = None,
        fetched_at: datetime | None = None,
        final: bool = True,
        key: str | None = None,
        last_modified: datetime | None = None,
    ) -> LandedRow:
        """Keep one payload: first the object, then the row that tells of it."""
        row = LandedRow(
            source=source,
            url=without_secrets(url),
            commit=commit,
            exchange=exchange,
            session=session,
            fetched_at=fetched_at or datetime.now(UTC),
            sha256=hashlib.sha256(body).hexdigest(),
            size=len(body),
            final=final,
            key=key,
            last_modified=last_modified,
        )
        self._write_object(row.sha256, body)
        self._append(row)
        return row

    def land_file(
        self,
        source: str,
        url: str,
        path: Path,
        *,
        sha256: str,
        session: date | None = None,
        fetched_at: datetime | None = None,
        final: bool = True,
        key: str | None = None,
        last_modified: datetime | None = None,
    ) -> LandedRow:
        """Keep a big payload that is on disk already: it is moved, not packed; `sha256` was taken while it came."""
        row = LandedRow(
            source=source,
            url=without_secrets(url),
            commit=None,
            exchange=None,
            session=session,
            fetched_at=fetched_at or datetime.now(UTC),
            sha256=sha256,
            size=path.stat().st_size,
            final=final,
            key=key,
            last_modified=last_modified,
            packed=False,
        )
        target = self._file(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)
        self._append(row)
        return row

    def _object(self, sha256: str) -> Path:
        return self.root / "objects" / sha256[:2] / f"{sha256}.gz"

    def _file(self, sha256: str) -> Path:
        return self.root / "files" / sha256[:2] / sha256

    def _present(self, row: LandedRow | None) -> LandedRow | None:
        return row if row is not None and self.path_of(row).exists() else None

    def _write_object(self, sha256: str, body: bytes) -> None:
        target = self._object(sha256)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        passing = target.with_name(f".{sha256}.{os.getpid()}.{threading.get_ident()}.tmp")
        try:
            with passing.open("wb") as file:
                file.write(gzip.compress(body, GZIP_LEVEL, mtime=0))
                file.flush()
                os.fsync(file.fileno())
            os.replace(passing, target)
        finally:
            passing.unlink(missing_ok=True)

    def _append(self, row: LandedRow) -> None:
        line = msgspec.json.encode(row) + b"\n"
        with self._mutex, FileLock(self.root / "manifest.lock"), self.manifest.open("ab+") as file:
            if file.seek(0, os.SEEK_END) and _last_byte(file.fileno()) != b"\n":
                log.warning("%s ends in a torn line (a run was killed); it is closed and skipped", self.manifest)
                line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def _refresh(self) -> None:
        """Read what was appended since the last look, by this process or by another."""
        try:
            if self.manifest.stat().st_size <= self._read_to:
                return
        except FileNotFoundError:
            return
        with self.manifest.open("rb") as file:
            file.seek(self._read_to)
            fresh = file.read()
        # What follows the last line end is torn, or being written by another process: it is looked at again later.
        whole = fresh[: fresh.rfind(b"\n") + 1]
        if len(whole) < len(fresh):
            log.info("%s ends in an unfinished line, which is skipped for now", self.manifest)
        self._read_to += len(whole)
        for line in whole.splitlines():
            if line:
                self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            row = self._decoder.decode(line)
        except msgspec.DecodeError as error:
            log.warning("%s: a line that is no row is skipped (%s): %.60r", self.manifest, error, line)
            return
        self._rows.append(row)
        self._by_url[row.source, row.url] = row
        if row.commit is not None and row.exchange is not None:
            self._by_commit[row.source, row.commit, row.exchange] = row
        if row.key is not None:
            self._by_key[row.source, row.key] = row


def without_secrets(url: str) -> str:
    """Return a URL without user and password, and with the values of secret-looking parameters struck out."""
    parts = urlsplit(url)
    query = parts.query
    if SECRET_NAMES.search(query):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(name, "REDACTED" if SECRET_NAMES.search(name) else value) for name, value in pairs])
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


def _last_byte(descriptor: int) -> bytes:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1)
