-- Methodology 9.8: underwritten offerings whose investable cap, the shares offered by the close of the first day, exceeds
-- the breakpoint of the Russell Top 500 as it stands with the market, enter after their fifth session. The breakpoint is
-- moved to the rank day of the event; the owner publishes it once a quarter. Direct listings wait.
with event as (
    select
        events.rank_day as rank_day,
        events.ipo_window_start as window_start,
        in_force.valid_from as in_force_from,
        cast(sessions.value as bigint) as entry_sessions,
        cast(cuts.value as bigint) as cut_rank,
        cast(grace.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as fast
        on fast.event_id = $event_id and fast.rule = 'fast_entry' and fast.value = 1
    inner join core.event_rules as sessions on sessions.event_id = $event_id and sessions.rule = 'fast_entry_sessions'
    inner join core.event_rules as cuts on cuts.event_id = $event_id and cuts.rule = 'fast_entry_cut'
    inner join core.event_rules as grace on grace.event_id = $event_id and grace.rule = 'capture_grace_days'
    inner join reference.rules as in_force
        on
            in_force.rule = 'fast_entry'
            and in_force.value = 1
            and in_force.valid_from <= events.effective_date
            and (in_force.valid_to is null or events.effective_date < in_force.valid_to)
    where events.event_id = $event_id and events.kind = 'ipo'
),

-- The breakpoint of that rank, moved with the market (9.4).
cut as (
    select
        cast(
            cast(
                cast(base.market_cap_usd * 10000 as hugeint) * cast(returns.value_usd as hugeint)
                // cast(returns.base_value_usd as hugeint) as decimal(28, 0)
            ) * cast(0.0001 as decimal(4, 4)) as decimal(24, 4)
        ) as cut_usd
    from core.base_breakpoints as base
    inner join event on base.cut_rank = event.cut_rank
    inner join core.index_return as returns
        on returns.event_id = $event_id and base.base_rank_day = returns.base_rank_day
    where base.event_id = $event_id
),

-- Of an offering that several calendars have, the first in order.
offerings as (
    select
        listings.ticker as ticker,
        ipos.event_date as event_date,
        ipos.offered_shares as offered_shares,
        ipos.source as source,
        row_number() over (
            partition by listings.ticker order by ipos.event_date, ipos.source, ipos.offered_shares desc
        ) as choice
    from core.new_listings as listings
    cross join event
    inner join raw.ipos as ipos on listings.ticker = ipos.ticker
    where
        listings.event_id = $event_id
        and listings.listing_kind = 'ipo'
        and ipos.status = 'priced'
        and ipos.offered_shares > 0
        and ipos.event_date between event.window_start and event.rank_day
        and cast(ipos.known_at as date) <= event.rank_day + event.grace_days
),

price_order as (
    select source, precedence
    from reference.source_order
    where figure = 'price'
),

closes as (
    select
        offerings.ticker as ticker,
        prices.as_of as session_date,
        prices.close_usd as close_usd,
        offerings.offered_shares as offered_shares,
        offerings.source as source,
        row_number() over (
            partition by offerings.ticker
            order by prices.as_of, coalesce(price_order.precedence, 99), prices.exchange, prices.symbol
        ) as choice
    from offerings
    inner join core.event_sessions as sessions
        on
            sessions.event_id = $event_id
            and sessions.role = 'first_days'
            and offerings.event_date = sessions.anchor_date
    inner join raw.prices as prices
        on sessions.session_date = prices.as_of and offerings.ticker = prices.ticker and not prices.is_adjusted
    left join price_order on prices.source = price_order.source
    where offerings.choice = 1
),

numbered_sessions as (
    select session_date, row_number() over (order by session_date) as number
    from reference.sessions
),

measured as (
    select
        closes.ticker as ticker,
        closes.session_date as first_session,
        closes.close_usd as first_close_usd,
        closes.offered_shares as offered_shares,
        cast(cast(closes.offered_shares as decimal(19, 0)) * closes.close_usd as decimal(24, 4)) as investable_cap_usd,
        closes.source as source
    from closes
    where closes.choice = 1 and closes.close_usd > 0
)

select
    cast($event_id as varchar) as event_id,
    measured.ticker as ticker,
    measured.first_session as first_session,
    cast(measured.first_close_usd as decimal(18, 4)) as first_close_usd,
    measured.offered_shares as offered_shares,
    measured.investable_cap_usd as investable_cap_usd,
    cut.cut_usd as cut_usd,
    coalesce(lock_downs.effective_date, entries.session_date) as entry_session,
    measured.source as source
from measured
cross join event
cross join cut
inner join numbered_sessions as firsts on measured.first_session = firsts.session_date
inner join numbered_sessions as entries on entries.number = firsts.number + event.entry_sessions - 1
-- In the lock-down of a reconstitution: with that.
left join reference.recon_events as lock_downs
    on
        lock_downs.kind = 'recon'
        and not lock_downs.is_projection
        and entries.session_date between lock_downs.lock_date and lock_downs.effective_date
where measured.investable_cap_usd > cut.cut_usd and measured.first_session >= event.in_force_from
