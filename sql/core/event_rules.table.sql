create table core.event_rules (
    event_id varchar not null,
    rule varchar not null,
    value decimal(24, 4) not null,
    value_before decimal(24, 4),
    unit varchar not null,
    source varchar not null,
    primary key (event_id, rule)
);

comment on table core.event_rules is
    'One row an event and rule: the value of every dated rule that holds on the effective date of the event.';
comment on column core.event_rules.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.event_rules.rule is 'Name of the rule in reference.rules.';
comment on column core.event_rules.value is 'Value in the unit of the row.';
comment on column core.event_rules.value_before is
    'Value on the effective date of the reconstitution before, in the same unit; null where the calendar has none.';
comment on column core.event_rules.unit is 'Unit of the value.';
comment on column core.event_rules.source is 'Source key and section of the methodology notes.';
