"""The oracle: that it is independent, that it knows the rules, and that a published event equals its story.

What does not belong here: many seeds and years (`python -m recon_pipeline_tests.oracle --seeds 1-20`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from recon_pipeline.events import event
from recon_pipeline.publish import published_database
from recon_pipeline.settings import Settings
from recon_pipeline.simulation import simulate
from recon_pipeline.simulation.demo import DEMO_EVENT, run_demo
from recon_pipeline.simulation.registers import Registers
from recon_pipeline_tests import oracle
from recon_pipeline_tests.oracle.__main__ import stories
from recon_pipeline_tests.oracle.compare import differences
from recon_pipeline_tests.oracle.country import Home, assigned, assigned_by_law, verdict
from recon_pipeline_tests.oracle.ledger import Ledger
from recon_pipeline_tests.oracle.methodology import UNITED_STATES, rules_on
from recon_pipeline_tests.oracle.ranking import Ranked, Ranking, is_above, rank, side_before
from recon_pipeline_tests.oracle.story import INDEXES, Story, tell
from recon_pipeline_tests.test_house_rules import imported_names, uses

CHOSEN = event(DEMO_EVENT)
LINES, SEED = 6_000, 1
# The command runs the pipeline, whose opening it hands over; what it judges by is in the others.
MODULES = sorted(path for path in Path(oracle.__file__).parent.glob("*.py") if path.name != "__main__.py")


# --- independence -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_what_tells_a_story_knows_nothing_of_the_pipeline(module: Path) -> None:
    """The command runs the pipeline, and `compare` reads what it published; nothing else knows that there is one."""
    if module.name == "__main__.py":
        return
    ours = uses(imported_names(module.read_text()), ("recon_pipeline",))
    assert not {name for name in ours if not name.startswith("recon_pipeline.simulation")}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_no_module_reads_a_file_of_the_queries(module: Path) -> None:
    tree = ast.parse(module.read_text())
    documents = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, ast.Module)}
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not [text for text in texts if text not in documents and ("sql/" in text or ".csv" in text)]


# --- rules, by examples -----------------------------------------------------------------------------------------------


def ranking_at(percentiles: dict[int, str]) -> Ranking:
    """A ranking of 1,001 companies and more, of which some have a percentile that is given (methodology 7.7)."""
    total = 182_500_00
    given = {place: Fraction(text) * total // 100 for place, text in percentiles.items()}
    ranked, cumulated = [], 0
    for place in range(1, 1_200):
        cumulated = int(given.get(place, cumulated))
        ranked.append(Ranked(place, 1, place, cumulated))
    return Ranking(tuple(ranked), total)


@pytest.mark.parametrize(
    ("place", "percentile", "before", "above"),
    [
        (800, "87.79", "below", False),
        (900, "88.89", "below", False),
        (1000, "89.99", "below", False),
        (700, "86.69", "below", True),
        (800, "87.49", "below", False),  # on the edge of the band: it stays
        (1001, "91.08", "above", True),
        (1100, "92.49", "above", True),
        (1100, "92.50", "above", False),
        (1000, "89.99", "", True),
        (1001, "90.10", "", False),
    ],
)
def test_bands_decide_as_in_the_published_example(place: int, percentile: str, before: str, above: bool) -> None:
    ranking = ranking_at({1000: "89.99", place: percentile})
    assert is_above(ranking, ranking.ranked[place - 1], "R1000", before) is above


@pytest.mark.parametrize("cut", ["TOP50", "R3000", "R3000E"])
def test_a_cut_without_a_band_goes_by_rank(cut: str) -> None:
    ranking = rank([(number, 5_000 - number, f"T{number:04}") for number in range(4_500)])
    last = {"TOP50": 50, "R3000": 3_000, "R3000E": 4_000}[cut]
    assert is_above(ranking, ranking.ranked[last - 1], cut, "below")
    assert not is_above(ranking, ranking.ranked[last], cut, "above")


def test_companies_of_the_same_cap_rank_by_ticker() -> None:
    found = rank([(1, 5, "B"), (2, 5, "A"), (3, 9, "Z")])
    assert [each.company for each in found.ranked] == [3, 2, 1]
    assert [each.cumulated for each in found.ranked] == [9, 14, 19]
    assert found.total == 19


@pytest.mark.parametrize(
    ("cut", "indexes", "known", "side"),
    [
        ("R1000", {"R1000", "R3000"}, {"R1000"}, "above"),
        ("R1000", {"R2000", "R3000"}, {"R1000"}, "below"),
        ("R1000", {"RMICRO"}, {"R1000", "RMICRO"}, ""),  # 7.9: of the Microcap alone, so a new one
        ("MICRO", {"R2000", "R3000"}, {"RMICRO"}, "above"),
        ("MICRO", {"R2000", "R3000", "RMICRO"}, {"RMICRO"}, "below"),
        ("MICRO", {"R2000", "R3000"}, set(), ""),
        ("TOP200", {"R1000", "R3000"}, {"R1000"}, ""),
        ("TOP200", {"R1000", "R3000"}, {"R1000", "TOP200"}, "below"),
        ("TOP200", {"R2000", "R3000"}, {"R2000"}, "below"),
        ("R3000", {"R1000", "R3000"}, {"R1000"}, ""),
    ],
)
def test_on_which_side_a_company_was(cut: str, indexes: set[str], known: set[str], side: str) -> None:
    assert side_before(cut, indexes, dict.fromkeys(known, 0)) == side


@pytest.mark.parametrize(
    ("home", "country"),
    [
        (("United States", "United States", None), "United States"),
        (("United States", "Puerto Rico", "Puerto Rico"), "United States"),  # 1.12
        (("Bermuda", "United States", None), "United States"),
        (("Bermuda", "Bermuda", None), "United States"),  # step 4: no nationality, so where it trades most
        (("Bermuda", "Bermuda", "Bermuda"), "United States"),  # 1.10: a haven's assets prove nothing
        (("Ireland", "United States", "Ireland"), "Ireland"),
        (("Ireland", "United States", "Israel"), "United States"),  # Israel is no indicator
        (("Ireland", "Ireland", "United States"), "United States"),  # step 2: where it trades is an indicator
        (("United States", "Israel", None), "Israel"),
        (("Marshall Islands", "Greece", None), "Greece"),
        (("Cayman Islands", "China", "China"), "China"),
        (("United States", "Hong Kong", "United States"), "China"),  # 1.13 whatever the indicators say
    ],
)
def test_nationality_by_the_indicators(home: tuple[str, str, str | None], country: str) -> None:
    told = Home(*home, trades_most_in=UNITED_STATES, listed_in=UNITED_STATES)
    assert assigned(told, excludes_n_shares=True)[0] == country


@pytest.mark.parametrize(
    ("home", "by_law", "with_havens"),
    [
        (("United States", "Israel", "Israel"), "United States", "United States"),
        (("Puerto Rico", "United States", None), "United States", "United States"),
        (("Ireland", "United States", "United States"), "Ireland", "Ireland"),
        (("Bermuda", "United States", None), "Bermuda", "United States"),
        (("Bermuda", "Cayman Islands", None), "Bermuda", "United States"),
        (("Marshall Islands", "Greece", None), "Marshall Islands", "Greece"),
    ],
)
def test_nationality_before_the_indicators(home: tuple[str, str, str | None], by_law: str, with_havens: str) -> None:
    told = Home(*home, trades_most_in=UNITED_STATES, listed_in=UNITED_STATES)
    assert assigned_by_law(told, takes_havens=False)[0] == by_law
    assert assigned_by_law(told, takes_havens=True)[0] == with_havens


def test_where_nobody_can_tell_a_member_stays_and_a_newcomer_does_not_enter() -> None:
    home = Home("Ireland", "United States", "United States", "United States", "United States", is_open=True)
    assert verdict(home, is_member=True, excludes_n_shares=True)[0]
    assert not verdict(home, is_member=False, excludes_n_shares=True)[0]
    assert verdict(replace(home, is_open=False), is_member=False, excludes_n_shares=True)[0]


def test_rules_hold_from_a_reconstitution_to_the_next() -> None:
    june = {year: rules_on(event(f"{year}-06-recon").effective_date) for year in range(2013, 2028)}
    assert "bdc" in june[2013].structures
    assert "bdc" not in june[2014].structures
    assert "cboe" not in june[2018].exchanges
    assert "cboe" in june[2019].exchanges
    assert june[2022].min_votes_ppm_of_members == 0
    assert june[2023].min_votes_ppm_of_members == 50_000
    assert [june[year].median_addtv_usd for year in (2019, 2020, 2023, 2025, 2026)] == [
        140_000,
        130_000,
        110_000,
        140_000,
        175_000,
    ]
    december = rules_on(event("2026-12-recon").effective_date)
    assert december.median_addtv_usd == 175_000
    assert [june[2026].min_votes_ppm_of_members, december.min_votes_ppm_of_members] == [50_000, 0]


@pytest.mark.parametrize(
    ("year", "cut", "is_banded", "has_floor", "nationality", "takes_class_lines"),
    [
        (2004, 3_000, False, False, "incorporation", False),
        (2005, 4_000, False, False, "incorporation", False),
        (2007, 4_000, True, False, "havens", False),
        (2010, 4_000, True, False, "havens", False),
        (2011, 4_000, True, True, "indicators", False),
        (2015, 4_000, True, True, "indicators", True),
    ],
)
def test_rules_of_former_years(
    year: int, cut: int, is_banded: bool, has_floor: bool, nationality: str, takes_class_lines: bool
) -> None:
    found = rules_on(event(f"{year}-06-recon").effective_date)
    assert found.cuts["R3000E"] == cut
    assert found.has_microcap == (year >= 2005)
    assert bool(found.bands) == is_banded
    assert bool(found.min_cap_usd) == has_floor
    assert bool(found.min_public_ppm) == (year >= 2010)
    assert found.nationality == nationality
    assert found.takes_class_lines == takes_class_lines


# --- the generator beside the oracle ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def registers() -> Registers:
    return Registers(simulate(CHOSEN, lines=LINES, seed=SEED))


def test_each_company_is_of_the_country_that_the_ledger_says_it_is(registers: Registers) -> None:
    """The ledger has the outcome by hand beside the facts; the oracle comes to it from the facts."""
    ledger = Ledger(registers)
    wrong = [
        issuer.company.name
        for issuer in ledger.issuers
        if (assigned(ledger.home(issuer.number), excludes_n_shares=True)[0] == UNITED_STATES)
        != issuer.company.nature.is_american
    ]
    assert not wrong


def test_a_market_of_years_is_told_event_by_event() -> None:
    """Members of an index before an event are those after the one before, but for who has left."""
    market = simulate(CHOSEN, lines=LINES, seed=SEED, years=2)
    told = list(stories(market))
    assert [story.event_id for story in told] == ["2025-06-recon", "2026-06-recon"]
    first, second = told
    for index in INDEXES:
        assert second.before[index] <= first.after[index]
        gone = first.after[index] - second.before[index]
        last = market.span.seasons[-1]
        assert all(not all(second.ledger.is_listed(line, at) for at in last) for line in gone)
    for story in told:
        assert story.after["R3000"] == story.after["R1000"] | story.after["R2000"]
        assert not story.after["R1000"] & story.after["R2000"]
        assert story.after["R3000E"] == story.after["R3000"] | story.after["RMICRO"]
        assert story.after["R3000"] == story.after["TOP500"] | story.after["R2500"]
        assert all(story.verdicts[line].reason is None for line in story.after["R3000E"])
        reasons = {verdict.reason for verdict in story.verdicts.values()}
        assert {None, "security_type", "structure", "country", "price", "market_cap", "float", "votes"} <= reasons


# --- the pipeline beside the oracle -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published database of a home that ran the event of a market."""
    home = tmp_path_factory.mktemp("oracle") / "home"
    run_demo(Settings(home=home), lines=LINES, seed=SEED)
    return published_database(home)


