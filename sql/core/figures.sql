-- What is believed of each slow figure of a line: the newest statement of the first source that has it. Where none was
-- known in time, what was observed of the filer next after the rank day stands in, and is marked so.
with event as (
    select
        events.rank_day as rank_day,
        cast(rules.value as integer) as grace_days,
        coalesce(late_rules.value, 0) = 1 as uses_known_late
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    left join core.event_rules as late_rules
        on late_rules.event_id = $event_id and late_rules.rule = 'use_known_late'
    where events.event_id = $event_id
),

lines as (
    select
        lines.ticker as ticker,
        lower(replace(replace(lines.name, '.', ''), '''', '')) as plain_name,
        links.cik as cik
    from core.lines as lines
    left join core.filer_links as links on links.event_id = $event_id and lines.ticker = links.ticker
    where lines.event_id = $event_id and lines.role = 'rank'
),

-- Methodology 6.4: a filing counts if it was filed by the rank day, a list if it was captured by the end of the days of
-- grace. One of long ago counts as long as none is newer, for where a company is seldom changes.
statements as (
    select
        filers.cik as cik,
        filers.source as source,
        filers.as_of as as_of,
        filers.known_at as known_at,
        filers.sic as sic,
        filers.incorporation_code as incorporation_code,
        filers.headquarters_code as headquarters_code,
        case when filers.source <> 'sec_submissions' then regexp_extract(lower(filers.name), '[a-z0-9]+', 0) end
            as filer_word,
        case
            when filers.source = 'sec_submissions'
                then cast(filers.known_at as date) > event.rank_day + event.grace_days
            else filers.as_of > event.rank_day
        end as known_late
    from raw.filers as filers
    cross join event
),

-- A filing under another name than that of the line tells of who the filer was: where a shell has merged, another
-- company in another place. Industry, incorporation and headquarters change slowly: what is seen of them later still
-- holds of the rank day for most filers. Nothing else may stand in.
filers as (
    select lines.ticker as ticker, statements.*
    from lines
    cross join event
    inner join statements on lines.cik = statements.cik
    where
        (event.uses_known_late or not statements.known_late)
        and (
            statements.filer_word is null
            or lines.plain_name is null
            or contains(lines.plain_name, statements.filer_word)
        )
),

offerings as (
    select ipos.ticker as ticker, ipos.event_date as ipo_date, ipos.source as source, ipos.known_at as known_at
    from raw.ipos as ipos
    cross join event
    where
        ipos.status in ('priced', 'direct_listing')
        and ipos.event_date <= event.rank_day
        and cast(ipos.known_at as date) <= event.rank_day + event.grace_days
),

listings as (
    select directory.*
    from raw.directory as directory
    cross join event
    where cast(directory.known_at as date) <= event.rank_day + event.grace_days
),

stated as (
    select
        ticker,
        'identity' as figure,
        cast(cik as varchar) as value,
        source,
        as_of,
        known_at,
        known_late
    from core.filer_links
    where event_id = $event_id
    union all
    select
        ticker,
        'sic' as figure,
        sic as value,
        source,
        as_of,
        known_at,
        known_late
    from filers
    union all
    select
        ticker,
        'incorporation' as figure,
        incorporation_code as value,
        source,
        as_of,
        known_at,
        known_late
    from filers
    union all
    select
        ticker,
        'headquarters' as figure,
        headquarters_code as value,
        source,
        as_of,
        known_at,
        known_late
    from filers
    union all
    -- The last offering under the ticker: an earlier one may be of a company that bore it before.
    select
        lines.ticker,
        'ipo_date' as figure,
        cast(offerings.ipo_date as varchar) as value,
        offerings.source,
        offerings.ipo_date as as_of,
        offerings.known_at,
        false as known_late
    from lines
    inner join offerings on lines.ticker = offerings.ticker
    union all
    select
        lines.ticker,
        'ipo_date' as figure,
        cast(listings.ipo_date as varchar) as value,
        listings.source,
        listings.as_of,
        listings.known_at,
        false as known_late
    from lines
    cross join event
    inner join listings on lines.ticker = listings.ticker
    where listings.is_active and listings.ipo_date <= event.rank_day
    union all
    -- A line of the rank day was not delisted long before it: an earlier day is of another bearer of the ticker, or of
    -- another security of the issuer. Form 25 takes effect ten days after it is filed.
    select
        lines.ticker,
        'delisting' as figure,
        cast(listings.delisted_on as varchar) as value,
        listings.source,
        listings.as_of,
        listings.known_at,
        false as known_late
    from lines
    cross join event
    inner join listings on lines.ticker = listings.ticker
    where not listings.is_active and listings.delisted_on >= event.rank_day - 10
    union all
    select
        lines.ticker,
        'delisting' as figure,
        cast(filings.filed_date as varchar) as value,
        filings.source,
        filings.filed_date as as_of,
        filings.known_at,
        false as known_late
    from lines
    cross join event
    inner join raw.filings as filings on lines.cik = filings.cik
    where
        filings.form in ('25', '25-NSE', '15-12B', '15-12G', '15-15D')
        and filings.filed_date between event.rank_day - 10 and event.rank_day
),

ordered as (
    select
        stated.*,
        row_number() over (
            partition by stated.ticker, stated.figure
            order by
                stated.known_late,
                -- Of those that are late the one closest to the rank day, whoever has it.
                case when stated.known_late then stated.as_of end,
                source_order.precedence,
                stated.as_of desc,
                stated.known_at desc,
                stated.value desc
        ) as choice
    from stated
    inner join reference.source_order as source_order
        on stated.figure = source_order.figure and stated.source = source_order.source
    where stated.value is not null
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    figure,
    value,
    source,
    as_of,
    known_at,
    known_late
from ordered
where choice = 1
