-- What money that follows an index must trade for each addition and deletion: the change of the float-adjusted weight
-- (methodology 8), per billion dollars and for the assets that a source states. All of it is an estimate.
with changes as (
    select *
    from recon.index_changes
    where event_id = $event_id
),

rules as (
    select
        coalesce(max(case when rule = 'class_float_merged' then value end), 0) = 1 as merges_class_floats,
        cast(max(case when rule = 'closing_auction_pct' then value end) * 10000 as hugeint) as auction_parts
    from core.event_rules
    where event_id = $event_id
),

-- The members after the event, and before it: without its additions, with its deletions.
sides as (
    select 'after' as side, index_id, security_id
    from recon.index_membership
    where event_id = $event_id
    union all
    select 'before' as side, members.index_id, members.security_id
    from recon.index_membership as members
    left join changes
        on
            members.index_id = changes.index_id
            and members.security_id = changes.security_id
            and changes.action = 'addition'
    where members.event_id = $event_id and changes.security_id is null
    union all
    select 'before' as side, index_id, security_id
    from changes
    where action = 'deletion'
),

side_lines as (
    select distinct side, security_id
    from sides
),

universe as (
    select *
    from recon.universe
    where event_id = $event_id
),

side_companies as (
    select distinct side_lines.side as side, universe.company_id as company_id
    from side_lines
    inner join universe on side_lines.security_id = universe.security_id
),

-- Of each company its lines on that side, and the classes that are none but are counted with them, as
-- recon.index_membership has them (methodology 5.6); a check holds the two against each other.
lines as (
    select
        side_companies.side as side,
        universe.security_id as security_id,
        universe.company_id as company_id,
        side_lines.security_id is not null as is_line,
        universe.company_market_cap_usd as market_cap_usd,
        floats.float_pct as float_pct,
        cast(shares.class_shares as decimal(19, 0)) * universe.close_usd as class_usd,
        coalesce(universe.traded_value_usd, 0) as traded_value_usd
    from side_companies
    inner join universe on side_companies.company_id = universe.company_id
    cross join rules
    inner join recon.eligibility as eligibility
        on eligibility.event_id = $event_id and universe.security_id = eligibility.security_id
    left join side_lines
        on side_companies.side = side_lines.side and universe.security_id = side_lines.security_id
    left join core.departures as departures
        on departures.event_id = $event_id and universe.ticker = departures.rank_ticker and not departures.has_left
    left join core.floats as floats on floats.event_id = $event_id and universe.pricing_ticker = floats.ticker
    left join core.shares_reconciliation as shares
        on shares.event_id = $event_id and universe.ticker = shares.ticker
    where
        side_lines.security_id is not null
        or (
            departures.rank_ticker is not null
            and eligibility.reason = 'share_class'
            and eligibility.share_class_evidence <> 'folded'
            and not rules.merges_class_floats
        )
),

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
    window company as (partition by side, company_id)
),

valued as (
    select
        side,
        security_id,
        is_line,
        case
            when market_cap_usd is null then null
            when float_pct > 0 then 'public float'
            else 'total cap'
        end as weight_basis,
        cast(market_cap_usd * case when float_pct > 0 then float_pct else 100 end as hugeint)
        * cast(part * 100 as hugeint)
        // cast(sum(part) over (partition by side, company_id) * 100 as hugeint) as line_cents
    from parts
),

-- In whole steps of a hundred-millionth of a percent, rounded.
weighed as (
    select
        sides.side as side,
        sides.index_id as index_id,
        sides.security_id as security_id,
        valued.weight_basis as weight_basis,
        (valued.line_cents * 20000000000 + sum(valued.line_cents) over in_index)
        // (2 * nullif(sum(valued.line_cents) over in_index, 0)) as weight_steps
    from sides
    inner join valued on sides.side = valued.side and sides.security_id = valued.security_id and valued.is_line
    window in_index as (partition by sides.side, sides.index_id)
),

-- The last figure that a source states for the index by the effective date; that of the whole family is of no index.
dated_assets as (
    select
        assets.index_id as index_id,
        assets.assets_usd as assets_usd,
        assets.as_of as as_of,
        assets.source as source,
        row_number() over (partition by assets.index_id order by assets.as_of desc) as nth
    from reference.index_assets as assets
    inner join reference.recon_events as events
        on events.event_id = $event_id and assets.as_of <= events.effective_date
    where assets.kind = 'passive' and assets.index_id <> 'FAMILY'
),

