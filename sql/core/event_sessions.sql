-- The exchange sessions that the rules of one event read, each with its role.
with event as (
    select event_id, kind, rank_day, effective_date, ipo_window_start, is_projection
    from reference.recon_events
    where event_id = $event_id
),

rule as (
    select rule, value
    from core.event_rules
    where event_id = $event_id
),

opening_dates as (
    select distinct as_of
    from raw.opening_rows
    where event_id = $event_id
),

-- The symbols of an opening list are those of its own date.
opening_sessions as (
    select opening_dates.as_of as anchor_date, max(calendar.session_date) as session_date
    from opening_dates
    inner join reference.sessions as calendar on calendar.session_date <= opening_dates.as_of
    group by opening_dates.as_of
),

-- Methodology 6.4, 3.5: names listed, and prices, on the rank day. A line that the source skipped that night is read
-- from the session before or after (rule neighbour_sessions; providers section 0, finding 5b).
rank_sessions as (
    select event.rank_day as anchor_date, event.rank_day as session_date, 0 as preference
    from event
    union all
    select event.rank_day as anchor_date, calendar.previous_session as session_date, 1 as preference
    from event
    inner join rule on rule.rule = 'neighbour_sessions' and rule.value >= 1
    inner join reference.sessions as calendar on event.rank_day = calendar.session_date
    union all
    select event.rank_day as anchor_date, calendar.next_session as session_date, 2 as preference
    from event
    inner join rule on rule.rule = 'neighbour_sessions' and rule.value >= 1
    inner join reference.sessions as calendar on event.rank_day = calendar.session_date
),

-- The vintage that the run makes. Without one the event is looked back on.
vintage as (
    select known_at
    from raw.event_vintages
    where event_id = $event_id
),

-- The change holds from the session after the effective date: symbols of that session name the members. A vintage of
-- before it knows who has left by its own day (methodology 10.9), and no session after that day; on the rank day
-- nobody has.
outlooks as (
    select
        calendar.next_session as effective_from,
        case when vintage.known_at < calendar.next_session then vintage.known_at end as known_at
    from event
    inner join reference.sessions as calendar on event.effective_date = calendar.session_date
    left join vintage on true
),

-- Methodology 9.8: the first days of offerings that are large enough to be fast entries, as far as a calendar has them
-- by now: the close of the first day, and the day that the entry is counted to.
first_day_sessions as (
    select ipos.event_date as anchor_date, calendar.session_date as session_date
    from event
    inner join rule as fast on fast.rule = 'fast_entry' and fast.value = 1
    inner join rule as size on size.rule = 'fast_entry_look_usd'
    inner join rule as days on days.rule = 'fast_entry_look_days'
    inner join raw.ipos as ipos
        on
            ipos.status = 'priced'
            and ipos.event_date >= event.ipo_window_start
            and ipos.event_date <= event.rank_day
            and cast(ipos.offered_shares as decimal(19, 0)) * ipos.price_usd >= size.value
    inner join reference.sessions as calendar
        on
            calendar.session_date >= ipos.event_date
            and calendar.session_date <= ipos.event_date + cast(days.value as integer)
    where event.kind = 'ipo'
    group by ipos.event_date, calendar.session_date
),

-- A price list prints a new line bare on its first days: without its share count, its country, its year. What it prints
-- of such a line a few days later is read for a quarterly event, which adds nothing but new lines: on the last
-- session of that span.
new_line_sessions as (
    select event.rank_day as anchor_date, max(calendar.session_date) as session_date
    from event
    inner join rule on rule.rule = 'new_line_days' and rule.value > 0
    inner join rule as used on used.rule = 'use_late_counts' and used.value = 1
    inner join reference.sessions as calendar
        on
            calendar.session_date > event.rank_day
            and calendar.session_date <= event.rank_day + cast(rule.value as integer)
    cross join outlooks
    where event.kind = 'ipo' and (outlooks.known_at is null or calendar.session_date <= outlooks.known_at)
    group by event.rank_day
),

effective_sessions as (
    select effective_from as anchor_date, effective_from as session_date, 0 as preference
    from outlooks
    where known_at is null
    union all
    select outlooks.effective_from as anchor_date, following.next_session as session_date, 1 as preference
    from outlooks
    inner join reference.sessions as following on outlooks.effective_from = following.session_date
    where outlooks.known_at is null
    union all
    select outlooks.known_at as anchor_date, outlooks.known_at as session_date, 0 as preference
    from outlooks
    cross join event
    where outlooks.known_at > event.rank_day
    union all
    select outlooks.known_at as anchor_date, calendar.previous_session as session_date, 1 as preference
    from outlooks
    cross join event
    inner join reference.sessions as calendar on outlooks.known_at = calendar.session_date
    where calendar.previous_session > event.rank_day
),

