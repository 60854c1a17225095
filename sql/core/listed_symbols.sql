-- Who was listed as of the rank day, by the lists of symbols that were known by then. Nasdaq and the other exchanges
-- have each one list that counts: of those that are fresh the first in the order of reference.source_order, which is
-- the symbol directory; else the freshest.
with event as (
    select
        events.rank_day as rank_day,
        cast(grace.value as integer) as grace_days,
        cast(fresh.value as integer) as fresh_days
    from reference.recon_events as events
    inner join core.event_rules as grace on grace.event_id = $event_id and grace.rule = 'capture_grace_days'
    inner join core.event_rules as fresh on fresh.event_id = $event_id and fresh.rule = 'fresh_list_days'
    where events.event_id = $event_id
),

listing_order as (
    select source, precedence
    from reference.source_order
    where figure = 'listing'
),

-- Methodology 6.4: what was known on the rank day, and describes no later day.
known as (
    select
        directory.source as source,
        directory.feed as feed,
        directory.as_of as as_of,
        directory.known_at as known_at,
        directory.symbol as symbol,
        directory.ticker as ticker,
        directory.name as name,
        directory.exchange as exchange,
        directory.financial_status as financial_status,
        -- The symbol directory comes in two files, and one of them may be missing.
        case when directory.exchange = 'nasdaq' then 'nasdaq' else 'other' end as exchange_group,
        coalesce(directory.is_etf, false) as is_etf,
        coalesce(directory.is_test, false) as is_test,
        listing_order.precedence as precedence,
        event.rank_day as rank_day,
        event.fresh_days as fresh_days
    from raw.directory as directory
    cross join event
    inner join listing_order on directory.source = listing_order.source
    where
        directory.is_active
        and cast(directory.known_at as date) <= event.rank_day + event.grace_days
        -- A directory of the morning after lists those that were listed on the rank day, but for what changed
        -- overnight.
        and directory.as_of <= event.rank_day + event.grace_days
),

-- One file of each feed: the last fresh one up to the rank day; else the first after it, though it may have new names
-- on it already; else the last old one.
files as (
    select distinct
        feed,
        as_of,
        known_at,
        case when as_of > rank_day then 2 when as_of >= rank_day - fresh_days then 1 else 3 end as age
    from known
),

ordered_files as (
    select
        feed,
        as_of,
        known_at,
        row_number() over (
            partition by feed
            order by
                age,
                case when age <> 2 then as_of end desc,
                as_of,
                known_at desc
        ) as choice
    from files
),

current_rows as (
    select known.*
    from known
    inner join ordered_files as files
        on
            known.feed = files.feed
            and known.as_of = files.as_of
            and known.known_at = files.known_at
            and files.choice = 1
),

-- A fund is one whichever list says so.
funds as (
    select
        ticker,
        source,
        name,
        row_number() over (partition by ticker order by source, as_of desc, name) as choice
    from current_rows
    where is_etf
),

-- The SEC's list has symbols that trade nowhere and lacks banks that file elsewhere (providers 1.2): it confirms, and
-- carries nobody by itself.
aged as (
    select
        current_rows.source as source,
        current_rows.exchange_group as exchange_group,
        min(current_rows.precedence) as precedence,
        min(current_rows.as_of) as as_of,
        min(current_rows.as_of) >= event.rank_day - event.fresh_days as is_fresh
    from current_rows
    cross join event
    where current_rows.source <> 'sec_tickers'
    group by current_rows.source, current_rows.exchange_group, event.rank_day, event.fresh_days
),

best as (
    select source, exchange_group
    from (
        select
            source,
            exchange_group,
            row_number() over (
                partition by exchange_group
                order by
                    is_fresh desc,
                    case when is_fresh then precedence end,
                    case when not is_fresh then as_of end desc,
                    precedence,
                    source
            ) as choice
        from aged
    ) as ordered
    where choice = 1
),

confirmed as (
    select distinct ticker
    from current_rows
    where source = 'sec_tickers'
),

confirming as (
    select max(as_of) as as_of
    from current_rows
    where source = 'sec_tickers'
),

chosen as (
    select
        current_rows.*,
        row_number() over (
            partition by current_rows.ticker
            order by
                current_rows.as_of desc,
                current_rows.exchange,
                current_rows.symbol,
                current_rows.name,
                current_rows.financial_status
        ) as choice
    from current_rows
    inner join best on current_rows.source = best.source and current_rows.exchange_group = best.exchange_group
)

select
    cast($event_id as varchar) as event_id,
    chosen.ticker as ticker,
    replace(chosen.ticker, '.', '') as ticker_key,
    chosen.symbol as symbol,
    chosen.name as name,
    chosen.exchange as exchange,
    chosen.source as source,
    chosen.as_of as as_of,
    chosen.known_at as known_at,
    chosen.financial_status as financial_status,
    funds.ticker is not null as is_etf,
    funds.source as etf_source,
    funds.name as etf_name,
    chosen.is_test as is_test,
    -- Whether the SEC's list bears it out, itself or the symbol that it is a class of: asked where that list is the
    -- later one, and of the same day too where this one is a vendor's, for those go on with dead names for years.
    case
        when confirming.as_of > chosen.as_of or (confirming.as_of = chosen.as_of and chosen.source <> 'symdir')
            then confirmed.ticker is not null or roots.ticker is not null
    end as is_confirmed
from chosen
cross join confirming
left join funds on chosen.ticker = funds.ticker and funds.choice = 1
left join confirmed on chosen.ticker = confirmed.ticker
left join confirmed as roots on split_part(chosen.ticker, '.', 1) = roots.ticker
where chosen.choice = 1
