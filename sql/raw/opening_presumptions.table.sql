create table raw.opening_presumptions (
    event_id varchar not null,
    company_id varchar not null,
    recon_count bigint not null check (recon_count >= 0),
    source varchar not null,
    primary key (event_id, company_id)
);

comment on table raw.opening_presumptions is
    'One row a company of which the event before presumed that it fails a rule that cannot be seen, where an event opens '
    'from the one before. Our own lists tell of nobody more than that: who is in none of them was left out by us.';
comment on column raw.opening_presumptions.event_id is 'Event that the row opens.';
comment on column raw.opening_presumptions.company_id is 'Lasting identifier of the company.';
comment on column raw.opening_presumptions.recon_count is
    'Reconstitutions that have gone by the list of somebody else which it is not in.';
comment on column raw.opening_presumptions.source is 'The event before that the row was taken from.';
