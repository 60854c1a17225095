"""Each trap of providers 1.17 alone, in a market that is clean otherwise: served, landed, derived, and caught.

What each of them does is in the table that `test_the_table` prints: the trap, what is switched on, the named check, and
what it said. A second test of each takes the check away, and finds that nobody says so any more.

Does not belong here: a check before rows made by hand (`test_traps.py`), the market itself (`test_simulation.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
import requests

from recon_pipeline import events
from recon_pipeline.events import event
from recon_pipeline.ingest import choose_opening, land, store_opening, store_options
from recon_pipeline.pipeline import FailedCheck, check_tables, open_warehouse, prepare, warehouse_path
from recon_pipeline.settings import Settings
from recon_pipeline.simulation import MARKET_TRAPS, NO_TRAPS, SimulatedMarket, Trap, Traps, opening_csv, serve, unseen
from recon_pipeline.simulation.demo import DEMO_EVENT, settings_of
from recon_pipeline.simulation.faults import Faults
from recon_pipeline.simulation.incidents import Span
from recon_pipeline.simulation.lies import LIES, LIES_OF_THE_ARCHIVE, bare_note, lone_class, renamed_line, victim
from recon_pipeline.simulation.market import populate, span_of
from recon_pipeline.simulation.providers import sec_index
from recon_pipeline.simulation.registers import Registers
from recon_pipeline.sources import alphavantage, symdir
from recon_pipeline.sources.archive import dumps
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.massive import answers
from recon_pipeline.sources.sec import facts, index, submissions, tables, tickers
from recon_pipeline.symbols import normal_ticker
from recon_pipeline.tables import derived_tables, load_tables
from recon_pipeline.warehouse import Warehouse
from recon_pipeline_tests.small_home import _prepared as prepared_database

LINES = 400
EVENT = event(DEMO_EVENT)
RANK_DAY = EVENT.rank_day
OF_SIZE = {
    "raw/opening_rows.check.plausible",
    "recon/index_membership.check.company_counts",
    "recon/index_membership.check.line_counts",
    "recon/index_changes.check.turnover",
}
"""Checks that any market of a few hundred lines fails: they know how large the real one is."""

Answer = set[Any]


# --- a small market ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def small_market() -> Iterator[None]:
    """Let readers believe what is as small as this market, and leave out what only makes it look large."""
    with ExitStack() as changed:
        for floors in (dumps.ROW_FLOORS, alphavantage.ROW_FLOORS):
            changed.enter_context(patch.dict(floors, dict.fromkeys(floors, 5)))
        for module, name in (
            *((answers, "ROW_FLOOR"), (symdir, "ROW_FLOOR"), (tickers, "ROW_FLOOR"), (tables, "SUB_ROW_FLOOR")),
            *((index, "ROW_FLOOR"), (index, "ROW_FLOOR_RUNNING"), (facts, "FEWEST_MEMBERS")),
            (submissions, "FEWEST_MEMBERS"),
        ):
            changed.enter_context(patch.object(module, name, 5))
        changed.enter_context(patch.object(sec_index, "INDEX_FILLERS", (("4", 60),)))
        changed.enter_context(patch.object(unseen_module(), "FUNDS", (("nasdaq", 3), ("arca", 3), ("cboe", 2))))
        yield


def unseen_module() -> Any:
    """The module, which the package hides behind its function of the same name."""
    return sys.modules[unseen.__module__] if callable(unseen) else unseen


@cache
def market_of(traps: Traps, *, is_long: bool = False) -> SimulatedMarket:
    span = span_of(EVENT)
    if is_long:  # from before the opening membership on
        days = events.sessions(span.opening_asof - timedelta(days=7), EVENT.effective_from)
        span = Span(tuple(days), span.rank_day, span.opening_asof)
    return populate(span, lines=LINES, seed=1, traps=traps)


@dataclass
class Home:
    """A home whose tables were built of what was served, and everything that the checks say of it."""

    path: Path
    registers: Registers
    checks: dict[str, FailedCheck] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def said(self, check: str, *columns: str) -> Answer:
        """What a check says, by some of its columns; nothing where it passes."""
        failed = self.checks.get(check)
        return set(failed.rows.select(columns).rows()) if failed else set()


@contextmanager
def built(
    path: Path,
    market: SimulatedMarket,
    lies: Traps,
    sources: str,
    *,
    without: tuple[str, ...] = (),
    now: datetime | None = None,
    faults: Faults | None = None,
    before: Callable[[Warehouse, Settings], None] = lambda warehouse, settings: None,
) -> Iterator[tuple[Home, Warehouse]]:
    """Serve a market with lies, land it in a home and derive every table; the checks are asked, and stop nobody."""
    path.mkdir(parents=True, exist_ok=True)
    opening = path / "opening.csv"
    opening.write_bytes(opening_csv(market, everyone=True))
    database = warehouse_path(path)
    if not database.exists():
        database.parent.mkdir(parents=True)
        database.write_bytes(prepared_database())
    with serve(market, traps=lies, faults=faults) as url:
        settings = settings_of(Settings(home=path, backoff_base_s=0.0), url, EVENT).model_copy(
            update={"sources": sources, "massive_requests_per_second": 1000.0, **({"now": now} if now else {})}
        )
        with open_warehouse(settings) as warehouse:
            prepare(warehouse)
            chosen = choose_opening(warehouse, EVENT, [opening])
            land(warehouse, EVENT, settings, opening=chosen)
            before(warehouse, settings)
            with warehouse.transaction():
                store_opening(warehouse, EVENT, chosen)
                store_options(warehouse, EVENT, without)
                for table in derived_tables():
                    warehouse.rebuild(table, {"event_id": EVENT.event_id})
            home = Home(path, Registers(market))
            ask(home, warehouse)
            yield home, warehouse


def ask(home: Home, warehouse: Warehouse) -> None:
    """Ask every check."""
    found = check_tables(warehouse, load_tables(), {"event_id": EVENT.event_id})
    home.checks = {f"{each.table.replace('.', '/')}.check.{each.name}": each for each in found}


# --- the traps --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A trap, the sources that it needs, the check that catches it, which of its columns tell, and what they must tell.

    `without` leaves out the evidence that would neutralise it before any check has to say so.
    """

    trap: Trap
    check: str
    columns: tuple[str, ...]
    told: Callable[[Registers], Answer]
    sources: str = "none"
    without: tuple[str, ...] = ()
    is_long: bool = False


