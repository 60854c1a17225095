create table core.shells (
    event_id varchar not null,
    ticker varchar not null,
    merged_on date not null,
    primary key (event_id, ticker)
);

comment on table core.shells is
    'One row an event and line of the rank day whose filer gave up the name of a blank-check company by then: it has merged '
    'with what it was looking for, or went on under another name.';
comment on column core.shells.event_id is 'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.shells.ticker is 'Ticker on the rank day, in ROOT.CLASS form.';
comment on column core.shells.merged_on is 'Last day on which the filer bore such a name, as far as dated names tell.';
