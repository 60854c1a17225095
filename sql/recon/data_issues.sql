-- What a reader of the event should know about its data: nothing is missing, carried, inferred or dropped in silence.
with members as (
    select event_id, index_id, opening_ticker, opening_line, as_of, rank_ticker, basis
    from core.opening_members
    where event_id = $event_id
),

rules as (
    select
        max(case when rule = 'has_microcap' then value end) = 1 as has_microcap,
        max(case when rule = 'has_r3000e' then value end) = 1 as has_r3000e
    from core.event_rules
    where event_id = $event_id
),

-- The indexes whose members before the event nobody told us.
unknown_openings as (
    select
        'warning' as severity,
        'opening_unknown' as issue,
        indexes.index_id as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        cast(null as date) as session_date,
        'No opening rows for this index: no changes are stated for it, and no band holds anybody at its own cut.'
            as detail
    from reference.indexes as indexes
    cross join rules
    left join members on indexes.index_id = members.index_id
    where
        members.index_id is null
        and (indexes.index_id <> 'RMICRO' or rules.has_microcap)
        and (indexes.index_id <> 'R3000E' or rules.has_r3000e)
    group by indexes.index_id
),

-- One row a line of the lists, whichever of them it stands in.
opening_lines as (
    select
        case when basis = 'no_listing' then 'warning' else 'info' end as severity,
        case when basis = 'no_listing' then 'opening_no_listing' else 'opening_left' end as issue,
        cast(null as varchar) as index_id,
        opening_ticker as ticker,
        cast(null as varchar) as security_id,
        as_of as session_date,
        case
            when basis = 'no_listing' then 'No dump lists it, at the date of its list or on the rank day'
            else 'It left the exchanges before the rank day'
        end
        || ': neither deletion nor member of ' || string_agg(distinct index_id, ', ' order by index_id) || '.' as detail
    from members
    where rank_ticker is null
    group by basis, opening_ticker, as_of
),

late_openings as (
    select
        'warning' as severity,
        'opening_late' as issue,
        opening.index_id as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        opening.as_of as session_date,
        'The opening list is dated after the rank day: this event looks ahead.' as detail
    from raw.opening_rows as opening
    inner join reference.recon_events as events on opening.event_id = events.event_id
    where opening.event_id = $event_id and opening.as_of > events.rank_day
    group by opening.index_id, opening.as_of
),

-- A member that was found again by its figures alone may be another company.
renames as (
    select
        case
            when continuity.basis = 'figures' and (opening.ticker is not null or ranking.ticker is not null)
                then 'warning'
            else 'info'
        end as severity,
        'rename_inferred' as issue,
        cast(null as varchar) as index_id,
        continuity.to_ticker as ticker,
        cast(null as varchar) as security_id,
        continuity.to_date as session_date,
        'Taken for the security that was ' || continuity.from_ticker || ' on ' || cast(continuity.from_date as varchar)
        || ', by its ' || replace(continuity.basis, '_', ' ') || '.' as detail
    from core.continuity as continuity
    left join (select distinct opening_line as ticker, as_of from members) as opening
        on
            continuity.from_role = 'opening'
            and continuity.from_date = opening.as_of
            and continuity.from_ticker = opening.ticker
    left join recon.ranking as ranking
        on
            continuity.event_id = ranking.event_id
            and continuity.from_role = 'rank'
            and continuity.from_ticker = ranking.ticker
    where continuity.event_id = $event_id and continuity.basis <> 'ticker'
),

neighbours as (
    select
        'info' as severity,
        'neighbour_session' as issue,
        cast(null as varchar) as index_id,
        ticker,
        security_id,
        observed_session as session_date,
        'Missing from the dump of the rank day; read from this session instead.' as detail
    from recon.universe
    where event_id = $event_id and is_neighbour
),

without_figures as (
    select
        'warning' as severity,
        case when ranking.status = 'carried' then 'carried' else 'no_figures' end as issue,
        cast(null as varchar) as index_id,
        eligibility.ticker as ticker,
        eligibility.security_id as security_id,
        eligibility.listing_value as session_date,
        case
            when ranking.status = 'carried'
                then 'A member without a price or a share count. It keeps its place: the rank of the event before, or '
                || 'the middle of its index where nobody states one.'
            when ranking.company_id is not null then 'A line without a price; its company is ranked by another line.'
            else 'No price or no share count, and no membership to keep: it is not ranked.'
        end as detail
    from recon.eligibility as eligibility
    left join recon.ranking as ranking
        on eligibility.event_id = ranking.event_id and eligibility.company_id = ranking.company_id
    where eligibility.event_id = $event_id and eligibility.status = 'unknown'
),

