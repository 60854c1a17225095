create table raw.prices (
    as_of date not null,
    exchange varchar not null check (exchange in ('nasdaq', 'nyse', 'amex')),
    symbol varchar not null,
    ticker varchar not null,
    close_usd decimal(18, 4) not null check (close_usd >= 0),
    volume_shares bigint check (volume_shares >= 0),
    known_at timestamp not null,
    source varchar not null,
    commit_id varchar not null
);

comment on table raw.prices is
    'Facts as fetched: one row a line with a close on a session. Grain as_of, exchange, symbol; append only; '
    'unadjusted.';
comment on column raw.prices.as_of is 'Session that the row describes.';
comment on column raw.prices.exchange is 'Exchange whose dump lists the line.';
comment on column raw.prices.symbol is 'Symbol as printed, without blanks around it.';
comment on column raw.prices.ticker is 'Symbol in ROOT.CLASS form: one spelling for all sources.';
comment on column raw.prices.close_usd is 'Last sale of the session, USD a share, not adjusted for later splits.';
comment on column raw.prices.volume_shares is 'Shares traded on the session; null where blank.';
comment on column raw.prices.known_at is 'When the row became public: time of the commit, UTC.';
comment on column raw.prices.source is 'Provider that the row is from.';
comment on column raw.prices.commit_id is 'Commit of the archive that holds the dump.';
