-- severity: error
-- Who has a market cap has a weight and nobody else, and the weights of an index add up to 100 percent but for the
-- rounding of each line.
select
    index_id,
    sum(weight_pct) as weights_pct,
    count(weight_pct) as weighed_lines,
    count(market_cap_usd) as lines_with_cap
from recon.index_membership
where event_id = $event_id
group by index_id
having
    max(case when (weight_pct is null) = (market_cap_usd is null) then 0 else 1 end) = 1
    or abs(sum(weight_pct) - 100) > count(weight_pct) * cast(0.00000001 as decimal(9, 8))
