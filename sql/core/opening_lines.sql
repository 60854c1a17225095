-- Each row of the opening lists, tied to its line on the rank day where there is one.
with lists as (
    select
        index_id,
        ticker,
        replace(ticker, '.', '') as ticker_key,
        name,
        as_of,
        opening_rank,
        min(as_of) over (partition by index_id) as first_as_of
    from raw.opening_rows
    where event_id = $event_id
    union all
    -- Known by rule, not by name: part of the list that they complete, whatever its date.
    select
        index_id,
        ticker,
        replace(ticker, '.', '') as ticker_key,
        name,
        as_of,
        cast(null as bigint) as opening_rank,
        as_of as first_as_of
    from core.inferred_members
    where event_id = $event_id
),

-- Russell 1000 and Russell 2000 share no company (methodology 7.2): what one of them names is not in the other.
opening as (
    select
        lists.*,
        case when index_id in ('R1000', 'R2000') then 'R1000 or R2000' else index_id end as family
    from lists
),

-- A list writes BRK.B, BRK/B or BRKB. A line that it names by the written form it does not name by another form too:
-- BRKB beside BRK.B was somebody else.
written as (
    select distinct family, as_of, ticker
    from opening
),

-- The written form first, the form without separators second.
matched as (
    select
        opening.index_id,
        opening.ticker,
        opening.as_of,
        lines.role,
        lines.ticker as line,
        row_number() over (
            partition by opening.index_id, opening.ticker, opening.as_of, lines.role
            order by case when lines.ticker = opening.ticker then 0 else 1 end, lines.ticker
        ) as choice
    from opening
    inner join core.lines as lines
        on
            lines.event_id = $event_id
            and (lines.role = 'rank' or (lines.role = 'opening' and lines.anchor_date = opening.as_of))
            and lines.ticker_key = opening.ticker_key
    left join written
        on
            opening.family = written.family
            and opening.as_of = written.as_of
            and lines.ticker = written.ticker
            and opening.ticker <> written.ticker
    where written.ticker is null
),

listed as (
    select
        opening.index_id,
        opening.ticker,
        opening.name,
        opening.as_of,
        opening.first_as_of,
        opening.opening_rank,
        matched.line as opening_line
    from opening
    left join matched
        on
            matched.choice = 1
            and matched.role = 'opening'
            and opening.index_id = matched.index_id
            and opening.ticker = matched.ticker
            and opening.as_of = matched.as_of
),

-- Where no dump shows the opening date, the written ticker is looked for on the rank day itself.
direct as (
    select
        listed.index_id,
        listed.ticker,
        listed.as_of,
        matched.line as rank_ticker
    from listed
    inner join matched
        on
            matched.choice = 1
            and matched.role = 'rank'
            and listed.index_id = matched.index_id
            and listed.ticker = matched.ticker
            and listed.as_of = matched.as_of
    where listed.opening_line is null
),

-- A list that was written later, or after a bankruptcy, names lines by tickers that they did not have yet: what no line
-- bears is looked for by its name, among the lines of that date and then among all names of their filers.
missing as (
    select
        listed.index_id,
        listed.ticker,
        listed.as_of,
        trim(regexp_replace(regexp_replace(
            lower(replace(replace(
                regexp_replace(listed.name, '[, ]+(class|cl|series) [a-z]$', '', 'i'), '.', ''
            ), '''', '')),
            '[^a-z0-9]+(new|de|md|va|pa|ca|nv|delaware)[^a-z0-9]*$|[^a-z0-9]+'
            || '|\b(incorporated|inc|corporation|corp|company|companies|co|limited|ltd|llc|plc|lp|sa|nv|ag'
            || '|group|holdings?|trust|the|and|of)\b',
            ' ', 'g'
        ), ' +', ' ', 'g')) as issuer_key
    from listed
    left join direct
        on
            direct.index_id = listed.index_id
            and direct.ticker = listed.ticker
            and direct.as_of = listed.as_of
    where listed.opening_line is null and direct.ticker is null and listed.name is not null
),

named_lines as (
    select
        missing.index_id as index_id,
        missing.ticker as ticker,
        missing.as_of as as_of,
        min(securities.ticker) as opening_line
    from missing
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and securities.role = 'opening'
            and missing.as_of = securities.anchor_date
            and missing.issuer_key = securities.issuer_key
            and securities.security_type = 'common'
    group by missing.index_id, missing.ticker, missing.as_of
    having count(*) = 1
),

named_filers as (
    select
        missing.index_id as index_id,
        missing.ticker as ticker,
        missing.as_of as as_of,
        min(filers.ticker) as rank_ticker
    from missing
    inner join (
        select distinct cik, issuer_key
        from core.filer_names
        where event_id = $event_id
    ) as names on missing.issuer_key = names.issuer_key
    inner join core.line_filers as filers
        on filers.event_id = $event_id and filers.role = 'rank' and names.cik = filers.cik
    group by missing.index_id, missing.ticker, missing.as_of
    having count(*) = 1
),

found as (
    select
        listed.index_id,
        listed.ticker,
        listed.name,
        listed.as_of,
        listed.first_as_of,
        listed.opening_rank,
        coalesce(listed.opening_line, named_lines.opening_line) as opening_line,
        named_lines.opening_line is not null as is_named,
        named_filers.rank_ticker as filer_ticker
    from listed
    left join named_lines
        on
            listed.index_id = named_lines.index_id
            and listed.ticker = named_lines.ticker
            and listed.as_of = named_lines.as_of
    left join named_filers
        on
            listed.index_id = named_filers.index_id
            and listed.ticker = named_filers.ticker
            and listed.as_of = named_filers.as_of
),

tied as (
    select
        found.index_id,
        found.ticker,
        found.name,
        found.as_of,
        found.first_as_of,
        found.opening_rank,
        found.opening_line,
        coalesce(
            continuity.to_ticker,
            direct.rank_ticker,
            renamed.to_ticker,
            case when found.opening_line is null then found.filer_ticker end
        ) as rank_ticker,
        case
            when continuity.to_ticker is not null and found.is_named then 'issuer_name'
            when continuity.to_ticker is not null then continuity.basis
            when direct.rank_ticker is not null then 'ticker_on_rank_day'
            when renamed.to_ticker is not null then renamed.basis
            when found.opening_line is not null then 'gone'
            when found.filer_ticker is not null then 'filer_name'
            else 'no_listing'
        end as basis
    from found
    left join core.continuity as continuity
        on
            continuity.event_id = $event_id
            and continuity.from_role = 'opening'
            and continuity.to_role = 'rank'
            and continuity.from_date = found.as_of
            and continuity.from_ticker = found.opening_line
    left join direct
        on
            direct.index_id = found.index_id
            and direct.ticker = found.ticker
            and direct.as_of = found.as_of
    -- A filing may tell whose the ticker was on the rank day before the list, and be too old for the list itself: what
    -- the line became is the same.
    left join core.continuity as renamed
        on
            renamed.event_id = $event_id
            and renamed.from_role = 'last_recon'
            and renamed.to_role = 'rank'
            and renamed.from_date < found.as_of
            and renamed.from_ticker = found.opening_line
            and renamed.basis <> 'ticker'
)

select
    cast($event_id as varchar) as event_id,
    index_id,
    ticker as opening_ticker,
    name as opening_name,
    as_of,
    first_as_of,
    opening_rank,
    opening_line,
    rank_ticker,
    basis
from tied
