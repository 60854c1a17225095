create table core.trading_windows (
    event_id varchar not null,
    ticker varchar not null,
    window_days bigint not null check (window_days >= 0),
    window_close_sum_usd decimal(24, 4) not null,
    window_low_usd decimal(18, 4),
    window_high_usd decimal(18, 4),
    window_low_shares bigint,
    window_high_shares bigint,
    trading_days bigint not null check (trading_days >= 1),
    volume_days bigint not null check (volume_days >= 0 and volume_days <= trading_days),
    volume_shares bigint not null,
    traded_usd decimal(28, 4) not null,
    primary key (event_id, ticker)
);

comment on table core.trading_windows is
    'One row an event and ticker that traded: its closes in the price window before the rank day, and its volume '
    'through the rank day.';
comment on column core.trading_windows.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.trading_windows.ticker is 'Ticker, in ROOT.CLASS form.';
comment on column core.trading_windows.window_days is
    'Sessions with a close in the price window, which ends the session before the rank day (3.2).';
comment on column core.trading_windows.window_close_sum_usd is 'Sum of those closes, USD; 0 for none.';
comment on column core.trading_windows.window_low_usd is 'Lowest of those closes, USD; null for none.';
comment on column core.trading_windows.window_high_usd is 'Highest of those closes, USD; null for none.';
comment on column core.trading_windows.window_low_shares is 'Lowest share count seen in the window.';
comment on column core.trading_windows.window_high_shares is 'Highest share count seen in the window.';
comment on column core.trading_windows.trading_days is 'Sessions with a close, window and rank day.';
comment on column core.trading_windows.volume_days is 'Those of them on which it traded.';
comment on column core.trading_windows.volume_shares is 'Shares traded on those sessions.';
comment on column core.trading_windows.traded_usd is 'Sum of volume by close over those sessions, USD.';
