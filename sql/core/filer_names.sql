-- What filers with the SEC were called, and when: former names and the present one of the headers, and names as filed.
with event as (
    select
        events.rank_day as rank_day,
        cast(grace.value as integer) as grace_days,
        -- Known late: a dated former name says the same whenever it is read. Without its rule it does not stand in.
        coalesce(known_late.value, 1) = 1 as takes_known_late
    from reference.recon_events as events
    inner join core.event_rules as grace on grace.event_id = $event_id and grace.rule = 'capture_grace_days'
    -- Off, it leaves all of this evidence out.
    inner join core.event_rules as used
        on used.event_id = $event_id and used.rule = 'use_filer_names' and used.value = 1
    left join core.event_rules as known_late
        on known_late.event_id = $event_id and known_late.rule = 'use_known_late'
    where events.event_id = $event_id
),

-- What was read of the headers by the rank day and its days of grace, and, where it may stand in, later.
former as (
    select names.cik as cik, names.name as name, names.valid_from as valid_from, names.valid_to as valid_to, names.known_at
    from raw.filer_names as names
    cross join event
    where event.takes_known_late or cast(names.known_at as date) <= event.rank_day + event.grace_days
),

headers as (
    select
        filers.cik as cik,
        filers.name as name,
        filers.source as source,
        filers.known_at as known_at,
        rank() over (partition by filers.cik order by filers.as_of desc, filers.known_at desc) as recency
    from raw.filers as filers
    cross join event
    where
        filers.source = 'sec_submissions'
        and (event.takes_known_late or cast(filers.known_at as date) <= event.rank_day + event.grace_days)
),

last_changes as (
    select cik, max(valid_to) as changed_on
    from former
    where valid_to is not null
    group by cik
),

-- Providers 1.3: the header's name is the present one, borne since the last former one was given up.
stated as (
    select distinct
        cik,
        name,
        'former' as kind,
        valid_from as borne_from,
        valid_to as borne_to,
        'sec_submissions' as source,
        known_at
    from former
    union all
    select distinct
        headers.cik,
        headers.name,
        'present' as kind,
        last_changes.changed_on as borne_from,
        cast(null as date) as borne_to,
        headers.source,
        headers.known_at
    from headers
    left join last_changes on headers.cik = last_changes.cik
    where headers.recency = 1
    union all
    -- Providers 1.6: a data set says what a filer was called on the day that it filed.
    select
        cik,
        name,
        'filed' as kind,
        min(as_of) as borne_from,
        max(as_of) as borne_to,
        source,
        min(known_at) as known_at
    from raw.filers
    where source <> 'sec_submissions'
    group by cik, name, source
),

keyed as (
    select
        stated.*,
        cast(stated.known_at as date) > event.rank_day + event.grace_days as known_late,
        event.takes_known_late as takes_known_late,
        -- As core.securities keeps an issuer's: without the words for the legal form, and what the SEC puts behind it.
        trim(regexp_replace(regexp_replace(
            lower(replace(replace(stated.name, '.', ''), '''', '')),
            '[^a-z0-9]+(new|de|md|va|pa|ca|nv|delaware)[^a-z0-9]*$|[^a-z0-9]+'
            || '|\b(incorporated|inc|corporation|corp|company|companies|co|limited|ltd|llc|plc|lp|sa|nv|ag'
            || '|group|holdings?|trust|the|and|of)\b',
            ' ', 'g'
        ), ' +', ' ', 'g')) as issuer_key
    from stated
    cross join event
)

select
    cast($event_id as varchar) as event_id,
    cik,
    row_number() over (
        partition by cik order by borne_from nulls first, borne_to nulls last, source, name, known_at
    ) as name_number,
    name,
    issuer_key,
    kind,
    borne_from,
    borne_to,
    source,
    known_at,
    known_late
from keyed
where issuer_key <> '' and (takes_known_late or not known_late)
