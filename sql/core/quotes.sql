-- Every line that a price list shows at one of the anchors of an event: the opening lists' dates, the rank day, the
-- first session after the effective date or the day of an earlier vintage. A line absent at the anchor itself is read from a neighbouring session and
-- flagged.
with event as (
    select
        events.rank_day as rank_day,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    where events.event_id = $event_id
),

wanted as (
    select role, anchor_date, session_date, preference
    from core.event_sessions
    where event_id = $event_id and role in ('opening', 'last_recon', 'year_before', 'rank', 'effective')
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
                wanted.role <> 'rank'
                or cast(listings.known_at as date) <= event.rank_day + event.grace_days
            )
),

at_anchor as (
    select distinct role, anchor_date, ticker
    from found
    where preference = 0
),

-- A line that is there at the anchor itself has no need of the neighbouring sessions.
seen as (
    select
        found.*,
        coalesce(price_order.precedence, 99) as precedence,
        prices.close_usd as close_usd,
        prices.volume_shares as volume_shares,
        shares.outstanding_shares as outstanding_shares
    from found
    left join at_anchor
        on
            found.role = at_anchor.role
            and found.anchor_date = at_anchor.anchor_date
            and found.ticker = at_anchor.ticker
    left join price_order on found.listing_source = price_order.source
    left join raw.prices as prices
        on
            found.listing_source = prices.source
            and not prices.is_adjusted
            and found.session_date = prices.as_of
            and found.exchange = prices.exchange
            and found.symbol = prices.symbol
    left join raw.shares_outstanding as shares
        on
            found.listing_source = shares.source
            and found.session_date = shares.as_of
            and found.exchange = shares.exchange
            and found.symbol = shares.symbol
    where found.preference = 0 or at_anchor.ticker is null
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
    from seen
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
    session_date as observed_session,
    preference > 0 as is_neighbour,
    -- Methodology 6.4 asks who was listed on the rank day; a dump that lacks a line does not say that it was not.
    case
        when preference = 0 or preferred.role = 'effective' then 'seen'
        when preferred.role = 'opening' and listed.ticker_key is not null then 'seen'
        when preferred.role = 'opening' then 'fresh'
        when is_before and is_after then 'bridged'
        when is_before and seen_after.exchange is null then 'bridged'
        when is_before then 'faded'
        when known_tickers.ticker is not null then 'bridged'
        else 'fresh'
    end as listing,
    listing_source,
    preferred.exchange as exchange,
    symbol,
    name,
    country,
    ipo_year,
    industry,
    sector,
    close_usd,
    volume_shares,
    outstanding_shares
from preferred
left join known_tickers on preferred.ticker = known_tickers.ticker
left join seen_after on preferred.exchange = seen_after.exchange
left join listed
    on
        preferred.role = listed.role
        and preferred.anchor_date = listed.anchor_date
        and replace(preferred.ticker, '.', '') = listed.ticker_key
where choice = 1
