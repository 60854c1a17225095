create table raw.fund_holdings (
    source varchar not null,
    index_id varchar not null,
    as_of date not null,
    symbol varchar not null,
    name varchar,
    sector varchar,
    asset_class varchar not null,
    weight_pct decimal(12, 6),
    held_shares decimal(24, 4),
    price_usd decimal(18, 4),
    exchange_name varchar,
    known_at timestamp not null,
    payload_sha256 varchar not null
);

comment on table raw.fund_holdings is
    'One row a holding of an index fund on a day: a list to open with or to score against, never an input of '
    'ranking.';
comment on column raw.fund_holdings.source is 'Provider that the row is from: a source of reference.sources.';
comment on column raw.fund_holdings.index_id is 'Index that the fund tracks.';
comment on column raw.fund_holdings.as_of is 'Day of the holdings.';
comment on column raw.fund_holdings.symbol is 'Symbol as printed; it leaves the class separator out.';
comment on column raw.fund_holdings.name is 'Name as printed.';
comment on column raw.fund_holdings.sector is 'Sector as printed.';
comment on column raw.fund_holdings.asset_class is 'Equity, Cash, Futures and the like, as printed.';
comment on column raw.fund_holdings.weight_pct is 'Weight in the fund, percent.';
comment on column raw.fund_holdings.held_shares is 'Shares held.';
comment on column raw.fund_holdings.price_usd is 'Price as printed.';
comment on column raw.fund_holdings.exchange_name is 'Exchange as printed.';
comment on column raw.fund_holdings.known_at is 'When the row became public, UTC.';
comment on column raw.fund_holdings.payload_sha256 is
    'Hash of the payload that the row is from: one row of raw.payloads.';
