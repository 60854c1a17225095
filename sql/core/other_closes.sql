-- Closes of the rank day from sources that print prices and no listings: for lines that the price lists lack. Never an
-- adjusted one (providers 1.17, trap 13).
with event as (
    select
        events.rank_day as rank_day,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    where events.event_id = $event_id
),

ordered as (
    select
        prices.ticker as ticker,
        prices.close_usd as close_usd,
        prices.volume_shares as volume_shares,
        prices.source as source,
        row_number() over (
            partition by prices.ticker
            order by coalesce(source_order.precedence, 99), prices.source, prices.symbol
        ) as choice
    from raw.prices as prices
    inner join event
        on
            prices.as_of = event.rank_day
            and cast(prices.known_at as date) <= event.rank_day + event.grace_days
    left join reference.source_order as source_order
        on prices.source = source_order.source and source_order.figure = 'price'
    where prices.exchange is null and not prices.is_adjusted
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    close_usd,
    volume_shares,
    source
from ordered
where choice = 1
