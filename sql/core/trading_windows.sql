-- How each line traded in the price window before the rank day, and up to and including the rank day.
with event as (
    select
        events.rank_day as rank_day,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    where events.event_id = $event_id
),

sessions as (
    select session_date, max(case when role = 'price_window' then 1 else 0 end) = 1 as is_before
    from core.event_sessions
    where event_id = $event_id and (role = 'price_window' or (role = 'rank' and preference = 0))
    group by session_date
),

-- The sources of whole price lists, in the order in which they count.
price_order as (
    select source, precedence
    from reference.source_order
    where figure = 'price'
),

-- Of the sessions alone: to join all that the home holds would cost more with each event.
shares_of_sessions as (
    select shares.*
    from raw.shares_outstanding as shares
    inner join sessions on shares.as_of = sessions.session_date
),

-- A symbol that two sources or two exchanges carry on one session counts once: by the first source, the line that
-- traded more.
traded as (
    select
        sessions.session_date as session_date,
        sessions.is_before as is_before,
        prices.ticker as ticker,
        prices.close_usd as close_usd,
        coalesce(prices.volume_shares, 0) as volume_shares,
        shares.outstanding_shares as outstanding_shares,
        row_number() over (
            partition by sessions.session_date, prices.ticker
            order by
                coalesce(price_order.precedence, 99),
                coalesce(prices.volume_shares, 0) desc,
                prices.exchange,
                prices.symbol
        ) as choice
    from sessions
    cross join event
    inner join raw.prices as prices
        on
            sessions.session_date = prices.as_of
            and cast(prices.known_at as date) <= event.rank_day + event.grace_days
            and not prices.is_adjusted
    left join price_order on prices.source = price_order.source
    left join shares_of_sessions as shares
        on
            prices.source = shares.source
            and prices.as_of = shares.as_of
            and prices.exchange = shares.exchange
            and prices.symbol = shares.symbol
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    cast(count(*) filter (where is_before) as bigint) as window_days,
    cast(coalesce(sum(close_usd) filter (where is_before), 0) as decimal(24, 4)) as window_close_sum_usd,
    min(close_usd) filter (where is_before) as window_low_usd,
    max(close_usd) filter (where is_before) as window_high_usd,
    min(outstanding_shares) filter (where is_before) as window_low_shares,
    max(outstanding_shares) filter (where is_before) as window_high_shares,
    cast(count(*) as bigint) as trading_days,
    cast(count(*) filter (where volume_shares > 0) as bigint) as volume_days,
    cast(sum(volume_shares) as bigint) as volume_shares,
    cast(sum(cast(volume_shares as decimal(19, 0)) * close_usd) as decimal(28, 4)) as traded_usd
from traded
where choice = 1
group by ticker
