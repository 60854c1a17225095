"""Big files against a local server that breaks, drips and changes its mind: resumed, revalidated, refused."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
import zipfile
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from recon_pipeline.errors import Absent, BadPayload, NotLanded, Rejected, Unavailable
from recon_pipeline.settings import Settings
from recon_pipeline.sources.download import CHUNK_BYTES, Downloaded, NotModified, download
from recon_pipeline.sources.http import HttpClient, Request
from recon_pipeline.sources.landing import LandedRow, Landing

OLD, NEW = "Fri, 01 May 2026 07:00:00 GMT", "Sat, 02 May 2026 07:00:00 GMT"


def packed(seed: int, size: int = 3_000_000) -> bytes:
    """A zip of that many random bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("CIK0000000001.json", random.Random(seed).randbytes(size))
    return out.getvalue()


BODY, LATER = packed(1), packed(2)
HALF = 20 * CHUNK_BYTES  # a chunk that did not come whole is lost


@dataclass
class File:
    """What the server has now."""

    body: bytes = BODY
    modified: str | None = OLD
    etag: str | None = '"one"'


@dataclass
class Fault:
    """What goes wrong with one answer. `then` is what the server has from the next request on."""

    cut_after: int | None = None
    ignore_range: bool = False
    status: int = 0
    drip: bool = False
    hang_after: int | None = None
    pause_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    bare: bool = False
    then: File | None = None


