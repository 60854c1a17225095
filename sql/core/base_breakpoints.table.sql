create table core.base_breakpoints (
    event_id varchar not null,
    breakpoint_id varchar not null check (
        breakpoint_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MICRO', 'R3000', 'R3000E'
        )
    ),
    cut_rank bigint not null check (cut_rank >= 1),
    base_rank_day date not null,
    market_cap_usd decimal(24, 4) not null check (market_cap_usd > 0),
    basis varchar not null check (basis in ('reconstitution', 'opening lists')),
    source varchar not null,
    primary key (event_id, breakpoint_id)
);

comment on table core.base_breakpoints is
    'One row a quarterly event and cut of the last reconstitution: the market cap there on its rank day, before it is '
    'moved with the market (methodology 9.4). Empty for reconstitutions.';
comment on column core.base_breakpoints.event_id is
    'Event of the index calendar, as 2025-09-ipo; see reference.recon_events.';
comment on column core.base_breakpoints.breakpoint_id is 'Cut, as in recon.breakpoints.';
comment on column core.base_breakpoints.cut_rank is 'Last rank above the cut.';
comment on column core.base_breakpoints.base_rank_day is 'Rank day of that reconstitution.';
comment on column core.base_breakpoints.market_cap_usd is
    'Market cap of the company at that rank, without bands, USD.';
comment on column core.base_breakpoints.basis is
    'reconstitution = as that event of this home ranked; opening lists = read from the members that the opening lists '
    'name and their market caps on that rank day, an approximation.';
comment on column core.base_breakpoints.source is 'The event, or the rank day whose price list was read.';
