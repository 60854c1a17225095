-- Of each line the size index before the event and after it, null for none: the largest one of those that it is in. An
-- index whose members before the event nobody told is left out on both sides.
with unknown as (
    select event_id, index_id
    from recon.data_issues
    where issue = 'opening_unknown' and index_id is not null
),

after_all as (
    select event_id, index_id, security_id
    from recon.index_membership
    where index_id in ('R1000', 'R2000', 'RMICRO') and list_contains(string_split($events, ','), event_id)
),

changes as (
    select event_id, index_id, security_id, action
    from recon.index_changes
    where index_id in ('R1000', 'R2000', 'RMICRO') and list_contains(string_split($events, ','), event_id)
),

after_known as (
    select after_all.event_id, after_all.index_id, after_all.security_id
    from after_all
    anti join unknown using (event_id, index_id)
),

before_known as (
    select after_known.event_id, after_known.index_id, after_known.security_id
    from after_known
    anti join (select * from changes where action = 'addition') as additions
        using (event_id, index_id, security_id)
    union all
    select event_id, index_id, security_id
    from changes
    where action = 'deletion'
),

-- The ids sort from large to small.
size_before as (select event_id, security_id, min(index_id) as from_index from before_known group by all),

size_after as (select event_id, security_id, min(index_id) as to_index from after_known group by all)

select event_id, security_id, size_before.from_index, size_after.to_index
from size_before
full outer join size_after using (event_id, security_id)
order by event_id, security_id
