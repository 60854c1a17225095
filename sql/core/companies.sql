-- Which common lines belong to one company, which of them prices it, and what the company is worth on the rank day.
with event as (
    select event_id, effective_date
    from reference.recon_events
    where event_id = $event_id
),

lines as (
    select
        lines.ticker as ticker,
        lines.listing in ('faded', 'fresh') as is_unsure,
        folded.ticker is not null as is_folded,
        lines.close_usd as close_usd,
        lines.outstanding_shares as outstanding_shares,
        securities.issuer_name as issuer_name,
        coalesce(securities.share_class, '') as share_class
    from core.lines as lines
    inner join event on lines.event_id = event.event_id
    inner join core.securities as securities
        on
            lines.event_id = securities.event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    left join reference.folded_classes as folded
        on
            lines.ticker = folded.ticker
            and folded.valid_from <= event.effective_date
            and (folded.valid_to is null or event.effective_date < folded.valid_to)
    where
        lines.event_id = $event_id
        and lines.role = 'rank'
        and securities.security_type = 'common'
),

-- Lines of one company carry one issuer name and either different classes or the same share count, the whole company's
-- (providers section 0, finding 5). Other lines of one name are namesakes: companies of their own.
told_apart as (
    select
        *,
        dense_rank() over (
            partition by issuer_name, share_class
            order by coalesce(outstanding_shares, 0) desc
        ) as namesake
    from lines
),

-- Methodology 5.2: the class with the highest trading volume prices the company; one that is folded into another (5.7)
-- does not. The screener gives every class line the share count of the whole company, in units of that class (providers
-- section 0, finding 5): where the line that prices it has no figures, those of the next line are the company's too.
ordered as (
    select
        told_apart.*,
        coalesce(windows.trading_days, 0) as trading_days,
        coalesce(windows.volume_shares, 0) as volume_shares,
        coalesce(windows.traded_usd, 0) as traded_usd,
        count(*) over (partition by told_apart.issuer_name, told_apart.namesake) as line_count,
        row_number() over (
            partition by told_apart.issuer_name, told_apart.namesake
            order by
                told_apart.is_unsure,
                told_apart.is_folded,
                coalesce(windows.volume_shares, 0) desc,
                told_apart.ticker
        ) as vehicle_order,
        row_number() over (
            partition by told_apart.issuer_name, told_apart.namesake
            order by
                told_apart.is_unsure,
                case when told_apart.outstanding_shares > 0 and told_apart.close_usd > 0 then 0 else 1 end,
                told_apart.is_folded,
                coalesce(windows.volume_shares, 0) desc,
                told_apart.ticker
        ) as figures_order
    from told_apart
    left join core.trading_windows as windows on windows.event_id = $event_id and told_apart.ticker = windows.ticker
)

select
    cast($event_id as varchar) as event_id,
    ordered.ticker as ticker,
    vehicle.ticker as pricing_ticker,
    ordered.vehicle_order = 1 as is_pricing_vehicle,
    ordered.issuer_name as issuer_name,
    ordered.line_count as line_count,
    ordered.trading_days as trading_days,
    ordered.volume_shares as volume_shares,
    -- Methodology 5.3: average daily traded value of the line, over the sessions that were read.
    case
        when ordered.trading_days > 0 then cast(ordered.traded_usd / ordered.trading_days as decimal(24, 2))
    end as traded_value_usd,
    case
        when figures.outstanding_shares > 0 and figures.close_usd > 0
            then cast(cast(figures.outstanding_shares as decimal(19, 0)) * figures.close_usd as decimal(24, 4))
    end as market_cap_usd
from ordered
inner join ordered as vehicle
    on
        ordered.issuer_name = vehicle.issuer_name
        and ordered.namesake = vehicle.namesake
        and vehicle.vehicle_order = 1
inner join ordered as figures
    on
        ordered.issuer_name = figures.issuer_name
        and ordered.namesake = figures.namesake
        and figures.figures_order = 1
