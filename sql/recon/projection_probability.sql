-- How likely each security is to be in each index after the projected event, and each of its changes. What the paths
-- count are sides of cuts; indexes and movements follow from them as those of recon.index_membership (methodology 7.2,
-- 7.3) and of recon.index_changes do.
with run as (
    select path_count
    from raw.projection_runs
    where event_id = $event_id
),

rules as (
    select
        max(case when rule = 'has_microcap' then value end) = 1 as has_microcap,
        max(case when rule = 'has_r3000e' then value end) = 1 as has_r3000e
    from core.event_rules
    where event_id = $event_id
),

known as (
    select distinct index_id
    from core.opening_members
    where event_id = $event_id
),

before as (
    select distinct
        members.index_id as index_id,
        universe.security_id as security_id
    from core.opening_members as members
    cross join run
    inner join recon.universe as universe
        on universe.event_id = $event_id and members.rank_ticker = universe.ticker
    -- Of two members that one line continues one has merged away (core.identities).
    left join core.member_fates as merged
        on
            merged.event_id = $event_id
            and merged.reason = 'merged'
            and members.index_id = merged.index_id
            and members.opening_ticker = merged.opening_ticker
            and members.as_of = merged.as_of
    where members.event_id = $event_id and merged.opening_ticker is null
),

counted as (
    select
        security_id,
        above_top50,
        above_top200,
        above_top500,
        above_r1000,
        above_micro,
        in_r3000,
        in_r3000e,
        path_count
    from raw.projection_outcomes
    where event_id = $event_id
),

-- A member that no path can rank is on the lower side of every cut on all of them.
outcomes as (
    select *
    from counted
    union all
    select
        lost.security_id as security_id,
        false as above_top50,
        false as above_top200,
        false as above_top500,
        false as above_r1000,
        false as above_micro,
        false as in_r3000,
        false as in_r3000e,
        run.path_count as path_count
    from (select distinct security_id from before) as lost
    cross join run
    left join (select distinct security_id from counted) as ranked on lost.security_id = ranked.security_id
    where ranked.security_id is null
),

numbered as (
    select
        *,
        row_number() over (
            partition by security_id
            order by above_top50, above_top200, above_top500, above_r1000, above_micro, in_r3000, in_r3000e
        ) as outcome
    from outcomes
),

-- The family of recon.index_membership: which indexes an outcome puts a security into.
family as (
    select numbered.*, indexes.index_id as index_id
    from numbered
    cross join rules
    cross join reference.indexes as indexes
    where
        (indexes.index_id = 'R3000E' and numbered.in_r3000e and rules.has_r3000e)
        or (indexes.index_id = 'R3000' and numbered.in_r3000)
        or (indexes.index_id = 'R1000' and numbered.in_r3000 and numbered.above_r1000)
        or (indexes.index_id = 'R2000' and numbered.in_r3000 and not numbered.above_r1000)
        or (
            indexes.index_id = 'RMICRO'
            and rules.has_microcap
            and numbered.in_r3000e
            and (not numbered.in_r3000 or (not numbered.above_r1000 and not numbered.above_micro))
        )
        or (indexes.index_id = 'TOP50' and numbered.above_top50)
        or (indexes.index_id = 'TOP200' and numbered.in_r3000 and numbered.above_top200)
        or (indexes.index_id = 'TOP500' and numbered.in_r3000 and numbered.above_top500)
        or (
            indexes.index_id = 'MIDCAP'
            and numbered.in_r3000
            and numbered.above_r1000
            and not numbered.above_top200
        )
        or (indexes.index_id = 'R2500' and numbered.in_r3000 and not numbered.above_top500)
),

-- Sizes and movements as recon.index_changes has them.
size_before as (
    select
        before.security_id,
        2 * min(sizes.last_rank) + max(case when before.index_id = 'RMICRO' then 1 else 0 end) as size
    from before
    inner join reference.indexes as sizes on before.index_id = sizes.index_id
    group by before.security_id
),

size_after as (
    select
        family.security_id,
        family.outcome,
        coalesce(
            2 * min(case when known.index_id is not null then sizes.last_rank end),
            2 * min(sizes.last_rank)
        ) + max(case when family.index_id = 'RMICRO' then 1 else 0 end) as size
    from family
    inner join reference.indexes as sizes on family.index_id = sizes.index_id
    left join known on family.index_id = known.index_id
    group by family.security_id, family.outcome
),

-- Every index that a security was in, is in or may be in, with every outcome of it.
places as (
    select index_id, security_id
    from before
    union
    select index_id, security_id
    from family
    union
    select index_id, security_id
    from recon.index_membership
    where event_id = $event_id
),

judged as (
    select
        places.index_id as index_id,
        numbered.security_id as security_id,
        numbered.path_count as path_count,
        before.security_id is not null as was_in,
        family.security_id is not null as is_in,
        size_before.size as size_before,
        size_after.size as size_after
    from places
    inner join numbered on places.security_id = numbered.security_id
    left join before on places.index_id = before.index_id and places.security_id = before.security_id
    left join family
        on
            places.index_id = family.index_id
            and numbered.security_id = family.security_id
            and numbered.outcome = family.outcome
    left join size_before on numbered.security_id = size_before.security_id
    left join size_after
        on numbered.security_id = size_after.security_id and numbered.outcome = size_after.outcome
),

