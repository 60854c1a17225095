"""The wheel as a user gets it: installed into a fresh environment, away from the checkout, it runs and carries `sql/`.

The fresh environment borrows the third-party packages of the one that runs the tests through a `.pth` file, for they
are half a gigabyte. A `.pth` file is not read through another, so the editable install of the project stays out of
sight, and `pip check` still holds the wheel's declared dependencies against what is there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Printed as one JSON line: where code and SQL come from, and the answer of one packaged query over packaged facts.
PROBE = """
import json
from pathlib import Path
import recon_pipeline
from recon_pipeline.paths import sql_root
from recon_pipeline.tables import load_tables
from recon_pipeline.warehouse import Warehouse

tables = load_tables()
with Warehouse(Path("probe.duckdb")) as warehouse:
    warehouse.prepare(tables)
    warehouse.rebuild(tables["core.event_rules"], {"event_id": "2023-06-recon"})
    where = "where rule in ('cut_r1000', 'band_r1000') order by rule"
    rows = warehouse.frame(f"select rule, cast(value as varchar) as value from core.event_rules {where}").rows()
version = recon_pipeline.__version__
print(json.dumps({"code": recon_pipeline.__file__, "version": version, "sql": str(sql_root()), "rows": rows}))
"""

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installed:
    """The environment with the wheel in it, and a folder outside the checkout to run from."""

    venv: Path
    cwd: Path
    wheel: Path

    def run(self, program: str, *arguments: str) -> str:
        """What `program` of the environment prints; fails with its stderr if it does not end with 0."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
        done = subprocess.run(
            [str(self.venv / "bin" / program), *arguments],
            cwd=self.cwd,
            env=environment | {"COLUMNS": "120", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{program} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Build the wheel from this checkout and install it into a new environment."""
    base = tmp_path_factory.mktemp("wheel")
    dist, venv, cwd = base / "dist", base / "venv", base / "elsewhere"
    cwd.mkdir()
    _must([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)])
    (wheel,) = dist.glob("*.whl")
    _must([sys.executable, "-m", "venv", str(venv)])
    place = {"base": str(venv), "platbase": str(venv), "installed_base": str(venv)}
    borrowed = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (Path(sysconfig.get_path("purelib", "venv", place)) / "borrowed.pth").write_text("\n".join(borrowed) + "\n")
    _must([str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)])
    return Installed(venv, cwd, wheel)


def _must(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"


def test_the_wheel_carries_every_sql_file_and_the_type_marker(installed: Installed) -> None:
    carried = set(zipfile.ZipFile(installed.wheel).namelist())
    wanted = {f"recon_pipeline/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "sql").rglob("*.*")}
    assert wanted
    assert wanted | {"recon_pipeline/py.typed"} <= carried


def test_the_wheel_carries_what_the_report_is_made_of(installed: Installed) -> None:
    carried = set(zipfile.ZipFile(installed.wheel).namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for folder in ("templates", "assets", "queries")
        for path in (ROOT / "recon_pipeline" / "report" / folder).iterdir()
    }
    assert {Path(path).suffix for path in wanted} == {".html", ".css", ".js", ".sql"}
    assert wanted <= carried


def test_the_wheel_carries_no_tests(installed: Installed) -> None:
    carried = zipfile.ZipFile(installed.wheel).namelist()
    assert not [name for name in carried if name.startswith("recon_pipeline_tests")]


def test_what_the_wheel_requires_is_what_the_lock_installs(installed: Installed) -> None:
    assert "No broken requirements" in installed.run("python", "-m", "pip", "check")


def test_the_command_shows_its_help(installed: Installed) -> None:
    printed = installed.run("recon", "--help")
    assert "Usage" in printed
    assert "changes" in printed


def test_a_query_over_packaged_files_answers(installed: Installed) -> None:
    seen = json.loads(installed.run("python", "-c", PROBE))
    assert Path(seen["code"]).is_relative_to(installed.venv)
    assert Path(seen["sql"]).is_relative_to(installed.venv)
    assert seen["version"] in installed.wheel.name
    assert seen["rows"] == [["band_r1000", "2.5000"], ["cut_r1000", "1000.0000"]]
