-- Which side of each cut every ranked company falls on, bands applied (methodology 7.2, 7.6-7.12), and of a quarterly
-- event every addition, by the breakpoints alone (9.4). And which indexes the other side of each cut would cost or give.
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
    select
        coalesce(max(case when rule = 'band_members_r3000_only' then value end), 1) = 1 as is_r3000_only,
        coalesce(max(case when rule = 'use_presumption' then value end), 0) = 1 as use_presumption,
        coalesce(max(case when rule = 'has_microcap' then value end), 0) = 1 as has_microcap,
        coalesce(max(case when rule = 'has_r3000e' then value end), 0) = 1 as has_r3000e
    from core.event_rules
    where event_id = $event_id
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
),

placed as (
    select
        company_id,
        breakpoint_id,
        side_before,
        is_above,
        is_above <> is_above_by_rank as is_held_by_band
    from decided
    union all
    select
        candidates.company_id as company_id,
        cuts.breakpoint_id as breakpoint_id,
        'new' as side_before,
        candidates.market_cap_usd >= cuts.market_cap_usd as is_above,
        false as is_held_by_band
    from recon.ipo_candidates as candidates
    inner join recon.ipo_breakpoints as cuts on cuts.event_id = $event_id
    where candidates.event_id = $event_id and candidates.verdict = 'added' and candidates.is_pricing_vehicle
),

-- The sides of each company as they are, and with one of them crossed.
ways as (
    select company_id, 'none' as crossed_id, breakpoint_id, is_above
    from placed
    union all
    select
        crossed.company_id as company_id,
        crossed.breakpoint_id as crossed_id,
        sides.breakpoint_id as breakpoint_id,
        case when sides.breakpoint_id = crossed.breakpoint_id then not sides.is_above else sides.is_above end as is_above
    from placed as crossed
    inner join placed as sides on crossed.company_id = sides.company_id
),

-- Large enough for the Microcap at the reconstitution before, and not in its list: presumably not eligible for it.
presumed_out as (
    select ranked.company_id as company_id
    from core.presumptions as presumptions
    cross join rules
    inner join (
        select company_id, ticker
        from recon.ranking
        where event_id = $event_id
        union all
        select company_id, ticker
        from recon.ipo_candidates
        where event_id = $event_id
    ) as ranked
        on presumptions.pricing_ticker = ranked.ticker
    where presumptions.event_id = $event_id and presumptions.is_presumed_out_of_microcap and rules.use_presumption
    group by ranked.company_id
),

-- What an index of before is not known of, a quarterly event does not tell either.
indexes as (
    select indexes.index_id as index_id, indexes.floor_cut as floor_cut, indexes.ceiling_cut as ceiling_cut
    from reference.indexes as indexes
    cross join rules
    left join reference.recon_events as quarterly on quarterly.event_id = $event_id and quarterly.kind = 'ipo'
    where
        (rules.has_microcap or indexes.index_id <> 'RMICRO')
        and (rules.has_r3000e or indexes.index_id <> 'R3000E')
        and (
            quarterly.event_id is null
            or indexes.index_id in (
                select members.index_id
                from core.opening_members as members
                where members.event_id = $event_id and members.rank_ticker is not null
            )
        )
),

-- Methodology 7.2 and 7.3, as recon.index_membership has them: who is above the floor of an index and not above its
-- ceiling is in it; below the Russell 3000 nothing but the Microcap is, and no ceiling holds there.
ceilings as (
    select indexes.index_id as index_id, ways.company_id as company_id, ways.crossed_id as crossed_id
    from ways
    inner join (
        select index_id, ceiling_cut
        from indexes
        union all
        select index_id, 'R1000' as ceiling_cut
        from indexes
        where index_id = 'RMICRO'
    ) as indexes
        on ways.breakpoint_id = indexes.ceiling_cut
    where ways.is_above
    group by indexes.index_id, ways.company_id, ways.crossed_id
),

families as (
    select floors.company_id as company_id, floors.crossed_id as crossed_id, indexes.index_id as index_id
    from indexes
    inner join ways as floors on indexes.floor_cut = floors.breakpoint_id and floors.is_above
    inner join ways as ends
        on
            floors.company_id = ends.company_id
            and floors.crossed_id = ends.crossed_id
            and ends.breakpoint_id = 'R3000'
    left join ceilings
        on
            indexes.index_id = ceilings.index_id
            and floors.company_id = ceilings.company_id
            and floors.crossed_id = ceilings.crossed_id
    left join presumed_out on floors.company_id = presumed_out.company_id
    where case
        when ends.is_above then ceilings.company_id is null
        else indexes.floor_cut = 'R3000E' and presumed_out.company_id is null
    end
),

-- The indexes of one of both sides of a cut alone.
differing as (
    select
        placed.company_id as company_id,
        placed.breakpoint_id as breakpoint_id,
        families.index_id as index_id,
        max(case when families.crossed_id = 'none' then 1 else 0 end) = 1 as is_held
    from placed
    inner join families
        on placed.company_id = families.company_id and families.crossed_id in ('none', placed.breakpoint_id)
    group by placed.company_id, placed.breakpoint_id, families.index_id
    having count(*) = 1
),

crossings as (
    select
        company_id,
        breakpoint_id,
        string_agg(case when is_held then index_id end, ' ' order by index_id) as leaves,
        string_agg(case when not is_held then index_id end, ' ' order by index_id) as enters
    from differing
    group by company_id, breakpoint_id
)

select
    cast($event_id as varchar) as event_id,
    placed.company_id as company_id,
    placed.breakpoint_id as breakpoint_id,
    placed.side_before as side_before,
    placed.is_above as is_above,
    placed.is_held_by_band as is_held_by_band,
    crossings.leaves as leaves,
    crossings.enters as enters
from placed
left join crossings
    on placed.company_id = crossings.company_id and placed.breakpoint_id = crossings.breakpoint_id
