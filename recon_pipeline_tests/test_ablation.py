"""The ablation benchmark, over scores that a test writes: which runs it makes, and what its table says.

The script is no part of the package, so it is loaded from its file.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from types import ModuleType

import pytest

from recon_pipeline.scoring import Score
from recon_pipeline_tests.benchmark_script import benchmark


@pytest.fixture(scope="module")
def ablation() -> ModuleType:
    return benchmark("ablation")


def members(hits: int) -> list[Score]:
    return [Score("R1000", "members", ours=10, truth=10, hits=hits, unchanged_f1=None)]


def test_one_run_a_kind_and_one_without_any(ablation: ModuleType) -> None:
    asked: list[set[str]] = []

    def scored(without: Collection[str]) -> list[Score]:
        asked.append(set(without))
        return members(9 - len(asked))

    rows = ablation.ablation(["a", "b"], scored)
    assert asked == [set(), {"a"}, {"b"}, {"a", "b"}]
    assert [name for name, _ in rows] == ["all", "without a", "without b", "without any of them"]
    assert [scores[0].hits for _, scores in rows] == [8, 7, 6, 5]


def test_without_any_of_one_is_without_it(ablation: ModuleType) -> None:
    assert [name for name, _ in ablation.ablation(["a"], lambda without: members(9))] == ["all", "without a"]


def test_the_table_tells_changes_and_marks_what_changes_nothing(ablation: ModuleType) -> None:
    other = [Score("R1000", "members", ours=20, truth=20, hits=18, unchanged_f1=None)]
    rows = [("all", members(9)), ("without a", members(8)), ("without b", members(9)), ("without c", other)]
    assert ablation.table(rows).splitlines() == [
        "| evidence | R1000 members |",
        "| --- | ---: |",
        "| all | 0.9000 |",
        "| without a | -10.00 |",
        "| without b (no change) | +0.00 |",
        # Other counts of the same F1 are a change.
        "| without c | +0.00 |",
    ]


def test_the_copy_of_a_home_leaves_it_as_it_is(ablation: ModuleType, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for part in ("work", "landed", "snapshots"):
        (home / part).mkdir(parents=True)
        (home / part / "file").write_text(part)
    with ablation.copied_home(home) as copy:
        assert (copy / "landed" / "file").read_text() == "landed"
        (copy / "work" / "file").write_text("changed")
        assert not (copy / "snapshots").exists()
    assert (home / "work" / "file").read_text() == "work"
    assert (home / "landed" / "file").exists()
