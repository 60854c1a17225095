-- The common lines that a quarterly event looks at, and what kind of listing the evidence says that each is
-- (methodology 9.2, 9.6, 9.7): of all that is told the first in the order of reference.listing_evidence.
with event as (
    select
        events.rank_day as rank_day,
        events.ipo_window_start as window_start,
        max(case when rules.rule = 'capture_grace_days' then cast(rules.value as integer) end) as grace_days,
        max(case when rules.rule = 'ipo_filing_tolerance_days' then cast(rules.value as integer) end) as tolerance_days
    from reference.recon_events as events
    inner join core.event_rules as rules on rules.event_id = $event_id
    where events.event_id = $event_id and events.kind = 'ipo' and events.ipo_window_start is not null
    group by events.rank_day, events.ipo_window_start
),

lines as (
    select
        lines.ticker as ticker,
        lines.ipo_year as ipo_year,
        lines.listing_source as listing_source,
        regexp_extract(lower(lines.name), '[a-z0-9]+', 0) as name_word,
        securities.issuer_key as issuer_key,
        securities.share_form as share_form,
        securities.share_class as share_class,
        links.cik as cik
    from core.lines as lines
    cross join event
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    left join core.filer_links as links on links.event_id = $event_id and lines.ticker = links.ticker
    where
        lines.event_id = $event_id
        and lines.role = 'rank'
        and lines.listing in ('seen', 'bridged')
        and securities.security_type = 'common'
),

-- Found again under this ticker or another one: a rename is no listing. A list may be from inside the window.
tied as (
    select distinct continuity.to_ticker as ticker
    from core.continuity as continuity
    cross join event
    where
        continuity.event_id = $event_id
        and continuity.to_role = 'rank'
        and continuity.from_role in ('opening', 'last_recon', 'before_window')
        and continuity.from_date < event.window_start
),

-- The sessions that the event reads and what they show.
shown as (
    select
        lines.ticker as ticker,
        sessions.session_date as session_date,
        max(case when sessions.role = 'history' then 1 else 0 end) = 1 as is_history,
        max(case
            when starts_with(lower(listings.name), lines.name_word) then 1 else 0
        end) = 1 as is_namesake
    from core.event_sessions as sessions
    inner join raw.listings as listings on sessions.session_date = listings.as_of
    inner join lines on listings.ticker = lines.ticker
    where sessions.event_id = $event_id and sessions.role in ('history', 'price_window', 'rank')
    group by lines.ticker, sessions.session_date
),

-- A line that an earlier session shows under a name that begins alike was there before the window, whatever its eve
-- shows: price lists skip lines.
shown_before as (
    select distinct shown.ticker
    from shown
    cross join event
    where shown.session_date < event.window_start and shown.is_namesake
),

first_shown as (
    select shown.ticker, min(shown.session_date) as seen_by
    from shown
    cross join event
    where shown.session_date >= event.window_start or shown.is_namesake
    group by shown.ticker
),

newcomers as (
    select lines.*, first_shown.seen_by as seen_by
    from lines
    inner join first_shown on lines.ticker = first_shown.ticker
    left join tied on lines.ticker = tied.ticker
    left join shown_before on lines.ticker = shown_before.ticker
    where tied.ticker is null and shown_before.ticker is null
),

-- Warrants that an issuer has on the market beside its shares.
warrants as (
    select distinct securities.issuer_key as issuer_key
    from core.securities as securities
    where securities.event_id = $event_id and securities.role = 'rank' and securities.security_type = 'warrant'
),

when_issued as (
    select distinct securities.issuer_key as issuer_key
    from core.securities as securities
    where securities.event_id = $event_id and securities.role = 'rank' and securities.security_type = 'when_issued'
),

offerings as (
    select newcomers.ticker as ticker, ipos.status as status, ipos.source as source
    from newcomers
    cross join event
    inner join raw.ipos as ipos on newcomers.ticker = ipos.ticker
    where
        ipos.status in ('priced', 'direct_listing')
        and ipos.event_date between event.window_start - event.tolerance_days and event.rank_day
        and cast(ipos.known_at as date) <= event.rank_day + event.grace_days
),

