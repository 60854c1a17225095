create table core.other_closes (
    event_id varchar not null,
    ticker varchar not null,
    close_usd decimal(18, 4) not null,
    volume_shares bigint,
    source varchar not null,
    primary key (event_id, ticker)
);

comment on table core.other_closes is
    'One row an event and ticker with a close of the rank day from a source that prints no listings.';
comment on column core.other_closes.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.other_closes.ticker is 'Ticker in ROOT.CLASS form.';
comment on column core.other_closes.close_usd is 'Close of the rank day, USD a share, not adjusted for later splits.';
comment on column core.other_closes.volume_shares is 'Shares traded on the rank day.';
comment on column core.other_closes.source is 'Source of the close.';
