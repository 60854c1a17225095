"""The reconstitutions of June 2022 and June 2023 end to end, on the archive as it was.

The reference data beside the checkout gives the archive (a server that replays it), the lists that the events open
from, and what really happened. What does not belong here: anything that the simulated market can show as well
(`test_pipeline.py`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from recon_pipeline import events
from recon_pipeline.ingest import Took, land
from recon_pipeline.pipeline import RunReport, open_warehouse, run_event
from recon_pipeline.rules import reference_rows
from recon_pipeline.scoring import Miss, Score, read_truth, score
from recon_pipeline.settings import Settings
from recon_pipeline.sources.archive import Archive, dating, listings, provider
from recon_pipeline.sources.http import HttpClient, Traffic
from recon_pipeline.sources.landing import Landing
from recon_pipeline.warehouse import Reader
from recon_pipeline_tests.conftest import StartReplayServer

FIRST, SECOND = "2022-06-recon", "2023-06-recon"
FAULTS = "429:0.1,500:0.05,truncate:0.03,html:0.02"
# A little under the figures of today: less than this is a step back. Of the archive alone, and with all that the server
# has beside it.
FLOORS = {
    ("R1000", "members", "f1"): 0.98,
    ("R2000", "members", "f1"): 0.975,
    ("R3000", "members", "f1"): 0.98,
    ("R3000", "additions", "f1"): 0.82,
    ("R3000", "deletions", "f1"): 0.91,
    ("RMICRO", "additions", "recall"): 0.82,
    ("RMICRO", "additions", "precision"): 0.77,
}
FLOORS_WITH_ALL = {
    ("R1000", "members", "f1"): 0.987,
    ("R2000", "members", "f1"): 0.976,
    ("R3000", "members", "f1"): 0.982,
    ("R3000", "additions", "f1"): 0.84,
    ("R3000", "deletions", "f1"): 0.915,
    ("RMICRO", "additions", "recall"): 0.87,
    ("RMICRO", "additions", "precision"): 0.80,
}

Files = dict[str, bytes]


def settings_for(home: Path, url: str) -> Settings:
    return Settings(
        home=home,
        archive_url=url,
        archive_api_url=url,
        max_attempts=12,
        backoff_base_s=0.01,
        backoff_max_s=0.05,
        requests_per_second=1000,
    )


def published_files(home: Path) -> Files:
    return {path.name: path.read_bytes() for path in sorted((home / "published").glob("*.parquet"))}


def table(home: Path, name: str, event_id: str) -> pl.DataFrame:
    return pl.read_parquet(home / "published" / f"{name}.parquet").filter(event_id=event_id)


def with_landings_of(home: Path, other: Path) -> Path:
    """A home that shares the landing of another: write-once, so that both may add to it."""
    home.mkdir(parents=True)
    (home / "landed").symlink_to(other / "landed", target_is_directory=True)
    return home


@pytest.fixture(scope="module")
def lists(shared: Path) -> Path:
    return shared / "data" / "membership"


@pytest.fixture(scope="module")
def archive_url(replay_server: StartReplayServer) -> str:
    return replay_server()


@pytest.fixture(scope="module")
def chain(lists: Path, archive_url: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[RunReport]]:
    """2022 opening from the official lists of 2021, then 2023 opening from it."""
    home = tmp_path_factory.mktemp("chain")
    settings = settings_for(home, archive_url)
    official = [lists / f"russell{size}_2021-06-28.csv" for size in (3000, 1000, 2000)]
    return home, [run_event(FIRST, settings, openings=official), run_event(SECOND, settings)]


@pytest.fixture(scope="module")
def official(lists: Path) -> Sequence[Path]:
    """The members just before the reconstitution of 2023."""
    return [lists / f"russell{size}_2022-06-24.csv" for size in (3000, 1000, 2000)] + [
        lists / "microcap_2023-03-31.csv"
    ]


@pytest.fixture(scope="module")
def from_official(
    chain: tuple[Path, list[RunReport]],
    official: Sequence[Path],
    archive_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """2023 opening from the official lists of 2022."""
    home = with_landings_of(tmp_path_factory.mktemp("official") / "home", chain[0])
    run_event(SECOND, settings_for(home, archive_url), openings=official)
    return home


# --- the chain --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event_id", [FIRST, SECOND])
def test_the_breakpoint_is_the_published_one(chain: tuple[Path, list[RunReport]], event_id: str) -> None:
    found = table(chain[0], "breakpoints", event_id).filter(breakpoint_id="R1000")["market_cap_usd"].item()
    published = next(
        row
        for _, row in reference_rows("published_breakpoints.csv")
        if (row["event_id"], row["breakpoint_id"]) == (event_id, "R1000")
    )
    usd = float(published["published_usd"])
    assert float(found) == pytest.approx(usd, abs=float(published["rounding_usd"]) + 0.015 * usd)


def test_the_second_event_opens_from_the_first(chain: tuple[Path, list[RunReport]]) -> None:
    home, reports = chain
    assert reports[1].opening_source == f"event {FIRST}"
    members = table(home, "index_membership", FIRST).filter(index_id="R3000")
    later = table(home, "universe", SECOND)
    # Nearly all are there a year later under the identifier that they had, whatever their ticker is by then.
    there = members.join(later.select("security_id", later="ticker"), on="security_id")
    assert 0.85 * members.height < there.height < members.height
    renamed = set(there.filter(pl.col("later") != pl.col("ticker")).select("security_id", "later").iter_rows())
    assert {("L-ROLL", "RBC"), ("L-WRE", "ELME")} <= renamed
    assert table(home, "data_issues", SECOND).filter(issue="opening_unknown").is_empty()


@pytest.mark.parametrize("event_id", [FIRST, SECOND])
def test_every_opening_row_ends_as_a_member_a_deletion_or_an_issue(
    chain: tuple[Path, list[RunReport]], lists: Path, event_id: str
) -> None:
    """By counting: additions and deletions lead from the rows of the opening that are still listed to the members."""
    home, _ = chain
    changes, issues = table(home, "index_changes", event_id), table(home, "data_issues", event_id)
    members = table(home, "index_membership", event_id)
    merged = issues.filter(issue="left_before_effective")["security_id"].to_list()
    for index_id, opened in _opening_rows(home, lists, event_id).items():
        kept = members.filter(index_id=index_id).height - changes.filter(index_id=index_id, action="addition").height
        deleted = changes.filter(index_id=index_id, action="deletion").height
        stated = issues.filter(
            pl.col("issue").is_in(["opening_no_listing", "opening_left"]),
            pl.col("detail").str.contains(rf"\b{index_id}\b"),
        ).height
        assert 0 <= opened - kept - deleted - stated <= len(merged), index_id


def _opening_rows(home: Path, lists: Path, event_id: str) -> dict[str, int]:
    if event_id == SECOND:
        before = table(home, "index_membership", FIRST)
        return {index_id: before.filter(index_id=index_id).height for index_id in ("R1000", "R2000")}
    files = {"R1000": "russell1000_2021-06-28.csv", "R2000": "russell2000_2021-06-28.csv"}
    return {index_id: pl.read_csv(lists / name).height for index_id, name in files.items()}


# --- the scores -------------------------------------------------------------------------------------------------------


Scored = tuple[dict[tuple[str, str], Score], list[Miss]]


def scored_in(home: Path, lists: Path) -> Scored:
    truth = [lists / f"russell{size}_2023-06-26.csv" for size in (1000, 2000, 3000)]
    truth += [lists / f"russell3000_{what}_2023-06-26.csv" for what in ("additions", "deletions")]
    truth += [lists / "microcap_additions_preliminary_2023.csv"]
    wanted = events.event(SECOND)
    scores, misses = score(Reader(home / "published" / "recon.duckdb"), wanted, read_truth(truth, wanted))
    return {(found.index_id, found.kind): found for found in scores}, misses


@pytest.fixture(scope="module")
def scored(from_official: Path, lists: Path) -> Scored:
    return scored_in(from_official, lists)


@pytest.fixture(scope="module")
def scored_with_all(
    from_official: Path,
    official: Sequence[Path],
    lists: Path,
    replay_server: StartReplayServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Scored:
    """2023 opening from the official lists of 2022, with every source that the server speaks for."""
    url = replay_server(today="2023-07-05")
    # What it lands is not for the homes that read the archive alone: a manifest of its own.
    home = tmp_path_factory.mktemp("all")
    (home / "landed").mkdir()
    (home / "landed" / "objects").symlink_to(from_official / "landed" / "objects", target_is_directory=True)
    shutil.copy(from_official / "landed" / "manifest.jsonl", home / "landed")
    hosts = ("screener", "symdir", "ipo_calendar", "sec_files", "sec_data", "massive", "alphavantage", "ishares")
    settings = Settings.model_validate(
        settings_for(home, url).model_dump()
        | {f"{host}_url": url for host in hosts}
        | {f"{host}_requests_per_second": 10 for host in ("sec", "symdir", "ipo_calendar", "alphavantage")}
        | {"sources": "all", "sec_contact": "Tester tester@example.org", "alphavantage_key": "key", "max_attempts": 2}
    )
    run_event(SECOND, settings, openings=official)
    return scored_in(home, lists)


@pytest.mark.parametrize(("index_id", "kind", "figure"), FLOORS)
def test_the_scores_of_2023_are_held(scored: Scored, index_id: str, kind: str, figure: str) -> None:
    found = scored[0][index_id, kind]
    assert getattr(found, figure) >= FLOORS[index_id, kind, figure], found


@pytest.mark.parametrize(("index_id", "kind", "figure"), FLOORS_WITH_ALL)
def test_the_scores_of_2023_with_all_evidence_are_held(
    scored_with_all: Scored, index_id: str, kind: str, figure: str
) -> None:
    found = scored_with_all[0][index_id, kind]
    assert getattr(found, figure) >= FLOORS_WITH_ALL[index_id, kind, figure], found


def test_members_are_scored_beside_changing_nothing(scored: Scored) -> None:
    for index_id in ("R1000", "R2000", "R3000"):
        found = scored[0][index_id, "members"]
        assert found.unchanged_f1 is not None
        assert found.f1 > found.unchanged_f1 > 0.5


def test_every_wrong_name_is_explained(scored: Scored) -> None:
    scores, misses = scored
    wrong = sum(found.ours + found.truth - 2 * found.hits for found in scores.values())
    assert len(misses) == wrong > 0
    assert all(miss.explanation for miss in misses)


# --- the same again ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event_id", [FIRST, SECOND])
def test_an_event_that_has_all_its_sessions_asks_nothing(chain: tuple[Path, list[RunReport]], event_id: str) -> None:
    nowhere = settings_for(chain[0], "http://127.0.0.1:9")
    with open_warehouse(nowhere) as warehouse:
        assert land(warehouse, events.event(event_id), nowhere) == Took(0, Traffic(), Traffic())


def test_faults_of_the_archive_change_nothing(
    from_official: Path, official: Sequence[Path], replay_server: StartReplayServer, tmp_path: Path
) -> None:
    url = replay_server(faults=FAULTS, seed=7)
    report = run_event(SECOND, settings_for(tmp_path, url), openings=official)
    assert report.took.archive.requests > report.took.sessions * 3 * 1.05
    assert published_files(tmp_path) == published_files(from_official)


def test_two_days_after_the_rank_day_the_event_is_preliminary(
    from_official: Path, official: Sequence[Path], replay_server: StartReplayServer, tmp_path: Path
) -> None:
    rank_day = events.event(SECOND).rank_day
    url = replay_server(today="2023-05-02")
    home = with_landings_of(tmp_path / "home", from_official)
    report = run_event(SECOND, settings_for(home, url), openings=official)
    members, later = (table(of, "index_membership", SECOND) for of in (home, from_official))
    assert set(members["vintage"]) == {"preliminary"}
    assert members["ticker"].equals(members["rank_ticker"])
    # Nothing but who left meanwhile, and under which ticker who stayed goes, is known later.
    key = ["index_id", "security_id", "rank_ticker", "rank", "market_cap_usd"]
    assert later.join(members, on=key, how="anti", nulls_equal=True).is_empty()
    assert 0 < members.height - later.height < 200
    assert not [issue for _, issue, _ in report.issues if issue == "left_before_effective"]
    assert report.took.sessions == table(home, "data_issues", SECOND).filter(
        pl.col("session_date") <= rank_day, issue="session_incomplete"
    ).height + len(_sessions_read(home))


def _sessions_read(home: Path) -> set[str]:
    payloads = json.loads((home / "published" / "manifest.json").read_text())["events"][0]["inputs"]["payloads"]
    return {payload["session_date"] for payload in payloads}


# --- the night that was late ------------------------------------------------------------------------------------------


@pytest.fixture
def amex_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The smallest exchange alone: it was as late as the others, and a month of it is soon read."""
    for module in (provider, listings):
        monkeypatch.setattr(module, "EXCHANGES", ("amex",))


