create table reference.structure_evidence (
    precedence smallint not null,
    structure varchar not null check (
        structure in ('spac', 'bdc', 'closed_end_fund', 'lp', 'llc', 'royalty_trust', 'reit')
    ),
    kind varchar not null check (
        kind in ('industry', 'name', 'name_in_finance', 'name_in_resources', 'name_of_manager')
    ),
    term varchar not null,
    strength varchar not null check (strength in ('strong', 'weak')),
    source varchar not null,
    primary key (structure, kind, term)
);

comment on table reference.structure_evidence is
'What in an industry or a printed name tells how an issuer is built (methodology 2.4-2.7): one row a term.';
comment on column reference.structure_evidence.precedence is 'Where several terms hold, the lowest number decides.';
comment on column reference.structure_evidence.structure is 'What the term tells.';
comment on column reference.structure_evidence.kind is
'Where the term is looked for: `industry`, the whole industry; `name`, words of the name; `name_in_finance` and '
'`name_in_resources`, words of the name of a company in such an industry (reference.industry_groups); '
'`name_of_manager`, words of the name of a company without classes whose industry is Investment Managers.';
comment on column reference.structure_evidence.term is
'The industry as printed, or words in lower case without punctuation.';
comment on column reference.structure_evidence.strength is
'`strong` decides for everybody; `weak` decides for a newcomer and leaves the rule open for a member.';
comment on column reference.structure_evidence.source is
'The rule that makes the structure matter, and whose term it is.';
