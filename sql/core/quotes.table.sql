create table core.quotes (
    event_id varchar not null,
    role varchar not null check (role in ('opening', 'last_recon', 'year_before', 'before_window', 'rank', 'effective')),
    anchor_date date not null,
    ticker varchar not null,
    ticker_key varchar not null,
    observed_session date not null,
    is_neighbour boolean not null,
    listing varchar not null check (listing in ('seen', 'bridged', 'faded', 'fresh')),
    listing_source varchar not null,
    exchange varchar not null check (exchange in ('nasdaq', 'nyse', 'amex')),
    symbol varchar not null,
    name varchar,
    country varchar,
    ipo_year smallint,
    industry varchar,
    sector varchar,
    close_usd decimal(18, 4),
    volume_shares bigint,
    outstanding_shares bigint,
    shares_session date,
    primary key (event_id, role, anchor_date, ticker)
);

comment on table core.quotes is
    'One row an event, anchor and line that a price list shows there, with what the list of the chosen session says. '
    'Facts of the rank day were public within the days of grace.';
comment on column core.quotes.event_id is 'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.quotes.role is 'Which anchor: see core.event_sessions.';
comment on column core.quotes.anchor_date is 'Day that the row stands for.';
comment on column core.quotes.ticker is 'Ticker at the anchor, in ROOT.CLASS form.';
comment on column core.quotes.ticker_key is 'Ticker without separators, as some lists write it.';
comment on column core.quotes.observed_session is 'Session that the figures are from.';
comment on column core.quotes.is_neighbour is
    'True when the line was missing from the wanted session and was read from the one beside it.';
comment on column core.quotes.listing is
    'How the line was seen around the rank day: seen, on it; bridged, missing from its dump but listed around it; '
    'faded, last seen the session before; fresh, first seen the session after. Of an opening '
    'date: fresh, first seen the session after and in no list.';
comment on column core.quotes.listing_source is 'Source whose list shows the line (archive before screener).';
comment on column core.quotes.exchange is 'Exchange whose dump lists the line; of two the one with more volume.';
comment on column core.quotes.symbol is 'Symbol as printed.';
comment on column core.quotes.name is 'Name of the security as printed.';
comment on column core.quotes.country is 'Country as the screener states it.';
comment on column core.quotes.ipo_year is 'Year of first listing as the screener states it.';
comment on column core.quotes.industry is 'Industry in the screener''s own scheme.';
comment on column core.quotes.sector is 'Sector in the screener''s own scheme.';
comment on column core.quotes.close_usd is 'Close of the observed session, USD a share; null = no believable price.';
comment on column core.quotes.volume_shares is 'Shares traded on that session.';
comment on column core.quotes.outstanding_shares is
    'Shares of the company in units of this line; null = no believable count.';
comment on column core.quotes.shares_session is
    'Session that the share count was read from where the list of the observed session has none: of a line that is new '
    'in the window of a quarterly event; else null.';
