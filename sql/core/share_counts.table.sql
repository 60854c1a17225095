create table core.share_counts (
    event_id varchar not null,
    cik bigint not null check (cik > 0),
    source varchar not null check (source in ('sec_notes', 'sec_companyfacts')),
    recency bigint not null check (recency between 1 and 5),
    cover_date date not null,
    accession varchar not null,
    form varchar not null,
    filed_date date not null,
    known_at timestamp not null,
    company_shares bigint check (company_shares >= 0),
    classes_sum_shares bigint check (classes_sum_shares >= 0),
    class_count bigint not null check (class_count >= 0),
    total_shares bigint not null check (total_shares >= 0),
    primary key (event_id, cik, source, recency)
);

comment on table core.share_counts is
    'One row an event, filer, source and cover date: the share count on the cover of one filing that was public on the '
    'rank day, for the five newest cover dates. As filed: not adjusted for later splits.';
comment on column core.share_counts.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column core.share_counts.cik is 'Number of the filer with the SEC.';
comment on column core.share_counts.source is
    'sec_notes (knows classes of stock) or sec_companyfacts (whole companies alone, companyconcept among it).';
comment on column core.share_counts.recency is '1 is the newest cover date of the source.';
comment on column core.share_counts.cover_date is 'Day that the count is of.';
comment on column core.share_counts.accession is 'Filing that states it: of several the last filed.';
comment on column core.share_counts.form is 'Form of the filing.';
comment on column core.share_counts.filed_date is 'Day of filing, New York.';
comment on column core.share_counts.known_at is 'When the filing became public, UTC.';
comment on column core.share_counts.company_shares is 'Count without a class of stock; null where none is stated.';
comment on column core.share_counts.classes_sum_shares is
    'Sum over the classes of stock of this filing; null where it states none.';
comment on column core.share_counts.class_count is 'Classes of stock that the filing counts apart.';
comment on column core.share_counts.total_shares is
    'Shares of the company: the count without a class if it is at least that of the largest class, else the sum of '
    'the classes; never both.';
