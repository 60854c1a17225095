-- What must money that follows the Russell 2000 buy and sell most, by days of trading?
select event_id, action, ticker, weight_before_pct, weight_after_pct, usd_per_billion, days_of_adv_per_billion
from recon.index_demand
where index_id = 'R2000' and days_of_adv_per_billion is not null
order by event_id, days_of_adv_per_billion desc, ticker
