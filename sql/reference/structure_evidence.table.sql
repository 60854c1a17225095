create table reference.structure_evidence (
    precedence smallint not null,
    structure varchar not null check (
        structure in ('operating', 'spac', 'bdc', 'closed_end_fund', 'lp', 'llc', 'royalty_trust', 'reit')
    ),
    kind varchar not null check (
        kind in (
            'file_number', 'form', 'filer_without_sic', 'sic_group', 'directory_name', 'asset_type',
            'asset_type_in_finance', 'sister_line', 'price', 'industry', 'name', 'name_in_finance', 'name_in_resources',
            'name_in_pools', 'name_of_manager'
        )
    ),
    term varchar not null,
    strength varchar not null check (strength in ('strong', 'weak')),
    source varchar not null,
    primary key (structure, kind, term)
);

comment on table reference.structure_evidence is
'What in a filing, a list, an industry or a printed name tells how an issuer is built (methodology 2.4-2.7), in the '
'order of its strength: one row a term.';
comment on column reference.structure_evidence.precedence is 'Where several terms hold, the lowest number decides.';
comment on column reference.structure_evidence.structure is 'What the term tells.';
comment on column reference.structure_evidence.kind is
    'Where the term is looked for. `file_number` (its register) and `form`: the last annual report, or an offering, of '
    'the year before the rank day; `filer_without_sic`: the entity type of a filer that has no SIC; `sic_group`: '
    'reference.sic_groups; `directory_name`: words of the name in the symbol directory; `asset_type`: of a list of '
    'symbols, `asset_type_in_finance` that of a line in finance; `sister_line`: type of another line of the issuer; '
    '`price`: closes of the month before; `industry`: the whole industry; `name`: words of the name; '
    '`name_in_finance`, `name_in_resources` and `name_in_pools`: words of the name of a company in such an industry '
    '(reference.industry_groups) or with such a SIC (reference.sic_groups); `name_of_manager`: words of the name of a '
    'company without classes whose industry is Investment Managers.';
comment on column reference.structure_evidence.term is
'A form, industry or group as printed, or words in lower case without punctuation.';
comment on column reference.structure_evidence.strength is
'`strong` decides for everybody, for it cannot be out of date; `weak` decides for a newcomer and leaves the rule open '
'for a member. What was only observed after the rank day is weak whatever stands here.';
comment on column reference.structure_evidence.source is
'The rule that makes the structure matter, and whose term it is.';
