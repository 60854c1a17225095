create table recon.events (
    event_id varchar not null,
    kind varchar not null check (kind in ('recon', 'ipo')),
    season varchar not null check (season in ('march', 'june', 'september', 'december')),
    rank_day date not null,
    preliminary_date date,
    lock_date date,
    effective_date date not null,
    effective_from date,
    ipo_window_start date,
    ipo_window_end date,
    confirmed boolean not null,
    source varchar not null,
    note varchar,
    vintage varchar check (vintage in ('preliminary', 'final')),
    known_at date,
    membership_rows bigint not null check (membership_rows >= 0),
    opened_from varchar,
    is_stale boolean not null,
    primary key (event_id)
);

comment on table recon.events is
    'One row an event of the calendar, 2004 on: its dates, and whether this file holds its membership.';
comment on column recon.events.event_id is 'Event: year, month of the effective date and kind, as 2023-06-recon.';
comment on column recon.events.kind is 'recon (full reconstitution) or ipo (quarterly additions of IPOs).';
comment on column recon.events.season is 'Quarter of the calendar.';
comment on column recon.events.rank_day is 'Session whose close and share counts rank the companies.';
comment on column recon.events.preliminary_date is 'Day of the first preliminary list; null where unknown or none.';
comment on column recon.events.lock_date is
    'Day from which the lists change no more but for corporate actions; null for none.';
comment on column recon.events.effective_date is 'Session after whose close the new membership takes effect.';
comment on column recon.events.effective_from is
    'First session of the new membership; null beyond the known exchange calendar.';
comment on column recon.events.ipo_window_start is
    'First day of first listings that count as IPOs of this event; null for none.';
comment on column recon.events.ipo_window_end is 'Last day of that window; null for none.';
comment on column recon.events.confirmed is
    'True when the dates that decide were found in a source, false when one of them follows from the rule.';
comment on column recon.events.source is 'Where the dates are from: source key or section of the methodology notes.';
comment on column recon.events.note is 'What is uncertain about the dates.';
comment on column recon.events.vintage is 'Vintage of the membership in this file; null = not computed.';
comment on column recon.events.known_at is
    'Day as of which the event in this file was run: its rank day, the day of one of its lists, or the first session of '
    'the new membership, the last that had closed. Null = not computed.';
comment on column recon.events.membership_rows is 'Rows of recon.index_membership; 0 = not computed.';
comment on column recon.events.opened_from is
    'Event that its opening membership was taken from; null where that came from files, or nothing is computed.';
comment on column recon.events.is_stale is
    'True when that event was restated since and has other members now, or is stale itself: a backfill from this event '
    'on clears it.';
