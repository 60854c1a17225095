"""The landing: written once, verified on reading, and whole again after a kill or beside another process."""

from __future__ import annotations

import gzip
import hashlib
import logging
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from recon_pipeline.errors import ContractBroken
from recon_pipeline.sources.landing import LandedRow, Landing, without_secrets

URL = "https://host.example/a.json"
MOMENT = datetime(2022, 5, 7, 0, 20, tzinfo=UTC)


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "landed")


def test_a_payload_comes_back_with_its_row(landing: Landing) -> None:
    assert landing.find("s", URL) is None
    row = landing.land(
        "s", URL, b"body", commit="c1", exchange="amex", session=date(2022, 5, 6), fetched_at=MOMENT, final=True
    )
    again = Landing(landing.root)  # what is on disk, not what is remembered
    assert again.find("s", URL) == row
    assert again.find_commit("s", "c1", "amex") == row
    assert again.rows("s") == [row]
    assert again.read(row) == b"body"
    assert (row.size, row.sha256) == (4, hashlib.sha256(b"body").hexdigest())
    assert (row.session, row.fetched_at, row.final) == (date(2022, 5, 6), MOMENT, True)
    assert again.find("other", URL) is None
    assert again.find_commit("s", "c1", "nyse") is None
    assert again.rows("other") == []


def test_an_object_is_written_once(landing: Landing) -> None:
    row = landing.land("s", URL, b"body")
    path = landing.path_of(row)
    assert path == landing.root / "objects" / row.sha256[:2] / f"{row.sha256}.gz"
    before = path.stat()
    landing.land("s", URL + "?again", b"body")
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert len(landing.rows("s")) == 2


def test_an_object_is_the_same_to_the_byte_in_any_landing(landing: Landing, tmp_path: Path) -> None:
    other = Landing(tmp_path / "other")
    one, two = landing.land("s", URL, b"body" * 99), other.land("s", URL, b"body" * 99)
    assert landing.path_of(one).read_bytes() == other.path_of(two).read_bytes()
    assert gzip.decompress(landing.path_of(one).read_bytes()) == b"body" * 99


def test_the_newest_row_of_a_url_is_found(landing: Landing) -> None:
    landing.land("s", URL, b"old", final=False)
    new = landing.land("s", URL, b"new", final=False)
    assert landing.find("s", URL) == new
    assert Landing(landing.root).find("s", URL) == new


def corrupt_flip(path: Path) -> None:
    path.write_bytes(gzip.compress(b"another body"))


def corrupt_cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:10])


def corrupt_text(path: Path) -> None:
    path.write_bytes(b"no gzip")


@pytest.mark.parametrize("corrupt", [corrupt_flip, corrupt_cut, corrupt_text])
def test_a_corrupt_object_is_refused_by_name(landing: Landing, corrupt: object) -> None:
    row = landing.land("s", URL, b"body" * 1_000)
    assert callable(corrupt)
    corrupt(landing.path_of(row))
    with pytest.raises(ContractBroken, match="Delete") as caught:
        landing.read(row)
    assert str(landing.path_of(row)) in str(caught.value)


def test_after_deleting_a_corrupt_object_the_payload_is_not_landed(landing: Landing) -> None:
    row = landing.land("s", URL, b"body", commit="c", exchange="nyse")
    landing.path_of(row).unlink()
    assert landing.find("s", URL) is None
    assert landing.find_commit("s", "c", "nyse") is None
    with pytest.raises(ContractBroken, match="is gone"):
        landing.read(row)
    landing.land("s", URL, b"body")
    assert landing.find("s", URL) is not None


