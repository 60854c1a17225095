-- Which rules leave most companies out, and how often is a figure missing?
select event_id, status, reason, count(*) as lines
from recon.eligibility
group by event_id, status, reason
order by event_id, status, lines desc, reason
