"""Each line's verdict (methodology 1-5): the first rule that it fails, in the order in which the house tells them.

A rule that nobody can judge from outside fails nobody; what the lists tell of such a company is in `presumption`.

What does not belong here: ranks (`ranking`).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from recon_pipeline_tests.oracle import country
from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.methodology import (
    MIN_CLASS_CAP_USD,
    MIN_PRICE,
    PRICE_AVERAGE_DAYS,
    SESSIONS_OF_VOLUME_YEARS,
    VEHICLE_DAYS,
    VEHICLE_GAP_PCT,
    Rules,
)

PRICE_UNIT: Final = 10_000
PPM: Final = 1_000_000
PROXY_FAILS_BELOW: Final = Fraction(1, 100)  # a public float is a proxy, rule float_proxy_fail_pct
UNITS: Final = ("lp", "royalty_trust")
SAMPLE_DAY: Final = 15  # rule history_sample_day
MIN_SAMPLE: Final = 3  # rule min_history_days


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a line: `reason` is the rule that it failed, None where it is eligible; `why` has the figures.

    `other` is a rule that excludes it just as well: a partnership's unit is no share (2.3) of no corporation (2.4).
    """

    reason: str | None
    why: str
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """A company on the rank day: its lines, the one that prices it, and its total market cap in 1/10,000 USD."""

    number: int
    classes: tuple[int, ...]
    vehicle: int
    cap: int | None
    why: str

    @property
    def cap_usd(self) -> Fraction | None:
        """The total market cap in USD."""
        return None if self.cap is None else Fraction(self.cap, PRICE_UNIT)


