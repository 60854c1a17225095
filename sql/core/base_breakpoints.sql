-- The cuts of the last reconstitution, before they move with the market (methodology 9.4): those of the event of this
-- home that the opening rests on, else as the opening lists tell them. A list names the companies above a cut, and what
-- these were worth on the rank day of that reconstitution tells the cap at each rank.
with event as (
    select event_id
    from reference.recon_events
    where event_id = $event_id and kind = 'ipo'
),

given as (
    select breakpoints.*
    from raw.opening_breakpoints as breakpoints
    inner join event on breakpoints.event_id = event.event_id
),

rules as (
    select rule, value
    from core.event_rules
    where event_id = $event_id
),

-- The first list of each index: later ones add what was listed since.
opening as (
    select opening_rows.index_id as index_id, replace(opening_rows.ticker, '.', '') as ticker_key
    from raw.opening_rows as opening_rows
    inner join event on opening_rows.event_id = event.event_id
    where
        not exists (select 1 from given as known)
        and not exists (
            select 1
            from raw.opening_rows as earlier
            where
                earlier.event_id = $event_id
                and earlier.index_id = opening_rows.index_id
                and earlier.as_of < opening_rows.as_of
        )
),

members as (
    select
        ticker_key,
        max(case
            when index_id in ('R3000', 'R1000', 'R2000', 'R2500', 'MIDCAP', 'TOP50', 'TOP200', 'TOP500') then 1 else 0
        end) = 1 as is_r3000,
        max(case when index_id in ('RMICRO', 'R3000E') then 1 else 0 end) = 1 as is_micro
    from opening
    group by ticker_key
),

-- A company once, by what the largest of its lines says: the price list gives each class the count of all.
companies as (
    select
        securities.issuer_name as issuer_name,
        lines.anchor_date as rank_day,
        max(case when members.is_r3000 then 1 else 0 end) = 1 as is_r3000,
        max(cast(cast(lines.outstanding_shares as decimal(19, 0)) * lines.close_usd as decimal(24, 4))) as cap_usd
    from members
    inner join core.lines as lines
        on lines.event_id = $event_id and lines.role = 'last_recon' and members.ticker_key = lines.ticker_key
    inner join core.securities as securities
        on
            securities.event_id = $event_id
            and lines.role = securities.role
            and lines.anchor_date = securities.anchor_date
            and lines.ticker = securities.ticker
    where lines.outstanding_shares > 0 and lines.close_usd > 0
    group by securities.issuer_name, lines.anchor_date
),

ordered as (
    select
        rank_day,
        cap_usd,
        is_r3000,
        row_number() over (partition by is_r3000 order by cap_usd desc, issuer_name) as place,
        row_number() over (partition by is_r3000 order by cap_usd, issuer_name desc) as place_from_below,
        count(*) over (partition by is_r3000) as found
    from companies
),

-- Of the companies that are not found as many are taken to stand above a cut as below. The smallest of a list are
-- mostly counts gone wrong: one in a hundred of the Russell 3000 is passed over, and of the Microcap, whose list is a
-- fund's sample, as many as where presumptions ask what was clearly large enough.
cuts as (
    select
        upper(substr(rules.rule, 5)) as breakpoint_id,
        cast(rules.value as bigint) as cut_rank,
        case
            when rules.rule = 'cut_r3000e' then floors.value
            when rules.rule = 'cut_r3000' then quantiles.value
        end as passed_over_pct,
        sizes.value as n_r3000
    from rules
    inner join rules as quantiles on quantiles.rule = 'contradicted_quantile_pct'
    inner join rules as floors on floors.rule = 'presumption_floor_pct'
    inner join rules as sizes on sizes.rule = 'n_r3000'
    where substr(rules.rule, 1, 4) = 'cut_'
),

read_from_lists as (
    select
        cuts.breakpoint_id as breakpoint_id,
        cuts.cut_rank as cut_rank,
        ordered.rank_day as rank_day,
        min(ordered.cap_usd) as market_cap_usd
    from cuts
    inner join ordered
        on
            case
                when cuts.breakpoint_id = 'R3000E'
                    then
                        not ordered.is_r3000
                        and 100 * ordered.place_from_below > cuts.passed_over_pct * ordered.found
                when cuts.breakpoint_id = 'R3000'
                    then ordered.is_r3000 and 100 * ordered.place_from_below > cuts.passed_over_pct * ordered.found
                else ordered.is_r3000 and ordered.place * cuts.n_r3000 <= ordered.found * cuts.cut_rank
            end
    group by cuts.breakpoint_id, cuts.cut_rank, ordered.rank_day
)

select
    cast($event_id as varchar) as event_id,
    breakpoint_id,
    cut_rank,
    base_rank_day,
    market_cap_usd,
    'reconstitution' as basis,
    source
from given
union all
select
    cast($event_id as varchar) as event_id,
    breakpoint_id,
    cut_rank,
    rank_day as base_rank_day,
    market_cap_usd,
    'opening lists' as basis,
    'price list of ' || cast(rank_day as varchar) as source
from read_from_lists