@pytest.mark.parametrize("torn", [b'{"source":"s","ur', b"\x00\x00\x00", b'{"source": 1}', b"{}"])
def test_a_torn_last_line_is_skipped_and_closed(
    landing: Landing, torn: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    first = landing.land("s", URL + "1", b"1")
    with landing.manifest.open("ab") as file:
        file.write(torn)
    survivor = Landing(landing.root)
    assert survivor.rows("s") == [first]
    with caplog.at_level(logging.WARNING):
        second = survivor.land("s", URL + "2", b"2")
        assert survivor.rows("s") == [first, second]
        assert Landing(landing.root).rows("s") == [first, second]
    assert "torn" in caplog.text
    assert "skipped" in caplog.text


def test_a_row_of_another_process_is_seen(landing: Landing) -> None:
    assert landing.rows("s") == []
    row = Landing(landing.root).land("s", URL, b"body")
    assert landing.find("s", URL) == row


APPEND = """
import sys
from pathlib import Path
from recon_pipeline.sources.landing import Landing
landing = Landing(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    landing.land("s", f"https://host.example/{sys.argv[2]}/{number}", f"{sys.argv[2]} {number} ".encode() * 40)
"""


def start(landing: Landing, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", APPEND, str(landing.root), name, str(count)]
    root = Path(__file__).resolve().parents[1]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def end(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)


def test_two_processes_append_side_by_side(landing: Landing) -> None:
    both = [start(landing, name, 100) for name in ("a", "b")]
    for process in both:
        go(process)
    for process in both:
        end(process)
        assert process.returncode == 0
    assert len(landing.manifest.read_bytes().splitlines()) == 200
    rows = landing.rows("s")
    assert len({row.url for row in rows}) == 200
    assert all(landing.read(row) for row in rows)


def test_a_kill_leaves_only_whole_payloads(landing: Landing) -> None:
    process = start(landing, "a", 100_000)
    go(process)
    deadline = time.monotonic() + 30
    while len(landing.rows("s")) < 20 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    end(process)
    survivor = Landing(landing.root)
    rows = survivor.rows("s")
    assert len(rows) >= 20
    assert all(survivor.read(row) for row in rows)
    last = survivor.land("s", URL, b"after")
    assert Landing(landing.root).rows("s") == [*rows, last]


def test_an_object_appears_whole_or_not_at_all(landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of an object is given in the last step; a kill before it leaves nothing under that name."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            landing.land("s", URL, b"body")
    assert not list(landing.root.rglob("*.gz"))
    assert landing.rows("s") == []
    assert landing.read(landing.land("s", URL, b"body")) == b"body"


def test_an_append_waits_for_another_process(landing: Landing) -> None:
    """Else it could take the line that the other is writing for a torn one."""
    landing.land("s", URL, b"first")
    with ThreadPoolExecutor(1) as pool:
        with FileLock(landing.root / "manifest.lock"):
            waiting = pool.submit(landing.land, "s", URL, b"second")
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.2)
        assert waiting.result(timeout=10).size == 6


def test_threads_append_side_by_side(landing: Landing) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: landing.land("s", f"{URL}?{n}", str(n % 7).encode()), range(60)))
    assert len(Landing(landing.root).rows("s")) == 60
    assert len(list((landing.root / "objects").rglob("*.gz"))) == 7
    assert not list((landing.root / "objects").rglob("*.tmp"))


SECRET = "s3cr3t"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://h.example/q?a=1&page=2", "https://h.example/q?a=1&page=2"),
        (f"https://me:{SECRET}@h.example/q?a=1", "https://h.example/q?a=1"),
        (f"https://h.example/q?a=1&apikey={SECRET}", "https://h.example/q?a=1&apikey=REDACTED"),
        (
            f"https://h.example/q?api_token={SECRET}&date=2022-05-06",
            "https://h.example/q?api_token=REDACTED&date=2022-05-06",
        ),
    ],
)
def test_no_secret_is_landed(landing: Landing, url: str, kept: str) -> None:
    assert without_secrets(url) == kept
    row = landing.land("s", url, b"body")
    assert row.url == kept
    assert landing.find("s", url) == row
    assert SECRET not in landing.manifest.read_text()


def test_a_long_manifest_loads_fast(landing: Landing) -> None:
    row = landing.land("s", URL, b"body", commit="c", exchange="amex", session=date(2022, 5, 6))
    line = landing.manifest.read_bytes()
    landing.manifest.write_bytes(line * 20_000)
    began = time.perf_counter()
    found: LandedRow | None = Landing(landing.root).find("s", URL)
    assert found == row
    assert time.perf_counter() - began < 2
