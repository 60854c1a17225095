-- Every reconstitution and IPO event of the calendar, and which of them this file holds.
with runs as (
    select event_id, min(vintage) as vintage, cast(count(*) as bigint) as membership_rows
    from recon.index_membership
    group by event_id
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
    coalesce(runs.membership_rows, 0) as membership_rows
from reference.recon_events as events
left join reference.sessions as calendar on events.effective_date = calendar.session_date
left join runs on events.event_id = runs.event_id
left join raw.event_vintages as vintages on events.event_id = vintages.event_id
