"""Alerts: what is logged, what is posted, and that the address of the webhook is nowhere.

Does not belong here: what is alerted of (`test_schedules.py`).
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from recon_pipeline.settings import Settings
from recon_pipeline.sources.webhook import ATTEMPTS, LONGEST_TEXT, alert

PATH = "/services/T000/B000/s3cret-of-the-webhook"


class Hook(ThreadingHTTPServer):
    """Keeps what is posted, and answers with the statuses that it is given, then with 200."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Poster)
        self.statuses: list[int] = []
        self.taken: list[tuple[str, Any]] = []


class Poster(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, json.loads(body)))
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing: the output of a test is its own."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def settings(port: int | None, **more: object) -> Settings:
    url = None if port is None else SecretStr(f"http://127.0.0.1:{port}{PATH}")
    return Settings.model_validate({"alert_webhook": url, "backoff_base_s": 0, **more})


def test_without_a_webhook_an_alert_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert not alert(settings(None), "2026-12-recon is overdue")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "2026-12-recon is overdue")
    ]


def test_an_alert_is_posted_and_the_address_is_not_logged(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert alert(settings(hook.server_port), "2026-12-recon is overdue")
    assert hook.taken == [(PATH, {"text": "2026-12-recon is overdue"})]
    assert "2026-12-recon is overdue" in caplog.text
    assert "s3cret" not in caplog.text


def test_what_may_pass_is_tried_again(hook: Hook) -> None:
    hook.statuses = [503, 500]
    assert alert(settings(hook.server_port), "again")
    assert len(hook.taken) == 3


@pytest.mark.parametrize("status", [403, 302, 500])
def test_an_alert_that_is_not_taken_is_logged_without_the_address(
    hook: Hook, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hook.statuses = [status] * ATTEMPTS
    assert not alert(settings(hook.server_port), "nobody listens")
    assert {path for path, _ in hook.taken} == {PATH}, "a redirect is not followed"
    assert f"HTTP {status}" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_webhook_that_does_not_answer_raises_nothing(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    free = hook.server_port
    hook.server_close()
    assert not alert(settings(free, connect_timeout_s=0.5, read_timeout_s=0.5), "nobody is there")
    assert "the exchange broke" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_long_text_is_cut_and_offline_nothing_is_sent(hook: Hook) -> None:
    assert alert(settings(hook.server_port), "x" * 5000)
    assert len(hook.taken[0][1]["text"]) == LONGEST_TEXT
    assert not alert(settings(hook.server_port, offline=True), "not sent")
    assert len(hook.taken) == 1


def test_what_is_no_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(alert_webhook=SecretStr("s3cret-of-the-webhook"))
    assert "s3cret" not in str(caught.value)
    assert "http" in str(caught.value)