def ticker(registers: Registers, trap: Trap) -> str:
    return victim(registers, trap).first.symbol


def only(value: Callable[[Registers], object]) -> Callable[[Registers], Answer]:
    return lambda registers: {(value(registers),)}


def flawed(registers: Registers) -> Answer:
    return {(issuer.first.symbol,) for issuer in registers.issuers if issuer.flaw}


def note_and_issuer(registers: Registers) -> Answer:
    issuer, symbol = bare_note(registers)
    return {(issuer.first.symbol,), (symbol,)}


def sisters(registers: Registers) -> Answer:
    issuer, symbol = lone_class(registers)
    return {frozenset((issuer.first.symbol, symbol))}


def never_priced(registers: Registers) -> Answer:
    return {(normal_ticker(line.symbol),) for line in registers.unseen.lines}


def banks(registers: Registers) -> Answer:
    return {(issuer.first.symbol,) for issuer in registers.issuers if issuer.cik is None}


def handed_on(registers: Registers) -> Answer:
    line = next(line for line in registers.market.lines if line.renamed_to)
    return {(line.renamed_to,)}


def renamed(registers: Registers) -> Answer:
    number = renamed_line(registers)
    assert number is not None
    line = registers.market.lines[number]
    return {(line.symbol, line.renamed_to)}


SEC_COUNTS = "sec_tickers,sec_companyfacts"

