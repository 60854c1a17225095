"""The working database of a home, open to one writer: its lock, its transactions, and asking it.

Belongs here: who may open the file, what is told when that fails, all or nothing, and the result of a statement. Does
not belong here: what is kept in it (`working.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import duckdb
from filelock import FileLock, Timeout

from recon_pipeline.errors import BadInput, Busy
from recon_pipeline.tables import Query
from recon_pipeline.warehouse.statements import Parameters, first_line

if TYPE_CHECKING:
    import polars as pl

LOCK_WAIT_S = 10.0
"""How long a run waits for another one of the same home before it gives up."""


class Database:
    """The working database of a home, open. Use it as a context manager: it holds the home's writer lock meanwhile."""

    def __init__(self, path: Path, *, lock_wait_s: float = LOCK_WAIT_S) -> None:
        self.path = path
        self._lock = FileLock(path.with_suffix(".lock"), timeout=lock_wait_s)
        self._con: duckdb.DuckDBPyConnection | None = None
        self._in_transaction = False

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise Busy(
                f"Opening {self.path} to write: another run has held it for {self._lock.timeout:g} seconds. "
                "Wait for that run to end, or give this one another --home."
            ) from error
        try:
            self._con = self._connect()
        except duckdb.Error as error:
            self._lock.release()
            if "lock" in first_line(error):
                raise Busy(
                    f"Opening {self.path} to write failed: {first_line(error)}. Close whatever else has the file open."
                ) from error
            raise BadInput(
                f"Opening {self.path} failed: {first_line(error)}. The file is damaged: delete it. Its facts come "
                "back from the landings, where opening lists are kept as well; give those again with --opening."
            ) from error
        except BaseException:
            self._lock.release()
            raise
        return self

    def _connect(self) -> duckdb.DuckDBPyConnection:
        con = duckdb.connect(str(self.path))
        # Joins run in the order that the SQL has them. In the transaction of a first run the tables have no
        # statistics, and DuckDB then took filters on the event for filters to one row: it joined whole tables with
        # each other, for seconds in one query and for minutes in a check.
        con.execute("set disabled_optimizers = 'join_order'")
        # An event writes hundreds of megabytes: at the usual 16 MB each of its commits would copy the log into the
        # file and wait for it. It is done when the file is closed.
        con.execute("set checkpoint_threshold = '4GB'")
        return con

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._con is not None:
            self._con.close()
            self._con = None
        self._lock.release()
        if isinstance(error, duckdb.IOException):
            raise BadInput(
                f"Working in {self.path.parent} failed: {first_line(error)}. Make room or choose another --home; what "
                "was published stays as it was."
            ) from error

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The open connection."""
        if self._con is None:
            raise RuntimeError("the warehouse is not open: use it in a with statement")
        return self._con

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; one inside another is part of it.

        A failed statement does not poison a transaction in DuckDB, so the rollback is explicit.
        """
        if self._in_transaction:
            yield
            return
        self.con.execute("begin")
        self._in_transaction = True
        try:
            yield
        except BaseException:
            self.con.execute("rollback")
            raise
        else:
            self.con.execute("commit")
        finally:
            self._in_transaction = False

    @contextmanager
    def dry_run(self) -> Iterator[None]:
        """A transaction that is always rolled back: to ask what would be."""
        self.con.execute("begin")
        self._in_transaction = True
        try:
            yield
        finally:
            self.con.execute("rollback")
            self._in_transaction = False

    def fetch(self, sql: str, parameters: Parameters | None = None) -> list[tuple[Any, ...]]:
        """Run a statement; return its rows."""
        # To the end, always: DuckDB 2 refuses the next query while a row, or the end of the rows, was not fetched.
        return self.con.execute(sql, dict(parameters or {})).fetchall()

    def frame_of(self, query: Query, parameters: Parameters) -> pl.DataFrame:
        """Return the result of a query with the parameters that it names."""
        return self.frame(query.text, {name: value for name, value in parameters.items() if name in query.parameters})

    def frame(self, sql: str, parameters: Parameters | None = None) -> pl.DataFrame:
        """Return the result of a SELECT."""
        return self.con.sql(sql, params=dict(parameters or {})).pl()
