-- severity: error
-- A ticker stands for one security a day: no two bore one on the same day.
select
    earlier.ticker as ticker,
    earlier.security_id as security_id,
    later.security_id as other_security_id,
    later.valid_from as day
from recon.ticker_spans as earlier
inner join recon.ticker_spans as later
    on
        later.event_id = $event_id
        and earlier.ticker = later.ticker
        and earlier.security_id <> later.security_id
        and later.valid_from between earlier.valid_from and earlier.last_seen
where earlier.event_id = $event_id
