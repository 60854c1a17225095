-- Who moves between the Russell 1000 and 2000, and what remains to trade once both funds have?
select event_id, ticker, joins, leaves, usd_per_billion_each, shares_per_billion_each, days_of_adv_per_billion_each
from recon.security_demand
where r1000_weight_change_pct is not null and r2000_weight_change_pct is not null
order by event_id, abs(usd_per_billion_each) desc nulls last, ticker
