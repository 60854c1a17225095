"""Members of a big zip, one after the other: never on disk, and never beyond a limit.

Belongs here: what a zip must look like to be believed, and what keeps a broken or malicious one from filling memory.
Does not belong here: what a member holds (the module of its provider).

The directory is read as a stream, for that of the SEC's submissions has a million members: `zipfile` would hold 600
bytes for each.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from array import array
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from recon_pipeline.errors import BadPayload

CHUNK_BYTES: Final = 1 << 18
# JSON of few values can shrink a hundredfold; below this size a ratio tells nothing.
RATIO_FREE_BYTES: Final = 1 << 20

_END: Final = struct.Struct("<4s4H2LH")
_END64_PLACE: Final = struct.Struct("<4sLQL")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_MOST_COMMENT: Final = 0xFFFF
_IN_EXTRA: Final = 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 0x1, 0x800


@dataclass(frozen=True, slots=True)
class Limits:
    """What a zip may hold: members (all of its directory), bytes inflated from one member and from all that are read,
    and how many times its packed size a member may become."""

    most_members: int
    most_member_bytes: int
    most_total_bytes: int
    most_ratio: int


_NO_LIMITS: Final = Limits(*4 * [2**63])


def members(path: Path, *, wanted: Callable[[str], bool], limits: Limits) -> Generator[Member, None, None]:
    """Yield the members whose name is `wanted`, in the order of the directory.

    A member can be read until the iterator is closed. The whole directory is judged before the first one comes.

    Raises:
        BadPayload: it is no zip, is cut short, or breaks a rule or a limit; also from `Member.read` and the stream of
            `Member.open`.
    """
    with path.open("rb") as file, path.open("rb") as directory:
        archive = _Archive(file, limits, path.stat().st_size)
        archive.judge(directory)
        for entry in archive.entries(directory):
            if not entry.name.endswith("/") and wanted(entry.name):
                yield Member(archive, entry)


def must_be_whole(path: Path) -> None:
    """Judge the directory of a zip; its members are not read.

    Raises:
        BadPayload: it is no zip, is cut short, or breaks a rule.
    """
    with path.open("rb") as file:
        _Archive(file, _NO_LIMITS, path.stat().st_size).judge(file)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the directory, as it claims."""

    name: str
    raw_name: bytes
    method: int
    flags: int
    crc: int
    packed: int
    inflated: int
    offset: int


class Member:
    """One member of a zip that is being read."""

    def __init__(self, archive: _Archive, entry: _Entry) -> None:
        self.name = entry.name
        self._archive = archive
        self._entry = entry

    def read(self) -> bytes:
        """Return the whole member."""
        return b"".join(self._archive.inflate(self._entry))

    def open(self) -> io.BufferedReader:
        """Return the member as a stream, inflated as it is read; the end of the stream is what proves its sum."""
        return io.BufferedReader(_Stream(self._archive.inflate(self._entry)), CHUNK_BYTES)


