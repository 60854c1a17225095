-- Membership as spans over all events of this file: what each event adds and deletes, who leaves the exchanges between
-- two events, and nobody in their place (methodology 10.1, 10.2).
with held as (
    select event_id, min(vintage) as vintage
    from recon.index_membership
    group by event_id
),

-- Each event in its place. Place 0 is the opening list of the first.
ordered as (
    select
        events.event_id as event_id,
        held.vintage as vintage,
        events.effective_date as effective_date,
        coalesce(calendar.next_session, events.effective_date + 1) as effective_from,
        row_number() over (order by events.effective_date, events.event_id) as place
    from held
    inner join reference.recon_events as events on held.event_id = events.event_id
    left join reference.sessions as calendar on events.effective_date = calendar.session_date
),

openings as (
    select event_id, min(source) as first_source, max(source) as last_source
    from raw.opening_rows
    group by event_id
),

events as (
    select
        ordered.*,
        before.effective_date as effective_date_before,
        coalesce(
            openings.first_source = 'event ' || before.event_id and openings.last_source = 'event ' || before.event_id,
            false
        ) as is_chained
    from ordered
    left join ordered as before on ordered.place = before.place + 1
    left join openings on ordered.event_id = openings.event_id
),

-- The indexes that an event knows the members of before, and since when.
known as (
    select
        events.event_id as event_id,
        fates.index_id as index_id,
        events.effective_date as effective_date,
        coalesce(events.effective_date_before, min(fates.as_of)) as since
    from core.member_fates as fates
    inner join events on fates.event_id = events.event_id
    group by events.event_id, fates.index_id, events.effective_date, events.effective_date_before
),

-- Events of the calendar in between that this file does not have. An IPO event only adds who is new (9.5, 10.2).
gaps as (
    select
        known.event_id as event_id,
        known.index_id as index_id,
        max(case when missing.kind = 'recon' then 1 else 0 end) = 1 as misses_recon
    from known
    inner join reference.recon_events as missing
        on known.since < missing.effective_date and known.effective_date > missing.effective_date
    where not missing.is_projection
    group by known.event_id, known.index_id
),

states as (
    select
        fates.index_id as index_id,
        fates.security_id as security_id,
        cast(0 as bigint) as place,
        min(fates.as_of) as effective_from,
        min(fates.company_id) as company_id,
        min(fates.ticker) as ticker,
        min(fates.company_name) as company_name
    from core.member_fates as fates
    inner join events on fates.event_id = events.event_id and events.place = 1
    where fates.as_of < events.effective_from
    group by fates.index_id, fates.security_id
    union all
    select
        members.index_id as index_id,
        members.security_id as security_id,
        events.place as place,
        -- 9.8: a fast entry is a member from the session after its fifth, before the event that tells of it.
        least(events.effective_from, coalesce(calendar.next_session, events.effective_from)) as effective_from,
        members.company_id as company_id,
        members.ticker as ticker,
        members.company_name as company_name
    from recon.index_membership as members
    inner join events on members.event_id = events.event_id and members.vintage = events.vintage
    left join recon.ipo_candidates as candidates
        on members.event_id = candidates.event_id and members.security_id = candidates.security_id
    left join reference.sessions as calendar on candidates.fast_entry_on = calendar.session_date
),

-- Places without a break between them are one span.
runs as (
    select
        *,
        place - row_number() over (partition by index_id, security_id order by place) as run
    from states
),

ends as (
    select
        *,
        min(place) over span as first_place,
        max(place) over span as last_place
    from runs
    window span as (partition by index_id, security_id, run)
),

spans as (
    select
        index_id,
        security_id,
        first_place,
        last_place,
        min(effective_from) as effective_from,
        max(case when place = first_place then ticker end) as ticker,
        max(case when place = last_place then ticker end) as last_ticker,
        max(case when place = last_place then company_id end) as company_id,
        max(case when place = last_place then company_name end) as company_name
    from ends
    where place = first_place or place = last_place
    group by index_id, security_id, first_place, last_place
),

changes as (
    select
        events.place as place,
        changes.index_id as index_id,
        changes.security_id as security_id,
        changes.action as action,
        changes.movement as movement,
        changes.reason as reason
    from recon.index_changes as changes
    inner join events on changes.event_id = events.event_id and changes.vintage = events.vintage
),

