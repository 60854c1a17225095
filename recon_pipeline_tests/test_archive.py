"""The archive provider against a small made-up archive: which dump is taken for a session, what is asked for and how
often, and how its texts become figures; and against the replay of the real one, where that is at hand."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from recon_pipeline import events
from recon_pipeline.errors import BadPayload, NotLanded, Rejected, Unavailable
from recon_pipeline.settings import Settings
from recon_pipeline.sources.archive import Archive, ArchiveBatch, dating, dumps
from recon_pipeline.sources.archive.dating import Fact
from recon_pipeline.sources.archive.dumps import EXCHANGES, Dump, Line, decode, parse
from recon_pipeline.sources.http import HttpClient
from recon_pipeline.sources.landing import Landing
from recon_pipeline_tests.conftest import StartReplayServer

LINES = 60  # of each made-up dump; the floors are lowered to it

# Two weeks without a holiday, before the first session that is known to have no close.
MON, TUE, WED, THU, FRI = (date(2022, 9, day) for day in (12, 13, 14, 15, 16))
NEXT_MON, NEXT_TUE, NEXT_WED = (date(2022, 9, day) for day in (19, 20, 21))


# --- a made-up archive ------------------------------------------------------------------------------------------------


def price(number: int, day: date) -> Decimal:
    """The close of made-up line `number`: another one each day, never twice the same for long."""
    return Decimal(100_000 + 1_000 * number + (number * 37 + day.toordinal() * 101) % 997) / 10_000


def screener(
    day: date, exchange: str, *, early: bool = False, before: date | None = None, count: int = LINES
) -> list[dict[str, str]]:
    """The lines of one exchange after the close of `day`, or (`early`) some minutes before it."""
    before = before or events.previous_session(day)
    lines = []
    for number in range(count):
        last = price(number, day) + (Decimal("0.0123") if early else 0)
        lines.append(
            {
                "symbol": f"{exchange[:2].upper()}{number:03d}",
                "name": f"Example {number} Corporation Common Stock",
                "lastsale": f"${last}",
                "netchange": str(last - price(number, before)),
                "pctchange": "1.0%",
                "volume": str(10_000 * number + day.day),
                "marketCap": f"{last * (1_000_000 + number):.2f}",
                "country": "United States",
                "ipoyear": "2001",
                "industry": "Examples",
                "sector": "Technology",
                "url": "/example",
            }
        )
    return lines


@dataclass
class FakeArchive:
    """The commits and dumps that the server below answers with; `asked` notes every path."""

    commits: dict[str, datetime] = field(default_factory=dict)
    dumps: dict[tuple[str, str], object] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    listing: Callable[[list[object]], object] = lambda listed: listed
    url: str = ""

    def commit(
        self, holds: date | None, night_of: date, *, hour: int = 24, exchanges: tuple[str, ...] = EXCHANGES
    ) -> str:
        """Add a commit of the night of a session (00:20 UTC of the next day) that holds the close of `holds`."""
        moment = datetime(night_of.year, night_of.month, night_of.day, 0, 20, tzinfo=UTC) + timedelta(hours=hour)
        sha = f"{len(self.commits) + 1:040x}"
        self.commits[sha] = moment
        for exchange in exchanges:
            self.dumps[sha, exchange] = screener(holds, exchange) if holds else []
        return sha

    def nights(self, *days: date) -> list[str]:
        """Add a regular commit for each session."""
        return [self.commit(day, day) for day in days]

    def answer(self, path: str) -> object | None:
        """What the server says to a path; None is a 404."""
        url = urlsplit(path)
        if url.path.endswith("/commits"):
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            since, until = (datetime.fromisoformat(query[name]) for name in ("since", "until"))
            size, page = int(query["per_page"]), int(query["page"])
            listed: list[object] = [
                {
                    "sha": sha,
                    "commit": {"message": "x", "committer": {"name": "bot", "date": f"{at:%Y-%m-%dT%H:%M:%SZ}"}},
                }
                for sha, at in sorted(self.commits.items(), key=lambda item: item[1], reverse=True)
                if since <= at <= until
            ]
            return self.listing(listed[size * (page - 1) : size * page])
        *_, sha, exchange, file = url.path.split("/")
        return self.dumps.get((sha, exchange)) if file == f"{exchange}_full_tickers.json" else None

    @property
    def listings_asked(self) -> int:
        return sum("/commits?" in path for path in self.asked)

    @property
    def dumps_asked(self) -> list[tuple[str, str]]:
        return sorted((path.split("/")[-3], path.split("/")[-2]) for path in self.asked if "/commits?" not in path)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    archive: FakeArchive

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.archive.asked.append(self.path)
        self.archive.headers.append(dict(self.headers))
        answer = self.archive.answer(self.path)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeArchive]:
    for exchange in EXCHANGES:
        monkeypatch.setitem(dumps.ROW_FLOORS, exchange, LINES)
    archive = FakeArchive()
    handler = type("BoundHandler", (Handler,), {"archive": archive})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        archive.url = f"http://127.0.0.1:{server.server_port}"
        yield archive
        server.shutdown()
        thread.join()


Fetch = Callable[..., ArchiveBatch]


@pytest.fixture
def fetch(fake: FakeArchive, tmp_path: Path) -> Fetch:
    """Fetch sessions with a client and a landing object of their own, as a new process would; the home stays."""

    def run(
        *days: date, url: str | None = None, context: tuple[date, ...] = (), once: bool = False, **overrides: object
    ) -> ArchiveBatch:
        return fetch_from(url or fake.url, tmp_path, days, context, once=once, **overrides)

    return run


def fetch_from(
    url: str,
    home: Path,
    days: tuple[date, ...],
    context: tuple[date, ...] = (),
    *,
    once: bool = False,
    **overrides: object,
) -> ArchiveBatch:
    values: dict[str, object] = {
        "home": home,
        "archive_url": url,
        "archive_api_url": url,
        "backoff_base_s": 0.002,
        "backoff_max_s": 0.05,
        "requests_per_second": 1_000,
        "max_attempts": 8,
    }
    settings = Settings.model_validate(values | overrides)
    with HttpClient(settings) as http:
        return Archive(settings, http, Landing(settings.home_dir / "landed")).fetch(days, context=context, once=once)


def told(batch: ArchiveBatch, exchange: str = "amex") -> list[tuple[date | None, str, str]]:
    """session, status and basis of every dump that was read, in commit order."""
    return batch.dumps.filter(pl.col("exchange") == exchange).select("session", "status", "basis").rows()


def closes(batch: ArchiveBatch, exchange: str = "amex") -> dict[date, Decimal]:
    """The close of line 1 by session."""
    line = batch.lines.filter((pl.col("exchange") == exchange) & pl.col("symbol").str.ends_with("001"))
    return dict(line.select("session", "close").iter_rows())


def true_closes(*days: date) -> dict[date, Decimal]:
    return {day: price(1, day) for day in days}


# --- the rule and the facts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "session"),
    [
        ("2022-05-07T00:20:00Z", date(2022, 5, 6)),  # the night after a Friday
        ("2022-05-08T00:20:00Z", date(2022, 5, 6)),  # a weekend commit
        ("2022-05-09T03:00:00Z", date(2022, 5, 6)),
        ("2022-05-09T05:30:00Z", date(2022, 5, 6)),  # after midnight in New York
        ("2022-05-31T00:17:33Z", date(2022, 5, 27)),  # Memorial Day
        ("2022-05-06T19:59:59Z", date(2022, 5, 5)),  # before the close, summer time
        ("2022-05-06T20:00:00Z", date(2022, 5, 6)),
        ("2022-01-06T20:59:59Z", date(2022, 1, 5)),  # before the close, winter time
        ("2022-01-06T21:00:00Z", date(2022, 1, 6)),
        ("2025-01-10T00:20:00Z", date(2025, 1, 8)),  # the day of mourning
    ],
)
def test_the_rule_gives_the_last_session_that_had_closed(moment: str, session: date) -> None:
    assert dating.rule_session(datetime.fromisoformat(moment)) == session


def test_the_facts_that_ship_are_sound() -> None:
    known = dating.facts()
    by_status: dict[str, int] = {}
    for (commit, exchange), fact in known.items():
        by_status[fact.status] = by_status.get(fact.status, 0) + 1
        assert len(commit) == 40
        assert exchange in ("", *EXCHANGES)
        assert (fact.session is None) == (fact.status in ("intraday", "empty"))
        if fact.session is not None:
            assert events.is_session(fact.session)
            assert fact.session <= dating.rule_session(fact.moment)
            assert (fact.session < dating.rule_session(fact.moment)) == (
                fact.status == "lagged"
            ) or fact.status == "mixed"
    assert by_status == {"lagged": 63, "intraday": 5, "duplicate": 6, "mixed": 3, "empty": 8}
    without = dating.sessions_without_close()
    assert len(without) == 10
    assert all(events.is_session(day) for day in without)
    assert not without & {fact.session for fact in known.values()}


def test_a_mixed_commit_is_known_by_exchange() -> None:
    mixed = {exchange: fact for (_, exchange), fact in dating.facts().items() if fact.status == "mixed"}
    assert {exchange: fact.session for exchange, fact in mixed.items()} == {
        "nasdaq": date(2021, 10, 28),
        "nyse": date(2021, 10, 29),
        "amex": date(2021, 10, 29),
    }


# --- choosing and dating ----------------------------------------------------------------------------------------------


def test_regular_nights_are_taken_by_the_rule_and_confirmed(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON, TUE, WED, THU, FRI)
    batch = fetch(TUE, WED, THU)
    for exchange in EXCHANGES:
        assert told(batch, exchange) == [(day, "ok", "rule") for day in (TUE, WED, THU)]
        assert closes(batch, exchange) == true_closes(TUE, WED, THU)
        match = batch.dumps.filter(pl.col("exchange") == exchange)["previous_close_match"].to_list()
        assert match == [None, 1.0, 1.0]
    assert (batch.missing, batch.partial, batch.rejects.height) == ([], [], 0)
    assert batch.lines.height == 3 * 3 * LINES
    assert batch.dumps.columns == [
        *("commit", "exchange", "commit_utc", "expected_session", "session", "status", "basis"),
        *("previous_close_match", "lines", "sha256"),
    ]
    assert batch.dumps["lines"].unique().to_list() == [LINES]
    assert len(fake.dumps_asked) == 9


def test_the_order_of_the_wanted_sessions_does_not_matter(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON, TUE, WED)
    assert fetch(WED, MON, TUE, MON).lines.equals(fetch(MON, TUE, WED).lines)


def test_the_earliest_commit_of_a_session_is_taken(fake: FakeArchive, fetch: Fetch) -> None:
    first, _, _ = fake.commit(FRI, FRI), fake.commit(FRI, FRI, hour=48), fake.commit(FRI, FRI, hour=72)
    batch = fetch(FRI)
    assert batch.lines["commit"].unique().to_list() == [first]
    assert batch.lines["known_at"].unique().to_list() == [fake.commits[first]]
    assert len(fake.dumps_asked) == 3


def test_a_fact_moves_a_dump_and_wins_over_detection(
    fake: FakeArchive, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tuesday's night is said to hold no close and those after it to be a day late; the figures say nothing of it."""
    mon, tue, wed, thu = fake.nights(MON, TUE, WED, THU)
    moved = {(tue, ""): Fact(None, "intraday", fake.commits[tue])}
    moved |= {(sha, ""): Fact(day, "lagged", fake.commits[sha]) for sha, day in ((wed, TUE), (thu, WED))}
    monkeypatch.setattr(dating, "facts", lambda: moved)
    batch = fetch(MON, TUE, WED)
    assert told(batch) == [(MON, "ok", "rule"), (TUE, "lagged", "fact"), (WED, "lagged", "fact")]
    assert sorted({sha for sha, _ in fake.dumps_asked}) == sorted([mon, wed, thu])


