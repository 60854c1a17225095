-- How far can I trust an event: what is carried or inferred, and how much of the Russell 3000 does it touch?
-- gives: event_id, severity, issue, remarks, members_touched, weight_touched_pct
with touched as (
    select distinct event_id, severity, issue, security_id
    from recon.data_issues
)

select
    touched.event_id,
    touched.severity,
    touched.issue,
    count(*) as remarks,
    count(members.security_id) as members_touched,
    coalesce(sum(members.weight_pct), 0) as weight_touched_pct
from touched
left join recon.index_membership as members
    on
        touched.event_id = members.event_id
        and touched.security_id = members.security_id
        and members.index_id = 'R3000'
group by touched.event_id, touched.severity, touched.issue
order by touched.event_id, touched.severity, members_touched desc, touched.issue
