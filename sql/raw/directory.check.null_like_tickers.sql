-- severity: warn
-- A ticker that reads like a missing value is a ticker (providers 1.17, trap 4): NA and NAN are listed companies. One
-- that a price list shows on both sides of the day of a list of symbols is in that list; none is blank.
with wanted as (
    select distinct session_date
    from core.event_sessions
    where event_id = $event_id
),

quoted as (
    select listings.exchange as exchange, listings.ticker as ticker, listings.as_of as as_of
    from raw.listings as listings
    inner join wanted on listings.as_of = wanted.session_date
    where listings.ticker in ('NA', 'NAN', 'NULL', 'NONE', 'NIL', 'TRUE', 'FALSE', 'INF')
),

-- The SEC's file is left out: it has those who file, not those who are listed.
lists as (
    select distinct source, exchange, as_of
    from raw.directory
    where is_active and source in ('symdir', 'alphavantage', 'massive')
),

missing as (
    select
        lists.source as source,
        lists.as_of as as_of,
        lists.exchange as exchange,
        quoted.ticker as ticker,
        'quoted and not listed' as failure
    from lists
    inner join quoted
        on lists.exchange = quoted.exchange and quoted.as_of between lists.as_of - 7 and lists.as_of + 7
    left join raw.directory as directory
        on lists.source = directory.source and lists.as_of = directory.as_of and quoted.ticker = directory.ticker
    where directory.ticker is null
    group by lists.source, lists.as_of, lists.exchange, quoted.ticker
    having min(quoted.as_of) <= lists.as_of and max(quoted.as_of) >= lists.as_of
),

blank as (
    select
        source,
        as_of,
        exchange,
        ticker,
        'blank' as failure
    from raw.directory
    where trim(ticker) = '' or trim(symbol) = ''
)

select source, as_of, exchange, ticker, failure from missing
union all
select source, as_of, exchange, ticker, failure from blank
