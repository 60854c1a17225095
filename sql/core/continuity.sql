-- Which line at one anchor is the same security as which line at the next: opening date to rank day, rank day to the
-- first session of the new membership, and for a quarterly event the eve of its window to the rank day. By ticker first; a ticker that vanished, or went to another company, is looked
-- for under a new one.
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
        split_part(securities.issuer_key, ' ', 1) as issuer_word,
        -- A class that no name tells may stand behind the ticker of its sister: WLYB beside WLY.
        coalesce(securities.share_class, case when sisters.ticker is not null then right(lines.ticker, 1) end, '')
            as share_class,
        filers.cik as cik,
        filers.basis as cik_basis,
        -- Enough to say that a line is another company's; less is enough to look for it elsewhere.
        case when filers.basis <> 'name' then filers.cik end as sure_cik
    from core.lines as lines
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    left join core.securities as sisters
        on
            sisters.event_id = $event_id
            and securities.role = sisters.role
            and securities.anchor_date = sisters.anchor_date
            and left(securities.ticker, length(securities.ticker) - 1) = sisters.ticker
            and securities.issuer_key = sisters.issuer_key
            and securities.security_type = sisters.security_type
    left join core.line_filers as filers
        on
            filers.event_id = $event_id
            and lines.role = filers.role
            and lines.anchor_date = filers.anchor_date
            and lines.ticker = filers.ticker
    -- A line that is first seen after the rank day is no line of it: it may be the new name of one that is.
    where lines.event_id = $event_id and lines.listing <> 'fresh'
),

name_days as (
    select cast(value as integer) as days
    from core.event_rules
    where event_id = $event_id and rule = 'filer_name_days'
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
    union all
    select
        'before_window' as from_role,
        before_window.anchor_date as from_date,
        'rank' as to_role,
        ranked.anchor_date as to_date
    from (select distinct anchor_date from lines where role = 'before_window') as before_window
    cross join (select distinct anchor_date from lines where role = 'rank') as ranked
),

-- Tickers that another filer with another name has at the end of a step: nobody's for months in between, or taken over
-- by a holding company from one day to the next. The sessions that are read for the trading history tell which.
handed_over as (
    select distinct steps.from_date as from_date, steps.to_date as to_date, earlier.ticker as ticker
    from steps
    inner join lines as earlier on steps.from_role = earlier.role and steps.from_date = earlier.anchor_date
    inner join lines as later
        on
            steps.to_role = later.role
            and steps.to_date = later.anchor_date
            and earlier.ticker = later.ticker
            and earlier.sure_cik <> later.sure_cik
            and earlier.issuer_word <> later.issuer_word
),

-- Of the sessions of the trading history those that a dump describes, and those of them that have such a ticker. The
-- prices of other sessions and tickers are not looked at: they grow with every event.
history_prices as (
    select prices.as_of as session_date, prices.ticker as ticker
    from core.event_sessions as sessions
    inner join raw.prices as prices on sessions.session_date = prices.as_of
    where sessions.event_id = $event_id and sessions.role = 'history'
),

dumped_sessions as (
    select distinct session_date
    from history_prices
),

rested as (
    select handed_over.from_date, handed_over.to_date, handed_over.ticker
    from handed_over
    inner join dumped_sessions
        on
            dumped_sessions.session_date > handed_over.from_date
            and dumped_sessions.session_date < handed_over.to_date
    left join (
        select distinct history_prices.session_date as session_date, history_prices.ticker as ticker
        from history_prices
        inner join (select distinct ticker from handed_over) as wanted on history_prices.ticker = wanted.ticker
    ) as prices
        on handed_over.ticker = prices.ticker and dumped_sessions.session_date = prices.session_date
    group by handed_over.from_date, handed_over.to_date, handed_over.ticker
    having count(*) - count(prices.ticker) >= 2
),

-- What a filer was ever called, and whose name at the start of a step is known: a filer that bore another name then,
-- and never one like that of the line, is another company (providers 1.17, trap 14).
filer_words as (
    select distinct cik, split_part(issuer_key, ' ', 1) as issuer_word
    from core.filer_names
    where event_id = $event_id
),

known_then as (
    select distinct steps.from_role as from_role, steps.from_date as from_date, names.cik as cik
    from steps
    cross join name_days
    inner join core.filer_names as names
        on
            names.event_id = $event_id
            and names.kind <> 'filed'
            and names.borne_from <= steps.from_date - name_days.days
            and (names.borne_to is null or names.borne_to >= steps.from_date + name_days.days)
),

-- The filer of a line, under a ticker that it did not have.
moved as (
    select distinct
        steps.from_role as from_role,
        steps.from_date as from_date,
        steps.to_role as to_role,
        later.sure_cik as cik
    from steps
    inner join lines as later on steps.to_role = later.role and steps.to_date = later.anchor_date
    left join lines as earlier
        on
            steps.from_role = earlier.role
            and steps.from_date = earlier.anchor_date
            and later.ticker = earlier.ticker
    where later.sure_cik is not null and later.listing <> 'faded' and earlier.ticker is null
),

-- Since when a filer bears a name.
first_names as (
    select cik, issuer_key, min(borne_from) as borne_from
    from core.filer_names
    where event_id = $event_id
    group by cik, issuer_key
    having count(borne_from) = count(*)
),

