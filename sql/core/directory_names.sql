-- What the exchanges call each security, by the newest directory that was known by the rank day (providers 1.8). An
-- older one than those that tell who was listed will do: a security hardly changes its kind.
with event as (
    select
        events.rank_day as rank_day,
        cast(events.rank_day - interval '15 months' as date) as oldest_day,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    where events.event_id = $event_id
),

ordered as (
    select
        directory.ticker as ticker,
        directory.name as name,
        directory.source as source,
        directory.as_of as as_of,
        row_number() over (
            partition by directory.ticker
            order by
                directory.as_of > event.rank_day,
                directory.as_of desc,
                directory.known_at desc,
                directory.symbol,
                directory.name
        ) as choice
    from raw.directory as directory
    cross join event
    where
        directory.source = 'symdir'
        and directory.is_active
        and not coalesce(directory.is_test, false)
        and directory.name is not null
        and directory.as_of between event.oldest_day and event.rank_day + event.grace_days
        and cast(directory.known_at as date) <= event.rank_day + event.grace_days
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    name,
    trim(regexp_replace(
        regexp_replace(lower(replace(replace(name, '.', ''), '''', '')), '[^a-z0-9%$^]+', ' ', 'g'), ' +', ' ', 'g'
    )) as plain_name,
    source,
    as_of
from ordered
where choice = 1
