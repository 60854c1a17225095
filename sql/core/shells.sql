-- Filers that were called as blank-check companies are, and until when: of the names that the event takes in.
select
    cast($event_id as varchar) as event_id,
    links.ticker as ticker,
    max(names.borne_to) as merged_on
from core.filer_links as links
inner join reference.recon_events as events on events.event_id = $event_id
inner join core.filer_names as names
    on
        names.event_id = $event_id
        and links.cik = names.cik
        and names.kind = 'former'
        and names.borne_to <= events.rank_day
inner join reference.structure_evidence as terms
    on
        terms.kind = 'name'
        and terms.structure = 'spac'
        and contains(
            ' ' || regexp_replace(lower(names.name), '[^a-z0-9]+', ' ', 'g') || ' ', ' ' || terms.term || ' '
        )
where links.event_id = $event_id
group by links.ticker
