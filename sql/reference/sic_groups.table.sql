create table reference.sic_groups (
    sic_from varchar not null check (sic_from between '0000' and '9999'),
    sic_to varchar not null check (sic_to between '0000' and '9999'),
    sic_group varchar not null check (
        sic_group in (
            'business', 'asset_backed', 'pools', 'investment_companies', 'blank_checks', 'resources', 'reits',
            'investors'
        )
    ),
    note varchar not null,
    source varchar not null,
    primary key (sic_from)
);

comment on table reference.sic_groups is
    'What a standard industrial classification tells of how an issuer is built: one row a range of codes. A code that '
    'is in no range tells nothing.';
comment on column reference.sic_groups.sic_from is 'First code of the range, four digits.';
comment on column reference.sic_groups.sic_to is 'Last code of the range.';
comment on column reference.sic_groups.sic_group is
'`business`, an operating company; `asset_backed`, a pool of loans; `pools`, commodity pools; `investment_companies`; '
'`blank_checks`; `resources`, where royalty trusts are found; `reits`; `investors`, anything.';
comment on column reference.sic_groups.note is 'What the codes are, in our words.';
comment on column reference.sic_groups.source is 'Where the fact is from.';
