create table reference.countries (
    country varchar not null,
    country_group varchar not null check (
        country_group in (
            'us', 'us_territory', 'bdi', 'no_domestic_exchange', 'n_share'
        )
    ),
    source varchar not null,
    primary key (country)
);

comment on table reference.countries is
    'One row a country that the nationality rules treat apart, with its group; all other countries are alike.';
comment on column reference.countries.country is 'Country as the screener prints it, and as reference.places has it.';
comment on column reference.countries.country_group is
    'us; us_territory (1.12); bdi = place of benefit-driven incorporation (1.9); no_domestic_exchange (1.11); '
    'n_share = China (1.13).';
comment on column reference.countries.source is 'Section of the methodology notes, or our own observation.';
