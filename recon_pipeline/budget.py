"""The error budget: every wrong name of a scored event in one cause, and which source would put it right.

Belongs here: the causes, the rules that tell them (from our own tables and the lists that the event is scored by), and
the page. The first rule that holds gives the cause; each says in words what it saw, so that a reader can disagree.

Does not belong here: which names are wrong (`scoring.py`), printing (`cli/`). Nothing here feeds a run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from recon_pipeline.events import ReconEvent
from recon_pipeline.pipeline import warehouse_path
from recon_pipeline.scoring import MEMBERS, Miss, Score, key
from recon_pipeline.warehouse import Reader

EDGE = Decimal("0.05")
"""A cap that is no farther than this from the cut is at its edge: share counts of two good sources differ as much."""

NEAR = Decimal("0.25")
"""A cap within this of the cut may be on the wrong side by its share count; beyond it a rule is at work."""

CAUSES: Final[Mapping[str, tuple[str, str]]] = {
    "shares": (
        "our market cap puts it on the wrong side of a cut, by its share count as far as we can tell",
        "share counts of the rank day by class, with unlisted classes and partnership units (covers of 10-K and 10-Q)",
    ),
    "price": ("no price, or one on the wrong side of a dollar", "a second source of unadjusted closes"),
    "country": (
        "we and the owner assign it to different countries",
        "incorporation and headquarters as of the rank day; assets and revenue by country (annual reports, XBRL)",
    ),
    "structure": (
        "its security type or structure is taken for another",
        "forms and file numbers of the filer (10-K, N-2, 814-), prospectuses of units and trusts",
    ),
    "rename": ("one company under two tickers that we do not tie", "dated changes of ticker (FIGI, CUSIP, notices)"),
    "source gap": (
        "no source of ours shows the line, its figures, or that it was a member before",
        "the symbol directories of each day; complete opening lists in place of a fund's sample",
    ),
    "event between": (
        "listed, merged, spun off or delisted between the rank day and the effective date",
        "corporate actions with their dates (exchange notices, 8-K, 424B)",
    ),
    "votes or float": (
        "by all that we see it qualifies, and the owner has it out, or the other way round: a rule that we cannot see",
        "votes by class and holders (proxy statements, 13D and 13G); for members also terms of deals",
    ),
    "presumption": (
        "we presume that what kept it out or in at the last reconstitution still does",
        "the same as for votes, float and country",
    ),
    "class line": ("another line of a company that is right", "two years of trading and the share count of each class"),
    "edge": (
        "within reach of the cut: right if the names above it were right, or off by no more than share counts differ",
        "none of its own: the causes above",
    ),
}
"""Each cause: what it means, and the source that would put it right."""

REASONS: Final[Mapping[str, str]] = {
    "exchange": "source gap",
    "security_type": "structure",
    "structure": "structure",
    "country": "country",
    "price": "price",
    "market_cap": "shares",
    "share_class": "class line",
    "float": "votes or float",
    "votes": "votes or float",
}
"""Rule of recon.eligibility that a line fails to its cause; `listing` and presumptions are told apart below."""

CUTS: Final[Mapping[str, tuple[str | None, str]]] = {
    "R1000": (None, "R1000"),
    "R2000": ("R1000", "R3000"),
    "R3000": (None, "R3000"),
    "R3000E": (None, "R3000E"),
    "RMICRO": ("MICRO", "R3000E"),
    "TOP50": (None, "TOP50"),
    "TOP200": (None, "TOP200"),
    "TOP500": (None, "TOP500"),
    "MIDCAP": ("TOP200", "R1000"),
    "R2500": ("TOP500", "R3000"),
}
"""The cuts above and below an index (methodology 7.2)."""


@dataclass(frozen=True)
class Caused:
    """A wrong name with its cause and what the rule saw; `rank` is that of its company, None where it has none."""

    miss: Miss
    cause: str
    why: str
    rank: int | None


class _Line(NamedTuple):
    """What our tables say of a line of the rank day."""

    ticker: str
    later_ticker: str | None
    company_id: str
    company_name: str
    is_pricing_vehicle: bool
    pricing_ticker: str | None
    opening_r3000: bool
    opening_rmicro: bool
    listing: str
    close_usd: Decimal | None
    status: str
    reason: str | None
    structure_status: str
    country: str | None
    country_status: str
    country_evidence: str
    has_left: bool
    is_seen_after: bool
    rank: int | None
    rank_status: str | None
    cap_usd: Decimal | None
    is_doubted: bool


class _Cut(NamedTuple):
    cap_usd: Decimal
    band_high_usd: Decimal
    band_low_usd: Decimal
    cut_rank: int


LINES = """
    select
        universe.ticker,
        departures.ticker as later_ticker,
        universe.company_id,
        universe.company_name,
        universe.is_pricing_vehicle,
        universe.pricing_ticker,
        universe.opening_r3000,
        universe.opening_rmicro,
        universe.listing,
        universe.close_usd,
        eligibility.status,
        eligibility.reason,
        eligibility.structure_status,
        eligibility.country_value,
        eligibility.country_status,
        eligibility.country_evidence,
        coalesce(departures.has_left, false) as has_left,
        after.ticker is not null as is_seen_after,
        ranking.rank,
        ranking.status as rank_status,
        ranking.placing_cap_usd as cap_usd,
        doubts.ticker is not null as is_doubted
    from recon.universe as universe
    inner join recon.eligibility as eligibility
        on eligibility.event_id = $event_id and universe.security_id = eligibility.security_id
    left join core.departures as departures
        on departures.event_id = $event_id and universe.ticker = departures.rank_ticker
    left join core.lines as after
        on
            after.event_id = $event_id
            and after.role = 'effective'
            and coalesce(departures.ticker, universe.ticker) = after.ticker
    left join recon.ranking as ranking
        on ranking.event_id = $event_id and universe.company_id = ranking.company_id
    left join (
        select distinct ticker
        from recon.data_issues
        where event_id = $event_id and issue in ('shares_suspect', 'filing_suspect')
    ) as doubts on universe.ticker = doubts.ticker
    where universe.event_id = $event_id
    order by universe.ticker
