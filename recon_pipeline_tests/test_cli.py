"""The `recon` command: what it prints, on which stream, and the exit code that says how it went.

Commands run in this process; what only a process of its own can show (a traceback, a secret in it) runs in one.

Does not belong here: what the called functions do (their own tests), a whole run (`test_pipeline.py`).
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recon_pipeline import cli, errors, events
from recon_pipeline.cli import options
from recon_pipeline.errors import ReconError
from recon_pipeline_tests.small_home import RUN, publish_rows
from recon_pipeline_tests.test_scoring import EVENT, GIVEN
from recon_pipeline_tests.test_sql_cases import Row

SECRET = "s3cret-token"
COMMANDS = (
    *("run", "fetch", "changes", "members", "demand", "calendar", "score", "holdings", "export", "demo"),
    *("explain", "near-miss", "what-if", "project", "score-projection"),
)


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Recon = Callable[..., Done]


@pytest.fixture
def recon(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Recon:
    """Run the command as the shell does: through `main`, with its exit code."""
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["recon", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        printed = capsys.readouterr()
        return Done(int(end.value.code or 0), printed.out, printed.err)

    return call


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one small event published."""
    path = tmp_path_factory.mktemp("home")
    publish_rows(path, GIVEN)
    return path


def paragraph(done: Done) -> str:
    """What an error told: one line on stderr that begins with `error:`, and nothing on stdout."""
    assert done.out == ""
    (line,) = done.err.splitlines()
    assert line.startswith("error: ")
    return line.removeprefix("error: ")


# --- help -------------------------------------------------------------------------------------------------------------


def test_help_lists_every_command(recon: Recon) -> None:
    done = recon("--help")
    assert done.code == 0
    assert not [command for command in COMMANDS if command not in done.out]
    assert "Not affiliated with FTSE Russell" in " ".join(done.out.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(recon: Recon, command: str) -> None:
    done = recon(command, "--help")
    assert done.code == 0
    assert f"recon {command}" in done.out


def test_an_unknown_command_or_option_is_a_matter_of_input(recon: Recon) -> None:
    for arguments in (("reconstitute",), ("run", "2023-06-recon", "--opening-file", "x"), ("score", "2023-06-recon")):
        done = recon(*arguments)
        assert done.code == errors.BadInput.exit_code
        assert "Traceback" not in done.err


# --- exit codes -------------------------------------------------------------------------------------------------------


def kinds(base: type[ReconError] = ReconError) -> Iterator[type[ReconError]]:
    """The taxonomy; a module may have a finer kind for its own use, with the code of what it is a kind of."""
    yield base
    for kind in base.__subclasses__():
        if kind.__module__ == ReconError.__module__:
            yield from kinds(kind)


EXIT_CODES = {
    "ReconError": 1,
    "BadInput": 2,
    "Unavailable": 3,
    "NotLanded": 3,
    "Rejected": 4,
    "Absent": 4,
    "BadPayload": 5,
    "ContractBroken": 6,
    "Busy": 7,
}


def test_every_kind_of_error_has_its_exit_code() -> None:
    assert {kind.__name__: kind.exit_code for kind in kinds()} == EXIT_CODES


@pytest.mark.parametrize("kind", list(kinds()))
def test_an_error_of_ours_is_one_paragraph_and_its_code(
    recon: Recon, monkeypatch: pytest.MonkeyPatch, kind: type[ReconError]
) -> None:
    text = "Doing [bold]this[/bold] on ['a', 'b'] gave \\[3]: " + "a long\nanswer, " * 20 + "so try again."

    def fail(*_: object, **__: object) -> None:
        raise kind(text)

    monkeypatch.setattr("recon_pipeline.pipeline.run_event", fail)
    done = recon("run", "2023-06-recon")
    assert done.code == EXIT_CODES[kind.__name__]
    assert paragraph(done) == text.replace("\n", " ")


def test_a_defect_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("recon_pipeline.pipeline.run_event", fail)
    monkeypatch.setattr(sys, "argv", ["recon", "run", "2023-06-recon"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


# --- what is given ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["run", "changes", "score"])
def test_an_unknown_event_is_told_with_its_near_ids(recon: Recon, home: Path, tmp_path: Path, command: str) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("index,ticker\nR1000,A\n")
    done = recon(command, "2023-07-recon", "--home", home, *(["--truth", truth] if command == "score" else []))
    assert done.code == 2
    told = paragraph(done)
    assert "'2023-07-recon'" in told
    assert "2023-06-recon" in told


def test_a_quarterly_event_needs_to_know_who_was_in_as_well(recon: Recon, tmp_path: Path) -> None:
    done = recon("run", "2023-09-ipo", "--home", tmp_path / "home")
    assert done.code == 2
    assert "or run the event before it in this home first" in paragraph(done)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2023-09-ipo", "2023-06-recon", "the last comes before the first"),
        ("2023-09-ipo", "2023-12-xxx", "has none of that name"),
        ("2023-09-ipo-asof-2023-07-03", "2023-12-ipo", "a projection is no event of the calendar"),
    ],
)
def test_a_backfill_of_a_stretch_that_is_none_is_refused(
    recon: Recon, tmp_path: Path, first: str, last: str, told: str
) -> None:
    done = recon("backfill", "--from", first, "--to", last, "--home", tmp_path / "home")
    assert done.code == 2
    assert told in paragraph(done)
    assert not (tmp_path / "home").exists()


def test_a_run_needs_to_know_who_was_in(recon: Recon, tmp_path: Path) -> None:
    done = recon("run", "2023-06-recon", "--home", tmp_path)
    assert done.code == 2
    assert "--opening FILE" in paragraph(done)
    assert not (tmp_path / "published").exists()


def test_an_opening_file_that_is_not_there_is_named(recon: Recon, tmp_path: Path) -> None:
    done = recon("run", "2023-06-recon", "--home", tmp_path, "--opening", tmp_path / "nowhere.csv")
    assert done.code == 2
    assert str(tmp_path / "nowhere.csv") in paragraph(done)


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2023-04-31", "2023-05-01", "'2023-04-31' cannot be read"),
        ("yesterday", "2023-05-01", "YYYY-MM-DD"),
        ("2023-04-29", "2023-04-30", "no exchange session"),
        ("2023-05-02", "2023-05-01", "the first day is after the last"),
    ],
)
def test_dates_that_cannot_be_fetched_are_told(recon: Recon, tmp_path: Path, start: str, end: str, told: str) -> None:
    done = recon("fetch", "--from", start, "--to", end, "--home", tmp_path)
    assert done.code == 2
    assert told in paragraph(done)


