-- severity: warn
-- A cover counts less than 10^15 shares, of a day no later than its filing. What says otherwise is left out
-- (providers 1.5).
select
    facts.source as source,
    facts.cik as cik,
    facts.class_member as class_member,
    facts.accession as accession,
    facts.end_date as end_date,
    facts.filed_date as filed_date,
    facts.value as value
from raw.cover_facts as facts
inner join (
    select distinct cik
    from core.filer_links
    where event_id = $event_id
) as filers
    on facts.cik = filers.cik
inner join reference.recon_events as events
    on
        events.event_id = $event_id
        and facts.filed_date <= events.rank_day
        and facts.filed_date >= cast(events.rank_day - interval '15 months' as date)
where
    facts.tag = 'EntityCommonStockSharesOutstanding'
    and facts.source <> 'sec_frames'
    and (facts.end_date > facts.filed_date or facts.value < 0 or facts.value >= 1000000000000000)
