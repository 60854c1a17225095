-- Who is near a cut that decides where it belongs, and what would move it: the cap at which the queries of this tree
-- put it on the other side, all other companies staying as they are (methodology 7.4-7.10). Of a quarterly event the
-- candidates near a breakpoint (9.3, 9.4). And who is near the lowest price or the lowest market cap (3.1, 4.1).
with rules as (
    select
        cast(coalesce(max(case when rule = 'near_miss_pct' then value end), 0) as decimal(9, 4)) as window_pct,
        max(case when rule = 'cut_r3000e' then value end) as last_rank,
        coalesce(max(case when rule = 'has_microcap' then value end), 0) = 1 as has_microcap,
        coalesce(max(case when rule = 'has_r3000e' then value end), 0) = 1 as has_r3000e,
        coalesce(max(case when rule = 'use_presumption' then value end), 0) = 1 as use_presumption,
        coalesce(max(case when rule = 'min_price_usd' then value end), 0) as min_price_usd,
        coalesce(max(case when rule = 'min_total_cap_usd' then value end), 0) as min_total_cap_usd
    from core.event_rules
    where event_id = $event_id
),

ranking as (
    select company_id, ticker, status, rank, placing_cap_usd as cap_usd, cumulative_cap_usd, percentile
    from recon.ranking
    where event_id = $event_id
),

-- --- the cuts of a reconstitution ------------------------------------------------------------------------------------

-- The caps cumulated down to the places around a cut, and around the last rank of the Russell 3000E. A company that
-- moves leaves its place and takes another: then one place further down or up is the cut.
cuts as (
    select
        breakpoints.breakpoint_id as breakpoint_id,
        breakpoints.cut_rank as cut_rank,
        breakpoints.percentile as percentile,
        breakpoints.band_pct as band_pct,
        max(rules.last_rank) as last_rank,
        coalesce(sum(case when ranking.rank < breakpoints.cut_rank then ranking.cap_usd end), 0) as sum_before,
        sum(case when ranking.rank <= breakpoints.cut_rank then ranking.cap_usd end) as sum_at,
        sum(case when ranking.rank <= breakpoints.cut_rank + 1 then ranking.cap_usd end) as sum_after,
        coalesce(sum(case when ranking.rank < rules.last_rank then ranking.cap_usd end), 0) as total_before,
        sum(case when ranking.rank <= rules.last_rank then ranking.cap_usd end) as total_at,
        sum(case when ranking.rank <= rules.last_rank + 1 then ranking.cap_usd end) as total_after
    from recon.breakpoints as breakpoints
    cross join rules
    cross join ranking
    where breakpoints.event_id = $event_id
    group by breakpoints.breakpoint_id, breakpoints.cut_rank, breakpoints.percentile, breakpoints.band_pct
),

-- Each company with what the others come to without it. One that is carried has no figures that could move it.
placed as (
    select
        ranking.company_id as company_id,
        ranking.ticker as ticker,
        ranking.rank as rank,
        ranking.cap_usd as cap_usd,
        cuts.breakpoint_id as breakpoint_id,
        cuts.cut_rank as cut_rank,
        cuts.percentile as cut_percentile,
        cuts.band_pct as band_pct,
        cuts.last_rank as last_rank,
        placements.side_before as side_before,
        placements.is_above as is_above,
        placements.is_held_by_band as is_held_by_band,
        placements.side_before in ('above', 'below') and cuts.band_pct > 0 as has_band,
        placements.leaves as leaves,
        placements.enters as enters,
        cast(case
            when ranking.rank < cuts.cut_rank then cuts.sum_at - ranking.cap_usd else cuts.sum_before
        end as decimal(28, 4)) as others_before_cut,
        cast(case
            when ranking.rank <= cuts.cut_rank then cuts.sum_after - ranking.cap_usd else cuts.sum_at
        end as decimal(28, 4)) as others_to_cut,
        cast(case
            when ranking.rank < cuts.last_rank then cuts.total_at - ranking.cap_usd else cuts.total_before
        end as decimal(28, 4)) as others_before_last,
        cast(case
            when ranking.rank <= cuts.last_rank then cuts.total_after - ranking.cap_usd else cuts.total_at
        end as decimal(28, 4)) as others_to_last
    from ranking
    inner join recon.placements as placements
        on placements.event_id = $event_id and ranking.company_id = placements.company_id
    inner join cuts on placements.breakpoint_id = cuts.breakpoint_id
    cross join rules
    where
        ranking.status = 'ranked'
        -- Who would have to pass the cut itself must reach it: all but the members that are beyond their band already.
        and case
            when placements.side_before = 'above' and not placements.is_above then true
            when placements.side_before = 'below' and placements.is_above then true
            when placements.is_above
                then 100 * (cuts.sum_after - cuts.sum_at) >= (99 - rules.window_pct) * ranking.cap_usd
            else 100 * (cuts.sum_at - cuts.sum_before) <= (101 + rules.window_pct) * ranking.cap_usd
        end
),