@pytest.fixture(scope="module")
def story() -> Story:
    return next(stories(simulate(CHOSEN, lines=LINES, seed=SEED)))


def test_a_band_for_members_of_the_microcap_alone_would_show(
    registers: Registers, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """7.9: the market has some that rose to a band of 1000 and of 2000, and whoever held them there is found out."""

    def for_all(cut: str, indexes: set[str], known: Mapping[str, object]) -> str:
        return side_before(cut, indexes | {"R3000"} if "RMICRO" in indexes else indexes, known)

    monkeypatch.setattr("recon_pipeline_tests.oracle.story.side_before", for_all)
    days = CHOSEN.rank_day, CHOSEN.effective_date, CHOSEN.effective_from
    held = tell(Ledger(registers), CHOSEN.event_id, *days, story.opening)
    assert story.after["R1000"] - held.after["R1000"]
    assert held.after["RMICRO"] - story.after["RMICRO"]


@pytest.mark.slow
def test_what_is_published_equals_the_story(published: Path, story: Story) -> None:
    found = differences(story, published)
    assert not found, "\n".join(map(str, found[:40]))


@pytest.mark.slow
def test_a_fact_that_the_pipeline_did_not_see_is_told_with_both_stories(
    published: Path, registers: Registers, story: Story
) -> None:
    """Change the truth of a large member after the run: everything that follows is a difference."""
    place = next(each for each in story.ranking.ranked if each.rank > 400 and len(_lines(story, each.company)) == 1)
    ledger = Ledger(registers)
    ledger.issuers = tuple(
        replace(issuer, public_ppm=4_000) if issuer.number == place.company else issuer for issuer in ledger.issuers
    )
    days = CHOSEN.rank_day, CHOSEN.effective_date, CHOSEN.effective_from
    changed = tell(ledger, CHOSEN.event_id, *days, story.opening)
    found = differences(changed, published)
    ticker = story.ticker(story.companies[place.company].vehicle)
    (reason,) = [each for each in found if each.kind == "reason"]
    assert (reason.ticker, reason.ours) == (ticker, "eligible")
    assert reason.oracle == "float: 4.2: 0.40 % of it can be bought"
    assert {"membership", "changes", "rank", "breakpoint"} <= {each.kind for each in found}
    assert ticker in {each.ticker for each in found if each.kind == "membership"}
    assert ticker in str(reason)


def _lines(story: Story, company: int) -> tuple[int, ...]:
    return story.companies[company].classes
