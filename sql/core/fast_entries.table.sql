create table core.fast_entries (
    event_id varchar not null,
    ticker varchar not null,
    first_session date not null,
    first_close_usd decimal(18, 4) not null check (first_close_usd > 0),
    offered_shares bigint not null check (offered_shares > 0),
    investable_cap_usd decimal(24, 4) not null check (investable_cap_usd > 0),
    cut_usd decimal(24, 4) not null check (cut_usd > 0),
    entry_session date not null,
    source varchar not null,
    primary key (event_id, ticker),
    check (investable_cap_usd > cut_usd)
);

comment on table core.fast_entries is
    'One row a quarterly event and offering inside its IPO window that was large enough not to wait for it (methodology '
    '9.8): shares offered by the close of the first day above the moved breakpoint of the Russell Top 500.';
comment on column core.fast_entries.event_id is 'Event of the index calendar, as 2026-09-ipo; see reference.recon_events.';
comment on column core.fast_entries.ticker is 'Ticker on the rank day, in ROOT.CLASS form.';
comment on column core.fast_entries.first_session is 'First session that shows it since its offering.';
comment on column core.fast_entries.first_close_usd is 'Close of that session, USD.';
comment on column core.fast_entries.offered_shares is
    'Shares offered, as the calendar of offerings has them: without an over-allotment, nor what restricted takers bought.';
comment on column core.fast_entries.investable_cap_usd is 'Investable cap: the two multiplied, USD.';
comment on column core.fast_entries.cut_usd is
    'What it had to exceed, USD: the breakpoint of the rule fast_entry_cut, moved with the market to the rank day of the '
    'event.';
comment on column core.fast_entries.entry_session is
    'Session after whose close it is added: the fifth (rule fast_entry_sessions); in the lock-down of a '
    'reconstitution, the day after whose close that holds.';
comment on column core.fast_entries.source is 'Calendar that tells of the offering.';
