create table reference.industry_groups (
    industry varchar not null,
    industry_group varchar not null check (industry_group in ('finance', 'resources', 'banks')),
    source varchar not null,
    primary key (industry)
);

comment on table reference.industry_groups is
'Industries in which funds, BDCs, royalty trusts or banks are found: one row an industry.';
comment on column reference.industry_groups.industry is 'The industry as the screener prints it.';
comment on column reference.industry_groups.industry_group is
'`finance`, where funds and BDCs are found; `resources`, where royalty trusts are; `banks`, of which some do not file '
'with the SEC.';
comment on column reference.industry_groups.source is 'Where the fact is from.';