departures as (
    select
        events.place as place,
        fates.index_id as index_id,
        fates.security_id as security_id,
        max(fates.left_on) as left_on,
        max(fates.last_seen) as last_seen,
        max(fates.gone_by) as gone_by,
        max(fates.reason) as reason,
        max(fates.basis) as basis,
        max(fates.source) as source
    from core.member_fates as fates
    inner join events on fates.event_id = events.event_id
    where fates.fate <> 'listed'
    group by events.place, fates.index_id, fates.security_id
),

entered as (
    select
        spans.*,
        coalesce(entries.event_id, firsts.event_id) as entry_event_id,
        case
            when spans.first_place = 0 then 'opening'
            when additions.movement is not null then additions.movement
            when known.event_id is null then 'first_known'
            when not entries.is_chained then 'restart'
            else 'unexplained'
        end as entry_reason,
        case
            when spans.first_place = 0 then 'opening_list'
            when additions.movement is null and known.event_id is null then 'first_event'
            when additions.movement is null and not entries.is_chained then 'restart'
            when gaps.misses_recon or (gaps.event_id is not null and additions.movement = 'new') then 'event_after_gap'
            else 'event'
        end as entry_basis,
        spans.first_place > 0 and entries.vintage = 'preliminary' as is_entry_provisional
    from spans
    left join events as entries on spans.first_place = entries.place
    left join events as firsts on spans.first_place = 0 and firsts.place = 1
    left join known on entries.event_id = known.event_id and spans.index_id = known.index_id
    left join gaps on entries.event_id = gaps.event_id and spans.index_id = gaps.index_id
    left join changes as additions
        on
            additions.action = 'addition'
            and spans.first_place = additions.place
            and spans.index_id = additions.index_id
            and spans.security_id = additions.security_id
),

left_or_deleted as (
    select
        entered.*,
        exits.event_id as exit_event_id,
        case
            when exits.event_id is null then null
            when deletions.reason is not null then 'deletion'
            when departures.left_on is not null then 'departure'
            when not exits.is_chained then 'restart'
            else 'unexplained'
        end as exit_kind,
        deletions.reason as deletion_reason,
        deletions.movement as deletion_movement,
        coalesce(gaps.misses_recon, false) as misses_recon,
        coalesce(exits.vintage = 'preliminary', false) as is_exit_preliminary,
        exits.effective_from as exit_from,
        departures.reason as departure_reason,
        departures.basis as departure_basis,
        departures.last_seen as last_seen,
        departures.gone_by as gone_by,
        departures.source as departure_source,
        -- A final event saw it listed on the first session of the membership: it left after that.
        least(
            exits.effective_from,
            case
                when lasts.vintage = 'final' then greatest(departures.left_on, lasts.effective_from + 1)
                else departures.left_on
            end
        ) as left_on
    from entered
    left join events as lasts on entered.last_place = lasts.place
    left join events as exits on entered.last_place + 1 = exits.place
    left join gaps on exits.event_id = gaps.event_id and entered.index_id = gaps.index_id
    left join changes as deletions
        on
            deletions.action = 'deletion'
            and entered.last_place + 1 = deletions.place
            and entered.index_id = deletions.index_id
            and entered.security_id = deletions.security_id
    left join departures
        on
            entered.last_place + 1 = departures.place
            and entered.index_id = departures.index_id
            and entered.security_id = departures.security_id
),

ended as (
    select
        *,
        case when exit_kind = 'departure' then left_on else exit_from end as effective_to
    from left_or_deleted
)

-- Whoever left before a preliminary event took effect was never a member by it.
select
    index_id,
    security_id,
    company_id,
    ticker,
    last_ticker,
    company_name,
    effective_from,
    effective_to,
    entry_event_id,
    entry_reason,
    entry_basis,
    exit_event_id,
    exit_kind,
    case exit_kind
        when 'deletion' then deletion_reason
        when 'departure' then departure_reason
        else exit_kind
    end as exit_reason,
    case when exit_kind = 'deletion' then deletion_movement end as exit_movement,
    case
        when exit_kind = 'deletion' and misses_recon then 'event_after_gap'
        when exit_kind = 'departure' then departure_basis
        when exit_kind = 'restart' then 'restart'
        when exit_kind is not null then 'event'
    end as exit_basis,
    case when exit_kind = 'departure' then last_seen end as last_seen,
    case when exit_kind = 'departure' then gone_by end as gone_by,
    case when exit_kind = 'departure' then departure_source end as exit_source,
    is_entry_provisional or (exit_kind = 'deletion' and is_exit_preliminary and exit_kind is not null)
        as is_provisional
from ended
where effective_to is null or effective_from < effective_to
