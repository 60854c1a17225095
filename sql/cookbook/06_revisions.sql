-- What changed between the preliminary and the final lists, and why?
-- One row a change that a vintage adds, drops or states otherwise. A home has revisions once it ran an event on more
-- than one of its days.
-- gives: event_id, known_at, previous_known_at, index_id, revision, action, ticker, company_name, why, detail
select event_id, known_at, previous_known_at, index_id, revision, action, ticker, company_name, why, detail
from recon.index_change_revision
where index_id in ('R1000', 'R2000', 'R3000', 'RMICRO')
order by event_id, known_at, index_id, revision, ticker
