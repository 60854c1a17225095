"""Index demand as a question: what money that follows an index must trade at an event, for assets of one's own.

Belongs here: reading `recon.index_demand` from a published file, with assets that the asker states in place of those
that a source states, and saying on what the figures rest. Does not belong here: how weights and trades come about
(`sql/recon/index_demand.sql`), how they are netted (`sql/recon/security_demand.sql`, which is run on what the asker
states too), printing (`cli/`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from recon_pipeline.errors import BadInput
from recon_pipeline.events import ReconEvent
from recon_pipeline.opening import index_ids
from recon_pipeline.rules import reference_rows, rules_on
from recon_pipeline.tables import load_tables
from recon_pipeline.warehouse import Reader, derived

if TYPE_CHECKING:
    import polars as pl

MOST_USD = Decimal(10) ** 15
"""No index is followed by more, so that a figure above it has a slip in its zeros."""

TRADES = """
with given as (
    select
        string_split(pairs.pair, '=')[1] as index_id,
        cast(string_split(pairs.pair, '=')[2] as decimal(17, 2)) as assets_usd
    from unnest(string_split($assets, ',')) as pairs (pair)
    where pairs.pair <> ''
)

select
    demand.* replace (
        coalesce(given.assets_usd, demand.assets_usd) as assets_usd,
        case when given.index_id is null then demand.assets_as_of end as assets_as_of,
        case when given.index_id is null then demand.assets_source else 'given' end as assets_source,
        case
            when given.index_id is null then demand.demand_usd
            -- Exact: below 10^9 by below 10^15 dollars, in 38 digits.
            else cast(
                cast(demand.usd_per_billion as decimal(38, 2)) * given.assets_usd * cast(0.000000001 as decimal(9, 9))
                as decimal(24, 2)
            )
        end as demand_usd,
        case when given.index_id is null then demand.demand_shares end as demand_shares,
        case when given.index_id is null then demand.days_of_adv end as days_of_adv,
        case when given.index_id is null then demand.closing_auction_multiple end as closing_auction_multiple
    )
