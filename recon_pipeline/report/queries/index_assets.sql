-- The assets that follow each index, as far as a source states them: what the demand in dollars is reckoned with.
select distinct event_id, index_id, assets_usd, assets_as_of, assets_source
from recon.index_demand
where assets_usd is not null and list_contains(string_split($events, ','), event_id)
order by event_id, index_id