reaching as (
    select distinct company_id, is_above
    from placed
),

-- A company can only change sides where it passes another one: between two of them its own cap moves its percentile
-- the other way (7.5 counts it in). So each company within reach is a place that it could take, with the cap that
-- just takes it: the same cap where the tie-break lets it pass, else a hundredth of a cent beyond.
pairs as (
    select
        moving.company_id as company_id,
        other.ticker as passed_ticker,
        other.rank as new_rank,
        moving.rank < other.rank as is_downward,
        case
            when moving.rank < other.rank and other.status = 'ranked' and other.ticker < moving.ticker
                then other.cap_usd
            when moving.rank < other.rank then other.cap_usd - cast(0.0001 as decimal(24, 4))
            when other.status = 'carried' or moving.ticker < other.ticker then other.cap_usd
            else other.cap_usd + cast(0.0001 as decimal(24, 4))
        end as new_cap_usd,
        -- The others that are larger then.
        case
            when moving.rank < other.rank then other.cumulative_cap_usd - moving.cap_usd
            else other.cumulative_cap_usd - other.cap_usd
        end as others_above
    from ranking as moving
    inner join reaching on moving.company_id = reaching.company_id
    cross join rules
    inner join ranking as other
        on
            moving.rank <> other.rank
            and reaching.is_above = (moving.rank < other.rank)
            and 100 * other.cap_usd >= (99 - rules.window_pct) * moving.cap_usd
            and 100 * other.cap_usd <= (101 + rules.window_pct) * moving.cap_usd
),

tried as (
    select
        placed.company_id as company_id,
        placed.breakpoint_id as breakpoint_id,
        placed.is_above as is_above,
        pairs.passed_ticker as passed_ticker,
        pairs.new_rank as new_rank,
        pairs.new_cap_usd as new_cap_usd,
        pairs.others_above as others_above,
        -- 7.8, as recon.placements decides, of the ranking with the company at its new place.
        case
            when not placed.has_band then pairs.new_rank <= placed.cut_rank
            when placed.side_before = 'above'
                then
                    pairs.new_rank <= placed.cut_rank
                    or 100 * (pairs.others_above + pairs.new_cap_usd)
                    <= 100 * placed.others_to_cut
                    + placed.band_pct * case
                        when pairs.new_rank <= placed.last_rank then placed.others_before_last + pairs.new_cap_usd
                        else placed.others_to_last
                    end
            else
                pairs.new_rank <= placed.cut_rank
                and 100 * pairs.others_above
                < 100 * placed.others_before_cut
                - placed.band_pct * case
                    when pairs.new_rank <= placed.last_rank then placed.others_before_last + pairs.new_cap_usd
                    else placed.others_to_last
                end
        end as is_above_then
    from placed
    inner join pairs on placed.company_id = pairs.company_id and placed.is_above = pairs.is_downward
    -- Without a band one place decides.
    where placed.has_band or pairs.new_rank = placed.cut_rank + case when placed.is_above then 1 else 0 end
),

-- The nearest cap that does; of companies of the same cap all are passed at once.
flips as (
    select
        *,
        row_number() over (
            partition by company_id, breakpoint_id
            order by
                case when is_above then -new_cap_usd else new_cap_usd end,
                case when is_above then -new_rank else new_rank end
        ) as choice
    from tried
    where is_above_then <> is_above
),

