"""What comes of every feed of every provider in every situation: one matrix, over HTTP, and the page that shows it.

`docs/source_outcomes.md` is made of the expectations below, so that each of its cells is a test:

    python -m recon_pipeline_tests.test_source_outcomes > docs/source_outcomes.md

Does not belong here: what exactly a provider believes or reads (its own tests), retries and waits (`test_http.py`).
"""

from __future__ import annotations

import io
import json
import re
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from recon_pipeline.errors import BadPayload
from recon_pipeline.settings import Settings
from recon_pipeline.sources.alphavantage import ACTIVE, DELISTED
from recon_pipeline.sources.archive.dumps import ROW_FLOORS
from recon_pipeline.sources.feeds import Ask, Landed, Provider, Result
from recon_pipeline.sources.gather import MOST_ATTEMPTS, Gathered, gather
from recon_pipeline.sources.ishares import ask_for
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.massive import GROUPED, IPOS, SPLITS, TICKERS
from recon_pipeline.sources.registry import of_feed, providers
from recon_pipeline.sources.sec.facts import CompanyFacts
from recon_pipeline.sources.sec.submissions import Submissions
from recon_pipeline.sources.symdir import HEADERS
from recon_pipeline_tests import (
    sec_payloads,
    test_alphavantage,
    test_ipo_calendar,
    test_ishares,
    test_massive,
    test_screener,
    test_sec_client,
    test_sec_facts,
    test_sec_index,
    test_sec_notes,
    test_sec_statements,
    test_sec_submissions,
    test_sec_tickers,
    test_symdir,
)
from recon_pipeline_tests.test_http import Answer, Server
from recon_pipeline_tests.test_opening import fund_file

PAGE = Path(__file__).resolve().parents[1] / "docs" / "source_outcomes.md"
MADE_AT = {"Last-Modified": "Mon, 02 Aug 2021 08:00:00 GMT"}
MARKUP = b"<!DOCTYPE html><html><head><title>We are sorry</title></head><body>Please try later</body></html>"
SECRETS = {"massive_key": "mass1ve-s3cret", "alphavantage_key": "alpha-s3cret", "sec_contact": sec_payloads.CONTACT}
URLS = tuple(name for name in Settings.model_fields if name.endswith("_url"))
ATTEMPTS, SCREENER_ATTEMPTS, SCARCE_ATTEMPTS = MOST_ATTEMPTS, 2, 3
MOST_OF_BAD = 4


# --- the feeds --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Feed:
    """One feed: how it is asked for, a sound body, one with a field or column renamed, and one of something else.

    `attempts` is how often it is asked at most; `other` a body of another day, period or company than the one asked
    for, where a body tells. What the reasons of the two bad ones say is in `renamed_told` and `other_told`.
    """

    name: str
    ask: Callable[[Settings], Ask]
    good: Callable[[], bytes]
    renamed: Callable[[], bytes]
    renamed_told: str
    other: Callable[[], bytes] | None = None
    other_told: str = ""
    attempts: int = ATTEMPTS

    @property
    def provider(self) -> Provider:
        found = of_feed(self.name)
        assert found is not None
        return found

    @property
    def needs(self) -> str:
        """The variable of its key or contact, if it needs one."""
        return self.provider.lacks(Settings())

    def is_final(self) -> bool:
        return self.ask(settings()).is_final

    def is_big(self) -> bool:
        return self.ask(settings()).is_big


def settings(url: str = "http://127.0.0.1:9", **more: object) -> Settings:
    """Settings that send every provider to one host, at once; keys and contact are set."""
    fast = {name: 1_000 for name in Settings.model_fields if name.endswith("requests_per_second")}
    given: dict[str, object] = {**fast, **SECRETS, **dict.fromkeys(URLS, url), "sec_requests_per_second": 10}
    return Settings.model_validate({**given, "backoff_base_s": 0, "backoff_max_s": 0.01, **more})


def _only(asks: Sequence[Ask], feed: str, part: str = "") -> Ask:
    return [ask for ask in asks if ask.feed == feed and part in ask.path][-1]


def _of_massive(feed: str) -> Callable[[Settings], Ask]:
    return lambda given: _only(test_massive.PROVIDER.of_event(given, test_massive.PLAN), feed)


