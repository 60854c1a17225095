-- Methodology 9.7, text of 2025: a company that merged with a listed shell is considered once the longest stated lock-up
-- has ended. The name that its filer gave up tells of the merger and its day; else its warrants tell of the merger, and
-- of the day the first session that shows its ticker, as far as the sessions of the history go. The usual length stands
-- for the stated one.
with event as (
    select
        events.rank_day as rank_day,
        cast(days.value as integer) as lockup_days
    from reference.recon_events as events
    inner join core.event_rules as despac
        on despac.event_id = $event_id and despac.rule = 'despac_rule' and despac.value >= 2
    inner join core.event_rules as days on days.event_id = $event_id and days.rule = 'despac_lockup_days'
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
where
    lines.merged_on is not null
    or (
        lines.has_warrants
        and first_shown.seen_by > first_shown.first_session
        and first_shown.seen_by <= event.rank_day
    )
