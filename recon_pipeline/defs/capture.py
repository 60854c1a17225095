"""The daily capture as an asset: what tells of today only, landed after the close.

It fills no table: the next run of an event reads what was landed. Its history in Dagster is the history of captures.

Does not belong here: what is asked (the providers), when (schedules).
"""

from datetime import timedelta

import dagster as dg

from recon_pipeline.capture import GAVE_NOTHING
from recon_pipeline.capture import capture as capture_today
from recon_pipeline.defs.resources import Home

CAPTURED = dg.AssetKey("captured")

WARN_AFTER, FAIL_AFTER = timedelta(days=4, hours=6), timedelta(days=7)
"""Between two captures lies a long weekend at most (Thursday to Monday, Friday to Tuesday); a week without is a gap."""

FRESH = dg.FreshnessPolicy.time_window(fail_window=FAIL_AFTER, warn_window=WARN_AFTER)


def captured_asset() -> dg.AssetsDefinition:
    """Return the step that asks every configured source for today."""

    @dg.asset(
        key=CAPTURED,
        group_name="captured",
        kinds={"http"},
        freshness_policy=FRESH,
        description="The daily capture: symbol directory, live screener, ticker file and whatever else tells of today "
        "only, landed byte for byte. As `recon capture`.",
    )
    def captured(context: dg.AssetExecutionContext, home: Home) -> dg.MaterializeResult[None]:
        gathered = capture_today(home.settings(), say=context.log.info)
        for outcome in gathered.outcomes:
            if outcome.result in GAVE_NOTHING:
                context.log.warning(f"{outcome.ask.feed}: {outcome.result}. {outcome.detail}")
        return dg.MaterializeResult(
            metadata={
                "landed": sum(outcome.row is not None for outcome in gathered.outcomes),
                "requests": gathered.traffic.requests,
                "megabytes": round(gathered.traffic.bytes / 1e6, 1),
                "outcomes": "\n".join(sorted(f"{outcome.ask.feed}: {outcome.result}" for outcome in gathered.outcomes)),
            }
        )

    return captured
