"""The graph that Dagster shows, and a whole event run through it.

What does not belong here: what the tables hold (`test_sql_cases.py`), or a run without Dagster (`test_pipeline.py`).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from recon_pipeline import ingest, pipeline
from recon_pipeline.definitions import build, defs
from recon_pipeline.defs.catalogue import asset_key
from recon_pipeline.defs.partitions import EVENTS
from recon_pipeline.defs.resources import Home
from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.events import ReconEvent, events
from recon_pipeline.events import event as event_of
from recon_pipeline.ingest import ChosenOpening
from recon_pipeline.publish import RUN_LOG, publish, published_path
from recon_pipeline.sources.http import Traffic
from recon_pipeline.tables import Check, Query, Table, load_tables
from recon_pipeline.warehouse import Warehouse
from recon_pipeline_tests.conftest import Simulated

ROOT = Path(__file__).resolve().parents[1]
EVENT = "2026-06-recon"
LANDED = [
    f"raw/{table.name}" for table in load_tables().values() if table.schema == "raw" and table.full_name != RUN_LOG
]
END = ["raw/event_runs", "published", "report"]

SPECS = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


def path_of(table: Table) -> str:
    return f"{table.schema}/{table.name}"


# --- the graph --------------------------------------------------------------------------------------------------------


def test_the_module_of_the_workspace_loads_without_a_home_a_calendar_or_a_warning(tmp_path: Path) -> None:
    """As the server loads it, where neither a home nor a variable is set."""
    found = re.search(r"module_name: (\S+)", (ROOT / "workspace.yaml").read_text())
    assert found
    program = f"""
import sys, dagster, {found[1]} as module
dagster.Definitions.validate_loadable(module.defs)
assert not {{"exchange_calendars", "pandas"}} & set(sys.modules)
"""
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.iterdir())


def test_the_assets_are_the_tables_and_what_is_published() -> None:
    assert set(SPECS) == {path_of(table) for table in load_tables().values()} | {"published", "report", "captured"}


def test_every_dependency_is_an_asset_that_a_step_makes() -> None:
    # Dagster takes a mistyped dependency for an asset of somebody else, without a word.
    made = {key for asset in defs.assets or [] if isinstance(asset, dg.AssetsDefinition) for key in asset.keys}
    assert made == {spec.key for spec in SPECS.values()}
    wanted = {dep.asset_key for spec in SPECS.values() for dep in spec.deps}
    assert wanted <= made


@pytest.mark.parametrize("name", ["core.lines", "recon.ranking", "recon.index_changes"])
def test_a_derived_table_depends_on_what_its_query_reads(name: str) -> None:
    query = load_tables()[name].query
    assert query is not None
    spec = SPECS[asset_key(name).to_user_string()]
    assert {dep.asset_key for dep in spec.deps} == {asset_key(read) for read in query.reads} != set()


def test_everything_leads_to_what_is_published() -> None:
    reached, waiting = set[str](), ["report"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [dep.asset_key.to_user_string() for dep in SPECS[name].deps]
    # What was read and what funds hold are for whoever asks; the capture is landed, no more.
    apart = {"captured", "raw/payloads", "raw/fund_holdings"}
    assert (
        reached - {name for name in SPECS if name.startswith("reference/")}
        == {name for name in SPECS if not name.startswith("reference/")} - apart
    )


@pytest.mark.parametrize("name", sorted(set(SPECS) - {"published", "report", "captured"}))
def test_a_table_shows_its_description_columns_and_files(name: str) -> None:
    spec = SPECS[name]
    assert spec.description
    schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert schema.columns
    assert all(column.type and column.description for column in schema.columns)
    files = spec.metadata["files"].value.split(", ")
    assert f"sql/{name}.table.sql" in files
    assert all((ROOT / file).is_file() for file in files)


def test_a_column_shows_type_null_and_key_of_its_contract() -> None:
    columns = {column.name: column for column in SPECS["recon/ranking"].metadata["dagster/column_schema"].columns}
    assert columns["event_id"].constraints == dg.TableColumnConstraints(nullable=False, other=["primary key"])
    assert columns["market_cap_usd"].type == "decimal(24,4)"
    assert columns["market_cap_usd"].constraints.nullable


def test_groups_are_the_layers_and_read_only_to_their_left() -> None:
    layers = ["captured", "reference", "raw", "core", "recon", "published"]
    assert {spec.group_name for spec in SPECS.values()} == set(layers)
    for spec in SPECS.values():
        for dep in spec.deps:
            left = SPECS[dep.asset_key.to_user_string()].group_name
            assert layers.index(str(left)) <= layers.index(str(spec.group_name))


def test_partitions_are_the_events_of_the_calendar_in_order() -> None:
    assert list(EVENTS.get_partition_keys()) == sorted(events())
    partitioned = {name for name, spec in SPECS.items() if spec.partitions_def == EVENTS}
    assert partitioned == {name for name in SPECS if not name.startswith(("reference/", "captured"))}


def test_every_check_of_a_table_is_an_asset_check() -> None:
    declared = {
        (spec.key.asset_key.to_user_string(), spec.name): spec.blocking
        for asset in defs.assets or []
        if isinstance(asset, dg.AssetsDefinition)
        for spec in asset.check_specs
    }
    assert declared == {
        (path_of(table), check.name): check.blocking for table in load_tables().values() for check in table.checks
    }


def test_a_check_reads_nothing_that_is_built_after_its_table() -> None:
    """It runs in the step of its table, so that it would see the rows of the run before."""
    tables = load_tables()
    landed = {name for name in tables if name.startswith(("reference.", "raw."))} | set(ingest.PLAN_TABLES)
    early = {
        f"{table.full_name} {check.name}": after
        for table in tables.values()
        for check in table.checks
        if (after := check.query.reads - ancestors(table, tables) - landed - {table.full_name})
    }
    assert not early


def ancestors(table: Table, tables: dict[str, Table]) -> set[str]:
    """All that the query of a table reads, and what that reads in turn; each table is looked at once."""
    found: set[str] = set()
    ahead = [table]
    while ahead:
        query = ahead.pop().query
        fresh = query.reads - found if query else frozenset()
        found |= fresh
        ahead += [tables[name] for name in fresh]
    return found


def test_an_override_that_no_setting_has_is_refused(tmp_path: Path) -> None:
    assert Home(overrides={"home": str(tmp_path)}).settings().home == tmp_path
    with pytest.raises(BadInput, match="hoem"):
        Home(overrides={"hoem": str(tmp_path)}).settings()


def test_events_of_one_run_are_taken_in_order_and_open_from_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a landing does is told by the steps that it takes: a market of two years would only cost time here."""
    steps: list[tuple[str, str]] = []
    given: dict[str, list[Path]] = {}

    def choose_opening(_: Warehouse, event: ReconEvent, paths: list[Path], *, allow_late: bool) -> ChosenOpening:
        steps.append(("open", event.event_id))
        given[event.event_id] = paths
        return ChosenOpening("")

    def land(_: Warehouse, event: ReconEvent, *args: object, **more: object) -> ingest.Took:
        steps.append(("land", event.event_id))
        return ingest.Took(0, Traffic(), Traffic())

    def derive(_: Warehouse, event: ReconEvent, **more: object) -> None:
        steps.append(("derive", event.event_id))

    monkeypatch.setattr(ingest, "choose_opening", choose_opening)
    monkeypatch.setattr(ingest, "land", land)
    lists = tmp_path / "lists.csv"
    lists.write_text("index,ticker,asof\n")
    monkeypatch.setattr(pipeline, "derive", derive)
    home = Home(overrides={"home": str(tmp_path)})
    # Whether rounds of IPO additions can be run is not in question here.
    monkeypatch.setattr(pipeline, "runnable_event", event_of)
    run(home, LANDED, events=("2024-06-recon", "2024-12-ipo"), openings=[lists])
    assert steps == [
        ("open", "2024-06-recon"),
        ("land", "2024-06-recon"),
        ("derive", "2024-06-recon"),
        ("open", "2024-09-ipo"),
        ("land", "2024-09-ipo"),
        ("derive", "2024-09-ipo"),
        ("open", "2024-12-ipo"),
        ("land", "2024-12-ipo"),
    ]
    assert given == {"2024-06-recon": [lists], "2024-09-ipo": [], "2024-12-ipo": []}


