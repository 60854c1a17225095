-- severity: error
-- The changes applied to the members before the event give the members after it, index by index, for every index whose
-- opening is known. A line that left the exchanges meanwhile is taken out first: it is no deletion of the event.
with known as (
    select distinct index_id
    from core.opening_members
    where event_id = $event_id
),

before as (
    select distinct members.index_id as index_id, universe.security_id as security_id
    from core.opening_members as members
    inner join recon.universe as universe
        on universe.event_id = $event_id and members.rank_ticker = universe.ticker
    inner join core.departures as departures
        on departures.event_id = $event_id and members.rank_ticker = departures.rank_ticker
    -- Of two members that one line continues one has merged away (core.identities).
    left join core.member_fates as merged
        on
            merged.event_id = $event_id
            and merged.reason = 'merged'
            and members.index_id = merged.index_id
            and members.opening_ticker = merged.opening_ticker
            and members.as_of = merged.as_of
    where members.event_id = $event_id and not departures.has_left and merged.opening_ticker is null
),

entries as (
    select index_id, security_id, 1 as before, 0 as change, 0 as after
    from before
    union all
    select index_id, security_id, 0 as before, case when action = 'addition' then 1 else -1 end as change, 0 as after
    from recon.index_changes
    where event_id = $event_id
    union all
    select membership.index_id, membership.security_id, 0 as before, 0 as change, 1 as after
    from recon.index_membership as membership
    inner join known on membership.index_id = known.index_id
    where membership.event_id = $event_id
)

select
    index_id,
    security_id,
    sum(before) as before,
    sum(change) as change,
    sum(after) as after
from entries
group by index_id, security_id
having sum(before) + sum(change) <> sum(after)
