-- What did a later vintage of the changes say otherwise, and why?
select event_id, known_at, previous_known_at, index_id, ticker, revision, action, why, detail
from recon.index_change_revision
order by event_id, known_at, index_id, ticker
