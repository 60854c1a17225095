"""The simulated market: the embedded default of `make run`.

A whole US market is invented from a seed (`simulate`), served by a local HTTP server over the archive's own contract
(`serve`), and comes with the index membership that the event opens from (`opening_csv`), so that the very same fetch,
derive and publish code runs with no network and no real data. One concept, one module:

    chance      draws that are alike on every platform
    names       invented names and tickers
    census      who is listed: companies and lines, with figures of the rank day
    incidents   what happens to them: IPOs, delistings, renames, gaps, prices under a dollar
    market      prices by session, commits and dumps, bound together in `SimulatedMarket`
    dumps       the archive's JSON form
    membership  the opening membership
    server      the HTTP contract

What does not belong here: anything of the pipeline. Of the package, the simulation imports the calendar alone.
"""

from recon_pipeline.simulation.market import SimulatedMarket, simulate
from recon_pipeline.simulation.membership import opening_csv
from recon_pipeline.simulation.server import serve

__all__ = ["SimulatedMarket", "opening_csv", "serve", "simulate"]
