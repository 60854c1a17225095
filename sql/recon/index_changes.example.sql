-- How many come and go by index, from where and where to?
select event_id, index_id, action, movement, count(*) as lines
from recon.index_changes
group by event_id, index_id, action, movement
order by event_id, index_id, action, movement
