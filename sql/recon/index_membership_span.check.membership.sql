-- severity: error
-- On the first session of a final membership the spans name its members, index by index, and nobody else.
with event as (
    select calendar.next_session as effective_from
    from reference.recon_events as events
    inner join reference.sessions as calendar on events.effective_date = calendar.session_date
    where events.event_id = $event_id
),

members as (
    select index_id, security_id
    from recon.index_membership
    where event_id = $event_id and vintage = 'final'
),

entries as (
    select index_id, security_id, 1 as by_event, 0 as by_span
    from members
    union all
    select spans.index_id, spans.security_id, 0 as by_event, 1 as by_span
    from recon.index_membership_span as spans
    cross join event
    where
        spans.effective_from <= event.effective_from
        and (spans.effective_to is null or spans.effective_to > event.effective_from)
        and exists (select 1 from members)
)

select
    index_id,
    security_id,
    sum(by_event) as by_event,
    sum(by_span) as by_span
from entries
group by index_id, security_id
having sum(by_event) <> sum(by_span)
