-- Which side of each cut every ranked company falls on, bands applied (methodology 7.2, 7.6-7.12), and of a quarterly
-- event every addition, by the breakpoints alone (9.4).
with known as (
    select
        coalesce(max(case when index_id = 'TOP200' then 1 else 0 end), 0) = 1 as knows_top200,
        coalesce(max(case when index_id = 'TOP500' then 1 else 0 end), 0) = 1 as knows_top500,
        coalesce(max(case when index_id = 'R1000' then 1 else 0 end), 0) = 1 as knows_r1000,
        coalesce(max(case when index_id = 'RMICRO' then 1 else 0 end), 0) = 1 as knows_rmicro
    from core.opening_members
    where event_id = $event_id
),

rules as (
    select coalesce(max(value), 1) = 1 as is_r3000_only
    from core.event_rules
    where event_id = $event_id and rule = 'band_members_r3000_only'
),

-- On which side a company was. Only a member of the Russell 3000 can be held by a band (7.9); were a member of the
-- Microcap alone one as well, it would have been below. A side that the opening does not tell is unknown, and the company
-- is placed by its rank.
sides as (
    select
        ranking.company_id as company_id,
        ranking.rank as rank,
        ranking.cumulative_cap_usd as cumulative_cap_usd,
        cuts.breakpoint_id as breakpoint_id,
        cuts.cut_rank as cut_rank,
        cuts.cumulative_cap_usd as cut_cap_usd,
        cuts.total_cap_usd as total_cap_usd,
        cuts.band_pct as band_pct,
        case
            when not ranking.opening_r3000 and (rules.is_r3000_only or not ranking.opening_rmicro) then 'new'
            when cuts.breakpoint_id in ('TOP200', 'TOP500', 'R1000') and not ranking.opening_r3000 then 'below'
            -- A list of a part tells the side of other cuts too (7.2).
            when cuts.breakpoint_id in ('TOP200', 'TOP500', 'R1000') and ranking.opening_r2000 then 'below'
            when cuts.breakpoint_id = 'TOP200' and ranking.opening_top200 then 'above'
            when cuts.breakpoint_id = 'TOP500' and ranking.opening_top500 then 'above'
            when cuts.breakpoint_id = 'R1000' and ranking.opening_r1000 then 'above'
            when cuts.breakpoint_id = 'MICRO' and ranking.opening_r1000 then 'above'
            when cuts.breakpoint_id = 'MICRO' and ranking.opening_rmicro then 'below'
            -- Where the whole list is there, who is not in it was on the other side.
            when cuts.breakpoint_id = 'TOP200' and known.knows_top200 then 'below'
            when cuts.breakpoint_id = 'TOP500' and known.knows_top500 then 'below'
            when cuts.breakpoint_id = 'R1000' and known.knows_r1000 then 'below'
            when cuts.breakpoint_id = 'MICRO' and known.knows_rmicro then 'above'
            when cuts.breakpoint_id in ('TOP200', 'TOP500', 'R1000', 'MICRO') then 'unknown'
            else 'no_band'
        end as side_before
    from recon.ranking as ranking
    inner join recon.breakpoints as cuts on cuts.event_id = $event_id
    cross join known
    cross join rules
    where ranking.event_id = $event_id
),

-- 7.8: a member stays on its side of the cut while its percentile is within the band; edges count as within.
-- Percentiles are compared as 100 * cumulated cap against percentage points * total, so that no quotient decides.
decided as (
    select
        company_id,
        breakpoint_id,
        side_before,
        rank <= cut_rank as is_above_by_rank,
        case
            when side_before = 'above' then 100 * cumulative_cap_usd <= 100 * cut_cap_usd + band_pct * total_cap_usd
            when side_before = 'below' and band_pct > 0
                then 100 * cumulative_cap_usd < 100 * cut_cap_usd - band_pct * total_cap_usd
            else rank <= cut_rank
        end as is_above
    from sides
)

select
    cast($event_id as varchar) as event_id,
    company_id,
    breakpoint_id,
    side_before,
    is_above,
    is_above <> is_above_by_rank as is_held_by_band
from decided
union all
select
    cast($event_id as varchar) as event_id,
    candidates.company_id as company_id,
    cuts.breakpoint_id as breakpoint_id,
    'new' as side_before,
    candidates.market_cap_usd >= cuts.market_cap_usd as is_above,
    false as is_held_by_band
from recon.ipo_candidates as candidates
inner join recon.ipo_breakpoints as cuts on cuts.event_id = $event_id
where candidates.event_id = $event_id and candidates.verdict = 'added' and candidates.is_pricing_vehicle
