"""The pages and files of a site, one by one, into a folder.

Belongs here: which pages and files there are, rendering them, and which page leads to which. Does not belong here: what
stands on a page (`start.py`, `event.py` and so on), the folder as a whole (`site.py`).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import polars as pl

from recon_pipeline.explanation import Explanation
from recon_pipeline.report import companies, words
from recon_pipeline.report.accuracy import Accuracy
from recon_pipeline.report.companies import Companies, Stories
from recon_pipeline.report.event import describe_cut, event_page
from recon_pipeline.report.facts import Facts
from recon_pipeline.report.grids import Links, body
from recon_pipeline.report.lists import changes_of, list_page

PACKAGE = Path(__file__).parent
MARKER = "site.json"
MADE_BY = "recon report"

ROOT, BELOW, DEEP = "", "../", "../../"
"""What leads from a page to the root of the site, by its depth."""


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


class Writer:
    """One site in the making: its folder, and which company has which sections."""

    def __init__(self, folder: Path, facts: Facts, note: str | None) -> None:
        self.folder = folder
        self.facts = facts
        self.count = 0
        self.told: dict[str, set[str]] = {}
        self._newest: dict[str, Explanation] = {}
        self._templates = _environment().overlay()
        self._shared = {
            "note": note,
            "provenance": facts.provenance,
            "body": lambda grid, root: body(grid, self._links(root)),
            **{
                name: getattr(words, name)
                for name in (
                    "money",
                    "price",
                    "count",
                    "percent",
                    "day",
                    "short_day",
                    "plain",
                    "text",
                    "reason",
                    "shares_why",
                )
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

    def _links(self, root: str) -> Links:
        """Where the cells of a page lead; a company to the event that is meant, if its page tells of it."""

        def company(company_id: str | None, event_id: str | None) -> str:
            told = self.told.get(company_id or "")
            if told is None:
                return ""
            return f"{root}companies/{words.slug(str(company_id))}.html" + (f"#{event_id}" if event_id in told else "")

        def event(event_id: str) -> str:
            return f"{root}events/{event_id}/index.html" if event_id in self.facts.events else ""

        return Links(company, event)

    def companies(self, stories: Stories, scope: Companies) -> None:
        """Write the page of every company: its newest story open, the events that are about it below."""
        sections: dict[str, list[dict[str, Any]]] = {}
        newest = self._newest
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
        return {"scope": told, "companies": companies.companies_grid(self._newest.values())}

    def event(self, event_id: str, accuracy: Accuracy | None) -> None:
        """Write the page of an event, and a page and two files an index."""
        facts, place = self.facts, f"events/{event_id}"
        values = event_page(facts, event_id, accuracy)
        frame = values["event"]
        values["cut_says"] = describe_cut(values["cuts"]) if frame.is_recon else ""
        values["statement"] = self._statement(companies.blank_statement(frame))
        self.page(f"{place}/index.html", "event.html", DEEP, "event", values)
        changed = changes_of(facts, event_id)
        members = facts.of("members", event_id).partition_by("index_id", as_dict=True, maintain_order=True)
        for each in values["lists"]:
            index_id = each.index_id
            listed = list_page(facts, event_id, index_id, changed)
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
