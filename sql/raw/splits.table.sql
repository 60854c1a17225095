create table raw.splits (
    source varchar not null,
    ticker varchar not null,
    execution_date date not null,
    split_from decimal(18, 6) not null check (split_from > 0),
    split_to decimal(18, 6) not null check (split_to > 0),
    known_at timestamp not null,
    payload_sha256 varchar not null,
    primary key (source, ticker, execution_date)
);

comment on table raw.splits is 'One row a split of shares.';
comment on column raw.splits.source is 'Provider that the row is from: a source of reference.sources.';
comment on column raw.splits.ticker is 'Ticker on the day of the split, in ROOT.CLASS form.';
comment on column raw.splits.execution_date is
    'First session that trades after the split. The as_of of this table.';
comment on column raw.splits.split_from is 'Shares before.';
comment on column raw.splits.split_to is 'Shares after; a 10:1 split has 1 and 10.';
comment on column raw.splits.known_at is
    'When the row became public, UTC. The start of the day of the split, at the latest: it was announced before.';
comment on column raw.splits.payload_sha256 is 'Hash of the payload that the row is from: one row of raw.payloads.';
