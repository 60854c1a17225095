"""How good the probabilities of a projection are, once the outcome is known: Brier scores and reliability.

Belongs here: matching a projection with lists of what really happened (as `scoring.py` matches), the score of each
index beside that of the naive projection, which takes for certain what the ranking of the day says, and how often what
was given a chance came true. Lists are for scoring only: nothing here feeds a run.

Does not belong here: printing (`cli/`), reading lists (`scoring.py`), the probabilities (`probability.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from recon_pipeline.errors import BadInput
from recon_pipeline.events import ReconEvent
from recon_pipeline.scoring import MEMBERS, Line, Truth, match, pair
from recon_pipeline.warehouse import Reader

EDGES: Final = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Bounds of the bins of a reliability table; a probability on a bound belongs to the bin above, 1 to the last."""

OPEN: Final = (0.01, 0.99)
"""What is between these was open, as the projection has it; the rest was as good as certain."""

FLOOR: Final = 1e-4
"""Probabilities of 0 and 1 of a finite number of paths count as this far from certain in a log loss."""


@dataclass(frozen=True)
class Verdict:
    """A name of an index or change: its probability, what the ranking of the day says, and what came."""

    index_id: str
    kind: str
    ticker: str
    probability: float
    naive: bool
    outcome: bool


@dataclass(frozen=True)
class ProjectionScore:
    """Scores of one index and kind. Names are all that were given a chance, were in, or came true.

    `brier` is the mean of squared differences between probability and outcome; `brier_naive` that of the projection as
    ranked on the day, which is its share of wrong names. `open_names` were neither as good as certain to come nor to
    stay away; `expected` is the number of names that the probabilities add up to.
    """

    index_id: str
    kind: str
    names: int
    came: int
    expected: float
    brier: float
    brier_naive: float
    log_loss: float
    open_names: int
    open_brier: float | None
    open_brier_naive: float | None

    @property
    def skill(self) -> float | None:
        """Share of the naive score that is gained: 0 = no better, 1 = all known; None where nothing was wrong."""
        return 1 - self.brier / self.brier_naive if self.brier_naive else None


@dataclass(frozen=True)
class Bin:
    """The names of a reliability bin: how many, the mean of their probabilities and the share of them that came."""

    low: float
    high: float
    names: int
    forecast: float
    came: float


def verdicts(reader: Reader, event: ReconEvent, truth: Truth) -> list[Verdict]:
    """Hold the probabilities of a projection against lists of members and of changes.

    Of a list of members the additions and deletions follow, where the opening is known.

    Raises:
        BadInput: the projection has no probabilities.
    """
    if not _has_probabilities(reader):
        raise BadInput(_nothing_drawn(reader, event))
    rows = reader.frame(
        """
        select
            index_id,
            ticker,
            was_member,
            is_member_now,
            cast(probability as double) as probability,
            cast(p_addition as double) as p_addition,
            cast(p_deletion as double) as p_deletion
        from recon.projection_probability
        where event_id = $event_id
        order by index_id, ticker, security_id
        """,
        {"event_id": event.event_id},
    )
    if rows.is_empty():
        raise BadInput(_nothing_drawn(reader, event))
    found: list[Verdict] = []
    for (index_id, kind), listed in sorted(truth.items()):
        ours = rows.filter(pl.col("index_id") == index_id)
        if kind == MEMBERS:
            found += _held(index_id, kind, ours, "probability", "is_member_now", listed)
            if not ours.is_empty() and ours["was_member"].null_count() == 0:
                before = ours.filter("was_member")
                gone, new = match(_lines(before["ticker"]), listed)
                for derived, names in (("additions", new), ("deletions", {line.keys[0] for line in gone})):
                    if (index_id, derived) not in truth:
                        found += _changes(index_id, derived, ours, names)
        else:
            found += _changes(index_id, kind, ours, listed)
    return found


def _has_probabilities(reader: Reader) -> bool:
    """Whether the file has the table at all: one of an earlier version has not."""
    tables = reader.frame("select table_name from duckdb_tables() where schema_name = 'recon'")
    return "projection_probability" in set(tables["table_name"])


def _nothing_drawn(reader: Reader, event: ReconEvent) -> str:
    return f"Scoring {event.event_id}: {reader.path} has no probabilities of it. Draw them first: `recon project`."


def _changes(index_id: str, kind: str, ours: pl.DataFrame, listed: set[str]) -> list[Verdict]:
    adds = kind == "additions"
    known = ours.filter(pl.col("was_member") != adds).with_columns(
        naive=pl.col("is_member_now") if adds else ~pl.col("is_member_now")
    )
    return _held(index_id, kind, known, "p_addition" if adds else "p_deletion", "naive", listed)


