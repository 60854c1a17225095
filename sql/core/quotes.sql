-- Every line that a price list shows at one of the anchors of an event: the opening lists' dates, the rank day, the
-- first session after the effective date or the day of an earlier vintage. A line absent at the anchor itself is read from a neighbouring session and
-- flagged.
with event as (
    select
        events.rank_day as rank_day,
        cast(rules.value as integer) as grace_days,
        coalesce(cast(new_lines.value as integer), 0) as new_line_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    left join core.event_rules as new_lines
        on new_lines.event_id = $event_id and new_lines.rule = 'new_line_days'
    where events.event_id = $event_id
),

wanted as (
    select role, anchor_date, session_date, preference
    from core.event_sessions
    where
        event_id = $event_id
        and role in ('opening', 'last_recon', 'year_before', 'before_window', 'rank', 'new_lines', 'effective')
),

-- The nightly archive and the live screener print the same lines: which one counts is data.
price_order as (
    select source, precedence
    from reference.source_order
    where figure = 'price'
),

found as (
    select
        wanted.role as role,
        wanted.anchor_date as anchor_date,
        wanted.session_date as session_date,
        wanted.preference as preference,
        listings.source as listing_source,
        listings.exchange as exchange,
        listings.symbol as symbol,
        listings.ticker as ticker,
        listings.name as name,
        listings.country as country,
        listings.ipo_year as ipo_year,
        listings.industry as industry,
        listings.sector as sector
    from wanted
    cross join event
    inner join raw.listings as listings
        on
            wanted.session_date = listings.as_of
            -- Methodology 6.4: what was known on the rank day. A dump is committed in the nights after its session.
            and (
                wanted.role not in ('rank', 'new_lines')
                or cast(listings.known_at as date) <= event.rank_day + event.grace_days
                or (
                    wanted.role = 'new_lines'
                    and cast(listings.known_at as date) <= event.rank_day + event.new_line_days + event.grace_days
                )
            )
),

at_anchor as (
    select distinct role, anchor_date, ticker
    from found
    where preference = 0
),

-- A line that is there at the anchor itself has no need of the neighbouring sessions. Read besides is what the lists of
-- the session after the rank day, and of the session for new lines, print of lines that were not there before the window
-- of a quarterly event.
needed as (
    select found.*, false as is_later
    from found
    left join at_anchor
        on
            found.role = at_anchor.role
            and found.anchor_date = at_anchor.anchor_date
            and found.ticker = at_anchor.ticker
    where found.role <> 'new_lines' and (found.preference = 0 or at_anchor.ticker is null)
    union all
    select found.*, true as is_later
    from found
    left join (select distinct ticker from found where role = 'before_window') as before_window
        on found.ticker = before_window.ticker
    where
        before_window.ticker is null
        and (found.role = 'new_lines' or (found.role = 'rank' and found.preference = 2))
        and exists (select 1 from found as eve where eve.role = 'before_window')
),

-- Of the sessions alone: to join all that the home holds would cost more with each event.
wanted_days as (
    select distinct session_date
    from wanted
),

prices as (
    select prices.*
    from raw.prices as prices
    inner join wanted_days on prices.as_of = wanted_days.session_date
),

shares as (
    select shares.*
    from raw.shares_outstanding as shares
    inner join wanted_days on shares.as_of = wanted_days.session_date
),

figured as (
    select
        needed.*,
        coalesce(price_order.precedence, 99) as precedence,
        prices.close_usd as close_usd,
        prices.volume_shares as volume_shares,
        shares.outstanding_shares as outstanding_shares
    from needed
    left join price_order on needed.listing_source = price_order.source
    left join prices
        on
            needed.listing_source = prices.source
            and not prices.is_adjusted
            and needed.session_date = prices.as_of
            and needed.exchange = prices.exchange
            and needed.symbol = prices.symbol
    left join shares
        on
            needed.listing_source = shares.source
            and needed.session_date = shares.as_of
            and needed.exchange = shares.exchange
            and needed.symbol = shares.symbol
),

