-- severity: warn
-- Every price list is read into one spelling of a ticker, BRK.B for BRK/B, BRK-B and `BRK.B   ` (providers 1.17, trap
-- 5): in another one a line meets neither its past nor its filer.
select
    listings.source as source,
    listings.as_of as as_of,
    listings.exchange as exchange,
    listings.symbol as symbol,
    listings.ticker as ticker
from raw.listings as listings
inner join (
    select distinct session_date
    from core.event_sessions
    where event_id = $event_id
) as wanted
    on listings.as_of = wanted.session_date
where regexp_matches(listings.ticker, '[a-z /$+=#_-]')
