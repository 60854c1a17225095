-- severity: error
-- A close of the sessions that the event reads is as it was printed, not adjusted for later splits (providers 1.17,
-- trap 13): by the shares of that day an adjusted one gives a cap that is wrong by the ratio of the split.
select
    prices.source as source,
    prices.as_of as as_of,
    prices.symbol as symbol,
    prices.close_usd as close_usd
from raw.prices as prices
inner join (
    select distinct session_date
    from core.event_sessions
    where event_id = $event_id
) as wanted
    on prices.as_of = wanted.session_date
where prices.is_adjusted
