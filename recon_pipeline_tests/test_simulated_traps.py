"""Each trap of providers 1.17 alone, in a market that is clean otherwise: served, landed, derived, and caught.

What each of them does is in the table that `test_the_table` prints: the trap, what is switched on, the named check, and
what it said. A second test of each takes the check away, and finds that nobody says so any more.

Does not belong here: a check before rows made by hand (`test_traps.py`), the market itself (`test_simulation.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, get_args
from unittest.mock import patch

import polars as pl
import pytest
import requests

from recon_pipeline import events
from recon_pipeline.errors import ContractBroken
from recon_pipeline.events import event
from recon_pipeline.ingest import choose_opening, land, store_opening, store_options
from recon_pipeline.pipeline import FailedCheck, audit, check_tables, open_warehouse, prepare, warehouse_path
from recon_pipeline.settings import Settings
from recon_pipeline.simulation import MARKET_TRAPS, NO_TRAPS, SimulatedMarket, Trap, Traps, opening_csv, serve, unseen
from recon_pipeline.simulation.demo import DEMO_EVENT, settings_of
from recon_pipeline.simulation.faults import Fault, Faults
from recon_pipeline.simulation.incidents import Span
from recon_pipeline.simulation.lies import LIES, LIES_OF_THE_ARCHIVE, bare_note, lone_class, renamed_line, victim
from recon_pipeline.simulation.market import populate, span_of
from recon_pipeline.simulation.providers import sec_index
from recon_pipeline.simulation.registers import Registers
from recon_pipeline.sources import alphavantage, symdir
from recon_pipeline.sources.archive import dumps
from recon_pipeline.sources.landing import Landing
from recon_pipeline.sources.massive import Massive, answers
from recon_pipeline.sources.sec import facts, index, submissions, tables, tickers
from recon_pipeline.symbols import normal_ticker
from recon_pipeline.tables import Table, derived_tables, load_tables
from recon_pipeline.warehouse import Warehouse

PAGE = Path(__file__).resolve().parents[1] / "docs" / "traps.md"
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

KEPT = (
    *("raw.directory", "raw.listings", "raw.prices", "raw.source_outcomes", "raw.source_rejects", "raw.rejects"),
    *("recon.ranking", "recon.index_membership"),
)
"""Tables of a home that tests read."""

Answer = set[Any]
Step = Callable[[SimulatedMarket, Warehouse, Settings], None]


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
        changed.enter_context(patch.object(unseen, "FUNDS", (("nasdaq", 3), ("arca", 3), ("cboe", 2))))
        yield


@cache
def market_of(traps: Traps, *, is_long: bool = False) -> SimulatedMarket:
    """A market from before the opening membership on, or with two weeks before the rank day."""
    opening = span_of(EVENT).opening_asof
    first = opening - timedelta(days=7) if is_long else RANK_DAY - timedelta(days=16)
    span = Span(tuple(events.sessions(first, EVENT.effective_from)), RANK_DAY, opening)
    return populate(span, lines=LINES, seed=1, traps=traps)


@cache
def prepared_database() -> bytes:
    """A working database with every table and session in it: to make one takes longer than most of what follows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prepared.duckdb"
        with Warehouse(path) as warehouse:
            prepare(warehouse)
        return path.read_bytes()


@dataclass
class Home:
    """A home built of what was served, what all checks say of it, and what all but one say of it (`blind`)."""

    path: Path
    registers: Registers
    checks: dict[str, FailedCheck] = field(default_factory=dict)
    blind: dict[str, FailedCheck] = field(default_factory=dict)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)

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
    landed: Step = lambda market, warehouse, settings: None,
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
            update={"sources": sources, "massive_is_paid": True, **({"now": now} if now else {})}
        )
        with open_warehouse(settings) as warehouse:
            chosen = choose_opening(warehouse, EVENT, [opening])
            land(warehouse, EVENT, settings, opening=chosen)
            landed(market, warehouse, settings)
            with warehouse.transaction():
                store_opening(warehouse, EVENT, chosen)
                store_options(warehouse, EVENT, without)
                for table in derived_tables():
                    warehouse.rebuild(table, {"event_id": EVENT.event_id})
            home = Home(path, Registers(market))
            home.tables = {name: warehouse.frame(f"from {name} order by all") for name in KEPT}
            home.checks = asked(warehouse, load_tables())
            yield home, warehouse


