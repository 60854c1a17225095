create table core.companies (
    event_id varchar not null,
    ticker varchar not null,
    pricing_ticker varchar not null,
    is_pricing_vehicle boolean not null,
    issuer_name varchar not null,
    line_count bigint not null check (line_count >= 1),
    volume_basis varchar check (volume_basis in ('history', 'month')),
    trading_days bigint not null,
    volume_days bigint not null,
    volume_shares bigint not null,
    addtv_usd decimal(24, 2),
    traded_value_usd decimal(24, 2),
    market_cap_usd decimal(24, 4) check (market_cap_usd > 0),
    primary key (event_id, ticker)
);

comment on table core.companies is
    'One row an event and common line of the rank day: which company it belongs to, which line prices it, what '
    'the company is worth.';
comment on column core.companies.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.companies.ticker is 'Ticker on the rank day.';
comment on column core.companies.pricing_ticker is
    'Line of the company whose close and share count price it: the one that traded most, of those that qualify '
    '(5.2, 3.1).';
comment on column core.companies.is_pricing_vehicle is 'True for that line.';
comment on column core.companies.issuer_name is 'Plain name of the issuer, as the line prints it.';
comment on column core.companies.line_count is 'Common lines of the company.';
comment on column core.companies.volume_basis is
    'history = volumes are of sessions that stand for two years; month = of the month up to the rank day; null = of '
    'none.';
comment on column core.companies.trading_days is 'Sessions that volumes were read from.';
comment on column core.companies.volume_days is 'Those of them on which the line traded.';
comment on column core.companies.volume_shares is 'Shares traded on them, in the units of each day.';
comment on column core.companies.addtv_usd is
    'Average daily traded value of the line over them, USD (5.3); null where no price list has it.';
comment on column core.companies.traded_value_usd is
    'Mean daily traded value of the line over the month up to the rank day, USD; null where it did not trade.';
comment on column core.companies.market_cap_usd is
    'Total market cap of the company, USD (5.1): shares by close of the pricing line; null where either is '
    'missing.';
