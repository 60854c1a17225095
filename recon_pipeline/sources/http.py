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
from typing import Final, Self, TypeVar
from urllib.parse import urlencode, urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from recon_pipeline.errors import Absent, BadPayload, NotLanded, ReconError, Rejected, Unavailable
from recon_pipeline.settings import Settings
from recon_pipeline.sources.wire import Adapter, Session, deadline, read_body

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


Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `tag` is the caller's own and comes back with the payload. URL and headers may hold a key."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tag: object = None


@dataclass(frozen=True, slots=True)
class Payload:
    """A body that was believed. Times are UTC; `last_modified` is None where the provider does not tell."""

    url: str = field(repr=False)
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

    def __add__(self, other: Traffic) -> Traffic:
        """Return what both cost together."""
        return Traffic(self.requests + other.requests, self.retries + other.retries, self.bytes + other.bytes)


class TransientError(Exception):
    """A failure that may pass, of one attempt; `wait_s` is how long the server asked us to wait, if it did."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


Refusal = Callable[[int, bytes], ReconError | None]
"""What a provider means by an answer other than 2xx (status, first bytes of its body); None: what the status says."""


class HttpClient:
    """GET with retries, for use from many threads. Close it, or use it as a context manager.

    `per_second` is the ceiling for each host, or with `per_host=False` for all hosts of the client together; without it
    the setting for every host. `user_agent` may name a contact: it goes out as a header and is shown nowhere.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        per_second: float | None = None,
        per_host: bool = True,
        user_agent: str = USER_AGENT,
        max_attempts: int | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        self.settings = settings
        self._max_attempts = min(max_attempts or settings.max_attempts, settings.max_attempts)
        self._refusal = refusal
        self.traffic = Traffic()
        self._lock = threading.Lock()
        self._session = Session()
        self._session.headers["User-Agent"] = user_agent
        # limit_statuses=(): a 429 is answered by our own wait, and the adapter would log the URL with its query.
        adapter = Adapter(
            settings.answer_timeout_s,
            **_pace(settings.requests_per_second if per_second is None else per_second),
            per_host=per_host,
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

    def persist(self, url: str, attempt: Callable[[], Done], stop: threading.Event | None = None) -> Done:
        """Repeat `attempt` (which asks for `url` with `exchange`) while it fails with what may pass.

        `stop` cuts short what waits for a retry. Raises what `get` raises.
        """
        where = place(url)
        stop = stop or threading.Event()
        if self.settings.offline:
            raise NotLanded(f"GET {where} was not sent, for the run is offline. Run it once without --offline.")
        began = time.monotonic()

        def sleep(seconds: float) -> None:
            if stop.wait(seconds):
                raise TransientError("cut short, for another request of this batch failed")

        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=lambda state: self._enough(state, stop),
            wait=self._wait_s,
            sleep=sleep,
            before_sleep=lambda state: self._count_retry(state, where),
            reraise=True,
        )
        try:
            return retrying(attempt)
        except TransientError as error:
            raise Unavailable(
                f"GET {where} got no usable answer in {retrying.statistics['attempt_number']} attempts over "
                f"{time.monotonic() - began:.0f} s; the last one: {error}. Check the network and the state of the "
                "provider, then run the same command again: what was fetched so far is landed and is not asked again."
            ) from error

    def exchange(
        self,
        request: Request,
        take: Callable[[requests.Response], object],
        *,
        also: frozenset[int] = frozenset(),
        answer_s: float | None = None,
    ) -> requests.Response:
        """Send a request once; `take` reads the streamed answer if its status is 2xx or one of `also`.

        `take` may raise BadPayload. The answer must have come whole `answer_s` seconds after it was first waited for,
        or else `answer_timeout_s`. The connection is free again afterwards, or closed if it cannot be.

        Raises:
            TransientError: the exchange broke, or the answer asks for another try.
            ReconError: what `take` raised, or what the refusal means.
        """
        where = place(request.url)
        with self._lock:
            self.traffic.requests += 1
        timeout = (self.settings.connect_timeout_s, self.settings.read_timeout_s)
        headers = dict(request.headers)
        refused = io.BytesIO()
        try:
            with (
                deadline(answer_s),
                self._session.get(request.url, headers=headers, timeout=timeout, stream=True) as got,
            ):
                if _is_success(got) or got.status_code in also:
                    take(got)
                    return got
                with suppress(BadPayload, *BROKEN):
                    read_body(got, REFUSAL_BYTES, refused)
        except BROKEN as error:
            raise TransientError(f"the exchange broke ({type(error).__name__})") from None
        except BadPayload as error:
            raise _unbelievable(where, got, error) from error
        except (requests.RequestException, ValueError) as error:
            # `from None`: the text of these errors holds the URL with its query.
            raise Rejected(f"GET {where} cannot be asked ({type(error).__name__}). Check the base URL.") from None
        self.count_bytes(refused.tell())
        if self._refusal is not None:
            meant = self._refusal(got.status_code, refused.getvalue()[:REFUSAL_BYTES])
            if meant is not None:
                raise meant
        raise _refused(got, where, self.settings.backoff_max_s)

    def count_bytes(self, size: int) -> None:
        """Add to the bytes of bodies that this client has read."""
        with self._lock:
            self.traffic.bytes += size

    def _get(self, request: Request, validate: Callable[[bytes], object] | None, stop: threading.Event) -> Payload:
        return self.persist(request.url, lambda: self._attempt(request, validate), stop)

    def _attempt(self, request: Request, validate: Callable[[bytes], object] | None) -> Payload:
        body = io.BytesIO()

        def take(response: requests.Response) -> None:
            try:
                read_body(response, self.settings.max_body_mb * 1_000_000, body)
            finally:
                self.count_bytes(body.tell())

        response = self.exchange(request, take)
        if validate is not None:
            try:
                validate(body.getvalue())
            except BadPayload as error:
                raise _unbelievable(place(request.url), response, error) from error
        modified = http_date(response.headers.get("Last-Modified"))
        return Payload(request.url, body.getvalue(), response.status_code, datetime.now(UTC), modified)

    def _enough(self, state: RetryCallState, stop: threading.Event) -> bool:
        error = state.outcome.exception() if state.outcome else None
        limit = self._max_attempts
        return stop.is_set() or state.attempt_number >= (
            min(limit, BAD_PAYLOAD_ATTEMPTS) if isinstance(error, BadPayload) else limit
        )

    def _wait_s(self, state: RetryCallState) -> float:
        """Full-jitter exponential backoff, or what the server asked for if that is longer (capped)."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait_s if isinstance(error, TransientError) else None
        return max(self._backoff(state), min(asked or 0.0, self.settings.backoff_max_s))

    def _count_retry(self, state: RetryCallState, where: str) -> None:
        with self._lock:
            self.traffic.retries += 1
        error = state.outcome.exception() if state.outcome else None
        log.info("GET %s, attempt %d: %s; next try in %.1f s", where, state.attempt_number, error, state.upcoming_sleep)


def _pace(per_second: float) -> dict[str, float]:
    """The limits of a rate: below one request a second, requests are counted by the minute."""
    return {"per_second": per_second} if per_second >= 1 else {"per_minute": max(1.0, round(per_second * 60, 3))}


def place(url: str) -> str:
    """Return scheme, host and path of a URL: what a message may show (no user, password, query or fragment)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(a malformed URL)"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _is_success(response: requests.Response) -> bool:
    return 200 <= response.status_code < 300


