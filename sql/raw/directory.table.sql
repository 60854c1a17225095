create table raw.directory (
    source varchar not null,
    feed varchar not null,
    as_of date not null,
    known_at timestamp not null,
    symbol varchar not null,
    ticker varchar not null,
    name varchar,
    exchange varchar check (
        exchange in ('nasdaq', 'nyse', 'amex', 'arca', 'cboe', 'iex', 'otc', 'other')
    ),
    is_active boolean not null,
    is_test boolean,
    is_etf boolean,
    financial_status varchar,
    security_kind varchar,
    cik bigint check (cik > 0),
    share_class_figi varchar,
    ipo_date date,
    delisted_on date,
    payload_sha256 varchar not null
);

comment on table raw.directory is
    'One row a symbol of a list of symbols: the symbol directory, the SEC''s ticker file, listing status, '
    'reference tickers. What a list does not tell is null.';
comment on column raw.directory.source is 'Provider that the row is from: a source of reference.sources.';
comment on column raw.directory.feed is 'Provider and kind, as symdir/otherlisted.';
comment on column raw.directory.as_of is 'Day that the list describes, New York.';
comment on column raw.directory.known_at is 'When the row became public, UTC. The file''s own time where it has one.';
comment on column raw.directory.symbol is 'Symbol as printed, without blanks around it.';
comment on column raw.directory.ticker is 'Symbol in ROOT.CLASS form: one spelling for all sources.';
comment on column raw.directory.name is 'Name of the security or issuer as printed.';
comment on column raw.directory.exchange is
    'Where it is listed; nyse may stand for NYSE, NYSE American and Arca together where the source merges them.';
comment on column raw.directory.is_active is 'False for a row of a list of delisted symbols.';
comment on column raw.directory.is_test is 'A symbol for tests of the exchange.';
comment on column raw.directory.is_etf is 'An exchange-traded fund.';
comment on column raw.directory.financial_status is
    'Letter of the exchange''s own status: N normal, D deficient, E delinquent, Q bankrupt and their mixes.';
comment on column raw.directory.security_kind is
    'Kind of security in the source''s own words, as Stock, ETF, CS, ADRC.';
comment on column raw.directory.cik is 'Number of the issuer with the SEC.';
comment on column raw.directory.share_class_figi is 'FIGI of the share class.';
comment on column raw.directory.ipo_date is 'Day of first listing as the source states it.';
comment on column raw.directory.delisted_on is 'Day of delisting as the source states it.';
comment on column raw.directory.payload_sha256 is
    'Hash of the payload that the row is from: one row of raw.payloads.';
