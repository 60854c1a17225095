-- The lasting identifiers of each line of the rank day. A line that continues a member keeps that member's identifiers;
-- any other line is named after its ticker, with the rank day behind it where that name is taken.
with inherited as (
    select
        members.rank_ticker as ticker,
        min(given.security_id) as security_id,
        min(given.company_id) as company_id
    from core.opening_members as members
    inner join raw.opening_rows as given
        on
            members.event_id = given.event_id
            and members.index_id = given.index_id
            and members.opening_ticker = given.ticker
            and members.as_of = given.as_of
    where members.event_id = $event_id and members.rank_ticker is not null and given.security_id is not null
    group by members.rank_ticker
),

lines as (
    select lines.ticker as ticker, coalesce(companies.pricing_ticker, lines.ticker) as pricing_ticker, lines.anchor_date as rank_day
    from core.lines as lines
    left join core.companies as companies on lines.event_id = companies.event_id and lines.ticker = companies.ticker
    where lines.event_id = $event_id and lines.role = 'rank'
),

-- Who the event's opening already calls by a name, under whatever ticker it trades today.
taken as (
    select distinct security_id from inherited
),

minted as (
    select
        lines.ticker,
        lines.pricing_ticker,
        coalesce(
            inherited.security_id,
            'L-' || lines.ticker || case when taken.security_id is null then '' else '@' || cast(lines.rank_day as varchar) end
        ) as security_id,
        inherited.company_id as inherited_company_id
    from lines
    left join inherited on lines.ticker = inherited.ticker
    left join taken on 'L-' || lines.ticker = taken.security_id and inherited.ticker is null
)

select
    cast($event_id as varchar) as event_id,
    minted.ticker as ticker,
    minted.security_id as security_id,
    coalesce(
        min(minted.inherited_company_id) over (partition by minted.pricing_ticker),
        'C-' || substr(min(case when minted.ticker = minted.pricing_ticker then minted.security_id end) over (partition by minted.pricing_ticker), 3)
    ) as company_id
from minted