of_cuts as (
    select
        placed.company_id as company_id,
        placed.breakpoint_id as cut_id,
        placed.side_before as side_before,
        placed.is_above as is_above,
        placed.is_held_by_band as is_held_by_band,
        placed.cap_usd as market_cap_usd,
        flips.new_cap_usd as flip_cap_usd,
        placed.rank - flips.new_rank as margin_ranks,
        flips.passed_ticker as passed_ticker,
        placed.cut_percentile
        + case
            when not placed.has_band then 0 when placed.side_before = 'above' then placed.band_pct else -placed.band_pct
        end as edge_percentile,
        placed.leaves as leaves,
        placed.enters as gives,
        false as has_no_sides
    from placed
    inner join flips
        on placed.company_id = flips.company_id and placed.breakpoint_id = flips.breakpoint_id and flips.choice = 1
),

-- --- the breakpoints of a quarterly event ----------------------------------------------------------------------------

floors as (
    select
        case when max(case when breakpoint_id = 'R3000E' then 1 else 0 end) = 1 then 'R3000E' else 'R3000' end as cut_id
    from recon.ipo_breakpoints
    where event_id = $event_id
),

-- At the floor an addition must be larger (9.3), at the other cuts it is enough to be as large (9.4).
compared as (
    select
        candidates.company_id as company_id,
        cuts.breakpoint_id as cut_id,
        candidates.market_cap_usd as market_cap_usd,
        cuts.market_cap_usd as cut_usd,
        cuts.breakpoint_id = floors.cut_id as is_floor,
        case
            when cuts.breakpoint_id = floors.cut_id then candidates.market_cap_usd > cuts.market_cap_usd
            else candidates.market_cap_usd >= cuts.market_cap_usd
        end as is_above
    from recon.ipo_candidates as candidates
    cross join floors
    inner join recon.ipo_breakpoints as cuts
        on cuts.event_id = $event_id and (candidates.verdict = 'added' or cuts.breakpoint_id = floors.cut_id)
    where
        candidates.event_id = $event_id
        and candidates.verdict in ('added', 'too_small')
        and candidates.is_pricing_vehicle
        and candidates.market_cap_usd > 0
),

of_candidates as (
    select
        compared.company_id as company_id,
        compared.cut_id as cut_id,
        'new' as side_before,
        compared.is_above as is_above,
        false as is_held_by_band,
        compared.market_cap_usd as market_cap_usd,
        case
            when compared.is_floor and compared.is_above then compared.cut_usd
            when compared.is_floor then compared.cut_usd + cast(0.0001 as decimal(24, 4))
            when compared.is_above then compared.cut_usd - cast(0.0001 as decimal(24, 4))
            else compared.cut_usd
        end as flip_cap_usd,
        cast(null as bigint) as margin_ranks,
        cast(null as varchar) as passed_ticker,
        cast(null as decimal(10, 6)) as edge_percentile,
        placements.leaves as leaves,
        placements.enters as gives,
        placements.company_id is null as has_no_sides
    from compared
    left join recon.placements as placements
        on
            placements.event_id = $event_id
            and compared.company_id = placements.company_id
            and compared.cut_id = placements.breakpoint_id
),

-- --- the lowest price and the lowest market cap ----------------------------------------------------------------------

-- The line that prices a company, at a reconstitution. It is near if this rule alone decides.
priced as (
    select
        universe.company_id as company_id,
        universe.company_market_cap_usd as market_cap_usd,
        universe.close_usd as close_usd,
        eligibility.price_basis as price_basis,
        eligibility.reason as reason,
        eligibility.price_status as price_status,
        eligibility.market_cap_status as market_cap_status,
        'failed' in (
            eligibility.share_class_status,
            eligibility.float_status,
            eligibility.votes_status,
            eligibility.presumption_status
        ) as fails_another,
        coalesce(
            eligibility.price_average_usd >= rules.min_price_usd
            and (universe.is_member or eligibility.price_basis = 'average of 30 days'),
            false
        ) as has_average,
        rules.min_price_usd as min_price_usd,
        cast(rules.min_total_cap_usd as decimal(24, 4)) as min_cap_usd
    from recon.universe as universe
    cross join rules
    inner join reference.recon_events as events on universe.event_id = events.event_id and events.kind = 'recon'
    inner join recon.eligibility as eligibility
        on eligibility.event_id = $event_id and universe.security_id = eligibility.security_id
    where
        universe.event_id = $event_id
        and universe.is_pricing_vehicle
        and universe.close_usd > 0
        and universe.company_market_cap_usd > 0
),

