"""The simulated market: the embedded default of `make run`.

A whole US market is invented from a seed (`simulate`), served by a local HTTP server over the contracts of the archive
and of the other providers (`serve`), and comes with the index membership that the event opens from (`opening_csv`), so
that the very same fetch, derive and publish code runs with no network and no real data. One concept, one module:

    chance      draws that are alike on every platform
    names       invented names and tickers
    nature      what is true of a company and no price list prints
    census      who is listed: companies and lines, with figures of the rank day
    traps       what misleads: the twenty traps of providers 1.17 by name, to be had or not
    incidents   what happens around the last rank day: IPOs, delistings, renames, gaps, prices under a dollar
    lifetimes   what happens over the years: coming and going, splits, issues, mergers, tickers used again
    ways        how companies come to an exchange, and how they leave it
    walk        the path of all prices
    market      sessions, shares, commits and dumps, bound together in `SimulatedMarket`
    dumps       the archive's JSON form
    membership  the opening membership
    unseen      what is listed and never stands in the archive
    issuers     the truth behind the lines: shares by class, splits, flaws
    filings     what the issuers filed with the SEC, and when
    registers   all of that bound together, for the providers
    providers/  the forms of the providers beside the archive, one module each
    lies        what the providers get wrong, by trap
    faults      how a host fails now and then
    server      the HTTP contracts

What does not belong here: anything of the pipeline. Of the package, the simulation imports the calendar alone.
"""

from recon_pipeline.simulation.market import SimulatedMarket, simulate
from recon_pipeline.simulation.membership import opening_csv
from recon_pipeline.simulation.server import serve
from recon_pipeline.simulation.traps import MARKET_TRAPS, NO_TRAPS, Trap, Traps

__all__ = [
    "MARKET_TRAPS",
    "NO_TRAPS",
    "SimulatedMarket",
    "Trap",
    "Traps",
    "opening_csv",
    "serve",
    "simulate",
]
