create table reference.countries (
    country varchar not null,
    country_group varchar not null check (
        country_group in (
            'us', 'us_territory', 'bdi', 'no_domestic_exchange', 'n_share', 'other'
        )
    ),
    inc_is_local_form boolean not null,
    source varchar not null,
    primary key (country)
);

comment on table reference.countries is
    'One row a country as the screener prints it, with the group that the nationality rules put it in.';
comment on column reference.countries.country is 'Country as the screener prints it.';
comment on column reference.countries.country_group is
    'us; us_territory (1.12); bdi = place of benefit-driven incorporation (1.9); no_domestic_exchange (1.11); '
    'n_share = China (1.13); other.';
comment on column reference.countries.inc_is_local_form is
    'True where companies under local law call themselves Inc., so that the name says nothing about the US.';
comment on column reference.countries.source is 'Section of the methodology notes, or our own observation.';
