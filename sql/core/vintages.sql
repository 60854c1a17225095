-- How much of the calendar the event had seen when it ran: `final` once the first session of the new membership is
-- known of all exchanges whose price lists show the rank day, `preliminary` before. What a vintage of an earlier day saw
-- of its own session makes it no more final.
with exchanges as (
    select
        count(distinct case when role = 'rank' then exchange end) as rank_exchanges,
        count(distinct case when role = 'effective' then exchange end) as effective_exchanges
    from core.quotes
    where event_id = $event_id
)

select
    event.event_id as event_id,
    case
        when event_vintages.known_at <= event.effective_date then 'preliminary'
        when exchanges.effective_exchanges > 0 and exchanges.effective_exchanges >= exchanges.rank_exchanges
            then 'final'
        else 'preliminary'
    end as vintage
from reference.recon_events as event
cross join exchanges
left join raw.event_vintages as event_vintages on event_vintages.event_id = $event_id
where event.event_id = $event_id
