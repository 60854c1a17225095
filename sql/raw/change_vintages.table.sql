create table raw.change_vintages (
    event_id varchar not null,
    known_at date not null,
    index_id varchar not null,
    security_id varchar not null,
    action varchar not null check (action in ('addition', 'deletion')),
    movement varchar not null check (movement in ('new', 'up', 'down', 'out')),
    reason varchar not null,
    ticker varchar not null,
    company_name varchar not null,
    primary key (event_id, known_at, index_id, security_id)
);

comment on table raw.change_vintages is
    'One row an event, vintage, index and security: the changes that recon.index_changes held when that vintage passed its '
    'audit, kept so that later vintages can be held against it.';
comment on column raw.change_vintages.event_id is 'The event.';
comment on column raw.change_vintages.known_at is 'The vintage: the day as of which the event was run.';
comment on column raw.change_vintages.index_id is 'Index that changes.';
comment on column raw.change_vintages.security_id is 'Lasting identifier of the listing line.';
comment on column raw.change_vintages.action is 'What happens to the line in this index.';
comment on column raw.change_vintages.movement is 'Where the line moves within the family.';
comment on column raw.change_vintages.reason is 'Why, as in recon.index_changes.';
comment on column raw.change_vintages.ticker is 'Ticker on the day of the vintage.';
comment on column raw.change_vintages.company_name is 'Name of the company.';
