-- All that no rule excludes.
select event_id, count(*) as companies, sum(placing_cap_usd) as cap_usd
from recon.ranking
where list_contains(string_split($events, ','), event_id)
group by event_id
order by event_id