trades as (
    select
        changes.*,
        case when changes.action = 'addition' then 1 else -1 end as sign,
        weighed.weight_steps as steps,
        weighed.weight_basis as weight_basis,
        case when universe.close_usd > 0 then universe.close_usd end as close_usd,
        case
            when universe.traded_value_usd > 0 then universe.traded_value_usd
            when universe.addtv_usd > 0 then universe.addtv_usd
        end as adv_usd,
        case
            when universe.traded_value_usd > 0 then 'month'
            when universe.addtv_usd > 0 then 'two years'
        end as adv_basis,
        rules.auction_parts as auction_parts,
        dated_assets.assets_usd as assets_usd,
        dated_assets.as_of as assets_as_of,
        dated_assets.source as assets_source
    from changes
    inner join universe on changes.security_id = universe.security_id
    cross join rules
    left join weighed
        on
            changes.index_id = weighed.index_id
            and changes.security_id = weighed.security_id
            and weighed.side = case when changes.action = 'addition' then 'after' else 'before' end
    left join dated_assets on changes.index_id = dated_assets.index_id and dated_assets.nth = 1
),

-- Whole numbers: ten-thousandths of a dollar a share, cents a day.
measured as (
    select
        *,
        cast(cast(steps as decimal(18, 0)) * cast(0.00000001 as decimal(9, 8)) as decimal(12, 8)) as weight_pct,
        cast(close_usd * 10000 as hugeint) as close_parts,
        cast(adv_usd * 100 as hugeint) as adv_cents,
        nullif((cast(adv_usd * 100 as hugeint) * auction_parts + 500000) // 1000000, 0) as auction_cents
    from trades
),

-- What a billion dollars and the stated assets trade, in cents without their sign; a step of weight is ten cents of a
-- billion dollars.
amounts as (
    select
        measured.*,
        moneys.money as money,
        case
            when moneys.money = 'billion' then steps * 10
            else (steps * cast(assets_usd * 100 as hugeint) + 5000000000) // 10000000000
        end as cents
    from measured
    cross join (values ('billion'), ('assets')) as moneys (money)
),

-- Each amount in dollars, in shares, in days of trading and in closing auctions, rounded, as recon.security_demand has
-- it for what is netted.
sized as (
    select
        index_id,
        security_id,
        money,
        cast(cast(sign * cents as decimal(26, 0)) * cast(0.01 as decimal(3, 2)) as decimal(24, 2)) as usd,
        cast(sign * ((2 * cents * 100 + close_parts) // (2 * close_parts)) as bigint) as shares,
        cast(
            cast((2 * cents * 10000 + adv_cents) // (2 * adv_cents) as decimal(22, 0))
            * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
        ) as days,
        cast(
            cast((2 * cents * 10000 + auction_cents) // (2 * auction_cents) as decimal(22, 0))
            * cast(0.0001 as decimal(5, 4)) as decimal(18, 4)
        ) as auctions
    from amounts
)

select
    measured.event_id as event_id,
    measured.vintage as vintage,
    measured.index_id as index_id,
    measured.security_id as security_id,
    measured.company_id as company_id,
    measured.action as action,
    measured.movement as movement,
    measured.ticker as ticker,
    measured.rank_ticker as rank_ticker,
    measured.company_name as company_name,
    case
        when measured.action = 'deletion' then measured.weight_pct
        when measured.steps is not null then cast(0 as decimal(12, 8))
    end as weight_before_pct,
    case
        when measured.action = 'addition' then measured.weight_pct
        when measured.steps is not null then cast(0 as decimal(12, 8))
    end as weight_after_pct,
    measured.weight_basis as weight_basis,
    measured.close_usd as close_usd,
    cast(billion.usd as decimal(18, 2)) as usd_per_billion,
    billion.shares as shares_per_billion,
    measured.adv_usd as adv_usd,
    measured.adv_basis as adv_basis,
    cast(
        cast(measured.auction_cents as decimal(26, 0)) * cast(0.01 as decimal(3, 2)) as decimal(24, 2)
    ) as closing_auction_usd,
    billion.days as days_of_adv_per_billion,
    billion.auctions as closing_auction_multiple_per_billion,
    measured.assets_usd as assets_usd,
    measured.assets_as_of as assets_as_of,
    measured.assets_source as assets_source,
    assets.usd as demand_usd,
    assets.shares as demand_shares,
    assets.days as days_of_adv,
    assets.auctions as closing_auction_multiple
from measured
inner join sized as billion
    on
        measured.index_id = billion.index_id
        and measured.security_id = billion.security_id
        and billion.money = 'billion'
inner join sized as assets
    on
        measured.index_id = assets.index_id
        and measured.security_id = assets.security_id
        and assets.money = 'assets'
