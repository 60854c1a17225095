-- The value of every dated rule on the effective date of one event, or the one that its run was asked for; and what the
-- rule said at the reconstitution before: whom that let in or kept out is told by the rule of then.
with event as (
    select event_id, effective_date
    from reference.recon_events
    where event_id = $event_id
),

before as (
    select max(recons.effective_date) as effective_date
    from event
    inner join reference.recon_events as recons
        on recons.kind = 'recon' and not recons.is_projection and recons.effective_date < event.effective_date
),

values_before as (
    select rules.rule as rule, rules.value as value
    from before
    inner join reference.rules as rules
        on
            rules.valid_from <= before.effective_date
            and (rules.valid_to is null or before.effective_date < rules.valid_to)
)

select
    event.event_id as event_id,
    rules.rule as rule,
    coalesce(options.value, cast(rules.value as decimal(24, 4))) as value,
    values_before.value as value_before,
    rules.unit as unit,
    case when options.rule is not null then 'option of the run' else rules.source end as source
from event
inner join reference.rules as rules
    on
        rules.valid_from <= event.effective_date
        and (rules.valid_to is null or event.effective_date < rules.valid_to)
left join values_before on rules.rule = values_before.rule
left join raw.event_options as options on options.event_id = $event_id and rules.rule = options.rule