def _held(
    index_id: str, kind: str, ours: pl.DataFrame, probability: str, naive: str, listed: set[str]
) -> list[Verdict]:
    pairs, _ = pair(_lines(ours["ticker"]), listed)
    came = {line.ticker for line, _ in pairs}
    told = [
        Verdict(index_id, kind, ticker, chance, bool(now), ticker in came)
        for ticker, chance, now in ours.select("ticker", probability, naive).iter_rows()
    ]
    # What nobody gave a chance and came all the same: who was not listed yet, or bears another ticker now.
    missed = sorted(listed - {name for _, name in pairs})
    return told + [Verdict(index_id, kind, ticker, 0.0, False, True) for ticker in missed]


def _lines(tickers: Iterable[str]) -> list[Line]:
    return [Line(ticker, ticker) for ticker in tickers]


def projection_scores(found: Sequence[Verdict]) -> list[ProjectionScore]:
    """Score what was held against lists, by index and kind."""
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for each in found:
        groups.setdefault((each.index_id, each.kind), []).append(each)
    return [_score(index_id, kind, group) for (index_id, kind), group in sorted(groups.items())]


def _score(index_id: str, kind: str, group: Sequence[Verdict]) -> ProjectionScore:
    open_ones = [each for each in group if OPEN[0] <= each.probability <= OPEN[1]]
    return ProjectionScore(
        index_id=index_id,
        kind=kind,
        names=len(group),
        came=sum(each.outcome for each in group),
        expected=math.fsum(each.probability for each in group),
        brier=brier((each.probability, each.outcome) for each in group),
        brier_naive=brier((float(each.naive), each.outcome) for each in group),
        log_loss=log_loss((each.probability, each.outcome) for each in group),
        open_names=len(open_ones),
        open_brier=brier((each.probability, each.outcome) for each in open_ones) if open_ones else None,
        open_brier_naive=brier((float(each.naive), each.outcome) for each in open_ones) if open_ones else None,
    )


def brier(pairs: Iterable[tuple[float, bool]]) -> float:
    """Return the mean squared difference between probability and outcome; 0 for none."""
    squares = [(probability - came) ** 2 for probability, came in pairs]
    return math.fsum(squares) / len(squares) if squares else 0.0


def log_loss(pairs: Iterable[tuple[float, bool]]) -> float:
    """Return the mean of minus the log of the probability that was given to what came; 0 for none."""
    kept = [(min(max(probability, FLOOR), 1 - FLOOR), came) for probability, came in pairs]
    told = [-math.log(probability if came else 1 - probability) for probability, came in kept]
    return math.fsum(told) / len(told) if told else 0.0


def reliability(found: Iterable[Verdict]) -> list[Bin]:
    """Return, by bins of probability, how often it came; bins that nobody is in are left out."""
    groups: dict[int, list[Verdict]] = {}
    for each in found:
        place = sum(each.probability >= edge for edge in EDGES[1:-1])
        groups.setdefault(place, []).append(each)
    return [
        Bin(
            EDGES[place],
            EDGES[place + 1],
            len(group),
            math.fsum(each.probability for each in group) / len(group),
            sum(each.outcome for each in group) / len(group),
        )
        for place, group in sorted(groups.items())
    ]


def margin(one: Bin) -> tuple[float, float]:
    """Return bounds of the share that came within which its true chance lies with 95 % (Wilson)."""
    z, n, share = 1.96, one.names, one.came
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def score_row(score: ProjectionScore) -> dict[str, str | int | float | None]:
    """Return a score as a row to print."""
    return {
        "index": score.index_id,
        "of": score.kind,
        "names": score.names,
        "came": score.came,
        "expected": round(score.expected, 1),
        "brier": round(score.brier, 5),
        "brier_naive": round(score.brier_naive, 5),
        "skill": None if score.skill is None else round(score.skill, 4),
        "log_loss": round(score.log_loss, 5),
        "open_names": score.open_names,
        "open_brier": None if score.open_brier is None else round(score.open_brier, 4),
        "open_brier_naive": None if score.open_brier_naive is None else round(score.open_brier_naive, 4),
    }


def bin_row(one: Bin) -> dict[str, int | float]:
    """Return a bin of a reliability table as a row to print."""
    low, high = margin(one)
    return {
        "from": one.low,
        "to": one.high,
        "names": one.names,
        "forecast": round(one.forecast, 4),
        "came": round(one.came, 4),
        "came_low": round(low, 4),
        "came_high": round(high, 4),
    }