moved as (
    select
        *,
        case
            when was_in = is_in then 'none'
            when size_before is null then 'new'
            when size_after is null then 'out'
            when size_after < size_before then 'up'
            when size_after > size_before then 'down'
            when is_in = (index_id in ('MIDCAP', 'R2500', 'R2000', 'RMICRO')) then 'down'
            else 'up'
        end as movement
    from judged
),

summed as (
    select
        index_id,
        security_id,
        max(case when was_in then 1 else 0 end) = 1 as was_in,
        sum(case when is_in then path_count else 0 end) as in_paths,
        sum(case when is_in and not was_in then path_count else 0 end) as added_paths,
        sum(case when was_in and not is_in then path_count else 0 end) as deleted_paths,
        sum(case when movement = 'new' then path_count else 0 end) as new_paths,
        sum(case when movement = 'up' then path_count else 0 end) as up_paths,
        sum(case when movement = 'down' then path_count else 0 end) as down_paths,
        sum(case when movement = 'out' then path_count else 0 end) as out_paths
    from moved
    group by index_id, security_id
),

-- Whole millionths, rounded, by integer division.
shares as (
    select
        summed.index_id as index_id,
        summed.security_id as security_id,
        summed.was_in as was_in,
        cast(summed.in_paths as hugeint) * 2000000 as in_share,
        cast(summed.added_paths as hugeint) * 2000000 as added_share,
        cast(summed.deleted_paths as hugeint) * 2000000 as deleted_share,
        cast(summed.new_paths as hugeint) * 2000000 as new_share,
        cast(summed.up_paths as hugeint) * 2000000 as up_share,
        cast(summed.down_paths as hugeint) * 2000000 as down_share,
        cast(summed.out_paths as hugeint) * 2000000 as out_share,
        cast(run.path_count as hugeint) as paths
    from summed
    cross join run
),

estimates as (
    select
        index_id,
        security_id,
        was_in,
        cast(cast((in_share + paths) // (2 * paths) as decimal(18, 0)) * cast(0.000001 as decimal(7, 6))
            as decimal(7, 6)) as probability,
        cast(cast((added_share + paths) // (2 * paths) as decimal(18, 0)) * cast(0.000001 as decimal(7, 6))
            as decimal(7, 6)) as p_addition,
        cast(cast((deleted_share + paths) // (2 * paths) as decimal(18, 0)) * cast(0.000001 as decimal(7, 6))
            as decimal(7, 6)) as p_deletion,
        cast(cast((new_share + paths) // (2 * paths) as decimal(18, 0)) * cast(0.000001 as decimal(7, 6))
            as decimal(7, 6)) as p_new,
        cast(cast((up_share + paths) // (2 * paths) as decimal(18, 0)) * cast(0.000001 as decimal(7, 6))
            as decimal(7, 6)) as p_up,
        cast(cast((down_share + paths) // (2 * paths) as decimal(18, 0)) * cast(0.000001 as decimal(7, 6))
            as decimal(7, 6)) as p_down,
        cast(cast((out_share + paths) // (2 * paths) as decimal(18, 0)) * cast(0.000001 as decimal(7, 6))
            as decimal(7, 6)) as p_out
    from shares
)

select
    cast($event_id as varchar) as event_id,
    estimates.index_id as index_id,
    estimates.security_id as security_id,
    universe.company_id as company_id,
    universe.ticker as ticker,
    universe.company_name as company_name,
    -- An index that no opening names is unknown, not empty: no change is told of it.
    case when known.index_id is not null then estimates.was_in end as was_member,
    members.security_id is not null as is_member_now,
    estimates.probability as probability,
    case when known.index_id is not null then estimates.p_addition end as p_addition,
    case when known.index_id is not null then estimates.p_deletion end as p_deletion,
    case when known.index_id is not null then estimates.p_new end as p_new,
    case when known.index_id is not null then estimates.p_up end as p_up,
    case when known.index_id is not null then estimates.p_down end as p_down,
    case when known.index_id is not null then estimates.p_out end as p_out,
    ranking.rank as rank_now,
    universe.company_market_cap_usd as market_cap_now_usd,
    eligibility.reason as reason_now,
    volatilities.beta as beta,
    volatilities.volatility_pct as volatility_pct,
    volatilities.basis as volatility_basis,
    volatilities.p_eligible as p_eligible
from estimates
inner join recon.universe as universe
    on universe.event_id = $event_id and estimates.security_id = universe.security_id
inner join recon.eligibility as eligibility
    on eligibility.event_id = $event_id and estimates.security_id = eligibility.security_id
left join known on estimates.index_id = known.index_id
left join recon.index_membership as members
    on
        members.event_id = $event_id
        and estimates.index_id = members.index_id
        and estimates.security_id = members.security_id
left join recon.ranking as ranking
    on ranking.event_id = $event_id and universe.company_id = ranking.company_id
left join raw.projection_volatilities as volatilities
    on volatilities.event_id = $event_id and universe.company_id = volatilities.company_id
