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
        -- Methodology 6: filed counts where they hold against what the market says, else the implied one.
        coalesce(shares.chosen_shares, lines.outstanding_shares) as outstanding_shares,
        lines.outstanding_shares as implied_shares,
        securities.issuer_name as issuer_name,
        -- A class that only a list of symbols shows may be printed another way there than its sister in the price list: the
        -- symbol says whose class it is, and the name without its legal form bears it out.
        case when lines.listing = 'listed' and contains(lines.ticker, '.') then split_part(lines.ticker, '.', 1) end
            as root_ticker,
        securities.issuer_key as issuer_key,
        securities.tracking_group as tracking_group,
        coalesce(securities.share_class, '') as share_class,
        links.cik as cik
    from core.lines as lines
    inner join event on lines.event_id = event.event_id
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    -- A number that a list of tickers states; the file name of a filing is too weak to bring lines together.
    left join core.filer_links as links
        on
            links.event_id = $event_id
            and lines.ticker = links.ticker
            and links.source in ('sec_tickers', 'sec_submissions', 'massive')
    left join core.shares_reconciliation as shares
        on shares.event_id = $event_id and lines.ticker = shares.ticker
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

-- Sources print the name of one issuer in many ways, but its number with the SEC is one; a line without a number has that
-- of the lines that bear its name, if it is one.
numbered_names as (
    select issuer_name, min(cik) as cik
    from lines
    where cik is not null
    group by issuer_name
    having count(distinct cik) = 1
),

issued as (
    select
        lines.*,
        coalesce(
            'cik ' || cast(coalesce(lines.cik, numbered_names.cik, roots.cik) as varchar)
            || ' ' || coalesce(lines.tracking_group, ''),
            roots.issuer_name,
            lines.issuer_name
        ) as issuer
    from lines
    left join numbered_names on lines.issuer_name = numbered_names.issuer_name
    left join lines as roots on lines.root_ticker = roots.ticker and lines.issuer_key = roots.issuer_key
),

-- Lines of one company have one issuer and either different classes or the same share count, the whole company's
-- (providers section 0, finding 5). Other lines of one issuer are namesakes: companies of their own.
told_apart as (
    select
        *,
        dense_rank() over (
            partition by issuer, share_class
            order by coalesce(implied_shares, 0) desc
        ) as namesake
    from issued
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
        count(*) over (partition by told_apart.issuer, told_apart.namesake) as line_count,
        row_number() over (
            partition by told_apart.issuer, told_apart.namesake
            order by
                told_apart.is_unsure,
                told_apart.is_folded,
                coalesce(windows.volume_shares, 0) desc,
                told_apart.ticker
        ) as vehicle_order,
        row_number() over (
            partition by told_apart.issuer, told_apart.namesake
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
        ordered.issuer = vehicle.issuer
        and ordered.namesake = vehicle.namesake
        and vehicle.vehicle_order = 1
inner join ordered as figures
    on
        ordered.issuer = figures.issuer
        and ordered.namesake = figures.namesake
        and figures.figures_order = 1
