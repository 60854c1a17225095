-- The share counts on the covers of filings that were public on the rank day, one row a filing and cover date.
with event as (
    select rank_day
    from reference.recon_events
    where event_id = $event_id
),

filers as (
    select distinct cik
    from core.filer_links
    where event_id = $event_id
),

-- The cover of a periodic report counts the common stock; us-gaap counts are full of placeholders, and frames keep what
-- was filed last (providers 1.4 and 1.5).
cover_counts as (
    select
        facts.cik as cik,
        case when facts.source = 'sec_companyconcept' then 'sec_companyfacts' else facts.source end as source,
        facts.end_date as cover_date,
        facts.accession as accession,
        facts.form as form,
        facts.filed_date as filed_date,
        facts.known_at as known_at,
        facts.class_member as class_member,
        cast(facts.value as bigint) as shares
    from raw.cover_facts as facts
    inner join filers on facts.cik = filers.cik
    cross join event
    where
        facts.taxonomy = 'dei'
        and facts.tag = 'EntityCommonStockSharesOutstanding'
        and facts.unit = 'shares'
        and facts.source in ('sec_notes', 'sec_companyfacts', 'sec_companyconcept')
        and replace(facts.form, '/A', '') in ('10-K', '10-KT', '10-Q', '10-QT', '20-F', '40-F')
        -- Methodology 6.4 and 18.11: filed on or before the rank day.
        and facts.filed_date <= event.rank_day
        -- What no cover can say; the check unbelievable lists it.
        and facts.end_date <= facts.filed_date
        and facts.value >= 0
        and facts.value < 1000000000000000
),

-- A class that is stated twice in a filing, once rounded, counts once.
classes as (
    select
        cik,
        source,
        cover_date,
        accession,
        class_member,
        min(form) as form,
        min(filed_date) as filed_date,
        min(known_at) as known_at,
        max(shares) as shares
    from cover_counts
    group by cik, source, cover_date, accession, class_member
),

-- Providers 1.6: within one filing and one day, never across filings.
filings as (
    select
        cik,
        source,
        cover_date,
        accession,
        min(form) as form,
        min(filed_date) as filed_date,
        min(known_at) as known_at,
        max(case when class_member = '' then shares end) as company_shares,
        cast(sum(case when class_member <> '' then shares end) as bigint) as classes_sum_shares,
        max(case when class_member <> '' then shares end) as largest_class_shares,
        count(case when class_member <> '' then 1 end) as class_count
    from classes
    group by cik, source, cover_date, accession
),

latest as (
    select
        *,
        row_number() over (
            partition by cik, source, cover_date
            order by filed_date desc, accession desc
        ) as choice
    from filings
),

ordered as (
    select
        *,
        row_number() over (partition by cik, source order by cover_date desc) as recency
    from latest
    where choice = 1
)

select
    cast($event_id as varchar) as event_id,
    cik,
    source,
    recency,
    cover_date,
    accession,
    form,
    filed_date,
    known_at,
    company_shares,
    classes_sum_shares,
    class_count,
    -- A count without a class that is below one of the classes is that of a class whose name is missing.
    case
        when company_shares is not null and company_shares >= coalesce(largest_class_shares, 0) then company_shares
        else coalesce(classes_sum_shares, company_shares)
    end as total_shares
from ordered
where recency <= 5
