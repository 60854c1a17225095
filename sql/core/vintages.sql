-- How much of the calendar the event had seen when it ran: `final` once the first session of the new membership is
-- known, `preliminary` before.
select
    event.event_id as event_id,
    case when count(lines.ticker) > 0 then 'final' else 'preliminary' end as vintage
from reference.recon_events as event
left join core.lines as lines on event.event_id = lines.event_id and lines.role = 'effective'
where event.event_id = $event_id
group by event.event_id
