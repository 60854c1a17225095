-- What the event adds to and deletes from each index.
select
    event_id,
    index_id,
    action,
    movement,
    security_id,
    company_id,
    ticker,
    company_name,
    industry,
    reason,
    rank,
    market_cap_usd
from recon.index_changes
where list_contains(string_split($events, ','), event_id)
order by event_id, index_id, action, lower(company_name), ticker, security_id
