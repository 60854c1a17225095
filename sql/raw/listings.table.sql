create table raw.listings (
    as_of date not null,
    exchange varchar not null check (exchange in ('nasdaq', 'nyse', 'amex')),
    symbol varchar not null,
    ticker varchar not null,
    name varchar,
    country varchar,
    ipo_year smallint check (ipo_year between 1700 and 2100),
    industry varchar,
    sector varchar,
    known_at timestamp not null,
    source varchar not null,
    commit_id varchar,
    payload_sha256 varchar
);

comment on table raw.listings is
    'Facts as fetched: one row a line of an exchange on a session, as the screener lists it. Grain as_of, '
    'exchange, symbol; append only.';
comment on column raw.listings.as_of is 'Session that the row describes.';
comment on column raw.listings.exchange is 'Exchange whose dump lists the line.';
comment on column raw.listings.symbol is 'Symbol as printed, without blanks around it.';
comment on column raw.listings.ticker is 'Symbol in ROOT.CLASS form: one spelling for all sources.';
comment on column raw.listings.name is 'Name of the security as printed.';
comment on column raw.listings.country is
    'The one country that the screener states, closest to the headquarters; null where blank.';
comment on column raw.listings.ipo_year is 'Year of first listing as the screener states it; null where blank.';
comment on column raw.listings.industry is 'Industry in the screener''s own scheme; null where blank.';
comment on column raw.listings.sector is
    'Sector in the screener''s own scheme, which changed in May 2022; null where blank.';
comment on column raw.listings.known_at is 'When the row became public, UTC: time of the commit, or when it was fetched.';
comment on column raw.listings.source is 'Provider that the row is from.';
comment on column raw.listings.commit_id is 'Commit of the archive that holds the dump; null for other sources.';
comment on column raw.listings.payload_sha256 is
    'Hash of the payload; null for the archive, whose dumps have rows of their own.';
