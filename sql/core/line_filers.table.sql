create table core.line_filers (
    event_id varchar not null,
    role varchar not null check (role in ('opening', 'last_recon', 'before_window', 'rank', 'effective')),
    anchor_date date not null,
    ticker varchar not null,
    cik bigint not null check (cik > 0),
    basis varchar not null check (basis in ('ticker', 'dated_name', 'name')),
    source varchar not null,
    primary key (event_id, role, anchor_date, ticker)
);

comment on table core.line_filers is
    'One row an event, anchor and common line whose filer with the SEC is known there: for finding a company again. '
    'Empty where rule use_filer_names is 0.';
comment on column core.line_filers.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.line_filers.role is 'Which anchor: opening, rank or effective.';
comment on column core.line_filers.anchor_date is 'Day that the row stands for.';
comment on column core.line_filers.ticker is 'Ticker at the anchor, in ROOT.CLASS form.';
comment on column core.line_filers.cik is 'Number of the filer with the SEC.';
comment on column core.line_filers.basis is
    'ticker (a list or a filing ties it to the number; on the rank day core.filer_links first); dated_name (the one '
    'filer that bore the name of the line then, as its dates say, give or take rule filer_name_days); name (the one '
    'that may have: its dates are not told).';
comment on column core.line_filers.source is 'Source that says so.';