def _may_pass(error: BaseException) -> bool:
    """Whether a failure is worth another try in this run."""
    return isinstance(error, TransientError) or (isinstance(error, BadPayload) and error.retryable)


def _unbelievable(where: str, response: requests.Response, error: BadPayload) -> BadPayload:
    return type(error)(f"GET {where} answered {response.status_code} with what cannot be believed: {error}")


def _refused(response: requests.Response, where: str, patience_s: float) -> Exception:
    """Return what an answer other than 2xx means by its status and headers."""
    status = response.status_code
    # GitHub answers 403 with a Retry-After where requests come too thick (its secondary rate limit).
    if status in TRY_AGAIN or (status == 403 and "Retry-After" in response.headers):
        return TransientError(f"HTTP {status} {response.reason}", _asked_wait_s(response))
    if status == 403 and response.headers.get("X-RateLimit-Remaining") == "0":
        # GitHub answers 403 when the hourly allowance is used up, which is no refusal but can be a long wait.
        reset = response.headers.get("X-RateLimit-Reset", "")
        reset_s = max(0.0, float(reset) - time.time()) if reset.isdecimal() else 0.0
        if reset_s <= patience_s:
            return TransientError(f"HTTP {status}, allowance used up", reset_s)
        return Unavailable(
            f"GET {where} answered HTTP {status}: this address has used up its allowance of requests for the next "
            f"{reset_s / 60:.0f} minutes. Wait, or set a token for the provider (RECON_ARCHIVE_TOKEN for the archive)."
        )
    if status in (404, 410):
        return Absent(
            f"GET {where} answered HTTP {status} {response.reason}: the provider has no such file. Check the base URL "
            "in the settings and that the provider still has it."
        )
    return Rejected(
        f"GET {where} was refused with HTTP {status} {response.reason}, so asking again will not help. "
        "Check the base URL and the token in the settings, and that the provider still has this file."
    )


def _asked_wait_s(response: requests.Response) -> float | None:
    """Seconds that Retry-After asks for (a number or an HTTP date), or None."""
    text = (response.headers.get("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    moment = http_date(text)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else None


def http_date(text: str | None) -> datetime | None:
    """Return the moment of an HTTP date; None for what is none, and for a date that has no moment in UTC."""
    try:
        moment = parsedate_to_datetime(text or "")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
