create table recon.ranking (
    event_id varchar not null,
    company_id varchar not null,
    security_id varchar not null,
    ticker varchar not null,
    company_name varchar not null,
    status varchar not null check (status in ('ranked', 'carried')),
    rank bigint not null check (rank >= 1),
    market_cap_usd decimal(24, 4) check (market_cap_usd > 0),
    placing_cap_usd decimal(24, 4) not null check (placing_cap_usd > 0),
    cumulative_cap_usd decimal(28, 4) not null,
    total_cap_usd decimal(28, 4) not null,
    percentile decimal(9, 6) not null check (percentile >= 0),
    opening_top200 boolean not null,
    opening_top500 boolean not null,
    opening_r1000 boolean not null,
    opening_r2000 boolean not null,
    opening_r3000 boolean not null,
    opening_rmicro boolean not null,
    primary key (event_id, company_id),
    unique (event_id, rank),
    check ((status = 'ranked') = (market_cap_usd is not null))
);

comment on table recon.ranking is
    'One row an event and company that no rule excludes, largest first by total market cap on the rank day '
    '(methodology 7.1).';
comment on column recon.ranking.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.ranking.company_id is 'Lasting identifier of the company.';
comment on column recon.ranking.security_id is 'Line that prices it.';
comment on column recon.ranking.ticker is 'Ticker of that line on the rank day.';
comment on column recon.ranking.company_name is 'Name of the company.';
comment on column recon.ranking.status is
    'ranked = by its own market cap; carried = a member without figures, which keeps the place that it had.';
comment on column recon.ranking.rank is 'Rank, 1 = largest; of equal caps the ticker that comes first.';
comment on column recon.ranking.market_cap_usd is
    'Total market cap of the company on the rank day, USD; null when carried.';
comment on column recon.ranking.placing_cap_usd is
    'Cap that ranks it, USD: its own, or when carried that of the company at the place that it keeps.';
comment on column recon.ranking.cumulative_cap_usd is 'Sum of the placing caps from rank 1 down to this company, USD.';
comment on column recon.ranking.total_cap_usd is
    'Sum of the placing caps of the new Russell 3000E, USD: the base of all percentiles (7.5).';
comment on column recon.ranking.percentile is
    'Cumulative by total cap, percent, cut to six decimals (7.5). Above 100 below the last rank of the Russell '
    '3000E.';
comment on column recon.ranking.opening_top200 is
    'True when a line of the company was in the Russell Top 200 before the event, as far as known.';
comment on column recon.ranking.opening_top500 is 'The same for the Russell Top 500.';
comment on column recon.ranking.opening_r1000 is
    'The same for the Russell 1000; members of the Midcap and of the Top indexes are in it.';
comment on column recon.ranking.opening_r2000 is 'The same for the Russell 2000.';
comment on column recon.ranking.opening_r3000 is
    'The same for the Russell 3000; only its members are held by bands (7.9).';
comment on column recon.ranking.opening_rmicro is 'The same for the Russell Microcap.';