class Server(ThreadingHTTPServer):
    """Serves one file with Range, If-Range and If-Modified-Since, or as the next of `faults` says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.file = File()
        self.faults: deque[Fault] = deque()
        self.seen: list[dict[str, str]] = []
        self.release = threading.Event()
        self.sent: list[tuple[int, int]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/submissions.zip"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        server = self.server
        file = server.file
        fault = server.faults.popleft() if server.faults else Fault()
        server.seen.append({name.lower(): value for name, value in self.headers.items()})
        if fault.then is not None:
            server.file = fault.then
        status, start = self._answer(file, fault)
        body = b"" if status in (304, 416) else file.body[start:] if status in (200, 206) else b"<html>no</html>"
        server.sent.append((status, start))
        self.send_response(status)
        told = {"Content-Length": str(len(body)), "ETag": file.etag, "Last-Modified": file.modified}
        if status == 206:
            told["Content-Range"] = f"bytes {start}-{len(file.body) - 1}/{len(file.body)}"
        for name, value in (told | fault.headers).items():
            if value and not (fault.bare and name == "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        self.close_connection = fault != Fault()
        if "Transfer-Encoding" in fault.headers:
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        with suppress(ConnectionError):
            if fault.hang_after is not None:
                self.wfile.write(body[: fault.hang_after])
                server.release.wait(20)
            elif fault.pause_s:
                for part in (body[:HALF], body[HALF:]):
                    time.sleep(fault.pause_s / 2)
                    self.wfile.write(part)
            elif fault.drip:
                for number in range(100):
                    self.wfile.write(body[number : number + 1])
                    time.sleep(0.05)
            else:
                self.wfile.write(body[: fault.cut_after])

    def _answer(self, file: File, fault: Fault) -> tuple[int, int]:
        if fault.status:
            return fault.status, 0
        if file.modified and self.headers.get("If-Modified-Since") == file.modified:
            return 304, 0
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if not asked or fault.ignore_range or self.headers.get("If-Range") not in (file.etag, file.modified):
            return 200, 0
        return (206, int(asked[1])) if int(asked[1]) < len(file.body) else (416, 0)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def client(**overrides: object) -> HttpClient:
    values: dict[str, object] = {"backoff_base_s": 0.002, "requests_per_second": 1_000, "max_attempts": 4}
    return HttpClient(Settings.model_validate(values | overrides))


def fetch(server: Server, folder: Path, **how: object) -> Downloaded | NotModified:
    with client() as http:
        return download(http, Request(server.url), folder, **how)  # type: ignore[arg-type]


def must_be(got: Downloaded | NotModified, body: bytes, modified: str | None = OLD) -> None:
    assert isinstance(got, Downloaded)
    assert got.path.read_bytes() == body
    assert (got.sha256, got.size) == (hashlib.sha256(body).hexdigest(), len(body))
    assert got.last_modified == (parsedate_to_datetime(modified) if modified else None)


def landed(modified: datetime | None) -> LandedRow:
    return LandedRow(
        source="sec_submissions/bulk",
        url="https://sec.example/submissions.zip",
        commit=None,
        exchange=None,
        session=None,
        fetched_at=datetime(2026, 5, 1, 8, tzinfo=UTC),
        sha256="0" * 64,
        size=1,
        final=False,
        last_modified=modified,
        packed=False,
    )


def begun(server: Server, folder: Path, cut_after: int = HALF) -> None:
    """Leave the part of a download behind that ended with its process."""
    server.faults.append(Fault(cut_after=cut_after))
    with client(max_attempts=1) as http, pytest.raises(Unavailable):
        download(http, Request(server.url), folder)
    server.seen.clear()
    server.sent.clear()


def test_a_file_comes_whole_and_can_be_landed(server: Server, tmp_path: Path) -> None:
    steps: list[tuple[int, int | None]] = []
    got = fetch(server, tmp_path / "parts", progress=lambda done, total: steps.append((done, total)))
    must_be(got, BODY)
    assert steps[-1] == (len(BODY), len(BODY))
    assert sorted(steps) == steps
    assert server.seen[0]["accept-encoding"] == "identity"
    assert not {"range", "if-modified-since"} & server.seen[0].keys()
    assert isinstance(got, Downloaded)
    landing = Landing(tmp_path)
    row = landing.land_file("sec_submissions/bulk", server.url, got.path, sha256=got.sha256)
    assert landing.path_of(row).read_bytes() == BODY
    must_be(fetch(server, tmp_path / "parts"), BODY)  # nothing of the first one is in the way


def test_a_break_is_resumed_from_where_it_was(server: Server, tmp_path: Path) -> None:
    server.faults.extend([Fault(cut_after=HALF), Fault(cut_after=2 * CHUNK_BYTES)])
    with client() as http:
        must_be(download(http, Request(server.url), tmp_path), BODY)
        assert http.traffic.requests == 3
        assert http.traffic.retries == 2
        assert http.traffic.bytes == len(BODY), "none came twice"
    assert server.sent == [(200, 0), (206, HALF), (206, HALF + 2 * CHUNK_BYTES)]
    assert (server.seen[1]["range"], server.seen[1]["if-range"]) == (f"bytes={HALF}-", '"one"')


def test_without_a_strong_etag_the_date_is_the_validator(server: Server, tmp_path: Path) -> None:
    server.file.etag = 'W/"one"'
    server.faults.append(Fault(cut_after=HALF))
    must_be(fetch(server, tmp_path), BODY)
    assert server.seen[1]["if-range"] == OLD
    assert server.sent[1] == (206, HALF)


def test_without_any_validator_it_starts_anew(server: Server, tmp_path: Path) -> None:
    server.file = File(modified=None, etag=None)
    server.faults.append(Fault(cut_after=HALF))
    must_be(fetch(server, tmp_path), BODY, None)
    assert server.sent == [(200, 0), (200, 0)]


def test_a_file_that_changed_meanwhile_is_fetched_anew(server: Server, tmp_path: Path) -> None:
    server.faults.append(Fault(cut_after=HALF, then=File(LATER, NEW, '"two"')))
    must_be(fetch(server, tmp_path), LATER, NEW)
    assert server.sent == [(200, 0), (200, 0)]


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": '"two"'},
        {"Last-Modified": NEW},
        {"Content-Range": f"bytes {HALF}-{len(BODY)}/{len(BODY) + 1}"},
        {"Content-Range": f"bytes {HALF - 1}-{len(BODY) - 1}/{len(BODY)}"},
        {"Content-Range": ""},
    ],
)
def test_a_part_that_does_not_fit_is_not_appended(server: Server, tmp_path: Path, headers: dict[str, str]) -> None:
    server.faults.extend([Fault(cut_after=HALF), Fault(headers=headers)])
    must_be(fetch(server, tmp_path), BODY)
    assert server.sent == [(200, 0), (206, HALF), (200, 0)]


def test_a_part_need_not_repeat_its_validators(server: Server, tmp_path: Path) -> None:
    server.faults.extend([Fault(cut_after=HALF), Fault(headers={"ETag": "", "Last-Modified": ""})])
    must_be(fetch(server, tmp_path), BODY)
    assert server.sent == [(200, 0), (206, HALF)]


def test_a_server_without_ranges_starts_anew(server: Server, tmp_path: Path) -> None:
    server.faults.extend([Fault(cut_after=HALF), Fault(ignore_range=True)])
    must_be(fetch(server, tmp_path), BODY)
    assert server.sent == [(200, 0), (200, 0)]


def test_a_range_that_is_not_there_starts_anew(server: Server, tmp_path: Path) -> None:
    server.faults.extend([Fault(cut_after=HALF), Fault(status=416)])
    must_be(fetch(server, tmp_path), BODY)
    assert server.sent == [(200, 0), (416, 0), (200, 0)]


def test_what_an_earlier_run_left_is_gone_on_with(server: Server, tmp_path: Path) -> None:
    begun(server, tmp_path)
    must_be(fetch(server, tmp_path), BODY)
    assert server.sent == [(206, HALF)]


def test_what_an_earlier_run_left_of_another_version_is_dropped(server: Server, tmp_path: Path) -> None:
    begun(server, tmp_path)
    server.file = File(LATER, NEW, '"two"')
    must_be(fetch(server, tmp_path), LATER, NEW)
    assert server.sent == [(200, 0)]


def test_a_whole_file_that_was_not_landed_costs_one_byte(server: Server, tmp_path: Path) -> None:
    fetch(server, tmp_path)
    must_be(fetch(server, tmp_path), BODY)
    assert server.sent == [(200, 0), (206, len(BODY) - 1)]


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"etag": null, "last_modified": null, "total": 5}'])
def test_a_note_that_tells_nothing_starts_anew(server: Server, tmp_path: Path, note: bytes) -> None:
    begun(server, tmp_path)
    next(tmp_path.glob("*.part.json")).write_bytes(note)
    must_be(fetch(server, tmp_path), BODY)
    assert server.sent == [(200, 0)]


CHILD = """
import sys
from pathlib import Path
from recon_pipeline.settings import Settings
from recon_pipeline.sources.download import download
from recon_pipeline.sources.http import HttpClient, Request
with HttpClient(Settings()) as http:
    download(http, Request(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_killed_process_is_gone_on_with(server: Server, tmp_path: Path) -> None:
    server.faults.append(Fault(hang_after=HALF))
    child = subprocess.Popen([sys.executable, "-c", CHILD, server.url, str(tmp_path)])
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until and not any(part.stat().st_size for part in tmp_path.glob("*.part")):
            time.sleep(0.01)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        server.release.set()
    there = next(tmp_path.glob("*.part")).stat().st_size
    assert 0 < there <= HALF
    must_be(fetch(server, tmp_path), BODY)
    assert server.sent == [(200, 0), (206, there)]


def test_what_is_landed_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    known = landed(datetime(2026, 5, 1, 7, tzinfo=UTC))
    got = fetch(server, tmp_path, known=known)
    assert isinstance(got, NotModified)
    assert (datetime.now(UTC) - got.checked_at).total_seconds() < 60
    assert server.seen[0]["if-modified-since"] == OLD
    server.file = File(LATER, NEW, '"two"')
    must_be(fetch(server, tmp_path, known=known), LATER, NEW)


def test_a_landed_file_without_a_date_is_fetched(server: Server, tmp_path: Path) -> None:
    must_be(fetch(server, tmp_path, known=landed(None)), BODY)
    assert "if-modified-since" not in server.seen[0]


def test_not_modified_without_a_condition_is_no_answer(server: Server, tmp_path: Path) -> None:
    server.faults.append(Fault(status=304))
    with pytest.raises(Rejected, match="304"):
        fetch(server, tmp_path)


def test_a_page_is_no_zip(server: Server, tmp_path: Path) -> None:
    server.file = File(b"<!DOCTYPE html><html>secret</html>")
    with pytest.raises(BadPayload, match="a page of markup") as refused:
        fetch(server, tmp_path)
    assert "secret" not in str(refused.value)
    assert not list(tmp_path.glob("*.part*")), "it is no beginning to go on from"
    server.file = File()
    must_be(fetch(server, tmp_path), BODY)


@pytest.mark.parametrize(
    ("body", "says"),
    [(b"", "an empty file"), (b"{}", "no zip"), (BODY[:-30], "cut short"), (b"PK\3\4" + b"x" * 1_000, "cut short")],
)
def test_what_is_whole_by_its_length_but_no_zip_is_refused(
    server: Server, tmp_path: Path, body: bytes, says: str
) -> None:
    server.file = File(body)
    with pytest.raises(BadPayload, match=says):
        fetch(server, tmp_path)
    assert not list(tmp_path.glob("*.part*"))


def test_a_passing_page_is_asked_again(server: Server, tmp_path: Path) -> None:
    server.faults.extend([Fault(status=503), Fault(status=429)])
    must_be(fetch(server, tmp_path), BODY)
    assert [status for status, _ in server.sent] == [503, 429, 200]


@pytest.mark.parametrize("headers", [{}, {"Content-Length": ""}])
def test_a_file_that_is_too_big_is_refused_once(server: Server, tmp_path: Path, headers: dict[str, str]) -> None:
    server.faults.append(Fault(headers={**headers, **({"Transfer-Encoding": "chunked"} if headers else {})}))
    with pytest.raises(BadPayload, match=r"more than 2,000,000 bytes \(RECON_MAX_FILE_MB"):
        fetch(server, tmp_path, most_bytes=2_000_000)
    assert len(server.sent) == 1
    assert not list(tmp_path.glob("*.part*"))


def test_the_setting_limits_a_file(server: Server, tmp_path: Path) -> None:
    with client(max_file_mb=1) as http, pytest.raises(BadPayload, match="more than 1,000,000 bytes"):
        download(http, Request(server.url), tmp_path)


def test_a_file_without_a_length_is_refused(server: Server, tmp_path: Path) -> None:
    server.faults.extend([Fault(bare=True)] * 4)
    with pytest.raises(BadPayload, match="without a length"):
        fetch(server, tmp_path)


def test_a_packed_answer_is_refused(server: Server, tmp_path: Path) -> None:
    server.faults.extend([Fault(headers={"Content-Encoding": "gzip"})] * 4)
    with pytest.raises(BadPayload, match="packed once more"):
        fetch(server, tmp_path)


def test_a_missing_file_is_absent(server: Server, tmp_path: Path) -> None:
    server.faults.append(Fault(status=404))
    with pytest.raises(Absent):
        fetch(server, tmp_path)


def test_a_server_that_drips_for_ever_ends(server: Server, tmp_path: Path) -> None:
    server.faults.extend([Fault(drip=True)] * 4)
    began = time.monotonic()
    with pytest.raises(Unavailable, match="did not end within"):
        fetch(server, tmp_path, most_s=0.4)
    assert time.monotonic() - began < 3


def test_a_healthy_file_may_take_longer_than_an_answer(server: Server, tmp_path: Path) -> None:
    server.faults.append(Fault(pause_s=0.6))
    with client(answer_timeout_s=0.2) as http:
        must_be(download(http, Request(server.url), tmp_path), BODY)
    assert server.sent == [(200, 0)]


def test_a_stalled_server_is_left(server: Server, tmp_path: Path) -> None:
    server.faults.append(Fault(hang_after=HALF))
    with client(read_timeout_s=0.2) as http:
        must_be(download(http, Request(server.url), tmp_path), BODY)
    assert server.sent[-1][0] == 206
    server.release.set()


def test_offline_asks_nobody(server: Server, tmp_path: Path) -> None:
    with client(offline=True) as http, pytest.raises(NotLanded):
        download(http, Request(server.url), tmp_path)
    assert not server.seen


def test_two_processes_do_not_write_the_same_part(server: Server, tmp_path: Path) -> None:
    name = hashlib.sha256(server.url.encode()).hexdigest()
    with FileLock(tmp_path / f"{name}.lock"), pytest.raises(Unavailable, match="Another process"):
        fetch(server, tmp_path)
    assert not server.seen


def test_memory_is_bounded_by_a_chunk(server: Server, tmp_path: Path) -> None:
    server.file = File(packed(3, 60_000_000))
    server.faults.append(Fault(cut_after=30_000_000))
    tracemalloc.start()
    try:
        size = len(server.file.body)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        got = fetch(server, tmp_path)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert isinstance(got, Downloaded)
    assert got.size == size
    assert peak < 40_000_000, "the server slices the second half (30 MB); the client holds a chunk or two"


def test_no_message_and_no_note_shows_a_secret(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    server.faults.extend([Fault(cut_after=HALF), Fault(status=503), Fault(cut_after=10)])
    request = Request(f"{server.url}?apiKey=hush", {"Authorization": "Bearer hush"})
    with client(max_attempts=3) as http, pytest.raises(Unavailable) as failed:
        download(http, request, tmp_path)
    notes = "".join(path.read_text() for path in tmp_path.glob("*.part.json"))
    assert json.loads(notes)["total"] == len(BODY)
    ours = "".join(record.getMessage() for record in caplog.records if record.name.startswith("recon_pipeline"))
    assert "hush" not in str(failed.value) + ours + notes + "".join(path.name for path in tmp_path.iterdir())