class Judge:
    """Judges every line of a market on a rank day. `members` are the lines of the opening."""

    def __init__(self, ledger: Ledger, rank_day: date, rules: Rules, members: Collection[int]) -> None:
        self.ledger, self.rank_day, self.rules = ledger, rank_day, rules
        self.session = ledger.session(rank_day)
        self.members = frozenset(members)
        self.member_companies = {ledger.lines[line].company for line in members}
        self.companies: dict[int, Company] = {}
        for number in ledger.companies():
            if classes := ledger.classes(number, self.session):
                self.companies[number] = self._company(number, classes)

    def listed(self) -> list[int]:
        """Every line that is listed on the rank day (6.4)."""
        return [line for line in range(len(self.ledger.lines)) if self.ledger.is_listed(line, self.session)]

    # --- what prices a company, and what it is worth ------------------------------------------------------------------

    def _company(self, number: int, classes: list[int]) -> Company:
        vehicle = self._vehicle(number, classes)
        cap, why = self._cap(number, classes, vehicle)
        return Company(number, tuple(classes), vehicle, cap, why)

    def _vehicle(self, number: int, classes: list[int]) -> int:
        """5.2: the class with the highest volume in two years; of near ones that with more shares."""
        if len(classes) == 1:
            return classes[0]
        allowed = [line for line in classes if self._price(line)[0]] or classes
        if number in self.member_companies:
            sessions = self._sample()
            days = {line: sum(self.ledger.volume(line, each) > 0 for each in sessions) for line in allowed}
            enough = VEHICLE_DAYS * len(sessions) / SESSIONS_OF_VOLUME_YEARS
            allowed = [line for line in allowed if days[line] >= enough] or allowed
        volumes = {line: self._volume(line) for line in allowed}
        highest = max(volumes.values())
        near = [line for line in allowed if volumes[line] * 100 > highest * (100 - VEHICLE_GAP_PCT)]
        shares = {line: self.ledger.class_shares(line, self.rank_day) for line in near}
        if None not in shares.values():
            near.sort(key=lambda line: (-(shares[line] or 0), -volumes[line], self._ticker(line)))
        else:
            near.sort(key=lambda line: (-volumes[line], self._ticker(line)))
        return near[0]

    def _cap(self, number: int, classes: list[int], vehicle: int) -> tuple[int | None, str]:
        """5.1, 6.1: all classes, listed or not, at the close of the vehicle.

        Where the classes are of unequal weight no source tells how many of one are worth one of the other: each listed
        class then counts at its own close (house rule of core.shares_reconciliation).
        """
        closes = {line: self.ledger.close(line, self.session) for line in classes}
        counts = {line: self.ledger.class_shares(line, self.rank_day) for line in classes}
        if len(classes) > 1 and max(closes.values()) > 2 * min(closes.values()) and None not in counts.values():
            worth = sum((counts[line] or 0) * closes[line] for line in classes)
            worth += self.ledger.unlisted_shares(number) * closes[vehicle]
            # The count of the vehicle is a whole one.
            return worth // closes[vehicle] * closes[vehicle], "its classes at their own closes"
        count = self.ledger.count(number, self.rank_day)
        if count is None:
            return None, "no count"
        return count.shares * closes[vehicle], f"{count.shares:,} shares by {count.source}"

    def _sample(self) -> list[int]:
        """1.1, 5.2, 5.3: two years of trading or what there is of them, of which one session a month is read: the last
        one up to its middle day (rule history_sample_day)."""
        if not self.rules.volume_months:
            return []
        first = months_before(self.rank_day, self.rules.volume_months) + timedelta(days=1)
        last_of: dict[tuple[int, int], int] = {}
        for session in self.ledger.sessions(first, self.rank_day):
            day = self.ledger.days[session]
            if day.day <= SAMPLE_DAY:
                last_of[day.year, day.month] = session
        return sorted(last_of.values())

    def _month(self) -> list[int]:
        """The month up to and including the rank day, which stands for a line of which the sample has too little (rule
        min_history_days)."""
        return list(self.ledger.sessions(self.rank_day - timedelta(days=PRICE_AVERAGE_DAYS), self.rank_day))

    def _volume(self, line: int) -> int:
        return sum(self.ledger.volume(line, each) for each in self._sample() or self._month())

    def _traded(self, line: int) -> tuple[int, int]:
        """What a line traded in 1/10,000 USD, and in how many sessions; of the sample without the session on which it
        was most (rule history_without_highest)."""

        def values(sessions: list[int]) -> list[int]:
            ledger = self.ledger
            printed = [each for each in sessions if ledger.is_printed(line, each)]
            return [ledger.volume(line, each) * ledger.close(line, each) for each in printed]

        sampled = values(self._sample())
        if len(sampled) < MIN_SAMPLE:
            sampled = values(self._month())
        elif len(sampled) > 1:
            sampled.remove(max(sampled))
        return sum(sampled), len(sampled)

    def _ticker(self, line: int) -> str:
        return self.ledger.ticker(line, self.session)

    # --- the rules ----------------------------------------------------------------------------------------------------

    def verdict(self, line: int) -> Verdict:
        """What becomes of a line, presumptions apart."""
        issuer = self.ledger.issuer(line)
        number, rules = issuer.number, self.rules
        is_member = number in self.member_companies
        if issuer.company.exchange not in rules.exchanges:
            return Verdict("exchange", f"2.1: {issuer.company.exchange}")
        if not self.ledger.is_share(line):
            return Verdict("security_type", f"2.3: a {self.ledger.lines[line].role}")
        if self.ledger.is_receipt(line):
            return Verdict("security_type", "2.3: a depositary receipt")
        if issuer.nature.structure not in rules.structures:
            other = "security_type" if issuer.nature.structure in UNITS else None
            return Verdict("structure", f"2.4: {issuer.nature.structure}", other)
        merged_on = self.ledger.merged_on(number)
        if rules.lock_up is not None and merged_on is not None and self.rank_day < merged_on + rules.lock_up:
            return Verdict("structure", f"9.7: merged on {merged_on}, locked up until {merged_on + rules.lock_up}")
        if rules.screens_ubti and self.ledger.passes_ubti(number):
            return Verdict("structure", "2.6: passes UBTI to its holders")
        is_us, why = country.verdict(
            self.ledger.home(number),
            is_member=is_member,
            excludes_n_shares=rules.excludes_n_shares,
            decides=rules.nationality,
        )
        if not is_us:
            return Verdict("country", why)
        passes, why = self._price(line)
        if not passes:
            return Verdict("price", why)
        company = self.companies[number]
        if company.cap_usd is not None and company.cap_usd < rules.min_cap_usd:
            return Verdict("market_cap", f"4.1: {float(company.cap_usd):,.0f} USD, {company.why}")
        if line != company.vehicle and (why := self._class_fails(line)):
            return Verdict("share_class", why)
        public = self.ledger.public_part(number)
        least_public = Fraction(rules.min_public_ppm, PPM)
        if public is not None and public < (
            least_public if self.ledger.tells_all else min(least_public, PROXY_FAILS_BELOW)
        ):
            return Verdict("float", f"4.2: {100 * float(public):.2f} % of it can be bought")
        votes = self.ledger.votes_part(number)
        least = rules.min_votes_ppm_of_members if is_member else rules.min_votes_ppm
        if votes is not None and votes < Fraction(least, PPM):
            return Verdict("votes", f"4.3: {100 * float(votes):.2f} % of the votes are in public hands")
        return Verdict(None, company.why)

    def _price(self, line: int) -> tuple[bool, str]:
        """3.1, 3.2: a dollar on the rank day, or of a member on the mean of the days before. 3.3: a member that did not
        trade must have its price elsewhere, which nobody tells, so that it stays."""
        close = self.ledger.close(line, self.session)
        if line in self.members and not self.ledger.volume(line, self.session):
            return True, f"3.3: no trade on {self.rank_day}"
        if close >= MIN_PRICE or line not in self.members:
            return close >= MIN_PRICE, f"3.1: closes at {close / PRICE_UNIT:.4f}"
        window = self.ledger.sessions(
            self.rank_day - timedelta(days=PRICE_AVERAGE_DAYS), self.rank_day - timedelta(days=1)
        )
        closes = [self.ledger.close(line, each) for each in window if self.ledger.is_listed(line, each)]
        passes = bool(closes) and sum(closes) >= MIN_PRICE * len(closes)
        mean = sum(closes) / len(closes) / PRICE_UNIT if closes else 0.0
        return passes, f"3.2: closes at {close / PRICE_UNIT:.4f}, {mean:.4f} on the mean of {len(closes)} days before"

    def _class_fails(self, line: int) -> str:
        """5.3: why a further class does not enter by itself; blank where it does."""
        if not self.rules.takes_class_lines:
            return "5.6: one line a company"
        close = self.ledger.close(line, self.session)
        shares = self.ledger.class_shares(line, self.rank_day)
        if shares is not None and shares * close <= MIN_CLASS_CAP_USD * PRICE_UNIT:
            return f"5.3: the class is worth {shares * close / PRICE_UNIT:,.0f} USD"
        if not self.ledger.is_carried(line):
            return ""  # Nobody tells of its trading.
        traded, days = self._traded(line)
        if traded <= self.rules.median_addtv_usd * PRICE_UNIT * days:
            return f"5.3: trades {traded / PRICE_UNIT / max(1, days):,.0f} USD a day"
        return ""


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last one of that month."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
