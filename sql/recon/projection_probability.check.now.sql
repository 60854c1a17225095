-- Every member of the projection has a row with a probability.
-- severity: error
select members.index_id, members.security_id
from recon.index_membership as members
inner join raw.projection_runs as runs on members.event_id = runs.event_id
left join recon.projection_probability as probabilities
    on
        probabilities.event_id = $event_id
        and members.index_id = probabilities.index_id
        and members.security_id = probabilities.security_id
where members.event_id = $event_id and probabilities.security_id is null
