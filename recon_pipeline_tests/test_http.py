"""The HTTP client against a local server that fails on purpose: retries, waits, limits, and what its errors say."""

from __future__ import annotations

import gzip
import logging
import threading
import time
import tracemalloc
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from recon_pipeline.errors import BadPayload, NotLanded, ReconError, Rejected, Unavailable
from recon_pipeline.settings import Settings
from recon_pipeline.sources.http import BAD_PAYLOAD_ATTEMPTS, HttpClient, Payload, Request, place
from recon_pipeline.sources.wire import is_loopback

BODY = b'["a believable body"]' * 50


@dataclass
class Answer:
    """One answer: `cut` bytes are announced but not sent; `close` drops the connection without a word.

    `drip` sends head or body a byte at a time, each of them well within the read timeout; `chunked` tells no length.
    """

    status: int = 200
    body: bytes = BODY
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    close: bool = False
    after_s: float = 0.0
    drip: str = ""
    chunked: bool = False


class Server(ThreadingHTTPServer):
    """Answers each request with the next of `script`, then with sound bodies; notes who asked when."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script: deque[Answer] = deque()
        self.lasting = Answer()
        self.seen: list[tuple[str, float]] = []
        self.headers: list[dict[str, str]] = []
        self.connections: set[object] = set()
        self.lock = threading.Lock()
        self.busy = self.busiest = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        server = self.server
        with server.lock:
            server.seen.append((self.path, time.monotonic()))
            server.headers.append(dict(self.headers))
            server.connections.add(self.client_address)
            answer = server.script.popleft() if server.script else server.lasting
            server.busy += 1
            server.busiest = max(server.busiest, server.busy)
        time.sleep(answer.after_s)
        with server.lock:
            server.busy -= 1
        if answer.close:
            self.close_connection = True
            return
        if answer.drip == "head":
            self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000)
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if answer.drip == "body":
            self._drip(answer.body)
            return
        body = answer.body[: len(answer.body) - answer.cut]
        with suppress(ConnectionError):  # the client may have had enough
            self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if answer.chunked else body)
        self.close_connection = bool(answer.cut)

    def _drip(self, data: bytes) -> None:
        self.close_connection = True
        with suppress(ConnectionError):
            for byte in data:
                self.wfile.write(bytes([byte]))
                time.sleep(0.05)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def client(**overrides: object) -> HttpClient:
    values: dict[str, object] = {
        "backoff_base_s": 0.002,
        "backoff_max_s": 0.3,
        "requests_per_second": 1_000,
        "max_attempts": 5,
    }
    return HttpClient(Settings.model_validate(values | overrides))


def must_be_body(body: bytes) -> None:
    if body != BODY:
        raise BadPayload("not the body")


def test_a_payload_tells_where_when_and_what(server: Server) -> None:
    server.script.append(Answer(headers={"Last-Modified": "Fri, 06 May 2022 22:00:00 GMT"}))
    before = datetime.now(UTC)
    with client() as http:
        payload = http.get(server.url + "/a", params={"q": "x y"})
    assert (payload.url, payload.body, payload.status) == (server.url + "/a?q=x+y", BODY, 200)
    assert before <= payload.fetched_at <= datetime.now(UTC)
    assert payload.last_modified == datetime(2022, 5, 6, 22, tzinfo=UTC)
    assert [path for path, _ in server.seen] == ["/a?q=x+y"]
    assert (http.traffic.requests, http.traffic.retries, http.traffic.bytes) == (1, 0, len(BODY))


PASSING = {
    "500": Answer(500),
    "503": Answer(503),
    "408": Answer(408),
    "429": Answer(429),
    "truncated": Answer(cut=100),
    "truncated to nothing": Answer(cut=len(BODY)),
    "broken gzip": Answer(body=b"no gzip at all", headers={"Content-Encoding": "gzip"}),
    "truncated gzip": Answer(body=gzip.compress(BODY), headers={"Content-Encoding": "gzip"}, cut=9),
    "connection dropped": Answer(close=True),
    "markup with 200": Answer(body=b"<!DOCTYPE html>", headers={"Content-Type": "text/html"}),
    "too slow": Answer(after_s=0.4),
}


@pytest.mark.parametrize("failure", PASSING.values(), ids=PASSING.keys())
def test_a_passing_failure_is_tried_again(server: Server, failure: Answer) -> None:
    server.script.extend([failure, failure])
    with client(read_timeout_s=0.2) as http:
        assert http.get(server.url, validate=must_be_body).body == BODY
    assert len(server.seen) == 3
    assert (http.traffic.requests, http.traffic.retries) == (3, 2)


@pytest.mark.parametrize("cut", [1, 100])
def test_a_truncated_body_is_never_handed_on(server: Server, cut: int) -> None:
    """Even without a validator: the announced length is held against the bytes that came."""
    server.lasting = Answer(cut=cut)
    with client(max_attempts=2) as http, pytest.raises(Unavailable):
        http.get(server.url)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(server: Server, form: str) -> None:
    # An HTTP date has whole seconds: the next but one is more than one second away.
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    server.script.append(Answer(429, headers={"Retry-After": "1" if form == "seconds" else moment}))
    with client(backoff_max_s=5) as http:
        http.get(server.url)
    (_, first), (_, second) = server.seen
    assert 0.95 <= second - first < 3


NO_MOMENT = "Fri, 31 Dec 9999 23:59:59 -1400"  # a sound date, of a moment past the last year


@pytest.mark.parametrize("text", ["3600", "Fri, 31 Dec 2100 23:59:59 GMT", "soon", "-5", "1e9", NO_MOMENT])
def test_retry_after_is_capped_and_nonsense_is_ignored(server: Server, text: str) -> None:
    server.script.append(Answer(503, headers={"Retry-After": text}))
    began = time.monotonic()
    with client(backoff_max_s=0.2) as http:
        http.get(server.url)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("text", ["yesterday", "", NO_MOMENT, "Fri, 06 May 2022 22:00:00 +9999"])
def test_a_date_that_cannot_be_read_is_none(server: Server, text: str) -> None:
    server.script.append(Answer(headers={"Last-Modified": text}))
    with client() as http:
        assert http.get(server.url).last_modified is None


def test_a_403_that_says_when_to_come_back_is_no_refusal(server: Server) -> None:
    """GitHub's secondary rate limit."""
    server.script.append(Answer(403, headers={"Retry-After": "1", "X-RateLimit-Remaining": "4000"}))
    with client(backoff_max_s=5) as http:
        assert http.get(server.url).body == BODY
    (_, first), (_, second) = server.seen
    assert second - first >= 0.95


