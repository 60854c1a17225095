"""One event told from end to end: verdicts, ranks, breakpoints, who was in which index, who is, what changed.

Events chain: the membership after one is the opening of the next (`Opening.after`).

What does not belong here: the rules (`eligibility`, `ranking`), how a story is held against a database (`compare`).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from recon_pipeline_tests.oracle.eligibility import Company, Judge, Verdict
from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.methodology import CUTS, Rules, rules_on
from recon_pipeline_tests.oracle.presumption import Presumption
from recon_pipeline_tests.oracle.ranking import Ranked, Ranking, is_above, rank, side_before

INDEXES: Final = ("R1000", "R2000", "R3000", "R3000E", "RMICRO", "TOP50", "TOP200", "TOP500", "MIDCAP", "R2500")

LISTS: Final = ("R1000", "R2000", "RMICRO")

Members = dict[str, set[int]]
Change = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Opening:
    """The lines in each index before an event, and the rank day that this is the outcome of. An index that is missing
    is not known.

    `presumed`: for how many reconstitutions a list of somebody else has spoken against a company; nothing where the
    members are such a list."""

    members: Members
    last_rank_day: date | None
    rules_then: Rules | None = None
    presumed: dict[int, int] | None = None

    @classmethod
    def of_csv(
        cls, ledger: Ledger, body: bytes, last_rank_day: date | None, rules_then: Rules | None = None
    ) -> Opening:
        """Read the file of a home. Its tickers are those of its date; who is listed no more then is nobody's line."""
        members: Members = defaultdict(set)
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        session = max(0, len(ledger.sessions(date.min, date.fromisoformat(rows[0]["asof"]))) - 1)
        lines = {
            ledger.ticker(line, session): line
            for line in range(len(ledger.lines))
            if ledger.is_share(line) and ledger.is_listed(line, session)
        }
        for row in rows:
            members[row["index"]] |= {lines[row["ticker"]]} if row["ticker"] in lines else set()
        # 7.2, 7.1: the Russell 3000 is its two parts, the 3000E is that and the Microcap.
        members["R3000"] = members["R1000"] | members["R2000"]
        if members["RMICRO"]:
            members["R3000E"] = members["R3000"] | members["RMICRO"]
        else:
            del members["RMICRO"]
        return cls(dict(members), last_rank_day, rules_then)

    @classmethod
    def after(cls, story: Story) -> Opening:
        """The outcome of the event before."""
        members = {index: set(lines) for index, lines in story.after.items() if lines}
        return cls(members, story.rank_day, story.rules, story.presumed)


@dataclass(frozen=True, slots=True)
class Story:
    """What an event comes to. Lines and companies by number; `before` and `changes` without lines that have left."""

    event_id: str
    rank_day: date
    rules: Rules
    ledger: Ledger
    opening: Opening
    verdicts: dict[int, Verdict]
    companies: dict[int, Company]
    ranking: Ranking
    places: dict[int, Ranked]
    before: Members
    after: Members
    changes: set[Change]
    presumed: dict[int, int]

    @property
    def session(self) -> int:
        """That of the rank day."""
        return self.ledger.session(self.rank_day)

    def ticker(self, line: int) -> str:
        """The ticker of the rank day."""
        return self.ledger.ticker(line, self.session)


def tell(
    ledger: Ledger, event_id: str, rank_day: date, effective: date, effective_from: date, opening: Opening
) -> Story:
    """Tell an event: `effective` is the day after whose close the change holds, `effective_from` the session after."""
    session = ledger.session(rank_day)
    members = {
        index: {line for line in lines if ledger.is_listed(line, session)} for index, lines in opening.members.items()
    }
    rules = rules_on(effective)
    judge = Judge(ledger, rank_day, rules, set().union(*members.values()))
    presumption = Presumption(judge, members, opening.last_rank_day, opening.rules_then, opening.presumed)
    verdicts = {line: _presumed(judge, presumption, line) for line in judge.listed()}

    ranking = rank(
        (
            (company.number, company.cap, ledger.ticker(company.vehicle, session))
            for company in judge.companies.values()
            if company.cap is not None and verdicts[company.vehicle].reason is None
        ),
        rules.cuts,
        rules.bands,
    )
    places = {each.company: each for each in ranking.ranked}
    indexes_before: dict[int, set[str]] = defaultdict(set)
    for index, lines in members.items():
        for line in lines:
            indexes_before[ledger.lines[line].company].add(index)

    last = ledger.session(effective_from)
    after: Members = {index: set() for index in INDEXES}
    for each in ranking.ranked:
        company = judge.companies[each.company]
        sides = {
            cut: is_above(ranking, each, cut, side_before(cut, indexes_before[each.company], members)) for cut in CUTS
        }
        is_kept_out = not ledger.tells_all and presumption.is_out_of_microcap(company)
        for index in _indexes(sides, is_kept_out=is_kept_out, has_microcap=rules.has_microcap):
            # 5.5: every eligible class; 10.1: nobody takes the place of who leaves meanwhile.
            after[index] |= {
                line for line in company.classes if verdicts[line].reason is None and ledger.is_listed(line, last)
            }
    before = {
        index: {line for line in lines if ledger.is_listed(line, last)} for index, lines in members.items() if lines
    }
    changes = {(index, line, "addition") for index in before for line in after[index] - before[index]}
    changes |= {(index, line, "deletion") for index in before for line in before[index] - after[index]}
    return Story(
        event_id,
        rank_day,
        rules,
        ledger,
        opening,
        verdicts,
        judge.companies,
        ranking,
        places,
        before,
        after,
        changes,
        {number: times + 1 for number, times in presumption.speaks_against().items()},
    )


def _presumed(judge: Judge, presumption: Presumption, line: int) -> Verdict:
    """The verdict on a line; what the lists tell of its company comes last."""
    verdict = judge.verdict(line)
    if judge.ledger.tells_all:
        return verdict
    if verdict.reason is None and (why := presumption.fails(judge.companies[judge.ledger.lines[line].company])):
        return Verdict("presumed_ineligible", why)
    return verdict


def _indexes(sides: dict[str, bool], *, is_kept_out: bool, has_microcap: bool) -> set[str]:
    """7.2, 7.3, 7.8: the indexes that follow from the sides of the cuts."""
    found: set[str] = set()
    if not sides["R3000"]:
        return {"R3000E", "RMICRO"} if sides["R3000E"] and has_microcap and not is_kept_out else found
    found |= {"R3000", "R3000E"} if has_microcap else {"R3000"}
    found |= {"R1000"} if sides["R1000"] else {"R2000"}
    found |= {"TOP50"} if sides["TOP50"] else set()
    found |= {"TOP200"} if sides["TOP200"] else set()
    found |= {"TOP500"} if sides["TOP500"] else {"R2500"}
    if sides["R1000"] and not sides["TOP200"]:
        found.add("MIDCAP")
    if not sides["R1000"] and not sides["MICRO"] and has_microcap:
        found.add("RMICRO")
    return found


def members_csv(story: Story, as_of: date) -> bytes:
    """The outcome of an event as somebody publishes it on a day: rows of the three lists, by index and ticker."""
    session = story.ledger.session(as_of)
    rows = [
        (index, story.ledger.ticker(line, session), story.ledger.issuer(line).company.name.upper(), as_of.isoformat())
        for index in LISTS
        for line in story.after[index]
    ]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows([("index", "ticker", "name", "asof"), *sorted(rows)])
    return buffer.getvalue().encode()


def cap_usd(places: Ranked) -> Fraction:
    """A cap in USD."""
    return Fraction(places.cap, 10_000)
