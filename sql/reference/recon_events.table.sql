create table reference.recon_events (
    event_id varchar not null,
    kind varchar not null check (kind in ('recon', 'ipo')),
    season varchar not null check (season in ('march', 'june', 'september', 'december')),
    rank_day date not null,
    preliminary_date date,
    lock_date date,
    effective_date date not null,
    ipo_window_start date,
    ipo_window_end date,
    source varchar not null,
    confirmed boolean not null,
    is_projection boolean not null default false,
    note varchar,
    primary key (event_id),
    check (rank_day < effective_date)
);

comment on table reference.recon_events is
    'One row an event of the index calendar, 2004 on: a reconstitution or a quarterly round of IPO additions. '
    'Announced dates where a source was found, dates by the rule elsewhere.';
comment on column reference.recon_events.event_id is
    'Event: year, month of the effective date and kind, as 2023-06-recon or 2023-09-ipo.';
comment on column reference.recon_events.kind is 'recon (full reconstitution) or ipo (quarterly additions of IPOs).';
comment on column reference.recon_events.season is 'Quarter of the calendar that the event belongs to.';
comment on column reference.recon_events.rank_day is
    'Session whose close and share counts rank the companies (methodology 11).';
comment on column reference.recon_events.preliminary_date is
    'Day of the first preliminary list; null where unknown or none.';
comment on column reference.recon_events.lock_date is
    'Day from which the lists change no more but for corporate actions; null before there was one.';
comment on column reference.recon_events.effective_date is 'Session after whose close the new membership takes effect.';
comment on column reference.recon_events.ipo_window_start is
    'First day of first listings that count as IPOs of this event (methodology 9); null for none.';
comment on column reference.recon_events.ipo_window_end is 'Last day of that window; null for none.';
comment on column reference.recon_events.source is
    'Where the dates are from: source key or section of the methodology notes.';
comment on column reference.recon_events.confirmed is
    'True when the dates that decide were found in a source, false when one of them follows from the rule.';
comment on column reference.recon_events.is_projection is
    'True for the event as if an earlier day were its rank day: no session after that day is read.';
comment on column reference.recon_events.note is 'What is uncertain about the dates.';