# --- a run ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """A whole event that was run through Dagster: the home, and what the run said."""

    home: Home
    result: dg.ExecuteInProcessResult

    @property
    def published(self) -> Path:
        return published_path(self.home.settings().home_dir)


def run(
    home: Home,
    selection: list[str] | None = None,
    *,
    events: tuple[str, str] = (EVENT, EVENT),
    openings: list[Path] | None = None,
    tables: dict[str, Table] | None = None,
    without: list[str] | None = None,
) -> dg.ExecuteInProcessResult:
    """Run the job, or some assets of it, for the events from the first to the last of `events`."""
    asked: dict[str, list[str]] = {"openings": [str(path) for path in openings or []], "without": without or []}
    config = {"ops": {"landed": {"config": asked}}} if openings or without else {}
    first, last = events
    spans = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    with dg.DagsterInstance.ephemeral() as instance:
        return (
            build(tables=tables, home=home)
            .resolve_job_def("reconstitute")
            .execute_in_process(
                run_config=config,
                partition_key=first if first == last else None,
                tags={} if first == last else spans,
                asset_selection=[dg.AssetKey(name.split("/")) for name in selection] if selection else None,
                instance=instance,
                raise_on_error=False,
            )
        )


@pytest.fixture(scope="module")
def done(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Done:
    overrides = {
        "home": str(tmp_path_factory.mktemp("dagster")),
        "archive_url": simulated.url,
        "archive_api_url": simulated.url,
        "requests_per_second": 1000,
    }
    home = Home(overrides=overrides)
    return Done(home, run(home, openings=[simulated.opening]))


def test_the_job_materialises_everything_and_its_checks_pass(done: Done) -> None:
    assert done.result.success
    events = done.result.get_asset_materialization_events()
    # The report is left out by the settings of tests.
    wanted = {spec.key for spec in SPECS.values()} - {dg.AssetKey("captured"), dg.AssetKey("report")}
    assert {event.materialization.asset_key for event in events} == wanted
    checks = done.result.get_asset_check_evaluations()
    assert len(checks) == sum(len(table.checks) for table in load_tables().values())
    assert not [check for check in checks if not check.passed]


def test_rows_are_counted_by_event_and_in_all(done: Done) -> None:
    membership = shown(done, "recon/index_membership")
    assert membership["dagster/partition_row_count"] == membership["dagster/row_count"] > 10_000
    assert shown(done, "raw/opening_rows")["opened_from"] == "opening.csv"
    assert shown(done, "reference/indexes") == {"dagster/row_count": 10}
    assert shown(done, "published")["is_new"] is True


def shown(done: Done, name: str) -> dict[str, Any]:
    """The metadata of the asset as the run left it."""
    made = [event.materialization for event in done.result.get_asset_materialization_events()]
    metadata = next(item.metadata for item in made if item.asset_key.to_user_string() == name)
    return {label: value.value for label, value in metadata.items()}


def test_what_is_published_is_that_of_a_run_without_dagster(done: Done, simulated: Simulated, tmp_path: Path) -> None:
    settings = done.home.settings()
    # The landed payloads of the other home: what is fetched is not in question here, and it is most of the time.
    (tmp_path / "landed").symlink_to(settings.home_dir / "landed")
    plain = settings.model_copy(update={"home": tmp_path, "offline": True})
    pipeline.run_event(EVENT, plain, openings=[simulated.opening])
    files = sorted(path.name for path in done.published.glob("*.parquet"))
    assert len(files) == len([table for table in load_tables().values() if table.schema == "recon"])
    other = published_path(tmp_path)
    assert [name for name in files if (done.published / name).read_bytes() != (other / name).read_bytes()] == []
    assert done.published.resolve().name == other.resolve().name


def test_the_report_is_written_after_what_is_published(done: Done) -> None:
    home = Home(overrides={**done.home.overrides, "report": "concerned"})
    result = run(home, END)
    assert result.success
    told = shown(Done(home, result), "report")
    assert Path(told["start"]) == home.settings().home_dir / "report" / "index.html"
    assert EVENT in Path(told["start"]).read_text(encoding="utf-8")


ALWAYS_FAILS = Query.parse("-- Nothing passes.\nselect $event_id as event_id, 1 as what")


def with_check(name: str, *, blocking: bool) -> dict[str, Table]:
    tables = load_tables()
    return tables | {name: replace(tables[name], checks=(Check("never", ALWAYS_FAILS, blocking),))}


def test_a_blocking_check_stops_the_run_and_leaves_what_is_published(done: Done) -> None:
    before = done.published.resolve()
    broken = with_check("recon.breakpoints", blocking=True)
    result = run(done.home, ["recon/breakpoints", "recon/placements", *END], tables=broken)
    assert not result.success
    [check] = result.get_asset_check_evaluations()
    assert not check.passed
    assert check.metadata["failing_rows"].value == 1
    built = {event.materialization.asset_key.to_user_string() for event in result.get_asset_materialization_events()}
    assert built == {"recon/breakpoints"}
    assert done.published.resolve() == before

    # Neither the step of the end by itself nor a run without Dagster may publish what no audit passed.
    alone = run(done.home, END, tables=broken)
    assert not alone.success
    with pipeline.open_warehouse(done.home.settings()) as warehouse, pytest.raises(ContractBroken, match=EVENT):
        publish(warehouse, done.home.settings().home_dir)
    assert done.published.resolve() == before

    # With the check mended the same rows pass, and make the same snapshot.
    assert run(done.home, END).success
    assert done.published.resolve() == before


def test_a_check_that_warns_is_told_and_stops_nothing(done: Done) -> None:
    before = done.published.resolve()
    warned = with_check("recon.breakpoints", blocking=False)
    result = run(done.home, ["recon/breakpoints", *END], tables=warned)
    assert result.success
    # A choice of assets brings the standing check of `published` along.
    [check] = [each for each in result.get_asset_check_evaluations() if each.asset_key != dg.AssetKey("published")]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert done.published.resolve() == before


def test_what_a_run_leaves_out_holds_for_that_run_alone(done: Done) -> None:
    """Last here, for what it lands anew was not audited."""
    landed = [
        key.to_user_string()
        for asset in build().assets or []
        if isinstance(asset, dg.AssetsDefinition) and dg.AssetKey(["raw", "opening_rows"]) in asset.keys
        for key in asset.keys
    ]
    for without in (["sic", "presumption"], []):
        assert run(done.home, landed, without=without).success
        with pipeline.open_warehouse(done.home.settings()) as warehouse:
            rules = warehouse.frame("select rule from raw.event_options order by 1")["rule"].to_list()
        assert rules == sorted(f"use_{kind}" for kind in without)
    assert not run(done.home, landed, without=["what there is not"]).success
