-- The public float on the cover of the annual report as a proxy of the free float (providers 1.4; methodology 4.2,
-- 18.13): what was known of it by the rank day, and what part of the company it is.
with event as (
    select
        events.rank_day as rank_day,
        -- Of the last day of the second fiscal quarter, and filed up to five months after the year: the next one is
        -- filed nineteen months after that day at the latest.
        cast(events.rank_day - interval '19 months' as date) as oldest_float_date
    from reference.recon_events as events
    inner join core.event_rules as used
        on used.event_id = $event_id and used.rule = 'use_public_float' and used.value = 1
    where events.event_id = $event_id
),

companies as (
    select
        companies.ticker as ticker,
        links.cik as cik,
        companies.market_cap_usd as market_cap_usd,
        count(*) over (partition by links.cik) as companies_of_filer
    from core.companies as companies
    inner join core.filer_links as links on links.event_id = $event_id and companies.ticker = links.ticker
    where companies.event_id = $event_id and companies.is_pricing_vehicle
),

-- Methodology 6.4: filed by the rank day. Frames keep what was filed last, and do not tell when (providers 1.4): they
-- are not read.
facts as (
    select
        facts.cik as cik,
        case when facts.source = 'sec_companyconcept' then 'sec_companyfacts' else facts.source end as source,
        facts.end_date as float_date,
        facts.accession as accession,
        facts.class_member as class_member,
        max(facts.filed_date) as filed_date,
        -- A figure that is stated twice, once rounded, counts once; more than any has is cut, for the sum to hold.
        max(cast(least(facts.value, 1000000000000000000) as decimal(24, 2))) as value_usd
    from raw.cover_facts as facts
    cross join event
    where
        facts.tag = 'EntityPublicFloat'
        and facts.unit = 'USD'
        and facts.value >= 0
        and facts.source in ('sec_notes', 'sec_companyfacts', 'sec_companyconcept')
        and replace(facts.form, '/A', '') in ('10-K', '10-KT')
        and facts.filed_date <= event.rank_day
        and facts.end_date <= facts.filed_date
    group by facts.cik, facts.source, facts.end_date, facts.accession, facts.class_member
),

-- Within one filing the figure of the company, or the sum of its classes; never both (providers 1.6).
stated as (
    select
        cik,
        source,
        float_date,
        accession,
        max(filed_date) as filed_date,
        coalesce(
            max(case when class_member = '' then value_usd end),
            cast(sum(case when class_member <> '' then value_usd end) as decimal(24, 2))
        ) as float_usd
    from facts
    group by cik, source, float_date, accession
),

latest as (
    select
        companies.ticker as ticker,
        companies.cik as cik,
        companies.market_cap_usd as market_cap_usd,
        companies.companies_of_filer as companies_of_filer,
        stated.source as source,
        stated.float_date as float_date,
        stated.accession as accession,
        stated.filed_date as filed_date,
        stated.float_usd as float_usd,
        row_number() over (
            partition by companies.ticker
            order by stated.float_date desc, source_order.precedence, stated.filed_date desc, stated.accession desc
        ) as choice
    from companies
    inner join stated on companies.cik = stated.cik
    inner join reference.source_order as source_order
        on source_order.figure = 'public_float' and stated.source = source_order.source
),

-- The close nearest to the day of the float, of a month on either side.
closes as (
    select ticker, session, close_usd
    from (
        select
            latest.ticker as ticker,
            prices.as_of as session,
            prices.close_usd as close_usd,
            row_number() over (
                partition by latest.ticker
                order by
                    abs(prices.as_of - latest.float_date),
                    prices.as_of,
                    source_order.precedence,
                    prices.exchange,
                    prices.symbol
            ) as choice
        from latest
        cross join event
        inner join raw.prices as prices
            on
                latest.ticker = prices.ticker
                and prices.as_of between latest.float_date - 31 and latest.float_date + 31
                and prices.as_of <= event.rank_day
        inner join reference.source_order as source_order
            on source_order.figure = 'price' and prices.source = source_order.source
        where latest.choice = 1 and not prices.is_adjusted and prices.close_usd > 0
    ) as ordered
    where choice = 1
),

-- The count of the cover nearest to it, of a quarter on either side.
covers as (
    select ticker, cover_date, total_shares
    from (
        select
            latest.ticker as ticker,
            counts.cover_date as cover_date,
            counts.total_shares as total_shares,
            row_number() over (
                partition by latest.ticker
                order by abs(counts.cover_date - latest.float_date), counts.cover_date, source_order.precedence
            ) as choice
        from latest
        inner join core.share_counts as counts
            on
                counts.event_id = $event_id
                and latest.cik = counts.cik
                and counts.cover_date between latest.float_date - 100 and latest.float_date + 100
        inner join reference.source_order as source_order
            on source_order.figure = 'shares' and counts.source = source_order.source
        where latest.choice = 1 and counts.total_shares > 0
    ) as ordered
    where choice = 1
),

-- Providers 1.17, trap 12: count and close are of two days. Where a split lies between them they do not belong
-- together.
torn as (
    select distinct covers.ticker as ticker
    from covers
    inner join closes on covers.ticker = closes.ticker
    inner join raw.splits as splits
        on
            covers.ticker = splits.ticker
            and splits.execution_date > least(covers.cover_date, closes.session)
            and splits.execution_date <= greatest(covers.cover_date, closes.session)
),

