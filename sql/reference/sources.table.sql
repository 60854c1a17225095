create table reference.sources (
    source varchar not null,
    title varchar not null,
    base_url_setting varchar not null,
    needs varchar check (needs in ('RECON_SEC_CONTACT', 'RECON_MASSIVE_KEY', 'RECON_ALPHAVANTAGE_KEY')),
    gives varchar not null,
    first_day date,
    cadence varchar not null check (cadence in ('daily', 'event')),
    terms varchar not null,
    basis varchar not null,
    primary key (source)
);

comment on table reference.sources is
    'One row a source that the pipeline can read: where it is, what it needs, what it gives.';
comment on column reference.sources.source is 'Name of the source: what the column `source` of a raw table holds.';
comment on column reference.sources.title is 'What the source is.';
comment on column reference.sources.base_url_setting is
    'Setting that holds its host, or the host of its bulk files where it has two.';
comment on column reference.sources.needs is 'Setting that must be set before it is asked; null for none.';
comment on column reference.sources.gives is 'Figures that it gives.';
comment on column reference.sources.first_day is 'First session that it holds; null where that is not fixed.';
comment on column reference.sources.cadence is
    'daily: it tells of today only and is captured every day; event: it is asked when an event needs it.';
comment on column reference.sources.terms is 'What its terms mean for its payloads and for rows made from them.';
comment on column reference.sources.basis is 'Section of the provider notes that describes it.';
