-- Who files with the SEC for each line of the rank day: the CIK that was known for its ticker by then, else one that a
-- later list has for the ticker and a filer of that name.
with event as (
    select
        events.rank_day as rank_day,
        cast(events.rank_day - interval '15 months' as date) as oldest_day,
        cast(rules.value as integer) as grace_days,
        coalesce(late_rules.value, 0) = 1 as uses_known_late
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    left join core.event_rules as late_rules
        on late_rules.event_id = $event_id and late_rules.rule = 'use_known_late'
    where events.event_id = $event_id
),

lines as (
    select ticker, lower(replace(replace(coalesce(name, ''), '.', ''), '''', '')) as plain_name
    from core.lines
    where event_id = $event_id and role = 'rank'
),

-- A list tells by what it leaves out as well: of each, the newest file that was known by then counts alone. A ticker
-- that it has no more would keep the number of a dead company (providers 1.17, trap 14).
newest_files as (
    select
        directory.source as source,
        directory.feed as feed,
        max(directory.as_of) as as_of
    from raw.directory as directory
    cross join event
    where cast(directory.known_at as date) <= event.rank_day + event.grace_days
    group by directory.source, directory.feed
),

-- A list is a file of its day, known when it was fetched; a filing is dated, and known at the end of that day.
stated as (
    select
        directory.ticker as ticker,
        directory.cik as cik,
        directory.source as source,
        directory.as_of as as_of,
        directory.known_at as known_at,
        false as is_filing,
        cast(null as varchar) as filer_word
    from raw.directory as directory
    inner join newest_files
        on
            directory.source = newest_files.source
            and directory.feed = newest_files.feed
            and directory.as_of = newest_files.as_of
    where directory.is_active and directory.cik is not null
    union all
    select ticker, cik, source, as_of, known_at, false as is_filing, cast(null as varchar) as filer_word
    from raw.filer_tickers
    where source = 'sec_submissions'
    union all
    select ticker, cik, source, as_of, known_at, true as is_filing, cast(null as varchar) as filer_word
    from raw.filer_tickers
    where source = 'sec_notes'
    union all
    -- The ticker is the start of a file name here, and often one that the filer has given up (providers 1.6).
    select
        tickers.ticker as ticker,
        tickers.cik as cik,
        tickers.source as source,
        tickers.as_of as as_of,
        tickers.known_at as known_at,
        true as is_filing,
        regexp_extract(lower(filers.name), '[a-z0-9]+', 0) as filer_word
    from raw.filer_tickers as tickers
    inner join raw.filers as filers
        on tickers.source = filers.source and tickers.cik = filers.cik and tickers.as_of = filers.as_of
    where tickers.source = 'sec_statements'
),

-- A filer states its ticker at least once a year. One that none has stated since may long be another company's; nor
-- does a list that old tell of the rank day (providers 1.17, trap 14).
known as (
    select
        lines.ticker as ticker,
        stated.cik as cik,
        stated.source as source,
        stated.as_of as as_of,
        stated.known_at as known_at,
        source_order.precedence as precedence,
        dense_rank() over (
            partition by lines.ticker
            order by source_order.precedence, stated.as_of desc
        ) as place
    from lines
    cross join event
    inner join stated on lines.ticker = stated.ticker
    inner join reference.source_order as source_order
        on source_order.figure = 'identity' and stated.source = source_order.source
    where
        stated.as_of >= event.oldest_day
        -- Methodology 6.4: what was known on the rank day; a capture may come in the days of grace.
        and (
            (stated.is_filing and stated.as_of <= event.rank_day)
            or (not stated.is_filing and cast(stated.known_at as date) <= event.rank_day + event.grace_days)
        )
        and (stated.filer_word is null or contains(lines.plain_name, stated.filer_word))
),

-- The number of a filer never changes, and the first list after the rank day that has the ticker mostly tells it. Since
-- a ticker may have gone to another company by then, the filer has to be called as the line is: by its first two words,
-- or by all of a shorter name.
later as (
    select
        lines.ticker as ticker,
        directory.cik as cik,
        directory.source as source,
        directory.as_of as as_of,
        directory.known_at as known_at,
        dense_rank() over (partition by lines.ticker order by directory.as_of, directory.source) as place
    from lines
    inner join event on event.uses_known_late
    inner join raw.directory as directory
        on lines.ticker = directory.ticker and directory.as_of > event.rank_day and directory.cik is not null
    left join known on lines.ticker = known.ticker
    where
        known.ticker is null
        and directory.is_active
        and directory.source = 'sec_tickers'
        and starts_with(
            ' ' || trim(regexp_replace(lines.plain_name, '[^a-z0-9]+', ' ', 'g')) || ' ',
            ' ' || regexp_extract(
                trim(regexp_replace(
                    lower(replace(replace(directory.name, '.', ''), '''', '')), '[^a-z0-9]+', ' ', 'g'
                )),
                '[a-z0-9]+( [a-z0-9]+)?', 0
            ) || ' '
        )
),

linked as (
    select ticker, cik, source, as_of, known_at, false as known_late
    from known
    where place = 1
    union all
    select ticker, cik, source, as_of, known_at, true as known_late
    from later
    where place = 1
)

-- Of two numbers in one statement the lowest: the check two_ciks lists them.
select
    cast($event_id as varchar) as event_id,
    ticker,
    min(cik) as cik,
    min(source) as source,
    min(as_of) as as_of,
    max(known_at) as known_at,
    count(distinct cik) as candidate_count,
    known_late
from linked
group by ticker, known_late
