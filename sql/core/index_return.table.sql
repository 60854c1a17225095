create table core.index_return (
    event_id varchar not null,
    index_id varchar not null check (index_id in ('R3000E', 'R3000')),
    base_rank_day date not null,
    rank_day date not null,
    company_count bigint not null check (company_count >= 1),
    base_value_usd decimal(28, 4) not null check (base_value_usd > 0),
    value_usd decimal(28, 4) not null check (value_usd > 0),
    return_pct decimal(12, 6) not null,
    primary key (event_id)
);

comment on table core.index_return is
    'One row a quarterly event: the price return, weighted by market cap, of our own index from the rank day of the last '
    'reconstitution to that of the event, by which the breakpoints move (methodology 9.4, 18.8). Empty for '
    'reconstitutions.';
comment on column core.index_return.event_id is
    'Event of the index calendar, as 2025-09-ipo; see reference.recon_events.';
comment on column core.index_return.index_id is
    'R3000E where the members of before are known down to the Microcap, else R3000.';
comment on column core.index_return.base_rank_day is 'Rank day of the last reconstitution.';
comment on column core.index_return.rank_day is 'Rank day of the event.';
comment on column core.index_return.company_count is
    'Companies that were priced on both days: members that left in between, or came, are not among them.';
comment on column core.index_return.base_value_usd is 'What they were worth on the base day, USD.';
comment on column core.index_return.value_usd is
    'What the same shares are worth on the rank day, splits followed, USD.';
comment on column core.index_return.return_pct is 'The return in percent, rounded down; breakpoints use the two values.';
