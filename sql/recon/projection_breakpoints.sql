-- The caps that may stand at each cut-off on the rank day, beside what stands there as of the day of the projection.
select
    cast($event_id as varchar) as event_id,
    cuts.breakpoint_id as breakpoint_id,
    breakpoints.cut_rank as cut_rank,
    breakpoints.market_cap_usd as now_usd,
    cuts.p05_usd as p05_usd,
    cuts.p50_usd as p50_usd,
    cuts.p95_usd as p95_usd,
    cuts.band_high_p50_usd as band_high_p50_usd,
    cuts.band_low_p50_usd as band_low_p50_usd
from raw.projection_cuts as cuts
inner join recon.breakpoints as breakpoints
    on breakpoints.event_id = $event_id and cuts.breakpoint_id = breakpoints.breakpoint_id
where cuts.event_id = $event_id
