-- severity: warn
-- The rank day is described by a believed price list of each of the three exchanges. Where one is missing, its lines are
-- read from the sessions beside it, or not at all.
with exchanges as (
    select exchange
    from (values ('nasdaq'), ('nyse'), ('amex')) as listed (exchange)
),

rank_day as (
    select session_date
    from core.event_sessions
    where event_id = $event_id and role = 'rank' and preference = 0
)

select
    rank_day.session_date as session_date,
    exchanges.exchange as exchange,
    coalesce(max(dumps.status), 'missing') as status
from rank_day
cross join exchanges
left join raw.archive_dumps as dumps
    on rank_day.session_date = dumps.session_date and exchanges.exchange = dumps.exchange
left join (select distinct as_of, exchange from raw.listings where source <> 'archive') as captured
    on rank_day.session_date = captured.as_of and exchanges.exchange = captured.exchange
group by rank_day.session_date, exchanges.exchange
having count(*) filter (where dumps.status in ('ok', 'lagged') or captured.exchange is not null) = 0
