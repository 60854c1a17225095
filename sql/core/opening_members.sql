-- Membership just before the event: each row of the opening lists, tied to its line on the rank day where there is one.
with opening as (
    select index_id, ticker, replace(ticker, '.', '') as ticker_key, name, as_of, opening_rank
    from raw.opening_rows
    where event_id = $event_id
    union all
    -- Known by rule, not by name.
    select index_id, ticker, replace(ticker, '.', '') as ticker_key, name, as_of, cast(null as bigint) as opening_rank
    from core.inferred_members
    where event_id = $event_id
),

-- Russell 3000 is Russell 1000 and Russell 2000 together (methodology 7.2), where a list does not state it.
with_r3000 as (
    select index_id, ticker, ticker_key, name, as_of, opening_rank from opening
    union all
    select 'R3000' as index_id, ticker, ticker_key, name, as_of, opening_rank
    from opening
    where
        index_id in ('R1000', 'R2000')
        and not exists (select 1 from opening as given where given.index_id = 'R3000')
        and exists (select 1 from opening as given where given.index_id = 'R1000')
        and exists (select 1 from opening as given where given.index_id = 'R2000')
),

-- Russell 3000E is Russell 3000 and Microcap together (methodology 7.1, 7.3), likewise.
stated as (
    select index_id, ticker, ticker_key, name, as_of, opening_rank from with_r3000
    union all
    select
        'R3000E' as index_id,
        ticker,
        ticker_key,
        max(name) as name,
        max(as_of) as as_of,
        max(opening_rank) as opening_rank
    from with_r3000
    where
        index_id in ('R3000', 'RMICRO')
        and not exists (select 1 from opening as given where given.index_id = 'R3000E')
        and exists (select 1 from with_r3000 as given where given.index_id = 'R3000')
        and exists (select 1 from with_r3000 as given where given.index_id = 'RMICRO')
    group by ticker, ticker_key
),

-- A list writes BRK.B, BRK/B or BRKB: the written form first, the form without separators second.
listed as (
    select
        stated.index_id,
        stated.ticker,
        stated.name,
        stated.as_of,
        stated.opening_rank,
        lines.ticker as opening_line,
        row_number() over (
            partition by stated.index_id, stated.ticker, stated.as_of
            order by case when lines.ticker = stated.ticker then 0 else 1 end, lines.ticker
        ) as choice
    from stated
    left join core.lines as lines
        on
            lines.event_id = $event_id
            and lines.role = 'opening'
            and lines.anchor_date = stated.as_of
            and lines.ticker_key = stated.ticker_key
),

-- Where no dump shows the opening date, the written ticker is looked for on the rank day itself.
direct as (
    select
        listed.index_id,
        listed.ticker,
        listed.as_of,
        lines.ticker as rank_ticker,
        row_number() over (
            partition by listed.index_id, listed.ticker, listed.as_of
            order by case when lines.ticker = listed.ticker then 0 else 1 end, lines.ticker
        ) as choice
    from listed
    inner join core.lines as lines
        on
            lines.event_id = $event_id
            and lines.role = 'rank'
            and lines.ticker_key = replace(listed.ticker, '.', '')
    where listed.choice = 1 and listed.opening_line is null
),

tied as (
    select
        listed.index_id,
        listed.ticker,
        listed.name,
        listed.as_of,
        listed.opening_rank,
        listed.opening_line,
        coalesce(continuity.to_ticker, direct.rank_ticker) as rank_ticker,
        case
            when continuity.to_ticker is not null then continuity.basis
            when direct.rank_ticker is not null then 'ticker_on_rank_day'
            when listed.opening_line is not null then 'gone'
            else 'no_listing'
        end as basis
    from listed
    left join core.continuity as continuity
        on
            continuity.event_id = $event_id
            and continuity.from_role = 'opening'
            and continuity.to_role = 'rank'
            and continuity.from_date = listed.as_of
            and continuity.from_ticker = listed.opening_line
    left join direct
        on
            direct.choice = 1
            and direct.index_id = listed.index_id
            and direct.ticker = listed.ticker
            and direct.as_of = listed.as_of
    where listed.choice = 1
)

select
    cast($event_id as varchar) as event_id,
    index_id,
    ticker as opening_ticker,
    name as opening_name,
    as_of,
    opening_rank,
    opening_line,
    rank_ticker,
    basis
from tied
