"""The clock: what the schedules ask for at which moment, against a real Dagster instance, and what comes of it.

The second reconstitution of 2026 on a simulated market: its rank day is a Friday, its lists are of Fridays, one of them
the half day after Thanksgiving. Ticks are evaluated as the daemon does, and what they ask for is run.

Does not belong here: what is due (`test_due.py`), the graph (`test_definitions.py`), alerts (`test_webhook.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_test_daemon_workspace_context, freeze_time
from dagster._core.workspace.load_target import ModuleTarget
from dagster._scheduler.scheduler import ScheduleIterationTimes, launch_scheduled_runs

from recon_pipeline import events, ingest, pipeline
from recon_pipeline.definitions import defs
from recon_pipeline.defs.capture import FAIL_AFTER, FRESH, WARN_AFTER
from recon_pipeline.defs.partitions import EVENTS
from recon_pipeline.defs.resources import Home
from recon_pipeline.defs.schedules import DUE_TAG, RANGE_END_TAG, RANGE_START_TAG, SCHEDULES
from recon_pipeline.defs.watch import alert_on_failure
from recon_pipeline.due import published_vintages
from recon_pipeline.opening import read_openings
from recon_pipeline.publish import published_database
from recon_pipeline.settings import Settings
from recon_pipeline.simulation import opening_csv, serve, simulate
from recon_pipeline.warehouse import Reader
from recon_pipeline_tests.small_home import publish_rows
from recon_pipeline_tests.test_sql_cases import Row

EVENT = events.event("2026-12-recon")
NOWHERE = "http://127.0.0.1:9"
"""Where nobody answers: the archive on a bad day."""


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=events.NEW_YORK)


@dataclass
class Clock:
    """A home, an instance of Dagster that remembers, and the time, which is ours to set."""

    home: Path
    url: str
    instance: dg.DagsterInstance
    now: str = "2026-10-30 21:00"

    @property
    def resource(self) -> Home:
        given = {"home": str(self.home), "archive_url": self.url, "archive_api_url": self.url, "max_attempts": 1}
        return Home(overrides={**given, "requests_per_second": 1000, "now": new_york(self.now).isoformat()})

    def tick(self, schedule: str, now: str | None = None) -> dg.RunRequest | str:
        """What a schedule asks for, or why it asks for nothing."""
        self.now = now or self.now
        with dg.build_schedule_context(
            instance=self.instance,
            scheduled_execution_time=new_york(self.now),
            repository_def=defs.get_repository_def(),
            resources={"home": self.resource},
        ) as context:
            data = defs.resolve_schedule_def(schedule).evaluate_tick(context)
        assert len(data.run_requests or ()) + (data.skip_message is not None) == 1
        return data.run_requests[0] if data.run_requests else str(data.skip_message)

    def run(self, request: dg.RunRequest | str, job: str = "reconstitute") -> dg.ExecuteInProcessResult:
        """Do what was asked for."""
        assert isinstance(request, dg.RunRequest), request
        return defs.resolve_job_def(job).execute_in_process(
            partition_key=request.partition_key,
            tags=dict(request.tags),
            instance=self.instance,
            resources={"home": self.resource},
            raise_on_error=False,
        )

    def published(self) -> dict[str, date]:
        return published_vintages(self.home, new_york(self.now))


def asked(request: dg.RunRequest | str) -> str | None:
    assert isinstance(request, dg.RunRequest), request
    return request.tags[DUE_TAG]


@pytest.fixture
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """One on disk: what a schedule is evaluated with must outlive the process that asks."""
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("dagster"))) as running:
        yield running


def home_that_holds(path: Path, known: dict[str, str]) -> Path:
    """A home that has published these events as of these days, all that are over as final."""
    rows: list[Row] = [
        {"event_id": event_id, "vintage": "final", "known_at": day, "membership_rows": "1"}
        for event_id, day in known.items()
    ]
    publish_rows(path, {"recon.events": rows})
    return path


IN_SEPTEMBER = {"2026-06-recon": "2026-06-29", "2026-09-ipo": "2026-09-21"}


@pytest.fixture
def clock(tmp_path: Path, instance: dg.DagsterInstance) -> Clock:
    """A home that knows every event up to September 2026; nothing is run in it."""
    return Clock(home_that_holds(tmp_path, IN_SEPTEMBER), NOWHERE, instance)


# --- the capture ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "is_session"),
    [
        ("2026-11-25 18:30", True),
        ("2026-11-26 18:30", False),  # Thanksgiving
        ("2026-11-27 18:30", True),  # closes at 13:00
        ("2026-12-24 18:30", True),  # closes at 13:00
        ("2026-12-25 18:30", False),
        ("2026-06-19 18:30", False),
        ("2026-07-03 18:30", False),  # the fourth is a Saturday
    ],
)
def test_the_capture_is_asked_for_on_sessions_early_closes_among_them(clock: Clock, now: str, is_session: bool) -> None:
    request = clock.tick("capture_after_close", now)
    day = now.partition(" ")[0]
    if is_session:
        assert isinstance(request, dg.RunRequest)
        assert request.run_key == f"capture {day}"
    else:
        assert isinstance(request, str)
        assert day in request
        assert "no session" in request


def test_schedules_keep_the_time_of_new_york_and_are_on() -> None:
    told = {schedule.name: (schedule.cron_schedule, schedule.execution_timezone) for schedule in SCHEDULES}
    assert told == {
        "capture_after_close": ("30 18 * * 1-5", "America/New_York"),
        "run_what_is_due": ("0 21 * * 1-5", "America/New_York"),
        "watch_what_is_overdue": ("0 9 * * 1-5", "America/New_York"),
    }
    assert {schedule.default_status for schedule in SCHEDULES} == {dg.DefaultScheduleStatus.RUNNING}
    assert alert_on_failure.default_status == dg.DefaultSensorStatus.RUNNING


def test_no_two_captures_lie_further_apart_than_their_freshness_allows() -> None:
    days = events.sessions(date(2004, 1, 1), date(2040, 12, 30))
    gaps = sorted(later - earlier for earlier, later in pairwise(days))
    # Storms and days of mourning lengthen a weekend by a day; that is worth a warning and no failure.
    assert len([gap for gap in gaps if gap >= WARN_AFTER]) <= 2
    assert gaps[-1] < FAIL_AFTER
    spec = next(spec for spec in defs.resolve_all_asset_specs() if spec.key == dg.AssetKey("captured"))
    assert spec.freshness_policy == FRESH


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_a_friday_rank_day_is_asked_for_that_evening(clock: Clock) -> None:
    assert date(2026, 10, 30).strftime("%A") == "Friday"
    assert "published as of its last day" in str(clock.tick("run_what_is_due", "2026-10-29 21:00"))
    request = clock.tick("run_what_is_due", "2026-10-30 21:00")
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == "2026-12-recon"
    assert asked(request) == "2026-12-recon@2026-10-30"


def test_what_was_slept_over_is_asked_for_later(clock: Clock) -> None:
    assert asked(clock.tick("run_what_is_due", "2026-11-04 21:00")) == "2026-12-recon@2026-10-30"
    assert asked(clock.tick("run_what_is_due", "2026-11-16 21:00")) == "2026-12-recon@2026-11-13"


def test_on_a_holiday_what_is_due_is_asked_for_all_the_same(clock: Clock) -> None:
    assert asked(clock.tick("run_what_is_due", "2026-11-26 21:00")) == "2026-12-recon@2026-11-20"
    # and the list of the half day after it in its evening
    assert asked(clock.tick("run_what_is_due", "2026-11-27 21:00")) == "2026-12-recon@2026-11-27"


def test_several_events_are_one_run_in_order(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    home = home_that_holds(tmp_path, {"2026-03-ipo": "2026-03-23", "2026-06-recon": "2026-06-12"})
    request = Clock(home, NOWHERE, instance).tick("run_what_is_due", "2026-11-13 21:00")
    assert isinstance(request, dg.RunRequest)
    assert asked(request) == "2026-06-recon@2026-06-29 2026-09-ipo@2026-09-21 2026-12-recon@2026-11-13"
    first, last = request.tags[RANGE_START_TAG], request.tags[RANGE_END_TAG]
    assert list(EVENTS.get_partition_keys_in_range(dg.PartitionKeyRange(first, last))) == [
        *("2026-06-recon", "2026-09-ipo", "2026-12-recon")
    ]
    assert request.partition_key is None


def test_an_ipo_round_is_asked_for_like_any_event(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    home = home_that_holds(tmp_path, {"2026-06-recon": "2026-06-29"})
    assert asked(Clock(home, NOWHERE, instance).tick("run_what_is_due", "2026-07-31 21:00")) == "2026-09-ipo@2026-07-31"


def test_an_event_that_the_rules_alone_know_is_told_and_not_lost(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    clock = Clock(home_that_holds(tmp_path, {"2027-12-recon": "2027-12-13"}), NOWHERE, instance)
    assert "2028-03-ipo" in str(clock.tick("run_what_is_due", "2028-01-31 21:00"))


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
@pytest.mark.parametrize("job", ["reconstitute", "capture", "watch"])
def test_a_run_under_way_is_not_asked_for_again(clock: Clock, status: dg.DagsterRunStatus, job: str) -> None:
    run = clock.instance.create_run_for_job(defs.resolve_job_def(job), status=status)
    request = clock.tick("run_what_is_due", "2026-10-30 21:00")
    # The capture and the watch write nothing into the home.
    assert isinstance(request, str) == (job == "reconstitute")
    if isinstance(request, str):
        assert run.run_id in request
        assert "2026-12-recon@2026-10-30" in request
        clock.instance.report_run_failed(run)
        assert asked(clock.tick("run_what_is_due", "2026-11-02 21:00")) == "2026-12-recon@2026-10-30"


def test_a_tick_that_is_repeated_has_the_same_key_and_the_next_another(clock: Clock) -> None:
    keys = []
    for now in ("2026-10-30 21:00", "2026-10-30 21:00", "2026-11-02 21:00"):
        request = clock.tick("run_what_is_due", now)
        assert isinstance(request, dg.RunRequest)
        keys.append(request.run_key)
    assert keys[0] == keys[1] != keys[2]


# --- by the daemon itself ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_daemon_queues_what_is_due_once_and_again_after_a_failure(
    tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dagster's own loop over its schedules, on the code location as a server loads it; no queued run begins."""
    monkeypatch.setenv("RECON_HOME", str(home_that_holds(tmp_path, {"2026-06-recon": "2026-06-12"})))
    target = ModuleTarget("recon_pipeline.definitions", None, str(Path(__file__).parents[1]), "recon_pipeline")
    times: dict[str, ScheduleIterationTimes] = {}

    def queued(now: str) -> Sequence[dg.DagsterRun]:
        with freeze_time(new_york(now)):
            list(launch_scheduled_runs(workspace, logging.getLogger(__name__), new_york(now), times))
        return instance.get_runs(dg.RunsFilter(job_name="reconstitute", statuses=[dg.DagsterRunStatus.QUEUED]))

    with create_test_daemon_workspace_context(target, instance) as workspace:
        assert queued("2026-11-13 20:59:00") == []
        (run,) = queued("2026-11-13 21:00:05")
        assert run.tags[DUE_TAG] == "2026-06-recon@2026-06-29 2026-09-ipo@2026-09-21 2026-12-recon@2026-11-13"
        assert (run.tags[RANGE_START_TAG], run.tags[RANGE_END_TAG]) == ("2026-06-recon", "2026-12-recon")
        assert [each.run_id for each in queued("2026-11-13 21:00:35")] == [run.run_id]
        # The weekend has no tick, and on Monday that run is still under way.
        assert [each.run_id for each in queued("2026-11-16 21:00:05")] == [run.run_id]
        instance.report_run_failed(run)
        (again,) = queued("2026-11-17 21:00:05")
        assert again.tags[DUE_TAG] == run.tags[DUE_TAG]
        captures = instance.get_runs(dg.RunsFilter(job_name="capture"))
        assert [each.tags["dagster/run_key"] for each in captures] == ["capture 2026-11-17", "capture 2026-11-16"]


