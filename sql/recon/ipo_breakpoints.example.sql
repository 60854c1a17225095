-- How did the market move the cuts of a quarterly event?
select event_id, breakpoint_id, base_rank_day, base_cap_usd, return_pct, market_cap_usd, basis
from recon.ipo_breakpoints
order by event_id, cut_rank
