"""What is true of the companies of the simulated market, and that the sources print the evidence where real ones do.

What does not belong here: the pipeline's verdicts (`test_simulated_providers.py`), prices (`test_simulation.py`).
"""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from typing import Any

import pytest

from recon_pipeline.simulation.issuers import Issuer
from recon_pipeline.simulation.kinds import COMPANIES
from recon_pipeline.simulation.nature import (
    ABROAD,
    ASSETS_DECIDE,
    HAVEN,
    HAVEN_ABROAD,
    PECULIAR,
    RECEIPTS,
    SHELLS,
    STALE_COUNTRY,
    TERRITORY,
    US,
    Home,
    Nature,
)
from recon_pipeline.simulation.providers import Providers
from recon_pipeline.simulation.providers.form import CONTACT, Request
from recon_pipeline.simulation.providers.sec import CODES, SUBMISSIONS
from recon_pipeline.simulation.registers import Registers
from recon_pipeline_tests.conftest import Simulated
from recon_pipeline_tests.test_simulation import small

HAVENS = {"Bermuda", "Cayman Islands", "British Virgin Islands", "Marshall Islands"}
TERRITORIES = {"Puerto Rico", "Guam", "U.S. Virgin Islands"}
MAINLAND = {"China", "Hong Kong"}


@pytest.fixture(scope="module")
def registers(simulated: Simulated) -> Registers:
    return Registers(simulated.market)


@pytest.fixture(scope="module")
def headers(registers: Registers) -> dict[int, dict[str, Any]]:
    answer = Providers(registers).answer(Request(SUBMISSIONS, {}, {"User-Agent": CONTACT}))
    assert answer is not None
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        found = [json.loads(archive.read(name)) for name in archive.namelist() if "-submissions-" not in name]
    return {int(header["cik"]): header for header in found}


def of_trait(registers: Registers, trait: str) -> list[Issuer]:
    found = [issuer for issuer in registers.issuers if issuer.company.trait == trait]
    assert found, trait
    return found


def assigned(home: Home) -> str:
    """The country of methodology 1.2, 1.10, 1.12 and 1.13 of a company that trades most in the US."""
    incorporated, seat = (US if place in TERRITORIES else place for place in home[:2])
    assets = US if home.assets_in in TERRITORIES else home.assets_in
    if seat in MAINLAND:
        return "N share"
    if incorporated == seat == US:
        return US
    if assets in {incorporated, seat, US} - HAVENS:
        return str(assets)
    return US if seat in HAVENS else seat


@pytest.mark.parametrize("home", [*HAVEN, *HAVEN_ABROAD, *TERRITORY, *STALE_COUNTRY, *ASSETS_DECIDE])
def test_homes_of_us_companies_are_assigned_to_the_us(home: Home) -> None:
    assert assigned(home) == US


@pytest.mark.parametrize("home", [*ABROAD, *RECEIPTS])
def test_homes_abroad_are_not(home: Home) -> None:
    assert assigned(home) != US


def test_every_combination_of_places_is_there(registers: Registers) -> None:
    """US, haven, territory, mainland China or elsewhere: of incorporation, of the seat and of the assets."""

    def group(place: str | None) -> str:
        sets = {"US": {US}, "haven": HAVENS, "territory": TERRITORIES, "china": MAINLAND}
        return next((name for name, places in sets.items() if place in places), "abroad") if place else "none"

    found = {
        (
            group(each.nature.incorporated),
            group(each.nature.headquartered),
            group(each.nature.assets_in),
            each.company.eligible,
        )
        for each in registers.issuers
        if each.nature.structure == "operating"
    }
    assert found >= {
        ("US", "US", "US", True),
        ("haven", "US", "US", True),
        ("haven", "US", "none", True),
        ("haven", "US", "abroad", True),
        ("haven", "haven", "none", True),
        ("haven", "haven", "US", True),
        ("US", "haven", "US", True),
        ("territory", "territory", "territory", True),
        ("US", "territory", "territory", True),
        ("abroad", "US", "US", True),
        ("US", "abroad", "US", True),
        ("US", "abroad", "abroad", False),
        ("abroad", "US", "abroad", False),
        ("abroad", "abroad", "abroad", False),
        ("abroad", "abroad", "none", False),
        ("haven", "abroad", "abroad", False),
        ("haven", "abroad", "none", False),
        ("haven", "china", "china", False),
        ("US", "china", "china", False),
    }


def test_traits_are_as_many_as_planned_and_have_no_incident(registers: Registers) -> None:
    counts = Counter(issuer.company.trait for issuer in registers.issuers)
    assert {each.trait: counts[each.trait] for each in PECULIAR} == {each.trait: each.companies for each in PECULIAR}
    for issuer in registers.issuers:
        if issuer.company.trait:
            assert issuer.company.in_opening
            assert not issuer.first.gaps
            assert not issuer.first.renamed_to
            assert issuer.flaw is None
            assert issuer.split is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_small_market_has_them_all(seed: int) -> None:
    market = small(seed)
    assert {company.kind for company in market.companies} == set(COMPANIES)
    assert {company.trait for company in market.companies} >= {each.trait for each in PECULIAR} - {"ubti"}


def test_who_is_eligible_follows_from_nature() -> None:
    assert Nature().eligible
    assert Nature(structure="reit").eligible
    assert Nature(public_ppm=50_000, votes_ppm=50_000).eligible
    assert Nature(in_bankruptcy=True, units_ppm=400_000, votes_ppm=None).eligible
    for wrong in (
        Nature(is_american=False),
        Nature(structure="bdc"),
        Nature(structure="llc"),
        Nature(structure="reit", has_ubti=True),
        Nature(public_ppm=49_999),
        Nature(votes_ppm=49_999),
    ):
        assert not wrong.eligible


