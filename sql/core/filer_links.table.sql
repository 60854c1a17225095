create table core.filer_links (
    event_id varchar not null,
    ticker varchar not null,
    cik bigint not null check (cik > 0),
    source varchar not null,
    as_of date not null,
    known_at timestamp not null,
    candidate_count bigint not null check (candidate_count >= 1),
    known_late boolean not null,
    primary key (event_id, ticker)
);

comment on table core.filer_links is
    'One row an event and rank-day ticker whose issuer files with the SEC: its number there, as known by the rank day '
    'or, marked so, as a later list has it for a filer of that name. Some banks file elsewhere and have no row.';
comment on column core.filer_links.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.filer_links.ticker is 'Ticker on the rank day, in ROOT.CLASS form.';
comment on column core.filer_links.cik is 'Number of the issuer with the SEC.';
comment on column core.filer_links.source is
    'Source that says so: the first of reference.source_order (identity) that knows the ticker. Of a list of symbols '
    'the newest file speaks alone.';
comment on column core.filer_links.as_of is 'Day of its newest statement: of the list, or filed.';
comment on column core.filer_links.known_at is 'When that became public, UTC.';
comment on column core.filer_links.candidate_count is
    'Numbers that this statement gives for the ticker; of several the lowest is taken.';
comment on column core.filer_links.known_late is
    'True where only a list of after the rank day has the number: a number never changes, and what is found by it is '
    'judged by its own dates (rule use_known_late).';
