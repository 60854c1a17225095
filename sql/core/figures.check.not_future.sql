-- severity: error
-- Methodology 6.4: what is believed of a line was public on the rank day, or captured within the days of grace, and
-- tells of no later day (providers 1.17, trap 11). What stands in for it is marked, and is one of the figures that
-- change slowly.
select
    figures.ticker as ticker,
    figures.figure as figure,
    figures.value as value,
    figures.source as source,
    figures.as_of as as_of,
    figures.known_at as known_at,
    figures.known_late as known_late
from core.figures as figures
inner join reference.recon_events as events on events.event_id = $event_id
inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
where
    figures.event_id = $event_id
    and not (figures.known_late and figures.figure in ('identity', 'sic', 'incorporation', 'headquarters'))
    and (
        figures.known_late
        or cast(figures.known_at as date) > events.rank_day + cast(rules.value as integer)
        or figures.as_of > events.rank_day + cast(rules.value as integer)
    )
