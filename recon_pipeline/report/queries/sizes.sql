-- How large each index is after the event; a company with several lines counts once, at its whole market cap.
with companies as (
    select event_id, index_id, company_id, count(*) as lines, max(market_cap_usd) as cap_usd
    from recon.index_membership
    where list_contains(string_split($events, ','), event_id)
    group by event_id, index_id, company_id
)

select
    event_id,
    index_id,
    cast(sum(lines) as bigint) as lines,
    count(*) as companies,
    sum(cap_usd) as cap_usd,
    median(cap_usd) as median_usd
from companies
group by event_id, index_id
order by event_id, index_id
