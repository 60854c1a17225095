-- severity: warn
-- No member that is gone stayed under a new ticker (providers 1.17, trap 15). Told are common lines without an opening
-- whose filer is that of such a member, or bore its name since: one company that seems to have left and another that
-- seems to have come.
with gone as (
    select
        members.opening_ticker as ticker,
        members.as_of as as_of,
        max(replace(coalesce(members.opening_line, members.opening_ticker), '.', '')) as ticker_key,
        max(securities.issuer_key) as issuer_key
    from core.opening_members as members
    left join core.securities as securities
        on
            securities.event_id = $event_id
            and securities.role = 'opening'
            and members.as_of = securities.anchor_date
            and members.opening_line = securities.ticker
    where members.event_id = $event_id and members.rank_ticker is null
    group by members.opening_ticker, members.as_of
),

-- Up to the opening, for later the ticker may be another company's.
filers as (
    select gone.ticker as ticker, directory.cik as cik
    from gone
    inner join raw.directory as directory
        on gone.ticker_key = replace(directory.ticker, '.', '') and directory.as_of <= gone.as_of
    where directory.cik is not null
    union
    select gone.ticker as ticker, tickers.cik as cik
    from gone
    inner join raw.filer_tickers as tickers
        on gone.ticker_key = replace(tickers.ticker, '.', '') and tickers.as_of <= gone.as_of
    where tickers.source = 'sec_notes'
),

newcomers as (
    select
        universe.ticker as ticker,
        universe.security_name as security_name,
        links.cik as cik
    from recon.universe as universe
    inner join core.filer_links as links on links.event_id = $event_id and universe.ticker = links.ticker
    where universe.event_id = $event_id and universe.security_type = 'common' and not universe.is_member
),

-- The name as core.securities takes an issuer's: without the words for the legal form.
former_names as (
    select
        newcomers.ticker as ticker,
        names.valid_to as valid_to,
        trim(regexp_replace(regexp_replace(
            lower(replace(replace(names.name, '.', ''), '''', '')),
            '[^a-z0-9]+(new|de|md|va|pa|ca|nv|delaware)[^a-z0-9]*$|[^a-z0-9]+'
            || '|\b(incorporated|inc|corporation|corp|company|companies|co|limited|ltd|llc|plc|lp|sa|nv|ag'
            || '|group|holdings?|trust|the|and|of)\b',
            ' ', 'g'
        ), ' +', ' ', 'g')) as issuer_key
    from newcomers
    inner join raw.filer_names as names on newcomers.cik = names.cik
),

found as (
    select newcomers.ticker as ticker, filers.ticker as opening_ticker, 'the same filer' as evidence
    from newcomers
    inner join filers on newcomers.cik = filers.cik
    union all
    select former_names.ticker as ticker, gone.ticker as opening_ticker, 'a former name' as evidence
    from former_names
    inner join gone
        on
            former_names.issuer_key = gone.issuer_key
            -- Given up since the opening.
            and (former_names.valid_to is null or former_names.valid_to >= gone.as_of)
)

select
    found.opening_ticker as opening_ticker,
    found.ticker as ticker,
    newcomers.security_name as security_name,
    min(found.evidence) as evidence
from found
inner join newcomers on found.ticker = newcomers.ticker
group by found.opening_ticker, found.ticker, newcomers.security_name
