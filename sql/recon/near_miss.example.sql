-- Who would change indexes by the smallest move of its market cap?
select event_id, cut_id, ticker, rank, leaves, enters, margin_pct, margin_usd, flip_price_usd, flip_shares
from recon.near_miss
order by event_id, nearness
limit 100