from recon.index_demand as demand
left join given on demand.index_id = given.index_id
where demand.event_id = $event_id
order by demand.index_id, abs(demand.usd_per_billion) desc nulls last, demand.ticker, demand.security_id
"""
"""Each trade of an event, with the assets that the asker states (`R2000=200000000000,...`) before those of a source."""


def read_assets(texts: Iterable[str]) -> dict[str, Decimal]:
    """Return the assets, USD, that texts such as `R2000=200e9` state by index.

    Raises:
        BadInput: a text is none of that form, names no index, names one twice, or states what no index can have.
    """
    stated: dict[str, Decimal] = {}
    for text in texts:
        name, _, amount = text.partition("=")
        index_id = name.strip().upper()
        try:
            dollars = Decimal(amount.strip().replace("_", ""))
        except InvalidOperation:
            dollars = Decimal(0)
        if index_id not in index_ids():
            raise BadInput(f"Reading --assets {text}: the indexes are {', '.join(index_ids())}. Write R2000=200e9.")
        if not (dollars.is_finite() and 1 <= dollars < MOST_USD):
            raise BadInput(
                f"Reading --assets {text}: give the dollars that follow {index_id}, from 1 to below 10^15, as "
                f"{index_id}=200e9."
            )
        if index_id in stated:
            raise BadInput(f"Reading --assets {text}: {index_id} is stated twice. Give each index once.")
        stated[index_id] = dollars
    return stated


def index_demand(
    reader: Reader, event_id: str, *, indexes: Collection[str] = (), assets: Mapping[str, Decimal] | None = None
) -> pl.DataFrame:
    """Return the trades of an event by index and security, the largest of each index first: all indexes, or `indexes`.

    Columns are those of recon.index_demand. Amounts are USD at prices of the rank day, purchases above zero;
    `*_per_billion` is for one billion dollars that follow the index, `demand_*`, `days_of_adv` and
    `closing_auction_multiple` for `assets` (USD by index), else for those that a source states, else null. All of it is
    an estimate.

    Raises:
        BadInput: the file was published before it had demand.
    """
    import polars as pl

    _require(reader)
    given = assets or {}
    pairs = ",".join(f"{index_id}={dollars:.2f}" for index_id, dollars in sorted(given.items()))
    trades = reader.frame(TRADES, {"event_id": event_id, "assets": pairs})
    for index_id in given:
        # What is netted over one index is its own trade.
        alone = _netted(trades.filter(pl.col("index_id") == index_id), event_id)
        figures = alone.select("security_id", "demand_shares", "days_of_adv", "closing_auction_multiple")
        trades = trades.update(figures.with_columns(index_id=pl.lit(index_id)), on=["index_id", "security_id"])
    return trades.filter(pl.col("index_id").is_in(list(indexes))) if indexes else trades


def net_demand(reader: Reader, event_id: str, *, assets: Mapping[str, Decimal] | None = None) -> pl.DataFrame:
    """Return the trades of an event netted by security over the indexes whose assets are known, the largest first.

    Columns are those of recon.security_demand. Money counts by the index that it follows: state for each index what
    follows that one itself. Where `assets` are given, only securities that one of their indexes trades are returned.
    `usd_per_billion_each` is for one billion dollars in each of R1000, R2000 and RMICRO.

    Raises:
        BadInput: the file was published before it had demand.
    """
    import polars as pl

    trades = index_demand(reader, event_id, assets=assets)
    netted = _netted(trades, event_id)
    if assets:
        traded = trades.filter(pl.col("index_id").is_in(list(assets)))["security_id"]
        netted = netted.filter(pl.col("security_id").is_in(traded.implode()))
    sizes = [pl.col(name).cast(pl.Float64).abs() for name in ("demand_usd", "usd_per_billion_each")]
    return netted.sort(*sizes, "ticker", "security_id", descending=[True, True, False, False], nulls_last=True)


def _netted(trades: pl.DataFrame, event_id: str) -> pl.DataFrame:
    """Net trades as recon.security_demand does, by its own query."""
    return derived(load_tables()["recon.security_demand"], {"recon.index_demand": trades}, {"event_id": event_id})


def assumptions(
    event: ReconEvent, demand: pl.DataFrame, assets: Mapping[str, Decimal], *, indexes: Collection[str] = ()
) -> list[str]:
    """Return, a sentence each, what the figures of an event rest on.

    `demand` is of `index_demand`, and `indexes` are those that were asked for; none stands for all.
    """
    import polars as pl

    auction = rules_on(event.effective_date)["closing_auction_pct"]
    told = [
        "Estimates from public data: no figure of the owner of the indexes is in them.",
        f"Weights are float-adjusted market caps at the close of {event.rank_day}, before the event over the members "
        "that are still listed; where the public float is unknown the whole cap stands for it (weight_basis: total "
        "cap), which says too much.",
        "Shares are reckoned at that close; they stay the same as long as a line moves with its index.",
        "All is traded at once. What funds trade ahead or later, sampling, cash, new share counts and the money of "
        "those who are only measured by an index are left out. Members that stay pay for the difference, pro rata.",
        "A day of trading is the mean of the month up to the rank day, else of two years (adv_basis).",
        f"A closing auction is taken for {auction.normalize():f} percent of it (house rule closing_auction_pct).",
    ]
    by_source = demand.filter(pl.col("assets_usd").is_not_null()).unique("index_id")
    trading = sorted(set(demand["index_id"]))
    # Of an index that trades the file says what its figures are for; of others only the reference does.
    stated = {index_id: text for index_id, text in _stated_in_reference(event).items() if index_id not in trading}
    stated |= {
        row["index_id"]: f"{_billions(row['assets_usd'])} on {row['assets_as_of']}, by {row['assets_source']}"
        for row in by_source.iter_rows(named=True)
    }
    stated |= {index_id: f"{_billions(dollars)}, as given" for index_id, dollars in assets.items()}
    told += [f"Assets that follow {index_id}: {stated[index_id]}." for index_id in trading if index_id in stated]
    if unknown := [index_id for index_id in trading if index_id not in stated]:
        told.append(
            f"Assets that follow {', '.join(unknown)}: unknown, so per billion dollars only. State them with --assets "
            f"{unknown[0]}=200e9."
        )
    for index_id in sorted(set(indexes or stated) - set(trading)):
        of = f" (assets: {stated[index_id]})" if index_id in stated else ""
        told.append(
            f"{index_id}{of}: nothing to trade. The event changes nothing in it, or its members before the event are "
            "unknown, and then so is its demand."
        )
    told += [f"For scale: {line}" for line in _family()]
    return told


def _family() -> Iterable[str]:
    """What all US indexes of the family are followed by together; never shared out to one."""
    for _, row in reference_rows("index_assets.csv"):
        if row["index_id"] == "FAMILY":
            high = f" to {_billions(Decimal(row['assets_high_usd']))}" if row["assets_high_usd"] else ""
            yield (
                f"all US indexes of the family together, {row['kind']}: {_billions(Decimal(row['assets_usd']))}{high} "
                f"on {row['as_of']} ({row['source']}); no split by index is at hand."
            )


def _stated_in_reference(event: ReconEvent) -> dict[str, str]:
    """The last passive assets of each index that a source states by the effective date, in words."""
    rows = [row for _, row in reference_rows("index_assets.csv")]
    return {
        row["index_id"]: f"{_billions(Decimal(row['assets_usd']))} on {row['as_of']}, by {row['source']}"
        for row in sorted(rows, key=lambda row: row["as_of"])
        if row["kind"] == "passive"
        and row["index_id"] != "FAMILY"
        and date.fromisoformat(row["as_of"]) <= event.effective_date
    }


def _billions(dollars: Decimal) -> str:
    return f"${float(dollars) / 1e9:,.1f}bn"


def _require(reader: Reader) -> None:
    held = reader.frame(
        "select 1 as there from duckdb_tables() where database_name = 'published' and schema_name = 'recon' "
        "and table_name = 'index_demand'"
    )
    if held.is_empty():
        raise BadInput(
            f"Reading demand from {reader.path}: it was published by a version that had none. Publish anew: run its "
            "last event again, `recon run EVENT --offline`."
        )
