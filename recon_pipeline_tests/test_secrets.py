"""No key, token, password or contact address stands in anything that a run writes or prints.

The commands run as a user runs them, with everything logged, against a server that repeats what it was sent wherever it
can: in bodies, in headers, in addresses to go on to. Then all that was written is read, packed or not.

Does not belong here: that each provider keeps its own secret (its tests), what comes of failures
(`test_source_outcomes.py`).
"""

from __future__ import annotations

import base64
import gzip
import io
import os
import subprocess
import sys
import threading
import traceback
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

import duckdb
import polars as pl
import pytest
from pydantic import SecretStr

from recon_pipeline.errors import ReconError
from recon_pipeline.pipeline import warehouse_path
from recon_pipeline.settings import Settings, secret_settings
from recon_pipeline.simulation.demo import DEMO_EVENT
from recon_pipeline.simulation.market import SimulatedMarket
from recon_pipeline.simulation.providers.form import KEY, Answer, Request, as_json
from recon_pipeline.simulation.server import ArchiveHandler, ArchiveServer
from recon_pipeline.sources.alphavantage import AlphaVantage
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.massive import Massive
from recon_pipeline_tests import test_alphavantage, test_http, test_massive
from recon_pipeline_tests.conftest import Simulated

SECRETS = {
    "RECON_MASSIVE_KEY": "Xq81-key-of-massive-Zr07",
    "RECON_ALPHAVANTAGE_KEY": "77d1/key of+alpha-Vq",
    "RECON_SEC_CONTACT": "Zora Quillfeather zora@quillfeather.example",
    "RECON_ARCHIVE_TOKEN": "ghp_token-of-the-archive-5e7c",
    "RECON_ALERT_WEBHOOK": "https://hooks.example/services/path-of-the-webhook-b6",
    "RECON_POSTGRES_DSN": "postgresql://exporter:pw-of-the-export-41@db.example/russell",
}
USER, PASSWORD = "reader-of-symdir", "pass-of-symdir-93"
NEEDLES = sorted(
    {form(secret) for secret in (*SECRETS.values(), PASSWORD) for form in (str, quote, quote_plus)}
    | {"quillfeather", base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}
)
RANK_EVENING, WEEK_AFTER = "2026-05-01T01:30:00Z", "2026-07-06T14:00:00Z"
LOGGED = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, filename=sys.argv.pop(1))
from recon_pipeline.cli import main
main()
"""
PATIENCE_S = 240.0


# --- a server that repeats what it is told ----------------------------------------------------------------------------


class ParrotServer(ArchiveServer):
    """The simulated market and its providers; keeps all that it was sent."""

    def __init__(self, market: SimulatedMarket) -> None:
        super().__init__(market, 0)
        self.RequestHandlerClass = Parrot
        self.heard: list[str] = []
        self.lock = threading.Lock()


class Parrot(ArchiveHandler):
    """Says in every answer what it was sent, and in some nothing else."""

    server: ParrotServer

    @property
    def sent(self) -> str:
        """Path, query and telling headers of the request."""
        told = (self.path, self.headers.get("Authorization"), self.headers.get("User-Agent"))
        return " ".join(text for text in told if text)

    def do_GET(self) -> None:  # noqa: N802 (the name that http.server calls)
        with self.server.lock:
            is_first = self.sent not in self.server.heard
            self.server.heard.append(self.sent)
        if self.path.startswith("/closed/") or (self.path.startswith("/repos/") and is_first):
            status = 401 if self.path.startswith("/closed/") else 500
            return self._reply(status, self.sent.encode(), "text/plain")
        return super().do_GET()

    def _provide(self, request: Request) -> None:
        """Trap an ask, or pass it on with the key that the simulation knows."""
        trap = self._trap(request.path, request.query)
        if trap is not None:
            return self._reply(trap.status, trap.body, trap.kind)
        if request.path.startswith("/v2/aggs/") and "apiKey" not in request.query:
            key = quote(SECRETS["RECON_MASSIVE_KEY"])
            return self._reply(302, self.sent.encode(), "text/plain", {"Location": f"{self.path}&apiKey={key}"})
        query = {name: KEY if name == "apikey" else value for name, value in request.query.items()}
        headers = dict(request.headers)
        if headers.get("Authorization") == f"Bearer {SECRETS['RECON_MASSIVE_KEY']}":
            headers["Authorization"] = f"Bearer {KEY}"
        return super()._provide(Request(request.path, query, headers))

    def _trap(self, path: str, query: Mapping[str, str]) -> Answer | None:
        said = self.sent.encode()
        if path == "/query" and query.get("state") == "active":
            return Answer(200, as_json({"Information": f"We have detected your API key as {query['apikey']}."}))
        if path == "/vX/reference/ipos":
            onward = f"https://massive.example{path}?cursor=2&apiKey={quote(SECRETS['RECON_MASSIVE_KEY'])}"
            return Answer(200, test_massive.page([test_massive.IPO], next_url=onward))
        if path == "/v3/reference/splits":
            return Answer(403, b'{"status":"NOT_AUTHORIZED","message":"' + said + b'"}')
        if path.endswith("/submissions.zip"):
            return Answer(403, b"<title>Undeclared Automated Tool</title>" + said)
        if path.endswith("_notes.zip"):
            return Answer(200, b"<!DOCTYPE html>" + said)
        if path.endswith("/form.idx"):
            return Answer(500, said)
        if path.endswith((".zip", "/calendar")):
            return Answer(404, said)
        return None

    def _reply(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        super()._reply(status, body, kind, {**(headers or {}), "X-You-Sent": self.sent})

    def end_headers(self) -> None:
        """After the other headers comes a line that is none where the index of the SEC is asked for."""
        if self.path.endswith("/form.idx"):
            self._headers_buffer.append(f"no header but {self.sent}\r\n".encode())  # type: ignore[attr-defined]
        super().end_headers()


# --- reading all that was written -------------------------------------------------------------------------------------


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """What a file holds: its bytes as they are, and unpacked or as text if it is of a kind that we write."""
    body = path.read_bytes()
    yield path.name, body
    if body[:2] == b"\x1f\x8b":
        yield f"{path.name}, unpacked", gzip.decompress(body)
    elif body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for member in archive.namelist():
                yield f"{path.name}, {member}", archive.read(member)
    elif path.suffix == ".parquet":
        yield f"{path.name}, rows", pl.read_parquet(path).write_csv().encode()
    elif path.suffix == ".duckdb":
        yield from _tables(path)


def _tables(path: Path) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect() as con:
        con.execute(f"attach '{path}' as told (read_only)")
        names = con.sql(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'told'"
        ).fetchall()
        for (name,) in names:
            yield f"{path.name}, {name}", con.sql(f"from told.{name}").pl().write_csv().encode()
        yield f"{path.name}, comments", str(con.sql("select sql, comment from duckdb_tables()").fetchall()).encode()


def everything(folder: Path) -> dict[str, bytes]:
    """All that is written below a folder, by place."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    return {f"{path.parent}/{name}": body for path in files for name, body in contents(path)}


