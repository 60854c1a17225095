-- What a reader of the event should know about its data: nothing is missing, carried, inferred or dropped in silence.
with members as (
    select event_id, index_id, opening_ticker, opening_line, as_of, opening_rank, rank_ticker, basis
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
    inner join reference.recon_events as events on events.event_id = $event_id
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
            ranking.event_id = $event_id
            and continuity.from_role = 'rank'
            and continuity.from_ticker = ranking.ticker
    where continuity.event_id = $event_id and continuity.basis <> 'ticker'
),

-- Told once where nobody will ever have a list of the rank day.
unlisted_rank_days as (
    select missing.session as session_date
    from reference.archive_missing_sessions as missing
    inner join reference.recon_events as events
        on events.event_id = $event_id and missing.session = events.rank_day
),

neighbours as (
    select
        'info' as severity,
        'neighbour_session' as issue,
        cast(null as varchar) as index_id,
        universe.ticker as ticker,
        universe.security_id as security_id,
        universe.observed_session as session_date,
        'Missing from the dump of the rank day; read from this session instead.' as detail
    from recon.universe as universe
    where
        universe.event_id = $event_id
        and universe.is_neighbour
        and not exists (select 1 from unlisted_rank_days)
    union all
    select
        'warning' as severity,
        'neighbour_session' as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        universe.observed_session as session_date,
        'No price list of the rank day is to be had: ' || cast(count(*) as varchar)
        || ' lines are read from this session instead.' as detail
    from recon.universe as universe
    cross join unlisted_rank_days
    where universe.event_id = $event_id and universe.is_neighbour
    group by universe.observed_session
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
                then 'A member without a price or a share count. It is placed by '
                || case
                    when openings.opening_rank is not null then 'its rank of the event before.'
                    else 'the middle of its index, for nobody states a rank.'
                end
            when ranking.company_id is not null then 'A line without a price; its company is ranked by another line.'
            else 'No price or no share count, and no membership to keep: it is not ranked.'
        end as detail
    from recon.eligibility as eligibility
    inner join recon.universe as universe
        on universe.event_id = $event_id and eligibility.security_id = universe.security_id
    -- A quarterly event ranks nobody: what it lacks of newcomers is told of them.
    inner join reference.recon_events as events on eligibility.event_id = events.event_id and events.kind = 'recon'
    left join recon.ranking as ranking
        on ranking.event_id = $event_id and eligibility.company_id = ranking.company_id
    left join (
        select universe.company_id as company_id, min(members.opening_rank) as opening_rank
        from members
        inner join recon.universe as universe
            on universe.event_id = $event_id and members.rank_ticker = universe.ticker
        group by universe.company_id
    ) as openings on eligibility.company_id = openings.company_id
    where
        eligibility.event_id = $event_id
        and eligibility.status = 'unknown'
        -- A line in no price list is told as such.
        and (universe.listing <> 'listed' or universe.is_member)
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
        case
            when universe.shares_why = 'implied_before_jump' then 'Shares outstanding taken from the days before, as '
            else 'Shares outstanding of '
        end
        || cast(universe.outstanding_shares as varchar) || ' on the rank day against '
        || cast(windows.window_low_shares as varchar) || ' to ' || cast(windows.window_high_shares as varchar)
        || ' in the days before, without a price that moved against it.' as detail
    from recon.universe as universe
    inner join core.trading_windows as windows
        on windows.event_id = $event_id and universe.ticker = windows.ticker
    inner join recon.ranking as ranking
        on ranking.event_id = $event_id and universe.security_id = ranking.security_id
    where
        universe.event_id = $event_id
        and (
            universe.shares_why = 'implied_before_jump'
            or (
                universe.outstanding_shares > 2 * windows.window_low_shares
                and 2 * universe.close_usd > windows.window_high_usd
            )
            or (
                2 * universe.outstanding_shares < windows.window_high_shares
                and universe.close_usd < 2 * windows.window_low_usd
            )
        )
),