def _of_alphavantage(feed: str) -> Callable[[Settings], Ask]:
    return lambda given: _only(test_alphavantage.PROVIDER.of_event(given, test_alphavantage.PLAN), feed)


def _of_symdir(feed: str) -> Callable[[Settings], Ask]:
    return lambda given: _only(test_symdir.PROVIDER.daily(given, test_symdir.NOW), feed)


def _of_sec(provider: Provider, now: str) -> Callable[[Settings], Ask]:
    return lambda given: provider.of_event(given, sec_payloads.plan("2021-05-07", now))[-1]


def _of_tickers(given: Settings) -> Ask:
    return test_sec_tickers.PROVIDER.daily(given, sec_payloads.FETCHED_AT)[0]


def _of_ipos(given: Settings) -> Ask:
    return test_ipo_calendar.PROVIDER.daily(given, test_ipo_calendar.FETCHED)[0]


def _of_screener(given: Settings) -> Ask:
    return _only(test_screener.PROVIDER.daily(given, test_screener.EVENING), "screener/stocks", "exchange=amex")


def _of_ishares(given: Settings) -> Ask:
    return ask_for(given.model_copy(update={"now": test_ishares.NOW}), "R2000", test_ishares.DAY)


def _lines(count: int = ROW_FLOORS["amex"]) -> bytes:
    return test_screener.body(*(test_screener.line(f"A{number}") for number in range(count)))


@cache
def _submissions() -> bytes:
    headers = test_sec_submissions.named(*(test_sec_submissions.header(number) for number in range(1_000, 2_000)))
    return sec_payloads.zipped({name: json.dumps(header).encode() for name, header in headers.items()})


@cache
def _companies() -> bytes:
    companies = {f"CIK{one['cik']:010d}.json": json.dumps(one).encode() for one in test_sec_facts.many()}
    return sec_payloads.zipped(companies)


