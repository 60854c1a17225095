"""Writing the report: the folder of a site, as a whole or not at all.

Belongs here: which pages and files there are, rendering them, and putting the folder in place. Does not belong here:
what stands on a page (`pages.py`, `companies.py`).

A site is `index.html`, `history.html`, `companies.html`, a folder an event under `events/`, a page a company under
`companies/`, `assets/`, and `site.json`, by which a folder is known to be a report and may be replaced.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import polars as pl

from recon_pipeline.errors import BadInput
from recon_pipeline.explanation import Explanation
from recon_pipeline.publish import published_database
from recon_pipeline.report import companies, pages, words
from recon_pipeline.report.accuracy import accuracies
from recon_pipeline.report.facts import Facts
from recon_pipeline.report.grids import body
from recon_pipeline.settings import Settings, is_simulated

PACKAGE = Path(__file__).parent
MARKER = "site.json"
MADE_BY = "recon report"
FOLDER = "report"

ROOT, BELOW, DEEP = "", "../", "../../"
"""What leads from a page to the root of the site, by its depth."""


Stories = Callable[[Path, str, Collection[str] | None], Iterable[Explanation]]
"""What yields the stories of the companies of an event that are named, or of all of them."""


class Companies(StrEnum):
    """Which companies have a page: those that the last reconstitution and the events after it are about, or all.

    With all of them a page tells of its company at the last event that has it, and at every event that is about it.
    """

    concerned = "concerned"
    all = "all"


@dataclass(frozen=True)
class Site:
    """A report that was written: its folder, how many pages and bytes it has, and how long it took, seconds."""

    path: Path
    pages: int
    companies: int
    size: int
    seconds: float

    @property
    def start(self) -> Path:
        """The page to open."""
        return self.path / "index.html"


def report_path(home: Path) -> Path:
    """Return where the report of a home is written."""
    return home / FOLDER


def report_home(settings: Settings, home: Path) -> Site | None:
    """Write the report of what a home has published, as the setting `report` says; None where it says none."""
    if settings.report == "none":
        return None
    return write_report(
        published_database(home), report_path(home), scope=Companies(settings.report), note=note_of(home)
    )


def note_of(home: Path) -> str | None:
    """Return what must stand on every page of the report of a home: that its market is invented, or a projection."""
    from recon_pipeline.pipeline import PROJECTIONS

    if is_simulated(home):
        return "A simulated market: every company and every figure in this report is invented."
    if home.name == PROJECTIONS:
        return "A projection: the event as if the day as of which it was made were its rank day."
    return None


def write_report(
    database: Path,
    out: Path,
    *,
    events: Sequence[str] = (),
    truth: Sequence[Path] = (),
    scope: Companies = Companies.all,
    note: str | None = None,
    stories: Stories | None = None,
) -> Site:
    """Write the report of a published file as a static site, replacing the one that is there.

    `events` are the events of the site, by default all of the file; `truth` lists to score them against; `scope` says
    which companies have a page; `note` stands on every page. `stories` are by default those of
    `story.explain_all`. The same file and arguments give the same bytes.

    Raises:
        BadInput: there is no such file, it does not hold an event, a list of truth cannot be used, or `out` is there
            and is not a report.
    """
    began = time.perf_counter()
    _refuse_another_folder(out)
    # Resolved once: all pages are of one snapshot, though another is published meanwhile.
    database = database.resolve()
    facts = Facts(database, events)
    scored = accuracies(facts.reader, facts.events, truth)
    # A link is replaced at its target: who keeps the report elsewhere wants it there.
    target = out.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        folder.chmod(0o755)
        writer = _Writer(folder, facts, note)
        # A file of before there were near misses has not all that a story tells.
        if stories is not None or facts.has("near_miss"):
            writer.companies(stories or _stories, scope)
        for event_id in facts.events:
            writer.event(event_id, scored.get(event_id))
        writer.page("index.html", "start.html", ROOT, "start", pages.start_page(facts))
        writer.page("history.html", "history.html", ROOT, "history", pages.history_page(facts))
        writer.page("companies.html", "companies.html", ROOT, "companies", writer.companies_page(scope))
        shutil.copytree(PACKAGE / "assets", folder / "assets")
        writer.marker(scope)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        _put_in_place(folder, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Site(out, writer.count, len(writer.told), size, time.perf_counter() - began)


def _stories(database: Path, event_id: str, wanted: Collection[str] | None) -> Iterator[Explanation]:
    from recon_pipeline.story import explain_all

    yield from explain_all(database, event_id, wanted)


def _refuse_another_folder(out: Path) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())) or _is_report(out):
        return
    raise BadInput(
        f"Writing the report to {out}: it is there and is not a report (no {MARKER} of ours). Nothing was written; "
        "choose another --out, or move it away."
    )


def _is_report(folder: Path) -> bool:
    """Whether a folder is a report and may be replaced: others have a file of that name as well."""
    try:
        told = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and told.get("made_by") == MADE_BY


def _put_in_place(folder: Path, target: Path) -> None:
    if not target.exists():
        folder.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old / "report")
    try:
        folder.rename(target)
    except OSError:
        (old / "report").rename(target)
        old.rmdir()
        raise
    shutil.rmtree(old)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(PACKAGE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


class _Writer:
    """One site in the making: its folder, and which company has which sections."""

    def __init__(self, folder: Path, facts: Facts, note: str | None) -> None:
        self.folder = folder
        self.facts = facts
        self.count = 0
        self.told: dict[str, set[str]] = {}
        self._rows: dict[str, dict[str, Any]] = {}
        self._templates = _environment().overlay()
        self._shared = {
            "note": note,
            "provenance": facts.provenance,
            "body": lambda grid, root: body(grid, lambda *of: self._link(root, *of)),
            **{
                name: getattr(words, name)
                for name in ("money", "price", "count", "percent", "day", "short_day", "plain", "text", "reason")
            },
        }

    def page(self, path: str, template: str, root: str, here: str, values: dict[str, Any]) -> None:
        """Render a page into the folder."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self._render(template, root, here=here, **values), encoding="utf-8")
        self.count += 1

    def _render(self, template: str, root: str, **values: Any) -> str:
        return self._templates.get_template(template).render(self._shared | {"root": root} | values)

    def _statement(self, said: dict[str, Any] | None) -> str:
        return self._render("statement.html", ROOT, **said) if said else ""

    def _link(self, root: str, company_id: str | None, event_id: str | None) -> str:
        """The page of a company, at the event if it tells of it; empty where it has none."""
        told = self.told.get(company_id or "")
        if told is None:
            return ""
        return f"{root}companies/{words.slug(str(company_id))}.html" + (f"#{event_id}" if event_id in told else "")

    def companies(self, stories: Stories, scope: Companies) -> None:
        """Write the page of every company: its newest story open, the events that are about it below."""
        sections: dict[str, list[dict[str, Any]]] = {}
        newest: dict[str, Explanation] = {}
        for event_id in self._of_now() if scope is Companies.concerned else reversed(self.facts.events):
            wanted = companies.concerned(self.facts, event_id)
            asked = None if scope is Companies.all else wanted
            for story in stories(self.facts.database, event_id, asked):
                company_id = story.company_id
                if company_id not in wanted and (scope is not Companies.all or company_id in newest):
                    continue
                newest.setdefault(company_id, story)
                self.told.setdefault(company_id, set()).add(event_id)
                sections.setdefault(company_id, []).append(self._section(story))
        for company_id, story in sorted(newest.items()):
            self._rows[company_id] = companies.company_row(story)
            self.page(
                f"companies/{words.slug(company_id)}.html",
                "company.html",
                BELOW,
                "companies",
                {
                    "name": story.company_name,
                    "ticker": story.ticker,
                    "stories": sections.pop(company_id),
                    **companies.past_page(story),
                },
            )

    def _of_now(self) -> list[str]:
        """The last reconstitution and what came after it, newest first: all else is for who asks for all companies."""
        recons = [each for each in self.facts.events if self.facts.event(each)["kind"] == "recon"]
        first = self.facts.events.index(recons[-1]) if recons else 0
        return self.facts.events[first:][::-1]

    def _section(self, story: Explanation) -> dict[str, Any]:
        page = companies.story_page(story)
        html = self._render(
            "story.html",
            BELOW,
            **page,
            statement_text=self._statement(page["statement"]),
            where_says=companies.position_says(story),
        )
        return {
            "event_id": story.event_id,
            "title": page["title"],
            "page": f"events/{story.event_id}/index.html",
            "html": html,
        }

    def companies_page(self, scope: Companies) -> dict[str, Any]:
        """Return the values of the list of companies."""
        told = (
            "Every company that was listed around a rank day, eligible or not, with its whole story."
            if scope is Companies.all
            else "Who the last reconstitution and what came after it are about: who changes index, is near a cut-off, "
            "came to the market or has a remark. The command recon report writes the pages of all the others."
        )
        if not self.facts.has("near_miss"):
            told = (
                "This file was published by an earlier version, which lacks some of what a story tells: run it again."
            )
        return {"scope": told, "companies": companies.companies_grid(list(self._rows.values()))}

    def event(self, event_id: str, accuracy: Any) -> None:
        """Write the page of an event, and a page and two files an index."""
        facts, place = self.facts, f"events/{event_id}"
        values = pages.event_page(facts, event_id, accuracy)
        frame = values["event"]
        values["cut_says"] = pages.describe_cut(values["cuts"]) if frame.is_recon else ""
        values["statement"] = self._statement(companies.blank_statement(frame))
        self.page(f"{place}/index.html", "event.html", DEEP, "event", values)
        changed = pages.changes_of(facts, event_id)
        members = facts.of("members", event_id).partition_by("index_id", as_dict=True, maintain_order=True)
        for each in values["lists"]:
            index_id = each["index_id"]
            listed = pages.list_page(facts, event_id, index_id, changed)
            self.page(f"{place}/{index_id}.html", "list.html", DEEP, "list", listed)
            own = [row for row in changed if row["index_id"] == index_id]
            told = pl.DataFrame(own, schema=dict.fromkeys(CHANGES_CSV.values(), pl.String), strict=False)
            self._csv(f"{place}/{index_id}-changes.csv", CHANGES_CSV, told)
            self._csv(f"{place}/{index_id}-members.csv", MEMBERS_CSV, members[(index_id,)])

    def _csv(self, path: str, columns: dict[str, str], rows: pl.DataFrame) -> None:
        # A cell that a spreadsheet would take for a formula is made a text.
        texts = pl.col("company_name", "ticker", "industry").str.replace(r"^([=+\-@\t\r])", "'$1")
        told = rows.with_columns(texts).select(pl.col(key).alias(label) for label, key in columns.items())
        (self.folder / path).write_text(told.write_csv(), encoding="utf-8", newline="")

    def marker(self, scope: Companies) -> None:
        """Write what the site is of, by which the folder is known."""
        made = self.facts.provenance
        told = {
            "made_by": MADE_BY,
            "snapshot_id": made.snapshot_id if made else None,
            "events": self.facts.events,
            "companies": scope.value,
            "pages": self.count,
        }
        (self.folder / MARKER).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


CHANGES_CSV = {
    "Company": "company_name",
    "Symbol": "ticker",
    "Industry": "industry",
    "Action": "action",
    "From": "from_index",
    "To": "to_index",
    "Reason": "reason",
    "Rank": "rank",
    "Market cap USD": "market_cap_usd",
}
MEMBERS_CSV = {
    "Company": "company_name",
    "Symbol": "ticker",
    "Industry": "industry",
    "Rank": "rank",
    "Market cap USD": "market_cap_usd",
    "Weight percent (estimate)": "weight_pct",
}
"""Columns of the files, in the shape of the official lists and with what we know besides."""
