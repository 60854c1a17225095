-- severity: warn
-- A share count that nobody states is absent, never zero (providers 1.17, trap 1): a listed company whose cover counts
-- no shares, and counts some in another filing of the same months, was not read or not filed as it is.
with event as (
    select rank_day, cast(rank_day - interval '15 months' as date) as oldest_day
    from reference.recon_events
    where event_id = $event_id
),

listed as (
    select distinct cik
    from raw.directory
    where is_active and cik is not null
),

-- Of the company as a whole: a class of stock may come to an end, and then counts none.
covers as (
    select
        facts.source as source,
        facts.cik as cik,
        facts.end_date as end_date,
        facts.filed_date as filed_date,
        facts.accession as accession,
        facts.value as value
    from raw.cover_facts as facts
    inner join listed on facts.cik = listed.cik
    inner join event on facts.filed_date between event.oldest_day and event.rank_day
    where
        facts.taxonomy = 'dei'
        and facts.tag = 'EntityCommonStockSharesOutstanding'
        and facts.class_member = ''
        and facts.source <> 'sec_frames'
),

counted as (
    select distinct source, cik
    from covers
    where value > 0
)

select
    covers.source as source,
    covers.cik as cik,
    covers.end_date as end_date,
    covers.filed_date as filed_date,
    covers.accession as accession
from covers
inner join counted on covers.source = counted.source and covers.cik = counted.cik
where covers.value = 0
