"""From payload bytes to the published snapshot, on the simulated market: what a run finds, repeats, survives, refuses.

One market, and few runs that many tests look at. The simulation knows what it planted, so that the tests look for it by
the market's own ledger. What does not belong here: real events (`test_real_events.py`), a single query
(`test_sql_cases.py`).
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import duckdb
import polars as pl
import pytest
from pydantic import SecretStr

from recon_pipeline import cli, pipeline
from recon_pipeline.cookbook import recipes
from recon_pipeline.errors import BadInput, Busy, ContractBroken, NotLanded, Unavailable
from recon_pipeline.events import event
from recon_pipeline.ingest import prefetch
from recon_pipeline.opening import index_ids
from recon_pipeline.pipeline import RunReport, open_warehouse, run_event, warehouse_path
from recon_pipeline.settings import Settings
from recon_pipeline.simulation import NO_TRAPS, SimulatedMarket, simulate
from recon_pipeline.simulation.lies import Lies
from recon_pipeline.simulation.market import Commit
from recon_pipeline.simulation.providers import Providers
from recon_pipeline.simulation.registers import Registers
from recon_pipeline.simulation.server import ArchiveHandler, ArchiveServer, serving
from recon_pipeline.supposing import TICK, WhatIf, override, what_if
from recon_pipeline.symbols import normal_ticker
from recon_pipeline.tables import Check, Query, load_tables, public_tables
from recon_pipeline.warehouse import Reader, Warehouse
from recon_pipeline_tests.conftest import Simulated

EVENT = "2026-06-recon"
NEXT_EVENT = "2026-12-recon"
TOKEN = "a-token-that-nobody-may-see"
RECON = (sys.executable, "-c", "from recon_pipeline.cli import main; main()")
PATIENCE_S = 60.0
Files = dict[str, bytes]


# --- a server that gets in the way ------------------------------------------------------------------------------------


# A first vintage has none before it, a reconstitution adds no newcomers of a quarter, and it is no projection.
EMPTY_FOR_ONE_RECONSTITUTION = {
    *("index_change_revision", "ipo_breakpoints", "ipo_candidates"),
    *("projection_breakpoints", "projection_probability", "projection_run"),
}


@dataclass
class Shelf:
    """The commits that an archive shows: those of several markets, of which the later ones may not be made yet."""

    markets: Sequence[SimulatedMarket]
    until: str = "9999"

    @property
    def commits(self) -> tuple[Commit, ...]:
        """Every commit made by `until`, oldest first."""
        made = [commit for market in self.markets for commit in market.commits if commit.committed_at <= self.until]
        return tuple(sorted(made, key=lambda commit: commit.committed_at))

    def dump(self, sha: str, exchange: str) -> bytes | None:
        """A dump of a commit that was made."""
        if all(commit.sha != sha for commit in self.commits):
            return None
        return next((body for market in self.markets if (body := market.dump(sha, exchange)) is not None), None)


class Shelved(Lies):
    """Truthful providers of the first market, with the dumps of all."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(Providers(Registers(shelf.markets[0])), NO_TRAPS)
        self._shelf = shelf

    def dump(self, sha: str, exchange: str) -> bytes | None:
        return self._shelf.dump(sha, exchange)


class Handler(ArchiveHandler):
    """Notes every request; breaks the first answer to most URLs where it is asked to."""

    server: Difficult

    def do_GET(self) -> None:  # noqa: N802 (the name that http.server calls)
        server = self.server
        with server.lock:
            first = self.path not in server.paths
            server.paths.append(self.path)
            server.tokens.add(self.headers.get("Authorization", ""))
        time.sleep(server.delay_s)
        trouble = hashlib.sha256(self.path.encode()).digest()[0] % 6 if first and server.faulty else 0
        if server.refuses:
            self._reply(401, b'{"message":"Bad credentials"}', "application/json")
        elif trouble == 1:
            self._reply(429, b'{"message":"rate limit exceeded"}', "application/json")
        elif trouble == 2:
            self._reply(503, b"upstream failed", "text/plain")
        elif trouble == 3:
            self._reply(200, b"<!DOCTYPE html><title>Page Not Available</title>", "text/html")
        elif trouble == 4:
            self._reply(200, b'[{"symbol": "A"', "application/json")
        elif trouble == 5:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"[")
            self.close_connection = True
        else:
            super().do_GET()


