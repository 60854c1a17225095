create table reference.publications (
    event_id varchar not null,
    publication_date date not null,
    kind varchar not null check (kind in ('preliminary', 'update', 'final')),
    source varchar not null,
    note varchar,
    primary key (event_id, publication_date)
);

comment on table reference.publications is
    'One row an event and day on which its lists are published, after the close: the preliminary list, its weekly '
    'updates, the final list. On each of them an event can be run again (methodology 9.12, 11.2 and 11.3).';
comment on column reference.publications.event_id is 'Event of the index calendar; see reference.recon_events.';
comment on column reference.publications.publication_date is 'Day of the list.';
comment on column reference.publications.kind is
    'preliminary (first list; of a round of IPO additions its announcement); update (weekly, of reconstitutions); final '
    '(on the effective date).';
comment on column reference.publications.source is
    'Where the date is from: source key or section of the methodology notes.';
comment on column reference.publications.note is 'What is uncertain about the date.';
