-- Newcomers of a quarterly event and what becomes of them.
select
    event_id,
    company_id,
    ticker,
    company_name,
    industry,
    listing_kind,
    seen_by,
    market_cap_usd,
    floor_usd,
    verdict,
    size_index,
    eligibility_reason
from recon.ipo_candidates
where list_contains(string_split($events, ','), event_id)
order by event_id, lower(company_name), ticker, security_id
