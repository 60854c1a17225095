-- Every eligible company by total market cap on the rank day, largest first (methodology 7.1, 7.5). Only a
-- reconstitution ranks: a quarterly event moves nobody (10.2).
with rules as (
    select rule, value
    from core.event_rules
    where event_id = $event_id
),

opening as (
    select
        universe.company_id as company_id,
        -- A list of a part tells of the whole (7.2).
        max(case when members.index_id in ('TOP50', 'TOP200') then 1 else 0 end) = 1 as opening_top200,
        max(case when members.index_id in ('TOP50', 'TOP200', 'TOP500') then 1 else 0 end) = 1 as opening_top500,
        max(case
            when members.index_id in ('R1000', 'MIDCAP', 'TOP50', 'TOP200', 'TOP500') then 1 else 0
        end) = 1 as opening_r1000,
        max(case when members.index_id = 'R2000' then 1 else 0 end) = 1 as opening_r2000,
        max(case when universe.opening_r3000 then 1 else 0 end) = 1 as opening_r3000,
        max(case when members.index_id = 'RMICRO' then 1 else 0 end) = 1 as opening_rmicro,
        true as is_member,
        min(members.opening_rank) as opening_rank
    from core.opening_members as members
    inner join recon.universe as universe
        on universe.event_id = $event_id and members.rank_ticker = universe.ticker
    where members.event_id = $event_id
    group by universe.company_id
),

-- A company is judged by the line that prices it.
companies as (
    select
        universe.company_id as company_id,
        universe.security_id as security_id,
        universe.ticker as ticker,
        universe.company_name as company_name,
        universe.company_market_cap_usd as market_cap_usd,
        coalesce(opening.opening_top200, false) as opening_top200,
        coalesce(opening.opening_top500, false) as opening_top500,
        coalesce(opening.opening_r1000, false) as opening_r1000,
        coalesce(opening.opening_r2000, false) as opening_r2000,
        coalesce(opening.opening_r3000, false) as opening_r3000,
        coalesce(opening.opening_rmicro, false) as opening_rmicro,
        coalesce(opening.is_member, false) as is_member,
        opening.opening_rank as opening_rank
    from recon.eligibility as eligibility
    left join reference.recon_events as quarterly
        on eligibility.event_id = quarterly.event_id and quarterly.kind = 'ipo'
    inner join recon.universe as universe
        on universe.event_id = $event_id and eligibility.security_id = universe.security_id
    left join opening on universe.company_id = opening.company_id
    where
        eligibility.event_id = $event_id
        and eligibility.status in ('eligible', 'unknown')
        and quarterly.event_id is null
        and universe.is_pricing_vehicle
),

-- The tie-break: of two companies of the same cap the ticker that comes first.
priced as (
    select *, row_number() over (order by market_cap_usd desc, ticker) as place
    from companies
    where market_cap_usd is not null
),

-- A member that is listed but has no figures keeps its place: the rank that it had, or, where the opening states none,
-- the middle of the index that it was in.
middles as (
    select
        quantile_disc(place, 0.5) filter (where opening_r1000) as r1000_place,
        quantile_disc(place, 0.5) filter (where opening_r2000) as r2000_place,
        quantile_disc(place, 0.5) filter (where opening_r3000) as r3000_place,
        quantile_disc(place, 0.5) filter (where opening_rmicro) as rmicro_place,
        max(place) as last_place
    from priced
),

carried as (
    select
        companies.*,
        least(
            coalesce(
                companies.opening_rank,
                case when companies.opening_r1000 then middles.r1000_place end,
                case when companies.opening_r2000 then middles.r2000_place end,
                case when companies.opening_r3000 then middles.r3000_place end,
                middles.rmicro_place,
                middles.last_place
            ),
            middles.last_place
        ) as kept_place
    from companies
    cross join middles
    where companies.market_cap_usd is null and companies.is_member
),

placed as (
    select
        company_id,
        security_id,
        ticker,
        company_name,
        'ranked' as status,
        market_cap_usd,
        market_cap_usd as placing_cap_usd,
        opening_top200,
        opening_top500,
        opening_r1000,
        opening_r2000,
        opening_r3000,
        opening_rmicro
    from priced
    union all
    select
        carried.company_id,
        carried.security_id,
        carried.ticker,
        carried.company_name,
        'carried' as status,
        carried.market_cap_usd,
        priced.market_cap_usd as placing_cap_usd,
        carried.opening_top200,
        carried.opening_top500,
        carried.opening_r1000,
        carried.opening_r2000,
        carried.opening_r3000,
        carried.opening_rmicro
    from carried
    inner join priced on carried.kept_place = priced.place
),

ranked as (
    select
        *,
        row_number() over (
            order by placing_cap_usd desc, case when status = 'ranked' then 0 else 1 end, ticker
        ) as rank
    from placed
),

-- Methodology 7.5: the denominator is the new Russell 3000E.
extended as (
    select sum(ranked.placing_cap_usd) as total_cap_usd
    from ranked
    inner join rules on rules.rule = 'cut_r3000e' and ranked.rank <= rules.value
),

cumulated as (
    select
        ranked.*,
        cast(sum(ranked.placing_cap_usd) over (
            order by ranked.rank rows between unbounded preceding and current row
        ) as decimal(28, 4)) as cumulative_cap_usd,
        cast(extended.total_cap_usd as decimal(28, 4)) as total_cap_usd
    from ranked
    cross join extended
)

select
    cast($event_id as varchar) as event_id,
    company_id,
    security_id,
    ticker,
    company_name,
    status,
    rank,
    market_cap_usd,
    cast(placing_cap_usd as decimal(24, 4)) as placing_cap_usd,
    cumulative_cap_usd,
    total_cap_usd,
    -- Whole millionths of a point, by integer division: no rounding that an engine could do its own way.
    cast(
        cast(
            cast(cumulative_cap_usd * 10000 as hugeint) * 100000000 // cast(total_cap_usd * 10000 as hugeint)
            as decimal(18, 0)
        ) * cast(0.000001 as decimal(7, 6)) as decimal(9, 6)
    ) as percentile,
    opening_top200,
    opening_top500,
    opening_r1000,
    opening_r2000,
    opening_r3000,
    opening_rmicro
from cumulated