# --- and run ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_second_reconstitution_of_2026_from_its_rank_day_on(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    market = simulate(EVENT, lines=5600)
    home = tmp_path / "home"
    lists = tmp_path / "opening.csv"
    lists.write_bytes(opening_csv(market))
    with pipeline.open_warehouse(build_settings(home)) as warehouse:
        # The lists were given once, as by a run that the archive then failed.
        pipeline.prepare(warehouse)
        opening = read_openings([lists], EVENT, allow_late=False)
        ingest.store_opening(warehouse, EVENT, ingest.ChosenOpening(lists.name, opening.notes, opening.rows))
    clock = Clock(home, NOWHERE, instance)

    # Friday: the archive does not answer, and nothing is published.
    failed = clock.run(clock.tick("run_what_is_due", "2026-10-30 21:00"))
    assert not failed.success
    assert clock.published() == {}

    with serve(market) as url:
        clock.url = url
        # Monday: what failed is asked for again, for the same vintage, and done.
        request = clock.tick("run_what_is_due", "2026-11-02 21:00")
        assert asked(request) == "2026-12-recon@2026-10-30"
        assert clock.run(request).success
        assert clock.published() == {"2026-12-recon": date(2026, 10, 30)}
        assert isinstance(clock.tick("run_what_is_due", "2026-11-03 21:00"), str)
        assert isinstance(clock.tick("run_what_is_due", "2026-11-12 21:00"), str)

        for now, vintage in (
            ("2026-11-13 21:00", "2026-11-13"),  # the preliminary list
            ("2026-11-27 21:00", "2026-11-27"),  # an update, and one that was slept over
            ("2026-12-11 21:00", "2026-12-11"),  # the final list, and another update that was
            ("2026-12-14 21:00", "2026-12-14"),  # the first session of the new membership
        ):
            request = clock.tick("run_what_is_due", now)
            assert asked(request) == f"2026-12-recon@{vintage}"
            assert clock.run(request).success
            assert clock.published() == {"2026-12-recon": date.fromisoformat(vintage)}
            assert isinstance(clock.tick("run_what_is_due"), str)
    assert isinstance(clock.tick("run_what_is_due", "2027-01-15 21:00"), str)
    statuses = [run.status for run in instance.get_runs()]
    assert statuses.count(dg.DagsterRunStatus.FAILURE) == 1
    assert statuses.count(dg.DagsterRunStatus.SUCCESS) == 5

    revisions = Reader(published_database(home)).frame(
        "select distinct cast(known_at as varchar), cast(previous_known_at as varchar), why "
        "from recon.index_change_revision order by 1"
    )
    assert revisions.rows() == [
        ("2026-11-27", "2026-11-13", "left_exchanges"),
        ("2026-12-11", "2026-11-27", "left_exchanges"),
        ("2026-12-14", "2026-12-11", "left_exchanges"),
    ]


