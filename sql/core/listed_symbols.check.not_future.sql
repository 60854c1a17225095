-- severity: error
-- Methodology 6.4: the list of symbols of an event was public within the days of grace after the rank day, and
-- describes no later day (providers 1.17, trap 11).
select
    listed.ticker as ticker,
    listed.source as source,
    listed.as_of as as_of,
    listed.known_at as known_at
from core.listed_symbols as listed
inner join reference.recon_events as events on events.event_id = $event_id
inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
where
    listed.event_id = $event_id
    and (
        cast(listed.known_at as date) > events.rank_day + cast(rules.value as integer)
        or listed.as_of > events.rank_day + cast(rules.value as integer)
    )
