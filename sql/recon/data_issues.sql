-- What a reader of the event should know about its data: nothing is missing, carried, inferred or dropped in silence.
with members as (
    select event_id, index_id, opening_ticker, opening_name, as_of, rank_ticker, basis
    from core.opening_members
    where event_id = $event_id
),

-- The size indexes whose members before the event nobody told us.
unknown_openings as (
    select
        'warning' as severity,
        'opening_unknown' as issue,
        indexes.index_id as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        cast(null as date) as session_date,
        'No opening rows for this index: members are placed by rank, without bands; no changes are stated.' as detail
    from reference.indexes as indexes
    left join members on indexes.index_id = members.index_id
    where members.index_id is null
    group by indexes.index_id
),

opening_lines as (
    select
        case when basis = 'no_listing' then 'warning' else 'info' end as severity,
        case when basis = 'no_listing' then 'opening_no_listing' else 'opening_left' end as issue,
        index_id,
        opening_ticker as ticker,
        cast(null as varchar) as security_id,
        as_of as session_date,
        case
            when basis = 'no_listing'
                then 'An opening row that no dump lists, at its date or on the rank day: neither deletion nor member.'
            else 'An opening member that left the exchanges before the rank day: neither deletion nor member.'
        end as detail
    from members
    where rank_ticker is null and index_id not in ('R3000', 'R3000E')
),

renames as (
    select
        'info' as severity,
        'rename_inferred' as issue,
        cast(null as varchar) as index_id,
        to_ticker as ticker,
        cast(null as varchar) as security_id,
        to_date as session_date,
        'Taken for the security that was ' || from_ticker || ' on ' || cast(from_date as varchar)
        || ', by its ' || replace(basis, '_', ' ') || '.' as detail
    from core.continuity
    where event_id = $event_id and basis <> 'ticker'
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
                then 'A member without a price or a share count: it keeps its place in the ranking.'
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
    where
        universe.event_id = $event_id
        and universe.is_pricing_vehicle
        and (
            (
                universe.outstanding_shares > 2 * windows.window_high_shares
                and 2 * universe.close_usd > windows.window_low_usd
            )
            or (
                2 * universe.outstanding_shares < windows.window_low_shares
                and universe.close_usd < 2 * windows.window_high_usd
            )
        )
),

left_lines as (
    select
        'info' as severity,
        'left_before_effective' as issue,
        cast(null as varchar) as index_id,
        universe.ticker as ticker,
        universe.security_id as security_id,
        universe.observed_session as session_date,
        'Ranked, but gone from the exchanges by the first session of the new membership: neither member nor change.'
            as detail
    from recon.ranking as ranking
    inner join recon.universe as universe
        on ranking.event_id = universe.event_id and ranking.security_id = universe.security_id
    inner join core.departures as departures
        on universe.event_id = departures.event_id and universe.ticker = departures.rank_ticker
    where ranking.event_id = $event_id and departures.has_left
),

-- A wanted session that no dump describes, and one whose dump could not be confirmed against the one before.
sessions as (
    select
        case when wanted.role = 'effective' then 'info' else 'warning' end as severity,
        case when count(dumps.exchange) < 3 then 'session_incomplete' else 'session_unverified' end as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        wanted.session_date as session_date,
        'Dumps of ' || cast(count(dumps.exchange) as varchar) || ' of 3 exchanges, of which '
        || cast(count(*) filter (where dumps.status = 'unverified') as varchar)
        || ' do not follow on the dump before; wanted as ' || replace(wanted.role, '_', ' ') || '.' as detail
    from core.event_sessions as wanted
    left join raw.archive_dumps as dumps
        on wanted.session_date = dumps.session_date and dumps.status not in ('intraday', 'empty')
    where wanted.event_id = $event_id
    group by wanted.session_date, wanted.role, wanted.preference
    having count(dumps.exchange) < 3 or count(*) filter (where dumps.status = 'unverified') > 0
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
