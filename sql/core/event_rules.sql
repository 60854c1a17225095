-- The value of every dated rule on the effective date of one event.
select
    event.event_id as event_id,
    rules.rule as rule,
    cast(rules.value as decimal(24, 4)) as value,
    rules.unit as unit,
    rules.source as source
from reference.recon_events as event
inner join reference.rules as rules
    on
        rules.valid_from <= event.effective_date
        and (rules.valid_to is null or event.effective_date < rules.valid_to)
where event.event_id = $event_id
