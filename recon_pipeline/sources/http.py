"""One polite, stubborn HTTP client for all providers.

Belongs here: the session and its pool, timeouts, the rate limit of a host, which failures are worth another try and how
long to wait before it, bounded parallel fetches, and the counters of a run. A body is handed on only after the caller's
`validate` has believed it.

Does not belong here: one exchange and its limits in time and size (`wire.py`), what a payload of a provider looks like
(its own module), keeping payloads (`landing.py`).

No message of this module shows a query string, a header or a body: any of them may hold a secret.
"""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode, urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from recon_pipeline.errors import BadPayload, NotLanded, Rejected, Unavailable
from recon_pipeline.settings import Settings
from recon_pipeline.sources.wire import Adapter, Session, read_body

log = logging.getLogger(__name__)

TRY_AGAIN: Final = frozenset({408, 429, *range(500, 600)})
# A body that does not validate is more often a changed format than a passing failure, so it gets fewer tries.
BAD_PAYLOAD_ATTEMPTS: Final = 4
# A refusal is told by its status; its body is read only so that the connection can be used again.
REFUSAL_BYTES: Final = 1 << 16
USER_AGENT: Final = "recon-pipeline"

# What ends an exchange half way: no connection, no answer in time, a body shorter than announced or not decodable.
BROKEN: Final = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `tag` is the caller's own and comes back with the payload."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    tag: object = None


@dataclass(frozen=True, slots=True)
class Payload:
    """A body that was believed. Times are UTC; `last_modified` is None where the provider does not tell."""

    url: str
    body: bytes = field(repr=False)
    status: int
    fetched_at: datetime
    last_modified: datetime | None


@dataclass(slots=True)
class Traffic:
    """What a run cost the providers: requests sent (retries included), how many of them were retries, bytes of
    bodies after unpacking (those that were not believed included)."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0


class _TransientError(Exception):
    """A failure that may pass; `wait_s` is how long the server asked us to wait, if it did."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class HttpClient:
    """GET with retries, for use from many threads. Close it, or use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.traffic = Traffic()
        self._lock = threading.Lock()
        self._session = Session()
        self._session.headers["User-Agent"] = USER_AGENT
        # limit_statuses=(): a 429 is answered by our own wait, and the adapter would log the URL with its query.
        adapter = Adapter(
            settings.answer_timeout_s,
            per_second=settings.requests_per_second,
            per_host=True,
            limit_statuses=(),
            pool_connections=8,
            pool_maxsize=settings.fetch_workers,
            pool_block=True,
        )
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._backoff = wait_random_exponential(multiplier=settings.backoff_base_s, max=settings.backoff_max_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections and stop the thread of the rate limiter."""
        self._session.close()

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        validate: Callable[[bytes], object] | None = None,
    ) -> Payload:
        """Fetch one URL until its body is believed.

        `validate` raises BadPayload on a body that cannot be believed; what it returns is ignored.

        Raises:
            Rejected: the provider refused (4xx other than 408, 429 and a 403 that says when to ask again); not tried
                again.
            Unavailable: no usable answer after `max_attempts`, or the host's allowance is used up for long.
            BadPayload: the last of several bodies was still not to be believed, or bigger than `max_body_mb`.
            NotLanded: `offline` is set; no connection is opened.
        """
        full = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(params)}" if params else url
        return self._get(Request(full, headers or {}), validate, threading.Event())

    def get_many(
        self,
        wanted: Sequence[Request],
        validate: Callable[[Request, bytes], object],
        on_done: Callable[[Request, Payload], object],
    ) -> None:
        """Fetch all of `wanted`, at most `fetch_workers` at a time.

        `validate` and `on_done` run in the worker threads. The first failure cancels what has not started, cuts short
        what waits for a retry, and is raised once the rest has ended: what was done until then stays done.
        """
        stop = threading.Event()
        failures: list[Exception] = []

        def work(request: Request) -> None:
            if stop.is_set():
                return
            try:
                on_done(request, self._get(request, lambda body: validate(request, body), stop))
            except Exception as error:
                failures.append(error)
                stop.set()

        with ThreadPoolExecutor(self.settings.fetch_workers, thread_name_prefix="fetch") as pool:
            futures = [pool.submit(work, request) for request in wanted]
            try:
                wait(futures)
            finally:
                stop.set()  # also when the user interrupts
                pool.shutdown(wait=True, cancel_futures=True)
        if failures:
            raise failures[0]

    def _get(self, request: Request, validate: Callable[[bytes], object] | None, stop: threading.Event) -> Payload:
        where = place(request.url)
        if self.settings.offline:
            raise NotLanded(f"GET {where} was not sent, for the run is offline. Run it once without --offline.")
        began = time.monotonic()

        def sleep(seconds: float) -> None:
            if stop.wait(seconds):
                raise _TransientError("cut short, for another request of this batch failed")

        retrying = Retrying(
            retry=retry_if_exception_type((_TransientError, BadPayload)),
            stop=lambda state: self._enough(state, stop),
            wait=self._wait_s,
            sleep=sleep,
            before_sleep=lambda state: self._count_retry(state, where),
            reraise=True,
        )
        try:
            return retrying(self._attempt, request, where, validate)
        except _TransientError as error:
            raise Unavailable(
                f"GET {where} got no usable answer in {retrying.statistics['attempt_number']} attempts over "
                f"{time.monotonic() - began:.0f} s; the last one: {error}. Check the network and the state of the "
                "provider, then run the same command again: what was fetched so far is landed and is not asked again."
            ) from error

    def _attempt(self, request: Request, where: str, validate: Callable[[bytes], object] | None) -> Payload:
        with self._lock:
            self.traffic.requests += 1
        body = io.BytesIO()
        try:
            response = self._exchange(request, where, body)
        except BROKEN as error:
            raise _TransientError(f"the exchange broke ({type(error).__name__})") from None
        except (requests.RequestException, ValueError) as error:
            # `from None`: the text of these errors holds the URL with its query.
            raise Rejected(f"GET {where} cannot be asked ({type(error).__name__}). Check the base URL.") from None
        finally:
            with self._lock:
                self.traffic.bytes += body.tell()
        _refuse(response, where, self.settings.backoff_max_s)
        payload = body.getvalue()
        if validate is not None:
            try:
                validate(payload)
            except BadPayload as error:
                raise _unbelievable(where, response, error) from error
        modified = _http_date(response.headers.get("Last-Modified"))
        return Payload(request.url, payload, response.status_code, datetime.now(UTC), modified)

    def _exchange(self, request: Request, where: str, body: io.BytesIO) -> requests.Response:
        """Send a request and read the answer into `body`; the connection is free again, or closed if it cannot be."""
        timeout = (self.settings.connect_timeout_s, self.settings.read_timeout_s)
        with self._session.get(request.url, headers=dict(request.headers), timeout=timeout, stream=True) as response:
            if not _is_success(response):
                with suppress(BadPayload, *BROKEN):
                    read_body(response, REFUSAL_BYTES, body)
                return response
            try:
                read_body(response, self.settings.max_body_mb * 1_000_000, body)
            except BadPayload as error:
                raise _unbelievable(where, response, error) from error
        return response

    def _enough(self, state: RetryCallState, stop: threading.Event) -> bool:
        error = state.outcome.exception() if state.outcome else None
        limit = self.settings.max_attempts
        return stop.is_set() or state.attempt_number >= (
            min(limit, BAD_PAYLOAD_ATTEMPTS) if isinstance(error, BadPayload) else limit
        )

    def _wait_s(self, state: RetryCallState) -> float:
        """Full-jitter exponential backoff, or what the server asked for if that is longer (capped)."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait_s if isinstance(error, _TransientError) else None
        return max(self._backoff(state), min(asked or 0.0, self.settings.backoff_max_s))

    def _count_retry(self, state: RetryCallState, where: str) -> None:
        with self._lock:
            self.traffic.retries += 1
        error = state.outcome.exception() if state.outcome else None
        log.info("GET %s, attempt %d: %s; next try in %.1f s", where, state.attempt_number, error, state.upcoming_sleep)


def place(url: str) -> str:
    """Return scheme, host and path of a URL: what a message may show (no user, password, query or fragment)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(a malformed URL)"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _is_success(response: requests.Response) -> bool:
    return 200 <= response.status_code < 300


