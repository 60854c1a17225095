create table core.vintages (
    event_id varchar not null,
    vintage varchar not null check (vintage in ('preliminary', 'final')),
    primary key (event_id)
);

comment on table core.vintages is 'One row an event: how much of its calendar had been seen when it ran.';
comment on column core.vintages.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.vintages.vintage is
    'final once the first session of the new membership is known, preliminary before.';
