"""The command, the options that several commands take, and what is made of them.

Belongs here: the group that commands join, options that two commands share, and reading what was given (a home, an
event, an index, a day). Does not belong here: printing (`printing.py`), an option of one command.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recon_pipeline.errors import BadInput

if TYPE_CHECKING:
    from recon_pipeline.settings import Settings


app = typer.Typer(
    name="recon",
    help="Reconstitution of the Russell US indexes from public data. Not affiliated with FTSE Russell or LSEG.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


# Under which heading of `recon --help` a command stands.
RUN = "Run events"
LAND = "Land what sources say"
ASK = "Ask what is published"
HAND_ON = "Hand on what is published"


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


class StoryFormat(StrEnum):
    """How a story is printed."""

    text = "text"
    json = "json"


Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of landings and published tables [RECON_HOME, else ~/.recon].")
]


Offline = Annotated[bool, typer.Option("--offline", help="Run from landed payloads alone; open no connection.")]


AllowLateOpening = Annotated[
    bool, typer.Option("--allow-late-opening", help="Accept an opening dated after the rank day (it looks ahead).")
]


EventId = Annotated[str, typer.Argument(metavar="EVENT", help="Such as 2023-06-recon; `recon calendar` lists them.")]


OutputFormat = Annotated[Format, typer.Option("--format", help="How rows are printed.")]


def settings_of(home: Path | None, offline: bool = False) -> Settings:
    from pydantic import ValidationError

    from recon_pipeline.settings import Settings

    # An option wins over the environment; what is not given is left to it.
    given: dict[str, Any] = ({} if home is None else {"home": home}) | ({"offline": True} if offline else {})
    try:
        return _not_of_two_markets(Settings(**given))
    except ValidationError as error:
        # Names and reasons, never the values: one of them is a token.
        wrong = "; ".join(f"RECON_{str(item['loc'][0]).upper()}: {item['msg']}" for item in error.errors())
        raise BadInput(f"The settings in the environment cannot be used: {wrong}. Correct or unset them.") from None


def _not_of_two_markets(settings: Settings) -> Settings:
    """A home of a simulated market asks nobody: its server was there for `recon demo` alone, and what the real sources
    say of the same days is of another market."""
    from recon_pipeline.settings import is_simulated

    real = type(settings).model_fields["archive_url"].default
    if is_simulated(settings.home_dir) and settings.archive_url == real:
        return settings.model_copy(update={"offline": True})
    return settings


def place_of(home: Path | None, event_id: str) -> Path:
    """Return the home that holds an event: that of the projections for one of them."""
    from recon_pipeline.events import event
    from recon_pipeline.projection import projection_settings

    settings = settings_of(home)
    return (projection_settings(settings) if event(event_id).is_projection else settings).home_dir


def index_of(text: str | None, doing: str) -> str | None:
    from recon_pipeline.opening import index_ids

    wanted = text.upper() if text else None
    if wanted is not None and wanted not in index_ids():
        raise BadInput(f"{doing} of {text}: the indexes are {', '.join(index_ids())}.")
    return wanted


def day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"The date {text!r} cannot be read: write it as YYYY-MM-DD.") from error