class Difficult(ArchiveServer):
    """An archive that can be slow, faulty or closed, and remembers what it was asked."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(shelf.markets[0])
        self.market, self.providers = cast(SimulatedMarket, shelf), Shelved(shelf)
        self.RequestHandlerClass = Handler
        self.shelf = shelf
        self.lock = threading.Lock()
        self.paths: list[str] = []
        self.tokens: set[str] = set()
        self.faulty = self.refuses = False
        self.delay_s = 0.0

    @property
    def dumps_asked(self) -> list[str]:
        """Paths of dumps that were asked for, in order."""
        return [path for path in self.paths if path.endswith("_full_tickers.json")]


@contextmanager
def difficult(*markets: SimulatedMarket, until: str = "9999") -> Iterator[Difficult]:
    with serving(Difficult(Shelf(markets, until))) as server:
        assert isinstance(server, Difficult)
        yield server


# --- homes ------------------------------------------------------------------------------------------------------------


def settings_for(home: Path, url: str, *, offline: bool = False, token: str | None = None) -> Settings:
    return Settings(
        home=home,
        archive_url=url,
        archive_api_url=url,
        archive_token=SecretStr(token) if token else None,
        offline=offline,
        requests_per_second=1000,
        backoff_base_s=0.01,
        backoff_max_s=0.02,
    )


def published_files(home: Path) -> Files:
    """The Parquet files of the current snapshot."""
    return {path.name: path.read_bytes() for path in sorted((home / "published").glob("*.parquet"))}


def published_table(home: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(home / "published" / f"{name}.parquet")


def working_rows(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the working database, in order."""
    with duckdb.connect(str(warehouse_path(home)), read_only=True) as con:
        return {name: con.execute(f"from {name} order by all").fetchall() for name in load_tables()}


def copy_landings(home: Path, copy: Path, keep: Callable[[dict[str, Any]], bool] = lambda row: True) -> Path:
    """A home that holds nothing but the landings of another, or those of which `keep` approves."""
    (copy / "landed").mkdir(parents=True)
    (copy / "landed" / "objects").symlink_to(home / "landed" / "objects", target_is_directory=True)
    lines = (home / "landed" / "manifest.jsonl").read_text().splitlines(keepends=True)
    (copy / "landed" / "manifest.jsonl").write_text("".join(line for line in lines if keep(json.loads(line))))
    return copy


def some_opening(path: Path, simulated: Simulated, wanted: Collection[str], asof: date | None = None) -> Path:
    """The opening list of the market, cut down to some indexes; with another date where one is given."""
    with simulated.opening.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["index"] in wanted]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["index", "ticker", "name", "asof"])
        writer.writeheader()
        writer.writerows(row | ({"asof": asof.isoformat()} if asof else {}) for row in rows)
    return path


@dataclass(frozen=True)
class Ran:
    """A home after a run of the event, and what is known of its market."""

    home: Path
    report: RunReport
    again: RunReport
    files: Files
    asked_again: list[str]
    said: list[str]
    simulated: Simulated
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pl.DataFrame:
        """The rows of the event in a published table."""
        if name not in self.tables:
            self.tables[name] = published_table(self.home, name).filter(pl.col("event_id") == EVENT)
        return self.tables[name]

    def indexes_of(self, rank_ticker: str) -> set[str]:
        """The indexes that a line is in after the event."""
        members = self.table("index_membership")
        return set(members.filter(pl.col("rank_ticker") == rank_ticker)["index_id"])

    def issues(self, issue: str) -> pl.DataFrame:
        return self.table("data_issues").filter(pl.col("issue") == issue)

    @property
    def market(self) -> SimulatedMarket:
        return self.simulated.market

    @property
    def rank(self) -> int:
        """Index of the rank day among the sessions of the market."""
        return self.market.span.rank_index

    @cached_property
    def opening(self) -> dict[str, set[str]]:
        """Tickers of the opening list, by index."""
        found: dict[str, set[str]] = {}
        with self.simulated.opening.open(newline="") as file:
            for row in csv.DictReader(file):
                found.setdefault(row["index"], set()).add(row["ticker"])
        return found

    def ticker(self, line: int, session: int) -> str:
        return normal_ticker(self.market.symbol(line, session))

    @cached_property
    def symbol_lines(self) -> dict[str, int]:
        """Lines by the ticker that they bore when the opening list was drawn up."""
        return {normal_ticker(line.symbol): index for index, line in enumerate(self.market.lines)}

    def members_now(self) -> set[str]:
        """Rank-day tickers of everyone in some index."""
        return set(self.table("index_membership")["rank_ticker"])


@pytest.fixture(scope="module")
def archive(simulated: Simulated) -> Iterator[Difficult]:
    with difficult(simulated.market) as server:
        yield server


