-- severity: warn
-- What is over does not change (providers 1.17, trap 19): a payload that was asked for by a day, month or quarter, and
-- first came more than a hundred days after that began, came with one content only.
select
    feed,
    payload_key,
    asked_day,
    count(*) as payloads,
    min(fetched_at) as first_fetched_at,
    max(fetched_at) as last_fetched_at
from raw.payloads
where asked_day is not null and cast(fetched_at as date) > asked_day + 100
group by feed, payload_key, asked_day
having count(*) > 1
