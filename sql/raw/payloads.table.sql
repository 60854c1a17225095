create table raw.payloads (
    feed varchar not null,
    payload_sha256 varchar not null,
    source varchar not null,
    payload_key varchar not null,
    asked_day date,
    fetched_at timestamp not null,
    last_modified timestamp,
    size_bytes bigint not null check (size_bytes >= 0),
    row_count bigint not null check (row_count >= 0),
    primary key (feed, payload_key, payload_sha256)
);

comment on table raw.payloads is
    'One row a landed payload that was read into the raw tables, but for the dumps of the archive. Each is read '
    'once.';
comment on column raw.payloads.feed is 'Provider and kind, as symdir/nasdaqlisted.';
comment on column raw.payloads.payload_sha256 is 'Hash of the payload.';
comment on column raw.payloads.source is 'Provider that the row is from: a source of reference.sources.';
comment on column raw.payloads.payload_key is 'Path and query that it was asked with, without secrets.';
comment on column raw.payloads.asked_day is
    'Session, month or quarter that it was asked for; null where the provider has but one.';
comment on column raw.payloads.fetched_at is 'When it was first fetched, UTC.';
comment on column raw.payloads.last_modified is
    'When the provider says that it was made, UTC; null where it does not tell.';
comment on column raw.payloads.size_bytes is 'Its size, unpacked.';
comment on column raw.payloads.row_count is 'Rows that it gave, over all raw tables; rejects do not count.';
