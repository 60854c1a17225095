create table recon.ipo_breakpoints (
    event_id varchar not null,
    breakpoint_id varchar not null check (
        breakpoint_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MICRO', 'R3000', 'R3000E'
        )
    ),
    cut_rank bigint not null check (cut_rank >= 1),
    base_rank_day date not null,
    base_cap_usd decimal(24, 4) not null check (base_cap_usd > 0),
    return_pct decimal(12, 6) not null,
    market_cap_usd decimal(24, 4) not null check (market_cap_usd > 0),
    basis varchar not null check (basis in ('reconstitution', 'opening lists')),
    primary key (event_id, breakpoint_id)
);

comment on table recon.ipo_breakpoints is
    'One row a quarterly event and cut: the breakpoint of the last reconstitution, moved with the market to the rank day '
    'of the event, by which its IPO additions are placed, without bands (methodology 9.4).';
comment on column recon.ipo_breakpoints.event_id is
    'Event of the index calendar, as 2025-09-ipo; see recon.events.';
comment on column recon.ipo_breakpoints.breakpoint_id is
    'Cut: lower end of the index of that name; MICRO = upper end of the Russell Microcap; R3000E = the smallest company, '
    'which an addition must be larger than.';
comment on column recon.ipo_breakpoints.cut_rank is 'Last rank above the cut at the reconstitution.';
comment on column recon.ipo_breakpoints.base_rank_day is 'Rank day of that reconstitution.';
comment on column recon.ipo_breakpoints.base_cap_usd is 'Market cap at the cut on that day, USD.';
comment on column recon.ipo_breakpoints.return_pct is
    'Return of the index since, percent: price return, weighted by market cap, of our own Russell 3000E.';
comment on column recon.ipo_breakpoints.market_cap_usd is 'The breakpoint of the event, USD.';
comment on column recon.ipo_breakpoints.basis is
    'reconstitution = of an event of this home; opening lists = read from the caps of the members of the lists, an '
    'approximation.';
