-- severity: error
-- Of each company with a market cap a line has a weight, and of no other, and the weights of an index add up to 100
-- percent but for the rounding of each line.
select
    index_id,
    sum(weight_pct) as weights_pct,
    count(distinct case when weight_pct is not null then company_id end) as weighed_companies,
    count(distinct case when market_cap_usd is not null then company_id end) as companies_with_cap
from recon.index_membership
where event_id = $event_id
group by index_id
having
    weighed_companies <> companies_with_cap
    or max(case when weight_pct is not null and market_cap_usd is null then 1 else 0 end) = 1
    or abs(sum(weight_pct) - 100) > count(weight_pct) * cast(0.00000001 as decimal(9, 8))
