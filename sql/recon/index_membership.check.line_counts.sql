-- severity: warn
-- The Russell 1000, 2000 and 3000 have about as many lines as companies are asked for (rules n_r1000, n_r2000, n_r3000):
-- bands and further classes move the counts by a few dozen (methodology 7.14). A wider miss is a hole in the source or a
-- rule gone wrong. Between reconstitutions the counts drift (10.1).
with rules as (
    select
        max(case when rule = 'n_r1000' then value end) as n_r1000,
        max(case when rule = 'n_r2000' then value end) as n_r2000,
        max(case when rule = 'n_r3000' then value end) as n_r3000
    from core.event_rules
    where event_id = $event_id
),

counted as (
    select
        count(*) filter (where index_id = 'R1000') as r1000_lines,
        count(*) filter (where index_id = 'R2000') as r2000_lines,
        count(*) filter (where index_id = 'R3000') as r3000_lines
    from recon.index_membership as membership
    left join reference.recon_events as quarterly
        on membership.event_id = quarterly.event_id and quarterly.kind = 'ipo'
    where membership.event_id = $event_id and quarterly.event_id is null
    having count(*) > 0
)

select counted.r1000_lines, counted.r2000_lines, counted.r3000_lines
from counted
cross join rules
where
    counted.r1000_lines not between rules.n_r1000 - 20 and rules.n_r1000 + 30
    or counted.r2000_lines not between rules.n_r2000 - 60 and rules.n_r2000 + 60
    or counted.r3000_lines not between rules.n_r3000 - 50 and rules.n_r3000 + 50
