-- Companies near a cut, the nearest first.
select
    event_id,
    company_id,
    cut_id,
    ticker,
    company_name,
    rank,
    market_cap_usd,
    leaves,
    enters,
    is_above,
    is_held_by_band,
    flip_cap_usd,
    margin_usd,
    margin_pct,
    margin_ranks,
    close_usd,
    flip_price_usd,
    nearness
from recon.near_miss
where list_contains(string_split($events, ','), event_id)
order by event_id, nearness
