-- How large each index is after the event.
select
    event_id,
    index_id,
    count(*) as lines,
    count(*) filter (where is_pricing_vehicle) as companies,
    sum(market_cap_usd) filter (where is_pricing_vehicle) as cap_usd,
    max(market_cap_usd) as largest_usd,
    min(market_cap_usd) as smallest_usd,
    median(market_cap_usd) filter (where is_pricing_vehicle) as median_usd,
    count(*) filter (where is_held_by_band) as held_by_band
from recon.index_membership
where list_contains(string_split($events, ','), event_id)
group by event_id, index_id
order by event_id, index_id