def asked(warehouse: Warehouse, some: Mapping[str, Table]) -> dict[str, FailedCheck]:
    """Ask every check of some tables; those that fail by the names of their files."""
    found = check_tables(warehouse, some, {"event_id": EVENT.event_id})
    return {f"{each.table.replace('.', '/')}.check.{each.name}": each for each in found}


def tables_without(check: str) -> dict[str, Table]:
    """All tables, of which one has lost a check."""
    owner, _, name = check.replace("/", ".", 1).partition(".check.")
    every = load_tables()
    left = tuple(each for each in every[owner].checks if each.name != name)
    assert len(left) == len(every[owner].checks) - 1
    return {**every, owner: replace(every[owner], checks=left)}


# --- the traps --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A trap, the sources that it needs, the check that catches it, which of its columns tell, and what they must tell.

    `without` leaves out the evidence that would neutralise it before any check has to say so; `landed` is done between
    landing and deriving, `now` the moment of the run.
    """

    trap: Trap
    check: str
    columns: tuple[str, ...]
    told: Callable[[Registers], Answer]
    sources: str = "none"
    without: tuple[str, ...] = ()
    is_long: bool = False
    landed: Step = lambda market, warehouse, settings: None
    now: datetime | None = None


def ticker(registers: Registers, trap: Trap) -> str:
    return victim(registers, trap).first.symbol


def only(value: Callable[[Registers], object]) -> Callable[[Registers], Answer]:
    return lambda registers: {(value(registers),)}


def flawed(registers: Registers) -> Answer:
    return {(issuer.first.symbol,) for issuer in registers.issuers if issuer.flaw}


def closes_of_the_rank_day(registers: Registers) -> Answer:
    return {("massive/grouped", RANK_DAY, 2)}


def lose_what_was_landed(market: SimulatedMarket, warehouse: Warehouse, settings: Settings) -> None:
    """The landed closes of the rank day are damaged, so that the next run asks for them again."""
    landing = Landing(settings.landed_dir)
    (row,) = [row for row in landing.every() if row.source == "massive/grouped"]
    landing.path_of(row).write_bytes(b"damaged")
    land(warehouse, EVENT, settings)


def free_day(market: SimulatedMarket) -> date:
    """The day without trading on which the archive has a dump all the same."""
    days = (datetime.fromisoformat(commit.committed_at).date() - timedelta(days=1) for commit in market.commits)
    return next(day for day in days if not events.is_session(day))


def plan_a_free_day(market: SimulatedMarket, warehouse: Warehouse, settings: Settings) -> None:
    """Somebody puts that day into the calendar, for the archive seems to have its closes."""
    row = {
        **{"event_id": "2026-03-recon", "kind": "recon", "season": "march", "rank_day": free_day(market)},
        **{"effective_date": RANK_DAY, "source": "the archive", "confirmed": True, "is_projection": False},
    }
    warehouse.load("reference.recon_events", pl.DataFrame([row]))


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
    Case(
        Trap.PARENT_CAP,
        "recon/ranking.check.largest_are_common",
        ("ticker",),
        only(lambda registers: bare_note(registers)[1]),
    ),
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
        Trap.NO_SESSION,
        "reference/recon_events.check.sessions",
        ("event_id", "what", "day"),
        lambda registers: {("2026-03-recon", "rank_day", free_day(registers.market))},
        landed=plan_a_free_day,
    ),
    Case(
        Trap.CHANGED_PAST,
        "raw/payloads.check.write_once",
        ("feed", "asked_day", "payloads"),
        closes_of_the_rank_day,
        "massive",
        landed=lose_what_was_landed,
        now=datetime(2026, 12, 1, 14, tzinfo=UTC),
    ),
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
        about: Any = {"without": case.without, "landed": case.landed, "now": case.now}
        with built(path, market, alone, case.sources, **about) as (home, warehouse):
            stripped = tables_without(case.check)
            if case.check in home.checks and home.checks[case.check].blocking:
                with pytest.raises(ContractBroken, match=case.check.rpartition(".")[2]):
                    audit(warehouse, EVENT)
                audit(warehouse, EVENT, stripped)  # nothing else keeps the event from being published
            owner = case.check.replace("/", ".", 1).partition(".check.")[0]
            others = {name: each for name, each in home.checks.items() if each.table != owner}
            home.blind = others | asked(warehouse, {owner: stripped[owner]})
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
    assert set(home.blind) == set(home.checks) - {case.check}
    with pytest.raises(AssertionError, match="said set"):
        must_be_caught(replace(home, checks=home.blind), case)


def test_a_free_day_of_the_archive_has_no_prices(homes: Callable[[Trap], Home]) -> None:
    home = homes(Trap.NO_SESSION)
    days = set(home.tables["raw.listings"]["as_of"])
    assert RANK_DAY in days
    assert free_day(home.registers.market) not in days
    assert all(events.is_session(day) for day in days)


# --- what a reader refuses --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal:
    """A trap that a reader keeps out: what it says, what it is switched off by, and the check behind it that tells."""

    trap: Trap
    reader: str
    source: str
    said: Callable[[Home], str]
    off: Callable[[], Any]
    behind: str


def of_the_footer(home: Home) -> str:
    """The footer that stands among the rows is no row, and is told."""
    listed, rejects = home.tables["raw.directory"], home.tables["raw.source_rejects"]
    assert listed.height > 100
    assert not listed.filter(pl.col("symbol").str.starts_with("File Creation")).height
    (row,) = rejects.rows(named=True)
    assert row["text"].startswith("File Creation Time")
    return f"{row['text']}: {row['reason']}"


def of_the_adjustment(home: Home) -> str:
    """Closes that are adjusted are not landed, and are told."""
    outcomes = home.tables["raw.source_outcomes"].filter(pl.col("result") != "known")
    (row,) = outcomes.rows(named=True)
    assert (row["feed"], row["result"]) == ("massive/grouped", "bad_payload")
    assert not home.tables["raw.prices"].filter(pl.col("source") == "massive").height
    return str(row["detail"].partition(": ")[2])


REFUSALS = (
    Refusal(
        Trap.FOOTER_AS_ROW,
        "sources/symdir.py",
        "symdir",
        of_the_footer,
        lambda: patch.object(symdir, "SOUND_SYMBOL", "."),
        "raw/directory.check.no_footer_row",
    ),
    Refusal(
        Trap.ADJUSTED_CLOSE,
        "sources/massive/answers.py",
        "massive",
        of_the_adjustment,
        lambda: patch.object(Massive, "validate", lambda self, ask, body: None),
        "raw/prices.check.unadjusted",
    ),
)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Refusal], Home]:
    """The home of a trap that a reader keeps out."""

    @cache
    def home_of(refusal: Refusal) -> Home:
        path = tmp_path_factory.mktemp(refusal.trap.name.lower())
        with built(path, market_of(NO_TRAPS), frozenset({refusal.trap}), refusal.source) as (home, _):
            return home

    return home_of


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.trap.name)
def test_a_trap_alone_is_refused(refused: Callable[[Refusal], Home], refusal: Refusal) -> None:
    assert refusal.said(refused(refusal))
    assert not refused(refusal).said(refusal.behind, "as_of")


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.trap.name)
def test_without_its_reader_the_check_behind_it_tells(refusal: Refusal, tmp_path: Path) -> None:
    with (
        refusal.off(),
        built(tmp_path, market_of(NO_TRAPS), frozenset({refusal.trap}), refusal.source) as (home, _),
    ):
        with pytest.raises((AssertionError, ValueError)):
            refusal.said(home)
        assert home.checks[refusal.behind].blocking
        assert home.said(refusal.behind, "symbol")


# --- all of them, and none --------------------------------------------------------------------------------------------


def test_every_trap_has_a_test() -> None:
    assert {case.trap for case in CASES} | {refusal.trap for refusal in REFUSALS} == set(Trap)
    assert [trap.value for trap in Trap] == list(range(1, 21))
    planted = {*MARKET_TRAPS, Trap.RECYCLED_TICKER, *LIES, *LIES_OF_THE_ARCHIVE}
    assert planted == set(Trap), "one that is neither in the market nor told does nothing"


def test_the_page_names_the_switches_and_what_tells_of_them() -> None:
    """`docs/traps.md`: its second table."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    caught = {case.trap: f"`{case.check}`" for case in CASES}
    caught |= {each.trap: f"`{each.reader}`, and `{each.behind}` behind it" for each in REFUSALS}
    assert [(row[0], row[3]) for row in rows] == [(f"`{trap.name}`", caught[trap]) for trap in Trap]
    assert {Trap[row[0].strip("`")] for row in rows if row[1]} == {*MARKET_TRAPS, Trap.RECYCLED_TICKER}
    assert {Trap[row[0].strip("`")] for row in rows if row[2]} == {*LIES, *LIES_OF_THE_ARCHIVE}


