create table recon.index_changes (
    event_id varchar not null,
    vintage varchar not null check (vintage in ('preliminary', 'final')),
    index_id varchar not null check (
        index_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MIDCAP', 'R2000', 'R2500', 'R3000', 'R3000E', 'RMICRO'
        )
    ),
    security_id varchar not null,
    company_id varchar not null,
    action varchar not null check (action in ('addition', 'deletion')),
    movement varchar not null check (movement in ('new', 'up', 'down', 'out')),
    ticker varchar not null,
    rank_ticker varchar not null,
    company_name varchar not null,
    industry varchar,
    reason varchar not null check (
        reason in (
            'rank', 'no_figures', 'listing', 'exchange', 'security_type', 'structure', 'country', 'price',
            'market_cap', 'share_class', 'float', 'votes', 'presumed_ineligible', 'ipo', 'fast_entry', 'business_combination'
        )
    ),
    rank bigint check (rank >= 1),
    market_cap_usd decimal(24, 4) check (market_cap_usd > 0),
    percentile decimal(9, 6),
    primary key (event_id, vintage, index_id, security_id)
);

comment on table recon.index_changes is
    'One row an event, index and security that the event adds or deletes. Only indexes whose members before the '
    'event are known. Lines that merged or were delisted before the effective date are no changes of the event.';
comment on column recon.index_changes.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.index_changes.vintage is
    'final once the first session of the new membership was seen, preliminary before.';
comment on column recon.index_changes.index_id is 'Index that changes.';
comment on column recon.index_changes.security_id is 'Lasting identifier of the listing line.';
comment on column recon.index_changes.company_id is 'Lasting identifier of the company.';
comment on column recon.index_changes.action is 'What happens to the line in this index.';
comment on column recon.index_changes.movement is
    'Where the line moves within the family: new (was in none that we know of), up, down (to larger or smaller '
    'companies), out (leaves all of them).';
comment on column recon.index_changes.ticker is
    'Ticker on the first session of the new membership; while preliminary that of the day as of which the event was run '
    '(known_at in recon.events).';
comment on column recon.index_changes.rank_ticker is 'Ticker on the rank day.';
comment on column recon.index_changes.company_name is 'Name of the company.';
comment on column recon.index_changes.industry is
    'ICB industry: our mapping of the source''s sector, an approximation. Null where unmapped, and before '
    '2020-09-18.';
comment on column recon.index_changes.reason is
    'rank (its place by market cap); share_class (a further class that now qualifies, or no longer does); '
    'no_figures (a line without price or share count); ipo (an addition of a quarterly event); fast_entry (one that did not wait for it, 9.8); business_combination (a '
    'company that merged with a listed shell, 9.7); else the first rule that it failed, as in '
    'recon.eligibility.';
comment on column recon.index_changes.rank is 'Rank of the company on the rank day; null where not ranked.';
comment on column recon.index_changes.market_cap_usd is
    'Total market cap of the company on the rank day, USD; null where carried or not ranked.';
comment on column recon.index_changes.percentile is 'Percentile of the company, percent (7.5); null where not ranked.';
