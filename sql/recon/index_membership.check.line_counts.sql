-- severity: warn
-- The Russell 1000 and 3000 have about as many lines as they always had: bands and further classes move the counts by a
-- few dozen (methodology 7.14). A wider miss is a hole in the source or a rule gone wrong.
with counted as (
    select
        count(*) filter (where index_id = 'R1000') as r1000_lines,
        count(*) filter (where index_id = 'R3000') as r3000_lines
    from recon.index_membership
    where event_id = $event_id
)

select r1000_lines, r3000_lines
from counted
where r1000_lines not between 980 and 1030 or r3000_lines not between 2950 and 3050