of_rules as (
    select
        company_id,
        'MIN_CAP' as cut_id,
        reason is null as is_above,
        market_cap_usd,
        case when reason is null then min_cap_usd - cast(0.0001 as decimal(24, 4)) else min_cap_usd end as flip_cap_usd
    from priced
    where min_cap_usd > 0 and (reason is null or (reason = 'market_cap' and not fails_another))
    union all
    select
        company_id,
        'MIN_PRICE' as cut_id,
        reason is null as is_above,
        market_cap_usd,
        -- The cap at that price; of a fall, at a hundredth of a cent below it. Whole ten-thousandths of a dollar.
        cast(
            cast(
                cast(market_cap_usd * 10000 as hugeint)
                * cast(min_price_usd * 10000 - case when reason is null then 1 else 0 end as hugeint)
                // cast(close_usd * 10000 as hugeint) as decimal(28, 0)
            ) * cast(0.0001 as decimal(4, 4)) as decimal(24, 4)
        ) as flip_cap_usd
    from priced
    where
        min_price_usd > 0
        and (
            -- 3.2: whom the mean of the days before carries does not fall by one close.
            (reason is null and price_status = 'passed' and close_usd >= min_price_usd and not has_average)
            or (reason = 'price' and market_cap_status <> 'failed' and not fails_another)
        )
),

members as (
    select company_id, string_agg(index_id, ' ' order by index_id) as indexes
    from (
        select distinct company_id, index_id
        from recon.index_membership
        where event_id = $event_id
    ) as held
    group by company_id
),

of_floors as (
    select
        of_rules.company_id as company_id,
        of_rules.cut_id as cut_id,
        cast(null as varchar) as side_before,
        of_rules.is_above as is_above,
        false as is_held_by_band,
        of_rules.market_cap_usd as market_cap_usd,
        of_rules.flip_cap_usd as flip_cap_usd,
        cast(null as bigint) as margin_ranks,
        cast(null as varchar) as passed_ticker,
        cast(null as decimal(10, 6)) as edge_percentile,
        case when of_rules.is_above then members.indexes end as leaves,
        cast(null as varchar) as gives,
        not of_rules.is_above as has_no_sides
    from of_rules
    left join members on of_rules.company_id = members.company_id
),

-- --- all of them -----------------------------------------------------------------------------------------------------

gathered as (
    select * from of_cuts
    union all
    select * from of_candidates
    union all
    select * from of_floors
),

near as (
    select
        gathered.*,
        -- In whole millionths of a percent of its own cap, by integer division.
        cast(abs(gathered.flip_cap_usd - gathered.market_cap_usd) * 10000 as hugeint) * 100000000
        // cast(gathered.market_cap_usd * 10000 as hugeint) as margin_steps
    from gathered
    cross join rules
    where
        100 * abs(gathered.flip_cap_usd - gathered.market_cap_usd) <= rules.window_pct * gathered.market_cap_usd
        and gathered.flip_cap_usd > 0
),

-- Who is in no index has no sides: by the breakpoints alone, those of a newcomer of the cap at which it flips. Where fewer
-- companies qualify than a cut asks for, all are above it (7.1).
size_cuts as (
    select breakpoint_id, case when reached_rank < cut_rank then 0 else market_cap_usd end as market_cap_usd
    from recon.breakpoints
    where event_id = $event_id
    union all
    select breakpoint_id, market_cap_usd
    from recon.ipo_breakpoints
    where event_id = $event_id
),

-- Presumably not eligible for the Microcap, as recon.index_membership has it.
presumed_out as (
    select universe.company_id as company_id
    from core.presumptions as presumptions
    cross join rules
    inner join recon.universe as universe
        on universe.event_id = $event_id and presumptions.pricing_ticker = universe.ticker
    where presumptions.event_id = $event_id and presumptions.is_presumed_out_of_microcap and rules.use_presumption
),

