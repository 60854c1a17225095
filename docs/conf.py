"""The documentation site: Markdown in `docs/`, built by `make site` with warnings as errors and without a network.

Belongs here: the builder's settings, and what puts the code's own account of itself into the pages. A page asks for it
with `<!-- made: NAME -->` (`recon_pipeline/handbook.py`); a link to a file of `sql/` leads to a page that shows it.

A page that helps with a command which this checkout does not have yet puts the words into `:::{only} command_NAME`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from docutils import nodes

from recon_pipeline import handbook

DOCS = Path(__file__).resolve().parent

project = "recon_pipeline"
author = "the authors of recon_pipeline"
html_title = "recon_pipeline"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "footer_icons": [],
    "light_css_variables": {"color-brand-primary": "#1f4e79", "color-brand-content": "#1f4e79"},
    "dark_css_variables": {"color-brand-primary": "#8ab8e6", "color-brand-content": "#8ab8e6"},
}
highlight_language = "none"  # of code that says no language of its own: a shell's, or a drawing
pygments_style = "default"
pygments_dark_style = "monokai"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
myst_url_schemes = {"http": None, "https": None, "mailto": None, "sql": None}

default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"

HAS_API = find_spec("recon_pipeline.api") is not None
exclude_patterns = [] if HAS_API else ["reference/python.md"]

COMMANDS = sorted(handbook.commands())
for _name in COMMANDS:
    tags.add(f"command_{_name.replace('-', '_')}")  # type: ignore[name-defined]  # noqa: F821 (Sphinx puts it here)

MADE = re.compile(r"^<!-- made: ([a-z ]+) -->$", re.MULTILINE)
SQL_LINK = re.compile(r"\]\((?:\.\./)+sql/([a-z_0-9./]+)\)")
ROOT_LINK = re.compile(r"\]\((?:docs/)?(LICENSE|[a-z_/]+\.md)\)")
TOCTREE = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)


def _other_pages() -> str:
    """Pages of this folder that no table of contents names: whoever adds one need not touch any."""
    named = set()
    for page in sorted(DOCS.rglob("*.md")):
        for tree in TOCTREE.findall(page.read_text(encoding="utf-8")):
            for line in tree.split("\n"):
                if line and not line.startswith((":", "<")):
                    place = posixpath.join(page.parent.relative_to(DOCS).as_posix(), line.strip())
                    named.add(posixpath.normpath(place))
    pages = {page.stem for page in DOCS.glob("*.md")} - {"index"}
    if HAS_API:
        pages.add("reference/python")
    return "\n".join(sorted(pages - named))


def _fill(app: Any, docname: str, source: list[str]) -> None:
    """Put what is made into a page, and let its links to `sql/` lead to the pages that show those files."""
    makers = {**handbook.MADE, "other pages": _other_pages}
    text = MADE.sub(lambda found: makers[found[1]](), source[0])
    source[0] = SQL_LINK.sub(r"](sql:\1)", text)


def _included(app: Any, relative: Path, parent: str, text: list[str]) -> None:
    """Let the links of a file of the root, which is included, lead where they would from this folder."""
    if relative.name in {"CHANGELOG.md", "CONTRIBUTING.md"}:
        text[0] = ROOT_LINK.sub(lambda found: f"]({_page_of(found[1])})", text[0])


def _page_of(name: str) -> str:
    return {"LICENSE": "licences.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}.get(
        name, name
    )


def _resolve(app: Any, doctree: nodes.document, docname: str) -> None:
    """Turn a link to a file of `sql/` into one that is relative to the page."""
    for link in doctree.findall(nodes.reference):
        address = str(link.get("refuri", ""))
        if address.startswith("sql:"):
            link["refuri"] = app.builder.get_relative_uri(docname, f"sql/{address.removeprefix('sql:')}")


def _sql_pages(app: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield a page for each file of `sql/`: the rules as they are run."""
    for place, text in handbook.sql_files():
        language = "sql" if place.endswith(".sql") else "text"
        # Forced: the lexer knows no `$parameters`.
        shown = app.builder.highlighter.highlight_block(text, language, force=True)
        tables = "../" * (place.count("/") + 1) + "tables.html"
        body = (
            f"<h1><code>sql/{escape(place)}</code></h1>\n"
            f'<p>A file of the repository. <a href="{tables}">What the tables mean</a>.</p>\n'
            f'<div class="sql-file">{shown}</div>'
        )
        yield f"sql/{place}", {"title": f"sql/{place}", "body": body, "parents": []}, "page.html"


def _accessible(app: Any, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Let the keyboard scroll code, and give the headings of the navigation a level: builder and theme leave it out."""
    context["body"] = context.get("body", "").replace("<pre>", '<pre tabindex="0">')
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _fill)
    app.connect("include-read", _included)
    app.connect("doctree-resolved", _resolve)
    app.connect("html-collect-pages", _sql_pages)
    app.connect("html-page-context", _accessible, priority=900)  # after the theme
