-- Who ranks where, and what is its percentile?
select event_id, rank, ticker, company_name, market_cap_usd, percentile
from recon.ranking
where rank <= 10
order by event_id, rank
