-- severity: error
-- Every date of the index calendar on which prices are read or lists change is a session of the exchange (providers
-- 1.17, trap 18): neither a weekend, nor a holiday, nor a day of mourning.
with dates as (
    select event_id, 'rank_day' as what, rank_day as day
    from reference.recon_events
    union all
    select event_id, 'preliminary_date' as what, preliminary_date as day
    from reference.recon_events
    union all
    select event_id, 'lock_date' as what, lock_date as day
    from reference.recon_events
    union all
    select event_id, 'effective_date' as what, effective_date as day
    from reference.recon_events
)

select
    dates.event_id as event_id,
    dates.what as what,
    dates.day as day
from dates
left join reference.sessions as calendar on dates.day = calendar.session_date
where dates.day is not null and calendar.session_date is null
