create table reference.published_breakpoints (
    event_id varchar not null,
    breakpoint_id varchar not null check (breakpoint_id in ('R1000', 'R3000')),
    published_usd decimal(24, 4) not null check (published_usd > 0),
    rounding_usd decimal(24, 4) not null check (rounding_usd > 0),
    source varchar not null,
    primary key (event_id, breakpoint_id),
    check (rounding_usd < published_usd)
);

comment on table reference.published_breakpoints is
    'One row an event and breakpoint that the owner of the indexes published: to measure ours by, never to make them '
    '(methodology 7.15).';
comment on column reference.published_breakpoints.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column reference.published_breakpoints.breakpoint_id is 'Cut, as in recon.breakpoints.';
comment on column reference.published_breakpoints.published_usd is 'Market cap at the cut as published, USD, rounded.';
comment on column reference.published_breakpoints.rounding_usd is
    'Half of the last digit that is printed, USD: the exact figure is no farther off.';
comment on column reference.published_breakpoints.source is
    'Release that states it, and section of the methodology notes.';