-- Methodology 3.2: the closes of the 30 days before the rank day (calendar days: 18.6).
window_sessions as (
    select event.rank_day as anchor_date, calendar.session_date as session_date
    from event
    inner join rule on rule.rule = 'price_average_days'
    inner join reference.sessions as calendar
        on
            calendar.session_date < event.rank_day
            and calendar.session_date >= event.rank_day - cast(rule.value as integer)
),

-- The reconstitution that the opening list is the outcome of: the event that it was taken from, else the last one that
-- was in effect on its date.
last_recon as (
    select max(recons.rank_day) as anchor_date
    from raw.opening_rows as opening_rows
    cross join event
    inner join reference.recon_events as recons
        on
            recons.kind = 'recon'
            and not recons.is_projection
            and recons.rank_day < event.rank_day
            and (
                recons.effective_date <= opening_rows.as_of
                or opening_rows.source in ('event ' || recons.event_id, 'published ' || recons.event_id)
            )
    where opening_rows.event_id = $event_id and opening_rows.index_id in ('R1000', 'R2000', 'R3000')
),

-- A quarterly event presumes nothing from who was left out.
year_before as (
    select max(calendar.session_date) as anchor_date
    from last_recon
    inner join event on event.kind = 'recon'
    inner join rule on rule.rule = 'presumption_seasoning_days'
    inner join reference.sources as sources on sources.source = 'archive'
    inner join reference.sessions as calendar
        on
            calendar.session_date >= sources.first_day
            and calendar.session_date <= last_recon.anchor_date - cast(rule.value as integer)
),

-- Methodology 9.2, 9.11: the last session before the window of a quarterly event. What was listed then, or the session
-- before it, is no IPO of the window.
window_eve as (
    select max(calendar.session_date) as anchor_date
    from event
    inner join reference.sessions as calendar on calendar.session_date < event.ipo_window_start
    where event.kind = 'ipo'
),

window_eves as (
    select anchor_date, anchor_date as session_date, 0 as preference
    from window_eve
    where anchor_date is not null
    union all
    select window_eve.anchor_date as anchor_date, calendar.previous_session as session_date, 1 as preference
    from window_eve
    inner join reference.sessions as calendar on window_eve.anchor_date = calendar.session_date
),

-- Methodology 5.2: two years up to and including the rank day, or what there is of them. One session a month stands for
-- all of it (rule history_sample_day), whatever else this home holds: what an event reads follows from its plan alone.
history_span as (
    select
        event.rank_day as rank_day,
        cast(event.rank_day - cast(months.value as integer) * interval '1 month' as date) as first_day,
        cast(sample.value as integer) as sample_day
    from event
    inner join rule as used on used.rule = 'use_two_year_volume' and used.value = 1
    inner join rule as months on months.rule = 'history_months' and months.value > 0
    inner join rule as sample on sample.rule = 'history_sample_day'
),

history_sessions as (
    select history_span.rank_day as anchor_date, max(calendar.session_date) as session_date
    from history_span
    inner join reference.sessions as calendar
        on
            calendar.session_date > history_span.first_day
            and calendar.session_date <= history_span.rank_day
            and (history_span.sample_day = 0 or extract(day from calendar.session_date) <= history_span.sample_day)
    group by
        history_span.rank_day,
        extract(year from calendar.session_date),
        extract(month from calendar.session_date),
        case when history_span.sample_day = 0 then calendar.session_date end
),

gathered as (
    select 'rank' as role, anchor_date, session_date, preference from rank_sessions
    union all
    select 'price_window' as role, anchor_date, session_date, 0 as preference from window_sessions
    union all
    select 'history' as role, anchor_date, session_date, 0 as preference from history_sessions
    union all
    select 'effective' as role, anchor_date, session_date, preference from effective_sessions
    union all
    select 'last_recon' as role, anchor_date, anchor_date as session_date, 0 as preference
    from last_recon
    where anchor_date is not null
    union all
    select 'year_before' as role, anchor_date, anchor_date as session_date, 0 as preference
    from year_before
    where anchor_date is not null
    union all
    select 'before_window' as role, anchor_date, session_date, preference from window_eves
    union all
    select 'first_days' as role, anchor_date, session_date, 0 as preference from first_day_sessions
    union all
    select 'new_lines' as role, anchor_date, session_date, 0 as preference from new_line_sessions
    union all
    select 'opening' as role, anchor_date, session_date, 0 as preference from opening_sessions
    union all
    select 'opening' as role, opening_sessions.anchor_date, calendar.next_session as session_date, 1 as preference
    from opening_sessions
    inner join reference.sessions as calendar on opening_sessions.session_date = calendar.session_date
)

-- A projection knows of no session after its day.
select
    cast($event_id as varchar) as event_id,
    gathered.role,
    gathered.anchor_date,
    gathered.session_date,
    gathered.preference
from gathered
cross join event
where not event.is_projection or gathered.session_date <= event.rank_day
