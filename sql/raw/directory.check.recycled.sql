-- severity: warn
-- The ticker of a member names one filer through all lists of a source since the rank day before (providers 1.17, trap
-- 14): one that changed hands is another company's now, or that of a holding company above the old one.
with event as (
    select
        events.rank_day as rank_day,
        cast(events.rank_day - interval '15 months' as date) as oldest_day,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on events.event_id = rules.event_id and rules.rule = 'capture_grace_days'
    where events.event_id = $event_id
),

members as (
    select distinct replace(ticker, '.', '') as ticker_key
    from raw.opening_rows
    where event_id = $event_id
),

-- By list: two filers of one day are another trap, and no change of hands.
stated as (
    select
        directory.source as source,
        directory.ticker as ticker,
        directory.as_of as as_of,
        min(directory.cik) as cik,
        min(directory.name) as name
    from raw.directory as directory
    inner join event on directory.as_of between event.oldest_day and event.rank_day + event.grace_days
    inner join members on replace(directory.ticker, '.', '') = members.ticker_key
    where directory.is_active and directory.cik is not null
    group by directory.source, directory.ticker, directory.as_of
),

compared as (
    select
        *,
        lag(cik) over (partition by source, ticker order by as_of) as cik_before,
        lag(name) over (partition by source, ticker order by as_of) as name_before,
        lag(as_of) over (partition by source, ticker order by as_of) as as_of_before
    from stated
)

select
    source,
    ticker,
    as_of_before,
    cik_before,
    name_before,
    as_of,
    cik,
    name
from compared
where cik <> cik_before
