create table core.continuity (
    event_id varchar not null,
    from_role varchar not null check (from_role in ('opening', 'last_recon', 'before_window', 'rank')),
    from_date date not null,
    from_ticker varchar not null,
    to_role varchar not null check (to_role in ('rank', 'effective')),
    to_date date not null,
    to_ticker varchar not null,
    basis varchar not null check (basis in ('ticker', 'filer', 'filer_name', 'issuer_name', 'figures')),
    primary key (event_id, from_role, from_date, from_ticker, to_role),
    unique (event_id, from_role, from_date, to_ticker, to_role)
);

comment on table core.continuity is
    'One row an event, step and line that was found again: opening date to rank day, or rank day to the first '
    'session of the new membership.';
comment on column core.continuity.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.continuity.from_role is 'Anchor that the step starts from.';
comment on column core.continuity.from_date is 'Date of that anchor.';
comment on column core.continuity.from_ticker is 'Ticker there.';
comment on column core.continuity.to_role is 'Anchor that the step leads to.';
comment on column core.continuity.to_date is 'Date of that anchor.';
comment on column core.continuity.to_ticker is 'Ticker there.';
comment on column core.continuity.basis is
    'ticker (the same); filer (a new ticker, one filer with the SEC); filer_name (likewise, the filer known by the '
    'name that it bore then: core.filer_names); issuer_name (a new ticker, one issuer); figures (new ticker and name, '
    'the same country, industry, listing year and share count).';
