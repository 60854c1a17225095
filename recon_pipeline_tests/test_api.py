"""The Python API on the published file of `story_home.py`: what each function gives, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import recon_pipeline as rp
from recon_pipeline.errors import BadInput
from recon_pipeline_tests.small_home import publish_rows
from recon_pipeline_tests.story_home import EVENT, FIRST, GIVEN


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stories")
    publish_rows(path, GIVEN)
    return path


Call = Callable[..., pl.DataFrame]


@pytest.mark.parametrize(
    ("call", "rows", "column", "first"),
    [
        (lambda home: rp.published_events(home=home), 3, "event_id", FIRST),
        (lambda home: rp.membership("R2000", datetime(2023, 1, 9, 16, tzinfo=UTC), home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.changes(EVENT, home=home), 2, "index_id", "R1000"),
        (lambda home: rp.changes(EVENT, "r2000", home=home), 1, "action", "deletion"),
        (lambda home: rp.breakpoints(home=home), 3, "breakpoint_id", "TOP50"),
        (lambda home: rp.breakpoints(EVENT, home=str(home)), 3, "breakpoint_id", "TOP50"),
        (lambda home: rp.ranking(EVENT, home=home), 3, "ticker", "BIG"),
        (lambda home: rp.eligibility(EVENT, home=home), 7, "ticker", "BIG"),
        (lambda home: rp.near_miss(EVENT, "R2000", home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.near_miss(EVENT, "MIDCAP", home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.near_miss(EVENT, "r1000", home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.near_miss(EVENT, "R3000", home=home), 0, "ticker", None),
        (lambda home: rp.near_miss(EVENT, limit=0, home=home), 0, "ticker", None),
        (lambda home: rp.membership("R2000", "2022-06-27", home=home), 2, "ticker", "BRK.B"),
        (lambda home: rp.membership("r2000", date(2023, 1, 9), home=home), 1, "ticker", "BRK.B"),
        (lambda home: rp.query("select $n as n", {"n": 3}, home=home), 1, "n", 3),
    ],
)
def test_the_api_gives_frames(
    home: Path, call: Callable[[Path], pl.DataFrame], rows: int, column: str, first: object
) -> None:
    frame = call(home)
    assert frame.height == rows
    assert rows == 0 or frame[column][0] == first


def test_the_api_takes_the_home_of_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_HOME", str(home))
    assert rp.explain("BRK.B").headline == rp.explain("brk/b", EVENT, home=home).headline


# What a notebook gives though its type is another.
NOTHING: Any = None
NUMBER: Any = 20230102


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda home: rp.changes("2021-06-recon", home=home), "recon run 2021-06-recon"),
        (lambda home: rp.changes("2021-06", home=home), "Near ids"),
        (lambda home: rp.changes(NOTHING, home=home), "'None'"),
        (lambda home: rp.changes(EVENT, "R500", home=home), "'R500'.*TOP500"),
        (lambda home: rp.membership(NOTHING, "2023-01-02", home=home), "They are R1000"),
        (lambda home: rp.membership("R2000", "2001-01-01", home=home), "first list of it is of 2022-06-27"),
        (lambda home: rp.membership("R2500", "2023-01-02", home=home), "it has no list of it"),
        (lambda home: rp.membership("R2000", "soon", home=home), "'soon'.*YYYY-MM-DD"),
        (lambda home: rp.membership("R2000", NUMBER, home=home), "20230102.*YYYY-MM-DD"),
        (lambda home: rp.near_miss(EVENT, limit=-1, home=home), "limit of -1"),
        (lambda home: rp.ranking(EVENT, home=home / "nowhere"), "recon run EVENT"),
        (lambda home: rp.explain(NOTHING, home=home), "'None'"),
        (lambda home: rp.query("select * from recon.no_such_table", home=home), "no_such_table"),
        (lambda home: rp.query("select no_such_column from recon.ranking", home=home), "no_such_column"),
        (lambda home: rp.query("selec 1", home=home), "selec"),
        (lambda home: rp.what_if(EVENT, {"BRK.B": NUMBER}, home=home), "fields by ticker"),
    ],
)
def test_what_the_api_cannot_answer_is_told(home: Path, call: Callable[[Path], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        call(home)


def test_importing_the_package_costs_nothing_and_no_module_hides_a_function() -> None:
    program = (
        "import sys, recon_pipeline as rp\n"
        "assert not {'polars', 'duckdb', 'pydantic'} & sys.modules.keys()\n"
        "import recon_pipeline.story, recon_pipeline.supposing, recon_pipeline.events, recon_pipeline.api\n"
        "assert all(callable(getattr(rp, name)) for name in rp.__all__)\n"
        "assert set(rp.__all__) == set(rp.api.__all__) and set(rp.__all__) <= set(dir(rp))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
