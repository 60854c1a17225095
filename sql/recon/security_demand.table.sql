create table recon.security_demand (
    event_id varchar not null,
    vintage varchar not null check (vintage in ('preliminary', 'final')),
    security_id varchar not null,
    company_id varchar not null,
    movement varchar not null check (movement in ('new', 'up', 'down', 'out')),
    ticker varchar not null,
    rank_ticker varchar not null,
    company_name varchar not null,
    joins varchar,
    leaves varchar,
    r1000_weight_change_pct decimal(12, 8),
    r2000_weight_change_pct decimal(12, 8),
    rmicro_weight_change_pct decimal(12, 8),
    close_usd decimal(18, 4),
    usd_per_billion_each decimal(18, 2),
    shares_per_billion_each bigint,
    adv_usd decimal(24, 2) check (adv_usd > 0),
    adv_basis varchar check (adv_basis in ('month', 'two years')),
    closing_auction_usd decimal(24, 2),
    days_of_adv_per_billion_each decimal(18, 4) check (days_of_adv_per_billion_each >= 0),
    closing_auction_multiple_per_billion_each decimal(18, 4) check (closing_auction_multiple_per_billion_each >= 0),
    counted_indexes varchar,
    uncounted_indexes varchar,
    demand_usd decimal(24, 2),
    bought_usd decimal(24, 2) check (bought_usd >= 0),
    sold_usd decimal(24, 2) check (sold_usd <= 0),
    demand_shares bigint,
    days_of_adv decimal(18, 4) check (days_of_adv >= 0),
    closing_auction_multiple decimal(18, 4) check (closing_auction_multiple >= 0),
    primary key (event_id, vintage, security_id),
    check ((counted_indexes is null) = (demand_usd is null)),
    check (joins is not null or leaves is not null)
);

comment on table recon.security_demand is
    'One row an event and security that recon.index_demand has: its trades netted over the indexes, so that who moves '
    'from the Russell 2000 to the 1000 is sold by one fund and bought by another. All of it is an ESTIMATE, signed, a '
    'purchase above zero. Indexes lie within one another; nothing is counted twice, for money is counted by the index '
    'that it follows: one billion each in R1000, R2000 and RMICRO, or the assets that reference.index_assets states '
    'for each index by itself.';
comment on column recon.security_demand.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.security_demand.vintage is
    'final once the first session of the new membership was seen, preliminary before.';
comment on column recon.security_demand.security_id is 'Lasting identifier of the listing line.';
comment on column recon.security_demand.company_id is 'Lasting identifier of the company.';
comment on column recon.security_demand.movement is
    'Where the line moves within the family, as in recon.index_changes.';
comment on column recon.security_demand.ticker is 'Ticker, as in recon.index_changes.';
comment on column recon.security_demand.rank_ticker is 'Ticker on the rank day.';
comment on column recon.security_demand.company_name is 'Name of the company.';
comment on column recon.security_demand.joins is 'Indexes that add it, with commas between; null where none does.';
comment on column recon.security_demand.leaves is 'Indexes that delete it, with commas between; null where none does.';
comment on column recon.security_demand.r1000_weight_change_pct is
    'ESTIMATE: weight in the Russell 1000 after the event less that before, percent; null where that index neither adds '
    'nor deletes it, or its weight is unknown.';
comment on column recon.security_demand.r2000_weight_change_pct is 'The same in the Russell 2000.';
comment on column recon.security_demand.rmicro_weight_change_pct is 'The same in the Russell Microcap.';
comment on column recon.security_demand.close_usd is 'Close of the rank day, USD a share, unadjusted.';
comment on column recon.security_demand.usd_per_billion_each is
    'ESTIMATE: the net trade if one billion dollars followed each of R1000, R2000 and RMICRO, USD at prices of the rank '
    'day; null where none of these changes it, or a weight is unknown.';
comment on column recon.security_demand.shares_per_billion_each is 'ESTIMATE: the same in shares of the rank day.';
comment on column recon.security_demand.adv_usd is
    'Average daily traded value of the line, USD, as in recon.index_demand.';
comment on column recon.security_demand.adv_basis is 'What the average is over, as in recon.index_demand.';
comment on column recon.security_demand.closing_auction_usd is
    'ASSUMPTION: what usually trades in the closing auction, USD a day, as in recon.index_demand.';
comment on column recon.security_demand.days_of_adv_per_billion_each is
    'ESTIMATE: usd_per_billion_each in days of average trading, whether bought or sold.';
comment on column recon.security_demand.closing_auction_multiple_per_billion_each is
    'ESTIMATE: usd_per_billion_each in usual closing auctions.';
comment on column recon.security_demand.counted_indexes is
    'Indexes whose stated assets are in demand_usd, with commas between; null where no assets are stated.';
comment on column recon.security_demand.uncounted_indexes is
    'Indexes that change it too, but whose assets or weights are unknown: left out, not zero.';
comment on column recon.security_demand.demand_usd is
    'ESTIMATE: the net trade of the stated assets of all counted indexes, USD at prices of the rank day.';
comment on column recon.security_demand.bought_usd is 'ESTIMATE: what of them is bought, USD.';
comment on column recon.security_demand.sold_usd is 'ESTIMATE: what of them is sold, USD, below zero.';
comment on column recon.security_demand.demand_shares is 'ESTIMATE: the net trade in shares of the rank day.';
comment on column recon.security_demand.days_of_adv is 'ESTIMATE: the net trade in days of average trading.';
comment on column recon.security_demand.closing_auction_multiple is
    'ESTIMATE: the net trade in usual closing auctions.';
