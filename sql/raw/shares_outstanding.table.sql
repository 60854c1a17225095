create table raw.shares_outstanding (
    as_of date not null,
    exchange varchar not null check (exchange in ('nasdaq', 'nyse', 'amex')),
    symbol varchar not null,
    ticker varchar not null,
    outstanding_shares bigint not null check (outstanding_shares >= 0),
    known_at timestamp not null,
    source varchar not null,
    commit_id varchar,
    payload_sha256 varchar
);

comment on table raw.shares_outstanding is
    'Facts as fetched: one row a line with a share count on a session. Grain source, as_of, exchange, symbol; append '
    'only. The screener prints a market cap, so the count is that cap by the close; for a class line it counts '
    'the whole company.';
comment on column raw.shares_outstanding.as_of is 'Session that the row describes.';
comment on column raw.shares_outstanding.exchange is 'Exchange whose dump lists the line.';
comment on column raw.shares_outstanding.symbol is 'Symbol as printed, without blanks around it.';
comment on column raw.shares_outstanding.ticker is 'Symbol in ROOT.CLASS form: one spelling for all sources.';
comment on column raw.shares_outstanding.outstanding_shares is
    'Shares outstanding of the company, in units of this line.';
comment on column raw.shares_outstanding.known_at is 'When the row became public, UTC: time of the commit, or when it was fetched.';
comment on column raw.shares_outstanding.source is
    'Provider that the row is from; the count is printed market cap by printed close with both.';
comment on column raw.shares_outstanding.commit_id is 'Commit of the archive that holds the dump; null for other sources.';
comment on column raw.shares_outstanding.payload_sha256 is
    'Hash of the payload; null for the archive, whose dumps have rows of their own.';
