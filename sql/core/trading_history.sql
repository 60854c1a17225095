-- How each line of the rank day traded in two years up to it (methodology 1.1, 5.2, 5.3). Volume by close of one
-- session is free of splits, so that sessions before and after one add up.
with event as (
    select
        events.rank_day as rank_day,
        max(case when rules.rule = 'capture_grace_days' then cast(rules.value as integer) end) as grace_days,
        max(case when rules.rule = 'min_history_days' then rules.value end) as min_history_days,
        -- One block in a sample of a session a month would weigh as much as a month.
        max(case when rules.rule = 'history_sample_day' then rules.value end) > 0
        and max(case when rules.rule = 'history_without_highest' then rules.value end) = 1 as is_trimmed
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id
    where events.event_id = $event_id
    group by events.rank_day
),

sessions as (
    select session_date
    from core.event_sessions
    where event_id = $event_id and role = 'history'
),

lines as (
    select ticker
    from core.lines
    where event_id = $event_id and role = 'rank'
),

price_order as (
    select source, precedence
    from reference.source_order
    where figure = 'price'
),

-- A symbol that two sources or two exchanges carry on one session counts once, as in core.trading_windows.
traded as (
    select
        prices.ticker as ticker,
        prices.close_usd as close_usd,
        coalesce(prices.volume_shares, 0) as volume_shares,
        row_number() over (
            partition by prices.as_of, prices.ticker
            order by
                coalesce(price_order.precedence, 99),
                coalesce(prices.volume_shares, 0) desc,
                prices.exchange,
                prices.symbol
        ) as choice
    from raw.prices as prices
    inner join sessions on prices.as_of = sessions.session_date
    inner join lines on prices.ticker = lines.ticker
    cross join event
    left join price_order on prices.source = price_order.source
    where
        not prices.is_adjusted
        and cast(prices.known_at as date) <= event.rank_day + event.grace_days
),

history as (
    select
        ticker,
        cast(count(*) as bigint) as trading_days,
        cast(count(*) filter (where volume_shares > 0) as bigint) as volume_days,
        cast(sum(volume_shares) as bigint) as volume_shares,
        cast(sum(cast(volume_shares as decimal(19, 0)) * close_usd) as decimal(28, 4)) as traded_usd,
        cast(max(cast(volume_shares as decimal(19, 0)) * close_usd) as decimal(28, 4)) as highest_usd
    from traded
    where choice = 1
    group by ticker
),

judged as (
    select
        lines.ticker as ticker,
        coalesce(history.trading_days >= event.min_history_days, false) or windows.ticker is null as is_history,
        coalesce(event.is_trimmed, false) and history.trading_days > 1 as is_trimmed,
        history.trading_days as history_days,
        history.volume_days as history_volume_days,
        history.volume_shares as history_volume_shares,
        history.traded_usd as history_traded_usd,
        history.highest_usd as highest_usd,
        windows.trading_days as month_days,
        windows.volume_days as month_volume_days,
        windows.volume_shares as month_volume_shares,
        windows.traded_usd as month_traded_usd
    from lines
    cross join event
    left join history on lines.ticker = history.ticker
    left join core.trading_windows as windows on windows.event_id = $event_id and lines.ticker = windows.ticker
    where history.ticker is not null or windows.ticker is not null
),

chosen as (
    select
        ticker,
        case when is_history then 'history' else 'month' end as basis,
        case when is_history then history_days else month_days end as trading_days,
        case when is_history then history_volume_days else month_volume_days end as volume_days,
        case when is_history then history_volume_shares else month_volume_shares end as volume_shares,
        case
            when is_history and is_trimmed then history_days - 1
            when is_history then history_days
            else month_days
        end as averaged_days,
        case
            when is_history and is_trimmed then history_traded_usd - highest_usd
            when is_history then history_traded_usd
            else month_traded_usd
        end as averaged_usd
    from judged
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    basis,
    trading_days,
    volume_days,
    volume_shares,
    averaged_days,
    cast(averaged_usd as decimal(28, 4)) as averaged_usd,
    cast(averaged_usd / averaged_days as decimal(24, 2)) as addtv_usd
from chosen