"""


def read_causes(home: Path, event: ReconEvent, misses: Sequence[Miss], names: Mapping[str, str]) -> list[Caused]:
    """Give each wrong name of an event its cause; `names` are those that the lists print, by ticker key.

    Members where an index is scored by members, else additions and deletions: the changes follow from the members.

    Raises:
        BadInput: the home's working database is not there or cannot be read.
    """
    reader = Reader(warehouse_path(home))
    parameters = {"event_id": event.event_id}
    lines = [_Line(*row) for row in reader.frame(LINES, parameters).iter_rows()]
    cuts = {
        row[0]: _Cut(*row[1:])
        for row in reader.frame(
            "select breakpoint_id, market_cap_usd, band_high_usd, band_low_usd, cut_rank "
            "from recon.breakpoints where event_id = $event_id",
            parameters,
        ).iter_rows()
    }
    sides = {
        (company_id, cut): side
        for company_id, cut, side in reader.frame(
            "select company_id, breakpoint_id, side_before from recon.placements where event_id = $event_id", parameters
        ).iter_rows()
    }
    after = reader.frame("select ticker from core.lines where event_id = $event_id and role = 'effective'", parameters)[
        "ticker"
    ]
    with_members = {miss.index_id for miss in misses if miss.kind == MEMBERS}
    counted = [miss for miss in misses if miss.kind == MEMBERS or miss.index_id not in with_members]
    judge = _Judge(lines, cuts, sides, {key(ticker) for ticker in after}, counted, names)
    return [judge.caused(miss) for miss in counted]


def plain_name(name: str) -> str:
    """Return a company name without its legal form, class and spelling: what two lists have in common."""
    words = re.sub(r"[^a-z0-9 ]", "", name.lower().replace("-", " ").replace("/", " ").replace(".", " ")).split()
    kept = [word for word in words if word not in _COMMON_WORDS]
    return " ".join(kept or words)


_COMMON_WORDS: Final = frozenset(
    (
        *("the", "inc", "incorporated", "corp", "corporation", "co", "company", "companies", "ltd", "limited", "plc"),
        *("llc", "lp", "holdings", "holding", "hldgs", "group", "grp", "class", "cl", "a", "b", "c", "common", "stock"),
        *("shares", "ordinary", "new", "com", "sa", "nv", "trust"),
    )
)


class _Judge:
    """The rules, over what is known of one event."""

    def __init__(
        self,
        lines: Sequence[_Line],
        cuts: Mapping[str, _Cut],
        sides: Mapping[tuple[str, str], str],
        after: set[str],
        misses: Sequence[Miss],
        names: Mapping[str, str],
    ) -> None:
        self.cuts, self.sides, self.after, self.names = cuts, sides, after, names
        # The later ticker first, as lists are matched.
        self.lines = {key(line.ticker): line for line in lines}
        self.lines |= {key(line.later_ticker): line for line in lines if line.later_ticker}
        self.by_name: dict[str, _Line] = {}
        for line in lines:
            if line.is_pricing_vehicle:
                self.by_name.setdefault(plain_name(line.company_name), line)
        self.false = {key(miss.ticker) for miss in misses if not _belongs(miss)}
        self.missed = {key(miss.ticker) for miss in misses if _belongs(miss)}
        self.missed_names = {plain_name(names[ticker]): ticker for ticker in sorted(self.missed) if ticker in names}
        self.missed_companies = {self.lines[ticker].company_id for ticker in self.missed if ticker in self.lines}
        # Companies, once each: those of ours that are in none of the lists, and those of the lists that we do not rank.
        wrong = [self.lines[ticker] for ticker in sorted(self.false - self.missed) if ticker in self.lines]
        self.false_ranks = sorted({line.rank for line in wrong if line.rank is not None})
        lacking = [self.lines.get(ticker) for ticker in sorted(self.missed - self.false)]
        self.unranked = sum(found is None or found.rank is None for found in lacking)

    def caused(self, miss: Miss) -> Caused:
        line = self.lines.get(key(miss.ticker))
        cause, why = self._should_be_in(miss, line) if _belongs(miss) else self._should_be_out(miss, line)
        return Caused(miss, cause, why, line.rank if line else None)

    def _should_be_in(self, miss: Miss, line: _Line | None) -> tuple[str, str]:
        if line is None:
            return self._not_listed(key(miss.ticker))
        if line.status == "ineligible":
            return self._failed(line)
        if line.has_left:
            return "rename", "on no list of the first session of the new membership, where it should have a new ticker"
        if line.rank is None:
            pricing = self.lines.get(key(line.pricing_ticker or ""))
            if pricing is not None and pricing.status == "ineligible":
                return self._failed(pricing)
            return ("price", "no price") if line.close_usd is None else ("shares", "no share count")
        return self._wrong_side(miss, line)

    def _should_be_out(self, miss: Miss, line: _Line | None) -> tuple[str, str]:
        if line is None:
            return "source gap", "our tables no longer show the line of the rank day"
        if key(miss.ticker) in self.missed and line.rank is not None:
            return self._wrong_side(miss, line)
        if miss.index_id == "RMICRO" and line.opening_r3000 and not line.opening_rmicro:
            return "source gap", "in the Russell 2000 before, and the opening list of the Microcap does not show it"
        if not line.is_pricing_vehicle:
            return "class line", f"a further line of the company that {line.pricing_ticker} prices"
        if line.company_id in self.missed_companies:
            return "class line", "the list has another line of the company"
        other = self.missed_names.get(plain_name(line.company_name))
        if other is not None:
            return "rename", f"the list has this name as {other}"
        if self.after and not line.is_seen_after:
            return "event between", "on no list of the first session of the new membership"
        if line.rank_status == "carried":
            return "source gap", "no figures: it keeps the place that it had"
        if line.is_doubted:
            return "shares", "its share count is in doubt (recon.data_issues)"
        if self._is_displaced(line):
            return "edge", "below the cut once the names above it are right"
        away = self._distance(miss.index_id, line)
        if away is not None and away <= EDGE:
            return "edge", f"cap within {away:.1%} of the cut"
        if line.structure_status == "unknown":
            return "structure", "only weak evidence speaks of its structure"
        if line.country_status == "unknown" and line.country is not None:
            return "country", f"the country rests on: {line.country_evidence}"
        if away is not None and away <= NEAR:
            return "shares", f"cap within {away:.0%} of the cut"
        if line.opening_r3000:
            return "votes or float", "a member that qualifies by all that we see; a deal may have taken it out as well"
        if miss.kind != MEMBERS:
            return "votes or float", "qualifies by all that we see, or was in it before and a sample does not show it"
        return "votes or float", "no member before, and qualifies by all that we see (votes, float, country by assets)"

    def _not_listed(self, ticker: str) -> tuple[str, str]:
        same = self.by_name.get(plain_name(self.names[ticker])) if ticker in self.names else None
        if same is not None:
            return "rename", f"{same.ticker} on the rank day has this name"
        if ticker in self.after:
            return "event between", "first listed after the rank day, or renamed since"
        return "source gap", "on no list of ours, neither on the rank day nor on the first session after"

    def _failed(self, line: _Line) -> tuple[str, str]:
        reason = line.reason or ""
        if reason == "listing":
            fresh = line.listing == "fresh"
            return (
                ("event between", "first seen after the rank day") if fresh else ("source gap", "not seen on the day")
            )
        if reason.startswith("presum"):
            return "presumption", f"ineligible: {reason}"
        return REASONS.get(reason, "source gap"), f"ineligible: {reason}"

    def _wrong_side(self, miss: Miss, line: _Line) -> tuple[str, str]:
        """A ranked company that a cut of the index puts on the wrong side."""
        upper, lower = CUTS[miss.index_id]
        if lower == "R3000" and line.cap_usd is not None and line.rank is not None:
            inside = line.rank <= self.cuts["R3000"].cut_rank
            if not inside and self._true_rank(line) <= self.cuts["R3000"].cut_rank:
                return "edge", "above the cut once the names above it are right"
        away = self._distance(miss.index_id, line)
        if away is None:
            return "source gap", "no cut of this index is stated"
        if away <= EDGE:
            return "edge", f"cap within {away:.1%} of the cut"
        for cut_id in (upper, lower):
            cut = self.cuts.get(cut_id or "")
            if cut is None or line.cap_usd is None or not cut.band_low_usd <= line.cap_usd <= cut.band_high_usd:
                continue
            side = self.sides.get((line.company_id, str(cut_id)))
            if side in ("new", "unknown"):
                return "source gap", "within the band of the cut, and the opening does not tell the side before"
        if miss.kind != MEMBERS:
            return "source gap", "ours is in the index too: the opening list differs"
        return "shares", f"cap off the cut by {away:.0%}"

    def _distance(self, index_id: str, line: _Line) -> Decimal | None:
        """How far the cap is from the nearest cap that decides at a cut of the index, as a share of that."""
        if line.cap_usd is None:
            return None
        found = []
        for cut_id in CUTS[index_id]:
            cut = self.cuts.get(cut_id or "")
            if cut is None:
                continue
            side = self.sides.get((line.company_id, str(cut_id)))
            # Methodology 7.8: who was above falls below the lower edge of the band, and the other way round.
            decides = {"above": cut.band_low_usd, "below": cut.band_high_usd}.get(side or "", cut.cap_usd)
            found.append(abs(line.cap_usd / decides - 1))
        return min(found, default=None)

    def _true_rank(self, line: _Line) -> int:
        """The rank of a company if the false names above it were not there and those that we do not rank were."""
        assert line.rank is not None
        return line.rank - sum(rank < line.rank for rank in self.false_ranks) + self.unranked

    def _is_displaced(self, line: _Line) -> bool:
        cut = self.cuts.get("R3000")
        if cut is None or line.rank is None or line.rank > cut.cut_rank:
            return False
        return self._true_rank(line) > cut.cut_rank


def _belongs(miss: Miss) -> bool:
    """Whether the list has the company in the index: a missed member or addition, or a false deletion."""
    return (miss.verdict == "missed") != (miss.kind == "deletions")


# --- the page ---------------------------------------------------------------------------------------------------------


def budget_page(event: ReconEvent, scores: Sequence[Score], caused: Sequence[Caused], *, with_names: bool) -> str:
    """Return the page in Markdown: scores, counts by cause and index, what would help, and the names if wanted."""
    indexes = sorted({found.miss.index_id for found in caused})
    parts = [
        f"# Error budget of {event.event_id}",
        f"Every false (ours alone) and missed (the lists' alone) name of the reconstitution of {event.effective_date}, "
        f"ranked on {event.rank_day}, in one cause. The causes are told by rules from our own tables and the lists "
        "(`recon_pipeline/budget.py`): the first that holds counts. A name may be wrong in several indexes, and one "
        "that is on the wrong side of the cut between Russell 1000 and Russell 2000 is false in one and missed in the "
        "other. Where an index is scored by its members, additions and deletions are not counted again.",
        f"Made by `recon score {event.event_id} --truth FILE ... --budget FILE.md`"
        + ("" if with_names else " with `--no-names`: the lists are their owner's, so the names stay with the user")
        + ".",
        "## Scores",
        _table(
            ("index", "of", "precision", "recall", "F1", "F1 of changing nothing", "skill"),
            [
                (s.index_id, s.kind, f"{s.precision:.4f}", f"{s.recall:.4f}", f"{s.f1:.4f}", *_optional(s))
                for s in scores
            ],
        ),
        "Skill is the share of what changing nothing leaves to gain: 0 is no better, 1 is all right.",
        "## Counts: false + missed",
        _table(("cause", *indexes, "names"), _count_rows(indexes, caused)),
        "## What would put them right",
        _table(
            ("cause", "what it means", "source that would help"),
            [(cause, *CAUSES[cause]) for cause in CAUSES if any(found.cause == cause for found in caused)],
        ),
    ]
    if with_names:
        parts.append("## Names")
        for cause in CAUSES:
            rows = _name_rows(found for found in caused if found.cause == cause)
            if rows:
                parts += [f"### {cause}", _table(("ticker", "company", "wrong in", "rank", "what the rule saw"), rows)]
    return "\n\n".join(parts) + "\n"


def _optional(score: Score) -> tuple[str, str]:
    return (
        "" if score.unchanged_f1 is None else f"{score.unchanged_f1:.4f}",
        "" if score.skill is None else f"{score.skill:.2f}",
    )


def _count_rows(indexes: Sequence[str], caused: Sequence[Caused]) -> list[tuple[str, ...]]:
    counts = Counter((found.cause, found.miss.index_id, found.miss.verdict) for found in caused)
    rows = []
    for cause in (*CAUSES, "all"):
        wanted = CAUSES if cause == "all" else (cause,)
        names = {key(found.miss.ticker) for found in caused if found.cause in wanted}
        if names:
            cells = [
                " + ".join(str(sum(counts[one, index, verdict] for one in wanted)) for verdict in ("false", "missed"))
                for index in indexes
            ]
            rows.append((cause, *cells, str(len(names))))
    return rows


def _name_rows(caused: Iterable[Caused]) -> list[tuple[Any, ...]]:
    """One row a name, the largest company first, with the indexes that it is wrong in."""
    found: dict[str, list[Caused]] = {}
    for one in caused:
        found.setdefault(key(one.miss.ticker), []).append(one)
    rows = []
    for group in sorted(found.values(), key=lambda group: (group[0].rank or 10**9, group[0].miss.ticker)):
        first = group[0]
        wrong_in = ", ".join(f"{one.miss.index_id} {one.miss.verdict}{_kind(one.miss)}" for one in group)
        saw = "; ".join(dict.fromkeys(one.why for one in group))
        rows.append((first.miss.ticker, first.miss.company_name, wrong_in, first.rank or "", saw))
    return rows


def _kind(miss: Miss) -> str:
    return "" if miss.kind == MEMBERS else f" {miss.kind.removesuffix('s')}"


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines)
