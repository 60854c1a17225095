"""The `recon` command: parses, calls, prints.

Belongs here: options, tables on the terminal, exit codes. Does not belong here: anything that another caller would
need (it belongs in the module that is called). Heavy imports are inside the commands, so that `recon --help` answers at
once.

Exit codes: 0 done; 1 a defect of ours (with a traceback); 2 what was given cannot be used; 3 a provider did not answer
(try again later); 4 a provider refused; 5 a provider's answer cannot be believed; 6 our own checks kept a snapshot
from being published; 7 another run holds this home.
"""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

# Each module adds its commands to `app`, in the order in which `recon --help` lists them.
# isort: off
from recon_pipeline.cli import runs, days, forecasts, questions, scores, landing, handing_on  # noqa: F401

# isort: on
from recon_pipeline.cli.options import app
from recon_pipeline.cli.printing import terminal
from recon_pipeline.errors import BadInput, ReconError

__all__ = ["app", "main"]


def main() -> None:
    """Run the command; an error of ours is one paragraph on stderr and an exit code that says of what kind."""
    # Payloads become hundreds of thousands of rows before they are frames, none of them in a circle: to look for one
    # after every 700 took 3 % of a run.
    gc.set_threshold(100_000, 20, 20)
    try:
        app()
    except OSError as error:
        # A file or folder of the user's: what cannot be used is no defect of ours.
        place = f" {error.filename}" if error.filename else ""
        print(f"error: {error.strerror or error}:{place}. Choose another place, or make room.", file=sys.stderr)
        sys.exit(BadInput.exit_code)
    except ReconError as error:
        from rich.text import Text

        # As text, not as markup: a message quotes lists and paths, and brackets in them are no style.
        told = " ".join(str(error).splitlines())
        terminal(stderr=True).print(Text.assemble(("error:", "bold red"), " ", told), soft_wrap=True)
        sys.exit(error.exit_code)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"recon_pipeline {version('recon-pipeline')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before a command."""
