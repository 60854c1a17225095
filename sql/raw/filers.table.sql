create table raw.filers (
    source varchar not null check (source in ('sec_submissions', 'sec_statements', 'sec_notes')),
    cik bigint not null check (cik > 0),
    as_of date not null,
    known_at timestamp not null,
    name varchar not null,
    sic varchar check (sic between '0000' and '9999'),
    entity_type varchar,
    filer_category varchar,
    incorporation_code varchar,
    headquarters_code varchar,
    headquarters_city varchar,
    form varchar,
    accession varchar,
    period_end date,
    payload_sha256 varchar not null
);

comment on table raw.filers is
    'One row a filer of the SEC and statement of who it is: a submissions header (current when fetched) or a '
    'filing''s own header (as filed).';
comment on column raw.filers.source is
    'sec_submissions (current header), sec_statements or sec_notes (sub table of a data set: as filed).';
comment on column raw.filers.cik is 'Number of the filer with the SEC.';
comment on column raw.filers.as_of is 'Day that the statement is of: fetched, or filed.';
comment on column raw.filers.known_at is
    'When the row became public, UTC. For a filing when it was accepted, else the end of the day that it was filed.';
comment on column raw.filers.name is 'Name of the filer.';
comment on column raw.filers.sic is
    'Standard industrial classification, four digits; 6770 is a blank check, 6798 a REIT.';
comment on column raw.filers.entity_type is 'operating, other, and the like, as the SEC prints it.';
comment on column raw.filers.filer_category is 'Large accelerated filer and the like, as the SEC prints it.';
comment on column raw.filers.incorporation_code is
    'State or country of incorporation. In sec_submissions a code of the SEC (CA is California, E9 the Cayman Islands); '
    'else ISO 3166, with US- before a state (CA is Canada).';
comment on column raw.filers.headquarters_code is 'State or country of the business address, in the same codes.';
comment on column raw.filers.headquarters_city is 'City of the business address.';
comment on column raw.filers.form is 'Form that states it; null for a submissions header.';
comment on column raw.filers.accession is 'Accession number of that filing; null for a submissions header.';
comment on column raw.filers.period_end is 'Period of the filing; null for a submissions header.';
comment on column raw.filers.payload_sha256 is 'Hash of the payload that the row is from: one row of raw.payloads.';
