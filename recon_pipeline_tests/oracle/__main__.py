"""Runs seeds through the pipeline and holds each event against the oracle: `python -m recon_pipeline_tests.oracle`.

Prints a table by seed and event, and each difference; ends with code 1 if there is one.

What does not belong here: the comparison (`compare`).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path

from recon_pipeline.events import ReconEvent, event, events, previous_session, vintages
from recon_pipeline.pipeline import RunReport, run_event
from recon_pipeline.publish import published_database
from recon_pipeline.settings import Settings
from recon_pipeline.simulation import opening_csv, serve, simulate
from recon_pipeline.simulation.demo import DEMO_EVENT, home_name, run_demo, settings_of
from recon_pipeline.simulation.market import SimulatedMarket
from recon_pipeline.simulation.registers import Registers
from recon_pipeline_tests.oracle.additions import Additions, Round, ipo_event
from recon_pipeline_tests.oracle.compare import KINDS, Difference, differences, published_bars
from recon_pipeline_tests.oracle.history import Held, revision_differences, span_differences
from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.methodology import rules_on
from recon_pipeline_tests.oracle.newcomers import Window
from recon_pipeline_tests.oracle.performance import Base
from recon_pipeline_tests.oracle.story import Opening, Story, members_csv, tell

SHOWN = 12


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit code."""
    asked = _parser().parse_args(arguments)
    first, _, last = asked.seeds.partition("-")
    print(f"{'seed':>4} {'event':<14} {'seconds':>7} " + " ".join(f"{kind:>10}" for kind in KINDS))
    total = 0
    for seed in range(int(first), int(last or first) + 1):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(asked.home or folder) / (_name(asked, seed))
            judged = (
                judge_event(home, asked.event, lines=asked.lines, seed=seed, is_run=not asked.no_run)
                if asked.event != DEMO_EVENT
                else judge(
                    home, lines=asked.lines, years=asked.years, seed=seed, is_run=not asked.no_run, alone=asked.alone
                )
            )
            for event_id, seconds, found in judged:
                counts = Counter(difference.kind for difference in found)
                print(f"{seed:>4} {event_id:<14} {seconds:>7.1f} " + " ".join(f"{counts[kind]:>10}" for kind in KINDS))
                total += len(found)
                for kind in KINDS:
                    for difference in [each for each in found if each.kind == kind][: asked.shown]:
                        print(difference)
                sys.stdout.flush()
    print(f"{total:,} differences")
    return 1 if total else 0


def _name(asked: argparse.Namespace, seed: int) -> str:
    name = home_name(asked.lines, asked.years, seed) + "-alone" * asked.alone
    return name if asked.event == DEMO_EVENT else f"{name}-{asked.event}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recon_pipeline_tests.oracle", description=__doc__)
    parser.add_argument("--seeds", default="1", help="a seed, or the first and the last: 1-20")
    parser.add_argument("--lines", type=int, default=9000, help="lines that are ever listed in the market")
    parser.add_argument("--years", type=int, default=3, help="years of sessions; 0: those of a single event")
    parser.add_argument("--event", default=DEMO_EVENT, help="another reconstitution of the calendar, by itself")
    parser.add_argument("--alone", action="store_true", help="only the last event, from a true list of members")
    parser.add_argument("--shown", type=int, default=SHOWN, help="differences of a kind to print")
    parser.add_argument("--home", help="keep the homes in this folder")
    parser.add_argument("--no-run", action="store_true", help="compare what the homes have from a run before")
    return parser


def judge(
    home: Path, *, lines: int, years: int, seed: int, is_run: bool = True, alone: bool = False
) -> Iterator[tuple[str, float, list[Difference]]]:
    """Run the events of a market in a home and compare each: event, seconds, differences.

    `alone`: the last event by itself, from a true list of members, as somebody does who has one: such a list knows what
    no source tells, so that more can be presumed of who is not in it.
    """
    started = time.monotonic()
    if is_run and not alone:
        run_demo(Settings(home=home), lines=lines, years=years, seed=seed)
    market = simulate(event(DEMO_EVENT), lines=lines, years=years, seed=seed)
    if alone:
        opening = true_list(market)
        if is_run:
            run_event_of(home, DEMO_EVENT, market, opening)
    published = published_database(home)
    for story in [last_story(market, opening)] if alone else told(market, published=published):
        found = differences(story, published)
        yield story.event_id, time.monotonic() - started, found
        started = time.monotonic()
    if alone:
        return
    chain = [Held(each.event_id, each.effective_from) for each in market.chain(event(DEMO_EVENT))]
    found = span_differences(Ledger(Registers(market)), chain, published)
    yield "between", time.monotonic() - started, found
    started = time.monotonic()
    assert isinstance(story, Story)
    found = judge_vintages(home, market, story, is_run=is_run)
    yield "vintages", time.monotonic() - started, found


def judge_vintages(home: Path, market: SimulatedMarket, final: Story, *, is_run: bool = True) -> list[Difference]:
    """Run the last event of a chain as of its preliminary list and as final again; compare the former, and what the
    latter says otherwise."""
    chosen, published = event(DEMO_EVENT), published_database(home)
    listed_on = vintages(chosen)[1]
    # A line that the list of a day lacks is looked for in that of the session before (core.event_sessions).
    early = tell(
        final.ledger,
        DEMO_EVENT,
        chosen.rank_day,
        chosen.effective_date,
        previous_session(listed_on),
        final.opening,
    )
    found: list[Difference] = []
    if is_run:
        with serve(market) as url:
            settings = settings_of(Settings(home=home), url, chosen)
            then = datetime.combine(listed_on + timedelta(days=1), clock(4), UTC)
            run_event(DEMO_EVENT, settings.model_copy(update={"now": then}))
            found = differences(early, published)
            run_event(DEMO_EVENT, settings)
    return found + revision_differences(early, final, published)


