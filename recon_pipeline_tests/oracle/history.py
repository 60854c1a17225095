"""What holds of more than one event: who left between two of them and when, and what two vintages of one say otherwise.

What does not belong here: what an event comes to (`story`, `additions`), one event beside its published rows
(`compare`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from recon_pipeline_tests.oracle.between import Departure, departures
from recon_pipeline_tests.oracle.compare import Difference, Published
from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.story import Story

TOLD: Final = ("delisting_form", "delisting_list")
"""What tells a day; otherwise price lists tell between which two of them it was."""

ON_THE_DAY: Final = ("acquired", "liquidated")
"""Ways to leave of which the exchange tells on the day itself. Who moves tells days before, and of who was suspended
the form comes days after: of them the day is one that the price lists allow."""


@dataclass(frozen=True, slots=True)
class Held:
    """An event of a chain: the first session of its membership."""

    event_id: str
    effective_from: date


def span_differences(ledger: Ledger, chain: Sequence[Held], published: Path) -> list[Difference]:
    """The spans of a database beside the days on which members of its events left the exchanges, by the ledger (10.1,
    10.3 to 10.6): nobody else may leave between two events, and nobody on another day than the sources allow."""
    found: list[Difference] = []
    exits: dict[str, dict[tuple[str, str], dict[str, Any]]] = defaultdict(dict)
    for row in Published(published).rows("index_membership_span"):
        if row["exit_kind"] == "departure":
            exits[row["exit_event_id"]][row["index_id"], row["security_id"]] = row
    for before, after in pairwise(chain):
        session = ledger.session(before.effective_from)
        lines = {
            ledger.ticker(line, session): line
            for line in range(len(ledger.lines))
            if ledger.is_share(line) and ledger.is_listed(line, session)
        }
        members: dict[str, set[int]] = defaultdict(set)
        of_line: dict[tuple[str, int], tuple[str, str]] = {}
        for row in Published(published, before.event_id).rows("index_membership"):
            # Whoever left on the first day itself is told by no line of that day.
            if (line := lines.get(row["ticker"])) is not None:
                members[row["index_id"]].add(line)
                of_line[row["index_id"], line] = row["index_id"], row["security_id"]
        gone = {each.line: each for each in departures(ledger, members, before.effective_from, after.effective_from)}
        ours = dict(exits[after.event_id])
        for (index, line), key in sorted(of_line.items()):
            row = ours.pop(key, {})
            oracle = gone.get(line)
            told = f"{index}: gone by {row['effective_to']}, {row['exit_basis']}" if row else f"{index}: stays"
            if oracle is None:
                if row:
                    found.append(_difference(ledger, line, session, told, f"listed on {after.effective_from}"))
                continue
            first_without = ledger.days[ledger.session(oracle.last) + 1]
            if not row or not _is_possible(row, oracle, first_without):
                found.append(_difference(ledger, line, session, told, f"last listed on {oracle.last}, {oracle.how}"))
    return found


def _is_possible(row: dict[str, Any], departure: Departure, first_without: date) -> bool:
    """Whether a span ends on the day that the sources give for a line that left."""
    ends, last_seen, gone_by = row["effective_to"], row["last_seen"], row["gone_by"]
    is_told = row["exit_basis"] in TOLD
    if is_told and departure.how in ON_THE_DAY:
        return bool(ends == first_without)
    if not is_told and ends != gone_by:
        return False
    is_after = last_seen is None or (last_seen <= departure.last and last_seen < ends)
    return bool(is_after and first_without <= gone_by and ends <= gone_by)


def _difference(ledger: Ledger, line: int, session: int, ours: str, oracle: str) -> Difference:
    return Difference("span", ledger.ticker(line, session), ledger.issuer(line).company.name, ours, oracle)


def revision_differences(earlier: Story, later: Story, published: Path) -> list[Difference]:
    """The revisions of the last vintage of an event beside two stories of it: what the one has pending and the other
    has no more, or the other way round (10.9)."""
    then = {(index, earlier.ticker(line), action) for index, line, action in earlier.changes}
    now = {(index, later.ticker(line), action) for index, line, action in later.changes}
    oracle = {(*each, "dropped from the list") for each in then - now}
    oracle |= {(*each, "added to the list") for each in now - then}
    tickers = {row["security_id"]: row["ticker"] for row in Published(published, later.event_id).rows("universe")}
    ours = {
        (row["index_id"], tickers[row["security_id"]], row["action"], row["revision"])
        for row in Published(published, later.event_id).rows("index_change_revision")
        # Another ticker for the same change: told, and no other change.
        if row["why"] != "renamed"
    }
    return [
        Difference(
            "vintage",
            each[1],
            "",
            *((" ".join(each), "no revision") if each in ours else ("no revision", " ".join(each))),
        )
        for each in sorted(ours ^ oracle)
    ]
