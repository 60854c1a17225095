-- Who is in which index after the event, as far as known: pending members that left the exchanges meanwhile are gone.
-- A reconstitution places everybody; a quarterly event keeps the members of before where they are and places its
-- additions (methodology 9.5, 10.1, 10.2).
with rules as (
    select
        coalesce(max(case when rule = 'use_presumption' then value end), 0) as use_presumption,
        coalesce(max(case when rule = 'class_float_merged' then value end), 0) = 1 as merges_class_floats,
        max(case when rule = 'has_microcap' then value end) = 1 as has_microcap,
        max(case when rule = 'has_r3000e' then value end) = 1 as has_r3000e
    from core.event_rules
    where event_id = $event_id
),

placed_companies as (
    select company_id, ticker, rank, market_cap_usd, percentile, status
    from recon.ranking
    where event_id = $event_id
    union all
    select
        company_id,
        ticker,
        cast(null as bigint) as rank,
        market_cap_usd,
        cast(null as decimal(9, 6)) as percentile,
        'added' as status
    from recon.ipo_candidates
    where event_id = $event_id and verdict = 'added' and is_pricing_vehicle
),

sides as (
    select
        placed_companies.company_id as company_id,
        placed_companies.rank as rank,
        placed_companies.market_cap_usd as market_cap_usd,
        placed_companies.percentile as percentile,
        placed_companies.status as status,
        max(case when cuts.breakpoint_id = 'TOP50' and cuts.is_above then 1 else 0 end) = 1 as top50,
        max(case when cuts.breakpoint_id = 'TOP200' and cuts.is_above then 1 else 0 end) = 1 as top200,
        max(case when cuts.breakpoint_id = 'TOP500' and cuts.is_above then 1 else 0 end) = 1 as top500,
        max(case when cuts.breakpoint_id = 'R1000' and cuts.is_above then 1 else 0 end) = 1 as r1000,
        max(case when cuts.breakpoint_id = 'MICRO' and cuts.is_above then 1 else 0 end) = 1 as above_micro,
        max(case when cuts.breakpoint_id = 'R3000' and cuts.is_above then 1 else 0 end) = 1 as r3000,
        max(case when cuts.breakpoint_id = 'R3000E' and cuts.is_above then 1 else 0 end) = 1
        -- Large enough for the Microcap at the reconstitution before, and not in its list: presumably not eligible.
        and max(case
            when cuts.breakpoint_id = 'R3000' and cuts.is_above then 1
            when rules.use_presumption = 1 and presumptions.is_presumed_out_of_microcap then 0
            when cuts.breakpoint_id = 'R3000E' then 1
            else 0
        end) = 1 as r3000e,
        max(case when cuts.breakpoint_id = 'TOP200' and cuts.is_held_by_band then 1 else 0 end) = 1 as held_top200,
        max(case when cuts.breakpoint_id = 'TOP500' and cuts.is_held_by_band then 1 else 0 end) = 1 as held_top500,
        max(case when cuts.breakpoint_id = 'R1000' and cuts.is_held_by_band then 1 else 0 end) = 1 as held_r1000,
        max(case when cuts.breakpoint_id = 'MICRO' and cuts.is_held_by_band then 1 else 0 end) = 1 as held_micro
    from placed_companies
    inner join recon.placements as cuts
        on cuts.event_id = $event_id and placed_companies.company_id = cuts.company_id
    cross join rules
    left join core.presumptions as presumptions
        on presumptions.event_id = $event_id and placed_companies.ticker = presumptions.pricing_ticker
    group by
        placed_companies.company_id,
        placed_companies.rank,
        placed_companies.market_cap_usd,
        placed_companies.percentile,
        placed_companies.status
),

