-- Every reconstitution and IPO event of the calendar, which of them this file holds, and which of these open from a
-- membership that is another by now.
with recursive runs as (
    select event_id, min(vintage) as vintage, cast(count(*) as bigint) as membership_rows
    from recon.index_membership
    group by event_id
),

openings as (
    select
        event_id,
        min(case when source like 'event %' then substr(source, 7) end) as opened_from,
        count(*) as opening_count
    from raw.opening_rows
    group by event_id
),

-- Rows of an opening that are members after the event it was taken from still.
found_again as (
    select openings.event_id as event_id, count(*) as found_count
    from openings
    inner join raw.opening_rows as opening_rows on openings.event_id = opening_rows.event_id
    inner join recon.index_membership as members
        on
            openings.opened_from = members.event_id
            and opening_rows.index_id = members.index_id
            and opening_rows.security_id = members.security_id
            and opening_rows.ticker = members.ticker
    group by openings.event_id
),

restated as (
    select openings.event_id as event_id, openings.opened_from as opened_from
    from openings
    inner join runs as sources on openings.opened_from = sources.event_id
    inner join runs on openings.event_id = runs.event_id
    left join found_again on openings.event_id = found_again.event_id
    where
        coalesce(found_again.found_count, 0) <> openings.opening_count
        or openings.opening_count <> sources.membership_rows
),

-- Whatever opens from a stale event is stale.
stale as (
    select event_id
    from restated
    union
    select openings.event_id as event_id
    from stale
    inner join openings on stale.event_id = openings.opened_from
)

select
    events.event_id as event_id,
    events.kind as kind,
    events.season as season,
    events.rank_day as rank_day,
    events.preliminary_date as preliminary_date,
    events.lock_date as lock_date,
    events.effective_date as effective_date,
    calendar.next_session as effective_from,
    events.ipo_window_start as ipo_window_start,
    events.ipo_window_end as ipo_window_end,
    events.confirmed as confirmed,
    events.source as source,
    events.note as note,
    runs.vintage as vintage,
    case when runs.event_id is not null then vintages.known_at end as known_at,
    coalesce(runs.membership_rows, 0) as membership_rows,
    openings.opened_from as opened_from,
    runs.event_id is not null and stale.event_id is not null as is_stale
from reference.recon_events as events
left join reference.sessions as calendar on events.effective_date = calendar.session_date
left join runs on events.event_id = runs.event_id
left join raw.event_vintages as vintages on events.event_id = vintages.event_id
left join openings on events.event_id = openings.event_id
left join stale on events.event_id = stale.event_id