def _unpacked(body: bytes, old: bytes, new: bytes) -> bytes:
    """The same zip with a text replaced in every member."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return sec_payloads.zipped({name: archive.read(name).replace(old, new) for name in archive.namelist()})


def _data_set() -> bytes:
    return sec_payloads.zipped({"readme.htm": b"<html>", "sub.txt": sec_payloads.sub(test_sec_statements.ACME)})


def _notes() -> bytes:
    return sec_payloads.zipped(test_sec_notes.data_set([test_sec_notes.SHARES], [test_sec_notes.SYMBOL]))


def _delisted(*rows: str) -> bytes:
    return test_alphavantage.listing(*rows, filling=[test_alphavantage.GONE])


_DELISTED_LATE = [f"L{number},Late Corp,NYSE,Stock,2001-02-03,2023-05-01,Delisted" for number in range(11)]


_LATE_IPO = {**test_massive.IPO, "listing_date": "2024-05-01"}
_LATE_SPLIT = {**test_massive.SPLIT, "execution_date": "2024-05-01"}
_TICKERS = [{**test_massive.TICKER, "ticker": f"T{number}"} for number in range(4_000)]

FEEDS = (
    Feed(
        "screener/stocks",
        _of_screener,
        _lines,
        lambda: _lines().replace(b'"lastsale"', b'"last"'),
        "lastsale",
        attempts=SCREENER_ATTEMPTS,
    ),
    *(
        Feed(
            f"symdir/{kind}",
            _of_symdir(f"symdir/{kind}"),
            lambda kind=kind: test_symdir.file(kind, test_symdir.filler(kind)),  # type: ignore[misc]
            lambda kind=kind: test_symdir.file(kind, test_symdir.filler(kind)).replace(b"|ETF|", b"|ETP|", 1),  # type: ignore[misc]
            "not the expected header",
        )
        for kind in HEADERS
    ),
    Feed(
        "ipo_calendar/month",
        _of_ipos,
        lambda: test_ipo_calendar.WHOLE,
        lambda: test_ipo_calendar.WHOLE.replace(b'"pricedDate"', b'"priced"'),
        "pricedDate",
        other=lambda: test_ipo_calendar.WHOLE.replace(b"03/07/2024", b"04/02/2024"),
        other_told="another month",
        attempts=SCREENER_ATTEMPTS,
    ),
    Feed(
        "sec_tickers/company_tickers_exchange",
        _of_tickers,
        test_sec_tickers.body,
        lambda: test_sec_tickers.body(fields=["cik", "name", "symbol", "exchange"]),
        "each of the fields",
    ),
    Feed(
        "sec_submissions/bulk",
        _of_sec(Submissions(), "2021-08-02"),
        _submissions,
        lambda: _unpacked(_submissions(), b'"tickers"', b'"symbols"'),
        "1,000 of 1,000 headers cannot be read",
    ),
    Feed(
        "sec_submissions/one",
        lambda given: Submissions().one(given, 11),
        lambda: json.dumps(test_sec_submissions.COMPANY).encode(),
        lambda: json.dumps(test_sec_submissions.COMPANY).encode().replace(b'"tickers"', b'"symbols"'),
        "no header",
        other=lambda: json.dumps(test_sec_submissions.CAYMAN).encode(),
        other_told="the header of filer 12",
    ),
    Feed(
        "sec_companyfacts/bulk",
        _of_sec(CompanyFacts(), "2021-08-02"),
        _companies,
        lambda: _unpacked(_companies(), b'"facts"', b'"figures"'),
        "1,000 of 1,000 companies cannot be read",
    ),
    Feed(
        "sec_companyfacts/concept",
        lambda given: CompanyFacts().concept(given, 11),
        test_sec_facts.concept,
        lambda: test_sec_facts.concept().replace(b'"units"', b'"figures"'),
        "no concept of a company",
        other=lambda: test_sec_facts.concept(cik=12),
        other_told="of filer 12, which was not asked for",
    ),
    Feed(
        "sec_companyfacts/frame",
        lambda given: CompanyFacts().frame(given, date(2026, 3, 31)),
        test_sec_facts.frame,
        lambda: test_sec_facts.frame().replace(b'"pts"', b'"points"'),
        "no frame",
        other=lambda: test_sec_facts.frame(ccp="CY2025Q1I"),
        other_told="CY2025Q1I, which was not asked for",
    ),
    Feed(
        "sec_statements/quarter",
        _of_sec(test_sec_statements.PROVIDER, "2021-08-02"),
        _data_set,
        lambda: _unpacked(_data_set(), b"\tcik\t", b"\tfiler\t"),
        "columns cik",
    ),
    Feed(
        "sec_notes/month",
        _of_sec(test_sec_notes.PROVIDER, "2021-08-02"),
        _notes,
        lambda: _unpacked(_notes(), b"\tddate\t", b"\tday\t"),
        "columns ddate",
    ),
    Feed(
        "sec_index/quarter",
        _of_sec(test_sec_index.PROVIDER, "2021-02-10"),
        lambda: test_sec_index.index(test_sec_index.row("8-A12B")),
        lambda: test_sec_index.index(titles=("Form Type", "Company Name", "CIK", "Filed On", "File Name")),
        "without its header",
    ),
    Feed(
        GROUPED,
        _of_massive(GROUPED),
        test_massive.grouped,
        lambda: test_massive.grouped().replace(b'"c":', b'"close":'),
        "0 of 4000 rows have a symbol and a close",
        other=lambda: test_massive.grouped().replace(b"1714507200000", b"1714593600000"),
        other_told="another day",
    ),
    Feed(
        TICKERS,
        _of_massive(TICKERS),
        lambda: test_massive.page(_TICKERS),
        lambda: test_massive.page(_TICKERS).replace(b'"ticker"', b'"symbol"'),
        "none has a ticker",
    ),
    Feed(
        IPOS,
        _of_massive(IPOS),
        lambda: test_massive.page([test_massive.IPO]),
        lambda: test_massive.page([test_massive.IPO]).replace(b'"listing_date"', b'"day"'),
        "none has a listing_date",
        other=lambda: test_massive.page([_LATE_IPO]),
        other_told="1 rows from after 2024-04-30",
    ),
    Feed(
        SPLITS,
        _of_massive(SPLITS),
        lambda: test_massive.page([test_massive.SPLIT]),
        lambda: test_massive.page([test_massive.SPLIT]).replace(b'"ticker"', b'"symbol"'),
        "none has a ticker",
        other=lambda: test_massive.page([_LATE_SPLIT]),
        other_told="1 rows from after 2024-04-30",
    ),
    Feed(
        ACTIVE,
        _of_alphavantage(ACTIVE),
        test_alphavantage.listing,
        lambda: test_alphavantage.listing(header=test_alphavantage.HEADER.replace("status", "state")),
        "another header",
        other=lambda: test_alphavantage.listing(*test_alphavantage.LATE),
        other_told="a list of another day: 11 rows",
        attempts=SCARCE_ATTEMPTS,
    ),
    Feed(
        DELISTED,
        _of_alphavantage(DELISTED),
        _delisted,
        lambda: test_alphavantage.listing(header=test_alphavantage.HEADER.replace("status", "state")),
        "another header",
        other=lambda: _delisted(*_DELISTED_LATE),
        other_told="a list of another day: 11 rows",
        attempts=SCARCE_ATTEMPTS,
    ),
    Feed(
        "ishares/holdings",
        _of_ishares,
        test_ishares.fund,
        lambda: test_ishares.fund().replace(b"Weight (%)", b"Weight"),
        "other columns",
        other=lambda: test_ishares.fund(day='"Apr 03, 2023"'),
        other_told="the holdings of 2023-04-03",
    ),
)


# --- the situations ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """What comes of it: the outcome and the requests, what the reason says, whether what was landed can be read."""

    result: Result
    requests: int
    told: str = ""
    unread: str = ""

    def __str__(self) -> str:
        """A cell of the page."""
        if self.unread:
            return "value; bad_payload when read"
        if self.result == "value" and self.requests > 1:
            return "value, 2nd attempt"
        if self.result != "value" and self.requests > 1:
            return f"{self.result} ({self.requests})"
        return self.result


@dataclass(frozen=True)
class Situation:
    """What the server answers, in order (the last lasts), and what is to come of it; None where it cannot happen."""

    title: str
    answers: Callable[[Feed], Sequence[Answer]]
    expect: Callable[[Feed], Expected | None]
    settings: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1


def _good(feed: Feed) -> Answer:
    return Answer(200, feed.good(), MADE_AT)


def _cut(feed: Feed) -> Answer:
    return Answer(200, feed.good(), MADE_AT, cut=len(feed.good()) // 2)


def _unchanged(feed: Feed) -> Answer:
    return Answer(304, b"", MADE_AT) if feed.is_big() else _good(feed)


def _bad(feed: Feed, told: str) -> Expected:
    """A body that is never believed. What is in a big file is judged when it is read: nobody would fetch it again."""
    if feed.is_big():
        return Expected("value", 1, unread=told)
    return Expected("bad_payload", min(feed.attempts, MOST_OF_BAD), told)


def _missing(feed: Feed) -> Expected | None:
    return Expected("not_configured", 0, f"{feed.needs} is not set") if feed.needs else None


def _other(feed: Feed) -> list[Answer]:
    return [Answer(200, feed.other() if feed.other else b"")]


def _passing(title: str, fault: Callable[[Feed], Answer]) -> Situation:
    return Situation(title, lambda feed: [fault(feed), _good(feed)], lambda feed: Expected("value", 2))


def _lasting(title: str, fault: Callable[[Feed], Answer], told: str) -> Situation:
    return Situation(
        title, lambda feed: [fault(feed)], lambda feed: Expected("unavailable", feed.attempts, f"attempts .*{told}")
    )


NO_PAGE = "markup|not the expected header|no concept|no frame"
CLOSED = "connection refused"
SITUATIONS = (
    Situation("a sound body", lambda feed: [_good(feed)], lambda feed: Expected("value", 1)),
    Situation(
        "the same, asked for again",
        lambda feed: [_good(feed), _unchanged(feed)],
        lambda feed: Expected("known", 1 if feed.is_final() else 2),
        times=2,
    ),
    _passing("429 with Retry-After, once", lambda feed: Answer(429, b"", {"Retry-After": "1"})),
    _passing("500, once", lambda feed: Answer(500, MARKUP)),
    _passing("a body cut short, once", _cut),
    _passing("a page of markup with 200, once", lambda feed: Answer(200, MARKUP)),
    _lasting("429 with Retry-After, always", lambda feed: Answer(429, b"", {"Retry-After": "1"}), "HTTP 429"),
    _lasting("500, always", lambda feed: Answer(500, MARKUP), "HTTP 500"),
    _lasting("a body cut short, always", _cut, "the exchange broke"),
    _lasting("the connection dropped, always", lambda feed: Answer(close=True), "the exchange broke"),
    _lasting(CLOSED, lambda feed: Answer(), "the exchange broke .ConnectionError"),
    Situation(
        "no answer in time (two attempts allowed)",
        lambda feed: [Answer(200, feed.good(), after_s=0.4)],
        lambda feed: Expected("unavailable", 2, "2 attempts .*the exchange broke .ReadTimeout"),
        {"read_timeout_s": 0.1, "max_attempts": 2},
    ),
    Situation(
        "a page of markup with 200, always",
        lambda feed: [Answer(200, MARKUP)],
        lambda feed: Expected("bad_payload", min(feed.attempts, MOST_OF_BAD), NO_PAGE),
    ),
    Situation(
        "a field or column renamed", lambda feed: [Answer(200, feed.renamed())], lambda f: _bad(f, f.renamed_told)
    ),
    Situation(
        "of another day, period or company", _other, lambda feed: _bad(feed, feed.other_told) if feed.other else None
    ),
    Situation("404", lambda feed: [Answer(404, MARKUP)], lambda feed: Expected("absent", 1, "HTTP 404")),
    Situation("403", lambda feed: [Answer(403, MARKUP)], lambda feed: Expected("refused", 1, "HTTP 403")),
    Situation(
        "the run is offline",
        lambda feed: [_good(feed)],
        lambda feed: Expected("not_landed", 0, "The run is offline"),
        {"offline": True},
    ),
    Situation("its key or contact is not set", lambda feed: [_good(feed)], _missing, dict.fromkeys(SECRETS)),
)


# --- the error bodies of the contracts --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """An error that providers are known to answer (`where` in their contracts), to all feeds of `of` alike."""

    where: str
    of: str
    title: str
    answer: Answer
    result: Result
    told: str

    def feeds(self) -> list[Feed]:
        return [feed for feed in FEEDS if feed.name.startswith(self.of) or feed.provider.house == self.of]

    def expected(self, feed: Feed) -> Expected:
        tried = {"bad_payload": min(feed.attempts, MOST_OF_BAD), "unavailable": feed.attempts}.get(self.result, 1)
        once = self.answer.status == 403
        return Expected(self.result, 1 if once else tried, self.told)


RCODE = test_screener.body(rCode=400, bCodeMessage=[{"code": 1001, "errorMessage": "Symbol not exists."}])
NO_PAGE_OF_SYMDIR = b"<!DOCTYPE html>\r\n<html>\r\n<title>Page Not Available</title>\r\n</html>"
SAID = (
    Said("1.9", "nasdaq_api", "HTTP 200 with rCode 400", Answer(200, RCODE), "bad_payload", "rCode 400 with code 1001"),
    Said(
        "1.1",
        "sec",
        "HTTP 403, Undeclared Automated Tool",
        Answer(403, test_sec_client.UNDECLARED),
        "refused",
        "undeclared automated tool. Set RECON_SEC_CONTACT",
    ),
    Said(
        "1.1",
        "sec",
        "HTTP 403, Request Rate Threshold Exceeded",
        Answer(403, test_sec_client.TOO_FAST),
        "unavailable",
        "wait ten minutes",
    ),
    Said("1.1", "sec", "HTTP 403, AccessDenied", Answer(403, test_sec_client.NO_SUCH_PATH), "absent", "no such file"),
    Said("1.1", "sec", "HTTP 404, NoSuchKey", Answer(404, test_sec_client.NO_SUCH_KEY), "absent", "HTTP 404"),
    Said("1.8", "symdir", "HTTP 200, Page Not Available", Answer(200, NO_PAGE_OF_SYMDIR), "bad_payload", "header"),
    *(
        Said(
            "1.8",
            f"symdir/{kind}",
            "no footer",
            Answer(200, test_symdir.file(kind, test_symdir.filler(kind), footer="")),
            "bad_payload",
            f"a truncated {kind} file",
        )
        for kind in HEADERS
    ),
    Said(
        "1.10",
        "massive",
        "HTTP 401, Unknown API Key",
        Answer(401, test_massive.UNKNOWN_KEY),
        "refused",
        "does not know the key",
    ),
    Said(
        "1.10",
        "massive",
        "HTTP 403, NOT_AUTHORIZED",
        Answer(403, test_massive.NOT_ENTITLED),
        "refused",
        "the plan does not reach",
    ),
    Said(
        "1.10",
        "massive",
        "HTTP 404, NOT_FOUND",
        Answer(404, test_massive.NOT_FOUND),
        "absent",
        "it has no such thing",
    ),
    Said(
        "1.10",
        "massive",
        "HTTP 429, exceeded the maximum requests",
        Answer(429, test_massive.TOO_MANY),
        "unavailable",
        "HTTP 429",
    ),
    Said(
        "1.10",
        "massive",
        "HTTP 200 with status ERROR",
        Answer(200, test_massive.UNKNOWN_KEY),
        "bad_payload",
        "expected form|status is not OK",
    ),
    Said(
        "1.10",
        GROUPED,
        "HTTP 200 with resultsCount 0",
        Answer(200, test_massive.EMPTY),
        "bad_payload",
        "no rows on a session",
    ),
    Said(
        "1.10",
        GROUPED,
        "HTTP 200 with adjusted true",
        Answer(200, test_massive.grouped(adjusted="true")),
        "bad_payload",
        "adjusted prices",
    ),
    *(
        Said("1.13", "alphavantage", f"HTTP 200, {title}", Answer(200, body.encode()), "bad_payload", told)
        for title, body, told in (
            ("Note", test_alphavantage.NOTE, "message Note in place"),
            ("Information", test_alphavantage.INFORMATION, "message Information in place"),
            ("Error Message", test_alphavantage.ERROR_MESSAGE, "message Error Message in place"),
            ("I,n,f,o,r,m,a,t,i,o,n", test_alphavantage.SPELLED, "message Information as a CSV"),
        )
    ),
    Said(
        "1.14",
        "ishares",
        "HTTP 200 with a header and dashes only",
        Answer(200, fund_file(day='"-"', rows=[]).encode()),
        "bad_payload",
        "no holdings of that date",
    ),
)


# --- running ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server() as started:
        thread = threading.Thread(target=started.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield started
        started.shutdown()
        thread.join()


@pytest.fixture
def server(running: Server) -> Server:
    running.script.clear()
    running.seen.clear()
    return running


def closed_port() -> str:
    """The URL of a port at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}"


