-- The cut-offs of a reconstitution, with the company that stands at each.
select
    breakpoints.event_id,
    breakpoints.breakpoint_id,
    breakpoints.cut_rank,
    breakpoints.reached_rank,
    breakpoints.company_id,
    breakpoints.ticker,
    ranking.company_name,
    breakpoints.market_cap_usd,
    breakpoints.cumulative_cap_usd,
    breakpoints.total_cap_usd,
    breakpoints.percentile,
    breakpoints.band_pct,
    breakpoints.band_low_usd,
    breakpoints.band_high_usd
from recon.breakpoints as breakpoints
left join recon.ranking as ranking using (event_id, company_id)
where list_contains(string_split($events, ','), breakpoints.event_id)
order by breakpoints.event_id, breakpoints.cut_rank, breakpoints.breakpoint_id
