-- severity: error
-- The days of publication agree with the calendar of events: each is a session between rank day and effective date, the
-- preliminary list is of the preliminary date, the final one of the effective date, and an event that has lists has both
-- if it has such a date.
with wanted as (
    select event_id, 'preliminary' as kind, preliminary_date as day
    from reference.recon_events
    where preliminary_date is not null and not is_projection
    union all
    select event_id, 'final' as kind, effective_date as day
    from reference.recon_events
    where not is_projection
),

astray as (
    select publications.event_id as event_id, publications.kind as kind, publications.publication_date as day
    from reference.publications as publications
    left join reference.recon_events as events on publications.event_id = events.event_id
    left join reference.sessions as calendar on publications.publication_date = calendar.session_date
    where
        events.event_id is null
        or calendar.session_date is null
        or publications.publication_date <= events.rank_day
        or publications.publication_date > events.effective_date
),

missing as (
    select wanted.event_id as event_id, wanted.kind as kind, wanted.day as day
    from wanted
    left join reference.publications as publications
        on
            wanted.event_id = publications.event_id
            and wanted.kind = publications.kind
            and wanted.day = publications.publication_date
    where publications.event_id is null and wanted.event_id in (select event_id from reference.publications)
)

select 'astray' as what, event_id, kind, day
from astray
union all
select 'missing' as what, event_id, kind, day
from missing
