-- severity: warn
-- The Russell 3000 has about three thousand companies (providers 1.17, trap 20): a wider miss is a hole in the sources
-- or a rule gone wrong. Lines are counted by another check.
select count(distinct company_id) as companies
from recon.index_membership
where event_id = $event_id and index_id = 'R3000'
having count(distinct company_id) not between 2950 and 3050
