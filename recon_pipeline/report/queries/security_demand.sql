-- What funds would trade at the event, netted over the indexes of each line: the largest in days of trading first.
select
    event_id,
    company_id,
    ticker,
    company_name,
    joins,
    leaves,
    usd_per_billion_each,
    days_of_adv_per_billion_each,
    demand_usd,
    demand_shares,
    days_of_adv,
    closing_auction_multiple,
    counted_indexes
from recon.security_demand
where list_contains(string_split($events, ','), event_id)
order by
    event_id,
    coalesce(days_of_adv, days_of_adv_per_billion_each) desc nulls last,
    lower(company_name),
    ticker,
    security_id
