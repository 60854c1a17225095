create table raw.prices (
    as_of date not null,
    exchange varchar check (exchange in ('nasdaq', 'nyse', 'amex')),
    symbol varchar not null,
    ticker varchar not null,
    close_usd decimal(18, 4) not null check (close_usd >= 0),
    volume_shares bigint check (volume_shares >= 0),
    known_at timestamp not null,
    source varchar not null,
    is_adjusted boolean not null default false,
    commit_id varchar,
    payload_sha256 varchar
);

comment on table raw.prices is
    'Facts as fetched: one row a line with a close on a session. Grain source, as_of, exchange, symbol; append '
    'only; unadjusted.';
comment on column raw.prices.as_of is 'Session that the row describes.';
comment on column raw.prices.exchange is 'Exchange whose list has the line; null where the source does not tell.';
comment on column raw.prices.symbol is 'Symbol as printed, without blanks around it.';
comment on column raw.prices.ticker is 'Symbol in ROOT.CLASS form: one spelling for all sources.';
comment on column raw.prices.close_usd is 'Last sale of the session, USD a share, not adjusted for later splits.';
comment on column raw.prices.volume_shares is 'Shares traded on the session; null where blank.';
comment on column raw.prices.known_at is 'When the row became public, UTC: time of the commit, or when it was fetched.';
comment on column raw.prices.source is 'Provider that the row is from.';
comment on column raw.prices.is_adjusted is
    'Whether the source adjusted the close for later splits, as it says itself: no such row is ever used.';
comment on column raw.prices.commit_id is 'Commit of the archive that holds the dump; null for other sources.';
comment on column raw.prices.payload_sha256 is 'Hash of the payload; null for the archive, whose dumps have rows of their own.';
