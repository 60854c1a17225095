create table reference.ipo_vote_priors (
    industry varchar not null,
    companies integer not null check (companies >= 1),
    taken integer not null check (taken between 0 and companies),
    source varchar not null,
    primary key (industry)
);

comment on table reference.ipo_vote_priors is
    'One row an ICB industry: of the companies that came to the market with one class of several, and qualified by all '
    'that can be seen, how many were taken at the next quarterly event. The others failed on votes: the class that is '
    'listed is mostly the one with fewer, and all but the shares offered are locked up (methodology 4.3, 8.4).';
comment on column reference.ipo_vote_priors.industry is 'ICB industry, as in recon.universe.';
comment on column reference.ipo_vote_priors.companies is 'Companies counted.';
comment on column reference.ipo_vote_priors.taken is 'Of them those that an index fund held before the next reconstitution.';
comment on column reference.ipo_vote_priors.source is 'How and on what it was counted.';
