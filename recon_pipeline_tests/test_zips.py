"""Members of a zip: what is read, and every kind of zip that must be refused before it fills memory or is believed."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from recon_pipeline.errors import BadPayload
from recon_pipeline.sources.zips import Limits, members, must_be_whole

LIMITS = Limits(most_members=10, most_member_bytes=4_000_000, most_total_bytes=6_000_000, most_ratio=200)


def everything(_: str) -> bool:
    return True


def read(path: Path, limits: Limits = LIMITS, wanted: Callable[[str], bool] = everything) -> dict[str, bytes]:
    return {member.name: member.read() for member in members(path, wanted=wanted, limits=limits)}


def make(path: Path, content: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, body in content.items():
            archive.writestr(name, body)
    return path


def local(name: bytes, packed: bytes, size: int, crc: int, method: int = 8, flags: int = 0) -> bytes:
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, flags, method, 0, 0, crc, len(packed), size, len(name), 0)
    return head + name + packed


def entry(name: bytes, packed: int, size: int, crc: int, offset: int, method: int = 8, flags: int = 0) -> bytes:
    about = (20, 20, flags, method, 0, 0, crc, packed, size, len(name), 0, 0, 0, 0, 0, offset)
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", *about) + name


def end(count: int, length: int, start: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, length, start, 0)


def deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def one_member(path: Path, body: bytes, *, size: int | None = None, crc: int | None = None, **how: int) -> Path:
    """A zip of one member whose headers may lie."""
    packed = deflated(body) if how.get("method", 8) == 8 else body
    told = (len(body) if size is None else size, zlib.crc32(body) if crc is None else crc)
    first = local(b"a", packed, *told, **how)
    listing = entry(b"a", len(packed), *told, 0, **how)
    path.write_bytes(first + listing + end(1, len(listing), len(first)))
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_wanted_members_are_read_in_order(tmp_path: Path, method: int) -> None:
    big = random.Random(1).randbytes(1_300_000)
    path = make(tmp_path / "z", {"b.json": b"{}", "folder/": b"", "é.txt": b"x", "a.json": big, "e": b""}, method)
    assert list(read(path)) == ["b.json", "é.txt", "a.json", "e"]
    assert read(path, wanted=lambda name: name.endswith(".json")) == {"b.json": b"{}", "a.json": big}
    must_be_whole(path)


def test_a_member_is_read_line_by_line_in_bounded_memory(tmp_path: Path) -> None:
    line = b"%07d" + b"x" * 92 + b"\n"
    path = make(tmp_path / "z", {"num.tsv": b"".join(line % number for number in range(100_000))})
    limits = Limits(1, 10**8, 10**8, 1_000)
    tracemalloc.start()
    try:
        member = next(archive := members(path, wanted=everything, limits=limits))
        with member.open() as stream:
            numbers = [int(got[:7]) for got in stream]
        archive.close()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert numbers == list(range(100_000))
    assert peak < 7_000_000, "10 MB were inflated"


def test_a_64_bit_zip_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        with archive.open("a", "w", force_zip64=True) as file:
            file.write(b"abc")
        archive.writestr("b", b"d")
    raw = (tmp_path / "z").read_bytes()
    place = raw.rfind(b"PK\5\6")
    *_, count, length, start, _ = struct.unpack("<4s4H2LH", raw[place:])
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start)
    where = struct.pack("<4sLQL", b"PK\6\7", 0, place, 1)
    told = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (tmp_path / "big").write_bytes(raw[:place] + end64 + where + told)
    assert read(tmp_path / "big") == {"a": b"abc", "b": b"d"}
    # The offset of the second member in the extra field, as of one beyond 4 GB.
    second = raw.index(b"PK\3\4", 4)
    listing = entry(b"b", 1, 1, zlib.crc32(b"d"), 0xFFFFFFFF, method=0)
    listing = listing[:30] + struct.pack("<H", 12) + listing[32:] + struct.pack("<HHQ", 1, 8, second)
    (tmp_path / "far").write_bytes(raw[:start] + listing + end(1, len(listing), start))
    assert read(tmp_path / "far") == {"b": b"d"}


@pytest.mark.parametrize("keep", [0, 1, 30, -1, -22, -60])
def test_what_is_cut_short_is_refused(tmp_path: Path, keep: int) -> None:
    path = make(tmp_path / "z", {"a": b"abc" * 1_000, "b": b"d"})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadPayload, match="cut short"):
        read(path)
    with pytest.raises(BadPayload, match="cut short"):
        must_be_whole(path)


def test_html_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "z").write_bytes(b"<html><body>Please wait</body></html>" * 10)
    with pytest.raises(BadPayload, match="no zip"):
        read(tmp_path / "z")


def test_the_bytes_that_are_inflated_count_and_not_what_a_header_says(tmp_path: Path) -> None:
    path = one_member(tmp_path / "z", b"\0" * 50_000_000, size=10)
    roomy = Limits(1, 4_000_000, 10**9, 10**6)
    tracemalloc.start()
    try:
        with pytest.raises(BadPayload, match="more than 4,000,000 bytes"):
            read(path, roomy)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000, "50 MB would come out of it"


def test_a_member_that_grows_too_much_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPayload, match="200-fold"):
        read(make(tmp_path / "z", {"a": b"\0" * 3_000_000}))
    assert len(read(make(tmp_path / "y", {"a": b"\0" * 900_000}))["a"]) == 900_000, "small ones may"


def test_members_together_are_limited(tmp_path: Path) -> None:
    path = make(tmp_path / "z", {name: bytes(3_000_000) for name in "abc"}, zipfile.ZIP_STORED)
    with pytest.raises(BadPayload, match="more than 6,000,000 bytes were inflated"):
        read(path)


def test_too_many_members_are_refused_before_one_is_read(tmp_path: Path) -> None:
    path = make(tmp_path / "z", {str(number): b"" for number in range(11)})
    with pytest.raises(BadPayload, match="11 members"):
        next(members(path, wanted=everything, limits=LIMITS))


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    """A quine bomb: a thousand names in the directory, all of the same packed bytes."""
    body = b"\0" * 100_000
    packed = deflated(body)
    first = local(b"a", packed, len(body), zlib.crc32(body))
    listing = entry(b"a", len(packed), len(body), zlib.crc32(body), 0) * 2
    (tmp_path / "z").write_bytes(first + listing + end(2, len(listing), len(first)))
    for judge in (read, must_be_whole):
        with pytest.raises(BadPayload, match="overlap"):
            judge(tmp_path / "z")


def test_a_member_beyond_the_file_is_refused(tmp_path: Path) -> None:
    listing = entry(b"a", 10, 10, 0, 5)
    (tmp_path / "z").write_bytes(listing + end(1, len(listing), 0))
    with pytest.raises(BadPayload, match="before the directory"):
        read(tmp_path / "z")


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"flags": 1}, "encrypted"),
        ({"method": 12}, "method 12"),
        ({"method": 14}, "method 14"),
        ({"crc": 7}, "size and sum"),
        ({"size": 99}, "size and sum"),
        ({"size": 99, "method": 0}, "size and sum"),
    ],
)
def test_a_member_that_is_not_what_it_says_is_refused(tmp_path: Path, how: dict[str, int], says: str) -> None:
    path = one_member(tmp_path / "z", b"abc" * 100, **how)
    with pytest.raises(BadPayload, match=says):
        read(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_flipped_byte_is_found(tmp_path: Path, method: int) -> None:
    path = make(tmp_path / "z", {"a": bytes(range(256)) * 40}, method)
    raw = bytearray(path.read_bytes())
    raw[200] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(BadPayload, match=r"size and sum|cannot be inflated|cut short"):
        read(path)
    archive = members(path, wanted=everything, limits=LIMITS)
    with next(archive).open() as stream, pytest.raises(BadPayload):
        list(iter(partial(stream.read, 1_000), b""))
    archive.close()


def test_a_stream_that_does_not_end_is_cut_short(tmp_path: Path) -> None:
    packed = deflated(b"abc" * 1_000)[:-4]
    first = local(b"a", packed, 3_000, 0)
    listing = entry(b"a", len(packed), 3_000, 0, 0)
    (tmp_path / "z").write_bytes(first + listing + end(1, len(listing), len(first)))
    with pytest.raises(BadPayload, match="cut short"):
        read(tmp_path / "z")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd"])
def test_a_name_is_only_compared(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / "z", {name: b"x"})
    assert read(path) == {name: b"x"}
    assert [file.name for file in tmp_path.rglob("*")] == ["z"], "nothing was written"


def test_a_directory_and_a_member_that_disagree_are_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "z", {"abc": b"x" * 10})
    path.write_bytes(path.read_bytes().replace(b"abc", b"xyz", 1))
    with pytest.raises(BadPayload, match="do not agree"):
        read(path)


def test_a_directory_of_another_size_is_refused(tmp_path: Path) -> None:
    body = io.BytesIO(make(tmp_path / "z", {"a": b"1", "b": b"2"}).read_bytes())
    raw = body.getvalue()
    place = raw.rfind(b"PK\5\6")
    (tmp_path / "z").write_bytes(raw[: place + 8] + struct.pack("<HH", 1, 1) + raw[place + 12 :])
    with pytest.raises(BadPayload, match="size that its end record"):
        read(tmp_path / "z")