-- Providers 1.5: a count that jumps without a price that moves against it is a defect of the source, mostly.
suspect_shares as (
    select
        'warning' as severity,
        'shares_suspect' as issue,
        cast(null as varchar) as index_id,
        universe.ticker as ticker,
        universe.security_id as security_id,
        universe.observed_session as session_date,
        'Shares outstanding of ' || cast(universe.outstanding_shares as varchar) || ' on the rank day against '
        || cast(windows.window_low_shares as varchar) || ' to ' || cast(windows.window_high_shares as varchar)
        || ' in the days before, without a price that moved against it.' as detail
    from recon.universe as universe
    inner join core.trading_windows as windows
        on universe.event_id = windows.event_id and universe.ticker = windows.ticker
    inner join recon.ranking as ranking
        on universe.event_id = ranking.event_id and universe.security_id = ranking.security_id
    where
        universe.event_id = $event_id
        and (
            (
                universe.outstanding_shares > 2 * windows.window_low_shares
                and 2 * universe.close_usd > windows.window_high_usd
            )
            or (
                2 * universe.outstanding_shares < windows.window_high_shares
                and universe.close_usd < 2 * windows.window_low_usd
            )
        )
),

-- Members of before, and companies that were ranked, of which the new membership says nothing.
left_lines as (
    select
        'info' as severity,
        'left_before_effective' as issue,
        cast(null as varchar) as index_id,
        universe.ticker as ticker,
        universe.security_id as security_id,
        universe.observed_session as session_date,
        'Gone from the exchanges by the first session of the new membership: neither member nor change.' as detail
    from core.departures as departures
    inner join recon.universe as universe
        on departures.event_id = universe.event_id and departures.rank_ticker = universe.ticker
    left join recon.ranking as ranking
        on universe.event_id = ranking.event_id and universe.company_id = ranking.company_id
    where
        departures.event_id = $event_id
        and departures.has_left
        and (universe.is_member or (ranking.company_id is not null and universe.security_type = 'common'))
),

-- A line that was last seen the session before the rank day: it may have left, or the source may have skipped it twice.
faded_lines as (
    select
        'warning' as severity,
        'listing_unsure' as issue,
        cast(null as varchar) as index_id,
        ticker,
        security_id,
        observed_session as session_date,
        'A member that was last seen the session before the rank day: ranked on its figures of then.' as detail
    from recon.universe
    where event_id = $event_id and listing = 'faded' and is_member
),

-- A wanted session that no dump describes, and one whose dump could not be confirmed against the one before.
sessions as (
    select
        -- The new membership may not have begun.
        case when wanted.role = 'effective' and count(dumps.exchange) = 0 then 'info' else 'warning' end as severity,
        case when count(distinct dumps.exchange) < 3 then 'session_incomplete' else 'session_unverified' end as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        wanted.session_date as session_date,
        'Read for the ' || replace(wanted.role, '_', ' ') || ': dumps of '
        || cast(count(distinct dumps.exchange) as varchar) || ' of 3 exchanges are there'
        || case
            when count(*) filter (where dumps.status = 'unverified') > 0
                then ', and not all of them follow on the dump before'
            else ''
        end || '.' as detail
    from core.event_sessions as wanted
    left join raw.archive_dumps as dumps
        on wanted.session_date = dumps.session_date and dumps.status not in ('intraday', 'empty')
    where wanted.event_id = $event_id
    group by wanted.session_date, wanted.role, wanted.preference
    having count(distinct dumps.exchange) < 3 or count(*) filter (where dumps.status = 'unverified') > 0
),

rejected as (
    select
        'warning' as severity,
        'payload_rejected' as issue,
        cast(null as varchar) as index_id,
        rejects.symbol as ticker,
        cast(null as varchar) as security_id,
        rejects.as_of as session_date,
        'In the dump of ' || rejects.exchange || ', field ' || rejects.field || ': ' || rejects.reason || '.' as detail
    from core.event_sessions as wanted
    inner join raw.rejects as rejects on wanted.session_date = rejects.as_of
    where wanted.event_id = $event_id
    group by rejects.symbol, rejects.as_of, rejects.exchange, rejects.field, rejects.reason
),

gathered as (
    select * from unknown_openings
    union all
    select * from opening_lines
    union all
    select * from late_openings
    union all
    select * from renames
    union all
    select * from neighbours
    union all
    select * from without_figures
    union all
    select * from suspect_shares
    union all
    select * from left_lines
    union all
    select * from faded_lines
    union all
    select * from sessions
    union all
    select * from rejected
)

select
    cast($event_id as varchar) as event_id,
    row_number() over (
        order by severity desc, issue, coalesce(index_id, ''), coalesce(ticker, ''), session_date, detail
    ) as issue_number,
    severity,
    issue,
    index_id,
    ticker,
    security_id,
    session_date,
    detail
from gathered