def ask_server(server: Server, feed: Feed, answers: Sequence[Answer], given: Settings, landing: Landing) -> Gathered:
    """Ask for one payload; the server gives these answers, and the last of them for ever."""
    server.script.extend(answers[:-1])
    server.lasting = answers[-1]
    return gather({feed.provider: [feed.ask(given)]}, given, landing, lambda ask, row: False)


def must_be(gathered: Gathered, expected: Expected, feed: Feed, landing: Landing) -> None:
    """The outcome is the expected one; a payload can be read, and without one nothing is landed."""
    (outcome,) = gathered.outcomes
    assert outcome.result == expected.result, outcome.detail
    assert re.search(expected.told, outcome.detail), outcome.detail
    assert not [secret for secret in SECRETS.values() if secret in outcome.detail]
    landed = [path for folder in ("objects", "files") for path in (landing.root / folder).rglob("*") if path.is_file()]
    if outcome.row is None:
        assert outcome.detail
        assert (landing.every(), landed) == ([], [])
        return
    assert (outcome.detail, len(landed)) == ("", 1)
    row = landing.find_key(feed.name, outcome.ask.path)
    assert row is not None
    assert (row.sha256, row.session) == (outcome.row.sha256, outcome.ask.day)
    if expected.unread:
        with pytest.raises(BadPayload, match=expected.unread):
            feed.provider.read(Landed(outcome.row, landing))
        return
    frames = feed.provider.read(Landed(outcome.row, landing))
    assert sum(frame.height for name, frame in frames.items() if name != "raw.source_rejects") > 0


