-- severity: error
-- Each security that an index adds or deletes is netted once, and nothing else is.
with changed as (
    select distinct security_id
    from recon.index_changes
    where event_id = $event_id
),

netted as (
    select security_id, count(*) as times
    from recon.security_demand
    where event_id = $event_id
    group by security_id
)

select
    changed.security_id as changed_security_id,
    netted.security_id as netted_security_id,
    netted.times as times
from changed
full join netted on changed.security_id = netted.security_id
where changed.security_id is null or netted.times is distinct from 1