-- Methodology 10.2: who was a member before a quarterly event and is still listed, in the same indexes.
kept as (
    select
        members.index_id as index_id,
        universe.security_id as security_id,
        universe.company_id as company_id,
        max(universe.company_market_cap_usd) as market_cap_usd,
        min(members.opening_rank) as opening_rank
    from core.opening_members as members
    inner join reference.recon_events as events on members.event_id = events.event_id and events.kind = 'ipo'
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
    group by members.index_id, universe.security_id, universe.company_id
),

known_indexes as (
    select distinct index_id
    from kept
),

companies as (
    select company_id, rank, market_cap_usd, percentile, status
    from sides
    union all
    select
        company_id,
        min(opening_rank) as rank,
        max(market_cap_usd) as market_cap_usd,
        cast(null as decimal(9, 6)) as percentile,
        'kept' as status
    from kept
    group by company_id
),

-- Methodology 7.2 and 7.3: the family, each index from the cuts around it.
placed as (
    select sides.company_id, 'R3000E' as index_id, false as is_held_by_band
    from sides
    cross join rules
    where sides.r3000e and rules.has_r3000e
    union all
    select company_id, 'R3000' as index_id, false as is_held_by_band
    from sides
    where r3000
    union all
    select company_id, 'R1000' as index_id, held_r1000 as is_held_by_band
    from sides
    where r3000 and r1000
    union all
    select company_id, 'R2000' as index_id, held_r1000 as is_held_by_band
    from sides
    where r3000 and not r1000
    union all
    select sides.company_id, 'RMICRO' as index_id, sides.r3000 and sides.held_micro as is_held_by_band
    from sides
    cross join rules
    where
        rules.has_microcap
        and sides.r3000e
        and (not sides.r3000 or (not sides.r1000 and not sides.above_micro))
    union all
    select company_id, 'TOP50' as index_id, false as is_held_by_band
    from sides
    where top50
    union all
    select company_id, 'TOP200' as index_id, held_top200 as is_held_by_band
    from sides
    where r3000 and top200
    union all
    select company_id, 'TOP500' as index_id, held_top500 as is_held_by_band
    from sides
    where r3000 and top500
    union all
    select company_id, 'MIDCAP' as index_id, held_r1000 or held_top200 as is_held_by_band
    from sides
    where r3000 and r1000 and not top200
    union all
    select company_id, 'R2500' as index_id, held_top500 as is_held_by_band
    from sides
    where r3000 and not top500
),

-- Methodology 5.5: every eligible line of a company takes the index of the company; between reconstitutions nobody
-- leaves for what fails then (10.11), and no further class of a member enters. 5.3: nor does a further class that was no
-- member and that no price list shows, unless it is known to be new (5.8): lists of symbols keep those of shares that are
-- not handed out yet. 5.6: a class that does not qualify for a line of its own is no member, and since 2016 no part of
-- the float of those that do.
lines as (
    select
        universe.security_id as security_id,
        universe.company_id as company_id,
        coalesce(departures.ticker, universe.ticker) as ticker,
        universe.ticker as rank_ticker,
        universe.company_name as company_name,
        universe.industry as industry,
        universe.is_pricing_vehicle as is_pricing_vehicle,
        kept_lines.security_id is not null
        or (
            eligibility.reason is null
            and kept_companies.company_id is null
            and (
                universe.is_pricing_vehicle
                or universe.is_member
                or universe.close_usd is not null
                or eligibility.share_class_evidence = 'new class'
            )
        ) as is_line,
        floats.float_pct as float_pct,
        -- What the class is worth by itself, where the newest filing counts it apart; and what it trades.
        cast(shares.class_shares as decimal(19, 0)) * universe.close_usd as class_usd,
        coalesce(universe.traded_value_usd, 0) as traded_value_usd
    from recon.universe as universe
    cross join rules
    inner join recon.eligibility as eligibility
        on
            eligibility.event_id = $event_id
            and universe.security_id = eligibility.security_id
    inner join core.departures as departures
        on departures.event_id = $event_id and universe.ticker = departures.rank_ticker and not departures.has_left
    left join core.floats as floats on floats.event_id = $event_id and universe.pricing_ticker = floats.ticker
    left join core.shares_reconciliation as shares
        on shares.event_id = $event_id and universe.ticker = shares.ticker
    left join (select distinct security_id from kept) as kept_lines
        on universe.security_id = kept_lines.security_id
    left join (select distinct company_id from kept) as kept_companies
        on universe.company_id = kept_companies.company_id
    where
        universe.event_id = $event_id
        and (
            is_line
            or (
                eligibility.reason = 'share_class'
                and eligibility.share_class_evidence <> 'folded'
                and not rules.merges_class_floats
            )
        )
),

