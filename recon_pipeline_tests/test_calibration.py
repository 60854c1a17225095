"""Scores of probabilities: what is compared with what, and that a better projection scores better.

What does not belong here: reading lists and matching tickers (`test_scoring.py`).
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from recon_pipeline import events
from recon_pipeline.calibration import (
    Verdict,
    brier,
    log_loss,
    margin,
    projection_scores,
    reliability,
    verdicts,
)
from recon_pipeline.errors import BadInput
from recon_pipeline.publish import published_database
from recon_pipeline.warehouse import Reader
from recon_pipeline_tests.benchmark_script import benchmark
from recon_pipeline_tests.small_home import RUN, publish_rows
from recon_pipeline_tests.test_sql_cases import Row

PROJECTION = "2023-06-recon-asof-2023-03-31"


def verdict(probability: float, outcome: bool, *, naive: bool = False, index_id: str = "R1000") -> Verdict:
    return Verdict(index_id, "members", "AAA", probability, naive, outcome)


def test_a_brier_score_is_the_mean_square_of_what_was_left_open() -> None:
    assert brier([(0.8, True), (0.4, False)]) == pytest.approx((0.04 + 0.16) / 2)
    assert brier([]) == 0
    assert log_loss([(0.5, True), (0.5, False)]) == pytest.approx(math.log(2))
    assert log_loss([(0.0, True)]) == pytest.approx(-math.log(1e-4)), "a certainty that was wrong is bad, not endless"


def test_skill_is_the_share_of_the_naive_score_that_is_gained() -> None:
    found = [verdict(0.5, True), verdict(0.5, False, naive=True), verdict(1.0, True, naive=True)]
    (score,) = projection_scores(found)
    assert (score.brier, score.brier_naive) == pytest.approx((0.5 / 3, 2 / 3))
    assert score.skill == pytest.approx(0.75)
    assert (score.names, score.came, score.expected, score.open_names) == (3, 2, 2.0, 2)
    (right,) = projection_scores([verdict(1.0, True, naive=True)])
    assert right.skill is None
    assert right.open_brier is None


def test_reliability_tells_by_bin_how_often_it_came() -> None:
    bins = reliability([verdict(0.25, True), verdict(0.21, False), verdict(1.0, True), verdict(0.3, False)])
    assert [(one.low, one.high, one.names) for one in bins] == [(0.2, 0.3, 2), (0.3, 0.4, 1), (0.99, 1.0, 1)]
    assert (bins[0].forecast, bins[0].came) == pytest.approx((0.23, 0.5))
    low, high = margin(bins[0])
    assert 0 < low < 0.5 < high < 1


def rows() -> list[Row]:
    row: Row = {"event_id": PROJECTION, "index_id": "R2000"}
    return [
        row | {"ticker": "IN", "was_member": "true", "is_member_now": "true", "probability": "0.9"}
        | {"p_addition": "0", "p_deletion": "0.1"},
        row | {"ticker": "OUT", "was_member": "true", "is_member_now": "true", "probability": "0.3"}
        | {"p_addition": "0", "p_deletion": "0.7"},
        row | {"ticker": "NEW", "was_member": "false", "is_member_now": "false", "probability": "0.6"}
        | {"p_addition": "0.6", "p_deletion": "0"},
    ]  # fmt: skip


def test_members_additions_and_deletions_are_held_against_one_list(tmp_path: Path) -> None:
    publish_rows(
        tmp_path,
        {"raw.event_runs": [RUN, RUN | {"event_id": PROJECTION}], "recon.projection_probability": rows()},
    )
    reader, event = Reader(published_database(tmp_path)), events.event(PROJECTION)
    found = verdicts(reader, event, {("R2000", "members"): {"IN", "NEW", "NOBODY"}})
    told = {(each.kind, each.ticker): (each.probability, each.naive, each.outcome) for each in found}
    assert told == {
        ("members", "IN"): (0.9, True, True),
        ("members", "OUT"): (0.3, True, False),
        ("members", "NEW"): (0.6, False, True),
        ("members", "NOBODY"): (0.0, False, True),
        ("additions", "NEW"): (0.6, False, True),
        ("additions", "NOBODY"): (0.0, False, True),
        ("deletions", "IN"): (0.1, False, False),
        ("deletions", "OUT"): (0.7, False, True),
    }
    scores = {score.kind: score for score in projection_scores(found)}
    assert scores["members"].brier_naive == pytest.approx(3 / 4)
    assert scores["members"].brier == pytest.approx((0.01 + 0.09 + 0.16 + 1) / 4)


def test_a_projection_without_paths_is_told_what_to_run(tmp_path: Path) -> None:
    publish_rows(tmp_path, {"raw.event_runs": [RUN]})
    with pytest.raises(BadInput, match="recon project"):
        verdicts(Reader(published_database(tmp_path)), events.event(PROJECTION), {})


def test_the_page_has_figures_and_no_names(tmp_path: Path) -> None:
    script = benchmark("calibration")
    found = [verdict(0.25, True), verdict(0.9, True, naive=True)]
    cuts = script.pl.DataFrame(
        {"id": ["R1000"], "rank": [1000], "now": [4e9], "low": [3e9], "mid": [4e9], "high": [5e9]}
    )
    run = {"path_count": 10_000, "session_count": 19, "seed": 1, "panel_sessions": 50}
    judged = script.Judged(
        PROJECTION, True, run, found, projection_scores(found), cuts, {("R1000", "members"): 2}, {"R1000": 4.2e9}
    )
    page = script.page([judged])
    assert "2023-06-recon-asof-2023-03-31 (of the event that it was fitted on)" in page
    assert "| R1000 | members | 2 | 2 | 1.1 | 0.2863 | 0.5000 | 1.0000 | 0.43 |" in page, "known: two wrong of two"
    assert "| R1000 | $4,000m | $3,000m | $4,000m | $5,000m | $4,200m |" in page
    assert "AAA" not in page
    script.plot([judged]).save(tmp_path / "plot.svg")
    assert "probability given" in (tmp_path / "plot.svg").read_text(encoding="utf-8")
