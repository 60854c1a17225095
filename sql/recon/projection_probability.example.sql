-- Whose place in an index is open as of the day of the projection?
select event_id, index_id, ticker, was_member, is_member_now, probability, p_addition, p_deletion
from recon.projection_probability
where probability between 0.1 and 0.9
order by event_id, index_id, abs(probability - 0.5), ticker
