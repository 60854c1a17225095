-- Lines by index and industry after the event, and those that it adds and deletes: the mix of before follows from them.
with members as (
    select event_id, index_id, coalesce(industry, 'Not mapped') as industry, weight_pct, 1 as line, 0 as added, 0 as deleted
    from recon.index_membership
    where list_contains(string_split($events, ','), event_id)
),

changes as (
    select
        event_id,
        index_id,
        coalesce(industry, 'Not mapped') as industry,
        null as weight_pct,
        0 as line,
        case when action = 'addition' then 1 else 0 end as added,
        case when action = 'deletion' then 1 else 0 end as deleted
    from recon.index_changes
    where list_contains(string_split($events, ','), event_id)
),

lines as (
    select * from members
    union all
    select * from changes
)

select
    event_id,
    index_id,
    industry,
    sum(line) as lines,
    sum(added) as additions,
    sum(deleted) as deletions,
    coalesce(sum(weight_pct), 0) as weight_pct
from lines
group by event_id, index_id, industry
order by event_id, index_id, industry
