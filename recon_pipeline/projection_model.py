"""The parameters of the projection with probability: `sql/reference/projection_model.csv`, by name.

Belongs here: reading them. What each is and how it was fitted stands beside it in the file.

Does not belong here: what is done with them (`path_start.py`, `volatility.py`, `monte_carlo.py`).
"""

from __future__ import annotations

import re

from recon_pipeline.rules import reference_rows
from recon_pipeline.volatility import Weights


def parameters() -> dict[str, float]:
    """Return the parameters of the model: `sql/reference/projection_model.csv`, by name."""
    return {row["parameter"]: float(row["value"]) for _, row in reference_rows("projection_model.csv")}


def hidden_rules() -> tuple[str, ...]:
    """Return the rules whose verdict may be wrong for want of facts, for the model has a chance for each."""
    named = (re.fullmatch(r"p_eligible_(.+)", name) for name in parameters())
    return tuple(sorted({found[1] for found in named if found} - {"member", "risen", "newcomer"}))


def weights(model: dict[str, float]) -> Weights:
    """Return how volatilities are put together."""
    return Weights(
        far=model["weight_far"],
        near=model["weight_near"],
        peer=model["weight_peer"],
        near_sessions=int(model["near_sessions"]),
        bucket=int(model["peer_companies"]),
        least_returns=int(model["least_returns"]),
        scale=model["volatility_scale"],
    )