def build_settings(home: Path) -> Settings:
    return Home(overrides={"home": str(home)}).settings()


# --- the watch --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "overdue"),
    [("2026-10-29 09:00", []), ("2026-11-04 09:00", []), ("2026-11-06 09:00", ["2026-12-recon"])],
)
def test_the_standing_check_warns_of_what_is_overdue(
    clock: Clock, now: str, overdue: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    result = clock.run(clock.tick("watch_what_is_overdue", now), "watch")
    assert result.success
    (check,) = result.get_asset_check_evaluations()
    assert (check.asset_key, check.check_name) == (dg.AssetKey("published"), "no_event_is_overdue")
    assert check.passed == (not overdue)
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert sorted(set(check.metadata) - {"overdue"}) == overdue
    alerts = [record.getMessage() for record in caplog.records if "webhook" in record.name]
    assert len(alerts) == len(overdue)
    assert all("2026-12-recon is due since 2026-10-30" in text for text in alerts)


def test_a_run_that_fails_is_alerted_of(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """The home can open the event from the one before it, but nobody is in its membership."""
    clock.home = clock.home.parent / "empty"
    failed = clock.run(clock.tick("run_what_is_due", "2026-10-30 21:00"))
    assert not failed.success
    run = clock.instance.get_run_by_id(failed.run_id)
    assert run is not None
    (event,) = [event for event in failed.all_events if event.event_type_value == "PIPELINE_FAILURE"]
    context = dg.build_run_status_sensor_context(
        sensor_name="alert_on_failure",
        dagster_event=event,
        dagster_instance=clock.instance,
        dagster_run=run,
        resources={"home": Home(overrides={"home": str(clock.home)})},
    ).for_run_failure()
    with caplog.at_level(logging.WARNING, logger="recon_pipeline"):
        alert_on_failure(context)
    told = [record.getMessage() for record in caplog.records if "webhook" in record.name]
    assert len(told) == 1
    assert f"Run {failed.run_id} of reconstitute 2026-12-recon failed. landed: " in told[0]
    assert "nobody says who was in which index before it" in told[0]
