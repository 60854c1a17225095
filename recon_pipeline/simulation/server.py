"""The HTTP contracts of the archive and of the other providers, answered for a simulated market by a local server.

    GET /repos/rreichel3/US-Stock-Symbols/commits?since=&until=&per_page=&page=      commits, newest first
    GET /rreichel3/US-Stock-Symbols/<sha>/<exchange>/<exchange>_full_tickers.json    one dump of one exchange

Every other path is that of a provider (`providers`), or is not there. One server stands for all hosts: give its base
URL for each of them.

What does not belong here: what the answers say (`market`, `providers`, `lies`), how often they fail (`faults`).
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from recon_pipeline.simulation.faults import Fault, Faults
from recon_pipeline.simulation.kinds import EXCHANGES
from recon_pipeline.simulation.lies import PAGE, Lies
from recon_pipeline.simulation.market import SimulatedMarket
from recon_pipeline.simulation.providers import Providers
from recon_pipeline.simulation.providers.form import Answer, Request
from recon_pipeline.simulation.registers import Registers
from recon_pipeline.simulation.traps import NO_TRAPS, Traps

REPOSITORY = "rreichel3/US-Stock-Symbols"
DUMP_PATH = re.compile(rf"/{REPOSITORY}/([0-9a-f]{{40}})/(\w+)/\2_full_tickers\.json")
DEFAULT_PAGE, LARGEST_PAGE = 30, 100
AHEAD_FROM, AHEAD_TO = timedelta(days=-31), timedelta(days=3)
"""The dumps around a rank day that its event asks for."""

NOT_FOUND = b'{"message":"Not Found"}'


@contextmanager
def serve(
    market: SimulatedMarket,
    port: int = 0,
    today: date | None = None,
    *,
    traps: Traps = NO_TRAPS,
    faults: Faults | None = None,
) -> Iterator[str]:
    """Serve the market on 127.0.0.1 while the block runs; yields the base URL. Port 0 takes a free one.

    `today` is the day whose evening the sources tell of that know no past: by default the rank day. `traps` says what
    the providers get wrong (`lies`), `faults` how often they fail: by default nothing, and never.
    """
    with serving(ArchiveServer(market, port, today, traps, faults)) as server:
        yield server.url


@contextmanager
def serving(server: ArchiveServer) -> Iterator[ArchiveServer]:
    """Let a server answer while the block runs."""
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="simulated-archive", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class ArchiveServer(ThreadingHTTPServer):
    """The listening socket with the market that it answers for, and what the other providers say of it."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        market: SimulatedMarket,
        port: int = 0,
        today: date | None = None,
        traps: Traps = NO_TRAPS,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", port), ArchiveHandler)
        self.market, self.faults = market, faults or Faults()
        self.providers = Lies(Providers(Registers(market, today)), traps)
        self.asked_at = 0.0
        """When the last request came, by the monotonic clock."""
        self._ahead: dict[date, Lies] = {}

    @property
    def url(self) -> str:
        """The base URL of all providers."""
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Print what went wrong, but for a client that hung up: it has read as much as it wanted."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def turn_to(self, rank_day: date) -> None:
        """From now on tell what was known when the event of a rank day took effect."""
        ahead = self._ahead.pop(rank_day) if rank_day in self._ahead else self._at(rank_day)
        self.providers = ahead
        self.market = ahead.registers.market

    def make_ahead(self, rank_day: date) -> None:
        """Get ready to be turned to a rank day."""
        ahead = self._at(rank_day)
        ahead.providers.make_ahead()
        market = ahead.registers.market
        for commit in market.commits:
            if AHEAD_FROM <= market.sessions[commit.session] - rank_day <= AHEAD_TO:
                market.dump(commit.sha, EXCHANGES[0])
        self._ahead = {rank_day: ahead}

    def _at(self, rank_day: date) -> Lies:
        return Lies(Providers(self.providers.registers.at(rank_day)), self.providers.traps)


class ArchiveHandler(BaseHTTPRequestHandler):
    """One connection, kept alive over several requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every small answer waits 40 ms for the client's delayed acknowledgement
    server: ArchiveServer
    _fault: Fault | None = None

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the output belongs to the run that is being served."""

    def do_GET(self) -> None:
        """Answer the two paths of the archive and those of the providers; 404 for everything else."""
        self.server.asked_at = time.monotonic()
        self._fault = self.server.faults.draw()
        if self._fault is not None and self._fails(self._fault):
            return None
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if url.path == f"/repos/{REPOSITORY}/commits":
            try:
                body = json.dumps(page_of(commits_between(self.server.market, query), query)).encode()
            except ValueError:
                return self._reply(422, b'{"message":"Validation Failed"}', "application/json")
            return self._reply(200, body, "application/json; charset=utf-8")
        match = DUMP_PATH.fullmatch(url.path)
        if match is None:
            return self._provide(Request(url.path, query, dict(self.headers)))
        dump = self.server.providers.dump(match[1], match[2])
        if dump is None:
            return self._reply(404, NOT_FOUND, "application/json")
        return self._reply(200, dump, "text/plain; charset=utf-8")

    def _provide(self, request: Request) -> None:
        """Answer for one of the other providers; 304 for what has not changed since the client had it."""
        answer = self.server.providers.answer(request) or Answer(404, NOT_FOUND)
        if answer.modified is None:
            return self._reply(answer.status, answer.body, answer.kind)
        since = self.headers.get("If-Modified-Since")
        if since and parsedate_to_datetime(since) >= answer.modified.replace(microsecond=0):
            return self._reply(304, b"", answer.kind)
        return self._reply(
            answer.status, answer.body, answer.kind, {"Last-Modified": format_datetime(answer.modified, usegmt=True)}
        )

    def _fails(self, fault: Fault) -> bool:
        """Answer in place of the market, or wait; returns whether that was the answer."""
        if fault == "429":
            wait = {"Retry-After": str(self.server.faults.retry_after_s)}
            self._reply(429, b'{"message":"rate limit exceeded"}', "application/json", wait)
        elif fault == "500":
            self._reply(500, b"upstream failed", "text/plain")
        elif fault == "html":
            self._reply(200, PAGE, "text/html")
        elif fault == "slow":
            time.sleep(self.server.faults.slow_s)
        return fault in ("429", "500", "html")

    def _reply(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self._fault == "truncate":
            body, self.close_connection = body[: len(body) // 2], True
        self.wfile.write(body)


def commits_between(market: SimulatedMarket, query: dict[str, str]) -> list[dict[str, object]]:
    """Commits from `since` to `until`, both included, newest first, as the commit API prints them.

    Raises ValueError where an instant cannot be read.
    """
    since, until = instant(query.get("since", "0001-01-02")), instant(query.get("until", "9999-01-01"))
    return [
        {"sha": commit.sha, "commit": {"committer": {"date": commit.committed_at}}}
        for commit in reversed(market.commits)
        if since <= instant(commit.committed_at) <= until
    ]


def page_of(found: list[dict[str, object]], query: dict[str, str]) -> list[dict[str, object]]:
    """The page that `per_page` and `page` ask for."""
    size = min(max(whole(query, "per_page", DEFAULT_PAGE), 1), LARGEST_PAGE)
    page = max(whole(query, "page", 1), 1)
    return found[size * (page - 1) : size * page]


def whole(query: dict[str, str], key: str, default: int) -> int:
    """A whole number of the query, or the default where it is none."""
    text = query.get(key, "")
    return int(text) if text.isdigit() else default


def instant(text: str) -> datetime:
    """An ISO 8601 instant in UTC; a `+` that arrived as a blank is mended, a bare date is midnight."""
    moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
