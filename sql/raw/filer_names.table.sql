create table raw.filer_names (
    cik bigint not null check (cik > 0),
    name varchar not null,
    valid_from date,
    valid_to date,
    known_at timestamp not null,
    payload_sha256 varchar not null
);

comment on table raw.filer_names is 'One row a former name of a filer.';
comment on column raw.filer_names.cik is 'Number of the filer with the SEC.';
comment on column raw.filer_names.name is 'Former name.';
comment on column raw.filer_names.valid_from is 'First day of the name; null where not told.';
comment on column raw.filer_names.valid_to is 'Last day of the name; null where not told.';
comment on column raw.filer_names.known_at is 'When the row became public, UTC.';
comment on column raw.filer_names.payload_sha256 is
    'Hash of the payload that the row is from: one row of raw.payloads.';
