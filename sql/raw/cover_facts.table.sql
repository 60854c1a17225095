create table raw.cover_facts (
    source varchar not null check (
        source in ('sec_companyfacts', 'sec_notes', 'sec_companyconcept', 'sec_frames')
    ),
    cik bigint not null check (cik > 0),
    taxonomy varchar not null,
    tag varchar not null,
    class_member varchar not null,
    unit varchar not null check (unit in ('shares', 'USD')),
    end_date date not null,
    value decimal(28, 2) not null,
    form varchar,
    filed_date date,
    accession varchar not null,
    known_at timestamp not null,
    payload_sha256 varchar not null,
    primary key (source, cik, taxonomy, tag, class_member, unit, end_date, accession, value)
);

comment on table raw.cover_facts is
    'One row a share count or public float that a filing states, by company or by class of stock, as filed.';
comment on column raw.cover_facts.source is
    'Which file of the SEC; sec_frames look ahead (they keep the last filed) and serve reconciliation only.';
comment on column raw.cover_facts.cik is 'Number of the filer with the SEC.';
comment on column raw.cover_facts.taxonomy is 'dei or us-gaap.';
comment on column raw.cover_facts.tag is
    'EntityCommonStockSharesOutstanding, CommonStockSharesOutstanding or EntityPublicFloat.';
comment on column raw.cover_facts.class_member is
    'Member of the class-of-stock axis, as CommonClassA; empty for the whole entity.';
comment on column raw.cover_facts.unit is 'shares or USD.';
comment on column raw.cover_facts.end_date is
    'Day that the figure is of: the cover date, not the period end. The as_of of this table.';
comment on column raw.cover_facts.value is 'The figure, in the unit, as filed: not adjusted for later splits.';
comment on column raw.cover_facts.form is 'Form that states it; null in frames.';
comment on column raw.cover_facts.filed_date is 'Day of filing; null in frames.';
comment on column raw.cover_facts.accession is 'Accession number of the filing.';
comment on column raw.cover_facts.known_at is
    'When the row became public, UTC. The end of the day that it was filed; of frames, when they were fetched.';
comment on column raw.cover_facts.payload_sha256 is
    'Hash of the payload that the row is from: one row of raw.payloads.';