def _unbelievable(where: str, response: requests.Response, error: BadPayload) -> BadPayload:
    return BadPayload(f"GET {where} answered {response.status_code} with what cannot be believed: {error}")


def _refuse(response: requests.Response, where: str, patience_s: float) -> None:
    """Raise what an answer other than 2xx means."""
    status = response.status_code
    # GitHub answers 403 with a Retry-After where requests come too thick (its secondary rate limit).
    if status in TRY_AGAIN or (status == 403 and "Retry-After" in response.headers):
        raise _TransientError(f"HTTP {status} {response.reason}", _asked_wait_s(response))
    if status == 403 and response.headers.get("X-RateLimit-Remaining") == "0":
        # GitHub answers 403 when the hourly allowance is used up, which is no refusal but can be a long wait.
        reset = response.headers.get("X-RateLimit-Reset", "")
        reset_s = max(0.0, float(reset) - time.time()) if reset.isdecimal() else 0.0
        if reset_s <= patience_s:
            raise _TransientError(f"HTTP {status}, allowance used up", reset_s)
        raise Unavailable(
            f"GET {where} answered HTTP {status}: this address has used up its allowance of requests for the next "
            f"{reset_s / 60:.0f} minutes. Wait, or set a token for the provider (RECON_ARCHIVE_TOKEN for the archive)."
        )
    if not _is_success(response):
        raise Rejected(
            f"GET {where} was refused with HTTP {status} {response.reason}, so asking again will not help. "
            "Check the base URL and the token in the settings, and that the provider still has this file."
        )


def _asked_wait_s(response: requests.Response) -> float | None:
    """Seconds that Retry-After asks for (a number or an HTTP date), or None."""
    text = (response.headers.get("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    moment = _http_date(text)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else None


def _http_date(text: str | None) -> datetime | None:
    """Return the moment of an HTTP date; None for what is none, and for a date that has no moment in UTC."""
    try:
        moment = parsedate_to_datetime(text or "")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
