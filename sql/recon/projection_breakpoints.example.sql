-- Between which market caps will each cut-off stand, nine times in ten?
select event_id, breakpoint_id, cut_rank, now_usd, p05_usd, p50_usd, p95_usd
from recon.projection_breakpoints
order by event_id, cut_rank
