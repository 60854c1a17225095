-- Remarks on the data by kind.
select event_id, severity, issue, count(*) as remarks, min_by(detail, issue_number) as example
from recon.data_issues
where list_contains(string_split($events, ','), event_id)
group by event_id, severity, issue
order by event_id, severity desc, remarks desc, issue
