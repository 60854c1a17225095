"""What is told of a company: the typed story that `explain` makes of the published file.

Belongs here: the data model alone, so that whoever renders a story (the terminal, JSON, a page of HTML) imports no
database. Every amount says its unit in its name; what is not known is None, and a list is empty where nothing is.

Does not belong here: how a story is found (`story/`: `recon_pipeline.explain` is the function of the API, so that no
module can bear its name), how it looks (`telling.py`, the report).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from recon_pipeline.wording import NEW_LINES, REASONS, index_names


@dataclass(frozen=True)
class Rule:
    """One rule of recon.eligibility for one line: what was observed, what is asked, the verdict.

    `status` is passed, failed or unknown; `observed` and `threshold` are text in the unit that `unit` names (usd,
    percent or nothing); `note` says what the verdict rests on.
    """

    name: str
    status: str
    observed: str | None
    threshold: str | None
    unit: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Line:
    """One line of the company that was listed around the rank day, as recon.universe and recon.eligibility have it."""

    security_id: str
    ticker: str
    security_name: str
    exchange: str
    share_class: str | None
    security_type: str
    type_evidence: str | None
    structure: str | None
    structure_evidence: str | None
    is_pricing_vehicle: bool
    is_member_before: bool
    close_usd: Decimal | None
    price_source: str | None
    observed_session: date
    is_neighbour: bool
    listing: str
    shares: int | None
    shares_source: str | None
    shares_why: str | None
    shares_date: date | None
    shares_accession: str | None
    addtv_usd: Decimal | None
    status: str
    reason: str | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Cap:
    """The total market cap of the company and how it was made: shares of the whole company by the close of one line.

    `ticker`, `shares`, `close_usd` are of the line that it was made from; `is_product` says that the cap is exactly
    their product (else it was raised or made from figures of two lines: `shares_why` and `note` tell).
    """

    market_cap_usd: Decimal | None
    ticker: str | None
    shares: int | None
    shares_source: str | None
    shares_why: str | None
    shares_date: date | None
    shares_accession: str | None
    close_usd: Decimal | None
    price_source: str | None
    observed_session: date | None
    is_product: bool
    note: str | None = None


@dataclass(frozen=True)
class Flip:
    """What would move a company to the other side of a cut, all other companies staying as they are.

    `is_exact`: from recon.near_miss, the very cap at which the derivation moves it. Else the company is far from the
    cut and the figures are read from the published edge of the band, off by the places that its own cap takes.
    `margin_usd` and `margin_pct` (of its own cap) are positive where it would have to gain, negative where it would
    have to lose; `margin_ranks` likewise counts places up or down. `leaves` and `enters` are the indexes that
    it would be out of then, and those that it would be in beside those that it is in already; None of both where
    another cut that is told of comes first.
    """

    is_exact: bool
    market_cap_usd: Decimal
    price_usd: Decimal | None
    shares: int | None
    margin_usd: Decimal
    margin_pct: Decimal
    margin_ranks: int | None
    passes_ticker: str | None
    leaves: tuple[str, ...] | None
    enters: tuple[str, ...] | None


@dataclass(frozen=True)
class Cut:
    """A cut-off rank, or a rule of size, and where the company stands to it.

    `cut_id` is a breakpoint_id of recon.breakpoints, or MIN_PRICE or MIN_CAP. `market_cap_usd` is the breakpoint,
    `band_low_usd` and `band_high_usd` the caps at the ends of its band. `edge` names the one that decides for this
    company: the cut, the low or the high end of the band. `side_before` is that of recon.placements.
    """

    cut_id: str
    cut_rank: int | None
    market_cap_usd: Decimal | None
    percentile: Decimal | None
    band_pct: Decimal | None
    band_low_usd: Decimal | None
    band_high_usd: Decimal | None
    side_before: str | None
    is_above: bool
    is_held_by_band: bool
    edge: str
    flip: Flip | None


@dataclass(frozen=True)
class Outcome:
    """One index and what the event makes of one line of the company in it.

    `before` is None where nobody told the members of the index before the event.
    """

    index_id: str
    ticker: str
    before: bool | None
    after: bool
    action: str | None
    movement: str | None
    reason: str | None
    weight_pct: Decimal | None
    is_held_by_band: bool


@dataclass(frozen=True)
class Candidate:
    """What a quarterly event makes of a new line: recon.ipo_candidates."""

    ticker: str
    listing_kind: str
    evidence: str
    evidence_source: str | None
    seen_by: date | None
    unlocked_on: date | None
    market_cap_usd: Decimal | None
    floor_usd: Decimal | None
    fast_entry_on: date | None
    verdict: str
    reason: str | None
    size_index: str | None


@dataclass(frozen=True)
class Issue:
    """A remark of recon.data_issues on a line of the company."""

    severity: str
    issue: str
    ticker: str | None
    session_date: date | None
    detail: str


@dataclass(frozen=True)
class TickerSpan:
    """A ticker that a line of the company bore: recon.ticker_spans. `valid_to` is not of the span; None: the last."""

    security_id: str
    ticker: str
    valid_from: date
    valid_to: date | None
    last_seen: date
    basis: str


@dataclass(frozen=True)
class Membership:
    """A stretch of time in an index: recon.index_membership_span. `effective_to` is None while it is a member."""

    index_id: str
    ticker: str
    effective_from: date
    effective_to: date | None
    entry_event_id: str
    entry_reason: str
    exit_event_id: str | None
    exit_kind: str | None
    exit_reason: str | None


@dataclass(frozen=True)
class Past:
    """The company in one event of the file: of the pricing line. `changes` reads as `R1000 addition (up, rank)`."""

    event_id: str
    rank_day: date
    ticker: str
    status: str
    reason: str | None
    rank: int | None
    market_cap_usd: Decimal | None
    percentile: Decimal | None
    indexes: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """The whole story of one company at one event."""

    event_id: str
    kind: str
    rank_day: date
    effective_date: date
    effective_from: date | None
    vintage: str | None
    known_at: date | None
    company_id: str
    company_name: str
    ticker: str
    """That of the line that prices the company, else of its first line, on the rank day."""
    asked: str
    """The ticker that was asked for, in ROOT.CLASS form."""
    cik: int | None
    country: str | None
    incorporation: str | None
    headquarters: str | None
    industry: str | None
    industry_source: str | None
    ipo_year: int | None
    status: str
    """eligible, ineligible or unknown: that of the pricing line."""
    reason: str | None
    cap: Cap
    rank: int | None
    rank_status: str | None
    """ranked, or carried: without figures, at the place that it had. None: not ranked."""
    companies_ranked: int | None
    cumulative_cap_usd: Decimal | None
    total_cap_usd: Decimal | None
    percentile: Decimal | None
    lines: tuple[Line, ...]
    cuts: tuple[Cut, ...]
    outcomes: tuple[Outcome, ...]
    candidates: tuple[Candidate, ...] = ()
    issues: tuple[Issue, ...] = ()
    tickers: tuple[TickerSpan, ...] = ()
    memberships: tuple[Membership, ...] = ()
    history: tuple[Past, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        """The story in one sentence; `telling.text` has all of it, in the API `tell`."""
        return self.headline

    @property
    def size_index(self) -> str | None:
        """The size index that it is in after the event: R1000, R2000, RMICRO (alone), or None."""
        held = {outcome.index_id for outcome in self.outcomes if outcome.after}
        return next((index for index in ("R1000", "R2000", "RMICRO") if index in held), None)

    @property
    def nearest(self) -> Cut | None:
        """The cut whose margin is the smallest in percent of its own cap, of those that decide between indexes."""
        near = [cut for cut in self.cuts if cut.flip is not None]
        return min(near, key=lambda cut: (abs(cut.flip.margin_pct) if cut.flip else 0, cut.cut_id), default=None)

    @property
    def headline(self) -> str:
        """One sentence: who it is, where it stands, what the event makes of it."""
        name = f"{self.company_name} ({self.ticker})"
        index = index_names().get(self.size_index or "", "in no index")
        new = next((one for one in self.candidates if one.verdict != "member_company"), None)
        if new is not None and self.rank is None:
            placed = f" to the {index_names()[new.size_index]}" if new.size_index else ""
            why = f": {REASONS.get(new.reason, new.reason)}" if new.verdict == "ineligible" and new.reason else ""
            return f"{name} is a new line: {NEW_LINES[new.verdict]}{placed}{why}."
        if self.size_index is None and self.status == "ineligible":
            return f"{name} does not qualify: {REASONS.get(self.reason or '', self.reason)}{self._move}."
        if self.rank is None:
            stays = f"stays in the {index}" if self.size_index else "is in no index"
            why = "a quarterly event ranks nobody" if self.kind == "ipo" else "it is not ranked"
            return f"{name} {stays}; {why}{self._move}."
        if self.rank_status == "carried":
            return f"{name} is carried in the {index}, for nobody tells its market cap{self._move}."
        where = f"in the {index}" if self.size_index else index
        if any(one.issue == "left_before_effective" for one in self.issues):
            where = "in no index, for it left the exchanges before the effective date"
        return f"{name} ranks {self.rank:,} of {self.companies_ranked or 0:,} by market cap: {where}{self._move}."

    @property
    def _move(self) -> str:
        """What changes of the size index, as the end of a sentence; empty where nothing does."""
        names = index_names()
        changed = [one for one in self.outcomes if one.action and one.index_id in ("R1000", "R2000", "RMICRO")]
        came = next((one for one in changed if one.after and one.index_id == self.size_index), None)
        left = next((one for one in changed if not one.after and one.index_id != self.size_index), None)
        if came is not None and left is not None:
            return f", from the {names[left.index_id]}"
        if came is not None:
            return ", newly added"
        return f", out of the {names[left.index_id]}" if left is not None else ""
