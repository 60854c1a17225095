-- The market caps by rank.
select event_id, rank, placing_cap_usd as cap_usd
from recon.ranking
where list_contains(string_split($events, ','), event_id)
order by event_id, rank
