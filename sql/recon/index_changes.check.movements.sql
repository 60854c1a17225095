-- severity: error
-- A newcomer is only added, and what leaves the family is only deleted; a line that merged away or was delisted before
-- the first session of the new membership is neither (methodology 10).
select
    changes.index_id as index_id,
    changes.security_id as security_id,
    changes.action as action,
    changes.movement as movement,
    departures.has_left as has_left
from recon.index_changes as changes
inner join core.departures as departures
    on departures.event_id = $event_id and changes.rank_ticker = departures.rank_ticker
where
    changes.event_id = $event_id
    and (
        departures.has_left
        or (changes.movement = 'new' and changes.action <> 'addition')
        or (changes.movement = 'out' and changes.action <> 'deletion')
    )
