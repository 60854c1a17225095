-- severity: error
-- The weights that demand rests on are those of recon.index_membership: both say what a line is worth by themselves.
select
    demand.index_id as index_id,
    demand.ticker as ticker,
    demand.weight_after_pct as weight_after_pct,
    members.weight_pct as weight_pct
from recon.index_demand as demand
inner join recon.index_membership as members
    on
        members.event_id = $event_id
        and demand.index_id = members.index_id
        and demand.security_id = members.security_id
where demand.event_id = $event_id and demand.weight_after_pct is distinct from members.weight_pct
