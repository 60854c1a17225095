create table core.inferred_members (
    event_id varchar not null,
    index_id varchar not null check (index_id in ('RMICRO')),
    ticker varchar not null,
    name varchar,
    as_of date not null,
    cap_usd decimal(24, 4) not null,
    cut_usd decimal(24, 4) not null,
    primary key (event_id, index_id, ticker, as_of)
);

comment on table core.inferred_members is
    'One row an event and line of the Russell 2000 that by its cap was in the Microcap too, though the list of the '
    'Microcap, a sample, does not name it (methodology 7.3). Empty where that list is not a file.';
comment on column core.inferred_members.event_id is 'Event of the index calendar, as 2023-06-recon.';
comment on column core.inferred_members.index_id is 'Index that the line is taken to be a member of.';
comment on column core.inferred_members.ticker is 'Ticker as the list of the Russell 2000 writes it.';
comment on column core.inferred_members.name is 'Name as that list writes it.';
comment on column core.inferred_members.as_of is 'Date of that list.';
comment on column core.inferred_members.cap_usd is
    'Total market cap of the company on the rank day that the list is the outcome of, USD.';
comment on column core.inferred_members.cut_usd is
    'Cap, USD, below which every company of the Russell 2000 was in the Microcap: the lower edge of the band.';