COMMON = [
    pytest.param(feed, situation, expected, id=f"{feed.name}-{situation.title}")
    for feed in FEEDS
    for situation in SITUATIONS
    if (expected := situation.expect(feed))
]


@pytest.mark.parametrize(("feed", "situation", "expected"), COMMON)
def test_what_comes_of_it(server: Server, tmp_path: Path, feed: Feed, situation: Situation, expected: Expected) -> None:
    is_closed = situation.title == CLOSED
    given = settings(closed_port() if is_closed else server.url, **situation.settings)
    landing = Landing(tmp_path)
    answers = situation.answers(feed)
    before = [ask_server(server, feed, answers, given, landing) for _ in range(situation.times - 1)]
    if before:
        server.script.clear()
        answers = answers[-1:]
    gathered = ask_server(server, feed, answers, given, landing)
    assert sum(one.traffic.requests for one in [*before, gathered]) == expected.requests
    assert len(server.seen) == (0 if is_closed else expected.requests)
    must_be(gathered, expected, feed, landing)


@pytest.mark.parametrize(
    ("feed", "said"),
    [pytest.param(feed, said, id=f"{feed.name}-{said.title}") for said in SAID for feed in said.feeds()],
)
def test_what_comes_of_an_error_body(server: Server, tmp_path: Path, feed: Feed, said: Said) -> None:
    landing, expected = Landing(tmp_path), said.expected(feed)
    gathered = ask_server(server, feed, [said.answer], settings(server.url), landing)
    assert len(server.seen) == gathered.traffic.requests == expected.requests
    must_be(gathered, expected, feed, landing)


