"""What the documentation site takes from the code itself: commands, settings, exit codes, sources, the graph of tables.

Belongs here: turning what the code declares into Markdown, so that no page repeats by hand what the code says. Does not
belong here: a word of explanation (`docs/`), the site's builder (`docs/conf.py`), the drawing (`lineage.py`), or the
data dictionary, which is committed (`dictionary.py`).
"""

from __future__ import annotations

import csv
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from recon_pipeline import errors
from recon_pipeline.lineage import drawing, readers
from recon_pipeline.paths import sql_root
from recon_pipeline.settings import Settings, secret_settings
from recon_pipeline.tables import SCHEMAS, Table, load_tables

ANY_COMMAND: Final = "recon"
"""The command itself, whose options stand before the name of another."""


# --- the command line -------------------------------------------------------------------------------------------------


def commands() -> dict[str, Any]:
    """Return every command of `recon` by name, in the order of `recon --help`."""
    import typer

    from recon_pipeline.cli import app

    group: Any = typer.main.get_command(app)
    return dict(group.commands)


def command_options() -> dict[str, set[str]]:
    """Return the options of every command by its name, in every spelling; `--help` is one of each."""
    import typer

    from recon_pipeline.cli import app

    found = {name: _spellings(command) for name, command in commands().items()}
    return found | {ANY_COMMAND: _spellings(typer.main.get_command(app))}


def _spellings(command: Any) -> set[str]:
    options = [param for param in command.params if param.param_type_name == "option"]
    return {"--help", *(text for param in options for text in (*param.opts, *param.secondary_opts))}


def commands_page() -> str:
    """Return the reference of the command line: a section a command, with its arguments and options."""
    parts = []
    for name, command in commands().items():
        parts += ["", f"## recon {name}", "", _usage(name, command), "", _prose(command.help or ""), ""]
        if command.params:
            parts += ["| argument or option | meaning |", "|---|---|", *map(_option_row, command.params)]
    return "\n".join(parts)


def _usage(name: str, command: Any) -> str:
    words = [f"recon {name}"]
    for param in command.params:
        if param.param_type_name == "argument":
            words.append(str(param.metavar or param.name.upper()))
        elif param.required:
            words.append(f"{param.opts[0]} {_takes(param)}")
    optional = any(param.param_type_name == "option" and not param.required for param in command.params)
    return "\n".join(["```text", " ".join([*words, *(["[OPTIONS]"] if optional else [])]), "```"])


def _option_row(param: Any) -> str:
    if param.param_type_name == "argument":
        shown = f"`{str(param.metavar or param.name.upper()).strip('[]')}`"
    else:
        takes = _takes(param)
        spelled = [f"`{text}{' ' + takes if takes else ''}`" for text in (*param.opts, *param.secondary_opts)]
        shown = ", ".join(spelled)
    notes = [_prose(param.help or "").rstrip()]
    if param.required and param.param_type_name == "option":
        notes.append("Required.")
    default = getattr(param.default, "value", param.default)
    if default is not None and not isinstance(default, bool):
        notes.append(f"Default: `{default}`.")
    return f"| {_cell(shown)} | {_cell(' '.join(notes))} |"


def _takes(param: Any) -> str:
    """What stands behind an option: nothing for a switch, its choices, or a name for the value."""
    annotation = param.type_descriptor.annotation
    if annotation is bool:
        return ""
    if param.metavar:
        return str(param.metavar)
    members = getattr(annotation, "__members__", None)
    if members:
        return "|".join(str(member.value) for member in members.values())
    words = str(annotation)
    return "NUMBER" if "int" in words or "float" in words else "PATH" if "Path" in words else "TEXT"


def _prose(text: str) -> str:
    return inspect.cleandoc(text)


