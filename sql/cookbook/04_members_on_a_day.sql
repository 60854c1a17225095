-- Who was in the Russell 2000 on a day, between events too?
-- Under the ticker of that day, and without those who had left the exchanges by then.
-- gives: ticker, company_name, security_id, effective_from, effective_to
select ticker, company_name, security_id, effective_from, effective_to
from recon.membership_asof(date '2024-09-03')
where index_id = 'R2000'
order by ticker, security_id
