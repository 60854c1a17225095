-- Listings against prices (providers section 0, finding 5b): what is listed and has no line in the price lists of the
-- rank day or its neighbours, and what is to be made of it.
with event as (
    select rank_day
    from reference.recon_events
    where event_id = $event_id
),

-- By the key without separators, for one list writes BRK.B where another writes BRKB; but not where that is a symbol of
-- its own, listed as it is written.
quoted as (
    select distinct
        quotes.ticker_key as ticker_key,
        case when listed.ticker is not null then quotes.ticker end as only_ticker
    from core.quotes as quotes
    left join core.listed_symbols as listed on listed.event_id = $event_id and quotes.ticker = listed.ticker
    where quotes.event_id = $event_id and quotes.role = 'rank'
),

priced as (
    select distinct listed.ticker as ticker
    from core.listed_symbols as listed
    inner join quoted
        on
            listed.ticker_key = quoted.ticker_key
            and (quoted.only_ticker is null or listed.ticker = quoted.only_ticker)
    where listed.event_id = $event_id
),

sessions as (
    select distinct session_date
    from core.event_sessions
    -- Who was priced a year ago may have been another holder of the ticker.
    where event_id = $event_id and role <> 'history'
),

members as (
    select distinct replace(ticker, '.', '') as ticker_key
    from raw.opening_rows
    where event_id = $event_id
),

-- The last session up to the rank day, of those that the event reads, in which a price list had the ticker.
last_quotes as (
    select replace(listings.ticker, '.', '') as ticker_key, max(listings.as_of) as session_date
    from raw.listings as listings
    inner join sessions on listings.as_of = sessions.session_date
    cross join event
    where listings.as_of <= event.rank_day
    group by replace(listings.ticker, '.', '')
)

select
    listed.event_id as event_id,
    listed.ticker as ticker,
    listed.ticker_key as ticker_key,
    listed.symbol as symbol,
    listed.name as name,
    listed.exchange as exchange,
    listed.source as listing_source,
    listed.as_of as listed_as_of,
    last_quotes.session_date as last_quoted,
    other_closes.close_usd as close_usd,
    other_closes.volume_shares as volume_shares,
    other_closes.source as price_source,
    case
        when listed.is_test then 'test'
        when listed.is_etf then 'fund'
        when other_closes.ticker is not null then 'priced_elsewhere'
        -- Priced for a while, and on neither the rank day nor the sessions beside it: it left. Only the exchange's own
        -- list of the rank day outweighs that; other lists go on with dead names for weeks.
        when last_quotes.session_date is not null and listed.source = 'symdir' and listed.as_of >= event.rank_day
            then 'vanished'
        when last_quotes.session_date is not null then 'left'
        -- Who was a member is not lost for a list that lacks it.
        when members.ticker_key is not null then 'never_priced'
        when listed.is_confirmed = false then 'unconfirmed'
        -- Only a list of later days has it: it may be an IPO or a new name of those days.
        when listed.as_of > event.rank_day then 'later'
        else 'never_priced'
    end as verdict
from core.listed_symbols as listed
cross join event
left join priced on listed.ticker = priced.ticker
left join members on listed.ticker_key = members.ticker_key
left join last_quotes on listed.ticker_key = last_quotes.ticker_key
left join core.other_closes as other_closes
    on other_closes.event_id = $event_id and listed.ticker = other_closes.ticker
where listed.event_id = $event_id and priced.ticker is null
