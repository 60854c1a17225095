create table raw.opening_breakpoints (
    event_id varchar not null,
    breakpoint_id varchar not null check (
        breakpoint_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MICRO', 'R3000', 'R3000E'
        )
    ),
    cut_rank bigint not null check (cut_rank >= 1),
    base_rank_day date not null,
    market_cap_usd decimal(24, 4) not null check (market_cap_usd > 0),
    source varchar not null,
    primary key (event_id, breakpoint_id)
);

comment on table raw.opening_breakpoints is
    'One row an event and cut of the reconstitution that its opening membership rests on, where that was run in this '
    'home. Without rows the cuts are read from the opening lists (core.base_breakpoints).';
comment on column raw.opening_breakpoints.event_id is 'Event that the row opens.';
comment on column raw.opening_breakpoints.breakpoint_id is 'Cut, as in recon.breakpoints.';
comment on column raw.opening_breakpoints.cut_rank is 'Last rank above the cut.';
comment on column raw.opening_breakpoints.base_rank_day is 'Rank day of that reconstitution.';
comment on column raw.opening_breakpoints.market_cap_usd is
    'Market cap of the company at that rank on that day, USD: without bands (methodology 9.4).';
comment on column raw.opening_breakpoints.source is 'The event before that the row was taken from.';