def test_a_rule_that_no_source_tells_is_one_of_a_large_company_that_was_there_before(registers: Registers) -> None:
    untold = [issuer for issuer in registers.issuers if issuer.nature.untold]
    assert Counter(rule for issuer in untold for rule in issuer.nature.untold) == {
        "country": 20,
        "float": 3,
        "votes": 3,
        "ubti": 3,
    }
    for issuer in untold:
        assert issuer.company.cap_usd > 1_500_000_000
        assert issuer.company.eligible == (issuer.nature.untold == {"country"})


# --- evidence ---------------------------------------------------------------------------------------------------------


def test_headers_print_both_places_in_the_codes_of_the_sec(
    registers: Registers, headers: dict[int, dict[str, Any]]
) -> None:
    for issuer in registers.issuers:
        if issuer.cik is None:
            continue
        header = headers[issuer.cik]
        seat = header["addresses"]["business"]["stateOrCountry"]
        for place, state, code in (
            (issuer.nature.incorporated, issuer.incorporated_state, header["stateOfIncorporation"]),
            (issuer.nature.headquartered, issuer.headquartered_state, seat),
        ):
            assert code == (state if place == US else CODES[place][0]) != ""


def test_reports_are_filed_under_the_register_of_the_structure(
    registers: Registers, headers: dict[int, dict[str, Any]]
) -> None:
    found: dict[str, set[str]] = {}
    for issuer in registers.issuers:
        if issuer.cik is not None:
            recent = headers[issuer.cik]["filings"]["recent"]
            for form, number in zip(recent["form"], recent["fileNumber"], strict=True):
                if form in ("10-K", "20-F", "40-F", "N-CSR"):
                    found.setdefault(issuer.nature.structure, set()).add(f"{form} {number[:3]}")
    assert found["fund"] == {"N-CSR 811"}
    assert found["bdc"] == {"10-K 814"}
    assert found["operating"] == {"10-K 001", "20-F 001", "40-F 001"}
    assert found["lp"] == found["royalty_trust"] == found["reit"] == {"10-K 001"}


def test_a_merged_blank_check_company_keeps_its_old_name_and_warrants(
    registers: Registers, headers: dict[int, dict[str, Any]]
) -> None:
    merged = of_trait(registers, "merged_spac")
    codes = Counter(headers[issuer.cik or 0]["sic"] == "6770" for issuer in merged)
    assert codes[True] >= 4
    assert codes[False] >= 10
    assert any(line.role == "warrant" for issuer in merged for line in issuer.lines)
    for issuer in merged:
        (former,) = headers[issuer.cik or 0]["formerNames"]
        assert former["name"].endswith("ACQUISITION CORP")
        assert former["from"] < former["to"]
        assert "Acquisition" not in issuer.company.name


def test_new_companies_came_in_several_ways(registers: Registers) -> None:
    ways = {
        "underwritten": ({"S-1", "S-1/A", "424B4"}, True),
        "best_efforts": ({"S-1", "S-1/A", "424B1"}, True),
        "direct": ({"S-1", "424B3"}, False),
        "spin_off": ({"10-12B", "10-12B/A"}, False),
        "uplisting": (set(), False),
    }
    telling = {"10-12B", "10-12B/A", "S-1", "S-1/A", "424B1", "424B3", "424B4"}
    new = [issuer for issuer in registers.issuers if issuer.listed_on and issuer.cik]
    last = registers.market.sessions[-1]
    forms: dict[int | None, set[str]] = {}
    for filing in registers.filings:
        forms.setdefault(filing.issuer.cik, set()).add(filing.form)
    for way, (expected, is_offered) in ways.items():
        found = [issuer for issuer in new if issuer.company.way == way and issuer.company.kind in ("common", "reit")]
        assert found, way
        for issuer in found:
            assert issuer.is_offered is is_offered
            if issuer.listed_on and issuer.listed_on < last:
                assert telling & forms[issuer.cik] == expected
                assert "8-A12B" in forms[issuer.cik]


def test_the_directory_names_funds_and_tells_of_bankruptcy(registers: Registers) -> None:
    texts = []
    for name in ("nasdaqlisted.txt", "otherlisted.txt"):
        answer = Providers(registers).answer(Request(f"/dynamic/SymDir/{name}"))
        assert answer is not None
        texts.append(answer.body.decode().splitlines())
    funds = sum("Closed End Fund" in row for text in texts for row in text)
    assert 50 < funds < COMPANIES["fund"]
    bankrupt = {
        issuer.first.symbol for issuer in of_trait(registers, "bankrupt") if issuer.company.exchange == "nasdaq"
    }
    flagged = {row.split("|")[0] for row in texts[0] if row.split("|")[4:5] in (["Q"], ["G"])}
    assert flagged == bankrupt


def test_the_archive_counts_the_listed_class_of_an_up_c_alone(registers: Registers) -> None:
    for issuer in of_trait(registers, "up_c"):
        listed, units = issuer.classes
        assert (listed.symbol, units.symbol) == (issuer.first.symbol, None)
        assert listed.shares == issuer.implied == issuer.first.shares
        assert units.shares == issuer.upc_units == issuer.shares - issuer.implied
        assert issuer.shares * issuer.first.price / 10_000 == pytest.approx(issuer.company.cap_usd, rel=1e-3)


def test_shells_of_a_haven_have_ordinary_shares(registers: Registers) -> None:
    shells = [issuer for issuer in registers.issuers if issuer.nature.structure == "spac"]
    assert {each.nature.incorporated for each in shells} == {home.incorporated for home in SHELLS}
    for issuer in shells:
        assert ("Ordinary" in issuer.first.name) is (issuer.nature.incorporated != US)
