"""The report in a real browser: it opens from disk without an error or a request, sorts and searches by keyboard, and
has no serious finding of axe, in light and dark, on a desktop, a phone and paper.

It drives the system's Chromium, and is skipped where there is none. Pictures of the pages are kept in the folder that
RECON_ARTEFACTS names, else in a temporary one.

Does not belong here: what the pages say (`test_report.py`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from recon_pipeline.publish import published_database
from recon_pipeline.report.site import write_report
from recon_pipeline.report.words import NOTHING
from recon_pipeline_tests.report_home import EVENT, IPO, publish_report_home

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

ARTEFACTS = os.environ.get("RECON_ARTEFACTS")

PAGES = {
    "start": "index.html",
    "event": f"events/{EVENT}/index.html",
    "ipo-event": f"events/{IPO}/index.html",
    "list": f"events/{EVENT}/R3000.html",
    "history": "history.html",
    "companies": "companies.html",
    "company": "companies/C-T10.html",
}
"""One of every kind of page."""

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PAPER: ViewportSize = {"width": 760, "height": 1075}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
    # Playwright leaves the event loop of its driver to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    publish_report_home(home)
    return write_report(published_database(home), home / "report", note="An invented market.").path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(ARTEFACTS).absolute() if ARTEFACTS else tmp_path_factory.mktemp("artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desktop page that fails the test for an error in its console, or a request to anything but a file."""
    yield from watched(browser)


def watched(browser: Browser, **options: Any) -> Iterator[Page]:
    context = browser.new_context(viewport=options.pop("viewport", DESKTOP), **options)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else wrong.append(asked.url))
    opened.on("requestfailed", lambda asked: wrong.append(f"failed: {asked.url}"))
    yield opened
    context.close()
    assert wrong == []


def show(page: Page, site: Path, kind: str) -> None:
    page.goto((site / PAGES[kind]).as_uri())


def column(page: Page, table: str, number: int) -> list[str]:
    """The texts of a column, of the rows that are shown."""
    return page.locator(f"#{table} tbody tr:not([hidden]) > :nth-child({number})").all_inner_texts()


@pytest.mark.parametrize("kind", PAGES)
def test_a_page_opens_from_disk_and_is_accessible_on_desktop_phone_and_paper(
    page: Page, site: Path, artefacts: Path, kind: str
) -> None:
    show(page, site, kind)
    assert page.locator("h1").count() == 1
    page.screenshot(path=artefacts / f"{kind}-desktop.png", full_page=True)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert serious(page) == []
    page.emulate_media(color_scheme="dark")
    assert serious(page, "color-contrast") == []
    page.screenshot(path=artefacts / f"{kind}-dark.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    # What is wider than the screen scrolls by itself; the page never does.
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.screenshot(path=artefacts / f"{kind}-phone.png", full_page=True)
    page.pdf(path=artefacts / f"{kind}-print.pdf", format="A4", print_background=True)
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    assert not page.locator("header nav").is_visible()
    # Paper cannot be scrolled: nothing is cut off or lies over what follows.
    assert (
        page.evaluate(
            "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollHeight > e.clientHeight + 1).length"
        )
        == 0
    )
    # Chromium leaves a box of its own out of the headings that it repeats on the next sheet.
    assert page.evaluate(
        "[...document.querySelectorAll('thead button')].every((e) => getComputedStyle(e).display === 'contents')"
    )
    page.screenshot(path=artefacts / f"{kind}-print.png", full_page=True)
    ends = ("desktop.png", "dark.png", "phone.png", "print.pdf", "print.png")
    assert all((artefacts / f"{kind}-{end}").stat().st_size > 5_000 for end in ends)


def serious(page: Page, *rules: str) -> list[str]:
    """What axe finds that is serious or critical, by all of its rules or by some."""
    from axe_playwright_python.sync_playwright import Axe

    # It would fetch the style sheets, which a page from disk may not.
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = list(rules)
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {[node['html'][:200] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def test_what_axe_must_find_it_finds(page: Page, site: Path) -> None:
    show(page, site, "list")
    page.evaluate("document.querySelector('.lede').style.color = '#ddd'")
    page.evaluate("document.querySelector('input').labels[0].remove()")
    assert [told.split(":")[0] for told in serious(page)] == ["color-contrast", "label"]


def test_a_table_is_sorted_by_keyboard_and_says_so(page: Page, site: Path) -> None:
    show(page, site, "list")
    heading = page.locator("#additions thead th").nth(6)
    button = heading.get_by_role("button")
    assert column(page, "additions", 2) == ["T25", "T26", "T27", "T28", "T29", "T30"]
    assert heading.get_attribute("aria-sort") is None
    button.focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Space")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert column(page, "additions", 2) == ["T30", "T29", "T28", "T27", "T26", "T25"]
    # By a word: another heading takes the sign over.
    page.locator("#additions thead th").nth(1).get_by_role("button").press("Enter")
    assert heading.get_attribute("aria-sort") is None
    assert column(page, "additions", 2) == ["T25", "T26", "T27", "T28", "T29", "T30"]


def test_amounts_are_sorted_as_numbers_and_the_unknown_comes_last(page: Page, site: Path) -> None:
    show(page, site, "event")
    button = page.locator("#cuts thead th").nth(3).get_by_role("button")
    for _ in range(2):
        button.press("Enter")
    shown = column(page, "cuts", 4)
    assert shown[-3:] == [NOTHING] * 3
    assert page.locator("#cuts tbody tr > :nth-child(4)").first.inner_text() == "$108M"


def test_a_table_is_searched_by_keyboard_and_says_how_many_it_found(page: Page, site: Path) -> None:
    show(page, site, "companies")
    field = page.get_by_role("searchbox")
    field.focus()
    page.keyboard.type("corp. t2")
    assert column(page, "companies", 2) == [f"T{number}" for number in range(20, 30)]
    assert page.locator("output").inner_text() == "10 of 46"
    page.keyboard.type(" utilities")
    assert column(page, "companies", 2) == ["T23", "T29"]
    field.fill("")
    assert len(column(page, "companies", 2)) == 46


def test_the_first_stop_of_the_keyboard_leads_to_the_content(page: Page, site: Path) -> None:
    show(page, site, "event")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to the content"
    box = focused.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_name_runs_nothing(page: Page, site: Path) -> None:
    page.on("dialog", lambda asked: pytest.fail(f"a name ran as a script: {asked.message}"))
    show(page, site, "company")
    assert "<script>alert(1)</script>" in page.locator("h1").inner_text()


def test_a_link_to_a_folded_event_opens_it(page: Page, site: Path) -> None:
    page.goto((site / "companies" / "C-T10.html").as_uri() + f"#{EVENT}")
    folded = page.locator("details")
    assert folded.count() > 1
    assert [each.get_attribute("id") for each in folded.all() if each.get_attribute("open") is not None] == [EVENT]


def test_tables_are_there_without_a_script(browser: Browser, site: Path) -> None:
    for page in watched(browser, java_script_enabled=False):
        show(page, site, "list")
        assert len(page.locator("#additions tbody tr").all()) == 6
        assert not page.locator("input[type=search]").first.is_visible()
        assert page.get_by_role("button").count() == 0


def test_dark_and_light_follow_the_reader(browser: Browser, site: Path) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        for page in watched(browser, color_scheme=scheme):
            show(page, site, "event")
            colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
            shades[scheme] = sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))
    assert shades["dark"] < 3 * 64 < 3 * 192 < shades["light"]