CASES = (
    Case(
        Trap.ABSENT_AS_ZERO,
        "raw/cover_facts.check.no_absence_as_zero",
        ("cik",),
        only(lambda registers: victim(registers, Trap.ABSENT_AS_ZERO).cik),
        SEC_COUNTS,
    ),
    Case(
        Trap.ERROR_WITH_200,
        "raw/source_outcomes.check.believed",
        ("feed",),
        only(lambda registers: "symdir/otherlisted"),
        "symdir",
    ),
    Case(
        Trap.NULL_LIKE_TICKER,
        "raw/directory.check.null_like_tickers",
        ("source", "ticker", "failure"),
        lambda registers: {("symdir", "NA", "quoted and not listed")},
        "symdir",
    ),
    Case(
        Trap.SPELLING,
        "raw/directory.check.one_spelling",
        ("ticker",),
        only(lambda registers: ticker(registers, Trap.SPELLING) + "="),
        "symdir",
    ),
    Case(Trap.OMISSION, "core/listing_gaps.check.priced", ("ticker",), never_priced, "symdir"),
    Case(Trap.PARENT_CAP, "recon/ranking.check.largest_are_common", ("ticker",), note_and_issuer),
    Case(Trap.CLASS_TWICE, "recon/ranking.check.one_company_once", ("ticker", "other_ticker"), sisters, "sec_notes"),
    Case(
        Trap.DEPOSITARY_UNITS,
        "recon/ranking.check.depositary_units",
        ("ticker",),
        only(lambda registers: ticker(registers, Trap.DEPOSITARY_UNITS)),
        "symdir",
    ),
    Case(Trap.BROKEN_COUNT, "core/shares_reconciliation.check.suspect", ("ticker",), flawed, SEC_COUNTS),
    Case(
        Trap.LOOK_AHEAD,
        "core/shares_reconciliation.check.not_future",
        ("ticker",),
        only(lambda registers: ticker(registers, Trap.LOOK_AHEAD)),
        SEC_COUNTS,
    ),
    Case(
        Trap.SPLIT_BETWEEN,
        "core/shares_reconciliation.check.splits_applied",
        ("ticker",),
        only(lambda registers: ticker(registers, Trap.SPLIT_BETWEEN)),
        f"{SEC_COUNTS},massive",
    ),
    Case(Trap.RECYCLED_TICKER, "core/continuity.check.recycled", ("ticker",), handed_on),
    Case(
        Trap.RENAME,
        "recon/universe.check.missed_renames",
        ("opening_ticker", "ticker"),
        renamed,
        "sec_tickers,sec_submissions",
        ("filer_names",),
        is_long=True,
    ),
    Case(
        Trap.TWO_CIKS,
        "core/filer_links.check.two_ciks",
        ("ticker",),
        only(lambda registers: ticker(registers, Trap.TWO_CIKS)),
        "sec_tickers",
    ),
    Case(Trap.NO_FILER, "core/shares_reconciliation.check.files_elsewhere", ("ticker",), banks, "sec_tickers"),
    Case(
        Trap.DRIFT,
        "recon/ranking.check.top_ten",
        ("ticker",),
        only(lambda registers: ticker(registers, Trap.DRIFT)),
    ),
)
BY_TRAP: Mapping[Trap, Case] = {case.trap: case for case in CASES}


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Trap], Home]:
    """The home of a trap that a check catches, built when it is asked for first."""

    @cache
    def home_of(trap: Trap) -> Home:
        case = BY_TRAP[trap]
        alone = frozenset({trap})
        market = market_of(alone & frozenset({*MARKET_TRAPS, Trap.RECYCLED_TICKER}), is_long=case.is_long)
        path = tmp_path_factory.mktemp(trap.name.lower())
        with built(path, market, alone, case.sources, without=case.without) as (home, _):
            return home

    return home_of


def must_be_caught(home: Home, case: Case) -> Answer:
    """What the check of a case says of the home of its trap: of the companies that were planted, and of no others."""
    said = home.said(case.check, *case.columns)
    told = {frozenset(row) for row in said} if case.trap is Trap.CLASS_TWICE else said
    assert told == case.told(home.registers), f"{case.trap}: {case.check} said {said}"
    return said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.trap.name)
def test_a_trap_alone_is_caught(homes: Callable[[Trap], Home], case: Case) -> None:
    must_be_caught(homes(case.trap), case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.trap.name)
def test_without_its_check_nobody_says_so(homes: Callable[[Trap], Home], case: Case) -> None:
    home = homes(case.trap)
    blind = replace(home, checks={name: each for name, each in home.checks.items() if name != case.check})
    with pytest.raises(AssertionError, match="said set"):
        must_be_caught(blind, case)


def test_the_table(homes: Callable[[Trap], Home], capsys: pytest.CaptureFixture[str]) -> None:
    rows = [(case.trap, case.check, must_be_caught(homes(case.trap), case)) for case in CASES]
    with capsys.disabled():
        print()
        for trap, check, said in sorted(rows, key=lambda row: row[0].value):
            print(f"| {trap.value} | {trap.name} | {check} | {sorted(said)} |")
