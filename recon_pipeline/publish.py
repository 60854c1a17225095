"""Publishing: what consumers see, replaced as a whole or not at all.

A snapshot is a folder `HOME/snapshots/<id>/` with `recon.duckdb`, one Parquet file a table and `manifest.json`; its id
is a hash of its content, so that it is written once and the same content is never written twice. `HOME/published` is a
link to the current one, replaced in one step: a reader that has the old file open keeps it.

Does not belong here: which rows are right (the checks of `sql/`, run before), the database itself (`warehouse/`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from recon_pipeline.contract import schema_version
from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.tables import Table, load_macros, load_tables, public_tables, tree_fingerprint
from recon_pipeline.warehouse import Warehouse, engine_version, write_snapshot

DATABASE = "recon.duckdb"
MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
UNFINISHED = ".unfinished-"

DISCLAIMER = "An independent estimate from public data; not the index, and not affiliated with its owner."

RUN_LOG = "raw.event_runs"
"""The events that passed their audit; a table that is rebuilt by itself takes its event out until the next one."""


@dataclass(frozen=True)
class Snapshot:
    """A published snapshot: its folder under `snapshots/`, whether it is new, and its manifest."""

    path: Path
    is_new: bool
    manifest: dict[str, Any]


def published_path(home: Path) -> Path:
    """Return the folder that consumers read: a link to the current snapshot."""
    return home / "published"


def published_database(home: Path) -> Path:
    """Return the database file that consumers read."""
    return published_path(home) / DATABASE


def publish(warehouse: Warehouse, home: Path) -> Snapshot:
    """Write the public tables as a snapshot and make it the current one.

    Until the last step, one rename, consumers see what was published before; a crash leaves a folder that the next
    run clears away.

    Raises:
        ContractBroken: the public tables hold an event that did not pass its audit.
    """
    _refuse_unaudited(warehouse)
    snapshots = home / "snapshots"
    snapshots.mkdir(parents=True, exist_ok=True)
    _clear_unfinished(snapshots)
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=snapshots))
    folder.chmod(0o755)
    tables = public_tables()
    notes = {"schema_version": str(schema_version()), "disclaimer": DISCLAIMER}
    write_snapshot(warehouse, folder / DATABASE, folder, tables, load_macros(), notes=notes)
    manifest = _manifest(warehouse, folder, tables, _current(home))
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    _seal(folder)
    final = snapshots / str(manifest["snapshot_id"])
    is_new = not _is_whole(final)
    if is_new:
        if final.exists():  # damaged: it is kept aside until the next run, for a reader may have it open
            os.replace(final, snapshots / f"{UNFINISHED}damaged-{final.name}")
        os.replace(folder, final)
        _flush(snapshots)
    else:
        shutil.rmtree(folder)
        manifest = json.loads((final / MANIFEST).read_text(encoding="utf-8"))
    _make_current(home, final)
    return Snapshot(final, is_new, manifest)


def _seal(folder: Path) -> None:
    """Write the checksums of a folder, and wait until the disk holds all of it."""
    lines = [f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    for path in folder.iterdir():
        _flush(path)
    _flush(folder)


def _is_whole(folder: Path) -> bool:
    """Whether every file of a snapshot is there and as it was written."""
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
        return bool(lines) and all(
            _sha256(folder / name) == sha256 for sha256, _, name in (line.partition("  ") for line in lines)
        )
    except OSError:
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_unaudited(warehouse: Warehouse) -> None:
    # A snapshot holds all events of the home, so that rows which a broken run left of one would travel with another.
    audited = set(
        warehouse.frame(
            f"select event_id from {RUN_LOG} where sql_fingerprint = $fingerprint",
            {"fingerprint": tree_fingerprint(load_tables())},
        )["event_id"]
    )
    for table in public_tables():
        if not table.is_by_event:
            continue
        held = set(warehouse.frame(f"select distinct event_id from {table.full_name}")["event_id"])
        if unaudited := sorted(held - audited):
            raise ContractBroken(
                f"Publishing: {table.full_name} holds rows of {', '.join(unaudited)} that passed no audit, left by a "
                f"run that failed or by other rules. What was published stays as it was. Run `recon run {unaudited[0]}`"
                ", then this again."
            )


def _clear_unfinished(snapshots: Path) -> None:
    # The home's writer lock is held, so that an unfinished folder is always one of a run that died.
    for folder in snapshots.glob(f"{UNFINISHED}*"):
        shutil.rmtree(folder)


def _current(home: Path) -> Path | None:
    link = published_path(home)
    return link.resolve() if link.exists() else None


def _make_current(home: Path, final: Path) -> None:
    link = published_path(home)
    if link.exists() and not link.is_symlink():
        raise BadInput(
            f"Publishing to {link}: it is a folder, not the link to a snapshot that it should be. Move it away; the "
            f"snapshot itself is written, at {final}."
        )
    waiting = home / ".published-next"
    waiting.unlink(missing_ok=True)
    waiting.symlink_to(Path("snapshots") / final.name, target_is_directory=True)
    os.replace(waiting, link)


def _manifest(warehouse: Warehouse, folder: Path, tables: list[Table], before: Path | None) -> dict[str, Any]:
    """What the snapshot holds and what made it; no clock in it, so that the same run makes the same bytes."""
    files = {
        table.name: {
            "sha256": _sha256(folder / f"{table.name}.parquet"),
            "rows": warehouse.row_count(table.full_name),
        }
        for table in tables
    }
    runs = warehouse.frame(f"select * from {RUN_LOG} order by event_id").to_dicts()
    content: dict[str, Any] = {
        "tables": files,
        "events": [run | {"inputs": _inputs(warehouse, run["event_id"])} for run in runs],
        "code_version": version("recon-pipeline"),
        "schema_version": str(schema_version()),
        "sql_fingerprint": tree_fingerprint(load_tables()),
        "engine": f"duckdb {engine_version()}",
    }
    snapshot_id = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    return {"snapshot_id": snapshot_id} | content | {"previous": _difference(folder, tables, before)}


def _inputs(warehouse: Warehouse, event_id: str) -> dict[str, Any]:
    """Hashes of all that an event read: opening lists and landed payloads."""
    openings = warehouse.frame(
        "select distinct source, source_sha256 from raw.opening_rows where event_id = $event_id order by 1, 2",
        {"event_id": event_id},
    )
    payloads = warehouse.frame(
        "select distinct dumps.session_date, dumps.exchange, dumps.commit_id, dumps.sha256 "
        "from raw.archive_dumps as dumps "
        "inner join core.event_sessions as sessions on dumps.session_date = sessions.session_date "
        "where sessions.event_id = $event_id order by 1, 2, 3",
        {"event_id": event_id},
    ).with_columns(pl.col("session_date").cast(pl.String()))
    return {"openings": openings.to_dicts(), "payloads": payloads.to_dicts()}


def _difference(folder: Path, tables: list[Table], before: Path | None) -> dict[str, Any] | None:
    """Rows that came and went against the snapshot before, by table; None where there is none to compare with."""
    if before is None or not _is_whole(before):
        return None
    changes: dict[str, Any] = {}
    for table in tables:
        file = f"{table.name}.parquet"
        if not (before / file).exists():
            changes[table.name] = "new"
            continue
        old, new = (before / file).read_bytes(), (folder / file).read_bytes()
        if old != new:
            # From bytes: polars would take a bracket in the name of a home for a pattern.
            changes[table.name] = _changes(list(table.keys[0]), pl.read_parquet(old), pl.read_parquet(new))
    return {"snapshot_id": before.name, "changes": changes}


def _changes(key: list[str], was: pl.DataFrame, now: pl.DataFrame) -> dict[str, int] | str:
    if was.schema != now.schema:
        return "of another shape"
    row = pl.struct(pl.all()).hash(seed=0)
    same_key = was.select(*key, old=row).join(now.select(*key, new=row), on=key)
    return {
        "added": now.join(was, on=key, how="anti").height,
        "removed": was.join(now, on=key, how="anti").height,
        "changed": same_key.filter(pl.col("old") != pl.col("new")).height,
    }
