create table raw.projection_outcomes (
    event_id varchar not null,
    security_id varchar not null,
    above_top50 boolean not null,
    above_top200 boolean not null,
    above_top500 boolean not null,
    above_r1000 boolean not null,
    above_micro boolean not null,
    in_r3000 boolean not null,
    in_r3000e boolean not null,
    path_count bigint not null check (path_count > 0),
    primary key (
        event_id, security_id, above_top50, above_top200, above_top500, above_r1000, above_micro, in_r3000, in_r3000e
    )
);

comment on table raw.projection_outcomes is
    'One row a projection, security and outcome: on how many paths its company falls on these sides of the cuts, bands '
    'applied, with the security as a line of it. Written by the Monte Carlo. The rows of a security add up to all paths.';
comment on column raw.projection_outcomes.event_id is 'The projection; see raw.projection_runs.';
comment on column raw.projection_outcomes.security_id is 'The security.';
comment on column raw.projection_outcomes.above_top50 is 'Above the cut of the Top 50.';
comment on column raw.projection_outcomes.above_top200 is 'Above the cut of the Top 200, band applied.';
comment on column raw.projection_outcomes.above_top500 is 'Above the cut of the Top 500, band applied.';
comment on column raw.projection_outcomes.above_r1000 is 'Above the cut of the Russell 1000, band applied.';
comment on column raw.projection_outcomes.above_micro is 'Above the upper cut of the Microcap, band applied.';
comment on column raw.projection_outcomes.in_r3000 is 'Above the cut of the Russell 3000.';
comment on column raw.projection_outcomes.in_r3000e is
    'Above the cut of the Russell 3000E, and not presumed out of the Microcap below the Russell 3000.';
comment on column raw.projection_outcomes.path_count is 'Paths that end so.';