def test_the_table(
    homes: Callable[[Trap], Home], refused: Callable[[Refusal], Home], capsys: pytest.CaptureFixture[str]
) -> None:
    found = {case.trap: (case.check, str(sorted(must_be_caught(homes(case.trap), case)))) for case in CASES}
    found |= {each.trap: (each.reader, each.said(refused(each))) for each in REFUSALS}
    with capsys.disabled():
        print("\n| # | switched on alone | caught by | what it said |\n|---|---|---|---|")
        for trap in Trap:
            print(f"| {trap.value} | {trap.name} | {found[trap][0]} | {found[trap][1]} |")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of the market without traps, on every source."""
    with built(tmp_path_factory.mktemp("clean"), market_of(NO_TRAPS), NO_TRAPS, "all") as (home, _):
        return home


def test_a_market_without_traps_is_clean(clean: Home) -> None:
    assert set(clean.checks) == OF_SIZE
    assert set(clean.tables["raw.source_outcomes"]["result"]) == {"known"}
    assert clean.tables["raw.source_rejects"].is_empty()
    assert clean.tables["raw.rejects"].is_empty()


def test_a_market_has_what_is_wanted_alone() -> None:
    """Nothing of the others is left, and what is drawn anew is the same again."""
    without = market_of(NO_TRAPS)
    with_padding = market_of(frozenset({Trap.SPELLING}))
    assert not [line for line in without.lines if line.padded or line.gaps or line.renamed_to or line.cap == "parent"]
    assert [line for line in with_padding.lines if line.padded]
    assert [replace(line, padded=False) for line in with_padding.lines] == without.lines
    assert without.written(5) == populate(without.span, lines=LINES, seed=1, traps=NO_TRAPS).written(5)


# --- faults -----------------------------------------------------------------------------------------------------------


def test_faults_that_pass_change_nothing(clean: Home, tmp_path: Path) -> None:
    """Each kind of the replay server, a few of a hundred requests each: asked again, and the same in the end.

    With this seed the first fifty requests draw each kind, and the first hundred eight faults: too few for one request
    to meet one each time that it is made.
    """
    faults = Faults(dict.fromkeys(get_args(Fault), 0.02), seed=91, slow_s=0.05, retry_after_s=0)
    with built(tmp_path, market_of(NO_TRAPS), NO_TRAPS, "all", faults=faults) as (home, _):
        pass
    assert set(faults.drawn) == set(get_args(Fault))
    assert set(home.tables["raw.source_outcomes"]["result"]) == {"known"}
    for name in ("raw.listings", "raw.prices", "recon.ranking", "recon.index_membership"):
        assert home.tables[name].equals(clean.tables[name]), name


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [("429", 429, b"rate limit"), ("500", 500, b"upstream failed"), ("html", 200, b"<!DOCTYPE html>")],
)
def test_a_fault_is_told_by_the_server(kind: Any, status: int, body: bytes) -> None:
    with serve(market_of(NO_TRAPS), faults=Faults({kind: 1.0})) as url:
        answer = requests.get(f"{url}/dynamic/SymDir/nasdaqlisted.txt", timeout=60)
    assert answer.status_code == status
    assert body in answer.content
    assert answer.headers.get("Retry-After") == ("1" if kind == "429" else None)


def test_a_body_that_is_cut_short_says_how_long_it_was() -> None:
    with (
        serve(market_of(NO_TRAPS), faults=Faults({"truncate": 1.0})) as url,
        pytest.raises(requests.exceptions.ChunkedEncodingError),
    ):
        requests.get(f"{url}/dynamic/SymDir/nasdaqlisted.txt", timeout=60)


def test_faults_come_in_the_same_order_and_at_most_all_the_time() -> None:
    one, other = Faults({"429": 0.3, "slow": 0.3}, 5), Faults({"429": 0.3, "slow": 0.3}, 5)
    assert [one.draw() for _ in range(200)] == [other.draw() for _ in range(200)]
    assert 80 < len(one.drawn) < 160
    with pytest.raises(ValueError, match="1 at most"):
        Faults({"429": 0.7, "500": 0.4})
