create table raw.filings (
    source varchar not null check (source in ('sec_index', 'sec_submissions')),
    cik bigint not null check (cik > 0),
    company_name varchar,
    form varchar not null,
    filed_date date not null,
    known_at timestamp not null,
    accession varchar not null,
    file_number varchar,
    payload_sha256 varchar not null
);

comment on table raw.filings is
    'One row a filing of a form that tells of listing, offering or delisting (8-A12B, 10-12B of spin-offs, 424B, 25, 15, CERT) or of '
    'the kind of filer (10-K, 20-F, N-CSR).';
comment on column raw.filings.source is 'sec_index (full index) or sec_submissions.';
comment on column raw.filings.cik is 'Number of the filer with the SEC.';
comment on column raw.filings.company_name is 'Name of the filer as the index prints it; null in submissions.';
comment on column raw.filings.form is 'Form type as printed.';
comment on column raw.filings.filed_date is
    'Day of filing, New York. The as_of of this table.';
comment on column raw.filings.known_at is 'When the row became public, UTC. The end of the day that it was filed.';
comment on column raw.filings.accession is 'Accession number, with dashes.';
comment on column raw.filings.file_number is 'SEC file number, as 001-36743 or 814-00663; null in the index.';
comment on column raw.filings.payload_sha256 is 'Hash of the payload that the row is from: one row of raw.payloads.';
