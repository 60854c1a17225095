-- Who is in each index after the event, as the lists print them.
select
    event_id,
    index_id,
    security_id,
    company_id,
    ticker,
    company_name,
    industry,
    rank,
    market_cap_usd,
    is_pricing_vehicle,
    is_held_by_band,
    weight_pct
from recon.index_membership
where list_contains(string_split($events, ','), event_id)
order by event_id, index_id, lower(company_name), ticker, security_id
