-- The trades of recon.index_demand netted by security: what one index sells another may buy. Money is counted by the
-- index that it follows, so that an index that lies within another is not counted twice.
with demand as (
    select
        *,
        case when index_id in ('R1000', 'R2000', 'RMICRO') then 1 else 0 end as is_apart
    from recon.index_demand
    where event_id = $event_id
),

rules as (
    select cast(value * 10000 as hugeint) as auction_parts
    from core.event_rules
    where event_id = $event_id and rule = 'closing_auction_pct'
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

-- Whole numbers: cents of each net trade without their sign, ten-thousandths of a dollar a share, cents a day.
counted as (
    select
        netted.*,
        cast(abs(netted.usd_per_billion_each) * 100 as hugeint) as each_cents,
        case when netted.usd_per_billion_each < 0 then -1 else 1 end as each_sign,
        cast(abs(netted.demand_usd) * 100 as hugeint) as demand_cents,
        case when netted.demand_usd < 0 then -1 else 1 end as demand_sign,
        cast(netted.close_usd * 10000 as hugeint) as close_parts,
        cast(netted.adv_usd * 100 as hugeint) as adv_cents,
        nullif(cast(netted.adv_usd * 100 as hugeint) * rules.auction_parts, 0) as auction_parts
    from netted
    cross join rules
)

select
    event_id,
    vintage,
    security_id,
    company_id,
    movement,
    ticker,
    rank_ticker,
    company_name,
    joins,
    leaves,
    cast(r1000_change_pct as decimal(12, 8)) as r1000_weight_change_pct,
    cast(r2000_change_pct as decimal(12, 8)) as r2000_weight_change_pct,
    cast(rmicro_change_pct as decimal(12, 8)) as rmicro_weight_change_pct,
    close_usd,
    cast(usd_per_billion_each as decimal(18, 2)) as usd_per_billion_each,
    cast(each_sign * ((2 * each_cents * 100 + close_parts) // (2 * close_parts)) as bigint) as shares_per_billion_each,
    adv_usd,
    adv_basis,
    closing_auction_usd,
    cast(
        cast((2 * each_cents * 10000 + adv_cents) // (2 * adv_cents) as decimal(22, 0))
        * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
    ) as days_of_adv_per_billion_each,
    cast(
        cast((2 * each_cents * 10000000000 + auction_parts) // (2 * auction_parts) as decimal(22, 0))
        * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
    ) as closing_auction_multiple_per_billion_each,
    counted_indexes,
    uncounted_indexes,
    cast(demand_usd as decimal(24, 2)) as demand_usd,
    cast(bought_usd as decimal(24, 2)) as bought_usd,
    cast(sold_usd as decimal(24, 2)) as sold_usd,
    cast(demand_sign * ((2 * demand_cents * 100 + close_parts) // (2 * close_parts)) as bigint) as demand_shares,
    cast(
        cast((2 * demand_cents * 10000 + adv_cents) // (2 * adv_cents) as decimal(22, 0))
        * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
    ) as days_of_adv,
    cast(
        cast((2 * demand_cents * 10000000000 + auction_parts) // (2 * auction_parts) as decimal(22, 0))
        * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
    ) as closing_auction_multiple
from counted
