"""Index demand as a question: what money that follows an index must trade at an event, for assets of one's own.

Belongs here: reading `recon.index_demand` and `recon.security_demand` from a published file, with assets that the
asker states in place of those that a source states, and saying on what the figures rest. Does not belong here: how
weights and trades come about (`sql/recon/index_demand.sql`), printing (`cli/`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from recon_pipeline.errors import BadInput
from recon_pipeline.events import ReconEvent
from recon_pipeline.opening import index_ids
from recon_pipeline.rules import reference_rows, rules_on
from recon_pipeline.warehouse import Reader

if TYPE_CHECKING:
    import polars as pl

MOST_USD = Decimal(10) ** 15
"""No index is followed by more, so that a figure above it has a slip in its zeros."""

TRADES = """
with given as (
    select
        string_split(pairs.pair, '=')[1] as index_id,
        cast(string_split(pairs.pair, '=')[2] as decimal(24, 2)) as assets_usd
    from unnest(string_split($assets, ',')) as pairs (pair)
    where pairs.pair <> ''
),

weighed as (
    select
        demand.* exclude (assets_usd, assets_as_of, assets_source, demand_usd),
        coalesce(given.assets_usd, demand.assets_usd) as assets_usd,
        case when given.index_id is null then demand.assets_as_of end as assets_as_of,
        case when given.index_id is not null then 'given' else demand.assets_source end as assets_source,
        case
            when given.index_id is null then demand.demand_usd
            else cast(
                round(cast(demand.usd_per_billion as double) * cast(given.assets_usd as double) / 1e9, 2)
                as decimal(24, 2)
            )
        end as demand_usd
    from recon.index_demand as demand
    left join given on demand.index_id = given.index_id
    where demand.event_id = $event_id
),

trades as (
    select
        * exclude (demand_shares, days_of_adv, closing_auction_multiple),
        cast(round(cast(demand_usd as double) / cast(close_usd as double)) as bigint) as demand_shares,
        round(abs(cast(demand_usd as double)) / cast(adv_usd as double), 4) as days_of_adv,
        round(abs(cast(demand_usd as double)) / nullif(cast(closing_auction_usd as double), 0), 4)
            as closing_auction_multiple
    from weighed
)
"""
"""Each trade of an event, with the assets that the asker states (`R2000=200000000000,...`) before those of a source."""

BY_INDEX = (
    TRADES
    + """
select
    index_id, action, movement, ticker, company_name, security_id, company_id, weight_before_pct, weight_after_pct,
    weight_basis, close_usd, usd_per_billion, shares_per_billion, adv_usd, adv_basis, closing_auction_usd,
    days_of_adv_per_billion, closing_auction_multiple_per_billion, assets_usd, assets_as_of, assets_source, demand_usd,
    demand_shares, days_of_adv, closing_auction_multiple
from trades
where $index_id = '' or index_id = $index_id
order by index_id, abs(usd_per_billion) desc nulls last, ticker, security_id
"""
)

NETTED = (
    TRADES
    + """
,

netted as (
    select
        security_id,
        string_agg(case when demand_usd is not null then index_id end, ', ' order by index_id) as counted_indexes,
        string_agg(case when demand_usd is null then index_id end, ', ' order by index_id) as uncounted_indexes,
        sum(demand_usd) as demand_usd,
        sum(case when demand_usd > 0 then demand_usd when demand_usd is not null then 0 end) as bought_usd,
        sum(case when demand_usd < 0 then demand_usd when demand_usd is not null then 0 end) as sold_usd
    from trades
    group by security_id
)

select
    securities.movement,
    securities.ticker,
    securities.company_name,
    securities.security_id,
    securities.company_id,
    securities.joins,
    securities.leaves,
    securities.usd_per_billion_each,
    securities.shares_per_billion_each,
    securities.close_usd,
    securities.adv_usd,
    securities.adv_basis,
    securities.closing_auction_usd,
    securities.days_of_adv_per_billion_each,
    securities.closing_auction_multiple_per_billion_each,
    netted.counted_indexes,
    netted.uncounted_indexes,
    cast(netted.demand_usd as decimal(24, 2)) as demand_usd,
    cast(netted.bought_usd as decimal(24, 2)) as bought_usd,
    cast(netted.sold_usd as decimal(24, 2)) as sold_usd,
    cast(round(cast(netted.demand_usd as double) / cast(securities.close_usd as double)) as bigint) as demand_shares,
    round(abs(cast(netted.demand_usd as double)) / cast(securities.adv_usd as double), 4) as days_of_adv,
    round(abs(cast(netted.demand_usd as double)) / nullif(cast(securities.closing_auction_usd as double), 0), 4)
        as closing_auction_multiple
from recon.security_demand as securities
inner join netted on securities.security_id = netted.security_id
where securities.event_id = $event_id
order by
    abs(netted.demand_usd) desc nulls last,
    abs(securities.usd_per_billion_each) desc nulls last,
    securities.ticker,
    securities.security_id
"""
)


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
    reader: Reader, event_id: str, *, index_id: str | None = None, assets: Mapping[str, Decimal] | None = None
) -> pl.DataFrame:
    """Return the trades of an event by index and security, the largest of each index first.

    Amounts are USD at prices of the rank day, purchases above zero; `*_per_billion` is for one billion dollars that
    follow the index, `demand_*`, `days_of_adv` and `closing_auction_multiple` for `assets` (USD by index), else for
    those that a source states, else null. All of it is an estimate.

    Raises:
        BadInput: the file was published before it had demand.
    """
    _require(reader)
    parameters = {"event_id": event_id, "index_id": index_id or "", "assets": _pairs(assets or {})}
    return reader.frame(BY_INDEX, parameters)


def net_demand(reader: Reader, event_id: str, *, assets: Mapping[str, Decimal] | None = None) -> pl.DataFrame:
    """Return the trades of an event netted by security over the indexes whose assets are known, the largest first.

    Money counts by the index that it follows: state for each index what follows that one itself. `usd_per_billion_each`
    is for one billion dollars in each of R1000, R2000 and RMICRO.

    Raises:
        BadInput: the file was published before it had demand.
    """
    _require(reader)
    return reader.frame(NETTED, {"event_id": event_id, "assets": _pairs(assets or {})})


def assumptions(event: ReconEvent, demand: pl.DataFrame, assets: Mapping[str, Decimal]) -> list[str]:
    """Return, a sentence each, what the figures of an event rest on; `demand` is of `index_demand`."""
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
    stated = demand.select("index_id", "assets_usd", "assets_as_of", "assets_source").unique().sort("index_id")
    for row in stated.iter_rows(named=True):
        index_id, dollars = row["index_id"], row["assets_usd"]
        if index_id in assets:
            told.append(f"Assets that follow {index_id}: {_billions(assets[index_id])}, as given.")
        elif dollars is not None:
            told.append(
                f"Assets that follow {index_id}: {_billions(dollars)} on {row['assets_as_of']}, "
                f"by {row['assets_source']}."
            )
    if unknown := [row["index_id"] for row in stated.iter_rows(named=True) if row["assets_usd"] is None]:
        told.append(
            f"Assets that follow {', '.join(unknown)}: unknown, so per billion dollars only. State them with --assets "
            f"{unknown[0]}=200e9."
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


def _billions(dollars: Decimal) -> str:
    return f"${float(dollars) / 1e9:,.1f}bn"


def _pairs(assets: Mapping[str, Decimal]) -> str:
    return ",".join(f"{index_id}={dollars:.2f}" for index_id, dollars in sorted(assets.items()))


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
