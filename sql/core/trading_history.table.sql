create table core.trading_history (
    event_id varchar not null,
    ticker varchar not null,
    basis varchar not null check (basis in ('history', 'month')),
    trading_days bigint not null check (trading_days >= 1),
    volume_days bigint not null check (volume_days >= 0 and volume_days <= trading_days),
    volume_shares bigint not null,
    averaged_days bigint not null check (averaged_days >= 1 and averaged_days <= trading_days),
    averaged_usd decimal(28, 4) not null,
    addtv_usd decimal(24, 2) not null,
    primary key (event_id, ticker)
);

comment on table core.trading_history is
    'One row an event and line of the rank day that price lists know: how it traded in the two years up to the rank '
    'day, as far as the plan of the event reads them, else in the month before.';
comment on column core.trading_history.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.trading_history.ticker is
    'Ticker on the rank day, in ROOT.CLASS form. What it traded under an earlier ticker is not counted.';
comment on column core.trading_history.basis is
    'history = the sessions that stand for two years; month = the price window and the rank day, for a line that the '
    'history has on too few sessions (rule min_history_days).';
comment on column core.trading_history.trading_days is 'Sessions read that have a close of the line.';
comment on column core.trading_history.volume_days is 'Those of them on which it traded.';
comment on column core.trading_history.volume_shares is
    'Shares traded on them, in the units of each day: not adjusted for splits.';
comment on column core.trading_history.averaged_days is
    'Sessions that the average is of: those read, in a sample without the one on which most was traded (rule '
    'history_without_highest).';
comment on column core.trading_history.averaged_usd is
    'Sum of volume by close over these, USD: a split changes nothing in it.';
comment on column core.trading_history.addtv_usd is
    'Average daily dollar trading volume over these, USD (1.1, 5.3). Rounded: rules compare the sum.';
