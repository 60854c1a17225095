-- Since when and until when was a line in the Russell 1000?
select ticker, company_name, effective_from, effective_to, entry_reason, exit_kind, exit_reason
from recon.index_membership_span
where index_id = 'R1000'
order by company_name, ticker, effective_from
