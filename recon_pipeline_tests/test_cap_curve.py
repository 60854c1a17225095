"""The plot of the simulated cap curve beside the real one tells where the two differ, and fails where they do."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from recon_pipeline_tests.benchmark_script import benchmark


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return benchmark("cap_curve")


def test_the_largest_difference_is_that_of_the_ranks_that_count(script: ModuleType) -> None:
    real = script.Curve("real", [1e12 / rank for rank in range(1, 3401)])
    # Twice as large at the first and last ranks, where it does not count, and a fifth smaller in between.
    other = script.Curve(
        "simulated", [cap * (0.8 if 10 <= rank <= 3000 else 2) for rank, cap in enumerate(real.caps, 1)]
    )
    lines, worst = script.table(real, [other])
    assert worst == pytest.approx(20)
    assert next(line for line in lines if line.split()[0] == "1000").endswith("-20%")
    assert next(line for line in lines if line.split()[0] == "3300").endswith("+100%")


def test_a_shorter_curve_has_no_cap_beyond_its_end(script: ModuleType) -> None:
    real = script.Curve("real", [1e12 / rank for rank in range(1, 3401)])
    lines, _ = script.table(real, [script.Curve("simulated", real.caps[:600])])
    assert next(line for line in lines if line.split()[0] == "1000").split()[-1] == "-"


def test_the_plot_shows_each_curve_by_name(script: ModuleType, tmp_path: Path) -> None:
    curves = [script.Curve(name, [1e12 / rank for rank in range(1, 3401)]) for name in ("real one", "simulated one")]
    script.plot(curves).save(tmp_path / "curves.svg")
    drawn = (tmp_path / "curves.svg").read_text(encoding="utf-8")
    assert "real one" in drawn
    assert "simulated one" in drawn


def test_an_event_that_is_not_published_is_told(script: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="publish"):
        script.curve(tmp_path, "2023-06-recon", "real")
