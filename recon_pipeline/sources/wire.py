"""One exchange with a provider: what goes out in our name, how long the answer may take, how big it may be.

Belongs here: the session under the client. It takes proxies and certificates from the environment, but no proxy for
this machine and no credentials; it holds every answer, head and body, to one deadline; and it reads a body up to a cap.
Nor does what urllib3 logs of an exchange show a query, which may hold a key.

Does not belong here: retries, the rate limit, what a status means (`http.py`).
"""

from __future__ import annotations

import http.client
import io
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import requests
from requests.auth import HTTPBasicAuth
from requests.utils import get_auth_from_url
from requests_ratelimiter import LimiterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ReadTimeoutError
from urllib3.poolmanager import PoolManager

from recon_pipeline.errors import BadPayload

CHUNK_BYTES: Final = 1 << 18
_QUERY: Final = re.compile(r"\?[^\s'\"]*")
_UNLOGGED: Final = ContextVar[bool]("unlogged", default=False)
_OWN_DEADLINE_S: Final = ContextVar[float | None]("own deadline", default=None)


class _NoQueries(logging.Filter):
    """Takes the query off every URL in a line of urllib3, and leaves an error its name alone: its text may quote both.

    Most lines are for debugging; that headers cannot be parsed is a warning, which every program shows that logs.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if _UNLOGGED.get():
            return False
        shown = record.args if isinstance(record.args, tuple) else ()
        record.args = tuple(type(part).__name__ if isinstance(part, BaseException) else part for part in shown)
        record.msg, record.args = _QUERY.sub("", record.getMessage()), ()
        record.exc_info = record.exc_text = None
        return True


for _name in ("connectionpool", "connection", "poolmanager", "util.retry"):
    # A filter sees what its own logger is given, and nothing from below it.
    logging.getLogger(f"urllib3.{_name}").addFilter(_NoQueries())


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Give the answers to what this thread asks within the block a deadline of their own (None: the adapter's)."""
    token = _OWN_DEADLINE_S.set(seconds)
    try:
        yield
    finally:
        _OWN_DEADLINE_S.reset(token)


@contextmanager
def unlogged() -> Iterator[None]:
    """Let urllib3 log nothing of what this thread asks within the block: the path of its URL is a secret."""
    token = _UNLOGGED.set(True)
    try:
        yield
    finally:
        _UNLOGGED.reset(token)


def read_body(response: requests.Response, most_bytes: int, body: io.BytesIO) -> None:
    """Append the decoded body of a streamed answer to `body`.

    Raises:
        BadPayload: it has more than `most_bytes`; no more than a chunk beyond them was unpacked.
        requests.RequestException: the exchange broke, or did not end before its deadline.
    """
    try:
        for chunk in response.iter_content(CHUNK_BYTES):
            if body.tell() + len(chunk) > most_bytes:
                raise BadPayload(f"a body of more than {most_bytes:,} bytes (RECON_MAX_BODY_MB sets the limit)")
            body.write(chunk)
    except requests.ConnectionError as error:
        if error.args and isinstance(error.args[0], ReadTimeoutError):
            raise requests.ReadTimeout("the body did not come in time") from error
        raise


class Session(requests.Session):
    """A session that is this project's own: the environment neither signs its requests nor reroutes the local ones."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _own_credentials  # any auth of the session keeps requests from looking into ~/.netrc

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Leave the proxies of the environment out for this machine: a proxy cannot reach our loopback."""
        settings = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return {**settings, "proxies": {}} if is_loopback(url) else settings

    def rebuild_proxies(self, prepared_request: requests.PreparedRequest, proxies: Any) -> Any:
        """Do the same after a redirect."""
        rebuilt = super().rebuild_proxies(prepared_request, proxies)  # type: ignore[no-untyped-call]
        return {} if is_loopback(prepared_request.url or "") else rebuilt

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take credentials off a request that was redirected to another host; put none of ~/.netrc on it."""
        before, after = response.request.url, prepared_request.url
        if self.should_strip_auth(before, after):  # type: ignore[no-untyped-call]
            prepared_request.headers.pop("Authorization", None)


def _own_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep the Authorization header of the caller; without one, sign with the user info of the URL if it has any."""
    user, password = get_auth_from_url(request.url or "")
    signed = "Authorization" in request.headers or not (user or password)
    return request if signed else HTTPBasicAuth(user, password)(request)


def is_loopback(url: str) -> bool:
    """Whether a URL points to this machine by its name or address: localhost, 127.0.0.0/8, ::1."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Adapter(LimiterAdapter):
    """Rate limit and pool of `limits`, and `answer_s` seconds for each answer from the end of its request."""

    def __init__(self, answer_s: float, **limits: Any) -> None:
        self._pool_classes = _pool_classes(answer_s)
        super().__init__(**limits)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools for direct connections, with timed answers."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> PoolManager:
        """Make the pools for connections through a proxy, with timed answers (SOCKS has pools of its own)."""
        manager: PoolManager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pool_classes
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request. The body of a redirect is not read: requests would read it whole, whatever its size."""
        response: requests.Response = super().send(request, *args, **kwargs)
        if response.is_redirect:
            response.raw.close()
        return response


class _TimedAnswer(http.client.HTTPResponse):
    """An answer whose head and body must have come `seconds` after it was first waited for.

    The read timeout of a socket starts anew with each byte, so that a server that drips holds a reader for ever.
    """

    seconds: ClassVar[float]

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        until = time.monotonic() + (_OWN_DEADLINE_S.get() or self.seconds)
        self.fp = io.BufferedReader(_TimedBytes(self.fp.detach(), sock, until), CHUNK_BYTES)


class _TimedBytes(io.RawIOBase):
    """The bytes of a socket until a moment of the monotonic clock; then TimeoutError."""

    def __init__(self, source: io.RawIOBase, sock: socket.socket, until: float) -> None:
        super().__init__()
        self._source = source
        self._sock = sock
        self._until = until
        self._patience_s = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the answer did not end before its deadline")
        if self._patience_s is None or left_s < self._patience_s:
            self._sock.settimeout(left_s)
        return self._source.readinto(buffer)

    def close(self) -> None:
        self._source.close()
        super().close()


def _pool_classes(seconds: float) -> dict[str, type]:
    """Pools by scheme, as urllib3 has them, whose connections read timed answers."""
    answer = type("Answer", (_TimedAnswer,), {"seconds": seconds})
    plain = type("Connection", (HTTPConnection,), {"response_class": answer})
    secure = type("SecureConnection", (HTTPSConnection,), {"response_class": answer})
    return {
        "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }
