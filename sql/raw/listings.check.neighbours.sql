-- severity: warn
-- The price list of the rank day has the lines that the sessions on both sides of it have: a few dozen flicker
-- (providers 1.17, trap 6). More than two in a hundred of an exchange is a list with a hole in it.
with wanted as (
    select session_date, preference
    from core.event_sessions
    where event_id = $event_id and role = 'rank'
),

seen as (
    select
        listings.exchange as exchange,
        listings.ticker as ticker,
        max(case when wanted.preference = 0 then 1 else 0 end) as on_the_day,
        max(case when wanted.preference = 1 then 1 else 0 end) as before,
        max(case when wanted.preference = 2 then 1 else 0 end) as after
    from raw.listings as listings
    inner join wanted on listings.as_of = wanted.session_date
    group by listings.exchange, listings.ticker
)

select
    exchange,
    count(*) filter (where on_the_day = 0) as missing_lines,
    count(*) as lines,
    min(ticker) filter (where on_the_day = 0) as first_missing
from seen
where before = 1 and after = 1
group by exchange
having 50 * count(*) filter (where on_the_day = 0) > count(*)