@pytest.fixture(scope="module")
def ran(archive: Difficult, simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The event run twice in one home."""
    home = tmp_path_factory.mktemp("ran")
    settings = settings_for(home, archive.url, token=TOKEN)
    said: list[str] = []
    report = run_event(EVENT, settings, openings=[simulated.opening], say=said.append)
    files, asked = published_files(home), len(archive.paths)
    again = run_event(EVENT, settings, openings=[simulated.opening], say=said.append)
    return Ran(home, report, again, files, archive.paths[asked:], said, simulated)


# --- what is published ------------------------------------------------------------------------------------------------


def test_the_cookbook_and_the_examples_answer_from_one_event(ran: Ran) -> None:
    reader = Reader(ran.home / "published" / "recon.duckdb")
    told = {recipe.name: reader.frame(recipe.sql) for recipe in recipes()}
    assert {name: tuple(frame.columns) for name, frame in told.items()} == {r.name: r.columns for r in recipes()}
    # A day before the event, what a second vintage revises, and what a quarterly event adds.
    empty = {name for name, frame in told.items() if frame.is_empty()}
    assert empty == {"04_members_on_a_day", "06_revisions", "11_ipo_additions"}
    examples = {table.name: table.example for table in public_tables()}
    none = {name for name, query in examples.items() if query and reader.frame(query.text).is_empty()}
    assert none == EMPTY_FOR_ONE_RECONSTITUTION


def test_the_snapshot_is_whole(ran: Ran) -> None:
    folder = ran.home / "published"
    names = sorted(name.removeprefix("recon.") for name in load_tables() if name.startswith("recon."))
    manifest = json.loads((folder / "manifest.json").read_text())

    assert folder.is_symlink()
    assert ran.report.published == folder / "recon.duckdb"
    assert sorted(path.stem for path in folder.glob("*.parquet")) == names == sorted(manifest["tables"])
    for name, told in manifest["tables"].items():
        assert hashlib.sha256((folder / f"{name}.parquet").read_bytes()).hexdigest() == told["sha256"]
        assert published_table(ran.home, name).height == told["rows"]
        assert (told["rows"] == 0) == (name in EMPTY_FOR_ONE_RECONSTITUTION)
    inputs = manifest["events"][0]["inputs"]
    assert {payload["session_date"] for payload in inputs["payloads"]} >= {ran.simulated.event.rank_day.isoformat()}
    assert inputs["openings"][0]["source_sha256"] == hashlib.sha256(ran.simulated.opening.read_bytes()).hexdigest()


def test_the_published_file_holds_what_the_parquet_files_hold(ran: Ran) -> None:
    reader = Reader(ran.home / "published" / "recon.duckdb")
    for name in json.loads((ran.home / "published" / "manifest.json").read_text())["tables"]:
        assert reader.frame(f"select * from recon.{name}").equals(published_table(ran.home, name)), name
    silent = reader.frame(
        "select table_name, column_name from duckdb_columns() where database_name = 'published' and comment is null"
    )
    assert silent.is_empty()


def test_keys_are_unique_and_indexes_are_of_the_family(ran: Ran) -> None:
    key = ["event_id", "vintage", "index_id", "security_id"]
    for name in ("index_membership", "index_changes"):
        table = ran.table(name)
        assert not table.select(key).is_duplicated().any()
        assert set(table["vintage"]) == {"final"}
    assert set(ran.table("index_membership")["index_id"]) == set(index_ids())
    assert set(ran.table("index_changes")["index_id"]) == {"R1000", "R2000", "R3000", "R3000E", "RMICRO"}


def test_membership_holds_members_only(ran: Ran) -> None:
    members = ran.table("index_membership").join(
        ran.table("eligibility").select("security_id", eligibility="status"), on="security_id", how="left"
    )
    assert set(members["eligibility"]) == {"eligible", "unknown"}
    held = {index_id: set(members.filter(pl.col("index_id") == index_id)["security_id"]) for index_id in index_ids()}
    assert held["R1000"] | held["R2000"] == held["R3000"]
    assert not held["R1000"] & held["R2000"]
    assert held["TOP50"] < held["TOP200"] < held["TOP500"] < held["R1000"]
    companies = members.filter("is_pricing_vehicle", index_id="R3000").height
    gone = ran.issues("left_before_effective").height
    assert 3000 - gone <= companies <= 3000


def test_nobody_disappears(ran: Ran) -> None:
    near = [ran.rank, ran.rank - 1, ran.rank + 1]
    listed = {
        normal_ticker(row["symbol"])
        for session in near
        for body in ran.market.written(session).values()
        for row in json.loads(body)
    }
    assert set(ran.table("universe")["ticker"]) == listed
    assert ran.table("eligibility")["security_id"].sort().equals(ran.table("universe")["security_id"].sort())


@pytest.mark.parametrize("index_id", ["R1000", "R2000", "RMICRO"])
def test_every_opening_row_ends_as_a_member_a_deletion_or_an_issue(ran: Ran, index_id: str) -> None:
    changes = ran.table("index_changes").filter(index_id=index_id)
    deleted = set(changes.filter(action="deletion")["rank_ticker"])
    added = set(changes.filter(action="addition")["rank_ticker"])
    stays = set(ran.table("index_membership").filter(index_id=index_id)["rank_ticker"]) - added
    of_index = pl.col("detail").str.contains(rf"\b{index_id}\b")
    unlisted = set(ran.issues("opening_no_listing").filter(of_index)["ticker"])
    left = set(ran.issues("opening_left").filter(of_index)["ticker"])
    merged = set(ran.issues("left_before_effective")["ticker"])
    for opened in ran.opening[index_id]:
        line = ran.symbol_lines.get(opened)
        ticker = opened if line is None else ran.ticker(line, ran.rank)
        ends = [ticker in deleted, ticker in stays, ticker in merged, opened in unlisted, opened in left]
        assert sum(ends) == 1, opened


# --- what was planted -------------------------------------------------------------------------------------------------


def test_a_member_missing_on_the_rank_day_alone_is_read_from_its_neighbour(ran: Ran) -> None:
    line = next(
        index
        for index, line in enumerate(ran.market.lines)
        if line.gaps == {ran.rank} and ran.market.companies[line.company].cap_usd > 1e10
    )
    ticker = ran.ticker(line, ran.rank)
    row = ran.table("universe").filter(ticker=ticker).row(0, named=True)
    assert row["is_neighbour"]
    assert row["observed_session"] == ran.market.sessions[ran.rank - 1]
    assert "R1000" in ran.indexes_of(ticker)
    assert ran.issues("neighbour_session").filter(ticker=ticker)["security_id"].item() == row["security_id"]


def test_members_without_figures_are_carried_where_they_were(ran: Ran) -> None:
    blank = {
        ran.ticker(index, ran.rank): line.company
        for index, line in enumerate(ran.market.lines)
        if line.role in ("common", "class") and line.cap == "blank" and ran.market.lines[line.company].cap == "blank"
    }
    assert len(blank) >= 4  # two companies of two classes each, both without a cap
    for ticker in blank:
        before = {index for index, tickers in ran.opening.items() if ticker in tickers} - {"RMICRO"}
        assert before
        assert before <= ran.indexes_of(ticker)
        assert ran.table("index_membership").filter(rank_ticker=ticker)["status"].unique().to_list() == ["carried"]
        assert not ran.issues("carried").filter(ticker=ticker).is_empty()
    assert ran.table("ranking").filter(status="carried").height == len(set(blank.values()))


@pytest.mark.parametrize("ticker", ["NA", "NAN"])
def test_a_ticker_that_looks_like_nothing_is_a_member(ran: Ran, ticker: str) -> None:
    assert ran.indexes_of(ticker) & {"R1000", "R2000"}


def test_a_rename_after_the_rank_day_shows_in_the_ticker(ran: Ran) -> None:
    renamed = {
        line.symbol: line.renamed_to
        for line in ran.market.lines
        if ran.rank < line.renamed_at < len(ran.market.sessions)
    }
    members = ran.table("index_membership").filter(pl.col("rank_ticker").is_in(list(renamed)))
    assert members["rank_ticker"].n_unique() >= 4
    assert all(renamed[rank] == later for rank, later in members.select("rank_ticker", "ticker").iter_rows())
    inferred = set(ran.issues("rename_inferred")["ticker"])
    assert inferred >= set(members["ticker"])


def test_a_company_that_merges_after_the_rank_day_is_neither_member_nor_change(ran: Ran) -> None:
    gone = {
        ran.ticker(index, ran.rank)
        for index, line in enumerate(ran.market.lines)
        if ran.rank <= ran.market.companies[line.company].last < len(ran.market.sessions) - 1
    }
    assert not gone & ran.members_now()
    assert not gone & set(ran.table("index_changes")["rank_ticker"])
    ranked = set(ran.table("ranking")["ticker"]) & gone
    assert len(ranked) >= 20
    # A member that no index would have kept is told as well.
    assert ranked <= set(ran.issues("left_before_effective")["ticker"]) <= gone


def test_the_price_rule_spares_members_whose_average_holds(ran: Ran) -> None:
    rows = {row["ticker"]: row for row in ran.table("eligibility").iter_rows(named=True)}
    opened = set().union(*ran.opening.values())
    spared = deleted = 0
    for index, line in enumerate(ran.market.lines):
        planted = line.tick == 1 and line.volatility_ppm == 15_000 and line.beta_permille == 300
        if not planted or line.symbol not in opened:
            continue
        row = rows[ran.ticker(index, ran.rank)]
        assert row["price_value_usd"] < 1
        if line.drift_ppm:
            assert row["price_average_usd"] >= 1
            assert row["price_status"] == "passed"
            spared += bool(ran.indexes_of(row["ticker"]))
        else:
            assert row["price_status"] == "failed"
            assert row["reason"] == "price"
            reasons = ran.table("index_changes").filter(rank_ticker=row["ticker"], action="deletion")["reason"]
            deleted += set(reasons) == {"price"}
            assert not ran.indexes_of(row["ticker"])
    assert spared >= 8
    assert deleted >= 8


def test_ipos_count_from_the_day_of_their_listing(ran: Ran) -> None:
    first = {
        ran.ticker(index, ran.rank): ran.market.companies[line.company].first
        for index, line in enumerate(ran.market.lines)
        if ran.market.companies[line.company].first > 0
    }
    late = {ticker for ticker, session in first.items() if session > ran.rank}
    early = first.keys() - late
    assert late
    assert not late & ran.members_now()
    new = set(ran.table("index_changes").filter(action="addition", movement="new")["rank_ticker"])
    assert early & new
    assert early & ran.members_now() <= new


def test_every_class_is_where_its_company_is(ran: Ran) -> None:
    several = 0
    for index, line in enumerate(ran.market.lines):
        if line.role != "class":
            continue
        first, second = ran.indexes_of(ran.ticker(line.company, ran.rank)), ran.indexes_of(ran.ticker(index, ran.rank))
        assert not second or not first or first == second, line.symbol
        several += bool(first and second)
    assert several >= 20


def test_names_that_died_before_are_neither_member_nor_deletion(ran: Ran) -> None:
    dead = set().union(*ran.opening.values()) - ran.symbol_lines.keys()
    assert dead
    assert dead <= set(ran.issues("opening_no_listing")["ticker"])
    assert not dead & ran.members_now()
    assert not dead & set(ran.table("index_changes")["rank_ticker"])


def test_sessions_that_no_dump_describes_are_stated(ran: Ran) -> None:
    seen = set(ran.market.sessions) - {ran.market.sessions[ran.market.lost_session]}
    wanted = ran.report.took.sessions + ran.issues("session_incomplete").height
    assert not set(ran.issues("session_incomplete")["session_date"]) & seen
    assert wanted == 29


def test_the_unknown_openings_are_stated_and_give_no_changes(ran: Ran) -> None:
    unknown = {"TOP50", "TOP200", "TOP500", "MIDCAP", "R2500"}
    assert set(ran.issues("opening_unknown")["index_id"]) == unknown
    assert not unknown & set(ran.table("index_changes")["index_id"])


# --- the same again ---------------------------------------------------------------------------------------------------


def test_a_second_run_publishes_the_same_bytes(ran: Ran) -> None:
    assert published_files(ran.home) == ran.files
    assert ran.report.snapshot is not None
    assert ran.again.snapshot is not None
    assert ran.report.snapshot.is_new
    assert not ran.again.snapshot.is_new
    assert ran.again.snapshot.path == ran.report.snapshot.path


def test_a_second_run_asks_for_no_payload_again(ran: Ran) -> None:
    # Only the listings of months in which a session is still missing are asked again, or of the next if it is at the
    # end of one: its dump may have come since.
    months = {day.strftime("%Y-%m") for day in ran.issues("session_incomplete")["session_date"]}
    assert all("/commits?since=" in path for path in ran.asked_again)
    assert len(ran.asked_again) == ran.again.took.archive.requests <= len(months) + 2


def test_faults_change_nothing(ran: Ran, tmp_path: Path) -> None:
    with difficult(ran.market) as server:
        server.faulty = True
        report = run_event(EVENT, settings_for(tmp_path, server.url), openings=[ran.simulated.opening])
    assert report.took.archive.requests > 1.5 * ran.report.took.archive.requests
    assert published_files(tmp_path) == ran.files


def test_landings_alone_give_the_same_bytes(ran: Ran, tmp_path: Path) -> None:
    home = copy_landings(ran.home, tmp_path / "home")
    nowhere = settings_for(home, "http://127.0.0.1:9", offline=True)
    report = run_event(EVENT, nowhere, openings=[ran.simulated.opening])
    assert report.took.archive.requests == 0
    assert published_files(home) == ran.files


@pytest.mark.parametrize(
    ("options", "left_out"),
    [
        (("--no-presumption",), {"contradicted_shares", "presumption"}),
        (
            ("--strict-known", "--without", "sic", "--without", "filer_names"),
            {"filer_names", "known_late", "late_counts", "sic"},
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_evidence_is_left_out_until_the_next_run(
    options: tuple[str, ...],
    left_out: set[str],
    ran: Ran,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = copy_landings(ran.home, tmp_path / "home")
    given = ("--opening", str(ran.simulated.opening), "--home", str(home))
    code, _, _ = answer(capsys, "run", EVENT, "--offline", *given, *options)
    assert code == 0
    told = published_table(home, "data_issues").filter(issue="evidence_left_out")["detail"]
    assert {text.split("rule use_")[1] for text in told} == {f"{kind} is 0." for kind in left_out}
    run_event(EVENT, settings_for(home, "http://127.0.0.1:9", offline=True))
    assert published_files(home) == ran.files


def test_only_evidence_that_there_is_can_be_left_out(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, told = answer(capsys, "run", EVENT, "--without", "hearsay", "--home", str(tmp_path))
    assert code == BadInput.exit_code
    assert "without hearsay: there is no such kind of evidence. Choose of contradicted_shares" in " ".join(told.split())
    assert not (tmp_path / "work").exists()


def test_offline_without_landings_says_so(ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    opening = str(ran.simulated.opening)
    code, _, told = answer(capsys, "run", EVENT, "--offline", "--home", str(tmp_path), "--opening", opening)
    assert code == NotLanded.exit_code == 3
    assert "never landed. Run `recon fetch" in " ".join(told.split())
    assert "archive at" not in told  # nobody was asked
    assert not (tmp_path / "published").exists()


def test_a_preliminary_event_becomes_final_when_its_effective_session_is_there(ran: Ran, tmp_path: Path) -> None:
    """Offline first, from landings that end two days after the rank day; then online, when all commits are made."""
    last = f"{ran.market.sessions[ran.rank + 2]}T23:59:59Z"
    made = {commit.sha for commit in ran.market.commits if commit.committed_at <= last}

    def by_then(row: dict[str, Any]) -> bool:
        return row["commit"] in made if row["commit"] else "since=2026-06" not in row["url"]

    home = copy_landings(ran.home, tmp_path / "home", by_then)
    run_event(EVENT, settings_for(home, "http://127.0.0.1:9", offline=True), openings=[ran.simulated.opening])
    members = published_table(home, "index_membership")
    assert set(members["vintage"]) == {"preliminary"} == set(published_table(home, "index_changes")["vintage"])
    assert members["ticker"].equals(members["rank_ticker"])
    left = set(ran.issues("left_before_effective")["ticker"]) & set(ran.table("ranking")["ticker"])
    assert len(left) >= 20
    assert left <= set(members["rank_ticker"])

    with difficult(ran.market) as server:
        report = run_event(EVENT, settings_for(home, server.url))
        fetched = server.dumps_asked
    assert report.notes == ["opened from the files of the run before; --from-previous sets them aside"]
    assert len(fetched) == 6  # the session, and the one before it, which tells what its dump describes
    assert published_files(home) == ran.files
    assert report.snapshot is not None
    assert report.snapshot.manifest["previous"]["changes"]["index_membership"]["removed"] == members.height


# --- killed -----------------------------------------------------------------------------------------------------------


def start(home: Path, url: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RECON_")}
    environment |= {"RECON_ARCHIVE_URL": url, "RECON_ARCHIVE_API_URL": url, "RECON_ARCHIVE_TOKEN": TOKEN}
    environment |= {"RECON_HOME": str(home), "RECON_REQUESTS_PER_SECOND": "1000"}
    return subprocess.Popen(
        [*RECON, *arguments], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def wait_until(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def kill(process: subprocess.Popen[str]) -> str:
    process.kill()
    printed, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == -9, printed
    return printed


@dataclass
class Killed:
    """A home whose runs were killed while a reader had the published file open, and at last one was not."""

    ran: Ran
    home: Path
    seen: list[tuple[str, Files, int]]
    printed: list[str]
    exit_code: int
    left_over: list[Path]


@pytest.fixture(scope="module")
def killed(ran: Ran, archive: Difficult, tmp_path_factory: pytest.TempPathFactory) -> Killed:
    """Runs that would publish something else (they open by the Russell 1000 alone) are killed; the last one may end."""
    home = tmp_path_factory.mktemp("killed") / "home"
    shutil.copytree(ran.home, home, symlinks=True)
    opening = some_opening(home / "r1000.csv", ran.simulated, ["R1000"])
    found = Killed(ran, home, [], [], -1, [])
    command = ("run", EVENT, "--opening", str(opening))

    def look(moment: str) -> None:
        members = Reader(home / "published" / "recon.duckdb").frame("select count(*) from recon.index_membership")
        found.seen.append((moment, published_files(home), members.item()))

    for delay_s in (0.02, 0.3):
        process = start(home, archive.url, *command)
        assert process.stdout is not None
        while "deriving" not in (line := process.stdout.readline()):
            assert line, "the run ended before it derived"
            found.printed.append(line)
        time.sleep(delay_s)
        found.printed.append(kill(process))
        look(f"{delay_s} s into the derive step")

    process = start(home, archive.url, *command)
    wait_until(process, lambda: any((home / "snapshots").glob(".unfinished-*")))
    found.printed.append(kill(process))
    look("while publishing")
    found.left_over = list((home / "snapshots").glob(".unfinished-*"))

    process = start(home, archive.url, *command)
    printed, _ = process.communicate(timeout=PATIENCE_S)
    found.printed.append(printed)
    found.exit_code = process.returncode
    return found


def test_a_killed_run_leaves_what_was_published(killed: Killed) -> None:
    rows = killed.ran.table("index_membership").height
    for moment, files, read in killed.seen:
        assert files == killed.ran.files, moment
        assert read == rows, moment


def test_the_run_after_a_killed_one_succeeds(killed: Killed) -> None:
    assert killed.exit_code == 0, killed.printed[-1]
    assert killed.left_over
    assert not list((killed.home / "snapshots").glob(".*"))
    assert published_files(killed.home) != killed.ran.files


def test_opening_by_one_index_alone_changes_that_index_alone(killed: Killed) -> None:
    unknown = published_table(killed.home, "data_issues").filter(issue="opening_unknown")["index_id"]
    changes = published_table(killed.home, "index_changes")
    assert set(unknown) == set(index_ids()) - {"R1000"}
    assert set(changes["index_id"]) == {"R1000"}
    # Who is in the Russell 3000 is not known, so that no band keeps a company out; few others are judged otherwise.
    whole = killed.ran.table("index_changes").filter(index_id="R1000")
    deleted, deleted_of_whole = (set(frame.filter(action="deletion")["rank_ticker"]) for frame in (changes, whole))
    added, added_of_whole = (set(frame.filter(action="addition")["rank_ticker"]) for frame in (changes, whole))
    assert added > added_of_whole
    assert len(deleted & deleted_of_whole) > 0.9 * len(deleted | deleted_of_whole)


def test_no_secret_is_written_or_printed(killed: Killed, archive: Difficult) -> None:
    assert f"Bearer {TOKEN}" in archive.tokens
    written = [path for home in (killed.home, killed.ran.home) for path in home.rglob("*") if path.is_file()]
    assert len(written) > 100
    assert not [path for path in written if TOKEN.encode() in path.read_bytes()]
    assert not [text for text in (*killed.printed, *killed.ran.said) if TOKEN in text]


def test_a_refused_token_is_not_shown(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with difficult(ran.market) as server:
        server.refuses = True
        for name, value in {"ARCHIVE_URL": server.url, "ARCHIVE_API_URL": server.url, "ARCHIVE_TOKEN": TOKEN}.items():
            monkeypatch.setenv(f"RECON_{name}", value)
        opening = str(ran.simulated.opening)
        code, out, told = answer(capsys, "run", EVENT, "--home", str(tmp_path), "--opening", opening)
    assert code == 4
    assert "401" in told
    assert TOKEN not in out + told


def test_a_killed_landing_is_resumed(ran: Ran, tmp_path: Path) -> None:
    """The stretch holds the session whose close is nowhere, which the prefetch states."""
    lost = ran.market.sessions[ran.market.lost_session]
    stretch = ran.market.sessions[ran.market.lost_session - 3 : ran.market.lost_session + 2]
    manifest = tmp_path / "landed" / "manifest.jsonl"
    with difficult(ran.market) as server:
        server.delay_s = 0.2
        process = start(tmp_path, server.url, "fetch", "--from", str(stretch[0]), "--to", str(stretch[-1]))
        wait_until(process, lambda: manifest.exists() and manifest.read_bytes().count(b"_full_tickers") >= 4)
        kill(process)
        landed = manifest.read_bytes().count(b"_full_tickers")
        server.delay_s, before = 0.0, len(server.dumps_asked)
        got = prefetch(settings_for(tmp_path, server.url), stretch[0], stretch[-1])
        missing = server.dumps_asked[before:]
    assert got.missing == (lost,)
    assert got.sessions == len(stretch) - 1
    assert len(missing) == len(set(missing)) == 3 * len(stretch) - landed
    assert 0 < landed < 3 * len(stretch)


# --- refused ----------------------------------------------------------------------------------------------------------


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command, run in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["recon", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


def test_a_blocking_check_that_fails_changes_nothing(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(ran.home, home, symlinks=True)
    opening = some_opening(tmp_path / "r2000.csv", ran.simulated, ["R2000"])
    # Opened like this the event has other rows, so that a roll-back that was none would show.
    before = working_rows(home)
    query = Query.parse("select ticker from recon.index_membership where event_id = $event_id and rank <= 2")
    tables = load_tables()
    table = tables["recon.index_membership"]
    strict = replace(table, checks=(*table.checks, Check("no_giants", query, blocking=True)))
    monkeypatch.setattr(pipeline, "load_tables", lambda: tables | {table.full_name: strict})
    url = "http://127.0.0.1:9"
    code, _, told = answer(capsys, "run", EVENT, "--offline", "--home", str(home), "--opening", str(opening))
    assert url not in told
    assert code == ContractBroken.exit_code == 6
    assert "no_giants" in told
    assert published_files(home) == ran.files
    after = working_rows(home)
    changed = {name for name in before if before[name] != after[name]}
    # What the run was given stays noted; nothing that was derived from it does.
    assert changed <= {"raw.opening_rows", "core.event_sessions", "core.event_rules"}


def test_two_runs_of_one_home_do_not_meet(
    ran: Ran, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with open_warehouse(settings_for(home, "http://127.0.0.1:9")):
        monkeypatch.setattr(pipeline, "open_warehouse", lambda _: Warehouse(warehouse_path(home), lock_wait_s=0.1))
        code, _, told = answer(capsys, "run", EVENT, "--home", str(home), "--opening", str(ran.simulated.opening))
    assert code == Busy.exit_code == 7
    assert "--home" in told


def test_a_late_opening_is_refused(ran: Ran, tmp_path: Path) -> None:
    late = ran.market.sessions[ran.rank + 1]
    opening = some_opening(tmp_path / "late.csv", ran.simulated, ["R1000"], asof=late)
    with pytest.raises(BadInput, match="--allow-late-opening"):
        run_event(EVENT, settings_for(tmp_path / "home", "http://127.0.0.1:9"), openings=[opening])


def test_an_event_that_nothing_opens_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--opening"):
        run_event(EVENT, settings_for(tmp_path, "http://127.0.0.1:9"))


# --- what if ----------------------------------------------------------------------------------------------------------


def supposed(ran: Ran, *overrides: tuple[str, str, object]) -> WhatIf:
    return what_if(ran.home, EVENT, [override(ticker, field, value) for ticker, field, value in overrides])


def moves(found: WhatIf, ticker: str) -> set[tuple[str, str]]:
    """What a line would enter and leave."""
    return set(found.memberships.filter(pl.col("ticker") == ticker).select("what", "index_id").iter_rows())


@pytest.mark.parametrize(("cut", "is_above", "field"), [("R1000", False, "price"), ("R3000", True, "shares")])
def test_past_its_flip_a_company_moves_and_a_step_short_of_it_not(
    ran: Ran, cut: str, is_above: bool, field: str
) -> None:
    """recon.near_miss against a run of the whole derivation, bands and all."""
    near = ran.table("near_miss").filter(
        pl.col("cut_id") == cut,
        pl.col("is_above") == is_above,
        pl.col("flip_price_usd").is_not_null(),
        pl.col("side_before") != "new",
    )
    row = near.sort("nearness").row(2, named=True)
    flip, step = (row["flip_price_usd"], TICK) if field == "price" else (row["flip_shares"], 1)
    past = supposed(ran, (row["ticker"], field, flip))
    told = {(what, index_id) for what in ("enters", "leaves") for index_id in (row[what] or "").split()}
    assert moves(past, row["ticker"]) == told
    assert past.ranks.filter(pl.col("ticker") == row["ticker"]).select("rank_then").item() == (
        row["rank"] - row["margin_ranks"]
    )
    short = supposed(ran, (row["ticker"], field, flip + (step if is_above else -step)))
    assert not moves(short, row["ticker"])


def test_what_is_supposed_of_others_changes_nothing_of_the_home(ran: Ran) -> None:
    """One company moves abroad, one goes over the counter: both leave, others rise, and the home is as it was."""
    members = ran.table("index_membership").filter(pl.col("index_id") == "R1000", pl.col("company_id") != "")
    single = members.filter(pl.len().over("company_id") == 1).sort("rank")["rank_ticker"].to_list()
    abroad, otc = single[400], single[500]
    before = (published_files(ran.home), warehouse_path(ran.home).read_bytes())
    found = supposed(ran, (abroad, "country", "Ireland"), (otc, "exclude", True))
    assert (published_files(ran.home), warehouse_path(ran.home).read_bytes()) == before
    verdicts = dict(found.eligibility.select("ticker", "reason_then").iter_rows())
    assert verdicts == {abroad: "country", otc: "exchange"}
    for ticker in (abroad, otc):
        assert ("leaves", "R1000") in moves(found, ticker)
        assert ("leaves", "R3000") in moves(found, ticker)
    assert found.companies["size_index_then"].to_list() == ["none", "none"]
    risen = found.memberships.filter(pl.col("what") == "enters", pl.col("index_id") == "R3000")
    assert risen.height == 2
    with pytest.raises(BadInput, match="has no line"):
        supposed(ran, (f"{abroad}.ZZ", "price", 1))


# --- the event after --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chained(ran: Ran, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunReport, str]:
    """The next event in the home of the first: refused while it has no prices, then run on a market of its own.

    The two markets bear the same names, for one seed made both; what happens to them differs.
    """
    home = tmp_path_factory.mktemp("chained") / "home"
    shutil.copytree(ran.home, home, symlinks=True)
    with difficult(ran.market) as server:
        with pytest.raises(Unavailable) as refused:
            run_event(NEXT_EVENT, settings_for(home, server.url))
        assert published_files(home) == ran.files
    with difficult(ran.market, simulate(event(NEXT_EVENT))) as server:
        return home, run_event(NEXT_EVENT, settings_for(home, server.url)), str(refused.value)


def test_an_event_without_prices_of_its_rank_day_is_refused(chained: tuple[Path, RunReport, str]) -> None:
    _, _, told = chained
    assert str(event(NEXT_EVENT).rank_day) in told
    assert "run again then" in told


def test_the_next_event_opens_from_the_one_before(ran: Ran, chained: tuple[Path, RunReport, str]) -> None:
    home, report, _ = chained
    assert report.opening_source == f"event {EVENT}"
    members = published_table(home, "index_membership")
    before, after = members.filter(event_id=EVENT), members.filter(event_id=NEXT_EVENT)
    assert before.equals(ran.table("index_membership"))
    assert set(after["index_id"]) == set(index_ids())
    assert published_table(home, "data_issues").filter(event_id=NEXT_EVENT, issue="opening_unknown").is_empty()
    # An identifier outlives a ticker: a line that was renamed meanwhile is the same line.
    renamed = before.filter(pl.col("ticker") != pl.col("rank_ticker"))["security_id"].unique().to_list()
    again = after.filter(pl.col("security_id").is_in(renamed))
    assert again["security_id"].n_unique() >= 3
    assert again["ticker"].is_in(after["ticker"].to_list()).all()


def test_the_changes_of_a_chain_replay(chained: tuple[Path, RunReport, str]) -> None:
    """Members before, less deletions, plus additions, less who left: members after, security by security."""
    home, _, _ = chained
    members = published_table(home, "index_membership")
    changes = published_table(home, "index_changes").filter(event_id=NEXT_EVENT)
    listed = set(published_table(home, "universe").filter(event_id=NEXT_EVENT)["security_id"])
    merged = published_table(home, "data_issues").filter(event_id=NEXT_EVENT, issue="left_before_effective")
    for index_id in index_ids():
        of = members.filter(index_id=index_id)
        before = set(of.filter(event_id=EVENT)["security_id"])
        after = set(of.filter(event_id=NEXT_EVENT)["security_id"])
        change = changes.filter(index_id=index_id)
        added = set(change.filter(action="addition")["security_id"])
        deleted = set(change.filter(action="deletion")["security_id"])
        assert added <= after - before
        assert deleted <= before - after
        replayed = ((before & listed) - deleted) | added
        assert after <= replayed
        gone = replayed - after
        assert gone <= set(merged["security_id"]) | {s for s in gone if _is_further_line(home, s)}, index_id


def _is_further_line(home: Path, security_id: str) -> bool:
    rows = published_table(home, "universe").filter(event_id=NEXT_EVENT, security_id=security_id)
    return not rows["is_pricing_vehicle"].item()
