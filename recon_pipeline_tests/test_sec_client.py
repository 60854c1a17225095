"""How the SEC is asked and what its refusals mean: against a local server that answers as the SEC is known to."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from recon_pipeline.errors import Absent, BadInput, ReconError, Rejected, Unavailable
from recon_pipeline.settings import Settings
from recon_pipeline.sources.sec.client import lacks_contact, refusal, sec_client

CONTACT = "Jane Doe jane@doe.example"
UNDECLARED = b"<html><body><h1>Your Request Originates from an Undeclared Automated Tool</h1></body></html>"
TOO_FAST = b"<!DOCTYPE html><html><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head></html>"
NO_SUCH_PATH = b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>'
NO_SUCH_KEY = b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>NoSuchKey</Code><Message>no</Message></Error>'


class Server(ThreadingHTTPServer):
    """Always gives the same answer; notes the user agents and the moments of the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body = 200, b"{}"
        self.agents: list[str] = []
        self.moments: list[float] = []

    def url(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}/Archives/x"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.agents.append(self.headers["User-Agent"])
        self.server.moments.append(time.monotonic())
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def settings(contact: str | None = CONTACT, **others: object) -> Settings:
    secret = None if contact is None else SecretStr(contact)
    quick = {"sec_requests_per_second": 10, "backoff_base_s": 0.001, "max_attempts": 3}
    return Settings.model_validate({"sec_contact": secret, **quick, **others})


@pytest.mark.parametrize("contact", [None, "", "  ", "Jane Doe", "jane@", "@doe.example", "jane at doe.example"])
def test_without_an_address_nothing_is_asked(contact: str | None) -> None:
    assert lacks_contact(settings(contact)) == "RECON_SEC_CONTACT"
    with pytest.raises(BadInput, match="RECON_SEC_CONTACT") as refused:
        sec_client(settings(contact))
    assert not contact or not contact.strip() or contact not in str(refused.value)


def test_a_name_with_an_address_will_do() -> None:
    assert lacks_contact(settings()) == ""
    assert lacks_contact(settings("jane@doe.example")) == ""


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        (CONTACT, f"recon-pipeline {CONTACT}"),
        ("Jane\r\nDoe  jane@doe.example", f"recon-pipeline {CONTACT}"),
        ("Łucja l@doe.example", "recon-pipeline Łucja l@doe.example"),
    ],
)
def test_the_contact_is_the_user_agent(server: Server, contact: str, agent: str) -> None:
    with sec_client(settings(contact)) as http:
        http.get(server.url())
    assert server.agents[0].encode("latin-1").decode() == agent


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (403, UNDECLARED, Rejected, "Set RECON_SEC_CONTACT to a real name and e-mail"),
        (403, TOO_FAST, Unavailable, "wait ten minutes"),
        (403, NO_SUCH_PATH, Absent, "no such file"),
        (403, b"<html>Forbidden</html>", Rejected, "HTTP 403"),
        (404, NO_SUCH_KEY, Absent, "HTTP 404"),
    ],
)
def test_a_refusal_is_told_and_not_repeated(
    server: Server, caplog: pytest.LogCaptureFixture, status: int, body: bytes, kind: type[ReconError], says: str
) -> None:
    caplog.set_level(logging.DEBUG)
    server.status, server.body = status, body
    with sec_client(settings()) as http, pytest.raises(kind, match=says) as refused:
        http.get(server.url())
    assert type(refused.value) is kind
    assert len(server.agents) == 1, "asked once"
    assert "jane" not in (str(refused.value) + repr(refused.value.__cause__) + caplog.text).lower()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_asked_again(server: Server, status: int) -> None:
    server.status = status
    with sec_client(settings()) as http, pytest.raises(Unavailable, match="3 attempts"):
        http.get(server.url())
    assert len(server.agents) == 3


def test_a_page_about_the_rate_is_a_refusal_with_403_only() -> None:
    assert refusal(503, TOO_FAST) is None
    assert refusal(404, NO_SUCH_PATH) is None


def test_both_hosts_share_one_pace(server: Server) -> None:
    with sec_client(settings(sec_requests_per_second=5)) as http:
        for number in range(8):
            http.get(server.url("localhost" if number % 2 else "127.0.0.1"))
    gaps = server.moments[-1] - server.moments[0]
    assert gaps >= 0.9, "eight requests at five a second"
