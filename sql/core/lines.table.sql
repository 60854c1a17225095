create table core.lines (
    event_id varchar not null,
    role varchar not null check (role in ('opening', 'last_recon', 'year_before', 'before_window', 'rank', 'effective')),
    anchor_date date not null,
    ticker varchar not null,
    ticker_key varchar not null,
    observed_session date not null,
    is_neighbour boolean not null,
    listing varchar not null check (listing in ('seen', 'bridged', 'faded', 'fresh', 'listed')),
    listing_source varchar not null,
    exchange varchar not null check (
        exchange in ('nasdaq', 'nyse', 'amex', 'arca', 'cboe', 'iex', 'otc', 'other')
    ),
    symbol varchar not null,
    name varchar,
    country varchar,
    ipo_year smallint,
    industry varchar,
    sector varchar,
    close_usd decimal(18, 4),
    price_source varchar,
    volume_shares bigint,
    outstanding_shares bigint,
    shares_session date,
    primary key (event_id, role, anchor_date, ticker)
);

comment on table core.lines is
    'One row an event, anchor and line listed there: those that a price list shows, with what the list of the chosen '
    'session says, and on the rank day those that are listed without. Facts of the rank day were public within the '
    'days of grace.';
comment on column core.lines.event_id is 'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.lines.role is 'Which anchor: see core.event_sessions.';
comment on column core.lines.anchor_date is 'Day that the row stands for.';
comment on column core.lines.ticker is 'Ticker at the anchor, in ROOT.CLASS form.';
comment on column core.lines.ticker_key is 'Ticker without separators, as some lists write it.';
comment on column core.lines.observed_session is
    'Session that the figures are from, but for a close of another source; of a line in no price list, the day of the '
    'list.';
comment on column core.lines.is_neighbour is
    'True when the line was missing from the wanted session and was read from the one beside it.';
comment on column core.lines.listing is
    'How the line was seen around the rank day: seen, on it; bridged, missing from its dump but listed around it or by '
    'another source; '
    'faded, last seen the session before; fresh, first seen the session after. Of an opening '
    'date: fresh, first seen the session after and in no list. Listed: in a list of symbols, in no price list.';
comment on column core.lines.listing_source is 'Source whose list shows the line.';
comment on column core.lines.exchange is 'Exchange whose dump lists the line; of two the one with more volume.';
comment on column core.lines.symbol is 'Symbol as printed.';
comment on column core.lines.name is 'Name of the security as printed.';
comment on column core.lines.country is 'Country as the screener states it.';
comment on column core.lines.ipo_year is 'Year of first listing as the screener states it.';
comment on column core.lines.industry is 'Industry in the screener''s own scheme.';
comment on column core.lines.sector is 'Sector in the screener''s own scheme.';
comment on column core.lines.close_usd is
    'Close of the observed session, or of the rank day where price_source is not listing_source, USD a share; null = '
    'no believable price.';
comment on column core.lines.price_source is 'Source of the close; null where there is none.';
comment on column core.lines.volume_shares is 'Shares traded on that session.';
comment on column core.lines.outstanding_shares is
    'Shares of the company in units of this line; null = no believable count.';
comment on column core.lines.shares_session is
    'Session that the share count was read from, where it is a later one than the observed: as in core.quotes.';
