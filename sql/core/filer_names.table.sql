create table core.filer_names (
    event_id varchar not null,
    cik bigint not null check (cik > 0),
    name_number bigint not null check (name_number >= 1),
    name varchar not null,
    issuer_key varchar not null,
    kind varchar not null check (kind in ('former', 'present', 'filed')),
    borne_from date,
    borne_to date,
    source varchar not null,
    known_at timestamp not null,
    known_late boolean not null,
    primary key (event_id, cik, name_number)
);

comment on table core.filer_names is
    'One row an event, filer with the SEC and statement of its name: what it was called, and when. Empty where rule '
    'use_filer_names is 0.';
comment on column core.filer_names.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.filer_names.cik is 'Number of the filer with the SEC.';
comment on column core.filer_names.name_number is 'Counts the names of the filer, the oldest first.';
comment on column core.filer_names.name is 'Name as stated.';
comment on column core.filer_names.issuer_key is
    'That name as core.securities keeps the name of an issuer: without the words for the legal form.';
comment on column core.filer_names.kind is
    'former (given up, with its dates); present (in the newest header, since the last former one); filed (in the '
    'headers of filings, from the first to the last of them).';
comment on column core.filer_names.borne_from is 'First day known; null where not told.';
comment on column core.filer_names.borne_to is 'Last day known; null where not told, and for the present name.';
comment on column core.filer_names.source is 'Source that says so.';
comment on column core.filer_names.known_at is 'When that was read or became public, UTC.';
comment on column core.filer_names.known_late is
    'True where it was read after the rank day and its days of grace. Its dates say when it held.';
