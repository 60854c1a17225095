-- severity: error
-- Each change of an index has its demand, and there is no demand without a change: a row of the one for a row of the
-- other, alike in what it says of the change.
select
    coalesce(changes.index_id, demand.index_id) as index_id,
    coalesce(changes.ticker, demand.ticker) as ticker,
    changes.action as change,
    demand.action as demand
from (select * from recon.index_changes where event_id = $event_id) as changes
full join (select * from recon.index_demand where event_id = $event_id) as demand
    on
        changes.vintage = demand.vintage
        and changes.index_id = demand.index_id
        and changes.security_id = demand.security_id
where
    changes.action is distinct from demand.action
    or changes.movement is distinct from demand.movement
    or changes.company_id is distinct from demand.company_id
