-- What the filings of an issuer tell of what kind of issuer it is (methodology 2.4-2.7; providers 1.3 and 1.7): its
-- SIC, that it has none, the form and the register of its annual report. What it means: reference.structure_evidence.
with switches as (
    select
        coalesce(max(case when rule = 'use_sic' then value end), 1) = 1 as use_sic,
        coalesce(max(case when rule = 'use_filing_forms' then value end), 1) = 1 as use_filing_forms,
        coalesce(max(case when rule = 'use_known_late' then value end), 1) = 1 as use_known_late
    from core.event_rules
    where event_id = $event_id
),

event as (
    select
        events.rank_day as rank_day,
        cast(events.rank_day - interval '15 months' as date) as oldest_day,
        cast(events.rank_day + cast(rules.value as integer) as date) as last_capture_day,
        switches.use_sic as use_sic,
        switches.use_filing_forms as use_filing_forms,
        switches.use_known_late as use_known_late
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    cross join switches
    where events.event_id = $event_id
),

filers as (
    select ticker, cik
    from core.filer_links
    where event_id = $event_id
),

-- 0000 is none.
classified as (
    select
        figures.ticker as ticker,
        figures.value as sic,
        figures.source as source,
        figures.as_of as as_of,
        figures.known_late as known_late
    from core.figures as figures
    cross join event
    where figures.event_id = $event_id and figures.figure = 'sic' and figures.value <> '0000' and event.use_sic
),

-- The header that was current on the rank day; else, where what was observed later may stand in, the first after it.
headers as (
    select
        headers.cik as cik,
        headers.sic as sic,
        headers.entity_type as entity_type,
        headers.source as source,
        headers.as_of as as_of,
        cast(headers.known_at as date) > event.last_capture_day as known_late,
        row_number() over (
            partition by headers.cik
            order by
                cast(headers.known_at as date) > event.last_capture_day,
                case
                    when cast(headers.known_at as date) <= event.last_capture_day then headers.as_of
                end desc nulls last,
                headers.as_of,
                headers.known_at,
                headers.sic,
                headers.entity_type
        ) as choice
    from raw.filers as headers
    cross join event
    where
        headers.source = 'sec_submissions'
        and event.use_sic
        and (cast(headers.known_at as date) <= event.last_capture_day or event.use_known_late)
),

-- Methodology 6.4: a filing counts if it was filed by the rank day. The file number of the index is null; the two
-- sources tell of the same filing, which counts once.
filings as (
    select
        filings.cik as cik,
        filings.form as form,
        filings.filed_date as filed_date,
        filings.source as source,
        split_part(filings.file_number, '-', 1) as register,
        filings.form in ('10-K', '10-KT', '20-F', '40-F', 'N-CSR', 'N-CSRS') as is_report,
        row_number() over (
            partition by filings.cik, filings.form in ('10-K', '10-KT', '20-F', '40-F', 'N-CSR', 'N-CSRS')
            order by
                filings.filed_date desc,
                filings.file_number is null,
                filings.form,
                filings.accession,
                filings.file_number,
                filings.source
        ) as choice
    from raw.filings as filings
    cross join event
    where
        filings.form in ('10-K', '10-KT', '20-F', '40-F', 'N-CSR', 'N-CSRS', 'N-2')
        and filings.filed_date between event.oldest_day and event.rank_day
        and event.use_filing_forms
),

told as (
    select ticker, 'sic' as kind, sic as value, source, as_of, known_late
    from classified
    union all
    select
        filers.ticker,
        'filer_without_sic' as kind,
        coalesce(headers.entity_type, 'other') as value,
        headers.source,
        headers.as_of,
        headers.known_late
    from filers
    inner join headers on filers.cik = headers.cik
    left join classified on filers.ticker = classified.ticker
    where headers.choice = 1 and coalesce(headers.sic, '0000') = '0000' and classified.ticker is null
    union all
    select filers.ticker, 'form' as kind, filings.form as value, filings.source, filings.filed_date, false as known_late
    from filers
    inner join filings on filers.cik = filings.cik
    where filings.choice = 1
    union all
    select filers.ticker, 'file_number' as kind, filings.register as value, filings.source, filings.filed_date, false
    from filers
    inner join filings on filers.cik = filings.cik
    where filings.choice = 1 and filings.is_report and filings.register is not null
)

select
    cast($event_id as varchar) as event_id,
    ticker,
    kind,
    value,
    source,
    as_of,
    known_late
from told
