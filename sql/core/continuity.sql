-- Which line at one anchor is the same security as which line at the next: opening date to rank day, rank day to the
-- first session of the new membership. By ticker first; a ticker that vanished is looked for under a new one.
with lines as (
    select
        lines.role as role,
        lines.anchor_date as anchor_date,
        lines.ticker as ticker,
        lines.listing as listing,
        lines.country as country,
        lines.ipo_year as ipo_year,
        lines.industry as industry,
        lines.close_usd as close_usd,
        lines.outstanding_shares as outstanding_shares,
        securities.security_type as security_type,
        securities.issuer_key as issuer_key,
        coalesce(securities.share_class, '') as share_class
    from core.lines as lines
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    -- A line that is first seen after the rank day is no line of it: it may be the new name of one that is.
    where lines.event_id = $event_id and lines.listing <> 'fresh'
),

steps as (
    select
        'opening' as from_role,
        opening.anchor_date as from_date,
        'rank' as to_role,
        ranked.anchor_date as to_date
    from (select distinct anchor_date from lines where role = 'opening') as opening
    cross join (select distinct anchor_date from lines where role = 'rank') as ranked
    union all
    select
        'rank' as from_role,
        ranked.anchor_date as from_date,
        'effective' as to_role,
        effective.anchor_date as to_date
    from (select distinct anchor_date from lines where role = 'rank') as ranked
    cross join (select distinct anchor_date from lines where role = 'effective') as effective
    union all
    select
        'last_recon' as from_role,
        last_recon.anchor_date as from_date,
        'rank' as to_role,
        ranked.anchor_date as to_date
    from (select distinct anchor_date from lines where role = 'last_recon') as last_recon
    cross join (select distinct anchor_date from lines where role = 'rank') as ranked
),

same_ticker as (
    select
        steps.from_role,
        steps.from_date,
        earlier.ticker as from_ticker,
        steps.to_role,
        steps.to_date,
        later.ticker as to_ticker,
        -- Last seen before the rank day: it may have a new name on it.
        later.listing = 'faded' as is_faded
    from steps
    inner join lines as earlier on steps.from_role = earlier.role and steps.from_date = earlier.anchor_date
    inner join lines as later
        on
            steps.to_role = later.role
            and steps.to_date = later.anchor_date
            and earlier.ticker = later.ticker
            -- A ticker that went over to another issuer's preferred or warrant is a ticker that vanished.
            and (earlier.security_type = later.security_type or earlier.issuer_key = later.issuer_key)
),

gone as (
    select steps.from_role, steps.from_date, steps.to_role, steps.to_date, earlier.*
    from steps
    inner join lines as earlier on steps.from_role = earlier.role and steps.from_date = earlier.anchor_date
    left join same_ticker
        on
            steps.from_role = same_ticker.from_role
            and steps.from_date = same_ticker.from_date
            and steps.to_role = same_ticker.to_role
            and earlier.ticker = same_ticker.from_ticker
            and not same_ticker.is_faded
    where same_ticker.from_ticker is null and earlier.security_type = 'common'
),

came as (
    select steps.from_role, steps.from_date, steps.to_role, steps.to_date, later.*
    from steps
    inner join lines as later on steps.to_role = later.role and steps.to_date = later.anchor_date
    left join same_ticker
        on
            steps.from_role = same_ticker.from_role
            and steps.from_date = same_ticker.from_date
            and steps.to_role = same_ticker.to_role
            and later.ticker = same_ticker.to_ticker
    where same_ticker.to_ticker is null and later.security_type = 'common' and later.listing <> 'faded'
),

candidates as (
    select
        gone.from_role,
        gone.from_date,
        gone.ticker as from_ticker,
        gone.to_role,
        gone.to_date,
        came.ticker as to_ticker,
        case when gone.issuer_key = came.issuer_key then 'issuer_name' else 'figures' end as basis,
        case
            when gone.issuer_key = came.issuer_key then 1
            when gone.industry = came.industry then 2
            else 3
        end as strength
    from gone
    inner join came
        on
            gone.from_role = came.from_role
            and gone.from_date = came.from_date
            and gone.to_role = came.to_role
            and gone.share_class = came.share_class
            and (
                gone.issuer_key = came.issuer_key
                -- The issuer took a new name too: the same country, industry and listing year, and a share count and a
                -- price that moved no more than they do in a year without a corporate action.
                or (
                    gone.country = came.country
                    and gone.industry = came.industry
                    and gone.ipo_year is not distinct from came.ipo_year
                    and 100 * abs(gone.outstanding_shares - came.outstanding_shares) <= 2 * gone.outstanding_shares
                    and came.close_usd <= 3 * gone.close_usd
                    and gone.close_usd <= 3 * came.close_usd
                )
                -- The source took it into another industry with the name: over the weeks from the rank day to the
                -- effective date closer figures tell enough.
                or (
                    gone.from_role = 'rank'
                    and gone.country = came.country
                    and gone.ipo_year is not distinct from came.ipo_year
                    and 100 * abs(gone.outstanding_shares - came.outstanding_shares) <= gone.outstanding_shares
                    and 4 * came.close_usd <= 5 * gone.close_usd
                    and 3 * gone.close_usd <= 4 * came.close_usd
                )
            )
),

-- Only a pair that is the single best for both sides is believed.
judged as (
    select
        *,
        count(*) over (partition by from_role, from_date, to_role, from_ticker, strength) as rivals_from,
        count(*) over (partition by from_role, from_date, to_role, to_ticker, strength) as rivals_to,
        min(strength) over (partition by from_role, from_date, to_role, from_ticker) as best_from,
        min(strength) over (partition by from_role, from_date, to_role, to_ticker) as best_to
    from candidates
),

renamed as (
    select from_role, from_date, from_ticker, to_role, to_date, to_ticker, basis
    from judged
    where rivals_from = 1 and rivals_to = 1 and strength = best_from and strength = best_to
)

select
    cast($event_id as varchar) as event_id,
    same_ticker.from_role,
    same_ticker.from_date,
    same_ticker.from_ticker,
    same_ticker.to_role,
    same_ticker.to_date,
    same_ticker.to_ticker,
    'ticker' as basis
from same_ticker
left join renamed
    on
        same_ticker.from_role = renamed.from_role
        and same_ticker.from_date = renamed.from_date
        and same_ticker.to_role = renamed.to_role
        and same_ticker.from_ticker = renamed.from_ticker
where not same_ticker.is_faded or renamed.from_ticker is null
union all
select
    cast($event_id as varchar) as event_id,
    from_role,
    from_date,
    from_ticker,
    to_role,
    to_date,
    to_ticker,
    basis
from renamed
