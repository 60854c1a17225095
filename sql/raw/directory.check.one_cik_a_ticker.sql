-- severity: warn
-- A list of symbols gives a ticker one filer (providers 1.17, trap 16): of two it is in doubt whose filings count.
with event as (
    select
        events.rank_day as rank_day,
        cast(events.rank_day - interval '15 months' as date) as oldest_day,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on events.event_id = rules.event_id and rules.rule = 'capture_grace_days'
    where events.event_id = $event_id
)

select
    directory.source as source,
    directory.feed as feed,
    directory.as_of as as_of,
    directory.ticker as ticker,
    min(directory.cik) as cik,
    max(directory.cik) as other_cik
from raw.directory as directory
inner join event on directory.as_of between event.oldest_day and event.rank_day + event.grace_days
where directory.is_active
group by directory.source, directory.feed, directory.as_of, directory.ticker
having count(distinct directory.cik) > 1
