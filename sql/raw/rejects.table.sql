create table raw.rejects (
    as_of date not null,
    exchange varchar not null check (exchange in ('nasdaq', 'nyse', 'amex')),
    symbol varchar,
    field varchar not null,
    text varchar,
    reason varchar not null,
    commit_id varchar not null
);

comment on table raw.rejects is
    'One row a field of a dump that could not be believed. The line is kept without the field.';
comment on column raw.rejects.as_of is 'Session that the dump describes.';
comment on column raw.rejects.exchange is 'Exchange of the dump.';
comment on column raw.rejects.symbol is 'Symbol as printed; null where there was none.';
comment on column raw.rejects.field is 'Field of the dump.';
comment on column raw.rejects.text is 'What it said.';
comment on column raw.rejects.reason is 'Why that was not believed.';
comment on column raw.rejects.commit_id is 'Commit of the archive that holds the dump.';
