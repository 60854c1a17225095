-- Who enters and leaves, and who moves between the Russell 1000 and the Russell 2000?
-- One row a line that either index adds or deletes; a migration is one row, not two. The official lists of changes are
-- of the Russell 3000 and do not tell the two apart. Change the event as you like: `recon.events` has them all.
-- gives: event_id, move, ticker, company_name, from_index, to_index, reason, rank, market_cap_usd
with latest as (
    select max(event_id) as event_id
    from recon.index_changes
    where event_id like '%-recon'
)

select
    changes.event_id,
    case
        when count(*) = 2 then 'migration ' || max(changes.movement)
        when max(changes.action) = 'addition' then 'addition'
        else 'deletion'
    end as move,
    changes.ticker,
    changes.company_name,
    max(case when changes.action = 'deletion' then changes.index_id end) as from_index,
    max(case when changes.action = 'addition' then changes.index_id end) as to_index,
    max(changes.reason) as reason,
    max(changes.rank) as rank,
    max(changes.market_cap_usd) as market_cap_usd
from recon.index_changes as changes
inner join latest on changes.event_id = latest.event_id
where changes.index_id in ('R1000', 'R2000')
group by changes.event_id, changes.security_id, changes.ticker, changes.company_name
order by move, market_cap_usd desc nulls last, changes.ticker
