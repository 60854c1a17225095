-- Methodology 9.7, text of 2025: a company that merged with a listed shell is considered once the longest stated lock-up
-- has ended. Its warrants tell of the merger, the first session that shows its ticker of the day, as far as the sessions
-- of the history tell, and the usual length stands for the stated one.
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
    select commons.ticker as ticker, commons.name_word as name_word
    from securities as commons
    inner join (select distinct issuer_key from securities where security_type = 'warrant') as warrants
        on commons.issuer_key = warrants.issuer_key
    where commons.security_type = 'common'
),

history as (
    select session_date, min(session_date) over () as first_session
    from core.event_sessions
    where event_id = $event_id and role in ('history', 'rank', 'price_window')
),

-- Under its ticker and a name that begins alike: before the merger the ticker may have been another's.
first_shown as (
    select lines.ticker as ticker, min(listings.as_of) as seen_by, min(history.first_session) as first_session
    from history
    inner join raw.listings as listings on history.session_date = listings.as_of
    inner join lines
        on
            listings.ticker = lines.ticker
            and regexp_extract(lower(listings.name), '[a-z0-9]+', 0) = lines.name_word
    group by lines.ticker
)

select
    cast($event_id as varchar) as event_id,
    first_shown.ticker as ticker,
    first_shown.seen_by as seen_by,
    cast(first_shown.seen_by + event.lockup_days as date) as unlocked_on
from first_shown
cross join event
where first_shown.seen_by > first_shown.first_session and first_shown.seen_by <= event.rank_day
