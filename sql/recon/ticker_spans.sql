-- Under which ticker each security of the rank day was listed, as far as the anchors of the event tell: opening dates,
-- rank day, first session of the new membership.
with securities as (
    select ticker, security_id, company_id
    from core.identities
    where event_id = $event_id
),

rank_day as (
    select distinct anchor_date
    from core.lines
    where event_id = $event_id and role = 'rank'
),

sightings as (
    select
        securities.security_id as security_id,
        securities.company_id as company_id,
        continuity.from_date as seen_on,
        continuity.from_ticker as ticker,
        continuity.basis as basis,
        lines.listing_source as source
    from core.continuity as continuity
    inner join securities on continuity.to_ticker = securities.ticker
    inner join core.lines as lines
        on
            lines.event_id = $event_id
            and continuity.from_role = lines.role
            and continuity.from_date = lines.anchor_date
            and continuity.from_ticker = lines.ticker
    where continuity.event_id = $event_id and continuity.from_role = 'opening'
    union all
    select
        securities.security_id as security_id,
        securities.company_id as company_id,
        rank_day.anchor_date as seen_on,
        securities.ticker as ticker,
        'ticker' as basis,
        lines.listing_source as source
    from securities
    cross join rank_day
    inner join core.lines as lines
        on lines.event_id = $event_id and lines.role = 'rank' and securities.ticker = lines.ticker
    union all
    select
        securities.security_id as security_id,
        securities.company_id as company_id,
        continuity.to_date as seen_on,
        continuity.to_ticker as ticker,
        continuity.basis as basis,
        lines.listing_source as source
    from core.continuity as continuity
    inner join securities on continuity.from_ticker = securities.ticker
    inner join core.lines as lines
        on
            lines.event_id = $event_id
            and continuity.to_role = lines.role
            and continuity.to_date = lines.anchor_date
            and continuity.to_ticker = lines.ticker
    where continuity.event_id = $event_id and continuity.from_role = 'rank'
),

changes as (
    select
        *,
        case
            when ticker = lag(ticker) over (partition by security_id order by seen_on) then 0
            else 1
        end as is_change
    from sightings
),

numbered as (
    select
        *,
        sum(is_change) over (partition by security_id order by seen_on rows unbounded preceding) as span_number
    from changes
),

spans as (
    select
        security_id,
        span_number,
        min(company_id) as company_id,
        min(ticker) as ticker,
        min(seen_on) as valid_from,
        max(seen_on) as last_seen,
        -- One that is tied by its ticker on any of its days needs no other proof.
        case when max(case when basis = 'ticker' then 1 else 0 end) = 1 then 'ticker' else min(basis) end as basis,
        min(source) as source
    from numbered
    group by security_id, span_number
)

select
    cast($event_id as varchar) as event_id,
    security_id,
    company_id,
    ticker,
    valid_from,
    lead(valid_from) over (partition by security_id order by span_number) as valid_to,
    last_seen,
    basis,
    source
from spans
