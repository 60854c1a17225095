-- How does the industry mix of the Russell 2000 shift from one reconstitution to the next?
-- gives: event_id, industry, lines, weight_pct, change_pct
with mix as (
    select
        members.event_id,
        events.effective_date,
        coalesce(members.industry, 'unmapped') as industry,
        count(*) as lines,
        sum(members.weight_pct) as weight_pct
    from recon.index_membership as members
    inner join recon.events as events on members.event_id = events.event_id and events.kind = 'recon'
    where members.index_id = 'R2000'
    group by members.event_id, events.effective_date, coalesce(members.industry, 'unmapped')
)

select
    event_id,
    industry,
    lines,
    round(weight_pct, 3) as weight_pct,
    round(weight_pct - lag(weight_pct) over (partition by industry order by effective_date), 3) as change_pct
from mix
order by event_id, weight_pct desc nulls last, industry
