create table raw.event_options (
    event_id varchar not null,
    rule varchar not null,
    value decimal(24, 4) not null,
    primary key (event_id, rule)
);

comment on table raw.event_options is
    'One row an event and dated rule that its run set aside: what `recon run --without`, `--strict-known` and '
    '`--no-presumption` ask for. An event without rows runs by reference.rules alone.';
comment on column raw.event_options.event_id is 'The event.';
comment on column raw.event_options.rule is
    'Rule of reference.rules that the run overrides; its name begins with use_.';
comment on column raw.event_options.value is 'Value that holds for the event in place of the dated one.';