def _cell(text: str) -> str:
    """Text as it may stand in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")


# --- settings, exit codes, sources ------------------------------------------------------------------------------------


def variables() -> list[str]:
    """Return the environment variables of the settings, in the order of the class."""
    return [f"RECON_{name.upper()}" for name in Settings.model_fields]


def settings_page() -> str:
    """Return the table of settings: variable, default and meaning."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    secrets = secret_settings()
    for variable, (name, field) in zip(variables(), Settings.model_fields.items(), strict=True):
        default = "none" if field.default is None else f"`{_plain_number(field.default)}`"
        meaning = (field.description or "") + (" Secret: it is shown nowhere." if name in secrets else "")
        rows.append(f"| `{variable}` | {default} | {_cell(meaning)} |")
    return "\n".join(rows)


def _plain_number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def exit_codes_page() -> str:
    """Return the table of exit codes: code, the error that it stands for, its meaning, whether to try again."""
    rows = ["| code | error | what happened | try the same again |", "|---|---|---|---|"]
    rows.append("| 0 | | Done. | |")
    kinds = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, errors.ReconError)]
    for kind in sorted(kinds, key=lambda kind: (kind.exit_code, kind.__name__)):
        base = kind is errors.ReconError
        told = "A defect of ours, with a traceback." if base else _prose(kind.__doc__ or "")
        again = "report it" if base else "yes, later" if kind.retryable else "no"
        rows.append(f"| {kind.exit_code} | `{kind.__name__}` | {_cell(told)} | {again} |")
    return "\n".join(rows)


def sources_page() -> str:
    """Return the table of sources, as `reference.sources` has it: what each needs, gives and allows."""
    with (sql_root() / "reference" / "sources.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    rows = ["| source | what it is | needs | gives | terms |", "|---|---|---|---|---|"]
    for row in found:
        needs = f"`{row['needs']}`" if row["needs"] else "nothing"
        cells = (f"`{row['source']}`", row["title"], needs, row["gives"], row["terms"])
        rows.append("| " + " | ".join(cell if cell.startswith("`") else _cell(cell) for cell in cells) + " |")
    return "\n".join(rows)


# --- the graph of tables ----------------------------------------------------------------------------------------------


def lineage_page() -> str:
    """Return the drawing of how the tables read one another, and the same as a table in the order of building."""
    tables = load_tables()
    read_by = readers(tables)
    parts = ["```{raw} html", '<div class="lineage-scroll">', drawing(tables), "</div>", "```", ""]
    parts += ["| table | reads | is read by |", "|---|---|---|"]
    for table in tables.values():
        if table.query is not None:
            reads = _names(tables, table.query.reads)
            parts.append(f"| {_link(table)} | {reads} | {_names(tables, read_by[table.full_name])} |")
    return "\n".join(parts)


def layers_page() -> str:
    """Return how many tables each layer has, by kind."""
    rows = ["| layer | tables | of them with a query | with facts that ship | checks |", "|---|---|---|---|---|"]
    tables = load_tables().values()
    for schema in SCHEMAS:
        here = [table for table in tables if table.schema == schema]
        counts = (
            len(here),
            sum(table.query is not None for table in here),
            sum(table.csv is not None for table in here),
            sum(len(table.checks) for table in here),
        )
        rows.append(f"| `{schema}` | " + " | ".join(map(str, counts)) + " |")
    return "\n".join(rows)


def _names(tables: Mapping[str, Table], names: frozenset[str] | set[str]) -> str:
    return ", ".join(_link(tables[name]) for name in sorted(names))


def _link(table: Table) -> str:
    """The name of a table as a link to its query, or to its contract where no query makes it."""
    suffix = ".sql" if table.query is not None else ".table.sql"
    return f"[`{table.full_name}`](../sql/{table.schema}/{table.name}{suffix})"


MADE: Final[Mapping[str, Callable[[], str]]] = {
    "commands": commands_page,
    "settings": settings_page,
    "exit codes": exit_codes_page,
    "sources": sources_page,
    "lineage": lineage_page,
    "layers": layers_page,
}
"""What a page of the site may ask for with `<!-- made: NAME -->`, and what makes it."""


def sql_files() -> Iterator[tuple[str, str]]:
    """Yield every file of the `sql/` tree: its path below that folder, and its text."""
    root = sql_root()
    for path in sorted([*root.rglob("*.sql"), *root.rglob("*.csv")]):
        yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
