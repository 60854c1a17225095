-- Lines without votes, by what the class is called (methodology 4.3: such shares count zero votes), and whether the
-- public can hold any vote of the company at all.
with event as (
    select
        events.rank_day as rank_day,
        cast(grace.value as integer) as grace_days,
        cast(fresh.value as integer) as fresh_days
    from reference.recon_events as events
    inner join core.event_rules as grace on grace.event_id = $event_id and grace.rule = 'capture_grace_days'
    inner join core.event_rules as fresh on fresh.event_id = $event_id and fresh.rule = 'fresh_list_days'
    inner join core.event_rules as used
        on used.event_id = $event_id and used.rule = 'use_voting_evidence' and used.value = 1
    where events.event_id = $event_id
),

lines as (
    select
        lines.ticker as ticker,
        lines.name as name,
        lines.listing_source as listing_source,
        coalesce(companies.pricing_ticker, lines.ticker) as pricing_ticker,
        links.cik as cik
    from core.lines as lines
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    left join core.companies as companies on companies.event_id = $event_id and lines.ticker = companies.ticker
    left join core.filer_links as links on links.event_id = $event_id and lines.ticker = links.ticker
    where lines.event_id = $event_id and lines.role = 'rank' and securities.security_type = 'common'
),

-- The exchange's own list calls by their full title what the price list may not; it is read while it is fresh.
titles as (
    select ticker, name as title, listing_source as title_source, 1 as precedence
    from lines
    union all
    select lines.ticker, listed.name as title, listed.source as title_source, 2 as precedence
    from lines
    cross join event
    inner join core.listed_symbols as listed
        on
            listed.event_id = $event_id
            and lines.ticker = listed.ticker
            and listed.as_of >= event.rank_day - event.fresh_days
    union all
    select lines.ticker, symbols.class_member as title, symbols.source as title_source, 3 as precedence
    from lines
    cross join event
    inner join raw.filer_tickers as symbols
        on
            lines.ticker = symbols.ticker
            and lines.cik = symbols.cik
            and symbols.source = 'sec_notes'
            and symbols.as_of between event.rank_day - 456 and event.rank_day
),

voteless as (
    select ticker, title, title_source
    from (
        select
            titles.*,
            row_number() over (partition by titles.ticker order by titles.precedence, titles.title) as choice
        from titles
        cross join event
        where
            contains(lower(titles.title), 'vot')
            and regexp_matches(lower(titles.title), '\bnon[ -]?voting|nonvoting|\bno vot(e|ing)|\bwithout vot')
    ) as ordered
    where choice = 1
),

suspects as (
    select voteless.ticker, voteless.title, voteless.title_source, lines.pricing_ticker, lines.cik
    from voteless
    inner join lines on voteless.ticker = lines.ticker
),

-- The list of the SEC has what is quoted over the counter too: of it the newest file that was known by then.
newest as (
    select max(directory.as_of) as as_of
    from raw.directory as directory
    cross join event
    where directory.source = 'sec_tickers' and cast(directory.known_at as date) <= event.rank_day + event.grace_days
),

quoted as (
    select lines.ticker as ticker, lines.pricing_ticker as pricing_ticker, cast(null as bigint) as cik
    from lines
    union all
    select directory.ticker as ticker, cast(null as varchar) as pricing_ticker, directory.cik as cik
    from raw.directory as directory
    inner join newest on directory.as_of = newest.as_of
    where directory.source = 'sec_tickers' and directory.cik is not null
),

-- A preferred, a warrant or a note of the company is no class of its common stock.
other_kinds as (
    select ticker
    from core.securities
    where event_id = $event_id and role = 'rank' and security_type <> 'common'
),

sisters as (
    select suspects.ticker as ticker, quoted.ticker as sister
    from suspects
    inner join quoted on suspects.pricing_ticker = quoted.pricing_ticker
    union
    select suspects.ticker as ticker, quoted.ticker as sister
    from suspects
    inner join quoted on suspects.cik = quoted.cik
),

judged as (
    select
        suspects.ticker as ticker,
        suspects.title as title,
        suspects.title_source as title_source,
        count(case when voteless.ticker is null and other_kinds.ticker is null then sisters.sister end)
            as voting_tickers
    from suspects
    inner join sisters on suspects.ticker = sisters.ticker
    left join voteless on sisters.sister = voteless.ticker
    left join other_kinds on sisters.sister = other_kinds.ticker
    group by suspects.ticker, suspects.title, suspects.title_source
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    title,
    title_source,
    voting_tickers,
    case when voting_tickers = 0 then cast(0 as decimal(9, 4)) end as votes_pct
from judged
