-- Every listing line of an event at its anchors: those of the price lists, and on the rank day those that are listed and
-- have no line there. A close of the rank day from another source goes before one of a neighbouring session.
with gaps as (
    select *
    from core.listing_gaps
    where event_id = $event_id and verdict in ('priced_elsewhere', 'vanished', 'never_priced')
),

rank_day as (
    select distinct anchor_date
    from core.event_sessions
    where event_id = $event_id and role = 'rank'
),

-- What other sources say is of the rank day alone. The key says so: a condition on one side of a left join would make it
-- compare every line with every row.
quotes as (
    select
        *,
        case when role = 'rank' then ticker end as rank_ticker
    from core.quotes
    where event_id = $event_id
),

quoted as (
    select
        quotes.*,
        other_closes.close_usd as other_close_usd,
        other_closes.volume_shares as other_volume_shares,
        other_closes.source as other_source,
        other_closes.ticker is not null and (quotes.is_neighbour or quotes.close_usd is null) as is_other,
        listed.ticker is not null as is_listed
    from quotes
    left join core.other_closes as other_closes
        on other_closes.event_id = $event_id and quotes.rank_ticker = other_closes.ticker
    left join core.listed_symbols as listed
        on
            listed.event_id = $event_id
            and quotes.rank_ticker = listed.ticker
            and quotes.anchor_date = listed.as_of
            and listed.source = 'symdir'
)

select
    cast($event_id as varchar) as event_id,
    role,
    anchor_date,
    ticker,
    ticker_key,
    observed_session,
    is_neighbour,
    -- Methodology 6.4: a close of the rank day, or the exchange's own list of that day, says that it was listed.
    case when listing in ('faded', 'fresh') and role = 'rank' and (is_other or is_listed) then 'bridged' else listing end
        as listing,
    listing_source,
    exchange,
    symbol,
    name,
    country,
    ipo_year,
    industry,
    sector,
    case when is_other then other_close_usd else close_usd end as close_usd,
    case when is_other then other_source when close_usd is not null then listing_source end as price_source,
    case when is_other then other_volume_shares else volume_shares end as volume_shares,
    outstanding_shares,
    shares_session
from quoted
union all
select
    cast($event_id as varchar) as event_id,
    'rank' as role,
    rank_day.anchor_date as anchor_date,
    gaps.ticker,
    gaps.ticker_key,
    gaps.listed_as_of as observed_session,
    false as is_neighbour,
    'listed' as listing,
    gaps.listing_source,
    coalesce(gaps.exchange, 'other') as exchange,
    gaps.symbol,
    gaps.name,
    cast(null as varchar) as country,
    cast(null as smallint) as ipo_year,
    cast(null as varchar) as industry,
    cast(null as varchar) as sector,
    gaps.close_usd,
    gaps.price_source,
    gaps.volume_shares,
    cast(null as bigint) as outstanding_shares,
    cast(null as date) as shares_session
from gaps
cross join rank_day
