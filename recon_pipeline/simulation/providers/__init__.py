"""The other providers over the simulated market: each prints what the registers hold in its own form.

    screener, ipo_calendar    Nasdaq's web APIs
    symdir                    the symbol directory of Nasdaq Trader
    sec, sec_index, sec_sets  the SEC: ticker file and bulk zips, index of filings, data sets
    massive, alphavantage     those that want a key (`form.KEY`)

One server stands for all their hosts, for their paths differ. A payload is made when it is asked for; whoever asks
without the key or the contact that a provider wants gets its refusal.

What does not belong here: what is true (`registers` and what it binds together), HTTP (`server`).
"""

from __future__ import annotations

from threading import Lock
from typing import Final

from recon_pipeline.simulation.providers import (
    alphavantage,
    ipo_calendar,
    massive,
    screener,
    sec,
    sec_index,
    sec_sets,
    symdir,
)
from recon_pipeline.simulation.providers.form import CONTACT, KEY, Answer, Request
from recon_pipeline.simulation.registers import Registers

ANSWERS: Final = (
    screener.answer,
    symdir.answer,
    ipo_calendar.answer,
    sec.answer,
    sec_index.answer,
    sec_sets.answer,
    massive.answer,
    alphavantage.answer,
)


class Providers:
    """All providers over one market. Safe to ask from several threads: one answer is made at a time."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers
        self._lock = Lock()

    def answer(self, request: Request) -> Answer | None:
        """The answer of the provider whose path it is; None if it is nobody's."""
        with self._lock:
            for ask in ANSWERS:
                if (answer := ask(self.registers, request)) is not None:
                    return answer
        return None

    def make_ahead(self) -> None:
        """Make the payloads that take longest, and the registers behind them, before anybody asks."""
        for path in (sec.SUBMISSIONS, sec.FACTS):
            self.answer(Request(path, {}, {"User-Agent": CONTACT}))
        closes = f"{massive.GROUPED_PATH}{self.registers.market.span.rank_day}"
        self.answer(Request(closes, {"adjusted": "false"}, {"Authorization": f"Bearer {KEY}"}))