def test_a_setting_that_cannot_be_is_named_without_its_value(recon: Recon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_FETCH_WORKERS", "many-of-them")
    monkeypatch.setenv("RECON_ARCHIVE_TOKEN", SECRET)
    done = recon("changes", "2023-06-recon")
    assert done.code == 2
    told = paragraph(done)
    assert "RECON_FETCH_WORKERS" in told
    assert "many-of-them" not in told
    assert SECRET not in told


# --- the home ---------------------------------------------------------------------------------------------------------


def test_the_option_wins_over_the_environment_and_that_over_the_default(
    recon: Recon, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def told() -> str:
        return paragraph(recon("changes", "2023-06-recon"))

    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert str(tmp_path / "me" / ".recon" / "published" / "recon.duckdb") in told()
    monkeypatch.setenv("RECON_HOME", str(tmp_path / "environment"))
    assert str(tmp_path / "environment" / "published" / "recon.duckdb") in told()
    given = paragraph(recon("changes", "2023-06-recon", "--home", tmp_path / "option"))
    assert str(tmp_path / "option" / "published" / "recon.duckdb") in given


# --- changes ----------------------------------------------------------------------------------------------------------

CHANGES = [("addition", "D", "Delta"), ("deletion", "B", "Beta"), ("deletion", "GONE", "Foreign")]
"""What the small event changes in R1000, by action and name of the company there (its ticker)."""


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_changes_as_csv_are_rows_and_nothing_else(recon: Recon, home: Path) -> None:
    done = recon("changes", EVENT.event_id, "--home", home, "--format", "csv")
    assert (done.code, done.err) == (0, "")
    rows = read_csv(done.out)
    assert [(row["action"], row["ticker"]) for row in rows] == [(action, ticker) for action, ticker, _ in CHANGES]
    assert rows[2]["reason"] == "country"
    assert rows[0]["market_cap_usd"] == ""


def test_changes_as_json_are_objects(recon: Recon, home: Path) -> None:
    done = recon("changes", EVENT.event_id, "--home", home, "--format", "json")
    rows: list[dict[str, Any]] = json.loads(done.out)
    assert [(row["index_id"], row["ticker"]) for row in rows] == [("R1000", ticker) for _, ticker, _ in CHANGES]
    assert rows[0]["market_cap_usd"] is None


def test_changes_as_a_table_are_counted(recon: Recon, home: Path) -> None:
    done = recon("changes", EVENT.event_id, "--home", home)
    assert done.code == 0
    assert "Changes of 2023-06-recon" in done.out
    assert "3 rows" in done.out
    assert "GONE" in done.out


@pytest.mark.parametrize(("index", "rows"), [("R1000", 3), ("r1000", 3), ("R2000", 0)])
def test_changes_of_one_index(recon: Recon, home: Path, index: str, rows: int) -> None:
    done = recon("changes", EVENT.event_id, "--home", home, "--index", index, "--format", "csv")
    assert (done.code, len(read_csv(done.out))) == (0, rows)


def test_an_unknown_index_is_told_with_those_that_there_are(recon: Recon, home: Path) -> None:
    done = recon("changes", EVENT.event_id, "--home", home, "--index", "R500")
    assert done.code == 2
    told = paragraph(done)
    assert "R500" in told
    assert "R1000, R2000" in told


# --- members ----------------------------------------------------------------------------------------------------------

SPANS: dict[str, list[Row]] = {
    "recon.index_membership_span": [
        {"index_id": index_id, "ticker": ticker, "last_ticker": ticker, "effective_from": start, "effective_to": end}
        | {"entry_event_id": EVENT.event_id, "entry_reason": "new", "entry_basis": "event"}
        | ({} if end is None else {"exit_event_id": EVENT.event_id, "exit_kind": "departure"})
        | ({} if end is None else {"exit_reason": "delisted", "exit_basis": "delisting_form"})
        for index_id, ticker, start, end in (
            ("R1000", "OLD", "2022-06-27", None),
            ("R1000", "GONE", "2022-06-27", "2023-03-01"),
            ("R2000", "LATE", "2023-06-26", None),
        )
    ],
    "recon.ticker_spans": [
        {"security_id": "L-OLD", "ticker": "OLD", "valid_from": "2022-06-27", "last_seen": "2022-06-27"},
        {"security_id": "L-OLD", "ticker": "NEW", "valid_from": "2023-04-28", "last_seen": "2023-04-28"},
    ],
    "recon.events": [
        {"event_id": "2022-06-recon", "effective_from": "2022-06-27", "membership_rows": "3"},
        {"event_id": "2023-06-recon", "effective_from": "2023-06-26", "membership_rows": "2"},
        {"event_id": "2023-09-ipo", "kind": "ipo", "effective_from": "2023-09-18"},
        {"event_id": "2023-12-ipo", "kind": "ipo", "effective_from": "2023-12-18"},
    ],
}


@pytest.fixture(scope="module")
def spans_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spans")
    publish_rows(path, SPANS)
    return path


@pytest.mark.parametrize(
    ("day", "index", "expected"),
    [
        ("2022-06-27", "R1000", ["GONE", "OLD"]),
        ("2023-02-28", "R1000", ["GONE", "OLD"]),
        ("2023-03-01", "R1000", ["OLD"]),
        ("2023-04-28", "r1000", ["NEW"]),
        ("2023-06-26", None, ["NEW", "LATE"]),
    ],
)
def test_members_are_those_of_the_day_under_the_ticker_of_the_day(
    recon: Recon, spans_home: Path, day: str, index: str | None, expected: list[str]
) -> None:
    one_index = [] if index is None else ["--index", index]
    done = recon("members", "--date", day, *one_index, "--home", spans_home, "--format", "csv")
    assert (done.code, done.err) == (0, "")
    assert [row["ticker"] for row in read_csv(done.out)] == expected


def test_members_of_a_day_after_an_event_that_is_missing_say_so(recon: Recon, spans_home: Path) -> None:
    done = recon("members", "--date", "2024-01-02", "--home", spans_home)
    assert done.code == 0
    assert "2 rows" in done.out
    assert "2023-06-26" in done.err
    assert "2023-09-ipo" in done.err
    assert "2023-12-ipo" not in done.err


@pytest.mark.parametrize(
    ("day", "index", "told"),
    [
        ("2022-06-26", "R1000", "from 2022-06-27 on"),
        ("2023-03-01", "R2000", "R2000"),
        ("2023-03-01", "R500", "R1000, R2000"),
        ("tomorrow", "R1000", "YYYY-MM-DD"),
    ],
)
def test_members_that_nobody_knows_are_no_empty_list(
    recon: Recon, spans_home: Path, day: str, index: str, told: str
) -> None:
    done = recon("members", "--date", day, "--index", index, "--home", spans_home)
    assert done.code == 2
    assert told in paragraph(done)


def test_an_event_that_is_not_published_is_told_with_those_that_are(recon: Recon, home: Path) -> None:
    done = recon("changes", "2024-06-recon", "--home", home)
    assert done.code == 2
    told = paragraph(done)
    assert "holds 2022-06-recon, 2023-06-recon" in told
    assert "recon run 2024-06-recon" in told


# --- calendar ---------------------------------------------------------------------------------------------------------


def test_the_whole_calendar_as_csv(recon: Recon) -> None:
    done = recon("calendar", "--all", "--format", "csv")
    days = read_csv(done.out)
    rows = {row["event_id"]: row for row in days if row["what"] == "effective_date"}
    assert list(rows) == list(events.events())
    assert [row["date"] for row in days] == sorted(row["date"] for row in days)
    told = rows["2023-06-recon"]
    assert told["date"] == "2023-06-23"
    assert "recon run 2023-06-recon" in told["runs"]
    assert {name: text for name, text in told.items() if name not in ("date", "what", "runs")} | {"source": ""} == {
        "event_id": "2023-06-recon",
        "rank_day": "2023-04-28",
        "preliminary_date": "2023-05-19",
        "lock_date": "2023-06-05",
        "effective_date": "2023-06-23",
        "effective_from": "2023-06-26",
        "confirmed": "true",
        "source": "",
    }


def test_the_calendar_around_today_is_part_of_it(recon: Recon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_NOW", "2026-11-14T03:00:00Z")  # still the thirteenth in New York
    near = json.loads(recon("calendar", "--format", "json").out)
    assert [(row["date"], row["what"]) for row in near if row["event_id"] == "2026-12-recon"] == [
        ("2026-10-30", "rank_day"),
        ("2026-11-13", "preliminary"),
        ("2026-11-20", "update"),
        ("2026-11-27", "update"),
        ("2026-11-30", "lock_down"),
        ("2026-12-04", "update"),
        ("2026-12-11", "effective_date"),
        ("2026-12-14", "effective_from"),
    ]
    assert near[0]["date"] >= "2026-09-14"
    assert near[-1]["date"] <= "2027-12-18"
    ids = [row["event_id"] for row in near]
    assert "2004-06-recon" not in ids
    assert set(ids) <= set(events.events())
    assert all(row["rank_day"] < row["effective_date"] for row in near)


def test_the_calendar_as_a_table(recon: Recon) -> None:
    done = recon("calendar", "--all")
    assert done.code == 0
    assert "2023-06-recon" in done.out
    assert "2023-06-16" in done.out
    assert "Today is" in done.out


def test_the_calendar_as_a_file_is_the_same_each_time(recon: Recon, tmp_path: Path) -> None:
    files = [tmp_path / "one.ics", tmp_path / "two.ics"]
    for file in files:
        done = recon("calendar", "--all", "--format", "csv", "--ics", file)
        assert done.code == 0
        assert str(file) in done.err
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes().count(b"BEGIN:VEVENT") == len(read_csv(done.out))


def test_what_is_due_in_a_home(recon: Recon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row: Row = {"event_id": "2023-06-recon", "known_at": "2023-06-26", "vintage": "final", "membership_rows": "1"}
    publish_rows(tmp_path, {"recon.events": [row]})
    monkeypatch.setenv("RECON_NOW", "2023-08-19T01:00:00Z")
    done = recon("calendar", "--due", "--home", tmp_path, "--format", "csv")
    assert read_csv(done.out) == [
        {"event_id": "2023-09-ipo", "known_at": "2023-08-18", "published": "", "due_since": "2023-07-31"}
    ]
    assert "due now" in paragraph(recon("calendar", "--due", "--all"))


# --- score ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    path = tmp_path / "truth.csv"
    path.write_text("index,ticker\n" + "".join(f"R1000,{ticker}\n" for ticker in ("A", "B", "C/B", "D", "OLD", "S")))
    return path


def test_a_projection_is_scored_where_projections_live(recon: Recon, tmp_path: Path, truth: Path) -> None:
    projection = f"{EVENT.event_id}-asof-2023-03-31"
    row: Row = {"event_id": projection, "index_id": "R1000", "ticker": "A", "was_member": "true"}
    rows = [row | {"is_member_now": "true", "probability": "0.75", "p_addition": "0", "p_deletion": "0.25"}]
    publish_rows(
        tmp_path / "projections",
        {"raw.event_runs": [RUN, RUN | {"event_id": projection}], "recon.projection_probability": rows},
    )
    done = recon("score-projection", projection, "--home", tmp_path, "--truth", truth, "--format", "json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    assert [(row["index"], row["of"]) for row in told["scores"]] == [
        ("R1000", "additions"),
        ("R1000", "deletions"),
        ("R1000", "members"),
    ]
    assert told["scores"][2]["expected"] == 0.8
    assert sum(row["names"] for row in told["reliability"]) == told["scores"][2]["names"]
    assert "Reliability" in recon("score-projection", projection, "--home", tmp_path, "--truth", truth).out
    refused = recon("score-projection", EVENT.event_id, "--home", tmp_path, "--truth", truth)
    assert refused.code == 2
    assert "-asof-DATE" in paragraph(refused)


def test_a_quarterly_event_is_not_projected_with_probability(recon: Recon, tmp_path: Path) -> None:
    done = recon("project", "2023-09-ipo", "--as-of", "2023-06-30", "--home", tmp_path)
    assert done.code == 2
    assert "ranks nobody" in paragraph(done)


def test_scores_as_json(recon: Recon, home: Path, truth: Path) -> None:
    done = recon("score", EVENT.event_id, "--home", home, "--truth", truth, "--format", "json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    assert told["event_id"] == EVENT.event_id
    assert told["scores"][0] == {
        "index": "R1000",
        "of": "members",
        "ours": 4,
        "truth": 6,
        "hits": 4,
        "precision": 1.0,
        "recall": 0.6667,
        "f1": 0.8,
        "f1_unchanged": 0.7273,
        "skill": 0.2667,
        "industry_lines": None,
        "industry_agreement": None,
    }
    assert [row["of"] for row in told["scores"]] == ["members", "additions", "deletions"]
    assert {
        "index": "R1000",
        "of": "members",
        "verdict": "missed",
        "ticker": "S",
        "company_name": "Blank Cheque",
        "our_tables_say": "ineligible: structure",
    } in told["names"]


def test_scores_as_csv_and_as_tables(recon: Recon, home: Path, truth: Path) -> None:
    rows = read_csv(recon("score", EVENT.event_id, "--home", home, "--truth", truth, "--format", "csv").out)
    assert [(row["of"], row["hits"]) for row in rows] == [("members", "4"), ("additions", "1"), ("deletions", "1")]
    with_names = recon("score", EVENT.event_id, "--home", home, "--truth", truth).out
    assert "Blank Cheque" in with_names
    without = recon("score", EVENT.event_id, "--home", home, "--truth", truth, "--no-names").out
    assert "0.8" in without
    assert "Blank Cheque" not in without


def test_scores_tell_industries_and_breakpoints_that_lists_and_releases_print(
    recon: Recon, home: Path, truth: Path
) -> None:
    truth.write_text("index,ticker,industry\nR1000,A,technology\nR1000,CB,Utilities\nR1000,D,Energy\nR1000,S,Energy\n")
    asked = ("score", EVENT.event_id, "--home", home, "--truth", truth, "--no-names")
    told = json.loads(recon(*asked, "--format", "json").out)
    row = next(row for row in told["scores"] if row["of"] == "members")
    assert (row["industry_lines"], row["industry_agreement"]) == (3, 0.3333)
    difference = {"index": "R1000", "of": "members", "theirs": "Utilities", "ours": "Energy", "lines": 1}
    assert told["industries"] == [difference]
    assert told["breakpoints"] == [
        {"breakpoint": "R1000", "ours_usd": 4.3e9, "published_usd": 4.2e9, "ratio": 1.0238, "within": True}
    ]
    table = recon(*asked).out
    assert "Utilities: Energy 1" in table
    assert "4,300m" in table


def test_an_error_budget_is_a_page(recon: Recon, home: Path, truth: Path, tmp_path: Path) -> None:
    page = tmp_path / "budget.md"
    asked = ("score", EVENT.event_id, "--home", home, "--truth", truth, "--budget", page)
    assert recon(*asked).code == 0
    assert "| S | Blank Cheque | R1000 missed |" in page.read_text()
    assert recon(*asked, "--no-names").code == 0
    assert "Blank Cheque" not in page.read_text()
    assert recon(*asked[:-1], tmp_path / "nowhere" / "budget.md").code == 2


def test_a_perfect_score_has_no_names(recon: Recon, home: Path, truth: Path) -> None:
    truth.write_text("index,ticker\nR1000,A\nR1000,CB\nR1000,D\nR1000,NEW\n")
    for output in ("json", "csv", "table"):
        assert recon("score", EVENT.event_id, "--home", home, "--truth", truth, "--format", output).code == 0
    told = json.loads(recon("score", EVENT.event_id, "--home", home, "--truth", truth, "--format", "json").out)
    assert told["names"] == []
    assert {row["f1"] for row in told["scores"]} == {1.0}


# --- a process of its own ---------------------------------------------------------------------------------------------


def test_a_host_that_is_down_ends_in_a_paragraph_without_the_token(tmp_path: Path) -> None:
    opening = tmp_path / "opening.csv"
    opening.write_text("index,ticker,asof\nR1000,A,2023-03-31\n")
    nobody = "http://127.0.0.1:9"  # the discard port: refused at once
    arguments = ["run", "2023-06-recon", "--home", str(tmp_path / "home"), "--opening", str(opening)]
    done = subprocess.run(
        [sys.executable, "-c", "from recon_pipeline.cli import main; main()", *arguments],
        env=os.environ
        | {"RECON_ARCHIVE_URL": nobody, "RECON_ARCHIVE_API_URL": nobody, "RECON_ARCHIVE_TOKEN": SECRET}
        | {"RECON_MAX_ATTEMPTS": "1", "RECON_REQUESTS_PER_SECOND": "1000"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == errors.Unavailable.exit_code, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: ")
    assert nobody in done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert not (tmp_path / "home" / "published").exists()
    held = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert held
    assert not [path for path in held if SECRET.encode() in path.read_bytes()]


# --- make run ---------------------------------------------------------------------------------------------------------


def test_the_demo_runs_with_no_network_and_prints_changes_and_path(
    recon: Recon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine whose environment speaks of other hosts, a proxy and of being offline."""
    monkeypatch.setenv("RECON_ARCHIVE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RECON_OFFLINE", "true")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    done = recon("demo", "--home", tmp_path, "--lines", "6000", "--years", "0")
    assert done.code == 0, done.err
    assert "Changes of the Russell 1000, 2026-06-recon, simulated market" in done.out
    assert "Breakpoints of all reconstitutions" in done.out
    published = tmp_path / "simulated-6000-0-1" / "published" / "recon.duckdb"
    assert f"published: {published}" in done.out
    assert published.exists()


@pytest.mark.parametrize(
    ("name", "url", "is_offline"),
    [("simulated-9000-3-1", None, True), ("simulated-9000-3-1", "http://127.0.0.1:9", False), ("real", None, False)],
)
def test_a_home_of_a_simulated_market_does_not_ask_the_real_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, url: str | None, is_offline: bool
) -> None:
    monkeypatch.delenv("RECON_ARCHIVE_URL", raising=False)
    if url:
        monkeypatch.setenv("RECON_ARCHIVE_URL", url)
    assert options.settings_of(tmp_path / name).offline is is_offline
