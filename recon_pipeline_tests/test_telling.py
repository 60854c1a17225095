"""How a story looks, as text and as JSON, and the commands that print it.

Does not belong here: what it says (`test_story.py`).
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

import recon_pipeline as rp
from recon_pipeline import telling
from recon_pipeline.explanation import Explanation
from recon_pipeline.publish import published_database
from recon_pipeline.story import explain, explain_all
from recon_pipeline_tests.small_home import publish_rows
from recon_pipeline_tests.story_home import EVENT, EVENTS, GIVEN
from recon_pipeline_tests.test_cli import Recon, paragraph
from recon_pipeline_tests.test_cli import recon as recon


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stories")
    publish_rows(path, GIVEN)
    return path


@pytest.fixture(scope="module")
def file(home: Path) -> Path:
    return published_database(home)


@pytest.fixture(scope="module")
def brk(file: Path) -> Explanation:
    return explain(file, "BRK/B", EVENT)


def test_the_text_has_everything_that_decides(brk: Explanation, file: Path) -> None:
    told = telling.text(brk)
    for part in (
        "BRK Inc. (BRK.B) ranks 2 of 3 by market cap: in the Russell 2000.",
        "SEC number 7",
        "10 shares",
        "0001-23-000004",
        "9.9",
        "held by",
    ):
        assert part in told
    assert (
        "If BRK.B rose to $9.9000, or counted 11 shares at its own price, it would leave the Russell 2000 and enter "
        "the Russell 1000, Russell Midcap (it would pass BIG)."
    ) in " ".join(told.split())
    assert "\x1b" not in told
    assert "implied, implied" not in telling.text(explain(file, "POOR", EVENT))
    assert told == rp.tell(brk)
    assert str(brk) == brk.headline


def test_the_place_says_what_it_is_by(brk: Explanation) -> None:
    def place(story: Explanation) -> str:
        return next(line for line in telling.text(story).splitlines() if line.startswith("Place"))

    assert place(brk).startswith("Place 2 of 3, percentile 83")
    assert place(replace(brk, rank_status="carried")) == "Place 2 of 3, carried"
    assert "one rule of size" in place(replace(brk, rank=None))
    assert "breakpoints of the last reconstitution" in place(replace(brk, rank=None, kind="ipo"))


def test_every_story_can_be_told(file: Path) -> None:
    for event_id in EVENTS:
        for story in explain_all(file, event_id):
            assert story.company_name in telling.text(story)
            assert json.loads(telling.to_json(story))["company_id"] == story.company_id


def test_brackets_in_a_name_are_no_style(brk: Explanation) -> None:
    assert "[bold]BRK[/bold] Inc." in telling.text(replace(brk, company_name="[bold]BRK[/bold] Inc."))


# --- the command ------------------------------------------------------------------------------------------------------


def test_explain_prints_text_or_json(recon: Recon, home: Path) -> None:
    done = recon("explain", "BRK-B", EVENT, "--home", home)
    assert done.code == 0
    assert "ranks 2 of 3" in done.out
    told = json.loads(recon("explain", "BRK-B", "--home", home, "--format", "json").out)
    assert (told["ticker"], told["cap"]["market_cap_usd"], told["rank_day"]) == ("BRK.B", 90.0, "2023-04-28")
    assert "Nearest: POOR" in paragraph(recon("explain", "POR", "--home", home))


def test_near_misses_are_printed_nearest_first(recon: Recon, home: Path) -> None:
    done = recon("near-miss", EVENT, "--home", home, "--format", "csv", "--index", "r1000")
    (row,) = csv.DictReader(io.StringIO(done.out))
    assert (row["ticker"], row["cut_id"], row["flip_price_usd"]) == ("BRK.B", "R1000", "9.9000")
    assert "BRK.B" not in recon("near-miss", EVENT, "--home", home, "--index", "TOP50").out
    assert "9.9000" in recon("near-miss", EVENT, "--home", home).out
