"""A story beside what a home has published: each difference with both stories, ours and the oracle's.

What does not belong here: which of the two is right.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import duckdb

from recon_pipeline_tests.oracle.additions import Additions
from recon_pipeline_tests.oracle.methodology import CUTS
from recon_pipeline_tests.oracle.story import Story, cap_usd

# The price list prints a cap in whole dollars, and a filing's count is a whole one: shares and caps that follow from
# them are off by no more than that.
CAP_TOLERANCE: Final = Fraction(1, 1_000_000)
# A return: lines that the price list lacks, some of them large, stand in it or not, and counts are those of the price
# list or of filings. Less than methodology 18.8 allows for.
RETURN_TOLERANCE: Final = Fraction(1, 250)
KINDS: Final = (
    "universe",
    "company",
    "reason",
    "cap",
    "rank",
    "breakpoint",
    "before",
    "membership",
    "changes",
    "span",
    "vintage",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What two stories tell of a line or company; `kind` is one of KINDS."""

    kind: str
    ticker: str
    name: str
    ours: str
    oracle: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.ticker} {self.name}\n    ours:   {self.ours}\n    oracle: {self.oracle}"


class Published:
    """The rows of one event in the published database of a home, or of all."""

    def __init__(self, path: Path, event_id: str | None = None) -> None:
        self._path, self._event_id = path, event_id

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row in a table of the schema recon."""
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self._path}' as published (read_only)")
            found = connection.execute(
                f"select * from published.recon.{table}"
                + ("" if self._event_id is None else f" where event_id = '{self._event_id}'")
            )
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def published_bars(published: Path, event_id: str) -> dict[str, Fraction] | None:
    """The caps at the cuts of a round of IPO additions in 1/10,000 USD, as a home published them; None for no such."""
    rows = Published(published, event_id).rows("ipo_breakpoints") if published.exists() else []
    return {row["breakpoint_id"]: Fraction(row["market_cap_usd"]) * 10_000 for row in rows} or None


def differences(story: Story | Additions, published: Path) -> list[Difference]:
    """Every difference between a story and the event of the same id in a published database."""
    rows = Published(published, story.event_id)
    return _Comparison(story, rows).all() if isinstance(story, Story) else _Round(story, rows).all()


class _Round:
    """A round of IPO additions: who came and what became of it, by which breakpoints, and who is a member."""

    def __init__(self, story: Additions, published: Published) -> None:
        self.story, self.published = story, published
        self.found: list[Difference] = []

    def all(self) -> list[Difference]:
        self._candidates()
        self._breakpoints()
        self._memberships()
        self._changes()
        return self.found

    def _ticker(self, company: int) -> str:
        session = self.story.ledger.session(self.story.rank_day)
        return self.story.ledger.ticker(self.story.ledger.classes(company, session)[0], session)

    def _name(self, company: int) -> str:
        return self.story.ledger.issuers[company].company.name

    def _candidates(self) -> None:
        """Whoever enters, and what its company is worth. Why another one does not is asked of those alone that were an
        offering to both: the ledger tells in which way each came, a reader of sources not of all."""
        ours = {row["ticker"]: row for row in self.published.rows("ipo_candidates") if row["is_pricing_vehicle"]}
        entered = {self.story.ledger.lines[line].company for _, line, _ in self.story.changes}
        for number, each in self.story.decisions.items():
            ticker = self._ticker(number)
            row = ours.pop(ticker, None)
            told = f"{row['verdict']}, {row['listing_kind']} by {row['listing_evidence']}" if row else "no candidate"
            oracle = f"{', '.join(sorted(each.indexes)) or 'not added'}: {each.why}"
            is_ours = row is not None and row["verdict"] == "added"
            if is_ours != (number in entered):
                self.found.append(Difference("reason", ticker, self._name(number), told, oracle))
            elif row is not None and is_ours and each.cap is not None:
                cap, true = row["market_cap_usd"], Fraction(each.cap, 10_000)
                if cap is None or abs(Fraction(cap) - true) > CAP_TOLERANCE * true:
                    self.found.append(Difference("cap", ticker, self._name(number), _usd(cap), _usd(true)))
        for ticker, row in ours.items():
            if row["verdict"] == "added":
                told = f"{row['verdict']}, {row['listing_kind']} by {row['listing_evidence']}"
                self.found.append(Difference("reason", ticker, row["company_name"], told, "did not come"))

    def _breakpoints(self) -> None:
        ours = {row["breakpoint_id"]: row["market_cap_usd"] for row in self.published.rows("ipo_breakpoints")}
        for cut in CUTS:
            true, cap = self.story.bars.caps[cut] / 10_000, ours.get(cut)
            if cap is None or abs(Fraction(cap) - true) > RETURN_TOLERANCE * true:
                self.found.append(Difference("breakpoint", cut, "", _usd(cap), _usd(true)))

    def _memberships(self) -> None:
        self._hold("membership", {(row["index_id"], row["ticker"]) for row in self.published.rows("index_membership")})

    def _hold(self, kind: str, ours: set[tuple[str, str]]) -> None:
        ledger = self.story.ledger
        last = len(ledger.days) - 1
        names = {ledger.ticker(line, last): line for lines in self.story.after.values() for line in lines}
        oracle = {(index, ledger.ticker(line, last)) for index, lines in self.story.after.items() for line in lines}
        for index, ticker in sorted(ours ^ oracle):
            name = ledger.issuer(names[ticker]).company.name if ticker in names else ""
            self.found.append(Difference(kind, ticker, name, *_sides(index, (index, ticker) in oracle)))

    def _changes(self) -> None:
        ledger = self.story.ledger
        last = len(ledger.days) - 1
        ours = {(row["index_id"], row["ticker"], row["action"]) for row in self.published.rows("index_changes")}
        oracle = {(index, ledger.ticker(line, last), action) for index, line, action in self.story.changes}
        for index, ticker, action in sorted(ours ^ oracle):
            change = f"{action} {'to' if action == 'addition' else 'from'} {index}"
            sides = (change, "no change") if (index, ticker, action) in ours else ("no change", change)
            self.found.append(Difference("changes", ticker, "", *sides))


class _Comparison:
    def __init__(self, story: Story, published: Published) -> None:
        self.story, self.published = story, published
        self.found: list[Difference] = []
        self.lines = {story.ticker(line): line for line in story.verdicts}
        self.universe = {row["ticker"]: row for row in published.rows("universe")}
        self.tickers = {row["security_id"]: row["ticker"] for row in self.universe.values()}
        self.eligibility = {row["ticker"]: row for row in published.rows("eligibility")}

    def all(self) -> list[Difference]:
        self._universe()
        self._companies()
        self._reasons()
        self._ranks()
        self._breakpoints()
        self._memberships()
        self._changes()
        return self.found

    def _add(self, kind: str, ticker: str, ours: str, oracle: str) -> None:
        name = str(self.universe[ticker]["company_name"]) if ticker in self.universe else ""
        if not name and ticker in self.lines:
            name = self.story.ledger.issuer(self.lines[ticker]).company.name
        self.found.append(Difference(kind, ticker, name, ours, oracle))

    def _universe(self) -> None:
        for ticker in sorted(set(self.lines) - set(self.universe)):
            self._add("universe", ticker, "not in it", f"listed on {self.story.rank_day}")
        for ticker in sorted(set(self.universe) - set(self.lines)):
            reason = self.eligibility[ticker]["reason"]
            if reason != "listing":
                self._add("universe", ticker, f"there, reason {reason}", f"not listed on {self.story.rank_day}")

    def _companies(self) -> None:
        """The lines of a company are one company, and of no other, and the same line prices it."""
        of_ours: dict[str, set[int]] = defaultdict(set)
        for number, company in self.story.companies.items():
            tickers = [ticker for line in company.classes if (ticker := self.story.ticker(line)) in self.universe]
            ids = {self.universe[ticker]["company_id"] for ticker in tickers}
            for each in ids:
                of_ours[each].add(number)
            if len(ids) > 1:
                self._add("company", tickers[0], f"{len(ids)} companies: {', '.join(tickers)}", "one company")
            vehicle = self.story.ticker(company.vehicle)
            pricing = {self.universe[ticker]["pricing_ticker"] for ticker in tickers}
            if self.story.verdicts[company.vehicle].reason is None and pricing and pricing != {vehicle}:
                ours = ", ".join(sorted(str(each) for each in pricing))
                self._add("company", vehicle, f"priced by {ours}", f"priced by {vehicle}")
        for each, numbers in of_ours.items():
            if len(numbers) > 1:
                names = [self.story.ledger.issuers[number].company.name for number in sorted(numbers)]
                ticker = self.story.ticker(self.story.companies[min(numbers)].vehicle)
                self._add("company", ticker, f"one company, {each}", f"companies of their own: {', '.join(names)}")

    def _reasons(self) -> None:
        for ticker, line in self.lines.items():
            if ticker not in self.eligibility:
                continue
            row, verdict = self.eligibility[ticker], self.story.verdicts[line]
            if row["reason"] not in (verdict.reason, verdict.other) or (row["reason"] is None and verdict.reason):
                self._add("reason", ticker, _told(row), f"{verdict.reason or 'eligible'}: {verdict.why}")

    def _ranks(self) -> None:
        """Caps, and ranks: of those alike in everything else, a rank that only moved by others is one difference."""
        rows = {row["ticker"]: row for row in self.published.rows("ranking")}
        story = self.story
        oracle = {story.ticker(story.companies[number].vehicle): place for number, place in story.places.items()}
        for ticker in sorted(set(rows) | set(oracle)):
            ours, theirs = rows.get(ticker), oracle.get(ticker)
            if ours is None or theirs is None:
                self._add(
                    "rank",
                    ticker,
                    f"rank {ours['rank']}" if ours else "not ranked",
                    f"rank {theirs.rank}" if theirs else "not ranked",
                )
                continue
            cap, true = ours["market_cap_usd"], cap_usd(theirs)
            if cap is None or abs(Fraction(cap) - true) > CAP_TOLERANCE * true:
                shares = self.universe[ticker]["outstanding_shares"]
                why = f"{shares} shares by {self.universe[ticker]['shares_why']}"
                company = story.companies[theirs.company]
                self._add("cap", ticker, f"{_usd(cap)} USD, {why}", f"{_usd(true)} USD, {company.why}")
            elif ours["rank"] != theirs.rank:
                self._add(
                    "rank", ticker, f"{ours['rank']} with {_usd(cap)} USD", f"{theirs.rank} with {_usd(true)} USD"
                )

    def _breakpoints(self) -> None:
        rows = {row["breakpoint_id"]: row for row in self.published.rows("breakpoints")}
        for cut in CUTS:
            at, ours = self.story.ranking.at(cut), rows.get(cut)
            ticker = self.story.ticker(self.story.companies[at.company].vehicle)
            if ours is None or ours["ticker"] != ticker or ours["reached_rank"] != at.rank:
                told = f"{ours['ticker']} at rank {ours['reached_rank']}" if ours else "none"
                self._add("breakpoint", ticker, f"{cut}: {told}", f"{cut}: {ticker} at rank {at.rank}")

    def _memberships(self) -> None:
        ours: dict[str, set[str]] = defaultdict(set)
        for row in self.published.rows("index_membership"):
            ours[row["index_id"]].add(row["rank_ticker"])
        for index, lines in self.story.after.items():
            oracle = {self.story.ticker(line) for line in lines}
            for ticker in sorted(ours[index] ^ oracle):
                self._add(
                    "membership",
                    ticker,
                    *_sides(index, ticker in oracle),
                )
        # Who was in before shows in the universe as member of any index.
        was = {self.story.ticker(line) for lines in self.story.before.values() for line in lines}
        for ticker, row in self.universe.items():
            line = self.lines.get(ticker)
            if line is None or not any(line in lines for lines in self.story.after.values()):
                continue
            if row["is_member"] != (ticker in was):
                ours_told, oracle_told = _sides("any index before", ticker in was)
                self._add("before", ticker, ours_told, oracle_told)

    def _changes(self) -> None:
        ours = {
            (row["index_id"], row["rank_ticker"], row["action"]): row for row in self.published.rows("index_changes")
        }
        oracle = {(index, self.story.ticker(line), action) for index, line, action in self.story.changes}
        for index, ticker, action in sorted(set(ours) ^ oracle):
            change = f"{action} {'to' if action == 'addition' else 'from'} {index}"
            is_ours = (index, ticker, action) in ours
            self._add("changes", ticker, change if is_ours else "no change", "no change" if is_ours else change)
        for (index, ticker, action), row in ours.items():
            if (index, ticker, action) not in oracle or action != "deletion":
                continue
            verdict = self.story.verdicts[self.lines[ticker]]
            vehicle = self.story.companies[self.story.ledger.lines[self.lines[ticker]].company].vehicle
            reason = verdict.reason or self.story.verdicts[vehicle].reason or "rank"
            if row["reason"] not in (reason, verdict.other):
                self._add("changes", ticker, f"leaves {index} for {row['reason']}", f"leaves {index} for {reason}")


def _sides(index: str, is_in_oracle: bool) -> tuple[str, str]:
    return (f"not in {index}", f"in {index}") if is_in_oracle else (f"in {index}", f"not in {index}")


def _usd(cap: Decimal | Fraction | None) -> str:
    return "no" if cap is None else f"{float(cap):,.2f}"


def _told(row: dict[str, Any]) -> str:
    """The rule that a row names, with what was observed."""
    reason = row["reason"]
    if reason is None:
        return str(row["status"])
    values = {"market_cap": "market_cap_value_usd", "price": "price_value_usd", "share_class": "share_class_evidence"}
    value = row.get(values.get(reason, f"{reason}_value")) or row.get("presumption_evidence")
    evidence = (
        row["country_facts"] if reason == "country" else row.get("price_average_usd") if reason == "price" else ""
    )
    return f"{reason}: {value} {evidence or ''}".strip()
