-- severity: warn
-- A member's ticker is still the same company's (providers 1.17, trap 14): one that was given to another company shows
-- another name and another year of first listing. It was followed by its ticker all the same. After the rank day all
-- lines are looked at.
with members as (
    select distinct replace(ticker, '.', '') as ticker_key
    from raw.opening_rows
    where event_id = $event_id
),

common_lines as (
    select
        lines.role as role,
        lines.anchor_date as anchor_date,
        lines.ticker as ticker,
        lines.ticker_key as ticker_key,
        lines.name as name,
        lines.ipo_year as ipo_year,
        split_part(securities.issuer_key, ' ', 1) as issuer_word
    from core.lines as lines
    inner join core.securities as securities
        on
            lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    where
        lines.event_id = $event_id
        and securities.event_id = $event_id
        and securities.security_type = 'common'
),

followed as (
    select from_role, from_date, to_role, to_date, to_ticker as ticker
    from core.continuity
    where event_id = $event_id and basis = 'ticker'
)

select
    followed.from_role as from_role,
    followed.ticker as ticker,
    earlier.name as name_before,
    later.name as name_after,
    earlier.ipo_year as ipo_year_before,
    later.ipo_year as ipo_year_after
from followed
inner join common_lines as earlier
    on
        followed.from_role = earlier.role
        and followed.from_date = earlier.anchor_date
        and followed.ticker = earlier.ticker
inner join common_lines as later
    on
        followed.to_role = later.role
        and followed.to_date = later.anchor_date
        and followed.ticker = later.ticker
left join members on earlier.ticker_key = members.ticker_key
where
    (followed.from_role = 'rank' or members.ticker_key is not null)
    and earlier.issuer_word <> later.issuer_word
    and earlier.ipo_year is distinct from later.ipo_year
