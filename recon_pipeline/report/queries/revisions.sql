-- What one vintage of the lists says otherwise than the one before it.
select
    event_id,
    known_at,
    previous_known_at,
    index_id,
    ticker,
    company_name,
    revision,
    action,
    movement,
    why,
    detail
from recon.index_change_revision
where list_contains(string_split($events, ','), event_id)
order by event_id, known_at, index_id, lower(company_name), ticker, security_id
