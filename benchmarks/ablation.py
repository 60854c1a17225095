"""What each kind of evidence is worth: the same event with each of them left out, scored against the same lists.

    .venv/bin/python benchmarks/ablation.py --home HOME --truth FILE [--truth FILE ...]
        [--event 2023-06-recon] [--evidence NAME ...]

Kinds of evidence are the rules `use_<name>` of `sql/reference/rules.csv`, by default all of them. The event is run
offline in a copy of the home, once with everything, once without each kind and once without any; the home stays as it
is. Printed as Markdown: the F1 of all, and what leaving a kind out changes in points of a hundredth of it. A kind that
changes nothing is marked: it is not used by the event, or another one says the same.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from recon_pipeline.events import event as event_of
from recon_pipeline.ingest import kinds_of_evidence
from recon_pipeline.pipeline import run_event
from recon_pipeline.publish import published_database
from recon_pipeline.scoring import Score, read_truth, score
from recon_pipeline.settings import Settings
from recon_pipeline.warehouse import Reader

Scored = Callable[[Collection[str]], list[Score]]
"""Scores of the event when it is run without these kinds of evidence."""


def ablation(kinds: Sequence[str], scored: Scored) -> list[tuple[str, list[Score]]]:
    """Return the scores with everything, without each kind, and, where there are several, without any."""
    runs: list[tuple[str, Collection[str]]] = [("all", ()), *((f"without {kind}", (kind,)) for kind in kinds)]
    if len(kinds) > 1:
        runs.append(("without any of them", tuple(kinds)))
    rows = []
    for name, without in runs:
        print(f"running {name}", file=sys.stderr)
        rows.append((name, scored(without)))
    return rows


def table(rows: Sequence[tuple[str, list[Score]]]) -> str:
    """Return the scores as a Markdown table: the first row in full, the others as differences to it."""
    places = [(found.index_id, found.kind) for found in rows[0][1]]
    base = [found.f1 for found in rows[0][1]]
    lines = [
        ["evidence", *(f"{index_id} {kind}" for index_id, kind in places)],
        ["---", *("---:" for _ in places)],
        [rows[0][0], *(f"{value:.4f}" for value in base)],
    ]
    for name, scores in rows[1:]:
        f1 = {(found.index_id, found.kind): found.f1 for found in scores}
        changes = [100 * (f1.get(place, 0.0) - value) for place, value in zip(places, base, strict=True)]
        is_used = any(changes) or scores != rows[0][1]
        lines.append([name + ("" if is_used else " (no change)"), *(f"{change:+.2f}" for change in changes)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@contextmanager
def copied_home(home: Path) -> Iterator[Path]:
    """A home with the same work and, by a link, the same landings: an offline run lands nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / home.name
        copy.mkdir()
        for part in home.iterdir():
            if part.name == "work":
                shutil.copytree(part, copy / part.name)
            elif part.name not in ("published", "snapshots", "projections"):
                (copy / part.name).symlink_to(part.resolve())
        yield copy


def main() -> None:
    """Run the event once a kind of evidence and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--event", default="2023-06-recon")
    parser.add_argument("--truth", type=Path, action="append", required=True)
    parser.add_argument("--evidence", action="append", help="One kind only; repeatable.")
    args = parser.parse_args()
    event = event_of(args.event)
    truth = read_truth(args.truth, event)
    kinds = args.evidence or kinds_of_evidence()
    with copied_home(Settings(home=args.home).home_dir) as home:
        settings = Settings(home=home, offline=True)

        def scored(without: Collection[str]) -> list[Score]:
            run_event(event.event_id, settings, without=without)
            return score(Reader(published_database(home)), event, truth)[0]

        rows = ablation(kinds, scored)
    print(f"F1 of {event.event_id}; below the first row: change in points of a hundredth\n")
    print(table(rows))


if __name__ == "__main__":
    main()