def test_every_provider_is_in_the_matrix() -> None:
    assert {feed.provider.name for feed in FEEDS} == set(providers())


# --- the page ---------------------------------------------------------------------------------------------------------

HEAD = """# What comes of asking

What each feed of each source comes to in each situation. Every cell is a test against a local server
(`recon_pipeline_tests/test_source_outcomes.py`), and this page is made from those tests.

| outcome | meaning |
|---|---|
| value | a payload that was believed, and is landed |
| known | it was landed before: not asked again, or the provider says that it has not changed |
| absent | the provider has no such thing: never a figure of zero |
| refused | the provider refuses; asking again will not help |
| unavailable | no usable answer in all attempts, or the provider asks to wait for long |
| bad_payload | an answer that cannot be believed, several times; nothing of it is landed |
| not_configured | the key or contact is not set, so nothing was asked |
| not_landed | the run is offline and it was never landed |

None of them ends a run: it goes on without the payload and says so in `recon.data_issues`. A number in parentheses is
the requests that were sent. `value; bad_payload when read`: a big file is landed as it is and judged when it is read;
then nothing of it is loaded.
"""


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def render() -> str:
    """Return the page."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for feed in FEEDS:
        cells = tuple(str(situation.expect(feed) or "-") for situation in SITUATIONS)
        alike.setdefault(cells, []).append(feed.name)
    columns = [[situation.title, *(cells[number] for cells in alike)] for number, situation in enumerate(SITUATIONS)]
    groups = [f"{number}" for number in range(1, len(alike) + 1)]
    legend = [[number, ", ".join(names)] for number, names in zip(groups, alike.values(), strict=True)]
    errors = []
    for said in SAID:
        told = {str(said.expected(feed)) for feed in said.feeds()}
        errors.append([said.where, said.of, said.title, ", ".join(sorted(told))])
    return "\n".join(
        [
            HEAD,
            "## In general\n",
            "Feeds to which the same happens are one column. A dash: it cannot happen, or the payload does not tell.\n",
            _table(["column", "feeds"], legend),
            _table(["situation", *groups], columns),
            "## What providers are known to answer\n",
            'The number is the section of the contract of the source ("providers" in the code).\n',
            _table(["contract", "source", "answer", "outcome"], errors),
        ]
    )


def test_the_page_is_true() -> None:
    command = "python -m recon_pipeline_tests.test_source_outcomes > docs/source_outcomes.md"
    assert PAGE.read_text(encoding="utf-8") == render(), f"an outcome changed: run `{command}`"


if __name__ == "__main__":
    print(render(), end="")