def test_a_403_that_always_says_so_is_not_asked_for_ever(server: Server) -> None:
    server.lasting = Answer(403, headers={"Retry-After": "3600"})
    began = time.monotonic()
    with client(max_attempts=3, backoff_max_s=0.1) as http, pytest.raises(Unavailable, match="HTTP 403"):
        http.get(server.url)
    assert len(server.seen) == 3
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_not_tried_again(server: Server, status: int) -> None:
    server.lasting = Answer(status)
    with client() as http, pytest.raises(Rejected, match=f"HTTP {status}") as caught:
        http.get(server.url + "/x")
    assert len(server.seen) == 1
    assert not caught.value.retryable


def test_giving_up_says_what_was_tried_and_what_to_do(server: Server) -> None:
    server.lasting = Answer(503)
    with client(max_attempts=3) as http, pytest.raises(Unavailable) as caught:
        http.get(server.url + "/dump.json")
    assert len(server.seen) == 3
    assert caught.value.retryable
    for part in (f"{server.url}/dump.json", "3 attempts", "HTTP 503", "same command again"):
        assert part in str(caught.value)


def test_no_server_is_unavailable() -> None:
    with client(max_attempts=2) as http, pytest.raises(Unavailable, match=r"2 attempts.*ConnectionError"):
        http.get("http://127.0.0.1:9/")
    assert http.traffic.requests == 2


def test_a_bad_payload_gets_a_few_tries_only(server: Server) -> None:
    server.lasting = Answer(body=b"{}")
    with client(max_attempts=20) as http, pytest.raises(BadPayload, match="not the body"):
        http.get(server.url, validate=must_be_body)
    assert len(server.seen) == BAD_PAYLOAD_ATTEMPTS


