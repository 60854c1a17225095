-- severity: error
-- A security is in an index once at a time: no two of its spans there share a day.
select
    earlier.index_id as index_id,
    earlier.security_id as security_id,
    earlier.effective_from as effective_from,
    later.effective_from as next_effective_from
from recon.index_membership_span as earlier
inner join recon.index_membership_span as later
    on
        earlier.index_id = later.index_id
        and earlier.security_id = later.security_id
        and earlier.effective_from < later.effective_from
where earlier.effective_to is null or earlier.effective_to > later.effective_from