paired as (
    select
        steps.from_role,
        steps.from_date,
        earlier.ticker as from_ticker,
        steps.to_role,
        steps.to_date,
        later.ticker as to_ticker,
        -- Last seen before the rank day: it may have a new name on it.
        later.listing = 'faded' as is_faded,
        case
            when earlier.security_type <> 'common' or later.security_type <> 'common' then false
            -- The company goes on under another ticker: what has its old one now is another. One of its name is one
            -- that it spun off, and took the name, or its number, since; else a namesake was found.
            when
                earlier.sure_cik <> later.sure_cik
                and moved.cik is not null
                and (
                    earlier.issuer_key <> later.issuer_key
                    or earlier.sure_cik < later.sure_cik
                    or first_names.borne_from > steps.from_date
                )
                then true
            when earlier.issuer_word = later.issuer_word then false
            when rested.ticker is not null then true
            -- A holding company that was put above it has a number of its own, and the business or the shares of the
            -- old one. A change of name alone goes with the same number.
            when
                earlier.country is not distinct from later.country
                and earlier.industry is not distinct from later.industry
                and earlier.ipo_year is not distinct from later.ipo_year
                then false
            when 100 * abs(earlier.outstanding_shares - later.outstanding_shares) <= 2 * earlier.outstanding_shares
                then false
            when earlier.sure_cik is not null and later.sure_cik is not null then earlier.sure_cik <> later.sure_cik
            else later.sure_cik is not null and known_then.cik is not null and filer_words.cik is null
        end as is_recycled
    from steps
    inner join lines as earlier on steps.from_role = earlier.role and steps.from_date = earlier.anchor_date
    inner join lines as later
        on
            steps.to_role = later.role
            and steps.to_date = later.anchor_date
            and earlier.ticker = later.ticker
            -- A ticker that went over to another issuer's preferred or warrant is a ticker that vanished.
            and (earlier.security_type = later.security_type or earlier.issuer_key = later.issuer_key)
    left join moved
        on
            steps.from_role = moved.from_role
            and steps.from_date = moved.from_date
            and steps.to_role = moved.to_role
            and earlier.sure_cik = moved.cik
    left join rested
        on
            steps.from_date = rested.from_date
            and steps.to_date = rested.to_date
            and earlier.ticker = rested.ticker
    left join first_names on later.sure_cik = first_names.cik and later.issuer_key = first_names.issuer_key
    left join known_then
        on
            steps.from_role = known_then.from_role
            and steps.from_date = known_then.from_date
            and later.sure_cik = known_then.cik
    left join filer_words on later.sure_cik = filer_words.cik and earlier.issuer_word = filer_words.issuer_word
),

same_ticker as (
    select from_role, from_date, from_ticker, to_role, to_date, to_ticker, is_faded
    from paired
    where not is_recycled
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
        -- A number that stands for both tickers, or for one of them and for the name that the other one had.
        case
            when gone.cik = came.cik and gone.cik_basis = 'ticker' and came.cik_basis = 'ticker' then 'filer'
            when gone.cik = came.cik then 'filer_name'
            when gone.issuer_key = came.issuer_key then 'issuer_name'
            else 'figures'
        end as basis,
        case
            when gone.cik = came.cik and gone.share_class = came.share_class then 1
            when gone.issuer_key = came.issuer_key and gone.share_class = came.share_class then 2
            -- A class by its symbol alone, JW.A and now WLY, or the other way about.
            when gone.cik = came.cik then 3
            when gone.issuer_key = came.issuer_key then 4
            when gone.industry = came.industry then 5
            else 6
        end as strength
    from gone
    inner join came
        on
            gone.from_role = came.from_role
            and gone.from_date = came.from_date
            and gone.to_role = came.to_role
            and (
                gone.share_class = came.share_class
                or (
                    (gone.cik = came.cik or gone.issuer_key = came.issuer_key)
                    and (gone.share_class = '' or came.share_class = '')
                )
            )
            and (
                gone.cik = came.cik
                or gone.issuer_key = came.issuer_key
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
    left join known_then
        on
            came.from_role = known_then.from_role
            and came.from_date = known_then.from_date
            and came.cik = known_then.cik
    left join filer_words on came.cik = filer_words.cik and gone.issuer_word = filer_words.issuer_word
    where
        gone.cik = came.cik
        or gone.issuer_key = came.issuer_key
        -- Figures alone yield to the filer: it is another one, or bore another name then.
        or (
            (gone.cik is null or came.cik is null)
            and (known_then.cik is null or filer_words.cik is not null)
            -- One blank check is like another: ten dollars, and so many million shares.
            and gone.industry is distinct from 'Blank Checks'
        )
),

-- Only a pair that is the single best for both sides is believed.
best as (
    select
        *,
        min(strength) over (partition by from_role, from_date, to_role, from_ticker) as best_from,
        min(strength) over (partition by from_role, from_date, to_role, to_ticker) as best_to
    from candidates
),

judged as (
    select
        *,
        count(*) over (partition by from_role, from_date, to_role, from_ticker) as rivals_from,
        count(*) over (partition by from_role, from_date, to_role, to_ticker) as rivals_to
    from best
    where strength = best_from and strength = best_to
),

renamed as (
    select from_role, from_date, from_ticker, to_role, to_date, to_ticker, basis
    from judged
    where rivals_from = 1 and rivals_to = 1
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
