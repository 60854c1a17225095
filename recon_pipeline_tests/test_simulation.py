"""The simulated market: the same bytes for the same seed, the contract of the archive, and what is planted in it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import requests

from recon_pipeline.events import event
from recon_pipeline.simulation import SimulatedMarket, opening_csv, serve, simulate
from recon_pipeline.simulation.census import PRICE_UNIT
from recon_pipeline.simulation.chance import growth, noise
from recon_pipeline.simulation.dumps import dollars, last_sale, percent, signed
from recon_pipeline.simulation.incidents import Span
from recon_pipeline.simulation.kinds import EXCHANGES, us_caps
from recon_pipeline.simulation.market import populate
from recon_pipeline.simulation.server import REPOSITORY

EVENT = "2026-06-recon"
KEYS = ["symbol", "name", "lastsale", "netchange", "pctchange", "volume", "marketCap"]
KEYS += ["country", "ipoyear", "industry", "sector", "url"]
FORMATS = {
    "symbol": r"[A-Z]{1,5}(/[AB]|\^[A-J])? *",
    "lastsale": r"\$\d+\.\d{2,4}|\$\d{6,}\.\d{2,11}",
    "netchange": r"-?\d+\.\d{2,4}",
    "pctchange": r"-?\d+\.\d{2,3}%",
    "volume": r"0|[1-9]\d*",
    "marketCap": r"(\d+\.00)?",
    "ipoyear": r"(\d{4})?",
}
ROW_FLOORS = {"nasdaq": 2500, "nyse": 1800, "amex": 150}  # below them a dump is not believed
Rows = dict[str, dict[str, str]]


def weekdays(start: date, count: int) -> tuple[date, ...]:
    days = (start + timedelta(days=offset) for offset in range(count * 2))
    return tuple(day for day in days if day.weekday() < 5)[:count]


def small(seed: int) -> SimulatedMarket:
    days = weekdays(date(2030, 3, 4), 40)
    return populate(Span(sessions=days, rank_day=days[20], opening_asof=date(2029, 7, 2)), lines=600, seed=seed)


def rows(market: SimulatedMarket, session: int) -> Rows:
    """Rows of all exchanges in a session, by symbol as printed."""
    return {row["symbol"]: row for body in market.written(session).values() for row in json.loads(body)}


def units(text: str) -> int:
    """A printed price in 1/10,000 USD."""
    return round(float(text.removeprefix("$")) * PRICE_UNIT)


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return simulate(event(EVENT))


@pytest.fixture(scope="module")
def rank(market: SimulatedMarket) -> int:
    return market.span.rank_index


@pytest.fixture(scope="module")
def on_rank_day(market: SimulatedMarket, rank: int) -> Rows:
    return rows(market, rank)


@pytest.fixture(scope="module")
def opening(market: SimulatedMarket) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(opening_csv(market).decode())))


@pytest.fixture(scope="module")
def base_url(market: SimulatedMarket) -> Iterator[str]:
    with serve(market) as url:
        yield url


# --- the same everywhere ----------------------------------------------------------------------------------------------


def everything(market: SimulatedMarket) -> str:
    digest = hashlib.sha256(opening_csv(market))
    for commit in market.commits:
        digest.update(f"{commit.sha} {commit.committed_at}".encode())
    for session in range(len(market.sessions)):
        for exchange in EXCHANGES:
            digest.update(market.written(session)[exchange])
    return digest.hexdigest()


def test_same_seed_same_bytes() -> None:
    assert everything(small(7)) == everything(small(7))


def test_bytes_are_those_of_every_other_platform() -> None:
    # Made on Linux with Python 3.11. A deliberate change of the generator changes it; a change of platform must not.
    assert everything(small(7)) == "9e9ddc815c9cf5dbbcdc639cd80b73512a6722d6ff57330d3d9bfa66b6bf7385"


def test_other_seed_other_market() -> None:
    one, other = small(7), small(8)
    assert one.written(20)["nasdaq"] != other.written(20)["nasdaq"]
    assert opening_csv(one) != opening_csv(other)
    assert not {commit.sha for commit in one.commits} & {commit.sha for commit in other.commits}


def test_order_of_asking_does_not_matter() -> None:
    one, other = small(7), small(7)
    backwards = [one.written(session) for session in reversed(range(40))]
    assert backwards[::-1] == [other.written(session) for session in range(40)]


@pytest.mark.parametrize(("log_return", "factor"), [(0.0, 1.0), (0.5, 1.6487), (-1.0, 0.36788), (2.0, 7.389)])
def test_growth_is_the_exponential(log_return: float, factor: float) -> None:
    assert growth(log_return) == pytest.approx(factor, rel=3e-3)


def test_noise_is_found_again_by_purpose() -> None:
    assert noise(1, "a", 8) == noise(1, "a", 16)[:8]
    assert len({noise(1, "a", 8), noise(1, "b", 8), noise(2, "a", 8)}) == 3


# --- the span and the commits -----------------------------------------------------------------------------------------


def test_span_reaches_from_the_price_rule_to_the_first_session_of_effect(market: SimulatedMarket) -> None:
    chosen = event(EVENT)
    assert market.sessions[0] <= chosen.rank_day - timedelta(days=32)
    assert chosen.rank_day in market.sessions
    assert market.sessions[-1] == chosen.effective_from
    assert market.span.opening_asof == event("2025-06-recon").effective_from


def test_each_session_is_committed_in_the_night_after(market: SimulatedMarket) -> None:
    nights = [commit for commit in market.commits if "T00:27" in commit.committed_at]
    assert [commit.committed_at[:10] for commit in nights] == [
        (day + timedelta(days=1)).isoformat() for day in market.sessions
    ]
    assert [commit.committed_at for commit in market.commits] == sorted(
        commit.committed_at for commit in market.commits
    )
    assert all(re.fullmatch(r"[0-9a-f]{40}", commit.sha) for commit in market.commits)
    assert len({commit.sha for commit in market.commits}) == len(market.commits)


def test_one_session_is_lost_and_one_weekend_repeats(market: SimulatedMarket, rank: int) -> None:
    held = Counter(commit.session for commit in market.commits)
    assert set(range(len(market.sessions))) - set(held) == {market.lost_session}
    assert market.lost_session > rank + 2
    twice = {session for session, count in held.items() if count == 2}
    assert market.lost_session - 1 in twice
    (weekend,) = twice - {market.lost_session - 1}
    assert weekend < rank - 2
    assert market.sessions[weekend].weekday() == 4
    shas = [commit.sha for commit in market.commits if commit.session == weekend]
    assert market.dump(shas[0], "amex") == market.dump(shas[1], "amex")


# --- the contract of a dump -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [0, "rank", -1])
def test_every_row_is_printed_as_the_archive_prints(market: SimulatedMarket, rank: int, place: int | str) -> None:
    session = rank if place == "rank" else range(len(market.sessions))[int(place)]
    for exchange, body in market.written(session).items():
        found = json.loads(body)
        assert len(found) > ROW_FLOORS[exchange]
        symbols = [row["symbol"].strip() for row in found]
        assert symbols == sorted(set(symbols))
        for row in found:
            assert list(row) == KEYS
            assert all(isinstance(value, str) for value in row.values())
            for key, form in FORMATS.items():
                assert re.fullmatch(form, row[key]), (key, row)
            assert row["url"] == f"/market-activity/stocks/{row['symbol'].lower()}"


def test_a_dump_is_indented_like_the_archive(market: SimulatedMarket, rank: int) -> None:
    for body in market.written(rank).values():
        assert body.decode() == json.dumps(json.loads(body), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("price", "text"),
    [(18_050, "1.805"), (1_696_800, "169.68"), (220_000, "22.00"), (983, "0.0983"), (5_000, "0.50"), (5_010, "0.501")],
)
def test_prices_have_two_to_four_decimals(price: int, text: str) -> None:
    assert dollars(price) == text
    assert signed(-price) == f"-{text}"
    assert last_sale(price) == f"${text}"


@pytest.mark.parametrize(
    ("price", "text"),
    [(2_345_678_900, "$234567.89000000001"), (2_345_675_000, "$234567.50"), (2_345_670_000, "$234567.00")],
)
def test_a_very_high_price_shows_its_binary_fraction(price: int, text: str) -> None:
    assert last_sale(price) == text


@pytest.mark.parametrize(
    ("change", "before", "text"),
    [
        (760, 128_800, "0.59%"),
        (-2_400, 80_000, "-3.00%"),
        (50, 18_000, "0.278%"),
        (0, 1, "0.00%"),
        (-1, 10_000_000, "0.00%"),
    ],
)
def test_percent_has_two_or_three_decimals(change: int, before: int, text: str) -> None:
    assert percent(change, before) == text


def test_netchange_refers_to_the_close_before_for_nearly_every_line(market: SimulatedMarket, rank: int) -> None:
    before, after = rows(market, rank - 1), rows(market, rank)
    both = [(before[symbol], after[symbol]) for symbol in before.keys() & after.keys()]
    agree = sum(units(new["lastsale"]) - units(new["netchange"]) == units(old["lastsale"]) for old, new in both)
    assert 0.98 < agree / len(both) < 1


def test_caps_are_price_times_shares_to_a_dollar(market: SimulatedMarket, on_rank_day: Rows, rank: int) -> None:
    for index, line in enumerate(market.lines):
        row = on_rank_day.get(market.symbol(index, rank))
        if row and line.cap == "own":
            assert abs(float(row["marketCap"]) - market.close(index, rank) * line.shares / PRICE_UNIT) <= 1


# --- size and shape ---------------------------------------------------------------------------------------------------


def eligible_caps(market: SimulatedMarket, session: int) -> list[float]:
    """Caps in USD of the eligible companies above a dollar and $30M, largest first."""
    first = {line.company: index for index, line in reversed(list(enumerate(market.lines)))}
    caps = [
        market.close(first[number], session) * market.lines[first[number]].shares / PRICE_UNIT
        for number, company in enumerate(market.companies)
        if company.eligible
        and market.listed(first[number], session)
        and market.close(first[number], session) >= PRICE_UNIT
    ]
    return sorted((cap for cap in caps if cap >= 30_000_000), reverse=True)


def test_caps_follow_the_published_shape(market: SimulatedMarket, rank: int) -> None:
    caps = eligible_caps(market, rank)
    assert 3400 <= len(caps) <= 3600
    assert 2e12 < caps[0] < 3.5e12
    assert caps[999] == pytest.approx(4.2e9, rel=0.05)
    assert caps[1999] == pytest.approx(1.0e9, rel=0.05)
    assert 150e6 < caps[2999] < 200e6
    assert 40e12 < sum(caps[:3000]) < 50e12


def test_size_is_an_option() -> None:
    assert len(small(7).lines) == pytest.approx(600, rel=0.05)
    caps = list(us_caps(375))
    assert caps == sorted(caps, reverse=True)
    assert caps[99] == pytest.approx(4.2e9, rel=0.05)


def test_prices_move_with_the_market(market: SimulatedMarket, rank: int) -> None:
    index = max(range(len(market.companies)), key=lambda number: market.companies[number].cap_usd)
    path = [market.close(index, session) for session in range(-1, len(market.sessions))]
    assert len(set(path)) > len(path) * 0.9
    assert 0.5 < path[-1] / path[0] < 2
    assert path[rank + 1] == market.lines[index].price


# --- what is planted --------------------------------------------------------------------------------------------------


def test_null_lookalikes_are_live_members(on_rank_day: Rows, opening: list[dict[str, str]]) -> None:
    assert {"NA", "NAN"} <= on_rank_day.keys()
    assert {"NA", "NAN"} <= {row["ticker"] for row in opening}


def test_some_symbols_are_padded(on_rank_day: Rows) -> None:
    padded = [symbol for symbol in on_rank_day if symbol != symbol.strip()]
    assert 3 <= len(padded) <= 5
    assert {len(symbol) for symbol in padded} == {14}


def test_class_lines_carry_the_whole_company(market: SimulatedMarket) -> None:
    classes = [line for line in market.lines if line.role == "class" and line.cap == "own"]
    ratios = [market.lines[line.company].shares / line.shares for line in classes]
    assert sum(ratio == 1 for ratio in ratios) >= 30
    assert any(ratio == pytest.approx(1500, rel=1e-3) for ratio in ratios)


def test_some_slash_classes_have_no_cap(on_rank_day: Rows) -> None:
    slashed = {symbol: row for symbol, row in on_rank_day.items() if "/" in symbol}
    blank = {symbol for symbol, row in slashed.items() if row["marketCap"] == ""}
    assert 5 <= len(blank) < len(slashed)
    assert any({symbol[:-1] + "A", symbol[:-1] + "B"} <= blank for symbol in blank), "a company without any figure"
    assert any(symbol[:-2] in on_rank_day for symbol in blank), (
        "a class without a figure beside a first class that has one"
    )


def test_notes_and_certificates_repeat_the_cap_of_their_issuer(market: SimulatedMarket, on_rank_day: Rows) -> None:
    compared = 0
    for role, count in (("note", 10), ("certificate", 5), ("warrant", 4)):
        lines = [
            line for line in market.lines if line.role == role and line.cap == "parent" and line.symbol in on_rank_day
        ]
        assert len(lines) >= count
        for line in lines:
            issuer = on_rank_day.get(market.lines[line.company].symbol)
            if issuer and issuer["marketCap"]:
                assert on_rank_day[line.symbol]["marketCap"] == issuer["marketCap"]
                compared += 1
    assert compared >= 18


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (r"American Depositary Shares", 200),
        (r"Ordinary Shares", 150),
        (r"Acquisition Corp.* (Stock|Shares?)$", 280),
        (r"Acquisition Corp.* Warrants?$", 150),
        (r"Acquisition Corp.* Units?$", 100),
        (r"Acquisition Corp.* Rights?$", 30),
        (r"Fund\b.* (Stock|Shares|Interest)$", 250),
        (r"(L\.P\.|LP) Common Units", 30),
        (r"LLC Common Shares$", 3),
        (r"(Royalty|Basin) Trust", 10),
        (r"Property|Realty|Residential", 120),
        (r"Preferred Stock$", 330),
        (r"(Notes|Debentures) due \d{4}$", 55),
        (r"Contingent Value Rights$", 2),
    ],
)
def test_kinds_are_told_by_their_names(on_rank_day: Rows, words: str, count: int) -> None:
    assert sum(bool(re.search(words, row["name"])) for row in on_rank_day.values()) >= count


def test_preferreds_of_nyse_have_no_cap(on_rank_day: Rows) -> None:
    assert {row["marketCap"] for symbol, row in on_rank_day.items() if "^" in symbol} == {""}


def test_some_lines_are_left_out_on_rank_day_alone(market: SimulatedMarket, rank: int, on_rank_day: Rows) -> None:
    missing = (rows(market, rank - 1).keys() & rows(market, rank + 1).keys()) - on_rank_day.keys()
    assert 10 <= len(missing) <= 25
    large = {line.symbol for line in market.lines if line.company < 450}
    assert missing & large, "one that shifts many ranks"


def test_some_leave_and_some_arrive(market: SimulatedMarket, rank: int) -> None:
    last = len(market.sessions) - 1
    listed = {
        session: {number for number in range(len(market.companies)) if market.listed(number, session)}
        for session in (0, rank, last)
    }
    assert len(listed[0] - listed[rank]) >= 8
    assert len(listed[rank] - listed[last]) >= 35
    assert len(listed[rank] - listed[0]) >= 10
    assert len(listed[last] - listed[rank]) >= 10


def test_renames_keep_name_and_shares(market: SimulatedMarket, rank: int) -> None:
    renamed = [line for line in market.lines if line.renamed_to]
    assert {line.renamed_at > rank for line in renamed} == {True, False}
    for line in renamed:
        before, after = rows(market, line.renamed_at - 1), rows(market, line.renamed_at)
        assert line.symbol in before
        assert line.symbol not in after
        assert line.renamed_to not in before
        assert after[line.renamed_to]["name"] == before[line.symbol]["name"]
        assert units(after[line.renamed_to]["lastsale"]) - units(after[line.renamed_to]["netchange"]) == pytest.approx(
            units(before[line.symbol]["lastsale"]), abs=line.tick
        )


def test_members_under_a_dollar_divide_by_their_average(
    market: SimulatedMarket, rank: int, opening: list[dict[str, str]]
) -> None:
    members = {row["ticker"] for row in opening if row["index"] in ("R1000", "R2000")}
    under = [i for i, line in enumerate(market.lines) if line.symbol in members and market.close(i, rank) < PRICE_UNIT]
    first = next(i for i, day in enumerate(market.sessions) if day >= market.span.rank_day - timedelta(days=30))
    above = [i for i in under if sum(market.close(i, s) for s in range(first, rank)) >= PRICE_UNIT * (rank - first)]
    assert len(above) >= 10
    assert len(under) - len(above) >= 10


def test_no_symbol_is_borne_twice(market: SimulatedMarket) -> None:
    symbols = Counter(symbol for line in market.lines for symbol in {line.symbol, line.renamed_to} - {""})
    assert max(symbols.values()) == 1


# --- the opening ------------------------------------------------------------------------------------------------------


def test_opening_has_our_form(market: SimulatedMarket, opening: list[dict[str, str]]) -> None:
    assert list(opening[0]) == ["index", "ticker", "name", "asof"]
    assert {row["asof"] for row in opening} == {market.span.opening_asof.isoformat()}
    assert market.span.opening_asof < market.span.rank_day
    keys = [(row["index"], row["ticker"]) for row in opening]
    assert len(set(keys)) == len(keys)
    by_index = {name: {ticker for index, ticker in keys if index == name} for name in ("R1000", "R2000", "RMICRO")}
    assert not by_index["R1000"] & (by_index["R2000"] | by_index["RMICRO"])
    assert 1000 <= len(by_index["R1000"]) <= 1030
    assert 2980 <= len(by_index["R1000"] | by_index["R2000"]) <= 3050
    assert 1300 <= len(by_index["RMICRO"]) <= 1700
    assert 700 <= len(by_index["R2000"] & by_index["RMICRO"]) <= 1030


def test_opening_names_some_that_are_gone(market: SimulatedMarket, opening: list[dict[str, str]]) -> None:
    known = {line.symbol.replace("/", ".") for line in market.lines}
    gone = {row["ticker"] for row in opening} - known
    assert 5 <= len(gone) <= 15
    assert {ticker[-2:] for ticker in {row["ticker"] for row in opening} if "." in ticker} == {".A", ".B"}


def test_a_year_leads_to_a_plausible_turnover(
    market: SimulatedMarket, rank: int, opening: list[dict[str, str]]
) -> None:
    """Strict ranks, no bands: the edges of R3000 turn over as in history, and some change sides at 1000."""
    was = {row["ticker"]: row["index"] for row in opening if row["index"] != "RMICRO"}
    live = [
        (market.close(number, rank) * market.lines[number].shares, market.lines[number].symbol.replace("/", "."))
        for number, company in enumerate(market.companies)
        if company.eligible and market.listed(number, rank) and market.close(number, rank) >= PRICE_UNIT
    ]
    ranked = [symbol for _, symbol in sorted(live, reverse=True)]
    assert 150 <= sum(symbol not in was for symbol in ranked[:3000]) <= 300
    first_lines = {line.symbol.replace("/", ".") for line in market.lines if line.role == "common"}
    assert 150 <= len((was.keys() & first_lines) - set(ranked[:3000])) <= 300
    assert 60 <= sum(was.get(symbol) == "R2000" for symbol in ranked[:1000]) <= 250
    assert 60 <= sum(was.get(symbol) == "R1000" for symbol in ranked[1000:3000]) <= 250


# --- over HTTP --------------------------------------------------------------------------------------------------------


def test_served_dumps_are_those_of_the_market(market: SimulatedMarket, rank: int, base_url: str) -> None:
    sha = next(commit.sha for commit in market.commits if commit.session == rank)
    with requests.Session() as http:
        for exchange in EXCHANGES:
            answer = http.get(f"{base_url}/{REPOSITORY}/{sha}/{exchange}/{exchange}_full_tickers.json", timeout=10)
            assert answer.status_code == 200
            assert answer.content == market.written(rank)[exchange] == market.dump(sha, exchange)


def commit_page(base_url: str, **query: str | int) -> list[tuple[str, str]]:
    answer = requests.get(f"{base_url}/repos/{REPOSITORY}/commits", params=query, timeout=10)
    assert answer.status_code == 200, answer.text
    return [(entry["sha"], entry["commit"]["committer"]["date"]) for entry in answer.json()]


def test_commits_are_served_newest_first_in_pages(market: SimulatedMarket, base_url: str) -> None:
    expected = [(commit.sha, commit.committed_at) for commit in reversed(market.commits)]
    assert commit_page(base_url, per_page=100) == expected
    assert commit_page(base_url) == expected[:30]
    assert commit_page(base_url, per_page=7, page=2) == expected[7:14]
    assert commit_page(base_url, per_page=100, page=2) == []


@pytest.mark.parametrize("form", ["{}T00:00:00Z", "{}T00:00:00+00:00", "{}"])
def test_commits_are_cut_by_time(market: SimulatedMarket, base_url: str, form: str) -> None:
    found = commit_page(base_url, since=form.format("2026-05-01"), until="2026-05-05T00:27:13Z")
    assert [moment[:10] for _, moment in found] == ["2026-05-05", "2026-05-02", "2026-05-01"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        f"/{REPOSITORY}/{'0' * 40}/nyse/nyse_full_tickers.json",
        f"/{REPOSITORY}/{'0' * 40}/nyse/amex_full_tickers.json",
        "/repos/somebody/else/commits",
    ],
)
def test_what_is_not_there_is_a_404(base_url: str, path: str) -> None:
    assert requests.get(base_url + path, timeout=10).status_code == 404


def test_an_exchange_that_is_not_kept_is_a_404(market: SimulatedMarket, base_url: str) -> None:
    sha = market.commits[0].sha
    url = f"{base_url}/{REPOSITORY}/{sha}/cboe/cboe_full_tickers.json"
    assert requests.get(url, timeout=10).status_code == 404


def test_an_instant_that_cannot_be_read_is_refused(base_url: str) -> None:
    assert requests.get(f"{base_url}/repos/{REPOSITORY}/commits?since=yesterday", timeout=10).status_code == 422


def test_the_server_stops_with_its_block(market: SimulatedMarket) -> None:
    with serve(market) as url:
        assert commit_page(url, per_page=1)
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=2)
