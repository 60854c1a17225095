create table recon.index_membership (
    event_id varchar not null,
    vintage varchar not null check (vintage in ('preliminary', 'final')),
    index_id varchar not null check (
        index_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MIDCAP', 'R2000', 'R2500', 'R3000', 'R3000E', 'RMICRO'
        )
    ),
    security_id varchar not null,
    company_id varchar not null,
    ticker varchar not null,
    rank_ticker varchar not null,
    company_name varchar not null,
    industry varchar,
    rank bigint check (rank >= 1),
    market_cap_usd decimal(24, 4) check (market_cap_usd > 0),
    percentile decimal(9, 6),
    status varchar not null check (status in ('ranked', 'carried', 'kept', 'added')),
    is_held_by_band boolean not null,
    is_pricing_vehicle boolean not null,
    weight_pct decimal(12, 8) check (weight_pct between 0 and 100),
    weight_basis varchar check (weight_basis in ('public float', 'total cap')),
    primary key (event_id, vintage, index_id, security_id),
    check (status not in ('ranked', 'added') or market_cap_usd is not null),
    check (status <> 'carried' or market_cap_usd is null),
    check ((weight_pct is null) = (weight_basis is null))
);

comment on table recon.index_membership is
    'One row an event, index and security: who is in the index after the event. Reconstructed from public data, '
    'not the official list. It holds from the session after the effective date; changes between events are not in '
    'it. After a quarterly event these are the members of before that are still listed, and its additions.';
comment on column recon.index_membership.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.index_membership.vintage is
    'final once the first session of the new membership was seen, so that lines gone by then are out; preliminary '
    'before.';
comment on column recon.index_membership.index_id is 'Index, as in reference.indexes.';
comment on column recon.index_membership.security_id is
    'Lasting identifier of the listing line; it survives changes of ticker.';
comment on column recon.index_membership.company_id is
    'Lasting identifier of the company; all its eligible lines are in the same indexes (methodology 5.5).';
comment on column recon.index_membership.ticker is
    'Ticker on the first session of the new membership; while preliminary that of the day as of which the event was run '
    '(known_at in recon.events).';
comment on column recon.index_membership.rank_ticker is 'Ticker on the rank day.';
comment on column recon.index_membership.company_name is 'Name of the company.';
comment on column recon.index_membership.industry is
    'ICB industry: our mapping, an approximation of the official classification; see recon.universe. Null where '
    'unmapped, and before 2020-09-18.';
comment on column recon.index_membership.rank is
    'Rank of the company by total market cap on the rank day of the reconstitution that placed it; null for additions of '
    'quarterly events, and where the opening states none.';
comment on column recon.index_membership.market_cap_usd is
    'Total market cap of the company on the rank day, USD: not of the line, and not the float that weights use. '
    'Null when carried, and of a kept member without figures.';
comment on column recon.index_membership.percentile is
    'Percentile of the company, percent (7.5); null after a quarterly event, which ranks nobody.';
comment on column recon.index_membership.status is
    'ranked = placed by its own market cap; carried = a member without figures that kept its place, never dropped '
    'for lack of data; of a quarterly event: kept = a member of before, added = an addition.';
comment on column recon.index_membership.is_held_by_band is
    'True when the company is in this index because a band keeps it on a side of a cut that its rank is not on (7.8).';
comment on column recon.index_membership.is_pricing_vehicle is
    'True for the line that prices the company: one a company, for counting companies.';
comment on column recon.index_membership.weight_pct is
    'ESTIMATE of the weight of the line in the index at the close of the rank day, percent; not the official weight. '
    'What the company is worth (weight_basis), shared among its lines in the index by the shares of each class where '
    'the filing counts all of them, else by what they trade; since 2016 without a class that is no line itself (5.6), '
    'where all are counted. Null when carried, and for a line without a price beside one that has it; the others add up '
    'to 100 but for rounding.';
comment on column recon.index_membership.weight_basis is
    'What the weight rests on: public float, the market cap times the proxy of the free float (core.floats); total '
    'cap, all of the market cap, where that is unknown. Null where the weight is.';
