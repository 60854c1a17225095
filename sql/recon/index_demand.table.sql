create table recon.index_demand (
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
    weight_before_pct decimal(12, 8) check (weight_before_pct between 0 and 100),
    weight_after_pct decimal(12, 8) check (weight_after_pct between 0 and 100),
    weight_basis varchar check (weight_basis in ('public float', 'total cap')),
    close_usd decimal(18, 4),
    usd_per_billion decimal(18, 2),
    shares_per_billion bigint,
    adv_usd decimal(24, 2) check (adv_usd > 0),
    adv_basis varchar check (adv_basis in ('month', 'two years')),
    closing_auction_usd decimal(24, 2),
    days_of_adv_per_billion decimal(18, 4) check (days_of_adv_per_billion >= 0),
    closing_auction_multiple_per_billion decimal(18, 4) check (closing_auction_multiple_per_billion >= 0),
    assets_usd decimal(24, 2) check (assets_usd > 0),
    assets_as_of date,
    assets_source varchar,
    demand_usd decimal(24, 2),
    demand_shares bigint,
    days_of_adv decimal(18, 4) check (days_of_adv >= 0),
    closing_auction_multiple decimal(18, 4) check (closing_auction_multiple >= 0),
    primary key (event_id, vintage, index_id, security_id),
    check ((weight_before_pct is null) = (weight_after_pct is null)),
    check ((weight_after_pct is null) = (usd_per_billion is null)),
    check ((adv_usd is null) = (adv_basis is null)),
    check ((assets_usd is null) = (assets_as_of is null)),
    check ((assets_usd is null) = (assets_source is null)),
    check (assets_usd is not null or demand_usd is null)
);

comment on table recon.index_demand is
    'One row an event, index and security that the event adds or deletes: an ESTIMATE of what money that follows the '
    'index must trade. Weights are float-adjusted market caps at the close of the rank day, before the event over the '
    'members of before that are still listed, after it over the new members; amounts are signed, a purchase is above '
    'zero. What funds do before or after the effective date, cash, sampling and changes of share counts are not in it. '
    'Members that stay are no rows: together they pay for the difference, so that one-way turnover is the larger of '
    'the two sums of weights. Indexes lie within one another (the Russell 1000 in the 3000): add up over indexes only '
    'what is of money that follows each by itself, as recon.security_demand does.';
comment on column recon.index_demand.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.index_demand.vintage is
    'final once the first session of the new membership was seen, preliminary before.';
comment on column recon.index_demand.index_id is 'Index that changes.';
comment on column recon.index_demand.security_id is 'Lasting identifier of the listing line.';
comment on column recon.index_demand.company_id is 'Lasting identifier of the company.';
comment on column recon.index_demand.action is 'What happens to the line in this index, as in recon.index_changes.';
comment on column recon.index_demand.movement is
    'Where the line moves within the family, as in recon.index_changes.';
comment on column recon.index_demand.ticker is 'Ticker, as in recon.index_changes.';
comment on column recon.index_demand.rank_ticker is 'Ticker on the rank day.';
comment on column recon.index_demand.company_name is 'Name of the company.';
comment on column recon.index_demand.weight_before_pct is
    'ESTIMATE of the weight in the index before the event, percent; 0 for an addition. Null where the line has no '
    'figures (a carried member).';
comment on column recon.index_demand.weight_after_pct is
    'ESTIMATE of the weight after the event, percent, as in recon.index_membership; 0 for a deletion. Null likewise.';
comment on column recon.index_demand.weight_basis is
    'What the weight rests on, as in recon.index_membership: total cap, where the float is unknown, says too much.';
comment on column recon.index_demand.close_usd is
    'Close of the rank day, USD a share, unadjusted: what shares are reckoned with. As long as a line moves with its '
    'index the number of shares stays the same.';
comment on column recon.index_demand.usd_per_billion is
    'ESTIMATE: what one billion dollars that follow the index trade, USD at prices of the rank day; sales below zero.';
comment on column recon.index_demand.shares_per_billion is
    'ESTIMATE: the same in shares of the rank day, before later splits; null without a close.';
comment on column recon.index_demand.adv_usd is
    'Average daily traded value of the line, USD, from recon.universe (adv_basis); null where it did not trade.';
comment on column recon.index_demand.adv_basis is
    'month (traded_value_usd: the month up to the rank day), else two years (addtv_usd).';
comment on column recon.index_demand.closing_auction_usd is
    'ASSUMPTION: what usually trades in the closing auction, USD a day: adv_usd times the house rule '
    'closing_auction_pct of reference.rules; null where adv_usd is, or without that rule.';
comment on column recon.index_demand.days_of_adv_per_billion is
    'ESTIMATE: the trade of one billion dollars, in days of average trading.';
comment on column recon.index_demand.closing_auction_multiple_per_billion is
    'ESTIMATE: the trade of one billion dollars, in usual closing auctions (closing_auction_usd).';
comment on column recon.index_demand.assets_usd is
    'Passive assets of this very index, USD, the last stated on or before the effective date in '
    'reference.index_assets; null = nobody states any, not zero.';
comment on column recon.index_demand.assets_as_of is 'Day that these assets are of.';
comment on column recon.index_demand.assets_source is 'Who states them.';
comment on column recon.index_demand.demand_usd is
    'ESTIMATE: what those assets trade, USD at prices of the rank day; null without assets.';
comment on column recon.index_demand.demand_shares is 'ESTIMATE: the same in shares of the rank day.';
comment on column recon.index_demand.days_of_adv is 'ESTIMATE: the same in days of average trading.';
comment on column recon.index_demand.closing_auction_multiple is 'ESTIMATE: the same in usual closing auctions.';
