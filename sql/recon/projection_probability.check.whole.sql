-- The paths of a projection end somewhere, each of them: outcomes of a security add up to all paths.
-- severity: error
select outcomes.security_id, sum(outcomes.path_count) as path_count, max(runs.path_count) as asked
from raw.projection_outcomes as outcomes
left join raw.projection_runs as runs on outcomes.event_id = runs.event_id
where outcomes.event_id = $event_id
group by outcomes.security_id
having sum(outcomes.path_count) <> coalesce(max(runs.path_count), 0)
