"""The home that the assets work in, as a Dagster resource.

Nothing is read or opened when definitions are loaded: settings are made, and the working database is opened, by a step
that runs.

Does not belong here: what a setting means (`settings.py`).
"""

from __future__ import annotations

from typing import Any

import dagster as dg
from pydantic import Field

from recon_pipeline.errors import BadInput
from recon_pipeline.pipeline import open_warehouse
from recon_pipeline.settings import Settings, secret_settings
from recon_pipeline.warehouse import Warehouse


class Home(dg.ConfigurableResource[None]):
    """The settings of a run: `RECON_` variables and defaults, with what is given here laid over them."""

    overrides: dict[str, Any] = Field(
        default={}, description="Settings by name, such as home or offline, in place of RECON_ variables and defaults."
    )

    def settings(self) -> Settings:
        """Return the settings.

        Raises:
            BadInput: an override of a name that no setting has.
        """
        if unknown := sorted(set(self.overrides) - set(Settings.model_fields)):
            raise BadInput(
                f"Reading the overrides of the resource `home`: no setting is called {', '.join(unknown)}. "
                f"Settings are {', '.join(Settings.model_fields)}."
            )
        if secret := sorted(set(self.overrides) & secret_settings()):
            raise BadInput(
                f"Reading the overrides of the resource `home`: {', '.join(secret)} comes from the environment only "
                f"({', '.join('RECON_' + name.upper() for name in secret)}), for Dagster shows and keeps configuration "
                "in clear."
            )
        return Settings(**self.overrides)

    def warehouse(self) -> Warehouse:
        """Return the working database of the home, not opened yet."""
        return open_warehouse(self.settings())
