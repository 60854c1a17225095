create table core.identities (
    event_id varchar not null,
    ticker varchar not null,
    security_id varchar not null,
    company_id varchar not null,
    share_class_figi varchar,
    primary key (event_id, ticker),
    unique (event_id, security_id)
);

comment on table core.identities is
    'One row an event and line of the rank day: its lasting identifiers, inherited from the opening where the '
    'line continues a member.';
comment on column core.identities.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.identities.ticker is 'Ticker on the rank day.';
comment on column core.identities.security_id is
    'Lasting identifier of the line: L- and the ticker that it was first seen under.';
comment on column core.identities.company_id is
    'Lasting identifier of the company: C- and the ticker that first priced it.';
comment on column core.identities.share_class_figi is
    'FIGI of its share class, as the newest list with such that was known by the rank day; null where none tells.';
