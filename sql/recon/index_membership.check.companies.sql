-- severity: error
-- No index without a band at its lower end holds more companies than its ranks (methodology 7.2, 7.10), every index of
-- the family has members, and all lines of a company are in the same indexes (5.5). Of a reconstitution: between two of
-- them additions crowd an index, and what nobody told of before stays unknown (9.5).
with membership as (
    select members.index_id, members.security_id, members.company_id
    from recon.index_membership as members
    left join reference.recon_events as quarterly
        on members.event_id = quarterly.event_id and quarterly.kind = 'ipo'
    where members.event_id = $event_id and quarterly.event_id is null
),

rules as (
    select
        max(case when rule = 'has_microcap' then value end) as has_microcap,
        max(case when rule = 'has_r3000e' then value end) as has_r3000e
    from core.event_rules
    where event_id = $event_id
),

expected as (
    select indexes.index_id as index_id
    from reference.indexes as indexes
    cross join rules
    left join reference.recon_events as quarterly on quarterly.event_id = $event_id and quarterly.kind = 'ipo'
    where
        quarterly.event_id is null
        and (indexes.index_id <> 'RMICRO' or rules.has_microcap = 1)
        and (indexes.index_id <> 'R3000E' or rules.has_r3000e = 1)
),

empty_indexes as (
    select expected.index_id as index_id, cast(null as varchar) as company_id, 'no members' as failure
    from expected
    left join membership on expected.index_id = membership.index_id
    where membership.index_id is null
),

crowded as (
    select membership.index_id as index_id, cast(null as varchar) as company_id, 'more companies than ranks' as failure
    from membership
    inner join core.event_rules as cuts
        on cuts.event_id = $event_id and cuts.rule = 'cut_' || lower(membership.index_id)
    where membership.index_id in ('TOP50', 'R3000', 'R3000E')
    group by membership.index_id, cuts.value
    having count(distinct membership.company_id) > cuts.value
),

line_counts as (
    select company_id, count(distinct security_id) as lines
    from membership
    group by company_id
),

torn as (
    select membership.index_id as index_id, membership.company_id as company_id, 'only some of its lines' as failure
    from membership
    inner join line_counts on membership.company_id = line_counts.company_id
    group by membership.index_id, membership.company_id, line_counts.lines
    having count(distinct membership.security_id) <> line_counts.lines
)

select index_id, company_id, failure from empty_indexes
union all
select index_id, company_id, failure from crowded
union all
select index_id, company_id, failure from torn
