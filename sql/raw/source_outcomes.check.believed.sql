-- severity: warn
-- Every answer of a source could be believed. One that is no data in spite of HTTP 200, or cannot be read (providers
-- 1.17, trap 2), was left out: the event goes on without what it should have told.
select
    source,
    feed,
    payload_key,
    detail
from raw.source_outcomes
where event_id = $event_id and result = 'bad_payload'
