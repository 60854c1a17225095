-- The cut-offs of a quarterly event: those of the last reconstitution, moved with the market.
select event_id, breakpoint_id, base_rank_day, base_cap_usd, return_pct, market_cap_usd, basis
from recon.ipo_breakpoints
where list_contains(string_split($events, ','), event_id)
order by event_id, market_cap_usd desc, breakpoint_id
