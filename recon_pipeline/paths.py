"""Where the files that ship with the package are.

Belongs here: finding the `sql/` tree, in a wheel and in a checkout, and the modules that read payloads. Does not belong
here: reading the tree (`tables.py`), or where a run writes (`settings.py`).
"""

from __future__ import annotations

from pathlib import Path

from recon_pipeline.errors import ContractBroken


def reader_files() -> list[Path]:
    """Return the modules that make rows of payloads: another one may read the same bytes otherwise."""
    package = Path(__file__).resolve().parent
    return [package / "symbols.py", *sorted((package / "sources").rglob("*.py"))]


def sql_root() -> Path:
    """Return the folder of the `sql/` tree: the packaged copy of a wheel, else the one beside the package.

    Raises:
        ContractBroken: neither folder exists, so the installation is incomplete.
    """
    package = Path(__file__).resolve().parent
    candidates = (package / "sql", package.parent / "sql")
    for candidate in candidates:
        if (candidate / "reference").is_dir():
            return candidate
    looked = " and ".join(str(candidate) for candidate in candidates)
    raise ContractBroken(f"The sql/ tree was looked for in {looked} and found in neither. Reinstall the package.")
