-- What became of each member of before, up to the first session of the new membership: still listed, or when it left the
-- exchanges and why (methodology 10.1, 10.3 to 10.6). Whoever leaves before the effective date is neither deletion nor
-- member of the event.
with event as (
    select
        events.rank_day as rank_day,
        coalesce(calendar.next_session, events.effective_date + 1) as effective_from,
        cast(rules.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id and rules.rule = 'capture_grace_days'
    left join reference.sessions as calendar on events.effective_date = calendar.session_date
    where events.event_id = $event_id
),

-- A ticker names one line a day, whichever index lists it.
given as (
    select
        ticker,
        as_of,
        min(security_id) as security_id,
        min(company_id) as company_id
    from raw.opening_rows
    where event_id = $event_id and security_id is not null
    group by ticker, as_of
),

members as (
    select
        members.index_id as index_id,
        members.opening_ticker as opening_ticker,
        members.opening_name as opening_name,
        members.as_of as as_of,
        members.opening_line as opening_line,
        members.rank_ticker as rank_ticker,
        coalesce(members.opening_line, members.opening_ticker) as ticker,
        given.security_id as given_security_id,
        given.company_id as given_company_id,
        found.security_id as found_security_id,
        found.company_id as found_company_id,
        coalesce(departures.has_left, false) as has_left
    from core.opening_members as members
    left join given on members.opening_ticker = given.ticker and members.as_of = given.as_of
    left join core.identities as found on found.event_id = $event_id and members.rank_ticker = found.ticker
    left join core.departures as departures
        on departures.event_id = $event_id and members.rank_ticker = departures.rank_ticker
    where members.event_id = $event_id
),

-- Two members that one line continues have merged: it bears the identifier of one of them.
identified as (
    select
        members.*,
        coalesce(
            members.given_security_id,
            members.found_security_id,
            'L-' || members.ticker
            || case when taken.security_id is null then '' else '@' || cast(members.as_of as varchar) end
        ) as security_id,
        case
            when members.rank_ticker is null then 'before_rank_day'
            when members.given_security_id <> members.found_security_id then 'merged'
            when members.has_left then 'after_rank_day'
        end as stage
    from members
    left join core.identities as taken
        on taken.event_id = $event_id and 'L-' || members.ticker = taken.security_id
),

-- One search a security, from the last day on which an anchor of the event may show it to the first that does not.
searches as (
    select
        identified.security_id as security_id,
        identified.stage as stage,
        case when identified.stage = 'after_rank_day' then 'rank' else 'opening' end as role,
        case when identified.stage = 'after_rank_day' then event.rank_day else identified.as_of end as from_day,
        case
            when identified.stage = 'after_rank_day' then event.effective_from
            -- An opening list from after the rank day looks ahead.
            else greatest(event.rank_day, identified.as_of + 1)
        end as until_day,
        case when identified.stage = 'after_rank_day' then identified.rank_ticker else identified.ticker end as ticker,
        event.grace_days as grace_days,
        row_number() over (
            partition by identified.security_id
            order by
                case when identified.opening_line is null then 1 else 0 end,
                identified.as_of desc,
                identified.index_id,
                identified.opening_ticker
        ) as choice
    from identified
    cross join event
    where identified.stage is not null
),

leavers as (
    select
        searches.*,
        -- Read from the session before where the list of the day itself lacked it.
        case when lines.ticker is not null then least(lines.observed_session, searches.from_day) end as seen_on,
        lines.exchange as exchange,
        lines.name as name,
        filers.cik as cik,
        -- Somebody else bears its ticker on the rank day: only lists that print its name show it.
        heirs.ticker is not null as is_recycled
    from searches
    left join core.lines as lines
        on
            lines.event_id = $event_id
            and searches.role = lines.role
            and searches.from_day = lines.anchor_date
            and searches.ticker = lines.ticker
    left join core.line_filers as filers
        on
            filers.event_id = $event_id
            and searches.role = filers.role
            and searches.from_day = filers.anchor_date
            and searches.ticker = filers.ticker
    left join core.lines as heirs
        on
            heirs.event_id = $event_id
            and heirs.role = 'rank'
            and searches.role = 'opening'
            and searches.ticker = heirs.ticker
    where searches.choice = 1
),

-- Price lists of the sessions that the event reads, whatever else has landed: what an event comes to follows from its
-- plan alone, so that it comes to the same when it is run again after later ones.
plan as (
    select distinct sessions.session_date as session_date
    from core.event_sessions as sessions
    cross join (select min(from_day) as from_day, max(until_day) as until_day from leavers) as searched
    where
        sessions.event_id = $event_id
        and sessions.session_date > searched.from_day
        and sessions.session_date <= searched.until_day
),

sightings as (
    select
        leavers.security_id as security_id,
        max(listings.as_of) as last_seen
    from plan
    inner join raw.listings as listings on plan.session_date = listings.as_of
    inner join leavers on listings.ticker = leavers.ticker
    where
        listings.as_of > leavers.from_day
        and listings.as_of < leavers.until_day
        and (not leavers.is_recycled or leavers.name = listings.name)
        and cast(listings.known_at as date) <= leavers.until_day + leavers.grace_days
    group by leavers.security_id
),

seen as (
    select
        leavers.*,
        coalesce(sightings.last_seen, leavers.seen_on) as last_seen
    from leavers
    left join sightings on leavers.security_id = sightings.security_id
),

-- Of which exchanges there is a price list of these sessions; ALL where of each of them.
lists as (
    select
        listings.as_of as as_of,
        listings.exchange as exchange,
        min(listings.known_at) as known_at
    from plan
    inner join raw.listings as listings on plan.session_date = listings.as_of
    group by listings.as_of, listings.exchange
),

covered as (
    select as_of, exchange, known_at
    from lists
    union all
    select as_of, 'ALL' as exchange, max(known_at) as known_at
    from lists
    group by as_of
    having count(*) = 3
),

missed as (
    select
        seen.security_id as security_id,
        min(covered.as_of) as session_date
    from seen
    inner join covered
        on
            coalesce(seen.exchange, 'ALL') = covered.exchange
            and covered.as_of > coalesce(seen.last_seen, seen.from_day)
            and covered.as_of <= seen.until_day
    where cast(covered.known_at as date) <= seen.until_day + seen.grace_days
    group by seen.security_id
),

bounded as (
    select
        seen.*,
        coalesce(missed.session_date, seen.until_day) as gone_by
    from seen
    left join missed on seen.security_id = missed.security_id
),

-- Methodology 10.5: who says that it was delisted. A form is of the issuer, maybe of another of its securities: what it
-- says is asked of lines alone that are gone. An exchange files (25-NSE) when it has ended the listing; the form of an
-- issuer (25) takes effect ten days after it is filed.
told as (
    select
        bounded.security_id as security_id,
        'delisting_list' as basis,
        listings.delisted_on as told_day,
        listings.source as source,
        bounded.last_seen as last_seen,
        bounded.from_day as from_day,
        bounded.gone_by as gone_by
    from bounded
    inner join raw.directory as listings on bounded.ticker = listings.ticker
    where
        not listings.is_active
        and listings.delisted_on between bounded.from_day - 10 and bounded.until_day
        and cast(listings.known_at as date) <= bounded.until_day + bounded.grace_days
    union all
    select
        bounded.security_id as security_id,
        'delisting_form' as basis,
        case when filings.form = '25' then filings.filed_date + 9 else filings.filed_date end as told_day,
        filings.source as source,
        bounded.last_seen as last_seen,
        bounded.from_day as from_day,
        bounded.gone_by as gone_by
    from bounded
    inner join raw.filings as filings on bounded.cik = filings.cik
    where
        filings.form in ('25', '25-NSE', '15-12B', '15-12G', '15-15D')
        and filings.filed_date between bounded.from_day - 10 and bounded.until_day
        and cast(filings.known_at as date) <= bounded.until_day + bounded.grace_days
),

-- A day counts where the price lists allow it; of several the first of those.
told_days as (
    select
        told.security_id as security_id,
        told.basis as basis,
        told.source as source,
        case
            when
                told.told_day >= coalesce(told.last_seen, told.from_day)
                and told.told_day <= told.gone_by
                then least(calendar.session_date, told.gone_by)
        end as left_on,
        row_number() over (
            partition by told.security_id
            order by
                case
                    when
                        told.told_day >= coalesce(told.last_seen, told.from_day)
                        and told.told_day <= told.gone_by
                        then 0
                    else 1
                end,
                told.told_day,
                told.basis,
                told.source
        ) as choice
    from told
    inner join reference.sessions as calendar
        on told.told_day < calendar.session_date and told.told_day >= calendar.previous_session
),

-- What lists of symbols say of it afterwards: traded over the counter, under its ticker or one that adds to it; or in
-- bankruptcy, as the exchange marks it.
marked as (
    select
        bounded.security_id as security_id,
        max(case when listings.exchange = 'otc' and listings.is_active then 1 else 0 end) = 1 as is_otc,
        max(case when listings.financial_status in ('Q', 'G', 'J', 'K') then 1 else 0 end) = 1 as is_bankrupt,
        min(listings.source) as source
    from bounded
    inner join raw.directory as listings
        on
            (
                bounded.ticker = listings.ticker
                or (bounded.cik = listings.cik and starts_with(listings.ticker, bounded.ticker))
            )
            and coalesce(bounded.last_seen, bounded.from_day) <= listings.as_of
            and bounded.until_day >= listings.as_of
    where
        cast(listings.known_at as date) <= bounded.until_day + bounded.grace_days
        -- A symbol may have gone to another company.
        and (bounded.cik is null or listings.cik is null or bounded.cik = listings.cik)
        and (
            (listings.exchange = 'otc' and listings.is_active)
            or (listings.financial_status in ('Q', 'G', 'J', 'K') and not bounded.is_recycled)
        )
    group by bounded.security_id
),

fates as (
    select
        bounded.security_id as security_id,
        bounded.last_seen as last_seen,
        -- What no list ever shows, and nobody says was delisted, ends with the event that does not find it.
        case
            when bounded.last_seen is null and told_days.security_id is null then 'not_found'
            else 'left'
        end as fate,
        case
            when bounded.last_seen is null and told_days.security_id is null then event.effective_from
            else coalesce(told_days.left_on, bounded.gone_by)
        end as left_on,
        case
            when bounded.last_seen is null and told_days.security_id is null then event.effective_from
            else bounded.gone_by
        end as gone_by,
        case
            when bounded.stage = 'merged' then 'merged'
            when marked.is_bankrupt then 'bankrupt'
            when marked.is_otc then 'moved_to_otc'
            when told_days.security_id is not null then 'delisted'
            when bounded.last_seen is null then 'not_found'
            else 'left_exchanges'
        end as reason,
        case
            when told_days.left_on is not null then told_days.basis
            when bounded.last_seen is null and told_days.security_id is null then 'not_found'
            else 'last_seen'
        end as basis,
        coalesce(told_days.source, marked.source) as source
    from bounded
    cross join event
    left join told_days on told_days.choice = 1 and bounded.security_id = told_days.security_id
    left join marked on bounded.security_id = marked.security_id
)

select
    cast($event_id as varchar) as event_id,
    identified.index_id as index_id,
    identified.opening_ticker as opening_ticker,
    identified.as_of as as_of,
    identified.security_id as security_id,
    coalesce(
        identified.found_company_id, identified.given_company_id, 'C-' || substr(identified.security_id, 3)
    ) as company_id,
    coalesce(names.company_name, identified.opening_name, identified.ticker) as company_name,
    identified.ticker as ticker,
    coalesce(fates.fate, 'listed') as fate,
    fates.left_on as left_on,
    fates.last_seen as last_seen,
    fates.gone_by as gone_by,
    fates.reason as reason,
    fates.basis as basis,
    fates.source as source
from identified
left join fates on identified.stage is not null and identified.security_id = fates.security_id
left join core.securities as names
    on
        names.event_id = $event_id
        and names.role = 'opening'
        and identified.as_of = names.anchor_date
        and identified.ticker = names.ticker