# --- limits of one answer ---------------------------------------------------------------------------------------------

ZEROS = 64_000_000
GZIP = {"Content-Encoding": "gzip"}


def packed_zeros() -> bytes:
    """A gzip of `ZEROS` bytes, a thousandth of their size."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(ZEROS // 1_000_000)) + packer.flush()


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_gzip_bomb_is_not_unpacked(server: Server, chunked: bool) -> None:
    server.lasting = Answer(body=packed_zeros(), headers={"Content-Encoding": "gzip"}, chunked=chunked)
    with client(max_body_mb=2, max_attempts=20) as http:
        tracemalloc.start()
        try:
            with pytest.raises(BadPayload, match=r"more than 2,000,000 bytes.*RECON_MAX_BODY_MB"):
                http.get(server.url)
            assert tracemalloc.get_traced_memory()[1] < ZEROS / 4
        finally:
            tracemalloc.stop()
    assert len(server.seen) == BAD_PAYLOAD_ATTEMPTS
    assert 0 < http.traffic.bytes <= BAD_PAYLOAD_ATTEMPTS * 2_000_000


def test_a_body_may_be_as_big_as_the_limit(server: Server) -> None:
    server.script.extend([Answer(body=bytes(1_000_000)), Answer(body=bytes(1_000_001))])
    with client(max_body_mb=1, max_attempts=1) as http:
        assert len(http.get(server.url).body) == http.traffic.bytes == 1_000_000
        with pytest.raises(BadPayload):
            http.get(server.url)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(drip="body"),
        Answer(drip="body", headers={"Content-Encoding": "gzip"}, body=gzip.compress(bytes(range(256)) * 50)),
        Answer(drip="body", chunked=True, body=b"3e8\r\n" + BODY),
        Answer(drip="head"),
    ],
    ids=["body", "gzip", "chunked", "head"],
)
def test_an_answer_that_drips_has_a_deadline(server: Server, answer: Answer) -> None:
    """Each byte comes within the read timeout, so that this alone would never end the exchange."""
    server.script.append(answer)
    began = time.monotonic()
    with client(read_timeout_s=5, answer_timeout_s=0.5) as http:
        assert http.get(server.url, validate=must_be_body).body == BODY
    assert 0.4 < time.monotonic() - began < 2
    assert len(server.seen) == 2


def test_an_answer_that_never_ends_is_unavailable(server: Server) -> None:
    server.lasting = Answer(drip="body")
    with client(answer_timeout_s=0.2, max_attempts=2) as http, pytest.raises(Unavailable, match="ReadTimeout"):
        http.get(server.url)
    assert len(server.seen) == 2


def test_the_deadline_is_of_each_answer_not_of_the_connection(server: Server) -> None:
    server.lasting = Answer(after_s=0.15)
    with client(answer_timeout_s=0.3) as http:
        for _ in range(4):
            http.get(server.url)
    assert (len(server.seen), len(server.connections)) == (4, 1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer(chunked=True),
        Answer(503),
        Answer(body=gzip.compress(BODY), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["body", "chunked", "refusal", "gzip"],
)
def test_a_connection_is_used_again(server: Server, answer: Answer) -> None:
    server.script.extend([answer] * 3)
    with client() as http:
        for _ in range(3):
            assert http.get(server.url).body == BODY
    assert len(server.connections) == 1


def test_unpacked_bytes_are_counted(server: Server) -> None:
    server.script.append(Answer(body=gzip.compress(BODY), headers={"Content-Encoding": "gzip"}))
    with client() as http:
        assert http.get(server.url).body == BODY
    assert http.traffic.bytes == len(BODY)


@pytest.mark.parametrize("answer", [Answer(404, body=bytes(9_000_000)), Answer(404, cut=10)], ids=["huge", "truncated"])
def test_the_body_of_a_refusal_does_not_matter(server: Server, answer: Answer) -> None:
    server.lasting = answer
    with client(max_body_mb=1) as http, pytest.raises(Rejected, match="HTTP 404"):
        http.get(server.url)
    assert len(server.seen) == 1
    assert http.traffic.bytes < 100_000


def test_a_redirect_is_followed_without_its_body(server: Server) -> None:
    server.script.append(Answer(302, body=packed_zeros(), headers={"Location": "/b", "Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        with client() as http:
            assert http.get(server.url + "/a").body == BODY
        assert tracemalloc.get_traced_memory()[1] < ZEROS / 4
    finally:
        tracemalloc.stop()
    assert [path for path, _ in server.seen] == ["/a", "/b"]


# --- what the environment may not do ----------------------------------------------------------------------------------


@pytest.fixture
def no_proxy_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.usefixtures("no_proxy_settings")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_asked_without_a_proxy(server: Server, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.script.append(Answer(302, headers={"Location": f"{server.url}/b"}))
    with client(max_attempts=1) as http:
        assert http.get(server.url.replace("127.0.0.1", host)).body == BODY
    assert len(server.seen) == 2


@pytest.mark.usefixtures("no_proxy_settings")
def test_other_hosts_are_asked_through_the_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.script.append(Answer(drip="body"))
    with client(answer_timeout_s=0.3) as http:
        assert http.get("http://archive.example/x").body == BODY
    assert [path for path, _ in server.seen] == ["http://archive.example/x"] * 2


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("http://127.9.8.7/", True),
        ("http://[::1]:8000/", True),
        ("http://LOCALHOST/", True),
        ("http://demo.localhost/", True),
        ("http://localhost.example/", False),
        ("http://128.0.0.1/", False),
        ("https://api.github.com/", False),
    ],
)
def test_what_is_this_machine(url: str, local: bool) -> None:
    assert is_loopback(url) is local


def test_netrc_neither_signs_a_request_nor_replaces_a_token(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also not after a redirect."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script.append(Answer(302, headers={"Location": "/b"}))
    with client() as http:
        http.get(server.url + "/a", headers={"Authorization": "Bearer own"})
        http.get(server.url)
    assert [headers.get("Authorization") for headers in server.headers] == ["Bearer own", "Bearer own", None]


def test_a_token_does_not_follow_to_another_host(server: Server) -> None:
    other = server.url.replace("127.0.0.1", "localhost")
    server.script.append(Answer(302, headers={"Location": f"{other}/b"}))
    with client() as http:
        http.get(server.url, headers={"Authorization": "Bearer own"})
    assert [headers.get("Authorization") for headers in server.headers] == ["Bearer own", None]


def test_user_info_of_a_url_signs_what_has_no_token(server: Server) -> None:
    url = server.url.replace("http://", "http://me:mine@")
    with client() as http:
        http.get(url)
        http.get(url, headers={"Authorization": "Bearer own"})
    assert [headers.get("Authorization") for headers in server.headers] == ["Basic bWU6bWluZQ==", "Bearer own"]


# --- allowances -------------------------------------------------------------------------------------------------------


def test_an_allowance_that_is_used_up_for_long_ends_at_once(server: Server) -> None:
    reset = str(int(time.time()) + 1_800)
    server.lasting = Answer(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    with client() as http, pytest.raises(Unavailable, match=r"30 minutes.*RECON_ARCHIVE_TOKEN"):
        http.get(server.url)
    assert len(server.seen) == 1


def test_an_allowance_that_is_back_soon_is_waited_for(server: Server) -> None:
    server.script.append(Answer(403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}))
    with client() as http:
        assert http.get(server.url).body == BODY


@pytest.mark.parametrize("url", ["nowhere", "http://", "http://[::1", "ftp://127.0.0.1/x"])
def test_a_url_that_is_none_is_rejected(url: str) -> None:
    with client() as http, pytest.raises(Rejected):
        http.get(url)


SECRET = "s3cr3t"


def failures(server: Server) -> Iterator[Callable[[HttpClient], object]]:
    """Every way to an error, each with the secret in user info, query, header and answer."""
    url = server.url.replace("http://", f"http://user:{SECRET}@") + f"/p?api_key={SECRET}"
    headers = {"Authorization": f"Bearer {SECRET}"}
    for lasting in (
        Answer(404, body=SECRET.encode()),
        Answer(500),
        Answer(cut=10),
        Answer(close=True),
        Answer(body=b"x"),
    ):
        server.lasting = lasting
        yield lambda http: http.get(url, headers=headers, validate=must_be_body)
    yield lambda http: http.get(f"http://127.0.0.1:9/?token={SECRET}", headers=headers)
    yield lambda http: http.get(f"http://127.0.0.1:bad/?token={SECRET}")


def test_no_error_or_log_holds_a_secret(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for fail in failures(server):
        with client(max_attempts=2, archive_token=SecretStr(SECRET)) as http, pytest.raises(ReconError) as caught:
            fail(http)
        error: BaseException | None = caught.value
        assert error is not None
        while error is not None:
            assert SECRET not in str(error)
            error = error.__cause__
    assert SECRET not in caplog.text
    assert "attempt 1" in caplog.text


def test_a_place_has_no_secrets() -> None:
    assert place(f"https://me:{SECRET}@host.example:8/a/b?key={SECRET}#{SECRET}") == "https://host.example:8/a/b"


def test_offline_opens_no_connection(server: Server) -> None:
    with client(offline=True) as http, pytest.raises(NotLanded):
        http.get(server.url)
    assert not server.seen


def test_the_rate_limit_holds_for_each_host(server: Server) -> None:
    """Two names of one server are two hosts: each has the whole rate, and neither exceeds it in any second."""
    other = server.url.replace("127.0.0.1", "localhost")
    wanted = [
        Request(f"{base}/{host}/{number}") for number in range(36) for host, base in (("a", server.url), ("b", other))
    ]
    began = time.monotonic()
    with client(requests_per_second=12, fetch_workers=16) as http:
        http.get_many(wanted, lambda *_: None, lambda *_: None)
    took = time.monotonic() - began
    assert 1.9 < took < 4  # one limit for both would take 5 s
    for host in ("/a/", "/b/"):
        times = [moment for path, moment in server.seen if path.startswith(host)]
        assert len(times) == 36
        # The server sees a request a little after the limiter let it go: 0.9 s leaves room for that.
        assert max(sum(start <= moment < start + 0.9 for moment in times) for start in times) <= 12


def test_many_are_fetched_at_the_same_time_but_not_too_many(server: Server) -> None:
    server.lasting = Answer(after_s=0.03)
    done: list[object] = []
    with client(fetch_workers=4) as http:
        http.get_many(
            [Request(f"{server.url}/{n}", tag=n) for n in range(20)], lambda *_: None, lambda r, _: done.append(r.tag)
        )
    assert sorted(done, key=str) == sorted(range(20), key=str)
    assert 2 <= server.busiest <= 4


def test_the_first_failure_ends_the_rest_and_keeps_what_was_done(server: Server) -> None:
    server.script.extend([Answer(), Answer(404)])
    done: list[Payload] = []
    with client(fetch_workers=1) as http, pytest.raises(Rejected):
        http.get_many(
            [Request(f"{server.url}/{n}") for n in range(50)], lambda *_: None, lambda _, payload: done.append(payload)
        )
    assert len(done) == 1
    assert len(server.seen) == 2


def test_a_failure_cuts_the_waits_of_others_short(server: Server) -> None:
    server.script.extend([Answer(503, headers={"Retry-After": "30"}), Answer(404, after_s=0.2)])
    began = time.monotonic()
    with client(fetch_workers=2, backoff_max_s=30) as http, pytest.raises(Rejected):
        http.get_many([Request(f"{server.url}/1"), Request(f"{server.url}/2")], lambda *_: None, lambda *_: None)
    assert time.monotonic() - began < 5


def test_nothing_wanted_is_nothing_done() -> None:
    with client() as http:
        http.get_many([], lambda *_: None, lambda *_: None)
    assert http.traffic.requests == 0


def test_a_client_leaves_no_thread_behind(server: Server) -> None:
    with client() as http:
        http.get_many([Request(server.url)] * 3, lambda *_: None, lambda *_: None)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("fetch")]
