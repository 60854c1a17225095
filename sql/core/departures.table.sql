create table core.departures (
    event_id varchar not null,
    rank_ticker varchar not null,
    ticker varchar,
    has_left boolean not null,
    primary key (event_id, rank_ticker)
);

comment on table core.departures is
    'One row an event and line of the rank day: its ticker on the first session of the new membership, or on the day of '
    'an earlier vintage, or that it has left by then.';
comment on column core.departures.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.departures.rank_ticker is 'Ticker on the rank day.';
comment on column core.departures.ticker is
    'Ticker on that session; null = gone by then, or that session is not known yet.';
comment on column core.departures.has_left is
    'True when that session is known and the line is on no exchange: merged or delisted.';
