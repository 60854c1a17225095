create table core.lockups (
    event_id varchar not null,
    ticker varchar not null,
    merged_by date not null,
    evidence varchar not null check (evidence in ('name that its shell gave up', 'warrants listed beside it')),
    unlocked_on date not null,
    primary key (event_id, ticker),
    check (merged_by < unlocked_on)
);

comment on table core.lockups is
    'One row an event and common line whose filer gave up the name of a blank-check company, or whose issuer has warrants '
    'on the market and that the sessions of the history first show inside them: a company that merged with a listed '
    'shell, whose holders are locked up (methodology 9.7). Empty where the rule of the day does not ask for it.';
comment on column core.lockups.event_id is 'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.lockups.ticker is 'Ticker on the rank day, in ROOT.CLASS form.';
comment on column core.lockups.merged_by is
    'Day on which the filer gave up the name of its shell; else the first session of those that the event reads which '
    'shows the line under its ticker: the merger was done by then.';
comment on column core.lockups.evidence is 'What tells of the merger: a row of reference.listing_evidence.';
comment on column core.lockups.unlocked_on is
    'Day on which the lock-up is taken to end: that day and the usual length (rule despac_lockup_days), for no source of '
    'ours tells the stated one.';
