create table raw.source_rejects (
    source varchar not null,
    feed varchar not null,
    as_of date,
    row_key varchar not null,
    field varchar not null,
    text varchar,
    reason varchar not null,
    known_at timestamp not null,
    payload_sha256 varchar not null
);

comment on table raw.source_rejects is
    'One row a field of a payload that could not be believed, quarantined with what it said. The row is kept '
    'without the field where it can be.';
comment on column raw.source_rejects.source is 'Provider that the row is from: a source of reference.sources.';
comment on column raw.source_rejects.feed is 'Provider and kind, as symdir/nasdaqlisted.';
comment on column raw.source_rejects.as_of is 'Day that the row describes; null where that was not to be read.';
comment on column raw.source_rejects.row_key is
    'Symbol, CIK or accession number of the row; empty where there was none.';
comment on column raw.source_rejects.field is 'Field of the payload.';
comment on column raw.source_rejects.text is 'What it said, at most 200 characters.';
comment on column raw.source_rejects.reason is 'Why that was not believed.';
comment on column raw.source_rejects.known_at is 'When the row became public, UTC.';
comment on column raw.source_rejects.payload_sha256 is
    'Hash of the payload that the row is from: one row of raw.payloads.';