priced as (
    select
        closes.ticker as ticker,
        closes.session as session,
        covers.total_shares as total_shares,
        cast(cast(covers.total_shares as decimal(19, 0)) * closes.close_usd as decimal(34, 4)) as cap_usd
    from closes
    inner join covers on closes.ticker = covers.ticker
    left join torn on closes.ticker = torn.ticker
    where torn.ticker is null
),

-- Until when a filer bore the name of a structure that does not qualify (methodology 2.4): what a blank-check company
-- had among the public says nothing of what it merged with.
other_structures as (
    select latest.ticker as ticker, max(names.borne_to) as borne_to
    from latest
    inner join core.filer_names as names
        on names.event_id = $event_id and names.kind = 'former' and latest.cik = names.cik
    inner join reference.structure_evidence as terms
        on
            terms.kind = 'name'
            and terms.structure not in ('operating', 'reit')
            and contains(
                ' ' || regexp_replace(lower(names.name), '[^a-z0-9]+', ' ', 'g') || ' ', ' ' || terms.term || ' '
            )
    where latest.choice = 1
    group by latest.ticker
),

-- Whose ticker it was on the day of the close: of a name that begins as that of the rank day.
own_tickers as (
    select distinct closes.ticker as ticker
    from closes
    inner join core.lines as lines
        on lines.event_id = $event_id and lines.role = 'rank' and closes.ticker = lines.ticker
    inner join raw.listings as listings
        on
            closes.session = listings.as_of
            and closes.ticker = listings.ticker
            and starts_with(lower(listings.name), regexp_extract(lower(lines.name), '[a-z0-9]+', 0))
),

-- A cap that is ten times as large as that of the rank day, or a tenth, is of a count or a ticker gone wrong; unless the
-- ticker was its own and the count is about the same: then it is the price that moved.
compared as (
    select
        latest.*,
        event.rank_day as rank_day,
        event.oldest_float_date as oldest_float_date,
        coalesce(
            priced.cap_usd <= 10 * cast(latest.market_cap_usd as decimal(34, 4))
            and cast(latest.market_cap_usd as decimal(34, 4)) <= 10 * priced.cap_usd,
            false
        )
        or coalesce(
            own_tickers.ticker is not null
            and priced.total_shares <= 2 * lines.outstanding_shares
            and lines.outstanding_shares <= 2 * priced.total_shares,
            false
        ) as has_own_cap,
        priced.session as session,
        priced.cap_usd as priced_cap_usd,
        listings.value as ipo_date,
        other_structures.borne_to as other_structure_until
    from latest
    cross join event
    left join priced on latest.ticker = priced.ticker
    left join own_tickers on latest.ticker = own_tickers.ticker
    left join core.lines as lines
        on lines.event_id = $event_id and lines.role = 'rank' and latest.ticker = lines.ticker
    left join other_structures on latest.ticker = other_structures.ticker
    left join core.figures as listings
        on listings.event_id = $event_id and latest.ticker = listings.ticker and listings.figure = 'ipo_date'
    where latest.choice = 1
),

based as (
    select
        *,
        case when has_own_cap then cast(priced_cap_usd as decimal(24, 4)) else market_cap_usd end as cap_usd,
        case when has_own_cap then session when market_cap_usd is not null then rank_day end as cap_date,
        case when has_own_cap then 'float date' when market_cap_usd is not null then 'rank day' end as cap_basis
    from compared
),

judged as (
    select
        *,
        case
            when companies_of_filer > 1 then 'shared filer'
            when float_date < oldest_float_date then 'stale'
            when float_date < cast(ipo_date as date) then 'before listing'
            when float_date <= other_structure_until then 'other structure'
            -- Companies without a market on that day, as before their offering, state nought.
            when float_usd = 0 then 'zero'
            -- Providers 1.4: no company is worth five trillion dollars, and one float of four billion was tagged as
            -- four quadrillion.
            when float_usd > 5000000000000 then 'beyond belief'
            when cap_usd is null then 'no market cap'
            -- What is not held by affiliates is worth no more than all; beyond ten times it no change of price
            -- explains.
            when float_usd > 10 * cast(cap_usd as decimal(34, 4)) then 'beyond belief'
            -- Less than a five-hundredth: taken a thousand times it is a float still, of a cap that was up to twice as
            -- much on its own day, so that thousands may be meant.
            when 500 * cast(float_usd as decimal(34, 2)) < cap_usd then 'wrong unit'
            else 'usable'
        end as quality
    from based
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    cik,
    float_usd,
    float_date,
    filed_date,
    source,
    accession,
    cap_usd,
    cap_date,
    cap_basis,
    quality,
    case
        when quality = 'usable'
            then
                -- In whole steps of a ten-thousandth of a percent: an exact quotient of whole numbers.
                cast(
                    cast(
                        least(
                            cast(float_usd * 100 as hugeint) * 100000000 // cast(cap_usd * 10000 as hugeint),
                            1000000
                        )
                        as decimal(18, 0)
                    ) * cast(0.0001 as decimal(5, 4)) as decimal(9, 4)
                )
    end as float_pct
from judged
