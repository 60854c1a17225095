-- severity: warn
-- Each larger index holds the smaller one: TOP50, TOP200, TOP500, R1000. Bands act on every cut by itself, so no rule
-- promises it, yet the bands do not meet in a market like those we know: a line outside points at its opening rows.
select
    membership.index_id as index_id,
    membership.security_id as security_id,
    steps.wider_id as missing_from
from recon.index_membership as membership
inner join (
    values ('TOP50', 'TOP200'), ('TOP200', 'TOP500'), ('TOP500', 'R1000')
) as steps (index_id, wider_id)
    on membership.index_id = steps.index_id
left join recon.index_membership as wider
    on
        wider.event_id = $event_id
        and membership.security_id = wider.security_id
        and steps.wider_id = wider.index_id
where membership.event_id = $event_id and wider.security_id is null
