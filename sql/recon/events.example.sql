-- When is what, and which events does this file hold?
select event_id, kind, rank_day, preliminary_date, effective_from, vintage, membership_rows
from recon.events
where rank_day >= date '2024-01-01'
order by rank_day, event_id
