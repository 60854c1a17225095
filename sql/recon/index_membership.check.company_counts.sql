-- severity: warn
-- The Russell 3000 has about three thousand companies (rule n_r3000; providers 1.17, trap 20): a wider miss is a hole in
-- the sources or a rule gone wrong. Between reconstitutions the count drifts (10.1). Lines are counted by another check.
select count(distinct membership.company_id) as companies
from recon.index_membership as membership
inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'n_r3000'
left join reference.recon_events as quarterly
    on membership.event_id = quarterly.event_id and quarterly.kind = 'ipo'
where membership.event_id = $event_id and membership.index_id = 'R3000' and quarterly.event_id is null
having count(distinct membership.company_id) not between max(rules.value) - 50 and max(rules.value) + 50
