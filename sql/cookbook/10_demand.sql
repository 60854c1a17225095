-- What must index funds trade, net of one another, and how many days of trading is that?
-- Put in what follows each index by itself; the figures here are examples, not facts. Estimates, signed: sales below
-- zero.
-- gives: event_id, ticker, movement, net_usd, net_shares, days_of_adv, closing_auctions
with assets as (
    select stated.index_id, stated.assets_usd
    from (values ('R1000', 1000000000000), ('R2000', 200000000000)) as stated (index_id, assets_usd)
),

trades as (
    select
        demand.event_id,
        demand.ticker,
        demand.movement,
        demand.close_usd,
        demand.adv_usd,
        demand.closing_auction_usd,
        sum(demand.usd_per_billion * (assets.assets_usd / 1000000000)) as net_usd
    from recon.index_demand as demand
    inner join assets on demand.index_id = assets.index_id
    group by
        demand.event_id, demand.security_id, demand.ticker, demand.movement, demand.close_usd, demand.adv_usd,
        demand.closing_auction_usd
)

select
    event_id,
    ticker,
    movement,
    round(net_usd) as net_usd,
    round(net_usd / nullif(close_usd, 0)) as net_shares,
    round(abs(net_usd) / nullif(adv_usd, 0), 2) as days_of_adv,
    round(abs(net_usd) / nullif(closing_auction_usd, 0), 1) as closing_auctions
from trades
qualify row_number() over (partition by event_id order by days_of_adv desc nulls last, ticker) <= 25
order by event_id, days_of_adv desc nulls last, ticker
