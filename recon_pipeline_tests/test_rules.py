"""The dated rules: every rule has one value on every day, a unit and a source, and changes with the right event."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from recon_pipeline import paths, rules
from recon_pipeline.errors import ContractBroken
from recon_pipeline.events import events

EVENTS = events()
ROWS = [row for _, row in rules.reference_rows("rules.csv")]
NAMES = sorted({row["rule"] for row in ROWS})


@pytest.mark.parametrize("name", NAMES)
def test_the_spans_of_a_rule_leave_no_gap_and_never_overlap(name: str) -> None:
    spans = [(row["valid_from"], row["valid_to"]) for row in ROWS if row["rule"] == name]
    assert date.fromisoformat(spans[0][0]) <= EVENTS["2004-06-recon"].effective_date
    assert spans[-1][1] == ""
    for (start, end), (following, _) in pairwise(spans):
        assert start < end == following


@pytest.mark.parametrize("name", NAMES)
def test_a_new_span_of_a_rule_brings_a_new_value(name: str) -> None:
    values = [Decimal(row["value"]) for row in ROWS if row["rule"] == name]
    assert all(earlier != later for earlier, later in pairwise(values))


def test_every_rule_has_a_source_a_unit_and_a_number() -> None:
    assert list(ROWS[0]) == ["rule", "value", "unit", "valid_from", "valid_to", "source", "note"]
    for row in ROWS:
        assert row["source"]
        assert row["unit"]
        assert Decimal(row["value"]).is_finite()
    units = {(row["rule"], row["unit"]) for row in ROWS}
    assert len(units) == len(NAMES), "a rule keeps its unit"


@pytest.mark.parametrize(
    ("rule", "event_id", "value"),
    [
        ("band_r1000", "2006-06-recon", "0"),
        ("band_r1000", "2007-06-recon", "2.5"),
        ("band_micro", "2023-06-recon", "0.5"),
        ("band_top50", "2023-06-recon", "0"),
        ("has_microcap", "2005-03-ipo", "0"),
        ("has_microcap", "2005-06-recon", "1"),
        ("n_r3000e", "2004-06-recon", "3000"),
        ("n_r3000e", "2005-06-recon", "4000"),
        ("min_price_usd", "2004-06-recon", "1"),
        ("min_total_cap_usd", "2010-06-recon", "0"),
        ("min_total_cap_usd", "2023-06-recon", "30000000"),
        ("min_float_pct", "2009-06-recon", "0"),
        ("min_float_pct", "2010-06-recon", "5"),
        ("min_vote_pct", "2017-06-recon", "0"),
        ("min_vote_pct", "2017-09-ipo", "5"),
        ("min_vote_pct_members", "2022-06-recon", "0"),
        ("min_vote_pct_members", "2023-06-recon", "5"),
        ("bdc_eligible", "2013-06-recon", "1"),
        ("bdc_eligible", "2014-06-recon", "0"),
        ("class_lines_eligible", "2014-06-recon", "0"),
        ("class_lines_eligible", "2015-06-recon", "1"),
        ("median_addtv_usd", "2019-06-recon", "140000"),
        ("median_addtv_usd", "2020-06-recon", "130000"),
        ("median_addtv_usd", "2023-06-recon", "110000"),
        ("median_addtv_usd", "2025-09-ipo", "140000"),
        ("median_addtv_usd", "2026-12-recon", "175000"),
        ("ipo_regime", "2004-06-recon", "0"),
        ("ipo_regime", "2007-12-ipo", "1"),
        ("ipo_regime", "2008-03-ipo", "2"),
        ("ipo_regime", "2018-03-ipo", "3"),
        ("ipo_regime", "2023-09-ipo", "4"),
        ("ipo_regime", "2026-03-ipo", "5"),
        ("second_reconstitution", "2026-09-ipo", "0"),
        ("second_reconstitution", "2026-12-recon", "1"),
        ("industry_scheme", "2020-06-recon", "1"),
        ("industry_scheme", "2020-09-ipo", "2"),
        ("fast_entry", "2026-03-ipo", "0"),
        ("fast_entry", "2026-06-recon", "1"),
        ("nationality_regime", "2006-06-recon", "1"),
        ("nationality_regime", "2010-06-recon", "2"),
        ("nationality_regime", "2011-06-recon", "3"),
    ],
)
def test_a_rule_holds_from_the_event_that_brought_it(rule: str, event_id: str, value: str) -> None:
    assert rules.rules_on(EVENTS[event_id].effective_date)[rule] == Decimal(value)


def test_every_event_finds_every_rule() -> None:
    for event in EVENTS.values():
        assert sorted(rules.rules_on(event.effective_date)) == NAMES


def test_nothing_holds_before_the_first_rule_and_all_holds_on() -> None:
    assert rules.rules_on(date(2003, 12, 31)) == {}
    assert sorted(rules.rules_on(date(2040, 1, 1))) == NAMES


def test_a_span_ends_before_its_last_day() -> None:
    assert rules.rules_on(date(2007, 5, 31))["band_r1000"] == 0
    assert rules.rules_on(date(2007, 6, 1))["band_r1000"] == Decimal("2.5")


@pytest.mark.parametrize(
    ("old", "new"), [(",30000000,", ",thirty,"), (",2007-06-01,", ",2007-06-31,"), ("rule,value", "rule,v")]
)
def test_a_broken_file_is_reported_by_line(old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = (paths.sql_root() / "reference" / "rules.csv").read_text(encoding="utf-8")
    assert old in good
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "rules.csv").write_text(good.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(rules, "sql_root", lambda: tmp_path)
    with pytest.raises(ContractBroken, match=r"rules\.csv failed at line \d+"):
        rules.dated_rules.__wrapped__()


def test_a_missing_sql_tree_is_an_incomplete_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "site" / "recon_pipeline" / "paths.py"))
    with pytest.raises(ContractBroken, match="Reinstall"):
        paths.sql_root()


@pytest.mark.parametrize("packaged", [True, False])
def test_the_packaged_sql_tree_is_preferred(packaged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside, inside = tmp_path / "sql", tmp_path / "recon_pipeline" / "sql"
    for tree in (beside, inside) if packaged else (beside,):
        (tree / "reference").mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(tmp_path / "recon_pipeline" / "paths.py"))
    assert paths.sql_root() == (inside if packaged else beside).resolve()
