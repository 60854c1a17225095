-- severity: warn
-- No member is deleted because a figure is missing: it would have been carried. It happens where the opening tells
-- only of indexes that say nothing about the Russell 3000 or the Microcap.
select
    index_id,
    security_id,
    ticker
from recon.index_changes
where event_id = $event_id and action = 'deletion' and reason = 'no_figures'