filings as (
    select newcomers.ticker as ticker, filings.form as form, filings.filed_date as filed_date, filings.source as source
    from newcomers
    cross join event
    inner join raw.filings as filings on newcomers.cik = filings.cik
    where filings.filed_date <= event.rank_day
),

-- Each fact that tells of the kind of a listing, with its source.
facts as (
    select
        ticker,
        case when status = 'priced' then 'offering in a calendar' else 'direct listing in a calendar' end as evidence,
        source
    from offerings
    union all
    select filings.ticker, 'registration of a spin-off' as evidence, filings.source
    from filings
    cross join event
    where
        filings.form in ('10-12B', '10-12B/A')
        and filings.filed_date > cast(event.rank_day - interval '15 months' as date)
    union all
    select newcomers.ticker, 'traded over the counter' as evidence, directory.source
    from newcomers
    cross join event
    inner join raw.directory as directory on newcomers.ticker = directory.ticker
    where
        directory.exchange = 'otc'
        and directory.is_active
        and directory.as_of < event.window_start
        and directory.as_of > cast(event.window_start - interval '15 months' as date)
        and (newcomers.cik is null or directory.cik is null or newcomers.cik = directory.cik)
    union all
    select filings.ticker, 'annual reports before' as evidence, filings.source
    from filings
    cross join event
    where filings.form in ('10-K', '10-KT', '20-F', '40-F') and filings.filed_date < event.window_start
    union all
    -- The filer gave up a name inside the window, has warrants on the market, and sold them by a prospectus of the
    -- window: a shell that was listed before it sold them then.
    select newcomers.ticker, 'shell that listed and merged inside the window' as evidence, names.source
    from newcomers
    cross join event
    inner join warrants on newcomers.issuer_key = warrants.issuer_key
    inner join core.filer_names as names
        on
            names.event_id = $event_id
            and newcomers.cik = names.cik
            and names.kind = 'former'
            and names.borne_to between event.window_start and event.rank_day
    inner join filings
        on
            newcomers.ticker = filings.ticker
            and filings.form in ('424B1', '424B4')
            and filings.filed_date between event.window_start - event.tolerance_days and names.borne_to
    union all
    select filings.ticker, 'prospectus of an offering' as evidence, filings.source
    from filings
    cross join event
    where
        filings.form in ('424B1', '424B4')
        and filings.filed_date >= event.window_start - event.tolerance_days
    union all
    -- What trades before it is handed out is handed out.
    select newcomers.ticker, 'shares when issued beside it' as evidence, newcomers.listing_source as source
    from newcomers
    inner join when_issued on newcomers.issuer_key = when_issued.issuer_key
    union all
    select newcomers.ticker, 'warrants listed beside it' as evidence, newcomers.listing_source as source
    from newcomers
    inner join warrants on newcomers.issuer_key = warrants.issuer_key
    union all
    select newcomers.ticker, 'year of its offering' as evidence, newcomers.listing_source as source
    from newcomers
    cross join event
    where newcomers.ipo_year between extract(year from event.window_start) and extract(year from event.rank_day)
    union all
    select newcomers.ticker, 'several classes at once' as evidence, newcomers.listing_source as source
    from newcomers
    inner join newcomers as sisters
        on newcomers.issuer_key = sisters.issuer_key and newcomers.ticker <> sisters.ticker
    union all
    select newcomers.ticker, 'year of an earlier offering' as evidence, newcomers.listing_source as source
    from newcomers
    cross join event
    where newcomers.ipo_year < extract(year from event.window_start)
    union all
    -- Who hands shares out, or lists them from abroad, mostly calls them by a class or as ordinary or common shares.
    select newcomers.ticker, 'day of its listing' as evidence, figures.source
    from newcomers
    cross join event
    inner join core.figures as figures
        on
            figures.event_id = $event_id
            and newcomers.ticker = figures.ticker
            and figures.figure = 'ipo_date'
            and not figures.known_late
    where
        cast(figures.value as date) between event.window_start - event.tolerance_days and event.rank_day
        and newcomers.share_form = 'stock'
        and newcomers.share_class is null
    union all
    select newcomers.ticker, 'nothing tells' as evidence, newcomers.listing_source as source
    from newcomers
),