def test_a_fact_of_one_exchange_leaves_the_others_alone(
    fake: FakeArchive, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    thu, fri, sunday = *fake.nights(THU, FRI), fake.commit(FRI, FRI, hour=48)
    fake.dumps[fri, "nasdaq"] = screener(THU, "nasdaq")
    facts = {(fri, exchange): Fact(FRI, "mixed", fake.commits[fri]) for exchange in ("nyse", "amex")}
    facts[fri, "nasdaq"] = Fact(THU, "mixed", fake.commits[fri])
    monkeypatch.setattr(dating, "facts", lambda: facts)
    batch = fetch(THU, FRI)
    assert closes(batch, "nasdaq") == closes(batch, "nyse") == true_closes(THU, FRI)
    # The commit that mixes sessions is the last choice, even where it is right.
    assert set(batch.lines["commit"]) == {thu, sunday}


def test_a_late_stretch_that_nobody_knows_of_is_detected(fake: FakeArchive, fetch: Fetch) -> None:
    """As in spring 2025: one night holds prices from before the close, then each night holds the session before."""
    mon = fake.commit(MON, MON)
    tue = fake.commit(TUE, TUE)
    for exchange in EXCHANGES:
        fake.dumps[tue, exchange] = screener(TUE, exchange, early=True)
    late = [fake.commit(day, events.next_session(day)) for day in (TUE, WED, THU, FRI)]
    fake.nights(NEXT_TUE, NEXT_WED)
    batch = fetch(MON, TUE, WED, THU, FRI)
    assert told(batch) == [
        (MON, "ok", "rule"),
        (None, "intraday", "detected"),
        *((day, "lagged", "detected") for day in (TUE, WED, THU, FRI)),
    ]
    assert closes(batch) == true_closes(MON, TUE, WED, THU, FRI)
    assert set(batch.lines["commit"]) == {mon, *late}
    assert batch.missing == []


def test_a_repeated_dump_and_the_late_ones_after_it_are_detected(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON)
    fake.commit(MON, TUE)
    for day in (TUE, WED):
        fake.commit(day, events.next_session(day))
    batch = fetch(MON, TUE, WED)
    assert told(batch) == [
        (MON, "ok", "rule"),
        (MON, "duplicate", "detected"),
        (TUE, "lagged", "detected"),
        (WED, "lagged", "detected"),
    ]
    assert closes(batch) == true_closes(MON, TUE, WED)


def test_a_session_is_missing_when_the_nights_after_it_hold_later_ones(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON)
    fake.commit(MON, TUE)
    fake.nights(WED, THU, FRI)
    batch = fetch(MON, TUE)
    assert batch.missing == [TUE]
    assert closes(batch) == true_closes(MON)
    # One look ahead is enough: Wednesday's night holds Wednesday.
    assert told(batch) == [(MON, "ok", "rule"), (MON, "duplicate", "detected"), (WED, "ok", "rule")]
    assert fetch(MON, TUE, WED, THU).missing == [TUE]


def test_looking_ahead_is_bounded(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON)
    for day in (TUE, WED, THU, FRI, NEXT_MON, NEXT_TUE):
        fake.commit(MON, day)
    batch = fetch(MON, TUE)
    assert batch.missing == [TUE]
    assert len(fake.dumps_asked) == 3 * (2 + 3)


def test_a_dump_that_does_not_fit_is_kept_and_flagged(fake: FakeArchive, fetch: Fetch) -> None:
    fake.commit(date(2022, 9, 1), MON)
    fake.nights(TUE, WED)
    batch = fetch(MON, TUE, WED)
    assert told(batch) == [(MON, "ok", "rule"), (TUE, "unverified", "rule"), (WED, "ok", "rule")]
    assert batch.dumps["previous_close_match"].to_list()[3] < 0.2
    assert batch.missing == []


def test_exchanges_are_dated_apart(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON)
    tue = fake.commit(TUE, TUE)
    fake.dumps[tue, "nasdaq"] = screener(MON, "nasdaq")
    wed = fake.commit(WED, WED)
    fake.dumps[wed, "nasdaq"] = screener(TUE, "nasdaq")
    fake.nights(THU)
    batch = fetch(MON, TUE)
    assert told(batch, "nyse") == [(MON, "ok", "rule"), (TUE, "ok", "rule")]
    assert told(batch, "nasdaq") == [(MON, "ok", "rule"), (MON, "duplicate", "detected"), (TUE, "lagged", "detected")]
    assert closes(batch, "nasdaq") == closes(batch, "nyse") == true_closes(MON, TUE)


def test_sessions_apart_are_no_evidence(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON, TUE, WED, THU, FRI)
    batch = fetch(MON, THU)
    assert told(batch) == [(MON, "ok", "rule"), (THU, "ok", "rule")]
    assert batch.dumps["previous_close_match"].null_count() == 6


def test_a_gap_that_is_known_is_no_evidence(fake: FakeArchive, fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dating, "sessions_without_close", lambda: frozenset({TUE}))
    fake.nights(MON, WED)
    batch = fetch(MON, TUE, WED)
    assert batch.missing == [TUE]
    assert told(batch) == [(MON, "ok", "rule"), (WED, "ok", "rule")]
    fetch(MON, TUE, WED)
    assert fake.listings_asked == 1


def test_a_session_known_to_have_no_close_is_given_none(
    fake: FakeArchive, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tuesday was only caught before its close; Wednesday counts its change from Monday, as rebuilt dumps do."""
    monkeypatch.setattr(dating, "sessions_without_close", lambda: frozenset({TUE}))
    _, tue, wed = fake.nights(MON, TUE, WED)
    for exchange in EXCHANGES:
        fake.dumps[tue, exchange] = screener(TUE, exchange, early=True)
        fake.dumps[wed, exchange] = screener(WED, exchange, before=MON)
    batch = fetch(MON, TUE, WED)
    assert told(batch) == [(MON, "ok", "rule"), (None, "intraday", "detected"), (WED, "ok", "rule")]
    assert batch.missing == [TUE]


def test_lines_that_stand_still_prove_nothing(fake: FakeArchive, fetch: Fetch) -> None:
    """Nine lines of ten have not moved for days, so two nights look the same; the few that moved decide."""
    for sha, day in zip(fake.nights(MON, TUE), (MON, TUE), strict=True):
        moved = screener(day, "amex", count=400)[:40]
        fake.dumps[sha, "amex"] = moved + [
            line | {"netchange": "0.00"} for line in screener(MON, "amex", count=400)[40:]
        ]
    assert told(fetch(MON, TUE)) == [(MON, "ok", "rule"), (TUE, "ok", "rule")]


# --- context ----------------------------------------------------------------------------------------------------------


def test_a_night_that_repeats_the_one_before_is_told_by_context(fake: FakeArchive, fetch: Fetch) -> None:
    """Two nightly runs of an archive that lags: without Monday's dump, Tuesday's repetition of it would be believed."""
    mon, _ = fake.commit(MON, MON), fetch(MON)
    tue = fake.commit(MON, TUE)
    assert closes(fetch(TUE)) == {TUE: price(1, MON)}  # what context is for
    batch = fetch(TUE, context=(MON,))
    assert told(batch) == [(MON, "ok", "rule"), (MON, "duplicate", "detected")]
    assert set(batch.dumps["commit"]) == {mon, tue}
    assert (batch.missing, batch.partial) == ([TUE], [])
    assert batch.lines.is_empty()


def test_a_later_night_gives_the_session_that_context_took_away(fake: FakeArchive, fetch: Fetch) -> None:
    fake.commit(MON, MON)
    fake.commit(MON, TUE)
    wed = fake.commit(TUE, WED)
    batch = fetch(TUE, context=(MON,))
    assert told(batch)[-1] == (TUE, "lagged", "detected")
    assert (closes(batch), batch.missing) == (true_closes(TUE), [])
    assert set(batch.lines["commit"]) == {wed}


def test_context_must_reach_back_to_a_regular_night(fake: FakeArchive, fetch: Fetch) -> None:
    """Inside a late stretch each night follows the one before; only its beginning shows that it is late."""
    fake.nights(MON)
    for day in (MON, TUE, WED):
        fake.commit(day, events.next_session(day))
    assert closes(fetch(WED, context=(TUE,))) == {WED: price(1, TUE)}
    assert closes(fetch(WED, context=(MON, TUE))) == true_closes(WED)


def test_context_is_not_looked_for_in_later_nights(fake: FakeArchive, fetch: Fetch) -> None:
    mon, tue = fake.commit(MON, MON), fake.commit(MON, TUE)
    fake.commit(TUE, WED)
    fri = fake.commit(FRI, FRI)
    fetch(FRI, context=(MON, TUE))
    assert {sha for sha, _ in fake.dumps_asked} == {mon, tue, fri}


def test_context_gives_no_rows(fake: FakeArchive, fetch: Fetch) -> None:
    """Nor is it partial, nor missing, nor looked for in later nights; a session that is wanted as well is wanted."""
    mon, _, _ = fake.nights(MON, TUE, WED)
    lines = screener(MON, "nyse")
    lines[3]["lastsale"] = "n/a"
    fake.dumps[mon, "nyse"], fake.dumps[mon, "amex"] = lines, []
    batch = fetch(TUE, WED, context=(MON, TUE))
    assert batch.lines["session"].unique().sort().to_list() == [TUE, WED]
    assert (batch.missing, batch.partial, batch.rejects.height) == ([], [], 0)
    assert batch.dumps.height == len(fake.dumps_asked) == 9
    assert batch.lines.equals(fetch(TUE, WED).lines)


@pytest.mark.parametrize("context", [MON, date(2022, 8, 31)], ids=["same month", "other month"])
def test_context_that_the_archive_lacks_is_passed_over(fake: FakeArchive, fetch: Fetch, context: date) -> None:
    fake.nights(TUE)
    batch = fetch(TUE, context=(context,))
    assert (closes(batch), batch.missing) == (true_closes(TUE), [])
    assert len(fake.dumps_asked) == 3


@pytest.mark.parametrize("context", [MON, date(2022, 8, 31)], ids=["no dump", "no listing"])
def test_context_that_was_never_landed_is_passed_over_offline(
    fake: FakeArchive, fetch: Fetch, caplog: pytest.LogCaptureFixture, context: date
) -> None:
    caplog.set_level(logging.INFO, "recon_pipeline")
    fake.nights(context, TUE)
    online = fetch(TUE)
    offline = fetch(TUE, context=(context,), offline=True)
    assert offline.lines.equals(online.lines)
    assert offline.dumps.equals(online.dumps)
    assert f"for {context} was never landed" in caplog.text


def test_context_that_was_landed_counts_offline(fake: FakeArchive, fetch: Fetch) -> None:
    fake.commit(MON, MON)
    fake.commit(MON, TUE)
    online = fetch(TUE, context=(MON,))
    offline = fetch(TUE, context=(MON,), offline=True)
    assert offline.dumps.equals(online.dumps)
    assert offline.missing == [TUE]


def test_a_wanted_session_must_be_landed_offline_whatever_the_context(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON, TUE)
    fetch(MON)
    with pytest.raises(NotLanded, match=r"3 dumps .* 2022-09-13"):
        fetch(TUE, context=(MON, TUE), offline=True)


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_nothing_is_fetched_twice(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON, TUE, WED, THU)
    first = fetch(MON, TUE)
    assert (fake.listings_asked, len(fake.dumps_asked)) == (1, 6)
    again = fetch(MON, TUE)
    assert len(fake.asked) == 7
    assert again.lines.equals(first.lines)
    assert again.dumps.equals(first.dumps)
    fetch(MON, TUE, WED)
    assert (fake.listings_asked, len(fake.dumps_asked)) == (1, 9)


def test_offline_gives_the_same_without_a_server(fake: FakeArchive, fetch: Fetch) -> None:
    """Also from another address: a dump is known by its commit, and a listing by its month."""
    fake.nights(MON, TUE, WED)
    online = fetch(MON, TUE, WED)
    before = len(fake.asked)
    offline = fetch(MON, TUE, WED, url="http://127.0.0.1:9", offline=True)
    assert len(fake.asked) == before
    assert offline.lines.equals(online.lines)
    assert offline.dumps.equals(online.dumps)


def test_offline_names_what_is_not_landed(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON, TUE, WED, THU)
    with pytest.raises(NotLanded, match=r"2022-09-12, 2022-09-14.*recon fetch --from 2022-09-12 --to 2022-09-14"):
        fetch(MON, WED, offline=True)
    fetch(MON, TUE)
    before = len(fake.asked)
    with pytest.raises(NotLanded, match=r"6 dumps .* 2022-09-14, 2022-09-15 .*--from 2022-09-14 --to 2022-09-15"):
        fetch(MON, TUE, WED, THU, offline=True)
    assert len(fake.asked) == before


def test_a_listing_is_asked_again_only_for_a_session_that_it_lacks(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON)
    fetch(MON)
    assert fetch(MON, TUE).missing == [TUE]
    assert fake.listings_asked == 2
    fake.nights(TUE)
    assert fetch(MON, TUE).missing == []
    assert fake.listings_asked == 3
    fetch(MON, TUE)
    assert fake.listings_asked == 3
    assert fetch(MON, WED, once=True).missing == [WED]
    assert fake.listings_asked == 3


def test_a_listing_of_several_pages_is_read_to_its_end(fake: FakeArchive, fetch: Fetch) -> None:
    fake.nights(MON)
    for number in range(150):
        fake.commit(FRI, FRI, hour=24 + number % 60)
    fake.nights(NEXT_MON)
    assert fetch(MON, NEXT_MON).missing == []
    assert fake.listings_asked == 2
    fetch(MON, NEXT_MON)
    assert fake.listings_asked == 2


def endless(*, new: bool) -> Callable[[list[object]], object]:
    """A server that answers every page in full: with commits that nobody has seen yet, or always with the same."""
    numbers = iter(range(1_000_000))

    def page(_: list[object]) -> object:
        first = next(numbers) * 100 if new else 0
        return [
            {"sha": f"{first + n:040x}", "commit": {"committer": {"date": "2022-09-13T00:20:00Z"}}} for n in range(100)
        ]

    return page


def test_a_listing_that_repeats_itself_is_refused(fake: FakeArchive, fetch: Fetch, tmp_path: Path) -> None:
    fake.listing = endless(new=False)
    with pytest.raises(BadPayload, match="none of them new after 100"):
        fetch(MON)
    assert fake.listings_asked == 1 + 4
    assert Landing(tmp_path / "landed").rows("archive-commits") == []


def test_a_listing_without_an_end_is_refused(fake: FakeArchive, fetch: Fetch) -> None:
    fake.listing = endless(new=True)
    with pytest.raises(BadPayload, match=r"commits of 2022-09: 50 pages of 100"):
        fetch(MON)
    assert fake.listings_asked == 50


def test_a_landed_listing_without_an_end_is_asked_again(fake: FakeArchive, fetch: Fetch, tmp_path: Path) -> None:
    """As an earlier release landed it."""
    fake.nights(MON)
    fetch(MON)
    landing = Landing(tmp_path / "landed")
    (first,) = landing.rows("archive-commits")
    full = json.dumps(endless(new=False)([])).encode()
    landing.land("archive-commits", first.url, full, final=False)
    row = landing.manifest.read_text().splitlines()[-1]
    with landing.manifest.open("a") as manifest:
        manifest.writelines(row.replace("&page=1", f"&page={page}") + "\n" for page in range(2, 1_000))
    with pytest.raises(NotLanded, match="listing"):
        fetch(MON, offline=True)
    assert fetch(MON).missing == []
    assert fake.listings_asked == 2


def test_a_full_last_page_is_no_endless_listing(fake: FakeArchive, fetch: Fetch) -> None:
    for number in range(100):
        fake.commit(MON, MON, hour=24 + number // 60)
    assert fetch(MON).missing == []
    assert fake.listings_asked == 2


def test_the_last_session_of_a_month_is_found_in_the_next(fake: FakeArchive, fetch: Fetch) -> None:
    last, first = date(2022, 9, 30), date(2022, 10, 3)
    fake.commit(last, last, hour=48)  # the night of a Friday is missing, that of Saturday is there
    fake.nights(first)
    batch = fetch(last, first)
    assert closes(batch) == true_closes(last, first)


def test_the_night_of_the_last_day_of_a_month_needs_one_listing(fake: FakeArchive, fetch: Fetch) -> None:
    thursday = date(2022, 3, 31)
    fake.nights(thursday)
    assert closes(fetch(thursday)) == true_closes(thursday)
    assert fake.listings_asked == 1


def test_the_token_goes_to_the_commit_api_only(fake: FakeArchive, fetch: Fetch, tmp_path: Path) -> None:
    fake.nights(MON)
    fetch(MON, archive_token=SecretStr("s3cr3t"))
    for path, headers in zip(fake.asked, fake.headers, strict=True):
        assert headers.get("Authorization") == ("Bearer s3cr3t" if "/commits?" in path else None)
    assert "s3cr3t" not in (tmp_path / "landed" / "manifest.jsonl").read_text()


@pytest.mark.parametrize(
    "answer",
    [
        {"message": "API rate limit exceeded"},
        [{"sha": "a"}],
        [{"sha": "a", "commit": {"committer": {"date": "yesterday"}}}],
        [{"sha": "a", "commit": {"committer": {"date": "2022-09-13T00:20:00"}}}],
        b"<html></html>",
        b"",
    ],
)
def test_a_listing_that_is_none_is_refused(fake: FakeArchive, fetch: Fetch, answer: object) -> None:
    fake.listing = lambda listed: answer
    with pytest.raises(BadPayload, match="commits"):
        fetch(MON)
    assert fake.listings_asked == 4


def test_what_was_fetched_before_a_failure_is_landed(fake: FakeArchive, fetch: Fetch) -> None:
    _, tue = fake.nights(MON, TUE)
    dump = fake.dumps.pop((tue, "amex"))
    with pytest.raises(Rejected, match=f"{tue}/amex"):
        fetch(MON, TUE, fetch_workers=1)
    fake.dumps[tue, "amex"] = dump
    fake.asked.clear()
    assert fetch(MON, TUE).missing == []
    assert fake.dumps_asked == [(tue, "amex")]


def test_the_manifest_tells_of_every_payload(fake: FakeArchive, fetch: Fetch, tmp_path: Path) -> None:
    fake.nights(MON)
    batch = fetch(MON)
    landing = Landing(tmp_path / "landed")
    rows = landing.rows("archive")
    assert {(row.exchange, row.session, row.final) for row in rows} == {(exchange, MON, True) for exchange in EXCHANGES}
    assert {row.sha256 for row in rows} == set(batch.dumps["sha256"])
    (listing,) = landing.rows("archive-commits")
    assert (listing.commit, listing.session, listing.final) == (None, None, False)


def test_an_empty_dump_is_passed_over(fake: FakeArchive, fetch: Fetch) -> None:
    """The commit of Friday night holds nothing, the one of Saturday night holds Friday."""
    thu, fri = fake.commit(THU, THU), fake.commit(None, FRI)
    saturday = fake.commit(FRI, FRI, hour=48)
    batch = fetch(THU, FRI)
    assert set(batch.lines["commit"]) == {thu, saturday}
    assert (None, "empty", "detected") in told(batch)
    assert batch.dumps.filter(pl.col("commit") == fri)["lines"].to_list() == [0, 0, 0]


def test_a_session_with_only_an_empty_dump_is_missing(fake: FakeArchive, fetch: Fetch) -> None:
    fake.commit(None, MON)
    batch = fetch(MON)
    assert batch.missing == [MON]
    assert batch.lines.is_empty()
    assert batch.lines.schema["shares"] == pl.Int64
    asked = len(fake.dumps_asked)
    fetch(MON)
    assert len(fake.dumps_asked) == asked == 3


def test_an_exchange_without_a_dump_is_partial(fake: FakeArchive, fetch: Fetch) -> None:
    mon = fake.commit(MON, MON)
    fake.dumps[mon, "amex"] = []
    batch = fetch(MON)
    assert (batch.missing, batch.partial) == ([], [(MON, "amex")])


def test_sessions_before_the_archive_are_missing(fake: FakeArchive, fetch: Fetch) -> None:
    batch = fetch(MON, TUE)
    assert batch.missing == [MON, TUE]
    assert batch.dumps.is_empty()
    assert fake.dumps_asked == []


def test_no_session_is_no_request(fake: FakeArchive, fetch: Fetch) -> None:
    assert fetch().missing == []
    assert fake.asked == []


def test_a_dead_archive_is_unavailable(fetch: Fetch) -> None:
    with pytest.raises(Unavailable, match="commits got no usable answer in 2 attempts"):
        fetch(MON, url="http://127.0.0.1:9", max_attempts=2)


# --- reading a dump ---------------------------------------------------------------------------------------------------

SOUND: dict[str, str | None] = {**dict.fromkeys(dumps.TEXT_COLUMNS, ""), "symbol": "AAA"}


def read(*lines: Mapping[str, str | None], exchange: str = "amex") -> dumps.Parsed:
    made = [Line(**{**SOUND, **line}) for line in lines]
    return parse([Dump("c", exchange, datetime(2022, 9, 13, tzinfo=UTC), "x", made)])


def one(**texts: str | None) -> dict[str, Any]:
    return read(texts).lines.row(0, named=True)


@pytest.mark.parametrize(
    ("text", "close"),
    [
        ("$9.97", "9.97"),
        ("$1,234.56", "1234.56"),
        ("$1,234.5", "1234.5"),
        ("1234.5", "1234.5"),
        ("$0.0001", "0.0001"),
        ("$502879.97999999998", "502879.98"),
        ("$738929.599999999977", "738929.6"),
        ("$1.00005", "1.0001"),
        ("$1.000049999", "1.0000"),
        ("  $5.00 ", "5"),
        ("$0.00", "0"),
        ("", None),
    ],
)
def test_a_close_is_read_exactly(text: str, close: str | None) -> None:
    parsed = read({"lastsale": text})
    assert parsed.lines["close"].to_list() == [None if close is None else Decimal(close)]
    assert parsed.lines.schema["close"] == pl.Decimal(18, 4)
    assert parsed.rejects.is_empty()


@pytest.mark.parametrize(
    ("field_name", "column", "text"),
    [
        ("lastsale", "close", "N/A"),
        ("lastsale", "close", "$-1.00"),
        ("lastsale", "close", "$1,23.00"),
        ("lastsale", "close", "$1.2.3"),
        ("lastsale", "close", "1e5"),
        ("lastsale", "close", "$123456789012345"),
        ("netchange", "net_change", "UNCH"),
        ("volume", "volume", "12.5"),
        ("volume", "volume", "-1"),
        ("volume", "volume", "1" * 20),
        ("marketCap", "market_cap", "1.5B"),
        ("marketCap", "market_cap", "-5.00"),
        ("ipoyear", "ipo_year", "99"),
        ("ipoyear", "ipo_year", "20O1"),
    ],
)
def test_what_cannot_be_read_stays_as_a_null_and_is_told(field_name: str, column: str, text: str) -> None:
    parsed = read({"symbol": "BAD", field_name: text}, {"symbol": "GOOD", "lastsale": "$1.00"})
    assert parsed.lines["symbol"].to_list() == ["BAD", "GOOD"]
    assert parsed.lines[column].to_list()[0] is None
    ((commit, exchange, symbol, told_field, told_text, reason),) = parsed.rejects.rows()
    assert (commit, exchange, symbol, told_field, told_text) == ("c", "amex", "BAD", field_name, text)
    assert column in reason


def test_symbols_stay_as_they_are() -> None:
    symbols = ["NA", "NAN", "NULL", "null", "TRUE", "INF", "1E5", "BRK/A", "ABR^D", ".PRB", "ECC           ", "  SAND"]
    lines = read(*({"symbol": symbol} for symbol in symbols)).lines
    assert lines["symbol"].to_list() == [*symbols[:-2], "ECC", "SAND"]


def test_texts_are_stripped_and_blank_is_null() -> None:
    line = one(
        name=" Example Corp ", country="", industry=" ", sector=None, volume="1,234", ipoyear="1999", netchange="-0.02"
    )
    assert (line["name"], line["country"], line["industry"], line["sector"]) == ("Example Corp", None, None, None)
    assert (line["volume"], line["ipo_year"], line["net_change"]) == (1234, 1999, Decimal("-0.02"))


@pytest.mark.parametrize(
    ("cap", "close", "market_cap", "shares"),
    [
        ("1000.00", "$3.00", "1000", 333),
        ("1000.00", "$0.0016", "1000", 625_000),
        ("5.00", "$2.00", "5", 3),  # 2.5 rounds up
        ("3.00", "$2.00", "3", 2),  # 1.5 rounds up
        ("2.00", "$4.01", "2", 0),
        ("0.00", "$9.97", None, None),
        ("0", "$9.97", None, None),
        ("", "$9.97", None, None),
        ("1000.00", "", "1000", None),
        ("1000.00", "$0.00", "1000", None),
        ("2754612000000.00", "$169.68", "2754612000000", 16_234_158_416),
        ("99999999999999.99", "$0.0001", "99999999999999.99", 999_999_999_999_999_900),
    ],
)
def test_shares_are_what_cap_and_close_imply(cap: str, close: str, market_cap: str | None, shares: int | None) -> None:
    line = one(marketCap=cap, lastsale=close)
    assert line["market_cap"] == (None if market_cap is None else Decimal(market_cap))
    assert line["shares"] == shares


@given(
    st.lists(
        st.tuples(
            st.decimals(min_value="0.01", max_value="99999999999999.99", places=2),
            st.decimals(min_value="0.0001", max_value="999999.9999", places=4),
        ),
        min_size=1,
        max_size=50,
    )
)
def test_shares_are_exact(pairs: list[tuple[Decimal, Decimal]]) -> None:
    parsed = read(
        *({"symbol": str(n), "marketCap": str(cap), "lastsale": f"${close}"} for n, (cap, close) in enumerate(pairs))
    )
    assert parsed.rejects.is_empty()
    wanted = [int((cap / close).quantize(Decimal(1), ROUND_HALF_UP)) for cap, close in pairs]
    assert parsed.lines["shares"].to_list() == wanted


def test_a_repeated_symbol_is_told_and_the_first_line_kept() -> None:
    parsed = read(
        {"symbol": "AAA", "lastsale": "$1.00"}, {"symbol": "AAA  ", "lastsale": "$2.00"}, {"symbol": "", "name": "who"}
    )
    assert parsed.lines.select("symbol", "close").rows() == [("AAA", Decimal(1))]
    assert parsed.rejects.select("symbol", "field", "text").rows() == [("", "symbol", "who"), ("AAA", "symbol", "AAA")]


def test_one_symbol_may_stand_on_two_exchanges() -> None:
    moment = datetime(2022, 9, 13, tzinfo=UTC)
    two = [Dump("c", exchange, moment, "x", [Line(**SOUND)]) for exchange in ("nyse", "amex")]
    assert parse(two).lines.height == 2


def test_rejects_carry_the_session(fake: FakeArchive, fetch: Fetch) -> None:
    mon = fake.commit(MON, MON)
    lines = screener(MON, "amex")
    lines[3]["lastsale"] = "n/a"
    fake.dumps[mon, "amex"] = lines
    batch = fetch(MON)
    assert batch.rejects.rows() == [(MON, "amex", "AM003", "lastsale", "n/a", "not read as close; null instead")]
    assert batch.lines.filter(pl.col("symbol") == "AM003")["close"].to_list() == [None]


def whole(**changes: Any) -> list[dict[str, Any]]:
    return [SOUND | {"symbol": f"S{n}"} | changes for n in range(150)]


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><title>Page Not Available</title>",
        b"  <html>",
        b"",
        b"null",
        b'{"data": []}',
        b'["a"]',
        json.dumps(whole()).encode()[:-50],
        json.dumps(whole()).encode() + b"]",
        json.dumps(whole(lastsale=9.97)).encode(),
        json.dumps([{name: text for name, text in line.items() if name != "marketCap"} for line in whole()]).encode(),
        json.dumps(whole()[:149]).encode(),
        b'[{"symbol": "\xff"}]',
    ],
)
def test_a_dump_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload, match="amex"):
        decode(body, "amex")


def test_a_sound_dump_is_believed() -> None:
    assert len(decode(json.dumps(whole(url="/x", more=1, sector=None)).encode(), "amex")) == 150
    assert decode(b"[]", "nasdaq") == []


def test_a_bad_dump_is_not_landed(fake: FakeArchive, fetch: Fetch, tmp_path: Path) -> None:
    mon = fake.commit(MON, MON)
    fake.dumps[mon, "nyse"] = screener(MON, "nyse")[: LINES - 1]
    with pytest.raises(BadPayload, match=f"59 lines, where at least {LINES}"):
        fetch(MON)
    assert "nyse" not in {row.exchange for row in Landing(tmp_path / "landed").rows("archive")}


# --- the real archive, replayed ---------------------------------------------------------------------------------------

RANK_DAYS = (date(2022, 5, 6), date(2025, 4, 30))


@pytest.mark.slow
def test_two_rank_days_of_the_real_archive(
    replay_server: StartReplayServer, shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One of them is in the commit of two days later. Failures on the way change nothing."""
    days = tuple(day for rank in RANK_DAYS for day in (events.previous_session(rank), rank, events.next_session(rank)))
    sound = fetch_from(replay_server(), tmp_path / "sound", days)
    faulty = replay_server(faults="429:0.1,500:0.05,truncate:0.03,html:0.02", seed=1)
    with caplog.at_level(logging.INFO, logger="recon_pipeline.sources.http"):
        shaken = fetch_from(faulty, tmp_path / "shaken", days)
    assert "next try" in caplog.text
    assert shaken.lines.equals(sound.lines)
    assert shaken.dumps.equals(sound.dumps)
    assert (sound.missing, sound.partial, sound.rejects.height) == ([], [], 0)
    late = sound.dumps.filter(pl.col("session") == RANK_DAYS[1])
    assert late["status"].to_list() == ["lagged"] * 3
    assert late["commit_utc"].dt.date().to_list() == [date(2025, 5, 2)] * 3
    assert sound.dumps.filter(pl.col("previous_close_match").is_not_null())["previous_close_match"].to_list() == (
        pytest.approx([1.0] * 12, abs=0.05)
    )
    for day in RANK_DAYS:
        panel = pl.read_parquet(shared / "data" / "market" / f"daily_{day.year}.parquet").filter(pl.col("date") == day)
        both = sound.lines.filter(pl.col("session") == day).join(
            panel, left_on=["exchange", "symbol"], right_on=["exch", "symbol"], suffix="_true"
        )
        assert both.height > 0.99 * panel.height
        assert both.filter(pl.col("close") != pl.col("close_true")).is_empty()
        assert both.filter(pl.col("volume") != pl.col("volume_true")).is_empty()
        assert both.filter(pl.col("shares") != pl.col("shares_true")).height < 0.001 * both.height


@pytest.mark.slow
def test_a_real_late_stretch_is_detected_without_the_facts(
    replay_server: StartReplayServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """June 2025: one dump from before the close, then four late ones, then one session lost."""
    facts = dating.facts()
    days = tuple(events.sessions(date(2025, 6, 9), date(2025, 6, 17)))
    url = replay_server()
    informed = fetch_from(url, tmp_path, days)
    monkeypatch.setattr(dating, "facts", lambda: {})
    blind = fetch_from(url, tmp_path, days)
    assert blind.missing == informed.missing == [date(2025, 6, 16)]
    assert blind.lines.equals(informed.lines)
    detected = blind.dumps.filter(pl.col("basis") == "detected")
    assert detected.height == 3 * 5
    for row in detected.iter_rows(named=True):
        fact = facts[row["commit"], ""]
        assert (row["session"], row["status"]) == (fact.session, fact.status)
