-- severity: error
-- Nobody enters or leaves without a reason: each begin is an addition, an opening list or a restart, each end a deletion
-- by the event, or a departure from the exchanges.
select
    index_id,
    security_id,
    effective_from,
    effective_to,
    entry_reason,
    exit_reason
from recon.index_membership_span
where
    (entry_event_id = $event_id and entry_reason = 'unexplained')
    or (exit_event_id = $event_id and exit_kind = 'unexplained')
