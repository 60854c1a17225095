create table reference.nationality_priors (
    seat varchar not null check (seat in ('*', 'us', 'bdi', 'no_exchange', 'china', 'other')),
    incorporation varchar not null check (incorporation in ('*', 'us', 'bdi', 'no_exchange', 'china', 'other')),
    share_form varchar not null check (share_form in ('*', 'stock', 'shares', 'beneficial_interest', 'unnamed')),
    stated varchar not null check (stated in ('*', 'us', 'bdi', 'no_exchange', 'china', 'other')),
    companies bigint not null check (companies > 0),
    us_companies bigint not null check (us_companies >= 0),
    us_share decimal(6, 4) not null check (us_share between 0 and 1),
    source varchar not null,
    primary key (seat, incorporation, share_form, stated),
    check (us_companies <= companies)
);

comment on table reference.nationality_priors is
    'What became of companies that were no members, by what is public of their country: one row a cell of evidence, '
    'with how many there were and how many the owner of the indexes took for a US company at the reconstitution of '
    'June 2022. Counts only; made by benchmarks/fit_nationality_prior.py.';
comment on column reference.nationality_priors.seat is
    'Group of the country of the headquarters that count (core.nationality.seat_group); * for any, and for unknown.';
comment on column reference.nationality_priors.incorporation is
    'Group of the country of incorporation that a filer states; * for any, and for unknown.';
comment on column reference.nationality_priors.share_form is
    'What the issuer calls its shares: stock (common stock), shares (ordinary or common shares), beneficial_interest, '
    'unnamed where the printed name does not say; * for any.';
comment on column reference.nationality_priors.stated is
    'Group of the one country that the screener states; * for any, and for none.';
comment on column reference.nationality_priors.companies is
    'Companies with this evidence, whatever the rest of theirs.';
comment on column reference.nationality_priors.us_companies is 'Those that were in the Russell 3000 after it.';
comment on column reference.nationality_priors.us_share is
    'Share of those, drawn towards that of the next wider cell as if two companies more had it.';
comment on column reference.nationality_priors.source is 'What it was fitted on.';
