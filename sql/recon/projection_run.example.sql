-- What was each projection drawn with?
select event_id, projected_event_id, as_of, rank_day, session_count, path_count, seed, market_volatility_pct
from recon.projection_run
order by event_id
