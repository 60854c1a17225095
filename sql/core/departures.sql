-- What became of each line between the rank day and the first session of the new membership, as far as that session
-- is known: its ticker then, or that it left the exchanges (merger, delisting).
with observed as (
    select count(*) as lines
    from core.lines
    where event_id = $event_id and role = 'effective'
)

select
    cast($event_id as varchar) as event_id,
    lines.ticker as rank_ticker,
    continuity.to_ticker as ticker,
    observed.lines > 0 and continuity.to_ticker is null as has_left
from core.lines as lines
cross join observed
left join core.continuity as continuity
    on
        continuity.event_id = lines.event_id
        and continuity.from_role = 'rank'
        and continuity.to_role = 'effective'
        and continuity.from_ticker = lines.ticker
where lines.event_id = $event_id and lines.role = 'rank'
