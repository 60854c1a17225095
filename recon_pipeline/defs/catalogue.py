"""What Dagster shows of a table: key, description, column schema, code version, links to its files.

All of it is read from the contract and the query, so that nothing is declared twice.

Does not belong here: how a table is built (`derive.py`, `ingest.py`, `reference.py`).
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg

from recon_pipeline.paths import sql_root
from recon_pipeline.tables import Table
from recon_pipeline.warehouse import Shape, shapes

TOTAL_ROWS = "dagster/row_count"
PARTITION_ROWS = "dagster/partition_row_count"


@dataclass(frozen=True)
class Catalogue:
    """Every table of a tree of SQL with its shape, by full name."""

    tables: Mapping[str, Table]
    shapes: Mapping[str, Shape]

    @classmethod
    def of(cls, tables: Mapping[str, Table]) -> Catalogue:
        """Read the shapes of tables from their contracts."""
        return cls(tables, shapes(tables))

    def in_schema(self, schema: str) -> list[Table]:
        """Return the tables of a layer."""
        return [table for table in self.tables.values() if table.schema == schema]

    def spec(
        self,
        table: Table,
        *,
        reads: Iterable[str] = (),
        kinds: set[str],
        group: str | None = None,
        partitions: dg.PartitionsDefinition[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> dg.AssetSpec:
        """Return the asset of a table; `reads` are the full names of the tables that it is made from.

        The group is the layer, if no other is given.
        """
        return dg.AssetSpec(
            asset_key(table.full_name),
            deps=[asset_key(name) for name in sorted(reads)],
            description=_description(table, self.shapes[table.full_name]),
            metadata={
                "dagster/table_name": table.full_name,
                "dagster/column_schema": _column_schema(self.shapes[table.full_name]),
                "dagster/code_references": _code_references(table),
                "files": dg.MetadataValue.text(", ".join(f"sql/{table.schema}/{file}" for file in _files(table))),
                **({"query": dg.MetadataValue.md(f"```sql\n{table.query.text}\n```")} if table.query else {}),
                **(metadata or {}),
            },
            group_name=group or table.schema,
            code_version=_code_version(table),
            kinds=kinds,
            partitions_def=partitions,
        )


def asset_key(full_name: str) -> dg.AssetKey:
    """Return the key of a table: `core.universe` is the asset core/universe."""
    return dg.AssetKey(full_name.split("."))


def _description(table: Table, shape: Shape) -> str:
    """The comment of the contract, and what the query says of itself."""
    return "\n\n".join(text for text in (shape.comment, table.query.description if table.query else "") if text)


def _column_schema(shape: Shape) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type.lower(),
                description=column.comment,
                constraints=dg.TableColumnConstraints(
                    nullable=column.is_nullable, other=["primary key"] if column.in_key else []
                ),
            )
            for column in shape.columns
        ]
    )


def _files(table: Table) -> list[str]:
    """The names of the files of a table, that which is edited most first."""
    made_from = [f"{table.name}.sql"] if table.query else [f"{table.name}.csv"] if table.csv else []
    return [*made_from, f"{table.name}.table.sql", *(f"{table.name}.check.{check.name}.sql" for check in table.checks)]


def _code_references(table: Table) -> dg.CodeReferencesMetadataValue:
    folder = sql_root() / table.schema
    # In beta, and the release is pinned: nobody needs to be told once a table.
    with warnings.catch_warnings(action="ignore", category=dg.BetaWarning):
        return dg.CodeReferencesMetadataValue(
            code_references=[
                dg.LocalFileCodeReference(file_path=str(folder / file), line_number=1, label=file)
                for file in _files(table)
            ]
        )


def _code_version(table: Table) -> str:
    text = table.query.text if table.query else ""
    return hashlib.sha256(f"{table.fingerprint}\0{text}".encode()).hexdigest()[:16]
