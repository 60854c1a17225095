-- severity: error
-- Whom a reconstitution places has a rank and a percentile; a quarterly event keeps members and adds some, and ranks
-- nobody (methodology 7.5, 10.2).
select
    members.index_id as index_id,
    members.ticker as ticker,
    members.status as status,
    members.rank as rank,
    members.percentile as percentile
from recon.index_membership as members
inner join reference.recon_events as events on members.event_id = events.event_id
where
    members.event_id = $event_id
    and case
        when events.kind = 'recon'
            then members.status not in ('ranked', 'carried') or members.rank is null or members.percentile is null
        else members.status not in ('kept', 'added') or members.percentile is not null
    end
