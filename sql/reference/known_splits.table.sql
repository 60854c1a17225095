create table reference.known_splits (
    ticker varchar not null,
    execution_date date not null,
    split_from integer not null check (split_from > 0),
    split_to integer not null check (split_to > 0),
    source varchar not null,
    primary key (ticker, execution_date),
    check (split_from <> split_to)
);

comment on table reference.known_splits is
    'One row a large split that is beyond doubt: it tells unadjusted closes from adjusted ones. No list of all splits.';
comment on column reference.known_splits.ticker is 'Ticker on the day of the split, in ROOT.CLASS form.';
comment on column reference.known_splits.execution_date is 'First session that trades after the split.';
comment on column reference.known_splits.split_from is 'Shares before.';
comment on column reference.known_splits.split_to is 'Shares after; a 10:1 split has 1 and 10.';
comment on column reference.known_splits.source is 'Section of the provider notes, or our own observation.';
