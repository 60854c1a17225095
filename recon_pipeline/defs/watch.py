"""The watch: a standing check that no event is overdue, and an alert when a run fails.

An alert goes to the log, and to a webhook where one is set (`sources/webhook.py`).

Does not belong here: the checks of tables (`checks.py`), what is due (`due.py`).
"""

from __future__ import annotations

from typing import Final

import dagster as dg

from recon_pipeline.defs.publish import PUBLISHED
from recon_pipeline.defs.resources import Home
from recon_pipeline.defs.schedules import DUE_TAG
from recon_pipeline.due import overdue_events, published_vintages
from recon_pipeline.sources.webhook import alert

SHOWN_CAUSES: Final = 3


@dg.asset_check(
    asset=PUBLISHED,
    description="From the first event of the home on every event of the calendar is published as of its last day, but "
    "for what may still come: the dumps of a session may take some days (rule capture_grace_days).",
)
def no_event_is_overdue(home: Home) -> dg.AssetCheckResult:
    """Compare what is published with the calendar; alert of what is overdue."""
    settings = home.settings()
    overdue = overdue_events(settings.moment, published_vintages(settings.home_dir, settings.moment))
    told = {
        each.event.event_id: f"due since {each.since}, published as of {each.published or 'never'}" for each in overdue
    }
    if told:
        listed = "; ".join(f"{event_id} is {text}" for event_id, text in told.items())
        alert(settings, f"Overdue in the home of recon_pipeline: {listed}.")
    return dg.AssetCheckResult(
        passed=not told,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"overdue": len(told), **told},
    )


@dg.run_failure_sensor(
    name="alert_on_failure",
    description="Says so when a run fails: in the log, and to the webhook of RECON_ALERT_WEBHOOK.",
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def alert_on_failure(context: dg.RunFailureSensorContext, home: Home) -> None:
    """Alert of a run that failed: its job, its events, and what its first steps said."""
    run = context.dagster_run
    asked = run.tags.get("dagster/partition") or run.tags.get(DUE_TAG) or ""
    causes = [_cause(event) for event in context.get_step_failure_events()[:SHOWN_CAUSES]]
    told = " ".join(causes or [context.failure_event.message or "no step says why"])
    alert(home.settings(), f"Run {run.run_id} of {run.job_name} {asked} failed. {told}".replace("  ", " "))


def _cause(event: dg.DagsterEvent) -> str:
    """The first line of the error that a step ended with, below what Dagster wraps round it."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return f"{event.step_key}: {error.message.strip().splitlines()[0] if error else 'no error is recorded'}"
