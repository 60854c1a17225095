"""The public contract: what may change under which number, and that what `sql/` says now keeps what was promised.

What does not belong here: what a table holds (its cases), the page about the tables (`test_dictionary.py`).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from recon_pipeline import contract
from recon_pipeline.contract import Contract, Version, complaint, current, differences, least_version, promised
from recon_pipeline.errors import BadInput, ContractBroken
from recon_pipeline.tables import public_tables

TABLE = "recon.index_membership"


@pytest.fixture(scope="module")
def now() -> Contract:
    return current()


def test_what_was_promised_is_kept(now: Contract) -> None:
    wrong = complaint(promised(), now)
    assert wrong is None, wrong


def test_every_public_table_is_promised_with_its_grain_and_columns(now: Contract) -> None:
    assert set(now["tables"]) == {table.full_name for table in public_tables()}
    assert now["tables"][TABLE]["grain"] == ["event_id", "vintage", "index_id", "security_id"]
    assert now["tables"][TABLE]["columns"]["weight_pct"] == {"type": "DECIMAL(12,8)", "nullable": True}
    assert now["tables"][TABLE]["columns"]["vintage"]["values"] == ["final", "preliminary"]
    assert now["macros"]["recon.membership_asof"]["parameters"] == ["asof_date"]


Change = Callable[[Contract], None]


def rename(known: Contract) -> None:
    columns = known["tables"][TABLE]["columns"]
    columns["weight_percent"] = columns.pop("weight_pct")


CHANGES: dict[str, tuple[Change, bool, str]] = {
    "a table goes": (lambda c: c["tables"].pop(TABLE), True, f"table {TABLE} is gone"),
    "a column goes": (lambda c: c["tables"][TABLE]["columns"].pop("rank"), True, f"{TABLE}.rank is gone"),
    "a column is renamed": (rename, True, f"{TABLE}.weight_pct is gone"),
    "a type changes": (
        lambda c: c["tables"][TABLE]["columns"]["rank"].update(type="VARCHAR"),
        True,
        f"{TABLE}.rank: BIGINT became VARCHAR",
    ),
    "a null appears": (
        lambda c: c["tables"][TABLE]["columns"]["ticker"].update(nullable=True),
        True,
        f"{TABLE}.ticker may be null now",
    ),
    "the grain changes": (lambda c: c["tables"][TABLE]["grain"].remove("vintage"), True, f"{TABLE}: its grain was"),
    "a macro goes": (lambda c: c["macros"].clear(), True, "macro recon.membership_asof is gone"),
    "a parameter changes": (
        lambda c: c["macros"]["recon.membership_asof"].update(parameters=["day"]),
        True,
        "its parameters was",
    ),
    "a table comes": (lambda c: c["tables"].update({"recon.more": c["tables"][TABLE]}), False, "recon.more is new"),
    "a column comes": (
        lambda c: c["tables"][TABLE]["columns"].update(more={"type": "BIGINT", "nullable": True}),
        False,
        f"{TABLE}.more is new",
    ),
    "nulls go": (
        lambda c: c["tables"][TABLE]["columns"]["rank"].update(nullable=False),
        False,
        f"{TABLE}.rank is never null now",
    ),
    "a value comes": (
        lambda c: c["tables"][TABLE]["columns"]["vintage"]["values"].append("draft"),
        False,
        "values came ['draft'], went []",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_asks_for_a_number(name: str, now: Contract) -> None:
    change, is_breaking, says = CHANGES[name]
    was, after = now | {"schema_version": "1.4"}, copy.deepcopy(now)
    change(after)
    assert any(says in difference.text for difference in differences(was, after))
    least = Version(2, 0) if is_breaking else Version(1, 5)
    assert least_version(Version(1, 4), differences(was, after)) == least
    told = complaint(was, after | {"schema_version": "1.4"})
    assert told is not None
    assert f"published as {least} or higher, not as 1.4" in told
    assert says in told
    assert (complaint(was, after | {"schema_version": "1.5"}) is None) == (not is_breaking)
    assert complaint(was, after | {"schema_version": "2.0"}) is None


def test_nothing_changed_needs_no_number_but_it_may_not_fall(now: Contract) -> None:
    assert complaint(now, now) is None
    assert complaint(now | {"schema_version": "1.9"}, now | {"schema_version": "1.10"}) is None
    assert complaint(now | {"schema_version": "1.10"}, now | {"schema_version": "1.9"}) is not None


def test_freezing_is_refused_while_the_number_is_too_low(
    now: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "contract.json"
    monkeypatch.setattr(contract, "contract_path", lambda: path)
    monkeypatch.setattr(contract, "current", lambda: now)
    with pytest.raises(ContractBroken, match="make contract"):
        promised()
    assert contract.main(["freeze"]) == 0
    assert json.loads(path.read_text()) == now
    more = copy.deepcopy(now)
    more["tables"]["recon.gone"] = more["tables"][TABLE]
    path.write_text(json.dumps(more))
    kept = path.read_text()
    assert contract.main(["freeze"]) == contract.main([]) == 1
    assert "recon.gone is gone" in capsys.readouterr().err
    assert path.read_text() == kept
    with pytest.raises(BadInput):
        contract.main(["thaw"])


def test_the_version_is_the_last_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(number, {"schema_version": text}) for number, text in enumerate(["1.9", "1.10", "1.2"])]
    monkeypatch.setattr(contract, "reference_rows", lambda _: iter(rows))
    assert contract.schema_version() == (1, 10)
