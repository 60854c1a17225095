create table core.directory_names (
    event_id varchar not null,
    ticker varchar not null,
    name varchar not null,
    plain_name varchar not null,
    source varchar not null,
    as_of date not null,
    primary key (event_id, ticker)
);

comment on table core.directory_names is
    'One row an event and symbol that the exchanges'' own directory has: what it calls the security, which is often '
    'fuller than what the price list prints.';
comment on column core.directory_names.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.directory_names.ticker is 'Symbol in ROOT.CLASS form.';
comment on column core.directory_names.name is 'Name of the security as printed.';
comment on column core.directory_names.plain_name is 'The same in lower case without punctuation.';
comment on column core.directory_names.source is 'Source of the name: a source of reference.sources.';
comment on column core.directory_names.as_of is 'Day that the directory describes.';
