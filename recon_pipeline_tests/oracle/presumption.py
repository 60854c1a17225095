"""Who was left out before for a reason that nobody can see (README, "How a company is judged that no public fact
settles"; notes of the rules presumption_*).

A company that was listed, seasoned and clearly large enough at the reconstitution that the opening is the outcome of,
and is in no list since, failed a rule that cannot be seen and presumably still does, until a fact changes. That holds
of lists that somebody else made, and for a few reconstitutions after one.

What does not belong here: the rules that can be seen (`eligibility`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from recon_pipeline_tests.oracle.country import plain
from recon_pipeline_tests.oracle.eligibility import Company, Judge
from recon_pipeline_tests.oracle.methodology import CUTS, MIN_PRICE, UNITED_STATES, Rules

SEASONING: Final = timedelta(days=365)  # rule presumption_seasoning_days
FLOOR: Final = Fraction(5, 100)  # rule presumption_floor_pct
WHOLE_LIST: Final = Fraction(90, 100)  # rule presumption_list_pct
RECONS: Final = 2  # rule presumption_recons
WHOLE_MICROCAP: Final = Fraction(25, 100)  # rule presumption_microcap_list_pct


class Presumption:
    """What the opening, by index and line, tells of the companies of a rank day. `last_rank_day` is that of the
    reconstitution that the opening is the outcome of, `rules_then` are its rules."""

    def __init__(
        self,
        judge: Judge,
        opening: Mapping[str, set[int]],
        last_rank_day: date | None,
        rules_then: Rules | None = None,
        presumed: Mapping[int, int] | None = None,
    ) -> None:
        self.judge, self.ledger, self.presumed = judge, judge.ledger, presumed
        self.rules_then = rules_then or judge.rules
        self.large = opening.get("R3000", set())
        self.micro = opening.get("RMICRO", set()) - self.large
        days = self.ledger.days
        self.day = last_rank_day if last_rank_day in days else None
        if self.day is None:
            return
        self.then = self.ledger.session(self.day)
        past = [session for session, day in enumerate(days) if day <= self.day - SEASONING]
        self.year_before = past[-1] if past else None
        self.floor = self._floor(self.large)
        self.micro_floor = self._floor(self.micro)
        self.knows_large = len(self.large) >= WHOLE_LIST * CUTS["R3000"]
        self.knows_micro = len(self.micro) >= WHOLE_MICROCAP * (CUTS["R3000E"] - CUTS["R3000"])

    def _cap_then(self, company: Company) -> int | None:
        caps = [
            cap
            for line in company.classes
            if self.ledger.is_listed(line, self.then) and (cap := self.ledger.printed_cap(line, self.then))
        ]
        return max(caps, default=None)

    def _floor(self, lines: set[int]) -> int | None:
        """The cap of that day that all but the smallest twentieth of the members of a list had."""
        numbers = {self.ledger.lines[line].company for line in lines} & set(self.judge.companies)
        caps = sorted(cap for number in numbers if (cap := self._cap_then(self.judge.companies[number])))
        kept = [cap for place, cap in enumerate(caps, start=1) if place > FLOOR * len(caps)]
        return min(kept, default=None)

    def _is_seasoned(self, company: Company) -> bool:
        """Whether it was listed then and a year before as what it is now, and nothing of it has changed since."""
        line = company.vehicle
        if self.year_before is None or self.day is None:
            return False
        if not self.ledger.is_listed(line, self.then) or not self.ledger.is_listed(line, self.year_before):
            return False
        listed_on = self.ledger.issuers[company.number].listed_on
        if listed_on is not None and listed_on > self.day - SEASONING:
            return False
        if self.ledger.close(line, self.then) < MIN_PRICE or self._was_kept_out(company):
            return False
        return all(self.ledger.is_listed(each, self.then) for each in company.classes)

    def _was_kept_out(self, company: Company) -> bool:
        """Whether a rule that can be seen kept it out then, and has been relaxed since."""
        issuer, now = self.ledger.issuers[company.number], self.judge.rules
        if self.rules_then.nationality != now.nationality and plain(issuer.nature.incorporated) != UNITED_STATES:
            return True
        exchange = issuer.company.exchange
        return exchange in now.exchanges and exchange not in self.rules_then.exchanges

    def fails(self, company: Company) -> str:
        """Why a company is presumed not to be eligible; blank where it is not."""
        if self.day is None or not self.knows_large or company.number in self.judge.member_companies:
            return ""
        if self.presumed is not None and self.presumed.get(company.number, RECONS) >= RECONS:
            return ""
        cap = self._cap_then(company)
        if cap is None or self.floor is None or cap < self.floor or not self._is_seasoned(company):
            return ""
        return f"listed and large enough on {self.day}, in no list since"

    def speaks_against(self) -> dict[int, int]:
        """The companies that are presumed to fail, and for how many reconstitutions they were before this event."""
        return {
            number: (self.presumed or {}).get(number, 0)
            for number, company in self.judge.companies.items()
            if self.fails(company)
        }

    def is_out_of_microcap(self, company: Company) -> bool:
        """Whether it was large enough for the Microcap alone then, and is not in its list."""
        if self.day is None or self.presumed is not None or not self.knows_micro:
            return False
        if company.number in self.judge.member_companies:
            return False
        cap = self._cap_then(company)
        if cap is None or self.floor is None or self.micro_floor is None or not self._is_seasoned(company):
            return False
        return self.micro_floor <= cap < self.floor
