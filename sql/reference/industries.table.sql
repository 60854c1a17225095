create table reference.industries (
    precedence integer not null check (precedence >= 1),
    sector varchar,
    industry varchar,
    sic_from varchar,
    sic_to varchar,
    name_word varchar,
    icb_industry varchar not null check (
        icb_industry in (
            'Technology', 'Telecommunications', 'Health Care', 'Financials', 'Real Estate',
            'Consumer Discretionary', 'Consumer Staples', 'Industrials', 'Basic Materials', 'Energy', 'Utilities'
        )
    ),
    source varchar not null,
    primary key (precedence),
    unique (sector),
    check (coalesce(sector, industry, sic_from, name_word) is not null),
    check (sector is null or (industry is null and sic_from is null and name_word is null)),
    check ((sic_from is null) = (sic_to is null)),
    check (sic_from <= sic_to)
);

comment on table reference.industries is
    'One row a rule that finds the ICB industry of a company: what it asks for must hold altogether, and of the rules '
    'that hold the first decides. It speaks of kinds of companies, never of one. An approximation.';
comment on column reference.industries.precedence is 'Order of the rules: of those that hold the lowest decides.';
comment on column reference.industries.sector is
    'Sector as the screener prints it; null where the rule does not ask. It stands alone.';
comment on column reference.industries.industry is
    'Industry as the screener prints it; null where the rule does not ask.';
comment on column reference.industries.sic_from is
    'First standard industrial classification of a range, four digits; null where the rule does not ask.';
comment on column reference.industries.sic_to is 'Last of that range.';
comment on column reference.industries.name_word is
    'Word of the plain name of the issuer, one for a kind of company; null where the rule does not ask.';
comment on column reference.industries.icb_industry is 'Name of the ICB industry (methodology 12).';
comment on column reference.industries.source is 'Where the mapping is from.';
