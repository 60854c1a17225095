create table recon.projection_breakpoints (
    event_id varchar not null,
    breakpoint_id varchar not null,
    cut_rank bigint not null,
    now_usd decimal(24, 4) not null,
    p05_usd decimal(24, 4) not null,
    p50_usd decimal(24, 4) not null,
    p95_usd decimal(24, 4) not null,
    band_high_p50_usd decimal(24, 4) not null,
    band_low_p50_usd decimal(24, 4) not null,
    primary key (event_id, breakpoint_id)
);

comment on table recon.projection_breakpoints is
    'One row a projection with probability and cut-off: the market cap that will stand at it on the rank day, as the paths '
    'have it. Estimates; in a home of real events it is empty.';
comment on column recon.projection_breakpoints.event_id is 'The projection; see recon.projection_run.';
comment on column recon.projection_breakpoints.breakpoint_id is 'The cut-off, as in recon.breakpoints.';
comment on column recon.projection_breakpoints.cut_rank is 'Rank of the cut-off.';
comment on column recon.projection_breakpoints.now_usd is
    'Market cap at the cut-off as of the day of the projection, USD: recon.breakpoints.market_cap_usd.';
comment on column recon.projection_breakpoints.p05_usd is 'On 5 % of the paths it is this or less, USD.';
comment on column recon.projection_breakpoints.p50_usd is
    'The figure to expect, USD: on half of the paths it is this or less. (A mean would be that of its few wildest paths.)';
comment on column recon.projection_breakpoints.p95_usd is 'On 95 % of the paths it is this or less, USD.';
comment on column recon.projection_breakpoints.band_high_p50_usd is
    'Market cap at the upper end of the band, the middle of the paths, USD.';
comment on column recon.projection_breakpoints.band_low_p50_usd is
    'Market cap at the lower end of the band, the middle of the paths, USD.';
