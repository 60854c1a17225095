"""A projection with probability: from what was known on a day to how likely each index is on the rank day.

Belongs here: projecting, drawing the paths, storing what they count and publishing. The probabilities are a query of
these counts (`sql/recon/projection_probability.sql`).

Does not belong here: the projection itself (`projection.py`), what its paths start from (`path_start.py`), drawing and
ranking (`monte_carlo.py`), how good the probabilities are (`calibration.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from recon_pipeline import events
from recon_pipeline.errors import BadInput
from recon_pipeline.events import AS_OF, ReconEvent
from recon_pipeline.ingest import PROJECTED, land_sessions
from recon_pipeline.monte_carlo import CUTS, Floats, Moves, Outcome, Start, simulate
from recon_pipeline.path_start import Prepared, prepare_paths, rank_day_of
from recon_pipeline.pipeline import audit, open_warehouse
from recon_pipeline.projection import alone, project, projected_event, projection_settings
from recon_pipeline.publish import Snapshot, publish, published_database
from recon_pipeline.settings import Settings
from recon_pipeline.tables import load_tables
from recon_pipeline.volatility import OWN, PEERS, Estimate
from recon_pipeline.warehouse import Warehouse

PATHS: Final = 10_000
SEED: Final = 1

RUNS, OUTCOMES, CUT_CAPS, VOLATILITIES = PROJECTED
PUBLIC: Final = ("recon.projection_run", "recon.projection_breakpoints", "recon.projection_probability")
"""What is derived of the paths, and published."""

OUTCOME_COLUMNS: Final = (
    *("above_top50", "above_top200", "above_top500", "above_r1000", "above_micro"),
    *("in_r3000", "in_r3000e"),
)
"""Columns of raw.projection_outcomes in the order of `CUTS`."""


@dataclass(frozen=True)
class Forecast:
    """What a projection with probability did: its event, where it is published, and how its paths were drawn."""

    event: ReconEvent
    rank_day: date
    published: Path
    snapshot: Snapshot
    start: Start
    moves: Moves
    estimate: Estimate
    outcome: Outcome


def forecast(
    event_id: str | None,
    day: date | None,
    settings: Settings,
    *,
    paths: int = PATHS,
    seed: int = SEED,
    daily: int = 0,
    with_model_error: bool = True,
    threads: int = 2,
    openings: Sequence[Path] = (),
    allow_late_opening: bool = False,
    without: Collection[str] = (),
    progress: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> Forecast:
    """Project an event as of a day, draw its paths and publish the probabilities in `HOME/projections/`.

    `daily` more sessions in a row before that day are landed for the volatilities; 0 takes the sessions that the event
    reads anyway. `with_model_error` False takes our caps and verdicts for certain. `threads` changes no figure.

    Raises:
        BadInput: no paths are asked for, the event is a quarterly one, which ranks nobody; and what `project` raises.
        Busy: another projection of this home is being made.
    """
    event = projected_event(day, settings, event_id)
    if paths < 1 or daily < 0:
        raise BadInput(f"Projecting {event.event_id} on {paths} paths and {daily} sessions: give at least one path.")
    if event.kind != "recon":
        raise BadInput(
            f"Projecting {event.event_id} with probability: a quarterly event ranks nobody. Name a reconstitution, as "
            "`recon project 2023-06-recon --as-of 2023-03-31`; `recon run --as-of` projects quarterly events."
        )
    apart = projection_settings(settings)
    with alone(settings):
        project(
            event.rank_day,
            settings,
            event_id=event.event_id.partition(AS_OF)[0],
            openings=openings,
            allow_late_opening=allow_late_opening,
            without=without,
            progress=progress,
            say=say,
        )
        with open_warehouse(apart) as warehouse:
            if daily:
                wanted = events.sessions(events.FIRST_DAY, event.rank_day)[-daily:]
                land_sessions(warehouse, wanted, apart, progress=progress, say=say)
            prepared = prepare_paths(warehouse, event, daily=daily, with_model_error=with_model_error)
            start, moves = prepared.start, prepared.moves
            say(f"drawing {paths:,} paths of {len(start.company_ids):,} companies over {moves.sessions} sessions")
            outcome = simulate(start, moves, paths=paths, seed=seed, threads=threads)
            with warehouse.transaction():
                store(warehouse, event, prepared, outcome, seed=seed, with_model_error=with_model_error)
                for name in PUBLIC:
                    warehouse.rebuild(load_tables()[name], {"event_id": event.event_id})
                audit(warehouse, event)
            snapshot = publish(warehouse, apart.home_dir)
    return Forecast(
        event,
        rank_day_of(event),
        published_database(apart.home_dir),
        snapshot,
        start,
        moves,
        prepared.estimate,
        outcome,
    )


def store(
    warehouse: Warehouse,
    event: ReconEvent,
    prepared: Prepared,
    outcome: Outcome,
    *,
    seed: int,
    with_model_error: bool,
) -> None:
    """Replace what the paths of a projection count. Belongs in a transaction."""
    for name in PROJECTED:
        warehouse.delete_event(name, event.event_id)
    moves, start = prepared.moves, prepared.start
    run = {
        "event_id": event.event_id,
        "projected_event_id": event.event_id.partition(AS_OF)[0],
        "as_of": event.rank_day,
        "rank_day": prepared.rank_day,
        "session_count": moves.sessions,
        "path_count": outcome.paths,
        "seed": seed,
        "has_model_error": with_model_error,
        "panel_sessions": len(prepared.panel_days),
        "panel_from": prepared.panel_days[0],
        "market_volatility_pct": _decimal(100 * moves.market_sigma),
        "tail_df": _decimal(moves.tail_df),
        "cap_noise_pct": _decimal(100 * moves.cap_noise),
        "gone_before_pct": _decimal(100 * moves.p_gone_before),
        "gone_after_pct": _decimal(100 * moves.p_gone_after),
    }
    warehouse.load(RUNS, pl.DataFrame([run]))
    for ids, counts in (
        (start.security_ids, outcome.company_counts),
        (start.line_ids, outcome.line_counts),
    ):
        place, code = np.nonzero(counts)
        # Who is out on every path, and was out, is no news; the query knows the members of before by itself.
        news = counts[place, 0] < outcome.paths
        place, code = place[news], code[news]
        rows = {"security_id": [ids[each] for each in place], "path_count": counts[place, code]} | {
            column: (code >> bit) & 1 == 1 for bit, column in enumerate(OUTCOME_COLUMNS)
        }
        warehouse.load(OUTCOMES, pl.DataFrame(rows).with_columns(event_id=pl.lit(event.event_id)))
    caps = [
        {"event_id": event.event_id, "breakpoint_id": name}
        | {f"p{share:02}_usd": _quantile(at_cut, share) for share in (5, 50, 95)}
        | {
            "band_high_p50_usd": _quantile(outcome.band_high[:, bit], 50),
            "band_low_p50_usd": _quantile(outcome.band_low[:, bit], 50),
        }
        for bit, name in enumerate(CUTS)
        if np.isfinite(at_cut := outcome.cut_cap[:, bit]).all() and (at_cut > 0).all()
    ]
    warehouse.load(CUT_CAPS, pl.DataFrame(caps))
    volatilities = {
        "company_id": start.company_ids,
        "beta": [_decimal(float(each)) for each in moves.beta],
        "volatility_pct": [_decimal(100 * float(each)) for each in moves.sigma],
        "basis": [OWN if own else PEERS for own in prepared.estimate.is_own],
        "return_count": prepared.estimate.returns,
        "p_eligible": [_decimal(float(each), 6) for each in moves.p_eligible],
    }
    warehouse.load(VOLATILITIES, pl.DataFrame(volatilities).with_columns(event_id=pl.lit(event.event_id)))


def _quantile(figures: Floats, percent: int) -> Decimal:
    """The smallest figure that so many percent of the paths do not exceed: one that a path has, not a mean of two."""
    ordered = np.sort(figures)
    return _decimal(float(ordered[max(-(-percent * len(ordered) // 100) - 1, 0)]))


def _decimal(figure: float, places: int = 4) -> Decimal:
    return Decimal(repr(figure)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
