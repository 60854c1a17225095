-- Which common lines belong to one company, which of them prices it, and what the company is worth on the rank day.
with event as (
    select
        events.event_id as event_id,
        events.effective_date as effective_date,
        events.rank_day as rank_day,
        max(case when rules.rule = 'capture_grace_days' then cast(rules.value as integer) end) as grace_days,
        max(case when rules.rule = 'min_price_usd' then rules.value end) as min_price_usd,
        max(case when rules.rule = 'vehicle_min_volume_days' then cast(rules.value as bigint) end) as min_volume_days,
        max(case when rules.rule = 'vehicle_volume_gap_pct' then cast(rules.value as decimal(3, 0)) end)
            as volume_gap_pct
    from reference.recon_events as events
    left join core.event_rules as rules on rules.event_id = $event_id
    where events.event_id = $event_id
    group by events.event_id, events.effective_date, events.rank_day
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
        shares.class_shares as class_shares,
        securities.issuer_name as issuer_name,
        -- A class that only a list of symbols shows may be printed another way there than its sister in the price list:
        -- the symbol says whose class it is, and the name without its legal form bears it out.
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

-- Sources print the name of one issuer in many ways, but its number with the SEC is one. A line without a number has that
-- of its further class.
numbered_roots as (
    select roots.ticker as ticker, min(classes.cik) as cik
    from lines as classes
    inner join lines as roots on classes.root_ticker = roots.ticker and classes.issuer_key = roots.issuer_key
    where classes.cik is not null
    group by roots.ticker
    having count(distinct classes.cik) = 1
),

numbered as (
    select lines.* exclude (cik), coalesce(lines.cik, numbered_roots.cik) as cik
    from lines
    left join numbered_roots on lines.ticker = numbered_roots.ticker
),

-- Or that of the lines that bear its name, if it is one.
numbered_names as (
    select issuer_name, min(cik) as cik
    from numbered
    where cik is not null
    group by issuer_name
    having count(distinct cik) = 1
),

issued as (
    select
        numbered.*,
        coalesce(
            'cik ' || cast(coalesce(numbered.cik, numbered_names.cik, roots.cik) as varchar)
            || ' ' || coalesce(numbered.tracking_group, ''),
            roots.issuer_name,
            numbered.issuer_name
        ) as issuer
    from numbered
    left join numbered_names on numbered.issuer_name = numbered_names.issuer_name
    left join numbered as roots
        on numbered.root_ticker = roots.ticker and numbered.issuer_key = roots.issuer_key
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

members as (
    select distinct rank_ticker as ticker
    from core.opening_members
    where event_id = $event_id and rank_ticker is not null
),

-- Lines with what decides which of them may price their company.
tested as (
    select
        told_apart.*,
        coalesce(history.trading_days, 0) as trading_days,
        coalesce(history.volume_days, 0) as volume_days,
        coalesce(history.volume_shares, 0) as history_volume_shares,
        history.basis as history_basis,
        history.addtv_usd as addtv_usd,
        windows.volume_shares as volume_shares,
        windows.trading_days as month_days,
        windows.traded_usd as month_traded_usd,
        count(*) over (partition by told_apart.issuer, told_apart.namesake) as line_count,
        max(case when members.ticker is not null then 1 else 0 end) over (
            partition by told_apart.issuer, told_apart.namesake
        ) = 1 as is_member_company,
        -- Methodology 3.1, 3.2: a class that is not eligible by its own price is none that prices a company. A missing
        -- close fails nobody.
        case
            when told_apart.close_usd is null or told_apart.close_usd >= event.min_price_usd then 0
            when
                members.ticker is not null
                and windows.window_days > 0
                and windows.window_close_sum_usd >= event.min_price_usd * windows.window_days
                then 0
            when event.min_price_usd is null then 0
            else 1
        end as is_below_price
    from told_apart
    cross join event
    left join core.trading_history as history on history.event_id = $event_id and told_apart.ticker = history.ticker
    left join core.trading_windows as windows on windows.event_id = $event_id and told_apart.ticker = windows.ticker
    left join members on told_apart.ticker = members.ticker
),

-- The sessions that stand for two years, of how many: a day of the sample is worth as many days as it stands for.
read_sessions as (
    select session_date
    from core.event_sessions
    where event_id = $event_id and role = 'history'
),

span as (
    select count(distinct calendar.session_date) as sessions, max(sampled.days) as sampled_sessions
    from (select min(session_date) as first_day, count(*) as days from read_sessions) as sampled
    cross join event
    inner join reference.sessions as calendar
        on
            calendar.session_date >= sampled.first_day
            and calendar.session_date <= event.rank_day
),

price_order as (
    select source, precedence
    from reference.source_order
    where figure = 'price'
),

class_lines as (
    select ticker, issuer, namesake
    from tested
    where line_count > 1 and history_basis = 'history'
),

-- The volume of the classes of one company. Each session is weighed by one price for all of them, the highest close of
-- the company on it: a split multiplies the volumes and divides that price, so that sessions before and after it add
-- up.
class_sessions as (
    select
        class_lines.ticker as ticker,
        class_lines.issuer as issuer,
        class_lines.namesake as namesake,
        prices.as_of as as_of,
        cast(prices.close_usd as decimal(18, 4)) as close_usd,
        cast(coalesce(prices.volume_shares, 0) as decimal(18, 0)) as volume_shares,
        row_number() over (
            partition by prices.as_of, prices.ticker
            order by
                coalesce(price_order.precedence, 99),
                coalesce(prices.volume_shares, 0) desc,
                prices.exchange,
                prices.symbol
        ) as choice
    from raw.prices as prices
    inner join read_sessions on prices.as_of = read_sessions.session_date
    inner join class_lines on prices.ticker = class_lines.ticker
    cross join event
    left join price_order on prices.source = price_order.source
    where
        not prices.is_adjusted
        and cast(prices.known_at as date) <= event.rank_day + event.grace_days
),

weighed_sessions as (
    select
        ticker,
        volume_shares,
        max(close_usd) over (partition by issuer, namesake, as_of) as company_close_usd
    from class_sessions
    where choice = 1
),

class_volumes as (
    select ticker, sum(volume_shares * company_close_usd) as volume
    from weighed_sessions
    group by ticker
),

-- Where the history has no class of a company, the month before the rank day tells of all of them.
compared as (
    select
        tested.*,
        case
            when max(class_volumes.volume) over (partition by tested.issuer, tested.namesake) is not null
                then cast(coalesce(class_volumes.volume, 0) as decimal(26, 4))
            else cast(coalesce(tested.volume_shares, 0) as decimal(26, 4))
        end as volume,
        -- Methodology 5.2: a class of a member company needs its days of volume.
        case
            when
                tested.is_member_company
                and tested.history_basis = 'history'
                and span.sampled_sessions > 0
                and tested.volume_days * span.sessions < event.min_volume_days * span.sampled_sessions
                then 1
            else 0
        end as has_few_days
    from tested
    cross join event
    cross join span
    left join class_volumes on tested.ticker = class_volumes.ticker
),

first_volumes as (
    select
        *,
        first_value(volume) over (
            partition by issuer, namesake, is_unsure, is_folded, is_below_price, has_few_days
            order by volume desc, ticker
        ) as highest_volume
    from compared
),

near as (
    select
        first_volumes.*,
        -- Volumes that differ by less than the gap (of the higher one), and not for lack of any.
        first_volumes.highest_volume > 0
        and first_volumes.volume * 100
        > first_volumes.highest_volume * cast(100 - event.volume_gap_pct as decimal(3, 0)) as is_near
    from first_volumes
    cross join event
),

near_counted as (
    select
        *,
        -- Only where each of them has a count.
        sum(case when is_near and class_shares is null then 1 else 0 end) over (
            partition by issuer, namesake, is_unsure, is_folded, is_below_price, has_few_days
        ) = 0 as are_counted
    from near
),

-- Methodology 5.2: the class with the highest volume prices the company, the one with more shares where volumes are
-- near (total shares stand for those available, which no source tells by class); one that is folded into another (5.7)
-- does not. The screener gives every class line the share count of the whole company, in units of that class (providers
-- section 0, finding 5): where the line that prices it has no figures, those of the next line are the company's too.
ordered as (
    select
        *,
        row_number() over (
            partition by issuer, namesake
            order by
                is_unsure,
                is_folded,
                is_below_price,
                has_few_days,
                case when is_near and are_counted then 0 else 1 end,
                case when is_near and are_counted then class_shares end desc,
                volume desc,
                ticker
        ) as vehicle_order,
        row_number() over (
            partition by issuer, namesake
            order by
                is_unsure,
                case when outstanding_shares > 0 and close_usd > 0 then 0 else 1 end,
                is_folded,
                is_below_price,
                has_few_days,
                case when is_near and are_counted then 0 else 1 end,
                case when is_near and are_counted then class_shares end desc,
                volume desc,
                ticker
        ) as figures_order
    from near_counted
)

select
    cast($event_id as varchar) as event_id,
    ordered.ticker as ticker,
    vehicle.ticker as pricing_ticker,
    ordered.vehicle_order = 1 as is_pricing_vehicle,
    ordered.issuer_name as issuer_name,
    ordered.line_count as line_count,
    ordered.history_basis as volume_basis,
    ordered.trading_days as trading_days,
    ordered.volume_days as volume_days,
    ordered.history_volume_shares as volume_shares,
    ordered.addtv_usd as addtv_usd,
    case
        when ordered.month_days > 0 then cast(ordered.month_traded_usd / ordered.month_days as decimal(24, 2))
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
