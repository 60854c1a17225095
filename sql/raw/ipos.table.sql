create table raw.ipos (
    source varchar not null,
    deal_id varchar not null,
    status varchar not null check (
        status in ('priced', 'upcoming', 'filed', 'withdrawn', 'direct_listing', 'postponed', 'rumor')
    ),
    ticker varchar,
    company_name varchar,
    exchange_name varchar,
    event_date date,
    price_usd decimal(18, 4) check (price_usd >= 0),
    offered_shares bigint check (offered_shares >= 0),
    outstanding_shares bigint check (outstanding_shares >= 0),
    security_kind varchar,
    known_at timestamp not null,
    payload_sha256 varchar not null
);

comment on table raw.ipos is 'One row an offering of a calendar of IPOs and its state.';
comment on column raw.ipos.source is 'Provider that the row is from: a source of reference.sources.';
comment on column raw.ipos.deal_id is
    'Key of the offering in the source; its ticker and date where the source has none.';
comment on column raw.ipos.status is 'State of the offering.';
comment on column raw.ipos.ticker is 'Ticker, in ROOT.CLASS form; null where none is proposed.';
comment on column raw.ipos.company_name is 'Issuer as printed.';
comment on column raw.ipos.exchange_name is 'Exchange as printed.';
comment on column raw.ipos.event_date is
    'Day of pricing, listing, filing or withdrawal, by the status; null where not told. The as_of of this '
    'table.';
comment on column raw.ipos.price_usd is 'Offer price; null where not set or a range.';
comment on column raw.ipos.offered_shares is 'Shares offered.';
comment on column raw.ipos.outstanding_shares is 'Shares outstanding after it, where told.';
comment on column raw.ipos.security_kind is 'Kind of security in the source''s own words.';
comment on column raw.ipos.known_at is 'When the row became public, UTC.';
comment on column raw.ipos.payload_sha256 is 'Hash of the payload that the row is from: one row of raw.payloads.';
