-- severity: error
-- A price list that tells of today only stands under its own session (providers 1.17, trap 19): it became known between
-- that close and the next session. Elsewhere the past would be ranked by prices of now.
with wanted as (
    select distinct calendar.session_date as session_date, calendar.next_session as next_session
    from core.event_sessions as sessions
    inner join reference.sessions as calendar on sessions.session_date = calendar.session_date
    where sessions.event_id = $event_id
),

days as (
    select distinct listings.source as source, listings.as_of as as_of, cast(listings.known_at as date) as known_on
    from raw.listings as listings
    inner join reference.sources as sources on listings.source = sources.source and sources.cadence = 'daily'
)

select
    days.source as source,
    days.as_of as as_of,
    days.known_on as known_on
from days
inner join wanted on days.as_of = wanted.session_date
where days.known_on < days.as_of or days.known_on > wanted.next_session
