create table reference.rules (
    rule varchar not null,
    value decimal(24, 4) not null,
    unit varchar not null check (
        unit in (
            'usd', 'percent', 'percentage_points', 'rank', 'companies', 'flag', 'regime', 'weeks', 'sessions',
            'calendar_days', 'day_of_month', 'months', 'reconstitutions'
        )
    ),
    valid_from date not null,
    valid_to date,
    source varchar not null,
    note varchar,
    primary key (rule, valid_from),
    check (valid_to is null or valid_from < valid_to)
);

comment on table reference.rules is
    'One row a rule and span of effective dates: every threshold, cut and regime of the methodology as a dated '
    'number.';
comment on column reference.rules.rule is 'Name of the rule, with its unit behind it where it is an amount.';
comment on column reference.rules.value is 'Value in the unit of the row; flags are 0 or 1, regimes are numbered.';
comment on column reference.rules.unit is 'Unit of the value.';
comment on column reference.rules.valid_from is 'First effective date that the value holds for.';
comment on column reference.rules.valid_to is 'First effective date that it no longer holds for; null while it holds.';
comment on column reference.rules.source is 'Source key and section of the methodology notes.';
comment on column reference.rules.note is 'What is uncertain or assumed.';
