-- Where did the cut-offs lie each year, and how wide were the bands?
-- gives: event_id, rank_day, breakpoint_id, market_cap_usd, change_pct, band_low_usd, band_high_usd
select
    breakpoints.event_id,
    events.rank_day,
    breakpoints.breakpoint_id,
    breakpoints.market_cap_usd,
    round(
        100.0 * breakpoints.market_cap_usd
        / nullif(lag(breakpoints.market_cap_usd) over (
            partition by breakpoints.breakpoint_id order by events.rank_day
        ), 0) - 100,
        2
    ) as change_pct,
    breakpoints.band_low_usd,
    breakpoints.band_high_usd
from recon.breakpoints as breakpoints
inner join recon.events as events on breakpoints.event_id = events.event_id
where breakpoints.breakpoint_id in ('TOP200', 'R1000', 'MICRO', 'R3000')
order by breakpoints.breakpoint_id, events.rank_day
