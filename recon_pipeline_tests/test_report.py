"""The report: which pages and files there are, that they say what the tables say, and that they trust no name.

On an invented market (`report_home.py`). What only a browser can show is in `test_report_browser.py`.

Does not belong here: the figures themselves (the cases of the queries), the story of a company (`test_story.py`).
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest

from recon_pipeline.errors import BadInput
from recon_pipeline.publish import published_database
from recon_pipeline.report import event, history, words
from recon_pipeline.report.companies import Companies
from recon_pipeline.report.facts import QUERIES, Facts
from recon_pipeline.report.flows import alluvial
from recon_pipeline.report.frame import event_frame, index_counts
from recon_pipeline.report.grids import Column, Grid, Links, body
from recon_pipeline.report.plots import cap_curve
from recon_pipeline.report.site import note_of, report_home, write_report
from recon_pipeline.settings import Settings
from recon_pipeline_tests.report_home import BEFORE, EVENT, IPO, MEMBERS, cap, publish_report_home, tickers
from recon_pipeline_tests.test_cli import Recon, paragraph
from recon_pipeline_tests.test_cli import recon as recon


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("home")
    publish_report_home(path)
    return path


@pytest.fixture(scope="module")
def database(home: Path) -> Path:
    return published_database(home)


@pytest.fixture(scope="module")
def site(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of all events and companies."""
    return write_report(database, tmp_path_factory.mktemp("site") / "report").path


@pytest.fixture(scope="module")
def facts(database: Path) -> Facts:
    return Facts(database)


# --- reading pages ----------------------------------------------------------------------------------------------------


@dataclass
class Table:
    """A table of a page: its caption, headings and rows of cells, and what is not as it should be."""

    caption: str = ""
    headings: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    sorted_by: list[list[str | None]] = field(default_factory=list)
    unscoped: int = 0