-- What filings say of the shares (core.shares_reconciliation): a count that is in doubt, and, where filings were read,
-- a company that none of them counts (banks file elsewhere: providers section 0, finding 5c).
filed_shares as (
    select
        case when shares.chosen_source = 'implied' or shares.chosen_source is null then 'info' else 'warning' end
            as severity,
        'filing_suspect' as issue,
        cast(null as varchar) as index_id,
        shares.ticker as ticker,
        ranking.security_id as security_id,
        shares.cover_date as session_date,
        'Filed count of ' || cast(shares.filing_shares as varchar) || ' shares (' || shares.filing_source || '): '
        || case shares.suspect
            when 'placeholder' then 'a placeholder'
            when 'thousands_or_millions' then 'in thousands or millions'
            when 'jump' then 'out of line with the counts before it'
            when 'splits' then 'more splits since than can be followed'
            else 'over 25 % from the implied count'
        end
        || '. Implied: ' || coalesce(cast(shares.implied_shares as varchar), 'none') || '. Taken: '
        || coalesce(cast(shares.chosen_shares as varchar) || ' (' || shares.chosen_source || ')', 'none')
        || '.' as detail
    from core.shares_reconciliation as shares
    inner join recon.ranking as ranking
        on ranking.event_id = $event_id and shares.ticker = ranking.ticker
    where shares.event_id = $event_id and shares.suspect is not null
    union all
    select
        'info' as severity,
        'shares_implied' as issue,
        cast(null as varchar) as index_id,
        shares.ticker as ticker,
        ranking.security_id as security_id,
        cast(null as date) as session_date,
        case
            when shares.why = 'filing_stale' then 'The last count that it filed is too old'
            when shares.why = 'classes_incomplete' then 'It filed counts of fewer classes than are listed'
            when shares.cik is null then 'It is not known to file with the SEC'
            else 'No count that it filed was found'
        end
        || ': ranked by the implied count.' as detail
    from core.shares_reconciliation as shares
    inner join recon.ranking as ranking
        on ranking.event_id = $event_id and shares.ticker = ranking.ticker
    where
        shares.event_id = $event_id
        and shares.chosen_source = 'implied'
        and shares.suspect is null
        and exists (select 1 from core.share_counts as counts where counts.event_id = $event_id)
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
        'Gone from the exchanges by '
        || case
            when event_vintages.known_at < calendar.next_session then cast(event_vintages.known_at as varchar)
            else 'the first session of the new membership'
        end
        || ': neither member nor change.' as detail
    from core.departures as departures
    inner join reference.recon_events as events on events.event_id = $event_id
    inner join reference.sessions as calendar on events.effective_date = calendar.session_date
    left join raw.event_vintages as event_vintages on event_vintages.event_id = $event_id
    inner join recon.universe as universe
        on universe.event_id = $event_id and departures.rank_ticker = universe.ticker
    left join recon.ranking as ranking
        on ranking.event_id = $event_id and universe.company_id = ranking.company_id
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

-- A wanted session that no price list of some exchange describes, and one whose dump could not be confirmed against the
-- one before. A list that was captured live counts like a dump.
price_lists as (
    select session_date, exchange, case when status = 'unverified' then 1 else 0 end as is_unverified
    from raw.archive_dumps
    where status not in ('intraday', 'empty')
    union all
    select distinct as_of as session_date, exchange, 0 as is_unverified
    from raw.listings
    where source <> 'archive'
),

described as (
    select session_date, exchange, max(is_unverified) as is_unverified
    from price_lists
    group by session_date, exchange
),

sessions as (
    select
        -- The new membership may not have begun.
        case
            when wanted.role = 'effective' and count(described.exchange) = 0 then 'info' else 'warning'
        end as severity,
        case when count(described.exchange) < 3 then 'session_incomplete' else 'session_unverified' end as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        wanted.session_date as session_date,
        'Read for the ' || replace(wanted.role, '_', ' ') || ': dumps of '
        || cast(count(described.exchange) as varchar) || ' of 3 exchanges are there'
        || case
            when coalesce(sum(described.is_unverified), 0) > 0
                then ', and not all of them follow on the dump before'
            else ''
        end || '.' as detail
    from core.event_sessions as wanted
    left join described on wanted.session_date = described.session_date
    where wanted.event_id = $event_id and wanted.role <> 'history'
    group by wanted.session_date, wanted.role, wanted.preference
    having count(described.exchange) < 3 or coalesce(sum(described.is_unverified), 0) > 0
),

-- The sessions that stand for two years of trading are told of together: one of them more or less weighs little.
thin_history as (
    select
        'info' as severity,
        'history_incomplete' as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        min(wanted.session_date) as session_date,
        'Volumes of two years rest on ' || cast(count(*) filter (where there.exchanges = 3) as varchar) || ' of '
        || cast(count(*) as varchar) || ' sessions: the others are not there of all 3 exchanges.' as detail
    from core.event_sessions as wanted
    left join (
        select session_date, count(distinct exchange) as exchanges
        from described
        group by session_date
    ) as there
        on wanted.session_date = there.session_date
    where wanted.event_id = $event_id and wanted.role = 'history'
    having count(*) > count(*) filter (where there.exchanges = 3)
),

-- Methodology 3.3, 3.5: the close of a line that did not trade on the rank day is an older one.
untraded as (
    select
        'warning' as severity,
        'no_trade' as issue,
        cast(null as varchar) as index_id,
        eligibility.ticker as ticker,
        eligibility.security_id as security_id,
        eligibility.listing_value as session_date,
        'Did not trade on the rank day: the close of ' || cast(eligibility.price_value_usd as varchar)
        || ' USD is that of an earlier trade.' as detail
    from recon.eligibility as eligibility
    where
        eligibility.event_id = $event_id
        and eligibility.price_basis = 'no trade on rank day'
        and eligibility.status <> 'ineligible'
),

-- A source that gave nothing: the event went on without it. What came of asking is in raw.source_outcomes; how often it
-- was tried and how long it took are not, for a second run must say the same.
skipped_sources as (
    select
        case
            when outcomes.result = 'not_configured' then 'info'
            -- One of several files may not be there yet; that none of a source is there is a loss.
            when outcomes.result = 'absent' and given.source is not null then 'info'
            else 'warning'
        end as severity,
        'source_skipped' as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        cast(null as date) as session_date,
        'The source ' || outcomes.source || ' gave nothing'
        || case when outcomes.payload_key <> '' then ' for ' || outcomes.payload_key else '' end || ': '
        || case outcomes.result
            when 'not_configured' then 'its key or contact is not set'
            when 'absent' then 'it has no such file'
            when 'refused' then 'it refused'
            when 'unavailable' then 'it did not answer'
            when 'bad_payload' then 'its answer cannot be believed'
            else 'the run is offline, and nothing was landed'
        end || '.' as detail
    from raw.source_outcomes as outcomes
    left join (
        select distinct source
        from raw.source_outcomes
        where event_id = $event_id and result in ('value', 'known')
    ) as given on outcomes.source = given.source
    where outcomes.event_id = $event_id and outcomes.result not in ('value', 'known')
),

-- Listed, and in no price list of the rank day (core.listing_gaps): a common line may be missing from the ranking.
unpriced as (
    select
        case when universe.is_member or gaps.verdict = 'vanished' then 'warning' else 'info' end as severity,
        'listed_without_price' as issue,
        cast(null as varchar) as index_id,
        gaps.ticker as ticker,
        universe.security_id as security_id,
        gaps.listed_as_of as session_date,
        'Listed by ' || gaps.listing_source || ', in no price list of the rank day'
        || case gaps.verdict
            when 'priced_elsewhere' then '; priced by ' || gaps.price_source
            when 'vanished' then '; last priced on ' || cast(gaps.last_quoted as varchar)
            else ' or of any session that was read'
        end || '.' as detail
    from core.listing_gaps as gaps
    inner join recon.universe as universe on universe.event_id = $event_id and gaps.ticker = universe.ticker
    where gaps.event_id = $event_id and universe.security_type = 'common'
    union all
    select
        'info' as severity,
        'listed_without_price' as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        max(listed_as_of) as session_date,
        cast(count(*) as varchar) || ' symbols listed by ' || listing_source || ' are no lines: '
        || case verdict
            when 'left' then 'priced on earlier sessions, and not since'
            when 'later' then 'only a list of later days has them'
            else 'the list of the SEC lacks them'
        end || ' (core.listing_gaps).' as detail
    from core.listing_gaps
    where event_id = $event_id and verdict in ('left', 'later', 'unconfirmed')
    group by listing_source, verdict
),

-- A field of a source of prices may have cost a line its place; of any other it is for the record.
source_rejects as (
    select
        case when price_order.source is not null then 'warning' else 'info' end as severity,
        'payload_rejected' as issue,
        cast(null as varchar) as index_id,
        -- A row of the SEC is named by a number.
        case when not regexp_matches(rejects.row_key, '^[0-9-]*$') then rejects.row_key end as ticker,
        cast(null as varchar) as security_id,
        max(rejects.as_of) as session_date,
        'From ' || rejects.feed
        || case when rejects.row_key <> '' then ', row ' || rejects.row_key else '' end
        || ', field ' || rejects.field
        || case when min(rejects.text) is not null then ' ("' || min(rejects.text) || '")' else '' end
        || ': ' || rejects.reason || '.' as detail
    from raw.source_rejects as rejects
    inner join reference.recon_events as events on events.event_id = $event_id
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    left join reference.source_order as price_order
        on rejects.source = price_order.source and price_order.figure = 'price'
    left join (select distinct session_date from core.event_sessions where event_id = $event_id) as sessions
        on rejects.as_of = sessions.session_date
    where
        cast(rejects.known_at as date) <= events.rank_day + cast(rules.value as integer)
        -- Of prices those that the event reads; of all others once, however often they were captured.
        and (price_order.source is null or sessions.session_date is not null)
    group by price_order.source, rejects.row_key, rejects.feed, rejects.field, rejects.reason
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

-- Kept out on a presumption alone, and members whose count leaves out classes or units.
presumed as (
    select
        'info' as severity,
        case
            when eligibility.reason = 'presumed_ineligible' then 'presumed_ineligible' else 'presumed_out_of_microcap'
        end as issue,
        case when eligibility.reason is null then 'RMICRO' end as index_id,
        eligibility.ticker as ticker,
        eligibility.security_id as security_id,
        presumptions.last_rank_day as session_date,
        'Listed and clearly large enough that day, and in no list since; it passes every rule that can be seen.'
            as detail
    from core.presumptions as presumptions
    inner join reference.recon_events as events on presumptions.event_id = events.event_id and events.kind = 'recon'
    inner join recon.eligibility as eligibility
        on eligibility.event_id = $event_id and presumptions.pricing_ticker = eligibility.ticker
    left join recon.index_membership as members
        on
            members.event_id = $event_id
            and eligibility.security_id = members.security_id
            and members.index_id = 'R3000'
    inner join core.event_rules as rules
        on rules.event_id = $event_id and rules.rule = 'use_presumption' and rules.value = 1
    where
        presumptions.event_id = $event_id
        and (
            eligibility.reason = 'presumed_ineligible'
            or (
                presumptions.is_presumed_out_of_microcap
                and eligibility.reason is null
                and members.security_id is null
            )
        )
    union all
    select
        'warning' as severity,
        'shares_below_index' as issue,
        cast(null as varchar) as index_id,
        universe.ticker as ticker,
        universe.security_id as security_id,
        universe.observed_session as session_date,
        'The count of the price list put it at ' || cast(cast(presumptions.last_cap_usd as bigint) as varchar)
        || ' USD on ' || cast(presumptions.last_rank_day as varchar) || ', where its index asked for '
        || cast(cast(presumptions.least_cap_usd as bigint) as varchar)
        || ': it leaves out classes or units. Its cap is raised in that proportion.' as detail
    from recon.universe as universe
    inner join core.presumptions as presumptions
        on presumptions.event_id = $event_id and universe.pricing_ticker = presumptions.pricing_ticker
    where
        universe.event_id = $event_id
        and universe.shares_why = 'implied_below_its_index'
        and universe.is_pricing_vehicle
),

-- Where lists are fragments, under tickers that nobody knows, or of several reconstitutions, they do not tell who was left
-- out: of whom something would be presumed otherwise.
unjudged as (
    select
        'warning' as severity,
        'nothing_presumed' as issue,
        'R3000' as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        min(presumptions.last_rank_day) as session_date,
        'The opening lists are fragments, or of several reconstitutions: that '
        || cast(count(*) as varchar)
        || ' companies that were listed and large enough that day are in none of them is not held against them.'
            as detail
    from core.presumptions as presumptions
    inner join reference.recon_events as events on presumptions.event_id = events.event_id and events.kind = 'recon'
    inner join core.event_rules as rules
        on rules.event_id = $event_id and rules.rule = 'use_presumption' and rules.value = 1
    where
        presumptions.event_id = $event_id
        and presumptions.why_not is null
        and not presumptions.is_member
        and not presumptions.is_presumed_ineligible
        and exists (select 1 from members where index_id = 'R3000')
    having count(*) > 0
),

-- Newcomers of a quarterly event that it does not add, though they qualify by all but what kind of listing they are, or
-- whose worth nobody tells; and additions that rest on what was read later or on weak evidence.
newcomers as (
    select
        'warning' as severity,
        case
            when candidates.verdict = 'no_market_cap' then 'ipo_no_market_cap'
            when candidates.verdict = 'no_breakpoints' then 'ipo_no_breakpoints'
            when candidates.verdict = 'deferred' then 'ipo_deferred'
            when candidates.verdict = 'presumed_ineligible' then 'ipo_presumed_ineligible'
            else 'ipo_unconfirmed'
        end as issue,
        cast(null as varchar) as index_id,
        candidates.ticker as ticker,
        candidates.security_id as security_id,
        candidates.seen_by as session_date,
        case candidates.verdict
            when 'no_market_cap' then 'A new line without a share count or a price: it cannot be placed.'
            when 'no_breakpoints'
                then 'The breakpoints of the last reconstitution are not known: it cannot be placed.'
            when 'deferred' then 'A direct listing without a public count of its shares: it waits for the next event.'
            when 'presumed_ineligible'
                then 'It lists one class of several: most such companies of its industry failed on votes at first.'
            else 'Large enough, and taken for no offering (' || candidates.listing_evidence || '): it waits for the '
                || 'reconstitution. If it was spun off by a member, the index has it already.'
        end as detail
    from recon.ipo_candidates as candidates
    where
        candidates.event_id = $event_id
        and candidates.eligibility_reason is null
        and (
            candidates.verdict in ('no_market_cap', 'no_breakpoints', 'deferred', 'presumed_ineligible')
            or (candidates.verdict = 'not_an_offering' and candidates.market_cap_usd > candidates.floor_usd)
        )
    union all
    select
        'info' as severity,
        case when lines.shares_session is not null then 'shares_read_later' else 'ipo_unconfirmed' end as issue,
        cast(null as varchar) as index_id,
        candidates.ticker as ticker,
        candidates.security_id as security_id,
        coalesce(lines.shares_session, candidates.seen_by) as session_date,
        case
            when lines.shares_session is not null
                then 'New on the rank day and printed without its share count, which was read from this session.'
            else 'Added as an offering by weak evidence: ' || candidates.listing_evidence || '.'
        end as detail
    from recon.ipo_candidates as candidates
    inner join core.lines as lines
        on lines.event_id = $event_id and lines.role = 'rank' and candidates.ticker = lines.ticker
    where
        candidates.event_id = $event_id
        and candidates.verdict = 'added'
        and (lines.shares_session is not null or candidates.listing_evidence_strength = 'weak')
),

-- Methodology 9.8: whether a large newcomer was a fast entry is told by the shares that it offered.
unseen_fast_entries as (
    select
        'warning' as severity,
        'fast_entry_unknown' as issue,
        cast(null as varchar) as index_id,
        candidates.ticker as ticker,
        candidates.security_id as security_id,
        candidates.seen_by as session_date,
        'Larger than the breakpoint of the Russell Top 500, and no calendar tells how many shares it offered: if enough, '
        || 'it was a member from its sixth session on.' as detail
    from recon.ipo_candidates as candidates
    inner join core.event_rules as fast
        on fast.event_id = $event_id and fast.rule = 'fast_entry' and fast.value = 1
    inner join core.event_rules as cuts on cuts.event_id = $event_id and cuts.rule = 'fast_entry_cut'
    inner join recon.ipo_breakpoints as breakpoints
        on breakpoints.event_id = $event_id and breakpoints.cut_rank = cuts.value
    left join (
        select distinct ticker
        from raw.ipos
        where status = 'priced' and offered_shares > 0
    ) as offered
        on candidates.ticker = offered.ticker
    where
        candidates.event_id = $event_id
        and candidates.verdict = 'added'
        and candidates.listing_kind = 'ipo'
        and candidates.market_cap_usd > breakpoints.market_cap_usd
        and offered.ticker is null
),

-- Rules that hold and that no source can be asked about: how many lines of the index they may concern.
unseen_rules as (
    select
        'info' as severity,
        'rule_unseen' as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        cast(null as date) as session_date,
        'No source tells who passes UBTI on to its holders (methodology 2.6): '
        || cast(count(*) as varchar) || ' lines of REITs are taken to pass the rule on the structure.' as detail
    from recon.eligibility
    where
        event_id = $event_id
        and reason is null
        and structure_value = 'reit'
        and structure_status = 'unknown'
    having count(*) > 0
    union all
    select
        'info' as severity,
        'rule_unseen' as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        cast(null as date) as session_date,
        'No source tells what part of a float is held as CDIs (methodology 2.10): '
        || cast(count(*) as varchar) || ' lines of companies of Australia are taken to pass the rule on the float, and '
        || 'their weights are not corrected.' as detail
    from recon.eligibility as eligibility
    inner join recon.universe as universe
        on universe.event_id = $event_id and eligibility.security_id = universe.security_id
    inner join core.event_rules as rules
        on rules.event_id = $event_id and rules.rule = 'cdi_rule' and rules.value = 1
    where
        eligibility.event_id = $event_id
        and eligibility.reason is null
        and 'Australia' in (universe.country, universe.incorporation, universe.headquarters)
    having count(*) > 0
),

-- Methodology 10.7: a spin-off joins the index of its parent on its first day, if it is large enough. Form 10-12B tells
-- that a new line is one; of whom, no source tells. So it waits for the reconstitution.
spinoffs as (
    select
        'warning' as severity,
        'spinoff_not_placed' as issue,
        cast(null as varchar) as index_id,
        universe.ticker as ticker,
        universe.security_id as security_id,
        max(filings.filed_date) as session_date,
        'Spun off (Form 10-12B of this day) and listed since the membership before. No source names its parent: it '
        || 'is in no index until a reconstitution ranks it.' as detail
    from recon.universe as universe
    inner join recon.eligibility as eligibility
        on
            eligibility.event_id = $event_id
            and universe.security_id = eligibility.security_id
            and eligibility.status <> 'ineligible'
    inner join reference.recon_events as events on events.event_id = $event_id
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'spinoff_form_days'
    inner join core.event_rules as grace on grace.event_id = $event_id and grace.rule = 'capture_grace_days'
    inner join core.filer_links as filers on filers.event_id = $event_id and universe.ticker = filers.ticker
    inner join raw.filings as filings
        on
            filers.cik = filings.cik
            and filings.form = '10-12B'
            and filings.filed_date >= events.rank_day - cast(rules.value as integer)
            and filings.filed_date <= events.rank_day
            and cast(filings.known_at as date) <= events.rank_day + cast(grace.value as integer)
    left join core.continuity as earlier
        on
            earlier.event_id = $event_id
            and earlier.from_role = 'opening'
            and earlier.to_role = 'rank'
            and universe.ticker = earlier.to_ticker
    where
        universe.event_id = $event_id
        and universe.security_type = 'common'
        and earlier.to_ticker is null
        -- Where nothing is known of the lines of then, nobody can be told from them.
        and exists (
            select 1
            from core.continuity as ties
            where ties.event_id = $event_id and ties.from_role = 'opening'
        )
    group by universe.ticker, universe.security_id
),

-- What the run was asked to leave out.
left_out as (
    select
        'warning' as severity,
        'evidence_left_out' as issue,
        cast(null as varchar) as index_id,
        cast(null as varchar) as ticker,
        cast(null as varchar) as security_id,
        cast(null as date) as session_date,
        'The run was asked to leave out a kind of evidence: rule ' || rule || ' is '
        || cast(cast(value as integer) as varchar) || '.' as detail
    from raw.event_options
    where event_id = $event_id
),

gathered as (
    select * from presumed
    union all
    select * from unjudged
    union all
    select * from spinoffs
    union all
    select * from left_out
    union all
    select * from newcomers
    union all
    select * from unseen_fast_entries
    union all
    select * from unseen_rules
    union all
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
    select * from thin_history
    union all
    select * from untraded
    union all
    select * from rejected
    union all
    select * from skipped_sources
    union all
    select * from filed_shares
    union all
    select * from unpriced
    union all
    select * from source_rejects
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
