-- Which filer with the SEC stands behind each common line at each anchor: by its ticker, else by the name it bore then.
with event as (
    select
        cast(grace.value as integer) as grace_days,
        cast(name_days.value as integer) as name_days,
        coalesce(known_late.value, 1) = 1 as takes_known_late
    from core.event_rules as grace
    inner join core.event_rules as name_days on name_days.event_id = $event_id and name_days.rule = 'filer_name_days'
    inner join core.event_rules as used
        on used.event_id = $event_id and used.rule = 'use_filer_names' and used.value = 1
    left join core.event_rules as known_late
        on known_late.event_id = $event_id and known_late.rule = 'use_known_late'
    where grace.event_id = $event_id and grace.rule = 'capture_grace_days'
),

lines as (
    select
        securities.role as role,
        securities.anchor_date as anchor_date,
        securities.ticker as ticker,
        securities.plain_name as plain_name,
        securities.issuer_key as issuer_key
    from core.securities as securities
    cross join event
    where
        securities.event_id = $event_id
        and securities.role in ('opening', 'last_recon', 'before_window', 'rank', 'effective')
        and securities.security_type = 'common'
),

anchors as (
    select
        lines.role as role,
        lines.anchor_date as anchor_date,
        cast(lines.anchor_date - interval '15 months' as date) as oldest_day,
        cast(lines.anchor_date + event.grace_days as date) as newest_day
    from lines
    cross join event
    group by lines.role, lines.anchor_date, event.grace_days
),

-- The ticker file of the SEC that is nearest before the anchor, where one was landed then.
newest_files as (
    select
        anchors.role as role,
        anchors.anchor_date as anchor_date,
        directory.source as source,
        directory.feed as feed,
        max(directory.as_of) as as_of
    from anchors
    inner join (
        select distinct source, feed, as_of
        from raw.directory
        where cik is not null
    ) as directory
        on directory.as_of between anchors.oldest_day and anchors.newest_day
    where anchors.role <> 'rank'
    group by anchors.role, anchors.anchor_date, directory.source, directory.feed
),

-- What states a ticker may be older than the line, or younger: the first word of the filer's name is in that of the
-- line too, or the ticker went to another company in between (providers 1.17, trap 14).
by_ticker as (
    select
        newest_files.role as role,
        newest_files.anchor_date as anchor_date,
        directory.ticker as ticker,
        directory.cik as cik,
        regexp_extract(lower(replace(replace(directory.name, '.', ''), '''', '')), '[a-z0-9]+', 0) as filer_word,
        2 as precedence,
        directory.source as source
    from newest_files
    inner join raw.directory as directory
        on
            newest_files.source = directory.source
            and newest_files.feed = directory.feed
            and newest_files.as_of = directory.as_of
    where directory.is_active and directory.cik is not null
    union all
    select
        anchors.role as role,
        anchors.anchor_date as anchor_date,
        tickers.ticker as ticker,
        tickers.cik as cik,
        regexp_extract(lower(replace(replace(filers.name, '.', ''), '''', '')), '[a-z0-9]+', 0) as filer_word,
        3 as precedence,
        tickers.source as source
    from anchors
    inner join raw.filer_tickers as tickers
        on tickers.source <> 'sec_submissions' and tickers.as_of between anchors.oldest_day and anchors.anchor_date
    inner join raw.filers as filers
        on tickers.source = filers.source and tickers.cik = filers.cik and tickers.as_of = filers.as_of
    where anchors.role <> 'rank'
    union all
    -- The header as it was read later tells the new ticker of a company that took one after the rank day; of no other
    -- company, for the ticker may be another's when it is read.
    select
        anchors.role as role,
        anchors.anchor_date as anchor_date,
        tickers.ticker as ticker,
        tickers.cik as cik,
        regexp_extract(lower(replace(replace(filers.name, '.', ''), '''', '')), '[a-z0-9]+', 0) as filer_word,
        4 as precedence,
        tickers.source as source
    from anchors
    inner join event on event.takes_known_late
    inner join raw.filer_tickers as tickers
        on tickers.source = 'sec_submissions' and tickers.as_of >= anchors.anchor_date
    inner join (select distinct cik from core.filer_links where event_id = $event_id) as linked
        on tickers.cik = linked.cik
    inner join raw.filers as filers
        on tickers.source = filers.source and tickers.cik = filers.cik and tickers.as_of = filers.as_of
    where anchors.role = 'effective'
),

named as (
    select
        lines.role as role,
        lines.anchor_date as anchor_date,
        lines.ticker as ticker,
        names.cik as cik,
        case
            when names.kind = 'filed' or names.borne_from is null then 7
            when
                names.borne_from <= lines.anchor_date
                and coalesce(names.borne_to, lines.anchor_date) >= lines.anchor_date
                then 5
            else 6
        end as precedence,
        names.source as source
    from lines
    cross join event
    inner join core.filer_names as names on names.event_id = $event_id and lines.issuer_key = names.issuer_key
    where
        (names.borne_from is null or names.borne_from <= lines.anchor_date + event.name_days)
        and (
            names.borne_to is null
            or names.borne_to >= lines.anchor_date - event.name_days
            -- A name as filed holds until another is seen; a filer files at least once a year.
            or (names.kind = 'filed' and names.borne_to >= cast(lines.anchor_date - interval '15 months' as date))
        )
),

candidates as (
    select
        lines.role as role,
        lines.anchor_date as anchor_date,
        lines.ticker as ticker,
        links.cik as cik,
        1 as precedence,
        links.source as source
    from lines
    inner join core.filer_links as links on links.event_id = $event_id and lines.ticker = links.ticker
    where lines.role = 'rank'
    union all
    select lines.role, lines.anchor_date, lines.ticker, by_ticker.cik, by_ticker.precedence, by_ticker.source
    from lines
    inner join by_ticker
        on
            lines.role = by_ticker.role
            and lines.anchor_date = by_ticker.anchor_date
            and lines.ticker = by_ticker.ticker
    where contains(lines.plain_name, by_ticker.filer_word)
    union all
    select role, anchor_date, ticker, cik, precedence, source
    from named
),

best as (
    select role, anchor_date, ticker, min(precedence) as precedence
    from candidates
    group by role, anchor_date, ticker
)

-- Two filers of equal standing are namesakes: neither is believed.
select
    cast($event_id as varchar) as event_id,
    candidates.role as role,
    candidates.anchor_date as anchor_date,
    candidates.ticker as ticker,
    min(candidates.cik) as cik,
    case
        when best.precedence <= 4 then 'ticker'
        when best.precedence <= 6 then 'dated_name'
        else 'name'
    end as basis,
    min(candidates.source) as source
from candidates
inner join best
    on
        candidates.role = best.role
        and candidates.anchor_date = best.anchor_date
        and candidates.ticker = best.ticker
        and candidates.precedence = best.precedence
group by candidates.role, candidates.anchor_date, candidates.ticker, best.precedence
having count(distinct candidates.cik) = 1
