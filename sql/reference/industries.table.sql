create table reference.industries (
    sector varchar,
    industry varchar,
    icb_industry varchar not null check (
        icb_industry in (
            'Technology', 'Telecommunications', 'Health Care', 'Financials', 'Real Estate',
            'Consumer Discretionary', 'Consumer Staples', 'Industrials', 'Basic Materials', 'Energy', 'Utilities'
        )
    ),
    source varchar not null,
    unique (sector),
    unique (industry),
    check ((sector is null) <> (industry is null))
);

comment on table reference.industries is
    'One row a sector name, or an industry name, of the screener, with the ICB industry that we take for it. An '
    'approximation.';
comment on column reference.industries.sector is
    'Sector as the screener prints it; null where the row maps an industry.';
comment on column reference.industries.industry is
    'Industry as the screener prints it; it overrules the sector. Null where the row maps a sector.';
comment on column reference.industries.icb_industry is 'Name of the ICB industry (methodology 12).';
comment on column reference.industries.source is 'Where the mapping is from.';
