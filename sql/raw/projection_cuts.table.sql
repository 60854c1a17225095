create table raw.projection_cuts (
    event_id varchar not null,
    breakpoint_id varchar not null,
    p05_usd decimal(24, 4) not null check (p05_usd > 0),
    p50_usd decimal(24, 4) not null,
    p95_usd decimal(24, 4) not null,
    band_high_p50_usd decimal(24, 4) not null,
    band_low_p50_usd decimal(24, 4) not null,
    primary key (event_id, breakpoint_id),
    check (p05_usd <= p50_usd and p50_usd <= p95_usd)
);

comment on table raw.projection_cuts is
    'One row a projection and cut-off: the market cap that stands at it over the paths, USD. Written by the Monte Carlo.';
comment on column raw.projection_cuts.event_id is 'The projection; see raw.projection_runs.';
comment on column raw.projection_cuts.breakpoint_id is 'The cut-off, as in recon.breakpoints.';
comment on column raw.projection_cuts.p05_usd is 'On 5 % of the paths it is this or less.';
comment on column raw.projection_cuts.p50_usd is 'On half of the paths it is this or less.';
comment on column raw.projection_cuts.p95_usd is 'On 95 % of the paths it is this or less.';
comment on column raw.projection_cuts.band_high_p50_usd is 'Cap at the upper end of the band, the middle of the paths.';
comment on column raw.projection_cuts.band_low_p50_usd is 'Cap at the lower end of the band, the middle of the paths.';
