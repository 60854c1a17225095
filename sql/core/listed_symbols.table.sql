create table core.listed_symbols (
    event_id varchar not null,
    ticker varchar not null,
    ticker_key varchar not null,
    symbol varchar not null,
    name varchar,
    exchange varchar,
    source varchar not null,
    as_of date not null,
    known_at timestamp not null,
    financial_status varchar,
    is_etf boolean not null,
    etf_source varchar,
    etf_name varchar,
    is_test boolean not null,
    is_confirmed boolean,
    primary key (event_id, ticker)
);

comment on table core.listed_symbols is
    'One row an event and symbol of the lists of symbols that count, one for Nasdaq and one for all other exchanges: '
    'known by the rank day, fresh if there is such a one.';
comment on column core.listed_symbols.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.listed_symbols.ticker is 'Ticker in ROOT.CLASS form.';
comment on column core.listed_symbols.ticker_key is 'Ticker without separators, as some lists write it.';
comment on column core.listed_symbols.symbol is 'Symbol as printed.';
comment on column core.listed_symbols.name is 'Name of the security as printed.';
comment on column core.listed_symbols.exchange is 'Where it is listed.';
comment on column core.listed_symbols.source is 'Source of the list.';
comment on column core.listed_symbols.as_of is 'Day that the list describes.';
comment on column core.listed_symbols.known_at is 'When the list became public, UTC.';
comment on column core.listed_symbols.financial_status is 'Letter of the exchange''s own status; N is normal.';
comment on column core.listed_symbols.is_etf is 'An exchange-traded fund, whichever list says so.';
comment on column core.listed_symbols.etf_source is 'Source that says so; null where none does.';
comment on column core.listed_symbols.etf_name is
    'Name under which it says so: of another bearer of the ticker, where the list is older than the line.';
comment on column core.listed_symbols.is_test is 'A symbol for tests of the exchange.';
comment on column core.listed_symbols.is_confirmed is
    'Whether the list of the SEC has it too, or the symbol that it is a class of; null where that list is not later.';