told as (
    select
        facts.ticker as ticker,
        evidence.listing_kind as listing_kind,
        evidence.evidence as evidence,
        facts.source as source,
        evidence.strength as strength,
        row_number() over (partition by facts.ticker order by evidence.precedence, facts.source) as choice
    from facts
    inner join reference.listing_evidence as evidence on facts.evidence = evidence.evidence
),

-- Methodology 9.7, text of 2025: mergers with a listed shell whose lock-up ended inside the window.
unlocked as (
    select
        lines.ticker as ticker,
        lines.listing_source as listing_source,
        lockups.evidence as evidence,
        lockups.merged_by as seen_by,
        lockups.unlocked_on as unlocked_on
    from core.lockups as lockups
    inner join event on lockups.unlocked_on between event.window_start and event.rank_day
    inner join lines on lockups.ticker = lines.ticker
    left join newcomers on lines.ticker = newcomers.ticker
    left join core.opening_members as members
        on members.event_id = $event_id and lines.ticker = members.rank_ticker
    where lockups.event_id = $event_id and newcomers.ticker is null and members.rank_ticker is null
),

-- Methodology 9.6: the window before, unless a reconstitution ended it, which took in whoever was there.
window_before as (
    select earlier.ipo_window_start as window_start, earlier.rank_day as rank_day
    from reference.recon_events as earlier
    inner join (
        select max(events.rank_day) as rank_day
        from reference.recon_events as events
        cross join event
        where events.rank_day < event.rank_day and not events.is_projection
    ) as last on earlier.rank_day = last.rank_day
    where earlier.kind = 'ipo' and not earlier.is_projection
),

first_counts as (
    select cik, min(filed_date) as filed_date
    from core.share_counts
    where event_id = $event_id
    group by cik
),

-- Direct listings of that window whose share structure became public after its end: deferred by one quarter, no more.
deferred as (
    select lines.ticker as ticker, min(ipos.source) as source, min(ipos.event_date) as seen_by
    from lines
    cross join event
    cross join window_before
    inner join raw.ipos as ipos
        on
            lines.ticker = ipos.ticker
            and ipos.status = 'direct_listing'
            and ipos.event_date between window_before.window_start and window_before.rank_day
            and cast(ipos.known_at as date) <= event.rank_day + event.grace_days
    inner join first_counts on lines.cik = first_counts.cik and first_counts.filed_date > window_before.rank_day
    left join newcomers on lines.ticker = newcomers.ticker
    left join core.opening_members as members
        on members.event_id = $event_id and lines.ticker = members.rank_ticker
    where newcomers.ticker is null and members.rank_ticker is null
    group by lines.ticker
)

select
    cast($event_id as varchar) as event_id,
    told.ticker as ticker,
    told.listing_kind as listing_kind,
    told.evidence as evidence,
    told.source as evidence_source,
    told.strength as evidence_strength,
    newcomers.seen_by as seen_by,
    cast(null as date) as unlocked_on
from told
inner join newcomers on told.ticker = newcomers.ticker
where told.choice = 1
union all
select
    cast($event_id as varchar) as event_id,
    unlocked.ticker as ticker,
    'business_combination' as listing_kind,
    evidence.evidence as evidence,
    unlocked.listing_source as evidence_source,
    evidence.strength as evidence_strength,
    unlocked.seen_by as seen_by,
    unlocked.unlocked_on as unlocked_on
from unlocked
inner join reference.listing_evidence as evidence on unlocked.evidence = evidence.evidence
union all
select
    cast($event_id as varchar) as event_id,
    deferred.ticker as ticker,
    evidence.listing_kind as listing_kind,
    evidence.evidence as evidence,
    deferred.source as evidence_source,
    evidence.strength as evidence_strength,
    deferred.seen_by as seen_by,
    cast(null as date) as unlocked_on
from deferred
left join unlocked on deferred.ticker = unlocked.ticker
inner join reference.listing_evidence as evidence on evidence.evidence = 'direct listing in a calendar'
where unlocked.ticker is null
