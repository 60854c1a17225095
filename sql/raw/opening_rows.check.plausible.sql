-- severity: warn
-- An opening list has about as many lines as its index has companies: a fragment makes additions of all whom it lacks.
select
    opening.index_id as index_id,
    opening.as_of as as_of,
    count(*) as lines,
    max(companies.value) as companies
from raw.opening_rows as opening
inner join reference.recon_events as events on opening.event_id = events.event_id
inner join reference.rules as companies
    on
        companies.rule = 'n_' || lower(opening.index_id)
        and companies.valid_from <= events.effective_date
        and (companies.valid_to is null or events.effective_date < companies.valid_to)
where
    opening.event_id = $event_id
    and opening.index_id in ('R1000', 'R2000', 'R3000')
    -- A later list only adds.
    and not exists (
        select 1
        from raw.opening_rows as earlier
        where
            earlier.event_id = $event_id and earlier.index_id = opening.index_id and earlier.as_of < opening.as_of
    )
group by opening.index_id, opening.as_of
having 10 * count(*) < 9 * max(companies.value) or 10 * count(*) > 11 * max(companies.value)