newcomers as (
    select
        near.company_id as company_id,
        near.cut_id as cut_id,
        string_agg(indexes.index_id, ' ' order by indexes.index_id) as enters
    from near
    cross join rules
    inner join reference.indexes as indexes
        on
            (rules.has_microcap or indexes.index_id <> 'RMICRO')
            and (rules.has_r3000e or indexes.index_id <> 'R3000E')
    inner join size_cuts as floors
        on indexes.floor_cut = floors.breakpoint_id and near.flip_cap_usd >= floors.market_cap_usd
    inner join size_cuts as ends
        on
            ends.breakpoint_id = 'R3000'
            and (near.flip_cap_usd >= ends.market_cap_usd or indexes.floor_cut = 'R3000E')
    left join size_cuts as ceilings
        on
            indexes.ceiling_cut = ceilings.breakpoint_id
            and near.flip_cap_usd >= ceilings.market_cap_usd
            and near.flip_cap_usd >= ends.market_cap_usd
    left join presumed_out
        on near.company_id = presumed_out.company_id and near.flip_cap_usd < ends.market_cap_usd
    where not near.is_above and near.has_no_sides and ceilings.breakpoint_id is null and presumed_out.company_id is null
    group by near.company_id, near.cut_id
),

described as (
    select
        near.*,
        coalesce(near.gives, newcomers.enters) as enters,
        universe.security_id as security_id,
        universe.ticker as ticker,
        universe.company_name as company_name,
        universe.close_usd as close_usd,
        universe.outstanding_shares as outstanding_shares,
        ranking.rank as rank,
        ranking.percentile as percentile,
        -- Where the cap is made from figures of two lines, no price and no count of one of them tells the other's.
        universe.close_usd > 0 and universe.outstanding_shares > 0 as has_figures,
        cast(near.market_cap_usd * 10000 as hugeint) as cap_steps,
        cast(near.flip_cap_usd * 10000 as hugeint) as flip_steps
    from near
    inner join recon.universe as universe
        on universe.event_id = $event_id and near.company_id = universe.company_id and universe.is_pricing_vehicle
    -- Who has left the exchanges by the first session of the new membership is in no index, whatever its cap.
    left join core.departures as departures
        on departures.event_id = $event_id and universe.ticker = departures.rank_ticker and departures.has_left
    left join newcomers on near.company_id = newcomers.company_id and near.cut_id = newcomers.cut_id
    left join ranking on near.company_id = ranking.company_id
    where
        departures.rank_ticker is null
        -- A cut decides where one of its sides has an index that the other has not.
        and coalesce(near.leaves, near.gives, newcomers.enters) is not null
),

-- Rounded to the side on which the company flips: down to a hundredth of a cent, or to a whole share, where it falls.
flipped as (
    select
        *,
        cast(close_usd * 10000 as hugeint) * flip_steps // cap_steps
        + case
            when is_above or cast(close_usd * 10000 as hugeint) * flip_steps % cap_steps = 0 then 0 else 1
        end as price_steps,
        cast(outstanding_shares as hugeint) * flip_steps // cap_steps
        + case
            when is_above or cast(outstanding_shares as hugeint) * flip_steps % cap_steps = 0 then 0 else 1
        end as share_steps
    from described
)

select
    cast($event_id as varchar) as event_id,
    company_id,
    cut_id,
    security_id,
    ticker,
    company_name,
    rank,
    percentile,
    market_cap_usd,
    close_usd,
    outstanding_shares,
    side_before,
    is_above,
    is_held_by_band,
    leaves,
    enters,
    cast(edge_percentile as decimal(10, 6)) as edge_percentile,
    cast(flip_cap_usd as decimal(24, 4)) as flip_cap_usd,
    cast(flip_cap_usd - market_cap_usd as decimal(24, 4)) as margin_usd,
    cast(
        cast(case when flip_cap_usd < market_cap_usd then -margin_steps else margin_steps end as decimal(18, 0))
        * cast(0.000001 as decimal(7, 6)) as decimal(10, 6)
    ) as margin_pct,
    margin_ranks,
    row_number() over (order by margin_steps, company_id, cut_id) as nearness,
    passed_ticker,
    case
        when has_figures and price_steps > 0
            then cast(cast(price_steps as decimal(18, 0)) * cast(0.0001 as decimal(4, 4)) as decimal(18, 4))
    end as flip_price_usd,
    case
        when has_figures and cut_id <> 'MIN_PRICE' and share_steps > 0 then cast(share_steps as bigint)
    end as flip_shares
from flipped