class Page(HTMLParser):
    """What a page holds: tables, links, ids, and elements that may run or load something."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.tables: list[Table] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.scripts = 0
        self.handlers: list[str] = []
        self._in: list[str] = []
        self._cell: list[str] | None = None
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.handlers += [name for name in told if name.startswith("on")]
        self.scripts += tag == "script"
        if told.get("id"):
            self.ids.append(str(told["id"]))
        if tag == "a":
            self.links.append(str(told["href"]))
        elif told.get("href") or told.get("src"):
            self.loads.append(str(told.get("href") or told.get("src")))
        if tag == "table":
            self.tables.append(Table())
        if tag == "tr":
            self._in.append("row")
            self._row: list[str] = []
            self._keys: list[str | None] = []
        if tag in ("caption", "th", "td"):
            self._cell = []
            if tag == "th" and told.get("scope") not in ("col", "row"):
                self.tables[-1].unscoped += 1
            if tag != "caption":
                self._keys.append(told.get("data-sort"))
                self._is_heading = told.get("scope") == "col"

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("caption", "th", "td") and self._cell is not None:
            text = "".join(self._cell).strip()
            self._cell = None
            if tag == "caption":
                self.tables[-1].caption = text
            elif self._is_heading:
                self.tables[-1].headings.append(text)
            else:
                self._row.append(text)
        if tag == "tr" and self._row:
            self.tables[-1].rows.append(self._row)
            self.tables[-1].sorted_by.append(self._keys)

    def table(self, caption: str) -> Table:
        """The table whose caption begins so."""
        (found,) = [table for table in self.tables if table.caption.startswith(caption)]
        return found


def all_pages(site: Path) -> Iterator[Page]:
    return (Page(path) for path in sorted(site.rglob("*.html")))


def event_page(site: Path, event_id: str = EVENT) -> Page:
    return Page(site / "events" / event_id / "index.html")


# --- which files there are --------------------------------------------------------------------------------------------


def test_every_event_index_and_company_has_its_page(site: Path) -> None:
    assert {path.name for path in site.iterdir()} == {
        *("assets", "companies", "events", "companies.html", "history.html", "index.html", "site.json")
    }
    assert {path.name for path in (site / "events").iterdir()} == {BEFORE, EVENT, IPO}
    assert {path.stem for path in (site / "companies").iterdir()} == {f"C-{ticker}" for ticker in tickers(1, 46)}
    for event_id in (BEFORE, EVENT, IPO):
        files = {path.name for path in (site / "events" / event_id).iterdir()}
        lists = {f"{index_id}{end}" for index_id in MEMBERS for end in (".html", "-changes.csv", "-members.csv")}
        assert files == lists | {"index.html"}


def test_the_same_file_makes_the_same_bytes_and_no_clock_is_in_them(database: Path, site: Path, tmp_path: Path) -> None:
    again = write_report(database, tmp_path / "again").path
    files = sorted(path.relative_to(site) for path in site.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [str(path) for path in files if (site / path).read_bytes() != (again / path).read_bytes()] == []
    assert date.today().isoformat() not in (site / "index.html").read_text(encoding="utf-8")


def test_every_link_leads_to_a_file_and_a_place_of_the_site(site: Path) -> None:
    found = {page.path: page for page in all_pages(site)}
    wrong = []
    for page in found.values():
        for link in [*page.links, *(load for load in page.loads if load != "data:,")]:
            path, _, anchor = link.partition("#")
            target = (page.path.parent / unquote(path)).resolve() if path else page.path
            if not target.is_file() or (anchor and anchor not in found[target].ids):
                wrong.append((page.path.name, link))
    assert wrong == []


def test_nothing_is_asked_of_a_network(site: Path) -> None:
    for page in all_pages(site):
        assert not [link for link in [*page.links, *page.loads] if "//" in link], page.path
        assert page.text.replace("http://www.w3.org/", "").count("http") == 0, page.path
    for asset in (site / "assets").iterdir():
        text = asset.read_text(encoding="utf-8")
        assert "http" not in text
        assert "url(" not in text
        assert "@import" not in text


def test_tables_have_captions_scopes_and_equal_rows(site: Path) -> None:
    seen = 0
    for page in all_pages(site):
        assert len(page.ids) == len(set(page.ids)), page.path
        for table in page.tables:
            seen += 1
            assert table.caption, page.path
            assert table.headings, page.path
            assert not table.unscoped, (page.path, table.caption)
            assert {len(row) for row in table.rows} == {len(table.headings)}, (page.path, table.caption)
    assert seen > 100


# --- names are not trusted --------------------------------------------------------------------------------------------


def test_a_name_is_text_wherever_it_stands(site: Path) -> None:
    told = 0
    for page in all_pages(site):
        assert page.scripts == 1, page.path
        assert not page.handlers, page.path
        assert "<b>" not in page.text, page.path
        told += "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert told > 5
    own = Page(site / "companies" / "C-T12.html")
    assert "Quo&#34;te &amp; &#39;Mark&#39; &lt;b&gt;Co.&lt;/b&gt;" in own.text


def test_a_file_holds_no_formula(site: Path) -> None:
    with (site / "events" / EVENT / "R2000-changes.csv").open(encoding="utf-8", newline="") as file:
        names = [row["Company"] for row in csv.DictReader(file)]
    assert "'=HYPERLINK(0) Inc." in names


def test_two_companies_never_share_a_page() -> None:
    ids = ["C-A", "C-A.B", "C-A_B", "C-A/B", "C-A B", "C-A..B", "C-..", "C-A.", "C-Å", "C-A_2f_B"]
    slugs = [words.slug(each) for each in ids]
    assert len({each.lower() for each in slugs}) == len(ids)
    assert not [each for each in slugs if "/" in each or ".." in each or each.endswith(".")]


# --- what a page says -------------------------------------------------------------------------------------------------


def test_the_lists_have_the_shape_of_the_official_ones_and_their_files_too(site: Path) -> None:
    page = Page(site / "events" / EVENT / "R3000.html")
    additions, deletions = page.table("Additions"), page.table("Deletions")
    assert additions.headings[:3] == deletions.headings[:3] == ["Company", "Symbol", "Industry"]
    assert [row[1] for row in additions.rows] == ["T25", "T26", "T27", "T28", "T29", "T30"]
    assert [row[1] for row in deletions.rows] == ["T41", "T42", "T43", "T44", "T45", "T46"]
    with (site / "events" / EVENT / "R3000-changes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:3] == ["Company", "Symbol", "Industry"]
    assert [row["Symbol"] for row in rows if row["Action"] == "addition"] == [row[1] for row in additions.rows]
    with (site / "events" / EVENT / "RMICRO-members.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["Symbol"] for row in csv.DictReader(file)) == MEMBERS["RMICRO"]


def test_an_event_tells_who_comes_goes_and_moves(site: Path) -> None:
    page = event_page(site)
    assert [row[1:5] for row in page.table("Migrations").rows] == [
        ["T10", "Technology", "Russell 2000", "Russell 1000"],
        ["T11", "Utilities", "Russell 1000", "Russell 2000"],
    ]
    came = {row[1]: row[3:5] for row in page.table("Additions to").rows}
    assert came["T25"] == ["Russell 2000", "Russell Microcap"]
    assert came["T26"] == ["Russell 2000", "outside"]
    assert {row[5] for row in page.table("Deletions").rows} == {"price too low"}


def test_figures_are_for_people_and_carry_their_raw_value(site: Path) -> None:
    cuts = event_page(site).table("Cut-offs and the bands")
    row = next(row for row in cuts.rows if row[0] == "Russell 1000 | Russell 2000")
    assert row[1:5] == ["10", "$1.00B", "$579M", "$1.95B"]
    place = cuts.rows.index(row)
    assert cuts.sorted_by[place][2] == f"{cap('T10')}.0000"


def test_a_company_counts_once_though_another_line_of_it_prices_it(database: Path, tmp_path: Path) -> None:
    copied = tmp_path / "recon.duckdb"
    shutil.copy(database, copied)
    with duckdb.connect() as con:
        con.execute(f"attach '{copied}' as file")
        con.execute("update file.recon.index_membership set is_pricing_vehicle = false where ticker = 'T05'")
    (large,) = index_counts(Facts(copied, [EVENT]), EVENT, ["R1000"])
    assert (large.lines, large.companies) == (10, 10)
    assert large.cap_usd == sum(cap(ticker) for ticker in MEMBERS["R1000"])


def test_flows_are_counted_from_both_sides(site: Path) -> None:
    flows = event_page(site).table("Lines by where they were")
    assert flows.headings == ["From", "to Russell 1000", "to Russell 2000", "to Microcap only", "to outside"]
    assert flows.rows == [
        ["Russell 1000", "9", "1", "0", "0"],
        ["Russell 2000", "1", "13", "0", "6"],
        ["Microcap only", "0", "1", "10", "0"],
        ["outside", "0", "5", "0", "0"],
    ]


def test_what_nobody_told_is_not_stated(site: Path) -> None:
    page = event_page(site, BEFORE)
    assert "Nobody told who was in Russell Microcap before the event" in page.text
    lists = page.table("Additions and deletions in the shape")
    assert next(row for row in lists.rows if row[0] == "Russell Microcap")[2:4] == [words.NOTHING, words.NOTHING]
    assert "Microcap only" not in page.text
    assert "no changes are stated" in (site / "events" / BEFORE / "RMICRO.html").read_text(encoding="utf-8")


def test_industries_before_follow_from_the_changes(facts: Facts) -> None:
    (large, small) = event.mixes(facts, EVENT)
    assert sum(row["before"] for row in small["grid"].rows) == 20 - 7 + 7
    assert sum(row["after"] for row in small["grid"].rows) == 20
    energy = next(row for row in large["grid"].rows if row["industry"] == "Utilities")
    assert (energy["before"], energy["after"], energy["change"]) == (2, 1, -1)


def test_near_misses_revisions_and_remarks_stand_on_the_page(site: Path) -> None:
    page = event_page(site)
    assert [row[1] for row in page.table("Near misses").rows] == ["T09", "T10", "T11", "T12", "T30", "T31", "T32"]
    assert page.table("Near misses").rows[0][7] == f"{words.MINUS}10.0%"
    assert page.table("What one vintage").rows[0][5] == "dropped from the list"
    assert [row[:3] for row in page.table("Remarks on the data").rows] == [
        ["carried", "warning", "1"],
        ["no figures", "warning", "1"],
        ["neighbour session", "info", "1"],
    ]
    assert [row[1] for row in page.table("The remarks that weigh most").rows] == ["T10", "T12", "T13"]


def test_near_misses_are_the_nearest_of_each_cut(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    every = [(row["cut_id"], row["ticker"]) for row in event.nearest(facts, EVENT)]
    monkeypatch.setattr(event, "SHOWN_A_CUT", 1)
    shown = [(row["cut_id"], row["ticker"]) for row in event.nearest(facts, EVENT)]
    assert shown == [each for place, each in enumerate(every) if each[0] not in {cut for cut, _ in every[:place]}]
    assert len(shown) < len(every)
    told = event.near_misses(facts, EVENT)
    assert told is not None
    assert str(told.note).endswith(f"The nearest 1 of each cut, of {len(every)} in all.")


def test_demand_is_told_as_an_estimate_and_the_largest_first(site: Path) -> None:
    page = event_page(site)
    traded = page.table("What funds would trade")
    assert [row[1] for row in traded.rows] == ["T30", "T29", "T28", "T27", "T26", "T25"]
    assert traded.rows[0][2:] == ["R2000, R3000", words.NOTHING, "$250K", "6.00"]
    assert "Estimates: what one billion dollars" in page.text


def test_a_quarterly_event_tells_of_its_newcomers(site: Path) -> None:
    page = event_page(site, IPO)
    assert [row[2] for row in page.table("Who came to the market").rows] == ["added", "too small", "not an offering"]
    assert page.table("Cut-offs of the last").rows[0][3] == "+5.00%"
    assert not [table for table in page.tables if table.caption.startswith("Deletions")]


def test_the_start_page_has_every_event_and_what_comes_next(site: Path) -> None:
    page = Page(site / "index.html")
    events = [link.split("/")[1] for link in page.links if link.startswith("events/")]
    assert events == [IPO, EVENT, BEFORE]
    assert page.table("Days of the coming").rows[0][:2] == ["December 2023 IPO additions", "31 Oct 2023"]
    assert "ranked 31 October 2023, effective after the close of 15 December 2023" in page.text


def test_the_history_stands_beside_what_was_published(site: Path) -> None:
    page = Page(site / "history.html")
    cuts = {(row[0], row[1]): row for row in page.table("Cut-offs beside").rows}
    assert cuts[EVENT, "Russell 1000 | Russell 2000"][3:6] == ["$1.00B", "$4.20B", f"{words.MINUS}76.2%"]
    assert cuts[EVENT, "Lower end of the Russell 3000"][4] == words.NOTHING
    shares = page.table("Shares of total market cap").rows
    whole, large = (sum(cap(ticker) for ticker in MEMBERS[index_id]) for index_id in ("R3000", "R1000"))
    assert shares[1][:2] == [EVENT, words.money(whole)]
    assert shares[1][3] == words.percent(100 * large / whole)
    counts = page.table("Lines after the event").rows
    # Of the lines nothing was published in these years.
    assert counts[1] == [EVENT, "10", "20", "30", "20"]
    assert page.table("Additions to the indexes").rows[1][:3] == [EVENT, "1", "1"]
    assert page.links.count(f"events/{EVENT}/index.html") == 5


def test_what_is_published_of_two_indexes_tells_of_the_third(facts: Facts) -> None:
    frame = event_frame(facts, EVENT)
    row = history.counts_of(facts, replace(frame, event_id="2025-06-recon"))
    assert (row["r1000_share_published"], row["r2000_share_published"]) == pytest.approx((95.377, 4.623), abs=0.001)
    assert row["r1000_share"] is None
    assert history.counts_of(facts, replace(frame, event_id="2024-06-recon"))["R1000_published"] == 1013


def test_a_company_tells_its_story_and_an_added_one_has_a_statement(site: Path) -> None:
    page = Page(site / "companies" / "C-T10.html")
    # Its last event first, and below it the one that moves it.
    outcome = [table for table in page.tables if table.caption == "Outcome by index"][1]
    assert ["Russell 1000", "T10", "no", "yes", "addition (up)"] in [row[:5] for row in outcome.rows]
    assert "joins the Russell 1000" in page.text
    assert "Not affiliated with" in page.text
    assert "joins the Russell" not in Page(site / "companies" / "C-T05.html").text
    poor = Page(site / "companies" / "C-T41.html")
    assert ["price", "failed", "$0.5000", "$1.00"] in [
        row[:4] for table in poor.tables if table.caption == "Rules, T41" for row in table.rows
    ]
    assert {EVENT, IPO} <= set(page.ids)
    # Each event of its history leads to the page of that event.
    assert {f"../events/{each}/index.html" for each in (BEFORE, EVENT, IPO)} <= set(page.links)


def test_a_story_leads_back_to_its_event(site: Path) -> None:
    assert f"../../companies/C-T10.html#{EVENT}" in event_page(site).links


# --- what a file or a caller gives ------------------------------------------------------------------------------------


def test_a_file_of_an_older_version_is_told_of_not_refused(database: Path, tmp_path: Path) -> None:
    older = tmp_path / "recon.duckdb"
    shutil.copy(database, older)
    with duckdb.connect() as con:
        con.execute(f"attach '{older}' as old")
        con.execute("drop table old.recon.near_miss")
        con.execute("drop table if exists old.recon.security_demand")
    made = write_report(older, tmp_path / "report")
    text = event_page(made.path).text
    assert "by an earlier version" in (made.path / "companies.html").read_text(encoding="utf-8")
    assert "no table of near misses (recon.near_miss)" in text
    assert "no table of index demand (recon.index_demand)" in text
    assert made.companies == 0


def test_only_the_events_that_are_asked_for(database: Path, tmp_path: Path) -> None:
    made = write_report(database, tmp_path / "report", events=[EVENT])
    assert [path.name for path in (made.path / "events").iterdir()] == [EVENT]
    with pytest.raises(BadInput, match="2024-06-recon"):
        write_report(database, tmp_path / "report", events=["2024-06-recon"])


def test_the_report_of_a_publication_tells_of_the_companies_of_its_last_events(database: Path, tmp_path: Path) -> None:
    made = write_report(database, tmp_path / "report", scope=Companies.concerned)
    held = {path.stem for path in (made.path / "companies").iterdir()}
    assert {"C-T09", "C-T10", "C-T28", "C-T41"} <= held
    assert "C-T03" not in held
    assert made.companies == len(held) < 46


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    path = tmp_path / "r1000.csv"
    path.write_text("index,ticker,name,asof\n" + "".join(f"R1000,{each},x,2023-06-26\n" for each in tickers(1, 11)))
    return path


def test_a_list_scores_the_event_that_it_is_of(database: Path, tmp_path: Path, truth: Path) -> None:
    made = write_report(database, tmp_path / "report", truth=[truth], stories=lambda file, event_id, wanted: ())
    scores = event_page(made.path).table("Scores by index")
    assert scores.rows[0][:6] == ["Russell 1000", "members", "10", "11", "10", "1.000"]
    names = event_page(made.path).table("Missed and false names")
    assert ["T11", "Russell 1000", "members", "missed"] in [row[1:5] for row in names.rows]
    assert "No list of what really happened" in event_page(made.path, BEFORE).text


def test_a_list_of_no_event_is_refused_and_nothing_is_written(database: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("index,ticker,asof\nR1000,A,2019-06-28\n")
    with pytest.raises(BadInput, match=r"other\.csv"):
        write_report(database, tmp_path / "report", truth=[other])
    assert not (tmp_path / "report").exists()


def test_a_report_replaces_a_report_and_nothing_else(database: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(BadInput, match="is not a report"):
        write_report(database, out)
    (out / "site.json").write_text('{"name": "my other site"}')
    with pytest.raises(BadInput, match="is not a report"):
        write_report(database, out)
    assert (out / "thesis.txt").read_text() == "mine"
    for name in ("thesis.txt", "site.json"):
        (out / name).unlink()
    for _ in range(2):
        write_report(database, out, events=[IPO], stories=lambda file, event_id, wanted: ())
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert (out / "index.html").is_file()


def test_a_failure_leaves_the_report_that_is_there(database: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    write_report(database, out, events=[IPO], stories=lambda file, event_id, wanted: ())
    before = (out / "index.html").read_bytes()

    def fails(file: Path, event_id: str, wanted: Any) -> Iterator[Any]:
        raise BadInput("no story")

    with pytest.raises(BadInput, match="no story"):
        write_report(database, out, stories=fails)
    assert (out / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_the_command_writes_it_and_a_publication_only_if_wanted(recon: Recon, home: Path, tmp_path: Path) -> None:
    done = recon("report", "--home", home, "--out", tmp_path / "out", "--event", EVENT, "--concerned")
    assert done.code == 0
    assert f"report: {tmp_path / 'out' / 'index.html'}" in done.out
    assert "2024-06-recon" in paragraph(recon("report", "--home", home, "--event", "2024-06-recon"))
    assert report_home(Settings(report="none"), home) is None
    written = report_home(Settings(report="concerned"), home)
    assert written is not None
    assert written.path == home / "report"


def test_an_invented_market_and_a_projection_say_so_on_every_page(tmp_path: Path, home: Path) -> None:
    assert "invented" in str(note_of(tmp_path / "simulated-9000-3-1"))
    assert "projection" in str(note_of(tmp_path / "projections"))
    assert note_of(home) is None
    made = write_report(published_database(home), tmp_path / "report", events=[EVENT], note="It is <so>.")
    # What was published is of the real market: it stands beside no invented figure.
    assert "ublished" not in Page(made.path / "history.html").text
    assert not [page.path for page in all_pages(made.path) if "It is &lt;so&gt;." not in page.text]


# --- pieces -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "amount"),
    [
        ("$4.21B", Decimal("4207000000.0000")),
        ("$42.1B", 42_070_000_000),
        ("$421M", 420_700_000),
        ("$1.00B", 999_950_000),
        ("$999M", 999_400_000),
        ("$2.50T", 2.5e12),
        ("$30.0K", 30_000),
        ("$12.50", Decimal("12.5")),
        ("$0.00", 0),
        (f"{words.MINUS}$3.10M", -3_100_000),
        (words.NOTHING, None),
    ],
)
def test_an_amount_has_three_digits(shown: str, amount: Any) -> None:
    assert words.money(amount) == shown


def test_numbers_and_days_are_written_for_people() -> None:
    assert (words.price(Decimal("0.9999")), words.price(1234.5)) == ("$0.9999", "$1,234.50")
    assert (words.change(-3), words.change(0), words.change(12)) == (f"{words.MINUS}3", "0", "+12")
    assert (words.signed_percent(Decimal("-0.004")), words.signed_percent(250)) == (f"{words.MINUS}0.00%", "+250.0%")
    assert (words.day(date(2023, 6, 3)), words.short_day(date(2023, 6, 3))) == ("3 June 2023", "3 Jun 2023")
    assert words.event_title("2025-09-ipo", "ipo") == "September 2025 IPO additions"


def test_every_query_of_the_report_runs(facts: Facts) -> None:
    names = sorted(path.stem for path in QUERIES.glob("*.sql"))
    assert names
    rows = {name: facts.of(name, EVENT).height for name in names if facts.has(name)}
    quarterly = {"candidates", "ipo_breakpoints"}
    assert not [
        name for name, height in rows.items() if not height and name not in {*quarterly, "unknown", "index_assets"}
    ]


def test_the_pictures_show_what_they_are_given() -> None:
    caps = [(rank, 1e12 / rank**2) for rank in range(1, 3001)]
    cut: dict[str, Any] = {
        "breakpoint_id": "R1000",
        "cut_rank": 1000,
        "market_cap_usd": Decimal(1_000_000),
        "band_pct": 2,
    }
    cut |= {"band_low_usd": Decimal(900_000), "band_high_usd": Decimal(1_100_000)}
    with_band = cap_curve(caps, [cut])
    assert "R1000 $1.00M" in with_band
    assert with_band.count("var(--band)") == 1
    assert "var(--band)" not in cap_curve(caps, [cut | {"band_pct": 0}])
    picture = alluvial({("R1000", "R2000"): 3, ("R1000", "R1000"): 900, (None, "R2000"): 1}, ["R1000", "R2000", None])
    assert picture.count("<path") == 2
    assert "3 from Russell 1000 to Russell 2000" in picture
    assert alluvial({("R1000", "R1000"): 900}, ["R1000"]) == ""
    # Where nobody leaves an index it has no place on the left, where the names of several would stand on each other.
    assert alluvial({(None, "R2000"): 4, ("R1000", "R1000"): 9}, ["R1000", "R2000", None]).count("<rect") == 2


def test_a_table_reads_what_its_columns_name_of_rows_and_of_objects() -> None:
    flip = SimpleNamespace(price_usd=Decimal("1.5"))
    columns = [Column("company_name", "Company", "company"), Column("event_id", "Event", "event")]
    columns += [Column("flip.price_usd", "Price", "price")]
    rows: list[dict[str, Any]] = [
        {"company_name": "A & B", "company_id": "C-A", "event_id": EVENT, "flip": flip},
        {"company_name": "C", "company_id": "C-C", "event_id": "", "flip": None},
    ]
    links = Links(lambda company, at: f"{company}#{at}" if at else "", lambda at: f"{at}/" if at else "")
    html = body(Grid("g", "Of rows", columns, rows), links)
    assert html == body(Grid("g", "Of objects", columns, [SimpleNamespace(**row) for row in rows]), links)
    assert f'<a href="C-A#{EVENT}">A &amp; B</a></th><td class=d><a href="{EVENT}/">{EVENT}</a>' in html
    assert '<td class=n data-sort="1.5">$1.50</td>' in html
    assert f'<th scope=row>C</th><td class=d>{words.NOTHING}</td><td class=n data-sort="">{words.NOTHING}</td>' in html
    with pytest.raises(KeyError):
        body(Grid("g", "Of rows", (Column("nobody", "No"),), rows), links)
