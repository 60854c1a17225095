-- Who is near a cut that decides where it belongs, and what would move it: the cap at which the queries of this tree
-- put it on the other side, all other companies staying as they are (methodology 7.4-7.10). Of a quarterly event the
-- candidates near a breakpoint (9.3, 9.4). And who is near the lowest price or the lowest market cap (3.1, 4.1).
with rules as (
    select
        cast(coalesce(max(case when rule = 'near_miss_pct' then value end), 0) as decimal(9, 4)) as window_pct,
        max(case when rule = 'cut_r3000e' then value end) as last_rank,
        coalesce(max(case when rule = 'has_microcap' then value end), 0) = 1 as has_microcap,
        coalesce(max(case when rule = 'has_r3000e' then value end), 0) = 1 as has_r3000e,
        coalesce(max(case when rule = 'min_price_usd' then value end), 0) as min_price_usd,
        coalesce(max(case when rule = 'min_total_cap_usd' then value end), 0) as min_total_cap_usd
    from core.event_rules
    where event_id = $event_id
),

-- What a side of a cut means (7.2, 7.3): the index above it, and the one below.
sides as (
    select named.breakpoint_id, named.above_id, named.below_id
    from (
        values
        ('TOP50', 'TOP50', 'TOP200'), ('TOP200', 'TOP200', 'MIDCAP'), ('TOP500', 'TOP500', 'R2500'),
        ('R1000', 'R1000', 'R2000'), ('MICRO', 'R2000', 'RMICRO'), ('R3000', 'R2000', 'RMICRO'),
        ('R3000E', 'RMICRO', null)
    ) as named (breakpoint_id, above_id, below_id)
),

indexes_by_side as (
    select
        sides.breakpoint_id as breakpoint_id,
        case when sides.above_id = 'RMICRO' and not rules.has_microcap then 'R3000' else sides.above_id end as above_id,
        case when sides.below_id = 'RMICRO' and not rules.has_microcap then null else sides.below_id end as below_id
    from sides
    cross join rules
),

ranking as (
    select company_id, ticker, status, rank, placing_cap_usd as cap_usd, cumulative_cap_usd
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
        case when placed.is_above then indexes_by_side.above_id else indexes_by_side.below_id end as index_id,
        case when placed.is_above then indexes_by_side.below_id else indexes_by_side.above_id end as would_be
    from placed
    inner join flips
        on placed.company_id = flips.company_id and placed.breakpoint_id = flips.breakpoint_id and flips.choice = 1
    inner join indexes_by_side on placed.breakpoint_id = indexes_by_side.breakpoint_id
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
        case
            when compared.is_above then indexes_by_side.above_id
            when not compared.is_floor then indexes_by_side.below_id
        end as index_id,
        case
            when not compared.is_above then indexes_by_side.above_id
            when not compared.is_floor then indexes_by_side.below_id
        end as would_be
    from compared
    inner join indexes_by_side on compared.cut_id = indexes_by_side.breakpoint_id
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

size_cuts as (
    select
        max(case when breakpoint_id = 'R1000' then market_cap_usd end) as r1000_usd,
        max(case when breakpoint_id = 'R3000' and reached_rank = cut_rank then market_cap_usd end) as r3000_usd,
        max(case when breakpoint_id = 'R3000E' and reached_rank = cut_rank then market_cap_usd end) as r3000e_usd
    from recon.breakpoints
    where event_id = $event_id
),

members as (
    select company_id, index_id
    from recon.index_membership
    where event_id = $event_id
    group by company_id, index_id
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
        case
            when not of_rules.is_above then null
            when large.company_id is not null then 'R1000'
            when small.company_id is not null then 'R2000'
            else 'RMICRO'
        end as index_id,
        -- By the breakpoints alone, as of a newcomer.
        case
            when of_rules.is_above then null
            when of_rules.flip_cap_usd >= size_cuts.r1000_usd then 'R1000'
            when size_cuts.r3000_usd is null or of_rules.flip_cap_usd >= size_cuts.r3000_usd then 'R2000'
            when not rules.has_microcap then null
            when size_cuts.r3000e_usd is null or of_rules.flip_cap_usd >= size_cuts.r3000e_usd then 'RMICRO'
        end as would_be
    from of_rules
    cross join size_cuts
    cross join rules
    left join members as large on of_rules.company_id = large.company_id and large.index_id = 'R1000'
    left join members as small on of_rules.company_id = small.company_id and small.index_id = 'R2000'
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

described as (
    select
        near.*,
        universe.security_id as security_id,
        universe.ticker as ticker,
        universe.company_name as company_name,
        universe.close_usd as close_usd,
        universe.outstanding_shares as outstanding_shares,
        ranking.rank as rank,
        percentiles.percentile as percentile,
        members.index_id as held_index_id,
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
    left join ranking on near.company_id = ranking.company_id
    left join recon.ranking as percentiles
        on percentiles.event_id = $event_id and near.company_id = percentiles.company_id
    left join members on near.company_id = members.company_id and near.index_id = members.index_id
    where departures.rank_ticker is null
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
    held_index_id as index_id,
    would_be,
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