@pytest.fixture(scope="module")
def landing_of_2025(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spring-2025")


@pytest.mark.usefixtures("amex_only")
@pytest.mark.parametrize("known", [True, False], ids=["by fact", "by detection"])
def test_the_rank_day_of_2025_is_found_a_day_late(
    known: bool, archive_url: str, landing_of_2025: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its close is in the commit of 2 May. Without the facts that needs the month before, as a run reads it."""
    rank_day = events.event("2025-06-recon").rank_day
    first = rank_day
    if not known:
        monkeypatch.setattr(dating, "facts", dict)
        first = date(2025, 3, 31)  # the session of the price rule that is the first
    settings = settings_for(landing_of_2025, archive_url)
    with HttpClient(settings) as http:
        batch = Archive(settings, http, Landing(landing_of_2025 / "landed")).fetch(events.sessions(first, rank_day))
    dump = batch.dumps.filter(session=rank_day).row(0, named=True)
    assert dump["commit_utc"].date() == date(2025, 5, 2)
    assert (dump["status"], dump["basis"]) == ("lagged", "fact" if known else "detected")
    lines = batch.lines.filter(session=rank_day)
    panel = pl.read_parquet(shared / "data" / "market" / "daily_2025.parquet").filter(date=rank_day, exch="amex")
    both = lines.join(panel.select("symbol", true_close="close"), on="symbol")
    assert both.height > 250
    assert (both["close"] == both["true_close"]).mean() == 1
