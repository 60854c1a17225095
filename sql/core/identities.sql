-- The lasting identifiers of each line of the rank day. A line that continues a member keeps that member's identifiers;
-- any other line is named after its ticker, with the rank day behind it where that name is taken.
with heirs_of_members as (
    select
        members.rank_ticker as ticker,
        given.security_id as security_id,
        given.company_id as company_id,
        -- Two members that one line continues have merged: it bears on the identifiers of the one whose ticker it has.
        row_number() over (
            partition by members.rank_ticker
            order by
                case when members.opening_ticker = members.rank_ticker then 0 else 1 end,
                case when members.opening_line = members.rank_ticker then 0 else 1 end,
                given.security_id,
                given.company_id
        ) as choice
    from core.opening_members as members
    inner join raw.opening_rows as given
        on
            given.event_id = $event_id
            and members.index_id = given.index_id
            and members.opening_ticker = given.ticker
            and members.as_of = given.as_of
    where members.event_id = $event_id and members.rank_ticker is not null and given.security_id is not null
),

inherited as (
    select ticker, security_id, company_id
    from heirs_of_members
    where choice = 1
),

-- The newest list with FIGIs that was known by then (providers 1.10); an older one may tell of another bearer of the
-- ticker.
figi_lists as (
    select
        directory.ticker as ticker,
        directory.share_class_figi as share_class_figi,
        row_number() over (
            partition by directory.ticker
            order by directory.as_of desc, directory.known_at desc, directory.source, directory.share_class_figi
        ) as choice
    from raw.directory as directory
    inner join reference.recon_events as events on events.event_id = $event_id
    inner join core.event_rules as grace on grace.event_id = $event_id and grace.rule = 'capture_grace_days'
    inner join core.event_rules as fresh on fresh.event_id = $event_id and fresh.rule = 'fresh_list_days'
    where
        directory.share_class_figi is not null
        and directory.is_active
        and directory.as_of between events.rank_day - cast(fresh.value as integer) and events.rank_day
        and cast(directory.known_at as date) <= events.rank_day + cast(grace.value as integer)
),

-- Names that members before the event bear or bore, gone ones too: none of them is given to another.
taken_securities as (
    select distinct security_id
    from raw.opening_rows
    where event_id = $event_id and security_id is not null
),

taken_companies as (
    select distinct company_id
    from raw.opening_rows
    where event_id = $event_id and company_id is not null
),

lines as (
    select
        lines.ticker as ticker,
        lines.anchor_date as rank_day,
        coalesce(companies.pricing_ticker, lines.ticker) as pricing_ticker,
        companies.market_cap_usd as market_cap_usd
    from core.lines as lines
    left join core.companies as companies on companies.event_id = $event_id and lines.ticker = companies.ticker
    where lines.event_id = $event_id and lines.role = 'rank'
),

-- A newcomer whose ticker names another security already gets the rank day behind it.
named as (
    select
        lines.ticker,
        lines.rank_day,
        lines.pricing_ticker,
        lines.market_cap_usd,
        inherited.company_id as inherited_company_id,
        coalesce(
            inherited.security_id,
            'L-' || lines.ticker
            || case when taken.security_id is null then '' else '@' || cast(lines.rank_day as varchar) end
        ) as security_id
    from lines
    left join inherited on lines.ticker = inherited.ticker
    left join taken_securities as taken on 'L-' || lines.ticker = taken.security_id
),

companies as (
    select
        pricing_ticker,
        min(inherited_company_id) as inherited_company_id,
        'C-' || substr(min(case when ticker = pricing_ticker then security_id end), 3) as minted_company_id,
        max(rank_day) as rank_day,
        max(market_cap_usd) as market_cap_usd
    from named
    group by pricing_ticker
),

-- Where the lines of a member company come apart, its name stays with the larger part.
heirs as (
    select
        *,
        row_number() over (
            partition by inherited_company_id order by coalesce(market_cap_usd, 0) desc, pricing_ticker
        ) as succession
    from companies
)

select
    cast($event_id as varchar) as event_id,
    named.ticker as ticker,
    named.security_id as security_id,
    case
        when heirs.inherited_company_id is not null and heirs.succession = 1 then heirs.inherited_company_id
        when taken.company_id is not null then heirs.minted_company_id || '@' || cast(heirs.rank_day as varchar)
        else heirs.minted_company_id
    end as company_id,
    figi_lists.share_class_figi as share_class_figi
from named
inner join heirs on named.pricing_ticker = heirs.pricing_ticker
left join taken_companies as taken on heirs.minted_company_id = taken.company_id
left join figi_lists on figi_lists.choice = 1 and named.ticker = figi_lists.ticker
