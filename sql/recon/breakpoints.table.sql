create table recon.breakpoints (
    event_id varchar not null,
    breakpoint_id varchar not null check (
        breakpoint_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MICRO', 'R3000', 'R3000E'
        )
    ),
    cut_rank bigint not null check (cut_rank >= 1),
    reached_rank bigint not null check (reached_rank >= 1),
    company_id varchar not null,
    ticker varchar not null,
    market_cap_usd decimal(24, 4) not null check (market_cap_usd > 0),
    cumulative_cap_usd decimal(28, 4) not null,
    total_cap_usd decimal(28, 4) not null,
    percentile decimal(9, 6) not null,
    band_pct decimal(9, 6) not null check (band_pct >= 0),
    band_high_usd decimal(24, 4) not null,
    band_low_usd decimal(24, 4) not null,
    primary key (event_id, breakpoint_id),
    check (reached_rank <= cut_rank),
    check (band_low_usd <= market_cap_usd and market_cap_usd <= band_high_usd)
);

comment on table recon.breakpoints is
    'One row an event and cut-off rank: the company that stands there, its market cap, and the band around it '
    '(methodology 7.4, 7.6).';
comment on column recon.breakpoints.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.breakpoints.breakpoint_id is
    'Cut: lower end of the index of that name; MICRO = upper end of the Russell Microcap.';
comment on column recon.breakpoints.cut_rank is 'Last rank above the cut.';
comment on column recon.breakpoints.reached_rank is
    'Rank that stands for it: the last company''s where fewer companies qualify.';
comment on column recon.breakpoints.company_id is 'Company at that rank.';
comment on column recon.breakpoints.ticker is 'Its ticker on the rank day.';
comment on column recon.breakpoints.market_cap_usd is
    'The breakpoint, USD: market cap that places the company at that rank.';
comment on column recon.breakpoints.cumulative_cap_usd is 'Sum of the caps down to that rank, USD.';
comment on column recon.breakpoints.total_cap_usd is 'Sum of the caps of the new Russell 3000E, USD.';
comment on column recon.breakpoints.percentile is 'Percentile at that rank, percent (7.5).';
comment on column recon.breakpoints.band_pct is
    'Half width of the band, percentage points of percentile (7.6); 0 = no band.';
comment on column recon.breakpoints.band_high_usd is
    'Market cap of the largest company within the band, USD: a member below the cut that is larger moves up.';
comment on column recon.breakpoints.band_low_usd is
    'Market cap of the smallest company within the band, USD: a member above the cut that is smaller moves down.';
