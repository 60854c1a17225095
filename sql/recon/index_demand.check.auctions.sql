-- severity: warn
-- Of each line that trades it is known what usually trades in the closing auction: without the house rule
-- closing_auction_pct the multiples are null.
select index_id, ticker, adv_usd
from recon.index_demand
where event_id = $event_id and adv_usd is not null and closing_auction_usd is null