def judge_event(
    home: Path, event_id: str, *, lines: int, seed: int, is_run: bool = True
) -> Iterator[tuple[str, float, list[Difference]]]:
    """Run one event of any year on a market of its own time, from the list of then, and compare it."""
    started = time.monotonic()
    market = simulate(event(event_id), lines=lines, seed=seed)
    opening = opening_of_the_time(market)
    if is_run:
        run_event_of(home, event_id, market, opening)
    (story,) = stories(market, opening=opening)
    yield event_id, time.monotonic() - started, differences(story, published_database(home))


def opening_of_the_time(market: SimulatedMarket) -> bytes:
    """The file that the event of a market opens from, without an index that there was not yet (methodology 7.3).

    Nor with members whose shares nobody counts: they are carried along, of which the methodology knows nothing.
    """
    ledger, opened = Ledger(Registers(market)), market.span.index(market.span.opening_asof)
    uncounted = {
        ledger.ticker(line, opened)
        for line in range(len(ledger.lines))
        if ledger.count(ledger.lines[line].company, market.span.rank_day) is None
    }
    missing = set() if rules_on(market.span.opening_asof).has_microcap else {"RMICRO"}
    header, *rows = opening_csv(market, everyone=True).decode().splitlines(keepends=True)
    kept = [row for row in rows if row.split(",")[0] not in missing and row.split(",")[1] not in uncounted]
    return "".join([header, *kept]).encode()


def stories(market: SimulatedMarket, *, tells_all: bool = False, opening: bytes | None = None) -> Iterator[Story]:
    """Every reconstitution of a market in order, none of the rounds of IPO additions between them: the first opens from
    its file, the others from the one before."""
    for each in told(market, tells_all=tells_all, with_rounds=False, opening=opening):
        assert isinstance(each, Story)
        yield each


def told(
    market: SimulatedMarket,
    *,
    tells_all: bool = False,
    with_rounds: bool = True,
    opening: bytes | None = None,
    published: Path | None = None,
) -> Iterator[Story | Additions]:
    """Every event of a market in order: the first opens from its file, the others from the one before.

    The rounds place newcomers by the breakpoints of a `published` database where it has them: `compare` holds these
    against the oracle's own.
    """
    registers = Registers(market)
    recons = [each for each in events().values() if each.kind == "recon"]
    (latest,) = [each for each in recons if each.rank_day == market.span.rank_day]
    opened: Opening | None = None
    base: Base | None = None
    before: ReconEvent | None = None
    for each in market.chain(latest):
        if each.kind == "ipo" and not with_rounds:
            continue
        ledger = Ledger(registers.at(each.rank_day), tells_all=tells_all)
        if each.kind == "ipo":
            assert base is not None
            assert opened is not None
            bars = published_bars(published, each.event_id) if published else None
            additions = ipo_event(ledger, round_of(each, before), opened, base, bars)
            yield additions
            opened = additions.opening(base.rank_day)
        else:
            if opened is None:
                # Of 2004 the calendar has no event before.
                last = max(
                    (one for one in recons if one.effective_date < market.span.opening_asof),
                    key=lambda one: one.rank_day,
                    default=None,
                )
                opened = Opening.of_csv(
                    ledger,
                    opening or opening_csv(market, everyone=True),
                    last.rank_day if last else None,
                    rules_on(last.effective_date) if last else None,
                )
            story = tell(ledger, each.event_id, each.rank_day, each.effective_date, each.effective_from, opened)
            yield story
            opened, base = Opening.after(story), Base.of(story)
        before = each


def round_of(event: ReconEvent, before: ReconEvent | None) -> Round:
    """A round of IPO additions; the event before it gives the window from which somebody may have been deferred."""
    assert event.ipo_window_start
    last = None
    if before is not None and before.kind == "ipo" and before.ipo_window_start:
        last = (before.ipo_window_start, before.rank_day)
    window = Window(event.ipo_window_start, event.rank_day, event.effective_date, last)
    return Round(event.event_id, event.rank_day, event.effective_date, event.effective_from, window)


def true_list(market: SimulatedMarket) -> bytes:
    """Who was in the indexes before the last event, by those who knew all."""
    before = market.span.past[-1]
    (told,) = [story for story in stories(market, tells_all=True) if story.event_id == before.event_id]
    return members_csv(told, before.effective_from)


def last_story(market: SimulatedMarket, opening: bytes) -> Story:
    """The last event from a list of members."""
    chosen, ledger = event(DEMO_EVENT), Ledger(Registers(market))
    before = Opening.of_csv(ledger, opening, market.span.past[-1].rank_day)
    return tell(ledger, DEMO_EVENT, chosen.rank_day, chosen.effective_date, chosen.effective_from, before)


def run_event_of(home: Path, event_id: str, market: SimulatedMarket, opening: bytes) -> RunReport:
    """Run the last event of a market from a list of members through the pipeline."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "opening.csv"
    path.write_bytes(opening)
    with serve(market) as url:
        settings = settings_of(Settings(home=home), url, event(event_id))
        return run_event(event_id, settings, openings=[path])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
