create table recon.near_miss (
    event_id varchar not null,
    company_id varchar not null,
    cut_id varchar not null check (
        cut_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MICRO', 'R3000', 'R3000E', 'MIN_PRICE', 'MIN_CAP'
        )
    ),
    security_id varchar not null,
    ticker varchar not null,
    company_name varchar not null,
    rank bigint check (rank >= 1),
    percentile decimal(9, 6),
    market_cap_usd decimal(24, 4) not null check (market_cap_usd > 0),
    close_usd decimal(18, 4),
    outstanding_shares bigint,
    side_before varchar check (side_before in ('above', 'below', 'new', 'unknown', 'no_band')),
    is_above boolean not null,
    is_held_by_band boolean not null,
    leaves varchar,
    enters varchar,
    edge_percentile decimal(10, 6),
    flip_cap_usd decimal(24, 4) not null check (flip_cap_usd > 0),
    margin_usd decimal(24, 4) not null,
    margin_pct decimal(10, 6) not null,
    margin_ranks bigint,
    nearness bigint not null check (nearness >= 1),
    passed_ticker varchar,
    flip_price_usd decimal(18, 4) check (flip_price_usd > 0),
    flip_shares bigint check (flip_shares > 0),
    primary key (event_id, company_id, cut_id),
    unique (event_id, nearness),
    check ((margin_usd < 0) = is_above),
    check (leaves is not null or enters is not null)
);

comment on table recon.near_miss is
    'One row an event, company and cut that it is near to: what would move it to the other side, all other companies '
    'staying as they are. Near is a move of its market cap by no more than the rule near_miss_pct says, in its natural '
    'direction: smaller for one above the cut, larger for one below. Of a reconstitution the ranked companies, at bands '
    'and cuts as recon.placements decides them (methodology 7.4-7.10), and those that the lowest price or market cap '
    'alone decides on (3.1, 4.1); of a quarterly event the candidates at its breakpoints (9.3, 9.4). A cut that decides '
    'on no index of a company is not told. Carried companies '
    'have no figures that could move them, the float, a proxy, tells no exact edge, and who left the exchanges before the '
    'effective date is in no index: none of them is here.';
comment on column recon.near_miss.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.near_miss.company_id is 'Lasting identifier of the company.';
comment on column recon.near_miss.cut_id is
    'What decides: a breakpoint_id of recon.breakpoints (of a quarterly event of recon.ipo_breakpoints, where the lowest '
    'is the floor), MIN_PRICE, the lowest close, or MIN_CAP, the lowest total market cap.';
comment on column recon.near_miss.security_id is 'Line that prices the company.';
comment on column recon.near_miss.ticker is 'Its ticker on the rank day.';
comment on column recon.near_miss.company_name is 'Name of the company.';
comment on column recon.near_miss.rank is 'Rank, as in recon.ranking; null where it is not ranked.';
comment on column recon.near_miss.percentile is 'Percentile, percent, as in recon.ranking; null where it is not ranked.';
comment on column recon.near_miss.market_cap_usd is 'Total market cap of the company on the rank day, USD.';
comment on column recon.near_miss.close_usd is 'Close of the line that prices it, USD a share.';
comment on column recon.near_miss.outstanding_shares is 'Shares of the company in units of that line.';
comment on column recon.near_miss.side_before is
    'Side of the cut before the event, as in recon.placements: the band holds above and below, a newcomer has none. '
    'Null of MIN_PRICE and MIN_CAP.';
comment on column recon.near_miss.is_above is
    'True when the company is above the cut after the event, or passes the rule: it would have to fall.';
comment on column recon.near_miss.is_held_by_band is 'True when its rank alone would place it on the other side.';
comment on column recon.near_miss.leaves is
    'Indexes that it would be out of on the other side of this cut, with blanks between, by name, as R1000 MIDCAP: '
    'what recon.placements says of the cut; of MIN_PRICE and MIN_CAP all that it is in. Null = none.';
comment on column recon.near_miss.enters is
    'Indexes that it would be in there and is not in, likewise; of one that fails MIN_PRICE, MIN_CAP or the floor of a '
    'quarterly event by the breakpoints alone, as a newcomer. Null = none.';
comment on column recon.near_miss.edge_percentile is
    'Percentile that decides, percent: that of the cut, for a member plus or minus the half width of the band (7.6). '
    'Null where no percentile decides.';
comment on column recon.near_miss.flip_cap_usd is
    'Market cap at which it is on the other side, USD; a hundredth of a cent short of it it is not. Of MIN_PRICE the cap '
    'at that close.';
comment on column recon.near_miss.margin_usd is
    'flip_cap_usd less market_cap_usd, USD: negative = it would have to lose so much, positive = to gain it.';
comment on column recon.near_miss.margin_pct is
    'The same in percent of market_cap_usd, cut to six decimals.';
comment on column recon.near_miss.margin_ranks is
    'Places that it would move, negative = down; null where no rank decides.';
comment on column recon.near_miss.nearness is 'Order within the event by the size of margin_pct, 1 = nearest.';
comment on column recon.near_miss.passed_ticker is
    'Company whose place it would take, by its ticker on the rank day; null where no rank decides.';
comment on column recon.near_miss.flip_price_usd is
    'Close of the line at which it flips, USD a share, rounded to that side; null where its cap is made from another '
    'line.';
comment on column recon.near_miss.flip_shares is
    'Share count at which it flips at its own close, rounded to that side; null likewise, and of MIN_PRICE.';
