"""An event of any year, end to end by the rules of its day: from payload bytes to what is published, beside the oracle.

Each market is simulated for its own time and served as the providers would have served it, whether they existed then or
not. It opens from the list of then. The years stand on either side of the switches of methodology 16; what must differ
between them is asked of the published tables, and the oracle must agree with all of them.

What does not belong here: single rules (`test_rules_by_date.py`), the calendar (`test_events.py`), today's event
(`test_oracle.py`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from recon_pipeline.events import event
from recon_pipeline.publish import published_database
from recon_pipeline.simulation import simulate
from recon_pipeline_tests.oracle.__main__ import opening_of_the_time, run_event_of, stories
from recon_pipeline_tests.oracle.compare import differences

LINES = 5_200
"""The fewest whose dumps are taken for whole ones; enough for the Russell 1000 and the Microcap's upper end."""

LINES_TO_RANK_3000 = 6_000
"""The fewest that go below rank 3000: where the Microcap began is where that matters."""

SEED = 1

Told = dict[str, Any]
"""What a year tells by the name of a question below."""

QUESTIONS = {
    "indexes": "select count(distinct index_id) from index_membership",
    "held by a band": "select count(*) > 0 from index_membership where is_held_by_band",
    "extended to": "select max(cut_rank) from breakpoints",
    "incorporation decides": "select count(*) > 0 from eligibility where country_evidence = 'incorporation'",
    "havens": "select count(*) > 0 from index_membership join universe using (event_id, security_id) "
    "where incorporation in ('Bermuda', 'Cayman Islands')",
    "of Ireland, seated here": "select count(*) > 0 from eligibility join universe using (event_id, security_id) "
    "where incorporation = 'Ireland' and headquarters = 'United States' and reason is null",
    "business development companies": "select count(*) > 0 from index_membership "
    "join universe using (event_id, security_id) where structure = 'bdc'",
    "small companies": "select count(*) > 0 from ranking where market_cap_usd < 30000000",
    "closely held": "select count(*) > 0 from eligibility where reason = 'float'",
    "voteless newcomers": "select min(votes_threshold_pct) filter (where presumption_evidence is distinct from "
    "'member before') from eligibility",
    "voteless members": "select max(votes_threshold_pct) filter (where presumption_evidence = 'member before') "
    "from eligibility",
    "two lines of a company": "select count(*) > count(distinct company_id) from index_membership "
    "where index_id = 'R3000'",
    "Cboe": "select count(*) > 0 from index_membership join universe using (event_id, security_id) "
    "where exchange = 'cboe'",
    "industries": "select count(industry) > 0 from index_membership",
    "UBTI is unknown": "select count(*) > 0 from data_issues where issue = 'rule_unseen'",
}

BEFORE_ALL: Told = {
    "indexes": 8,
    "held by a band": False,
    "extended to": 3000,
    "incorporation decides": True,
    "havens": False,
    "of Ireland, seated here": False,
    "business development companies": True,
    "small companies": True,
    "closely held": False,
    "voteless newcomers": 0,
    "voteless members": 0,
    "two lines of a company": False,
    "Cboe": False,
    "industries": False,
    "UBTI is unknown": False,
}

SINCE: dict[str, Told] = {
    "2004-06-recon": {},
    "2005-06-recon": {"indexes": 10, "extended to": 4000},
    "2007-06-recon": {"held by a band": True, "havens": True},
    "2010-06-recon": {"closely held": True, "UBTI is unknown": True},
    "2014-06-recon": {
        "incorporation decides": False,
        "of Ireland, seated here": True,
        "business development companies": False,
        "small companies": False,
    },
    "2015-06-recon": {"two lines of a company": True},
    "2021-06-recon": {"voteless newcomers": 5, "Cboe": True, "industries": True},
    "2023-06-recon": {"voteless members": 5},
    "2026-12-recon": {"voteless members": 0},
    "2027-06-recon": {"voteless members": 5},
}
"""What is new in each year; all else is as in the year before it."""


def wanted(event_id: str) -> Told:
    told = dict(BEFORE_ALL)
    for each, news in SINCE.items():
        told |= news
        if each == event_id:
            return told
    raise KeyError(event_id)


def ask(published: Path) -> Told:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{published}' as published (read_only)")
        connection.execute("use published.recon")
        return {name: connection.execute(text).fetchall()[0][0] for name, text in QUESTIONS.items()}


OF_EVERY_RUN = frozenset({"2004-06-recon", "2007-06-recon", "2014-06-recon", "2015-06-recon", "2026-12-recon"})
"""One on the far side of each of the greatest changes, and the second reconstitution of a year."""


def chosen(event_id: str) -> object:
    """Each takes a quarter of a minute: all of them are run by whoever changes a dated rule (EVERY_YEAR=1)."""
    unless = pytest.mark.skipif(
        event_id not in OF_EVERY_RUN and not os.environ.get("EVERY_YEAR"), reason="run with EVERY_YEAR=1"
    )
    return pytest.param(event_id, marks=unless)


@pytest.mark.slow
@pytest.mark.parametrize("event_id", [chosen(event_id) for event_id in SINCE])
def test_an_event_runs_by_the_rules_of_its_day(event_id: str, tmp_path: Path) -> None:
    lines = LINES_TO_RANK_3000 if event_id < "2006" else LINES
    market = simulate(event(event_id), lines=lines, seed=SEED)
    opening = opening_of_the_time(market)
    run_event_of(tmp_path, event_id, market, opening)
    published = published_database(tmp_path)
    assert ask(published) == wanted(event_id)
    (story,) = stories(market, opening=opening)
    found = differences(story, published)
    assert not found, "\n".join(map(str, found[:40]))