class _Archive:
    """An open zip: where its directory is, and what was inflated from it so far."""

    def __init__(self, file: IO[bytes], limits: Limits, size: int) -> None:
        self._file = file.fileno()
        self._limits = limits
        self._total = 0
        self._count, self._start, self._end = _find_directory(file, size)
        if self._count > limits.most_members:
            raise BadPayload(f"a zip of {self._count:,} members, where {limits.most_members:,} are the most expected")

    def entries(self, directory: IO[bytes]) -> Iterator[_Entry]:
        """Read the directory line by line."""
        directory.seek(self._start)
        for _ in range(self._count):
            yield _read_entry(directory)
        if directory.tell() != self._end:
            raise BadPayload("a zip whose directory does not have the size that its end record tells")

    def judge(self, directory: IO[bytes]) -> None:
        """Refuse a zip with members that are encrypted, packed in a way that is not deflate, or share bytes."""
        starts, ends = array("Q"), array("Q")
        for entry in self.entries(directory):
            if entry.flags & _ENCRYPTED:
                raise BadPayload("a zip with an encrypted member")
            if entry.method not in (_STORED, _DEFLATED):
                raise BadPayload(f"a zip with a member that is packed by method {entry.method}, and not deflated")
            end = entry.offset + _LOCAL.size + len(entry.raw_name) + entry.packed
            if end > self._start:
                raise BadPayload("a zip with a member that does not end before the directory")
            starts.append(entry.offset)
            ends.append(end)
        begin, after = np.array(starts), np.array(ends)
        order = np.argsort(begin, kind="stable")
        if bool((after[order][:-1] > begin[order][1:]).any()):
            raise BadPayload("a zip with members that overlap (a bomb is made so)")

    def inflate(self, entry: _Entry) -> Iterator[bytes]:
        """Yield the bytes of a member in pieces, counted against the limits, its size and sum proven at the end."""
        size = crc = 0
        for piece in self._pieces(entry):
            size += len(piece)
            self._total += len(piece)
            self._count_against_limits(entry, size)
            crc = zlib.crc32(piece, crc)
            yield piece
        if size != entry.inflated or crc != entry.crc:
            raise BadPayload(f"a zip whose member {entry.name!r:.80} does not have the size and sum that it tells")

    def _count_against_limits(self, entry: _Entry, size: int) -> None:
        limits = self._limits
        if size > limits.most_member_bytes:
            raise BadPayload(f"a zip whose member {entry.name!r:.80} has more than {limits.most_member_bytes:,} bytes")
        if size > RATIO_FREE_BYTES and size > limits.most_ratio * entry.packed:
            raise BadPayload(f"a zip whose member {entry.name!r:.80} grows more than {limits.most_ratio}-fold")
        if self._total > limits.most_total_bytes:
            raise BadPayload(f"a zip of which more than {limits.most_total_bytes:,} bytes were inflated")

    def _pieces(self, entry: _Entry) -> Iterator[bytes]:
        packed = self._packed(entry)
        if entry.method == _STORED:
            yield from packed
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            while not inflater.eof:
                fresh = inflater.unconsumed_tail or next(packed, b"")
                piece = inflater.decompress(fresh, CHUNK_BYTES)
                if piece:
                    yield piece
                elif not fresh and not inflater.eof:
                    raise BadPayload(f"a zip whose member {entry.name!r:.80} is cut short")
        except zlib.error as error:
            raise BadPayload(f"a zip whose member {entry.name!r:.80} cannot be inflated ({error})") from error

    def _packed(self, entry: _Entry) -> Iterator[bytes]:
        """Yield the bytes of a member as they are in the file."""
        head = os.pread(self._file, _LOCAL.size + len(entry.raw_name), entry.offset)
        fields = _LOCAL.unpack_from(head) if len(head) == _LOCAL.size + len(entry.raw_name) else (b"",)
        if fields[0] != b"PK\3\4" or fields[9] != len(entry.raw_name) or head[_LOCAL.size :] != entry.raw_name:
            raise BadPayload(f"a zip whose directory and member {entry.name!r:.80} do not agree")
        position = entry.offset + len(head) + int(fields[10])
        end = position + entry.packed
        while position < end:
            chunk = os.pread(self._file, min(CHUNK_BYTES, end - position), position)
            if not chunk:
                raise BadPayload(f"a zip that ends within its member {entry.name!r:.80}")
            position += len(chunk)
            yield chunk


class _Stream(io.RawIOBase):
    """Pieces of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def _find_directory(file: IO[bytes], size: int) -> tuple[int, int, int]:
    """Return how many members the directory has, where it begins and where it ends."""
    file.seek(max(0, size - _END.size - _MOST_COMMENT))
    tail = file.read()
    place = tail.rfind(b"PK\5\6")
    if place < 0 or place + _END.size > len(tail):
        raise BadPayload("no zip, or one that is cut short: it has no end record")
    *_, count, length, start, _comment = _END.unpack_from(tail, place)
    end = size - len(tail) + place
    if 0xFFFF in (count,) or _IN_EXTRA in (length, start):
        file.seek(max(0, end - _END64_PLACE.size))
        signature, _, end64, _ = _END64_PLACE.unpack(file.read(_END64_PLACE.size).ljust(_END64_PLACE.size))
        if signature == b"PK\6\7":
            file.seek(min(end64, size))
            signature, *_, count, length, start = _END64.unpack(file.read(_END64.size).ljust(_END64.size))
            if signature != b"PK\6\6":
                raise BadPayload("a zip whose 64-bit end record is not where it should be")
            end = end64
    if start + length > end:
        raise BadPayload("a zip whose directory is not before its end record")
    return count, start, start + length


def _read_entry(directory: IO[bytes]) -> _Entry:
    head = directory.read(_ENTRY.size)
    if len(head) != _ENTRY.size or head[:4] != b"PK\1\2":
        raise BadPayload("a zip whose directory is broken")
    fields = _ENTRY.unpack(head)
    flags, method, crc = fields[3], fields[4], fields[7]
    packed, inflated, name_size, extra_size, comment_size = fields[8:13]
    offset = fields[16]
    raw_name = directory.read(name_size)
    extra = directory.read(extra_size)
    if len(directory.read(comment_size)) != comment_size:
        raise BadPayload("a zip whose directory is cut short")
    if _IN_EXTRA in (inflated, packed, offset):
        inflated, packed, offset = _sizes_in_extra(extra, inflated, packed, offset)
    name = raw_name.decode("utf-8" if flags & _UTF8 else "cp437", errors="replace")
    return _Entry(name, raw_name, method, flags, crc, packed, inflated, offset)


def _sizes_in_extra(extra: bytes, *sizes: int) -> list[int]:
    """Return the sizes with those that did not fit into 32 bits taken from the extra field of 64-bit zips."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        if kind == 1:
            values = iter(struct.unpack_from(f"<{min(length, len(extra) - place - 4) // 8}Q", extra, place + 4))
            found = [next(values, -1) if size == _IN_EXTRA else size for size in sizes]
            if -1 not in found:
                return found
        place += 4 + length
    raise BadPayload("a zip whose directory lacks the size of a big member")