later_prints as (
    select
        *,
        row_number() over (
            partition by role, ticker
            order by precedence, coalesce(volume_shares, 0) desc, exchange, symbol
        ) as choice
    from figured
    where is_later
),

preferred as (
    select
        *,
        -- On which of the sessions of the anchor the ticker is there at all: 0 the anchor, 1 before it, 2 after it.
        max(case when preference = 1 then 1 else 0 end) over (partition by role, anchor_date, ticker) = 1 as is_before,
        max(case when preference = 2 then 1 else 0 end) over (partition by role, anchor_date, ticker) = 1 as is_after,
        row_number() over (
            partition by role, anchor_date, ticker
            order by preference, precedence, coalesce(volume_shares, 0) desc, exchange, symbol
        ) as choice
    from figured
    where not is_later
),

-- What traded in the price window, to tell a line that flickers from one that is new.
known_tickers as (
    select ticker
    from core.trading_windows
    where event_id = $event_id and window_days > 0
),

-- What the opening lists name. A line that is only there the session after an opening date belongs to it if a list has
-- it; otherwise it may be the new name of one that is there.
listed as (
    select distinct 'opening' as role, as_of as anchor_date, replace(ticker, '.', '') as ticker_key
    from raw.opening_rows
    where event_id = $event_id
),

-- Exchanges of which the session after the rank day is there, so that a line can be missing from it.
seen_after as (
    select distinct exchange
    from found
    where role = 'rank' and preference = 2
)

select
    cast($event_id as varchar) as event_id,
    preferred.role as role,
    preferred.anchor_date as anchor_date,
    preferred.ticker as ticker,
    replace(preferred.ticker, '.', '') as ticker_key,
    preferred.session_date as observed_session,
    preferred.preference > 0 as is_neighbour,
    -- Methodology 6.4 asks who was listed on the rank day; a dump that lacks a line does not say that it was not.
    case
        when preferred.preference = 0 or preferred.role = 'effective' then 'seen'
        when preferred.role = 'opening' and listed.ticker_key is not null then 'seen'
        when preferred.role = 'opening' then 'fresh'
        when is_before and is_after then 'bridged'
        when is_before and seen_after.exchange is null then 'bridged'
        when is_before then 'faded'
        when known_tickers.ticker is not null then 'bridged'
        else 'fresh'
    end as listing,
    preferred.listing_source as listing_source,
    preferred.exchange as exchange,
    preferred.symbol as symbol,
    -- A list that prints nothing else of a line prints no word for its share either.
    case
        when preferred.country is null and preferred.ipo_year is null and preferred.industry is null
            then coalesce(next_prints.name, late_prints.name, preferred.name)
        else preferred.name
    end as name,
    coalesce(preferred.country, next_prints.country, late_prints.country) as country,
    coalesce(preferred.ipo_year, next_prints.ipo_year, late_prints.ipo_year) as ipo_year,
    coalesce(preferred.industry, next_prints.industry, late_prints.industry) as industry,
    coalesce(preferred.sector, next_prints.sector, late_prints.sector) as sector,
    preferred.close_usd as close_usd,
    preferred.volume_shares as volume_shares,
    coalesce(
        preferred.outstanding_shares, next_prints.outstanding_shares, late_prints.outstanding_shares
    ) as outstanding_shares,
    case
        when preferred.outstanding_shares is not null then null
        when next_prints.outstanding_shares is not null then next_prints.session_date
        when late_prints.outstanding_shares is not null then late_prints.session_date
    end as shares_session
from preferred
left join known_tickers on preferred.ticker = known_tickers.ticker
left join seen_after on preferred.exchange = seen_after.exchange
left join listed
    on
        preferred.role = listed.role
        and preferred.anchor_date = listed.anchor_date
        and replace(preferred.ticker, '.', '') = listed.ticker_key
left join later_prints as next_prints
    on
        preferred.role = 'rank'
        and next_prints.role = 'rank'
        and next_prints.choice = 1
        and preferred.ticker = next_prints.ticker
left join later_prints as late_prints
    on
        preferred.role = 'rank'
        and late_prints.role = 'new_lines'
        and late_prints.choice = 1
        and preferred.ticker = late_prints.ticker
where preferred.choice = 1
