create table reference.projection_model (
    parameter varchar not null,
    value decimal(12, 6) not null check (value >= 0),
    unit varchar not null,
    source varchar not null,
    primary key (parameter)
);

comment on table reference.projection_model is
    'One row a parameter of the projection with probability: how prices may move until the rank day, and how far what we '
    'know of a company may be wrong. No rule of the methodology: figures fitted on 2022 and judged on 2023.';
comment on column reference.projection_model.parameter is
    'Name of the parameter. p_eligible_* is the chance that a company which our rules judge so qualifies: member, risen '
    'and newcomer passed all that can be seen, the others failed the rule that is named. A risen company was too small for '
    'the lists at the reconstitution before, and is in none for no other reason.';
comment on column reference.projection_model.value is 'Its value, in the unit of the row.';
comment on column reference.projection_model.unit is 'What the value counts.';
comment on column reference.projection_model.source is 'How and on what it was fitted or counted.';
