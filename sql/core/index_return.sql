-- The return of our own Russell 3000E from the rank day of the last reconstitution to that of a quarterly event
-- (methodology 9.4, 18.8): price return, weighted by total market cap, over the companies that are priced on both days.
with event as (
    select event_id, rank_day
    from reference.recon_events
    where event_id = $event_id and kind = 'ipo'
),

members as (
    select opening.index_id as index_id, opening.rank_ticker as ticker
    from core.opening_members as opening
    inner join event on opening.event_id = event.event_id
    where opening.rank_ticker is not null and opening.index_id in ('R3000E', 'R3000')
    group by opening.index_id, opening.rank_ticker
),

widest as (
    select
        case when max(case when index_id = 'R3000E' then 1 else 0 end) = 1 then 'R3000E' else 'R3000' end as index_id
    from members
),

-- One line a company: the price list gives each of its classes the count of all.
priced as (
    select
        continuity.from_date as base_rank_day,
        lines.ticker as ticker,
        cast(earlier.close_usd * 10000 as hugeint) as base_close,
        cast(lines.close_usd * 10000 as hugeint) as close,
        cast(earlier.outstanding_shares as hugeint) as base_shares,
        cast(lines.outstanding_shares as hugeint) as shares
    from members
    inner join widest on members.index_id = widest.index_id
    inner join core.companies as companies
        on companies.event_id = $event_id and members.ticker = companies.ticker and companies.is_pricing_vehicle
    inner join core.continuity as continuity
        on
            continuity.event_id = $event_id
            and continuity.from_role = 'last_recon'
            and continuity.to_role = 'rank'
            and members.ticker = continuity.to_ticker
    inner join core.lines as earlier
        on
            earlier.event_id = $event_id
            and earlier.role = 'last_recon'
            and continuity.from_date = earlier.anchor_date
            and continuity.from_ticker = earlier.ticker
    inner join core.lines as lines
        on lines.event_id = $event_id and lines.role = 'rank' and members.ticker = lines.ticker
    where
        earlier.close_usd > 0
        and lines.close_usd > 0
        and earlier.outstanding_shares > 0
        and lines.outstanding_shares > 0
),

-- A split shows in both: a count that moved by a fifth or more, and a price that moved against it. Of the move of the
-- price alone and that of price times count the smaller one is the return; where counts moved without a split (an
-- issue, a merger, a defect) it is that of the price.
compared as (
    select
        *,
        5 * abs(shares - base_shares) >= base_shares
        and greatest(close * shares, base_close * base_shares) * least(close, base_close)
        < greatest(close, base_close) * least(close * shares, base_close * base_shares) as is_split
    from priced
),

-- The smaller count weighs: a count that jumps upwards for no reason would weigh for many companies.
weighed as (
    select
        base_rank_day,
        case when is_split then base_shares * base_close else least(base_shares, shares) * base_close end
            as base_value,
        case when is_split then shares * close else least(base_shares, shares) * close end as value
    from compared
),

summed as (
    select
        base_rank_day,
        count(*) as company_count,
        sum(cast(base_value as decimal(38, 0))) as base_value,
        sum(cast(value as decimal(38, 0))) as value
    from weighed
    group by base_rank_day
)

select
    cast($event_id as varchar) as event_id,
    widest.index_id as index_id,
    summed.base_rank_day as base_rank_day,
    event.rank_day as rank_day,
    cast(summed.company_count as bigint) as company_count,
    cast(cast(summed.base_value as decimal(34, 0)) * cast(0.0001 as decimal(4, 4)) as decimal(28, 4))
        as base_value_usd,
    cast(cast(summed.value as decimal(34, 0)) * cast(0.0001 as decimal(4, 4)) as decimal(28, 4)) as value_usd,
    -- Millionths of a point, by integer division of whole numbers.
    cast(
        cast(
            (cast(summed.value as hugeint) - cast(summed.base_value as hugeint)) * 100000000
            // cast(summed.base_value as hugeint) as decimal(18, 0)
        ) * cast(0.000001 as decimal(7, 6)) as decimal(12, 6)
    ) as return_pct
from summed
cross join widest
cross join event