def finds(body: bytes) -> list[str]:
    """The secrets that a text holds, however they are written."""
    lower = body.lower()
    return [needle for needle in NEEDLES if needle.lower().encode() in lower]


@pytest.mark.parametrize("needle", NEEDLES)
def test_a_secret_is_found_wherever_it_is_written(tmp_path: Path, needle: str) -> None:
    text = f"x{needle.upper()}y"
    frame = pl.DataFrame({"told": [text]})
    (tmp_path / "plain.jsonl").write_text(text)
    (tmp_path / "packed.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("member", text)
    frame.write_parquet(tmp_path / "rows.parquet", compression="zstd")
    with duckdb.connect(tmp_path / "base.duckdb") as con:
        con.register("frame", frame)
        con.execute("create schema deep; create table deep.told as from frame")
    found = {place.rpartition("/")[2] for place, body in everything(tmp_path).items() if needle in finds(body)}
    assert {
        "plain.jsonl",
        "packed.gz, unpacked",
        "zip, member",
        "rows.parquet, rows",
        "base.duckdb, deep.told",
    } <= found


# --- the run ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """What the commands left behind: files and streams by place, exit codes by command, what the server was sent."""

    home: Path
    texts: dict[str, bytes]
    codes: dict[str, int]
    heard: str


@pytest.fixture(scope="module")
def written(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    folder = tmp_path_factory.mktemp("secrets")
    with ParrotServer(simulated.market) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            streams, codes = _run(folder, server.server_port, simulated.opening)
        finally:
            server.shutdown()
            thread.join()
        yield Written(folder / "home", everything(folder) | streams, codes, "\n".join(server.heard))


def _run(folder: Path, port: int, opening: Path) -> tuple[dict[str, bytes], dict[str, int]]:
    """Capture, run, ask for the sources, and fail; return what was printed, and the exit codes."""
    url = f"http://127.0.0.1:{port}"
    hosts = {f"RECON_{name.upper()}": url for name in Settings.model_fields if name.endswith("_url")}
    paces = {f"RECON_{name.upper()}": "1000" for name in Settings.model_fields if name.endswith("requests_per_second")}
    quick = {"RECON_SEC_REQUESTS_PER_SECOND": "10", "RECON_BACKOFF_BASE_S": "0", "RECON_MAX_ATTEMPTS": "2"}
    with_password = {"RECON_SYMDIR_URL": f"http://{USER}:{PASSWORD}@127.0.0.1:{port}"}
    env = {name: value for name, value in os.environ.items() if not name.startswith("RECON_")}
    env |= hosts | paces | quick | with_password | SECRETS | {"RECON_HOME": str(folder / "home")}
    commands = {
        "capture": (["capture"], {"RECON_NOW": RANK_EVENING}),
        "run": (["run", DEMO_EVENT, "--opening", str(opening)], {"RECON_NOW": WEEK_AFTER}),
        "sources": (["sources"], {}),
        "fetch": (["fetch", "--from", "2023-04-28", "--to", "2023-04-28"], {"RECON_ARCHIVE_API_URL": f"{url}/closed"}),
    }
    streams: dict[str, bytes] = {}
    codes: dict[str, int] = {}
    for name, (arguments, more) in commands.items():
        command = [sys.executable, "-c", LOGGED, str(folder / f"{name}.log"), *arguments]
        done = subprocess.run(command, env=env | more, capture_output=True, timeout=PATIENCE_S, check=False)
        codes[name] = done.returncode
        streams |= {f"{name} stdout": done.stdout, f"{name} stderr": done.stderr}
    return streams, codes


@pytest.mark.slow
def test_the_commands_did_what_they_are_for(written: Written) -> None:
    told = {name: text.decode() for name, text in written.texts.items() if name.endswith(("stdout", "stderr"))}
    assert written.codes == {"capture": 0, "run": 0, "sources": 0, "fetch": 4}, told
    assert "was refused with HTTP 401" in told["fetch stderr"]
    with duckdb.connect(warehouse_path(written.home), read_only=True) as con:
        found = con.sql("select feed, max(result) from raw.source_outcomes group by feed").fetchall()
        results: dict[str, str] = dict(found)
    assert {feed: results[feed] for feed in results if not feed.startswith(("symdir", "sec_tickers"))} == {
        "alphavantage/active": "bad_payload",
        "alphavantage/delisted": "known",
        "massive/grouped": "known",
        "massive/ipos": "bad_payload",
        "massive/splits": "refused",
        "massive/tickers": "known",
        "ipo_calendar/month": "absent",
        "sec_submissions/bulk": "refused",
        "sec_companyfacts/bulk": "absent",
        "sec_statements/quarter": "absent",
        "sec_notes/month": "bad_payload",
        "sec_index/quarter": "unavailable",
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "secret",
    [
        *(f"Bearer {SECRETS[name]}" for name in ("RECON_MASSIVE_KEY", "RECON_ARCHIVE_TOKEN")),
        f"apikey={quote_plus(SECRETS['RECON_ALPHAVANTAGE_KEY'])}",
        f"apiKey={SECRETS['RECON_MASSIVE_KEY']}",
        SECRETS["RECON_SEC_CONTACT"],
        f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}",
    ],
)
def test_every_secret_went_out(written: Written, secret: str) -> None:
    """Or else there was nothing to find."""
    assert secret in written.heard


@pytest.mark.slow
def test_everything_was_read(written: Written) -> None:
    """A text that must be there is found in each kind of file."""

    def where(text: bytes) -> set[str]:
        return {name.rpartition("/")[2] for name, body in written.texts.items() if text in body}

    assert {"run.log", "capture.log", "fetch.log"} <= where(b"urllib3.connectionpool:http://127.0.0.1:")
    assert "run.log" in where(b"WARNING:urllib3.connection:Failed to parse headers")
    assert "manifest.jsonl" in where(b'"source":"alphavantage/delisted"')
    assert {"recon_work.duckdb, raw.source_outcomes"} <= where(b"alphavantage/delisted")
    assert [name for name in where(b"File Creation Time: ") if name.endswith(".gz, unpacked")]
    ticker = pl.read_parquet(written.home / "published" / "index_membership.parquet")["ticker"][0].encode()
    assert {"index_membership.parquet, rows", "recon_work.duckdb, recon.index_membership"} <= where(ticker)


@pytest.mark.slow
def test_no_secret_is_written_or_printed(written: Written) -> None:
    assert len(written.texts) > 100
    assert {name: found for name, body in written.texts.items() if (found := finds(body))} == {}


def test_every_secret_of_the_settings_is_among_them() -> None:
    assert {f"RECON_{name.upper()}" for name in secret_settings()} == set(SECRETS)


# --- errors and what they come from -----------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[test_http.Server]:
    with test_http.Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def keyed(url: str) -> Settings:
    fast = {"alphavantage_requests_per_second": 1_000, "massive_requests_per_second": 1_000, "backoff_base_s": 0}
    secrets = {name.removeprefix("RECON_").lower(): SecretStr(value) for name, value in SECRETS.items()}
    given = {**fast, **secrets, "alphavantage_url": url, "massive_url": url, "max_attempts": 2, "read_timeout_s": 0.2}
    return Settings.model_validate(given)


ECHO = " ".join(SECRETS.values()).encode()


@pytest.mark.parametrize(
    "answer",
    [
        *(test_http.Answer(status, ECHO) for status in (400, 401, 403, 404, 429, 500)),
        test_http.Answer(200, ECHO),
        test_http.Answer(200, ECHO, cut=5),
        test_http.Answer(200, b"x", {"Content-Encoding": "gzip"}),
        test_http.Answer(close=True),
        test_http.Answer(after_s=0.4),
        test_http.Answer(302, b"", {"Location": f"/?apikey={quote(SECRETS['RECON_ALPHAVANTAGE_KEY'])}"}),
        test_http.Answer(302, b"", {"Location": f"nowhere://[?apikey={quote(SECRETS['RECON_ALPHAVANTAGE_KEY'])}"}),
        None,
    ],
    ids=lambda answer: "refused" if answer is None else f"{answer.status} {answer.body[:1]!r} {answer.cut}",
)
def test_no_error_shows_a_secret_nor_what_it_comes_from(
    server: test_http.Server, answer: test_http.Answer | None
) -> None:
    """With all causes and contexts that a traceback shows, as Dagster keeps it."""
    server.lasting = answer or test_http.Answer()
    given = keyed(server.url if answer else "http://127.0.0.1:1")
    wanted = [
        *((AlphaVantage(), ask) for ask in AlphaVantage().of_event(given, test_alphavantage.PLAN)[:1]),
        *((Massive(), ask) for ask in Massive().of_event(given, test_massive.PLAN)[:1]),
    ]
    for provider, ask in wanted:
        url = f"{ask.base_url}{ask.path}&apikey={quote(SECRETS['RECON_ALPHAVANTAGE_KEY'])}"
        with provider.client(given) as http, pytest.raises(ReconError) as raised:
            http.get(url, headers=ask.headers, validate=lambda body, p=provider, a=ask: p.validate(a, body))  # type: ignore[misc]
        shown = "".join(traceback.format_exception(raised.value))
        assert "recon_pipeline.errors" in shown
        assert finds(f"{shown}{raised.value!r}{ask!r}{given!r}".encode()) == []
    if answer is not None:
        assert {parse_qs(urlsplit(path).query)["apikey"][0] for path, _ in server.seen[:2]} == {
            SECRETS["RECON_ALPHAVANTAGE_KEY"]
        }


def test_a_key_that_cannot_be_sent_is_not_shown() -> None:
    """A line end was copied along: the library says which header is bad, and quotes it."""
    given = keyed("http://127.0.0.1:1")
    with HttpClient(given) as http, pytest.raises(ReconError) as raised:
        http.get("http://127.0.0.1:1/", headers={"Authorization": f"Bearer {SECRETS['RECON_MASSIVE_KEY']}\n"})
    assert finds("".join(traceback.format_exception(raised.value)).encode()) == []
