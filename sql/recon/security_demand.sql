-- The trades of recon.index_demand netted by security: what one index sells another may buy. Money is counted by the
-- index that it follows, so that an index that lies within another is not counted twice.
with demand as (
    select
        *,
        case when index_id in ('R1000', 'R2000', 'RMICRO') then 1 else 0 end as is_apart
    from recon.index_demand
    where event_id = $event_id
),

netted as (
    select
        event_id,
        vintage,
        security_id,
        company_id,
        movement,
        ticker,
        rank_ticker,
        company_name,
        close_usd,
        adv_usd,
        adv_basis,
        closing_auction_usd,
        string_agg(case when action = 'addition' then index_id end, ', ' order by index_id) as joins,
        string_agg(case when action = 'deletion' then index_id end, ', ' order by index_id) as leaves,
        max(case when index_id = 'R1000' then weight_after_pct - weight_before_pct end) as r1000_change_pct,
        max(case when index_id = 'R2000' then weight_after_pct - weight_before_pct end) as r2000_change_pct,
        max(case when index_id = 'RMICRO' then weight_after_pct - weight_before_pct end) as rmicro_change_pct,
        case
            when sum(is_apart) = sum(case when usd_per_billion is not null then is_apart else 0 end)
                then sum(case when is_apart = 1 then usd_per_billion end)
        end as usd_per_billion_each,
        string_agg(case when demand_usd is not null then index_id end, ', ' order by index_id) as counted_indexes,
        string_agg(case when demand_usd is null then index_id end, ', ' order by index_id) as uncounted_indexes,
        sum(demand_usd) as demand_usd,
        sum(case when demand_usd > 0 then demand_usd when demand_usd is not null then 0 end) as bought_usd,
        sum(case when demand_usd < 0 then demand_usd when demand_usd is not null then 0 end) as sold_usd
    from demand
    group by
        event_id, vintage, security_id, company_id, movement, ticker, rank_ticker, company_name, close_usd, adv_usd,
        adv_basis, closing_auction_usd
),

-- What a billion dollars in each index and the stated assets trade in the end, in cents without their sign; the rest in
-- whole numbers too: ten-thousandths of a dollar a share, cents a day.
amounts as (
    select
        netted.security_id as security_id,
        moneys.money as money,
        case when moneys.usd < 0 then -1 else 1 end as sign,
        cast(abs(moneys.usd) * 100 as hugeint) as cents,
        cast(netted.close_usd * 10000 as hugeint) as close_parts,
        cast(netted.adv_usd * 100 as hugeint) as adv_cents,
        nullif(cast(netted.closing_auction_usd * 100 as hugeint), 0) as auction_cents
    from netted
    inner join (
        select security_id, 'billion' as money, usd_per_billion_each as usd from netted
        union all
        select security_id, 'assets' as money, demand_usd as usd from netted
    ) as moneys on netted.security_id = moneys.security_id
),

-- As recon.index_demand has it for each index.
sized as (
    select
        security_id,
        money,
        cast(cast(sign * cents as decimal(26, 0)) * cast(0.01 as decimal(3, 2)) as decimal(24, 2)) as usd,
        cast(sign * ((2 * cents * 100 + close_parts) // (2 * close_parts)) as bigint) as shares,
        cast(
            cast((2 * cents * 10000 + adv_cents) // (2 * adv_cents) as decimal(22, 0))
            * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
        ) as days,
        cast(
            cast((2 * cents * 10000 + auction_cents) // (2 * auction_cents) as decimal(22, 0))
            * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
        ) as auctions
    from amounts
)

select
    netted.event_id as event_id,
    netted.vintage as vintage,
    netted.security_id as security_id,
    netted.company_id as company_id,
    netted.movement as movement,
    netted.ticker as ticker,
    netted.rank_ticker as rank_ticker,
    netted.company_name as company_name,
    netted.joins as joins,
    netted.leaves as leaves,
    cast(netted.r1000_change_pct as decimal(12, 8)) as r1000_weight_change_pct,
    cast(netted.r2000_change_pct as decimal(12, 8)) as r2000_weight_change_pct,
    cast(netted.rmicro_change_pct as decimal(12, 8)) as rmicro_weight_change_pct,
    netted.close_usd as close_usd,
    cast(billion.usd as decimal(18, 2)) as usd_per_billion_each,
    billion.shares as shares_per_billion_each,
    netted.adv_usd as adv_usd,
    netted.adv_basis as adv_basis,
    netted.closing_auction_usd as closing_auction_usd,
    billion.days as days_of_adv_per_billion_each,
    billion.auctions as closing_auction_multiple_per_billion_each,
    netted.counted_indexes as counted_indexes,
    netted.uncounted_indexes as uncounted_indexes,
    assets.usd as demand_usd,
    cast(netted.bought_usd as decimal(24, 2)) as bought_usd,
    cast(netted.sold_usd as decimal(24, 2)) as sold_usd,
    assets.shares as demand_shares,
    assets.days as days_of_adv,
    assets.auctions as closing_auction_multiple
from netted
inner join sized as billion on netted.security_id = billion.security_id and billion.money = 'billion'
inner join sized as assets on netted.security_id = assets.security_id and assets.money = 'assets'
