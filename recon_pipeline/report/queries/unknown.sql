-- Indexes whose members before the event nobody told: no changes are stated for them.
select distinct event_id, index_id
from recon.data_issues
where issue = 'opening_unknown' and index_id is not null and list_contains(string_split($events, ','), event_id)
order by event_id, index_id
