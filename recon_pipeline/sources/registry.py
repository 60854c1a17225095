"""The providers beside the archive: one line each.

Does not belong here: anything about a provider; it is in its own module.
"""

from __future__ import annotations

from functools import cache

from recon_pipeline.errors import BadInput
from recon_pipeline.settings import Settings
from recon_pipeline.sources.feeds import Provider


@cache
def providers() -> dict[str, Provider]:
    """Return every provider by name, in the order in which they are asked."""
    from recon_pipeline.sources.alphavantage import AlphaVantage
    from recon_pipeline.sources.ipo_calendar import IpoCalendar
    from recon_pipeline.sources.ishares import IShares
    from recon_pipeline.sources.massive import Massive
    from recon_pipeline.sources.screener import Screener
    from recon_pipeline.sources.sec.facts import CompanyFacts
    from recon_pipeline.sources.sec.index import SecIndex
    from recon_pipeline.sources.sec.notes import SecNotes
    from recon_pipeline.sources.sec.statements import SecStatements
    from recon_pipeline.sources.sec.submissions import Submissions
    from recon_pipeline.sources.sec.tickers import SecTickers
    from recon_pipeline.sources.symdir import SymbolDirectory

    every = (
        *(Screener(), SymbolDirectory(), IpoCalendar(), SecTickers(), Submissions(), CompanyFacts(), SecStatements()),
        *(SecNotes(), SecIndex(), Massive(), AlphaVantage(), IShares()),
    )
    return {provider.name: provider for provider in every}


def chosen(settings: Settings) -> dict[str, Provider]:
    """Return the providers that the setting `sources` names.

    Raises:
        BadInput: it names one that there is not.
    """
    every = providers()
    wanted = [name.strip().lower() for name in settings.sources.split(",") if name.strip()]
    if "all" in wanted:
        return every
    if wanted == ["none"]:
        return {}
    unknown = sorted(set(wanted) - {*every, "archive"})
    if unknown:
        raise BadInput(
            f"RECON_SOURCES names {', '.join(unknown)}, which is no source. Choose all, none or some of "
            f"{', '.join(every)}."
        )
    return {name: provider for name, provider in every.items() if name in wanted}


def of_feed(feed: str) -> Provider | None:
    """Return the provider of a feed (`symdir/otherlisted`); None for one that is read elsewhere or is gone."""
    return providers().get(feed.partition("/")[0])
