-- What each vintage of the changes of an event says otherwise than the vintage before it. The vintage of the run is held
-- in recon.index_changes, the earlier ones were kept when they passed their audit; later ones are not known yet.
with current_vintage as (
    select known_at
    from raw.event_vintages
    where event_id = $event_id
),

vintages as (
    select kept.known_at as known_at
    from raw.kept_vintages as kept
    inner join current_vintage on kept.known_at < current_vintage.known_at
    where kept.event_id = $event_id
    union all
    select known_at
    from current_vintage
),

pairs as (
    select known_at, previous_known_at
    from (
        select known_at, lag(known_at) over (order by known_at) as previous_known_at
        from vintages
    ) as ordered
    where previous_known_at is not null
),

lists as (
    select
        kept.known_at as known_at,
        kept.index_id as index_id,
        kept.security_id as security_id,
        kept.action as action,
        kept.movement as movement,
        kept.reason as reason,
        kept.ticker as ticker,
        kept.company_name as company_name
    from raw.change_vintages as kept
    inner join current_vintage on kept.known_at < current_vintage.known_at
    where kept.event_id = $event_id
    union all
    select
        current_vintage.known_at as known_at,
        changes.index_id as index_id,
        changes.security_id as security_id,
        changes.action as action,
        changes.movement as movement,
        changes.reason as reason,
        changes.ticker as ticker,
        changes.company_name as company_name
    from recon.index_changes as changes
    cross join current_vintage
    where changes.event_id = $event_id
),

came as (
    select
        pairs.known_at as known_at,
        pairs.previous_known_at as previous_known_at,
        later.index_id as index_id,
        later.security_id as security_id,
        later.ticker as ticker,
        later.company_name as company_name,
        case when earlier.security_id is null then 'added to the list' else 'changed' end as revision,
        later.action as action,
        later.movement as movement,
        later.reason as reason,
        case
            when
                earlier.action = later.action
                and earlier.movement = later.movement
                and earlier.reason = later.reason
                then 'renamed'
            else 'decided_anew'
        end as why,
        earlier.ticker as earlier_ticker
    from pairs
    inner join lists as later on pairs.known_at = later.known_at
    left join lists as earlier
        on
            pairs.previous_known_at = earlier.known_at
            and later.index_id = earlier.index_id
            and later.security_id = earlier.security_id
    where
        earlier.security_id is null
        or earlier.action <> later.action
        or earlier.movement <> later.movement
        or earlier.reason <> later.reason
        or earlier.ticker <> later.ticker
),

-- Methodology 10.9: what left the exchanges between rank day and effective date leaves the pending lists, additions and
-- deletions alike.
gone as (
    select universe.security_id as security_id
    from core.departures as departures
    inner join recon.universe as universe
        on universe.event_id = $event_id and departures.rank_ticker = universe.ticker
    where departures.event_id = $event_id and departures.has_left
),

dropped as (
    select
        pairs.known_at as known_at,
        pairs.previous_known_at as previous_known_at,
        earlier.index_id as index_id,
        earlier.security_id as security_id,
        earlier.ticker as ticker,
        earlier.company_name as company_name,
        'dropped from the list' as revision,
        earlier.action as action,
        earlier.movement as movement,
        earlier.reason as reason,
        case when gone.security_id is not null then 'left_exchanges' else 'decided_anew' end as why
    from pairs
    inner join lists as earlier on pairs.previous_known_at = earlier.known_at
    left join lists as later
        on
            pairs.known_at = later.known_at
            and earlier.index_id = later.index_id
            and earlier.security_id = later.security_id
    left join gone on earlier.security_id = gone.security_id
    where later.security_id is null
)

select
    cast($event_id as varchar) as event_id,
    known_at,
    previous_known_at,
    index_id,
    security_id,
    ticker,
    company_name,
    revision,
    action,
    movement,
    reason,
    why,
    case
        when why = 'renamed' then 'The ticker is ' || ticker || ' now; it was ' || earlier_ticker || '.'
        when revision = 'changed' then 'Decided anew: the ' || action || ' reads otherwise than before.'
        else 'Decided anew: no ' || action || ' in the list before.'
    end as detail
from came
union all
select
    cast($event_id as varchar) as event_id,
    known_at,
    previous_known_at,
    index_id,
    security_id,
    ticker,
    company_name,
    revision,
    action,
    movement,
    reason,
    why,
    case
        when why = 'left_exchanges'
            then 'Gone from the exchanges since the rank day: its ' || action || ' is pending no more.'
        else 'Decided anew: no ' || action || ' any more.'
    end as detail
from dropped
