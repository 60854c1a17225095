"""A projection with probability, end to end on the simulated market: the start, the paths and what is published.

The re-rank in NumPy is held against the SQL itself here, on the prices of paths; on small markets full of ties and
edges it is held against the oracle in `test_monte_carlo.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from recon_pipeline import events, probability
from recon_pipeline.errors import BadInput, Busy
from recon_pipeline.monte_carlo import CODES, CUTS, Codes, Shocks, Start, draw, place, simulate
from recon_pipeline.path_start import REBUILT, prepare_paths
from recon_pipeline.pipeline import open_warehouse
from recon_pipeline.probability import OUTCOME_COLUMNS, Forecast, forecast
from recon_pipeline.projection import project, projection_settings
from recon_pipeline.projection_model import hidden_rules, parameters
from recon_pipeline.settings import Settings
from recon_pipeline.tables import load_tables
from recon_pipeline.warehouse import Reader, Warehouse
from recon_pipeline_tests.conftest import Simulated

BUILT = (*REBUILT, "recon.index_membership")
MEMBERS = "select security_id, index_id from recon.index_membership where event_id = $event_id"
ABOVE = {name: (np.arange(CODES) >> bit) & 1 == 1 for bit, name in enumerate(CUTS)}


@dataclass(frozen=True)
class Projected:
    """The home of a projection as of the session before the rank day, and what its paths counted."""

    settings: Settings
    done: Forecast
    said: list[str]


@pytest.fixture(scope="module")
def projected(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Projected:
    settings = Settings(
        home=tmp_path_factory.mktemp("projected"),
        archive_url=simulated.url,
        archive_api_url=simulated.url,
        requests_per_second=1e3,
    )
    said: list[str] = []
    day = events.previous_session(simulated.event.rank_day)
    done = forecast(
        simulated.event.event_id, day, settings, paths=300, seed=3, openings=[simulated.opening], say=said.append
    )
    return Projected(settings, done, said)


@pytest.fixture
def warehouse(projected: Projected) -> Iterator[Warehouse]:
    with open_warehouse(projection_settings(projected.settings)) as opened:
        yield opened


def family(code: int) -> set[str]:
    """The indexes of an outcome, methodology 7.2 and 7.3."""
    above = {name: bool(ABOVE[name][code]) for name in CUTS}
    found = {"R3000E"} if above["R3000E"] else set()
    found |= {"TOP50"} if above["TOP50"] else set()
    if not above["R3000"]:
        return found | ({"RMICRO"} if above["R3000E"] else set())
    found |= {"R3000", "R1000" if above["R1000"] else "R2000", "TOP500" if above["TOP500"] else "R2500"}
    found |= {"TOP200"} if above["TOP200"] else set()
    found |= {"MIDCAP"} if above["R1000"] and not above["TOP200"] else set()
    return found | ({"RMICRO"} if above["R3000E"] and not above["R1000"] and not above["MICRO"] else set())


def membership(ids: tuple[str, ...], codes: Codes) -> set[tuple[str, str]]:
    return {(line, index) for line, code in zip(ids, codes, strict=True) for index in family(int(code))}


def test_without_a_day_to_go_it_is_the_projection_itself(projected: Projected, warehouse: Warehouse) -> None:
    event = projected.done.event
    now = prepare_paths(warehouse, event, rank_day=event.rank_day, with_model_error=False)
    assert now.moves.sessions == 0
    outcome = simulate(now.start, now.moves, paths=2, seed=1)
    codes = [counts.argmax(axis=1).astype(np.uint8) for counts in (outcome.company_counts, outcome.line_counts)]
    assert (outcome.company_counts.max(axis=1) == 2).all()
    got = membership(now.start.security_ids, codes[0]) | membership(now.start.line_ids, codes[1])
    assert got == set(warehouse.frame(MEMBERS, {"event_id": event.event_id}).iter_rows())
    cuts = warehouse.frame(
        "select breakpoint_id, cast(market_cap_usd as double), cast(band_high_usd as double), "
        "cast(band_low_usd as double) from recon.breakpoints where event_id = $event_id",
        {"event_id": event.event_id},
    )
    for name, *caps in cuts.iter_rows():
        bit = CUTS.index(name)
        told = [figures[0, bit] for figures in (outcome.cut_cap, outcome.band_high, outcome.band_low)]
        assert told == pytest.approx(caps)


def test_sessions_on_which_nothing_moves_end_as_the_sql_ranks_it(projected: Projected, warehouse: Warehouse) -> None:
    """A week to go and no volatility: what differs are the days that a mean of low closes counts, as the SQL has it."""
    event = projected.done.event
    rank_day = events.sessions(event.rank_day, events.LAST_DAY)[5]
    ahead = prepare_paths(warehouse, event, rank_day=rank_day)
    start, still = ahead.start, ahead.moves.still(ahead.start)
    assert (still.sessions, still.window_sessions) == (5, 4)
    shocks = draw(start, still, 1, np.random.default_rng(1))
    assert (shocks.price_factor == 1).all()
    assert (shocks.cap_factor == 1).all()
    assert np.isfinite(shocks.mean_close).any(), "members under a dollar, whose mean of the days between is asked for"
    placed = place(start, shocks)
    got = membership(start.security_ids, placed.codes[0]) | membership(start.line_ids, placed.line_codes[0])
    assert got == _by_sql(warehouse, event.event_id, start, shocks, 0)
    outcome = simulate(start, still, paths=2, seed=1)
    assert np.array_equal(outcome.company_counts.argmax(axis=1), placed.codes[0])


def test_the_sql_places_the_prices_of_a_path_alike(projected: Projected, warehouse: Warehouse) -> None:
    done, event = projected.done, projected.done.event.event_id
    start = done.start
    sure = replace(done.moves, p_eligible=start.is_eligible.astype(np.float64), p_gone_before=0.0, p_gone_after=0.0)
    # A year at once, so that many are moved over cuts, bands and the minimum price.
    wild = replace(sure, sigma=sure.sigma * 15, cap_noise=0.0)
    shocks = draw(start, wild, 2, np.random.default_rng(7))
    shocks = Shocks(shocks.price_factor, shocks.price_factor, shocks.mean_close, shocks.has_place, shocks.is_taken)
    placed = place(start, shocks)
    moved = set()
    for path in range(2):
        got = membership(start.security_ids, placed.codes[path]) | membership(start.line_ids, placed.line_codes[path])
        wanted = _by_sql(warehouse, event, start, shocks, path)
        assert got == wanted
        moved |= wanted ^ set(warehouse.frame(MEMBERS, {"event_id": event}).iter_rows())
    assert len(moved) > 300


def _by_sql(warehouse: Warehouse, event: str, start: Start, shocks: Shocks, path: int) -> set[tuple[str, str]]:
    """The membership that the SQL makes of the prices of a path."""
    factors = pl.DataFrame(
        {
            "company_id": start.company_ids,
            "factor": shocks.price_factor[path],
            "mean_close": np.nan_to_num(shocks.mean_close[path], nan=-1.0),
        }
    )
    with warehouse.dry_run():
        warehouse.con.register("factors", factors)
        warehouse.con.execute(
            "update core.trading_windows set window_close_sum_usd = case when factors.mean_close < 0 then 0 "
            "else factors.mean_close * window_days end "
            "from factors inner join recon.universe as universe "
            "on factors.company_id = universe.company_id and universe.event_id = $event_id "
            "where trading_windows.event_id = $event_id and trading_windows.ticker = universe.ticker",
            {"event_id": event},
        )
        warehouse.con.execute(
            "update recon.universe set close_usd = close_usd * factors.factor, "
            "company_market_cap_usd = company_market_cap_usd * factors.factor "
            "from factors where universe.event_id = $event_id and universe.company_id = factors.company_id",
            {"event_id": event},
        )
        warehouse.con.unregister("factors")
        for name in BUILT:
            warehouse.rebuild(load_tables()[name], {"event_id": event})
        return set(warehouse.frame(MEMBERS, {"event_id": event}).iter_rows())


def test_it_is_published_apart_with_probabilities_that_add_up(projected: Projected) -> None:
    done = projected.done
    assert done.published.parent.parent == projected.settings.home_dir / "projections"
    assert not (projected.settings.home_dir / "published").exists()
    reader = Reader(done.published)
    run = reader.frame("select * from recon.projection_run").row(0, named=True)
    assert (run["path_count"], run["seed"], run["session_count"]) == (300, 3, 1)
    assert run["has_model_error"]
    sizes = dict(
        reader.frame(
            "select index_id, cast(sum(probability) as double) from recon.projection_probability group by index_id"
        ).iter_rows()
    )
    assert sizes["R1000"] + sizes["R2000"] == pytest.approx(sizes["R3000"], abs=0.01)
    assert 2950 < sizes["R3000"] < 3040
    changes = reader.frame(
        "select * from recon.projection_probability "
        "where was_member and abs(probability + p_deletion - 1) > 0.000002 "
        "or not was_member and abs(probability - p_addition) > 0.000002 "
        "or abs(p_new + p_up + p_down + p_out - p_addition - p_deletion) > 0.000004"
    )
    assert changes.is_empty()
    cuts = reader.frame("select * from recon.projection_breakpoints where p05_usd > p50_usd or p50_usd > p95_usd")
    assert cuts.is_empty()
    assert any("300 paths" in text for text in projected.said)


def test_a_projection_made_anew_forgets_the_paths_of_the_one_before(projected: Projected, warehouse: Warehouse) -> None:
    from recon_pipeline.projection import _keep_only

    assert warehouse.row_count("raw.projection_outcomes") > 0
    with warehouse.dry_run():
        _keep_only(warehouse, events.event(projected.done.event.event_id))
        assert warehouse.row_count("raw.projection_outcomes") == 0
        assert warehouse.row_count("recon.ranking") > 0


def test_no_other_projection_comes_between_a_projection_and_its_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, day = Settings(home=tmp_path), date(2023, 3, 31)

    def another(*_: object, **__: object) -> None:
        with ThreadPoolExecutor(1) as other:
            other.submit(project, day, settings, event_id="2023-06-recon", openings=[tmp_path / "list.csv"]).result()

    monkeypatch.setattr("recon_pipeline.projection.LOCK_WAIT_S", 0.0)
    monkeypatch.setattr(probability, "project", lambda *_, **__: None)
    monkeypatch.setattr(probability, "prepare_paths", another)
    with pytest.raises(Busy, match="another projection has held it"):
        forecast("2023-06-recon", day, settings)


def test_parameters_are_those_that_the_model_asks_for() -> None:
    found = parameters()
    assert {"p_eligible_member", "p_eligible_risen", "p_eligible_newcomer", "volatility_scale"} <= found.keys()
    assert found["tail_df"] > 2, "a Student t of less has no deviation"
    assert all(0 <= value <= 1 for name, value in found.items() if name.startswith("p_"))
    assert hidden_rules() == ("country", "presumed_ineligible")
    assert len(OUTCOME_COLUMNS) == len(CUTS)


def test_a_quarterly_event_and_no_paths_are_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(BadInput, match="a quarterly event ranks nobody"):
        forecast("2023-09-ipo", date(2023, 6, 30), settings)
    with pytest.raises(BadInput, match="at least one path"):
        forecast("2023-06-recon", date(2023, 3, 31), settings, paths=0)
    assert not list(tmp_path.iterdir())
