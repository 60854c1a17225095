-- How many companies the band of each cut holds on a side that their rank is not on.
select event_id, breakpoint_id, count(*) as companies
from recon.placements
where is_held_by_band and list_contains(string_split($events, ','), event_id)
group by event_id, breakpoint_id
order by event_id, breakpoint_id
