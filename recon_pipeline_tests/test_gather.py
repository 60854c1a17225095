"""Asking providers: what is not asked again, pages, houses side by side, big files, and what must be written nowhere.

The providers here are made up, so that each test says all that matters. What comes of each failure of the real ones is
in `test_source_outcomes.py`.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources import gather as gathering
from recon_pipeline.sources.feeds import Ask, Frames, Landed, Outcome, Plan, Provider
from recon_pipeline.sources.gather import Gathered, IsEnough, gather
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.landing import LandedRow, Landing
from recon_pipeline_tests.sec_payloads import zipped
from recon_pipeline_tests.test_http import Answer, Server

DAY, NEXT_DAY = date(2024, 4, 30), date(2024, 5, 1)
NOW = datetime(2024, 5, 1, 1, 30, tzinfo=UTC)
MODIFIED = {"Last-Modified": "Tue, 30 Apr 2024 20:00:00 GMT"}
ZIP = zipped({"one.txt": b"one"})


class Made(Provider):
    """Believes all but `bad`; a body `{"next": path}` has a next page."""

    name: ClassVar[str] = "made"
    house: ClassVar[str] = "made"

    def __init__(self) -> None:
        self.clients = 0
        self.judged: list[str] = []

    def client(self, settings: Settings) -> HttpClient:
        self.clients += 1
        return HttpClient(settings, user_agent=f"house of {self.house}")

    def daily(self, settings: Settings, now: datetime) -> list[Ask]:
        return []

    def of_event(self, settings: Settings, plan: Plan) -> list[Ask]:
        return []

    def validate(self, ask: Ask, body: bytes) -> None:
        self.judged.append(ask.path)
        if body == b"bad":
            raise BadPayload("not to be believed")

    def read(self, landed: Landed) -> Frames:
        return {}

    def follow(self, settings: Settings, ask: Ask, body: bytes) -> Ask | None:
        told = json.loads(body) if body[:1] == b"{" else {}
        if told.get("next") == "nowhere":
            raise BadPayload("a next page that is none.")
        return Ask(ask.feed, ask.base_url, told["next"], ask.day) if "next" in told else None


class Neighbour(Made):
    """Another provider of the same house."""

    name: ClassVar[str] = "neighbour"


class Stranger(Made):
    """A provider of another house."""

    name: ClassVar[str] = "stranger"
    house: ClassVar[str] = "away"


class Locked(Made):
    """A provider whose key is not set."""

    name: ClassVar[str] = "locked"
    house: ClassVar[str] = "locked"

    def lacks(self, settings: Settings) -> str:
        return "RECON_LOCKED_KEY"

    def client(self, settings: Settings) -> HttpClient:
        raise AssertionError("it must not be asked")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def settings(**more: object) -> Settings:
    fast: dict[str, object] = {"requests_per_second": 1_000, "backoff_base_s": 0, "max_attempts": 2, "now": NOW}
    return Settings.model_validate(fast | more)


def ask(server: Server, path: str = "/a", feed: str = "made/file", day: date | None = DAY, **more: bool) -> Ask:
    return Ask(feed, server.url, path, day, **more)  # type: ignore[arg-type]


def never(ask: Ask, row: LandedRow) -> bool:
    return False


def one(
    landing: Landing, wanted: Ask, is_enough: IsEnough = never, provider: Provider | None = None, **more: object
) -> Outcome:
    (outcome,) = gather({provider or Made(): [wanted]}, settings(**more), landing, is_enough).outcomes
    return outcome


def results(gathered: Gathered) -> list[tuple[str, str]]:
    return [(outcome.ask.path, outcome.result) for outcome in gathered.outcomes]


# --- who is asked -----------------------------------------------------------------------------------------------------


def test_who_is_not_wanted_for_anything_is_not_asked_and_not_told(landing: Landing) -> None:
    made = Made()
    wanted: dict[Provider, list[Ask]] = {made: [], Locked(): []}
    gathered = gather(wanted, settings(), landing, never)
    assert (gathered.outcomes, gathered.traffic.requests, made.clients) == ([], 0, 0)
    assert gather({}, settings(), landing, never).outcomes == []


def test_who_lacks_a_key_is_skipped_and_told_once(server: Server, landing: Landing) -> None:
    wanted: dict[Provider, list[Ask]] = {
        Locked(): [ask(server, path, "locked/file") for path in ("/a", "/b")],
        Made(): [ask(server)],
    }
    skipped, asked = gather(wanted, settings(), landing, never).outcomes
    assert (skipped.ask.feed, skipped.ask.path, skipped.result) == ("locked/", "", "not_configured")
    assert skipped.detail == "RECON_LOCKED_KEY is not set, so this source was not asked."
    assert asked.result == "value"
    assert len(server.seen) == 1


def test_every_ask_is_said(server: Server, landing: Landing) -> None:
    said: list[str] = []
    gather({Made(): [ask(server), ask(server, "/b")]}, settings(), landing, never, say=said.append)
    gather({Made(): [ask(server)]}, settings(), landing, lambda ask, row: True, say=said.append)
    assert said == ["asking made/file"] * 2


def test_a_payload_is_landed_with_all_that_is_known_of_it(server: Server, landing: Landing) -> None:
    server.lasting = Answer(200, b"a body", MODIFIED)
    outcome = one(landing, ask(server, "/a?b=c", is_final=True))
    (row,) = landing.every()
    assert (outcome.result, outcome.row) == ("value", row)
    assert (row.source, row.url, row.key, row.session) == ("made/file", server.url + "/a?b=c", "/a?b=c", DAY)
    assert (row.fetched_at, row.last_modified) == (NOW, datetime(2024, 4, 30, 20, tzinfo=UTC))
    assert (row.final, row.packed, landing.read(row)) == (True, True, b"a body")
    assert (row.commit, row.exchange) == (None, None)


def test_without_a_set_moment_it_is_fetched_now(server: Server, landing: Landing) -> None:
    before = datetime.now(UTC)
    outcome = one(landing, ask(server), now=None)
    assert outcome.row is not None
    assert before <= outcome.row.fetched_at <= datetime.now(UTC)


# --- what is not asked again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was_final", "is_final", "requests"), [(True, True, 0), (True, False, 1), (False, True, 1), (False, False, 1)]
)
def test_only_what_stands_for_ever_is_not_asked_again(
    server: Server, landing: Landing, was_final: bool, is_final: bool, requests: int
) -> None:
    """What was landed while it could still grow is asked once more when it has become final."""
    one(landing, ask(server, is_final=was_final))
    outcome = one(landing, ask(server, is_final=is_final))
    assert (outcome.result, len(server.seen)) == ("known", 1 + requests)
    assert outcome.row is not None
    assert outcome.row.final == (is_final or not requests)


def test_other_words_on_the_same_question_are_a_value(server: Server, landing: Landing) -> None:
    server.script.extend([Answer(200, b"first"), Answer(200, b"first"), Answer(200, b"second")])
    assert [one(landing, ask(server)).result for _ in range(3)] == ["value", "known", "value"]
    newest = landing.find_key("made/file", "/a")
    assert newest is not None
    assert landing.read(newest) == b"second"


@pytest.mark.parametrize("offline", [False, True])
def test_what_is_enough_is_not_asked_again(server: Server, landing: Landing, offline: bool) -> None:
    """Even if it is of another day: whether that will do is for the caller to say."""
    landed = one(landing, ask(server)).row
    assert landed is not None
    told: list[tuple[Ask, LandedRow]] = []

    def is_enough(wanted: Ask, row: LandedRow) -> bool:
        told.append((wanted, row))
        return True

    later = ask(server, day=NEXT_DAY)
    outcome = one(landing, later, is_enough, offline=offline)
    assert (outcome.result, outcome.row, outcome.detail) == ("known", landed, "")
    assert told == [(later, landed)]
    assert len(server.seen) == 1


def test_the_same_words_on_another_day_are_another_payload(server: Server, landing: Landing) -> None:
    one(landing, ask(server, is_final=True))
    assert one(landing, ask(server, day=NEXT_DAY, is_final=True)).result == "value"
    assert [row.session for row in landing.every()] == [DAY, NEXT_DAY]
    assert len(server.seen) == 2


def test_offline_nobody_is_asked(server: Server, landing: Landing) -> None:
    one(landing, ask(server))
    gathered = gather(
        {Made(): [ask(server), ask(server, "/b"), ask(server, day=NEXT_DAY)]}, settings(offline=True), landing, never
    )
    assert results(gathered) == [("/a", "known"), ("/b", "not_landed"), ("/a", "not_landed")]
    assert gathered.outcomes[1].detail == "The run is offline, and this was never landed."
    assert (gathered.traffic.requests, len(server.seen)) == (0, 1)


def test_what_is_gone_from_the_landings_is_asked_again(server: Server, landing: Landing) -> None:
    row = one(landing, ask(server, is_final=True)).row
    assert row is not None
    landing.path_of(row).unlink()
    assert one(landing, ask(server, is_final=True)).result == "value"
    assert landing.read(row)


# --- failures ---------------------------------------------------------------------------------------------------------


def test_a_failure_stops_nobody(server: Server, landing: Landing) -> None:
    server.script.extend([Answer(404), Answer(200, b"bad"), Answer(200, b"bad"), Answer(401), Answer(200, b"of d")])
    gathered = gather({Made(): [ask(server, path) for path in ("/a", "/b", "/c", "/d")]}, settings(), landing, never)
    told = [("/a", "absent"), ("/b", "bad_payload"), ("/c", "refused"), ("/d", "value")]
    assert results(gathered) == told
    assert [row.key for row in landing.every()] == ["/d"]
    assert (gathered.traffic.requests, gathered.traffic.retries) == (5, 1)
    assert all(server.url in outcome.detail for outcome in gathered.outcomes[:3])


def test_who_does_not_answer_is_not_asked_for_more(server: Server, landing: Landing) -> None:
    """What is landed still counts; a run would wait as long again for each payload."""
    one(landing, ask(server, "/b", is_final=True))
    server.script.extend([Answer(500), Answer(500)])
    wanted = [ask(server, "/a"), ask(server, "/b", is_final=True), ask(server, "/c")]
    gathered = gather({Made(): wanted}, settings(), landing, never)
    assert results(gathered) == [("/a", "unavailable"), ("/b", "known"), ("/c", "unavailable")]
    assert gathered.outcomes[2].detail.startswith("It was not asked")
    assert gathered.traffic.requests == 2


def test_a_defect_of_ours_is_no_outcome(server: Server, landing: Landing) -> None:
    class Defect(Made):
        def validate(self, ask: Ask, body: bytes) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        one(landing, ask(server), provider=Defect())
    assert landing.every() == []


# --- pages ------------------------------------------------------------------------------------------------------------


def pages(*onward: str) -> list[Answer]:
    return [Answer(200, json.dumps({"next": path}).encode()) for path in onward]


def test_every_page_is_judged_and_landed(server: Server, landing: Landing) -> None:
    server.script.extend([*pages("/a?page=2", "/a?page=3"), Answer(200, b"the last")])
    made = Made()
    gathered = gather({made: [ask(server), ask(server, "/b")]}, settings(), landing, never)
    wanted = ["/a", "/a?page=2", "/a?page=3", "/b"]
    assert results(gathered) == [(path, "value") for path in wanted]
    assert [path for path, _ in server.seen] == made.judged == [row.key for row in landing.every()] == wanted
    assert {row.session for row in landing.every()} == {DAY}


def test_landed_pages_are_followed_without_asking(server: Server, landing: Landing) -> None:
    server.script.extend([*pages("/a?page=2"), Answer(200, b"the last")])
    one_page = [ask(server)]
    gather({Made(): one_page}, settings(), landing, never)
    again = gather({Made(): one_page}, settings(offline=True), landing, never)
    assert results(again) == [("/a", "known"), ("/a?page=2", "known")]
    assert len(server.seen) == 2


def test_after_a_page_that_fails_there_is_none(server: Server, landing: Landing) -> None:
    server.script.extend([*pages("/a?page=2"), Answer(200, b"bad"), Answer(200, b"bad"), Answer(200, b"of b")])
    gathered = gather({Made(): [ask(server), ask(server, "/b")]}, settings(), landing, never)
    assert results(gathered) == [("/a", "value"), ("/a?page=2", "bad_payload"), ("/b", "value")]


def test_a_next_page_that_is_none_is_told(server: Server, landing: Landing) -> None:
    server.script.extend(pages("/a?page=2", "nowhere"))
    gathered = gather({Made(): [ask(server), ask(server, "/b")]}, settings(), landing, never)
    told = [("/a", "value"), ("/a?page=2", "value"), ("/a?page=2", "bad_payload"), ("/b", "value")]
    assert results(gathered) == told
    assert gathered.outcomes[2].detail == "a next page that is none. The pages after it are missing."


def test_a_landed_payload_that_is_damaged_is_asked_for_again(server: Server, landing: Landing) -> None:
    row = one(landing, ask(server, is_final=True)).row
    assert row is not None
    landing.path_of(row).write_bytes(b"no gzip")
    server.lasting = Answer(200, b"another body")
    gathered = gather({Made(): [ask(server, is_final=True), ask(server, "/b")]}, settings(), landing, never)
    assert results(gathered) == [("/a", "value"), ("/b", "value")]
    assert landing.path_of(row).with_name(f"{row.sha256}.gz.damaged").read_bytes() == b"no gzip"
    mended = landing.find_key("made/file", "/a")
    assert mended is not None
    assert landing.read(mended) == b"another body"


def test_offline_a_damaged_payload_is_told_and_stops_nobody(server: Server, landing: Landing) -> None:
    row = one(landing, ask(server, is_final=True)).row
    assert row is not None
    landing.path_of(row).write_bytes(b"no gzip")
    gathered = gather({Made(): [ask(server, is_final=True)]}, settings(offline=True), landing, never)
    assert results(gathered) == [("/a", "known"), ("/a", "bad_payload")]
    assert "cannot be unpacked" in gathered.outcomes[1].detail


def test_pages_without_an_end_are_told(server: Server, landing: Landing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_PAGES", 3)
    server.script.extend(pages(*(f"/a?page={number}" for number in range(2, 9))))
    gathered = gather({Made(): [ask(server)]}, settings(), landing, never)
    told = [("/a", "value"), ("/a?page=2", "value"), ("/a?page=3", "value"), ("/a?page=4", "bad_payload")]
    assert results(gathered) == told
    assert gathered.outcomes[-1].detail == ("More than 3 pages of one answer. The pages from here on are missing.")
    assert len(server.seen) == 3


def test_pages_that_just_end_at_the_most_are_all_there(
    server: Server, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "MOST_PAGES", 3)
    server.script.extend(pages("/a?page=2", "/a?page=3"))
    gathered = gather({Made(): [ask(server)]}, settings(), landing, never)
    assert [result for _, result in results(gathered)] == ["value"] * 3


# --- houses -----------------------------------------------------------------------------------------------------------


def test_providers_of_a_house_share_a_client_and_take_turns(server: Server, landing: Landing) -> None:
    server.lasting = Answer(200, b"slow", after_s=0.02)
    made, neighbour, stranger = Made(), Neighbour(), Stranger()
    wanted: dict[Provider, Sequence[Ask]] = {
        made: [ask(server, "/a1"), ask(server, "/a2")],
        stranger: [ask(server, "/s", "stranger/file")],
        neighbour: [ask(server, "/n1", "neighbour/file"), ask(server, "/n2", "neighbour/file")],
    }
    gathered = gather(wanted, settings(), landing, never)
    assert (made.clients, neighbour.clients, stranger.clients) == (1, 0, 1)
    by_path = {path: headers["User-Agent"] for (path, _), headers in zip(server.seen, server.headers, strict=True)}
    assert {by_path[path] for path in ("/a1", "/a2", "/n1", "/n2")} == {"house of made"}
    assert by_path["/s"] == "house of away"
    # By house, and in it in the order in which they are wanted.
    assert [path for path, _ in results(gathered)] == ["/s", "/a1", "/a2", "/n1", "/n2"]
    assert [path for path, _ in server.seen if path != "/s"] == ["/a1", "/a2", "/n1", "/n2"]
    assert (gathered.traffic.requests, gathered.traffic.bytes) == (5, 5 * len(b"slow"))


def test_one_house_sends_one_request_at_a_time(server: Server, landing: Landing) -> None:
    server.lasting = Answer(200, b"slow", after_s=0.05)
    gather(
        {Made(): [ask(server, "/a1"), ask(server, "/a2")], Neighbour(): [ask(server, "/n", "neighbour/file")]},
        settings(),
        landing,
        never,
    )
    assert server.busiest == 1


def test_houses_are_asked_side_by_side(server: Server, landing: Landing) -> None:
    """Each waits until the other is being asked as well: one after the other they would wait in vain."""
    meeting = threading.Barrier(2, timeout=20)

    def meet(self: Made, ask: Ask, body: bytes) -> None:
        meeting.wait()

    here = type("Here", (Made,), {"validate": meet})()
    there = type("There", (Stranger,), {"validate": meet})()
    gathered = gather({here: [ask(server)], there: [ask(server, "/s", "stranger/file")]}, settings(), landing, never)
    assert [outcome.result for outcome in gathered.outcomes] == ["value", "value"]


# --- big files --------------------------------------------------------------------------------------------------------


def test_a_big_file_is_streamed_and_not_judged(server: Server, landing: Landing) -> None:
    server.lasting = Answer(200, ZIP, MODIFIED)
    made = Made()
    outcome = one(landing, ask(server, "/z", is_big=True, is_final=True), provider=made)
    row = outcome.row
    assert row is not None
    assert (outcome.result, made.judged) == ("value", [])
    assert (row.packed, row.key, row.session, row.final, row.size) == (False, "/z", DAY, True, len(ZIP))
    assert (row.fetched_at, row.last_modified) == (NOW, datetime(2024, 4, 30, 20, tzinfo=UTC))
    assert landing.path_of(row).read_bytes() == ZIP
    again = one(landing, ask(server, "/z", is_big=True, is_final=True))
    assert (again.result, again.row, len(server.seen)) == ("known", row, 1)


def test_a_big_file_that_has_not_changed_is_known(server: Server, landing: Landing) -> None:
    server.script.extend([Answer(200, ZIP, MODIFIED), Answer(304, b"")])
    wanted = ask(server, "/z", is_big=True)
    first, second = one(landing, wanted), one(landing, wanted)
    assert (first.result, second.result, second.row) == ("value", "known", first.row)
    assert server.headers[1]["If-Modified-Since"] == MODIFIED["Last-Modified"]
    assert len(landing.every()) == 1


def test_a_big_file_of_another_day_is_no_condition(server: Server, landing: Landing) -> None:
    server.lasting = Answer(200, ZIP, MODIFIED)
    one(landing, ask(server, "/z", is_big=True))
    assert one(landing, ask(server, "/z", day=NEXT_DAY, is_big=True)).result == "value"
    assert "If-Modified-Since" not in server.headers[1]


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Answer(200, b"<html>"), "bad_payload"),
        (Answer(200, ZIP[:-4]), "bad_payload"),
        (Answer(200, ZIP, cut=9), "unavailable"),
        (Answer(404), "absent"),
        (Answer(403), "refused"),
    ],
)
def test_a_big_file_that_fails_is_not_landed(server: Server, landing: Landing, answer: Answer, result: str) -> None:
    server.lasting = answer
    assert one(landing, ask(server, "/z", is_big=True)).result == result
    assert landing.every() == []
    assert not [path for path in landing.root.rglob("files/**/*") if path.is_file()]


def test_a_file_that_is_too_big_is_refused(server: Server, landing: Landing) -> None:
    server.lasting = Answer(200, zipped({"big": bytes(range(256)) * 8_000}) + b"\0" * 1_000_000, MODIFIED)
    outcome = one(landing, ask(server, "/z", is_big=True), max_file_mb=1)
    assert outcome.result == "bad_payload"
    assert "RECON_MAX_FILE_MB" in outcome.detail
    assert len(server.seen) == 1


# --- secrets ----------------------------------------------------------------------------------------------------------

SECRET = "s3cret-of-mine"


def secretive(server: Server, path: str, **more: bool) -> Ask:
    """Under a name that does not look like that of a secret."""
    headers = {"X-Who": f"{SECRET}-header"}
    return Ask("made/file", server.url, path, DAY, headers=headers, secrets={"who": f"{SECRET}-query"}, **more)


@pytest.mark.parametrize("path", ["/z", "/z?day=1"])
@pytest.mark.parametrize("is_big", [False, True])
@pytest.mark.parametrize(
    "answers",
    [
        lambda: [Answer(200, ZIP, MODIFIED)],
        lambda: [Answer(404)],
        lambda: [Answer(403, SECRET.encode())],
        lambda: [Answer(500), Answer(500)],
        lambda: [Answer(200, b"bad"), Answer(200, b"bad")],
        lambda: [Answer(close=True), Answer(200, ZIP, cut=5)],
    ],
)
def test_secrets_go_out_and_are_written_nowhere(
    server: Server,
    landing: Landing,
    caplog: pytest.LogCaptureFixture,
    path: str,
    is_big: bool,
    answers: Callable[[], list[Answer]],
) -> None:
    caplog.set_level("DEBUG")
    server.script.extend(answers())
    said: list[str] = []
    wanted = secretive(server, path, is_big=is_big)
    gathered = gather({Made(): [wanted]}, settings(), landing, never, say=said.append)
    sent = f"{path}{'&' if '?' in path else '?'}who={SECRET}-query"
    assert {one for one, _ in server.seen} == {sent}
    assert {headers["X-Who"] for headers in server.headers} == {f"{SECRET}-header"}
    (outcome,) = gathered.outcomes
    written = [file.read_bytes() for file in landing.root.rglob("*") if file.is_file()]
    assert SECRET not in "".join([*said, outcome.detail, repr(gathered), repr(wanted), caplog.text])
    assert not [data for data in written if SECRET.encode() in data]
    assert "urllib3" in caplog.text
    if outcome.row is not None:
        assert (outcome.row.url, outcome.row.key) == (server.url + path, path)


@pytest.mark.parametrize("form", ["alpha key+of-mine", "alpha+key%2Bof-mine", "alpha%20key%2Bof-mine"])
def test_an_answer_that_repeats_a_secret_is_not_landed(server: Server, landing: Landing, form: str) -> None:
    """Whose key it is does not matter, nor in which form an address would hold it."""
    server.lasting = Answer(200, f'{{"next_url": "https://host/x?apikey={form}"}}'.encode())
    outcome = one(landing, ask(server), alphavantage_key="alpha key+of-mine")
    assert outcome.result == "bad_payload"
    assert "an answer that repeats RECON_ALPHAVANTAGE_KEY" in outcome.detail
    assert landing.every() == []
    assert one(landing, ask(server), alphavantage_key="apikey").result == "value", "too short to be sure"


def test_no_line_of_urllib3_shows_a_query(server: Server, caplog: pytest.LogCaptureFixture, landing: Landing) -> None:
    """That headers cannot be parsed is a warning: with a log at all it is shown, and would show the whole URL."""
    caplog.set_level("DEBUG")
    server.lasting = Answer(200, b"odd", {f"no colon, but {SECRET}-header": ""})

    def odd(self: object, name: str, value: str) -> None:
        line = name if "no colon" in name else f"{name}: {value}"
        self._headers_buffer.append(f"{line}\r\n".encode())  # type: ignore[attr-defined]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server.RequestHandlerClass, "send_header", odd)
        one(landing, secretive(server, "/odd"), read_timeout_s=0.2)  # the length of the body is among what is lost
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("urllib3")]
    assert [line for line in lines if re.search(r"Failed to parse headers \(url=\S+/odd HeaderParsingError$", line)]
    assert [line for line in lines if '"GET /odd HTTP/1.1" 200' in line]
    assert SECRET not in caplog.text
