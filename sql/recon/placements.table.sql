create table recon.placements (
    event_id varchar not null,
    company_id varchar not null,
    breakpoint_id varchar not null check (
        breakpoint_id in (
            'TOP50', 'TOP200', 'TOP500', 'R1000', 'MICRO', 'R3000', 'R3000E'
        )
    ),
    side_before varchar not null check (side_before in ('above', 'below', 'new', 'unknown', 'no_band')),
    is_above boolean not null,
    is_held_by_band boolean not null,
    leaves varchar,
    enters varchar,
    primary key (event_id, company_id, breakpoint_id)
);

comment on table recon.placements is
    'One row an event, ranked company and cut: on which side of the cut the company falls, bands applied '
    '(methodology 7.6-7.12); of a quarterly event one row an addition and cut, without bands (9.4). The indexes follow '
    'from the sides.';
comment on column recon.placements.event_id is
    'Event of the index calendar, as 2023-06-recon; see reference.recon_events.';
comment on column recon.placements.company_id is 'Lasting identifier of the company, as in recon.ranking or recon.ipo_candidates.';
comment on column recon.placements.breakpoint_id is 'Cut, as in recon.breakpoints or recon.ipo_breakpoints.';
comment on column recon.placements.side_before is
    'Side before the event: above or below; new = not in the Russell 3000, so that no band holds it (7.9); '
    'unknown = the opening does not tell; no_band = a cut without a band.';
comment on column recon.placements.is_above is 'True when the company is placed above the cut, among the larger ones.';
comment on column recon.placements.is_held_by_band is 'True when its rank alone would place it on the other side.';
comment on column recon.placements.leaves is
    'Indexes that it is in and, on the other side of this cut alone, would not be: with blanks between, by name; null = '
    'none. Who is presumed out of the Microcap (core.presumptions) is in none below the Russell 3000.';
comment on column recon.placements.enters is 'Indexes that it would be in there and is not in, likewise.';
