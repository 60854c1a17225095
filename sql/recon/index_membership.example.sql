-- Who is largest in the Russell 2000, and on what does the weight rest?
select event_id, ticker, company_name, weight_pct, weight_basis, rank, is_held_by_band
from recon.index_membership
where index_id = 'R2000'
order by event_id, weight_pct desc nulls last, ticker
