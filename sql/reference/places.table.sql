create table reference.places (
    scheme varchar not null check (scheme in ('sec', 'iso')),
    code varchar not null check (code <> ''),
    country varchar not null,
    source varchar not null,
    primary key (scheme, code)
);

comment on table reference.places is
    'One row a code of a state or country, in the scheme that it is of: CA is California with the SEC and Canada in '
    'ISO 3166, DE Delaware and Germany.';
comment on column reference.places.scheme is
    'sec: state and country codes of EDGAR, as its submissions print them. iso: ISO 3166, with US- before a state, as '
    'we write what the data sets of the SEC print in two columns.';
comment on column reference.places.code is 'Code in capitals.';
comment on column reference.places.country is
    'Country in English, as the screener prints it where it does; a US state is in the United States, a territory '
    'stands for itself (reference.countries has its group).';
comment on column reference.places.source is 'Who gives the code this meaning.';
