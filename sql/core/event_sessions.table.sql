create table core.event_sessions (
    event_id varchar not null,
    role varchar not null check (
        role in (
            'rank', 'price_window', 'history', 'effective', 'opening', 'last_recon', 'year_before', 'before_window',
            'new_lines', 'first_days'
        )
    ),
    anchor_date date not null,
    session_date date not null,
    preference integer not null check (preference >= 0),
    primary key (event_id, role, anchor_date, session_date)
);

comment on table core.event_sessions is
    'One row an event, role, anchor and session: what the rules of the event read, and in which order of '
    'preference.';
comment on column core.event_sessions.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.event_sessions.role is
    'rank (rank day and its neighbours); price_window (sessions of the mean close, 3.2); history (sessions that stand '
    'for two years of trading, 5.2); effective (first session of the new membership, or the day of a vintage before it); opening (date of an opening '
    'list); last_recon (rank day of the reconstitution that the opening list is the outcome of); year_before (the '
    'seasoning before that day); before_window (last session before the IPO window of a quarterly event, 9.2); '
    'new_lines (what the price list prints of new lines some days after the rank day); first_days (first days of large '
    'offerings, 9.8).';
comment on column core.event_sessions.anchor_date is
    'Day that the session stands for: rank day, first session of the new membership or day of the vintage, date of the '
    'opening list.';
comment on column core.event_sessions.session_date is 'Session whose dump is read.';
comment on column core.event_sessions.preference is
    '0 = the wanted session itself; higher numbers stand in, in that order, for lines missing from it.';
