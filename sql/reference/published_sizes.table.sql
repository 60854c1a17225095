create table reference.published_sizes (
    event_id varchar not null,
    index_id varchar not null check (index_id in ('R1000', 'R2000', 'R3000')),
    figure varchar not null check (figure in ('lines', 'total_cap_usd')),
    value decimal(24, 4) not null check (value > 0),
    rounding decimal(24, 4) not null check (rounding > 0),
    source varchar not null,
    primary key (event_id, index_id, figure),
    check (rounding < value)
);

comment on table reference.published_sizes is
    'One row an event, index and figure of its size that the owner of the indexes published: to measure ours by, never to '
    'make them (methodology 7.14, 7.15).';
comment on column reference.published_sizes.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column reference.published_sizes.index_id is 'Index, as in reference.indexes.';
comment on column reference.published_sizes.figure is
    'lines: how many it has after the event, further share classes counted; total_cap_usd: the sum of total market caps on '
    'the rank day, USD.';
comment on column reference.published_sizes.value is 'The figure as published, rounded.';
comment on column reference.published_sizes.rounding is
    'Half of the last digit that is printed: the exact figure is no farther off.';
comment on column reference.published_sizes.source is 'Release that states it, and section of the methodology notes.';