-- The part of each line in its company: by what its classes are worth where all of them are counted, else by what they
-- trade, else alike. Nobody tells the part of a class that is no line but by its count.
parts as (
    select
        *,
        case
            when count(class_usd) over company = count(*) over company and min(class_usd) over company > 0
                then cast(class_usd as decimal(26, 2))
            when not is_line then cast(0 as decimal(26, 2))
            when min(case when is_line then traded_value_usd end) over company > 0
                then cast(traded_value_usd as decimal(26, 2))
            else cast(1 as decimal(26, 2))
        end as part
    from lines
    window company as (partition by company_id)
),

-- Methodology 8: weights use the float. The public float of the company stands for it where it is known, else all of
-- its market cap; the lines of a company share it. Whole cents, by an exact quotient of whole numbers.
valued as (
    select
        parts.*,
        companies.rank as rank,
        companies.market_cap_usd as market_cap_usd,
        companies.percentile as percentile,
        companies.status as status,
        case
            when companies.market_cap_usd is null then null
            when parts.float_pct > 0 then 'public float'
            else 'total cap'
        end as weight_basis,
        cast(
            companies.market_cap_usd * case when parts.float_pct > 0 then parts.float_pct else 100 end as hugeint
        ) * cast(parts.part * 100 as hugeint)
        // cast(sum(parts.part) over (partition by parts.company_id) * 100 as hugeint) as line_cents
    from parts
    inner join companies on parts.company_id = companies.company_id
),

members as (
    select placed.index_id as index_id, placed.is_held_by_band as is_held_by_band, valued.*
    from placed
    inner join valued on placed.company_id = valued.company_id and valued.is_line
    -- What an index of before is not known of, a quarterly event does not tell either.
    where valued.status <> 'added' or placed.index_id in (select known_indexes.index_id from known_indexes)
    union all
    select kept.index_id as index_id, false as is_held_by_band, valued.*
    from kept
    inner join valued on kept.security_id = valued.security_id
),

weighed as (
    select
        members.*,
        -- In whole steps of a hundred-millionth of a percent, rounded.
        (line_cents * 20000000000 + sum(line_cents) over in_index)
        // (2 * nullif(sum(line_cents) over in_index, 0)) as weight_steps
    from members
    window in_index as (partition by index_id)
)

select
    cast($event_id as varchar) as event_id,
    vintages.vintage as vintage,
    weighed.index_id as index_id,
    weighed.security_id as security_id,
    weighed.company_id as company_id,
    weighed.ticker as ticker,
    weighed.rank_ticker as rank_ticker,
    weighed.company_name as company_name,
    weighed.industry as industry,
    weighed.rank as rank,
    weighed.market_cap_usd as market_cap_usd,
    weighed.percentile as percentile,
    weighed.status as status,
    weighed.is_held_by_band as is_held_by_band,
    weighed.is_pricing_vehicle as is_pricing_vehicle,
    cast(cast(weighed.weight_steps as decimal(18, 0)) * cast(0.00000001 as decimal(9, 8)) as decimal(12, 8))
        as weight_pct,
    weighed.weight_basis as weight_basis
from weighed
inner join core.vintages as vintages on vintages.event_id = $event_id
