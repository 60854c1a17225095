"""The story of a company, by hand on the published file of `story_home.py`: who is meant, and what is told.

Does not belong here: how it is told (`test_telling.py`), what an API or a command gives (`test_api.py`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from recon_pipeline.errors import BadInput
from recon_pipeline.explanation import Explanation, Flip
from recon_pipeline.paths import sql_root
from recon_pipeline.publish import published_database
from recon_pipeline.story import explain, explain_all, rules
from recon_pipeline_tests.small_home import publish_rows
from recon_pipeline_tests.story_home import EVENT, FIRST, GIVEN, IPO


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stories")
    publish_rows(path, GIVEN)
    return path


@pytest.fixture(scope="module")
def file(home: Path) -> Path:
    return published_database(home)


@pytest.fixture(scope="module")
def brk(file: Path) -> Explanation:
    return explain(file, "BRK/B", EVENT)


# --- who is meant -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["BRK.B", "BRK/B", "BRK-B", " brk b ", "BRKB", "C-BRK", "BRK.A"])
def test_a_company_is_found_under_any_spelling_and_any_of_its_lines(file: Path, asked: str) -> None:
    story = explain(file, asked)
    assert (story.company_id, story.event_id, story.ticker) == ("C-BRK", EVENT, "BRK.B")
    assert not [note for note in story.notes if "another time" in note]


def test_without_an_event_it_is_the_last_that_has_it(file: Path) -> None:
    assert explain(file, "SOLO").event_id == FIRST
    assert explain(file, "BIG").event_id == IPO
    assert explain(file, "BIG", EVENT).event_id == EVENT


def test_an_old_ticker_leads_to_the_company_that_bore_it(file: Path) -> None:
    story = explain(file, "OLD", EVENT)
    assert (story.company_id, story.ticker, story.asked) == ("C-NEW", "NEW", "OLD")
    assert "It bore the ticker OLD until 2023-04-28." in story.notes
    # Without an event it is the last of the company, whatever it is called there.
    assert explain(file, "OLD").event_id == EVENT
    # And a ticker that it only took later leads to it as well; of its own event it is the ticker itself.
    before = explain(file, "NEW", FIRST)
    assert (before.company_id, before.ticker) == ("C-NEW", "OLD")
    assert not explain(file, "OLD", FIRST).notes


@pytest.mark.parametrize(
    ("asked", "event_id", "told"),
    [
        ("POR", None, "POOR (POOR Inc.)"),
        ("solo", EVENT, "SOLO Inc., which"),
        ("solo", EVENT, f"has in {FIRST}. It left R2000 on 2023-01-09: left exchanges."),
        ("olo in", EVENT, "no line of that ticker"),
        ("solo inc", None, "Nearest: SOLO (SOLO Inc.)"),
        ("XXXXXX", None, "no line of that ticker"),
        ("BIG", "2021-06-recon", "is not in"),
        ("BIG", "2023-07-recon", "2023"),
    ],
)
def test_who_is_not_there_is_told_with_what_is(file: Path, asked: str, event_id: str | None, told: str) -> None:
    with pytest.raises(BadInput, match=r"Explaining|is not in|event") as error:
        explain(file, asked, event_id)
    assert told in str(error.value)


# --- what is told -----------------------------------------------------------------------------------------------------


def test_the_cap_tells_how_it_was_made(brk: Explanation) -> None:
    cap = brk.cap
    assert (cap.market_cap_usd, cap.shares, cap.close_usd) == (Decimal(90), 10, Decimal(9))
    assert cap.ticker == "BRK.B"
    assert cap.is_product
    assert (cap.shares_source, cap.shares_date, cap.shares_accession) == (
        "sec_notes",
        date(2023, 3, 31),
        "0001-23-000004",
    )


def test_every_rule_has_what_was_observed_what_is_asked_and_a_verdict(brk: Explanation, file: Path) -> None:
    rules = {rule.name: rule for rule in brk.lines[0].rules}
    assert list(rules) == [
        *("listing", "exchange", "security_type", "structure", "country", "price", "market_cap", "share_class"),
        *("float", "votes", "presumption"),
    ]
    assert (rules["price"].observed, rules["price"].threshold, rules["price"].unit) == ("9", "1", "usd")
    assert rules["votes"].status == "unknown"
    assert rules["structure"].note == "file number: 001 (sec_submissions, strong)"
    poor = explain(file, "POOR", EVENT)
    assert [rule.name for rule in poor.lines[0].rules if rule.status == "failed"] == ["price"]
    assert (poor.status, poor.reason, poor.rank) == ("ineligible", "price", None)
    assert "By its market cap alone it would stand about 3, in the range of the Russell 2000." in " ".join(poor.notes)


def test_what_a_verdict_rests_on_is_told_in_words(brk: Explanation, file: Path) -> None:
    pricing, folded = ({rule.name: rule for rule in line.rules} for line in brk.lines)
    assert (pricing["share_class"].note, pricing["share_class"].threshold) == (
        "prices its company: asked of further classes alone",
        None,
    )
    assert folded["share_class"].threshold == "9"
    assert str(folded["share_class"].note).startswith("folded into BRK.B")
    country = next(rule for rule in explain(file, "POOR", EVENT).lines[0].rules if rule.name == "country")
    assert str(country.note).startswith("presumed to be of the US, and not held against it: assets and revenue")
    assert "no source states a country" in str(country.note)


def test_nothing_would_move_who_has_left_the_exchanges(file: Path) -> None:
    story = explain(file, "GONE", EVENT)
    assert [(cut.cut_id, cut.flip) for cut in story.cuts] == [("R1000", None)]


def test_every_basis_of_the_country_has_its_words() -> None:
    contract = (sql_root() / "core" / "nationality.table.sql").read_text(encoding="utf-8")
    listed = contract[contract.index("basis in (") :]
    bases = set(re.findall(r"'([a-z ]+)'", listed[: listed.index(")")]))
    assert bases == {basis for basis, _ in rules.COUNTRY}


def test_a_near_cut_has_the_exact_flip_and_a_far_one_its_edge(brk: Explanation, file: Path) -> None:
    cuts = {one.cut_id: one for one in brk.cuts}
    assert list(cuts) == ["TOP50", "R1000", "R3000"]
    exact = cuts["R1000"].flip
    assert exact is not None
    assert (exact.is_exact, exact.price_usd, exact.shares) == (True, Decimal("9.9"), 11)
    assert (exact.leaves, exact.enters) == (("R2000",), ("R1000", "MIDCAP"))
    assert (cuts["R1000"].edge, cuts["R1000"].is_held_by_band) == ("band high", True)
    far = cuts["TOP50"].flip
    assert far == Flip(False, Decimal(200), Decimal("20"), 23, Decimal(110), Decimal("122.2222"), 1, None, None, None)
    # BIG would pass no other cut before: what the crossing costs and gives is told.
    (next_down,) = (cut.flip for cut in explain(file, "BIG", EVENT).cuts if cut.flip)
    assert (next_down.margin_usd, next_down.leaves, next_down.enters) == (Decimal(-140), ("R1000",), ("R2000",))
    # Fewer companies qualify than the cut asks for: nobody is out by rank.
    assert cuts["R3000"].flip is None
    assert brk.nearest == cuts["R1000"]


def test_outcomes_tell_before_and_after_and_what_nobody_knows(file: Path, brk: Explanation) -> None:
    assert [(one.index_id, one.before, one.after, one.action) for one in brk.outcomes] == [
        ("R2000", True, True, None),
        ("R3000", None, True, None),
    ]
    new = explain(file, "NEW", EVENT)
    assert [(one.index_id, one.before, one.after, one.movement) for one in new.outcomes] == [
        ("R1000", False, True, "up"),
        ("R2000", True, False, "up"),
    ]
    assert new.size_index == "R1000"
    assert [issue.issue for issue in new.issues] == ["rename_inferred"]
    assert [(span.ticker, span.valid_from, span.valid_to) for span in new.tickers] == [
        ("OLD", date(2022, 5, 6), date(2023, 4, 28)),
        ("NEW", date(2023, 4, 28), None),
    ]


def test_the_history_is_of_all_events_that_have_it(brk: Explanation, file: Path) -> None:
    assert [(past.event_id, past.rank, past.indexes) for past in brk.history] == [
        (FIRST, 1, ("R2000",)),
        (EVENT, 2, ("R2000", "R3000")),
    ]
    (_, last) = explain(file, "NEW", EVENT).history
    assert last.changes == ("R1000 addition (up, rank)", "R2000 deletion (up, rank)")


def test_a_new_line_of_a_quarterly_event_has_its_verdict(file: Path) -> None:
    story = explain(file, "LATE")
    assert (story.event_id, story.kind, story.rank) == (IPO, "ipo", None)
    assert [(one.verdict, one.size_index, one.floor_usd) for one in story.candidates] == [
        ("added", "RMICRO", Decimal(30))
    ]
    assert "new line: added to the Russell Microcap" in story.headline


def test_all_of_an_event_are_told_as_each_by_itself(file: Path) -> None:
    stories = list(explain_all(file, EVENT))
    assert [story.ticker for story in stories] == ["BIG", "BRK.B", "FUND", "GONE", "NEW", "POOR"]
    for story in stories:
        assert replace(explain(file, story.ticker, EVENT), asked=story.asked) == story
