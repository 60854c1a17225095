"""The public contract as data, and what may change in it under which number.

`sql/recon/contract.json` is the contract as it was last promised: tables, grains, columns with their types, values and
nulls, macros. What `sql/` says now is held against it: whatever goes or changes needs a higher major number in
`sql/reference/schema_versions.csv`, whatever comes a higher minor one.

    python -m recon_pipeline.contract             says what changed since, and whether the number is high enough
    python -m recon_pipeline.contract freeze      writes contract.json anew: promised from now on (make contract)

Does not belong here: what a table means (its contract in `sql/`), the page about it (`dictionary.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.paths import sql_root
from recon_pipeline.rules import reference_rows
from recon_pipeline.tables import Macro, Table, load_macros, load_tables, public_tables
from recon_pipeline.warehouse import macro_shapes, shapes

Contract = dict[str, Any]


class Version(NamedTuple):
    """A version of the contract; versions are ordered as their numbers are."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    @classmethod
    def of(cls, text: str) -> Version:
        """Read `1.0`."""
        major, minor = text.split(".")
        return cls(int(major), int(minor))


class Difference(NamedTuple):
    """Something that one contract says otherwise than another; `is_breaking` if a consumer may have relied on it."""

    is_breaking: bool
    text: str


def schema_version() -> Version:
    """Return the version that this code publishes: the last of `schema_versions.csv`."""
    return max(Version.of(row["schema_version"]) for _, row in reference_rows("schema_versions.csv"))


def contract_path() -> Path:
    """Return the file that holds what was last promised."""
    return sql_root() / "recon" / "contract.json"


def current(tables: Mapping[str, Table] | None = None, macros: Sequence[Macro] | None = None) -> Contract:
    """Return the contract that `sql/` says now."""
    loaded, asked = tables or load_tables(), load_macros() if macros is None else macros
    shape_of, macro_shape_of = shapes(loaded), macro_shapes(loaded, asked)
    return {
        "schema_version": str(schema_version()),
        "tables": {
            table.full_name: {
                "grain": list(table.keys[0]),
                "columns": {
                    column.name: {"type": column.type, "nullable": column.is_nullable}
                    | ({"values": values} if (values := sorted(table.allowed_values(column.name))) else {})
                    for column in shape_of[table.full_name].columns
                },
            }
            for table in public_tables(loaded)
        },
        "macros": {
            macro.full_name: {
                "parameters": list(macro.parameters),
                "columns": {column.name: {"type": column.type} for column in macro_shape_of[macro.full_name].columns},
            }
            for macro in asked
        },
    }


def promised() -> Contract:
    """Return the contract that was last promised.

    Raises:
        ContractBroken: the file is absent or unreadable.
    """
    path = contract_path()
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ContractBroken(
            f"Reading the promised contract in {path.name} failed: {error}. Write it: `make contract`."
        ) from error


def differences(was: Contract, now: Contract) -> list[Difference]:
    """Return what `now` says otherwise than `was`, table by table."""
    return [*_changes("table", was["tables"], now["tables"]), *_changes("macro", was["macros"], now["macros"])]


def _changes(kind: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name in sorted(was.keys() | now.keys()):
        if name not in now:
            yield Difference(True, f"{kind} {name} is gone")
        elif name not in was:
            yield Difference(False, f"{kind} {name} is new")
        else:
            for key, word in (("grain", "grain"), ("parameters", "parameters")):
                if was[name].get(key) != now[name].get(key):
                    yield Difference(
                        True, f"{kind} {name}: its {word} was {was[name].get(key)}, is {now[name].get(key)}"
                    )
            yield from _column_changes(name, was[name]["columns"], now[name]["columns"])


def _column_changes(table: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for column in sorted(was.keys() | now.keys()):
        if column not in now:
            yield Difference(True, f"column {table}.{column} is gone")
            continue
        if column not in was:
            yield Difference(False, f"column {table}.{column} is new")
            continue
        old, new = was[column], now[column]
        if old["type"] != new["type"]:
            yield Difference(True, f"column {table}.{column}: {old['type']} became {new['type']}")
        if old.get("nullable") != new.get("nullable"):
            # Who reads a column that is never null has no answer to a null; the other way round nobody is surprised.
            word = "may be null now" if new["nullable"] else "is never null now"
            yield Difference(bool(new["nullable"]), f"column {table}.{column} {word}")
        if old.get("values") != new.get("values"):
            came = sorted({*new.get("values", ())} - {*old.get("values", ())})
            went = sorted({*old.get("values", ())} - {*new.get("values", ())})
            yield Difference(False, f"column {table}.{column}: values came {came}, went {went}")


def least_version(was: Version, found: Sequence[Difference]) -> Version:
    """Return the lowest version that these differences to a contract of version `was` may be published under."""
    if any(difference.is_breaking for difference in found):
        return Version(was.major + 1, 0)
    return Version(was.major, was.minor + 1) if found else was


def complaint(was: Contract, now: Contract) -> str | None:
    """Return what is wrong with publishing `now` after `was` was promised, or None."""
    found = differences(was, now)
    least, given = least_version(Version.of(was["schema_version"]), found), Version.of(now["schema_version"])
    if given >= least:
        return None
    breaking = "; ".join(difference.text for difference in found if difference.is_breaking)
    return (
        f"The public contract changed since version {was['schema_version']}"
        + (f" in a way that breaks consumers ({breaking})" if breaking else "")
        + f": {'; '.join(difference.text for difference in found) or 'its number fell'}. "
        f"It may be published as {least} or higher, not as {given}: add that version to "
        "sql/reference/schema_versions.csv, with what consumers must know, and to CHANGELOG.md"
        + (", or leave what they rely on as it was." if breaking else ".")
    )


def freeze() -> None:
    """Write the contract as it is now over the promised one; without one there nothing was promised yet.

    Raises:
        ContractBroken: the number is too low for what changed.
    """
    now, path = current(), contract_path()
    if path.exists() and (wrong := complaint(promised(), now)):
        raise ContractBroken(wrong)
    path.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Check or freeze, as the charter says; return the exit code."""
    if arguments not in ([], ["freeze"]):
        raise BadInput("Asking for the contract: say nothing, to check it, or `freeze`.")
    try:
        if arguments:
            freeze()
        wrong = complaint(promised(), current())
    except ContractBroken as error:
        wrong = str(error)
    for found in [] if wrong else differences(promised(), current()):
        print(found.text)
    print(wrong or f"version {schema_version()}: ok", file=sys.stderr if wrong else sys.stdout)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
