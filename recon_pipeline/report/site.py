"""Writing the report: the folder of a site, as a whole or not at all.

Belongs here: what is written of a published file, and putting the folder in place. Does not belong here: the pages and
files of it (`writer.py`), what stands on a page.

A site is `index.html`, `history.html`, `companies.html`, a folder an event under `events/`, a page a company under
`companies/`, `assets/`, and `site.json`, by which a folder is known to be a report and may be replaced.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recon_pipeline.errors import BadInput
from recon_pipeline.publish import published_database
from recon_pipeline.report.accuracy import accuracies
from recon_pipeline.report.companies import Companies, Stories, stories_of
from recon_pipeline.report.facts import Facts
from recon_pipeline.report.history import history_page
from recon_pipeline.report.start import start_page
from recon_pipeline.report.writer import MADE_BY, MARKER, PACKAGE, ROOT, Writer
from recon_pipeline.settings import Settings, is_simulated

FOLDER = "report"


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
    which companies have a page; `note` stands on every page, and means that nothing was published of these events.
    `stories` are by default those of `stories_of`. The same file and arguments give the same bytes.

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
        writer = Writer(folder, facts, note)
        # A file of before there were near misses has not all that a story tells.
        if stories is not None or facts.has("near_miss"):
            writer.companies(stories or stories_of, scope)
        for event_id in facts.events:
            writer.event(event_id, scored.get(event_id))
        writer.page("index.html", "start.html", ROOT, "start", start_page(facts))
        writer.page("history.html", "history.html", ROOT, "history", history_page(facts, is_published=note is None))
        writer.page("companies.html", "companies.html", ROOT, "companies", writer.companies_page(scope))
        shutil.copytree(PACKAGE / "assets", folder / "assets")
        writer.marker(scope)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        _put_in_place(folder, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Site(out, writer.count, len(writer.told), size, time.perf_counter() - began)


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
