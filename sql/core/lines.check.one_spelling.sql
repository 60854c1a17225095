-- severity: warn
-- No line stands at an anchor under two spellings, BRK.B and BRKB (providers 1.17, trap 5): it would be listed by the
-- one and priced by the other, and count twice.
select
    role,
    anchor_date,
    ticker_key,
    min(ticker) as ticker,
    max(ticker) as other_ticker
from core.lines
where event_id = $event_id
group by role, anchor_date, ticker_key
having count(distinct ticker) > 1
