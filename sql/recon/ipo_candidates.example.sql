-- Who came to the market, and what becomes of it?
select event_id, ticker, company_name, listing_kind, listing_evidence, market_cap_usd, floor_usd, verdict, size_index
from recon.ipo_candidates
order by event_id, verdict, market_cap_usd desc nulls last, ticker
