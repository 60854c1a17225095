create table core.listing_gaps (
    event_id varchar not null,
    ticker varchar not null,
    ticker_key varchar not null,
    symbol varchar not null,
    name varchar,
    exchange varchar,
    listing_source varchar not null,
    listed_as_of date not null,
    last_quoted date,
    close_usd decimal(18, 4),
    volume_shares bigint,
    price_source varchar,
    verdict varchar not null check (
        verdict in ('test', 'fund', 'left', 'unconfirmed', 'later', 'priced_elsewhere', 'vanished', 'never_priced')
    ),
    primary key (event_id, ticker)
);

comment on table core.listing_gaps is
    'One row an event and listed symbol that no price list of the rank day shows: the anti-join of listings and '
    'prices.';
comment on column core.listing_gaps.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.listing_gaps.ticker is 'Ticker in ROOT.CLASS form.';
comment on column core.listing_gaps.ticker_key is 'Ticker without separators, as some lists write it.';
comment on column core.listing_gaps.symbol is 'Symbol as the list of symbols prints it.';
comment on column core.listing_gaps.name is 'Name of the security as printed there.';
comment on column core.listing_gaps.exchange is 'Where it is listed.';
comment on column core.listing_gaps.listing_source is 'Source of the list.';
comment on column core.listing_gaps.listed_as_of is 'Day that the list describes.';
comment on column core.listing_gaps.last_quoted is
    'Last session up to the rank day, of those read, in which a price list had it; null for none.';
comment on column core.listing_gaps.close_usd is 'Close of the rank day by another source, USD a share.';
comment on column core.listing_gaps.volume_shares is 'Shares traded on that session by that source.';
comment on column core.listing_gaps.price_source is 'That source; null for none.';
comment on column core.listing_gaps.verdict is
    'test, fund: no line of ours; left: priced on earlier sessions, and not since; unconfirmed: the list of the SEC lacks '
    'it; later: only a list of later days has it; priced_elsewhere: another source has its close; vanished: priced on '
    'earlier sessions, not since, and in the exchange''s own list of the rank day; never_priced. The last three are lines.';
