"""Places and the groups of countries, against answers typed by hand: EDGAR's codes, ISO 3166, methodology 1.9-1.13.

Belongs here: `places.csv`, `countries.csv` and `nationality_priors.csv` as they ship. What a place means for a company
has cases (`cases/core.nationality`).
"""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

from recon_pipeline.rules import reference_rows

PLACES = {(row["scheme"], row["code"]): row["country"] for _, row in reference_rows("places.csv")}
GROUPS = {row["country"]: row["country_group"] for _, row in reference_rows("countries.csv")}
PRIORS = [row for _, row in reference_rows("nationality_priors.csv")]
EVIDENCE = ("seat", "incorporation", "share_form", "stated")

with (Path(__file__).parent / "answers" / "places.csv").open(encoding="utf-8", newline="") as file:
    ANSWERS = [(row["scheme"], row["code"], row["country"]) for row in csv.DictReader(file)]

# Methodology 1.9: the 25 places of benefit-driven incorporation.
BDI = {
    *("Anguilla", "Antigua and Barbuda", "Aruba", "Bahamas", "Barbados", "Belize", "Bermuda", "Bonaire"),
    *("British Virgin Islands", "Cayman Islands", "Channel Islands", "Cook Islands", "Curacao", "Faroe Islands"),
    *("Gibraltar", "Guernsey", "Isle of Man", "Jersey", "Liberia", "Marshall Islands", "Panama", "Saba"),
    *("Sint Eustatius", "Sint Maarten", "Turks and Caicos Islands"),
}
NO_CODE = {"Channel Islands", "Saba", "Sint Eustatius"}
"""Parts or unions of places: Jersey and Guernsey have codes of their own, Bonaire's is that of its neighbours too."""

_STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
STATES = frozenset(_STATES.split())


@pytest.mark.parametrize(("scheme", "code", "country"), ANSWERS)
def test_a_code_is_of_its_country(scheme: str, code: str, country: str) -> None:
    assert PLACES[scheme, code] == country


def test_no_code_stands_twice_and_all_are_in_capitals() -> None:
    rows = [(row["scheme"], row["code"]) for _, row in reference_rows("places.csv")]
    assert len(rows) == len(set(rows))
    assert all(code == code.upper() == code.strip() for _, code in rows)
    assert all(row["source"] for _, row in reference_rows("places.csv"))


def test_every_state_is_in_the_us_in_both_schemes_and_nothing_else_is() -> None:
    us = {key for key, country in PLACES.items() if country == "United States"}
    assert us == {("sec", code) for code in STATES | {"X1"}} | {("iso", f"US-{code}") for code in STATES} | {
        ("iso", "US")
    }


def test_the_places_of_benefit_driven_incorporation_are_those_of_the_methodology() -> None:
    assert len(BDI) == 25
    assert {country for country, group in GROUPS.items() if group == "bdi"} == BDI


@pytest.mark.parametrize(
    ("group", "countries"),
    [
        ("us", {"United States"}),
        ("no_domestic_exchange", {"Falkland Islands", "Liechtenstein", "Monaco", "Suriname"}),
        ("n_share", {"China", "Hong Kong", "Macau"}),
    ],
)
def test_the_other_groups_are_those_of_the_methodology(group: str, countries: set[str]) -> None:
    assert {country for country, of in GROUPS.items() if of == group} == countries


def test_the_us_territories_count_as_the_us() -> None:
    territories = {country for country, group in GROUPS.items() if group == "us_territory"}
    assert {"Puerto Rico", "Guam", "U.S. Virgin Islands"} <= territories


@pytest.mark.parametrize("country", sorted(set(GROUPS) - NO_CODE))
def test_a_country_with_a_group_is_reached_by_a_code(country: str) -> None:
    assert country in PLACES.values()


@pytest.mark.parametrize("country", ["Ireland", "United Kingdom", "Netherlands", "Switzerland", "Luxembourg", "Israel"])
def test_a_country_that_is_often_taken_for_a_haven_is_none(country: str) -> None:
    assert country in PLACES.values()
    assert country not in GROUPS


def wider(cell: tuple[str, ...]) -> tuple[str, ...]:
    last = max(place for place, value in enumerate(cell) if value != "*")
    return (*cell[:last], "*", *cell[last + 1 :])


def test_the_prior_is_what_its_counts_make_it() -> None:
    cells = {tuple(row[name] for name in EVIDENCE): row for row in PRIORS}
    counts = {cell: (int(row["us_companies"]), int(row["companies"])) for cell, row in cells.items()}

    def share(cell: tuple[str, ...]) -> Decimal:
        us, companies = counts[cell]
        if set(cell) == {"*"}:
            return Decimal(us) / companies
        return (us + 2 * share(wider(cell))) / (companies + 2)

    assert len(cells) == len(PRIORS)
    for cell, row in cells.items():
        assert Decimal(row["us_share"]) == share(cell).quantize(Decimal("0.0001"), ROUND_HALF_EVEN), cell
        assert all(one <= other for one, other in zip(counts[cell], counts["*", "*", "*", "*"], strict=True))


def test_a_prior_names_no_company() -> None:
    assert {value for row in PRIORS for value in (row[name] for name in EVIDENCE)} <= {
        *("*", "us", "bdi", "no_exchange", "china", "other"),
        *("stock", "shares", "beneficial_interest", "unnamed"),
    }
