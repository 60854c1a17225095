-- Methodology 9.7, text of 2025: a company that merged with a listed shell is considered once the longest stated lock-up
-- has ended. The name that its filer gave up tells of the merger and its day; else its warrants tell of the merger, and
-- of the day the first session that shows its ticker, as far as the sessions of the history go; unless what goes before
-- warrants in reference.listing_evidence tells of another way to the market. The usual length stands for the stated one.
with event as (
    select
        events.rank_day as rank_day,
        cast(days.value as integer) as lockup_days,
        cast(grace.value as integer) as grace_days
    from reference.recon_events as events
    inner join core.event_rules as despac
        on despac.event_id = $event_id and despac.rule = 'despac_rule' and despac.value >= 2
    inner join core.event_rules as days on days.event_id = $event_id and days.rule = 'despac_lockup_days'
    inner join core.event_rules as grace on grace.event_id = $event_id and grace.rule = 'capture_grace_days'
    where events.event_id = $event_id
),

securities as (
    select
        securities.ticker as ticker,
        securities.issuer_key as issuer_key,
        securities.security_type as security_type,
        regexp_extract(lower(lines.name), '[a-z0-9]+', 0) as name_word
    from core.securities as securities
    cross join event
    inner join core.lines as lines
        on
            lines.event_id = $event_id
            and securities.role = lines.role
            and securities.anchor_date = lines.anchor_date
            and securities.ticker = lines.ticker
    where securities.event_id = $event_id and securities.role = 'rank'
),

lines as (
    select
        commons.ticker as ticker,
        commons.name_word as name_word,
        shells.merged_on as merged_on,
        warrants.issuer_key is not null as has_warrants
    from securities as commons
    left join (select distinct issuer_key from securities where security_type = 'warrant') as warrants
        on commons.issuer_key = warrants.issuer_key
    left join core.shells as shells on shells.event_id = $event_id and commons.ticker = shells.ticker
    where commons.security_type = 'common' and (warrants.issuer_key is not null or shells.ticker is not null)
),

-- Those of the sessions that any list describes: before the first of them nobody was seen.
history as (
    select sessions.session_date as session_date, min(sessions.session_date) over () as first_session
    from core.event_sessions as sessions
    inner join (select distinct as_of from raw.listings) as described on sessions.session_date = described.as_of
    where sessions.event_id = $event_id and sessions.role in ('history', 'rank', 'price_window')
),

-- Under its ticker and a name that begins alike: before the merger the ticker may have been another's.
first_shown as (
    select lines.ticker as ticker, min(listings.as_of) as seen_by, min(history.first_session) as first_session
    from history
    inner join raw.listings as listings on history.session_date = listings.as_of
    inner join lines on listings.ticker = lines.ticker
    where starts_with(lower(listings.name), lines.name_word)
    group by lines.ticker
),

-- Came by an offering. A session a month is read: it is looked for in the month and a half before the first that shows
-- the line.
offered as (
    select distinct first_shown.ticker as ticker
    from first_shown
    cross join event
    inner join raw.ipos as ipos on first_shown.ticker = ipos.ticker
    where
        ipos.status in ('priced', 'direct_listing')
        and ipos.event_date between first_shown.seen_by - 45 and event.rank_day
        and cast(ipos.known_at as date) <= event.rank_day + event.grace_days
),

-- The name that the filer of a line gave up last before it was shown, or about then: the reports of before may be those
-- of a shell.
last_names as (
    select first_shown.ticker as ticker, max(names.borne_to) as given_up_on
    from first_shown
    inner join core.filer_links as links
        on links.event_id = $event_id and first_shown.ticker = links.ticker
    inner join core.filer_names as names
        on
            names.event_id = $event_id
            and links.cik = names.cik
            and names.kind = 'former'
            and names.borne_to <= first_shown.seen_by + 10
    group by first_shown.ticker
),

-- What stood at an earlier anchor and was a shell: units beside it, which a merger breaks up.
shells_before as (
    select distinct shells.role as role, shells.anchor_date as anchor_date, shells.ticker as ticker
    from core.securities as shells
    inner join core.securities as units
        on
            units.event_id = $event_id
            and units.security_type = 'unit'
            and shells.role = units.role
            and shells.anchor_date = units.anchor_date
            and shells.issuer_key = units.issuer_key
    where shells.event_id = $event_id
),

-- Came by an offering, a spin-off, from over the counter or by a new name of an old company.
otherwise_told as (
    select ticker
    from offered
    union
    select first_shown.ticker as ticker
    from first_shown
    cross join event
    inner join core.filer_links as links
        on links.event_id = $event_id and first_shown.ticker = links.ticker
    inner join raw.filings as filings on links.cik = filings.cik
    left join last_names on first_shown.ticker = last_names.ticker
    where
        (
            filings.form in ('424B1', '424B4')
            and filings.filed_date between first_shown.seen_by - 45 and event.rank_day
        )
        or (
            filings.form in ('10-12B', '10-12B/A')
            and filings.filed_date
            between cast(first_shown.seen_by - interval '15 months' as date) and event.rank_day
        )
        or (
            filings.form in ('10-K', '10-KT', '20-F', '40-F')
            and filings.filed_date < first_shown.seen_by - 45
            and (last_names.given_up_on is null or last_names.given_up_on < filings.filed_date)
        )
    union
    select first_shown.ticker as ticker
    from first_shown
    inner join raw.directory as directory on first_shown.ticker = directory.ticker
    where
        directory.exchange = 'otc'
        and directory.is_active
        and directory.as_of
        between cast(first_shown.seen_by - interval '15 months' as date) and first_shown.seen_by
    union
    select first_shown.ticker as ticker
    from first_shown
    inner join core.continuity as continuity
        on
            continuity.event_id = $event_id
            and continuity.to_role = 'rank'
            and first_shown.ticker = continuity.to_ticker
            and first_shown.seen_by > continuity.from_date
    left join shells_before
        on
            continuity.from_role = shells_before.role
            and continuity.from_date = shells_before.anchor_date
            and continuity.from_ticker = shells_before.ticker
    where shells_before.ticker is null
)

select
    cast($event_id as varchar) as event_id,
    lines.ticker as ticker,
    coalesce(lines.merged_on, first_shown.seen_by) as merged_by,
    case when lines.merged_on is null then 'warrants listed beside it' else 'name that its shell gave up' end as evidence,
    cast(coalesce(lines.merged_on, first_shown.seen_by) + event.lockup_days as date) as unlocked_on
from lines
cross join event
left join first_shown on lines.ticker = first_shown.ticker
left join offered on lines.ticker = offered.ticker
left join otherwise_told on lines.ticker = otherwise_told.ticker
where
    (lines.merged_on is not null and offered.ticker is null)
    or (
        lines.has_warrants
        and otherwise_told.ticker is null
        and first_shown.seen_by > first_shown.first_session
        and first_shown.seen_by <= event.rank_day
    )
