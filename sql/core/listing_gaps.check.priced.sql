-- severity: warn
-- Every member that is listed on the rank day has a price (providers 1.17, trap 6): a price list is no universe. One
-- without is carried at the place that it had.
with members as (
    select distinct replace(ticker, '.', '') as ticker_key
    from raw.opening_rows
    where event_id = $event_id
)

select
    gaps.ticker as ticker,
    gaps.name as name,
    gaps.exchange as exchange,
    gaps.verdict as verdict,
    gaps.listing_source as listing_source,
    gaps.last_quoted as last_quoted
from core.listing_gaps as gaps
inner join members on gaps.ticker_key = members.ticker_key
where gaps.event_id = $event_id and gaps.verdict in ('vanished', 'never_priced') and gaps.close_usd is null
