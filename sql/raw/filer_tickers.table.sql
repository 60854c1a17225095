create table raw.filer_tickers (
    source varchar not null check (source in ('sec_submissions', 'sec_statements', 'sec_notes')),
    cik bigint not null check (cik > 0),
    as_of date not null,
    known_at timestamp not null,
    symbol varchar not null,
    ticker varchar not null,
    exchange varchar,
    class_member varchar,
    payload_sha256 varchar not null
);

comment on table raw.filer_tickers is 'One row a ticker that a submissions header, or a data set, ties to a filer.';
comment on column raw.filer_tickers.source is 'As in raw.filers.';
comment on column raw.filer_tickers.cik is 'Number of the filer with the SEC.';
comment on column raw.filer_tickers.as_of is 'Day that the statement is of: fetched, or filed.';
comment on column raw.filer_tickers.known_at is 'When the row became public, UTC.';
comment on column raw.filer_tickers.symbol is 'Symbol as printed, without blanks around it.';
comment on column raw.filer_tickers.ticker is 'Symbol in ROOT.CLASS form.';
comment on column raw.filer_tickers.exchange is 'Exchange as printed; null where the source has none for it.';
comment on column raw.filer_tickers.class_member is
    'Member of the class-of-stock axis that trades under it; null where not told.';
comment on column raw.filer_tickers.payload_sha256 is
    'Hash of the payload that the row is from: one row of raw.payloads.';
