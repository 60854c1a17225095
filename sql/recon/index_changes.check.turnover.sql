-- severity: warn
-- A reconstitution replaces about a tenth of the Russell 3000. More than 15 % of its members added, or deleted, means
-- an opening of another year, or tickers that were not recognized.
with members as (
    select count(distinct rank_ticker) as before
    from core.opening_members
    where event_id = $event_id and index_id = 'R3000' and rank_ticker is not null
),

changes as (
    select
        count(*) filter (where action = 'addition') as additions,
        count(*) filter (where action = 'deletion') as deletions
    from recon.index_changes
    where event_id = $event_id and index_id = 'R3000'
)

select
    members.before as before,
    changes.additions as additions,
    changes.deletions as deletions
from members
cross join changes
where
    members.before > 0
    and (100 * changes.additions > 15 * members.before or 100 * changes.deletions > 15 * members.before)
