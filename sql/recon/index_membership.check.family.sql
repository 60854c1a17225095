-- severity: error
-- The indexes are the family that methodology 7.2 and 7.3 describe, line by line: the Russell 1000 and 2000 share none
-- and make up the 3000, the Midcap is the 1000 without the Top 200, the 2500 the 3000 without the Top 500, the Microcap
-- touches no Russell 1000 line, and the 3000E, where there is one, is the 3000 and the Microcap together.
with lines as (
    select
        security_id,
        max(case when index_id = 'TOP200' then 1 else 0 end) = 1 as top200,
        max(case when index_id = 'TOP500' then 1 else 0 end) = 1 as top500,
        max(case when index_id = 'R1000' then 1 else 0 end) = 1 as r1000,
        max(case when index_id = 'MIDCAP' then 1 else 0 end) = 1 as midcap,
        max(case when index_id = 'R2000' then 1 else 0 end) = 1 as r2000,
        max(case when index_id = 'R2500' then 1 else 0 end) = 1 as r2500,
        max(case when index_id = 'R3000' then 1 else 0 end) = 1 as r3000,
        max(case when index_id = 'R3000E' then 1 else 0 end) = 1 as r3000e,
        max(case when index_id = 'RMICRO' then 1 else 0 end) = 1 as rmicro
    from recon.index_membership
    where event_id = $event_id
    group by security_id
),

rules as (
    select max(case when rule = 'has_r3000e' then value end) = 1 as has_r3000e
    from core.event_rules
    where event_id = $event_id
),

-- A reconstitution knows all indexes; a quarterly event those of which the members of before were told.
known as (
    select
        max(case when quarterly.event_id is null or members.index_id = 'TOP200' then 1 else 0 end) = 1 as knows_top200,
        max(case when quarterly.event_id is null or members.index_id = 'TOP500' then 1 else 0 end) = 1 as knows_top500,
        max(case when quarterly.event_id is null or members.index_id = 'R3000E' then 1 else 0 end) = 1 as knows_r3000e
    from recon.index_membership as members
    left join reference.recon_events as quarterly
        on members.event_id = quarterly.event_id and quarterly.kind = 'ipo'
    where members.event_id = $event_id
),

judged as (
    select
        lines.security_id,
        case
            when lines.r1000 and lines.r2000 then 'in both R1000 and R2000'
            when lines.r3000 <> (lines.r1000 or lines.r2000) then 'R3000 is not R1000 and R2000'
            when known.knows_top200 and lines.midcap <> (lines.r1000 and not lines.top200) then 'MIDCAP is not R1000 without TOP200'
            when known.knows_top500 and lines.r2500 <> (lines.r3000 and not lines.top500) then 'R2500 is not R3000 without TOP500'
            when lines.rmicro and lines.r1000 then 'in both RMICRO and R1000'
            when known.knows_r3000e and lines.r3000e <> (rules.has_r3000e and (lines.r3000 or lines.rmicro))
                then 'R3000E is not R3000 and RMICRO'
        end as failure
    from lines
    cross join rules
    cross join known
)

select security_id, failure
from judged
where failure is not null
