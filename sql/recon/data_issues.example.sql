-- What was missing, carried or inferred, and how often?
select event_id, severity, issue, count(*) as issues
from recon.data_issues
group by event_id, severity, issue
order by event_id, severity, issues desc, issue
