-- The value of every dated rule on the effective date of one event, or the one that its run was asked for.
select
    event.event_id as event_id,
    rules.rule as rule,
    coalesce(options.value, cast(rules.value as decimal(24, 4))) as value,
    rules.unit as unit,
    case when options.rule is not null then 'option of the run' else rules.source end as source
from reference.recon_events as event
inner join reference.rules as rules
    on
        rules.valid_from <= event.effective_date
        and (rules.valid_to is null or event.effective_date < rules.valid_to)
left join raw.event_options as options on options.event_id = $event_id and rules.rule = options.rule
where event.event_id = $event_id
